/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is remembered: bounded tables of groups and senders. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/track_internal.h"

#define MEMBER ((uint64_t)1 << 32)

static uint32_t
hash_of(uint16_t segment, uint16_t vlan, uint8_t vhid)
{
    const uint64_t low = segment * UINT64_C(2654435761);
    const uint64_t high = ((uint64_t)vlan << 8 | vhid) * UINT64_C(2246822519);
    const uint32_t h = (uint32_t)(low ^ high);

    return h ^ h >> 15;
}

static bool
is_group(const struct group *g, uint16_t segment, uint16_t vlan, uint8_t vhid)
{
    return g->used && g->vhid == vhid && g->vlan == vlan &&
           g->segment == segment;
}

const struct group *
group_peek(const struct carp_track *track, uint16_t segment, uint16_t vlan,
           uint8_t vhid)
{
    uint32_t i =
        track->buckets[hash_of(segment, vlan, vhid) & track->bucket_mask];

    while (i != 0 && !is_group(&track->groups[i - 1], segment, vlan, vhid)) {
        i = track->groups[i - 1].next;
    }
    return i != 0 ? &track->groups[i - 1] : NULL;
}

struct group *
group_find(struct carp_track *track, uint16_t segment, uint16_t vlan,
           uint8_t vhid)
{
    const uint32_t last = track->last_group;
    const struct group *g;

    if (last != 0 && is_group(&track->groups[last - 1], segment, vlan, vhid)) {
        return &track->groups[last - 1];
    }
    g = group_peek(track, segment, vlan, vhid);
    if (g == NULL) {
        return NULL;
    }
    track->last_group = (uint32_t)(g - track->groups) + 1;
    return &track->groups[track->last_group - 1];
}

void
group_clear(struct group *g)
{
    for (int v = 0; v < VIEWS; v++) {
        struct view *view = &g->views[v];

        for (unsigned int s = 0; s < view->count; s++) {
            explained_free(view->senders[s].explained);
        }
        free(view->senders);
        free(view->vrrp);
    }
    free(g->history);
    free(g->alerts);
    free(g->learnt);
    free(g->claims);
    free(g->partners);
    memset(g, 0, sizeof(*g));
}

static void
unlink_group(struct carp_track *track, struct group *g)
{
    const uint32_t self = (uint32_t)(g - track->groups) + 1;
    uint32_t *link = &track->buckets[hash_of(g->segment, g->vlan, g->vhid) &
                                     track->bucket_mask];

    while (*link != 0 && *link != self) {
        link = &track->groups[*link - 1].next;
    }
    if (*link == self) {
        *link = g->next;
    }
}

/* A group that many frames or a right digest speak for stays while others
 * can be forgotten in its place. */
static uint64_t
standing(const struct carp_track *track, const struct group *g)
{
    const bool alive =
        carp_time_since(track->now, g->last_seen) < 600 * CARP_SEC;
    const uint64_t good = g->views[VIEW4].good + g->views[VIEW6].good;

    if (alive && good != 0) {
        return UINT64_MAX;
    }
    return alive ? g->frames_seen : 0;
}

void
group_forget(struct carp_track *track, struct group *g, carp_time now,
             const char *why)
{
    struct context c = {
        .track = track, .group = g, .view = &g->views[VIEW4], .now = now};

    alert_resolve_all(&c, why);
    unlink_group(track, g);
    group_clear(g);
    track->forgotten_groups++;
}

static struct group *
free_slot(struct carp_track *track)
{
    const unsigned int max = track->config.max_groups;
    struct group *worst;
    uint64_t least;

    assert(track->groups != NULL);
    if (track->group_count < max) {
        return &track->groups[track->group_count++];
    }
    for (unsigned int i = 0; track->holes != 0 && i < max; i++) {
        if (!track->groups[i].used) {
            track->holes--;
            return &track->groups[i];
        }
    }
    /* Looking at all would let a flood cost too much: a sample moves on. */
    worst = NULL;
    least = UINT64_MAX;
    for (unsigned int n = 0; n < 16; n++) {
        struct group *g =
            &track->groups[(track->forgotten_groups * 7 + (uint64_t)n * 61) %
                           max];
        const uint64_t s = standing(track, g);

        if (worst == NULL || s < least) {
            worst = g;
            least = s;
        }
    }
    if (least == UINT64_MAX) {
        return NULL;
    }
    group_forget(track, worst, track->now, "this vhid is no longer watched");
    return worst;
}

struct group *
group_get(struct carp_track *track, uint16_t segment, uint16_t vlan,
          uint8_t vhid, carp_time now)
{
    struct group *g = group_find(track, segment, vlan, vhid);
    uint32_t *bucket;

    if (g != NULL) {
        return g;
    }
    g = free_slot(track);
    if (g == NULL) {
        track->forgotten_groups++;
        return NULL;
    }
    g->used = true;
    g->segment = segment;
    g->vlan = vlan;
    g->vhid = vhid;
    g->next_uid = 1;
    g->explain_tokens = 8;
    g->explain_next = now;
    g->deadline = CARP_NEVER;
    g->last_seen = now;
    for (int v = 0; v < VIEWS; v++) {
        g->views[v].family = v == VIEW4 ? CARP_IPV4 : CARP_IPV6;
        g->views[v].master = NOBODY;
        g->views[v].last_master = NOBODY;
    }
    bucket = &track->buckets[hash_of(segment, vlan, vhid) & track->bucket_mask];
    g->next = *bucket;
    *bucket = (uint32_t)(g - track->groups) + 1;
    track->last_group = *bucket;
    network_has_carp(track, segment, vlan);
    free(track->order);
    track->order = NULL;
    return g;
}

