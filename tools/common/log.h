/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file log.h
 * One-line messages: "carpmon: what: where: what to do".
 *
 * They go to standard error, unless a program chose otherwise with
 * log_sink.h. The program's name is GLib's (g_set_prgname()). Callers never
 * pass secrets; control characters are replaced, so that a hostile name
 * cannot write a second line or an escape sequence.
 */
#ifndef TOOLS_LOG_H
#define TOOLS_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include <carp/time.h>

/** How much a message matters; the numbers are those of syslog. */
enum log_level {
    LOG_LEVEL_CRITICAL = 2,
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_NOTICE = 5,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7
};

/** What a journal keeps beside the text. Upper case, digits and '_', such as
 * CARP_VHID; MESSAGE_ID is 32 hexadecimal digits. */
struct log_field {
    const char *name;
    const char *value; /**< NULL: left out */
};

/** Where lines go. @p text is clean and has no newline. */
typedef void (*log_sink)(enum log_level level, const struct log_field *fields,
                         size_t count, const char *text);

/** Write one line at LOG_LEVEL_WARNING; @p format has no newline. */
void log_line(const char *format, ...) G_GNUC_PRINTF(1, 2);
/** Write one line. */
void log_say(enum log_level level, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** Write one line with fields. */
void log_event(enum log_level level, const struct log_field *fields,
               size_t count, const char *format, ...) G_GNUC_PRINTF(4, 5);

/** Least important level that is written; LOG_LEVEL_INFO at first. */
void log_set_level(enum log_level level);
/** Send lines elsewhere; NULL: standard error again. */
void log_set_sink(log_sink sink);
/** The sink that writes to standard error. */
void log_to_stderr(enum log_level level, const struct log_field *fields,
                   size_t count, const char *text);

/** Lets one message through per interval and counts the others. Zero
 * everything but @c every to begin. For one kind of message; for many, told
 * apart by a key, see log_rate.h. */
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
