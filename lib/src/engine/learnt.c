/* SPDX-License-Identifier: BSD-2-Clause */
/* What was learnt of a vhid's addresses, for people and for carp.conf. */
#include <stdlib.h>
#include <string.h>

#include <carp/learn.h>

#include "engine/track_internal.h"

/* Who says today what is hashed: the master, else who spoke last. */
static const struct sender *
witness_of(const struct group *g)
{
    const struct sender *best = NULL;

    for (int v = 0; v < VIEWS; v++) {
        const struct view *view = &g->views[v];

        for (unsigned int i = 0; i < view->count; i++) {
            const struct sender *s = &view->senders[i];

            if (s->verdict.status == CARP_GOOD &&
                (best == NULL || s->last > best->last)) {
                best = s;
            }
        }
    }
    return best;
}

static bool
hashed_by(const struct carp_track *track, const struct group *g,
          const struct sender *witness, struct carp_addrs *hashed)
{
    const struct carp_ring_row *row =
        witness == NULL
            ? NULL
            : carp_ring_get(track->config.ring, witness->verdict.row);

    hashed->count = 0;
    if (row == NULL) {
        return false;
    }
    if (witness->verdict.learnt == 0) {
        *hashed = row->addrs;
    } else if (g->learnt != NULL) {
        carp_verdict_learnt(&witness->verdict, &g->learnt->addrs, hashed);
    }
    return hashed->count != 0;
}

bool
carp_track_learnt_address(struct carp_track *track, size_t index,
                          unsigned int number, struct carp_learnt_address *out)
{
    struct carp_addrs hashed;
    const struct announced *about;
    struct group *g;

    if (view_at(track, index, &g) == NULL || g->learnt == NULL ||
        number >= g->learnt->addrs.count) {
        return false;
    }
    about = &g->learnt->about[number];
    memset(out, 0, sizeof(*out));
    out->address = g->learnt->addrs.list[number];
    out->evidence = about->evidence;
    out->is_hashed = hashed_by(track, g, witness_of(g), &hashed) &&
                     carp_addrs_contain(&hashed, &out->address);
    out->count = about->count;
    out->first = about->first;
    out->last = about->last;
    out->frame = about->frame;
    out->mac = about->mac;
    return true;
}

static int
by_value(const void *a, const void *b)
{
    return carp_addr_compare(a, b);
}

static void
set_master(const struct view *view, struct carp_learnt_set *out)
{
    const int index = view->master != NOBODY ? view->master : view->last_master;

    if (index != NOBODY) {
        const struct sender *s = &view->senders[index];

        out->master = s->addr;
        out->advbase = s->advbase;
        out->advskew = s->advskew;
    }
}

bool
carp_track_learnt_set(struct carp_track *track, size_t index,
                      struct carp_learnt_set *out)
{
    struct group *g;
    const struct view *view = view_at(track, index, &g);
    const struct sender *witness;

    if (view == NULL) {
        return false;
    }
    witness = witness_of(g);
    memset(out, 0, sizeof(*out));
    out->segment = g->segment;
    out->vlan = g->vlan;
    out->vhid = g->vhid;
    out->profile = CARP_PROFILE_AUTO;
    out->is_confirmed = hashed_by(track, g, witness, &out->addresses);
    if (out->is_confirmed) {
        const struct carp_ring_row *row =
            carp_ring_get(track->config.ring, witness->verdict.row);

        out->profile = (enum carp_profile_id)witness->verdict.profile;
        out->row = witness->verdict.row;
        out->has_lladdr = witness->verdict.lladdr != 0 && row->has_lladdr;
        out->lladdr = row->lladdr;
    } else if (g->learnt != NULL) {
        out->addresses = g->learnt->addrs;
    }
    /* FreeBSD 6 hashes in the order of its configuration. */
    if (out->profile != CARP_PROFILE_FREEBSD6) {
        qsort(out->addresses.list, out->addresses.count,
              sizeof(out->addresses.list[0]), by_value);
    }
    set_master(view, out);
    return true;
}
