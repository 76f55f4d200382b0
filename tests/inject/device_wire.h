/* SPDX-License-Identifier: BSD-2-Clause */
/** @file device_wire.h Octets of the simulated device: its own reader, and
 * its announcements. */
#ifndef TESTS_DEVICE_WIRE_H
#define TESTS_DEVICE_WIRE_H

#include "device.h"

enum dev_kind { DEV_OTHER = 0, DEV_ADVERT, DEV_WHO_HAS };

/** What came, as far as a receiver looks. */
struct dev_seen {
    enum dev_kind kind;
    struct carp_mac eth_src;
    struct carp_addr src, dst; /**< of an advert; who asks */
    struct carp_addr target;   /**< of a question */
    uint8_t ttl, tos;
    bool has_df;
    const uint8_t *carp; /**< the payload of IP */
    size_t len;          /**< as the IP header says, at most what came */
};

void dev_read(const uint8_t *octets, size_t len, struct dev_seen *seen);
uint64_t dev_counter(const struct dev_seen *seen);
/** RFC 1071 over the advert's 36 octets: 0 when right. */
unsigned int dev_sum(const uint8_t *octets, size_t len);

/** ARP with sender @p vip. @p to NULL: gratuitous, to all. */
void dev_build_arp(struct dev_frame *frame, bool is_reply,
                   const struct carp_mac *mac, const struct carp_addr *vip,
                   const struct dev_seen *to);
/** A neighbour advertisement. @p to NULL: unsolicited, to ff02::1. */
void dev_build_na(struct dev_frame *frame, const struct carp_mac *mac,
                  const struct carp_addr *vip, bool overrides,
                  const struct dev_seen *to);

#endif
