/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file frame.h
 * A simulated advert as the frame that its system would send, signed.
 */
#ifndef SIM_FRAME_H
#define SIM_FRAME_H

#include <carp/auth.h>

#include "world.h"

/** Ethernet, IPv6 and an advert. */
#define SIM_FRAME_MAX (14 + 40 + CARP_ADV_LEN)

/** The password of every simulated group. */
#define SIM_PASSWORD "carpsim"

/** The authenticator of a scenario's group: vhid, SIM_PASSWORD, the virtual
 * addresses 10.83.0.100 and, if any node has IPv6, fd83::100. Clear it. */
void sim_auth(const struct sim_scenario *s, struct carp_auth *auth);

/** @return octets written to @p out */
size_t sim_frame(const struct sim_scenario *s, const struct carp_auth *auth,
                 const struct sim_advert *advert, uint16_t ip_id,
                 uint8_t out[SIM_FRAME_MAX]);

/** A gratuitous ARP request for 10.83.0.100, the Ethernet source as the node's
 * system has it. */
size_t sim_announcement(const struct sim_scenario *s, unsigned int node,
                        uint8_t out[SIM_FRAME_MAX]);

#endif
