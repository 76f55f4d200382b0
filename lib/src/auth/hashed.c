/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/hashed.h"

#include <string.h>

#include "auth/octets.h"

/* An address as a number: 128 bits, of which IPv4 uses the low 32. */
struct number {
    uint64_t high, low;
};

static struct number
number_of(const struct carp_addr *addr)
{
    struct number n;

    if (addr->family == CARP_IPV4) {
        n.high = 0;
        n.low = carp_load64(addr->octets) >> 32;
    } else {
        n.high = carp_load64(addr->octets);
        n.low = carp_load64(addr->octets + 8);
    }
    return n;
}

static bool
is_below(const struct number *a, const struct number *b)
{
    return a->high != b->high ? a->high < b->high : a->low < b->low;
}

static bool
is_equal(const struct number *a, const struct number *b)
{
    return a->high == b->high && a->low == b->low;
}

/* The kernels whose link-local addresses carry an interface index in octets
 * 2 and 3 do so for these multicast scopes, too. */
static bool
has_scope(const struct carp_addr *addr)
{
    const uint8_t *o = addr->octets;

    return carp_addr_is_link_local(addr) ||
           (addr->family == CARP_IPV6 && o[0] == 0xff &&
            ((o[1] & 0x0f) == 1 || (o[1] & 0x0f) == 2));
}

static size_t
collect(struct number out[CARP_ADDRS_MAX], const struct carp_addrs *addrs,
        uint8_t family, enum carp_link_local link_local)
{
    size_t count = 0;

    for (size_t i = 0; i < addrs->count && i < CARP_ADDRS_MAX; i++) {
        const struct carp_addr *addr = &addrs->list[i];

        if (addr->family != family) {
            continue;
        }
        out[count] = number_of(addr);
        if (has_scope(addr)) {
            if (link_local == CARP_LL_SKIP) {
                continue;
            }
            out[count].high &= 0xffff0000ffffffff;
        }
        count++;
    }
    return count;
}

static void
sort(struct number *list, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct number moved = list[i];
        size_t at = i;

        while (at > 0 && is_below(&moved, &list[at - 1])) {
            list[at] = list[at - 1];
            at--;
        }
        list[at] = moved;
    }
}

/* The kernels that sort look for the next number above the last one and
 * below all-ones: equal ones and both limits never come up. */
static size_t
drop_duplicates(struct number *list, size_t count, uint8_t family)
{
    const struct number zero = {0, 0};
    const struct number ones = {family == CARP_IPV4 ? 0 : UINT64_MAX,
                                family == CARP_IPV4 ? UINT32_MAX : UINT64_MAX};
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (is_equal(&list[i], &zero) || is_equal(&list[i], &ones) ||
            (kept > 0 && is_equal(&list[i], &list[kept - 1]))) {
            continue;
        }
        list[kept++] = list[i];
    }
    return kept;
}

static void
append_family(struct carp_prefix *prefix, const struct carp_addrs *addrs,
              const struct carp_profile *profile, uint8_t family)
{
    const enum carp_order order =
        family == CARP_IPV4 ? profile->order4 : profile->order6;
    struct number list[CARP_ADDRS_MAX];
    size_t count;

    if (order == CARP_ORDER_NONE) {
        return;
    }
    count = collect(list, addrs, family, profile->link_local);
    if (order == CARP_ORDER_FIRST_ONLY && count > 1) {
        count = 1;
    }
    if (order == CARP_ORDER_SORTED) {
        sort(list, count);
        if (profile->drop_duplicates) {
            count = drop_duplicates(list, count, family);
        }
    }
    for (size_t i = 0; i < count; i++) {
        uint8_t *at = prefix->octets + prefix->len;

        if (family == CARP_IPV4) {
            carp_store32(at, (uint32_t)list[i].low);
            prefix->len = (uint16_t)(prefix->len + 4);
        } else {
            carp_store64(at, list[i].high);
            carp_store64(at + 8, list[i].low);
            prefix->len = (uint16_t)(prefix->len + 16);
        }
    }
}

void
carp_prefix_build(struct carp_prefix *prefix, uint8_t vhid,
                  const struct carp_addrs *addrs, enum carp_profile_id profile,
                  const struct carp_mac *lladdr)
{
    const struct carp_profile *row = carp_profile_get(profile);

    prefix->octets[0] = CARP_VERSION;
    prefix->octets[1] = CARP_TYPE_ADVERT;
    prefix->len = 2;
    if (lladdr != NULL) {
        memcpy(prefix->octets + 2, lladdr->octets, sizeof(lladdr->octets));
        prefix->len = 2 + sizeof(lladdr->octets);
    }
    prefix->octets[prefix->len++] = vhid;
    append_family(prefix, addrs, row, CARP_IPV4);
    append_family(prefix, addrs, row, CARP_IPV6);
}

