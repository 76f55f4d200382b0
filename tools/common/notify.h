/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file notify.h
 * What a service tells systemd (Type=notify). Without systemd every call does
 * nothing.
 */
#ifndef TOOLS_NOTIFY_H
#define TOOLS_NOTIFY_H

#include <glib.h>

#include <carp/time.h>

/** The service works. Call it once everything is open. */
void notify_ready(void);
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
 * that hangs is noticed. */
void notify_watchdog(void);

#endif
