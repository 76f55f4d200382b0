/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib.h>
#include <string.h>

#include <carp/explain.h>

#include "explain_scene.h"

/* ------------------------------------------------------- keys, passwords */

static void
test_other_key(void)
{
    struct scene s;
    const struct carp_explanation *e;

    scene_init(&s, CARP_PROFILE_AUTO, "secret", ROW_ADDRS);
    s.sender.key = s.lan.key;
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_KEY);
    g_assert_cmpuint(e->row, ==, 1);
    g_assert_cmpuint(e->key_row, ==, 0);
    g_assert_cmpuint(e->hashed_vhid, ==, 9);
    g_assert_cmpstr(s.text, ==,
                    "the sender uses the password of [vhid \"lan\"]");
    scene_clear(&s);
}

static const struct {
    enum carp_password_edit edit;
    const char *ours, *theirs;
    enum carp_key_rule our_rule, their_rule;
    const char *text;
} password_cases[] = {
    {CARP_PW_LEADING_BLANK, "secret", " secret", CARP_KEY_RULE_BSD,
     CARP_KEY_RULE_BSD, "has a blank in front"},
    {CARP_PW_TRAILING_BLANK, "secret", "secret ", CARP_KEY_RULE_BSD,
     CARP_KEY_RULE_UCARP, "has a blank at its end"},
    {CARP_PW_TRAILING_CR, "secret", "secret\r", CARP_KEY_RULE_BSD,
     CARP_KEY_RULE_BSD,
     "the sender's password has a carriage return at its end (a file with "
     "CRLF line ends?)"},
    {CARP_PW_TRAILING_LF, "secret", "secret\n", CARP_KEY_RULE_BSD,
     CARP_KEY_RULE_BSD, "has a newline at its end"},
    {CARP_PW_TRAILING_CRLF, "secret", "secret\r\n", CARP_KEY_RULE_BSD,
     CARP_KEY_RULE_BSD, "has a carriage return and a newline"},
    {CARP_PW_QUOTED_DOUBLE, "secret", "\"secret\"", CARP_KEY_RULE_BSD,
     CARP_KEY_RULE_BSD, "has double quotes around it"},
    {CARP_PW_QUOTED_SINGLE, "secret", "'secret'", CARP_KEY_RULE_BSD,
     CARP_KEY_RULE_BSD, "has single quotes around it"},
    {CARP_PW_NO_LEADING_BLANK, "  secret", "secret", CARP_KEY_RULE_BSD,
     CARP_KEY_RULE_BSD, "lacks the blank that ours has in front"},
    {CARP_PW_NO_TRAILING_BLANK, "secret\t\r\n", "secret", CARP_KEY_RULE_BSD,
     CARP_KEY_RULE_BSD, "lacks the blank or line end"},
    {CARP_PW_NO_QUOTES, "'secret'", "secret", CARP_KEY_RULE_BSD,
     CARP_KEY_RULE_BSD, "lacks the quotes"},
    {CARP_PW_CUT_8, "0123456789abcdef0123", "01234567", CARP_KEY_RULE_BSD,
     CARP_KEY_RULE_BSD, "is cut to 8 characters"},
    {CARP_PW_CUT_15, "0123456789abcdef0123", "0123456789abcde",
     CARP_KEY_RULE_BSD, CARP_KEY_RULE_BSD, "is cut to 15 characters"},
    {CARP_PW_CUT_16, "0123456789abcdef0123", "0123456789abcdef",
     CARP_KEY_RULE_BSD, CARP_KEY_RULE_BSD, "is cut to 16 characters"},
    {CARP_PW_CUT_19, "0123456789abcdef0123", "0123456789abcdef0123",
     CARP_KEY_RULE_RAW, CARP_KEY_RULE_BSD, "first 19 characters"},
    {CARP_PW_CUT_19, "secret", "secret", CARP_KEY_RULE_NETBSD,
     CARP_KEY_RULE_BSD, "first 19 characters"},
    {CARP_PW_CUT_20, "0123456789abcdef0123", "0123456789abcdef0123",
     CARP_KEY_RULE_BSD, CARP_KEY_RULE_RAW, "has 20 characters"},
    {CARP_PW_LAST_LOST, "secret", "secret", CARP_KEY_RULE_BSD,
     CARP_KEY_RULE_NETBSD,
     "the sender's password lacks its last character (NetBSD's ifconfig "
     "drops it below 20 characters)"},
    {CARP_PW_UPPER, "sEcret1", "SECRET1", CARP_KEY_RULE_BSD, CARP_KEY_RULE_BSD,
     "is in upper case"},
    {CARP_PW_LOWER, "SEcret", "secret", CARP_KEY_RULE_BSD, CARP_KEY_RULE_BSD,
     "is in lower case"},
    {CARP_PW_FIRST_UPPER, "secret", "Secret", CARP_KEY_RULE_BSD,
     CARP_KEY_RULE_BSD, "begins with an upper case letter"},
    {CARP_PW_FIRST_LOWER, "SecreT", "secreT", CARP_KEY_RULE_BSD,
     CARP_KEY_RULE_BSD, "begins with a lower case letter"},
    {CARP_PW_EMPTY, "secret", "", CARP_KEY_RULE_BSD, CARP_KEY_RULE_BSD,
     "has no password"},
};

