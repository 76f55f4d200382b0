/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/auth.h>

#include <string.h>

#include "auth/hashed.h"
#include "auth/octets.h"
#include "auth/sha1.h"

enum carp_status
carp_addrs_add(struct carp_addrs *addrs, const struct carp_addr *addr)
{
    if (addrs->count >= CARP_ADDRS_MAX) {
        return CARP_ERR_FULL;
    }
    addrs->list[addrs->count++] = *addr;
    return CARP_OK;
}

bool
carp_addrs_contain(const struct carp_addrs *addrs, const struct carp_addr *addr)
{
    for (size_t i = 0; i < addrs->count; i++) {
        if (carp_addr_equal(&addrs->list[i], addr)) {
            return true;
        }
    }
    return false;
}

bool
carp_lladdr_is_hashed(const struct carp_mac *lladdr, uint8_t vhid)
{
    const struct carp_mac virtual_mac = carp_mac_virtual(vhid);

    return memcmp(lladdr->octets + 1, virtual_mac.octets + 1, 4) != 0;
}

enum carp_status
carp_auth_init(struct carp_auth *auth, const struct carp_key *key, uint8_t vhid,
               const struct carp_addrs *addrs, enum carp_profile_id profile,
               const struct carp_mac *lladdr)
{
    struct carp_pads pads;
    struct carp_prefix prefix;

    if (carp_profile_get(profile) == NULL) {
        return CARP_ERR_RANGE;
    }
    carp_pads_init(&pads, key->octets);
    carp_prefix_build(&prefix, vhid, addrs, profile,
                      carp_hashed_lladdr(lladdr, vhid, profile));
    carp_auth_from_prefix(auth, &pads, &prefix);
    carp_wipe(&pads, sizeof(pads));
    return CARP_OK;
}

static void
digest(const struct carp_auth *auth, uint64_t counter,
       uint32_t words[CARP_SHA1_WORDS])
{
    uint8_t tail[sizeof(auth->tail)];

    memcpy(tail, auth->tail, sizeof(tail));
    carp_store64(tail + auth->counter_off, counter);
    carp_sha1_hmac_end(words, auth->inner, auth->outer, tail,
                       auth->tail_blocks);
}

void
carp_auth_digest(const struct carp_auth *auth, uint64_t counter,
                 uint8_t md[CARP_MD_LEN])
{
    uint32_t words[CARP_SHA1_WORDS];

    digest(auth, counter, words);
    for (size_t i = 0; i < CARP_SHA1_WORDS; i++) {
        carp_store32(md + 4 * i, words[i]);
    }
    carp_wipe(words, sizeof(words));
}

bool
carp_auth_verify(const struct carp_auth *auth, uint64_t counter,
                 const uint8_t md[CARP_MD_LEN])
{
    uint32_t right[CARP_SHA1_WORDS];
    uint32_t differs = 0;

    digest(auth, counter, right);
    for (size_t i = 0; i < CARP_SHA1_WORDS; i++) {
        differs |= right[i] ^ carp_load32(md + 4 * i);
    }
    /* The digest of a counter that nobody has sent yet is worth stealing. */
    carp_wipe(right, sizeof(right));
    return differs == 0;
}

void
carp_auth_clear(struct carp_auth *auth)
{
    carp_wipe(auth, sizeof(*auth));
}
