/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include <carp/auth.h>

#include "auth_fixture.h"

/* ---------------------------------------------------------------- vectors */

static JsonParser *
load_vectors(void)
{
    JsonParser *parser = json_parser_new();
    GError *error = NULL;

    json_parser_load_from_file(parser, CARP_TEST_DATA "/hmac-vectors.json",
                               &error);
    g_assert_no_error(error);
    return parser;
}

static JsonObject *
root_of(JsonParser *parser)
{
    return json_node_get_object(json_parser_get_root(parser));
}

static void
from_hex(const char *hex, uint8_t *out, size_t len)
{
    g_assert_cmpuint(strlen(hex), ==, 2 * len);
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)(g_ascii_xdigit_value(hex[2 * i]) << 4 |
                           g_ascii_xdigit_value(hex[2 * i + 1]));
    }
}

static struct carp_addrs
json_addrs(JsonObject *object)
{
    JsonArray *array = json_object_get_array_member(object, "addresses");
    struct carp_addrs addrs = {0};

    for (guint i = 0; i < json_array_get_length(array); i++) {
        const struct carp_addr addr =
            fix_addr(json_array_get_string_element(array, i));

        g_assert_cmpint(carp_addrs_add(&addrs, &addr), ==, CARP_OK);
    }
    return addrs;
}

static void
check_vector(JsonObject *v)
{
    const struct carp_addrs addrs = json_addrs(v);
    const char *name = json_object_get_string_member(v, "profile");
    const guint8 vhid = (guint8)json_object_get_int_member(v, "vhid");
    const bool has_mac = json_object_has_member(v, "hashed_lladdr");
    struct carp_mac mac = {{0}};
    enum carp_profile_id profile;
    struct carp_auth auth;
    struct carp_key key;
    uint64_t counter;
    uint8_t right[CARP_MD_LEN], md[CARP_MD_LEN], octets[8];

    g_assert_cmpint(carp_profile_by_name(name, &profile), ==, CARP_OK);
    g_assert_cmpint(
        carp_key_from_hex(&key, json_object_get_string_member(v, "key_hex")),
        ==, CARP_OK);
    if (has_mac) {
        from_hex(json_object_get_string_member(v, "hashed_lladdr"), mac.octets,
                 sizeof(mac.octets));
    }
    from_hex(json_object_get_string_member(v, "counter_hex"), octets, 8);
    from_hex(json_object_get_string_member(v, "md_hex"), right, CARP_MD_LEN);
    memcpy(&counter, octets, sizeof(counter));
    counter = GUINT64_FROM_BE(counter);
    g_assert_cmpint(carp_auth_init(&auth, &key, vhid, &addrs, profile,
                                   has_mac ? &mac : NULL),
                    ==, CARP_OK);
    carp_auth_digest(&auth, counter, md);
    fix_same(md, right, CARP_MD_LEN);
    g_assert_true(carp_auth_verify(&auth, counter, right));
    g_assert_false(carp_auth_verify(&auth, counter ^ 1, right));
    for (size_t i = 0; i < CARP_MD_LEN; i++) {
        right[i] ^= 0x01;
        g_assert_false(carp_auth_verify(&auth, counter, right));
        right[i] ^= 0x01;
    }
    carp_auth_clear(&auth);
    g_assert_cmpuint(auth.tail_blocks, ==, 0);
}

static void
test_vectors(void)
{
    g_autoptr(JsonParser) parser = load_vectors();
    JsonArray *vectors =
        json_object_get_array_member(root_of(parser), "vectors");

    g_assert_cmpuint(json_array_get_length(vectors), ==, 254);
    for (guint i = 0; i < json_array_get_length(vectors); i++) {
        check_vector(json_array_get_object_element(vectors, i));
    }
}

static void
check_loading(JsonObject *v, const char *member, enum carp_key_rule rule)
{
    const char *password = json_object_get_string_member(v, "password");
    const size_t len = strlen(password);
    struct carp_key key, right;

    if (json_object_get_null_member(v, member)) {
        g_assert_cmpint(carp_key_from_password(&key, password, len, rule), ==,
                        CARP_ERR_KEY);
        return;
    }
    g_assert_cmpint(carp_key_from_password(&key, password, len, rule), ==,
                    CARP_OK);
    g_assert_cmpint(
        carp_key_from_hex(&right, json_object_get_string_member(v, member)), ==,
        CARP_OK);
    g_assert_true(carp_key_equal(&key, &right));
    g_assert_cmpuint(key.password_len, ==, len);
    fix_same(key.password, password, len);
}

