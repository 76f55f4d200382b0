/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/sha1.h"

#include <carp/key.h>

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

    /* Only h0 to h4 take part, and they come first: zeroing the rest would
     * cost a third of the compression. */
    memcpy(&ctx, state, CARP_SHA1_WORDS * sizeof(state[0]));
    SHA1_Transform(&ctx, block);
    memcpy(state, &ctx, CARP_SHA1_WORDS * sizeof(state[0]));
    carp_wipe(&ctx, CARP_SHA1_WORDS * sizeof(state[0]));
}
