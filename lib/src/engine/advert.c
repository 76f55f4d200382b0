/* SPDX-License-Identifier: BSD-2-Clause */
/* One advert: is it new, what does its counter say, what does it change. */
#include <stdlib.h>
#include <string.h>

#include "engine/track_internal.h"

/* The same frame back within this is a loop or a second copy. */
static const carp_time copy_window = 20 * CARP_MSEC;
/* ucarp takes a counter over up to a second after it was on the wire. */
static const carp_time late_reading = 1200 * CARP_MSEC;
/* A node's IPv4 and IPv6 adverts leave within this. */
static const carp_time twin_window = 10 * CARP_MSEC;

static uint64_t
digest_head(const struct carp_adv *adv)
{
    uint64_t head;

    memcpy(&head, adv->md, sizeof(head));
    return head;
}

/* ------------------------------------------------------------------ twins */

static bool
is_own(const struct sender *s, uint16_t uid)
{
    return uid == s->uid || (s->twin != 0 && uid == s->twin);
}

/* Two votes in a row make the senders of two families one node. */
static void
vote_twin(struct context *c, const struct carp_adv *adv)
{
    const struct history_entry *e = history_get(c->group->history, 0);
    struct sender *s = c->sender;
    struct sender *other;

    if (e == NULL || e->family == c->view->family ||
        carp_time_since(c->now, e->time) > twin_window ||
        (e->counter != adv->counter && e->counter + 1 != adv->counter)) {
        return;
    }
    if (s->twin == e->uid) {
        return;
    }
    if (s->twin_candidate_lo != (uint8_t)e->uid) {
        s->twin_candidate_lo = (uint8_t)e->uid;
        s->twin_votes = 0;
    }
    if (++s->twin_votes < 2) {
        return;
    }
    other = group_by_uid(c->group, e->uid, NULL);
    if (other != NULL && other != s) {
        s->twin = other->uid;
        other->twin = s->uid;
    }
}

/* ---------------------------------------------------------------- lineage */

static const struct history_entry *
foreign_parent(const struct context *c, uint64_t counter)
{
    const struct history *h = c->group->history;
    const struct history_entry *e = history_find(h, counter - 1, NULL);

    while (e != NULL &&
           (is_own(c->sender, e->uid) ||
            (e->family != c->view->family &&
             carp_time_since(c->now, e->time) <= twin_window))) {
        e = history_find(h, counter - 1, e);
    }
    return e;
}

static bool
continues_self(const struct context *c, uint64_t counter)
{
    const struct sender *s = c->sender;
    const struct history_entry *e;
    const struct sender *twin;

    if (s->adverts != 0 && s->counter + 1 == counter) {
        return true;
    }
    twin = s->twin != 0 ? group_by_uid(c->group, s->twin, NULL) : NULL;
    if (twin != NULL && twin->counter + 1 == counter) {
        return true;
    }
    e = history_get(c->group->history, 0);
    return e != NULL && e->family != c->view->family &&
           e->counter + 1 == counter &&
           carp_time_since(c->now, e->time) <= twin_window;
}

static struct lineage_step
lineage_step(const struct context *c, const struct carp_adv *adv)
{
    const struct sender *s = c->sender;
    struct lineage_step step = { .kind = LINEAGE_FIRST };
    const struct history_entry *parent;
    bool self;

    parent = foreign_parent(c, adv->counter);
    self = continues_self(c, adv->counter);
    if (s->adverts != 0 && adv->counter == s->counter &&
        (parent == NULL ||
         carp_time_add(parent->time, late_reading) <= s->last)) {
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
        /* A peer's equal counter that is older than our own explains
         * nothing that our own does not. */
        step.kind = parent == NULL || parent->time < s->last
                        ? LINEAGE_SELF
                        : LINEAGE_AMBIGUOUS;
    } else if (parent != NULL) {
        step.kind = LINEAGE_OTHER;
    } else if (s->adverts != 0) {
        step.kind = LINEAGE_UNRELATED;
    }
    return step;
}

static void
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
    case LINEAGE_AMBIGUOUS:
    case LINEAGE_OTHER:
        s->mode = COUNTER_SEQUENCE;
        s->sequences++;
        break;
    case LINEAGE_UNRELATED:
        s->mode = s->mode == COUNTER_CONSTANT ? COUNTER_NEW : COUNTER_RANDOM;
        s->randoms++;
        break;
    }
    if (s->adverts != 0 && s->counter + 1 == adv->counter) {
        s->run_len++;
    } else {
        s->run_start = adv->counter;
        s->run_len = 1;
    }
    s->counter = adv->counter;
    if (step->kind == LINEAGE_OTHER) {
        s->accepted_at = c->now;
        s->accepted_uid = step->parent_uid;
        s->accepted_frame = step->parent_frame;
        s->accepted_time = step->parent_time;
    }
}

