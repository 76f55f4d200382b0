/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file inventory.h
 * Which ids are in use on a segment, by whom, and which are free (docs/
 * ALERTS.md, Inventory). CARP and VRRP share one number space: an id is one
 * virtual MAC, 00:00:5e:00:01:id.
 */
#ifndef CARP_INVENTORY_H
#define CARP_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/export.h>
#include <carp/time.h>
#include <carp/track.h>

CARP_BEGIN_DECLS

/** Who uses an id. */
enum carp_user {
    CARP_USER_CARP = 0,
    CARP_USER_VRRP2,
    CARP_USER_VRRP3,
    CARP_USER_MAC, /**< only its virtual MAC was seen, no advert */
    CARP_USER_COUNT
};

/** "CARP", "VRRPv2", "VRRPv3", "virtual MAC only"; never NULL. */
CARP_API const char *carp_user_text(enum carp_user user);

/** Most owners that one entry names. */
#define CARP_OWNERS_MAX 8

/** A sender of adverts with the id. */
struct carp_owner {
    struct carp_addr address;
    bool is_master; /**< CARP: now; VRRP: it was the last to advertise */
    carp_time last; /**< instant of its last advert */
    uint8_t advbase, advskew; /**< CARP */
    uint8_t priority;         /**< VRRP */
    enum carp_impl impl;      /**< CARP */
};

/** One id in use by one protocol and family. */
struct carp_in_use {
    uint16_t segment, vlan;
    uint8_t id;
    uint8_t family; /**< enum carp_family; none for CARP_USER_MAC */
    enum carp_user user;
    uint64_t adverts;
    carp_time first, last;    /**< instants; 0 for CARP_USER_MAC */
    unsigned int owner_count; /**< how many of owners are set */
    struct carp_owner owners[CARP_OWNERS_MAX]; /**< the master first, then by
                                                    the last advert */
};

/**
 * All ids in use, in order of segment, VLAN, id, user, family.
 * @param[out] list room for @p most; may be NULL when @p most is 0
 * @return how many there are, also beyond @p most: ask with 0 first. With
 *         too little room the entries left out are any
 */
CARP_API size_t carp_track_inventory(const struct carp_track *track,
                                     struct carp_in_use *list, size_t most);

/**
 * Ids that nobody was seen to use, ascending. Silent BACKUPs and VRRP in
 * other VLANs are not seen: an id is free as far as the observer looked.
 * @return how many of @p ids are set
 */
CARP_API unsigned int carp_track_free_ids(const struct carp_track *track,
                                          uint16_t segment, uint16_t vlan,
                                          uint8_t ids[255]);

CARP_END_DECLS

#endif
