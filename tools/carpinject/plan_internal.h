/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file plan_internal.h
 * What the kinds of plans share.
 */
#ifndef CARPINJECT_PLAN_INTERNAL_H
#define CARPINJECT_PLAN_INTERNAL_H

#include "plan.h"
#include "rng.h"

struct inj_plan {
    /** The next frame's octets; its time is the caller's. False: error. */
    bool (*make)(struct inj_plan *plan, struct inj_frame *frame);
    void (*free_own)(struct inj_plan *plan);
    bool keeps_time; /**< make() sets frame->at */
    struct inj_spec spec;
    struct inj_pace pace;
    struct inj_builder *builder;
    struct inj_rng rng;
    uint64_t seed;
    uint64_t done;    /**< frames so far */
    uint64_t counter; /**< the next one's */
    carp_time last;   /**< when the last one leaves */
    char *error;
    void *own; /**< the kind's */
};

/** Everything but make, free_own and own. */
struct inj_plan *inj_plan_new(const struct inj_spec *spec,
                              const struct inj_pace *pace, uint64_t seed);
/** The counter of the next advert. */
uint64_t inj_plan_counter(struct inj_plan *plan);
/** Build an advert of @p spec; an error is kept. */
bool inj_plan_build(struct inj_plan *plan, const struct inj_spec *spec,
                    const struct carp_auth *auth, struct inj_frame *frame);
/** Copy a frame without the octets behind it. */
void inj_frame_copy(struct inj_frame *to, const struct inj_frame *from);

#endif
