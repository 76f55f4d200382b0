/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plans that send adverts with faults. Frame n depends on the seed and n
 * alone. Each starts as a valid advert, gets one to four mutations that know
 * the structure, then right or wrong digest and checksums: a receiver that
 * stops at the first check would never be tested behind it.
 */
#include <string.h>

#include "plan_internal.h"

#define MUTATIONS_MAX 4

struct fuzz {
    struct carp_auth auth;
};

static bool
one_in(struct inj_rng *rng, uint64_t n)
{
    return inj_rng_below(rng, n) == 0;
}

/* Values at which programs break, more often than others. */
static uint64_t
odd_number(struct inj_rng *rng, uint64_t old, uint64_t max)
{
    switch (inj_rng_below(rng, 7)) {
    case 0:
        return 0;
    case 1:
        return max;
    case 2:
        return (old + 1) & max;
    case 3:
        return (old - 1) & max;
    case 4:
        return old ^ (UINT64_C(1) << inj_rng_below(rng, 64) & max);
    case 5:
        return (max >> 1) + inj_rng_below(rng, 2);
    default:
        return inj_rng_next(rng) & max;
    }
}

static void
mutate_field(struct inj_rng *rng, struct inj_frame *frame)
{
    enum inj_field field;
    /* MACs only now and then: a frame that nobody takes tests nothing. */
    do {
        field = (enum inj_field)inj_rng_below(rng, INJ_FIELD_COUNT);
    } while ((field == INJ_ETH_DST || field == INJ_ETH_TYPE) &&
             !one_in(rng, 8));
    if (!inj_field_present(&frame->layout, frame->len, field)) {
        return;
    }
    struct inj_value value =
        inj_field_get(frame->octets, &frame->layout, field);
    value.number = odd_number(rng, value.number,
                              inj_field_max(field, frame->layout.family));
    for (size_t i = 0; i < sizeof(value.octets); i++) {
        uint8_t octet = (uint8_t)inj_rng_next(rng);
        value.octets[i] = one_in(rng, 2) ? octet : value.octets[i];
    }
    inj_field_set(frame->octets, &frame->layout, field, &value);
}

static void
mutate_octets(struct inj_rng *rng, struct inj_frame *frame)
{
    size_t from = frame->layout.at[INJ_LAYER_IP];
    uint64_t count = 1 + inj_rng_below(rng, 4);
    if (frame->len <= from) {
        return;
    }
    for (uint64_t i = 0; i < count; i++) {
        size_t at = from + (size_t)inj_rng_below(rng, frame->len - from);
        frame->octets[at] = (uint8_t)inj_rng_next(rng);
    }
}

static void
tell_length(struct inj_frame *frame)
{
    size_t head = frame->layout.at[INJ_LAYER_IP];
    if (frame->layout.family == CARP_IPV6) {
        head += 40;
    }
    if (frame->len >= head &&
        inj_field_present(&frame->layout, frame->len, INJ_IP_LEN)) {
        struct inj_value value = {.number = frame->len - head};
        inj_field_set(frame->octets, &frame->layout, INJ_IP_LEN, &value);
    }
}

static void
cut(struct inj_rng *rng, struct inj_frame *frame)
{
    size_t from = one_in(rng, 4) ? frame->layout.at[INJ_LAYER_IP]
                                 : frame->layout.at[INJ_LAYER_CARP];
    if (frame->len > from) {
        frame->len = from + (size_t)inj_rng_below(rng, frame->len - from);
    }
    if (!one_in(rng, 4)) {
        tell_length(frame);
    }
}

static void
lengthen(struct inj_rng *rng, struct inj_frame *frame)
{
    static const uint16_t most[] = {4, 16, 64, 600, 1300};
    size_t more = 1 + (size_t)inj_rng_below(rng, most[inj_rng_below(rng, 5)]);
    for (size_t i = 0; i < more && frame->len < 1500; i++) {
        frame->octets[frame->len++] = (uint8_t)inj_rng_next(rng);
    }
    if (!one_in(rng, 4)) {
        tell_length(frame);
    }
}

