/* SPDX-License-Identifier: BSD-2-Clause */
/* Two senders of one vhid: why. */

#include "engine/dual_internal.h"

static struct pair
pair_of(const struct context *c, struct sender *challenger)
{
    struct sender *master = &c->view->senders[c->view->master];
    const struct contest *ct = &challenger->contest;
    const enum hearing self =
        dual_hearing(challenger, ct->heard_self, ct->deaf_self);
    const enum hearing other =
        dual_hearing(master, ct->heard_other, ct->deaf_other);
    struct pair p = {.winner = master,
                     .loser = challenger,
                     .loser_hears = self,
                     .winner_hears = other};

    p.tie = sender_is_equal(master, challenger);
    if (sender_is_better(challenger, master)) {
        p.winner = challenger;
        p.loser = master;
        p.loser_hears = other;
        p.winner_hears = self;
    }
    /* Whoever hears a better master yields; who does not yield is deaf. */
    if (p.loser_hears == HEARING_UNKNOWN && !p.tie &&
        p.loser->demote == p.winner->demote) {
        p.loser_hears = DEAF;
    }
    return p;
}

/* ------------------------------------------------------------------ cause */

static bool
is_other_group(const struct context *c, const struct pair *p)
{
    const struct carp_ring *ring = c->track->config.ring;
    const struct carp_ring_row *w, *l;

    if (p->winner->verdict.status != CARP_GOOD ||
        p->loser->verdict.status != CARP_GOOD ||
        p->winner->verdict.row == p->loser->verdict.row) {
        return false;
    }
    w = carp_ring_get(ring, p->winner->verdict.row);
    l = carp_ring_get(ring, p->loser->verdict.row);
    if (w == NULL || l == NULL || carp_key_equal(&w->key, &l->key)) {
        return false;
    }
    for (unsigned int i = 0; i < w->addrs.count; i++) {
        if (carp_addrs_contain(&l->addrs, &w->addrs.list[i])) {
            return false;
        }
    }
    return w->addrs.count != 0 && l->addrs.count != 0;
}

static bool
rows_share_key(const struct context *c, const struct pair *p)
{
    const struct carp_ring *ring = c->track->config.ring;
    const struct carp_ring_row *w = carp_ring_get(ring, p->winner->verdict.row);
    const struct carp_ring_row *l = carp_ring_get(ring, p->loser->verdict.row);

    return w != NULL && l != NULL && carp_key_equal(&w->key, &l->key);
}

static bool
hash_differs(const struct context *c, const struct pair *p, struct why *why)
{
    const struct carp_verdict *w = &p->winner->verdict;
    const struct carp_verdict *l = &p->loser->verdict;

    why->confidence = CARP_HIGH;
    if (w->status == CARP_GOOD && l->status == CARP_GOOD) {
        if (w->row != l->row) {
            why->cause = rows_share_key(c, p) ? CARP_CAUSE_HASH_ADDRESSES
                                              : CARP_CAUSE_HASH_KEY;
            return true;
        }
        why->cause = CARP_CAUSE_HASH_PROFILE;
        return w->profile != l->profile;
    }
    if ((w->status == CARP_BAD) == (l->status == CARP_BAD)) {
        return false;
    }
    why->explained = w->status == CARP_BAD ? p->winner : p->loser;
    why->explanation = sender_explanation(why->explained);
    why->cause = CARP_CAUSE_HASH_KEY;
    if (why->explanation == NULL || !why->explanation->found) {
        why->confidence = CARP_MEDIUM;
        return true;
    }
    why->cause = explanation_cause(why->explanation);
    return true;
}

static bool
has_ever_accepted(const struct sender *s, const struct sender *other)
{
    return sender_is(other, s->accepted_uid) && s->accepted_at != 0;
}

/* That one accepted the other proves password, addresses and profile. */
static bool
hash_was_right(const struct pair *p)
{
    const struct sender *w = p->winner, *l = p->loser;

    return p->winner_hears == HEARS || p->loser_hears == HEARS ||
           (w->verdict.status == CARP_GOOD && l->verdict.status == CARP_GOOD) ||
           has_ever_accepted(w, l) || has_ever_accepted(l, w);
}

/* One hears the other and is not heard, nor ever was: it may accept more than
 * it sends. A carpd does, while passwords change, and beside a ucarp. */
static bool
may_be_refused(const struct pair *p)
{
    return (p->winner_hears == HEARS && p->loser_hears == DEAF &&
            !has_ever_accepted(p->loser, p->winner)) ||
           (p->loser_hears == HEARS && p->winner_hears == DEAF &&
            !has_ever_accepted(p->winner, p->loser));
}

static void
delivery(const struct pair *p, struct why *why)
{
    const bool verified = p->winner->verdict.status == CARP_GOOD &&
                          p->loser->verdict.status == CARP_GOOD;

    /* An acceptance before the contest proves the digests of that time. */
    why->confidence = p->winner_hears != HEARING_UNKNOWN &&
                              (verified || p->winner_hears == HEARS ||
                               p->loser_hears == HEARS)
                          ? CARP_HIGH
                          : CARP_MEDIUM;
    if (!verified && may_be_refused(p) &&
        (p->winner_hears == HEARS ? p->winner : p->loser)->is_carpd) {
        why->confidence = CARP_MEDIUM;
    }
    if (p->loser_hears == DEAF && p->winner_hears == DEAF) {
        why->cause = CARP_CAUSE_NO_DELIVERY_BOTH;
    } else if (p->loser_hears == DEAF) {
        why->cause = CARP_CAUSE_NO_DELIVERY_A_TO_B;
    } else if (p->winner_hears == DEAF) {
        why->cause = CARP_CAUSE_NO_DELIVERY_A_TO_B;
        why->a = p->loser;
        why->b = p->winner;
    } else {
        why->cause = p->tie ? CARP_CAUSE_TIE : CARP_CAUSE_UNKNOWN;
        why->confidence = CARP_LOW;
    }
}

