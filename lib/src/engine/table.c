/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is remembered: bounded tables of groups and senders. */
#include <stdlib.h>
#include <string.h>

#include "engine/track_internal.h"

static uint32_t
hash_of(uint16_t segment, uint16_t vlan, uint8_t vhid)
{
    uint32_t h = (uint32_t)segment * 2654435761u;

    h ^= ((uint32_t)vlan << 8 | vhid) * 2246822519u;
    return h ^ h >> 15;
}

static bool
is_group(const struct group *g, uint16_t segment, uint16_t vlan, uint8_t vhid)
{
    return g->used && g->vhid == vhid && g->vlan == vlan &&
           g->segment == segment;
}

struct group *
group_find(struct carp_track *track, uint16_t segment, uint16_t vlan,
           uint8_t vhid)
{
    uint32_t i = track->last_group;

    if (i != 0 && is_group(&track->groups[i - 1], segment, vlan, vhid)) {
        return &track->groups[i - 1];
    }
    i = track->buckets[hash_of(segment, vlan, vhid) & track->bucket_mask];
    while (i != 0) {
        struct group *g = &track->groups[i - 1];

        if (is_group(g, segment, vlan, vhid)) {
            track->last_group = i;
            return g;
        }
        i = g->next;
    }
    return NULL;
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
    }
    free(g->history);
    free(g->alerts);
    free(g->learnt);
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

static struct group *
free_slot(struct carp_track *track)
{
    const unsigned int max = track->config.max_groups;
    struct group *worst;
    uint64_t least;

    if (track->group_count < max) {
        return &track->groups[track->group_count++];
    }
    /* Looking at all would let a flood cost too much: a sample moves on. */
    worst = NULL;
    least = UINT64_MAX;
    for (unsigned int n = 0; n < 16; n++) {
        struct group *g =
            &track->groups[(track->forgotten_groups * 7 + n * 61) % max];
        const uint64_t s = standing(track, g);

        if (worst == NULL || s < least) {
            worst = g;
            least = s;
        }
    }
    if (least == UINT64_MAX) {
        return NULL;
    }
    unlink_group(track, worst);
    group_clear(worst);
    track->forgotten_groups++;
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
    bucket = &track->buckets[hash_of(segment, vlan, vhid) &
                             track->bucket_mask];
    g->next = *bucket;
    *bucket = (uint32_t)(g - track->groups) + 1;
    track->last_group = *bucket;
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
group_by_uid(struct group *group, uint16_t uid, struct view **view)
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
sender_has_standing(const struct sender *s)
{
    return s->good != 0 || s->adverts >= 3;
}

static struct sender *
sender_to_forget(const struct view *view, carp_time now)
{
    struct sender *worst = NULL;
    uint64_t least = UINT64_MAX;

    for (unsigned int i = 0; i < view->count; i++) {
        struct sender *s = &view->senders[i];
        const bool alive = carp_time_since(now, s->last) < 600 * CARP_SEC;
        uint64_t score = alive ? s->adverts : 0;

        if ((int)i == view->master || s->contest.active ||
            (alive && s->good != 0)) {
            continue;
        }
        if (score < least || (score == least && worst != NULL &&
                              s->last < worst->last)) {
            least = score;
            worst = s;
        }
    }
    return worst;
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
    if (view->count < view->capacity || grow(c->track, view)) {
        s = &view->senders[view->count++];
    } else {
        s = sender_to_forget(view, c->now);
        view->forgotten++;
        if (s == NULL) {
            return NULL;
        }
        if ((int)(s - view->senders) == view->last_master) {
            view->last_master = NOBODY;
        }
        explained_free(s->explained);
    }
    memset(s, 0, sizeof(*s));
    s->addr = *addr;
    s->uid = c->group->next_uid++;
    if (c->group->next_uid == 0) {
        c->group->next_uid = 1;
    }
    s->first = c->now;
    return s;
}
