/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What belongs to a segment and VLAN rather than to one vhid: hosts and
 * their real MACs, and virtual MACs that were seen.
 */
#ifndef CARP_NETWORK_H
#define CARP_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/time.h>

enum { NETWORKS_MAX = 256, HOSTS_MAX = 64 };

/* A host, known by an address of its own and its real MAC. */
struct host {
    struct carp_addr addr;
    struct carp_mac mac; /* never a virtual one */
    bool has_mac;
    bool is_sender; /* was MASTER of something: kept before others */
    carp_time last; /* any frame from it */
};

struct network {
    uint16_t segment, vlan;
    carp_time last;        /* last frame but adverts */
    uint8_t vmac_seen[32]; /* bitmap by vhid */
    unsigned int host_count;
    struct host *hosts; /* HOSTS_MAX, from the first on */
};

struct carp_track;
struct carp_packet;

/* NULL when it is not known. */
struct network *network_find(const struct carp_track *track, uint16_t segment,
                             uint16_t vlan);
/* NULL only without memory; the one with least standing makes room. */
struct network *network_get(struct carp_track *track, uint16_t segment,
                            uint16_t vlan);
void network_clear(struct carp_track *track);
struct host *network_host(struct network *network,
                          const struct carp_addr *addr);
/* What an ARP, ND, IGMP or MLD frame says about the host that sent it. */
void network_feed(struct carp_track *track, const struct carp_packet *packet);
/* A host that was MASTER is not forgotten for one that only talks. */
void network_keep(struct carp_track *track, uint16_t segment, uint16_t vlan,
                  const struct carp_addr *addr);
/* 00:00:5e:00:01:vhid, with *vhid != 0. */
bool mac_is_virtual(const struct carp_mac *mac, uint8_t *vhid);

#endif
