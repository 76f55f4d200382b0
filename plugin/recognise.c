/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what Wireshark hands over to libcarp's frame. */
#include "packet-carp.h"

#include <string.h>

#include <epan/dissectors/packet-ip.h>
#include <epan/tvbuff.h>
#include <wiretap/wtap.h>

#include <cooked.h>

/* Octets of a payload that are looked at: any VRRP fits. */
enum { PROTOCOL = 112, PAYLOAD_MAX = 1100, IPV4_HEADER = 20, IPV6_HEADER = 40 };
/* Set in the segment of what came through a tunnel: another wire. */
enum { TUNNELLED = 0x8000 };

struct carp_addr
carp_addr_of(const address *from)
{
    static const struct carp_addr none;

    if (from->type == AT_IPv4 && from->len == 4) {
        return carp_addr_v4(from->data);
    }
    if (from->type == AT_IPv6 && from->len == 16) {
        return carp_addr_v6(from->data);
    }
    return none;
}

static int
link_type(const packet_info *pinfo)
{
    switch (pinfo->rec->rec_header.packet_header.pkt_encap) {
    case WTAP_ENCAP_ETHERNET:
        return CARP_LINK_ETHERNET;
    case WTAP_ENCAP_NULL:
        return CARP_LINK_NULL;
    case WTAP_ENCAP_LOOP:
        return CARP_LINK_LOOP;
    case WTAP_ENCAP_RAW_IP:
        return CARP_LINK_RAW;
    case WTAP_ENCAP_RAW_IP4:
        return CARP_LINK_IPV4;
    case WTAP_ENCAP_RAW_IP6:
        return CARP_LINK_IPV6;
    case WTAP_ENCAP_SLL:
        return CARP_LINK_SLL;
    case WTAP_ENCAP_SLL2:
        return CARP_LINK_SLL2;
    default:
        return -1;
    }
}

/* Interfaces of one file are different wires. */
static uint16_t
segment_of(const packet_info *pinfo)
{
    const wtap_rec *rec = pinfo->rec;

    if (rec->rec_type != REC_TYPE_PACKET ||
        (rec->presence_flags & WTAP_HAS_INTERFACE_ID) == 0) {
        return 0;
    }
    return rec->rec_header.packet_header.interface_id & (TUNNELLED - 1);
}

static uint16_t
source_of(tvbuff_t *whole, const packet_info *pinfo)
{
    uint8_t head[8] = {0};
    const unsigned int captured = tvb_captured_length(whole);

    tvb_memcpy(whole, head, 0, MIN(sizeof(head), captured));
    return cooked_source(link_type(pinfo), head, captured, 0, pinfo->num);
}

static bool
parse_frame(tvbuff_t *tvb, packet_info *pinfo, struct carp_frame *frame)
{
    const int link = link_type(pinfo);
    const unsigned int captured = tvb_captured_length(tvb);

    return link != -1 && captured != 0 &&
           carp_frame_parse(link, tvb_get_ptr(tvb, 0, (int)captured), captured,
                            tvb_reported_length(tvb), frame) == CARP_OK;
}

/* --------------------------------------------------- a payload by itself */

struct packet_bytes {
    uint8_t bytes[IPV6_HEADER + PAYLOAD_MAX];
    size_t header, captured, on_wire;
    int link;
};

