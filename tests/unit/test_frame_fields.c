/* SPDX-License-Identifier: BSD-2-Clause */
/* Every field that a parsed frame has. */
#include <glib.h>

#include <carp/frame.h>

#include "frames.h"
#include "packet.h"

static void
test_ethernet(void)
{
    struct carp_frame f = packet_parse_hex(ETHERNET "8100 602a 0800" V4_ADVERT,
                                           CARP_LINK_ETHERNET);

    g_assert_true(f.has_mac);
    g_assert_true(f.has_dst_mac);
    assert_mac(&f.src_mac, "00:00:5e:00:01:2c");
    assert_mac(&f.dst_mac, "01:00:5e:00:00:12");
    g_assert_cmpuint(f.vlan, ==, 42);
    g_assert_cmpuint(f.inner_vlan, ==, 0);
}

static void
test_ipv4(void)
{
    struct carp_frame f = packet_parse_hex(
        ETHERNET "0800" V4_ADVERT "000000000000", CARP_LINK_ETHERNET);

    g_assert_cmpuint(f.vlan, ==, 0);
    g_assert_cmpuint(f.family, ==, CARP_IPV4);
    assert_addr(&f.src, "10.78.0.11");
    assert_addr(&f.dst, "224.0.0.18");
    g_assert_cmpuint(f.ttl, ==, 255);
    g_assert_cmpuint(f.tos, ==, 0x10);
    g_assert_cmpuint(f.ip_id, ==, 52393);
    g_assert_true(f.dont_fragment);
    g_assert_false(f.has_options);
}

static void
test_padding(void)
{
    struct carp_frame f = packet_parse_hex(
        ETHERNET "0800" V4_ADVERT "000000000000", CARP_LINK_ETHERNET);

    g_assert_cmpuint(f.payload_off, ==, 34);
    g_assert_cmpuint(f.payload_len, ==, 36);
    g_assert_cmpuint(f.payload_wire, ==, 36);
    /* Padding behind the packet is not trailing octets of the advert. */
    g_assert_cmphex(f.issues, ==, 0);
    g_assert_cmphex(f.u.adv.checksum, ==, 0x2fc4);
}

static void
test_cooked(void)
{
    struct carp_frame f = packet_parse_hex(
        "0004 0001 0006 02000000fb01 0000 86dd" V6_ADVERT, CARP_LINK_SLL);

    g_assert_true(f.has_mac);
    g_assert_false(f.has_dst_mac);
    assert_mac(&f.src_mac, "02:00:00:00:fb:01");
    assert_mac(&f.dst_mac, "00:00:00:00:00:00");
}

static void
test_ipv6(void)
{
    struct carp_frame f = packet_parse_hex(V6_ADVERT "00", CARP_LINK_RAW);

    g_assert_false(f.has_mac);
    g_assert_cmpuint(f.family, ==, CARP_IPV6);
    assert_addr(&f.src, "fe80::ff:fe00:fb01");
    assert_addr(&f.dst, "ff02::12");
    g_assert_cmpuint(f.ttl, ==, 255);
    g_assert_cmpuint(f.tos, ==, 0xe0);
    g_assert_cmpuint(f.ip_id, ==, 0);
    g_assert_false(f.dont_fragment);
    g_assert_false(f.has_options);
    g_assert_cmpuint(f.payload_off, ==, 40);
    g_assert_cmpuint(f.payload_len, ==, 36);
    g_assert_cmpuint(f.payload_wire, ==, 36);
    g_assert_cmphex(f.issues, ==, 0);
}

static void
test_options(void)
{
    struct carp_frame f = packet_parse_hex(
        "4610003c cca90000 ff700000" V4_ADDRESSES "01010100" ADVERT,
        CARP_LINK_RAW);

    g_assert_true(f.has_options);
    g_assert_false(f.dont_fragment);
    g_assert_false(f.has_mac);
    g_assert_cmpuint(f.payload_off, ==, 24);
    f = packet_parse_hex("60000000 002c 00ff" V6_ADDRESSES
                         "7000 010400000000" ADVERT,
                         CARP_LINK_RAW);
    g_assert_true(f.has_options);
    g_assert_cmpuint(f.payload_off, ==, 48);
    g_assert_cmpuint(f.payload_wire, ==, 36);
}

static void
test_ttl(void)
{
    struct carp_frame f = packet_parse_hex(
        "45100038 cca94000 fe700000" V4_ADDRESSES ADVERT, CARP_LINK_RAW);

    g_assert_cmpuint(f.ttl, ==, 254);
    g_assert_cmphex(f.issues, ==, CARP_ISSUE_TTL);
    f = packet_parse_hex("60000000 0024 7040" V6_ADDRESSES ADVERT,
                         CARP_LINK_RAW);
    g_assert_cmpuint(f.ttl, ==, 64);
    g_assert_cmphex(f.issues, ==, CARP_ISSUE_TTL);
}

