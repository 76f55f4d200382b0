/* SPDX-License-Identifier: BSD-2-Clause */
/* No branch and no address depends on a digest or a key. Run under valgrind,
 * for which secrets are marked as undefined memory: memcheck reports each
 * conditional jump and each access that depends on them. The library's files
 * are compiled in without sanitizers, which memcheck cannot run. */
#include <stdio.h>
#include <string.h>

#include <glib.h>
#include <valgrind/memcheck.h>

#include <carp/auth.h>

#define SKIPPED 77

struct scene {
    struct carp_auth auth;
    uint8_t md[CARP_MD_LEN];
};

static void
scene_init(struct scene *s, const char *password)
{
    struct carp_key key;
    struct carp_addrs addrs = {.count = 0};
    struct carp_addr addr;
    g_assert_cmpint(carp_addr_parse("10.79.0.50", &addr, NULL), ==, CARP_OK);
    g_assert_cmpint(carp_addrs_add(&addrs, &addr), ==, CARP_OK);
    g_assert_cmpint(carp_key_from_password(&key, password, strlen(password),
                                           CARP_KEY_RULE_BSD),
                    ==, CARP_OK);
    g_assert_cmpint(
        carp_auth_init(&s->auth, &key, 79, &addrs, CARP_PROFILE_FREEBSD, NULL),
        ==, CARP_OK);
    carp_auth_digest(&s->auth, 7, s->md);
}

/* Marks what the caller may know as known. */
static bool
known(bool answer)
{
    VALGRIND_MAKE_MEM_DEFINED(&answer, sizeof(answer));
    return answer;
}

static unsigned int
errors(void)
{
    return VALGRIND_COUNT_ERRORS;
}

/* What would be wrong is reported, so that silence means something. */
static void
test_control(void)
{
    struct scene s;
    scene_init(&s, "control");
    uint8_t copy[CARP_MD_LEN];
    memcpy(copy, s.md, sizeof(copy));
    VALGRIND_MAKE_MEM_UNDEFINED(s.md, sizeof(s.md));
    unsigned int before = errors();
    bool is_equal = known(memcmp(s.md, copy, sizeof(copy)) == 0);
    g_assert_true(is_equal);
    g_assert_cmpuint(errors(), >, before);
}

static void
test_verify(void)
{
    for (size_t i = 0; i <= CARP_MD_LEN; i++) {
        struct scene s;
        scene_init(&s, "secret");
        if (i < CARP_MD_LEN) {
            s.md[i] ^= 1;
        }
        /* The state from which the right digest is computed is the secret. */
        VALGRIND_MAKE_MEM_UNDEFINED(s.auth.inner, sizeof(s.auth.inner));
        VALGRIND_MAKE_MEM_UNDEFINED(s.auth.outer, sizeof(s.auth.outer));
        unsigned int before = errors();
        bool is_right = known(carp_auth_verify(&s.auth, 7, s.md));
        g_assert_cmpuint(errors(), ==, before);
        g_assert_true(is_right == (i == CARP_MD_LEN));
        carp_auth_clear(&s.auth);
        g_assert_cmpuint(errors(), ==, before);
    }
}

static void
test_key(void)
{
    struct carp_key a;
    struct carp_key b;
    g_assert_cmpint(carp_key_from_password(&a, "one", 3, CARP_KEY_RULE_BSD), ==,
                    CARP_OK);
    for (size_t i = 0; i <= CARP_KEY_LEN; i++) {
        b = a;
        if (i < CARP_KEY_LEN) {
            b.octets[i] ^= 1;
        }
        VALGRIND_MAKE_MEM_UNDEFINED(b.octets, sizeof(b.octets));
        unsigned int before = errors();
        bool is_equal = known(carp_key_equal(&a, &b));
        g_assert_cmpuint(errors(), ==, before);
        g_assert_true(is_equal == (i == CARP_KEY_LEN));
    }
}

/* Making the state from a key, and signing. */
static void
test_sign(void)
{
    struct carp_key key;
    struct carp_addrs addrs = {.count = 0};
    struct carp_auth auth;
    uint8_t md[CARP_MD_LEN];
    g_assert_cmpint(carp_key_from_password(&key, "one", 3, CARP_KEY_RULE_BSD),
                    ==, CARP_OK);
    VALGRIND_MAKE_MEM_UNDEFINED(key.octets, sizeof(key.octets));
    unsigned int before = errors();
    enum carp_status status =
        carp_auth_init(&auth, &key, 1, &addrs, CARP_PROFILE_FREEBSD, NULL);
    carp_auth_digest(&auth, 7, md);
    g_assert_cmpuint(errors(), ==, before);
    g_assert_cmpint(status, ==, CARP_OK);
    /* The secret has reached the digest: the marks were not lost. */
    g_assert_cmpuint(VALGRIND_CHECK_MEM_IS_DEFINED(md, sizeof(md)), !=, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (!RUNNING_ON_VALGRIND) {
        puts("1..0 # SKIP not under valgrind");
        return SKIPPED;
    }
    g_test_add_func("/constant-time/control", test_control);
    g_test_add_func("/constant-time/verify", test_verify);
    g_test_add_func("/constant-time/key", test_key);
    g_test_add_func("/constant-time/sign", test_sign);
    return g_test_run();
}