void
carp_pads_init(struct carp_pads *pads, const uint8_t key[CARP_KEY_LEN])
{
    uint8_t block[CARP_SHA1_BLOCK];

    memset(block, 0x36, sizeof(block));
    for (size_t i = 0; i < CARP_KEY_LEN; i++) {
        block[i] ^= key[i];
    }
    carp_sha1_start(pads->inner);
    carp_sha1_block(pads->inner, block);
    for (size_t i = 0; i < sizeof(block); i++) {
        block[i] ^= 0x36 ^ 0x5c;
    }
    carp_sha1_start(pads->outer);
    carp_sha1_block(pads->outer, block);
    carp_wipe(block, sizeof(block));
}

void
carp_auth_from_prefix(struct carp_auth *auth, const struct carp_pads *pads,
                      const struct carp_prefix *prefix)
{
    const size_t full = prefix->len / CARP_SHA1_BLOCK;
    const size_t rest = prefix->len % CARP_SHA1_BLOCK;
    const size_t bits = 8 * (CARP_SHA1_BLOCK + (size_t)prefix->len + 8);
    size_t end;

    memcpy(auth->inner, pads->inner, sizeof(auth->inner));
    memcpy(auth->outer, pads->outer, sizeof(auth->outer));
    for (size_t i = 0; i < full; i++) {
        carp_sha1_block(auth->inner, prefix->octets + i * CARP_SHA1_BLOCK);
    }
    /* The counter may reach over a block's end, but never over the tail's:
     * then the padding makes a second block anyway. */
    memset(auth->tail, 0, sizeof(auth->tail));
    memcpy(auth->tail, prefix->octets + full * CARP_SHA1_BLOCK, rest);
    auth->counter_off = (uint8_t)rest;
    auth->tail_blocks = rest + 8 + 1 + 8 <= CARP_SHA1_BLOCK ? 1 : 2;
    end = (size_t)auth->tail_blocks * CARP_SHA1_BLOCK;
    auth->tail[rest + 8] = 0x80;
    auth->tail[end - 2] = (uint8_t)(bits >> 8);
    auth->tail[end - 1] = (uint8_t)bits;
}

bool
carp_profiles_alike(enum carp_profile_id a, enum carp_profile_id b,
                    bool has_mac)
{
    const struct carp_profile *p = carp_profile_get(a);
    const struct carp_profile *q = carp_profile_get(b);

    return p->order4 == q->order4 && p->order6 == q->order6 &&
           p->link_local == q->link_local &&
           p->drop_duplicates == q->drop_duplicates &&
           (!has_mac || p->may_hash_lladdr == q->may_hash_lladdr);
}

unsigned int
carp_profile_set(enum carp_profile_id id, bool has_mac)
{
    unsigned int set = 0;

    if (id != CARP_PROFILE_AUTO) {
        return CARP_PROFILE_BIT(id);
    }
    for (unsigned int i = 0; i < CARP_PROFILE_COUNT; i++) {
        unsigned int j = 0;

        while (j < i &&
               !carp_profiles_alike((enum carp_profile_id)i,
                                    (enum carp_profile_id)j, has_mac)) {
            j++;
        }
        if (j == i) {
            set |= CARP_PROFILE_BIT(i);
        }
    }
    return set;
}

const struct carp_mac *
carp_hashed_lladdr(const struct carp_mac *lladdr, uint8_t vhid,
                   enum carp_profile_id profile)
{
    if (lladdr == NULL || !carp_profile_get(profile)->may_hash_lladdr ||
        !carp_lladdr_is_hashed(lladdr, vhid)) {
        return NULL;
    }
    return lladdr;
}

static size_t
add_variant(struct carp_variant *out, size_t count,
            const struct carp_addrs *addrs, const struct carp_hashing *how,
            enum carp_profile_id profile, const struct carp_mac *lladdr)
{
    const struct carp_profile *row = carp_profile_get(profile);
    struct carp_variant *added = &out[count];

    if (how->sorted != NULL && row->order4 == CARP_ORDER_SORTED &&
        row->order6 == CARP_ORDER_SORTED) {
        addrs = how->sorted;
    }
    added->profile = (uint8_t)profile;
    added->lladdr = lladdr != NULL;
    carp_prefix_build(&added->prefix, how->vhid, addrs, profile, lladdr);
    for (size_t i = 0; i < count; i++) {
        if (out[i].prefix.len == added->prefix.len &&
            memcmp(out[i].prefix.octets, added->prefix.octets,
                   added->prefix.len) == 0) {
            return count;
        }
    }
    return count + 1;
}

size_t
carp_variants_build(struct carp_variant out[CARP_VARIANTS_MAX],
                    const struct carp_addrs *addrs,
                    const struct carp_hashing *how)
{
    size_t count = 0;

    for (unsigned int id = 0; id < CARP_PROFILE_COUNT; id++) {
        const struct carp_mac *lladdr;

        if ((how->profiles & CARP_PROFILE_BIT(id)) == 0) {
            continue;
        }
        lladdr = carp_hashed_lladdr(how->lladdr, how->vhid,
                                    (enum carp_profile_id)id);
        if (lladdr == NULL || how->also_without) {
            count = add_variant(out, count, addrs, how,
                                (enum carp_profile_id)id, NULL);
        }
        if (lladdr != NULL) {
            count = add_variant(out, count, addrs, how,
                                (enum carp_profile_id)id, lladdr);
        }
    }
    return count;
}
