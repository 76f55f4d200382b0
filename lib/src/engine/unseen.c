/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Masters that this wire did not see (LINEAGE 3).
 *
 * A sender that appears with a peer's old counter + n was MASTER for n
 * adverts, of which the last is the first one seen here. Counter and time
 * must both fit: t = t(c) + master-down time + (n - 1) · interval.
 */
#include <string.h>

#include <carp/counter.h>

#include "engine/track_internal.h"

enum { ADVERTS_MAX = 100000 };
/* After more intervals the beat is not known well enough, and a host may
 * have been restarted in between. */
enum { BEATS_MAX = 25 };

struct fit {
    bool found;
    uint64_t n;
    carp_time residual, second; /* best and next best */
    carp_time heard, became;    /* last accepted; MASTER since */
    uint64_t frame;
    uint32_t uid;
    carp_time interval;
};

struct hypothesis {
    carp_time master_down, interval;
    carp_time late;  /* how much later it may have been */
    carp_time after; /* the parent was not heard before */
    uint64_t step;   /* adverts per interval: 2 for dual stack */
};

static carp_time
apart(carp_time a, carp_time b)
{
    return a > b ? a - b : b - a;
}

static void
try_entry(const struct context *c, const struct hypothesis *h,
          const struct history_entry *e, uint64_t counter, struct fit *fit)
{
    const uint64_t adverts = carp_counter_steps(e->counter, counter);
    uint64_t n;
    carp_time span, expected, residual, tolerance;

    if (adverts == 0 || adverts > ADVERTS_MAX) {
        return;
    }
    /* Of the parent's two adverts the later one was taken over: the count
     * from the one of this family is even, with a peer of one family odd. */
    n = (adverts - 1) / h->step + 1;
    if (n < 2) {
        return;
    }
    span = (n - 1) * h->interval;
    expected = e->time + h->master_down + span;
    residual = apart(expected, c->now);
    tolerance = 30 * CARP_MSEC + c->sender->pace.jitter + span / 50;
    if (c->sender->ucarp_mac) {
        tolerance += 100 * CARP_MSEC; /* it wakes once per interval */
    }
    /* Having read its packets late, ucarp is late by as much. */
    if (residual > tolerance + (c->now > expected ? h->late : 0)) {
        return;
    }
    if (fit->found && residual >= fit->residual) {
        if (e->frame != fit->frame && residual < fit->second) {
            fit->second = residual;
        }
        return;
    }
    if (fit->found && e->frame != fit->frame) {
        fit->second = fit->residual;
    }
    *fit = (struct fit){.found = true,
                        .n = n,
                        .residual = residual,
                        .second = fit->found ? fit->second : CARP_NEVER,
                        .heard = e->time,
                        .frame = e->frame,
                        .uid = e->uid,
                        .became = c->now - span,
                        .interval = h->interval};
}

static void
try_hypothesis(const struct context *c, const struct hypothesis *h,
               uint64_t counter, struct fit *fit)
{
    const struct history_entry *e;

    for (uint32_t i = 0;
         (e = history_get(c->group->history, i)) != NULL && e->time >= h->after;
         i++) {
        if (!sender_is(c->sender, e->uid) && e->family == c->view->family) {
            try_entry(c, h, e, counter, fit);
        }
    }
}

static struct fit
search(const struct context *c, const struct past *before,
       const struct carp_adv *adv)
{
    const struct sender *s = c->sender;
    const carp_time nominal = carp_interval(adv->advbase, adv->advskew);
    const enum carp_timing_id timing =
        s->ucarp_mac ? CARP_TIMING_UCARP : CARP_TIMING_BSD;
    struct hypothesis h = {
        .master_down = carp_master_down(timing, adv->advbase, adv->advskew),
        .interval = nominal,
        .late = s->ucarp_mac ? CARP_SEC : 0,
        /* What it heard before its last advert shows in that one. */
        .after = before->adverts != 0
                     ? carp_time_since(before->last, LATE_READING)
                     : 0};
    struct fit fit = {.second = CARP_NEVER};
    const struct view *other =
        &c->group->views[c->view->family == CARP_IPV6 ? VIEW4 : VIEW6];
    const bool known = s->pace.samples >= 2 &&
                       s->pace.advskew == adv->advskew &&
                       s->pace.advbase == adv->advbase;

    for (h.step = s->twin != 0 ? 2 : 1; h.step <= (other->count != 0 ? 2u : 1u);
         h.step++) {
        h.interval = known ? s->pace.interval : nominal;
        try_hypothesis(c, &h, adv->counter, &fit);
        if (!known && timing == CARP_TIMING_BSD) {
            h.interval = carp_tick_10ms(nominal);
            try_hypothesis(c, &h, adv->counter, &fit);
        }
    }
    return fit;
}

/* A takeover in good order: promptly at a peer's advert, or one dead time
 * behind the last. */
