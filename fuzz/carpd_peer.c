/* SPDX-License-Identifier: BSD-2-Clause */
/* Hosts beside carpd: adverts with the right key, damaged ones, claims. */
#include <carp/frame.h>

#include "carpd_check.h"
#include "carpd_conf.h"
#include "carpd_script.h"
#include "instance.h"

enum damage {
    DAMAGE_SUM = 1,
    DAMAGE_DIGEST,
    DAMAGE_TTL,
    DAMAGE_VERSION,
    DAMAGE_SHORT,
    DAMAGE_TRAILING,
    DAMAGE_DEST,
    DAMAGE_SOURCE,
    DAMAGE_VHID,
    DAMAGE_KEY,
    DAMAGE_ADDRESSES
};

static void
put(struct kept_frame *f, const void *octets, size_t len)
{
    FUZZ_CHECK(len <= sizeof(f->data) - f->len);
    memcpy(f->data + f->len, octets, len);
    f->len += len;
}

static void
put_ethernet(struct kept_frame *f, const struct carp_addr *dest,
             const struct carp_mac *mac)
{
    bool is_v6 = dest->family == CARP_IPV6;
    const uint8_t *last = dest->octets + (is_v6 ? 12 : 0);
    const uint8_t group4[6] = {1, 0, 0x5e, last[1] & 0x7f, last[2], last[3]};
    const uint8_t group6[6] = {0x33, 0x33, last[0], last[1], last[2], last[3]};
    const uint8_t type[2] = {is_v6 ? 0x86 : 0x08, is_v6 ? 0xdd : 0x00};
    f->len = 0;
    put(f, is_v6 ? group6 : group4, 6);
    put(f, mac->octets, 6);
    put(f, type, 2);
}

static void
put_ip(struct kept_frame *f, const struct carp_addr *source,
       const struct carp_addr *dest, uint8_t ttl, size_t len)
{
    if (source->family == CARP_IPV6) {
        const uint8_t head[8] = {0x60, 0, 0, 0, 0, (uint8_t)len, 112, ttl};
        put(f, head, sizeof(head));
        put(f, source->octets, 16);
        put(f, dest->octets, 16);
        return;
    }
    uint8_t head[20] = {0x45, 0,   0,  (uint8_t)(20 + len), 0, 1, 0x40,
                        0,    ttl, 112};
    memcpy(head + 12, source->octets, 4);
    memcpy(head + 16, dest->octets, 4);
    uint16_t sum = carp_checksum(head, sizeof(head));
    head[10] = (uint8_t)(sum >> 8);
    head[11] = (uint8_t)sum;
    put(f, head, sizeof(head));
}

static struct carp_addr
address_of(uint8_t peer, bool is_v6)
{
    const uint8_t v4[4] = {10, 0, 0, (uint8_t)(11 + peer)};
    const uint8_t v6[16] = {
        [0] = 0xfe, [1] = 0x80, [15] = (uint8_t)(0x11 + peer)};
    return is_v6 ? carp_addr_v6(v6) : carp_addr_v4(v4);
}

/* What the peer counts. */
static uint64_t
next_counter(struct script *s, const struct instance *instance, uint8_t peer,
             uint8_t how)
{
    uint64_t own =
        check_counter(instance->conf->interface, instance->conf->vhid);
    uint64_t *last = &s->peer_counter[peer];
    uint64_t all = MAX(own, s->highest);
    switch (how % 8) {
    case 0:
    case 1:
        return *last = all + 1; /* it hears everybody */
    case 2:
        return *last += 1; /* nobody */
    case 3:
        return *last = *last * 0x5851f42d4c957f2du + 0x14057b7ef767814fu;
    case 4:
        return *last; /* an OpenBSD */
    case 5:
        return own; /* what carpd sent */
    case 6:
        return *last = CARP_COUNTER_TOP + (*last & 0xff) - 128;
    default:
        return all - 1;
    }
}

/* With what carp.conf says, or with what it accepts besides. */
static void
sign(const struct instance *instance, uint8_t damage, struct carp_adv *adv)
{
    const struct carp_conf_vhid *conf = instance->conf;
    const struct carp_key *key = damage == DAMAGE_KEY && conf->accept_count > 0
                                     ? &conf->accept[0]
                                     : &conf->key;
    const struct carp_addrs *addrs =
        damage == DAMAGE_ADDRESSES && conf->addrs_count > 0
            ? &conf->accept_addrs[0]
            : &conf->addrs;
    struct carp_auth auth;
    FUZZ_CHECK(carp_auth_init(&auth, key, conf->vhid, addrs, instance->profile,
                              conf->has_lladdr ? &conf->lladdr : NULL) ==
               CARP_OK);
    carp_auth_digest(&auth, adv->counter, adv->md);
    carp_auth_clear(&auth);
}

/* Where it goes: carpd's group, or carpd. */
static struct carp_addr
dest_of(const struct instance *instance, bool is_v6, uint8_t damage)
{
    static const struct carp_addr groups[2] = {
        {.family = CARP_IPV4, .octets = {224, 0, 0, 18}},
        {.family = CARP_IPV6, .octets = {0xff, 2, [15] = 0x12}}};
    static const uint8_t other[4] = {224, 0, 0, 99};
    const struct carp_addr *dest =
        instance_dest(instance, is_v6 ? CARP_F6 : CARP_F4);
    if (damage == DAMAGE_DEST && !is_v6) {
        return carp_addr_v4(other);
    }
    if (dest->family == CARP_FAMILY_NONE) {
        return groups[is_v6];
    }
    return instance_is_multicast(dest)
               ? *dest
               : instance->fsm.config.source[is_v6 ? CARP_F6 : CARP_F4];
}

