/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file log_rate.h
 * Messages that may come in storms, told apart by a key.
 *
 * The first message with a key is written at once. Those that follow within
 * a minute are counted, and at its end one line says "N more like this" with
 * the last of them. So a fault that repeats a thousand times a second costs
 * two lines a minute. Memory is bounded: with too many keys at once, further
 * ones share a key of their own.
 */
#ifndef TOOLS_LOG_RATE_H
#define TOOLS_LOG_RATE_H

#include "log.h"

/** Most keys told apart at once: some faults hit all vhids of a host. */
#define LOG_RATE_KEYS 2048
/** Of one kind of message, most that are told apart at once by whom they are
 * about: names come from the wire, and a stranger has as many as he likes. */
#define LOG_RATE_NAMES 8u
/** Time in which messages with one key become one line. */
#define LOG_RATE_EVERY (60 * CARP_SEC)

/** Events with one key that are written at once in that time: hosts that hand
 * an address to and fro must not look as before for a minute. */
#define LOG_RATE_EVENTS 8u

struct log_rate;

struct log_rate *log_rate_new(void);
/** Whatever was counted is not written any more; see log_rate_flush(). */
void log_rate_free(struct log_rate *rate);

/**
 * Write a line, or count it.
 * @param key what makes messages alike: "bad-hmac 7@eth0 10.0.0.2"
 * @param now monotonic
 */
void log_rate_say(struct log_rate *rate, const char *key, carp_time now,
                  enum log_level level, const char *format, ...)
    G_GNUC_PRINTF(5, 6);
/** The same for messages of one kind, "replay 7@eth0", that are told apart by
 * a name from the wire, "10.0.0.2". When there are too many names, further ones
 * share what is said. */
void log_rate_say_of(struct log_rate *rate, const char *kind, const char *name,
                     carp_time now, enum log_level level, const char *format,
                     ...) G_GNUC_PRINTF(6, 7);
/** The same as log_rate_say() with fields for a journal, and for the first
 * LOG_RATE_EVENTS; the fields of the last message go with "N more like this".
 */
void log_rate_event(struct log_rate *rate, const char *key, carp_time now,
                    enum log_level level, const struct log_field *fields,
                    size_t count, const char *format, ...) G_GNUC_PRINTF(7, 8);

/** Write the summaries that are due. @p now CARP_NEVER: all of them. Returns
 * when the next one is due. */
carp_time log_rate_flush(struct log_rate *rate, carp_time now);

#endif
