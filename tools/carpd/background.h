/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file background.h
 * Detaching as daemons do: the command comes back when the daemon runs, with
 * the status that its start had.
 */
#ifndef CARPD_BACKGROUND_H
#define CARPD_BACKGROUND_H

#include <stdbool.h>

/** Go on in a process of its own; the first one waits for background_ready()
 * and ends with its status. @return false: errno says why not */
bool background_begin(void);
/** Tell the waiting process; with status 0 also let go of the terminal when
 * @p log_elsewhere. Does nothing without background_begin(). */
void background_ready(int status, bool log_elsewhere);

#endif
