/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one authenticator costs, beside what the CPU could do and beside the
 * ways OpenSSL offers. Measured in turns, so that all of them see the same
 * machine; the least time of each counts.
 *
 *   bench_hmac [ROUNDS]      NAME NANOSECONDS, one a line
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The compression and HMAC() are what is compared with. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include <carp/auth.h>

#define TURN 20000u
/* type, version, vhid, one IPv4 address, counter */
#define MESSAGE_LEN (3 + 4 + 8)

struct bench {
    struct carp_key key;
    struct carp_auth auth;
    uint8_t message[MESSAGE_LEN];
    uint8_t md[CARP_MD_LEN];
    EVP_MAC_CTX *mac;
    EVP_MD_CTX *digest;
    uint64_t counter;
    unsigned int sink; /* keeps the work from being optimised away */
};

struct method {
    const char *name;
    void (*run)(struct bench *b);
    double best;
};

static void
fail(const char *what)
{
    fprintf(stderr, "bench_hmac: %s\n", what);
    exit(1);
}

/* The limit: two compressions, each of which needs the one before. */
static void
run_sha1_block(struct bench *b)
{
    static const uint8_t block[SHA_CBLOCK] = {1};
    SHA_CTX ctx;
    SHA1_Init(&ctx);
    for (unsigned int i = 0; i < TURN; i++) {
        SHA1_Transform(&ctx, block);
        SHA1_Transform(&ctx, block);
    }
    b->sink += ctx.h0;
}

/* The same inside one long message: no call in between. */
static void
run_sha1_stream(struct bench *b)
{
    static uint8_t data[64 * SHA_CBLOCK];
    SHA_CTX ctx;
    SHA1_Init(&ctx);
    for (unsigned int i = 0; i < TURN / 32; i++) {
        SHA1_Update(&ctx, data, sizeof(data));
    }
    b->sink += ctx.h0;
}

/* Two compressions as EVP gives them: one digest of 119 octets, padded. */
static void
run_evp_digest(struct bench *b)
{
    static const uint8_t data[119] = {1};
    for (unsigned int i = 0; i < TURN; i++) {
        if (EVP_DigestInit_ex2(b->digest, NULL, NULL) != 1 ||
            EVP_DigestUpdate(b->digest, data, sizeof(data)) != 1 ||
            EVP_DigestFinal_ex(b->digest, b->md, NULL) != 1) {
            fail("EVP_Digest failed");
        }
        b->sink += b->md[0];
    }
}

static void
run_verify(struct bench *b)
{
    for (unsigned int i = 0; i < TURN; i++) {
        b->sink += carp_auth_verify(&b->auth, b->counter++, b->md);
    }
}

static void
set_counter(struct bench *b)
{
    b->counter++;
    memcpy(b->message + MESSAGE_LEN - 8, &b->counter, 8);
}

static void
evp_mac(struct bench *b, const uint8_t *key, size_t key_len)
{
    size_t len = 0;
    for (unsigned int i = 0; i < TURN; i++) {
        set_counter(b);
        if (EVP_MAC_init(b->mac, key, key_len, NULL) != 1 ||
            EVP_MAC_update(b->mac, b->message, MESSAGE_LEN) != 1 ||
            EVP_MAC_final(b->mac, b->md, &len, sizeof(b->md)) != 1) {
            fail("EVP_MAC failed");
        }
        b->sink += b->md[0];
    }
}

/* The context keeps what the key makes of it. */
static void
run_evp_mac(struct bench *b)
{
    evp_mac(b, NULL, 0);
}

/* The key is given each time, as it must be with several keys. */
static void
run_evp_mac_key(struct bench *b)
{
    evp_mac(b, b->key.octets, CARP_KEY_LEN);
}

static void
run_hmac(struct bench *b)
{
    for (unsigned int i = 0; i < TURN; i++) {
        set_counter(b);
        HMAC(EVP_sha1(), b->key.octets, CARP_KEY_LEN, b->message, MESSAGE_LEN,
             b->md, NULL);
        b->sink += b->md[0];
    }
}

static void
set_up(struct bench *b)
{
    const uint8_t v4[4] = {10, 0, 0, 1};
    struct carp_addr addr = carp_addr_v4(v4);
    struct carp_addrs addrs = {0};
    char sha1[] = "SHA1";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha1, 0),
        OSSL_PARAM_construct_end()};
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    memset(b, 0, sizeof(*b));
    if (carp_key_from_password(&b->key, "secret", 6, CARP_KEY_RULE_BSD) !=
            CARP_OK ||
        carp_addrs_add(&addrs, &addr) != CARP_OK ||
        carp_auth_init(&b->auth, &b->key, 1, &addrs, CARP_PROFILE_FREEBSD,
                       NULL) != CARP_OK) {
        fail("cannot prepare an authenticator");
    }
    b->mac = EVP_MAC_CTX_new(hmac);
    b->digest = EVP_MD_CTX_new();
    if (b->mac == NULL || b->digest == NULL ||
        EVP_MAC_init(b->mac, b->key.octets, CARP_KEY_LEN, params) != 1 ||
        EVP_DigestInit_ex2(b->digest, EVP_sha1(), NULL) != 1) {
        fail("cannot prepare OpenSSL");
    }
    EVP_MAC_free(hmac);
    memcpy(b->message, "\x02\x01\x01\x0a\x00\x00\x01", 7);
}

/* All of them compute the same digest, or the comparison is void. */
static void
check_same(struct bench *b)
{
    uint8_t expected[CARP_MD_LEN];
    uint8_t counter[8] = {0, 0, 0, 0, 0, 0, 0, 1};
    size_t len = 0;
    memcpy(b->message + MESSAGE_LEN - 8, counter, 8);
    if (EVP_MAC_update(b->mac, b->message, MESSAGE_LEN) != 1 ||
        EVP_MAC_final(b->mac, expected, &len, sizeof(expected)) != 1) {
        fail("EVP_MAC failed");
    }
    if (!carp_auth_verify(&b->auth, 1, expected)) {
        fail("libcarp and OpenSSL differ");
    }
}

static double
now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

int
main(int argc, char **argv)
{
    static struct method methods[] = {
        {"sha1_two_blocks", run_sha1_block, 0},
        {"sha1_two_blocks_streamed", run_sha1_stream, 0},
        {"sha1_two_blocks_evp", run_evp_digest, 0},
        {"carp_auth_verify", run_verify, 0},
        {"evp_mac_reinit", run_evp_mac, 0},
        {"evp_mac_reinit_with_key", run_evp_mac_key, 0},
        {"hmac_one_shot", run_hmac, 0},
    };
    const size_t count = sizeof(methods) / sizeof(methods[0]);
    int rounds = argc > 1 ? atoi(argv[1]) : 15;
    struct bench b;
    set_up(&b);
    check_same(&b);
    for (int round = 0; round < rounds; round++) {
        for (size_t i = 0; i < count; i++) {
            double start = now_ns();
            methods[i].run(&b);
            double each = (now_ns() - start) / TURN;
            if (round == 0 || each < methods[i].best) {
                methods[i].best = each;
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        printf("%s %.1f\n", methods[i].name, methods[i].best);
    }
    EVP_MAC_CTX_free(b.mac);
    EVP_MD_CTX_free(b.digest);
    carp_auth_clear(&b.auth);
    carp_key_clear(&b.key);
    return b.sink == 0;
}
