/* SPDX-License-Identifier: BSD-2-Clause */
/* Hosts that were last told of another MAC than the master's. */
#include <stdio.h>

#include "engine/track_internal.h"

/* ucarp announces a second time after two seconds. */
static const carp_time grace = 3 * CARP_SEC;

enum right { IS_RIGHT, IS_WRONG, IS_UNKNOWN };

/* What one look at a view's addresses gave. */
struct verdict {
    const struct claim *worst; /* the one that is wrong for longest */
    unsigned int wrong;
    carp_time since;
    const struct sender *owner; /* whose MAC it is; NULL: not known */
    bool is_early; /* something is wrong, but may mend itself yet */
};

static const struct host *
host_of(const struct carp_track *track, const struct group *group,
        const struct sender *s)
{
    struct network *n = network_find(track, group->segment, group->vlan);
    const struct host *h = n != NULL ? network_host(n, &s->addr) : NULL;

    return h != NULL && h->has_mac ? h : NULL;
}

static const struct sender *
owner_of(const struct context *c, const struct sender *master,
         const struct carp_mac *mac)
{
    for (unsigned int i = 0; i < c->view->count; i++) {
        const struct sender *s = &c->view->senders[i];
        const struct host *h = host_of(c->track, c->group, s);

        if (s != master && h != NULL && carp_mac_equal(&h->mac, mac)) {
            return s;
        }
    }
    return NULL;
}

/* Does @p mac lead to @p m? */
static enum right
judge(const struct context *c, const struct sender *m,
      const struct carp_mac *mac)
{
    const struct host *h;
    uint8_t vhid;

    if (mac_is_virtual(mac, &vhid) && vhid == c->group->vhid) {
        /* VRRP with the same id has addresses of its own there. */
        return !m->ucarp_mac           ? IS_RIGHT
               : c->view->vrrp != NULL ? IS_UNKNOWN
                                       : IS_WRONG;
    }
    if (carp_mac_equal(mac, &m->mac)) {
        return IS_RIGHT;
    }
    if (m->virtual_mac) {
        return IS_WRONG;
    }
    h = host_of(c->track, c->group, m);
    if (h != NULL) {
        return carp_mac_equal(&h->mac, mac) ? IS_RIGHT : IS_WRONG;
    }
    return owner_of(c, m, mac) != NULL ? IS_WRONG : IS_UNKNOWN;
}

static enum claim_right
best_right(const struct claims *claims)
{
    enum claim_right best = CLAIM_GUESSED;

    for (unsigned int i = 0; i < claims->count; i++) {
        best = claims->list[i].right > best ? claims->list[i].right : best;
    }
    return best;
}

/* A right digest proves which addresses are the group's. Without one, two
 * groups that one host takes over in the same moment look as if each had the
 * addresses of both. */
static bool
is_ours(const struct context *c, const struct claim *claim,
        enum claim_right best)
{
    return claim->right == CLAIM_PROVED ||
           (best != CLAIM_PROVED &&
            (claim->right == CLAIM_VIRTUAL ||
             !claims_shared(c->track, c->group, &claim->addr)));
}

static struct verdict
look(const struct context *c, const struct sender *m)
{
    const struct claims *claims = c->group->claims;
    const enum claim_right best =
        claims != NULL ? best_right(claims) : CLAIM_GUESSED;
    struct verdict v = {0};

    for (unsigned int i = 0; claims != NULL && i < claims->count; i++) {
        const struct claim *claim = &claims->list[i];
        const carp_time since =
            claim->time > m->master_since ? claim->time : m->master_since;

        /* While nothing could be seen the master may have announced. */
        if (claim->addr.family != c->view->family || claim->time == 0 ||
            claim->time < c->view->blind || !is_ours(c, claim, best) ||
            judge(c, m, &claim->mac) != IS_WRONG) {
            continue;
        }
        if (carp_time_since(c->now, since) < grace) {
            v.is_early = true;
            continue;
        }
        v.wrong++;
        if (v.worst == NULL || since < v.since) {
            v.worst = claim;
            v.since = since;
        }
    }
    if (v.worst != NULL) {
        v.owner = owner_of(c, m, &v.worst->mac);
    }
    return v;
}

