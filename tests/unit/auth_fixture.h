/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file auth_fixture.h
 * Short ways to write keys, address lists, rows and signed adverts in tests.
 */
#ifndef CARP_TEST_AUTH_FIXTURE_H
#define CARP_TEST_AUTH_FIXTURE_H

#include <glib.h>
#include <string.h>

#include <carp/auth.h>

static inline void
fix_same(const void *a, const void *b, size_t len)
{
    g_assert_true(memcmp(a, b, len) == 0);
}

static inline struct carp_addr
fix_addr(const char *text)
{
    struct carp_addr addr;

    g_assert_cmpint(carp_addr_parse(text, &addr, NULL), ==, CARP_OK);
    return addr;
}

/** "10.0.0.1 10.0.0.2"; the empty string gives no address. */
static inline struct carp_addrs
fix_addrs(const char *text)
{
    struct carp_addrs addrs = {0};
    char **words = g_strsplit(text, " ", -1);

    for (char **word = words; *word != NULL; word++) {
        if (**word != '\0') {
            const struct carp_addr addr = fix_addr(*word);

            g_assert_cmpint(carp_addrs_add(&addrs, &addr), ==, CARP_OK);
        }
    }
    g_strfreev(words);
    return addrs;
}

static inline struct carp_key
fix_key(const char *password, enum carp_key_rule rule)
{
    struct carp_key key;

    g_assert_cmpint(
        carp_key_from_password(&key, password, strlen(password), rule), ==,
        CARP_OK);
    return key;
}

static inline struct carp_mac
fix_mac(const char *text)
{
    struct carp_mac mac;

    g_assert_cmpint(carp_mac_parse(text, &mac), ==, CARP_OK);
    return mac;
}

static inline struct carp_ring_row
fix_row(const char *name, uint8_t vhid, const char *password, const char *addrs,
        enum carp_profile_id profile)
{
    struct carp_ring_row row = {0};

    g_strlcpy(row.name, name, sizeof(row.name));
    row.vhid = vhid;
    row.key = fix_key(password, CARP_KEY_RULE_BSD);
    row.addrs = fix_addrs(addrs);
    row.profile = profile;
    return row;
}

static inline void
fix_add(struct carp_ring *ring, const struct carp_ring_row *row)
{
    g_assert_cmpint(carp_ring_add(ring, row), ==, CARP_OK);
}

/** An advert of @p vhid that is signed as @p row says, which may be for
 * another vhid. */
static inline struct carp_adv
fix_advert(uint8_t vhid, const struct carp_ring_row *row)
{
    struct carp_adv adv = {.version = CARP_VERSION,
                           .type = CARP_TYPE_ADVERT,
                           .vhid = vhid,
                           .authlen = CARP_AUTHLEN,
                           .advbase = 1,
                           .counter = 0x0123456789abcdef};
    struct carp_auth auth;

    g_assert_cmpint(carp_auth_init(&auth, &row->key, row->vhid, &row->addrs,
                                   row->profile,
                                   row->has_lladdr ? &row->lladdr : NULL),
                    ==, CARP_OK);
    carp_auth_digest(&auth, adv.counter, adv.md);
    return adv;
}

#endif
