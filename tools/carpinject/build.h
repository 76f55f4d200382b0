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
 * @param counter unless the spec gives INJ_COUNTER
 * @param ip_id for profiles that send a random one, unless given
 * @return false when it does not fit or libnet refuses: see error
 */
bool inj_build_advert(struct inj_builder *builder,
                      const struct inj_spec *spec,
                      const struct carp_auth *auth, uint64_t counter,
                      uint16_t ip_id, struct inj_frame *frame);
/** Who has @p target? An ARP request or a neighbour solicitation. */
bool inj_build_who_has(struct inj_builder *builder,
                       const struct carp_mac *mac,
                       const struct carp_addr *source,
                       const struct carp_addr *target,
                       struct inj_frame *frame);
/** An IPv4 echo request. */
bool inj_build_echo(struct inj_builder *builder, const struct carp_mac *from,
                    const struct carp_mac *to, const struct carp_addr *source,
                    const struct carp_addr *target, uint16_t id,
                    uint16_t sequence, struct inj_frame *frame);
/** Why the last build failed; one line. */
const char *inj_builder_error(const struct inj_builder *builder);

/** New counter in a built advert: digest and checksum follow, unless the
 * spec gives them. Cheap: no libnet. */
void inj_frame_recount(struct inj_frame *frame, const struct inj_spec *spec,
                       const struct carp_auth *auth, uint64_t counter);

/**
 * A captured Ethernet frame of protocol 112 (any other link type is wrapped
 * in a new Ethernet header) as a frame with a layout.
 * @return false when it is not one, or too long
 */
bool inj_frame_from_capture(int link_type, const uint8_t *data, size_t len,
                            size_t on_wire, struct inj_frame *frame);
/** Apply the overrides of @p spec; sign anew when it has a key; make right
 * again what follows from that (checksums, virtual MAC for a new vhid). */
void inj_frame_rewrite(struct inj_frame *frame, const struct inj_spec *spec,
                       const struct carp_auth *auth, bool new_counter,
                       uint64_t counter);

#endif
