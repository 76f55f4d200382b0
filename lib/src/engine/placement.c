/* SPDX-License-Identifier: BSD-2-Clause */
/* Vhids that used to move from host to host together, and now are apart. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/track_internal.h"

/* One failure moves all vhids of a host within this. */
static const carp_time together_window = 5 * CARP_SEC;
/* Preemption brings them back one by one. */
static const carp_time settle = 15 * CARP_SEC;
/* Who lets them be apart for a day wants it so. */
static const carp_time intended = (carp_time)86400 * CARP_SEC;

static bool
is_partner(const struct partner *p, const struct group *other)
{
    return p->together != 0 && p->segment == other->segment &&
           p->vlan == other->vlan && p->vhid == other->vhid;
}

static struct partner *
get_partner(struct group *group, const struct group *other)
{
    struct partner *worst;

    if (group->partners == NULL) {
        group->partners = calloc(1, sizeof(*group->partners));
        if (group->partners == NULL) {
            return NULL;
        }
    }
    worst = &group->partners->list[0];
    for (unsigned int i = 0; i < PARTNERS_MAX; i++) {
        struct partner *p = &group->partners->list[i];

        if (is_partner(p, other)) {
            return p;
        }
        worst = p->last < worst->last ? p : worst;
    }
    memset(worst, 0, sizeof(*worst));
    worst->segment = other->segment;
    worst->vlan = other->vlan;
    worst->vhid = other->vhid;
    return worst;
}

static bool
is_same_pair(const struct partner *p, const struct move *mine,
             const struct move *theirs)
{
    const bool forth = carp_addr_equal(&p->mine[0], &mine->from) &&
                       carp_addr_equal(&p->theirs[0], &theirs->from) &&
                       carp_addr_equal(&p->mine[1], &mine->to) &&
                       carp_addr_equal(&p->theirs[1], &theirs->to);
    const bool back = carp_addr_equal(&p->mine[1], &mine->from) &&
                      carp_addr_equal(&p->theirs[1], &theirs->from) &&
                      carp_addr_equal(&p->mine[0], &mine->to) &&
                      carp_addr_equal(&p->theirs[0], &theirs->to);

    return forth || back;
}

static void
link_up(struct group *group, const struct group *other, const struct move *mine,
        const struct move *theirs)
{
    struct partner *p = get_partner(group, other);

    if (p == NULL) {
        return;
    }
    p->last = mine->time > theirs->time ? mine->time : theirs->time;
    if (p->together != 0 && is_same_pair(p, mine, theirs)) {
        p->together = (uint8_t)(p->together + (p->together < UINT8_MAX));
        return;
    }
    p->together = 1;
    p->mine[0] = mine->from;
    p->mine[1] = mine->to;
    p->theirs[0] = theirs->from;
    p->theirs[1] = theirs->to;
}

static struct group *
group_of(struct carp_track *track, const struct move *move)
{
    struct group *g = move->group != 0 ? &track->groups[move->group - 1] : NULL;

    return g != NULL && g->used && g->vhid == move->vhid &&
                   g->segment == move->segment && g->vlan == move->vlan
               ? g
               : NULL;
}

static void
look_soon(struct carp_track *track, struct view *view, struct group *group,
          carp_time now)
{
    view->place_due = carp_time_add(now, settle);
    track_due(track, group, view->place_due);
}

/* Partners of a group that moves are looked at, too. */
static void
wake_partners(struct context *c, int v)
{
    struct partners *ps = c->group->partners;

    for (unsigned int i = 0; ps != NULL && i < PARTNERS_MAX; i++) {
        const struct partner *p = &ps->list[i];
        struct group *g = p->together != 0 ? group_find(c->track, p->segment,
                                                        p->vlan, p->vhid)
                                           : NULL;

        if (g != NULL && g->partners != NULL && g->views[v].place_apart) {
            look_soon(c->track, &g->views[v], g, c->now);
        }
    }
}

void
placement_on_move(struct context *c, const struct sender *from)
{
    struct move *mine = &c->track->moves[c->track->move_next++ % MOVES_MAX];
    const int v = c->view->family == CARP_IPV6 ? VIEW6 : VIEW4;

    *mine = (struct move){.time = c->now,
                          .group = (uint32_t)(c->group - c->track->groups) + 1,
                          .segment = c->group->segment,
                          .vlan = c->group->vlan,
                          .vhid = c->group->vhid,
                          .from = from->addr,
                          .to = c->sender->addr};
    for (unsigned int i = 0; i < MOVES_MAX; i++) {
        const struct move *m = &c->track->moves[i];
        struct group *other = group_of(c->track, m);
        const bool same_net =
            m->segment == mine->segment && m->vlan == mine->vlan;

        if (other == NULL || other == c->group || m->time == 0 ||
            m->from.family != mine->from.family ||
            carp_time_since(c->now, m->time) > together_window ||
            (same_net && (!carp_addr_equal(&m->from, &mine->from) ||
                          !carp_addr_equal(&m->to, &mine->to)))) {
            continue;
        }
        link_up(c->group, other, mine, m);
        link_up(other, c->group, m, mine);
    }
    if (c->group->partners != NULL) {
        look_soon(c->track, c->view, c->group, c->now);
        wake_partners(c, v);
    }
}

