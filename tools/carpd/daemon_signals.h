/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file daemon_signals.h
 * What signals do (carpd(8)). While the daemon is made and taken apart they
 * wait: one that ended it in the middle would leave half of what it makes in
 * the kernel.
 */
#ifndef CARPD_DAEMON_SIGNALS_H
#define CARPD_DAEMON_SIGNALS_H

#include <glib.h>

struct daemon;

#define DAEMON_SIGNALS 5

struct daemon_signals {
    guint sources[DAEMON_SIGNALS];
};

/** Let those that come wait, in this thread and in those that it starts. The
 * one of a pipe that nobody reads is ignored from now on. */
void daemon_signals_hold(void);
/** Heed them, in the main loop, also those that have waited. */
void daemon_signals_heed(struct daemon_signals *signals, struct daemon *daemon);
/** Let them wait again. */
void daemon_signals_end(struct daemon_signals *signals);

#endif
