/* SPDX-License-Identifier: BSD-2-Clause */
/* Every kind of frame over every link, whole and cut. */
#include <glib.h>

#include <carp/frame.h>

#include "frames.h"
#include "packet.h"

static const struct {
    const char *name;
    int link;
    enum carp_frame_kind kind;
    const char *hex;
} whole[] = {
    {"Ethernet", CARP_LINK_ETHERNET, CARP_FRAME_CARP,
     ETHERNET "0800" V4_ADVERT},
    {"Ethernet, IPv6", CARP_LINK_ETHERNET, CARP_FRAME_CARP,
     ETHERNET "86dd" V6_ADVERT},
    {"802.1Q", CARP_LINK_ETHERNET, CARP_FRAME_CARP,
     ETHERNET "8100 2007 0800" V4_ADVERT},
    {"802.1ad", CARP_LINK_ETHERNET, CARP_FRAME_CARP,
     ETHERNET "88a8 0064 8100 0007 86dd" V6_ADVERT},
    {"three tags", CARP_LINK_ETHERNET, CARP_FRAME_CARP,
     ETHERNET "9100 0fff 9100 0001 8100 0002 0800" V4_ADVERT},
    {"SLL", CARP_LINK_SLL, CARP_FRAME_CARP, SLL "0800" V4_ADVERT},
    {"SLL, 802.1Q", CARP_LINK_SLL, CARP_FRAME_CARP,
     SLL "8100 0007 0800" V4_ADVERT},
    {"SLL2", CARP_LINK_SLL2, CARP_FRAME_CARP,
     "0800 0000 00000002 0001 01 06 00005e00012c 0000" V4_ADVERT},
    {"NULL", CARP_LINK_NULL, CARP_FRAME_CARP, "00000002" V4_ADVERT},
    {"NULL, swapped", CARP_LINK_NULL, CARP_FRAME_CARP, "02000000" V4_ADVERT},
    {"NULL, FreeBSD", CARP_LINK_NULL, CARP_FRAME_CARP, "1c000000" V6_ADVERT},
    {"NULL, NetBSD", CARP_LINK_NULL, CARP_FRAME_CARP, "18000000" V6_ADVERT},
    {"NULL, Darwin", CARP_LINK_NULL, CARP_FRAME_CARP, "0000001e" V6_ADVERT},
    {"LOOP", CARP_LINK_LOOP, CARP_FRAME_CARP, "00000002" V4_ADVERT},
    {"LOOP, IPv6", CARP_LINK_LOOP, CARP_FRAME_CARP, "00000018" V6_ADVERT},
    {"RAW", CARP_LINK_RAW, CARP_FRAME_CARP, V4_ADVERT},
    {"RAW 12", CARP_LINK_RAW_OLD, CARP_FRAME_CARP, V6_ADVERT},
    {"RAW 14", CARP_LINK_RAW_OPENBSD, CARP_FRAME_CARP, V4_ADVERT},
    {"IPV4", CARP_LINK_IPV4, CARP_FRAME_CARP, V4_ADVERT},
    {"IPV6", CARP_LINK_IPV6, CARP_FRAME_CARP, V6_ADVERT},
    {"IPv4 options", CARP_LINK_RAW, CARP_FRAME_CARP,
     "4610003c cca94000 ff700000" V4_ADDRESSES "01010100" ADVERT},
    {"IPv6 hop-by-hop, routing, destination, AH, atomic fragment",
     CARP_LINK_RAW, CARP_FRAME_CARP,
     "60000000 0064 00ff" V6_ADDRESSES "2b00 010400000000"
     "3c00 000000000000 3301 010c 000000000000000000000000"
     "2c04 0000 00000001 00000001 00112233445566778899aabb"
     "7000 0000 00000001" ADVERT},
    {"VRRPv2", CARP_LINK_ETHERNET, CARP_FRAME_VRRP2, ETHERNET "0800" V4_VRRP2},
    {"VRRPv3", CARP_LINK_ETHERNET, CARP_FRAME_VRRP3, ETHERNET "0800" V4_VRRP3},
    {"VRRPv3, IPv6", CARP_LINK_RAW, CARP_FRAME_VRRP3, V6_VRRP3},
    {"protocol 112", CARP_LINK_RAW, CARP_FRAME_P112,
     "4500001a 00000000 ff700000" V4_ADDRESSES "112233445566"},
    {"ARP", CARP_LINK_ETHERNET, CARP_FRAME_ARP, ETHERNET "0806" ARP_REQUEST},
    {"NS", CARP_LINK_ETHERNET, CARP_FRAME_NS, ETHERNET "86dd" NS},
    {"NA", CARP_LINK_ETHERNET, CARP_FRAME_NA, ETHERNET "86dd" NA},
    {"IGMPv3 report", CARP_LINK_ETHERNET, CARP_FRAME_IGMP,
     ETHERNET "0800" V4_IGMP3},
    {"IGMP leave", CARP_LINK_RAW, CARP_FRAME_IGMP, V4_IGMP("17", "e0000012")},
    {"MLD query", CARP_LINK_RAW, CARP_FRAME_MLD,
     V6_MLD("0020", "82") "27100000"
                          "00000000000000000000000000000000"},
    {"MLDv2 report", CARP_LINK_RAW, CARP_FRAME_MLD,
     V6_MLD("0024", "8f") "0000 0001 04000000" GROUP_V6},
    {"first fragment", CARP_LINK_RAW, CARP_FRAME_FRAGMENT,
     "4510001c cca92000 ff700000" V4_ADDRESSES "212c0a0700012fc4"},
    {"last fragment, IPv6", CARP_LINK_RAW, CARP_FRAME_FRAGMENT,
     "60000000 0010 2cff" V6_ADDRESSES "7000 0008 00000001 212c0a0700012fc4"},
};

