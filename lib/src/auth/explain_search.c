/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/explain_search.h"

#include <string.h>

/* Keeps the worst case, 64 IPv6 addresses, below 20 ms also where a
 * compression takes twice the time that it does with SHA instructions. */
#define WORK_MAX 200000

/* How many addresses of other rows are looked at for candidates. */
#define ADDRS_SEEN_MAX 4096

/* ------------------------------------------------------------- candidates */

static void
add_candidate(struct carp_search *s, const struct carp_addr *addr)
{
    if (s->candidate_count == CARP_CANDIDATES_MAX) {
        return;
    }
    for (size_t i = 0; i < s->candidate_count; i++) {
        if (carp_addr_equal(&s->candidates[i], addr)) {
            return;
        }
    }
    s->candidates[s->candidate_count++] = *addr;
}

/* carp interfaces of some systems give themselves the link-local address
 * that belongs to the virtual MAC, and hash it. */
static struct carp_addr
automatic_link_local(uint8_t vhid)
{
    const uint8_t octets[16] = {0xfe, 0x80, 0,    0,    0,    0,    0, 0,
                                0x02, 0x00, 0x5e, 0xff, 0xfe, 0x00, 1, vhid};

    return carp_addr_v6(octets);
}

static void
gather(struct carp_search *s, bool same_vhid, size_t *seen)
{
    for (size_t i = 0; i < s->ring->count; i++) {
        const struct carp_ring_row *row = &s->ring->entries[i]->row;

        if ((row->vhid == s->adv->vhid) != same_vhid) {
            continue;
        }
        for (size_t j = 0; j < row->addrs.count; j++) {
            if (*seen == ADDRS_SEEN_MAX ||
                s->candidate_count == CARP_CANDIDATES_MAX) {
                return;
            }
            (*seen)++;
            add_candidate(s, &row->addrs.list[j]);
        }
    }
}

void
carp_search_init(struct carp_search *s, const struct carp_ring *ring,
                 const struct carp_adv *adv,
                 const struct carp_explain_hints *hints)
{
    const struct carp_addr own = automatic_link_local(adv->vhid);
    size_t seen = 0;

    memset(s, 0, sizeof(*s));
    s->ring = ring;
    s->adv = adv;
    if (hints != NULL) {
        s->hints = *hints;
    }
    if (s->hints.learnt != NULL) {
        for (size_t i = 0; i < s->hints.learnt->count; i++) {
            add_candidate(s, &s->hints.learnt->list[i]);
        }
    }
    gather(s, true, &seen);
    add_candidate(s, &own);
    gather(s, false, &seen);
    carp_search_charge(s, seen + ring->count / 4);
}

/* ----------------------------------------------------------------- budget */

void
carp_search_share(struct carp_search *s, bool all)
{
    const uint32_t tries = s->tries < CARP_EXPLAIN_MAX_TRIES
                               ? CARP_EXPLAIN_MAX_TRIES - s->tries
                               : 0;
    const uint32_t work = s->work < WORK_MAX ? WORK_MAX - s->work : 0;

    s->tries_end = s->tries + (all ? tries : tries / 2);
    s->work_end = s->work + (all ? work : work / 2);
}

void
carp_search_charge(struct carp_search *s, size_t units)
{
    s->work += (uint32_t)units;
}

bool
carp_search_over(const struct carp_search *s)
{
    return s->found.found || s->tries >= s->tries_end || s->work >= s->work_end;
}

/* ---------------------------------------------------------------- guesses */

static bool
is_listed(const struct carp_addr list[2], size_t count,
          const struct carp_addr *addr)
{
    for (size_t i = 0; i < count; i++) {
        if (carp_addr_equal(&list[i], addr)) {
            return true;
        }
    }
    return false;
}

static bool
edit_addrs(const struct carp_explanation *e, const struct carp_addrs *in,
           struct carp_addrs *out)
{
    const bool no_link_local = (e->why & CARP_WHY_LINK_LOCAL) != 0;

    out->count = 0;
    if (e->only.family != CARP_FAMILY_NONE) {
        out->list[out->count++] = e->only;
        return true;
    }
    for (size_t i = 0; i < in->count; i++) {
        const struct carp_addr *addr = &in->list[i];

        if (is_listed(e->missing, e->missing_count, addr) ||
            (e->only_family != CARP_FAMILY_NONE &&
             addr->family != e->only_family) ||
            (no_link_local && carp_addr_is_link_local(addr))) {
            continue;
        }
        out->list[out->count++] = *addr;
    }
    for (size_t i = 0; i < e->extra_count; i++) {
        if (out->count == CARP_ADDRS_MAX) {
            return false;
        }
        out->list[out->count++] = e->extra[i];
    }
    return true;
}

