/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file service.h
 * Watching for long: what else hears events (--exec, --evidence, --syslog,
 * the journal), giving up rights, the service manager, new keys on SIGHUP.
 */
#ifndef CARPMON_SERVICE_H
#define CARPMON_SERVICE_H

#include <signal.h>
#include <stdbool.h>

#include "monitor.h"

struct mon_service;

/**
 * Attach everything that the options ask for, after the report and before
 * anything is written.
 * @param session gets its evidence; must outlive the monitor
 * @param reload becomes non-zero when keys are to be read again
 * @return NULL when something cannot be used, which was said; it belongs to
 *         the monitor
 */
struct mon_service *mon_service_attach(struct mon_monitor *monitor,
                                       struct mon_session *session,
                                       const struct mon_options *options,
                                       volatile sig_atomic_t *reload);

/**
 * Everything is open: give up rights, and tell the service manager.
 * @return false when rights could not be given up, which was said: end
 */
bool mon_service_ready(struct mon_service *service);

#endif
