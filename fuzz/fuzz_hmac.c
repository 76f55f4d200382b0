/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The authenticator against another one: the message is put together here
 * once more, as PROTOCOL 2.1 to 2.3 describe it, and digested by sha1.c.
 * Input: profile and options, vhid, counter, 20 octets of key, 6 of lladdr,
 * then addresses: 4 octets behind an even octet, 16 behind an odd one.
 */
#include <stdbool.h>

#include <carp/auth.h>

#include "fuzz.h"
#include "sha1.h"

struct message {
    uint8_t octets[SHA1_MOST];
    size_t len;
};

static void
put(struct message *m, const void *octets, size_t len)
{
    memcpy(m->octets + m->len, octets, len);
    m->len += len;
}

enum order { GIVEN = 0, STRICT, SORTED, FIRST, NONE };

/* What a system hashes of each family, and in which order. */
struct habit {
    enum order order4, order6;
    bool skips_local; /* addresses that carry a scope */
    bool hashes_lladdr;
};

static const struct habit habits[CARP_PROFILE_COUNT] = {
    [CARP_PROFILE_FREEBSD] = {STRICT, STRICT, false, false},
    [CARP_PROFILE_NETBSD] = {STRICT, STRICT, false, false},
    [CARP_PROFILE_OPENBSD] = {STRICT, STRICT, true, true},
    [CARP_PROFILE_OPENBSD_ORIG] = {STRICT, STRICT, false, true},
    [CARP_PROFILE_DRAGONFLY] = {SORTED, GIVEN, false, false},
    [CARP_PROFILE_FREEBSD6] = {GIVEN, GIVEN, false, false},
    [CARP_PROFILE_UCARP] = {FIRST, NONE, false, false},
};

static bool
has_scope(const uint8_t *a)
{
    return (a[0] == 0xfe && (a[1] & 0xc0) == 0x80) ||
           (a[0] == 0xff && ((a[1] & 0x0f) == 1 || (a[1] & 0x0f) == 2));
}

static bool
is_all(const uint8_t *a, size_t len, uint8_t octet)
{
    for (size_t i = 0; i < len; i++) {
        if (a[i] != octet) {
            return false;
        }
    }
    return true;
}

/* As kernels do when an address is added: behind all that are not greater. */
static void
put_sorted(struct message *m, uint8_t list[][16], size_t count, size_t len)
{
    size_t start = m->len;
    for (size_t i = 0; i < count; i++) {
        size_t at = start;
        while (at < m->len && memcmp(m->octets + at, list[i], len) <= 0) {
            at += len;
        }
        memmove(m->octets + at + len, m->octets + at, m->len - at);
        memcpy(m->octets + at, list[i], len);
        m->len += len;
    }
}

/* As a kernel's loop does: the smallest above the last, until none is left. */
static void
put_strict(struct message *m, uint8_t list[][16], size_t count, size_t len)
{
    uint8_t last[16] = {0};
    for (;;) {
        const uint8_t *next = NULL;
        for (size_t i = 0; i < count; i++) {
            if (memcmp(list[i], last, len) > 0 && !is_all(list[i], len, 0xff) &&
                (next == NULL || memcmp(list[i], next, len) < 0)) {
                next = list[i];
            }
        }
        if (next == NULL) {
            return;
        }
        put(m, next, len);
        memcpy(last, next, len);
    }
}

static void
put_family(struct message *m, const struct carp_addrs *addrs, uint8_t family,
           const struct habit *habit)
{
    uint8_t list[CARP_ADDRS_MAX][16] = {{0}};
    size_t count = 0, len = family == CARP_IPV4 ? 4 : 16;
    for (unsigned int i = 0; i < addrs->count; i++) {
        const struct carp_addr *addr = &addrs->list[i];
        if (addr->family != family) {
            continue;
        }
        memcpy(list[count], addr->octets, 16);
        if (family == CARP_IPV6 && has_scope(addr->octets)) {
            if (habit->skips_local) {
                continue;
            }
            list[count][2] = list[count][3] = 0;
        }
        count++;
    }
    switch (family == CARP_IPV4 ? habit->order4 : habit->order6) {
    case STRICT:
        put_strict(m, list, count, len);
        break;
    case SORTED:
        put_sorted(m, list, count, len);
        break;
    case FIRST:
        put(m, list[0], count > 0 ? len : 0);
        break;
    case GIVEN:
        for (size_t i = 0; i < count; i++) {
            put(m, list[i], len);
        }
        break;
    case NONE:
        break;
    }
}

