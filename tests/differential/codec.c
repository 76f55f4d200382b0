/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libcarp for a script: a request a line on standard input, its answer a line
 * on standard output. reference.py computes the same and test_codec.py
 * compares.
 *
 *   digest PROFILE VHID KEY COUNTER LLADDR|- [ADDRESS…]   the digest
 *   encode VERSION TYPE VHID ADVSKEW AUTHLEN DEMOTE ADVBASE COUNTER DIGEST
 *                                     36 octets, with the right checksum
 *   decode WIRE OCTETS|-              status, issues, fields
 *   frame OCTETS|-                    kind, family, ends, TTL and the same
 *
 * KEY, COUNTER, DIGEST and OCTETS are hexadecimal.
 */
#include <stdbool.h>
#include <string.h>

#include <glib.h>

#include <carp/auth.h>
#include <carp/frame.h>

#define OCTETS_MAX 4096

static size_t
read_hex(const char *text, uint8_t *octets)
{
    size_t len = strcmp(text, "-") == 0 ? 0 : strlen(text) / 2;
    g_assert_cmpuint(len, <=, OCTETS_MAX);
    for (size_t i = 0; i < len; i++) {
        octets[i] = (uint8_t)(g_ascii_xdigit_value(text[2 * i]) * 16 +
                              g_ascii_xdigit_value(text[2 * i + 1]));
    }
    return len;
}

static uint8_t
read_octet(const char *text)
{
    return (uint8_t)g_ascii_strtoull(text, NULL, 10);
}

static void
put_hex(const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        g_print("%02x", octets[i]);
    }
}

static void
put_advert(const struct carp_adv *adv, unsigned int issues)
{
    g_print("%u %u %u %u %u %u %u %u %04x %016" G_GINT64_MODIFIER "x ", issues,
            adv->version, adv->type, adv->vhid, adv->advskew, adv->authlen,
            adv->demote, adv->advbase, adv->checksum, adv->counter);
    put_hex(adv->md, sizeof(adv->md));
}

static void
answer_digest(char **words)
{
    struct carp_auth auth;
    struct carp_key key;
    struct carp_mac lladdr;
    struct carp_addrs addrs = {.count = 0};
    enum carp_profile_id profile;
    uint8_t md[CARP_MD_LEN];
    g_assert_cmpint(carp_profile_by_name(words[1], &profile), ==, CARP_OK);
    g_assert_cmpint(carp_key_from_hex(&key, words[3]), ==, CARP_OK);
    bool has_lladdr = carp_mac_parse(words[5], &lladdr) == CARP_OK;
    for (char **word = words + 6; *word != NULL; word++) {
        struct carp_addr addr;
        g_assert_cmpint(carp_addr_parse(*word, &addr, NULL), ==, CARP_OK);
        g_assert_cmpint(carp_addrs_add(&addrs, &addr), ==, CARP_OK);
    }
    g_assert_cmpint(carp_auth_init(&auth, &key, read_octet(words[2]), &addrs,
                                   profile, has_lladdr ? &lladdr : NULL),
                    ==, CARP_OK);
    carp_auth_digest(&auth, g_ascii_strtoull(words[4], NULL, 16), md);
    put_hex(md, sizeof(md));
    carp_auth_clear(&auth);
}

static void
answer_encode(char **words)
{
    uint8_t out[CARP_ADV_LEN];
    struct carp_adv adv = {.version = read_octet(words[1]),
                           .type = read_octet(words[2]),
                           .vhid = read_octet(words[3]),
                           .advskew = read_octet(words[4]),
                           .authlen = read_octet(words[5]),
                           .demote = read_octet(words[6]),
                           .advbase = read_octet(words[7]),
                           .counter = g_ascii_strtoull(words[8], NULL, 16)};
    g_assert_cmpuint(read_hex(words[9], adv.md), ==, CARP_MD_LEN);
    carp_adv_set_checksum(&adv);
    carp_adv_encode(&adv, out);
    put_hex(out, sizeof(out));
}

static void
answer_decode(char **words)
{
    uint8_t octets[OCTETS_MAX];
    struct carp_adv adv;
    unsigned int issues = 0;
    size_t len = read_hex(words[2], octets);
    size_t wire = (size_t)g_ascii_strtoull(words[1], NULL, 10);
    bool is_whole =
        carp_adv_decode(octets, len, wire, &adv, &issues) == CARP_OK;
    g_print("%s ", is_whole ? "whole" : "cut");
    put_advert(&adv, issues);
}

static void
answer_frame(char **words)
{
    uint8_t octets[OCTETS_MAX];
    char src[CARP_ADDR_TEXT], dst[CARP_ADDR_TEXT];
    struct carp_frame frame;
    size_t len = read_hex(words[1], octets);
    (void)!carp_frame_parse(CARP_LINK_ETHERNET, octets, len, len, &frame);
    if (frame.kind != CARP_FRAME_CARP) {
        g_print("%s", carp_frame_kind_text(frame.kind));
        return;
    }
    g_print("CARP %s %s %u %u ", carp_addr_format(&frame.src, src),
            carp_addr_format(&frame.dst, dst), frame.ttl, frame.vlan);
    put_advert(&frame.u.adv, frame.issues);
}

int
main(void)
{
    static const struct {
        const char *name;
        void (*answer)(char **words);
        guint least;
    } requests[] = {{"digest", answer_digest, 6},
                    {"encode", answer_encode, 10},
                    {"decode", answer_decode, 3},
                    {"frame", answer_frame, 2}};
    GIOChannel *in = g_io_channel_unix_new(0);
    char *line = NULL;
    gsize end = 0;
    while (g_io_channel_read_line(in, &line, NULL, &end, NULL) ==
           G_IO_STATUS_NORMAL) {
        line[end] = '\0';
        char **words = g_strsplit(line, " ", -1);
        bool is_known = false;
        for (size_t i = 0; i < G_N_ELEMENTS(requests) && !is_known; i++) {
            is_known = g_strcmp0(words[0], requests[i].name) == 0 &&
                       g_strv_length(words) >= requests[i].least;
            if (is_known) {
                requests[i].answer(words);
            }
        }
        g_assert_true(is_known);
        g_print("\n");
        g_strfreev(words);
        g_free(line);
    }
    g_io_channel_unref(in);
    return 0;
}
