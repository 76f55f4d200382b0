/* SPDX-License-Identifier: BSD-2-Clause */
/* Segments with their VLANs, and the hosts on them. */
#include "engine/network.h"

#include <stdlib.h>
#include <string.h>

#include "engine/track_internal.h"

bool
mac_is_virtual(const struct carp_mac *mac, uint8_t *vhid)
{
    const struct carp_mac like = carp_mac_virtual(mac->octets[5]);

    *vhid = mac->octets[5];
    return *vhid != 0 && carp_mac_equal(mac, &like);
}

/* --------------------------------------------------------------- networks */

struct network *
network_find(const struct carp_track *track, uint16_t segment, uint16_t vlan)
{
    for (unsigned int i = 0; i < track->network_count; i++) {
        struct network *n = track->networks[i];

        if (n->segment == segment && n->vlan == vlan) {
            return n;
        }
    }
    return NULL;
}

static bool
has_group(const struct carp_track *track, const struct network *n)
{
    for (unsigned int i = 0; i < track->group_count; i++) {
        const struct group *g = &track->groups[i];

        if (g->used && g->segment == n->segment && g->vlan == n->vlan) {
            return true;
        }
    }
    return false;
}

/* VLANs that carry no CARP are forgotten, the longest silent of a few: a
 * flood of VLAN ids must not cost a look at all. */
static struct network *
least_standing(struct carp_track *track)
{
    struct network *least = NULL;

    for (unsigned int i = 0; i < 16; i++) {
        struct network *n =
            track->networks[track->network_next++ % NETWORKS_MAX];

        if ((least == NULL || n->last < least->last) && n->vlan != 0 &&
            !n->has_carp) {
            least = n;
        }
    }
    return least;
}

/* Whoever was told of a finding is told of its end. */
static void
forget(struct carp_track *track, struct network *n)
{
    struct group *self = n->self;
    struct context c = {.track = track,
                        .group = self,
                        .view = &self->views[VIEW4],
                        .now = track->now};

    alert_resolve_all(&c, "this VLAN is no longer watched");
    track->silent_segments -= n->is_silent;
    group_clear(self);
    free(n->hosts);
    memset(n, 0, sizeof(*n));
    n->self = self;
}

static void
init_self(struct network *n)
{
    n->self->used = true;
    n->self->segment = n->segment;
    n->self->vlan = n->vlan;
    n->self->deadline = CARP_NEVER;
    for (int v = 0; v < VIEWS; v++) {
        n->self->views[v].family = v == VIEW4 ? CARP_IPV4 : CARP_IPV6;
        n->self->views[v].master = NOBODY;
        n->self->views[v].last_master = NOBODY;
    }
}

struct network *
network_get(struct carp_track *track, uint16_t segment, uint16_t vlan)
{
    struct network *n = network_find(track, segment, vlan);

    if (n != NULL) {
        return n;
    }
    if (track->networks == NULL) {
        track->networks = calloc(NETWORKS_MAX, sizeof(struct network *));
        if (track->networks == NULL) {
            return NULL;
        }
    }
    if (track->network_count < NETWORKS_MAX) {
        n = calloc(1, sizeof(*n));
        if (n == NULL) {
            return NULL;
        }
        n->self = calloc(1, sizeof(*n->self));
        if (n->self == NULL) {
            free(n);
            return NULL;
        }
        track->networks[track->network_count++] = n;
    } else {
        n = least_standing(track);
        if (n == NULL) {
            return NULL;
        }
        forget(track, n);
    }
    n->segment = segment;
    n->vlan = vlan;
    n->last = track->now;
    n->has_carp = has_group(track, n);
    init_self(n);
    return n;
}

void
network_has_carp(struct carp_track *track, uint16_t segment, uint16_t vlan)
{
    struct network *n = network_find(track, segment, vlan);

    if (n != NULL) {
        n->has_carp = true;
    }
}

void
network_clear(struct carp_track *track)
{
    for (unsigned int i = 0; i < track->network_count; i++) {
        group_clear(track->networks[i]->self);
        free(track->networks[i]->self);
        free(track->networks[i]->hosts);
        free(track->networks[i]);
    }
    free(track->networks);
}

