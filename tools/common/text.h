/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file text.h
 * Text for people: wrapping, times, durations. Instants are nanoseconds
 * since 1970-01-01 UTC here.
 */
#ifndef TOOLS_TEXT_H
#define TOOLS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include <carp/time.h>

#define TXT_CLOCK 16    /**< "12:00:02.114" */
#define TXT_DATE 16     /**< "2026-08-22" */
#define TXT_MOMENT 32   /**< "2026-08-22 12:00:02.114" */
#define TXT_RFC3339 32  /**< "2026-08-22T12:00:02.114000Z" */
#define TXT_DURATION 32 /**< "15.8 s" */

/** Replace control characters, those of 8 bits in UTF-8 too, in place, by
 * '?'. Returns @p text. */
char *txt_clean(char *text);

/** "HH:MM:SS.mmm", local time or UTC. */
char *txt_clock(carp_time when, bool utc, char out[TXT_CLOCK]);
/** "YYYY-MM-DD", local time or UTC. */
char *txt_date(carp_time when, bool utc, char out[TXT_DATE]);
/** The clock; with the date unless that is the day of @p beside. */
char *txt_moment(carp_time when, carp_time beside, bool utc,
                 char out[TXT_MOMENT]);
/** RFC 3339 in UTC with microseconds. */
char *txt_rfc3339(carp_time when, char out[TXT_RFC3339]);
/** "350 ms", "3.41 s", "15.8 s", "3 min 04 s", "2 h 05 min", "3 d 04 h". */
char *txt_duration(carp_time duration, char out[TXT_DURATION]);

/**
 * Append @p text, broken at blanks so that no line exceeds @p width.
 * @param column where the first line already stands
 * @param indent blanks in front of each further line
 * Runs of blanks are kept within a line.
 * The last line ends in a newline. A word longer than a line is not cut:
 * addresses stay whole.
 */
void txt_wrap(GString *out, const char *text, size_t column, size_t indent,
              size_t width);

/** Append @p text and blanks up to @p width columns, one at least. */
void txt_pad(GString *out, const char *text, size_t width);

#endif
