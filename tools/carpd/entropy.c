/* SPDX-License-Identifier: BSD-2-Clause */
#include "entropy.h"

#include <sys/random.h>

#include <glib.h>

uint64_t
entropy_u64(void)
{
    uint64_t value = 0;
    if (getrandom(&value, sizeof(value), 0) != (ssize_t)sizeof(value)) {
        /* Not before the pool is filled: a counter needs no secrecy. */
        value = (uint64_t)g_random_int() << 32 | g_random_int();
    }
    return value;
}
