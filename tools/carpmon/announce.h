/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file announce.h
 * Transitions and findings as messages of the log: to syslog, or to
 * systemd's journal with fields (carpmon(1), journalctl MESSAGE_ID=…).
 */
#ifndef CARPMON_ANNOUNCE_H
#define CARPMON_ANNOUNCE_H

#include "report.h"

/* One id a kind of message, for journalctl and its catalogues. */
#define MON_MESSAGE_TRANSITION "074db2ac0fa2413abde00af7cb263636"
#define MON_MESSAGE_FINDING "34ea77e35eeb47a7924e454ad98ed0ef"
#define MON_MESSAGE_RESOLVED "86a68e1684f74a319733772f20aec24b"

/** Where log_open() sent messages before. @p session must outlive it. */
void *mon_announce_new(const struct mon_session *session);
/** For mon_monitor_attach(). */
extern const struct mon_report_ops mon_announce_ops;

#endif
