/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file entropy.h
 * Random numbers from the kernel.
 */
#ifndef CARPD_ENTROPY_H
#define CARPD_ENTROPY_H

#include <stdint.h>

/** For one thread. */
uint64_t entropy_u64(void);

#endif
