/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan.h"

#include <string.h>

#include "plan_internal.h"

void
inj_frame_copy(struct inj_frame *to, const struct inj_frame *from)
{
    to->at = from->at;
    to->len = from->len;
    to->layout = from->layout;
    memcpy(to->octets, from->octets, from->len);
}

struct inj_plan *
inj_plan_new(const struct inj_spec *spec, const struct inj_pace *pace,
             uint64_t seed)
{
    struct inj_plan *plan = g_new0(struct inj_plan, 1);
    plan->spec = *spec;
    plan->pace = *pace;
    plan->seed = seed;
    inj_rng_seed(&plan->rng, seed);
    plan->counter =
        spec->has_counter ? spec->counter : inj_rng_next(&plan->rng);
    if (!pace->has_interval) {
        plan->pace.interval = carp_interval(inj_spec_octet(spec, INJ_ADVBASE),
                                            inj_spec_octet(spec, INJ_ADVSKEW));
        /* 0/0 would be a flood nobody asked for. */
        plan->pace.interval = MAX(plan->pace.interval, CARP_SKEW_UNIT);
    }
    plan->builder = inj_builder_new();
    if (plan->builder == NULL) {
        plan->error = g_strdup("libnet cannot be set up: no memory");
    }
    return plan;
}

uint64_t
inj_plan_counter(struct inj_plan *plan)
{
    uint64_t counter = plan->counter;
    switch (plan->spec.counter_mode) {
    case INJ_COUNTER_UP:
        plan->counter++;
        break;
    case INJ_COUNTER_RANDOM:
        plan->counter = inj_rng_next(&plan->rng);
        break;
    case INJ_COUNTER_CONSTANT:
        break;
    }
    return counter;
}

bool
inj_plan_build(struct inj_plan *plan, const struct inj_spec *spec,
               const struct carp_auth *auth, struct inj_frame *frame)
{
    uint16_t id = (uint16_t)inj_rng_next(&plan->rng);
    uint64_t counter = inj_plan_counter(plan);
    if (!inj_build_advert(plan->builder, spec, auth, counter, id, frame)) {
        plan->error = g_strdup(inj_builder_error(plan->builder));
        return false;
    }
    return true;
}

static carp_time
jittered(struct inj_plan *plan, carp_time when)
{
    carp_time jitter = plan->pace.jitter;
    if (jitter == 0) {
        return when;
    }
    carp_time shift = inj_rng_below(&plan->rng, 2 * jitter + 1);
    return carp_time_since(carp_time_add(when, shift), jitter);
}

bool
inj_plan_next(struct inj_plan *plan, struct inj_frame *frame)
{
    carp_time even = plan->done * plan->pace.interval;
    if (plan->error != NULL ||
        (plan->pace.count != 0 && plan->done == plan->pace.count) ||
        (!plan->keeps_time && even >= plan->pace.duration) ||
        !plan->make(plan, frame)) {
        return false;
    }
    if (!plan->keeps_time) {
        frame->at = even;
    }
    if (frame->at >= plan->pace.duration) {
        return false;
    }
    /* Never before the one in front of it. */
    frame->at = jittered(plan, frame->at);
    frame->at = MAX(frame->at, plan->last);
    plan->last = frame->at;
    plan->done++;
    return true;
}

const char *
inj_plan_error(const struct inj_plan *plan)
{
    return plan->error;
}

void
inj_plan_free(struct inj_plan *plan)
{
    if (plan == NULL) {
        return;
    }
    if (plan->free_own != NULL) {
        plan->free_own(plan);
    }
    inj_builder_free(plan->builder);
    inj_spec_clear(&plan->spec);
    g_free(plan->error);
    g_free(plan);
}

/* ----------------------------------------------------------------- advert */

struct advert {
    struct carp_auth auth;
};

static bool
make_advert(struct inj_plan *plan, struct inj_frame *frame)
{
    const struct advert *advert = plan->own;
    return inj_plan_build(plan, &plan->spec, &advert->auth, frame);
}