/* Each edit alone, and together with an address that is missing. */
static void
test_passwords(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(password_cases); i++) {
        struct scene s;
        const struct carp_explanation *e;

        scene_init(&s, CARP_PROFILE_AUTO, password_cases[i].ours, ROW_ADDRS);
        s.web.key = fix_key(password_cases[i].ours, password_cases[i].our_rule);
        s.sender.key =
            fix_key(password_cases[i].theirs, password_cases[i].their_rule);
        e = scene_run(&s, 9);
        g_assert_cmpuint(e->why, ==, CARP_WHY_PASSWORD);
        g_assert_cmpuint(e->password_edit, ==, password_cases[i].edit);
        g_assert_nonnull(strstr(s.text, password_cases[i].text));

        s.sender.addrs = fix_addrs("10.77.0.60 10.77.0.62");
        e = scene_run(&s, 9);
        g_assert_cmpuint(e->why, ==, CARP_WHY_PASSWORD | CARP_WHY_ADDRESSES);
        g_assert_cmpuint(e->password_edit, ==, password_cases[i].edit);
        g_assert_cmpuint(e->missing_count, ==, 1);
        g_assert_nonnull(strstr(s.text, password_cases[i].text));
        g_assert_nonnull(strstr(s.text, "does not hash 10.77.0.61"));
        scene_clear(&s);
    }
}

static void
test_hex_key(void)
{
    struct scene s;
    const struct carp_explanation *e;

    scene_init(&s, CARP_PROFILE_AUTO, "secret", ROW_ADDRS);
    /* A key given as digits stands for the password that it spells. */
    g_assert_cmpint(carp_key_from_hex(
                        &s.web.key, "7365637265740000000000000000000000000000"),
                    ==, CARP_OK);
    s.sender.key = fix_key("secret\r", CARP_KEY_RULE_UCARP);
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->password_edit, ==, CARP_PW_TRAILING_CR);
    scene_clear(&s);
}

static void
test_stale_tail(void)
{
    struct scene s;
    const struct carp_explanation *e;

    scene_init(&s, CARP_PROFILE_AUTO, "short", ROW_ADDRS);
    memcpy(s.sender.key.octets + 6, s.lan.key.octets + 6, CARP_KEY_LEN - 6);
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_PASSWORD);
    g_assert_cmpuint(e->password_edit, ==, CARP_PW_STALE_TAIL);
    g_assert_cmpuint(e->key_row, ==, 0);
    g_assert_nonnull(strstr(s.text, "[vhid \"lan\"]"));
    scene_clear(&s);
}

/* -------------------------------------------------------------- addresses */

