/* SPDX-License-Identifier: BSD-2-Clause */
/* Which ids are in use, by whom. */
#include <carp/inventory.h>

#include <stdlib.h>
#include <string.h>

#include "engine/track_internal.h"

const char *
carp_user_text(enum carp_user user)
{
    static const char *const names[CARP_USER_COUNT] = {
        [CARP_USER_CARP] = "CARP",
        [CARP_USER_VRRP2] = "VRRPv2",
        [CARP_USER_VRRP3] = "VRRPv3",
        [CARP_USER_MAC] = "virtual MAC only",
    };

    return (unsigned int)user < CARP_USER_COUNT ? names[user] : "";
}

/* ----------------------------------------------------------------- owners */

static int
by_right(const void *a, const void *b)
{
    const struct carp_owner *x = a, *y = b;

    if (x->is_master != y->is_master) {
        return x->is_master ? -1 : 1;
    }
    return (x->last < y->last) - (x->last > y->last);
}

/* Put @p owner in; when all places are taken, in that of the last. */
static void
add_owner(struct carp_in_use *out, const struct carp_owner *owner)
{
    const unsigned int at = out->owner_count < CARP_OWNERS_MAX
                                ? out->owner_count++
                                : CARP_OWNERS_MAX - 1;

    if (at < CARP_OWNERS_MAX - 1 || out->owners[at].last == 0 ||
        by_right(owner, &out->owners[at]) < 0) {
        out->owners[at] = *owner;
    }
    qsort(out->owners, out->owner_count, sizeof(*owner), by_right);
}

static void
add_carp(const struct group *g, const struct view *v, struct carp_in_use *out)
{
    out->user = CARP_USER_CARP;
    out->adverts = v->adverts;
    out->first = CARP_NEVER;
    for (unsigned int i = 0; i < v->count; i++) {
        const struct sender *s = &v->senders[i];
        const struct carp_owner owner = {.address = s->addr,
                                         .is_master = (int)i == v->master,
                                         .last = s->last,
                                         .advbase = s->advbase,
                                         .advskew = s->advskew,
                                         .impl = sender_impl(g, s)};

        if (s->adverts == 0) {
            continue;
        }
        out->first = s->first < out->first ? s->first : out->first;
        out->last = s->last > out->last ? s->last : out->last;
        add_owner(out, &owner);
    }
}

static void
add_vrrp(const struct vrrp_use *use, enum carp_user user,
         struct carp_in_use *out)
{
    out->user = user;
    out->adverts = use->adverts;
    out->first = use->first;
    out->last = use->last;
    for (unsigned int i = 0; i < use->count; i++) {
        const struct vrrp_owner *o = &use->owners[i];
        const struct carp_owner owner = {.address = o->addr,
                                         .is_master = o->last == use->last,
                                         .last = o->last,
                                         .priority = o->priority};

        add_owner(out, &owner);
    }
}

/* ---------------------------------------------------------------- entries */

static bool
has_carp(const struct view *v)
{
    for (unsigned int i = 0; i < v->count; i++) {
        if (v->senders[i].adverts != 0) {
            return true;
        }
    }
    return false;
}

static bool
is_used_by(const struct view *v, enum carp_user user)
{
    if (user == CARP_USER_CARP) {
        return has_carp(v);
    }
    return v->vrrp != NULL &&
           v->vrrp->uses[user == CARP_USER_VRRP3].adverts != 0;
}

static bool
group_is_used(const struct group *g)
{
    for (int i = 0; i < VIEWS * CARP_USER_MAC; i++) {
        if (is_used_by(&g->views[i / CARP_USER_MAC],
                       (enum carp_user)(i % CARP_USER_MAC))) {
            return true;
        }
    }
    return false;
}

static void
fill(const struct group *g, const struct view *v, enum carp_user user,
     struct carp_in_use *out)
{
    memset(out, 0, sizeof(*out));
    out->segment = g->segment;
    out->vlan = g->vlan;
    out->id = g->vhid;
    out->family = v->family;
    if (user == CARP_USER_CARP) {
        add_carp(g, v, out);
    } else {
        add_vrrp(&v->vrrp->uses[user == CARP_USER_VRRP3], user, out);
    }
}

static size_t
add_groups(const struct carp_track *track, struct carp_in_use *list,
           size_t most)
{
    size_t count = 0;

    for (unsigned int i = 0; i < track->group_count; i++) {
        const struct group *g = &track->groups[i];

        for (int u = 0; g->used && u < VIEWS * CARP_USER_MAC; u++) {
            const struct view *v = &g->views[u / CARP_USER_MAC];
            const enum carp_user user = (enum carp_user)(u % CARP_USER_MAC);

            if (is_used_by(v, user) && count++ < most) {
                fill(g, v, user, &list[count - 1]);
            }
        }
    }
    return count;
}

/* A master whose adverts do not come here (unicast) answers with its virtual
 * MAC all the same. */
static bool
is_mac_only(const struct carp_track *track, const struct network *n,
            unsigned int id)
{
    const struct group *g;

    if ((n->vmac_seen[id / 8] >> id % 8 & 1) == 0) {
        return false;
    }
    g = group_peek(track, n->segment, n->vlan, (uint8_t)id);
    return g == NULL || !group_is_used(g);
}

static int
by_place(const void *a, const void *b)
{
    const struct carp_in_use *x = a, *y = b;
    const unsigned int p[] = {x->segment, x->vlan, x->id, (unsigned int)x->user,
                              x->family};
    const unsigned int q[] = {y->segment, y->vlan, y->id, (unsigned int)y->user,
                              y->family};

    for (unsigned int i = 0; i < sizeof(p) / sizeof(p[0]); i++) {
        if (p[i] != q[i]) {
            return p[i] < q[i] ? -1 : 1;
        }
    }
    return 0;
}

size_t
carp_track_inventory(const struct carp_track *track, struct carp_in_use *list,
                     size_t most)
{
    size_t count = add_groups(track, list, most);

    for (unsigned int i = 0; i < track->network_count; i++) {
        const struct network *n = track->networks[i];

        for (unsigned int id = 1; id <= 255; id++) {
            if (is_mac_only(track, n, id) && count++ < most) {
                list[count - 1] = (struct carp_in_use){.segment = n->segment,
                                                       .vlan = n->vlan,
                                                       .id = (uint8_t)id,
                                                       .user = CARP_USER_MAC};
            }
        }
    }
    if (most != 0) {
        qsort(list, count < most ? count : most, sizeof(*list), by_place);
    }
    return count;
}

unsigned int
carp_track_free_ids(const struct carp_track *track, uint16_t segment,
                    uint16_t vlan, uint8_t ids[255])
{
    const struct network *n = network_find(track, segment, vlan);
    unsigned int count = 0;

    for (unsigned int id = 1; id <= 255; id++) {
        const struct group *g = group_peek(track, segment, vlan, (uint8_t)id);
        const bool used =
            (g != NULL && group_is_used(g)) ||
            (n != NULL && (n->vmac_seen[id / 8] >> id % 8 & 1) != 0);

        if (!used) {
            ids[count++] = (uint8_t)id;
        }
    }
    return count;
}
