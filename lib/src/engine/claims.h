/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who announced each virtual address last: "address is at MAC", from ARP and
 * neighbour advertisements. An index over all groups finds the vhid of an
 * announced address at the price of a hash.
 */
#ifndef CARP_CLAIMS_H
#define CARP_CLAIMS_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/auth.h>
#include <carp/time.h>

#include "names.h"

enum { CLAIMS_MAX = 32, SPOTS_LEAST = 256, SPOTS_MOST = 65536 };

/* How sure it is that an address belongs to the group. */
enum claim_right {
    CLAIM_GUESSED, /* announced when a master without virtual MAC took over */
    CLAIM_VIRTUAL, /* at the group's virtual MAC */
    CLAIM_PROVED   /* configured, and the digest is right */
};

struct claim {
    struct carp_addr addr;
    struct carp_mac mac;
    enum claim_right right;
    carp_time time; /* 0: not announced yet */
    uint64_t frame;
};

/* The virtual addresses of a group, learnt or configured. */
struct claims {
    unsigned int count;
    struct claim list[CLAIMS_MAX];
};

struct spot {
    uint32_t group; /* index + 1; 0: free */
    uint32_t slot;
};

struct carp_track;
struct carp_packet;
struct group;

/* @p seen is an address of the group; a time other than 0 says that it was
 * announced so. */
void claims_add(struct carp_track *track, struct group *group,
                const struct claim *seen);
/* Whether another group of the segment and VLAN has the address, too. */
bool claims_shared(const struct carp_track *track, const struct group *group,
                   const struct carp_addr *addr);
/* It is none after all. */
void claims_drop(struct group *group, const struct carp_addr *addr);
/* The addresses of a row whose digest is right. */
void claims_configured(struct carp_track *track, struct group *group,
                       const struct carp_addrs *addrs);
/* Somebody announced @p seen: whichever groups have the address are told. */
void claims_note(struct carp_track *track, const struct carp_packet *packet,
                 const struct claim *seen);
void claims_free(struct carp_track *track);

#endif
