/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file explain_search.h
 * The inside of carp_explain(): guesses, their budget, and starting points.
 * explain.c says in which order what is guessed.
 */
#ifndef CARP_AUTH_EXPLAIN_SEARCH_H
#define CARP_AUTH_EXPLAIN_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/explain.h>

#include "auth/hashed.h"
#include "auth/ring.h"

/** Most addresses of elsewhere that are tried as extra ones. */
#define CARP_CANDIDATES_MAX 128

struct carp_search {
    const struct carp_ring *ring;
    const struct carp_adv *adv;
    struct carp_explain_hints hints;
    /** What may be used in all, and by the present stage. Work is counted in
     * units of about one compression. */
    uint32_t tries, work, tries_end, work_end;
    struct carp_explanation found;
    struct carp_auth auth; /**< of found */
    size_t candidate_count;
    struct carp_addr candidates[CARP_CANDIDATES_MAX];
};

/** A row whose edits are tried. */
struct carp_start {
    const struct carp_ring_entry *entry;
    uint16_t row;
    struct carp_addrs addrs;  /**< the row's, or else the learnt ones */
    bool is_prepared;         /**< what follows is there */
    struct carp_addrs sorted; /**< addrs in ascending order */
    size_t extra_count;       /**< candidates that are not in addrs */
    const struct carp_addr *extra[CARP_CANDIDATES_MAX];
};

/** One edit. What it reports if it matches also says how addrs are edited. */
struct carp_guess {
    const struct carp_pads *pads;
    const struct carp_addrs *addrs; /**< how.sorted has the same, or is NULL */
    struct carp_hashing how;
    struct carp_explanation says;
};

/** Gather candidates, set the budget. */
void carp_search_init(struct carp_search *s, const struct carp_ring *ring,
                      const struct carp_adv *adv,
                      const struct carp_explain_hints *hints);
/** A stage gets half of what is left, or all of it. */
void carp_search_share(struct carp_search *s, bool all);
/** Account for @p units of work beside carp_search_try(). */
void carp_search_charge(struct carp_search *s, size_t units);
/** The present stage is over: found, or its share is used up. */
bool carp_search_over(const struct carp_search *s);
/** Test a guess; true when the stage is over. */
bool carp_search_try(struct carp_search *s, const struct carp_guess *guess);

void carp_start_init(struct carp_start *start, struct carp_search *s,
                     uint16_t row);
/** Sort and find extra addresses: needed for edits of addresses, and worth it
 * before many guesses. */
void carp_start_prepare(struct carp_start *start, struct carp_search *s);
/** The row of @p start without any edit. */
struct carp_guess carp_start_guess(const struct carp_search *s,
                                   const struct carp_start *start);

/**
 * The 20 octets of @p key as the sender has them after @p edit.
 * @return false when the edit cannot be made or changes nothing
 */
bool carp_password_edit(const struct carp_key *key,
                        enum carp_password_edit edit,
                        uint8_t out[CARP_KEY_LEN]);
/** What is left of @p old behind a shorter password that replaced it. */
bool carp_password_stale(const struct carp_key *key, const struct carp_key *old,
                         uint8_t out[CARP_KEY_LEN]);

#endif
