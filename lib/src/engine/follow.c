/* SPDX-License-Identifier: BSD-2-Clause */
/* Following counters: which sender of the other family is the same node, and
 * whose advert an advert continues. */
#include <carp/counter.h>

#include "engine/track_internal.h"

/* ------------------------------------------------------------------ twins */

static void
leave_twin(struct group *group, struct sender *s)
{
    struct sender *twin =
        s->twin != 0 ? group_by_uid(group, s->twin, NULL) : NULL;

    if (twin != NULL && twin->twin == s->uid) {
        twin->twin = 0;
    }
    s->twin = 0;
}

/* Counters that fit are certain unless somebody else fitted before. While
 * they are random only the beat tells, and that takes longer. */
static unsigned int
votes_needed(const struct sender *s, const struct sender *other,
             const struct carp_adv *adv)
{
    if (other->counter == adv->counter || other->counter + 1 == adv->counter) {
        return s->twin != 0 || other->twin != 0 ? 2 : 1;
    }
    return s->mode == COUNTER_RANDOM && other->mode == COUNTER_RANDOM
               ? 3
               : UINT8_MAX;
}

/* Everybody sends IPv4 first, and IPv6 right behind it with the next counter
 * (OpenBSD: the same). The other order can be a peer that takes over. */
void
follow_twin(struct context *c, const struct carp_adv *adv)
{
    const struct history_entry *e = history_get(c->group->history, 0);
    struct sender *s = c->sender;
    struct sender *other;

    if (e == NULL || e->family != CARP_IPV4 || c->view->family != CARP_IPV6 ||
        carp_time_since(c->now, e->time) > TWIN_WINDOW) {
        return;
    }
    if (s->twin == e->uid) {
        s->twin_votes = 0;
        return;
    }
    if (s->twin_candidate != e->uid) {
        s->twin_candidate = e->uid;
        s->twin_votes = 0;
    }
    other = group_by_uid(c->group, e->uid, NULL);
    if (other == NULL || ++s->twin_votes < votes_needed(s, other, adv)) {
        return;
    }
    leave_twin(c->group, s);
    leave_twin(c->group, other);
    s->twin = other->uid;
    other->twin = s->uid;
    /* What it accepted before it was known to be one node holds for both. */
    if (s->accepted_frame == 0) {
        s->accepted_at = other->accepted_at;
        s->accepted_uid = other->accepted_uid;
        s->accepted_frame = other->accepted_frame;
        s->accepted_time = other->accepted_time;
    }
}

static void
accept_parent(const struct context *c, struct sender *s,
              const struct lineage_step *step)
{
    s->accepted_at = c->now;
    s->accepted_uid = step->parent_uid;
    s->accepted_frame = step->parent_frame;
    s->accepted_time = step->parent_time;
}

/* ---------------------------------------------------------------- lineage */

/* Until its twin is known, an IPv6 sender may be the node that has just sent
 * the IPv4 advert @p e. */
static bool
may_be_twin(const struct context *c, const struct history_entry *e)
{
    return c->sender->twin == 0 && c->view->family == CARP_IPV6 &&
           e->family == CARP_IPV4 &&
           carp_time_since(c->now, e->time) <= TWIN_WINDOW;
}

static const struct history_entry *
foreign_parent(const struct context *c, uint64_t counter)
{
    const struct history *h = c->group->history;
    const struct history_entry *e = history_find_parent(h, counter, NULL);

    while (e != NULL && (sender_is(c->sender, e->uid) || may_be_twin(c, e))) {
        e = history_find_parent(h, counter, e);
    }
    return e;
}

/* One sequence for both families: the other one's advert was the last. */
static bool
continues_twin(const struct context *c, uint64_t counter)
{
    const struct sender *s = c->sender;
    const struct history_entry *e = history_get(c->group->history, 0);
    const struct sender *twin =
        s->twin != 0 ? group_by_uid(c->group, s->twin, NULL) : NULL;

    if (twin != NULL) {
        return carp_counter_steps(twin->counter, counter) == 1;
    }
    return e != NULL && may_be_twin(c, e) && e->counter + 1 == counter;
}

/* Its own last advert, plus 1; a leap of carpd's left out, as it makes them
 * while a peer, or somebody who plays adverts back, sends what it has sent. */
static bool
continues_self(const struct sender *s, uint64_t counter)
{
    return s->adverts != 0 && carp_counter_steps(s->counter, counter) == 1;
}

/* The node has just spoken in the other family: what that advert said of
 * whom it accepted holds for this one, which only counts on from it. */
static void
inherit_parent(const struct context *c, struct lineage_step *step)
{
    const struct sender *s = c->sender;
    const struct sender *twin =
        s->twin != 0 ? group_by_uid(c->group, s->twin, NULL) : NULL;

    if (twin == NULL || carp_time_since(c->now, twin->last) > TWIN_WINDOW) {
        return;
    }
    if (twin->last_kind == LINEAGE_AMBIGUOUS) {
        step->kind = LINEAGE_AMBIGUOUS;
    } else if (twin->accepted_frame != 0 && twin->accepted_at == twin->last) {
        step->kind = LINEAGE_OTHER;
        step->has_parent = true;
        step->parent_uid = twin->accepted_uid;
        step->parent_frame = twin->accepted_frame;
        step->parent_time = twin->accepted_time;
    }
}

