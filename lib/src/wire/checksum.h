/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file checksum.h
 * The Internet checksum in pieces, for sums that include a pseudo header.
 */
#ifndef CARP_WIRE_CHECKSUM_H
#define CARP_WIRE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/** Add @p len octets to @p sum. Only the last piece may have odd length. */
uint64_t carp_sum_add(uint64_t sum, const uint8_t *data, size_t len);

/** The checksum of what was added: 0 if it held its own right checksum. */
uint16_t carp_sum_finish(uint64_t sum);

#endif
