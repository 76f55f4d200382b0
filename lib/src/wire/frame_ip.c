/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/frame_parse.h"

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define IPV4_DF 0x4000
#define IPV4_MF 0x2000
#define IPV4_OFFSET_MASK 0x1fff

#define NEXT_HOP_BY_HOP 0
#define NEXT_ROUTING 43
#define NEXT_FRAGMENT 44
#define NEXT_AH 51
#define NEXT_DESTINATION 60
#define NEXT_MOBILITY 135

#define EXTENSION_MIN 8
#define FRAGMENT_OFFSET 0xfff8
#define FRAGMENT_MORE 0x0001
/* More than any sender has reason for: a longer chain is made to cost us. */
#define EXTENSIONS_MAX 8

static enum carp_status
parse_payload(struct carp_parse *p, uint8_t proto, bool is_fragment,
              size_t wire)
{
    size_t left = carp_reader_left(&p->in);

    p->out->payload_off = p->in.pos;
    p->out->payload_wire = wire;
    p->out->payload_len = left < wire ? left : wire;
    return is_fragment ? carp_parse_fragment(p, proto)
                       : carp_parse_upper(p, proto);
}

enum carp_status
carp_parse_ipv4(struct carp_parse *p)
{
    struct carp_frame *f = p->out;
    struct carp_reader r;
    size_t header, total;
    uint16_t fragment;
    uint8_t first, tos, proto;

    if (!carp_split(&p->in, IPV4_HEADER, &r)) {
        return carp_parse_cut(f);
    }
    first = carp_get_u8(&r);
    header = 4 * (size_t)(first & 0x0f);
    tos = carp_get_u8(&r);
    total = carp_get_u16(&r);
    if (first >> 4 != 4 || header < IPV4_HEADER || total < header) {
        return CARP_OK;
    }
    f->family = CARP_IPV4;
    f->has_options = header > IPV4_HEADER;
    f->tos = tos;
    f->ip_id = carp_get_u16(&r);
    fragment = carp_get_u16(&r);
    f->ttl = carp_get_u8(&r);
    proto = carp_get_u8(&r);
    carp_skip(&r, 2); /* header checksum */
    f->src.family = CARP_IPV4;
    carp_get_bytes(&r, f->src.octets, 4);
    f->dst.family = CARP_IPV4;
    carp_get_bytes(&r, f->dst.octets, 4);
    f->dont_fragment = (fragment & IPV4_DF) != 0;
    carp_skip(&p->in, header - IPV4_HEADER);
    if (p->in.failed) {
        return carp_parse_cut(f);
    }
    return parse_payload(p, proto,
                         (fragment & (IPV4_MF | IPV4_OFFSET_MASK)) != 0,
                         total - header);
}

static bool
is_extension(uint8_t next)
{
    return next == NEXT_HOP_BY_HOP || next == NEXT_ROUTING ||
           next == NEXT_FRAGMENT || next == NEXT_AH ||
           next == NEXT_DESTINATION || next == NEXT_MOBILITY;
}

/* Octets of an extension header whose length field is @p len. */
static size_t
extension_size(uint8_t type, size_t len)
{
    if (type == NEXT_FRAGMENT) {
        return EXTENSION_MIN;
    }
    return type == NEXT_AH ? (len + 2) * 4 : (len + 1) * 8;
}

/* An atomic fragment (offset 0, nothing more) is a whole packet. What follows
 * the header of a later fragment is not a header. */
static enum carp_status
parse_extensions(struct carp_parse *p, uint8_t next, size_t wire)
{
    bool is_fragment = false;

    for (int n = 0; n < EXTENSIONS_MAX && is_extension(next); n++) {
        struct carp_reader r;
        uint8_t type = next;
        size_t size;

        if (wire < EXTENSION_MIN) {
            return CARP_OK;
        }
        if (!carp_split(&p->in, EXTENSION_MIN, &r)) {
            return carp_parse_cut(p->out);
        }
        next = carp_get_u8(&r);
        size = extension_size(type, carp_get_u8(&r));
        if (size > wire) {
            return CARP_OK;
        }
        carp_skip(&p->in, size - EXTENSION_MIN);
        if (p->in.failed) {
            return carp_parse_cut(p->out);
        }
        wire -= size;
        if (type == NEXT_FRAGMENT) {
            uint16_t fragment = carp_get_u16(&r);

            if ((fragment & FRAGMENT_OFFSET) != 0) {
                return parse_payload(p, next, true, wire);
            }
            is_fragment |= (fragment & FRAGMENT_MORE) != 0;
        }
    }
    return parse_payload(p, next, is_fragment, wire);
}

enum carp_status
carp_parse_ipv6(struct carp_parse *p)
{
    struct carp_frame *f = p->out;
    struct carp_reader r;
    uint32_t first;
    size_t wire;
    uint8_t next;

    if (!carp_split(&p->in, IPV6_HEADER, &r)) {
        return carp_parse_cut(f);
    }
    first = carp_get_u32(&r);
    if (first >> 28 != 6) {
        return CARP_OK;
    }
    f->family = CARP_IPV6;
    f->tos = (uint8_t)(first >> 20 & 0xff);
    wire = carp_get_u16(&r);
    next = carp_get_u8(&r);
    f->ttl = carp_get_u8(&r);
    f->src.family = CARP_IPV6;
    carp_get_bytes(&r, f->src.octets, 16);
    f->dst.family = CARP_IPV6;
    carp_get_bytes(&r, f->dst.octets, 16);
    f->has_options = is_extension(next);
    /* Length 0 announces a jumbogram, which is never one of ours: with no
     * octets left, the walk ends at its first header. */
    return parse_extensions(p, next, wire);
}
