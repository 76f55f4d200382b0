/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file clock.h
 * Live time that never jumps.
 *
 * Packets carry wall-clock times. When somebody sets the clock, silence
 * would seem to last for hours, or no time at all. So steps of the wall
 * clock against the monotonic one are taken out: the tracker's time starts
 * as wall-clock time and then runs evenly.
 */
#ifndef CARPMON_CLOCK_H
#define CARPMON_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/time.h>

struct mon_clock {
    bool is_set;
    int64_t offset; /**< wall minus monotonic, as last seen */
    int64_t adjust; /**< added to wall-clock times */
};

/** Compare the clocks. Returns the step in nanoseconds taken out now, or 0. */
int64_t mon_clock_sync(struct mon_clock *clock, carp_time wall,
                       carp_time monotonic);
/** A wall-clock time on the even scale. */
carp_time mon_clock_even(const struct mon_clock *clock, carp_time wall);
/** Back to the wall clock as it is now, for people. */
carp_time mon_clock_wall(const struct mon_clock *clock, carp_time even);

#endif
