/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairs of edits, several rows, and the limits of the search. */
#include <glib.h>
#include <string.h>

#include <carp/explain.h>

#include "explain_scene.h"

/* In an order that tells the profiles apart. */
#define UNSORTED "10.77.0.62 10.77.0.61 10.77.0.60"

static void
test_password_and_profile(void)
{
    struct scene s;
    const struct carp_explanation *e;

    scene_init(&s, CARP_PROFILE_FREEBSD, "secret", UNSORTED);
    s.sender.profile = CARP_PROFILE_FREEBSD6;
    s.sender.key = fix_key("secret", CARP_KEY_RULE_NETBSD);
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_PASSWORD | CARP_WHY_PROFILE);
    g_assert_cmpuint(e->password_edit, ==, CARP_PW_LAST_LOST);
    g_assert_cmpuint(e->profile, ==, CARP_PROFILE_FREEBSD6);
    scene_clear(&s);
}

static void
test_key_and_profile(void)
{
    struct scene s;
    const struct carp_explanation *e;

    scene_init(&s, CARP_PROFILE_FREEBSD, "secret", UNSORTED);
    s.sender.profile = CARP_PROFILE_FREEBSD6;
    s.sender.key = s.lan.key;
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_KEY | CARP_WHY_PROFILE);
    g_assert_cmpuint(e->key_row, ==, 0);
    g_assert_nonnull(strstr(s.text, "the sender uses the password of [vhid "
                                    "\"lan\"], and the sender hashes as"));
    scene_clear(&s);
}

static void
test_key_and_address(void)
{
    struct scene s;
    const struct carp_explanation *e;

    scene_init(&s, CARP_PROFILE_AUTO, "secret", ROW_ADDRS);
    s.sender.addrs = fix_addrs(ROW_ADDRS " 10.77.0.64");
    s.sender.key = s.lan.key;
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_KEY | CARP_WHY_ADDRESSES);
    g_assert_cmpuint(e->extra_count, ==, 1);
    g_assert_cmpuint(e->key_row, ==, 0);
    scene_clear(&s);
}

static void
test_profile_and_addresses(void)
{
    static const char *const lists[] = {UNSORTED " 10.77.0.63",
                                        UNSORTED " 10.77.0.64 10.77.0.63"};

    for (unsigned int i = 0; i < G_N_ELEMENTS(lists); i++) {
        struct scene s;
        const struct carp_explanation *e;

        scene_init(&s, CARP_PROFILE_FREEBSD, "secret", UNSORTED);
        s.learnt = fix_addrs("10.77.0.64 10.77.0.63");
        s.sender.profile = CARP_PROFILE_FREEBSD6;
        s.sender.addrs = fix_addrs(lists[i]);
        e = scene_run(&s, 9);
        g_assert_cmpuint(e->why, ==, CARP_WHY_PROFILE | CARP_WHY_ADDRESSES);
        g_assert_cmpuint(e->extra_count, ==, i + 1);
        g_assert_cmpuint(e->profile, ==, CARP_PROFILE_FREEBSD6);
        scene_clear(&s);
    }
}

static void
test_other_row(void)
{
    struct scene s;
    const struct carp_explanation *e;

    scene_init(&s, CARP_PROFILE_AUTO, "secret", ROW_ADDRS);
    s.lan.addrs = fix_addrs("192.168.1.50 192.168.1.51 192.168.1.52");
    s.sender.key = s.lan.key;
    s.sender.addrs = s.lan.addrs;
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_KEY | CARP_WHY_ADDRESSES);
    g_assert_cmpuint(e->row, ==, 1);
    g_assert_cmpuint(e->key_row, ==, 0);
    g_assert_cmpuint(e->extra_count, ==, 0);
    g_assert_cmpuint(e->missing_count, ==, 0);
    g_assert_cmpstr(s.text, ==,
                    "the sender uses the password and the addresses of [vhid "
                    "\"lan\"]");
    /* Somebody wrote another vhid into the header of "lan". */
    s.sender.vhid = 1;
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==,
                     CARP_WHY_KEY | CARP_WHY_ADDRESSES | CARP_WHY_VHID);
    g_assert_cmpuint(e->hashed_vhid, ==, 1);
    scene_clear(&s);
}

static void
test_other_row_same_key(void)
{
    struct scene s;
    const struct carp_explanation *e;

    scene_init(&s, CARP_PROFILE_AUTO, "secret", ROW_ADDRS);
    s.lan.addrs = fix_addrs("192.168.1.50 192.168.1.51 192.168.1.52");
    s.lan.key = s.web.key;
    s.sender.addrs = s.lan.addrs;
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_ADDRESSES);
    g_assert_cmpuint(e->key_row, ==, 0);
    g_assert_cmpstr(s.text, ==,
                    "password is right, the sender hashes the addresses of "
                    "[vhid \"lan\"]");
    scene_clear(&s);
}

