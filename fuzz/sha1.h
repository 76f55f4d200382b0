/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file sha1.h
 * HMAC-SHA1 as the standards describe it, slow and plain, to judge libcarp's:
 * it shares no line with lib/ and does not use OpenSSL.
 */
#ifndef FUZZ_SHA1_H
#define FUZZ_SHA1_H

#include <stddef.h>
#include <stdint.h>

/** FIPS 180-4. @p len at most SHA1_MOST. */
void sha1(const uint8_t *data, size_t len, uint8_t digest[20]);
/** RFC 2104. @p len at most SHA1_MOST - 64. */
void sha1_hmac(const uint8_t *key, size_t key_len, const uint8_t *data,
               size_t len, uint8_t digest[20]);
#define SHA1_MOST 4096

#endif
