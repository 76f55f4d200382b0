/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file options_service.h
 * The part of the command line that is for running as a service: hooks,
 * evidence, messages, rights, the check for a monitoring system.
 */
#ifndef CARPMON_OPTIONS_SERVICE_H
#define CARPMON_OPTIONS_SERVICE_H

#include <stdbool.h>

#include <glib.h>

struct mon_service_options {
    char *hook;              /**< program; NULL: none */
    char *evidence;          /**< directory; NULL: none */
    double evidence_seconds; /**< how far back */
    double evidence_mib;     /**< of all files together */
    char *syslog;            /**< facility; NULL: not to syslog */
    char *state;             /**< file with the present state; NULL: none */
    int check_vhid;          /**< --check: of this vhid only; 0: all */
    char *user;              /**< to become; NULL: see carpmon(1) */
};

/** Put the defaults in and let @p context fill it. */
void mon_service_options_add(struct mon_service_options *options,
                             GOptionContext *context);
/** What is wrong with it, or NULL. */
const char *mon_service_options_check(const struct mon_service_options *options,
                                      bool is_live, bool check);
void mon_service_options_clear(struct mon_service_options *options);

#endif
