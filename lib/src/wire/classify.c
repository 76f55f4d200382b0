/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/adv.h>

#include "wire/checksum.h"
#include "wire/frame_parse.h"

/* CARP, VRRPv2 and VRRPv3 share protocol 112, and the first octet 0x21 means
 * both CARP and VRRPv2 (PROTOCOL 1.5). Lengths decide; where they cannot,
 * the checksum does: CARP and VRRPv2 sum their octets only, VRRPv3 adds a
 * pseudo header. */

#define FIRST_CARP 0x21 /* also VRRPv2 */
#define FIRST_VRRP3 0x31
#define VRRP_HEADER 8
#define VRRP2_AUTH 8
/* Octets that hold all fields the lengths are judged by. */
#define DECIDING 4

struct p112 {
    const struct carp_frame *frame;
    struct carp_reader payload;
    size_t wire;   /* octets the sender claims */
    uint8_t first; /* version and type */
    uint8_t count; /* authlen of CARP, number of addresses of VRRP */
};

/* The checksum over the first @p len octets is right. False if they are not
 * all captured: then it settles nothing. */
static bool
sum_is_right(const struct p112 *p, size_t len)
{
    struct carp_reader r = p->payload;
    const uint8_t *data = carp_take(&r, len);

    return data != NULL && carp_checksum(data, len) == 0;
}

static bool
pseudo_sum_is_right(const struct p112 *p)
{
    struct carp_reader r = p->payload;
    const uint8_t *data = carp_take(&r, p->wire);
    const struct carp_frame *f = p->frame;
    uint64_t sum = p->wire + CARP_PROTO_CARP;

    if (data == NULL) {
        return false;
    }
    /* An IPv4 address is followed by zeros, which add nothing. */
    sum = carp_sum_add(sum, f->src.octets, sizeof(f->src.octets));
    sum = carp_sum_add(sum, f->dst.octets, sizeof(f->dst.octets));
    return carp_sum_finish(carp_sum_add(sum, data, p->wire)) == 0;
}

static bool
is_plausible_vrrp(const struct p112 *p)
{
    return p->wire >= VRRP_HEADER && p->count >= 1;
}

/* Seven addresses make 44 octets: so would eight octets behind an advert. A
 * VRRPv2 packet without authentication ends in eight zeros, so that its
 * first 36 octets sum up as well: the sum over all goes first. */
static bool
is_trailing_advert(const struct p112 *p)
{
    return p->count == CARP_AUTHLEN &&
           carp_reader_left(&p->payload) >= p->wire &&
           !sum_is_right(p, p->wire) && sum_is_right(p, CARP_ADV_LEN);
}

static enum carp_frame_kind
classify_0x21(const struct p112 *p)
{
    if (p->count == CARP_AUTHLEN && p->wire == CARP_ADV_LEN) {
        return CARP_FRAME_CARP;
    }
    if (p->count >= 1 &&
        p->wire == VRRP_HEADER + 4 * (size_t)p->count + VRRP2_AUTH) {
        return is_trailing_advert(p) ? CARP_FRAME_CARP : CARP_FRAME_VRRP2;
    }
    if (p->count == CARP_AUTHLEN ||
        (p->wire >= CARP_ADV_LEN && sum_is_right(p, CARP_ADV_LEN))) {
        return CARP_FRAME_CARP;
    }
    return is_plausible_vrrp(p) ? CARP_FRAME_VRRP2 : CARP_FRAME_P112;
}

/* CARP that only its version or type keeps from being exact. */
static bool
is_odd_advert(const struct p112 *p)
{
    return p->wire >= CARP_ADV_LEN &&
           (p->count == CARP_AUTHLEN || sum_is_right(p, CARP_ADV_LEN));
}

static bool
is_to_group_v6(const struct carp_frame *frame)
{
    static const struct carp_addr group = {
        CARP_IPV6,
        {0xff, 0x02, [15] = 0x12},
    };

    return carp_addr_equal(&frame->dst, &group);
}

/* FreeBSD counts the IPv4 addresses of a vhid in its IPv6 packets too. */
static bool
has_vrrp3_length(const struct p112 *p)
{
    size_t addresses;

    if (p->wire < VRRP_HEADER) {
        return false;
    }
    addresses = p->wire - VRRP_HEADER;
    if (p->frame->family == CARP_IPV4) {
        return addresses == 4 * (size_t)p->count;
    }
    return addresses == 16 * (size_t)p->count ||
           (addresses > 0 && addresses % 16 == 0 && is_to_group_v6(p->frame));
}

static enum carp_frame_kind
classify_0x31(const struct p112 *p)
{
    if (has_vrrp3_length(p)) {
        bool is_advert = p->wire == CARP_ADV_LEN && p->count == CARP_AUTHLEN &&
                         sum_is_right(p, CARP_ADV_LEN) &&
                         !pseudo_sum_is_right(p);

        return is_advert ? CARP_FRAME_CARP : CARP_FRAME_VRRP3;
    }
    if (is_odd_advert(p) && !pseudo_sum_is_right(p)) {
        return CARP_FRAME_CARP;
    }
    return is_plausible_vrrp(p) ? CARP_FRAME_VRRP3 : CARP_FRAME_P112;
}

enum carp_frame_kind
carp_classify_p112(const struct carp_frame *frame, struct carp_reader payload)
{
    struct carp_reader r = payload;
    struct p112 p = {frame, payload, frame->payload_wire, 0, 0};

    p.first = carp_get_u8(&r);
    carp_skip(&r, 2); /* id; skew or priority */
    p.count = carp_get_u8(&r);
    if (r.failed) {
        return p.wire < DECIDING ? CARP_FRAME_P112 : CARP_FRAME_TRUNCATED;
    }
    switch (p.first) {
    case FIRST_CARP:
        return classify_0x21(&p);
    case FIRST_VRRP3:
        return classify_0x31(&p);
    default:
        return is_odd_advert(&p) ? CARP_FRAME_CARP : CARP_FRAME_P112;
    }
}
