/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file build.h
 * From a spec to octets: libnet builds Ethernet, 802.1Q and IP around
 * libcarp's advert; what libnet cannot express is patched afterwards. No
 * network, no privileges.
 */
#ifndef CARPINJECT_BUILD_H
#define CARPINJECT_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/auth.h>
#include <carp/time.h>

#include "field.h"
#include "spec.h"

/** One frame, ready to go. */
struct inj_frame {
    carp_time at; /**< since the start of the plan */
    size_t len;
    struct inj_layout layout;
    uint8_t octets[INJ_FRAME_MAX];
};

struct inj_builder;

/** NULL when libnet cannot be had (no memory). */
struct inj_builder *inj_builder_new(void);
void inj_builder_free(struct inj_builder *builder);

/**
 * Build one advert.
 * @param auth of inj_spec_auth()
 * @param counter sent and signed; spec.counter is the plan's business
 * @param ip_id for profiles that send a random one, unless given
 * @return false when it does not fit or libnet refuses: see error
 */
bool inj_build_advert(struct inj_builder *builder, const struct inj_spec *spec,
                      const struct carp_auth *auth, uint64_t counter,
                      uint16_t ip_id, struct inj_frame *frame);
/** Who has @p target? An ARP request or a neighbour solicitation. */
bool inj_build_who_has(struct inj_builder *builder, const struct carp_mac *mac,
                       const struct carp_addr *source,
                       const struct carp_addr *target, struct inj_frame *frame);
/** An IPv4 echo request. */
bool inj_build_echo(struct inj_builder *builder, const struct carp_mac *from,
                    const struct carp_mac *to, const struct carp_addr *source,
                    const struct carp_addr *target, uint16_t id,
                    uint16_t sequence, struct inj_frame *frame);
/** Where adverts of the spec go and come from. */
struct carp_addr inj_spec_dest(const struct inj_spec *spec);
struct carp_addr inj_spec_source(const struct inj_spec *spec);
/** The MAC of a multicast group; ff:ff:ff:ff:ff:ff for anything else. */
struct carp_mac inj_mac_of_group(const struct carp_addr *dest);

/** Why the last build failed; one line. */
const char *inj_builder_error(const struct inj_builder *builder);

/** New counter in a built advert: digest and checksum follow, unless the
 * spec gives them. Cheap: no libnet. */
void inj_frame_recount(struct inj_frame *frame, const struct inj_spec *spec,
                       const struct carp_auth *auth, uint64_t counter);

/**
 * A captured advert as a frame with a layout. Ethernet is kept octet for
 * octet; other link types get a new Ethernet header.
 * @return false when it is no CARP, cut by the capture, or too long
 */
bool inj_frame_from_capture(int link_type, const uint8_t *data, size_t len,
                            size_t on_wire, struct inj_frame *frame);

/**
 * Apply the overrides of @p spec that the frame has a field for (a VLAN tag
 * is added), then make right what follows: virtual MAC of a new vhid, digest
 * when @p auth is not NULL, checksums unless given.
 * @param counter new counter, or NULL to keep it
 */
void inj_frame_rewrite(struct inj_frame *frame, const struct inj_spec *spec,
                       const struct carp_auth *auth, const uint64_t *counter);

#endif
