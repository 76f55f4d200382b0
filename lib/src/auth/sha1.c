/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/sha1.h"

#include <string.h>

/* The compression alone is part of the API that OpenSSL 3 calls deprecated.
 * No other one of its interfaces gives a midstate at the price of one. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

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

    /* Only h0 to h4 take part: zeroing the rest would cost a third of the
     * compression. */
    ctx.h0 = state[0];
    ctx.h1 = state[1];
    ctx.h2 = state[2];
    ctx.h3 = state[3];
    ctx.h4 = state[4];
    SHA1_Transform(&ctx, block);
    state[0] = ctx.h0;
    state[1] = ctx.h1;
    state[2] = ctx.h2;
    state[3] = ctx.h3;
    state[4] = ctx.h4;
    OPENSSL_cleanse(&ctx.h0, sizeof(ctx.h0) * CARP_SHA1_WORDS);
}
