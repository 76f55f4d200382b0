/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/explain.h>

#include <string.h>

#include "auth/explain_edits.h"

bool
carp_edit_none(struct carp_search *s, const struct carp_start *start,
               const struct carp_guess *from)
{
    (void)start;
    return carp_search_try(s, from);
}

/* ------------------------------------------------------- secrets of others */

static bool
with_other_keys(struct carp_search *s, const struct carp_start *start,
                const struct carp_guess *from, carp_edit_fn *then)
{
    struct carp_guess guess = *from;

    guess.says.why |= CARP_WHY_KEY;
    for (size_t i = 0; i < s->ring->count; i++) {
        const struct carp_ring_entry *other = s->ring->entries[i];

        carp_search_charge(s, 1);
        if (carp_search_over(s)) {
            return true;
        }
        if (other->first_key != i ||
            other->first_key == start->entry->first_key) {
            continue;
        }
        guess.pads = &other->pads;
        guess.says.key_row = (uint16_t)i;
        if (then(s, start, &guess)) {
            return true;
        }
    }
    return false;
}

/* Most likely first; of edits that give the same octets, the first counts. */
static const enum carp_password_edit password_edits[] = {
    CARP_PW_TRAILING_CR,    CARP_PW_LEADING_BLANK,
    CARP_PW_TRAILING_BLANK, CARP_PW_NO_LEADING_BLANK,
    CARP_PW_CUT_19,         CARP_PW_LAST_LOST,
    CARP_PW_CUT_20,         CARP_PW_NO_TRAILING_BLANK,
    CARP_PW_TRAILING_LF,    CARP_PW_TRAILING_CRLF,
    CARP_PW_QUOTED_DOUBLE,  CARP_PW_QUOTED_SINGLE,
    CARP_PW_NO_QUOTES,      CARP_PW_FIRST_UPPER,
    CARP_PW_FIRST_LOWER,    CARP_PW_UPPER,
    CARP_PW_LOWER,          CARP_PW_CUT_16,
    CARP_PW_CUT_15,         CARP_PW_CUT_8,
    CARP_PW_EMPTY,
};
#define PASSWORD_EDITS (sizeof(password_edits) / sizeof(password_edits[0]))

static bool
with_octets(struct carp_search *s, const struct carp_start *start,
            struct carp_guess *guess, const uint8_t octets[CARP_KEY_LEN],
            carp_edit_fn *then)
{
    struct carp_pads pads;
    bool is_over;

    carp_pads_init(&pads, octets);
    carp_search_charge(s, 3);
    guess->pads = &pads;
    is_over = then(s, start, guess);
    guess->pads = NULL;
    carp_wipe(&pads, sizeof(pads));
    return is_over;
}

static bool
with_password_edits(struct carp_search *s, const struct carp_start *start,
                    const struct carp_guess *from, carp_edit_fn *then)
{
    struct carp_guess guess = *from;
    uint8_t octets[CARP_KEY_LEN];
    bool is_over = false;

    guess.says.why |= CARP_WHY_PASSWORD;
    for (size_t i = 0; i < PASSWORD_EDITS && !is_over; i++) {
        if (carp_password_edit(&start->entry->row.key, password_edits[i],
                               octets)) {
            guess.says.password_edit = (uint8_t)password_edits[i];
            is_over = with_octets(s, start, &guess, octets, then);
        }
    }
    carp_wipe(octets, sizeof(octets));
    return is_over;
}

static bool
with_other_profiles(struct carp_search *s, const struct carp_start *start,
                    const struct carp_guess *from, carp_edit_fn *then)
{
    const enum carp_profile_id own = start->entry->row.profile;
    const bool has_mac = from->how.lladdr != NULL;
    struct carp_guess guess = *from;

    if (own == CARP_PROFILE_AUTO) {
        return false;
    }
    guess.how.profiles = carp_profile_set(CARP_PROFILE_AUTO, has_mac);
    for (unsigned int id = 0; id < CARP_PROFILE_COUNT; id++) {
        if (carp_profiles_alike((enum carp_profile_id)id, own, has_mac)) {
            guess.how.profiles &= ~CARP_PROFILE_BIT(id);
        }
    }
    guess.how.also_without = true;
    guess.says.why |= CARP_WHY_PROFILE;
    return then(s, start, &guess);
}