/* The line of a sender that is MASTER, with gaps of this capture. */
static bool
skips_own(const struct context *c, uint64_t counter)
{
    const struct sender *s = c->sender;
    const carp_time interval =
        carp_pace_expect(&s->pace, s->advbase, s->advskew);
    const carp_time gap = carp_time_since(c->now, s->last);
    const uint64_t steps = counter - s->counter;
    uint64_t n;
    carp_time off;

    if (s->adverts == 0 || s->bowed_out || !s->is_master || interval == 0 ||
        (!s->contest.active &&
         c->view->master != (int)(s - c->view->senders))) {
        return false;
    }
    n = (gap + interval / 2) / interval;
    off = gap > n * interval ? gap - n * interval : n * interval - gap;
    /* Two adverts an interval with two families. */
    return ((steps == n && n >= 2) || (steps == 2 * n && n >= 1)) &&
           off <= interval / 5;
}

/* A peer's equal counter that is older than our own advert explains nothing
 * that our own does not, unless ucarp had not read it by then. */
static bool
is_recent(const struct sender *s, const struct history_entry *parent)
{
    return parent != NULL &&
           carp_time_add(parent->time, s->ucarp_mac ? LATE_READING : 0) >=
               s->last;
}

struct lineage_step
follow_step(const struct context *c, const struct carp_adv *adv)
{
    const struct sender *s = c->sender;
    struct lineage_step step = {.kind = LINEAGE_FIRST};
    const struct history_entry *parent;
    const bool twin = continues_twin(c, adv->counter);
    const bool self = twin || continues_self(s, adv->counter);

    parent = foreign_parent(c, adv->counter);
    if (s->adverts != 0 && adv->counter == s->counter && !twin &&
        sender_may_be_openbsd(s) &&
        (parent == NULL ||
         carp_time_add(parent->time, LATE_READING) <= s->last)) {
        step.kind = LINEAGE_CONSTANT;
        return step;
    }
    if (parent != NULL) {
        step.has_parent = true;
        step.parent_uid = parent->uid;
        step.parent_frame = parent->frame;
        step.parent_time = parent->time;
    }
    if (self) {
        step.kind = is_recent(s, parent) ? LINEAGE_AMBIGUOUS : LINEAGE_SELF;
        if (twin) {
            inherit_parent(c, &step);
        }
    } else if (skips_own(c, adv->counter)) {
        step.kind = is_recent(s, parent) ? LINEAGE_AMBIGUOUS : LINEAGE_SKIPPED;
    } else if (parent != NULL) {
        step.kind = LINEAGE_OTHER;
    } else if (s->adverts != 0) {
        step.kind = LINEAGE_UNRELATED;
    }
    return step;
}

bool
follow_is_jump(uint64_t earlier, uint64_t later)
{
    const uint64_t jumps = (later - earlier) / CARP_COUNTER_JUMP;

    return (later - earlier) % CARP_COUNTER_JUMP == 0 && jumps >= 2 &&
           jumps < 2 + CARP_COUNTER_JUMPS;
}

/* It leaps when it becomes MASTER or meets another on one counter. */
static bool
counts_as_carpd(enum lineage_kind kind, uint64_t earlier, uint64_t later)
{
    return (kind == LINEAGE_SELF && carp_counter_is_leap(earlier, later)) ||
           follow_is_jump(earlier, later);
}

void
follow_counter(struct context *c, const struct carp_adv *adv,
               const struct lineage_step *step)
{
    struct sender *s = c->sender;

    switch (step->kind) {
    case LINEAGE_FIRST:
        s->mode = COUNTER_NEW;
        break;
    case LINEAGE_CONSTANT:
        s->mode = COUNTER_CONSTANT;
        s->constants++;
        break;
    case LINEAGE_SELF:
    case LINEAGE_SKIPPED:
    case LINEAGE_AMBIGUOUS:
    case LINEAGE_OTHER:
        s->mode = COUNTER_SEQUENCE;
        s->sequences++;
        break;
    case LINEAGE_UNRELATED:
        /* OpenBSD has a new constant after it was started again. */
        s->mode =
            s->mode == COUNTER_CONSTANT ||
                    (sender_may_be_openbsd(s) &&
                     carp_time_since(c->now, s->last) > sender_silent_limit(s))
                ? COUNTER_NEW
                : COUNTER_RANDOM;
        s->randoms++;
        break;
    }
    if (s->adverts != 0 &&
        (s->counter + 1 == adv->counter || step->kind == LINEAGE_SKIPPED)) {
        s->run_len += (uint32_t)(adv->counter - s->counter);
    } else {
        s->run_start = adv->counter;
        s->run_len = 1;
    }
    s->is_carpd |= s->adverts != 0 &&
                   counts_as_carpd(step->kind, s->counter, adv->counter);
    s->came_from = s->counter;
    s->counter = adv->counter;
    s->last_kind = (uint8_t)step->kind;
    if (step->kind == LINEAGE_OTHER) {
        struct sender *twin =
            s->twin != 0 ? group_by_uid(c->group, s->twin, NULL) : NULL;

        accept_parent(c, s, step);
        if (twin != NULL) {
            accept_parent(c, twin, step);
        }
    }
}
