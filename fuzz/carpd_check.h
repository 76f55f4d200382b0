/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file carpd_check.h
 * What carpd promises, looked at from outside and, at rest, from inside.
 */
#ifndef FUZZ_CARPD_CHECK_H
#define FUZZ_CARPD_CHECK_H

#include <glib.h>

#include <carp/fsm.h>

#include "daemon.h"

struct instance;

/** @name One run of an input. @{ */
void check_begin(void);
/** Of all that was said, in its order. */
uint64_t check_sum(void);
/** Something else that two runs must have in common. */
void check_add(const char *text, size_t len);
/** @} */

/** A carpd begins to live; NULL: it is dead, and what it still does counts
 * for nothing. */
void check_daemon(const struct daemon *daemon);
/** Its counters are lost: they begin anew. */
void check_forget_counters(void);
/** The highest counter that carpd has sent as this vhid; 0: none. */
uint64_t check_counter(const char *interface, uint8_t vhid);

/** The state that it has told last. */
enum carp_state check_told(const struct instance *instance);
/** Not too many lines of log. @param steps that were done */
void check_lines(unsigned int steps);

/* ---- carpd_rest.c */

/** Nothing is left to be done at this instant.
 * @param steps that were done, each of which may be worth some lines of log */
void check_at_rest(const struct daemon *daemon, unsigned int steps);
/** All faults have been over for long, and no peer says anything. */
void check_settled(const struct daemon *daemon);
/** For a while each vhid has heard a better master. */
void check_follows(const struct daemon *daemon);
/** carpd has ended: nothing of it is on the host. */
void check_ended(void);
/** The host itself is as it was before. @param was_killed what it had left
 * under another name is not known to the next one */
void check_host(bool was_killed);

/* ---- carpd_answer.c */

/** One line of the control socket. */
void check_line(const char *line, size_t len);

#endif