/* ---------------------------------------------------------------- stages */

static bool
other_keys(struct carp_search *s, const struct carp_start *start,
           const struct carp_guess *from)
{
    return with_other_keys(s, start, from, carp_edit_none);
}

static bool
other_passwords(struct carp_search *s, const struct carp_start *start,
                const struct carp_guess *from)
{
    return with_password_edits(s, start, from, carp_edit_none);
}

static bool
other_profiles(struct carp_search *s, const struct carp_start *start,
               const struct carp_guess *from)
{
    return with_other_profiles(s, start, from, carp_edit_none);
}

static bool
other_vhids(struct carp_search *s, const struct carp_start *start,
            const struct carp_guess *from)
{
    struct carp_guess guess = *from;

    (void)start;
    for (int is_known = 1; is_known >= 0; is_known--) {
        for (unsigned int vhid = 1; vhid <= UINT8_MAX; vhid++) {
            const bool has_rows = s->ring->first[vhid] != CARP_RING_NONE;

            if (has_rows != (is_known != 0) || vhid == s->adv->vhid) {
                continue;
            }
            guess.how.vhid = (uint8_t)vhid;
            if (carp_search_try(s, &guess)) {
                return true;
            }
        }
    }
    return false;
}

static bool
other_lladdr(struct carp_search *s, const struct carp_start *start,
             const struct carp_guess *from)
{
    struct carp_guess guess = *from;

    (void)start;
    guess.says.why |= CARP_WHY_PROFILE;
    if (from->how.lladdr != NULL && !from->how.also_without) {
        guess.how.lladdr = NULL;
        guess.says.omits_lladdr = true;
        if (carp_search_try(s, &guess)) {
            return true;
        }
        guess.says.omits_lladdr = false;
    }
    guess.how.lladdr = s->hints.lladdr;
    if (guess.how.lladdr == NULL ||
        !carp_lladdr_is_hashed(guess.how.lladdr, guess.how.vhid)) {
        return false;
    }
    guess.how.profiles = CARP_PROFILE_BIT(CARP_PROFILE_OPENBSD) |
                         CARP_PROFILE_BIT(CARP_PROFILE_OPENBSD_ORIG);
    guess.how.also_without = false;
    guess.says.hashes_lladdr = true;
    return carp_search_try(s, &guess);
}

static bool
stale_tails(struct carp_search *s, const struct carp_start *start,
            const struct carp_guess *from)
{
    struct carp_guess guess = *from;
    uint8_t octets[CARP_KEY_LEN];
    bool is_over = false;

    guess.says.why |= CARP_WHY_PASSWORD;
    guess.says.password_edit = CARP_PW_STALE_TAIL;
    for (size_t i = 0; i < s->ring->count && !is_over; i++) {
        const struct carp_ring_entry *old = s->ring->entries[i];

        carp_search_charge(s, 1);
        is_over = carp_search_over(s);
        if (!is_over && old->first_key == i &&
            carp_password_stale(&start->entry->row.key, &old->row.key,
                                octets)) {
            guess.says.key_row = (uint16_t)i;
            is_over = with_octets(s, start, &guess, octets, carp_edit_none);
        }
    }
    carp_wipe(octets, sizeof(octets));
    return is_over;
}

static bool
password_and_address(struct carp_search *s, const struct carp_start *start,
                     const struct carp_guess *from)
{
    return with_password_edits(s, start, from, carp_edit_one_address);
}

static bool
password_and_profile(struct carp_search *s, const struct carp_start *start,
                     const struct carp_guess *from)
{
    return with_password_edits(s, start, from, other_profiles);
}

static bool
key_and_profile(struct carp_search *s, const struct carp_start *start,
                const struct carp_guess *from)
{
    return with_other_keys(s, start, from, other_profiles);
}

