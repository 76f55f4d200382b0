/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file hook.h
 * --exec: a program for each transition and finding. It is never waited for;
 * what runs and what waits is bounded; the same thing's newer state replaces
 * one that waits.
 *
 *   HOOK 7@eth0 MASTER        a transition
 *   HOOK 7@eth0 DUAL_MASTER   a finding, its update, its end
 *
 * The environment says the rest (carpmon(1)), and the JSON object of the
 * event is on standard input.
 */
#ifndef CARPMON_HOOK_H
#define CARPMON_HOOK_H

#include "report.h"

/** @param program absolute path  @param session must outlive it */
void *mon_hook_new(const struct mon_session *session, const char *program);
/** For mon_monitor_attach(). Closing it lets programs end for some seconds. */
extern const struct mon_report_ops mon_hook_ops;

#endif
