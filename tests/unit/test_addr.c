/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses as values and as text. */
#include <glib.h>

#include <carp/addr.h>

#include "packet.h"

static void
test_addr_round_trip(void)
{
    static const char *const texts[] = {
        "0.0.0.0",
        "192.0.2.1",
        "255.255.255.255",
        "10.200.30.4",
        "::",
        "::1",
        "1::",
        "2001:db8::1",
        "fe80::200:5eff:fe00:12a",
        "ff02::12",
        "1:2:3:4:5:6:7:8",
        "2001:db8:0:1:1:1:1:1",
        "::2:3:4:5:6:7",
        "1:0:0:2::3",
        "2001:db8::1:0:0:1",
        "0:1::",
        "1::8",
        "::ffff:192.0.2.1",
        "::ffff:0:1:2",
        "::102:304",
        "ffff:ffff:ffff:ffff::",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct carp_addr a;
        unsigned int len = 0;

        g_assert_cmpint(carp_addr_parse(texts[i], &a, &len), ==, CARP_OK);
        g_assert_cmpuint(len, ==, a.family == CARP_IPV4 ? 32 : 128);
        assert_addr(&a, texts[i]);
    }
}

static void
test_addr_other_spellings(void)
{
    static const struct {
        const char *text, *canonical;
        unsigned int len;
    } rows[] = {
        {"192.0.2.1/24", "192.0.2.1", 24},
        {"192.0.2.1/0", "192.0.2.1", 0},
        {"192.0.2.1/32", "192.0.2.1", 32},
        {"2001:db8::1/64", "2001:db8::1", 64},
        {"2001:DB8::AbCd/128", "2001:db8::abcd", 128},
        {"fe80::1%em0", "fe80::1", 128},
        {"fe80::1%vlan0.7:x/10", "fe80::1", 10},
        {"2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1", 128},
        {"1:0:0:0:0:0:0:0", "1::", 128},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", 128},
        {"::1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7", 128},
        {"1::3:4:5:6:7:8", "1:0:3:4:5:6:7:8", 128},
        {"64:ff9b::192.0.2.33", "64:ff9b::c000:221", 128},
        {"1:2:3:4:5:6:192.0.2.33", "1:2:3:4:5:6:c000:221", 128},
        {"::192.0.2.33", "::c000:221", 128},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct carp_addr a;
        unsigned int len = 999;

        g_assert_cmpint(carp_addr_parse(rows[i].text, &a, &len), ==, CARP_OK);
        g_assert_cmpuint(len, ==, rows[i].len);
        assert_addr(&a, rows[i].canonical);
        g_assert_cmpint(carp_addr_parse(rows[i].text, &a, NULL), ==, CARP_OK);
    }
}

static void
test_addr_refused(void)
{
    static const char *const texts[] = {
        "",
        " 192.0.2.1",
        "192.0.2.1 ",
        "192.0.2",
        "192.0.2.",
        "192.0.2.1.",
        "192.0.2.1.5",
        "192..2.1",
        ".0.2.1",
        "192.0.2.256",
        "192.0.2.99999999999999999999",
        "192.0.2.01",
        "192.0.2.0x1",
        "192.0.2.-1",
        "+1.0.2.1",
        "0300.0.2.1",
        "192.0.2.1/",
        "192.0.2.1/a",
        "192.0.2.1/024",
        "192.0.2.1/-1",
        "192.0.2.1/24/24",
        "192.0.2.1/24 ",
        "192.0.2.1%em0",
        "192.0.2.1%a:b",
        "192.0.2.1/255.255.255.0",
        "192.0.2.1:80",
        "localhost",
        ":",
        ":::",
        "1:",
        ":1",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:",
        ":2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8:",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "1::2::3",
        "1:::2",
        "12345::",
        "::g",
        "[::1]",
        "::1%",
        "::1%/64",
        "::1%a b",
        "::1/64%em0",
        "::1/",
        "1:2:3:4:5:6:7:192.0.2.1",
        "::192.0.2",
        "::192.0.2.1:1",
        "::a.0.2.1",
        "::192.0.2.256",
        "192.0.2.1::",
    };
    struct carp_addr a;
    unsigned int len;

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        if (carp_addr_parse(texts[i], &a, &len) != CARP_ERR_SYNTAX) {
            g_error("\"%s\" is not refused", texts[i]);
        }
    }
    g_assert_cmpint(carp_addr_parse("192.0.2.1/33", &a, &len), ==,
                    CARP_ERR_RANGE);
    g_assert_cmpint(carp_addr_parse("::1/129", &a, &len), ==, CARP_ERR_RANGE);
    g_assert_cmpint(carp_addr_parse("::1/18446744073709551616", &a, NULL), ==,
                    CARP_ERR_RANGE);
}

