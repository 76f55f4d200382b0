/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file log_guard.h
 * Keeps a logger that does not read from stopping the program: syslog(3),
 * sd_journal_send(3) and a pipe wait without end once its queue is full.
 */
#ifndef TOOLS_LOG_GUARD_H
#define TOOLS_LOG_GUARD_H

#include <stdbool.h>
#include <stdint.h>

/** Where the loggers listen. */
#define LOG_GUARD_JOURNAL "/run/systemd/journal/socket"
#define LOG_GUARD_SYSLOG "/dev/log"

/**
 * Look at the logger behind this socket from now on, and at whichever takes its
 * place. One that is not there, or is no datagram socket, is never full.
 */
void log_guard_open(const char *path);
/** The same with a descriptor, a pipe perhaps; it stays the caller's. */
void log_guard_watch(int fd);
/**
 * May a message be sent? @param[out] lost how many could not since the last
 * one that could; 0 when it may not.
 */
bool log_guard_pass(uint64_t *lost);

#endif
