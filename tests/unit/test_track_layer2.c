/* SPDX-License-Identifier: BSD-2-Clause */
/* MACs: who announced an address last, and where frames come from. */
#include "announce.h"
#include "track_world.h"

#define MAC_A "02:00:00:00:00:0a"
#define MAC_B "02:00:00:00:00:0b"
#define MAC_C "02:00:00:00:00:0c"
#define VMAC "00:00:5e:00:01:07"
#define VIP "10.0.0.50"

static void
put(struct world *w, struct carp_frame f)
{
    (void)world_put(w, &f);
}

/* Both hosts' own MACs are known; A is MASTER and has announced. */
static struct world *
ucarp_pair(uint64_t seed)
{
    struct world *w = world_new(seed);

    (void)world_add(w, WORLD_UCARP, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_UCARP, "10.0.0.2", NULL, 1, 100);
    w->nodes[0].preempt = true;
    put(w, garp("10.0.0.1", MAC_A, NULL));
    put(w, garp("10.0.0.2", MAC_B, NULL));
    world_wait(w, WORLD_S(5));
    world_settle(w);
    world_forget(w);
    return w;
}

/* @p node announces the address when it becomes MASTER, and 2 s later. */
static void
announce_after(struct world *w, unsigned int node, const char *mac)
{
    while (!w->nodes[node].is_master) {
        world_wait(w, 10 * CARP_MSEC);
    }
    put(w, garp(VIP, mac, NULL));
    world_wait(w, WORLD_S(2));
    put(w, garp(VIP, mac, NULL));
}

/* ---------------------------------------------------------------- STALE_ARP */

/* B takes over and announces; A comes back and does not. */
static void
test_stale_not_announced(void)
{
    struct world *w = ucarp_pair(1);
    const struct world_event *e;
    carp_time back;

    world_kill(w, 0);
    announce_after(w, 1, MAC_B);
    world_wait(w, WORLD_S(5));
    world_none(w, CARP_STALE_ARP);
    world_start(w, 0);
    while (!w->nodes[0].is_master) {
        world_wait(w, 10 * CARP_MSEC);
    }
    back = w->now;
    world_wait(w, WORLD_S(8));
    e = world_one(w, CARP_STALE_ARP, CARP_CAUSE_NOT_ANNOUNCED);
    g_assert_cmpint(e->e.severity, ==, CARP_CRITICAL);
    g_assert_cmpint(e->e.confidence, ==, CARP_HIGH);
    g_assert_true(world_is_sender(w, e, 0, 0));
    g_assert_cmpuint(e->e.since, <=, back);
    g_assert_cmpuint(e->e.time, <=, back + WORLD_S(5));
    g_assert_nonnull(strstr(e->text, VIP " was last announced at " MAC_B
                                         " (10.0.0.2), but 10.0.0.1"));
    world_wait(w, WORLD_S(70));
    g_assert_cmpuint(world_count(w, CARP_EVENT_UPDATE, CARP_STALE_ARP), ==, 1);
    put(w, garp(VIP, MAC_A, NULL));
    world_wait(w, WORLD_S(4));
    g_assert_nonnull(strstr(world_end(w, e)->text, "announced"));
    world_free(w);
}

/* The loser of a double take-over announced last. */
static void
test_stale_by_other(void)
{
    struct world *w = ucarp_pair(2);
    const struct world_event *e;

    world_kill(w, 0);
    announce_after(w, 1, MAC_B);
    world_start(w, 0);
    announce_after(w, 0, MAC_A);
    world_wait(w, WORLD_S(5));
    world_none(w, CARP_STALE_ARP);
    put(w, garp(VIP, MAC_B, NULL));
    world_wait(w, WORLD_S(4));
    e = world_one(w, CARP_STALE_ARP, CARP_CAUSE_ANNOUNCED_BY_OTHER);
    g_assert_true(world_is_sender(w, e, 0, 0));
    /* A host that asks for another one teaches its neighbours, too. */
    put(w, arp_reply(VIP, MAC_A, "10.0.0.99"));
    world_wait(w, WORLD_S(4));
    (void)world_end(w, e);
    world_free(w);
}

/* Ordinary fail-overs with announcements; a late one of the loser that the
 * winner answers; a BSD whose addresses are at the virtual MAC. */