/* ------------------------------------------------- copies, loops, replays */

static const struct history_entry *
same_advert(const struct context *c, const struct carp_adv *adv, bool own)
{
    const uint64_t head = digest_head(adv);
    const struct history_entry *e =
        history_find(c->group->history, adv->counter, NULL);

    while (e != NULL &&
           (e->md != head || (own && e->uid != c->sender->uid))) {
        e = history_find(c->group->history, adv->counter, e);
    }
    return e;
}

enum novelty { ADVERT_NEW, ADVERT_COPY, ADVERT_LOOPED, ADVERT_DUPLICATE };

static enum novelty
novelty_of(const struct context *c, const struct carp_adv *adv)
{
    const struct carp_frame *f = c->packet->frame;
    const struct history_entry *e = same_advert(c, adv, true);
    const carp_time interval =
        carp_interval(c->sender->advbase, c->sender->advskew);
    carp_time age;

    if (e == NULL) {
        return ADVERT_NEW;
    }
    age = carp_time_since(c->now, e->time);
    if (e->source != c->packet->source && age <= 50 * CARP_MSEC) {
        return ADVERT_COPY;
    }
    if (age > copy_window || age > interval / 4 + 2 * CARP_MSEC ||
        e->ip_id != f->ip_id) {
        return ADVERT_NEW;
    }
    return f->has_mac && memcmp(e->mac, f->src_mac.octets, 6) != 0
               ? ADVERT_DUPLICATE
               : ADVERT_LOOPED;
}

/* OpenBSD sends one counter for ever, but each advert has its own IP id. */
static const struct history_entry *
repeats_ip_id(const struct context *c, const struct carp_adv *adv)
{
    const uint16_t id = c->packet->frame->ip_id;
    const struct history *h = c->group->history;
    const struct history_entry *e;

    if (c->view->family != CARP_IPV4 || id == 0) {
        return NULL;
    }
    for (uint32_t i = 0; (e = history_get(h, i)) != NULL; i++) {
        if (e->ip_id == id && e->uid == c->sender->uid &&
            e->counter == adv->counter && e->family == CARP_IPV4) {
            return e;
        }
    }
    return NULL;
}

static bool
was_silent(const struct context *c)
{
    const struct sender *s = c->sender;

    return s->adverts == 0 || s->bowed_out ||
           carp_time_since(c->now, s->last) > sender_silent_limit(s);
}

/* docs/LINEAGE.md: a bare repeat is legitimate after a partition; one that
 * neither the sender's own line nor a peer's explains is not. */
static bool
is_replay(const struct context *c, const struct carp_adv *adv,
          const struct lineage_step *step, uint64_t *original)
{
    const struct sender *s = c->sender;
    const struct history_entry *e;

    *original = 0;
    if (step->kind == LINEAGE_CONSTANT) {
        e = repeats_ip_id(c, adv);
        if (e == NULL && s->mode != COUNTER_CONSTANT &&
            s->mode != COUNTER_NEW) {
            e = same_advert(c, adv, true);
        }
        *original = e != NULL ? e->frame : 0;
        return e != NULL;
    }
    if (step->kind == LINEAGE_SELF || step->kind == LINEAGE_AMBIGUOUS ||
        step->kind == LINEAGE_FIRST) {
        return false;
    }
    e = same_advert(c, adv, true);
    if (e != NULL) {
        *original = e->frame;
        return !(step->has_parent &&
                 carp_time_add(step->parent_time, late_reading) > e->time);
    }
    if (step->has_parent || was_silent(c)) {
        return false;
    }
    /* Older than the history, but within the sender's own unbroken run. */
    if (s->run_len > 1 && adv->counter - s->run_start < s->run_len) {
        return true;
    }
    e = same_advert(c, adv, false);
    *original = e != NULL ? e->frame : 0;
    return e != NULL;
}

