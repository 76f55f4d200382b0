/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file time.h
 * Instants and durations: unsigned nanoseconds of any monotonic origin.
 *
 * libcarp never reads a clock. Every function that needs the time takes it.
 * One 1/256 s, the unit of advskew, is exactly 3 906 250 ns.
 */
#ifndef CARP_TIME_H
#define CARP_TIME_H

#include <stdint.h>

#include <carp/export.h>

CARP_BEGIN_DECLS

/** Nanoseconds; an instant or a duration. */
typedef uint64_t carp_time;

/** An instant that never comes. */
#define CARP_NEVER UINT64_MAX
#define CARP_USEC ((carp_time)1000)
#define CARP_MSEC ((carp_time)1000000)
#define CARP_SEC ((carp_time)1000000000)
/** One 256th of a second, the unit of advskew. */
#define CARP_SKEW_UNIT ((carp_time)3906250)

/** a + b; CARP_NEVER when either is CARP_NEVER or the sum overflows. */
static inline carp_time
carp_time_add(carp_time a, carp_time b)
{
    return a > CARP_NEVER - b ? CARP_NEVER : a + b;
}

/** later - earlier, or 0 when @p later is not later. */
static inline carp_time
carp_time_since(carp_time later, carp_time earlier)
{
    return later > earlier ? later - earlier : 0;
}

CARP_END_DECLS

#endif
