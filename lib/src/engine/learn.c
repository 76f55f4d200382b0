/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses of a vhid, learnt from ARP and neighbour discovery. */
#include <stdlib.h>
#include <string.h>

#include <carp/learn.h>

#include "engine/track_internal.h"

/* ucarp announces before its first advert, and again two seconds later. */
static const carp_time announce_window = 3 * CARP_SEC;

const struct carp_addrs *
learnt_addrs(const struct group *group)
{
    return group->learnt != NULL ? &group->learnt->addrs : NULL;
}

static int
position_of(const struct carp_addrs *addrs, const struct carp_addr *addr)
{
    for (int i = 0; i < addrs->count; i++) {
        if (carp_addr_equal(&addrs->list[i], addr)) {
            return i;
        }
    }
    return NOBODY;
}

static void
announce(struct carp_track *track, struct group *group,
         const struct claim *claim, uint8_t evidence)
{
    struct claim named = *claim;

    named.right = (evidence & CARP_LEARNT_VIRTUAL_MAC) != 0 ? CLAIM_VIRTUAL
                                                            : CLAIM_GUESSED;
    claims_add(track, group, &named);
}

static void
learn(struct carp_track *track, struct group *group, const struct claim *claim,
      uint8_t evidence)
{
    struct learnt *l = group->learnt;
    struct announced *about;
    int at;

    if (!carp_addr_is_host(&claim->addr)) {
        return;
    }
    if (l == NULL) {
        l = group->learnt = calloc(1, sizeof(*l));
        if (l == NULL) {
            return;
        }
    }
    at = position_of(&l->addrs, &claim->addr);
    if (at == NOBODY) {
        if (l->addrs.count >= LEARNT_MAX) {
            return;
        }
        at = l->addrs.count++;
        l->addrs.list[at] = claim->addr;
        l->about[at].first = claim->time;
    }
    announce(track, group, claim, evidence);
    about = &l->about[at];
    about->evidence |= evidence;
    if (claim->frame == about->frame && about->count != 0) {
        return;
    }
    if (claim->time >= about->last) {
        about->last = claim->time;
        about->mac = claim->mac;
        about->frame = claim->frame;
    }
    about->count++;
}

/* ----------------------------------------------------- with a virtual MAC */

/* A host that misuses the virtual MAC does so under its own address. */
static bool
is_host(const struct carp_track *track, const struct group *group,
        const struct carp_addr *addr)
{
    struct network *n = network_find(track, group->segment, group->vlan);
    const struct host *h = n != NULL ? network_host(n, addr) : NULL;

    return h != NULL && h->is_own;
}

static void
learn_virtual(struct carp_track *track, const struct carp_packet *packet,
              const struct claim *claim, uint8_t vhid)
{
    struct group *group =
        group_find(track, packet->segment, packet->frame->vlan, vhid);

    if (group != NULL && !is_host(track, group, &claim->addr)) {
        learn(track, group, claim, CARP_LEARNT_VIRTUAL_MAC);
    }
}

/* -------------------------------------------------------- with a real MAC */

/* Senders that have no virtual MAC announce the addresses with their own. */
static bool
announces_own_mac(const struct sender *s)
{
    return s->ucarp_mac || (s->has_mac && !s->virtual_mac);
}

/* Whether @p mac can be that of @p s: what its own address is at, or what
 * its adverts come from. */
static bool
may_be_mac_of(const struct carp_track *track, const struct group *group,
              const struct sender *s, const struct carp_mac *mac)
{
    struct network *n = network_find(track, group->segment, group->vlan);
    const struct host *h = n != NULL ? network_host(n, &s->addr) : NULL;

    if (!s->ucarp_mac) {
        return carp_mac_equal(mac, &s->mac);
    }
    return h == NULL || !h->has_mac || carp_mac_equal(mac, &h->mac);
}

/* A host announces its own address, too, when its link comes up. */
static bool
is_own_address(const struct group *group, const struct carp_addr *addr)
{
    for (int v = 0; v < VIEWS; v++) {
        const struct view *view = &group->views[v];

        for (unsigned int i = 0; i < view->count; i++) {
            if (carp_addr_equal(&view->senders[i].addr, addr)) {
                return true;
            }
        }
    }
    return false;
}

static void
learn_real(struct carp_track *track, struct group *group,
           const struct sender *master, const struct garp *g)
{
    const struct claim claim = {
        .addr = g->addr, .mac = g->mac, .time = g->time, .frame = g->frame};

    if (may_be_mac_of(track, group, master, &g->mac) &&
        !is_own_address(group, &g->addr)) {
        learn(track, group, &claim, CARP_LEARNT_TAKEOVER);
    }
}

