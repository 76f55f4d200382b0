/* SPDX-License-Identifier: BSD-2-Clause */
/* Virtual addresses, and who announced them last. */
#include "engine/claims.h"

#include <stdlib.h>
#include <string.h>

#include "engine/track_internal.h"

/* ------------------------------------------------------------------- index */

static uint32_t
hash_of(uint16_t segment, uint16_t vlan, const struct carp_addr *addr)
{
    uint32_t h = (uint32_t)segment * 2654435761u ^ vlan * 2246822519u;

    for (unsigned int i = 0; i < sizeof(addr->octets); i++) {
        h = (h ^ addr->octets[i]) * 16777619u;
    }
    return h ^ h >> 15;
}

static void
put_spot(struct carp_track *track, const struct group *group, uint32_t slot)
{
    const struct carp_addr *addr = &group->claims->list[slot].addr;
    uint32_t at = hash_of(group->segment, group->vlan, addr);

    while (track->spots[at & track->spot_mask].group != 0) {
        at++;
    }
    track->spots[at & track->spot_mask] =
        (struct spot){(uint32_t)(group - track->groups) + 1, slot};
    track->spot_count++;
}

/* With room for as many again; groups that are gone fall out. */
static bool
rebuild(struct carp_track *track)
{
    uint32_t wanted = SPOTS_LEAST, live = 1;
    struct spot *spots;

    for (unsigned int i = 0; i < track->group_count; i++) {
        const struct claims *c = track->groups[i].claims;

        live += c != NULL ? c->count : 0;
    }
    while (wanted < 4 * live && wanted < SPOTS_MOST) {
        wanted *= 2;
    }
    spots = live * 2 <= wanted ? calloc(wanted, sizeof(*spots)) : NULL;
    if (spots == NULL) {
        return false;
    }
    free(track->spots);
    track->spots = spots;
    track->spot_mask = wanted - 1;
    track->spot_count = 0;
    for (unsigned int i = 0; i < track->group_count; i++) {
        const struct group *g = &track->groups[i];

        for (uint32_t s = 0; g->claims != NULL && s < g->claims->count; s++) {
            put_spot(track, g, s);
        }
    }
    return true;
}

static void
index_claim(struct carp_track *track, const struct group *group, uint32_t slot)
{
    if (track->spots == NULL ||
        2 * (track->spot_count + 1) > track->spot_mask) {
        (void)rebuild(track); /* has the new one, too */
    } else {
        put_spot(track, group, slot);
    }
}

void
claims_free(struct carp_track *track)
{
    free(track->spots);
}

/* ------------------------------------------------------------------ claims */

static struct claim *
find(struct group *group, const struct carp_addr *addr)
{
    for (unsigned int i = 0; group->claims != NULL && i < group->claims->count;
         i++) {
        if (carp_addr_equal(&group->claims->list[i].addr, addr)) {
            return &group->claims->list[i];
        }
    }
    return NULL;
}

/* What was announced before anybody knew whose address it is. */
static void
recall(const struct carp_track *track, const struct group *group,
       struct claim *claim)
{
    for (unsigned int i = 0; i < GARP_RING; i++) {
        const struct garp *g = &track->garps[i];

        if (g->time > claim->time && g->segment == group->segment &&
            g->vlan == group->vlan && carp_addr_equal(&g->addr, &claim->addr)) {
            claim->time = g->time;
            claim->mac = g->mac;
            claim->frame = g->frame;
        }
    }
}

static void
take(struct claim *claim, const struct claim *seen)
{
    claim->mac = seen->mac;
    claim->time = seen->time;
    claim->frame = seen->frame;
}

void
claims_add(struct carp_track *track, struct group *group,
           const struct claim *seen)
{
    struct claim *claim = find(group, &seen->addr);

    if (claim == NULL) {
        if (group->claims == NULL) {
            group->claims = calloc(1, sizeof(*group->claims));
        }
        if (group->claims == NULL || group->claims->count == CLAIMS_MAX) {
            return;
        }
        claim = &group->claims->list[group->claims->count++];
        *claim = *seen;
        recall(track, group, claim);
        index_claim(track, group, group->claims->count - 1);
        return;
    }
    if (seen->time > claim->time) {
        take(claim, seen);
    }
    if (seen->right > claim->right) {
        claim->right = seen->right;
    }
}

void
claims_drop(struct group *group, const struct carp_addr *addr)
{
    static const struct claim nothing;
    struct claim *claim = find(group, addr);

    /* Its place stays: the index counts places. */
    if (claim != NULL) {
        *claim = nothing;
    }
}

void
claims_configured(struct carp_track *track, struct group *group,
                  const struct carp_addrs *addrs)
{
    for (unsigned int i = 0; i < addrs->count; i++) {
        const struct claim claim = {.addr = addrs->list[i],
                                    .right = CLAIM_PROVED};

        claims_add(track, group, &claim);
    }
}

/* The claim that a place of the index stands for, if it is about @p addr. */
static struct claim *
claim_at(const struct carp_track *track, const struct spot *spot,
         uint16_t segment, uint16_t vlan, const struct carp_addr *addr)
{
    const struct group *g = &track->groups[spot->group - 1];

    return g->used && g->segment == segment && g->vlan == vlan &&
                   g->claims != NULL && spot->slot < g->claims->count &&
                   carp_addr_equal(&g->claims->list[spot->slot].addr, addr)
               ? &g->claims->list[spot->slot]
               : NULL;
}

bool
claims_shared(const struct carp_track *track, const struct group *group,
              const struct carp_addr *addr)
{
    uint32_t at = hash_of(group->segment, group->vlan, addr);

    if (track->spots == NULL) {
        return false;
    }
    for (;; at++) {
        const struct spot *spot = &track->spots[at & track->spot_mask];

        if (spot->group == 0) {
            return false;
        }
        if (&track->groups[spot->group - 1] != group &&
            claim_at(track, spot, group->segment, group->vlan, addr) != NULL) {
            return true;
        }
    }
}

void
claims_note(struct carp_track *track, const struct carp_packet *packet,
            const struct claim *seen)
{
    const uint16_t segment = packet->segment, vlan = packet->frame->vlan;
    uint32_t at = hash_of(segment, vlan, &seen->addr);

    if (track->spots == NULL) {
        return;
    }
    for (;; at++) {
        const struct spot *spot = &track->spots[at & track->spot_mask];
        struct claim *claim;

        if (spot->group == 0) {
            return;
        }
        claim = claim_at(track, spot, segment, vlan, &seen->addr);
        if (claim != NULL) {
            take(claim, seen);
            stale_on_claim(track, &track->groups[spot->group - 1],
                           seen->addr.family);
        }
    }
}
