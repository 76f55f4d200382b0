/* SPDX-License-Identifier: BSD-2-Clause */
/* carpinject: from names and values to octets. */
#include <json-glib/json-glib.h>

#include "inject.h"
#include "show.h"

/* Which octets of two frames differ, and the field's value in the second. */
static void
check_override(enum inj_field field, uint8_t family)
{
    static const char *const values[][2] = {
        [INJ_NUMBER] = {"1", "0"},
        [INJ_HEX] = {"0x9", "0x6"},
        [INJ_MAC] = {"02:11:22:33:44:55", "fe:dc:ba:98:76:54"},
        [INJ_ADDRESS] = {"198.51.100.77", "203.0.113.3"},
        [INJ_OCTETS] = {"000102030405060708090a0b0c0d0e0f10111213",
                        "ff000000000000000000000000000000000000ff"}};
    static const char *const v6[] = {"2001:db8::77", "fe80::3"};
    const struct inj_field_info *info = inj_field_info(field);
    for (size_t i = 0; i < 2; i++) {
        struct inj_spec spec = inject_spec();
        struct inj_frame frame;
        char text[INJ_VALUE_TEXT];
        const char *value = values[info->kind][i];
        if (info->kind == INJ_ADDRESS && family == CARP_IPV6) {
            value = v6[i];
        }
        inject_set(&spec, "family", family == CARP_IPV6 ? "ipv6" : "ipv4");
        inject_set(&spec, info->name, value);
        inject_build(&spec, &frame);
        g_assert_true(inj_field_present(&frame.layout, frame.len, field));
        struct inj_value got =
            inj_field_get(frame.octets, &frame.layout, field);
        inj_value_format(field, family, &got, text);
        if (info->kind == INJ_HEX) {
            g_assert_cmphex(got.number, ==, g_ascii_strtoull(value, NULL, 16));
        } else {
            g_assert_cmpstr(text, ==, value);
        }
    }
}

static void
test_overrides(void)
{
    static const uint8_t families[] = {CARP_IPV4, CARP_IPV6};
    for (size_t f = 0; f < 2; f++) {
        for (unsigned int i = 0; i < INJ_FIELD_COUNT; i++) {
            const struct inj_field_info *info =
                inj_field_info((enum inj_field)i);
            unsigned int bits =
                families[f] == CARP_IPV6 ? info->v6.bits : info->v4.bits;
            if (bits > 0) {
                check_override((enum inj_field)i, families[f]);
            }
        }
    }
}

/* What libcarp's own reader makes of them. */
static void
test_parsed(void)
{
    static const char *const settings[][2] = {{"vhid", "77"},
                                              {"advskew", "100"},
                                              {"advbase", "3"},
                                              {"demote", "9"},
                                              {"authlen", "0"},
                                              {"type", "2"},
                                              {"ttl", "64"},
                                              {"tos", "0x20"},
                                              {"ip-id", "0xbeef"},
                                              {"source", "10.1.2.3"},
                                              {"dest", "10.1.2.4"},
                                              {"vlan", "300"},
                                              {"eth-src", "02:00:00:00:00:07"},
                                              {"inner-vlan", "12"}};
    struct inj_spec spec = inject_spec();
    struct inj_frame frame;
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
        inject_set(&spec, settings[i][0], settings[i][1]);
    }
    inject_build(&spec, &frame);
    struct carp_frame parsed = inject_parse(&frame);
    const struct carp_adv *adv = &parsed.u.adv;
    g_assert_cmpint(parsed.kind, ==, CARP_FRAME_CARP);
    g_assert_cmpuint(adv->vhid, ==, 77);
    g_assert_cmpuint(adv->advskew, ==, 100);
    g_assert_cmpuint(adv->advbase, ==, 3);
    g_assert_cmpuint(adv->demote, ==, 9);
    g_assert_cmpuint(adv->authlen, ==, 0);
    g_assert_cmpuint(adv->type, ==, 2);
    g_assert_cmphex(adv->counter, ==, 0x1234);
    g_assert_cmpuint(parsed.ttl, ==, 64);
    g_assert_cmpuint(parsed.tos, ==, 0x20);
    g_assert_cmpuint(parsed.ip_id, ==, 0xbeef);
    g_assert_cmpuint(parsed.vlan, ==, 300);
    g_assert_cmpuint(parsed.inner_vlan, ==, 12);
    g_assert_cmpuint(parsed.src_mac.octets[5], ==, 7);
    g_assert_cmpuint(parsed.src.octets[3], ==, 3);
    g_assert_cmpuint(parsed.dst.octets[3], ==, 4);
    g_assert_cmphex(parsed.issues, ==,
                    CARP_ISSUE_TTL | CARP_ISSUE_TYPE | CARP_ISSUE_AUTHLEN);
    g_assert_true(inject_verifies(&frame));
}

