/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Evidence as it is written: pcapng of whatever names, comments and frames
 * the input gives, read back by libpcap and block by block. Input: steps of
 * an octet that says what comes, an octet of its length, and its octets.
 */
#include <stdbool.h>

#include <pcap/pcap.h>

#include "fuzz.h"
#include "pcapng.h"

#define FRAMES 64
#define INTERFACES 4u

struct scene {
    GByteArray *out;
    unsigned int interfaces, blocks;
    GPtrArray *packets; /* struct kept */
};

struct kept {
    struct pcapng_packet packet;
    uint8_t data[256];
};

static uint32_t
u32_at(const GByteArray *out, size_t at)
{
    uint32_t value = 0;
    FUZZ_CHECK(at + sizeof(value) <= out->len);
    memcpy(&value, out->data + at, sizeof(value));
    return value;
}

static char *
read_text(struct fuzz_input *in, size_t repeat)
{
    size_t len = fuzz_u8(in);
    const uint8_t *octets = fuzz_octets(in, &len);
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i <= repeat && text->len < 8192; i++) {
        g_string_append_len(text, (const char *)octets, (gssize)len);
    }
    /* What a caller has is a C string. */
    return g_string_free(text, FALSE);
}

static void
add_packet(struct scene *s, struct fuzz_input *in)
{
    struct kept *kept = g_new0(struct kept, 1);
    unsigned int many = fuzz_u8(in);
    size_t len = fuzz_u8(in);
    const uint8_t *data = fuzz_octets(in, &len);
    if (len > 0) {
        memcpy(kept->data, data, len);
    }
    kept->packet = (struct pcapng_packet){.interface = many % s->interfaces,
                                          .time = fuzz_u64(in) >> 2,
                                          .data = kept->data,
                                          .captured = len,
                                          .on_wire = len + fuzz_u8(in)};
    char *one = read_text(in, many), *two = read_text(in, 0);
    const char *const comments[] = {one, two};
    pcapng_packet(s->out, &kept->packet, comments, many % 3);
    g_ptr_array_add(s->packets, kept);
    g_free(one);
    g_free(two);
}

static void
make(struct scene *s, struct fuzz_input *in)
{
    char *application = read_text(in, 0), *comment = read_text(in, 300);
    pcapng_section(s->out, application, comment);
    g_free(application);
    g_free(comment);
    s->interfaces = 1u + fuzz_u8(in) % INTERFACES;
    for (unsigned int i = 0; i < s->interfaces; i++) {
        char *name = read_text(in, 0);
        /* libpcap demands one link type and one length of a file. */
        pcapng_interface(s->out, name, DLT_EN10MB, 65535);
        g_free(name);
    }
    while (in->left > 0 && s->packets->len < FRAMES) {
        add_packet(s, in);
    }
}

/* Options from @p at to the end of their block; texts are UTF-8. */
static void
check_options(const GByteArray *out, size_t at, size_t end)
{
    while (at < end) {
        uint32_t head = u32_at(out, at);
        size_t len = head >> 16;
        unsigned int code = head & 0xffff;
        at += 4;
        FUZZ_CHECK(at + len <= end);
        if (code == 0) {
            FUZZ_CHECK(len == 0 && at == end);
            return;
        }
        FUZZ_CHECK(len <= PCAPNG_TEXT_MAX);
        FUZZ_CHECK(code == 9 || g_utf8_validate((const char *)out->data + at,
                                                (gssize)len, NULL));
        at += (len + 3) / 4 * 4;
    }
    FUZZ_FAIL("the options have an end");
}

static void
check_blocks(const struct scene *s)
{
    size_t at = 0;
    unsigned int count = 0;
    const GByteArray *out = s->out;
    while (at < out->len) {
        uint32_t type = u32_at(out, at), len = u32_at(out, at + 4);
        FUZZ_CHECK(len % 4 == 0 && len >= 12 && at + len <= out->len);
        FUZZ_CHECK(u32_at(out, at + len - 4) == len);
        size_t fixed = type == 6   ? 28 + (u32_at(out, at + 20) + 3) / 4 * 4
                       : type == 1 ? 16
                                   : 24;
        FUZZ_CHECK(count > 0 ? type == 1 || type == 6 : type == 0x0a0d0d0a);
        check_options(out, at + fixed, at + len - 4);
        at += len;
        count++;
    }
    FUZZ_CHECK(count == 1 + s->interfaces + s->packets->len);
}

static void
read_back(const struct scene *s)
{
    char error[PCAP_ERRBUF_SIZE];
    FILE *file = fmemopen(s->out->data, s->out->len, "rb");
    FUZZ_CHECK(file != NULL);
    pcap_t *pcap = pcap_fopen_offline_with_tstamp_precision(
        file, PCAP_TSTAMP_PRECISION_NANO, error);
    FUZZ_CHECK(pcap != NULL);
    for (guint i = 0; i < s->packets->len; i++) {
        const struct kept *kept = g_ptr_array_index(s->packets, i);
        struct pcap_pkthdr *header = NULL;
        const u_char *data = NULL;
        FUZZ_CHECK(pcap_next_ex(pcap, &header, &data) == 1);
        FUZZ_CHECK(header->caplen == kept->packet.captured);
        FUZZ_CHECK(header->len == kept->packet.on_wire);
        FUZZ_CHECK(memcmp(data, kept->data, header->caplen) == 0);
        FUZZ_CHECK((uint64_t)header->ts.tv_sec == kept->packet.time / CARP_SEC);
        FUZZ_CHECK((uint64_t)header->ts.tv_usec ==
                   kept->packet.time % CARP_SEC);
    }
    struct pcap_pkthdr *header = NULL;
    const u_char *data = NULL;
    FUZZ_CHECK(pcap_next_ex(pcap, &header, &data) == PCAP_ERROR_BREAK);
    pcap_close(pcap);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct scene s = {.out = g_byte_array_new(),
                      .packets = g_ptr_array_new_with_free_func(g_free)};
    make(&s, &in);
    check_blocks(&s);
    read_back(&s);
    g_ptr_array_free(s.packets, TRUE);
    g_byte_array_free(s.out, TRUE);
    return 0;
}
