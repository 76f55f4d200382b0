/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file rng.h
 * A small random generator (splitmix64): one seed gives the same numbers on
 * every system, for ever. Not for secrets.
 */
#ifndef CARPINJECT_RNG_H
#define CARPINJECT_RNG_H

#include <stdint.h>

struct inj_rng {
    uint64_t state;
};

static inline void
inj_rng_seed(struct inj_rng *rng, uint64_t seed)
{
    rng->state = seed;
}

static inline uint64_t
inj_rng_next(struct inj_rng *rng)
{
    uint64_t z = (rng->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/** A number below @p bound, which is not 0. Slightly uneven for huge bounds:
 * good enough here. */
static inline uint64_t
inj_rng_below(struct inj_rng *rng, uint64_t bound)
{
    return inj_rng_next(rng) % bound;
}

#endif