static void
test_whole(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(whole); i++) {
        struct carp_frame f = packet_parse_hex(whole[i].hex, whole[i].link);

        g_test_message("%s", whole[i].name);
        g_assert_cmpstr(carp_frame_kind_text(f.kind), ==,
                        carp_frame_kind_text(whole[i].kind));
        g_assert_cmphex(f.issues, ==, 0);
        g_assert_true(carp_link_known(whole[i].link));
        g_assert_cmpuint(f.payload_len, ==, f.payload_wire);
        if (f.kind == CARP_FRAME_CARP) {
            g_assert_cmpuint(f.u.adv.vhid, ==, 44);
            g_assert_cmphex(f.u.adv.md[19], ==, 0x8b);
        }
    }
}

/* A frame that the capture cut is never taken for a whole one. */
static void
test_cut_by_capture(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(whole); i++) {
        struct packet p = {{0}, 0};

        g_test_message("%s", whole[i].name);
        packet_hex(&p, whole[i].hex);
        for (size_t n = 0; n < p.len; n++) {
            struct carp_frame f;
            enum carp_status status =
                packet_parse_cut(&p, whole[i].link, n, &f);

            if (f.kind == CARP_FRAME_TRUNCATED) {
                g_assert_cmpint(status, ==, CARP_ERR_TRUNCATED);
                continue;
            }
            g_assert_cmpint(status, ==, CARP_OK);
            g_assert_cmpint(f.kind, ==, whole[i].kind);
            g_assert_cmphex(f.issues, ==, CARP_ISSUE_CAPTURE);
            g_assert_cmpuint(f.payload_off + f.payload_len, ==, n);
        }
    }
}

/* The same octets as a frame that was short on the wire. */
static void
test_cut_by_sender(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(whole); i++) {
        struct packet p = {{0}, 0};

        packet_hex(&p, whole[i].hex);
        while (p.len-- > 0) {
            struct carp_frame f;
            enum carp_status status =
                packet_parse_cut(&p, whole[i].link, p.len, &f);

            g_assert_true((status == CARP_ERR_TRUNCATED) ==
                          (f.kind == CARP_FRAME_TRUNCATED));
            g_assert_cmphex(f.issues & CARP_ISSUE_CAPTURE, ==, 0);
            if (f.kind == CARP_FRAME_CARP) {
                g_assert_cmphex(f.issues, ==, CARP_ISSUE_SHORT);
                g_assert_cmpuint(f.payload_wire, ==, CARP_ADV_LEN);
            }
            if (p.len == 0) {
                break;
            }
        }
    }
}

static void
test_first_four_octets_decide(void)
{
    struct packet p = {{0}, 0};
    struct carp_frame f;

    packet_hex(&p, V4_ADVERT);
    g_assert_cmpint(packet_parse_cut(&p, CARP_LINK_RAW, 23, &f), ==,
                    CARP_ERR_TRUNCATED);
    g_assert_cmpint(packet_parse_cut(&p, CARP_LINK_RAW, 24, &f), ==, CARP_OK);
    g_assert_cmpint(f.kind, ==, CARP_FRAME_CARP);
    g_assert_cmphex(f.issues, ==, CARP_ISSUE_CAPTURE);
    g_assert_cmpuint(f.u.adv.advskew, ==, 10);
    g_assert_cmpuint(f.u.adv.advbase, ==, 0);
    g_assert_cmpuint(f.u.adv.counter, ==, 0);
}

