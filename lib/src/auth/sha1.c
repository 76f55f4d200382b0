/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/sha1.h"

#include <carp/key.h>

#include <string.h>

/* The compression alone is part of the API that OpenSSL 3 calls deprecated.
 * No other one of its interfaces gives a midstate at the price of one. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "auth/octets.h"

void
carp_sha1_start(uint32_t state[CARP_SHA1_WORDS])
{
    static const uint32_t initial[CARP_SHA1_WORDS] = {
        0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0,
    };

    memcpy(state, initial, sizeof(initial));
}

void
carp_sha1_block(uint32_t state[CARP_SHA1_WORDS],
                const uint8_t block[CARP_SHA1_BLOCK])
{
    SHA_CTX ctx;

    /* Only h0 to h4 take part, and they come first: zeroing the rest would
     * cost a third of the compression. */
    memcpy(&ctx, state, CARP_SHA1_WORDS * sizeof(state[0]));
    SHA1_Transform(&ctx, block);
    memcpy(state, &ctx, CARP_SHA1_WORDS * sizeof(state[0]));
    carp_wipe(&ctx, CARP_SHA1_WORDS * sizeof(state[0]));
}

void
carp_sha1_hmac_end(uint32_t md[CARP_SHA1_WORDS],
                   const uint32_t inner[CARP_SHA1_WORDS],
                   const uint32_t outer[CARP_SHA1_WORDS], const uint8_t *tail,
                   size_t blocks)
{
    /* Together, so that one wipe does. */
    struct {
        SHA_CTX ctx;
        uint64_t outer[CARP_SHA1_BLOCK / 8];
    } s;

    memcpy(&s.ctx, inner, CARP_SHA1_WORDS * sizeof(inner[0]));
    for (size_t i = 0; i < blocks; i++) {
        SHA1_Transform(&s.ctx, tail + i * CARP_SHA1_BLOCK);
    }
    /* The outer message: a digest behind the key pad, 84 octets in all. */
    s.outer[0] = carp_net64((uint64_t)s.ctx.h0 << 32 | s.ctx.h1);
    s.outer[1] = carp_net64((uint64_t)s.ctx.h2 << 32 | s.ctx.h3);
    s.outer[2] = carp_net64((uint64_t)s.ctx.h4 << 32 | 0x80000000);
    s.outer[3] = 0;
    s.outer[4] = 0;
    s.outer[5] = 0;
    s.outer[6] = 0;
    s.outer[7] = carp_net64(84 * 8);
    memcpy(&s.ctx, outer, CARP_SHA1_WORDS * sizeof(outer[0]));
    SHA1_Transform(&s.ctx, (const unsigned char *)s.outer);
    memcpy(md, &s.ctx, CARP_SHA1_WORDS * sizeof(md[0]));
    carp_wipe(&s, sizeof(s));
}
