/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file service.h
 * Watching for long: what else hears events (--exec, --evidence, --syslog,
 * the journal), giving up rights, the service manager, new keys on SIGHUP, what
 * was taken out of service on SIGUSR1.
 */
#ifndef CARPMON_SERVICE_H
#define CARPMON_SERVICE_H

#include <signal.h>
#include <stdbool.h>

#include "monitor.h"

struct mon_service;

/** What signals ask for: become non-zero in their handlers. */
struct mon_wishes {
    volatile sig_atomic_t reload; /**< read the keys again */
    volatile sig_atomic_t forget; /**< what has been gone for long */
};

/**
 * Attach everything that the options ask for, after the report and before
 * anything is written.
 * @param session gets its evidence; must outlive the monitor
 * @param wishes must outlive the monitor
 * @return NULL when something cannot be used, which was said; it belongs to
 *         the monitor
 */
struct mon_service *mon_service_attach(struct mon_monitor *monitor,
                                       struct mon_session *session,
                                       const struct mon_options *options,
                                       struct mon_wishes *wishes);

/**
 * Everything is open: give up rights, and tell the service manager.
 * @return false when rights could not be given up, which was said: end
 */
bool mon_service_ready(struct mon_service *service);

#endif
