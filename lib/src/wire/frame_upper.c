/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/frame_parse.h"

#define ARP_LEN 28
#define ARP_ETHERNET_IPV4 0x00010800
#define ARP_LENGTHS 0x0604 /* of a MAC and an IPv4 address */

#define IGMP_QUERY 0x11
#define IGMP_REPORT_V1 0x12
#define IGMP_REPORT_V2 0x16
#define IGMP_LEAVE 0x17
#define IGMP_REPORT_V3 0x22

#define ICMPV6_MLD_QUERY 130
#define ICMPV6_MLD_REPORT 131
#define ICMPV6_MLD_DONE 132
#define ICMPV6_NS 135
#define ICMPV6_NA 136
#define ICMPV6_MLD_REPORT_V2 143

/* Record types of both. */
#define RECORD_IS_INCLUDE 1
#define RECORD_TO_INCLUDE 3
#define RECORD_BLOCK 6

#define ND_OPTION_UNIT 8
#define ND_SOURCE_LLADDR 1
#define ND_TARGET_LLADDR 2
#define NA_ROUTER 0x80
#define NA_SOLICITED 0x40
#define NA_OVERRIDE 0x20

/* Octets of the payload that were on the wire: an IP length may promise more
 * than its frame had. */
static size_t
payload_sent(const struct carp_parse *p)
{
    size_t sent = p->on_wire - p->out->payload_off;

    return p->out->payload_wire < sent ? p->out->payload_wire : sent;
}

static struct carp_reader
payload_reader(const struct carp_parse *p)
{
    return carp_reader_rest(&p->in, p->out->payload_len);
}

/* The end of a message: was all of it there? What the sender left out makes
 * it none of ours, what the capture left out makes it unknown. */
static enum carp_status
finish(struct carp_parse *p, const struct carp_reader *r,
       enum carp_frame_kind kind)
{
    bool is_cut = p->out->payload_len < payload_sent(p);

    if (r->failed) {
        return is_cut ? carp_parse_cut(p->out) : CARP_OK;
    }
    p->out->kind = kind;
    if (is_cut) {
        p->out->issues |= CARP_ISSUE_CAPTURE;
    }
    return CARP_OK;
}

static enum carp_status
parse_carp(struct carp_parse *p)
{
    struct carp_frame *f = p->out;
    struct carp_reader r = payload_reader(p);
    size_t captured = carp_reader_left(&r);
    enum carp_status status =
        carp_adv_decode(carp_take(&r, captured), captured, payload_sent(p),
                        &f->u.adv, &f->issues);

    (void)status; /* issues say it, too */
    f->kind = CARP_FRAME_CARP;
    if (f->ttl != 255) {
        f->issues |= CARP_ISSUE_TTL;
    }
    return CARP_OK;
}

static enum carp_status
parse_vrrp(struct carp_parse *p, enum carp_frame_kind kind)
{
    struct carp_vrrp *v = &p->out->u.vrrp;
    struct carp_reader r = payload_reader(p);

    v->version = carp_get_u8(&r) >> 4;
    v->vrid = carp_get_u8(&r);
    v->priority = carp_get_u8(&r);
    v->count = carp_get_u8(&r);
    if (kind == CARP_FRAME_VRRP3) {
        v->interval_cs = carp_get_u16(&r) & 0x0fff;
    } else {
        carp_skip(&r, 1); /* authentication type */
        v->interval_cs = (uint16_t)(carp_get_u8(&r) * 100u);
    }
    carp_skip(&r, 2); /* checksum */
    return finish(p, &r, kind);
}

static enum carp_status
parse_p112(struct carp_parse *p)
{
    struct carp_reader r = payload_reader(p);
    enum carp_frame_kind kind = carp_classify_p112(p->out, r);

    if (kind == CARP_FRAME_CARP) {
        return parse_carp(p);
    }
    if (kind == CARP_FRAME_TRUNCATED) {
        return carp_parse_cut(p->out);
    }
    return kind == CARP_FRAME_P112 ? finish(p, &r, kind) : parse_vrrp(p, kind);
}

static void
get_address(struct carp_reader *r, enum carp_family family, struct carp_addr *a)
{
    *a = (struct carp_addr){(uint8_t)family, {0}};
    carp_get_bytes(r, a->octets, family == CARP_IPV4 ? 4 : 16);
}

