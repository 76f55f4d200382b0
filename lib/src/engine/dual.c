/* SPDX-License-Identifier: BSD-2-Clause */
/* Two senders of one vhid: when it is more than a hand-over, and why. */
#include <stdio.h>

#include "engine/track_internal.h"

/* ucarp reads up to a second late and sends one advert more when it yields
 * (PROTOCOL 5.5): a loser may still be heard for this long. */
static const carp_time yield_grace = 1100 * CARP_MSEC;
static const carp_time dual_hold = CARP_NEVER; /* dual_end() resolves */

/* What is known about one direction. */
enum hearing { HEARING_UNKNOWN, HEARS, DEAF };

struct pair {
    struct sender *winner, *loser;
    bool tie;
    enum hearing loser_hears, winner_hears;
};

static enum hearing
hearing_of(uint32_t heard, uint32_t deaf)
{
    if (heard != 0) {
        return HEARS;
    }
    return deaf != 0 ? DEAF : HEARING_UNKNOWN;
}

static struct pair
pair_of(const struct context *c, struct sender *challenger)
{
    struct sender *master = &c->view->senders[c->view->master];
    const struct contest *ct = &challenger->contest;
    const enum hearing self = hearing_of(ct->heard_self, ct->deaf_self);
    const enum hearing other = hearing_of(ct->heard_other, ct->deaf_other);
    struct pair p = { .winner = master, .loser = challenger,
                      .loser_hears = self, .winner_hears = other };

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

/* ucarp's last advert before it yields continues the winner's counter. */
static bool
has_accepted(const struct sender *left, const struct sender *stays)
{
    return left->accepted_at == left->last &&
           left->accepted_uid == stays->uid;
}

static bool
is_dual(const struct context *c, const struct sender *challenger)
{
    const struct contest *ct = &challenger->contest;
    const struct sender *master = &c->view->senders[c->view->master];
    const carp_time lasted = carp_time_since(challenger->last, ct->start);
    const bool late_reader = challenger->ucarp_mac || master->ucarp_mac ||
                             !challenger->has_mac;

    if (ct->reported) {
        return true;
    }
    /* The challenger took over although several adverts of a better master
     * were on the wire: it does not hear them. */
    if (ct->master_since_parent >= 2 && ct->adverts_other >= 1 &&
        ct->adverts_self >= 1 && sender_is_better(master, challenger)) {
        return true;
    }
    if (ct->adverts_other < (ct->by_winner ? 2u : 1u) ||
        ct->adverts_self < 2) {
        return false;
    }
    if (sender_is_equal(master, challenger) && ct->adverts_other < 2) {
        return false;
    }
    /* The last advert of a ucarp that yields continues the winner's. */
    return !has_accepted(challenger, master) &&
           (!late_reader || lasted > yield_grace);
}

/* ------------------------------------------------------------------ cause */

struct why {
    enum carp_cause cause;
    enum carp_confidence confidence;
    const struct carp_explanation *explanation;
    const struct sender *explained; /* whose digest it explains */
    struct sender *a, *b;           /* in the order of the event */
};

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
    const struct carp_ring_row *w =
        carp_ring_get(ring, p->winner->verdict.row);
    const struct carp_ring_row *l =
        carp_ring_get(ring, p->loser->verdict.row);

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

/* That one accepted the other proves password, addresses and profile. */
static bool
hash_was_right(const struct pair *p)
{
    const struct sender *w = p->winner, *l = p->loser;

    return p->winner_hears == HEARS || p->loser_hears == HEARS ||
           (w->verdict.status == CARP_GOOD &&
            l->verdict.status == CARP_GOOD) ||
           (w->accepted_uid == l->uid && w->accepted_at != 0) ||
           (l->accepted_uid == w->uid && l->accepted_at != 0);
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
    struct why why = { .a = p->winner, .b = p->loser };
    const bool accepted =
        p->winner_hears == HEARS || p->loser_hears == HEARS;

    if (!accepted && hash_differs(c, p, &why)) {
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

/* ------------------------------------------------------------------- text */

static void
say_last_accepted(struct context *c, const struct sender *deaf,
                  const struct sender *unheard)
{
    const struct contest *ct = &deaf->contest;
    char d[CARP_ADDR_TEXT], u[CARP_ADDR_TEXT], when[64];
    uint64_t frame = 0;
    carp_time at = 0;

    carp_addr_format(&deaf->addr, d);
    carp_addr_format(&unheard->addr, u);
    if (deaf->accepted_uid == unheard->uid && deaf->accepted_time != 0) {
        at = deaf->accepted_time;
        frame = deaf->accepted_frame;
    } else if (ct->active && ct->parent_frame != 0) {
        at = ct->parent_time;
        frame = ct->parent_frame;
    }
    text_add(c->track->detail, "%s does not hear %s", d, u);
    if (at != 0) {
        text_add(c->track->detail,
                 ": it last accepted the advert of %s (frame %llu). ",
                 text_time(c->track, at, when, sizeof(when)),
                 (unsigned long long)frame);
    } else if (deaf->mode == COUNTER_RANDOM) {
        text_add(c->track->detail,
                 ": its counters are random, it has never accepted an "
                 "advert of anybody. ");
    } else {
        text_add(c->track->detail, ". ");
    }
}

static void
say_delivery(struct context *c, const struct pair *p, const struct why *why)
{
    char a[CARP_ADDR_TEXT], b[CARP_ADDR_TEXT];

    carp_addr_format(&why->a->addr, a);
    carp_addr_format(&why->b->addr, b);
    say_last_accepted(c, why->b, why->a);
    if (why->cause == CARP_CAUSE_NO_DELIVERY_BOTH) {
        say_last_accepted(c, why->a, why->b);
        text_add(c->track->detail, "Both directions are broken%s.",
                 why->confidence == CARP_HIGH
                     ? ""
                     : ", or a password or address was changed since");
    } else if (p->winner_hears == HEARS || p->loser_hears == HEARS) {
        text_add(c->track->detail,
                 "%s does hear %s. One direction is broken.", a, b);
    } else {
        text_add(c->track->detail,
                 "Whether %s hears %s its counters do not show.", a, b);
    }
}

static void
say_hash(struct context *c, const struct pair *p, const struct why *why)
{
    const struct carp_ring *ring = c->track->config.ring;
    char text[CARP_EXPLAIN_TEXT], who[CARP_ADDR_TEXT];

    if (why->explained != NULL && why->explanation != NULL) {
        carp_addr_format(&why->explained->addr, who);
        text_add(c->track->detail,
                 "The two reject each other's digest. %s: %s.", who,
                 carp_explanation_text(why->explanation, ring, text));
        return;
    }
    if (why->cause == CARP_CAUSE_HASH_PROFILE) {
        const struct carp_profile *w =
            carp_profile_get(p->winner->verdict.profile);
        const struct carp_profile *l =
            carp_profile_get(p->loser->verdict.profile);

        text_add(c->track->detail,
                 "Password and addresses are the same, but the two hash "
                 "them differently: %s as %s, %s as %s.",
                 carp_addr_format(&p->winner->addr, text),
                 w != NULL ? w->name : "?",
                 carp_addr_format(&p->loser->addr, who),
                 l != NULL ? l->name : "?");
        return;
    }
    text_add(c->track->detail,
             "The two reject each other's digest: %s.",
             why->cause == CARP_CAUSE_HASH_KEY
                 ? "their passwords differ"
                 : "their address lists differ");
}

static void
say_cause(struct context *c, const struct pair *p, const struct why *why)
{
    char who[CARP_ADDR_TEXT];

    text_set(c->track->detail, "%s", "");
    if (why->cause == CARP_CAUSE_NO_DELIVERY_A_TO_B ||
        why->cause == CARP_CAUSE_NO_DELIVERY_BOTH) {
        say_delivery(c, p, why);
    } else if (why->cause == CARP_CAUSE_TTL) {
        text_add(c->track->detail,
                 "The adverts of %s arrive with TTL %u, not 255: receivers "
                 "drop them.",
                 carp_addr_format(&why->a->addr, who), why->a->ttl);
    } else if (why->cause == CARP_CAUSE_TIE) {
        text_add(c->track->detail,
                 "Both advertise advbase %u advskew %u: neither is better.",
                 p->winner->advbase, p->winner->advskew);
    } else if (why->cause == CARP_CAUSE_UNKNOWN) {
        text_add(c->track->detail,
                 "%s does not yield to a better master. Either its adverts "
                 "do not arrive or the digests differ: counters alone do "
                 "not tell.",
                 carp_addr_format(&p->loser->addr, who));
    } else {
        say_hash(c, p, why);
    }
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
    return alert_touch(c, code, cause, &why->a->addr, &why->b->addr,
                       dual_hold);
}

static struct alert *
find_pair(struct context *c, const struct why *why)
{
    struct alert *alert =
        alert_find(c->group, c->view->family, CARP_DUAL_MASTER,
                   &why->a->addr, &why->b->addr);

    return alert != NULL ? alert
                         : alert_find(c->group, c->view->family,
                                      CARP_DUAL_MASTER, &why->b->addr,
                                      &why->a->addr);
}

/* A healing fault looks like another one for an advert or two: a cause that
 * was told changes only on repeated evidence. */
static bool
keeps_cause(struct contest *ct, const struct alert *alert,
            const struct why *why, bool own_turn)
{
    if (alert == NULL || alert->cause == why->cause ||
        alert->cause == CARP_CAUSE_UNKNOWN) {
        ct->next_cause_count = 0;
        return false;
    }
    if (ct->next_cause != (uint8_t)why->cause) {
        ct->next_cause = (uint8_t)why->cause;
        ct->next_cause_count = 0;
    }
    return !own_turn || ++ct->next_cause_count < 2;
}

static void
tell_dual(struct context *c, const struct pair *p, const struct why *why,
          struct sender *challenger)
{
    struct contest *ct = &challenger->contest;
    const bool collision = is_other_group(c, p);
    struct alert *alert;
    char a[CARP_ADDR_TEXT], b[CARP_ADDR_TEXT], when[64];

    if (!collision && keeps_cause(ct, find_pair(c, why), why,
                                  c->sender == challenger)) {
        return;
    }
    alert = dual_alert(
        c, why, collision ? CARP_VHID_COLLISION : CARP_DUAL_MASTER,
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
        text_set(c->track->detail, "Both are MASTER since %s, with one "
                 "virtual MAC and different addresses.", when);
    } else {
        text_set(c->track->text, "%s and %s are both MASTER since %s", a, b,
                 when);
        say_cause(c, p, why);
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
        !is_dual(c, challenger)) {
        return;
    }
    p = pair_of(c, challenger);
    why = find_cause(c, &p);
    tell_dual(c, &p, &why, challenger);
}

/* -------------------------------------------------------------------- end */

static void
tell_transition(struct context *c, struct sender *challenger)
{
    struct sender *master = &c->view->senders[c->view->master];
    const struct contest *ct = &challenger->contest;
    struct alert *alert = alert_touch(c, CARP_DUAL_MASTER,
                                      CARP_CAUSE_TRANSITION, &master->addr,
                                      &challenger->addr, dual_hold);
    char m[CARP_ADDR_TEXT], ch[CARP_ADDR_TEXT], gap[32];

    if (alert == NULL) {
        return;
    }
    alert->since = ct->start;
    alert->last = challenger->last;
    alert_frame(alert, ct->start_frame);
    alert_frame(alert, challenger->last_frame);
    text_set(c->track->text,
             "%s and %s were both heard for %s, then %s yielded",
             carp_addr_format(&master->addr, m),
             carp_addr_format(&challenger->addr, ch),
             text_seconds(carp_time_since(challenger->last, ct->start), gap,
                          sizeof(gap)), ch);
    text_set(c->track->detail, "A normal hand-over.");
    alert_tell(c, alert);
    alert_resolve(c, alert, "");
}

static void
resolve_pair(struct context *c, struct sender *challenger,
             const struct sender *master)
{
    static const enum carp_code kinds[] = { CARP_DUAL_MASTER,
                                            CARP_VHID_COLLISION };
    const bool challenger_left =
        challenger->bowed_out || challenger->last <= master->last;
    const struct sender *left = challenger_left ? challenger : master;
    const struct sender *stays = challenger_left ? master : challenger;
    char who[CARP_ADDR_TEXT], why[96];

    for (unsigned int i = 0; i < 2; i++) {
        struct alert *alert =
            alert_find(c->group, c->view->family, kinds[i],
                       &challenger->addr, &master->addr);

        if (alert == NULL) {
            alert = alert_find(c->group, c->view->family, kinds[i],
                               &master->addr, &challenger->addr);
        }
        if (alert == NULL) {
            continue;
        }
        alert->last = left->last;
        (void)snprintf(why, sizeof(why), "%s %s",
                       carp_addr_format(&left->addr, who),
                       left->bowed_out             ? "bowed out"
                       : has_accepted(left, stays) ? "yielded"
                                                   : "yielded or fell "
                                                     "silent");
        alert_resolve(c, alert, why);
    }
}

void
dual_end(struct context *c, struct sender *challenger)
{
    struct contest *ct = &challenger->contest;
    struct sender *master;
    char who[CARP_ADDR_TEXT];

    if (!ct->active) {
        return;
    }
    ct->active = false;
    if (c->view->master == NOBODY) {
        return;
    }
    master = &c->view->senders[c->view->master];
    if (master == challenger) {
        return;
    }
    if (ct->reported) {
        resolve_pair(c, challenger, master);
    } else if (ct->adverts_other != 0 && ct->adverts_self != 0 &&
               challenger->last > ct->start) {
        tell_transition(c, challenger);
    } else if (ct->adverts_self != 0 && ct->adverts_other != 0) {
        checks_flapping(c, true);
    }
    if (challenger->is_master && challenger->last <= master->last) {
        const bool silent =
            ct->reported && !has_accepted(challenger, master);

        text_set(c->track->text, "%s %s",
                 carp_addr_format(&challenger->addr, who),
                 silent ? "fell silent"
                        : "yielded (more frequent advertisement received)");
        event_transition(c, CARP_BACKUP,
                         silent ? CARP_REASON_SILENT
                                : CARP_REASON_MORE_FREQUENT,
                         challenger, NULL, challenger->last, 0, 0);
    }
}

/* ------------------------------------------------------------------- sweep */

static bool
is_contested(const struct view *v, const struct alert *alert)
{
    const struct sender *master;

    if (v->master == NOBODY) {
        return false;
    }
    master = &v->senders[v->master];
    for (unsigned int i = 0; i < v->count; i++) {
        const struct sender *s = &v->senders[i];

        if (s->contest.active && s->contest.reported &&
            ((carp_addr_equal(&alert->a, &s->addr) &&
              carp_addr_equal(&alert->b, &master->addr)) ||
             (carp_addr_equal(&alert->b, &s->addr) &&
              carp_addr_equal(&alert->a, &master->addr)))) {
            return true;
        }
    }
    return false;
}

static bool
is_of_contest(const struct alert *alert, uint8_t family)
{
    return alert->family == family &&
           (alert->code == CARP_DUAL_MASTER ||
            (alert->code == CARP_VHID_COLLISION &&
             alert->cause == CARP_CAUSE_CARP));
}

/* A pair can come apart without dual_end(): one bows out, is forgotten, or a
 * third takes over. Its finding must not stay for ever. */
void
dual_sweep(struct context *c)
{
    struct group *g = c->group;

    for (unsigned int i = 0; i < g->alert_count;) {
        struct alert *alert = &g->alerts[i];
        const struct sender *a, *b;
        char who[CARP_ADDR_TEXT], why[96];

        if (!is_of_contest(alert, c->view->family) ||
            is_contested(c->view, alert)) {
            i++;
            continue;
        }
        a = view_find(c->view, &alert->a);
        b = view_find(c->view, &alert->b);
        (void)snprintf(why, sizeof(why), "the two are no longer compared");
        if (a != NULL && b != NULL && a->bowed_out != b->bowed_out) {
            (void)snprintf(why, sizeof(why), "%s bowed out",
                           carp_addr_format(a->bowed_out ? &a->addr
                                                         : &b->addr, who));
        } else if (c->view->master != NOBODY) {
            (void)snprintf(
                why, sizeof(why), "%s is MASTER now",
                carp_addr_format(&c->view->senders[c->view->master].addr,
                                 who));
        }
        alert_resolve(c, alert, why);
    }
}