static const struct {
    const char *ours, *theirs;
    unsigned int why;
    unsigned int extra, missing;
    const char *text;
} address_cases[] = {
    {ROW_ADDRS, ROW_ADDRS " 10.77.0.63", CARP_WHY_ADDRESSES, 1, 0,
     "password is right, the address list differs: the sender also hashes "
     "10.77.0.63, which is not in [vhid \"web\"]"},
    /* an address of another row */
    {ROW_ADDRS, ROW_ADDRS " 192.168.1.50", CARP_WHY_ADDRESSES, 1, 0,
     "also hashes 192.168.1.50, which is not in"},
    {ROW_ADDRS " 2001:db8::1", ROW_ADDRS " 2001:db8::1 fe80::200:5eff:fe00:109",
     CARP_WHY_ADDRESSES, 1, 0, "also hashes fe80::200:5eff:fe00:109"},
    {ROW_ADDRS, "10.77.0.60 10.77.0.61", CARP_WHY_ADDRESSES, 0, 1,
     "password is right, the address list differs: the sender does not hash "
     "10.77.0.62, which is in [vhid \"web\"]"},
    {ROW_ADDRS, ROW_ADDRS " " LEARNT, CARP_WHY_ADDRESSES, 2, 0,
     "also hashes 10.77.0.63 and 10.77.0.64, which are not in"},
    {ROW_ADDRS, "10.77.0.61", CARP_WHY_ADDRESSES, 0, 2,
     "does not hash 10.77.0.60 and 10.77.0.62, which are in [vhid"},
    {ROW_ADDRS, "10.77.0.60 10.77.0.61 10.77.0.63", CARP_WHY_ADDRESSES, 1, 1,
     "the sender also hashes 10.77.0.63, which is not in [vhid \"web\"], and "
     "does not hash 10.77.0.62, which is"},
    {"10.77.0.60", "10.77.0.63", CARP_WHY_ADDRESSES, 1, 1,
     "also hashes 10.77.0.63"},
    {ROW_ADDRS " 2001:db8::1 2001:db8::2", ROW_ADDRS, CARP_WHY_FAMILY, 0, 0,
     "the sender hashes only the IPv4 addresses of [vhid \"web\"]"},
    {"2001:db8::1 10.77.0.60 10.77.0.61", "2001:db8::1", CARP_WHY_FAMILY, 0, 0,
     "the sender hashes only the IPv6 addresses of [vhid \"web\"]"},
};

static void
check_addresses(size_t i, enum carp_profile_id profile)
{
    struct scene s;
    const struct carp_explanation *e;

    scene_init(&s, profile, "secret", address_cases[i].ours);
    s.sender.addrs = fix_addrs(address_cases[i].theirs);
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, address_cases[i].why);
    g_assert_cmpuint(e->row, ==, 1);
    g_assert_cmpuint(e->key_row, ==, 1);
    g_assert_cmpuint(e->extra_count, ==, address_cases[i].extra);
    g_assert_cmpuint(e->missing_count, ==, address_cases[i].missing);
    g_assert_nonnull(strstr(s.text, address_cases[i].text));
    for (size_t j = 0; j < e->extra_count; j++) {
        g_assert_true(carp_addrs_contain(&s.sender.addrs, &e->extra[j]));
        g_assert_false(carp_addrs_contain(&s.web.addrs, &e->extra[j]));
    }
    for (size_t j = 0; j < e->missing_count; j++) {
        g_assert_false(carp_addrs_contain(&s.sender.addrs, &e->missing[j]));
        g_assert_true(carp_addrs_contain(&s.web.addrs, &e->missing[j]));
    }
    scene_clear(&s);
}

static void
test_addresses(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(address_cases); i++) {
        check_addresses(i, CARP_PROFILE_FREEBSD);
        check_addresses(i, CARP_PROFILE_AUTO);
    }
}

static void
test_only_address(void)
{
    static const char *const only[] = {"10.77.0.3", "10.77.0.63"};

    for (size_t i = 0; i < G_N_ELEMENTS(only); i++) {
        struct scene s;
        const struct carp_explanation *e;
        const struct carp_addr addr = fix_addr(only[i]);

        scene_init(&s, CARP_PROFILE_AUTO, "secret",
                   "10.77.0.1 10.77.0.2 10.77.0.3 10.77.0.4 10.77.0.5");
        s.sender.addrs = fix_addrs(only[i]);
        e = scene_run(&s, 9);
        g_assert_cmpuint(e->why, ==, CARP_WHY_ADDRESSES);
        g_assert_true(carp_addr_equal(&e->only, &addr));
        g_assert_cmpuint(e->extra_count, ==, i);
        g_assert_nonnull(strstr(s.text, "hashes only 10.77.0."));
        scene_clear(&s);
    }
}

static void
test_link_local(void)
{
    struct scene s;
    const struct carp_explanation *e;

    scene_init(&s, CARP_PROFILE_FREEBSD, "secret",
               "10.77.0.60 fe80::1 2001:db8::1");
    s.sender.profile = CARP_PROFILE_OPENBSD;
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_LINK_LOCAL);
    g_assert_cmpstr(s.text, ==,
                    "password is right, the sender leaves out the link-local "
                    "addresses of [vhid \"web\"], as OpenBSD does");
    scene_clear(&s);
}

static void
test_learnt_row(void)
{
    struct scene s;
    const struct carp_explanation *e;

    scene_init(&s, CARP_PROFILE_AUTO, "secret", "");
    s.sender.addrs = fix_addrs(LEARNT " 192.168.1.50");
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_ADDRESSES);
    g_assert_cmpuint(e->extra_count, ==, 1);
    g_assert_nonnull(strstr(s.text, "192.168.1.50, which is not among those "
                                    "learnt for [vhid \"web\"]"));
    scene_clear(&s);
}