/* Two may be MASTER: each announces. */
static void
learn_late_in(struct carp_track *track, struct group *group,
              const struct garp *g)
{
    for (int v = 0; v < VIEWS; v++) {
        const struct view *view = &group->views[v];

        for (unsigned int i = 0; i < view->count; i++) {
            const struct sender *s = &view->senders[i];

            if (s->is_master && announces_own_mac(s) &&
                carp_time_since(track->now, s->master_since) <=
                    announce_window) {
                learn_real(track, group, s, g);
            }
        }
    }
}

static void
learn_late(struct carp_track *track, const struct garp *g)
{
    for (unsigned int i = 0; i < track->group_count; i++) {
        struct group *group = &track->groups[i];

        if (group->used && group->segment == g->segment &&
            group->vlan == g->vlan) {
            learn_late_in(track, group, g);
        }
    }
}

/* An announcement with a real MAC belongs to whichever group changes its
 * master about then. */
static void
keep_garp(struct carp_track *track, const struct carp_packet *packet,
          const struct claim *claim)
{
    struct garp *g = &track->garps[track->garp_next++ % GARP_RING];

    g->time = claim->time;
    g->frame = claim->frame;
    g->segment = packet->segment;
    g->vlan = packet->frame->vlan;
    g->mac = claim->mac;
    g->addr = claim->addr;
    if (track->own_mac_takeover != 0 &&
        carp_time_since(track->now, track->own_mac_takeover) <=
            announce_window) {
        learn_late(track, g);
    }
}

void
learn_arp(struct carp_track *track, const struct carp_packet *packet)
{
    const struct carp_arp *arp = &packet->frame->u.arp;
    const struct claim claim = {.addr = arp->sender,
                                .mac = arp->sender_mac,
                                .time = track->now,
                                .frame = packet->number};
    uint8_t vhid;

    if (mac_is_virtual(&arp->sender_mac, &vhid)) {
        learn_virtual(track, packet, &claim, vhid);
    } else if (carp_addr_equal(&arp->sender, &arp->target)) {
        keep_garp(track, packet, &claim);
    }
    /* Whoever has an entry takes this one, request or reply. */
    claims_note(track, packet, &claim);
}

void
learn_na(struct carp_track *track, const struct carp_packet *packet)
{
    const struct carp_nd *nd = &packet->frame->u.nd;
    const struct claim claim = {.addr = nd->target,
                                .mac = nd->lladdr,
                                .time = track->now,
                                .frame = packet->number};
    uint8_t vhid;

    if (!nd->has_lladdr) {
        return;
    }
    if (mac_is_virtual(&nd->lladdr, &vhid)) {
        learn_virtual(track, packet, &claim, vhid);
    } else if (!nd->solicited) {
        keep_garp(track, packet, &claim);
    }
    claims_note(track, packet, &claim);
}

/* A host's own address is none of the vhid's, whatever it looked like while
 * nobody knew the host. */
static void
unlearn(struct learnt *l, const struct carp_addr *addr)
{
    const int at = l != NULL ? position_of(&l->addrs, addr) : NOBODY;
    unsigned int behind;

    if (at == NOBODY) {
        return;
    }
    behind = (unsigned int)(--l->addrs.count - at);
    memmove(&l->addrs.list[at], &l->addrs.list[at + 1],
            behind * sizeof(l->addrs.list[0]));
    memmove(&l->about[at], &l->about[at + 1], behind * sizeof(l->about[0]));
    memset(&l->about[l->addrs.count], 0, sizeof(l->about[0]));
}

void
learn_on_first(struct context *c)
{
    unlearn(c->group->learnt, &c->sender->addr);
    claims_drop(c->group, &c->sender->addr);
    learn_on_takeover(c);
}

void
learn_on_takeover(struct context *c)
{
    if (!announces_own_mac(c->sender)) {
        return;
    }
    c->track->own_mac_takeover = c->now;
    for (unsigned int i = 0; i < GARP_RING; i++) {
        const struct garp *g = &c->track->garps[i];

        if (g->time != 0 && g->segment == c->group->segment &&
            g->vlan == c->group->vlan &&
            carp_time_since(c->now, g->time) <= announce_window) {
            learn_real(c->track, c->group, c->sender, g);
        }
    }
}