static void
tell_copy(struct context *c, enum novelty novelty)
{
    const bool loop = novelty == ADVERT_LOOPED;
    struct alert *alert =
        alert_touch(c, loop ? CARP_LOOPED : CARP_DUPLICATE, CARP_CAUSE_NONE,
                    &c->sender->addr, NULL, 10 * CARP_SEC);
    char who[CARP_ADDR_TEXT], mac[CARP_MAC_TEXT], gap[32];

    if (!alert_wants_text(c, alert)) {
        return;
    }
    alert_frame(alert, c->sender->last_frame);
    carp_addr_format(&c->sender->addr, who);
    text_set(c->track->text,
             "an advert of %s came back %s later, the same to the octet%s%s",
             who,
             text_seconds(carp_time_since(c->now, c->sender->last), gap,
                          sizeof(gap)),
             loop ? "" : ", from MAC ",
             loop ? ""
                  : carp_mac_format(&c->packet->frame->src_mac, mac));
    text_set(c->track->detail, "%s", "");
    alert_tell(c, alert);
}

static void
tell_replay(struct context *c, uint64_t original)
{
    struct alert *alert =
        alert_touch(c, CARP_REPLAY, CARP_CAUSE_NONE, &c->sender->addr, NULL,
                    15 * CARP_SEC);
    char who[CARP_ADDR_TEXT];

    if (!alert_wants_text(c, alert)) {
        return;
    }
    alert_frame(alert, original);
    carp_addr_format(&c->sender->addr, who);
    text_set(c->track->text, "an old advert of %s was sent again%s", who,
             alert->count > 1 ? ", repeatedly" : "");
    text_set(c->track->detail,
             "The counter and digest were on the wire before%s, and neither "
             "the sender's own sequence nor a peer's explains the repeat. "
             "Receivers accept it: a better master's old advert makes the "
             "real master yield.",
             original != 0 ? " (first frame of the evidence)" : "");
    alert_tell(c, alert);
}

/* ----------------------------------------------------------------- update */

static void
remember(struct context *c, const struct carp_adv *adv, bool replay)
{
    const struct carp_frame *f = c->packet->frame;
    struct history_entry e = { .time = c->now, .counter = adv->counter };

    if (c->group->history == NULL) {
        c->group->history = calloc(1, sizeof(*c->group->history));
        if (c->group->history == NULL) {
            return;
        }
    }
    e.md = digest_head(adv);
    e.frame = c->packet->number;
    e.uid = c->sender->uid;
    e.ip_id = f->ip_id;
    e.source = c->packet->source;
    e.family = c->view->family;
    e.is_replay = replay;
    memcpy(e.mac, f->src_mac.octets, sizeof(e.mac));
    history_add(c->group->history, &e);
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
    struct carp_verdict verdict = { .status = CARP_UNVERIFIED };

    if (c->track->config.ring != NULL && whole) {
        verdict = carp_ring_verify(
            c->track->config.ring, adv,
            s->verdict.status == CARP_GOOD ? &s->verdict : NULL,
            c->group->learnt);
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
update_timing(struct context *c, const struct sender *before)
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
    if (before->is_master && gap <= sender_dead_time(before)) {
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
observe(const struct context *c, const struct lineage_step *step,
        const struct sender *before, struct carp_observation *o)
{
    const struct sender *s = c->sender;

    o->is_advert = true;
    o->verdict = s->verdict;
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
accept_advert(struct context *c, const struct sender *before,
              struct lineage_step *step)
{
    const struct carp_adv *adv = &c->packet->frame->u.adv;
    struct sender *s = c->sender;

    unseen_check(c, before, step);
    follow_counter(c, adv, step);
    vote_twin(c, adv);
    update_timing(c, before);
    update_priority(s, adv);
    s->adverts++;
    remember(c, adv, false);
    c->view->last_advert = c->now;
    s->bowed_out =
        adv->advbase == CARP_BOW_OUT && adv->advskew == CARP_BOW_OUT;
    if (s->bowed_out) {
        master_on_bow_out(c);
    } else {
        c->view->last_advbase = adv->advbase;
        master_on_advert(c, step);
    }
    checks_on_advert(c, before, step);
}

void
advert_feed(struct context *c, struct carp_observation *observation)
{
    const struct carp_frame *f = c->packet->frame;
    const struct carp_adv *adv = &f->u.adv;
    const uint64_t forgotten = c->view->forgotten;
    struct lineage_step step;
    struct sender before;
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
    novelty = novelty_of(c, adv);
    if (novelty != ADVERT_NEW) {
        if (novelty != ADVERT_COPY) {
            tell_copy(c, novelty);
        }
        if (observation != NULL) {
            observation->is_advert = true;
            observation->is_looped = novelty != ADVERT_COPY;
            observation->verdict = c->sender->verdict;
        }
        return;
    }
    before = *c->sender;
    update_envelope(c);
    update_verdict(c, adv);
    step = lineage_step(c, adv);
    if (is_replay(c, adv, &step, &original)) {
        remember(c, adv, true);
        tell_replay(c, original);
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