static void
test_stale_quiet(void)
{
    struct world *w = ucarp_pair(3);

    world_kill(w, 0);
    announce_after(w, 1, MAC_B);
    world_start(w, 0);
    while (!w->nodes[0].is_master) {
        world_wait(w, 10 * CARP_MSEC);
    }
    put(w, garp(VIP, MAC_A, NULL));
    world_wait(w, WORLD_S(0.5));
    put(w, garp(VIP, MAC_B, NULL));
    world_wait(w, WORLD_S(1.5));
    put(w, garp(VIP, MAC_A, NULL));
    world_wait(w, WORLD_S(30));
    put(w, garp("10.0.0.98", MAC_C, NULL)); /* nobody's */
    put(w, garp("10.0.0.2", MAC_B, NULL));  /* the BACKUP's own */
    world_wait(w, WORLD_S(30));
    world_none(w, CARP_STALE_ARP);
    world_free(w);
    w = world_new(4);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", "fd00::1", 1, 0);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.2", "fd00::2", 1, 100);
    world_settle(w);
    put(w, garp(VIP, VMAC, MAC_A));
    put(w, unsolicited_na("fd00::50", VMAC));
    world_kill(w, 0);
    world_wait(w, WORLD_S(6));
    put(w, garp(VIP, VMAC, MAC_B));
    put(w, unsolicited_na("fd00::50", VMAC));
    world_wait(w, WORLD_S(6));
    world_quiet(w, 0);
    world_free(w);
}

/* While the capture was blind, the master may have announced. */
static void
test_stale_blind(void)
{
    struct world *w = ucarp_pair(5);

    world_kill(w, 0);
    announce_after(w, 1, MAC_B);
    world_start(w, 0);
    carp_track_blind(w->track, 0, CARP_NEVER);
    world_wait(w, WORLD_S(10));
    carp_track_blind(w->track, 0, w->now);
    world_wait(w, WORLD_S(20));
    world_none(w, CARP_STALE_ARP);
    world_free(w);
}

/* An attacker's announcements are one finding, not one each. */
static void
test_stale_flood(void)
{
    struct world *w = ucarp_pair(6);

    world_kill(w, 0);
    announce_after(w, 1, MAC_B);
    world_wait(w, WORLD_S(5));
    for (unsigned int i = 0; i < 600; i++) {
        put(w, garp(VIP, i % 2 == 0 ? MAC_C : MAC_B, NULL));
        world_wait(w, 100 * CARP_MSEC);
    }
    g_assert_cmpuint(world_count(w, CARP_EVENT_FINDING, CARP_STALE_ARP), <=, 2);
    put(w, garp(VIP, MAC_C, NULL));
    world_wait(w, WORLD_S(10));
    g_assert_cmpuint(world_count(w, CARP_EVENT_FINDING, CARP_STALE_ARP), >=, 1);
    world_free(w);
}

/* ------------------------------------------------------------ virtual MACs */

static void
from_mac(struct world *w, unsigned int node, const char *mac,
         unsigned int count)
{
    for (unsigned int i = 0; i < count; i++) {
        struct carp_frame f = world_advert(w, node, CARP_IPV4, 500 + w->number);

        f.src_mac = fix_mac(mac);
        (void)world_put(w, &f);
        w->now += 1001 * CARP_MSEC;
    }
}

static void
test_vmac_not_used(void)
{
    struct world *w = world_new(7);
    const struct world_event *e;

    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    from_mac(w, 0, MAC_A, 5);
    world_none(w, CARP_VMAC_NOT_USED);
    put(w, garp(VIP, VMAC, MAC_A));
    from_mac(w, 0, MAC_A, 5);
    e = world_one(w, CARP_VMAC_NOT_USED, CARP_CAUSE_NONE);
    g_assert_cmpint(e->e.severity, ==, CARP_WARNING);
    from_mac(w, 0, VMAC, 70);
    carp_track_advance(w->track, w->now);
    (void)world_end(w, e);
    world_free(w);
}

/* ucarp has no virtual MAC; nor has who announces with its own. */
static void
test_vmac_not_needed(void)
{
    struct world *w = ucarp_pair(8);

    world_kill(w, 0);
    announce_after(w, 1, MAC_B);
    world_wait(w, WORLD_S(10));
    world_none(w, CARP_VMAC_NOT_USED);
    world_free(w);
    w = world_new(9);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    put(w, garp(VIP, MAC_A, NULL));
    from_mac(w, 0, MAC_A, 10);
    world_quiet(w, 0);
    world_free(w);
}