static struct why
find_cause(const struct context *c, const struct pair *p)
{
    struct why why = {.a = p->winner, .b = p->loser};
    const bool accepted = p->winner_hears == HEARS || p->loser_hears == HEARS;

    if ((!accepted || may_be_refused(p)) && hash_differs(c, p, &why)) {
        return why;
    }
    why.confidence = CARP_HIGH;
    if (p->winner->ttl_bad || p->loser->ttl_bad) {
        why.cause = CARP_CAUSE_TTL;
        if (!p->winner->ttl_bad) {
            why.a = p->loser;
            why.b = p->winner;
        }
        return why;
    }
    if (p->tie && p->loser_hears != DEAF && p->winner_hears != DEAF) {
        why.cause = CARP_CAUSE_TIE;
        return why;
    }
    if (hash_was_right(p)) {
        delivery(p, &why);
        return why;
    }
    why.cause = CARP_CAUSE_UNKNOWN;
    why.confidence = CARP_LOW;
    return why;
}

/* ---------------------------------------------------------------- verdict */

static struct alert *
dual_alert(struct context *c, const struct why *why, enum carp_code code,
           enum carp_cause cause)
{
    /* The pair is one finding whichever of the two comes first. */
    struct alert *alert = alert_find(c->group, c->view->family, code,
                                     &why->b->addr, &why->a->addr);

    if (alert != NULL) {
        alert->a = why->a->addr;
        alert->b = why->b->addr;
    }
    return alert_touch(c, code, cause, &why->a->addr, &why->b->addr, DUAL_HOLD);
}

static struct alert *
find_pair(struct context *c, const struct why *why)
{
    struct alert *alert =
        alert_find(c->group, c->view->family, CARP_DUAL_MASTER, &why->a->addr,
                   &why->b->addr);

    return alert != NULL
               ? alert
               : alert_find(c->group, c->view->family, CARP_DUAL_MASTER,
                            &why->b->addr, &why->a->addr);
}

/* A healing fault looks like another one for an advert or two: a cause that
 * was told changes only on repeated evidence, unless it was half known. */
static bool
keeps_cause(struct contest *ct, const struct alert *alert,
            const struct why *why, bool own_turn)
{
    const bool learns_more = alert != NULL && alert->confidence != CARP_HIGH &&
                             (alert->cause == CARP_CAUSE_UNKNOWN ||
                              (alert->cause == CARP_CAUSE_NO_DELIVERY_A_TO_B &&
                               why->cause == CARP_CAUSE_NO_DELIVERY_BOTH));

    if (alert == NULL || alert->cause == why->cause || learns_more) {
        ct->next_cause_count = 0;
        return false;
    }
    if (ct->next_cause != (uint8_t)why->cause) {
        ct->next_cause = (uint8_t)why->cause;
        ct->next_cause_count = 0;
    }
    return !own_turn || ++ct->next_cause_count < 3;
}

static void
tell_dual(struct context *c, const struct pair *p, const struct why *why,
          struct sender *challenger)
{
    struct contest *ct = &challenger->contest;
    const bool collision = is_other_group(c, p);
    struct alert *alert;
    char a[CARP_ADDR_TEXT], b[CARP_ADDR_TEXT], when[64];

    if (!collision &&
        keeps_cause(ct, find_pair(c, why), why, c->sender == challenger)) {
        return;
    }
    alert =
        dual_alert(c, why, collision ? CARP_VHID_COLLISION : CARP_DUAL_MASTER,
                   collision ? CARP_CAUSE_CARP : why->cause);
    if (alert == NULL) {
        return;
    }
    ct->reported = true;
    if (!alert->emitted) {
        alert->since = ct->start;
        alert_frame(alert, ct->parent_frame);
        alert_frame(alert, ct->start_frame);
    }
    alert->confidence = why->confidence;
    if (!alert_wants_text(c, alert)) {
        return;
    }
    carp_addr_format(&why->a->addr, a);
    carp_addr_format(&why->b->addr, b);
    text_time(c->track, alert->since, when, sizeof(when));
    if (collision) {
        const struct carp_ring *ring = c->track->config.ring;

        text_set(c->track->text,
                 "two unrelated groups use this vhid: %s ([vhid \"%s\"]) and "
                 "%s ([vhid \"%s\"])",
                 a, carp_ring_get(ring, why->a->verdict.row)->name, b,
                 carp_ring_get(ring, why->b->verdict.row)->name);
        text_set(c->track->detail,
                 "Both are MASTER since %s, with one "
                 "virtual MAC and different addresses.",
                 when);
    } else {
        text_set(c->track->text, "%s and %s are both MASTER since %s", a, b,
                 when);
        dual_say_cause(c, p, why);
    }
    alert_tell(c, alert);
}

void
dual_check(struct context *c, struct sender *challenger)
{
    struct pair p;
    struct why why;

    if (c->view->master == NOBODY ||
        &c->view->senders[c->view->master] == challenger ||
        !dual_is_sure(c, challenger)) {
        return;
    }
    p = pair_of(c, challenger);
    why = find_cause(c, &p);
    tell_dual(c, &p, &why, challenger);
}
