/* SPDX-License-Identifier: BSD-2-Clause */
/* What one good advert says about its sender and the other members. */
#include <stdio.h>

#include "engine/track_internal.h"

/* A member that was silent for longer says nothing about today. */
static const carp_time member_memory = 600 * CARP_SEC;

static const char *
who(const struct sender *s, char text[CARP_ADDR_TEXT])
{
    return carp_addr_format(&s->addr, text);
}

/* How long a per-sender condition stays on without being seen again. */
static carp_time
hold_of(const struct sender *s)
{
    return carp_pace_expect(&s->pace, s->advbase, s->advskew) * 3 +
           10 * CARP_SEC;
}

static void
check_bow_out(struct context *c)
{
    struct alert *alert;
    char a[CARP_ADDR_TEXT];

    if (!c->sender->bowed_out) {
        return;
    }
    alert = alert_touch(c, CARP_BOWED_OUT, CARP_CAUSE_NONE, &c->sender->addr,
                        NULL, CARP_NEVER);
    if (alert == NULL) {
        return;
    }
    text_set(c->track->text,
             "%s bowed out with advbase 255 advskew 255: the next member "
             "may take over at once",
             who(c->sender, a));
    text_set(c->track->detail, "%s", "");
    alert_tell(c, alert);
    alert_resolve(c, alert, "");
}

static void
check_demoted(struct context *c)
{
    struct sender *s = c->sender;
    const bool by_skew = s->advskew == CARP_SKEW_DEMOTED;
    struct alert *alert;
    char a[CARP_ADDR_TEXT];

    if (!by_skew && s->demote == 0) {
        alert =
            alert_find(c->group, c->view->family, CARP_DEMOTED, &s->addr, NULL);
        if (alert != NULL) {
            alert_resolve(c, alert, "it no longer says so");
        }
        return;
    }
    alert = alert_touch(c, CARP_DEMOTED, CARP_CAUSE_NONE, &s->addr, NULL,
                        hold_of(s));
    if (!alert_wants_text(c, alert)) {
        return;
    }
    if (by_skew) {
        text_set(c->track->text, "%s advertises advskew 240: it is demoted",
                 who(s, a));
    } else {
        text_set(c->track->text, "%s advertises demotion %u", who(s, a),
                 s->demote);
    }
    text_set(c->track->detail, "%s", "");
    alert_tell(c, alert);
}

/* ---------------------------------------------------------- among members */

static bool
is_member(const struct context *c, const struct sender *other)
{
    return other != c->sender && other->adverts != 0 && other->moved_to == 0 &&
           !(other->advbase == 0 && other->advskew == 0 && other->bowed_out) &&
           other->verdict.status != CARP_BAD &&
           carp_time_since(c->now, other->last) < member_memory;
}

static void
check_tie(struct context *c, const struct sender *other)
{
    const struct sender *s = c->sender;
    const bool tie =
        sender_is_equal(s, other) && s->advskew != CARP_SKEW_DEMOTED;
    struct alert *alert =
        alert_find(c->group, c->view->family, CARP_TIE, &other->addr, &s->addr);
    const bool swapped = alert != NULL;
    char a[CARP_ADDR_TEXT], b[CARP_ADDR_TEXT];

    if (alert == NULL) {
        alert = alert_find(c->group, c->view->family, CARP_TIE, &s->addr,
                           &other->addr);
    }
    if (!tie) {
        if (alert != NULL) {
            alert_resolve(c, alert, "their priorities differ now");
        }
        return;
    }
    alert = alert_touch(c, CARP_TIE, CARP_CAUSE_NONE,
                        swapped ? &other->addr : &s->addr,
                        swapped ? &s->addr : &other->addr, member_memory);
    if (!alert_wants_text(c, alert)) {
        return;
    }
    text_set(c->track->text,
             "%s and %s have the same priority: advbase %u advskew %u",
             who(s, a), who(other, b), s->advbase, s->advskew);
    text_set(c->track->detail,
             "Whoever speaks first is MASTER; when both start together they "
             "may flap.");
    alert_tell(c, alert);
}

