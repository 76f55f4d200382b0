/* SPDX-License-Identifier: BSD-2-Clause */
/* carpd's frames and filters: what is built parses as what was meant, and
 * passes the filter exactly when it is wanted. */
#include <string.h>

#include <glib.h>

#include "port_internal.h"

static struct port_builder *builder;

static struct carp_addr
addr(const char *text)
{
    struct carp_addr value;
    g_assert_cmpint(carp_addr_parse(text, &value, NULL), ==, CARP_OK);
    return value;
}

static struct carp_mac
mac(const char *text)
{
    struct carp_mac value;
    g_assert_cmpint(carp_mac_parse(text, &value), ==, CARP_OK);
    return value;
}

static struct port_octets
build_advert(uint8_t vhid, const char *source, const char *dest)
{
    struct port_octets out = {.len = 0};
    struct carp_mac from = carp_mac_virtual(vhid);
    struct port_advert advert = {.source = addr(source),
                                 .tos = 0xe0,
                                 .ttl = 255,
                                 .adv = {.version = CARP_VERSION,
                                         .type = CARP_TYPE_ADVERT,
                                         .vhid = vhid,
                                         .advskew = 100,
                                         .authlen = CARP_AUTHLEN,
                                         .advbase = 1,
                                         .counter = 0x0102030405060708u}};
    memset(advert.adv.md, 0xa5, sizeof(advert.adv.md));
    carp_adv_set_checksum(&advert.adv);
    if (dest != NULL) {
        advert.dest = addr(dest);
    }
    g_assert_true(port_build_advert(builder, &advert, &from, &out));
    return out;
}

static struct carp_frame
parse(const struct port_octets *octets)
{
    struct carp_frame frame;
    g_assert_cmpint(carp_frame_parse(CARP_LINK_ETHERNET, octets->octets,
                                     octets->len, octets->len, &frame),
                    ==, CARP_OK);
    return frame;
}

/* -------------------------------------------------------------------- build */

static void
check_advert(const char *source, const char *dest, const char *group,
             const char *group_mac, size_t len)
{
    struct port_octets octets = build_advert(42, source, dest);
    struct carp_frame frame = parse(&octets);
    struct carp_addr from = addr(source);
    struct carp_addr to = addr(group);
    struct carp_mac to_mac = mac(group_mac);
    struct carp_mac from_mac = carp_mac_virtual(42);
    g_assert_cmpuint(octets.len, ==, len);
    g_assert_cmpint(frame.kind, ==, CARP_FRAME_CARP);
    g_assert_cmpuint(frame.issues, ==, 0);
    g_assert_true(carp_addr_equal(&frame.src, &from));
    g_assert_true(carp_addr_equal(&frame.dst, &to));
    g_assert_true(carp_mac_equal(&frame.src_mac, &from_mac));
    g_assert_true(carp_mac_equal(&frame.dst_mac, &to_mac));
    g_assert_cmpuint(frame.ttl, ==, 255);
    g_assert_cmpuint(frame.tos, ==, 0xe0);
    g_assert_cmpuint(frame.u.adv.advskew, ==, 100);
    g_assert_true(frame.u.adv.counter == 0x0102030405060708u);
}

static void
test_advert(void)
{
    check_advert("10.0.0.1", NULL, "224.0.0.18", "01:00:5e:00:00:12", 70);
    check_advert("fe80::1", NULL, "ff02::12", "33:33:00:00:00:12", 90);
    check_advert("10.0.0.1", "239.129.1.2", "239.129.1.2", "01:00:5e:01:01:02",
                 70);
    struct port_octets octets = build_advert(1, "10.0.0.1", NULL);
    g_assert_cmpuint(carp_checksum(octets.octets + 14, 20), ==, 0);
    g_assert_true(parse(&octets).dont_fragment);
}

static void
test_gratuitous_arp(void)
{
    struct carp_addr vip = addr("10.0.0.50");
    struct carp_mac vmac = carp_mac_virtual(7);
    struct carp_mac everyone = mac("ff:ff:ff:ff:ff:ff");
    struct port_octets octets;
    g_assert_true(port_build_announce(builder, &vip, &vmac, true, &octets));
    struct carp_frame frame = parse(&octets);
    g_assert_cmpint(frame.kind, ==, CARP_FRAME_ARP);
    g_assert_cmpuint(frame.u.arp.op, ==, 1);
    g_assert_true(carp_addr_equal(&frame.u.arp.sender, &vip));
    g_assert_true(carp_addr_equal(&frame.u.arp.target, &vip));
    g_assert_true(carp_mac_equal(&frame.u.arp.sender_mac, &vmac));
    g_assert_true(carp_mac_equal(&frame.src_mac, &vmac));
    g_assert_true(carp_mac_equal(&frame.dst_mac, &everyone));
}

