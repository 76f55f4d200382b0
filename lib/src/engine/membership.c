/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IGMP and MLD: who asks, and who says that it listens to CARP's group.
 *
 * A snooping switch forwards a group to ports where somebody reported it,
 * and forgets reports that are not repeated; hosts repeat them when a
 * querier asks. RFC 2236, 3376, 2710, 3810; defaults of 125 s and 10 s.
 */
#include <string.h>

#include "engine/track_internal.h"

static const carp_time patience = 250 * CARP_SEC; /* two query intervals */
static const carp_time again = 3600 * CARP_SEC;
/* From a query until every host has answered, with a second to spare. */
static const carp_time answers = 12 * CARP_SEC;
static const carp_time leave_grace = 10 * CARP_SEC;

#define IGMP_REPORT_V3 0x22
#define MLD_REPORT_V2 143

static const char *
group_text(uint8_t family)
{
    return family == CARP_IPV6 ? "ff02::12" : "224.0.0.18";
}

static struct context
context_of(struct carp_track *track, struct network *n, int v, carp_time now)
{
    return (struct context){.track = track,
                            .group = n->self,
                            .view = &n->self->views[v],
                            .now = now};
}

/* -------------------------------------------------------------- who speaks */

/* Does this family's CARP live on this network? */
static bool
is_carp_alive(const struct carp_track *track, const struct network *n, int v,
              carp_time now)
{
    for (unsigned int i = 0; i < track->group_count; i++) {
        const struct group *g = &track->groups[i];

        if (g->used && g->segment == n->segment && g->vlan == n->vlan &&
            g->views[v].last_advert != 0 &&
            carp_time_since(now, g->views[v].last_advert) < 60 * CARP_SEC) {
            return true;
        }
    }
    return false;
}

static void
on_query(struct carp_track *track, struct network *n, int v,
         const struct carp_packet *packet)
{
    const struct carp_frame *f = packet->frame;
    struct membership *m = &n->members[v];
    struct context c = context_of(track, n, v, track->now);
    struct alert *alert =
        alert_find(n->self, c.view->family, CARP_NO_QUERIER, NULL, NULL);
    char a[CARP_ADDR_TEXT], why[96] = "";

    if (f->u.group.group.family != CARP_FAMILY_NONE && !f->u.group.asks_carp) {
        return; /* about another group: nobody answers for CARP's */
    }
    m->last_query = track->now;
    m->query_frame = packet->number;
    if (alert != NULL) {
        c.packet = packet;
        alert->last = track->now;
        text_set(track->scratch, "%s asks", carp_addr_format(&f->src, a));
        memcpy(why, track->scratch, sizeof(why) - 1);
        alert_resolve(&c, alert, why);
    }
    /* Several queriers, or one that repeats itself, are one round. */
    if (m->round_due != 0) {
        return;
    }
    m->round = track->now;
    m->reports = m->shared_reports = 0;
    m->round_due = carp_time_add(track->now, answers);
    track_due(track, n->self, m->round_due);
}

static void
on_report(struct carp_track *track, struct network *n, int v,
          const struct carp_packet *packet)
{
    const struct carp_group *g = &packet->frame->u.group;
    struct membership *m = &n->members[v];
    struct host *host = network_host(n, &packet->frame->src);
    struct context c = context_of(track, n, v, track->now);
    struct alert *alert;

    if (host == NULL) {
        return;
    }
    if (g->leaves_carp) {
        host->left = track->now;
        m->leave_due = carp_time_add(track->now, leave_grace);
        track_due(track, n->self, m->leave_due);
        return;
    }
    host->report = track->now;
    host->left = 0;
    m->reports++;
    /* Of these one host's report keeps the others from sending theirs. */
    m->shared_reports += g->type != IGMP_REPORT_V3 && g->type != MLD_REPORT_V2;
    m->last_report = track->now;
    if (m->first_report == 0) {
        m->first_report = track->now;
        m->report_frame = packet->number;
        m->querier_due = carp_time_add(track->now, patience);
        track_due(track, n->self, m->querier_due);
    }
    alert = alert_find(n->self, c.view->family, CARP_NO_MEMBERSHIP,
                       &packet->frame->src, NULL);
    if (alert != NULL) {
        alert->last = track->now;
        alert_resolve(&c, alert, "it reports the group again");
    }
}

void
membership_feed(struct carp_track *track, const struct carp_packet *packet)
{
    const struct carp_frame *f = packet->frame;
    struct network *n = network_find(track, packet->segment, f->vlan);
    const int v = f->kind == CARP_FRAME_MLD ? VIEW6 : VIEW4;

    if (n == NULL) {
        return;
    }
    if (f->u.group.is_query) {
        on_query(track, n, v, packet);
    } else if (f->u.group.joins_carp || f->u.group.leaves_carp) {
        on_report(track, n, v, packet);
    }
}

/* ------------------------------------------------------------------ querier */

