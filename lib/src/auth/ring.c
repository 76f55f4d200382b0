/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/ring.h"

#include <stdlib.h>
#include <string.h>

/* All subsets are tried of learnt lists up to this long. */
#define SUBSET_MAX 6

struct carp_ring *
carp_ring_new(void)
{
    struct carp_ring *ring = calloc(1, sizeof(*ring));

    if (ring != NULL) {
        for (size_t i = 0; i < 256; i++) {
            ring->first[i] = ring->last[i] = CARP_RING_NONE;
        }
    }
    return ring;
}

static size_t
entry_size(size_t auth_count)
{
    return sizeof(struct carp_ring_entry) +
           auth_count * sizeof(struct carp_ring_auth);
}

void
carp_ring_free(struct carp_ring *ring)
{
    if (ring == NULL) {
        return;
    }
    for (size_t i = 0; i < ring->count; i++) {
        carp_wipe(ring->entries[i], entry_size(ring->entries[i]->auth_count));
        free(ring->entries[i]);
    }
    free(ring->entries);
    free(ring);
}

static bool
make_room(struct carp_ring *ring)
{
    const size_t room = ring->room > 0 ? 2 * ring->room : 16;
    struct carp_ring_entry **entries;

    if (ring->count < ring->room) {
        return true;
    }
    entries = realloc(ring->entries, room * sizeof(struct carp_ring_entry *));
    if (entries == NULL) {
        return false;
    }
    ring->entries = entries;
    ring->room = room;
    return true;
}

/* Pads are a one-way function of the key: comparing them tells as much as
 * comparing keys, but time spent on them says nothing about a key. */
static uint16_t
first_with_key(const struct carp_ring *ring, const struct carp_pads *pads)
{
    size_t i = 0;

    while (i < ring->count && memcmp(ring->entries[i]->pads.inner, pads->inner,
                                     sizeof(pads->inner)) != 0) {
        i++;
    }
    return (uint16_t)i;
}

struct carp_hashing
carp_ring_hashing(const struct carp_ring_row *row)
{
    const struct carp_hashing how = {
        .vhid = row->vhid,
        .profiles = carp_profile_set(row->profile, row->has_lladdr),
        .lladdr = row->has_lladdr ? &row->lladdr : NULL,
        .also_without = row->profile == CARP_PROFILE_AUTO,
    };

    return how;
}

static struct carp_ring_entry *
entry_new(const struct carp_ring_row *row)
{
    const struct carp_hashing how = carp_ring_hashing(row);
    struct carp_variant variants[CARP_VARIANTS_MAX];
    struct carp_ring_entry *entry;
    size_t count = 0;

    if (row->addrs.count > 0) {
        count = carp_variants_build(variants, &row->addrs, &how);
    }
    entry = calloc(1, entry_size(count));
    if (entry == NULL) {
        return NULL;
    }
    entry->row = *row;
    entry->row.name[CARP_ROW_NAME] = '\0';
    entry->next = CARP_RING_NONE;
    entry->auth_count = (uint8_t)count;
    carp_pads_init(&entry->pads, row->key.octets);
    for (size_t i = 0; i < count; i++) {
        carp_auth_from_prefix(&entry->auths[i].auth, &entry->pads,
                              &variants[i].prefix);
        entry->auths[i].profile = variants[i].profile;
        entry->auths[i].lladdr = variants[i].lladdr ? 1 : 0;
    }
    return entry;
}

enum carp_status
carp_ring_add(struct carp_ring *ring, const struct carp_ring_row *row)
{
    const uint16_t index = (uint16_t)ring->count;
    struct carp_ring_entry *entry;

    if ((unsigned int)row->profile > CARP_PROFILE_AUTO ||
        row->addrs.count > CARP_ADDRS_MAX) {
        return CARP_ERR_RANGE;
    }
    if (ring->count >= CARP_RING_MAX) {
        return CARP_ERR_FULL;
    }
    if (!make_room(ring)) {
        return CARP_ERR_NOMEM;
    }
    entry = entry_new(row);
    if (entry == NULL) {
        return CARP_ERR_NOMEM;
    }
    entry->first_key = first_with_key(ring, &entry->pads);
    ring->entries[ring->count++] = entry;
    if (ring->first[row->vhid] == CARP_RING_NONE) {
        ring->first[row->vhid] = index;
    } else {
        ring->entries[ring->last[row->vhid]]->next = index;
    }
    ring->last[row->vhid] = index;
    return CARP_OK;
}

size_t
carp_ring_count(const struct carp_ring *ring)
{
    return ring->count;
}

const struct carp_ring_row *
carp_ring_get(const struct carp_ring *ring, size_t index)
{
    return index < ring->count ? &ring->entries[index]->row : NULL;
}

/* ---------------------------------------------------------------- verify */

/* Subset 0 is all of them; else a mask for short lists, or the position of
 * a single one, from 1, for long ones. */
static void
take_subset(const struct carp_addrs *learnt, unsigned int subset,
            struct carp_addrs *out)
{
    out->count = 0;
    for (unsigned int i = 0; i < learnt->count && i < CARP_ADDRS_MAX; i++) {
        const bool is_in = learnt->count <= SUBSET_MAX ? (subset >> i & 1u) != 0
                                                       : subset == i + 1;

        if (subset == 0 || is_in) {
            out->list[out->count++] = learnt->list[i];
        }
    }
}