static void
test_two_vlans(void)
{
    struct carp_frame f = packet_parse_hex(
        ETHERNET "9100 0fff 88a8 e001 8100 0002 0800" V4_ADVERT,
        CARP_LINK_ETHERNET);

    g_assert_cmpuint(f.vlan, ==, 4095);
    g_assert_cmpuint(f.inner_vlan, ==, 1);
    g_assert_cmpuint(f.payload_off, ==, 46);
}

/* A loopback device has no address; Infiniband has a longer one. */
static void
test_cooked_without_mac(void)
{
    struct carp_frame f = packet_parse_hex(
        "0000 0304 0000 0000000000000000 0800" V4_ADVERT, CARP_LINK_SLL);

    g_assert_false(f.has_mac);
    f = packet_parse_hex(
        "86dd 0000 00000001 0020 02 14 0011223344556677" V6_ADVERT,
        CARP_LINK_SLL2);
    g_assert_false(f.has_mac);
    g_assert_cmpint(f.kind, ==, CARP_FRAME_CARP);
}

static void
test_vrrp2(void)
{
    struct carp_frame f = packet_parse_hex(V4_VRRP2, CARP_LINK_RAW);

    g_assert_cmpuint(f.u.vrrp.version, ==, 2);
    g_assert_cmpuint(f.u.vrrp.vrid, ==, 10);
    g_assert_cmpuint(f.u.vrrp.priority, ==, 120);
    g_assert_cmpuint(f.u.vrrp.count, ==, 1);
    g_assert_cmpuint(f.u.vrrp.interval_cs, ==, 100);
}

static void
test_vrrp3(void)
{
    struct carp_frame f = packet_parse_hex(V6_VRRP3, CARP_LINK_RAW);

    g_assert_cmpuint(f.u.vrrp.version, ==, 3);
    g_assert_cmpuint(f.u.vrrp.vrid, ==, 42);
    g_assert_cmpuint(f.u.vrrp.priority, ==, 200);
    g_assert_cmpuint(f.u.vrrp.count, ==, 3);
    g_assert_cmpuint(f.u.vrrp.interval_cs, ==, 100);
    /* Four reserved bits stand before the interval. */
    f = packet_parse_hex("45e00020 00004000 ff700000" V4_ADDRESSES
                         "312ac801ffff0000 0a4d0032",
                         CARP_LINK_RAW);
    g_assert_cmpuint(f.u.vrrp.interval_cs, ==, 4095);
}

static void
test_arp(void)
{
    struct carp_frame f = packet_parse_hex(
        ETHERNET "8100 0007 0806" ARP_REQUEST, CARP_LINK_ETHERNET);

    g_assert_cmpuint(f.vlan, ==, 7);
    g_assert_cmpuint(f.family, ==, CARP_FAMILY_NONE);
    g_assert_cmpuint(f.u.arp.op, ==, 1);
    assert_mac(&f.u.arp.sender_mac, "02:00:00:00:ca:0b");
    assert_addr(&f.u.arp.sender, "10.79.0.50");
    assert_mac(&f.u.arp.target_mac, "02:00:00:00:00:ff");
    assert_addr(&f.u.arp.target, "10.79.0.51");
    f = packet_parse_hex(SLL "0806" ARP_HEAD
                             "0002 00005e00012c 0a4f0032 000000000000 0a4f0033",
                         CARP_LINK_SLL);
    g_assert_cmpint(f.kind, ==, CARP_FRAME_ARP);
    g_assert_cmpuint(f.u.arp.op, ==, 2);
}

static void
test_na(void)
{
    struct carp_frame f = packet_parse_hex(NA, CARP_LINK_RAW);

    g_assert_cmpint(f.kind, ==, CARP_FRAME_NA);
    assert_addr(&f.u.nd.target, "fe80::200:5eff:fe00:137");
    g_assert_true(f.u.nd.has_lladdr);
    assert_mac(&f.u.nd.lladdr, "00:00:5e:00:01:37");
    g_assert_false(f.u.nd.router);
    g_assert_false(f.u.nd.solicited);
    g_assert_true(f.u.nd.override);
    f = packet_parse_hex("60000000 0018 3aff" V6_ADDRESSES "8800 0000 c0000000"
                         "20010db8000000000000000000000050",
                         CARP_LINK_RAW);
    g_assert_false(f.u.nd.has_lladdr);
    assert_mac(&f.u.nd.lladdr, "00:00:00:00:00:00");
    g_assert_true(f.u.nd.router);
    g_assert_true(f.u.nd.solicited);
    g_assert_false(f.u.nd.override);
}