static void
test_vmac_from_backup(void)
{
    struct world *w = world_new(10);
    const struct world_event *e;

    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.2", NULL, 1, 100);
    w->nodes[0].preempt = true;
    world_start(w, 1);
    world_wait(w, WORLD_S(8));
    world_start(w, 0);
    world_wait(w, WORLD_S(8));
    g_assert_true(w->nodes[0].is_master);
    world_forget(w);
    put(w, arp_reply("10.0.0.2", VMAC, "10.0.0.99"));
    e = world_one(w, CARP_VMAC_FROM_BACKUP, CARP_CAUSE_NONE);
    g_assert_cmpint(e->e.severity, ==, CARP_WARNING);
    g_assert_true(world_is_sender(w, e, 0, 1));
    world_wait(w, WORLD_S(70));
    (void)world_end(w, e);
    world_free(w);
}

/* The master may; so may who has just been it; an address whose host is not
 * known says nothing. A BACKUP that was never MASTER is known by its MAC. */
static void
test_vmac_from_master(void)
{
    struct world *w = world_new(11);

    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.2", NULL, 1, 100);
    w->nodes[0].preempt = true;
    world_start(w, 1);
    world_wait(w, WORLD_S(8));
    world_start(w, 0);
    while (!w->nodes[0].is_master) {
        world_wait(w, 10 * CARP_MSEC);
    }
    put(w, arp_reply("10.0.0.2", VMAC, "10.0.0.99"));
    put(w, arp_reply(VIP, VMAC, "10.0.0.99"));
    world_wait(w, WORLD_S(5));
    put(w, arp_reply(VIP, VMAC, "10.0.0.99"));
    put(w, garp("10.0.0.1", VMAC, NULL));
    put(w, arp_reply("10.0.0.44", VMAC, "10.0.0.99"));
    world_quiet(w, 0);
    put(w, garp("10.0.0.1", MAC_A, NULL));
    put(w, garp("10.0.0.3", MAC_C, NULL));
    put(w, arp_reply("10.0.0.3", VMAC, "10.0.0.99"));
    (void)world_one(w, CARP_VMAC_FROM_BACKUP, CARP_CAUSE_NONE);
    world_free(w);
}

/* --------------------------------------------------------------- group MAC */

static void
to_mac(const char *dst, const char *mac, bool is_wrong)
{
    struct world *w = world_new(12);
    struct carp_frame f;

    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", "fd00::1", 1, 0);
    f = world_advert(w, 0, fix_addr(dst).family, 77);
    f.dst = fix_addr(dst);
    f.dst_mac = fix_mac(mac);
    (void)world_put(w, &f);
    if (is_wrong) {
        const struct world_event *e =
            world_one(w, CARP_WRONG_GROUP_MAC, CARP_CAUSE_NONE);

        world_wait(w, WORLD_S(61));
        (void)world_end(w, e);
    } else {
        world_none(w, CARP_WRONG_GROUP_MAC);
    }
    world_free(w);
}

static void
test_group_mac(void)
{
    to_mac("224.0.0.18", "01:00:5e:00:00:d7", true); /* seen in the field */
    to_mac("224.0.0.18", MAC_B, true);
    to_mac("ff02::12", "33:33:00:00:00:01", true);
    to_mac("224.0.0.18", "01:00:5e:00:00:12", false);
    to_mac("239.129.2.3", "01:00:5e:01:02:03", false); /* ucarp --mcast */
    to_mac("224.0.0.18", "ff:ff:ff:ff:ff:ff", false);  /* ucarp -M */
    to_mac("ff02::12", "33:33:00:00:00:12", false);
    to_mac("10.0.0.2", MAC_B, false); /* unicast */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/layer2/stale/not-announced", test_stale_not_announced);
    g_test_add_func("/layer2/stale/by-other", test_stale_by_other);
    g_test_add_func("/layer2/stale/quiet", test_stale_quiet);
    g_test_add_func("/layer2/stale/blind", test_stale_blind);
    g_test_add_func("/layer2/stale/flood", test_stale_flood);
    g_test_add_func("/layer2/vmac/not-used", test_vmac_not_used);
    g_test_add_func("/layer2/vmac/not-needed", test_vmac_not_needed);
    g_test_add_func("/layer2/vmac/backup", test_vmac_from_backup);
    g_test_add_func("/layer2/vmac/master", test_vmac_from_master);
    g_test_add_func("/layer2/group-mac", test_group_mac);
    return g_test_run();
}