static void
test_key_loading_vectors(void)
{
    g_autoptr(JsonParser) parser = load_vectors();
    JsonArray *vectors =
        json_object_get_array_member(root_of(parser), "key_loading_vectors");

    g_assert_cmpuint(json_array_get_length(vectors), ==, 5);
    for (guint i = 0; i < json_array_get_length(vectors); i++) {
        JsonObject *v = json_array_get_object_element(vectors, i);

        check_loading(v, "openbsd_freebsd14", CARP_KEY_RULE_BSD);
        check_loading(v, "netbsd", CARP_KEY_RULE_NETBSD);
        check_loading(v, "ucarp", CARP_KEY_RULE_UCARP);
    }
}

static void
test_live_captures(void)
{
    g_autoptr(JsonParser) parser = load_vectors();
    JsonObject *live =
        json_object_get_object_member(root_of(parser), "live_captures");
    JsonArray *samples = json_object_get_array_member(live, "samples");
    const struct carp_addrs addrs = json_addrs(live);
    const struct carp_key key = fix_key(
        json_object_get_string_member(live, "password"), CARP_KEY_RULE_UCARP);
    struct carp_auth auth;

    g_assert_cmpint(
        carp_auth_init(&auth, &key, 42, &addrs, CARP_PROFILE_UCARP, NULL), ==,
        CARP_OK);
    g_assert_cmpuint(json_array_get_length(samples), ==, 4);
    for (guint i = 0; i < json_array_get_length(samples); i++) {
        const char *hex = json_object_get_string_member(
            json_array_get_object_element(samples, i), "frame_hex");
        uint8_t frame[14 + 20 + CARP_ADV_LEN];
        struct carp_adv adv;
        unsigned int issues;

        from_hex(hex, frame, sizeof(frame));
        g_assert_cmpint(carp_adv_decode(frame + 34, CARP_ADV_LEN, CARP_ADV_LEN,
                                        &adv, &issues),
                        ==, CARP_OK);
        g_assert_true(carp_auth_verify(&auth, adv.counter, adv.md));
    }
}

/* ------------------------------------------------------------------- keys */

static void
test_key_rules(void)
{
    static const char full[] = "abcdefghijklmnopqrstuvwx";
    struct carp_key key = fix_key(full, CARP_KEY_RULE_RAW);
    struct carp_key other = fix_key(full, CARP_KEY_RULE_BSD);
    uint8_t any[100];

    fix_same(key.octets, full, CARP_KEY_LEN);
    fix_same(other.octets, full, 19);
    g_assert_cmpuint(other.octets[19], ==, 0);
    g_assert_false(carp_key_equal(&key, &other));
    key = fix_key("", CARP_KEY_RULE_BSD);
    other = fix_key("", CARP_KEY_RULE_NETBSD);
    g_assert_true(carp_key_equal(&key, &other));
    g_assert_cmpuint(key.password_len, ==, 0);
    g_assert_cmpint(carp_key_from_password(&key, "", 0, CARP_KEY_RULE_UCARP),
                    ==, CARP_ERR_KEY);
    g_assert_cmpint(carp_key_from_password(&key, NULL, 0, CARP_KEY_RULE_RAW),
                    ==, CARP_OK);
    for (size_t i = 0; i < sizeof(any); i++) {
        any[i] = (uint8_t)i;
    }
    g_assert_cmpint(
        carp_key_from_password(&key, any, sizeof(any), CARP_KEY_RULE_BSD), ==,
        CARP_OK);
    fix_same(key.octets, any, 19);
    g_assert_cmpuint(key.password_len, ==, CARP_PASSWORD_MAX);
    fix_same(key.password, any, CARP_PASSWORD_MAX);
    carp_key_clear(&key);
    memset(any, 0, sizeof(any));
    fix_same(key.password, any, CARP_PASSWORD_MAX);
}