static void
build(struct script *s, const struct instance *instance,
      const struct peer_advert *p, struct kept_frame *f)
{
    struct carp_adv adv = {.version = CARP_VERSION,
                           .type = CARP_TYPE_ADVERT,
                           .vhid = instance->conf->vhid,
                           .authlen = CARP_AUTHLEN,
                           .advbase = p->base,
                           .advskew = p->skew,
                           .demote = p->demote};
    uint8_t octets[CARP_ADV_LEN + 4] = {0};
    size_t len = (size_t)CARP_ADV_LEN - (p->damage == DAMAGE_SHORT ? 1 : 0) +
                 (p->damage == DAMAGE_TRAILING ? 4 : 0);
    bool is_v6 = p->is_v6;
    adv.counter = next_counter(s, instance, p->peer, p->counting);
    sign(instance, p->damage, &adv);
    adv.md[3] ^= p->damage == DAMAGE_DIGEST;
    adv.version ^= p->damage == DAMAGE_VERSION;
    adv.vhid ^= p->damage == DAMAGE_VHID ? 0x10 : 0;
    carp_adv_set_checksum(&adv);
    adv.checksum ^= p->damage == DAMAGE_SUM;
    carp_adv_encode(&adv, octets);
    struct carp_mac mac = carp_mac_virtual(adv.vhid);
    struct carp_addr source = address_of(p->peer, is_v6);
    struct carp_addr dest = dest_of(instance, is_v6, p->damage);
    const struct carp_addr *own =
        &instance->fsm.config.source[is_v6 ? CARP_F6 : CARP_F4];
    if (p->damage == DAMAGE_SOURCE && own->family != CARP_FAMILY_NONE) {
        source = *own;
        wire_imitate();
    }
    if (dest.family == CARP_FAMILY_NONE) {
        dest = source;
    }
    put_ethernet(f, &dest, &mac);
    put_ip(f, &source, &dest, p->damage == DAMAGE_TTL ? 254 : 255, len);
    put(f, octets, len);
    f->interface = conf_interfaces[instance->conf->interface[2] == 0x31];
    if (p->damage == 0) {
        s->highest = MAX(s->highest, adv.counter);
    }
}

static const struct instance *
choose(const struct script *s, uint8_t which)
{
    const GPtrArray *all = s->daemon->instances;
    return all->len > 0 ? g_ptr_array_index(all, which % all->len) : NULL;
}

void
peer_send(struct script *s, const struct peer_advert *advert)
{
    const struct instance *instance = choose(s, advert->which);
    if (instance != NULL) {
        struct kept_frame *f = &s->kept[s->kept_count++ % SCRIPT_KEPT];
        build(s, instance, advert, f);
        wire_deliver(f->interface, f->data, f->len);
    }
}

void
peer_repeat(struct script *s, uint8_t which)
{
    const struct kept_frame *f = &s->kept[which % SCRIPT_KEPT];
    for (unsigned int i = 0; f->len > 0 && i < (which >= 0x80 ? 80u : 1u);
         i++) {
        wire_deliver(f->interface, f->data, f->len);
    }
}

static void
put_arp(struct kept_frame *f, const struct carp_mac *mac,
        const struct carp_addr *addr)
{
    static const uint8_t head[8] = {0, 1, 8, 0, 6, 4, 0, 1};
    static const uint8_t type[2] = {8, 6};
    static const uint8_t everybody[6] = {255, 255, 255, 255, 255, 255};
    f->len = 0;
    put(f, everybody, 6);
    put(f, mac->octets, 6);
    put(f, type, 2);
    put(f, head, sizeof(head));
    put(f, mac->octets, 6);
    put(f, addr->octets, 4);
    put(f, everybody, 6);
    put(f, addr->octets, 4);
}

/* An unsolicited neighbour advertisement with the link-layer address. */
static void
put_na(struct kept_frame *f, const struct carp_mac *mac,
       const struct carp_addr *addr)
{
    struct carp_addr all = {.family = CARP_IPV6, .octets = {0xff, 2, [15] = 1}};
    uint8_t body[32] = {136, 0, 0, 0, 0x20};
    memcpy(body + 8, addr->octets, 16);
    body[24] = 2;
    body[25] = 1;
    memcpy(body + 26, mac->octets, 6);
    put_ethernet(f, &all, mac);
    put_ip(f, addr, &all, 255, sizeof(body));
    f->data[14 + 6] = 58;
    put(f, body, sizeof(body));
}

void
peer_claim(struct script *s, uint8_t which, uint8_t form)
{
    const struct instance *instance = choose(s, which);
    struct kept_frame f = {.len = 0};
    if (instance == NULL) {
        return;
    }
    const struct carp_addrs *addrs = &instance->conf->addrs;
    const struct carp_addr *addr = &addrs->list[form % addrs->count];
    struct carp_mac mac = (form & 0x80) != 0
                              ? carp_mac_virtual(instance->conf->vhid)
                              : (struct carp_mac){{2, 0, 0, 0, 0, 0x11}};
    if (addr->family == CARP_IPV4) {
        put_arp(&f, &mac, addr);
    } else {
        put_na(&f, &mac, addr);
    }
    wire_deliver(instance->conf->interface, f.data, f.len);
}