/* --------------------------------------------------------------- senders */

struct sender *
view_find(struct view *view, const struct carp_addr *addr)
{
    for (unsigned int i = 0; i < view->count; i++) {
        if (carp_addr_equal(&view->senders[i].addr, addr)) {
            return &view->senders[i];
        }
    }
    return NULL;
}

struct sender *
group_by_uid(struct group *group, uint32_t uid, struct view **view)
{
    for (int v = 0; v < VIEWS; v++) {
        for (unsigned int i = 0; i < group->views[v].count; i++) {
            if (group->views[v].senders[i].uid == uid) {
                if (view != NULL) {
                    *view = &group->views[v];
                }
                return &group->views[v].senders[i];
            }
        }
    }
    return NULL;
}

bool
sender_is(const struct sender *s, uint32_t uid)
{
    return uid == s->uid || (s->twin != 0 && uid == s->twin);
}

/* How far what is told about a sender can be taken for news of the segment:
 * 0 not at all … 3 a member. Numbers alone are cheap during a flood. */
unsigned int
sender_standing(const struct view *view, const struct sender *s, carp_time now)
{
    const bool flood =
        view->flood_new >= FLOOD_SENDERS &&
        carp_time_since(now, view->flood_start) <= 2 * FLOOD_WINDOW;

    if (s->good != 0) {
        return 3;
    }
    if (s->adverts >= 60) {
        return 2;
    }
    return s->adverts >= 3 && !flood ? 1 : 0;
}

/* What speaks for keeping a sender. One with a right digest is a member,
 * however long it has been silent as BACKUP. */
static uint64_t
worth_keeping(const struct sender *s, carp_time now)
{
    const carp_time silence = carp_time_since(now, s->last);
    const uint64_t adverts = s->adverts < INT32_MAX ? s->adverts : INT32_MAX;

    if (s->good != 0) {
        return MEMBER + (silence < 600 * CARP_SEC ? MEMBER : 0) + adverts;
    }
    return silence < 600 * CARP_SEC ? adverts : 0;
}

/* A newcomer of unknown right (@p member false) displaces neither members
 * nor somebody who is just being compared with the master. */
static struct sender *
sender_to_forget(const struct view *view, carp_time now, bool member)
{
    struct sender *worst = NULL;
    uint64_t least = UINT64_MAX;

    for (unsigned int i = 0; i < view->count; i++) {
        struct sender *s = &view->senders[i];
        const uint64_t score = worth_keeping(s, now);

        /* The contest last: it is far away in memory. */
        if ((int)i == view->master || (int)i == view->last_master ||
            (score >= MEMBER && !member) || score > least ||
            (score == least && (worst == NULL || s->last >= worst->last)) ||
            (s->contest.active && (!member || s->good != 0))) {
            continue;
        }
        least = score;
        worst = s;
    }
    return worst;
}

static bool
has_right_digest(const struct context *c)
{
    const struct carp_frame *f = c->packet->frame;

    return c->track->config.ring != NULL &&
           (f->issues & (CARP_ISSUE_CAPTURE | CARP_ISSUE_SHORT)) == 0 &&
           carp_ring_verify(c->track->config.ring, &f->u.adv, NULL,
                            learnt_addrs(c->group))
                   .status == CARP_GOOD;
}

static bool
grow(struct carp_track *track, struct view *view)
{
    const unsigned int max = track->config.max_senders;
    unsigned int capacity = view->capacity == 0 ? 2 : view->capacity * 2;
    struct sender *more;

    if (capacity > max) {
        capacity = max;
    }
    if (capacity <= view->count) {
        return false;
    }
    more = realloc(view->senders, capacity * sizeof(*more));
    if (more == NULL) {
        return false;
    }
    view->senders = more;
    view->capacity = capacity;
    return true;
}

struct sender *
view_get(struct context *c, const struct carp_addr *addr)
{
    struct view *view = c->view;
    struct sender *s = view_find(view, addr);

    if (s != NULL) {
        return s;
    }
    assert(view->count <= view->capacity);
    assert(view->capacity == 0 || view->senders != NULL);
    if (view->count < view->capacity || grow(c->track, view)) {
        s = &view->senders[view->count++];
    } else {
        s = sender_to_forget(view, c->now, false);
        view->forgotten++;
        if (s == NULL && has_right_digest(c)) {
            s = sender_to_forget(view, c->now, true);
        }
        if (s == NULL) {
            return NULL;
        }
        explained_free(s->explained);
    }
    memset(s, 0, sizeof(*s));
    s->addr = *addr;
    s->uid = c->group->next_uid++;
    s->first = c->now;
    return s;
}