/* The second row of a vhid is a starting point like the first. */
static void
test_second_row(void)
{
    struct scene s;
    struct carp_ring_row next;
    const struct carp_explanation *e;

    scene_init(&s, CARP_PROFILE_AUTO, "secret", ROW_ADDRS);
    next = fix_row("web-next", 9, "another", ROW_ADDRS, CARP_PROFILE_AUTO);
    fix_add(s.ring, &s.web);
    fix_add(s.ring, &next);
    s.sender.key = next.key;
    s.sender.addrs = fix_addrs("10.77.0.60 10.77.0.61");
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_ADDRESSES);
    g_assert_cmpuint(e->row, ==, 1);
    g_assert_nonnull(strstr(s.text, "[vhid \"web-next\"]"));
    scene_clear(&s);
}

static void
test_nothing_found(void)
{
    struct scene s;
    const struct carp_explanation *e;
    const struct carp_explanation none = {0};
    struct carp_adv adv;

    scene_init(&s, CARP_PROFILE_AUTO, "secret", ROW_ADDRS);
    s.sender.key = fix_key("quite another one", CARP_KEY_RULE_BSD);
    e = scene_run(&s, 9);
    g_assert_false(e->found);
    g_assert_cmpstr(s.text, ==,
                    "no small edit of the configured password or addresses "
                    "matches: most likely another password");
    e = scene_run(&s, 77);
    g_assert_false(e->found);
    /* A good advert needs no explanation. */
    s.sender.key = s.web.key;
    e = scene_run(&s, 9);
    g_assert_false(e->found);
    g_assert_cmpuint(e->tries, ==, 1);
    scene_clear(&s);

    s.ring = carp_ring_new();
    adv = fix_advert(9, &s.sender);
    s.e = carp_explain(s.ring, &adv, NULL, NULL);
    g_assert_false(s.e.found);
    g_assert_cmpuint(s.e.tries, ==, 0);
    carp_explanation_text(&none, s.ring, s.text);
    scene_clear(&s);
}

/* Random digests are never explained. */
static void
test_never_by_chance(void)
{
    struct scene s;

    scene_init(&s, CARP_PROFILE_FREEBSD, "secret", ROW_ADDRS);
    fix_add(s.ring, &s.lan);
    fix_add(s.ring, &s.web);
    for (int round = 0; round < 20; round++) {
        struct carp_adv adv = fix_advert(9, &s.sender);

        for (size_t i = 0; i < CARP_MD_LEN; i++) {
            adv.md[i] = (uint8_t)g_test_rand_int_range(0, 256);
        }
        s.e = carp_explain(s.ring, &adv, NULL, NULL);
        g_assert_false(s.e.found);
        g_assert_cmpuint(s.e.why, ==, 0);
    }
    scene_clear(&s);
}

/* ------------------------------------------------------------------ limits */

static struct carp_addrs
many_addrs(unsigned int seed)
{
    struct carp_addrs addrs = {0};

    while (addrs.count < CARP_ADDRS_MAX) {
        uint8_t octets[16] = {0x20, 0x01, 0x0d, 0xb8};
        struct carp_addr addr;

        octets[4] = (uint8_t)(seed >> 8);
        octets[5] = (uint8_t)seed;
        octets[15] = (uint8_t)(63 - addrs.count);
        addr = carp_addr_v6(octets);
        g_assert_cmpint(carp_addrs_add(&addrs, &addr), ==, CARP_OK);
    }
    return addrs;
}

/* Long lists leave room for pairs, too. */
static void
test_long_list(void)
{
    struct scene s;
    const struct carp_explanation *e;

    scene_init(&s, CARP_PROFILE_AUTO, "secret", ROW_ADDRS);
    s.web.addrs = many_addrs(1);
    s.web.addrs.count = 32;
    s.sender.addrs = s.web.addrs;
    s.sender.addrs.count = 30;
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_ADDRESSES);
    g_assert_cmpuint(e->missing_count, ==, 2);
    s.sender.addrs.count = 31;
    g_assert_cmpint(carp_addrs_add(&s.sender.addrs, &s.learnt.list[1]), ==,
                    CARP_OK);
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_ADDRESSES);
    g_assert_cmpuint(e->missing_count, ==, 1);
    g_assert_cmpuint(e->extra_count, ==, 1);
    scene_clear(&s);
}

/* @p row_count rows; as many addresses as possible in each if @p is_long. */
static void
measure(const char *what, unsigned int row_count, bool is_long, bool same_key,
        uint8_t vhid)
{
    struct scene s;
    struct carp_adv adv;
    const struct carp_explain_hints hints = {&s.learnt, &s.mac};
    gint64 best = G_MAXINT64;

    scene_init(&s, CARP_PROFILE_AUTO, "secret", ROW_ADDRS);
    s.learnt = many_addrs(0xffff);
    for (unsigned int i = 0; i < row_count; i++) {
        struct carp_ring_row row = s.web;

        row.vhid = i == 0 ? 9 : (uint8_t)(10 + i % 100);
        row.addrs = is_long ? many_addrs(i) : row.addrs;
        if (!same_key) {
            row.key.octets[18] = (uint8_t)(i >> 8);
            row.key.octets[19] = (uint8_t)i;
        }
        fix_add(s.ring, &row);
    }
    s.sender.key = fix_key("quite another one", CARP_KEY_RULE_BSD);
    adv = fix_advert(vhid, &s.sender);
    for (int round = 0; round < 3; round++) {
        const gint64 start = g_get_monotonic_time();

        s.e = carp_explain(s.ring, &adv, &hints, NULL);
        best = MIN(best, g_get_monotonic_time() - start);
    }
    g_test_message("%s: %u tries in %.1f ms", what, s.e.tries,
                   (double)best / 1000.0);
    g_assert_false(s.e.found);
    g_assert_cmpuint(s.e.tries, <=, CARP_EXPLAIN_MAX_TRIES);
    scene_clear(&s);
}