static bool
is_in_time(const struct context *c, const struct carp_adv *adv,
           carp_time parent)
{
    const bool ucarp = c->sender->ucarp_mac;
    const carp_time age = carp_time_since(c->now, parent);
    const carp_time down =
        carp_master_down(ucarp ? CARP_TIMING_UCARP : CARP_TIMING_BSD,
                         adv->advbase, adv->advskew);

    return age <= LATE_READING ||
           apart(age, down) <= 60 * CARP_MSEC + down / 50 ||
           (ucarp && age > down && age < down + LATE_READING);
}

/* An ordinary takeover looks odd when this capture lost adverts: some of the
 * master's last ones, of which one is continued (its beat tells when), or the
 * first ones of the sender. */
static bool
has_lost_adverts(const struct context *c, const struct carp_adv *adv,
                 const struct sender *m)
{
    const uint64_t steps = carp_counter_steps(m->counter, adv->counter);
    const carp_time theirs = carp_pace_expect(&m->pace, m->advbase, m->advskew);
    const carp_time own = carp_interval(adv->advbase, adv->advskew);
    const bool constant = m->mode == COUNTER_CONSTANT;

    /* A bow-out or another advert beside the beat. */
    if (!constant && (steps == 2 || steps == 3) &&
        carp_time_since(c->now, m->last) <= theirs * 11 / 10) {
        return true;
    }
    for (uint64_t lost = 1; lost <= 9; lost++) {
        const uint64_t of_master = lost % 4, of_own = lost / 4;
        const uint64_t n = (constant ? 0 : of_master) + of_own;
        const carp_time at =
            carp_time_add(m->last, of_master * theirs + of_own * own);

        if ((steps == n + 1 || steps == 2 * n + 1 || steps == 2 * n + 2) &&
            at <= carp_time_add(c->now, theirs / 20 + 10 * CARP_MSEC) &&
            is_in_time(c, adv, at)) {
            return true;
        }
    }
    return false;
}

