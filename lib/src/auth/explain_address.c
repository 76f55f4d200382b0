/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/explain_edits.h"

/* An address that stands in the list twice is edited once. */
static bool
is_repeated(const struct carp_addrs *addrs, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (carp_addr_equal(&addrs->list[i], &addrs->list[index])) {
            return true;
        }
    }
    return false;
}

static size_t
count_family(const struct carp_addrs *addrs, uint8_t family)
{
    size_t count = 0;

    for (size_t i = 0; i < addrs->count; i++) {
        count += addrs->list[i].family == family ? 1 : 0;
    }
    return count;
}

static bool
has_link_local(const struct carp_addrs *addrs)
{
    for (size_t i = 0; i < addrs->count; i++) {
        if (carp_addr_is_link_local(&addrs->list[i])) {
            return true;
        }
    }
    return false;
}

/* Under AUTO, "all but one address, as ucarp" would be an odd way to say
 * which single address is hashed. */
static void
begin(struct carp_guess *guess, unsigned int why)
{
    const unsigned int ucarp = CARP_PROFILE_BIT(CARP_PROFILE_UCARP);

    if (guess->how.profiles != ucarp) {
        guess->how.profiles &= ~ucarp;
    }
    guess->says.why |= why;
}

static bool
try_family(struct carp_search *s, const struct carp_start *start,
           const struct carp_guess *from)
{
    const size_t count4 = count_family(&start->addrs, CARP_IPV4);
    struct carp_guess guess = *from;

    if (count4 == 0 || count4 == start->addrs.count) {
        return false;
    }
    begin(&guess, CARP_WHY_FAMILY);
    guess.says.only_family = CARP_IPV4;
    if (carp_search_try(s, &guess)) {
        return true;
    }
    guess.says.only_family = CARP_IPV6;
    return carp_search_try(s, &guess);
}

bool
carp_edit_one_address(struct carp_search *s, const struct carp_start *start,
                      const struct carp_guess *from)
{
    struct carp_guess guess = *from;

    if (has_link_local(&start->addrs)) {
        begin(&guess, CARP_WHY_LINK_LOCAL);
        if (carp_search_try(s, &guess)) {
            return true;
        }
        guess = *from;
    }
    begin(&guess, CARP_WHY_ADDRESSES);
    guess.says.extra_count = 1;
    for (size_t i = 0; i < start->extra_count; i++) {
        guess.says.extra[0] = *start->extra[i];
        if (carp_search_try(s, &guess)) {
            return true;
        }
    }
    guess = *from;
    begin(&guess, CARP_WHY_ADDRESSES);
    guess.says.missing_count = 1;
    for (size_t i = 0; i < start->addrs.count; i++) {
        guess.says.missing[0] = start->addrs.list[i];
        if (!is_repeated(&start->addrs, i) && carp_search_try(s, &guess)) {
            return true;
        }
    }
    return try_family(s, start, from);
}

static bool
try_exchange(struct carp_search *s, const struct carp_start *start,
             const struct carp_guess *from)
{
    struct carp_guess guess = *from;

    guess.says.extra_count = guess.says.missing_count = 1;
    for (size_t i = 0; i < start->extra_count; i++) {
        guess.says.extra[0] = *start->extra[i];
        for (size_t j = 0; j < start->addrs.count; j++) {
            guess.says.missing[0] = start->addrs.list[j];
            if (carp_search_try(s, &guess)) {
                return true;
            }
        }
    }
    return false;
}

static bool
try_two_extra(struct carp_search *s, const struct carp_start *start,
              const struct carp_guess *from)
{
    struct carp_guess guess = *from;

    guess.says.extra_count = 2;
    for (size_t i = 1; i < start->extra_count; i++) {
        guess.says.extra[1] = *start->extra[i];
        for (size_t j = 0; j < i; j++) {
            guess.says.extra[0] = *start->extra[j];
            if (carp_search_try(s, &guess)) {
                return true;
            }
        }
    }
    return false;
}

static bool
try_two_missing(struct carp_search *s, const struct carp_start *start,
                const struct carp_guess *from)
{
    struct carp_guess guess = *from;

    guess.says.missing_count = 2;
    for (size_t i = 1; i < start->addrs.count; i++) {
        guess.says.missing[1] = start->addrs.list[i];
        for (size_t j = 0; j < i; j++) {
            guess.says.missing[0] = start->addrs.list[j];
            if (carp_search_try(s, &guess)) {
                return true;
            }
        }
    }
    return false;
}

bool
carp_edit_two_addresses(struct carp_search *s, const struct carp_start *start,
                        const struct carp_guess *from)
{
    struct carp_guess guess = *from;

    begin(&guess, CARP_WHY_ADDRESSES);
    return try_two_missing(s, start, &guess) ||
           try_exchange(s, start, &guess) || try_two_extra(s, start, &guess);
}

static bool
try_only(struct carp_search *s, struct carp_guess *guess,
         const struct carp_addr *addr, bool is_ours)
{
    guess->says.only = *addr;
    guess->says.extra_count = is_ours ? 0 : 1;
    guess->says.extra[0] = *addr;
    return carp_search_try(s, guess);
}

bool
carp_edit_only_address(struct carp_search *s, const struct carp_start *start,
                       const struct carp_guess *from)
{
    const size_t count = start->addrs.count;
    struct carp_guess guess = *from;

    begin(&guess, CARP_WHY_ADDRESSES);
    /* Fewer are told by name as missing. */
    for (size_t i = 0; i < count && count > 3; i++) {
        if (try_only(s, &guess, &start->addrs.list[i], true)) {
            return true;
        }
    }
    for (size_t i = 0; i < start->extra_count && count > 1; i++) {
        if (try_only(s, &guess, start->extra[i], false)) {
            return true;
        }
    }
    return false;
}
