/* SPDX-License-Identifier: BSD-2-Clause */
#include "sha1.h"

#include <string.h>

static uint32_t
rotate(uint32_t value, unsigned int bits)
{
    return value << bits | value >> (32 - bits);
}

static uint32_t
choose(unsigned int t, const uint32_t v[5])
{
    if (t < 20) {
        return ((v[1] & v[2]) | (~v[1] & v[3]));
    }
    if (t >= 40 && t < 60) {
        return (v[1] & v[2]) | (v[1] & v[3]) | (v[2] & v[3]);
    }
    return v[1] ^ v[2] ^ v[3];
}

static void
add_block(uint32_t state[5], const uint8_t *block)
{
    static const uint32_t constants[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc,
                                          0xca62c1d6};
    uint32_t w[80], v[5];
    for (unsigned int t = 0; t < 16; t++) {
        w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
               (uint32_t)block[4 * t + 2] << 8 | block[4 * t + 3];
    }
    for (unsigned int t = 16; t < 80; t++) {
        w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    }
    memcpy(v, state, sizeof(v));
    for (unsigned int t = 0; t < 80; t++) {
        uint32_t next = (uint32_t)((uint64_t)rotate(v[0], 5) + choose(t, v) +
                                   v[4] + constants[t / 20] + w[t]);
        v[4] = v[3];
        v[3] = v[2];
        v[2] = rotate(v[1], 30);
        v[1] = v[0];
        v[0] = next;
    }
    for (unsigned int i = 0; i < 5; i++) {
        state[i] = (uint32_t)((uint64_t)state[i] + v[i]);
    }
}

void
sha1(const uint8_t *data, size_t len, uint8_t digest[20])
{
    uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
                         0xc3d2e1f0};
    uint8_t message[SHA1_MOST + 128] = {0};
    size_t whole = (len + 9 + 63) / 64 * 64;
    memcpy(message, data, len);
    message[len] = 0x80;
    for (unsigned int i = 0; i < 8; i++) {
        message[whole - 1 - i] = (uint8_t)((uint64_t)len * 8 >> 8 * i);
    }
    for (size_t at = 0; at < whole; at += 64) {
        add_block(state, message + at);
    }
    for (unsigned int i = 0; i < 20; i++) {
        digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
    }
}

void
sha1_hmac(const uint8_t *key, size_t key_len, const uint8_t *data, size_t len,
          uint8_t digest[20])
{
    uint8_t inner[SHA1_MOST], outer[64 + 20], pad[64] = {0};
    if (key_len > sizeof(pad)) {
        sha1(key, key_len, pad);
    } else {
        memcpy(pad, key, key_len);
    }
    for (unsigned int i = 0; i < sizeof(pad); i++) {
        inner[i] = pad[i] ^ 0x36;
        outer[i] = pad[i] ^ 0x5c;
    }
    memcpy(inner + 64, data, len);
    sha1(inner, 64 + len, outer + 64);
    sha1(outer, sizeof(outer), digest);
}
