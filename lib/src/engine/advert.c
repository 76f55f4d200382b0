/* SPDX-License-Identifier: BSD-2-Clause */
/* One advert: is it new, what does its counter say, what does it change. */
#include <stdlib.h>
#include <string.h>

#include "engine/track_internal.h"

/* ----------------------------------------------------------------- update */

/* Beside members that are heard, a few adverts with a wrong digest are enough:
 * a flood of them must not push the members' out, which then would be new when
 * they are played back. */
static bool
is_crowding_out(struct context *c)
{
    enum { BESIDE_EACH = 3 };
    struct history *h = c->group->history;
    const struct sender *s = c->sender;

    if (s->verdict.status == CARP_GOOD) {
        h->proved = c->now;
        h->unproved = 0;
        return false;
    }
    return s->verdict.status == CARP_BAD && s->good == 0 && h->proved != 0 &&
           carp_time_since(c->now, h->proved) < 10 * CARP_SEC &&
           ++h->unproved > BESIDE_EACH;
}

static void
remember(struct context *c, const struct carp_adv *adv, bool replay)
{
    const struct carp_frame *f = c->packet->frame;
    struct history_entry *e;

    if (c->group->history == NULL) {
        c->group->history = calloc(1, sizeof(*c->group->history));
        if (c->group->history == NULL) {
            return;
        }
    }
    if (is_crowding_out(c)) {
        return;
    }
    e = history_add(c->group->history, adv->counter);
    e->time = c->now;
    e->md = repeat_digest_head(adv);
    e->checksum = adv->checksum;
    e->frame = c->packet->number;
    e->uid = c->sender->uid;
    e->ip_id = f->ip_id;
    e->source = c->packet->source;
    e->family = c->view->family;
    e->is_replay = replay;
    memcpy(e->mac, f->src_mac.octets, sizeof(e->mac));
}

static void
update_envelope(struct context *c)
{
    const struct carp_frame *f = c->packet->frame;
    struct sender *s = c->sender;
    const uint8_t *m = f->src_mac.octets;

    if (f->has_mac) {
        const bool vrrp_oui = m[0] == 0 && m[1] == 0 && m[2] == 0x5e &&
                              m[3] == 0 && m[5] == f->u.adv.vhid;

        s->mac = f->src_mac;
        s->has_mac = true;
        s->virtual_mac = vrrp_oui && m[4] == 1;
        s->ucarp_mac = vrrp_oui && m[4] == 0;
    }
    s->ttl = f->ttl;
    s->tos = f->tos;
    s->dont_fragment = f->dont_fragment;
    if (c->view->family == CARP_IPV4) {
        s->ip_id_zero |= f->ip_id == 0;
        s->ip_id_set |= f->ip_id != 0;
    }
    s->ttl_bad = (f->issues & CARP_ISSUE_TTL) != 0;
}

static void
update_verdict(struct context *c, const struct carp_adv *adv)
{
    const bool whole = (c->packet->frame->issues & CARP_ISSUE_CAPTURE) == 0;
    struct sender *s = c->sender;
    struct carp_verdict verdict = {.status = CARP_UNVERIFIED};

    if (c->track->config.ring != NULL && whole) {
        verdict = carp_ring_verify(c->track->config.ring, adv,
                                   s->verdict.status == CARP_GOOD ? &s->verdict
                                                                  : NULL,
                                   learnt_addrs(c->group));
    }
    s->verdict = verdict;
    switch (verdict.status) {
    case CARP_GOOD:
        s->good++;
        c->view->good++;
        break;
    case CARP_BAD:
        s->bad++;
        c->view->bad++;
        (void)explained_update(c, adv);
        break;
    case CARP_UNVERIFIED:
        s->unverified++;
        c->view->unverified++;
        break;
    }
}

static void
update_timing(struct context *c, const struct past *before)
{
    struct sender *s = c->sender;
    const carp_time gap = carp_time_since(c->now, before->last);

    s->previous = before->last;
    s->last = c->now;
    s->last_frame = c->packet->number;
    if (before->adverts == 0 || before->bowed_out) {
        return;
    }
    carp_pace_learn(&s->pace, before->advbase, before->advskew, gap);
    if (before->is_master && gap <= before->dead_time) {
        s->master_time += gap;
        if (gap > s->max_gap) {
            s->max_gap = gap;
        }
    }
}

static void
update_priority(struct sender *s, const struct carp_adv *adv)
{
    s->demote = adv->demote;
    s->demote_seen |= adv->demote != 0;
    if (adv->advbase == CARP_BOW_OUT && adv->advskew == CARP_BOW_OUT) {
        return;
    }
    s->advbase = adv->advbase;
    s->advskew = adv->advskew;
    if (s->pace.samples == 0) {
        carp_pace_init(&s->pace, adv->advbase, adv->advskew);
    }
}

