/* SPDX-License-Identifier: BSD-2-Clause */
/* What the frame around an advert says: MACs, and who built it. */
#include <stdio.h>
#include <string.h>

#include "engine/track_internal.h"

static const carp_time hold = 60 * CARP_SEC;

static const char *
who(const struct sender *s, char text[CARP_ADDR_TEXT])
{
    return carp_addr_format(&s->addr, text);
}

/* --------------------------------------------------------------- group MAC */

/* The MAC that a group's address maps to; false for unicast. */
static bool
group_mac(const struct carp_addr *dst, struct carp_mac *mac)
{
    const uint8_t *d = dst->octets;

    if (dst->family == CARP_IPV4 && d[0] >> 4 == 14) {
        *mac = (struct carp_mac){
            {0x01, 0x00, 0x5e, (uint8_t)(d[1] & 0x7f), d[2], d[3]}};
        return true;
    }
    if (dst->family == CARP_IPV6 && d[0] == 0xff) {
        *mac = (struct carp_mac){{0x33, 0x33, d[12], d[13], d[14], d[15]}};
        return true;
    }
    return false;
}

static void
check_group_mac(struct context *c)
{
    static const struct carp_mac broadcast = {
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    const struct carp_frame *f = c->packet->frame;
    char a[CARP_ADDR_TEXT], group[CARP_ADDR_TEXT];
    char is[CARP_MAC_TEXT], should[CARP_MAC_TEXT];
    struct carp_mac right;
    struct alert *alert;

    /* ucarp -M sends to the broadcast MAC, which everybody receives. */
    if (!f->has_dst_mac || !group_mac(&f->dst, &right) ||
        carp_mac_equal(&f->dst_mac, &right) ||
        carp_mac_equal(&f->dst_mac, &broadcast)) {
        return;
    }
    alert = alert_touch(c, CARP_WRONG_GROUP_MAC, CARP_CAUSE_NONE,
                        &c->sender->addr, NULL, hold);
    if (!alert_wants_text(c, alert)) {
        return;
    }
    text_set(c->track->text, "adverts of %s to %s go to MAC %s instead of %s",
             who(c->sender, a), carp_addr_format(&f->dst, group),
             carp_mac_format(&f->dst_mac, is), carp_mac_format(&right, should));
    text_set(c->track->detail,
             "Hosts listen to the group's MAC: those that are not "
             "promiscuous do not receive them.");
    alert_tell(c, alert);
}

/* ------------------------------------------------------------- virtual MAC */

/* The addresses are at the virtual MAC, or at the sender's own one. */
static const struct claim *
virtual_claim(const struct group *g, const struct sender *s)
{
    const struct claim *found = NULL;
    uint8_t vhid;

    for (unsigned int i = 0; g->claims != NULL && i < g->claims->count; i++) {
        const struct claim *claim = &g->claims->list[i];

        if (claim->time == 0) {
            continue;
        }
        if (carp_mac_equal(&claim->mac, &s->mac)) {
            return NULL;
        }
        if (mac_is_virtual(&claim->mac, &vhid) && vhid == g->vhid &&
            (found == NULL || claim->time > found->time)) {
            found = claim;
        }
    }
    return found;
}

/* A system that binds its addresses to the virtual MAC but never sends from
 * it (FreeBSD's unicast mode, PROTOCOL 1.4). ucarp has no virtual MAC. */
static void
check_virtual_mac(struct context *c)
{
    const struct sender *s = c->sender;
    const struct claim *claim;
    struct alert *alert;
    char a[CARP_ADDR_TEXT], mac[CARP_MAC_TEXT], vip[CARP_ADDR_TEXT];

    if (s->virtual_mac || s->ucarp_mac || !s->has_mac || s->adverts < 3 ||
        !s->is_master) {
        return;
    }
    claim = virtual_claim(c->group, s);
    if (claim == NULL) {
        return;
    }
    alert = alert_touch(c, CARP_VMAC_NOT_USED, CARP_CAUSE_NONE, &s->addr, NULL,
                        hold);
    if (!alert_wants_text(c, alert)) {
        return;
    }
    alert_frame(alert, claim->frame);
    text_set(c->track->text,
             "adverts of %s come from its own MAC %s, but %s is at the "
             "virtual MAC",
             who(s, a), carp_mac_format(&s->mac, mac),
             carp_addr_format(&claim->addr, vip));
    text_set(c->track->detail,
             "No frame tells the switches where 00:00:5e:00:01:%02x is: they "
             "flood what is sent to it.",
             c->group->vhid);
    alert_tell(c, alert);
}

void
vmac_feed(struct carp_track *track, const struct carp_packet *packet,
          const struct carp_addr *addr)
{
    const struct carp_frame *f = packet->frame;
    struct context c = {.track = track, .packet = packet, .now = track->now};
    char a[CARP_ADDR_TEXT], master[CARP_ADDR_TEXT];
    const struct sender *m;
    struct alert *alert;
    uint8_t vhid;

    if (!f->has_mac || !mac_is_virtual(&f->src_mac, &vhid)) {
        return;
    }
    c.group = group_find(track, packet->segment, f->vlan, vhid);
    if (c.group == NULL) {
        return;
    }
    c.view = &c.group->views[addr->family == CARP_IPV6 ? VIEW6 : VIEW4];
    c.sender = view_find(c.view, addr);
    m = c.view->master != NOBODY ? &c.view->senders[c.view->master] : NULL;
    /* After a hand-over frames are still on their way. */
    if (m == NULL || m == c.sender || !network_is_other(&c, addr, m) ||
        carp_time_since(c.now, m->last) > sender_dead_time(m) ||
        carp_time_since(c.now, m->master_since) < 3 * CARP_SEC ||
        (c.sender != NULL &&
         (c.sender->is_master ||
          carp_time_since(c.now, c.sender->last) < 3 * CARP_SEC))) {
        return;
    }
    alert = alert_touch(&c, CARP_VMAC_FROM_BACKUP, CARP_CAUSE_NONE, addr, NULL,
                        hold);
    if (!alert_wants_text(&c, alert)) {
        return;
    }
    text_set(track->text,
             "%s sends from the virtual MAC 00:00:5e:00:01:%02x, but %s is "
             "MASTER",
             carp_addr_format(addr, a), vhid,
             carp_addr_format(&m->addr, master));
    text_set(track->detail,
             "Kind of frame: %s. Switches send the virtual addresses' "
             "traffic to its port until the next advert of the master.",
             carp_frame_kind_text(f->kind));
    alert_tell(&c, alert);
}

/* ---------------------------------------------------------- implementation */

/* What a system puts around its adverts and does not change by itself. */
static uint32_t
print_of(const struct carp_frame *f, const struct sender *s)
{
    const bool v4 = f->family == CARP_IPV4;

    return 1u | (uint32_t)f->tos << 8 | (s->ucarp_mac ? 2u : 0) |
           (v4 && f->ip_id == 0 ? 4u : 0) | (f->dont_fragment ? 8u : 0);
}

static void
tell_implementation(struct context *c, enum carp_impl was, enum carp_impl is)
{
    struct alert *alert =
        alert_touch(c, CARP_IMPLEMENTATION_CHANGED, CARP_CAUSE_NONE,
                    &c->sender->addr, NULL, CARP_NEVER);
    char a[CARP_ADDR_TEXT];

    if (alert == NULL) {
        return;
    }
    alert->confidence = CARP_MEDIUM;
    text_set(c->track->text, "%s looked like %s and now looks like %s",
             who(c->sender, a), carp_impl_text(was), carp_impl_text(is));
    text_set(c->track->detail,
             "Its adverts differ in TOS, IP identification or source MAC.");
    alert_tell(c, alert);
    alert_resolve(c, alert, "");
}

/* Three adverts in a row make a print; an IP id can be 0 by chance. */
static void
check_implementation(struct context *c)
{
    const struct carp_frame *f = c->packet->frame;
    struct sender *s = c->sender;
    const uint32_t print = print_of(f, s);
    enum carp_impl was;

    if (print == s->print) {
        s->other_prints = 0;
        return;
    }
    if (s->print == 0 || print != s->other_print) {
        s->print = s->print == 0 ? print : s->print;
        s->other_print = print;
        s->other_prints = 1;
        return;
    }
    if (++s->other_prints < 3) {
        return;
    }
    was = (enum carp_impl)s->impl_before;
    s->print = print;
    s->other_prints = 0;
    s->ip_id_zero = f->family == CARP_IPV4 && f->ip_id == 0;
    s->ip_id_set = f->family == CARP_IPV4 && f->ip_id != 0;
    s->demote_seen = f->u.adv.demote != 0;
    s->impl_before = (uint8_t)sender_impl(c->group, s);
    if (was != CARP_IMPL_UNKNOWN && was != CARP_IMPL_BSD &&
        s->impl_before != CARP_IMPL_BSD && was != s->impl_before) {
        tell_implementation(c, was, (enum carp_impl)s->impl_before);
    }
}

void
checks_envelope(struct context *c)
{
    struct sender *s = c->sender;

    check_group_mac(c);
    check_virtual_mac(c);
    check_implementation(c);
    /* Counters need a few adverts to tell one BSD from another. */
    if (s->other_prints == 0 && s->adverts % 16 == 4) {
        s->impl_before = (uint8_t)sender_impl(c->group, s);
    }
}
