/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file learn.h
 * The addresses of a vhid, as the wire shows them (docs/ALERTS.md,
 * Learning).
 *
 * A vhid's addresses are announced: with its virtual MAC, or, by ucarp and
 * others without one, with the new master's own MAC at a take-over. Which of
 * them are hashed only a right digest proves, so that a key is needed to be
 * sure.
 */
#ifndef CARP_LEARN_H
#define CARP_LEARN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/auth.h>
#include <carp/export.h>
#include <carp/profile.h>
#include <carp/time.h>
#include <carp/track.h>

CARP_BEGIN_DECLS

/** How an address was seen to belong to a vhid. Bits. */
enum carp_learnt_evidence {
    /** ARP or a neighbour advertisement binds it to the virtual MAC. */
    CARP_LEARNT_VIRTUAL_MAC = 1u << 0,
    /** A gratuitous ARP or an unsolicited neighbour advertisement with a
     * real MAC within 3 s of a take-over. */
    CARP_LEARNT_TAKEOVER = 1u << 1
};

/** One address of a vhid. */
struct carp_learnt_address {
    struct carp_addr address;
    unsigned int evidence; /**< mask of enum carp_learnt_evidence */
    bool is_hashed;        /**< a right digest covers it: confirmed */
    uint64_t count;        /**< announcements seen */
    carp_time first, last; /**< instants of the first and last of them */
    uint64_t frame;        /**< number of the last one */
    struct carp_mac mac;   /**< that the last one gave */
};

/**
 * Address @p number that was learnt for a view's vhid, in the order of
 * appearance; both families are told for either view of a vhid.
 * @return false beyond the last view or address
 */
CARP_API bool carp_track_learnt_address(struct carp_track *track, size_t index,
                                        unsigned int number,
                                        struct carp_learnt_address *out);

/** What a carp.conf section of a vhid needs. No secrets inside. */
struct carp_learnt_set {
    uint16_t segment, vlan;
    uint8_t vhid;
    /** The digests prove exactly @p addresses, with @p profile; else they
     * are all that was learnt, and the profile is AUTO. */
    bool is_confirmed;
    struct carp_addrs addresses; /**< ascending */
    enum carp_profile_id profile;
    uint16_t row;             /**< confirmed: the ring's row that verified */
    bool has_lladdr;          /**< confirmed: OpenBSD hashes … */
    struct carp_mac lladdr;   /**< … this MAC */
    struct carp_addr master;  /**< now or last; family none if none */
    uint8_t advbase, advskew; /**< of that master */
};

/**
 * The address set of a view's vhid: the same for both of its families.
 * @return false beyond the last view
 */
CARP_API bool carp_track_learnt_set(struct carp_track *track, size_t index,
                                    struct carp_learnt_set *out);

CARP_END_DECLS

#endif