static void
test_other(void)
{
    static const struct {
        int link;
        const char *hex;
    } rows[] = {
        {CARP_LINK_ETHERNET, ETHERNET "0027 424203" V4_ADVERT}, /* LLC */
        {CARP_LINK_ETHERNET, ETHERNET "88cc" V4_ADVERT},
        {CARP_LINK_ETHERNET, ETHERNET "8100 0007 0004" V4_ADVERT},
        {CARP_LINK_ETHERNET, ETHERNET "0800" V6_ADVERT},
        {CARP_LINK_ETHERNET, ETHERNET "86dd" V4_ADVERT},
        {CARP_LINK_SLL, "0004 0338 0000 0000000000000000 0800" V4_ADVERT},
        {CARP_LINK_LOOP, "02000000" V4_ADVERT},
        {CARP_LINK_NULL, "00000007" V4_ADVERT},
        {CARP_LINK_NULL, "02010000" V4_ADVERT},
        {CARP_LINK_RAW, "55" V4_ADVERT},
        {CARP_LINK_IPV6, V4_ADVERT},
        {CARP_LINK_IPV4, V6_ADVERT},
        /* header of 16 octets, total length below the header's */
        {CARP_LINK_RAW, "44100038 cca94000 ff700000" V4_ADDRESSES ADVERT},
        {CARP_LINK_RAW, "45100013 cca94000 ff700000" V4_ADDRESSES ADVERT},
        {CARP_LINK_RAW, "45100038 cca94000 ff060000" V4_ADDRESSES ADVERT},
        {CARP_LINK_RAW, "45100038 cca92000 ff060000" V4_ADDRESSES ADVERT},
        /* ICMPv6 in IPv4, IGMP in IPv6 */
        {CARP_LINK_RAW,
         "45100038 cca90000 ff3a0000" V4_ADDRESSES "87000000" ADVERT},
        {CARP_LINK_RAW, "60000000 0024 02ff" V6_ADDRESSES "1100" ADVERT},
        {CARP_LINK_RAW, "60000000 0008 3aff" V6_ADDRESSES "8000000000010001"},
        /* NA and IGMP that their senders cut */
        {CARP_LINK_RAW, "60000000 0014 3aff" V6_ADDRESSES
                        "88000000 20000000 fd770000 00000000 00000000"},
        {CARP_LINK_RAW, "45100018 cca90000 ff020000" V4_ADDRESSES "11000000"},
        {CARP_LINK_RAW, "60000000 0000 3aff" V6_ADDRESSES},
        /* extension header longer than the packet, or than eight octets of
         * it; a chain of nine; no next header; ESP */
        {CARP_LINK_RAW, "60000000 0010 00ff" V6_ADDRESSES
                        "7002 000000000000 2100000000000000"},
        {CARP_LINK_RAW, "60000000 0004 00ff" V6_ADDRESSES "70000000" ADVERT},
        {CARP_LINK_RAW,
         "60000000 006c 3cff" V6_ADDRESSES
         "3c00000000000000 3c00000000000000 3c00000000000000"
         "3c00000000000000 3c00000000000000 3c00000000000000"
         "3c00000000000000 3c00000000000000 7000000000000000" ADVERT},
        {CARP_LINK_RAW, "60000000 0024 3bff" V6_ADDRESSES ADVERT},
        {CARP_LINK_RAW, "60000000 0024 32ff" V6_ADDRESSES ADVERT},
        /* a later fragment: what looks like a header is not one */
        {CARP_LINK_RAW, "60000000 0034 2cff" V6_ADDRESSES
                        "3c00 0008 00000001 7000000000000000" ADVERT},
        /* jumbogram */
        {CARP_LINK_RAW,
         "60000000 0000 00ff" V6_ADDRESSES "7000 c204 00010000" ADVERT},
        /* ARP for IEEE 802, for IPv6, with short addresses */
        {CARP_LINK_ETHERNET, ETHERNET "0806 0006 0800 0604" ADVERT},
        {CARP_LINK_ETHERNET, ETHERNET "0806 0001 86dd 0604" ADVERT},
        {CARP_LINK_ETHERNET, ETHERNET "0806 0001 0800 0204" ADVERT},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct carp_frame f = packet_parse_hex(rows[i].hex, rows[i].link);

        g_test_message("%s", rows[i].hex);
        g_assert_cmpstr(carp_frame_kind_text(f.kind), ==, "other");
        g_assert_cmphex(f.issues, ==, 0);
    }
}

static void
test_unknown_link(void)
{
    static const int unknown[] = {-1, 2, 105, 127, 192, 1000};

    for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++) {
        struct packet p = {{0}, 0};
        struct carp_frame f;

        packet_hex(&p, V4_ADVERT);
        g_assert_false(carp_link_known(unknown[i]));
        g_assert_cmpint(packet_parse_cut(&p, unknown[i], p.len, &f), ==,
                        CARP_ERR_LINKTYPE);
        g_assert_cmpint(f.kind, ==, CARP_FRAME_OTHER);
        g_assert_cmpuint(f.family, ==, CARP_FAMILY_NONE);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame/whole", test_whole);
    g_test_add_func("/frame/cut-by-capture", test_cut_by_capture);
    g_test_add_func("/frame/cut-by-sender", test_cut_by_sender);
    g_test_add_func("/frame/four-octets", test_first_four_octets_decide);
    g_test_add_func("/frame/other", test_other);
    g_test_add_func("/frame/unknown-link", test_unknown_link);
    return g_test_run();
}
