/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file log.h
 * One-line messages on standard error: "carpmon: what: where: what to do".
 *
 * The program's name is GLib's (g_set_prgname()). Callers never pass
 * secrets; control characters are replaced, so that a hostile name cannot
 * write a second line or an escape sequence.
 */
#ifndef TOOLS_LOG_H
#define TOOLS_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <carp/time.h>

/** Write one line; @p format has no newline. */
void log_line(const char *format, ...) G_GNUC_PRINTF(1, 2);

/** Lets one message through per interval and counts the others. Zero
 * everything but @c every to begin. */
struct log_limit {
    carp_time every;     /**< least time between two messages */
    carp_time next;      /**< instant from which one may pass */
    uint64_t suppressed; /**< since the last one that passed */
};

/**
 * May a message be written at @p now?
 * @param[out] suppressed how many were held back since the last; may be NULL
 */
bool log_limit_pass(struct log_limit *limit, carp_time now,
                    uint64_t *suppressed);

#endif