static void
test_wrong(void)
{
    struct inj_frame frame;
    struct inj_spec spec = inject_spec();
    inject_build(&spec, &frame);
    g_assert_cmphex(inject_parse(&frame).issues, ==, 0);
    g_assert_true(inject_verifies(&frame));
    g_assert_cmpuint(carp_checksum(frame.octets + 14, 20), ==, 0);

    inject_set(&spec, "checksum", "bad");
    inject_build(&spec, &frame);
    g_assert_cmphex(inject_parse(&frame).issues, ==, CARP_ISSUE_CHECKSUM);
    g_assert_true(inject_verifies(&frame));

    spec = inject_spec();
    inject_set(&spec, "digest", "bad");
    inject_set(&spec, "ip-checksum", "bad");
    inject_build(&spec, &frame);
    g_assert_cmphex(inject_parse(&frame).issues, ==, 0);
    g_assert_false(inject_verifies(&frame));
    g_assert_cmpuint(carp_checksum(frame.octets + 14, 20), !=, 0);

    spec = inject_spec();
    inject_set(&spec, "hash-vhid", "9");
    inject_build(&spec, &frame);
    g_assert_false(inject_verifies(&frame));
}

static void
test_lengths(void)
{
    struct inj_frame frame;
    struct inj_spec spec = inject_spec();
    inject_set(&spec, "payload-len", "20");
    inject_build(&spec, &frame);
    g_assert_cmpuint(frame.len, ==, 54);
    g_assert_cmphex(inject_parse(&frame).issues & CARP_ISSUE_SHORT, ==,
                    CARP_ISSUE_SHORT);
    inject_set(&spec, "payload-len", "36");
    inject_set(&spec, "trailer-hex", "c0ffee");
    inject_build(&spec, &frame);
    g_assert_cmpuint(frame.len, ==, 73);
    g_assert_cmphex(frame.octets[72], ==, 0xee);
    g_assert_cmphex(inject_parse(&frame).issues, ==, CARP_ISSUE_TRAILING);
    g_assert_true(inject_verifies(&frame));
    inject_set(&spec, "payload-len", "0");
    inject_set(&spec, "trailer-hex", "");
    inject_build(&spec, &frame);
    g_assert_cmpuint(frame.len, ==, 34);
}

static void
test_profiles(void)
{
    static const struct {
        const char *name;
        uint8_t tos, mac5;
        uint16_t id;
    } rows[] = {{"freebsd", 0xe0, 1, 0},
                {"netbsd", 0x10, 1, 0},
                {"openbsd", 0x10, 1, 7},
                {"ucarp", 0x10, 0, 7}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct inj_spec spec = inject_spec();
        struct inj_frame frame;
        inject_set(&spec, "profile", rows[i].name);
        inject_build(&spec, &frame);
        struct carp_frame parsed = inject_parse(&frame);
        g_assert_cmphex(parsed.tos, ==, rows[i].tos);
        g_assert_cmphex(parsed.src_mac.octets[4], ==, rows[i].mac5);
        g_assert_cmphex(parsed.ip_id, ==, rows[i].id);
        g_assert_true(parsed.dont_fragment);
    }
}

/* ---------------------------------------------------------------- vectors */