/* The link-layer address among the options; what is cut off is not there. */
static void
read_lladdr(struct carp_reader *r, uint8_t wanted, struct carp_nd *nd)
{
    struct carp_reader option;

    nd->has_lladdr = false;
    nd->lladdr = (struct carp_mac){{0}};
    while (carp_split(r, ND_OPTION_UNIT, &option)) {
        uint8_t type = carp_get_u8(&option);
        uint8_t units = carp_get_u8(&option);

        if (units == 0) {
            return;
        }
        if (type == wanted && units == 1) {
            nd->has_lladdr = true;
            carp_get_bytes(&option, nd->lladdr.octets, 6);
            return;
        }
        carp_skip(r, ((size_t)units - 1) * ND_OPTION_UNIT);
    }
}

static enum carp_status
parse_nd(struct carp_parse *p, struct carp_reader *r, uint8_t type)
{
    struct carp_nd *nd = &p->out->u.nd;
    struct carp_reader options;
    bool is_na = type == ICMPV6_NA;
    uint8_t flags;

    carp_skip(r, 3); /* code, checksum */
    flags = is_na ? carp_get_u8(r) : 0;
    carp_skip(r, is_na ? 3 : 4); /* reserved */
    get_address(r, CARP_IPV6, &nd->target);
    nd->router = (flags & NA_ROUTER) != 0;
    nd->solicited = (flags & NA_SOLICITED) != 0;
    nd->override = (flags & NA_OVERRIDE) != 0;
    options = *r;
    read_lladdr(&options, is_na ? ND_TARGET_LLADDR : ND_SOURCE_LLADDR, nd);
    return finish(p, r, is_na ? CARP_FRAME_NA : CARP_FRAME_NS);
}

/* An unspecified group is a general query's: no group. */
static void
read_group(struct carp_reader *r, enum carp_family family, struct carp_group *g)
{
    static const struct carp_addr unspecified = {CARP_FAMILY_NONE, {0}};

    get_address(r, family, &g->group);
    if (memcmp(g->group.octets, unspecified.octets, 16) == 0) {
        g->group = unspecified;
    }
}

static bool
is_carp_group(const struct carp_addr *group)
{
    static const uint8_t group4[16] = {224, 0, 0, 18};
    static const uint8_t group6[16] = {0xff, 0x02, [15] = 0x12};

    return (group->family == CARP_IPV4 &&
            memcmp(group->octets, group4, 16) == 0) ||
           (group->family == CARP_IPV6 &&
            memcmp(group->octets, group6, 16) == 0);
}

/* A message about one group. */
static void
read_only_group(struct carp_reader *r, enum carp_family family, bool is_leave,
                struct carp_group *g)
{
    read_group(r, family, g);
    if (is_carp_group(&g->group)) {
        g->asks_carp = g->is_query;
        g->joins_carp = !g->is_query && !is_leave;
        g->leaves_carp = !g->is_query && is_leave;
    }
}

/* One record: whom a node wants to hear in one group. No source and mode
 * "include" is nobody. */
static void
read_record(struct carp_reader *r, enum carp_family family,
            struct carp_group *g)
{
    const size_t size = family == CARP_IPV4 ? 4 : 16;
    uint8_t type = carp_get_u8(r);
    size_t auxiliary = carp_get_u8(r);
    size_t sources = carp_get_u16(r);
    bool includes = type == RECORD_IS_INCLUDE || type == RECORD_TO_INCLUDE;

    read_group(r, family, g);
    if (!r->failed && is_carp_group(&g->group) && type != RECORD_BLOCK) {
        bool leaves = includes && sources == 0;

        g->joins_carp |= !leaves;
        g->leaves_carp |= leaves;
    }
    carp_skip(r, auxiliary * 4 + sources * size);
}

/* An IGMPv3 or MLDv2 report: same layout but for the size of an address.
 * The first record has to be there, the others may be cut off. */
static void
read_report(struct carp_reader *r, enum carp_family family,
            struct carp_group *g)
{
    struct carp_reader rest;
    struct carp_group other;
    uint16_t records;

