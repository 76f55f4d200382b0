/* SPDX-License-Identifier: BSD-2-Clause */
/* The writer against the layout of the format, and against libpcap. */
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>
#include <pcap/pcap.h>

#include "pcapng.h"

static uint32_t
u32(const GByteArray *out, guint at)
{
    uint32_t value = 0;
    g_assert_cmpuint(at + 4, <=, out->len);
    memcpy(&value, out->data + at, sizeof(value));
    return value;
}

static uint16_t
u16(const GByteArray *out, guint at)
{
    uint16_t value = 0;
    g_assert_cmpuint(at + 2, <=, out->len);
    memcpy(&value, out->data + at, sizeof(value));
    return value;
}

/* Lengths in front and behind agree; returns where the next block begins. */
static guint
check_block(const GByteArray *out, guint at, uint32_t type)
{
    uint32_t length = u32(out, at + 4);
    g_assert_cmphex(u32(out, at), ==, type);
    g_assert_cmpuint(length % 4, ==, 0);
    g_assert_cmpuint(u32(out, at + length - 4), ==, length);
    return at + length;
}

static void
test_layout(void)
{
    static const uint8_t data[] = {1, 2, 3, 4, 5};
    const char *const comments[] = {"one", "", "two and more"};
    struct pcapng_packet packet = {.interface = 1,
                                   .time = 0x123456789abcdef0,
                                   .data = data,
                                   .captured = sizeof(data),
                                   .on_wire = 90};
    GByteArray *out = g_byte_array_new();
    pcapng_section(out, "carpmon", NULL);
    guint interface = check_block(out, 0, 0x0a0d0d0a);
    g_assert_cmphex(u32(out, 8), ==, 0x1a2b3c4d);
    pcapng_interface(out, "eth0", 1, 256);
    guint first = check_block(out, interface, 1);
    g_assert_cmpuint(u16(out, interface + 8), ==, 1);
    g_assert_cmpuint(u32(out, interface + 12), ==, 256);
    pcapng_packet(out, &packet, comments, G_N_ELEMENTS(comments));
    g_assert_cmpuint(check_block(out, first, 6), ==, out->len);
    g_assert_cmpuint(u32(out, first + 8), ==, 1);
    g_assert_cmphex(u32(out, first + 12), ==, 0x12345678);
    g_assert_cmphex(u32(out, first + 16), ==, 0x9abcdef0);
    g_assert_cmpuint(u32(out, first + 20), ==, 5);
    g_assert_cmpuint(u32(out, first + 24), ==, 90);
    g_assert_true(memcmp(out->data + first + 28, data, 5) == 0);
    /* Five octets are padded to eight; an empty comment is left out. */
    g_assert_cmpuint(u16(out, first + 36), ==, 1);
    g_assert_cmpuint(u16(out, first + 38), ==, 3);
    g_assert_true(memcmp(out->data + first + 40, "one", 4) == 0);
    g_assert_cmpuint(u16(out, first + 46), ==, 12);
    g_assert_true(memcmp(out->data + first + 48, "two and more", 12) == 0);
    g_assert_cmpuint(u32(out, first + 60), ==, 0);
    g_byte_array_free(out, TRUE);
}

/* Too long and not UTF-8: cut between characters, replaced. */
static void
test_texts(void)
{
    GByteArray *out = g_byte_array_new();
    GString *text = g_string_new("x");
    while (text->len < PCAPNG_TEXT_MAX + 100) {
        g_string_append(text, "\xc3\xa4");
    }
    pcapng_section(out, NULL, text->str);
    check_block(out, 0, 0x0a0d0d0a);
    guint length = u16(out, 26);
    g_assert_cmpuint(length, >, PCAPNG_TEXT_MAX - 4);
    g_assert_cmpuint(length, <=, PCAPNG_TEXT_MAX);
    g_assert_true(g_utf8_validate((const char *)out->data + 28, length, NULL));
    g_byte_array_set_size(out, 0);
    pcapng_section(out, NULL, "bad \xff octet");
    length = u16(out, 26);
    g_assert_true(g_utf8_validate((const char *)out->data + 28, length, NULL));
    g_string_free(text, TRUE);
    g_byte_array_free(out, TRUE);
}

/* libpcap reads what we write: every length of frame. */
static void
test_read_back(void)
{
    uint8_t data[70];
    char error[PCAP_ERRBUF_SIZE];
    const carp_time start = 1787400002 * CARP_SEC;
    memset(data, 0xa5, sizeof(data));
    GByteArray *out = g_byte_array_new();
    pcapng_section(out, "test", "all of it");
    pcapng_interface(out, "eth0", 1, 256);
    for (size_t i = 0; i <= sizeof(data); i++) {
        const char *const comments[] = {"hello"};
        struct pcapng_packet packet = {
            .time = start + i, .data = data, .captured = i, .on_wire = 100};
        pcapng_packet(out, &packet, comments, i % 2);
    }
    char *path = NULL;
    int fd = g_file_open_tmp("carp-XXXXXX.pcapng", &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, (const char *)out->data,
                                      (gssize)out->len, NULL));
    pcap_t *pcap = pcap_open_offline_with_tstamp_precision(
        path, PCAP_TSTAMP_PRECISION_NANO, error);
    g_assert_nonnull(pcap);
    struct pcap_pkthdr *header = NULL;
    const u_char *octets = NULL;
    for (size_t i = 0; i <= sizeof(data); i++) {
        g_assert_cmpint(pcap_next_ex(pcap, &header, &octets), ==, 1);
        g_assert_cmpuint(header->caplen, ==, i);
        g_assert_cmpuint(header->len, ==, 100);
        g_assert_cmpint(header->ts.tv_sec, ==, 1787400002);
        g_assert_cmpint(header->ts.tv_usec, ==, (gint64)i);
        g_assert_true(memcmp(octets, data, i) == 0);
    }
    g_assert_cmpint(pcap_next_ex(pcap, &header, &octets), ==, -2);
    pcap_close(pcap);
    g_remove(path);
    g_free(path);
    g_byte_array_free(out, TRUE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pcapng/layout", test_layout);
    g_test_add_func("/pcapng/texts", test_texts);
    g_test_add_func("/pcapng/read-back", test_read_back);
    return g_test_run();
}