static void
put_u16(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void
put_ipv4(struct packet_bytes *p, const packet_info *pinfo, const void *ip,
         size_t reported)
{
    const ws_ip4 *header = ip != NULL && *(const uint8_t *)ip == 4 ? ip : NULL;

    p->link = CARP_LINK_IPV4;
    p->header = IPV4_HEADER;
    p->bytes[0] = 0x45;
    put_u16(p->bytes + 2, IPV4_HEADER + reported);
    p->bytes[8] = 255;
    p->bytes[9] = PROTOCOL;
    if (header != NULL) {
        p->bytes[1] = header->ip_tos;
        put_u16(p->bytes + 4, header->ip_id);
        p->bytes[8] = header->ip_ttl;
    }
    memcpy(p->bytes + 12, pinfo->src.data, 4);
    memcpy(p->bytes + 16, pinfo->dst.data, 4);
}

static void
put_ipv6(struct packet_bytes *p, const packet_info *pinfo, const void *ip,
         size_t reported)
{
    const ws_ip6 *header = ip != NULL && *(const uint8_t *)ip == 6 ? ip : NULL;

    p->link = CARP_LINK_IPV6;
    p->header = IPV6_HEADER;
    p->bytes[0] = 0x60;
    put_u16(p->bytes + 4, reported);
    p->bytes[6] = PROTOCOL;
    p->bytes[7] = 255;
    if (header != NULL) {
        p->bytes[0] = (uint8_t)(0x60 | header->ip6_tc >> 4);
        p->bytes[1] = (uint8_t)(header->ip6_tc << 4);
        p->bytes[7] = header->ip6_hop;
    }
    memcpy(p->bytes + 8, pinfo->src.data, 16);
    memcpy(p->bytes + 24, pinfo->dst.data, 16);
}

/* Tunnels, reassembled fragments and link layers that libcarp does not know:
 * the payload goes back behind an IP header, so that only one place decides
 * what CARP is. */
static bool
parse_payload(tvbuff_t *tvb, const packet_info *pinfo, const void *ip,
              struct carp_frame *frame)
{
    const size_t reported = tvb_reported_length(tvb);
    struct packet_bytes p = {.captured = tvb_captured_length(tvb)};

    if (reported > UINT16_MAX - IPV6_HEADER) {
        return false;
    }
    if (p.captured > PAYLOAD_MAX) {
        p.captured = PAYLOAD_MAX;
    }
    if (pinfo->src.type == AT_IPv4 && pinfo->dst.type == AT_IPv4) {
        put_ipv4(&p, pinfo, ip, reported);
    } else if (pinfo->src.type == AT_IPv6 && pinfo->dst.type == AT_IPv6) {
        put_ipv6(&p, pinfo, ip, reported);
    } else {
        return false;
    }
    tvb_memcpy(tvb, p.bytes + p.header, 0, p.captured);
    return carp_frame_parse(p.link, p.bytes, p.header + p.captured,
                            p.header + reported, frame) == CARP_OK;
}

/* ----------------------------------------------------------------- public */

static bool
is_exact(tvbuff_t *tvb)
{
    return tvb_reported_length(tvb) == CARP_ADV_LEN &&
           tvb_captured_length(tvb) >= 4 && tvb_get_uint8(tvb, 0) == 0x21 &&
           tvb_get_uint8(tvb, 3) == CARP_AUTHLEN;
}

bool
carp_is_protocol(const void *ip)
{
    const ws_ip4 *v4 = ip;
    const ws_ip6 *v6 = ip;

    if (ip == NULL) {
        return false;
    }
    if (v4->ip_ver == 4) {
        return v4->ip_proto == PROTOCOL;
    }
    /* The header of IPv6 may name an extension: hop-by-hop, routing,
     * fragment, authentication, destination. */
    return v6->ip6_ver == 6 &&
           (v6->ip6_nxt == PROTOCOL || v6->ip6_nxt == 0 || v6->ip6_nxt == 43 ||
            v6->ip6_nxt == 44 || v6->ip6_nxt == 51 || v6->ip6_nxt == 60);
}

bool
carp_is_carp(tvbuff_t *tvb, packet_info *pinfo, const void *ip)
{
    struct carp_frame frame;

    return is_exact(tvb) || (parse_payload(tvb, pinfo, ip, &frame) &&
                             frame.kind == CARP_FRAME_CARP);
}

static void
add_link_layer(struct carp_frame *frame, const packet_info *pinfo)
{
    frame->vlan = (uint16_t)(pinfo->vlan_id & 0xfff);
    if (pinfo->dl_src.type == AT_ETHER && pinfo->dl_src.len == 6) {
        frame->has_mac = true;
        memcpy(frame->src_mac.octets, pinfo->dl_src.data, 6);
    }
}

void
carp_see_advert(tvbuff_t *tvb, packet_info *pinfo, const void *ip,
                struct carp_seen *seen)
{
    tvbuff_t *whole = tvb_get_ds_tvb(tvb);
    const bool is_first = pinfo->data_src != NULL &&
                          get_data_source_tvb(pinfo->data_src->data) == whole;
    const bool is_known = is_first && parse_frame(whole, pinfo, &seen->frame);

    seen->segment = segment_of(pinfo);
    seen->source = is_first ? source_of(whole, pinfo) : 0;
    seen->is_parsed = true;
    if (is_known && seen->frame.kind == CARP_FRAME_CARP &&
        seen->frame.payload_off == (size_t)tvb_raw_offset(tvb)) {
        return;
    }
    if (is_known && seen->frame.kind == CARP_FRAME_OTHER) {
        seen->segment |= TUNNELLED;
    }
    seen->is_parsed = parse_payload(tvb, pinfo, ip, &seen->frame);
    add_link_layer(&seen->frame, pinfo);
}

void
carp_see_frame(tvbuff_t *tvb, packet_info *pinfo, struct carp_seen *seen)
{
    seen->segment = segment_of(pinfo);
    seen->source = 0; /* of adverts only */
    seen->is_parsed = pinfo->rec->rec_type == REC_TYPE_PACKET &&
                      parse_frame(tvb, pinfo, &seen->frame);
}
