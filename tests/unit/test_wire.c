/* SPDX-License-Identifier: BSD-2-Clause */
/* The advert, the checksum and the reader below them. */
#include <string.h>

#include <glib.h>

#include <carp/adv.h>
#include <carp/time.h>

#include "packet.h"
#include "wire/bytes.h"

/* An advert as OpenBSD sent it. */
#define ADVERT                          \
    "212c0a0700012fc4 a57c68c90b1322a3" \
    "aac92328cbb35370acd0e591ef539ab554fe0a8b"

static void
test_checksum(void)
{
    /* The example of RFC 1071, section 3: the sum is ddf2. */
    static const uint8_t rfc[] = {0x00, 0x01, 0xf2, 0x03,
                                  0xf4, 0xf5, 0xf6, 0xf7};
    static const uint8_t ones[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

    g_assert_cmphex(carp_checksum(rfc, 8), ==, 0x220d);
    g_assert_cmphex(carp_checksum(rfc, 7), ==, 0x2304);
    g_assert_cmphex(carp_checksum(rfc, 6), ==, 0x1905);
    g_assert_cmphex(carp_checksum(rfc, 5), ==, 0x19fa);
    g_assert_cmphex(carp_checksum(rfc, 3), ==, 0x0dfe);
    g_assert_cmphex(carp_checksum(rfc, 1), ==, 0xffff);
    g_assert_cmphex(carp_checksum(NULL, 0), ==, 0xffff);
    g_assert_cmphex(carp_checksum(ones, 4), ==, 0);
    g_assert_cmphex(carp_checksum(ones, 7), ==, 0x00ff);
}

static struct carp_adv
decode_advert(void)
{
    struct packet p = {{0}, 0};
    struct carp_adv adv;
    unsigned int issues;

    packet_hex(&p, ADVERT);
    g_assert_cmpint(carp_adv_decode(p.data, 36, 36, &adv, &issues), ==,
                    CARP_OK);
    g_assert_cmphex(issues, ==, 0);
    return adv;
}

static void
test_adv_fields(void)
{
    static const uint8_t md[CARP_MD_LEN] = {
        0xaa, 0xc9, 0x23, 0x28, 0xcb, 0xb3, 0x53, 0x70, 0xac, 0xd0,
        0xe5, 0x91, 0xef, 0x53, 0x9a, 0xb5, 0x54, 0xfe, 0x0a, 0x8b};
    struct carp_adv adv = decode_advert();

    g_assert_cmpuint(adv.version, ==, 2);
    g_assert_cmpuint(adv.type, ==, 1);
    g_assert_cmpuint(adv.vhid, ==, 44);
    g_assert_cmpuint(adv.advskew, ==, 10);
    g_assert_cmpuint(adv.authlen, ==, 7);
    g_assert_cmpuint(adv.demote, ==, 0);
    g_assert_cmpuint(adv.advbase, ==, 1);
    g_assert_cmphex(adv.checksum, ==, 0x2fc4);
    g_assert_cmpuint(adv.counter, ==, G_GUINT64_CONSTANT(11924521126053749411));
    assert_octets(adv.md, md, sizeof(md));
}

static void
test_adv_encode(void)
{
    struct carp_adv adv = decode_advert();
    uint8_t wire[CARP_ADV_LEN];
    struct packet p = {{0}, 0};

    packet_hex(&p, ADVERT);
    carp_adv_encode(&adv, wire);
    assert_octets(wire, p.data, sizeof(wire));
    adv.checksum = 0xffff;
    carp_adv_set_checksum(&adv);
    g_assert_cmphex(adv.checksum, ==, 0x2fc4);
}

/* Octet i of the wire holds i: shows the place of every field. */
static void
test_adv_layout(void)
{
    uint8_t in[CARP_ADV_LEN], out[CARP_ADV_LEN];
    struct carp_adv adv;
    unsigned int issues;

    for (size_t i = 0; i < sizeof(in); i++) {
        in[i] = (uint8_t)i;
    }
    in[0] = 0xfe;
    g_assert_cmpint(carp_adv_decode(in, 36, 36, &adv, &issues), ==, CARP_OK);
    g_assert_cmphex(issues, ==,
                    CARP_ISSUE_VERSION | CARP_ISSUE_TYPE | CARP_ISSUE_AUTHLEN |
                        CARP_ISSUE_CHECKSUM);
    g_assert_cmpuint(adv.version, ==, 15);
    g_assert_cmpuint(adv.type, ==, 14);
    g_assert_cmpuint(adv.demote, ==, 4);
    g_assert_cmphex(adv.counter, ==, G_GUINT64_CONSTANT(0x08090a0b0c0d0e0f));
    g_assert_cmpuint(adv.md[0], ==, 16);
    g_assert_cmpuint(adv.md[19], ==, 35);
    carp_adv_encode(&adv, out);
    assert_octets(out, in, sizeof(in));
}

static void
test_adv_one_issue_each(void)
{
    static const struct {
        size_t offset;
        uint8_t value;
        unsigned int issue;
    } rows[] = {
        {0, 0x31, CARP_ISSUE_VERSION},   {0, 0x22, CARP_ISSUE_TYPE},
        {1, 0x00, CARP_ISSUE_VHID_ZERO}, {3, 0x00, CARP_ISSUE_AUTHLEN},
        {6, 0x00, CARP_ISSUE_CHECKSUM},  {35, 0x00, CARP_ISSUE_CHECKSUM},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct packet p = {{0}, 0};
        struct carp_adv adv;
        unsigned int issues;

        packet_hex(&p, ADVERT);
        p.data[rows[i].offset] = rows[i].value;
        g_assert_cmpint(carp_adv_decode(p.data, 36, 36, &adv, &issues), ==,
                        CARP_OK);
        g_assert_cmphex(issues, ==, rows[i].issue | CARP_ISSUE_CHECKSUM);
        carp_adv_set_checksum(&adv);
        carp_adv_encode(&adv, p.data);
        g_assert_cmpint(carp_adv_decode(p.data, 36, 36, &adv, &issues), ==,
                        CARP_OK);
        g_assert_cmphex(issues, ==, rows[i].issue & ~0x08u);
    }
}

static void
check_cut(const struct packet *p, size_t captured, size_t on_wire)
{
    uint8_t *copy = captured > 0 ? g_memdup2(p->data, captured) : NULL;
    unsigned int expected = 0;
    unsigned int issues = 0xffff;
    struct carp_adv adv;

    memset(&adv, 0xa5, sizeof(adv));
    g_assert_cmpint(carp_adv_decode(copy, captured, on_wire, &adv, &issues), ==,
                    CARP_ERR_TRUNCATED);
    expected |= on_wire < CARP_ADV_LEN ? CARP_ISSUE_SHORT : 0u;
    expected |= captured < on_wire ? CARP_ISSUE_CAPTURE : 0u;
    g_assert_cmphex(issues, ==, expected);
    g_assert_cmpuint(adv.version, ==, captured > 0 ? 2 : 0);
    g_assert_cmpuint(adv.vhid, ==, captured > 1 ? 44 : 0);
    g_assert_cmphex(adv.checksum, ==, captured > 7 ? 0x2fc4 : 0);
    g_assert_true((adv.counter != 0) == (captured > 15));
    g_assert_cmpuint(adv.md[0], ==, 0);
    g_assert_cmpuint(adv.md[19], ==, 0);
    g_free(copy);
}

static void
test_adv_lengths(void)
{
    struct packet p = {{0}, 0};
    struct carp_adv adv;
    unsigned int issues;

    packet_hex(&p, ADVERT "00");
    for (size_t n = 0; n < CARP_ADV_LEN; n++) {
        check_cut(&p, n, CARP_ADV_LEN);
        check_cut(&p, n, n);
    }
    check_cut(&p, 10, 20);
    g_assert_cmpint(carp_adv_decode(p.data, 36, 37, &adv, &issues), ==,
                    CARP_OK);
    g_assert_cmphex(issues, ==, CARP_ISSUE_TRAILING);
    g_assert_cmpint(carp_adv_decode(p.data, 37, 37, &adv, &issues), ==,
                    CARP_OK);
    g_assert_cmphex(issues, ==, CARP_ISSUE_TRAILING);
    g_assert_cmpint(carp_adv_decode(p.data, 37, 20, &adv, &issues), ==,
                    CARP_ERR_TRUNCATED);
    g_assert_cmphex(issues, ==, CARP_ISSUE_SHORT);
}

static void
test_reader_is_sticky(void)
{
    static const uint8_t data[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct carp_reader r = carp_reader_init(data, sizeof(data));

    g_assert_cmphex(carp_get_u64(&r), ==, 0x0102030405060708);
    g_assert_cmpuint(carp_reader_left(&r), ==, 1);
    g_assert_cmphex(carp_get_u16(&r), ==, 0);
    g_assert_true(r.failed);
    /* What was left is gone: no field slips into the place of another. */
    g_assert_cmphex(carp_get_u8(&r), ==, 0);
}

static void
test_reader_parts(void)
{
    static const uint8_t data[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct carp_reader r = carp_reader_init(data, sizeof(data));
    struct carp_reader part;

    g_assert_true(carp_split(&r, 4, &part));
    g_assert_cmphex(carp_get_u32(&part), ==, 0x01020304);
    g_assert_false(part.failed);
    g_assert_cmphex(carp_get_u8(&part), ==, 0);
    g_assert_true(part.failed);
    g_assert_cmpuint(carp_reader_rest(&r, 3).len, ==, 3);
    g_assert_cmpuint(carp_reader_rest(&r, 99).len, ==, 5);
    g_assert_false(carp_split(&r, SIZE_MAX, &part));
    g_assert_true(r.failed);
    g_assert_cmpuint(part.len, ==, 0);
}

/* Every value has its own text, and values from elsewhere do no harm. */
static void
test_texts(void)
{
    g_autoptr(GHashTable) seen =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint added = 0;

    for (int i = CARP_OK; i >= CARP_ERR_FULL - 1; i--, added++) {
        const char *text = carp_status_text((enum carp_status)i);

        g_hash_table_add(seen, g_strdup(text));
    }
    for (unsigned int i = 0; i < 10; i++, added++) {
        const char *text = carp_issue_text((enum carp_issue)(1u << i));

        g_hash_table_add(seen, g_strdup(text));
    }
    for (int i = 0; i <= CARP_FRAME_TRUNCATED + 1; i++, added++) {
        const char *text = carp_frame_kind_text((enum carp_frame_kind)i);

        g_hash_table_add(seen, g_strdup(text));
    }
    g_assert_cmpuint(g_hash_table_size(seen), ==, added);
}

static void
test_time(void)
{
    g_assert_cmpuint(256 * CARP_SKEW_UNIT, ==, CARP_SEC);
    g_assert_cmpuint(carp_time_add(CARP_SEC, 5), ==, 1000000005);
    g_assert_cmpuint(carp_time_add(CARP_NEVER, 0), ==, CARP_NEVER);
    g_assert_cmpuint(carp_time_add(0, CARP_NEVER), ==, CARP_NEVER);
    g_assert_cmpuint(carp_time_add(CARP_NEVER - 1, 2), ==, CARP_NEVER);
    g_assert_cmpuint(carp_time_since(3, 5), ==, 0);
    g_assert_cmpuint(carp_time_since(5, 3), ==, 2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/checksum", test_checksum);
    g_test_add_func("/adv/fields", test_adv_fields);
    g_test_add_func("/adv/encode", test_adv_encode);
    g_test_add_func("/adv/layout", test_adv_layout);
    g_test_add_func("/adv/one-issue-each", test_adv_one_issue_each);
    g_test_add_func("/adv/lengths", test_adv_lengths);
    g_test_add_func("/reader/sticky", test_reader_is_sticky);
    g_test_add_func("/reader/parts", test_reader_parts);
    g_test_add_func("/texts", test_texts);
    g_test_add_func("/time", test_time);
    return g_test_run();
}