/* IPv4 options, or an IPv6 hop-by-hop header, between IP and CARP. */
static void
insert_options(struct inj_rng *rng, struct inj_frame *frame)
{
    struct inj_layout *layout = &frame->layout;
    bool is_v6 = layout->family == CARP_IPV6;
    size_t at = layout->at[INJ_LAYER_CARP];
    size_t more = is_v6 ? 8 : 4 * (1 + (size_t)inj_rng_below(rng, 10));
    if (frame->len < at || frame->len + more > 1500 ||
        at != layout->at[INJ_LAYER_IP] + (is_v6 ? 40u : 20u)) {
        return;
    }
    memmove(frame->octets + at + more, frame->octets + at, frame->len - at);
    for (size_t i = 0; i < more; i++) {
        frame->octets[at + i] = one_in(rng, 2) ? (uint8_t)inj_rng_next(rng) : 1;
    }
    frame->len += more;
    layout->at[INJ_LAYER_CARP] = (uint16_t)(at + more);
    struct inj_value value = {.number = is_v6 ? 0 : 5 + more / 4};
    if (is_v6) {
        frame->octets[at] = 112;
        frame->octets[at + 1] = 0;
    }
    inj_field_set(frame->octets, layout, is_v6 ? INJ_PROTOCOL : INJ_IP_HL,
                  &value);
    tell_length(frame);
}

static void
fragment(struct inj_rng *rng, struct inj_frame *frame)
{
    struct inj_value flags = {.number = inj_rng_below(rng, 8)};
    struct inj_value offset = {.number = inj_rng_below(rng, 8)};
    if (inj_field_present(&frame->layout, frame->len, INJ_IP_OFFSET)) {
        inj_field_set(frame->octets, &frame->layout, INJ_IP_FLAGS, &flags);
        inj_field_set(frame->octets, &frame->layout, INJ_IP_OFFSET, &offset);
    }
}

static void
mutate(struct inj_rng *rng, struct inj_frame *frame)
{
    switch (inj_rng_below(rng, 16)) {
    case 0:
    case 1:
        mutate_octets(rng, frame);
        break;
    case 2:
    case 3:
        cut(rng, frame);
        break;
    case 4:
    case 5:
        lengthen(rng, frame);
        break;
    case 6:
        insert_options(rng, frame);
        break;
    case 7:
        fragment(rng, frame);
        break;
    default:
        mutate_field(rng, frame);
        break;
    }
}

static void
settle(struct inj_rng *rng, struct inj_plan *plan, struct inj_frame *frame)
{
    const struct fuzz *fuzz = plan->own;
    uint64_t keep = 0;
    if (!one_in(rng, 3) &&
        inj_field_present(&frame->layout, frame->len, INJ_DIGEST)) {
        struct carp_auth auth;
        uint8_t vhid =
            (uint8_t)inj_field_get(frame->octets, &frame->layout, INJ_VHID)
                .number;
        struct inj_value counter =
            inj_field_get(frame->octets, &frame->layout, INJ_COUNTER);
        struct inj_value digest;
        auth = fuzz->auth;
        if (one_in(rng, 2)) {
            inj_spec_auth_vhid(&plan->spec, vhid, &auth);
        }
        carp_auth_digest(&auth, counter.number, digest.octets);
        inj_field_set(frame->octets, &frame->layout, INJ_DIGEST, &digest);
        carp_auth_clear(&auth);
    }
    keep |= one_in(rng, 6) ? INJ_BIT(INJ_IP_CHECKSUM) : 0;
    keep |= one_in(rng, 4) ? INJ_BIT(INJ_CHECKSUM) : 0;
    inj_fix_checksums(frame->octets, frame->len, &frame->layout, keep);
}

static bool
make_fuzz(struct inj_plan *plan, struct inj_frame *frame)
{
    const struct fuzz *fuzz = plan->own;
    struct inj_rng rng;
    inj_rng_seed(&rng,
                 plan->seed ^ (plan->done * UINT64_C(0xd1342543de82ef95) + 1));
    inj_rng_seed(&rng, inj_rng_next(&rng));
    if (!inj_plan_build(plan, &plan->spec, &fuzz->auth, frame)) {
        return false;
    }
    uint64_t mutations = 1 + inj_rng_below(&rng, MUTATIONS_MAX);
    for (uint64_t i = 0; i < mutations; i++) {
        mutate(&rng, frame);
    }
    settle(&rng, plan, frame);
    return true;
}

static void
free_fuzz(struct inj_plan *plan)
{
    struct fuzz *fuzz = plan->own;
    carp_auth_clear(&fuzz->auth);
    g_free(fuzz);
}

struct inj_plan *
inj_plan_fuzz(const struct inj_spec *spec, const struct inj_pace *pace,
              uint64_t seed)
{
    struct inj_plan *plan = inj_plan_new(spec, pace, seed);
    struct fuzz *fuzz = g_new0(struct fuzz, 1);
    inj_spec_auth(spec, &fuzz->auth);
    plan->own = fuzz;
    plan->make = make_fuzz;
    plan->free_own = free_fuzz;
    return plan;
}
