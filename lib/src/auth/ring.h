/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file ring.h
 * The inside of a ring: rows with what is precomputed of them, chained by
 * vhid in the order in which they were added.
 */
#ifndef CARP_AUTH_RING_H
#define CARP_AUTH_RING_H

#include <stddef.h>
#include <stdint.h>

#include <carp/auth.h>

#include "auth/hashed.h"

#define CARP_RING_MAX 4096
/** Ends a chain. */
#define CARP_RING_NONE UINT16_MAX

struct carp_ring_auth {
    struct carp_auth auth;
    uint8_t profile;
    uint8_t lladdr;
};

struct carp_ring_entry {
    struct carp_ring_row row;
    struct carp_pads pads;
    uint16_t next;      /**< row of the same vhid, or CARP_RING_NONE */
    uint16_t first_key; /**< first row that has the same key */
    uint8_t auth_count; /**< 0 when the row has no addresses */
    struct carp_ring_auth auths[];
};

/** Entries never move: pointers to rows stay valid, and growing the ring
 * leaves no copies of keys behind. */
struct carp_ring {
    size_t count, room;
    struct carp_ring_entry **entries;
    uint16_t first[256], last[256]; /**< chain of each vhid */
};

/** All the ways in which a node with this row may hash. */
struct carp_hashing carp_ring_hashing(const struct carp_ring_row *row);

#endif
