/* SPDX-License-Identifier: BSD-2-Clause */
#include "entropy.h"

#include <sys/random.h>

#include <glib.h>

/* One system call for so many adverts. */
static uint64_t pool[32];
static size_t left;

uint64_t
entropy_u64(void)
{
    if (left == 0 &&
        getrandom(pool, sizeof(pool), 0) == (ssize_t)sizeof(pool)) {
        left = G_N_ELEMENTS(pool);
    }
    if (left == 0) {
        /* Not before the pool is filled: a counter needs no secrecy. */
        return (uint64_t)g_random_int() << 32 | g_random_int();
    }
    return pool[--left];
}