static void
querier_timer(struct carp_track *track, struct network *n, int v, carp_time now)
{
    struct membership *m = &n->members[v];
    struct context c = context_of(track, n, v, now);
    const carp_time since =
        m->last_query != 0 ? m->last_query : m->first_report;
    struct alert *alert;
    char quiet[32];

    m->querier_due = carp_time_add(now, again);
    if (carp_time_since(now, since) < patience) {
        m->querier_due = carp_time_add(since, patience);
    } else if (carp_time_since(now, n->blind) < patience) {
        m->querier_due = carp_time_add(n->blind, patience);
    } else if (is_carp_alive(track, n, v, now)) {
        alert = alert_touch(&c, CARP_NO_QUERIER, CARP_CAUSE_NONE, NULL, NULL,
                            CARP_NEVER);
        if (alert_wants_text(&c, alert)) {
            alert->since = since;
            alert_frame(alert,
                        m->last_query != 0 ? m->query_frame : m->report_frame);
            alert->confidence = CARP_MEDIUM;
            text_set(track->text,
                     "hosts report %s, but nobody has asked for %s",
                     group_text(c.view->family),
                     text_seconds(carp_time_since(now, since), quiet,
                                  sizeof(quiet)));
            text_set(track->detail,
                     "Without a querier reports are not repeated, and a "
                     "switch that snoops forgets them. Harmless where no "
                     "switch snoops.");
            alert_tell(&c, alert);
        }
    } else {
        alert =
            alert_find(n->self, c.view->family, CARP_NO_QUERIER, NULL, NULL);
        if (alert != NULL) {
            alert_resolve(&c, alert, "no CARP is heard here now");
        }
    }
}

/* ------------------------------------------------------------------ members */

static void
tell_member(struct context *c, const struct membership *m,
            const struct sender *s, enum carp_cause cause,
            const struct host *host)
{
    struct alert *alert =
        alert_touch(c, CARP_NO_MEMBERSHIP, cause, &s->addr, NULL, CARP_NEVER);
    char a[CARP_ADDR_TEXT], when[64];

    if (!alert_wants_text(c, alert)) {
        return;
    }
    alert->confidence = CARP_MEDIUM;
    alert_frame(alert, m->query_frame);
    alert_frame(alert, s->last_frame);
    carp_addr_format(&s->addr, a);
    if (cause == CARP_CAUSE_LEFT_GROUP) {
        alert->confidence = CARP_HIGH;
        text_set(c->track->text, "%s left %s at %s and goes on with CARP", a,
                 group_text(c->view->family),
                 text_time(c->track, host->left, when, sizeof(when)));
        text_set(c->track->detail, "It will not hear other members where a "
                                   "switch snoops.");
    } else {
        text_set(c->track->text,
                 "%s did not report %s in two rounds of "
                 "queries, others did",
                 a, group_text(c->view->family));
        text_set(c->track->detail,
                 "Where a switch snoops, adverts stop coming to it, and it "
                 "takes over beside the master.");
    }
    alert_tell(c, alert);
}

/* Alive in the last two rounds, and known before them. */
static bool
should_have_reported(const struct membership *m, const struct sender *s,
                     const struct host *host)
{
    const carp_time last =
        host != NULL && host->last > s->last ? host->last : s->last;

    return s->adverts >= 3 && s->first < m->round_before &&
           s->verdict.status != CARP_BAD && last >= m->round_before;
}

typedef void judge_function(struct context *c, struct network *n, int v,
                            const struct sender *s, const struct host *host);

static void
for_each_sender(struct context *c, struct network *n, int v,
                judge_function *judge)
{
    for (unsigned int i = 0; i < c->track->group_count; i++) {
        struct group *g = &c->track->groups[i];

        if (!g->used || g->segment != n->segment || g->vlan != n->vlan) {
            continue;
        }
        for (unsigned int s = 0; s < g->views[v].count; s++) {
            const struct sender *sender = &g->views[v].senders[s];

            judge(c, n, v, sender, network_host(n, &sender->addr));
        }
    }
}

static void
judge_round(struct context *c, struct network *n, int v, const struct sender *s,
            const struct host *host)
{
    const struct membership *m = &n->members[v];

    if (should_have_reported(m, s, host) &&
        (host == NULL || host->report < m->round_before)) {
        tell_member(c, m, s, CARP_CAUSE_NONE, host);
    }
}

static void
judge_leave(struct context *c, struct network *n, int v, const struct sender *s,
            const struct host *host)
{
    if (host != NULL && host->left != 0 &&
        s->last > carp_time_add(host->left, leave_grace / 2)) {
        tell_member(c, &n->members[v], s, CARP_CAUSE_LEFT_GROUP, host);
    }
}

/* Reports are judged when others were seen here: a snooping switch keeps
 * them from ports without a router. */
static void
round_timer(struct carp_track *track, struct network *n, int v, carp_time now)
{
    struct membership *m = &n->members[v];
    struct context c = context_of(track, n, v, now);

    m->round_due = 0;
    if (m->reports != 0 && m->shared_reports == 0 && m->was_telling &&
        n->blind < m->round_before && m->round_before != 0) {
        for_each_sender(&c, n, v, judge_round);
    }
    m->was_telling = m->reports != 0 && m->shared_reports == 0;
    m->round_before = m->round;
}

void
membership_timers(struct carp_track *track, struct network *n, carp_time now)
{
    for (int v = 0; v < VIEWS; v++) {
        struct membership *m = &n->members[v];
        struct context c = context_of(track, n, v, now);

        if (m->round_due != 0 && m->round_due <= now) {
            round_timer(track, n, v, m->round_due);
        }
        if (m->leave_due != 0 && m->leave_due <= now) {
            m->leave_due = 0;
            for_each_sender(&c, n, v, judge_leave);
        }
        if (m->querier_due != 0 && m->querier_due <= now) {
            /* Not at its own time: it repeats, and over a gap of years it
             * would be due again at once, for very long. */
            querier_timer(track, n, v, now);
        }
        if (m->round_due != 0) {
            track_due(track, n->self, m->round_due);
        }
        if (m->leave_due != 0) {
            track_due(track, n->self, m->leave_due);
        }
        if (m->querier_due != 0) {
            track_due(track, n->self, m->querier_due);
        }
    }
}
