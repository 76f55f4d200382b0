/* SPDX-License-Identifier: BSD-2-Clause */
/* What the observer knows at the end, or now. */
#include <stdlib.h>
#include <string.h>

#include "engine/track_internal.h"

static bool
is_shown(const struct group *g, int v)
{
    return g->used && (g->views[v].adverts != 0 || g->views[v].count != 0);
}

struct order_key {
    uint64_t key;
    uint32_t index; /* group * 2 + view */
};

static int
by_key(const void *a, const void *b)
{
    const struct order_key *x = a, *y = b;

    return (x->key > y->key) - (x->key < y->key);
}

static bool
put_in_order(struct carp_track *track)
{
    const size_t most = (size_t)track->group_count * VIEWS;
    struct order_key *keys;
    unsigned int count = 0;

    free(track->order);
    track->order = NULL;
    track->order_count = 0;
    keys = calloc(most == 0 ? 1 : most, sizeof(*keys));
    if (keys == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < most; i++) {
        const struct group *g = &track->groups[i / VIEWS];

        if (is_shown(g, (int)(i % VIEWS))) {
            keys[count].key = (uint64_t)g->segment << 32 |
                              (uint64_t)g->vlan << 16 | (uint64_t)g->vhid << 1 |
                              i % VIEWS;
            keys[count++].index = i;
        }
    }
    qsort(keys, count, sizeof(*keys), by_key);
    track->order = calloc(count == 0 ? 1 : count, sizeof(*track->order));
    if (track->order != NULL) {
        for (unsigned int i = 0; i < count; i++) {
            track->order[i] = keys[i].index;
        }
        track->order_count = count;
    }
    free(keys);
    return track->order != NULL;
}

/* Views come and go with frames only; a summary asks between them. */
struct view *
view_at(struct carp_track *track, size_t index, struct group **group)
{
    if ((index == 0 || track->order == NULL) && !put_in_order(track)) {
        return NULL;
    }
    if (index >= track->order_count) {
        return NULL;
    }
    *group = &track->groups[track->order[index] / VIEWS];
    return &(*group)->views[track->order[index] % VIEWS];
}

size_t
carp_track_view_count(const struct carp_track *track)
{
    size_t count = 0;

    for (unsigned int i = 0; i < track->group_count; i++) {
        for (int v = 0; v < VIEWS; v++) {
            count += is_shown(&track->groups[i], v);
        }
    }
    return count;
}

bool
carp_track_view(struct carp_track *track, size_t index,
                struct carp_view_summary *out)
{
    struct group *g;
    const struct view *v = view_at(track, index, &g);

    if (v == NULL) {
        return false;
    }
    memset(out, 0, sizeof(*out));
    out->segment = g->segment;
    out->vlan = g->vlan;
    out->vhid = g->vhid;
    out->family = v->family;
    out->adverts = v->adverts;
    out->good = v->good;
    out->bad = v->bad;
    out->unverified = v->unverified;
    out->transitions = v->transitions;
    memcpy(out->findings, v->onsets, sizeof(out->findings));
    out->senders = v->count;
    if (v->master != NOBODY) {
        out->master = v->senders[v->master].addr;
    }
    out->forgotten_senders = v->forgotten;
    return true;
}

bool
carp_track_sender(struct carp_track *track, size_t index, unsigned int sender,
                  struct carp_sender_summary *out)
{
    struct group *g;
    const struct view *v = view_at(track, index, &g);
    const struct sender *s;

    if (v == NULL || sender >= v->count) {
        return false;
    }
    s = &v->senders[sender];
    memset(out, 0, sizeof(*out));
    out->address = s->addr;
    out->mac = s->mac;
    out->has_mac = s->has_mac;
    out->impl = sender_impl(g, s);
    out->impl_evidence =
        sender_impl_evidence(s, track->scratch, sizeof(track->scratch));
    out->adverts = s->adverts;
    out->good = s->good;
    out->bad = s->bad;
    out->unverified = s->unverified;
    out->master_time = s->master_time;
    out->max_gap = s->max_gap;
    out->interval = s->pace.interval;
    out->first = s->first;
    out->last = s->last;
    out->advbase = s->advbase;
    out->advskew = s->advskew;
    out->demote = s->demote;
    out->role = s->is_master ? CARP_MASTER : CARP_BACKUP;
    return true;
}

const struct carp_addrs *
carp_track_learnt(struct carp_track *track, size_t index)
{
    static const struct carp_addrs none;
    struct group *g;

    if (view_at(track, index, &g) == NULL) {
        return NULL;
    }
    return g->learnt != NULL ? learnt_addrs(g) : &none;
}