static void
check_na(bool is_router)
{
    struct carp_addr vip = addr("2001:db8::50");
    struct carp_addr everyone = addr("ff02::1");
    struct carp_mac vmac = carp_mac_virtual(7);
    struct port_octets octets;
    uint8_t sum[40 + 32] = {0};
    g_assert_true(
        port_build_announce(builder, &vip, &vmac, is_router, &octets));
    struct carp_frame frame = parse(&octets);
    g_assert_cmpint(frame.kind, ==, CARP_FRAME_NA);
    g_assert_true(carp_addr_equal(&frame.src, &vip));
    g_assert_true(carp_addr_equal(&frame.dst, &everyone));
    g_assert_cmpuint(frame.ttl, ==, 255);
    g_assert_true(carp_addr_equal(&frame.u.nd.target, &vip));
    g_assert_true(frame.u.nd.has_lladdr);
    g_assert_true(carp_mac_equal(&frame.u.nd.lladdr, &vmac));
    g_assert_true(frame.u.nd.override && !frame.u.nd.solicited);
    g_assert_true(frame.u.nd.router == is_router);
    memcpy(sum, octets.octets + 14 + 8, 32);
    sum[35] = 32;
    sum[39] = 58;
    memcpy(sum + 40, octets.octets + 54, 32);
    g_assert_cmpuint(carp_checksum(sum, sizeof(sum)), ==, 0);
}

static void
test_neighbour_advertisement(void)
{
    check_na(false);
    check_na(true);
}

/* ------------------------------------------------------------------- filter */

static bool
passes(const struct port_want *want, const struct port_octets *octets)
{
    struct bpf_program program;
    char *text = port_filter_text(want);
    pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 128);
    if (pcap_compile(pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        g_error("%s: %s", text, pcap_geterr(pcap));
    }
    struct pcap_pkthdr header = {.caplen = (bpf_u_int32)octets->len,
                                 .len = (bpf_u_int32)octets->len};
    bool is_passed =
        pcap_offline_filter(&program, &header, octets->octets) != 0;
    /* The kernel takes 4096 instructions. */
    g_assert_cmpuint(program.bf_len, <, 4096);
    pcap_freecode(&program);
    pcap_close(pcap);
    g_free(text);
    return is_passed;
}

static void
test_filter_vhids(void)
{
    struct port_want want = {.has_ipv4 = true, .has_ipv6 = true};
    static const uint8_t wanted[] = {1, 3, 4, 5, 200, 255};
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        port_want_vhid(&want, wanted[i]);
    }
    for (unsigned int vhid = 1; vhid < 256; vhid += vhid < 8 ? 1 : 13) {
        struct port_octets v4 = build_advert((uint8_t)vhid, "10.0.0.1", NULL);
        struct port_octets v6 = build_advert((uint8_t)vhid, "fe80::1", NULL);
        bool is_wanted = memchr(wanted, (int)vhid, sizeof(wanted)) != NULL;
        g_assert_true(passes(&want, &v4) == is_wanted);
        g_assert_true(passes(&want, &v6) == is_wanted);
    }
    struct port_octets v6 = build_advert(3, "fe80::1", NULL);
    want.has_ipv6 = false;
    g_assert_false(passes(&want, &v6));
}

static void
test_filter_many(void)
{
    struct port_want want = {.has_ipv4 = true, .has_ipv6 = true};
    struct port_octets octets = build_advert(7, "10.0.0.1", NULL);
    for (unsigned int vhid = 1; vhid < 256; vhid += 2) {
        port_want_vhid(&want, (uint8_t)vhid);
    }
    g_assert_true(passes(&want, &octets));
    want = (struct port_want){.has_ipv4 = true, .all_vhids = true};
    g_assert_true(passes(&want, &octets));
    want = (struct port_want){.has_ipv4 = false};
    g_assert_false(passes(&want, &octets));
}

static void
test_filter_speakers(void)
{
    struct carp_addr vips[60] = {addr("10.0.0.50"), addr("2001:db8::50")};
    struct port_want want = {.addrs = vips, .addr_count = 2};
    struct carp_mac any = mac("02:00:00:00:00:01");
    static const char *const others[] = {"10.0.0.51", "2001:db8::51"};
    for (size_t i = 0; i < 2; i++) {
        struct port_octets octets;
        struct carp_addr other = addr(others[i]);
        g_assert_true(
            port_build_announce(builder, &vips[i], &any, false, &octets));
        g_assert_true(passes(&want, &octets));
        g_assert_true(
            port_build_announce(builder, &other, &any, false, &octets));
        g_assert_false(passes(&want, &octets));
    }
    for (size_t i = 2; i < G_N_ELEMENTS(vips); i++) {
        vips[i] = vips[i % 2];
        vips[i].octets[3] = (uint8_t)i;
    }
    want.addr_count = G_N_ELEMENTS(vips);
    struct port_octets octets;
    g_assert_true(port_build_announce(builder, &vips[1], &any, false, &octets));
    g_assert_true(passes(&want, &octets));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    builder = port_builder_new();
    g_assert_nonnull(builder);
    g_test_add_func("/port/build/advert", test_advert);
    g_test_add_func("/port/build/arp", test_gratuitous_arp);
    g_test_add_func("/port/build/na", test_neighbour_advertisement);
    g_test_add_func("/port/filter/vhids", test_filter_vhids);
    g_test_add_func("/port/filter/many", test_filter_many);
    g_test_add_func("/port/filter/speakers", test_filter_speakers);
    int result = g_test_run();
    port_builder_free(builder);
    return result;
}
