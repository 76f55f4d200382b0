/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file stop_signal.h
 * SIGINT and SIGTERM as one wish to stop.
 */
#ifndef TOOLS_STOP_SIGNAL_H
#define TOOLS_STOP_SIGNAL_H

#include <signal.h>

/**
 * From now on the first of the two signals sets @p stop_wanted to 1, and what
 * waits in the kernel comes back with EINTR. Another one within 0.3 s is the
 * same wish: timeout(1) sends one to the process and one to its group. A later
 * one ends the program at once, with 128 and its number as exit status.
 * @param stop_wanted lives as long as the program
 */
void stop_signal_catch(volatile sig_atomic_t *stop_wanted);

#endif
