/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file hashed.h
 * What goes into an authenticator before the counter, in its two halves: the
 * key pads, which depend on the key alone, and the message prefix, which
 * depends on everything else.
 */
#ifndef CARP_AUTH_HASHED_H
#define CARP_AUTH_HASHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/auth.h>
#include <carp/key.h>
#include <carp/profile.h>

#include "auth/sha1.h"

/** SHA-1 states behind the inner and the outer key pad: a secret. */
struct carp_pads {
    uint32_t inner[CARP_SHA1_WORDS];
    uint32_t outer[CARP_SHA1_WORDS];
};

/** version, type, MAC, vhid, addresses */
#define CARP_PREFIX_MAX (2 + 6 + 1 + CARP_ADDRS_MAX * 16)

/** The message up to the counter. */
struct carp_prefix {
    uint16_t len;
    uint8_t octets[CARP_PREFIX_MAX];
};

/** Sets of profiles: one bit a row. */
#define CARP_PROFILE_BIT(id) (1u << (id))

/** How a list of addresses is to be hashed. */
struct carp_hashing {
    uint8_t vhid;
    unsigned int profiles;         /**< a set of rows */
    const struct carp_mac *lladdr; /**< or NULL */
    bool also_without; /**< try the rows that hash lladdr without it, too */
    /** The same addresses in about ascending order, or NULL: saves the rows
     * that sort the time for it. */
    const struct carp_addrs *sorted;
};

/** One way of hashing. */
struct carp_variant {
    uint8_t profile;
    bool lladdr; /**< the MAC is in it */
    struct carp_prefix prefix;
};

/** Each row without and two rows with a MAC. */
#define CARP_VARIANTS_MAX (CARP_PROFILE_COUNT + 2)

/** Costs two compressions. */
void carp_pads_init(struct carp_pads *pads, const uint8_t key[CARP_KEY_LEN]);

/** @param lladdr the MAC that is hashed in any case, or NULL */
void carp_prefix_build(struct carp_prefix *prefix, uint8_t vhid,
                       const struct carp_addrs *addrs,
                       enum carp_profile_id profile,
                       const struct carp_mac *lladdr);

/** Costs a compression for each 64 octets of @p prefix. */
void carp_auth_from_prefix(struct carp_auth *auth, const struct carp_pads *pads,
                           const struct carp_prefix *prefix);

/** True when both rows hash every list alike; a MAC counts if @p has_mac. */
bool carp_profiles_alike(enum carp_profile_id a, enum carp_profile_id b,
                         bool has_mac);
/** The set of rows that @p id stands for: for CARP_PROFILE_AUTO all but those
 * that hash like an earlier one. */
unsigned int carp_profile_set(enum carp_profile_id id, bool has_mac);

/** @p lladdr if a node of this row would hash it, else NULL. */
const struct carp_mac *carp_hashed_lladdr(const struct carp_mac *lladdr,
                                          uint8_t vhid,
                                          enum carp_profile_id profile);

/** The different ways to hash @p addrs, in the order of the rows; those that
 * give the same octets as an earlier one are left out. Returns how many. */
size_t carp_variants_build(struct carp_variant out[CARP_VARIANTS_MAX],
                           const struct carp_addrs *addrs,
                           const struct carp_hashing *how);

#endif