static bool
key_and_address(struct carp_search *s, const struct carp_start *start,
                const struct carp_guess *from)
{
    return with_other_keys(s, start, from, carp_edit_one_address);
}

static bool
profile_and_address(struct carp_search *s, const struct carp_start *start,
                    const struct carp_guess *from)
{
    return with_other_profiles(s, start, from, carp_edit_one_address);
}

static bool
profile_and_addresses(struct carp_search *s, const struct carp_start *start,
                      const struct carp_guess *from)
{
    return with_other_profiles(s, start, from, carp_edit_two_addresses);
}

/* Key, addresses and profile of another vhid's row, hashed for the advert's
 * vhid or, when somebody rewrites the header, still for its own. */
static bool
other_rows(struct carp_search *s, const struct carp_start *start,
           const struct carp_guess *from)
{
    /* Without rows for the vhid, every row has been a start already. */
    if (start->entry->row.vhid != s->adv->vhid) {
        return false;
    }
    for (size_t i = 0; i < s->ring->count; i++) {
        const struct carp_ring_row *row = &s->ring->entries[i]->row;
        struct carp_start other;
        struct carp_guess guess;

        carp_search_charge(s, 1);
        if (row->vhid == s->adv->vhid || row->addrs.count == 0) {
            continue;
        }
        other.entry = s->ring->entries[i];
        other.row = from->says.row;
        other.is_prepared = false;
        guess = carp_start_guess(s, &other);
        guess.addrs = &row->addrs;
        guess.says.key_row = (uint16_t)i;
        guess.says.why = CARP_WHY_ADDRESSES;
        if (other.entry->first_key != start->entry->first_key) {
            guess.says.why |= CARP_WHY_KEY;
        }
        if (carp_search_try(s, &guess)) {
            return true;
        }
        guess.how.vhid = row->vhid;
        if (carp_search_try(s, &guess)) {
            return true;
        }
    }
    return false;
}

/* Single edits in the order of their likelihood, then pairs. */
static carp_edit_fn *const stages[] = {
    carp_edit_none,
    other_keys,
    other_passwords,
    carp_edit_one_address,
    other_lladdr,
    other_profiles,
    other_vhids,
    stale_tails,
    carp_edit_two_addresses,
    carp_edit_only_address,
    other_rows,
    password_and_address,
    password_and_profile,
    profile_and_address,
    key_and_profile,
    key_and_address,
    profile_and_addresses,
};
#define STAGES (sizeof(stages) / sizeof(stages[0]))

/* True when there is nothing more to look for. */
static bool
run_stage(struct carp_search *s, carp_edit_fn *stage)
{
    const uint16_t chain = s->ring->first[s->adv->vhid];
    const bool has_rows = chain != CARP_RING_NONE;
    uint16_t row = has_rows ? chain : 0;

    while (row < s->ring->count && !carp_search_over(s)) {
        struct carp_start start;
        struct carp_guess guess;

        carp_start_init(&start, s, row);
        if (stage != carp_edit_none) {
            carp_start_prepare(&start, s);
        }
        guess = carp_start_guess(s, &start);
        stage(s, &start, &guess);
        if (s->found.found) {
            return true;
        }
        row = has_rows ? start.entry->next : (uint16_t)(row + 1);
    }
    return false;
}

struct carp_explanation
carp_explain(const struct carp_ring *ring, const struct carp_adv *adv,
             const struct carp_explain_hints *hints, struct carp_auth *auth)
{
    struct carp_search s;
    struct carp_explanation answer = {0};

    carp_search_init(&s, ring, adv, hints);
    for (size_t i = 0; i < STAGES; i++) {
        carp_search_share(&s, i == 0 || i + 1 == STAGES);
        if (run_stage(&s, stages[i])) {
            break;
        }
    }
    if (s.found.why != 0) {
        answer = s.found;
        if (auth != NULL) {
            *auth = s.auth;
        }
    }
    answer.tries = s.tries;
    carp_wipe(&s, sizeof(s));
    return answer;
}
