/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file frame.h
 * From a captured frame to what CARP tools care about (PROTOCOL 1.3-1.5).
 *
 * One bounds-checked parser for all link types. It never follows a length
 * that the capture does not hold, never allocates, and looks only at what
 * the tools need: CARP, VRRP, ARP, neighbour discovery, IGMP and MLD.
 */
#ifndef CARP_FRAME_H
#define CARP_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/adv.h>
#include <carp/export.h>
#include <carp/status.h>

CARP_BEGIN_DECLS

/** Link types, numbered as in pcap files (LINKTYPE_*). */
enum carp_link {
    CARP_LINK_NULL = 0, /**< BSD loopback, family in the capturer's order */
    CARP_LINK_ETHERNET = 1,
    CARP_LINK_RAW_OLD = 12, /**< DLT_RAW where it is 12 */
    CARP_LINK_RAW_OPENBSD = 14,
    CARP_LINK_RAW = 101,
    CARP_LINK_LOOP = 108, /**< OpenBSD loopback, family in network order */
    CARP_LINK_SLL = 113,  /**< Linux "any" device */
    CARP_LINK_IPV4 = 228,
    CARP_LINK_IPV6 = 229,
    CARP_LINK_SLL2 = 276
};

/** True when carp_frame_parse() knows the link type. */
CARP_API bool carp_link_known(int link_type);

enum carp_frame_kind {
    CARP_FRAME_OTHER = 0, /**< nothing we look at */
    CARP_FRAME_CARP,      /**< adv and issues are set */
    CARP_FRAME_VRRP2,     /**< vrrp is set */
    CARP_FRAME_VRRP3,     /**< vrrp is set */
    CARP_FRAME_P112,      /**< protocol 112 but neither CARP nor VRRP */
    CARP_FRAME_ARP,       /**< arp is set */
    CARP_FRAME_NS,        /**< nd is set: neighbour solicitation */
    CARP_FRAME_NA,        /**< nd is set: neighbour advertisement */
    CARP_FRAME_IGMP,      /**< group is set */
    CARP_FRAME_MLD,       /**< group is set */
    CARP_FRAME_FRAGMENT,  /**< a fragment of protocol 112; not reassembled */
    CARP_FRAME_TRUNCATED  /**< the capture ends before the kind is known */
};

/** An ARP packet for IPv4 over Ethernet. */
struct carp_arp {
    uint16_t op; /**< 1 request, 2 reply */
    struct carp_mac sender_mac, target_mac;
    struct carp_addr sender, target;
};

/** A neighbour solicitation or advertisement. */
struct carp_nd {
    struct carp_addr target;
    bool has_lladdr; /**< the link-layer address option is there */
    struct carp_mac lladdr;
    bool router, solicited, override; /**< NA flags */
};

/** A VRRP advertisement, as far as sharing a segment with CARP needs it. */
struct carp_vrrp {
    uint8_t version, vrid, priority, count;
    uint16_t interval_cs; /**< centiseconds; VRRPv2's seconds times 100 */
};

/** A group management message. */
struct carp_group {
    uint8_t type;  /**< IGMP or ICMPv6 type */
    bool is_query; /**< a general or group query */
    /** Among all groups of the message is 224.0.0.18 or ff02::12, and the
     * sender says that it listens to it (joins_carp) or no longer does
     * (leaves_carp). Records that the capture cut off are not there. */
    bool joins_carp, leaves_carp;
    bool asks_carp;         /**< a query for one of them */
    struct carp_addr group; /**< first or only group; family none if none */
};

struct carp_frame {
    enum carp_frame_kind kind;
    bool has_mac; /**< src_mac (and for Ethernet dst_mac) are known */
    bool has_dst_mac;
    struct carp_mac src_mac, dst_mac;
    uint16_t vlan;             /**< outermost VLAN id, 0 when untagged */
    uint16_t inner_vlan;       /**< second tag (QinQ), 0 when none */
    uint8_t family;            /**< enum carp_family; NONE for ARP and others */
    struct carp_addr src, dst; /**< IP addresses */
    uint8_t ttl;               /**< TTL or hop limit */
    uint8_t tos;               /**< TOS octet or traffic class */
    uint16_t ip_id;            /**< IPv4 only */
    bool dont_fragment;        /**< IPv4 only */
    bool has_options;          /**< IPv4 options or IPv6 extension headers */
    unsigned int issues;       /**< enum carp_issue, with CARP_ISSUE_TTL */
    size_t payload_off;  /**< where the payload of IP starts in the frame */
    size_t payload_len;  /**< captured octets of it */
    size_t payload_wire; /**< octets the IP header promises */
    union {
        struct carp_adv adv;
        struct carp_vrrp vrrp;
        struct carp_arp arp;
        struct carp_nd nd;
        struct carp_group group;
    } u; /**< which one: see kind */
};

/**
 * Parse one captured frame.
 *
 * Protocol 112 is CARP when its payload is exactly 36 octets, the first
 * octet 0x21 and authlen 7; VRRPv2 and VRRPv3 when length and count agree;
 * the checksum settles what is left (PROTOCOL 1.5). Faulty CARP is still
 * CARP, with bits in issues. A CARP advert cut by the capture is CARP with
 * CARP_ISSUE_CAPTURE when the first four octets and the lengths say so.
 *
 * @param link_type enum carp_link
 * @param data, captured the octets of the capture
 * @param on_wire the frame's real length; taken as captured if smaller
 * @param[out] frame always defined; kind CARP_FRAME_OTHER and
 *             CARP_FRAME_TRUNCATED need no further look
 * @return CARP_OK; CARP_ERR_LINKTYPE: say so once and stop reading this
 *         source; CARP_ERR_TRUNCATED: headers are cut (kind TRUNCATED)
 */
CARP_API CARP_NODISCARD enum carp_status
carp_frame_parse(int link_type, const uint8_t *data, size_t captured,
                 size_t on_wire, struct carp_frame *frame);

/** Name of a kind, such as "CARP" or "VRRPv2"; never NULL. */
CARP_API const char *carp_frame_kind_text(enum carp_frame_kind kind);

CARP_END_DECLS

#endif
