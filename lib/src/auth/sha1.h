/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file sha1.h
 * The bare SHA-1 compression. All hashing of libcarp goes through these two
 * functions, so that another implementation can take their place.
 */
#ifndef CARP_AUTH_SHA1_H
#define CARP_AUTH_SHA1_H

#include <stdint.h>

#define CARP_SHA1_BLOCK 64
#define CARP_SHA1_WORDS 5

/** Set @p state to SHA-1's initial value. */
void carp_sha1_start(uint32_t state[CARP_SHA1_WORDS]);
/** Compress one block into @p state. Leaves no copy of the state behind. */
void carp_sha1_block(uint32_t state[CARP_SHA1_WORDS],
                     const uint8_t block[CARP_SHA1_BLOCK]);

#endif