static void
free_advert(struct inj_plan *plan)
{
    struct advert *advert = plan->own;
    carp_auth_clear(&advert->auth);
    g_free(advert);
}

struct inj_plan *
inj_plan_advert(const struct inj_spec *spec, const struct inj_pace *pace,
                uint64_t seed)
{
    struct inj_plan *plan = inj_plan_new(spec, pace, seed);
    struct advert *advert = g_new0(struct advert, 1);
    inj_spec_auth(spec, &advert->auth);
    plan->own = advert;
    plan->make = make_advert;
    plan->free_own = free_advert;
    return plan;
}

/* ------------------------------------------------------------------ flood */

/* One template a vhid: libnet builds those, the rest is patched into
 * copies. */
struct flood {
    unsigned int vhids, sources;
    struct carp_auth *auths;
    struct inj_frame *templates;
    struct inj_spec *specs;
    struct inj_value source;
};

static void
next_source(struct inj_value *source, const struct inj_value *first,
            uint64_t step, size_t len)
{
    *source = *first;
    for (size_t i = len; i > 0 && step > 0; i--) {
        step += source->octets[i - 1];
        source->octets[i - 1] = (uint8_t)step;
        step >>= 8;
    }
}

static bool
make_flood(struct inj_plan *plan, struct inj_frame *frame)
{
    const struct flood *flood = plan->own;
    size_t vhid = (size_t)(plan->done % flood->vhids);
    uint64_t sender = plan->done / flood->vhids % flood->sources;
    inj_frame_copy(frame, &flood->templates[vhid]);
    if (sender > 0) {
        struct inj_value source;
        next_source(&source, &flood->source, sender,
                    frame->layout.family == CARP_IPV6 ? 16 : 4);
        inj_field_set(frame->octets, &frame->layout, INJ_SOURCE, &source);
        inj_fix_checksums(frame->octets, frame->len, &frame->layout,
                          plan->spec.given | plan->spec.wrong |
                              INJ_BIT(INJ_CHECKSUM));
    }
    /* The templates are signed for a constant counter already. */
    if (plan->spec.counter_mode != INJ_COUNTER_CONSTANT) {
        inj_frame_recount(frame, &flood->specs[vhid], &flood->auths[vhid],
                          inj_plan_counter(plan));
    }
    return true;
}

static void
free_flood(struct inj_plan *plan)
{
    struct flood *flood = plan->own;
    for (unsigned int i = 0; i < flood->vhids; i++) {
        carp_auth_clear(&flood->auths[i]);
        inj_spec_clear(&flood->specs[i]);
    }
    g_free(flood->auths);
    g_free(flood->templates);
    g_free(flood->specs);
    g_free(flood);
}

struct inj_plan *
inj_plan_flood(const struct inj_spec *spec, const struct inj_flood *many,
               const struct inj_pace *pace, uint64_t seed)
{
    struct inj_plan *plan = inj_plan_new(spec, pace, seed);
    struct flood *flood = g_new0(struct flood, 1);
    unsigned int first = inj_spec_octet(spec, INJ_VHID);
    flood->vhids = many->vhids;
    flood->sources = many->sources;
    flood->auths = g_new0(struct carp_auth, many->vhids);
    flood->templates = g_new0(struct inj_frame, many->vhids);
    flood->specs = g_new0(struct inj_spec, many->vhids);
    plan->own = flood;
    plan->make = make_flood;
    plan->free_own = free_flood;
    for (unsigned int i = 0; i < many->vhids && plan->error == NULL; i++) {
        flood->specs[i] = *spec;
        flood->specs[i].given |= INJ_BIT(INJ_VHID);
        flood->specs[i].value[INJ_VHID].number = (first + i) & 255u;
        inj_spec_auth(&flood->specs[i], &flood->auths[i]);
        uint64_t first_counter = plan->counter;
        inj_plan_build(plan, &flood->specs[i], &flood->auths[i],
                       &flood->templates[i]);
        plan->counter = first_counter;
    }
    struct carp_addr source = inj_spec_source(spec);
    memcpy(flood->source.octets, source.octets, sizeof(source.octets));
    return plan;
}