static void
test_worst_cases(void)
{
    measure("one row, 3 addresses", 1, false, true, 9);
    measure("one row, 64 addresses", 1, true, true, 9);
    measure("20 rows, 3 addresses", 20, false, false, 9);
    measure("20 rows, 64 addresses", 20, true, false, 9);
    measure("4096 rows, 3 addresses", 4096, false, false, 9);
    measure("4096 rows, 64 addresses", 4096, true, false, 9);
    measure("4096 rows, one key", 4096, true, true, 9);
    measure("4096 rows, unknown vhid", 4096, true, false, 200);
    measure("4096 rows, one key, unknown vhid", 4096, false, true, 200);
}

/* -------------------------------------------------------------------- text */

static void
test_longest_text(void)
{
    const struct carp_addr addr =
        fix_addr("2001:db8:1111:2222:3333:4444:5555:6666");
    struct carp_explanation e = {.found = true,
                                 .extra_count = 2,
                                 .missing_count = 2,
                                 .extra = {addr, addr},
                                 .missing = {addr, addr},
                                 .hashed_vhid = 255};
    struct carp_ring_row row = fix_row("", 1, "pw", "", CARP_PROFILE_AUTO);
    struct carp_ring *ring = carp_ring_new();
    char text[CARP_EXPLAIN_TEXT];

    memset(row.name, 'n', CARP_ROW_NAME);
    fix_add(ring, &row);
    /* Of the pairs that are searched, the longest ones: whole sentences. */
    e.why = CARP_WHY_PROFILE | CARP_WHY_ADDRESSES;
    for (unsigned int id = 0; id < CARP_PROFILE_COUNT; id++) {
        e.profile = (uint8_t)id;
        e.missing_count = 0;
        carp_explanation_text(&e, ring, text);
        g_assert_true(g_str_has_suffix(text, "nnn\"]"));
    }
    e.why = CARP_WHY_PASSWORD | CARP_WHY_ADDRESSES;
    e.extra_count = 1;
    for (unsigned int i = 0; i < CARP_PW_STALE_TAIL; i++) {
        e.password_edit = (uint8_t)i;
        carp_explanation_text(&e, ring, text);
        g_assert_true(g_str_has_suffix(text, "nnn\"]"));
    }
    /* What cannot be: still terminated. */
    e.why = 0x7f;
    e.extra_count = e.missing_count = 2;
    e.password_edit = CARP_PW_STALE_TAIL;
    memset(text, 'x', sizeof(text));
    carp_explanation_text(&e, ring, text);
    g_assert_true(memchr(text, '\0', sizeof(text)) == text + sizeof(text) - 1);
    e.row = e.key_row = 7;
    e.profile = e.password_edit = UINT8_MAX;
    carp_explanation_text(&e, ring, text);
    g_assert_nonnull(strstr(text, "[vhid \"?\"]"));
    carp_ring_free(ring);
}

static void
test_name_in_text(void)
{
    struct scene s;

    scene_init(&s, CARP_PROFILE_AUTO, "secret", ROW_ADDRS);
    g_strlcpy(s.lan.name, "l\033[2Jan\n", sizeof(s.lan.name));
    s.sender.key = s.lan.key;
    scene_run(&s, 9);
    g_assert_cmpstr(s.text, ==,
                    "the sender uses the password of [vhid \"l?[2Jan?\"]");
    scene_clear(&s);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/explain/pair/password-profile",
                    test_password_and_profile);
    g_test_add_func("/explain/pair/key-profile", test_key_and_profile);
    g_test_add_func("/explain/pair/key-address", test_key_and_address);
    g_test_add_func("/explain/pair/profile-addresses",
                    test_profile_and_addresses);
    g_test_add_func("/explain/pair/other-row", test_other_row);
    g_test_add_func("/explain/pair/other-row-same-key",
                    test_other_row_same_key);
    g_test_add_func("/explain/second-row", test_second_row);
    g_test_add_func("/explain/nothing-found", test_nothing_found);
    g_test_add_func("/explain/never-by-chance", test_never_by_chance);
    g_test_add_func("/explain/long-list", test_long_list);
    g_test_add_func("/explain/worst-cases", test_worst_cases);
    g_test_add_func("/explain/text/longest", test_longest_text);
    g_test_add_func("/explain/text/name", test_name_in_text);
    return g_test_run();
}
