/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file check.h
 * --check for Nagios, Icinga and the like: one line with performance data,
 * exit status 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
 *
 *   CARP CRITICAL - 7@eth0: 2 masters (10.0.0.2, 10.0.0.3), DUAL_MASTER
 *   NO_DELIVERY_BOTH | masters=2;1:1;1:1 gap=0.4s
 */
#ifndef CARPMON_CHECK_H
#define CARPMON_CHECK_H

#include <stdint.h>

#include <glib.h>

#include "options.h"
#include "report.h"

enum mon_check_status {
    MON_CHECK_OK = 0,
    MON_CHECK_WARNING,
    MON_CHECK_CRITICAL,
    MON_CHECK_UNKNOWN
};

/** What to look at. */
struct mon_check {
    uint8_t vhid;            /**< this one only; 0: all */
    const uint8_t *expected; /**< vhids that must have a master */
    unsigned int expected_count;
    carp_time now; /**< wall clock, to tell an old state; 0: it is fresh */
};

/**
 * Judge a state (state.h).
 * @param text JSON; hostile input does no harm: it is UNKNOWN
 * @param[out] line the answer without a newline, to be freed with g_free()
 */
enum mon_check_status
mon_check_judge(const char *text, const struct mon_check *check, char **line);

struct mon_model;
struct mon_monitor;

/** Attach what the check needs. Belongs to the monitor. */
const struct mon_model *mon_check_attach(struct mon_monitor *monitor,
                                         const struct mon_session *session);
/** Judge what was heard and print the line. @p now an instant of the
 * tracker. Returns the exit status. */
int mon_check_print(const struct mon_model *model, carp_time now,
                    const struct mon_options *options);
/** Judge the file of --state and print the line. */
int mon_check_print_file(const struct mon_options *options);
/** Keep the last message from now on; it goes to standard error, too. */
void mon_check_keep_messages(void);
/** Nothing could be judged: print the last message as the line, for monitoring
 * systems read standard output alone. Returns the exit status. */
int mon_check_print_unknown(void);
/** A form that says nothing: the check speaks at the end. */
extern const struct mon_report_ops mon_check_ops;

#endif
