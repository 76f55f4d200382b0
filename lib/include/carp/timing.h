/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file timing.h
 * Intervals and dead times of each implementation (PROTOCOL 3.2, 8).
 */
#ifndef CARP_TIMING_H
#define CARP_TIMING_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/export.h>
#include <carp/time.h>

CARP_BEGIN_DECLS

/** How a family of implementations turns advbase and advskew into time. */
enum carp_timing_id {
    CARP_TIMING_BSD = 0, /**< FreeBSD, NetBSD, DragonFly: 3·base + skew */
    CARP_TIMING_OPENBSD, /**< 3·(base + skew), 10 ms ticks */
    CARP_TIMING_UCARP,   /**< 3·base + skew, rounded up to its poll */
    CARP_TIMING_COUNT
};

/** advbase + advskew/256 s. */
CARP_API carp_time carp_interval(uint8_t advbase, uint8_t advskew);

/** Nominal master-down time of a BACKUP configured so. */
CARP_API carp_time carp_master_down(enum carp_timing_id id, uint8_t advbase,
                                    uint8_t advskew);

/** The same with @p ratio instead of 3: ucarp's --deadratio. 0 counts as 3. */
CARP_API carp_time carp_master_down_ratio(enum carp_timing_id id,
                                          uint8_t advbase, uint8_t advskew,
                                          uint8_t ratio);

/** @p nominal as a kernel with a tick of 10 ms fires it:
 * (ceil(us / 10000) + 1) · 10 ms. */
CARP_API carp_time carp_tick_10ms(carp_time nominal);

/** Longest time after a master's last advert in which the slowest legitimate
 * successor with this advbase must have spoken: ucarp with advskew 254 and
 * its second of batched reception. */
CARP_API carp_time carp_slowest_takeover(uint8_t advbase);

/**
 * The rhythm of one sender, learnt: how long its interval really is for what
 * it advertises. Kernel ticks make 1.000 s nominal 1.010 s on the wire.
 */
struct carp_pace {
    uint8_t advbase, advskew; /**< what was advertised when learnt */
    uint8_t samples;          /**< saturates at 255 */
    carp_time interval;       /**< smoothed; nominal until learnt */
    carp_time jitter;         /**< smoothed absolute deviation */
};

/** Start anew for what a sender advertises. */
CARP_API void carp_pace_init(struct carp_pace *pace, uint8_t advbase,
                             uint8_t advskew);
/** Feed the gap behind an advert that advertised @p advbase, @p advskew.
 * Gaps far from the nominal interval (lost, extra adverts) are left out. */
CARP_API void carp_pace_learn(struct carp_pace *pace, uint8_t advbase,
                              uint8_t advskew, carp_time gap);
/** The interval to expect after an advert with these values. */
CARP_API carp_time carp_pace_expect(const struct carp_pace *pace,
                                    uint8_t advbase, uint8_t advskew);

CARP_END_DECLS

#endif