static void
test_ns(void)
{
    struct carp_frame f = packet_parse_hex(NS, CARP_LINK_RAW);

    g_assert_cmpint(f.kind, ==, CARP_FRAME_NS);
    assert_addr(&f.u.nd.target, "2001:db8::50");
    g_assert_true(f.u.nd.has_lladdr);
    assert_mac(&f.u.nd.lladdr, "00:00:5e:00:01:2c");
}

/* The option may follow others; one of length 0 ends the search, and the
 * source address of an NA is not the target's. */
static void
test_nd_options(void)
{
    static const struct {
        const char *hex;
        bool found;
    } rows[] = {
        {"0e02 00000000000000000000 00000000 0201 00005e000137", true},
        {"0e00 000000000000 0000 0000000000000000 0201 00005e000137", false},
        {"0101 00005e000137 0101 00005e000137 0000 000000000000", false},
        {"0202 00005e000137 0000000000000000 0000 000000000000", false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct packet p = {{0}, 0};
        struct carp_frame f;

        packet_hex(&p, "60000000 0030 3aff" V6_ADDRESSES "8800 0000 20000000"
                       "20010db8000000000000000000000050");
        packet_hex(&p, rows[i].hex);
        p.data[5] = (uint8_t)(p.len - 40);
        f = packet_parse(&p, CARP_LINK_RAW);
        g_assert_cmpint(f.kind, ==, CARP_FRAME_NA);
        g_assert_true(f.u.nd.has_lladdr == rows[i].found);
    }
}

static void
test_groups(void)
{
    static const struct {
        const char *hex;
        enum carp_frame_kind kind;
        uint8_t type;
        bool is_query;
        const char *group;
    } rows[] = {
        {V4_IGMP3, CARP_FRAME_IGMP, 0x22, false, "224.0.0.18"},
        {V4_IGMP("11", "00000000"), CARP_FRAME_IGMP, 0x11, true, "none"},
        {V4_IGMP("11", "e0000012"), CARP_FRAME_IGMP, 0x11, true, "224.0.0.18"},
        {V4_IGMP("12", "e0000012"), CARP_FRAME_IGMP, 0x12, false, "224.0.0.18"},
        {V4_IGMP("16", "e0000012"), CARP_FRAME_IGMP, 0x16, false, "224.0.0.18"},
        {V4_IGMP("17", "e0000012"), CARP_FRAME_IGMP, 0x17, false, "224.0.0.18"},
        {V4_IGMP("22", "00000000"), CARP_FRAME_IGMP, 0x22, false, "none"},
        {V4_IGMP("13", "e0000012"), CARP_FRAME_IGMP, 0x13, false, "none"},
        {V6_MLD("0020", "82") "00000000" GROUP_V6, CARP_FRAME_MLD, 130, true,
         "ff02::12"},
        {V6_MLD("0020", "82") "00000000 0000000000000000 0000000000000000",
         CARP_FRAME_MLD, 130, true, "none"},
        {V6_MLD("0020", "83") "00000000" GROUP_V6, CARP_FRAME_MLD, 131, false,
         "ff02::12"},
        {V6_MLD("0020", "84") "00000000" GROUP_V6, CARP_FRAME_MLD, 132, false,
         "ff02::12"},
        {V6_MLD("0024", "8f") "0000 0001 04000000" GROUP_V6, CARP_FRAME_MLD,
         143, false, "ff02::12"},
        {V6_MLD("0010", "8f") "0000 0000", CARP_FRAME_MLD, 143, false, "none"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct carp_frame f = packet_parse_hex(rows[i].hex, CARP_LINK_RAW);

        g_assert_cmpint(f.kind, ==, rows[i].kind);
        g_assert_cmpuint(f.u.group.type, ==, rows[i].type);
        g_assert_true(f.u.group.is_query == rows[i].is_query);
        assert_addr(&f.u.group.group, rows[i].group);
        g_assert_true(f.has_options);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fields/ethernet", test_ethernet);
    g_test_add_func("/fields/cooked", test_cooked);
    g_test_add_func("/fields/ipv4", test_ipv4);
    g_test_add_func("/fields/padding", test_padding);
    g_test_add_func("/fields/ipv6", test_ipv6);
    g_test_add_func("/fields/options", test_options);
    g_test_add_func("/fields/ttl", test_ttl);
    g_test_add_func("/fields/two-vlans", test_two_vlans);
    g_test_add_func("/fields/cooked-without-mac", test_cooked_without_mac);
    g_test_add_func("/fields/vrrp2", test_vrrp2);
    g_test_add_func("/fields/vrrp3", test_vrrp3);
    g_test_add_func("/fields/arp", test_arp);
    g_test_add_func("/fields/na", test_na);
    g_test_add_func("/fields/ns", test_ns);
    g_test_add_func("/fields/nd-options", test_nd_options);
    g_test_add_func("/fields/groups", test_groups);
    return g_test_run();
}