/* OpenBSD hashes a MAC that was set by hand, but not one that is the vhid's
 * own or becomes it (2.3): octets 1 to 4 tell. */
static bool
is_hand_set(const uint8_t mac[6])
{
    static const uint8_t middle[4] = {0x00, 0x5e, 0x00, 0x01};
    return memcmp(mac + 1, middle, 4) != 0;
}

static void
read_addresses(struct fuzz_input *in, struct carp_addrs *addrs)
{
    addrs->count = 0;
    while (in->left > 0 && addrs->count < CARP_ADDRS_MAX) {
        uint8_t octets[16] = {0};
        uint8_t kind = fuzz_u8(in);
        fuzz_fill(in, octets, (kind & 1) != 0 ? 16 : 4);
        addrs->list[addrs->count++] =
            (kind & 1) != 0 ? carp_addr_v6(octets) : carp_addr_v4(octets);
    }
}

/* A password gives the key that its first 20 octets are. */
static void
check_password(const uint8_t octets[CARP_KEY_LEN], size_t len)
{
    struct carp_key key;
    uint8_t wanted[CARP_KEY_LEN] = {0};
    memcpy(wanted, octets, len);
    FUZZ_CHECK(carp_key_from_password(&key, octets, len, CARP_KEY_RULE_RAW) ==
               CARP_OK);
    FUZZ_CHECK(memcmp(key.octets, wanted, sizeof(wanted)) == 0);
    FUZZ_CHECK(carp_key_from_password(&key, octets, len, CARP_KEY_RULE_BSD) ==
               CARP_OK);
    wanted[19] = 0;
    FUZZ_CHECK(memcmp(key.octets, wanted, sizeof(wanted)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    uint8_t options = fuzz_u8(&in), vhid = fuzz_u8(&in);
    enum carp_profile_id id =
        (enum carp_profile_id)((options & 0x7f) % CARP_PROFILE_COUNT);
    const struct habit *habit = &habits[id];
    uint64_t counter = fuzz_u64(&in);
    struct carp_key key = {{0}, {0}, 0};
    struct carp_mac lladdr;
    struct carp_addrs addrs;
    fuzz_fill(&in, key.octets, sizeof(key.octets));
    fuzz_fill(&in, lladdr.octets, sizeof(lladdr.octets));
    read_addresses(&in, &addrs);

    struct message m = {{2, 1}, 2};
    if ((options & 0x80) != 0 && habit->hashes_lladdr &&
        is_hand_set(lladdr.octets)) {
        put(&m, lladdr.octets, 6);
    }
    put(&m, &vhid, 1);
    put_family(&m, &addrs, CARP_IPV4, habit);
    put_family(&m, &addrs, CARP_IPV6, habit);
    for (unsigned int i = 0; i < 8; i++) {
        uint8_t octet = (uint8_t)(counter >> (56 - 8 * i));
        put(&m, &octet, 1);
    }
    uint8_t wanted[20], md[CARP_MD_LEN];
    sha1_hmac(key.octets, sizeof(key.octets), m.octets, m.len, wanted);

    struct carp_auth auth;
    FUZZ_CHECK(carp_auth_init(&auth, &key, vhid, &addrs, id,
                              (options & 0x80) != 0 ? &lladdr : NULL) ==
               CARP_OK);
    carp_auth_digest(&auth, counter, md);
    FUZZ_CHECK(memcmp(md, wanted, sizeof(md)) == 0);
    FUZZ_CHECK(carp_auth_verify(&auth, counter, wanted));
    wanted[counter % 20] ^= (uint8_t)(1u << (counter / 20 % 8));
    FUZZ_CHECK(!carp_auth_verify(&auth, counter, wanted));
    carp_auth_clear(&auth);
    check_password(key.octets, (size_t)(counter % (CARP_KEY_LEN + 1)));
    return 0;
}