static void
observe_digest(const struct context *c, struct carp_observation *o)
{
    o->verdict = c->sender->verdict;
    o->learnt = learnt_addrs(c->group);
    if (o->verdict.status == CARP_BAD) {
        o->explanation = sender_explanation(c->sender);
    }
}

static void
observe(const struct context *c, const struct lineage_step *step,
        const struct past *before, struct carp_observation *o)
{
    const struct sender *s = c->sender;

    o->is_advert = true;
    observe_digest(c, o);
    o->role = s->is_master ? CARP_MASTER : CARP_BACKUP;
    o->impl = sender_impl(c->group, s);
    if (before->adverts != 0) {
        o->delta = carp_time_since(c->now, before->last);
        o->previous_frame = before->last_frame;
    }
    if (step->kind == LINEAGE_OTHER) {
        const struct sender *parent =
            group_by_uid(c->group, step->parent_uid, NULL);

        o->parent_frame = step->parent_frame;
        if (parent != NULL) {
            o->parent = parent->addr;
        }
    }
    o->expected_next = carp_time_add(
        c->now, carp_pace_expect(&s->pace, s->advbase, s->advskew));
    o->is_bow_out = s->bowed_out;
}

/* Receivers drop these: no state changes, the fault is told. */
static bool
is_acceptable(unsigned int issues, size_t captured)
{
    if ((issues & CARP_ISSUE_CAPTURE) != 0) {
        return captured >= 16;
    }
    return (issues & (CARP_ISSUE_VERSION | CARP_ISSUE_CHECKSUM |
                      CARP_ISSUE_SHORT | CARP_ISSUE_VHID_ZERO)) == 0;
}

static void
accept_advert(struct context *c, const struct past *before,
              struct lineage_step *step)
{
    const struct carp_adv *adv = &c->packet->frame->u.adv;
    struct sender *s = c->sender;

    step->is_renumbered = renumber_is(c, step);
    unseen_check(c, before, step);
    follow_counter(c, adv, step);
    follow_twin(c, adv);
    update_timing(c, before);
    update_priority(s, adv);
    s->adverts++;
    if (s->adverts == 3 && sender_standing(c->view, s, c->now) != 0) {
        network_keep(c->track, c->group->segment, c->group->vlan, &s->addr);
    }
    remember(c, adv, false);
    c->view->last_advert = c->now;
    s->bowed_out = adv->advbase == CARP_BOW_OUT && adv->advskew == CARP_BOW_OUT;
    if (s->bowed_out) {
        master_on_bow_out(c);
    } else {
        master_on_advert(c, step);
    }
    checks_on_advert(c, before, step);
    if (c->group->alert_count != 0) {
        dual_sweep(c);
    }
}

static struct past
past_of(const struct sender *s)
{
    return (struct past){.last = s->last,
                         .last_frame = s->last_frame,
                         .adverts = s->adverts,
                         .counter = s->counter,
                         .pace = s->pace,
                         .dead_time = sender_dead_time(s),
                         .silent_limit = sender_silent_limit(s),
                         .advbase = s->advbase,
                         .advskew = s->advskew,
                         .demote = s->demote,
                         .bowed_out = s->bowed_out,
                         .had_moved = s->moved_to != 0,
                         .is_master = s->is_master};
}

void
advert_feed(struct context *c, struct carp_observation *observation)
{
    const struct carp_frame *f = c->packet->frame;
    const struct carp_adv *adv = &f->u.adv;
    const uint64_t forgotten = c->view->forgotten;
    struct lineage_step step;
    struct past before;
    enum novelty novelty;
    uint64_t original;

    c->view->adverts++;
    c->sender = view_get(c, &f->src);
    if (c->view->forgotten != forgotten) {
        checks_flood(c, false);
    }
    if (c->sender == NULL) {
        return;
    }
    if ((f->issues & ~(unsigned int)CARP_ISSUE_CAPTURE) != 0) {
        checks_invalid(c);
    }
    if (!is_acceptable(f->issues, f->payload_len)) {
        return;
    }
    novelty = repeat_novelty(c, adv);
    if (novelty != ADVERT_NEW) {
        if (novelty == ADVERT_COPY) {
            c->view->adverts--; /* seen twice, sent once */
        } else {
            repeat_tell_copy(c, novelty);
        }
        if (observation != NULL) {
            observation->is_advert = true;
            observation->is_looped = novelty != ADVERT_COPY;
            observe_digest(c, observation);
        }
        return;
    }
    before = past_of(c->sender);
    update_envelope(c);
    if (before.adverts == 0) {
        learn_on_first(c);
    }
    update_verdict(c, adv);
    step = follow_step(c, adv);
    if (repeat_is_replay(c, adv, &step, &original)) {
        remember(c, adv, true);
        repeat_tell_replay(c, original);
        if (observation != NULL) {
            observe(c, &step, &before, observation);
            observation->is_replay = true;
        }
        return;
    }
    accept_advert(c, &before, &step);
    if (observation != NULL) {
        observe(c, &step, &before, observation);
    }
}