static struct carp_addr
addr(const char *text)
{
    struct carp_addr a;

    g_assert_cmpint(carp_addr_parse(text, &a, NULL), ==, CARP_OK);
    return a;
}

/* 255 after 127 shows that octets are compared without sign, and v4 before
 * v6 that the family goes first. */
static void
test_addr_order(void)
{
    static const char *const sorted[] = {
        "0.0.0.1", "10.0.0.127",   "10.0.0.255",   "10.0.1.0", "224.0.0.18",
        "::",      "2001:db8::7f", "2001:db8::ff", "fe80::1",  "ff02::12",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(sorted); i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(sorted); j++) {
            struct carp_addr a = addr(sorted[i]);
            struct carp_addr b = addr(sorted[j]);
            int order = carp_addr_compare(&a, &b);

            g_assert_cmpint((order > 0) - (order < 0), ==, (i > j) - (i < j));
            g_assert_true(carp_addr_equal(&a, &b) == (i == j));
        }
    }
}

static void
test_addr_kinds(void)
{
    static const uint8_t octets[16] = {254, 0xbf, 1, 2, [15] = 9};
    struct carp_addr v4 = carp_addr_v4(octets);
    struct carp_addr v6 = carp_addr_v6(octets);
    struct carp_addr none = {CARP_FAMILY_NONE, {0}};
    struct carp_addr outside = addr("fec0::1");

    assert_addr(&v4, "254.191.1.2");
    assert_addr(&v6, "febf:102::9");
    assert_addr(&none, "none");
    g_assert_cmpuint(v4.octets[15], ==, 0);
    g_assert_true(carp_addr_is_link_local(&v6));
    g_assert_false(carp_addr_is_link_local(&v4));
    g_assert_false(carp_addr_is_link_local(&outside));
}

static void
test_host(void)
{
    static const char *const can[] = {"10.0.0.1",  "223.255.255.255",
                                      "240.0.0.1", "fe80::1",
                                      "::2",       "2001:db8::"};
    static const char *const cannot[] = {
        "0.0.0.0",         "127.0.0.1", "224.0.0.18", "239.255.255.255",
        "255.255.255.255", "::",        "::1",        "ff02::12"};
    const struct carp_addr none = {CARP_FAMILY_NONE, {1}};

    for (size_t i = 0; i < G_N_ELEMENTS(can); i++) {
        const struct carp_addr a = addr(can[i]);

        g_assert_true(carp_addr_is_host(&a));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(cannot); i++) {
        const struct carp_addr a = addr(cannot[i]);

        g_assert_false(carp_addr_is_host(&a));
    }
    g_assert_false(carp_addr_is_host(&none));
}

static void
test_mac(void)
{
    static const char *const refused[] = {
        "",
        "00:00:5e:00:01",
        "00:00:5e:00:01:",
        "00:00:5e:00:01:2",
        "00:00:5e:00:01:2a:",
        "00:00:5e:00:01:2a:00",
        "00:00:5e:00:01:2g",
        "0:0:5e:0:1:2a",
        "00:00-5e:00:01:2a",
        "00005e00012a",
        " 00:00:5e:00:01:2a",
        "00:00:5e:00:01:2a ",
    };
    struct carp_mac virtual = carp_mac_virtual(0x2a);
    struct carp_mac mac = {{0}};

    assert_mac(&virtual, "00:00:5e:00:01:2a");
    g_assert_cmpint(carp_mac_parse("00:00:5E:00:01:2a", &mac), ==, CARP_OK);
    g_assert_true(carp_mac_equal(&mac, &virtual));
    g_assert_cmpint(carp_mac_parse("00-00-5e-00-01-fF", &mac), ==, CARP_OK);
    g_assert_false(carp_mac_equal(&mac, &virtual));
    assert_mac(&mac, "00:00:5e:00:01:ff");
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_assert_cmpint(carp_mac_parse(refused[i], &mac), ==, CARP_ERR_SYNTAX);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/addr/round-trip", test_addr_round_trip);
    g_test_add_func("/addr/other-spellings", test_addr_other_spellings);
    g_test_add_func("/addr/refused", test_addr_refused);
    g_test_add_func("/addr/order", test_addr_order);
    g_test_add_func("/addr/kinds", test_addr_kinds);
    g_test_add_func("/addr/host", test_host);
    g_test_add_func("/mac", test_mac);
    return g_test_run();
}
