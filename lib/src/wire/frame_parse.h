/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file frame_parse.h
 * What the three layers of carp_frame_parse() share: link (frame.c), IP
 * (frame_ip.c), and what IP carries (frame_upper.c, classify.c).
 *
 * Each layer sets frame->kind. CARP_ERR_TRUNCATED goes with kind TRUNCATED.
 */
#ifndef CARP_WIRE_FRAME_PARSE_H
#define CARP_WIRE_FRAME_PARSE_H

#include <carp/frame.h>

#include "wire/bytes.h"

/* IP protocol numbers. */
#define CARP_PROTO_IGMP 2
#define CARP_PROTO_ICMPV6 58
#define CARP_PROTO_CARP 112

struct carp_parse {
    struct carp_reader in;
    size_t on_wire; /* of the whole frame; >= in.len */
    struct carp_frame *out;
};

static inline enum carp_status
carp_parse_cut(struct carp_frame *frame)
{
    frame->kind = CARP_FRAME_TRUNCATED;
    return CARP_ERR_TRUNCATED;
}

/** Packets that start at the reader's position. */
enum carp_status carp_parse_ipv4(struct carp_parse *p);
enum carp_status carp_parse_ipv6(struct carp_parse *p);
enum carp_status carp_parse_arp(struct carp_parse *p);

/** The payload of IP, the reader's position; addresses are already set. */
enum carp_status carp_parse_upper(struct carp_parse *p, uint8_t proto);
/** The same, but only a part of it. */
enum carp_status carp_parse_fragment(struct carp_parse *p, uint8_t proto);

/**
 * What a whole payload of protocol 112 is.
 * @param frame family, src, dst and payload_wire are set
 * @param payload what is captured of it
 * @return CARP, VRRP2, VRRP3, P112, or TRUNCATED when too little is captured
 */
enum carp_frame_kind carp_classify_p112(const struct carp_frame *frame,
                                        struct carp_reader payload);

#endif