static void
say(struct context *c, const struct sender *m, const struct verdict *v,
    bool by_other)
{
    char addr[CARP_ADDR_TEXT], master[CARP_ADDR_TEXT], other[CARP_ADDR_TEXT];
    char mac[CARP_MAC_TEXT], when[64], more[32] = "";

    if (v->wrong > 1) {
        (void)snprintf(more, sizeof(more), " and %u more", v->wrong - 1);
    }
    carp_addr_format(&v->worst->addr, addr);
    carp_addr_format(&m->addr, master);
    text_set(c->track->text,
             "%s%s was last announced at %s%s%s%s, but %s is "
             "MASTER",
             addr, more, carp_mac_format(&v->worst->mac, mac),
             v->owner != NULL ? " (" : "",
             v->owner != NULL ? carp_addr_format(&v->owner->addr, other) : "",
             v->owner != NULL ? ")" : "", master);
    text_time(c->track, by_other ? v->worst->time : m->master_since, when,
              sizeof(when));
    if (by_other) {
        text_set(c->track->detail,
                 "That was at %s, after %s became MASTER, and %s has not "
                 "announced it since.",
                 when, master, master);
    } else {
        text_set(c->track->detail,
                 "%s is MASTER since %s and has not announced it.", master,
                 when);
    }
}

static void
tell(struct context *c, const struct sender *m, const struct verdict *v)
{
    const bool by_other = v->worst->time > m->master_since;
    struct alert *alert = alert_touch(c, CARP_STALE_ARP,
                                      by_other ? CARP_CAUSE_ANNOUNCED_BY_OTHER
                                               : CARP_CAUSE_NOT_ANNOUNCED,
                                      &m->addr, NULL, CARP_NEVER);

    if (!alert_wants_text(c, alert)) {
        return;
    }
    if (!alert->emitted) {
        alert->since = v->since;
    }
    alert_frame(alert, v->worst->frame);
    alert_frame(alert, m->last_frame);
    alert->confidence = v->owner != NULL ? CARP_HIGH : CARP_MEDIUM;
    say(c, m, v, by_other);
    alert_tell(c, alert);
}

static bool
is_contested(const struct view *v)
{
    for (unsigned int i = 0; i < v->count; i++) {
        if (v->senders[i].contest.active) {
            return true;
        }
    }
    return false;
}

/* Of another master, or of any. */
static void
resolve(struct context *c, const struct sender *but, const char *why)
{
    for (unsigned int i = 0; i < c->group->alert_count;) {
        struct alert *alert = &c->group->alerts[i];

        if (alert->code != CARP_STALE_ARP || alert->family != c->view->family ||
            (but != NULL && carp_addr_equal(&alert->a, &but->addr))) {
            i++;
            continue;
        }
        alert->last = c->now;
        alert_resolve(c, alert, why);
    }
}

void
stale_soon(struct context *c)
{
    c->view->stale_due = carp_time_add(c->now, grace);
    track_due(c->track, c->group, c->view->stale_due);
}

void
stale_look(struct context *c)
{
    c->view->stale_due = c->now;
    track_due(c->track, c->group, c->now);
}

void
stale_on_claim(struct carp_track *track, struct group *group, uint8_t family)
{
    struct context c = {.track = track,
                        .group = group,
                        .view =
                            &group->views[family == CARP_IPV6 ? VIEW6 : VIEW4],
                        .now = track->now};

    if (c.view->master != NOBODY &&
        (c.view->stale_due == 0 ||
         c.view->stale_due > carp_time_add(c.now, grace))) {
        stale_soon(&c);
    }
}

void
stale_timer(struct context *c, carp_time now)
{
    struct view *v = c->view;
    struct sender *m;
    struct verdict verdict;

    if (v->stale_due == 0 || v->stale_due > now) {
        if (v->stale_due != 0) {
            track_due(c->track, c->group, v->stale_due);
        }
        return;
    }
    /* Not at its own time: it repeats, and over a gap of years it would be
     * due again at once, for very long. */
    c->now = now;
    v->stale_due = 0;
    if (c->group->claims == NULL) {
        return;
    }
    if (is_contested(v)) {
        stale_soon(c);
        return;
    }
    m = v->master == NOBODY ? NULL : &v->senders[v->master];
    if (m == NULL || m->verdict.status == CARP_BAD) {
        resolve(c, NULL, "there is no master now");
        return;
    }
    resolve(c, m, "another one is MASTER now");
    verdict = look(c, m);
    if (verdict.is_early) {
        stale_soon(c);
    }
    if (verdict.worst != NULL) {
        c->sender = m;
        tell(c, m, &verdict);
        v->stale_due = carp_time_add(c->now, c->track->config.update_every);
        track_due(c->track, c->group, v->stale_due);
    } else if (!verdict.is_early) {
        resolve(c, NULL, "the master announced its addresses");
    }
}
