/* SPDX-License-Identifier: BSD-2-Clause */
#include "expect_internal.h"

#include <string.h>

enum field {
    F_ETH_SRC,
    F_ETH_DST,
    F_VLAN,
    F_LENGTH,
    F_FAMILY,
    F_SOURCE,
    F_DEST,
    F_TTL,
    F_TOS,
    F_IP_ID,
    F_DF,
    F_VERSION,
    F_TYPE,
    F_VHID,
    F_ADVSKEW,
    F_AUTHLEN,
    F_DEMOTE,
    F_ADVBASE,
    F_CHECKSUM,
    F_COUNTER,
    F_DIGEST,
    F_HMAC,
    F_VALID,
    F_OP,
    F_SENDER,
    F_TARGET,
    F_SENDER_MAC,
    F_TARGET_MAC,
    F_GRATUITOUS,
    F_LLADDR,
    F_ROUTER,
    F_SOLICITED,
    F_OVERRIDE,
    F_COUNT
};

#define EXP_IP (EXP_ADVERT | EXP_NA | EXP_NS | EXP_VRRP)
#define EXP_ND (EXP_NA | EXP_NS)

const struct exp_field exp_fields[] = {
    [F_ETH_SRC] = {"eth-src", EXP_ANY, EXP_MAC},
    [F_ETH_DST] = {"eth-dst", EXP_ANY, EXP_MAC},
    [F_VLAN] = {"vlan", EXP_ANY, EXP_NUMBER},
    [F_LENGTH] = {"length", EXP_IP, EXP_NUMBER},
    [F_FAMILY] = {"family", EXP_IP, EXP_NUMBER},
    [F_SOURCE] = {"source", EXP_IP, EXP_ADDRESS},
    [F_DEST] = {"dest", EXP_IP, EXP_ADDRESS},
    [F_TTL] = {"ttl", EXP_IP, EXP_NUMBER},
    [F_TOS] = {"tos", EXP_IP, EXP_NUMBER},
    [F_IP_ID] = {"ip-id", EXP_ADVERT | EXP_VRRP, EXP_NUMBER},
    [F_DF] = {"df", EXP_ADVERT | EXP_VRRP, EXP_NUMBER},
    [F_VERSION] = {"version", EXP_ADVERT | EXP_VRRP, EXP_NUMBER},
    [F_TYPE] = {"type", EXP_ADVERT, EXP_NUMBER},
    [F_VHID] = {"vhid", EXP_ADVERT | EXP_VRRP, EXP_NUMBER},
    [F_ADVSKEW] = {"advskew", EXP_ADVERT, EXP_NUMBER},
    [F_AUTHLEN] = {"authlen", EXP_ADVERT, EXP_NUMBER},
    [F_DEMOTE] = {"demote", EXP_ADVERT, EXP_NUMBER},
    [F_ADVBASE] = {"advbase", EXP_ADVERT, EXP_NUMBER},
    [F_CHECKSUM] = {"checksum", EXP_ADVERT, EXP_NUMBER},
    [F_COUNTER] = {"counter", EXP_ADVERT, EXP_NUMBER},
    [F_DIGEST] = {"digest", EXP_ADVERT, EXP_DIGEST},
    [F_HMAC] = {"hmac", EXP_ADVERT, EXP_NUMBER},
    [F_VALID] = {"valid", EXP_ADVERT, EXP_NUMBER},
    [F_OP] = {"op", EXP_ARP, EXP_NUMBER},
    [F_SENDER] = {"sender", EXP_ARP, EXP_ADDRESS},
    [F_TARGET] = {"target", EXP_ARP | EXP_ND, EXP_ADDRESS},
    [F_SENDER_MAC] = {"sender-mac", EXP_ARP, EXP_MAC},
    [F_TARGET_MAC] = {"target-mac", EXP_ARP, EXP_MAC},
    [F_GRATUITOUS] = {"gratuitous", EXP_ARP, EXP_NUMBER},
    [F_LLADDR] = {"lladdr", EXP_ND, EXP_MAC},
    [F_ROUTER] = {"router", EXP_NA, EXP_NUMBER},
    [F_SOLICITED] = {"solicited", EXP_NA, EXP_NUMBER},
    [F_OVERRIDE] = {"override", EXP_NA, EXP_NUMBER},
};

const unsigned int exp_field_count = F_COUNT;