/* ----------------------------------------------------- profile, vhid, MAC */

static void
test_profile(void)
{
    struct scene s;
    const struct carp_explanation *e;

    scene_init(&s, CARP_PROFILE_FREEBSD, "secret",
               "10.77.0.62 10.77.0.61 10.77.0.60 10.77.0.59");
    s.sender.profile = CARP_PROFILE_UCARP;
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_PROFILE);
    g_assert_cmpuint(e->profile, ==, CARP_PROFILE_UCARP);
    s.sender.profile = CARP_PROFILE_FREEBSD6;
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_PROFILE);
    g_assert_cmpuint(e->profile, ==, CARP_PROFILE_FREEBSD6);
    g_assert_cmpstr(s.text, ==,
                    "password is right, the sender hashes as FreeBSD 5.4 to 6 "
                    "(profile freebsd6), which is not the profile of [vhid "
                    "\"web\"]");
    scene_clear(&s);
}

static void
test_vhid(void)
{
    struct scene s;
    const struct carp_explanation *e;

    scene_init(&s, CARP_PROFILE_AUTO, "secret", ROW_ADDRS);
    s.sender.vhid = 1;
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_VHID);
    g_assert_cmpuint(e->hashed_vhid, ==, 1);
    s.sender.vhid = 200;
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_VHID);
    g_assert_cmpuint(e->hashed_vhid, ==, 200);
    g_assert_cmpstr(s.text, ==,
                    "password is right, the sender hashes vhid 200, but [vhid "
                    "\"web\"] has vhid 9");
    scene_clear(&s);
}

/* All rows are starting points. */
static void
test_unknown_vhid(void)
{
    struct scene s;
    const struct carp_explanation *e;

    scene_init(&s, CARP_PROFILE_AUTO, "secret", ROW_ADDRS);
    s.sender.vhid = 77;
    e = scene_run(&s, 77);
    g_assert_cmpuint(e->why, ==, CARP_WHY_VHID);
    g_assert_cmpuint(e->row, ==, 1);
    g_assert_cmpuint(e->hashed_vhid, ==, 77);
    s.sender.vhid = 9;
    e = scene_run(&s, 77);
    g_assert_cmpuint(e->why, ==, CARP_WHY_VHID);
    g_assert_cmpuint(e->hashed_vhid, ==, 9);
    g_assert_nonnull(strstr(s.text, "but its advert says another"));
    scene_clear(&s);
}

static void
test_lladdr(void)
{
    struct scene s;
    const struct carp_explanation *e;

    scene_init(&s, CARP_PROFILE_AUTO, "secret", ROW_ADDRS);
    s.sender.profile = CARP_PROFILE_OPENBSD;
    s.sender.has_lladdr = true;
    s.sender.lladdr = s.mac;
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_PROFILE);
    g_assert_true(e->hashes_lladdr);
    g_assert_cmpuint(e->profile, ==, CARP_PROFILE_OPENBSD);
    g_assert_nonnull(strstr(s.text, "also hashes its own MAC address"));
    scene_clear(&s);

    scene_init(&s, CARP_PROFILE_OPENBSD, "secret", ROW_ADDRS);
    s.web.has_lladdr = true;
    s.web.lladdr = fix_mac("02:00:00:00:00:07");
    e = scene_run(&s, 9);
    g_assert_cmpuint(e->why, ==, CARP_WHY_PROFILE);
    g_assert_true(e->omits_lladdr);
    g_assert_nonnull(strstr(s.text, "does not hash the lladdr of [vhid"));
    scene_clear(&s);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/explain/key", test_other_key);
    g_test_add_func("/explain/password", test_passwords);
    g_test_add_func("/explain/password/hex", test_hex_key);
    g_test_add_func("/explain/password/stale-tail", test_stale_tail);
    g_test_add_func("/explain/addresses", test_addresses);
    g_test_add_func("/explain/addresses/only", test_only_address);
    g_test_add_func("/explain/addresses/link-local", test_link_local);
    g_test_add_func("/explain/addresses/learnt", test_learnt_row);
    g_test_add_func("/explain/profile", test_profile);
    g_test_add_func("/explain/vhid", test_vhid);
    g_test_add_func("/explain/vhid/unknown", test_unknown_vhid);
    g_test_add_func("/explain/lladdr", test_lladdr);
    return g_test_run();
}
