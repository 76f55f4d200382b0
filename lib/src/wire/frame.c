/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/frame.h>

#include "wire/frame_parse.h"

#define ETHERNET_HEADER 14
#define SLL_HEADER 16
#define SLL2_HEADER 20

#define TYPE_IPV4 0x0800
#define TYPE_ARP 0x0806
#define TYPE_8021Q 0x8100
#define TYPE_IPV6 0x86dd
#define TYPE_8021AD 0x88a8
#define TYPE_QINQ 0x9100
#define TYPE_QINQ_2 0x9200
#define VLAN_ID_MASK 0x0fff

#define ARPHRD_NETLINK 824

static bool
is_vlan(uint16_t type)
{
    return type == TYPE_8021Q || type == TYPE_8021AD || type == TYPE_QINQ ||
           type == TYPE_QINQ_2;
}

/* Each turn reads four octets or ends, so the capture bounds the loop. */
static enum carp_status
skip_vlans(struct carp_parse *p, uint16_t *type)
{
    for (unsigned int depth = 0; is_vlan(*type); depth++) {
        uint16_t id = carp_get_u16(&p->in) & VLAN_ID_MASK;

        *type = carp_get_u16(&p->in);
        if (p->in.failed) {
            return carp_parse_cut(p->out);
        }
        if (depth == 0) {
            p->out->vlan = id;
        } else if (depth == 1) {
            p->out->inner_vlan = id;
        }
    }
    return CARP_OK;
}

/* Values up to 1500 are the length of an LLC frame: not for us. */
static enum carp_status
parse_ethertype(struct carp_parse *p, uint16_t type)
{
    if (is_vlan(type)) {
        enum carp_status status = skip_vlans(p, &type);

        if (status != CARP_OK) {
            return status;
        }
    }
    switch (type) {
    case TYPE_IPV4:
        return carp_parse_ipv4(p);
    case TYPE_IPV6:
        return carp_parse_ipv6(p);
    case TYPE_ARP:
        return carp_parse_arp(p);
    default:
        return CARP_OK;
    }
}

static enum carp_status
parse_ethernet(struct carp_parse *p)
{
    struct carp_frame *f = p->out;
    struct carp_reader r;

    if (!carp_split(&p->in, ETHERNET_HEADER, &r)) {
        return carp_parse_cut(f);
    }
    f->has_mac = true;
    f->has_dst_mac = true;
    carp_get_bytes(&r, f->dst_mac.octets, 6);
    carp_get_bytes(&r, f->src_mac.octets, 6);
    return parse_ethertype(p, carp_get_u16(&r));
}

/* The rest of a cooked header, once its fields are read in their order. */
static enum carp_status
parse_cooked(struct carp_parse *p, uint16_t hardware, uint16_t type,
             size_t address_len, const uint8_t address[8])
{
    if (address_len == 6) {
        p->out->has_mac = true;
        memcpy(p->out->src_mac.octets, address, 6);
    }
    /* Netlink's protocol field holds a netlink family. */
    return hardware == ARPHRD_NETLINK ? CARP_OK : parse_ethertype(p, type);
}

static enum carp_status
parse_sll(struct carp_parse *p)
{
    struct carp_reader r;
    uint16_t hardware, len;
    uint8_t address[8];

    if (!carp_split(&p->in, SLL_HEADER, &r)) {
        return carp_parse_cut(p->out);
    }
    carp_skip(&r, 2); /* direction */
    hardware = carp_get_u16(&r);
    len = carp_get_u16(&r);
    carp_get_bytes(&r, address, sizeof(address));
    return parse_cooked(p, hardware, carp_get_u16(&r), len, address);
}

static enum carp_status
parse_sll2(struct carp_parse *p)
{
    struct carp_reader r;
    uint16_t hardware, type;
    uint8_t address[8];
    uint8_t len;

    if (!carp_split(&p->in, SLL2_HEADER, &r)) {
        return carp_parse_cut(p->out);
    }
    type = carp_get_u16(&r);
    carp_skip(&r, 2 + 4); /* reserved, interface index */
    hardware = carp_get_u16(&r);
    carp_skip(&r, 1); /* direction */
    len = carp_get_u8(&r);
    carp_get_bytes(&r, address, sizeof(address));
    return parse_cooked(p, hardware, type, len, address);
}