static void
test_key_hex(void)
{
    static const char *const bad[] = {
        "",
        "00",
        "6c6f76650000000000000000000000000000000",
        "6c6f7665000000000000000000000000000000000",
        "6c6f76650000000000000000000000000000000g",
        "6c6f7665 0000000000000000000000000000000"};
    struct carp_key key = fix_key("love", CARP_KEY_RULE_BSD);
    struct carp_key hex;

    g_assert_cmpint(
        carp_key_from_hex(&hex, "6C6f766500000000000000000000000000000000"), ==,
        CARP_OK);
    g_assert_true(carp_key_equal(&key, &hex));
    g_assert_cmpuint(hex.password_len, ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_cmpint(carp_key_from_hex(&hex, bad[i]), ==, CARP_ERR_SYNTAX);
    }
    g_assert_true(carp_key_equal(&key, &hex));
}

/* --------------------------------------------------------------- profiles */

static void
test_profiles(void)
{
    enum carp_profile_id id;

    for (unsigned int i = 0; i < CARP_PROFILE_COUNT; i++) {
        const struct carp_profile *row =
            carp_profile_get((enum carp_profile_id)i);

        g_assert_cmpint(carp_profile_by_name(row->name, &id), ==, CARP_OK);
        g_assert_cmpuint(id, ==, i);
        g_assert_nonnull(row->systems);
        /* Duplicates are found because they are neighbours. */
        g_assert_true(!row->drop_duplicates ||
                      (row->order4 == CARP_ORDER_SORTED &&
                       row->order6 == CARP_ORDER_SORTED));
    }
    g_assert_null(carp_profile_get(CARP_PROFILE_AUTO));
    g_assert_cmpint(carp_profile_by_name("auto", &id), ==, CARP_OK);
    g_assert_cmpuint(id, ==, CARP_PROFILE_AUTO);
    g_assert_cmpint(carp_profile_by_name("openbsd-nov6ll", &id), ==, CARP_OK);
    g_assert_cmpuint(id, ==, CARP_PROFILE_OPENBSD);
    g_assert_cmpint(carp_profile_by_name("solaris", &id), ==, CARP_ERR_SYNTAX);
}

static void
test_lladdr(void)
{
    static const struct {
        const char *mac;
        uint8_t vhid;
        bool is_hashed;
    } cases[] = {
        {"00:00:5e:00:01:01", 1, false}, {"00:00:5e:00:01:ee", 1, false},
        {"01:00:5e:00:01:02", 1, false}, {"02:11:22:33:44:55", 1, true},
        {"00:00:5e:00:02:01", 1, true},  {"00:00:5e:00:00:01", 1, true},
    };
    const struct carp_addrs addrs = fix_addrs("192.0.2.10");
    const struct carp_key key = fix_key("love", CARP_KEY_RULE_BSD);
    uint8_t plain[CARP_MD_LEN], md[CARP_MD_LEN];
    struct carp_auth auth;

    g_assert_cmpint(
        carp_auth_init(&auth, &key, 1, &addrs, CARP_PROFILE_FREEBSD, NULL), ==,
        CARP_OK);
    carp_auth_digest(&auth, 1, plain);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct carp_mac mac = fix_mac(cases[i].mac);

        g_assert_true(carp_lladdr_is_hashed(&mac, cases[i].vhid) ==
                      cases[i].is_hashed);
        for (unsigned int id = 0; id < CARP_PROFILE_COUNT; id++) {
            const bool may = carp_profile_get(id)->may_hash_lladdr;

            g_assert_cmpint(carp_auth_init(&auth, &key, 1, &addrs, id, &mac),
                            ==, CARP_OK);
            carp_auth_digest(&auth, 1, md);
            g_assert_true((memcmp(md, plain, sizeof(md)) != 0) ==
                          (may && cases[i].is_hashed));
        }
    }
    g_assert_cmpint(
        carp_auth_init(&auth, &key, 1, &addrs, CARP_PROFILE_AUTO, NULL), ==,
        CARP_ERR_RANGE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/auth/vectors", test_vectors);
    g_test_add_func("/auth/live-captures", test_live_captures);
    g_test_add_func("/auth/key/loading-vectors", test_key_loading_vectors);
    g_test_add_func("/auth/key/rules", test_key_rules);
    g_test_add_func("/auth/key/hex", test_key_hex);
    g_test_add_func("/auth/profiles", test_profiles);
    g_test_add_func("/auth/lladdr", test_lladdr);
    return g_test_run();
}