static void
check_vector(JsonObject *v, struct inj_builder *builder)
{
    JsonArray *addresses = json_object_get_array_member(v, "addresses");
    struct inj_spec spec;
    struct inj_frame frame;
    struct carp_auth auth;
    struct jsonl json;
    char *counter = g_strdup_printf(
        "0x%s", json_object_get_string_member(v, "counter_hex"));
    inj_spec_init(&spec);
    inject_set(&spec, "key-hex", json_object_get_string_member(v, "key_hex"));
    inject_set(&spec, "profile", json_object_get_string_member(v, "profile"));
    inject_set(&spec, "counter", counter);
    for (guint i = 0; i < json_array_get_length(addresses); i++) {
        inject_set(&spec, "address",
                   json_array_get_string_element(addresses, i));
    }
    if (json_object_has_member(v, "hashed_lladdr")) {
        inject_set(&spec, "lladdr",
                   json_object_get_string_member(v, "hashed_lladdr"));
    }
    spec.given |= INJ_BIT(INJ_VHID);
    spec.value[INJ_VHID].number =
        (uint64_t)json_object_get_int_member(v, "vhid");
    inj_spec_auth(&spec, &auth);
    g_assert_true(
        inj_build_advert(builder, &spec, &auth, spec.counter, 0, &frame));
    jsonl_init(&json);
    inj_show_json(&json, &frame, 1);
    g_autoptr(JsonParser) parser = json_parser_new();
    g_assert_true(json_parser_load_from_data(parser, json.text->str, -1, NULL));
    JsonObject *shown = json_node_get_object(json_parser_get_root(parser));
    g_assert_cmpstr(json_object_get_string_member(shown, "digest_hex"), ==,
                    json_object_get_string_member(v, "md_hex"));
    g_assert_cmpstr(json_object_get_string_member(shown, "counter"), ==,
                    counter);
    jsonl_clear(&json);
    g_free(counter);
}

static void
test_vectors(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    struct inj_builder *builder = inj_builder_new();
    g_assert_true(json_parser_load_from_file(
        parser, CARP_TEST_DATA "/hmac-vectors.json", NULL));
    JsonArray *vectors = json_object_get_array_member(
        json_node_get_object(json_parser_get_root(parser)), "vectors");
    g_assert_cmpuint(json_array_get_length(vectors), ==, 254);
    for (guint i = 0; i < json_array_get_length(vectors); i++) {
        check_vector(json_array_get_object_element(vectors, i), builder);
    }
    inj_builder_free(builder);
}

/* ------------------------------------------------------------------ errors */

static void
test_bad_values(void)
{
    static const char *const rows[][3] = {
        {"ttl", "256", "outside 0 to 255"},
        {"ttl", "-1", "not a number"},
        {"ttl", " 1", "not a number"},
        {"vlan", "4096", "outside 0 to 4095"},
        {"checksum", "wrong", "nor 'bad'"},
        {"digest", "00", "40 hexadecimal digits"},
        {"eth-src", "02:00", "not a MAC"},
        {"source", "10.0.0.0/8", "not an IP address"},
        {"address", "10.0.0.1/33", "prefix length"},
        {"counter", "0x12345678901234567", "64 bits"},
        {"profile", "linux", "one of freebsd"},
        {"family", "5", "ipv4 or ipv6"},
        {"key-hex", "00", "40 hexadecimal digits"},
        {"trailer-hex", "0", "pairs"},
        {"payload-len", "9999", "outside"},
        {"colour", "1", "no such field"}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct inj_spec spec;
        inj_spec_init(&spec);
        char *wrong = inj_spec_set(&spec, rows[i][0], rows[i][1]);
        g_assert_nonnull(wrong);
        if (strstr(wrong, rows[i][2]) == NULL ||
            !g_str_has_prefix(wrong, rows[i][0]) ||
            strchr(wrong, '\n') != NULL) {
            g_error("%s=%s says '%s'", rows[i][0], rows[i][1], wrong);
        }
        g_free(wrong);
    }
}

static void
test_contradictions(void)
{
    static const char *const rows[][5] = {
        {"source", "fe80::1", "dest", "224.0.0.18", "IPv6 address"},
        {"source", "fe80::1", "ip-id", "1", "no such field"},
        {"family", "ipv4", "flow-label", "1", "no such field"},
        {"password", "12345678901234567890", "profile", "ucarp", "1 to 19"},
        {"eth-src", "real", "vhid", "1", "needs an interface"}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct inj_spec spec;
        inj_spec_init(&spec);
        inject_set(&spec, rows[i][0], rows[i][1]);
        inject_set(&spec, rows[i][2], rows[i][3]);
        char *wrong = inj_spec_check(&spec);
        g_assert_nonnull(wrong);
        g_assert_nonnull(strstr(wrong, rows[i][4]));
        g_free(wrong);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inject/build/overrides", test_overrides);
    g_test_add_func("/inject/build/parsed", test_parsed);
    g_test_add_func("/inject/build/wrong", test_wrong);
    g_test_add_func("/inject/build/lengths", test_lengths);
    g_test_add_func("/inject/build/profiles", test_profiles);
    g_test_add_func("/inject/build/vectors", test_vectors);
    g_test_add_func("/inject/build/bad-values", test_bad_values);
    g_test_add_func("/inject/build/contradictions", test_contradictions);
    return g_test_run();
}
