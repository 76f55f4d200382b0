/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file auth.h
 * The advert's authenticator (PROTOCOL 2.1) and a ring of known ones.
 */
#ifndef CARP_AUTH_H
#define CARP_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/adv.h>
#include <carp/export.h>
#include <carp/key.h>
#include <carp/profile.h>
#include <carp/status.h>

CARP_BEGIN_DECLS

/** Most addresses one vhid may hash here. */
#define CARP_ADDRS_MAX 64

/** The addresses of one vhid, in configuration order. */
struct carp_addrs {
    uint16_t count;
    struct carp_addr list[CARP_ADDRS_MAX];
};

/** Add @p addr (also a duplicate); CARP_ERR_FULL at CARP_ADDRS_MAX. */
CARP_API CARP_NODISCARD enum carp_status
carp_addrs_add(struct carp_addrs *addrs, const struct carp_addr *addr);
/** Is @p addr one of the list? */
CARP_API bool carp_addrs_contain(const struct carp_addrs *addrs,
                                 const struct carp_addr *addr);

/**
 * Everything an authenticator depends on but the counter, precomputed: a
 * verification costs two SHA-1 compressions for up to 11 IPv4 addresses.
 * A secret. Plain value: may be copied; carp_auth_clear() each copy.
 */
struct carp_auth {
    uint32_t inner[5];   /**< SHA-1 state behind key pad and full blocks */
    uint32_t outer[5];   /**< SHA-1 state behind the outer key pad */
    uint8_t tail[128];   /**< last inner block(s), padded; counter goes in */
    uint8_t tail_blocks; /**< 1 or 2 */
    uint8_t counter_off; /**< where the counter goes in tail */
};

/**
 * Precompute.
 * @param key the secret
 * @param vhid 1..255 as hashed (0 is accepted: nobody else can make it)
 * @param addrs in configuration order
 * @param profile a row, not CARP_PROFILE_AUTO
 * @param lladdr the hand-set MAC that OpenBSD hashes, or NULL. Ignored
 *        unless the row allows it.
 * @return CARP_OK, or CARP_ERR_RANGE for CARP_PROFILE_AUTO
 */
CARP_API CARP_NODISCARD enum carp_status
carp_auth_init(struct carp_auth *auth, const struct carp_key *key, uint8_t vhid,
               const struct carp_addrs *addrs, enum carp_profile_id profile,
               const struct carp_mac *lladdr);

/** The digest for @p counter. */
CARP_API void carp_auth_digest(const struct carp_auth *auth, uint64_t counter,
                               uint8_t md[CARP_MD_LEN]);
/** Constant-time check of an advert's digest. */
CARP_API bool carp_auth_verify(const struct carp_auth *auth, uint64_t counter,
                               const uint8_t md[CARP_MD_LEN]);
/** Wipe; the compiler cannot remove it. */
CARP_API void carp_auth_clear(struct carp_auth *auth);

/** The MAC that OpenBSD hashes for @p lladdr, or false when none is hashed:
 * the vhid's own virtual MAC, and one whose octets 1..4 equal the virtual
 * MAC's (it is replaced by it), are not (PROTOCOL 2.3). */
CARP_API bool carp_lladdr_is_hashed(const struct carp_mac *lladdr,
                                    uint8_t vhid);

/* ------------------------------------------------------------------ ring */

/** Longest name of a ring row. */
#define CARP_ROW_NAME 63

/** What a user configured for one vhid: input of carp_ring_add(). */
struct carp_ring_row {
    char name[CARP_ROW_NAME + 1]; /**< group name in carp.conf; shown */
    uint8_t vhid;
    struct carp_key key;
    struct carp_addrs addrs;      /**< empty: learn from the wire */
    enum carp_profile_id profile; /**< or CARP_PROFILE_AUTO */
    bool has_lladdr;
    struct carp_mac lladdr;
};

/** All known keys. Opaque, on the heap. */
struct carp_ring;

/** NULL only when memory cannot be had. */
CARP_API struct carp_ring *carp_ring_new(void);
/** Wipes and frees; NULL is allowed. */
CARP_API void carp_ring_free(struct carp_ring *ring);
/** Copy a row in. CARP_ERR_NOMEM, CARP_ERR_FULL at 4096 rows, or
 * CARP_ERR_RANGE for a profile or a count of addresses that cannot be. */
CARP_API CARP_NODISCARD enum carp_status
carp_ring_add(struct carp_ring *ring, const struct carp_ring_row *row);
/** How many rows there are. */
CARP_API size_t carp_ring_count(const struct carp_ring *ring);
/** Row @p index as given to carp_ring_add(); NULL beyond the end. Belongs to
 * the ring. */
CARP_API const struct carp_ring_row *carp_ring_get(const struct carp_ring *ring,
                                                   size_t index);

enum carp_verdict_status {
    CARP_UNVERIFIED = 0, /**< no row for this vhid, or octets missing */
    CARP_GOOD,
    CARP_BAD /**< there are rows for this vhid and none matches */
};

struct carp_verdict {
    enum carp_verdict_status status;
    uint16_t row;    /**< which row matched (GOOD) */
    uint8_t profile; /**< enum carp_profile_id that matched (GOOD) */
    uint8_t learnt;  /**< 1 when the address list was learnt, not given;
                          also with BAD when no row had a list of its own */
    uint8_t lladdr;  /**< 1 when the row's lladdr is hashed (GOOD) */
    uint8_t subset;  /**< which of the learnt addresses are hashed; for
                          carp_verdict_learnt() and the hint alone */
};

/**
 * Check an advert against every row of its vhid.
 *
 * Profiles that hash the same octets for a row are tried once and named by
 * the first of them.
 *
 * Rows without addresses are tried with the learnt ones: with all of them,
 * then with every subset of up to 6, or with each single one of more. Nothing
 * of that is kept between calls: with a right hint such a row costs one
 * verification and the preparation of one list.
 * @param hint the verdict for this sender's last advert, tried first, or
 *        NULL. With a right hint the cost is one verification.
 * @param learnt addresses learnt for this vhid, for rows without addresses;
 *        may be NULL
 */
CARP_API struct carp_verdict carp_ring_verify(const struct carp_ring *ring,
                                              const struct carp_adv *adv,
                                              const struct carp_verdict *hint,
                                              const struct carp_addrs *learnt);

/**
 * The learnt addresses that the sender hashes.
 * @param verdict a GOOD one with learnt set
 * @param learnt the list that was given to carp_ring_verify()
 * @param[out] hashed the part of it that matched
 */
CARP_API void carp_verdict_learnt(const struct carp_verdict *verdict,
                                  const struct carp_addrs *learnt,
                                  struct carp_addrs *hashed);

CARP_END_DECLS

#endif
