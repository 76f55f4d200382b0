/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame.h"

#include <string.h>

#include <carp/adv.h>

static const uint8_t vip4[4] = {10, 83, 0, 100};
static const uint8_t vip6[16] = {0xfd, 0x83, [14] = 1, [15] = 0};

void
sim_auth(const struct sim_scenario *s, struct carp_auth *auth)
{
    struct carp_addrs addrs = {.count = 1, .list = {carp_addr_v4(vip4)}};
    struct carp_key key;
    bool has6 = false, has4 = false;

    for (unsigned int i = 0; i < s->node_count; i++) {
        has4 = has4 || s->nodes[i].has[CARP_F4];
        has6 = has6 || s->nodes[i].has[CARP_F6];
    }
    addrs.count = has4 ? 1 : 0;
    if (has6) {
        addrs.list[addrs.count++] = carp_addr_v6(vip6);
    }
    if (carp_key_from_password(&key, SIM_PASSWORD, strlen(SIM_PASSWORD),
                               CARP_KEY_RULE_BSD) != CARP_OK ||
        carp_auth_init(auth, &key, s->vhid, &addrs, CARP_PROFILE_FREEBSD,
                       NULL) != CARP_OK) {
        g_assert_not_reached();
    }
    carp_key_clear(&key);
}

/* ---------------------------------------------------------------- envelope */

static uint8_t *
put(uint8_t *at, const void *octets, size_t count)
{
    memcpy(at, octets, count);
    return at + count;
}

static bool
is_ucarp(const struct sim_node_spec *n)
{
    return !n->is_carpd && n->profile == CARP_PROFILE_UCARP;
}

/* 00:00:5e:00:01:vhid; ucarp's own idea of it has 00 for 01. */
static struct carp_mac
advert_mac(const struct sim_scenario *s, const struct sim_node_spec *n)
{
    struct carp_mac mac = carp_mac_virtual(s->vhid);

    if (is_ucarp(n)) {
        mac.octets[4] = 0;
    }
    return mac;
}

static struct carp_mac
real_mac(unsigned int node)
{
    return (struct carp_mac){{2, 0, 0, 0x83, 0, (uint8_t)(node + 1)}};
}

/* TOS as each system sends it (PROTOCOL 1.3). */
static uint8_t
tos(const struct sim_node_spec *n)
{
    return n->is_carpd || n->profile == CARP_PROFILE_FREEBSD ? 0xe0 : 0x10;
}

static uint8_t *
put_ipv4(uint8_t *at, const struct sim_node_spec *n,
         const struct carp_addr *src, uint16_t ip_id)
{
    static const uint8_t group[4] = {224, 0, 0, 18};
    const bool has_id = !n->is_carpd && (n->profile == CARP_PROFILE_OPENBSD ||
                                         n->profile == CARP_PROFILE_UCARP);
    uint8_t header[20] = {0x45, tos(n), 0,  20 + CARP_ADV_LEN, 0, 0, 0x40,
                          0,    255,    112};
    uint16_t sum;

    if (has_id) {
        header[4] = (uint8_t)(ip_id >> 8);
        header[5] = (uint8_t)ip_id;
    }
    memcpy(header + 12, src->octets, 4);
    memcpy(header + 16, group, 4);
    sum = carp_checksum(header, sizeof(header));
    header[10] = (uint8_t)(sum >> 8);
    header[11] = (uint8_t)sum;
    return put(at, header, sizeof(header));
}

static uint8_t *
put_ipv6(uint8_t *at, const struct sim_node_spec *n,
         const struct carp_addr *src)
{
    static const uint8_t group[16] = {0xff, 2, [15] = 0x12};
    uint8_t header[40] = {0x60, 0, 0, 0, 0, CARP_ADV_LEN, 112, 255};

    if (n->is_carpd || n->profile == CARP_PROFILE_FREEBSD) {
        header[0] = 0x6e;
    }
    memcpy(header + 8, src->octets, 16);
    memcpy(header + 24, group, 16);
    return put(at, header, sizeof(header));
}

static uint8_t *
put_ethernet(uint8_t *at, const uint8_t dst[6], const struct carp_mac *src,
             uint16_t type)
{
    const uint8_t octets[2] = {(uint8_t)(type >> 8), (uint8_t)type};

    at = put(at, dst, 6);
    at = put(at, src->octets, 6);
    return put(at, octets, 2);
}

/* ------------------------------------------------------------------ frames */

size_t
sim_frame(const struct sim_scenario *s, const struct carp_auth *auth,
          const struct sim_advert *advert, uint16_t ip_id,
          uint8_t out[SIM_FRAME_MAX])
{
    static const uint8_t group4[6] = {1, 0, 0x5e, 0, 0, 0x12};
    static const uint8_t group6[6] = {0x33, 0x33, 0, 0, 0, 0x12};
    const struct sim_node_spec *n = &s->nodes[advert->from];
    const struct carp_addr src = sim_address(advert->from, advert->family);
    const struct carp_mac mac = advert_mac(s, n);
    struct carp_adv adv = {.version = CARP_VERSION,
                           .type = 1,
                           .vhid = s->vhid,
                           .advskew = advert->advskew,
                           .authlen = 7,
                           .demote = advert->demote,
                           .advbase = advert->advbase,
                           .counter = advert->counter};
    uint8_t *at;

    carp_auth_digest(auth, adv.counter, adv.md);
    carp_adv_set_checksum(&adv);
    if (advert->family == CARP_IPV4) {
        at = put_ethernet(out, group4, &mac, 0x0800);
        at = put_ipv4(at, n, &src, ip_id);
    } else {
        at = put_ethernet(out, group6, &mac, 0x86dd);
        at = put_ipv6(at, n, &src);
    }
    carp_adv_encode(&adv, at);
    return (size_t)(at - out) + CARP_ADV_LEN;
}

size_t
sim_announcement(const struct sim_scenario *s, unsigned int node,
                 uint8_t out[SIM_FRAME_MAX])
{
    static const uint8_t all[6] = {255, 255, 255, 255, 255, 255};
    static const uint8_t head[8] = {0, 1, 8, 0, 6, 4, 0, 1};
    const struct sim_node_spec *n = &s->nodes[node];
    const struct carp_mac real = real_mac(node);
    const struct carp_mac mac = is_ucarp(n) ? real : carp_mac_virtual(s->vhid);
    uint8_t *at = put_ethernet(out, all, n->is_carpd ? &mac : &real, 0x0806);

    at = put(at, head, sizeof(head));
    at = put(at, mac.octets, 6);
    at = put(at, vip4, 4);
    memset(at, 0, 6);
    at = put(at + 6, vip4, 4);
    return (size_t)(at - out);
}