/* ------------------------------------------------------------------ hosts */

struct host *
network_host(struct network *network, const struct carp_addr *addr)
{
    for (unsigned int i = 0; i < network->host_count; i++) {
        if (carp_addr_equal(&network->hosts[i].addr, addr)) {
            return &network->hosts[i];
        }
    }
    return NULL;
}

/* The least recent one, senders last. */
static struct host *
host_to_forget(struct network *network)
{
    struct host *worst = &network->hosts[0];

    for (unsigned int i = 1; i < network->host_count; i++) {
        struct host *h = &network->hosts[i];

        if (h->is_sender != worst->is_sender ? worst->is_sender
                                             : h->last < worst->last) {
            worst = h;
        }
    }
    return worst;
}

static struct host *
get_host(struct network *network, const struct carp_addr *addr)
{
    struct host *h = network_host(network, addr);

    if (h != NULL) {
        return h;
    }
    if (network->hosts == NULL) {
        network->hosts = calloc(HOSTS_MAX, sizeof(*network->hosts));
        if (network->hosts == NULL) {
            return NULL;
        }
    }
    h = network->host_count < HOSTS_MAX ? &network->hosts[network->host_count++]
                                        : host_to_forget(network);
    memset(h, 0, sizeof(*h));
    h->addr = *addr;
    return h;
}

void
network_keep(struct carp_track *track, uint16_t segment, uint16_t vlan,
             const struct carp_addr *addr)
{
    struct network *n = network_get(track, segment, vlan);
    struct host *h = n != NULL ? get_host(n, addr) : NULL;

    if (h != NULL) {
        h->is_sender = true;
        h->last = track->now;
    }
}

bool
network_is_other(const struct context *c, const struct carp_addr *addr,
                 const struct sender *m)
{
    struct network *n =
        network_find(c->track, c->group->segment, c->group->vlan);
    const struct host *a = n != NULL ? network_host(n, addr) : NULL;
    const struct host *b = n != NULL ? network_host(n, &m->addr) : NULL;

    return c->sender != NULL ||
           (a != NULL && b != NULL && a->has_mac && b->has_mac &&
            !carp_mac_equal(&a->mac, &b->mac));
}

/* ------------------------------------------------------------------ frames */

static bool
is_unspecified(const struct carp_addr *addr)
{
    static const uint8_t none[16];

    return memcmp(addr->octets, none, sizeof(none)) == 0;
}

/* Whose frame it is, and with which MAC it speaks. */
static bool
speaker_of(const struct carp_frame *f, struct carp_addr *addr,
           struct carp_mac *mac, bool *has_mac)
{
    *has_mac = f->has_mac;
    *mac = f->src_mac;
    *addr = f->src;
    if (f->kind == CARP_FRAME_ARP) {
        *addr = f->u.arp.sender;
        *mac = f->u.arp.sender_mac;
        *has_mac = true;
    }
    return addr->family != CARP_FAMILY_NONE && !is_unspecified(addr);
}

void
network_feed(struct carp_track *track, const struct carp_packet *packet)
{
    const struct carp_frame *f = packet->frame;
    struct network *n = network_get(track, packet->segment, f->vlan);
    struct carp_addr addr;
    struct carp_mac mac;
    struct host *host;
    uint8_t vhid;
    bool has_mac;

    if (n == NULL) {
        return;
    }
    n->last = track->now;
    if (!speaker_of(f, &addr, &mac, &has_mac)) {
        return;
    }
    if (has_mac && mac_is_virtual(&mac, &vhid)) {
        n->vmac_seen[vhid / 8] |= (uint8_t)(1u << vhid % 8);
        has_mac = false;
    }
    host = get_host(n, &addr);
    if (host != NULL) {
        host->last = track->now;
        if (has_mac) {
            host->mac = mac;
            host->has_mac = true;
            host->is_own |=
                f->kind == CARP_FRAME_IGMP || f->kind == CARP_FRAME_MLD;
        }
    }
    vmac_feed(track, packet, &addr);
}
