/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file plan.h
 * What is sent and when: a stream of timed frames. Pure: no clock, no
 * network, no randomness but the seed's. The same plan gives the same frames
 * octet for octet.
 */
#ifndef CARPINJECT_PLAN_H
#define CARPINJECT_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <carp/time.h>
#include <carp/timing.h>

#include "build.h"
#include "spec.h"

/** Most specs (sources and vhids) of one flood. */
#define INJ_MANY_MAX 65536

/** How often. */
struct inj_pace {
    uint64_t count;     /**< 0: no end */
    carp_time duration; /**< CARP_NEVER: no end */
    bool has_interval;
    carp_time interval; /**< between two; 0: as fast as can be; without
                             has_interval advbase + advskew/256 */
    carp_time jitter;   /**< each is early or late by up to this */
};

struct inj_plan;

/** Adverts of one sender. */
struct inj_plan *inj_plan_advert(const struct inj_spec *spec,
                                 const struct inj_pace *pace, uint64_t seed);

/** Flood from many senders: in turn every vhid from the spec's on, and every
 * source address from the spec's on. */
struct inj_flood {
    unsigned int vhids;   /**< 1..255 */
    unsigned int sources; /**< 1..INJ_MANY_MAX */
};
struct inj_plan *inj_plan_flood(const struct inj_spec *spec,
                                const struct inj_flood *many,
                                const struct inj_pace *pace, uint64_t seed);

/** Mutations of an advert; see fuzz.c for the kinds. */
struct inj_plan *inj_plan_fuzz(const struct inj_spec *spec,
                               const struct inj_pace *pace, uint64_t seed);

/** How to send a capture again. */
struct inj_replay {
    double speed;       /**< 2.0: twice as fast; 0: no pauses */
    uint64_t loops;     /**< 1: once */
    bool rewrites;      /**< apply the spec's overrides */
    bool renumbers;     /**< new counters, by the spec's counter mode */
    bool has_only_vhid; /**< whoever reads the file leaves others out */
    uint8_t only_vhid;
};
/** @param frames takes over: struct inj_frame with times as captured, in
 * order; freed with the plan */
struct inj_plan *inj_plan_replay(GPtrArray *frames, const struct inj_spec *spec,
                                 const struct inj_replay *how,
                                 const struct inj_pace *pace, uint64_t seed);

/** The next frame; false at the end or after an error. */
bool inj_plan_next(struct inj_plan *plan, struct inj_frame *frame);
/** NULL, or why it ended early; one line. */
const char *inj_plan_error(const struct inj_plan *plan);
void inj_plan_free(struct inj_plan *plan);

#endif