static void
check_advbase(struct context *c, const struct sender *other)
{
    const struct sender *s = c->sender;
    const bool mismatch = s->advbase != other->advbase;
    struct alert *alert =
        alert_find(c->group, c->view->family, CARP_ADVBASE_MISMATCH,
                   &other->addr, &s->addr);
    const bool swapped = alert != NULL;
    char a[CARP_ADDR_TEXT], b[CARP_ADDR_TEXT];

    if (alert == NULL) {
        alert = alert_find(c->group, c->view->family, CARP_ADVBASE_MISMATCH,
                           &s->addr, &other->addr);
    }
    if (!mismatch) {
        if (alert != NULL) {
            alert_resolve(c, alert, "they agree now");
        }
        return;
    }
    alert = alert_touch(c, CARP_ADVBASE_MISMATCH, CARP_CAUSE_NONE,
                        swapped ? &other->addr : &s->addr,
                        swapped ? &s->addr : &other->addr, member_memory);
    if (!alert_wants_text(c, alert)) {
        return;
    }
    text_set(c->track->text, "%s has advbase %u, %s has advbase %u", who(s, a),
             s->advbase, who(other, b), other->advbase);
    text_set(c->track->detail,
             "The one with the longer interval can look dead to the other.");
    alert_tell(c, alert);
}

static void
check_members(struct context *c, const struct past *before)
{
    const struct sender *s = c->sender;
    struct view *v = c->view;
    const bool changed = before->adverts == 0 || before->had_moved ||
                         before->advbase != s->advbase ||
                         before->advskew != s->advskew ||
                         before->demote != s->demote ||
                         carp_time_since(s->last, before->last) > 60 * CARP_SEC;

    if (!changed || s->bowed_out || s->verdict.status == CARP_BAD) {
        return;
    }
    for (unsigned int i = 0; i < v->count; i++) {
        if (is_member(c, &v->senders[i])) {
            check_tie(c, &v->senders[i]);
            check_advbase(c, &v->senders[i]);
        }
    }
}

/* ------------------------------------------------------------ two families */

static const struct sender *
steady_master(const struct context *c, int view)
{
    const struct view *v = &c->group->views[view];
    const struct sender *m;

    if (v->master == NOBODY) {
        return NULL;
    }
    m = &v->senders[v->master];
    if (m->adverts < 3 || !m->is_master ||
        carp_time_since(c->now, m->master_since) <
            2 * carp_interval(m->advbase, m->advskew) ||
        carp_time_since(c->now, m->last) > sender_silent_limit(m)) {
        return NULL;
    }
    return m;
}

/* Counters tell once a node has accepted a peer; before, they are random in
 * each family, and only the beat does. */
static bool
are_two_nodes(struct context *c, const struct sender *m4,
              const struct sender *m6)
{
    const struct sender *other = c->sender == m4 ? m6 : m4;

    if (carp_time_since(c->now, other->last) <= TWIN_WINDOW) {
        c->group->apart = 0;
    } else if (c->group->apart < UINT8_MAX) {
        c->group->apart++;
    }
    if (m4->twin == m6->uid || m6->twin == m4->uid) {
        return false;
    }
    return (m4->twin != 0 && m6->twin != 0) || c->group->apart >= 6;
}

static void
check_families(struct context *c)
{
    const struct sender *m4, *m6;
    struct alert *alert;
    char a[CARP_ADDR_TEXT], b[CARP_ADDR_TEXT];
    bool split;

    if (c->group->views[VIEW4].count == 0 ||
        c->group->views[VIEW6].count == 0) {
        return;
    }
    m4 = steady_master(c, VIEW4);
    m6 = steady_master(c, VIEW6);
    if (m4 == NULL || m6 == NULL || (c->sender != m4 && c->sender != m6)) {
        return;
    }
    split = are_two_nodes(c, m4, m6);
    alert = alert_find(c->group, CARP_IPV4, CARP_FAMILY_SPLIT, NULL, NULL);
    c->view = &c->group->views[VIEW4];
    if (!split) {
        if (alert != NULL) {
            alert_resolve(c, alert, "one node is MASTER of both again");
        }
    } else {
        alert = alert_touch(c, CARP_FAMILY_SPLIT, CARP_CAUSE_NONE, &m4->addr,
                            &m6->addr, 30 * CARP_SEC);
        if (alert_wants_text(c, alert)) {
            alert->confidence =
                m4->twin != 0 || m6->twin != 0 ? CARP_HIGH : CARP_MEDIUM;
            text_set(c->track->text,
                     "%s is MASTER for IPv4, but %s is MASTER for IPv6",
                     who(m4, a), who(m6, b));
            text_set(c->track->detail,
                     "Their adverts do not leave together, so they are two "
                     "nodes.");
            alert_tell(c, alert);
        }
    }
    c->view =
        &c->group->views[c->sender->addr.family == CARP_IPV6 ? VIEW6 : VIEW4];
}