static unsigned int
subset_end(const struct carp_addrs *learnt)
{
    if (learnt->count <= 1) {
        return 1;
    }
    return learnt->count <= SUBSET_MAX ? (1u << learnt->count) - 1u
                                       : learnt->count + 1u;
}

void
carp_verdict_learnt(const struct carp_verdict *verdict,
                    const struct carp_addrs *learnt, struct carp_addrs *hashed)
{
    take_subset(learnt, verdict->subset, hashed);
}

static bool
prefix_matches(const struct carp_ring_entry *entry,
               const struct carp_prefix *prefix, const struct carp_adv *adv)
{
    struct carp_auth auth;
    bool is_good;

    carp_auth_from_prefix(&auth, &entry->pads, prefix);
    is_good = carp_auth_verify(&auth, adv->counter, adv->md);
    carp_auth_clear(&auth);
    return is_good;
}

static bool
given_matches(const struct carp_ring_entry *entry, const struct carp_adv *adv,
              struct carp_verdict *verdict)
{
    for (size_t i = 0; i < entry->auth_count; i++) {
        const struct carp_ring_auth *tried = &entry->auths[i];

        if (carp_auth_verify(&tried->auth, adv->counter, adv->md)) {
            verdict->profile = tried->profile;
            verdict->lladdr = tried->lladdr;
            return true;
        }
    }
    return false;
}

static bool
learnt_matches(const struct carp_ring_entry *entry, const struct carp_adv *adv,
               const struct carp_addrs *learnt, struct carp_verdict *verdict)
{
    const struct carp_ring_row *row = &entry->row;
    struct carp_hashing how = carp_ring_hashing(row);
    struct carp_variant variants[CARP_VARIANTS_MAX];
    struct carp_addrs some;

    if (row->profile == CARP_PROFILE_AUTO) {
        /* The subsets of one say more than "the first of all". */
        how.profiles &= ~CARP_PROFILE_BIT(CARP_PROFILE_UCARP);
    }
    for (unsigned int subset = 0; subset < subset_end(learnt); subset++) {
        size_t count;

        take_subset(learnt, subset, &some);
        count = carp_variants_build(variants, &some, &how);
        for (size_t i = 0; i < count; i++) {
            if (prefix_matches(entry, &variants[i].prefix, adv)) {
                verdict->profile = variants[i].profile;
                verdict->lladdr = variants[i].lladdr ? 1 : 0;
                verdict->subset = (uint8_t)subset;
                return true;
            }
        }
    }
    return false;
}

static bool
hint_matches(const struct carp_ring *ring, const struct carp_adv *adv,
             const struct carp_verdict *hint, const struct carp_addrs *learnt)
{
    const struct carp_ring_entry *entry;
    const struct carp_mac *lladdr;
    struct carp_addrs some;
    struct carp_prefix prefix;

    if (hint->status != CARP_GOOD || hint->row >= ring->count ||
        hint->profile >= CARP_PROFILE_COUNT) {
        return false;
    }
    entry = ring->entries[hint->row];
    if (entry->row.vhid != adv->vhid) {
        return false;
    }
    for (size_t i = 0; i < entry->auth_count; i++) {
        if (entry->auths[i].profile == hint->profile &&
            entry->auths[i].lladdr == hint->lladdr) {
            return carp_auth_verify(&entry->auths[i].auth, adv->counter,
                                    adv->md);
        }
    }
    if (entry->auth_count > 0 || learnt == NULL || learnt->count == 0 ||
        hint->subset >= subset_end(learnt)) {
        return false;
    }
    lladdr =
        hint->lladdr != 0 && entry->row.has_lladdr ? &entry->row.lladdr : NULL;
    take_subset(learnt, hint->subset, &some);
    carp_prefix_build(&prefix, adv->vhid, &some,
                      (enum carp_profile_id)hint->profile, lladdr);
    return prefix_matches(entry, &prefix, adv);
}

struct carp_verdict
carp_ring_verify(const struct carp_ring *ring, const struct carp_adv *adv,
                 const struct carp_verdict *hint,
                 const struct carp_addrs *learnt)
{
    const bool has_learnt = learnt != NULL && learnt->count > 0;
    struct carp_verdict verdict = {CARP_UNVERIFIED, 0, 0, 0, 0, 0};
    uint16_t index = ring->first[adv->vhid];

    if (hint != NULL && hint_matches(ring, adv, hint, learnt)) {
        return *hint;
    }
    for (; index != CARP_RING_NONE; index = ring->entries[index]->next) {
        const struct carp_ring_entry *entry = ring->entries[index];
        const bool is_given = entry->row.addrs.count > 0;

        if (!is_given && !has_learnt) {
            continue;
        }
        if (is_given ? given_matches(entry, adv, &verdict)
                     : learnt_matches(entry, adv, learnt, &verdict)) {
            verdict.status = CARP_GOOD;
            verdict.row = index;
            verdict.learnt = is_given ? 0 : 1;
            return verdict;
        }
        if (verdict.status == CARP_UNVERIFIED) {
            verdict.status = CARP_BAD;
            verdict.learnt = is_given ? 0 : 1;
        } else if (is_given) {
            verdict.learnt = 0;
        }
    }
    return verdict;
}
