/* SPDX-License-Identifier: BSD-2-Clause */
/* The authenticator against its formula, written a second time by another
 * plan: octet strings in lists, and OpenSSL's own HMAC. */
#include <glib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <carp/auth.h>

#include "auth_fixture.h"

static gint
compare_bytes(gconstpointer a, gconstpointer b)
{
    return g_bytes_compare(*(GBytes *const *)a, *(GBytes *const *)b);
}

static void
append_list(GByteArray *message, GPtrArray *list, bool sorted, bool dedupe)
{
    GBytes *last = NULL;

    if (sorted) {
        g_ptr_array_sort(list, compare_bytes);
    }
    for (guint i = 0; i < list->len; i++) {
        GBytes *bytes = g_ptr_array_index(list, i);
        gsize len;
        const guint8 *octets = g_bytes_get_data(bytes, &len);
        bool is_limit = true;

        for (gsize j = 1; j < len; j++) {
            is_limit = is_limit && octets[j] == octets[0];
        }
        is_limit = is_limit && (octets[0] == 0 || octets[0] == 0xff);
        if (dedupe && (is_limit || (last && g_bytes_equal(last, bytes)))) {
            continue;
        }
        g_byte_array_append(message, octets, (guint)len);
        last = bytes;
    }
}

static void
formula(const struct carp_key *key, uint8_t vhid,
        const struct carp_addrs *addrs, const char *name, uint64_t counter,
        uint8_t md[CARP_MD_LEN])
{
    const bool is_ucarp = g_str_equal(name, "ucarp");
    const bool is_old = g_str_equal(name, "freebsd6");
    const bool is_fly = g_str_equal(name, "dragonfly");
    const bool is_modern = !is_ucarp && !is_old && !is_fly;
    const uint8_t head[] = {2, 1, vhid};
    const uint64_t wire = GUINT64_TO_BE(counter);
    g_autoptr(GByteArray) message = g_byte_array_new();
    g_autoptr(GPtrArray) v4 =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_autoptr(GPtrArray) v6 =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

    for (guint i = 0; i < addrs->count; i++) {
        struct carp_addr addr = addrs->list[i];

        if (addr.family == CARP_IPV4) {
            if (!is_ucarp || v4->len == 0) {
                g_ptr_array_add(v4, g_bytes_new(addr.octets, 4));
            }
            continue;
        }
        if (carp_addr_is_link_local(&addr)) {
            addr.octets[2] = addr.octets[3] = 0;
        }
        if (!is_ucarp &&
            !(carp_addr_is_link_local(&addr) && g_str_equal(name, "openbsd"))) {
            g_ptr_array_add(v6, g_bytes_new(addr.octets, 16));
        }
    }
    g_byte_array_append(message, head, sizeof(head));
    append_list(message, v4, is_modern || is_fly, is_modern);
    append_list(message, v6, is_modern, is_modern);
    g_byte_array_append(message, (const guint8 *)&wire, sizeof(wire));
    g_assert_nonnull(HMAC(EVP_sha1(), key->octets, CARP_KEY_LEN, message->data,
                          message->len, md, NULL));
}

static struct carp_addr
random_addr(void)
{
    static const uint8_t limits[2] = {0x00, 0xff};
    uint8_t octets[16];

    for (size_t i = 0; i < sizeof(octets); i++) {
        octets[i] = (uint8_t)g_test_rand_int_range(0, 256);
    }
    if (g_test_rand_int_range(0, 8) == 0) {
        memset(octets, limits[g_test_rand_int_range(0, 2)], sizeof(octets));
    } else if (octets[0] == 0xff) {
        octets[0] = 0x20;
    } else if (octets[15] < 64) {
        octets[0] = 0xfe;
        octets[1] = 0x80;
    }
    return g_test_rand_bit() ? carp_addr_v4(octets) : carp_addr_v6(octets);
}

static void
check_random_list(const struct carp_key *key, const struct carp_addrs *addrs)
{
    const uint8_t vhid = (uint8_t)g_test_rand_int_range(0, 256);
    const uint64_t counter = (uint64_t)(uint32_t)g_test_rand_int() << 32 |
                             (uint32_t)g_test_rand_int();

    for (unsigned int id = 0; id < CARP_PROFILE_COUNT; id++) {
        uint8_t right[CARP_MD_LEN];
        struct carp_auth auth;

        formula(key, vhid, addrs, carp_profile_get(id)->name, counter, right);
        g_assert_cmpint(carp_auth_init(&auth, key, vhid, addrs, id, NULL), ==,
                        CARP_OK);
        g_assert_true(carp_auth_verify(&auth, counter, right));
    }
}

static void
test_random_lists(void)
{
    for (int round = 0; round < 6; round++) {
        struct carp_addrs addrs = {0};
        struct carp_key key = {{0}, {0}, 0};
        struct carp_addr addr;

        for (size_t i = 0; i < CARP_KEY_LEN; i++) {
            key.octets[i] = (uint8_t)g_test_rand_int_range(0, 256);
        }
        do {
            check_random_list(&key, &addrs);
            addr = addrs.count > 0 && g_test_rand_int_range(0, 6) == 0
                       ? addrs.list[0]
                       : random_addr();
        } while (carp_addrs_add(&addrs, &addr) == CARP_OK);
        g_assert_cmpuint(addrs.count, ==, CARP_ADDRS_MAX);
        g_assert_true(carp_addrs_contain(&addrs, &addrs.list[63]));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hashing/random-lists", test_random_lists);
    return g_test_run();
}