/* VHID belongs to the answer whenever three numbers are not the same one. */
static void
report(struct carp_search *s, const struct carp_guess *guess, uint8_t profile)
{
    struct carp_explanation *found = &s->found;
    const uint8_t row_vhid = s->ring->entries[guess->says.row]->row.vhid;

    *found = guess->says;
    found->found = true;
    found->profile = profile;
    found->hashed_vhid = guess->how.vhid;
    if (found->hashed_vhid != s->adv->vhid || row_vhid != s->adv->vhid) {
        found->why |= CARP_WHY_VHID;
    }
}

/* Sorting takes about as long as hashing when there are many addresses. */
static size_t
build_work(const struct carp_addrs *addrs, const struct carp_hashing *how)
{
    unsigned int profiles = how->profiles;
    const size_t n = addrs->count;
    size_t rows = 0;

    for (; profiles != 0; profiles &= profiles - 1) {
        rows++;
    }
    return 1 + (rows + 2) * n / 8 + n * n / (how->sorted != NULL ? 256 : 64);
}

bool
carp_search_try(struct carp_search *s, const struct carp_guess *guess)
{
    struct carp_variant variants[CARP_VARIANTS_MAX];
    struct carp_hashing how = guess->how;
    struct carp_addrs addrs, sorted;
    size_t count;

    if (carp_search_over(s) ||
        !edit_addrs(&guess->says, guess->addrs, &addrs)) {
        return carp_search_over(s);
    }
    if (how.sorted != NULL && edit_addrs(&guess->says, how.sorted, &sorted)) {
        how.sorted = &sorted;
    }
    count = carp_variants_build(variants, &addrs, &how);
    carp_search_charge(s, build_work(&addrs, &how));
    for (size_t i = 0; i < count && !carp_search_over(s); i++) {
        struct carp_auth auth;

        s->tries++;
        carp_search_charge(s, variants[i].prefix.len / CARP_SHA1_BLOCK + 2u);
        carp_auth_from_prefix(&auth, guess->pads, &variants[i].prefix);
        if (carp_auth_verify(&auth, s->adv->counter, s->adv->md)) {
            report(s, guess, variants[i].profile);
            s->auth = auth;
        }
        carp_auth_clear(&auth);
    }
    return carp_search_over(s);
}

/* --------------------------------------------------------- starting points */

static void
sort_addrs(struct carp_addrs *addrs)
{
    for (size_t i = 1; i < addrs->count; i++) {
        const struct carp_addr moved = addrs->list[i];
        size_t at = i;

        while (at > 0 && carp_addr_compare(&moved, &addrs->list[at - 1]) < 0) {
            addrs->list[at] = addrs->list[at - 1];
            at--;
        }
        addrs->list[at] = moved;
    }
}

void
carp_start_init(struct carp_start *start, struct carp_search *s, uint16_t row)
{
    const struct carp_ring_entry *entry = s->ring->entries[row];

    start->entry = entry;
    start->row = row;
    start->is_prepared = false;
    start->addrs.count = 0;
    if (entry->row.addrs.count > 0) {
        start->addrs = entry->row.addrs;
    } else if (s->hints.learnt != NULL) {
        start->addrs = *s->hints.learnt;
    }
    carp_search_charge(s, 4);
}

void
carp_start_prepare(struct carp_start *start, struct carp_search *s)
{
    start->sorted = start->addrs;
    sort_addrs(&start->sorted);
    start->extra_count = 0;
    for (size_t i = 0; i < s->candidate_count; i++) {
        if (!carp_addrs_contain(&start->addrs, &s->candidates[i])) {
            start->extra[start->extra_count++] = &s->candidates[i];
        }
    }
    start->is_prepared = true;
    carp_search_charge(s, (s->candidate_count + start->addrs.count) *
                              start->addrs.count / 8);
}

struct carp_guess
carp_start_guess(const struct carp_search *s, const struct carp_start *start)
{
    const struct carp_ring_row *row = &start->entry->row;
    struct carp_guess guess = {0};

    guess.pads = &start->entry->pads;
    guess.addrs = &start->addrs;
    guess.how = carp_ring_hashing(row);
    guess.how.vhid = s->adv->vhid;
    guess.how.sorted = start->is_prepared ? &start->sorted : NULL;
    guess.says.row = start->row;
    guess.says.key_row = start->row;
    return guess;
}
