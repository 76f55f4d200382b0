/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/track_internal.h"

/* What had to be cut must not end within a UTF-8 character: names come from
 * the user, and JSON has no place for half of one. */
static void
trim(char *text)
{
    size_t len = strlen(text), whole = len;

    while (whole != 0 && ((unsigned char)text[whole - 1] & 0xc0) == 0x80) {
        whole--;
    }
    if (whole != 0 && ((unsigned char)text[whole - 1] & 0x80) != 0) {
        const unsigned char lead = (unsigned char)text[whole - 1];
        const size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;

        len = len - whole + 1 < wanted ? whole - 1 : len;
    }
    text[len] = '\0';
}

void
text_set(char *text, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, CARP_EVENT_TEXT, format, args);
    va_end(args);
    trim(text);
}

void
text_add(char *text, const char *format, ...)
{
    const size_t used = strlen(text);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text + used, CARP_EVENT_TEXT - used, format, args);
    va_end(args);
    trim(text);
}

const char *
text_time(struct carp_track *track, carp_time when, char *text, size_t size)
{
    if (track->config.format_time != NULL) {
        track->config.format_time(track->config.user, when, text, size);
    } else {
        (void)snprintf(text, size, "%" PRIu64 ".%03u", when / CARP_SEC,
                       (unsigned int)(when % CARP_SEC / CARP_MSEC));
    }
    return text;
}

const char *
text_seconds(carp_time duration, char *text, size_t size)
{
    if (duration < CARP_SEC) {
        (void)snprintf(text, size, "%u ms",
                       (unsigned int)((duration + CARP_MSEC / 2) / CARP_MSEC));
    } else if (duration < 100 * CARP_SEC) {
        const carp_time hundredths =
            (duration + 5 * CARP_MSEC) / (10 * CARP_MSEC);

        (void)snprintf(text, size, "%u.%02u s",
                       (unsigned int)(hundredths / 100),
                       (unsigned int)(hundredths % 100));
    } else if (duration < 7200 * CARP_SEC) {
        const uint64_t s = duration / CARP_SEC;

        (void)snprintf(text, size, "%" PRIu64 " min %02u s", s / 60,
                       (unsigned int)(s % 60));
    } else {
        const uint64_t minutes = duration / (60 * CARP_SEC), h = minutes / 60;

        if (h < 48) {
            (void)snprintf(text, size, "%" PRIu64 " h %02u min", h,
                           (unsigned int)(minutes % 60));
        } else {
            (void)snprintf(text, size, "%" PRIu64 " d %02u h", h / 24,
                           (unsigned int)(h % 24));
        }
    }
    return text;
}

const char *
carp_reason_text(enum carp_reason reason)
{
    static const char *const texts[CARP_REASON_COUNT] = {
        [CARP_REASON_FIRST_SEEN] = "first advert seen",
        [CARP_REASON_TIMED_OUT] = "master timed out",
        [CARP_REASON_PREEMPTING] = "preempting a slower master",
        [CARP_REASON_WILL_TIME_OUT] = "master will time out",
        [CARP_REASON_UNEXPECTED] = "that master is being heard here",
        [CARP_REASON_UNSEEN] = "it was MASTER before, unseen here",
        [CARP_REASON_RETURNED] = "the same master again",
        [CARP_REASON_MORE_FREQUENT] = "more frequent advertisement received",
        [CARP_REASON_BOWED_OUT] = "bowed out",
        [CARP_REASON_SILENT] = "silent",
        [CARP_REASON_RENUMBERED] = "the same host with another address",
    };

    return (unsigned int)reason < CARP_REASON_COUNT ? texts[reason] : "";
}
