/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file announce.h
 * ARP, neighbour discovery, VRRP and group management frames for tests of
 * the observer.
 */
#ifndef CARP_TEST_ANNOUNCE_H
#define CARP_TEST_ANNOUNCE_H

#include <glib.h>

#include <carp/frame.h>

#include "auth_fixture.h"

/** A gratuitous ARP; from @p from when that is not NULL. */
static inline struct carp_frame
garp(const char *addr, const char *mac, const char *from)
{
    struct carp_frame f = {
        .kind = CARP_FRAME_ARP, .has_mac = true, .has_dst_mac = true};

    f.src_mac = fix_mac(from != NULL ? from : mac);
    f.dst_mac = fix_mac("ff:ff:ff:ff:ff:ff");
    f.u.arp.op = 1;
    f.u.arp.sender_mac = fix_mac(mac);
    f.u.arp.sender = f.u.arp.target = fix_addr(addr);
    return f;
}

/** "@p addr is at @p mac", told to @p whom. */
static inline struct carp_frame
arp_reply(const char *addr, const char *mac, const char *whom)
{
    struct carp_frame f = garp(addr, mac, NULL);

    f.u.arp.op = 2;
    f.u.arp.target = fix_addr(whom);
    return f;
}

/** An unsolicited neighbour advertisement of @p target. */
static inline struct carp_frame
unsolicited_na(const char *target, const char *mac)
{
    struct carp_frame f = {.kind = CARP_FRAME_NA,
                           .family = CARP_IPV6,
                           .has_mac = true,
                           .has_dst_mac = true};

    f.src_mac = fix_mac(mac);
    f.dst_mac = fix_mac("33:33:00:00:00:01");
    f.src = f.u.nd.target = fix_addr(target);
    f.dst = fix_addr("ff02::1");
    f.u.nd.has_lladdr = f.u.nd.override = true;
    f.u.nd.lladdr = fix_mac(mac);
    return f;
}

static inline struct carp_frame
vrrp_advert(uint8_t version, uint8_t id, const char *from, uint8_t priority)
{
    struct carp_frame f = {.kind = version == 3 ? CARP_FRAME_VRRP3
                                                : CARP_FRAME_VRRP2,
                           .has_mac = true};

    f.src = fix_addr(from);
    f.family = f.src.family;
    f.src_mac = carp_mac_virtual(id);
    f.src_mac.octets[4] = f.family == CARP_IPV6 ? 2 : 1;
    f.ttl = 255;
    f.u.vrrp.version = version;
    f.u.vrrp.vrid = id;
    f.u.vrrp.priority = priority;
    return f;
}

#endif