    carp_skip(r, 2); /* reserved */
    records = carp_get_u16(r);
    if (records == 0) {
        return;
    }
    rest = *r;
    read_record(&rest, family, g);
    other = *g;
    carp_skip(r, 8 + (family == CARP_IPV6 ? 12 : 0));
    while (--records > 0 && !rest.failed) {
        read_record(&rest, family, &other);
    }
    g->joins_carp = other.joins_carp;
    g->leaves_carp = other.leaves_carp && !other.joins_carp;
}

static enum carp_status
parse_igmp(struct carp_parse *p)
{
    struct carp_group *g = &p->out->u.group;
    struct carp_reader r = payload_reader(p);

    memset(g, 0, sizeof(*g));
    g->type = carp_get_u8(&r);
    carp_skip(&r, 3); /* response time, checksum */
    g->is_query = g->type == IGMP_QUERY;
    switch (g->type) {
    case IGMP_QUERY:
    case IGMP_REPORT_V1:
    case IGMP_REPORT_V2:
    case IGMP_LEAVE:
        read_only_group(&r, CARP_IPV4, g->type == IGMP_LEAVE, g);
        break;
    case IGMP_REPORT_V3:
        read_report(&r, CARP_IPV4, g);
        break;
    default:
        break;
    }
    return finish(p, &r, CARP_FRAME_IGMP);
}

static enum carp_status
parse_mld(struct carp_parse *p, struct carp_reader *r, uint8_t type)
{
    struct carp_group *g = &p->out->u.group;

    memset(g, 0, sizeof(*g));
    g->type = type;
    g->is_query = type == ICMPV6_MLD_QUERY;
    carp_skip(r, 3); /* code, checksum */
    if (type == ICMPV6_MLD_REPORT_V2) {
        read_report(r, CARP_IPV6, g);
    } else {
        carp_skip(r, 4); /* response time, reserved */
        read_only_group(r, CARP_IPV6, type == ICMPV6_MLD_DONE, g);
    }
    return finish(p, r, CARP_FRAME_MLD);
}

static enum carp_status
parse_icmpv6(struct carp_parse *p)
{
    struct carp_reader r = payload_reader(p);
    uint8_t type = carp_get_u8(&r);

    if (r.failed) {
        return finish(p, &r, CARP_FRAME_OTHER);
    }
    switch (type) {
    case ICMPV6_NS:
    case ICMPV6_NA:
        return parse_nd(p, &r, type);
    case ICMPV6_MLD_QUERY:
    case ICMPV6_MLD_REPORT:
    case ICMPV6_MLD_DONE:
    case ICMPV6_MLD_REPORT_V2:
        return parse_mld(p, &r, type);
    default:
        return CARP_OK;
    }
}

enum carp_status
carp_parse_upper(struct carp_parse *p, uint8_t proto)
{
    switch (proto) {
    case CARP_PROTO_CARP:
        return parse_p112(p);
    case CARP_PROTO_IGMP:
        return p->out->family == CARP_IPV4 ? parse_igmp(p) : CARP_OK;
    case CARP_PROTO_ICMPV6:
        return p->out->family == CARP_IPV6 ? parse_icmpv6(p) : CARP_OK;
    default:
        return CARP_OK;
    }
}

enum carp_status
carp_parse_fragment(struct carp_parse *p, uint8_t proto)
{
    struct carp_reader r = payload_reader(p);

    return proto == CARP_PROTO_CARP ? finish(p, &r, CARP_FRAME_FRAGMENT)
                                    : CARP_OK;
}

enum carp_status
carp_parse_arp(struct carp_parse *p)
{
    struct carp_arp *a = &p->out->u.arp;
    struct carp_reader r;

    if (!carp_split(&p->in, ARP_LEN, &r)) {
        return carp_parse_cut(p->out);
    }
    if (carp_get_u32(&r) != ARP_ETHERNET_IPV4 ||
        carp_get_u16(&r) != ARP_LENGTHS) {
        return CARP_OK;
    }
    a->op = carp_get_u16(&r);
    carp_get_bytes(&r, a->sender_mac.octets, 6);
    get_address(&r, CARP_IPV4, &a->sender);
    carp_get_bytes(&r, a->target_mac.octets, 6);
    get_address(&r, CARP_IPV4, &a->target);
    p->out->kind = CARP_FRAME_ARP;
    return CARP_OK;
}
