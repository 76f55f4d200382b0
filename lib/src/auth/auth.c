/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/auth.h>

#include <string.h>

#include "auth/hashed.h"
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
store_state(uint8_t out[CARP_MD_LEN], const uint32_t state[CARP_SHA1_WORDS])
{
    for (size_t i = 0; i < CARP_SHA1_WORDS; i++) {
        const uint32_t w = state[i];
        const uint8_t octets[4] = {(uint8_t)(w >> 24), (uint8_t)(w >> 16),
                                   (uint8_t)(w >> 8), (uint8_t)w};

        memcpy(out + 4 * i, octets, sizeof(octets));
    }
}

/* What a digest leaves behind, together so that one wipe does. */
struct scratch {
    uint32_t state[CARP_SHA1_WORDS];
    uint8_t right[CARP_MD_LEN];
    uint8_t outer[CARP_SHA1_BLOCK];
};

static void
put_counter(uint8_t out[8], uint64_t counter)
{
    for (size_t i = 0; i < 8; i++) {
        out[i] = (uint8_t)(counter >> (56 - 8 * i));
    }
}

static void
digest(const struct carp_auth *auth, uint64_t counter, struct scratch *s,
       uint8_t md[CARP_MD_LEN])
{
    uint8_t tail[sizeof(auth->tail)];
    const size_t tail_len = (size_t)auth->tail_blocks * CARP_SHA1_BLOCK;

    memcpy(tail, auth->tail, tail_len);
    put_counter(tail + auth->counter_off, counter);
    memcpy(s->state, auth->inner, sizeof(s->state));
    for (size_t at = 0; at < tail_len; at += CARP_SHA1_BLOCK) {
        carp_sha1_block(s->state, tail + at);
    }
    /* The outer message: a digest behind the key pad, 84 octets in all. */
    memset(s->outer, 0, sizeof(s->outer));
    s->outer[CARP_MD_LEN] = 0x80;
    s->outer[62] = 0x02;
    s->outer[63] = 0xa0;
    store_state(s->outer, s->state);
    memcpy(s->state, auth->outer, sizeof(s->state));
    carp_sha1_block(s->state, s->outer);
    store_state(md, s->state);
}

void
carp_auth_digest(const struct carp_auth *auth, uint64_t counter,
                 uint8_t md[CARP_MD_LEN])
{
    struct scratch s;

    digest(auth, counter, &s, md);
    carp_wipe(&s, sizeof(s));
}

bool
carp_auth_verify(const struct carp_auth *auth, uint64_t counter,
                 const uint8_t md[CARP_MD_LEN])
{
    struct scratch s;
    unsigned int differs = 0;

    digest(auth, counter, &s, s.right);
    for (size_t i = 0; i < CARP_MD_LEN; i++) {
        differs |= (unsigned int)(s.right[i] ^ md[i]);
    }
    /* The digest of a counter that nobody has sent yet is worth stealing. */
    carp_wipe(&s, sizeof(s));
    return differs == 0;
}

void
carp_auth_clear(struct carp_auth *auth)
{
    carp_wipe(auth, sizeof(*auth));
}
