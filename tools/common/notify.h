/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file notify.h
 * What a service tells systemd (Type=notify). Without systemd every call does
 * nothing. One that does not read is not waited for.
 */
#ifndef TOOLS_NOTIFY_H
#define TOOLS_NOTIFY_H

#include <stdbool.h>

#include <glib.h>

#include <carp/time.h>

/** What could not be told is tried again after so long. */
#define NOTIFY_AGAIN (1 * CARP_SEC)

/** The service works. Call it once everything is open.
 * @return false: the manager does not read; what is told next tells it, too */
bool notify_ready(void);
/** A reload begins; notify_ready() ends it, also when it failed. */
void notify_reloading(void);
/** The service is about to end. */
void notify_stopping(void);
/** One line for "systemctl status". */
void notify_status(const char *format, ...) G_GNUC_PRINTF(1, 2);

/** How often notify_watchdog() has to be called: half of what the service
 * manager allows. CARP_NEVER when there is no watchdog. */
carp_time notify_watchdog_every(void);
/** The service is alive: call it from the main loop itself, so that a loop
 * that hangs is noticed. @return false: the manager does not read */
bool notify_watchdog(void);

#endif