/* -------------------------------------------------------------------- look */

/* The other group's master, when the two are on different hosts. */
static const struct sender *
apart(struct context *c, const struct partner *p, const struct sender *m)
{
    const bool same_net =
        p->segment == c->group->segment && p->vlan == c->group->vlan;
    struct group *g = p->together >= (same_net ? 1 : 2)
                          ? group_find(c->track, p->segment, p->vlan, p->vhid)
                          : NULL;
    const struct view *v =
        g == NULL ? NULL
                  : &g->views[c->view->family == CARP_IPV6 ? VIEW6 : VIEW4];
    const struct sender *other;

    if (v == NULL || v->master == NOBODY) {
        return NULL;
    }
    other = &v->senders[v->master];
    return (carp_addr_equal(&m->addr, &p->mine[0]) &&
            carp_addr_equal(&other->addr, &p->theirs[1])) ||
                   (carp_addr_equal(&m->addr, &p->mine[1]) &&
                    carp_addr_equal(&other->addr, &p->theirs[0]))
               ? other
               : NULL;
}

static void
tell(struct context *c, struct sender *m, const struct sender *other,
     const struct partner *p, unsigned int more)
{
    struct alert *alert;
    char a[CARP_ADDR_TEXT], b[CARP_ADDR_TEXT], net[32] = "", rest[32] = "";

    c->sender = m;
    alert = alert_touch(c, CARP_SPLIT_PLACEMENT, CARP_CAUSE_NONE, NULL, NULL,
                        CARP_NEVER);
    if (!alert_wants_text(c, alert)) {
        return;
    }
    alert->a = m->addr;
    alert->b = other->addr;
    if (!alert->emitted) {
        alert->since = m->master_since;
    }
    alert->confidence = p->together >= 2 ? CARP_HIGH : CARP_MEDIUM;
    alert_frame(alert, m->last_frame);
    alert_frame(alert, other->last_frame);
    if (p->vlan != c->group->vlan) {
        (void)snprintf(net, sizeof(net), " in VLAN %u", p->vlan);
    } else if (p->segment != c->group->segment) {
        (void)snprintf(net, sizeof(net), " on another segment");
    }
    if (more != 0) {
        (void)snprintf(rest, sizeof(rest), " and of %u more", more);
    }
    text_set(c->track->text,
             "%s is MASTER of this vhid, but %s is MASTER of vhid %u%s%s",
             carp_addr_format(&m->addr, a), carp_addr_format(&other->addr, b),
             p->vhid, net, rest);
    text_set(c->track->detail, "They moved together %u time%s before.",
             p->together, p->together == 1 ? "" : "s");
    alert_tell(c, alert);
    /* Identity: one for the group and family, whoever is MASTER. */
    memset(&alert->a, 0, sizeof(alert->a));
    memset(&alert->b, 0, sizeof(alert->b));
}

static void
resolve(struct context *c, const char *why)
{
    struct alert *alert =
        alert_find(c->group, c->view->family, CARP_SPLIT_PLACEMENT, NULL, NULL);

    c->view->place_apart = false;
    if (alert != NULL) {
        alert->last = c->now;
        alert_resolve(c, alert, why);
    }
}

void
placement_timer(struct context *c, carp_time now)
{
    struct view *v = c->view;
    const struct partner *worst = NULL;
    const struct sender *other = NULL;
    unsigned int count = 0;
    struct sender *m;

    if (v->place_due == 0 || v->place_due > now) {
        if (v->place_due != 0) {
            track_due(c->track, c->group, v->place_due);
        }
        return;
    }
    c->now = v->place_due;
    v->place_due = 0;
    m = v->master == NOBODY ? NULL : &v->senders[v->master];
    for (unsigned int i = 0; m != NULL && i < PARTNERS_MAX; i++) {
        struct partner *p = &c->group->partners->list[i];
        const struct sender *there = apart(c, p, m);

        /* It is the finding of that one which moved last. */
        if (there == NULL || there->master_since > m->master_since) {
            continue;
        }
        if (carp_time_since(c->now, m->master_since) > intended) {
            p->together = 0;
        } else if (count++ == 0) {
            worst = p;
            other = there;
        }
    }
    if (count == 0) {
        resolve(c, m == NULL ? "there is no master now"
                             : "they are together again");
        return;
    }
    v->place_apart = true;
    tell(c, m, other, worst, count - 1);
    /* Not behind its own time: over a gap of years it would be due again at
     * once, for very long. */
    v->place_due = carp_time_add(now, c->track->config.update_every);
    track_due(c->track, c->group, v->place_due);
}
