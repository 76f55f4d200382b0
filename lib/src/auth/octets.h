/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file octets.h
 * Numbers in network order, for what is hashed. Spelt out, each of these
 * becomes a single instruction.
 */
#ifndef CARP_AUTH_OCTETS_H
#define CARP_AUTH_OCTETS_H

#include <stdint.h>
#include <string.h>

static inline uint32_t
carp_load32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           (uint32_t)p[3];
}

static inline uint64_t
carp_load64(const uint8_t *p)
{
    return (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 | (uint64_t)p[2] << 40 |
           (uint64_t)p[3] << 32 | (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 |
           (uint64_t)p[6] << 8 | (uint64_t)p[7];
}

/** The number whose octets in memory are @p value in network order. */
static inline uint64_t
carp_net64(uint64_t value)
{
    uint8_t octets[8];

    memcpy(octets, &value, sizeof(octets));
    return carp_load64(octets);
}

static inline void
carp_store32(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)(value >> 24);
    p[1] = (uint8_t)(value >> 16);
    p[2] = (uint8_t)(value >> 8);
    p[3] = (uint8_t)value;
}

static inline void
carp_store64(uint8_t *p, uint64_t value)
{
    p[0] = (uint8_t)(value >> 56);
    p[1] = (uint8_t)(value >> 48);
    p[2] = (uint8_t)(value >> 40);
    p[3] = (uint8_t)(value >> 32);
    p[4] = (uint8_t)(value >> 24);
    p[5] = (uint8_t)(value >> 16);
    p[6] = (uint8_t)(value >> 8);
    p[7] = (uint8_t)value;
}

#endif