static bool
is_ordinary(const struct context *c, const struct carp_adv *adv,
            const struct lineage_step *step)
{
    const struct view *v = c->view;

    if (step->has_parent) {
        return is_in_time(c, adv, step->parent_time);
    }
    for (unsigned int i = 0; i < v->count; i++) {
        const struct sender *m = &v->senders[i];

        if (m != c->sender && m->adverts != 0 && has_lost_adverts(c, adv, m)) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------- tell */

static void
say_meanwhile(struct context *c, carp_time became)
{
    struct view *v = c->view;
    const struct sender *m =
        v->master == NOBODY ? NULL : &v->senders[v->master];
    char who[CARP_ADDR_TEXT], gap[32];
    carp_time from;

    if (m == NULL || m == c->sender || !m->is_master) {
        return;
    }
    from = m->master_since > became ? m->master_since : became;
    text_add(c->track->detail, " %s was MASTER too: two masters for %s.",
             carp_addr_format(&m->addr, who),
             text_seconds(carp_time_since(c->now, from), gap, sizeof(gap)));
}

static void
tell(struct context *c, carp_time became, enum carp_confidence confidence,
     uint64_t frame)
{
    static const struct carp_addr none;
    const struct sender *m =
        c->view->master == NOBODY ? NULL : &c->view->senders[c->view->master];
    const struct carp_addr *peer =
        m != NULL && m != c->sender ? &m->addr : &none;
    struct alert *alert = alert_touch(c, CARP_UNSEEN_MASTER, CARP_CAUSE_NONE,
                                      &c->sender->addr, peer, CARP_NEVER);

    if (alert == NULL) {
        return;
    }
    alert->since = became;
    alert->confidence = confidence;
    if (confidence == CARP_LOW) {
        alert->severity = CARP_WARNING;
    }
    alert_frame(alert, frame);
    alert_tell(c, alert);
    alert_resolve(c, alert, "its adverts are seen here again");
}

static void
tell_fit(struct context *c, const struct fit *fit)
{
    const struct sender *peer = group_by_uid(c->group, fit->uid, NULL);
    char who[CARP_ADDR_TEXT], whom[CARP_ADDR_TEXT] = "a peer";
    char since[64], heard[64], took[32], every[32];
    enum carp_confidence confidence = CARP_HIGH;

    if (fit->second != CARP_NEVER) {
        confidence = fit->second / 4 > fit->residual ? CARP_MEDIUM : CARP_LOW;
    }
    carp_addr_format(&c->sender->addr, who);
    if (peer != NULL) {
        carp_addr_format(&peer->addr, whom);
    }
    text_set(c->track->text,
             "%s was MASTER since %s, unseen by this capture: %llu of its "
             "adverts never came here",
             who, text_time(c->track, fit->became, since, sizeof(since)),
             (unsigned long long)(fit->n - 1));
    text_set(c->track->detail,
             "Its counter is that of frame %llu of %s plus %llu: it last "
             "heard %s at %s, became MASTER %s later and advertised every "
             "%s since.",
             (unsigned long long)fit->frame, whom, (unsigned long long)fit->n,
             whom, text_time(c->track, fit->heard, heard, sizeof(heard)),
             text_seconds(carp_time_since(fit->became, fit->heard), took,
                          sizeof(took)),
             text_seconds(fit->interval, every, sizeof(every)));
    say_meanwhile(c, fit->became);
    tell(c, fit->became, confidence, fit->frame);
}

/* The first adverts of an ordinary takeover may get lost on the way here.
 * While nobody else was MASTER, that is no partition. */
static bool
is_worth_telling(const struct context *c, const struct fit *fit)
{
    const struct history_entry *e;

    for (uint32_t i = 0; (e = history_get(c->group->history, i)) != NULL &&
                         e->time > fit->became;
         i++) {
        if (!sender_is(c->sender, e->uid) && !e->is_replay) {
            return true;
        }
    }
    return fit->n > 3;
}

/* ------------------------------------------------ its own line continued */

/* The sender was MASTER, another took over, and now the sender goes on where
 * it would be had it never stopped. The counter says so, or only the beat. */
static bool
beat_fits(const struct context *c, const struct past *before, uint64_t *n)
{
    const carp_time interval =
        carp_pace_expect(&before->pace, before->advbase, before->advskew);
    const carp_time gap = carp_time_since(c->now, before->last);
    carp_time off;

    if (interval == 0 || before->pace.samples < 2) {
        return false;
    }
    *n = (gap + interval / 2) / interval;
    off = apart(gap, *n * interval);
    return *n >= 3 && off <= interval * 3 / 200 + *n * 200 * CARP_USEC;
}

static void
tell_line(struct context *c, const struct past *before, uint64_t n,
          bool by_counter)
{
    char who[CARP_ADDR_TEXT], since[64], every[32];

    carp_addr_format(&c->sender->addr, who);
    text_set(c->track->text,
             "%s seems to have been MASTER all the time since %s, unseen by "
             "this capture",
             who, text_time(c->track, before->last, since, sizeof(since)));
    text_set(c->track->detail,
             "Its last advert here was frame %llu, and it goes on in the "
             "same beat of %s: %llu intervals.",
             (unsigned long long)before->last_frame,
             text_seconds(carp_pace_expect(&before->pace, before->advbase,
                                           before->advskew),
                          every, sizeof(every)),
             (unsigned long long)n);
    if (by_counter) {
        text_add(c->track->detail, " Its counter went on by as many.");
    }
    say_meanwhile(c, before->last);
    tell(c, before->last, by_counter ? CARP_HIGH : CARP_LOW,
         before->last_frame);
}

static void
check_own_line(struct context *c, const struct past *before,
               const struct carp_adv *adv, bool ordinary)
{
    const struct view *v = c->view;
    const struct sender *m =
        v->master == NOBODY ? NULL : &v->senders[v->master];
    uint64_t n = 0, steps;

    if (m == NULL || m == c->sender || !m->is_master ||
        m->master_since < before->last || before->bowed_out ||
        before->last < v->blind || !beat_fits(c, before, &n)) {
        return;
    }
    steps = adv->counter - before->counter;
    if (!ordinary && (steps == n || steps == 2 * n)) {
        tell_line(c, before, n, true);
    } else if (n <= BEATS_MAX &&
               carp_time_since(c->now, m->last) > 40 * CARP_MSEC &&
               carp_interval(adv->advbase, adv->advskew) <
                   carp_interval(m->advbase, m->advskew)) {
        tell_line(c, before, n, false);
    }
}

void
unseen_check(struct context *c, const struct past *before,
             struct lineage_step *step)
{
    const struct carp_adv *adv = &c->packet->frame->u.adv;
    const carp_time gap = carp_time_since(c->now, before->last);
    const bool silent = before->adverts == 0 || gap > before->silent_limit;
    struct fit fit;
    bool ordinary;

    /* What was not seen while blind says nothing about a partition. */
    if (step->is_renumbered ||
        (before->adverts != 0 && before->last < c->view->blind)) {
        return;
    }
    if (!silent || step->kind == LINEAGE_CONSTANT ||
        (adv->advbase == CARP_BOW_OUT && adv->advskew == CARP_BOW_OUT)) {
        if (silent && before->adverts != 0) {
            check_own_line(c, before, adv, false);
        }
        return;
    }
    ordinary = is_ordinary(c, adv, step);
    if (!ordinary && step->kind != LINEAGE_SELF &&
        step->kind != LINEAGE_SKIPPED) {
        fit = search(c, before, adv);
        if (fit.found && is_worth_telling(c, &fit)) {
            tell_fit(c, &fit);
            step->kind = LINEAGE_OTHER;
            step->was_unseen = true;
            step->has_parent = true;
            step->parent_uid = fit.uid;
            step->parent_frame = fit.frame;
            step->parent_time = fit.heard;
            return;
        }
    }
    if (before->adverts != 0) {
        check_own_line(c, before, adv, ordinary);
    }
}