static enum carp_status
parse_family(struct carp_parse *p, uint32_t family)
{
    switch (family) {
    case 2: /* AF_INET everywhere */
        return carp_parse_ipv4(p);
    case 10: /* AF_INET6 of Linux */
    case 24: /* NetBSD, OpenBSD */
    case 28: /* FreeBSD, DragonFly */
    case 30: /* Darwin */
        return carp_parse_ipv6(p);
    default:
        return CARP_OK;
    }
}

static enum carp_status
parse_loopback(struct carp_parse *p, bool network_order)
{
    uint32_t family = carp_get_u32(&p->in);

    if (p->in.failed) {
        return carp_parse_cut(p->out);
    }
    /* A family is below 65536: larger means the other byte order. */
    if (!network_order && family > 0xffff) {
        family = (family >> 24) | (family >> 8 & 0xff00);
    }
    return parse_family(p, family);
}

static enum carp_status
parse_raw(struct carp_parse *p)
{
    struct carp_reader ahead = p->in;
    uint8_t version = carp_get_u8(&ahead) >> 4;

    if (ahead.failed) {
        return carp_parse_cut(p->out);
    }
    if (version == 4) {
        return carp_parse_ipv4(p);
    }
    return version == 6 ? carp_parse_ipv6(p) : CARP_OK;
}

bool
carp_link_known(int link_type)
{
    switch (link_type) {
    case CARP_LINK_NULL:
    case CARP_LINK_ETHERNET:
    case CARP_LINK_RAW_OLD:
    case CARP_LINK_RAW_OPENBSD:
    case CARP_LINK_RAW:
    case CARP_LINK_LOOP:
    case CARP_LINK_SLL:
    case CARP_LINK_IPV4:
    case CARP_LINK_IPV6:
    case CARP_LINK_SLL2:
        return true;
    default:
        return false;
    }
}

static enum carp_status
parse_link(int link_type, struct carp_parse *p)
{
    switch (link_type) {
    case CARP_LINK_ETHERNET:
        return parse_ethernet(p);
    case CARP_LINK_SLL:
        return parse_sll(p);
    case CARP_LINK_SLL2:
        return parse_sll2(p);
    case CARP_LINK_NULL:
        return parse_loopback(p, false);
    case CARP_LINK_LOOP:
        return parse_loopback(p, true);
    case CARP_LINK_RAW_OLD:
    case CARP_LINK_RAW_OPENBSD:
    case CARP_LINK_RAW:
        return parse_raw(p);
    case CARP_LINK_IPV4:
        return carp_parse_ipv4(p);
    case CARP_LINK_IPV6:
        return carp_parse_ipv6(p);
    default:
        return CARP_ERR_LINKTYPE;
    }
}

enum carp_status
carp_frame_parse(int link_type, const uint8_t *data, size_t captured,
                 size_t on_wire, struct carp_frame *frame)
{
    struct carp_parse p = {
        carp_reader_init(data, captured),
        on_wire > captured ? on_wire : captured,
        frame,
    };

    /* Most frames are of no interest: do not pay for clearing the union. */
    memset(frame, 0, offsetof(struct carp_frame, u));
    return parse_link(link_type, &p);
}

const char *
carp_frame_kind_text(enum carp_frame_kind kind)
{
    switch (kind) {
    case CARP_FRAME_OTHER:
        return "other";
    case CARP_FRAME_CARP:
        return "CARP";
    case CARP_FRAME_VRRP2:
        return "VRRPv2";
    case CARP_FRAME_VRRP3:
        return "VRRPv3";
    case CARP_FRAME_P112:
        return "protocol 112";
    case CARP_FRAME_ARP:
        return "ARP";
    case CARP_FRAME_NS:
        return "neighbour solicitation";
    case CARP_FRAME_NA:
        return "neighbour advertisement";
    case CARP_FRAME_IGMP:
        return "IGMP";
    case CARP_FRAME_MLD:
        return "MLD";
    case CARP_FRAME_FRAGMENT:
        return "fragment";
    case CARP_FRAME_TRUNCATED:
        return "truncated";
    }
    return "unknown";
}
