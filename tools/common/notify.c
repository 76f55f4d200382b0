/* SPDX-License-Identifier: BSD-2-Clause */
#include "notify.h"

#include <stdarg.h>
#include <stdint.h>

#include <systemd/sd-daemon.h>

#include "text.h"

/* Nothing to do when it cannot be told: the manager then acts by itself. */
void
notify_ready(void)
{
    (void)sd_notify(0, "READY=1");
}

void
notify_reloading(void)
{
    /* Newer managers want to know when, to tell old answers from new. */
    (void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT,
                     g_get_monotonic_time());
}

void
notify_stopping(void)
{
    (void)sd_notify(0, "STOPPING=1");
}

void
notify_status(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
    (void)sd_notifyf(0, "STATUS=%s", txt_clean(text));
    g_free(text);
}

carp_time
notify_watchdog_every(void)
{
    uint64_t limit = 0;
    if (sd_watchdog_enabled(0, &limit) <= 0) {
        return CARP_NEVER;
    }
    return limit / 2 * CARP_USEC;
}

void
notify_watchdog(void)
{
    (void)sd_notify(0, "WATCHDOG=1");
}