static unsigned int
kind_of(const struct carp_frame *frame)
{
    static const struct {
        enum carp_frame_kind kind;
        unsigned int mask;
    } rows[] = {{CARP_FRAME_CARP, EXP_ADVERT}, {CARP_FRAME_ARP, EXP_ARP},
                {CARP_FRAME_NA, EXP_NA},       {CARP_FRAME_NS, EXP_NS},
                {CARP_FRAME_VRRP2, EXP_VRRP},  {CARP_FRAME_VRRP3, EXP_VRRP}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].kind == frame->kind) {
            return rows[i].mask;
        }
    }
    return 0;
}

bool
exp_is_kind(const struct exp_frame *frame, unsigned int kinds)
{
    return (kind_of(&frame->frame) & kinds) != 0;
}

uint64_t
exp_mac_number(const struct carp_mac *mac)
{
    uint64_t number = 0;
    for (size_t i = 0; i < sizeof(mac->octets); i++) {
        number = number << 8 | mac->octets[i];
    }
    return number;
}

static void
get_envelope(const struct exp_frame *heard, enum field field,
             struct exp_value *value)
{
    const struct carp_frame *frame = &heard->frame;
    const uint64_t numbers[F_VERSION] = {
        [F_ETH_SRC] = exp_mac_number(&frame->src_mac),
        [F_ETH_DST] = exp_mac_number(&frame->dst_mac),
        [F_VLAN] = frame->vlan,
        [F_LENGTH] = frame->payload_wire,
        [F_FAMILY] = frame->family,
        [F_TTL] = frame->ttl,
        [F_TOS] = frame->tos,
        [F_IP_ID] = frame->ip_id,
        [F_DF] = frame->dont_fragment,
    };
    value->number = numbers[field];
    value->address = field == F_SOURCE ? frame->src : frame->dst;
}

static void
get_advert(const struct exp_frame *heard, enum field field,
           struct exp_value *value)
{
    const struct carp_adv *adv = &heard->frame.u.adv;
    const uint64_t numbers[F_OP] = {
        [F_VERSION] = adv->version,
        [F_TYPE] = adv->type,
        [F_VHID] = adv->vhid,
        [F_ADVSKEW] = adv->advskew,
        [F_AUTHLEN] = adv->authlen,
        [F_DEMOTE] = adv->demote,
        [F_ADVBASE] = adv->advbase,
        [F_CHECKSUM] = adv->checksum,
        [F_COUNTER] = adv->counter,
        [F_HMAC] = heard->has_verdict && heard->is_good,
        [F_VALID] = heard->frame.issues == 0,
    };
    value->number = numbers[field];
    memcpy(value->octets, adv->md, sizeof(value->octets));
}

static void
get_arp(const struct carp_arp *arp, enum field field, struct exp_value *value)
{
    const uint64_t numbers[F_LLADDR] = {
        [F_OP] = arp->op,
        [F_SENDER_MAC] = exp_mac_number(&arp->sender_mac),
        [F_TARGET_MAC] = exp_mac_number(&arp->target_mac),
        [F_GRATUITOUS] = carp_addr_equal(&arp->sender, &arp->target),
    };
    value->number = numbers[field];
    value->address = field == F_SENDER ? arp->sender : arp->target;
}

static void
get_nd(const struct carp_nd *nd, enum field field, struct exp_value *value)
{
    const uint64_t numbers[F_COUNT] = {
        [F_LLADDR] = exp_mac_number(&nd->lladdr),
        [F_ROUTER] = nd->router,
        [F_SOLICITED] = nd->solicited,
        [F_OVERRIDE] = nd->override,
    };
    value->number = numbers[field];
    value->address = nd->target;
}

bool
exp_get(const struct exp_frame *heard, unsigned int field,
        struct exp_value *value)
{
    memset(value, 0, sizeof(*value));
    if (!exp_is_kind(heard, exp_fields[field].kinds)) {
        return false;
    }
    if (field < F_VERSION) {
        get_envelope(heard, (enum field)field, value);
    } else if (heard->frame.kind == CARP_FRAME_CARP) {
        get_advert(heard, (enum field)field, value);
    } else if (heard->frame.kind == CARP_FRAME_ARP) {
        get_arp(&heard->frame.u.arp, (enum field)field, value);
    } else if (exp_is_kind(heard, EXP_ND)) {
        get_nd(&heard->frame.u.nd, (enum field)field, value);
    } else {
        value->number = field == F_VERSION ? heard->frame.u.vrrp.version
                                           : heard->frame.u.vrrp.vrid;
    }
    return true;
}
