/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses of a vhid, learnt from ARP and neighbour discovery. */
#include <stdlib.h>

#include "engine/track_internal.h"

/* ucarp announces before its first advert, and again two seconds later. */
static const carp_time announce_window = 3 * CARP_SEC;

static void
learn(struct group *group, const struct carp_addr *addr)
{
    static const struct carp_addr unspecified4 = { .family = CARP_IPV4 };
    static const struct carp_addr unspecified6 = { .family = CARP_IPV6 };

    if (carp_addr_equal(addr, &unspecified4) ||
        carp_addr_equal(addr, &unspecified6)) {
        return;
    }
    if (group->learnt == NULL) {
        group->learnt = calloc(1, sizeof(*group->learnt));
    }
    if (group->learnt == NULL || group->learnt->count >= LEARNT_MAX ||
        carp_addrs_contain(group->learnt, addr)) {
        return;
    }
    group->learnt->list[group->learnt->count++] = *addr;
}

static bool
is_virtual(const struct carp_mac *mac, uint8_t *vhid)
{
    const struct carp_mac like = carp_mac_virtual(mac->octets[5]);

    *vhid = mac->octets[5];
    return *vhid != 0 && carp_mac_equal(mac, &like);
}

static void
learn_virtual(struct carp_track *track, const struct carp_packet *packet,
              const struct carp_mac *mac, const struct carp_addr *addr)
{
    struct group *group;
    uint8_t vhid;

    if (!is_virtual(mac, &vhid)) {
        return;
    }
    group = group_find(track, packet->segment, packet->frame->vlan, vhid);
    if (group != NULL) {
        learn(group, addr);
    }
}

/* A gratuitous ARP with a real MAC belongs to whichever group changes its
 * master about then. */
static void
keep_garp(struct carp_track *track, const struct carp_packet *packet)
{
    struct garp *g = &track->garps[track->garp_next++ % GARP_RING];

    g->time = track->now;
    g->segment = packet->segment;
    g->vlan = packet->frame->vlan;
    g->mac = packet->frame->u.arp.sender_mac;
    g->addr = packet->frame->u.arp.sender;
    for (unsigned int i = 0; i < track->group_count; i++) {
        struct group *group = &track->groups[i];
        const struct view *v = &group->views[VIEW4];

        if (group->used && group->segment == g->segment &&
            group->vlan == g->vlan && v->master != NOBODY &&
            v->senders[v->master].ucarp_mac &&
            carp_time_since(track->now,
                            v->senders[v->master].master_since) <=
                announce_window) {
            learn(group, &g->addr);
        }
    }
}

void
learn_arp(struct carp_track *track, const struct carp_packet *packet)
{
    const struct carp_arp *arp = &packet->frame->u.arp;
    uint8_t vhid;

    if (is_virtual(&arp->sender_mac, &vhid)) {
        learn_virtual(track, packet, &arp->sender_mac, &arp->sender);
    } else if (carp_addr_equal(&arp->sender, &arp->target)) {
        keep_garp(track, packet);
    }
}

void
learn_na(struct carp_track *track, const struct carp_packet *packet)
{
    const struct carp_nd *nd = &packet->frame->u.nd;

    if (nd->has_lladdr) {
        learn_virtual(track, packet, &nd->lladdr, &nd->target);
    }
}

void
learn_on_takeover(struct context *c)
{
    const struct sender *s = c->sender;

    if (!s->ucarp_mac || c->view->family != CARP_IPV4) {
        return;
    }
    for (unsigned int i = 0; i < GARP_RING; i++) {
        const struct garp *g = &c->track->garps[i];

        if (g->time != 0 && g->segment == c->group->segment &&
            g->vlan == c->group->vlan &&
            carp_time_since(c->now, g->time) <= announce_window) {
            learn(c->group, &g->addr);
        }
    }
}
