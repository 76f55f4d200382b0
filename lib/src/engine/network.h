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

#include "names.h"

enum { NETWORKS_MAX = 256, HOSTS_MAX = 64 };

/* A host, known by an address of its own and its real MAC. */
struct host {
    struct carp_addr addr;
    struct carp_mac mac; /* never a virtual one */
    bool has_mac;
    bool is_own;      /* it spoke IP from it: no virtual address */
    bool is_sender;   /* was MASTER of something: kept before others */
    carp_time last;   /* any frame from it */
    carp_time report; /* that it listens to CARP's group */
    carp_time left;   /* that it no longer does; 0: it did not say so */
};

/* Of one family: IGMP or MLD about CARP's group. */
struct membership {
    carp_time last_query, first_report, last_report;
    carp_time querier_due;         /* when to look for a querier */
    carp_time round, round_before; /* queries: the last, the one before */
    carp_time round_due;           /* all answers are there */
    carp_time leave_due;
    uint32_t reports, shared_reports;   /* in this round */
    uint64_t query_frame, report_frame; /* last query, first report */
    bool was_telling; /* the round before had reports of one host each */
};

struct network {
    uint16_t segment, vlan;
    carp_time last;      /* last frame but adverts */
    carp_time blind;     /* nothing could be seen until then */
    carp_time gone;      /* since when, while is_away or is_silent */
    carp_time watch_due; /* an advert should have come by then; 0: has */
    bool has_carp;       /* a vhid was seen on it */
    bool is_watched;     /* live: somebody waits for its first advert */
    bool is_away;        /* interface lost */
    bool is_silent;      /* all masters at once */
    uint64_t dropped;
    struct membership members[2]; /* IPv4, IPv6 */
    struct group *self;           /* findings about the network: vhid 0 */
    uint8_t vmac_seen[32];        /* bitmap by vhid */
    unsigned int host_count;
    struct host *hosts; /* HOSTS_MAX, from the first on */
};

struct carp_track;
struct carp_packet;
struct context;
struct group;
struct sender;

/* NULL when it is not known. */
struct network *network_find(const struct carp_track *track, uint16_t segment,
                             uint16_t vlan);
/* NULL only without memory; the one with least standing makes room. */
struct network *network_get(struct carp_track *track, uint16_t segment,
                            uint16_t vlan);
/* A vhid was seen there. */
void network_has_carp(struct carp_track *track, uint16_t segment,
                      uint16_t vlan);
void network_clear(struct carp_track *track);
struct host *network_host(struct network *network,
                          const struct carp_addr *addr);
/* What an ARP, ND, IGMP or MLD frame says about the host that sent it. */
void network_feed(struct carp_track *track, const struct carp_packet *packet);
/* A host that was MASTER is not forgotten for one that only talks. */
void network_keep(struct carp_track *track, uint16_t segment, uint16_t vlan,
                  const struct carp_addr *addr);
/* Whether @p addr and sender @p m are known to be two hosts. */
bool network_is_other(const struct context *c, const struct carp_addr *addr,
                      const struct sender *m);
/* 00:00:5e:00:01:vhid, with *vhid != 0. */
bool mac_is_virtual(const struct carp_mac *mac, uint8_t *vhid);

#endif
