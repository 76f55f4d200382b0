/* SPDX-License-Identifier: BSD-2-Clause */
/* Plans that send a capture again. */
#include <string.h>

#include "plan_internal.h"

struct replay {
    struct inj_replay how;
    GPtrArray *frames; /* struct inj_frame */
    carp_time round;   /* how long one loop takes */
    uint64_t loop;
    guint next;
    bool has_auth[256];
    struct carp_auth auth[256];
};

static uint64_t
vhid_of(const struct inj_frame *frame)
{
    return inj_field_get(frame->octets, &frame->layout, INJ_VHID).number;
}

static const struct carp_auth *
auth_for(struct inj_plan *plan, const struct inj_frame *frame)
{
    struct replay *replay = plan->own;
    uint8_t vhid = (plan->spec.given & INJ_BIT(INJ_VHID)) != 0
                       ? inj_spec_octet(&plan->spec, INJ_VHID)
                       : (uint8_t)vhid_of(frame);
    if (!plan->spec.has_key) {
        return NULL;
    }
    if (!replay->has_auth[vhid]) {
        replay->has_auth[vhid] = true;
        inj_spec_auth_vhid(&plan->spec, vhid, &replay->auth[vhid]);
    }
    return &replay->auth[vhid];
}

static void
rewrite(struct inj_plan *plan, struct inj_frame *frame)
{
    const struct replay *replay = plan->own;
    uint64_t counter = 0;
    if (replay->how.renumbers) {
        counter = inj_plan_counter(plan);
    }
    if (replay->how.rewrites) {
        inj_frame_rewrite(frame, &plan->spec, auth_for(plan, frame),
                          replay->how.renumbers ? &counter : NULL);
    }
}

static carp_time
scaled(const struct replay *replay, carp_time when)
{
    if (!(replay->how.speed > 0.0)) {
        return 0;
    }
    return (carp_time)((double)when / replay->how.speed);
}

static bool
make_replay(struct inj_plan *plan, struct inj_frame *frame)
{
    struct replay *replay = plan->own;
    if (replay->next == replay->frames->len) {
        replay->next = 0;
        replay->loop++;
    }
    if (replay->frames->len == 0 ||
        (replay->how.loops != 0 && replay->loop == replay->how.loops)) {
        return false;
    }
    inj_frame_copy(frame, g_ptr_array_index(replay->frames, replay->next));
    frame->at =
        scaled(replay, carp_time_add(frame->at, replay->loop * replay->round));
    replay->next++;
    rewrite(plan, frame);
    return true;
}

static void
free_replay(struct inj_plan *plan)
{
    struct replay *replay = plan->own;
    for (size_t i = 0; i < 256; i++) {
        carp_auth_clear(&replay->auth[i]);
    }
    g_ptr_array_free(replay->frames, TRUE);
    g_free(replay);
}

/* The first frame of a loop follows the last of the one before by the mean
 * of all gaps. */
static carp_time
round_of(const GPtrArray *frames)
{
    if (frames->len < 2) {
        return CARP_SEC;
    }
    const struct inj_frame *first = g_ptr_array_index(frames, 0);
    const struct inj_frame *last = g_ptr_array_index(frames, frames->len - 1);
    carp_time length = carp_time_since(last->at, first->at);
    return length + length / (frames->len - 1);
}

static void
start_at_zero(GPtrArray *frames)
{
    carp_time start = 0;
    for (guint i = 0; i < frames->len; i++) {
        struct inj_frame *frame = g_ptr_array_index(frames, i);
        start = i == 0 ? frame->at : start;
        frame->at = carp_time_since(frame->at, start);
    }
}

struct inj_plan *
inj_plan_replay(GPtrArray *frames, const struct inj_spec *spec,
                const struct inj_replay *how, const struct inj_pace *pace,
                uint64_t seed)
{
    struct inj_plan *plan = inj_plan_new(spec, pace, seed);
    struct replay *replay = g_new0(struct replay, 1);
    replay->how = *how;
    replay->frames = frames;
    start_at_zero(frames);
    replay->round = round_of(frames);
    plan->own = replay;
    plan->make = make_replay;
    plan->free_own = free_replay;
    plan->keeps_time = true;
    return plan;
}
