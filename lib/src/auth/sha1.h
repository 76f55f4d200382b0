/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file sha1.h
 * The bare SHA-1 compression. All hashing of libcarp goes through these
 * functions, so that another implementation can take their place.
 */
#ifndef CARP_AUTH_SHA1_H
#define CARP_AUTH_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define CARP_SHA1_BLOCK 64
#define CARP_SHA1_WORDS 5

/** Set @p state to SHA-1's initial value. */
void carp_sha1_start(uint32_t state[CARP_SHA1_WORDS]);
/** Compress one block into @p state. Leaves no copy of the state behind. */
void carp_sha1_block(uint32_t state[CARP_SHA1_WORDS],
                     const uint8_t block[CARP_SHA1_BLOCK]);
/**
 * The end of an HMAC: two compressions for one block.
 * @param inner, outer the states behind the key pads and full blocks
 * @param tail, blocks the rest of the message, padded
 * @param[out] md the digest as words: a secret
 */
void carp_sha1_hmac_end(uint32_t md[CARP_SHA1_WORDS],
                        const uint32_t inner[CARP_SHA1_WORDS],
                        const uint32_t outer[CARP_SHA1_WORDS],
                        const uint8_t *tail, size_t blocks);

#endif
