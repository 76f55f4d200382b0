/* SPDX-License-Identifier: BSD-2-Clause */
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

char *
txt_clean(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++) {
        if (g_ascii_iscntrl((char)*c)) {
            *c = '?';
        } else if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f) {
            /* U+0080 to U+009F: U+009B begins an escape sequence, too. */
            *c++ = '?';
            *c = '?';
        }
    }
    return text;
}

static struct tm
broken_down(carp_time when, bool utc)
{
    time_t seconds = (time_t)(when / CARP_SEC);
    struct tm tm;
    memset(&tm, 0, sizeof(tm));
    if (utc) {
        gmtime_r(&seconds, &tm);
    } else {
        localtime_r(&seconds, &tm);
    }
    return tm;
}

char *
txt_clock(carp_time when, bool utc, char out[TXT_CLOCK])
{
    struct tm tm = broken_down(when, utc);
    size_t used = strftime(out, TXT_CLOCK, "%H:%M:%S", &tm);
    unsigned int ms = (unsigned int)(when % CARP_SEC / CARP_MSEC);
    snprintf(out + used, TXT_CLOCK - used, ".%03u", ms);
    return out;
}

char *
txt_date(carp_time when, bool utc, char out[TXT_DATE])
{
    struct tm tm = broken_down(when, utc);
    if (strftime(out, TXT_DATE, "%Y-%m-%d", &tm) == 0) {
        out[0] = '\0';
    }
    return out;
}

char *
txt_moment(carp_time when, carp_time beside, bool utc, char out[TXT_MOMENT])
{
    char date[TXT_DATE];
    char other[TXT_DATE];
    char clock[TXT_CLOCK];
    txt_date(when, utc, date);
    bool is_same = strcmp(date, txt_date(beside, utc, other)) == 0;
    snprintf(out, TXT_MOMENT, "%s%s%s", is_same ? "" : date, is_same ? "" : " ",
             txt_clock(when, utc, clock));
    return out;
}

char *
txt_rfc3339(carp_time when, char out[TXT_RFC3339])
{
    struct tm tm = broken_down(when, true);
    size_t used = strftime(out, TXT_RFC3339, "%Y-%m-%dT%H:%M:%S", &tm);
    unsigned int us = (unsigned int)(when % CARP_SEC / CARP_USEC);
    snprintf(out + used, TXT_RFC3339 - used, ".%06uZ", us);
    return out;
}

static void
two_units(char out[TXT_DURATION], uint64_t big, const char *big_unit,
          uint64_t small, const char *small_unit)
{
    snprintf(out, TXT_DURATION, "%" G_GUINT64_FORMAT " %s %02u %s", big,
             big_unit, (unsigned int)small, small_unit);
}

char *
txt_duration(carp_time duration, char out[TXT_DURATION])
{
    uint64_t s = duration / CARP_SEC;
    if (duration < CARP_SEC) {
        uint64_t us = duration / CARP_USEC;
        if (us < 10000) {
            snprintf(out, TXT_DURATION, "%.3g ms", (double)us / 1e3);
        } else {
            snprintf(out, TXT_DURATION, "%u ms", (unsigned int)(us / 1000));
        }
    } else if (s < 10) {
        snprintf(out, TXT_DURATION, "%.2f s", (double)duration / 1e9);
    } else if (s < 120) {
        snprintf(out, TXT_DURATION, "%.1f s", (double)duration / 1e9);
    } else if (s < 7200) {
        two_units(out, s / 60, "min", s % 60, "s");
    } else if (s < 172800) {
        two_units(out, s / 3600, "h", s / 60 % 60, "min");
    } else {
        two_units(out, s / 86400, "d", s / 3600 % 24, "h");
    }
    return out;
}

static size_t
columns(const char *text, size_t octets)
{
    glong n = g_utf8_strlen(text, (gssize)octets);
    return n > 0 ? (size_t)n : 0;
}

void
txt_wrap(GString *out, const char *text, size_t column, size_t indent,
         size_t width)
{
    bool at_start = true;
    while (*text != '\0') {
        size_t blanks = strspn(text, " ");
        text += blanks;
        size_t octets = strcspn(text, " \n");
        size_t word = columns(text, octets);
        size_t gap = at_start ? 0 : blanks;
        if (!at_start && column + gap + word > width) {
            g_string_append_printf(out, "\n%*s", (int)indent, "");
            column = indent;
            gap = 0;
        }
        if (octets > 0) {
            g_string_append_printf(out, "%*s", (int)gap, "");
            g_string_append_len(out, text, (gssize)octets);
            column += gap + word;
            at_start = false;
        }
        text += octets;
        if (*text == '\n') {
            g_string_append_printf(out, "\n%*s", (int)indent, "");
            column = indent;
            at_start = true;
            text++;
        }
    }
    g_string_append_c(out, '\n');
}

void
txt_pad(GString *out, const char *text, size_t width)
{
    size_t used = columns(text, strlen(text));
    g_string_append(out, text);
    g_string_append_printf(out, "%*s", used < width ? (int)(width - used) : 1,
                           "");
}
