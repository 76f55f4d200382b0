/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file clock.h
 * Live time that never jumps.
 *
 * Packets carry wall-clock times. When somebody sets the clock, or the
 * machine was suspended, silence would seem to last for hours, or no time at
 * all. So steps of the wall clock against the monotonic one are taken out:
 * the tracker's time starts as wall-clock time and then runs evenly.
 */
#ifndef CARPMON_CLOCK_H
#define CARPMON_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/time.h>

/** The three clocks of the system, read one after the other. */
struct mon_clocks {
    carp_time wall;      /**< CLOCK_REALTIME */
    carp_time monotonic; /**< CLOCK_MONOTONIC: stands still in suspend */
    carp_time boot;      /**< CLOCK_BOOTTIME: does not */
};

struct mon_clock {
    bool is_set;
    int64_t offset;    /**< wall minus monotonic, as last seen */
    int64_t adjust;    /**< added to wall-clock times */
    int64_t previous;  /**< the same before the last step */
    carp_time now;     /**< even time at the last look */
    carp_time settled; /**< even time from which no frame is older than
                            the last step */
    carp_time asleep;  /**< boot minus monotonic, as last seen */
};

/** What happened to the clocks since they were looked at before. */
struct mon_clock_news {
    int64_t step;    /**< the clock was set by so much, nanoseconds; or 0 */
    carp_time slept; /**< the machine was suspended for so long; or 0 */
};

/** Compare the clocks, take out what is no passing of time. */
struct mon_clock_news mon_clock_sync(struct mon_clock *clock,
                                     const struct mon_clocks *clocks);
/** A frame's wall-clock time on the even scale. Shortly after a step frames
 * come that were stamped before it: they are told by what makes sense. */
carp_time mon_clock_even(const struct mon_clock *clock, carp_time wall);
/** Back to the wall clock as it is now, for people. */
carp_time mon_clock_wall(const struct mon_clock *clock, carp_time even);

#endif