/* -------------------------------------------------------------------- hmac */

static bool
is_only_master(const struct context *c)
{
    const struct view *v = c->view;

    for (unsigned int i = 0; i < v->count; i++) {
        if (&v->senders[i] != c->sender && v->senders[i].is_master) {
            return false;
        }
    }
    return c->sender->is_master && c->sender->adverts >= 2;
}

static void
tell_digest(struct context *c, struct alert *alert, const struct sender *s)
{
    const struct carp_explanation *e = sender_explanation(s);
    char a[CARP_ADDR_TEXT], why[CARP_EXPLAIN_TEXT];

    if (!alert_wants_text(c, alert)) {
        return;
    }
    text_set(c->track->text, "from %s: %s", who(s, a),
             e == NULL ? "the digest is wrong"
                       : carp_explanation_text(e, c->track->config.ring, why));
    text_set(c->track->detail, "%s", "");
    alert_tell(c, alert);
}

/* A first bad digest waits a moment for the announcements behind it: they
 * often hold the address that explains it. */
void
checks_pending(struct context *c, struct alert *alert)
{
    const struct sender *s = view_find(c->view, &alert->a);

    if (alert->code == CARP_BAD_HMAC && s != NULL) {
        alert->hold = hold_of(s);
        tell_digest(c, alert, s);
        track_due(c->track, c->group, carp_time_add(alert->last, alert->hold));
    }
}

static void
check_digest(struct context *c)
{
    const struct sender *s = c->sender;
    const struct carp_explanation *e = sender_explanation(s);
    const bool explained = e != NULL && e->found;
    struct alert *alert =
        alert_find(c->group, c->view->family, CARP_BAD_HMAC, &s->addr, NULL);

    if (s->verdict.status != CARP_BAD) {
        if (alert != NULL && s->verdict.status == CARP_GOOD) {
            if (!alert->emitted) {
                tell_digest(c, alert, s);
            }
            alert_resolve(c, alert, "its digest is right now");
        }
        return;
    }
    alert =
        alert_touch(c, CARP_BAD_HMAC, explanation_cause(e), &s->addr, NULL,
                    explained || s->bad > 1 ? hold_of(s) : 3 * CARP_SEC / 2);
    if (alert == NULL) {
        return;
    }
    if (is_only_master(c) && alert->severity == CARP_WARNING) {
        alert->severity = CARP_CRITICAL;
        alert->is_news = true;
    }
    alert->confidence = explained ? CARP_HIGH : CARP_MEDIUM;
    if (explained || s->bad > 1) {
        tell_digest(c, alert, s);
    }
}

void
checks_on_advert(struct context *c, const struct past *before,
                 const struct lineage_step *step)
{
    changed_check(c, step);
    rogue_check(c);
    check_bow_out(c);
    if (c->sender->bowed_out) {
        return;
    }
    checks_envelope(c);
    if (c->track->config.ring != NULL) {
        check_digest(c);
    }
    if (c->group->alert_count != 0 || before->adverts == 0 ||
        c->sender->advskew != before->advskew || c->sender->demote != 0 ||
        c->sender->advskew == CARP_SKEW_DEMOTED) {
        check_demoted(c);
    }
    check_members(c, before);
    gap_check(c, before, step);
    check_families(c);
    if (c->view->vrrp != NULL) {
        checks_collision(c);
    }
    if (c->group->alert_count != 0) {
        struct alert *alert =
            alert_find(c->group, c->view->family, CARP_NO_MASTER, NULL, NULL);

        if (alert != NULL) {
            char a[CARP_ADDR_TEXT], text[96];

            alert->last = c->now;
            (void)snprintf(text, sizeof(text), "%s advertises",
                           who(c->sender, a));
            alert_resolve(c, alert, text);
        }
    }
}
