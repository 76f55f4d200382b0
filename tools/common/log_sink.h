/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file log_sink.h
 * Where a program that runs for long writes its messages: systemd's journal
 * with fields, syslog, or standard error.
 */
#ifndef TOOLS_LOG_SINK_H
#define TOOLS_LOG_SINK_H

#include "log.h"

/** The number of "daemon", "local0", … for log_open(); -1: no such one. */
int log_facility(const char *name);

/**
 * Choose where messages go, from now on.
 * @param facility of log_facility(): syslog(3); -1: the journal if standard
 *        error is one (JOURNAL_STREAM), else standard error
 */
void log_open(int facility);

/**
 * Write to syslog(3) and to standard error: for a program that detaches, so
 * that whoever starts it reads why it does not run. It closes standard error
 * once it runs.
 * @param facility of log_facility(), not -1
 */
void log_open_with_stderr(int facility);

/** Write to standard error, and leave out what nobody reads. */
void log_open_stderr(void);

/** Is standard error a stream to the journal? */
bool log_is_journal(void);

#endif
