/* SPDX-License-Identifier: BSD-2-Clause */
/* Vhids that belong together, and an observer that cannot see. */
#include "announce.h"
#include "track_world.h"

/* One advert of @p host for @p vhid in @p vlan. */
static void
advert(struct world *w, unsigned int host, uint8_t vhid, uint16_t vlan)
{
    struct carp_frame f =
        world_advert(w, host, CARP_IPV4, 1000000u * vhid + w->number);

    f.u.adv.vhid = vhid;
    f.vlan = vlan;
    if (vlan != 0) {
        f.src.octets[2] = (uint8_t)vlan;
    }
    (void)world_put(w, &f);
}

/* @p seconds in which host @p one is MASTER of vhid 7 and @p two of vhid 8,
 * the latter in @p vlan. */
static void
hold(struct world *w, unsigned int one, unsigned int two, uint16_t vlan,
     unsigned int seconds)
{
    for (unsigned int i = 0; i < seconds; i++) {
        advert(w, one, 7, 0);
        w->now += 10 * CARP_MSEC;
        advert(w, two, 8, vlan);
        w->now += 991 * CARP_MSEC;
    }
    carp_track_advance(w->track, w->now);
}

static struct world *
hosts(uint64_t seed)
{
    struct world *w = world_new(seed);

    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.2", NULL, 1, 1);
    return w;
}

static void
die(struct world *w)
{
    w->now += WORLD_S(3.5);
}

static void
test_split(void)
{
    struct world *w = hosts(1);
    const struct world_event *e;
    carp_time apart;

    hold(w, 0, 0, 0, 20);
    die(w);
    hold(w, 1, 1, 0, 20);
    die(w);
    hold(w, 0, 0, 0, 20);
    die(w);
    world_none(w, CARP_SPLIT_PLACEMENT);
    apart = w->now;
    hold(w, 0, 1, 0, 30);
    e = world_one(w, CARP_SPLIT_PLACEMENT, CARP_CAUSE_NONE);
    g_assert_cmpint(e->e.severity, ==, CARP_WARNING);
    g_assert_cmpint(e->e.confidence, ==, CARP_HIGH);
    g_assert_cmpuint(e->e.vhid, ==, 8);
    g_assert_cmpuint(e->e.time, <=, apart + WORLD_S(16));
    g_assert_true(world_is_sender(w, e, 0, 1));
    g_assert_true(world_is_sender(w, e, 1, 0));
    die(w);
    hold(w, 1, 1, 0, 30);
    (void)world_end(w, e);
    world_free(w);
}

/* In another VLAN the hosts have other addresses: two moves are needed. */
static void
test_split_vlan(void)
{
    struct world *w = hosts(2);

    hold(w, 0, 0, 5, 20);
    die(w);
    hold(w, 1, 1, 5, 20);
    die(w);
    hold(w, 1, 0, 5, 30);
    world_none(w, CARP_SPLIT_PLACEMENT);
    die(w);
    hold(w, 0, 0, 5, 20);
    die(w);
    hold(w, 1, 1, 5, 20);
    die(w);
    hold(w, 0, 0, 5, 20);
    die(w);
    hold(w, 0, 1, 5, 30);
    g_assert_nonnull(
        strstr(world_one(w, CARP_SPLIT_PLACEMENT, CARP_CAUSE_NONE)->text,
               "of vhid 7 in VLAN 0"));
    world_free(w);
}

/* Each host has its own vhid, and takes the other's while that is down. */
static void
test_shared_load(void)
{
    struct world *w = hosts(3);

    for (unsigned int i = 0; i < 4; i++) {
        hold(w, 0, 1, 0, 30);
        die(w);
        hold(w, i % 2, i % 2, 0, 30);
        die(w);
    }
    hold(w, 0, 1, 0, 60);
    world_none(w, CARP_SPLIT_PLACEMENT);
    world_free(w);
}

/* Preemption brings one back some seconds before the other. */
static void
test_one_by_one(void)
{
    struct world *w = hosts(4);

    hold(w, 0, 0, 0, 20);
    die(w);
    hold(w, 1, 1, 0, 20);
    die(w);
    hold(w, 0, 1, 0, 9);
    hold(w, 0, 0, 0, 30);
    world_none(w, CARP_SPLIT_PLACEMENT);
    world_free(w);
}

/* ------------------------------------------------------------ CAPTURE_BLIND */

static void
test_away(void)
{
    struct world *w = hosts(5);
    const struct world_event *e;

    world_settle(w);
    carp_track_blind(w->track, 0, CARP_NEVER);
    e = world_one(w, CARP_CAPTURE_BLIND, CARP_CAUSE_INTERFACE_LOST);
    g_assert_cmpint(e->e.severity, ==, CARP_CRITICAL);
    g_assert_cmpuint(e->e.vhid, ==, 0);
    carp_track_advance(w->track, w->now + WORLD_S(100));
    w->now += WORLD_S(100);
    world_none(w, CARP_NO_MASTER);
    carp_track_blind(w->track, 0, w->now);
    (void)world_end(w, e);
    carp_track_advance(w->track, w->now + WORLD_S(3));
    world_none(w, CARP_NO_MASTER);
    carp_track_advance(w->track, w->now + WORLD_S(8));
    (void)world_one(w, CARP_NO_MASTER, CARP_CAUSE_NONE);
    world_free(w);
}

/* Frames that were lost are no silence, no gap, and no partition. */
static void
test_dropped(void)
{
    struct world *w = hosts(6);
    const struct world_event *e;

    carp_track_dropped(w->track, 0, w->now, 0);
    world_settle(w);
    world_quiet(w, 0);
    w->hidden[0][0] = w->hidden[0][1] = true;
    for (unsigned int i = 0; i < 20; i++) {
        world_wait(w, CARP_SEC);
        carp_track_dropped(w->track, 0, w->now, 100);
    }
    e = world_one(w, CARP_CAPTURE_BLIND, CARP_CAUSE_FRAMES_DROPPED);
    g_assert_cmpint(e->e.severity, ==, CARP_WARNING);
    w->hidden[0][0] = w->hidden[0][1] = false;
    world_wait(w, WORLD_S(40));
    (void)world_end(w, e);
    world_quiet(w, 1ull << CARP_CAPTURE_BLIND);
    g_assert_cmpuint(world_count(w, CARP_EVENT_UPDATE, CARP_CAPTURE_BLIND), <=,
                     1);
    world_free(w);
}

static void
test_nothing_seen(void)
{
    struct world *w = hosts(7);
    const struct world_event *e;

    carp_track_watch(w->track, 0, w->now);
    world_wait(w, WORLD_S(55));
    world_quiet(w, 0);
    world_wait(w, WORLD_S(10));
    e = world_one(w, CARP_CAPTURE_BLIND, CARP_CAUSE_NOTHING_SEEN);
    world_start(w, 0);
    world_wait(w, WORLD_S(5));
    (void)world_end(w, e);
    world_free(w);
    w = hosts(8);
    carp_track_watch(w->track, 0, w->now);
    world_settle(w);
    world_wait(w, WORLD_S(100));
    world_quiet(w, 0);
    world_free(w);
}

/* A pulled cable, or a machine that was suspended, is no advert. */
static void
test_nothing_seen_still(void)
{
    struct world *w = hosts(12);
    const struct world_event *e;

    carp_track_watch(w->track, 0, w->now);
    world_wait(w, WORLD_S(70));
    e = world_one(w, CARP_CAPTURE_BLIND, CARP_CAUSE_NOTHING_SEEN);
    carp_track_blind(w->track, 0, w->now);
    g_assert_cmpuint(world_count(w, CARP_EVENT_RESOLVED, CARP_CAPTURE_BLIND),
                     ==, 0);
    carp_track_blind(w->track, 0, CARP_NEVER);
    world_wait(w, WORLD_S(10));
    carp_track_blind(w->track, 0, w->now);
    (void)world_end(w, e);
    world_forget(w);
    world_wait(w, WORLD_S(70));
    e = world_one(w, CARP_CAPTURE_BLIND, CARP_CAUSE_NOTHING_SEEN);
    world_start(w, 0);
    world_wait(w, WORLD_S(5));
    g_assert_nonnull(strstr(world_end(w, e)->text, "an advert came"));
    world_free(w);
}

/* Two masters and everything else fall silent in one moment. */
static void
test_all_silent(void)
{
    struct world *w = hosts(9);
    const struct world_event *e;
    struct carp_frame f = garp("10.0.0.77", "02:00:00:00:00:77", NULL);

    hold(w, 0, 1, 0, 20);
    (void)world_put(w, &f);
    world_wait(w, WORLD_S(60));
    e = world_one(w, CARP_CAPTURE_BLIND, CARP_CAUSE_ALL_SILENT);
    world_none(w, CARP_NO_MASTER);
    (void)world_put(w, &f);
    (void)world_end(w, e);
    /* The wire is there and they are not. */
    world_wait(w, WORLD_S(10));
    g_assert_cmpuint(world_count(w, CARP_EVENT_FINDING, CARP_NO_MASTER), ==, 2);
    world_free(w);
}

/* Suspended meanwhile, the machine knows no more than before. */
static void
test_all_silent_still(void)
{
    struct world *w = hosts(13);
    const struct world_event *e;
    struct carp_frame f = garp("10.0.0.77", "02:00:00:00:00:77", NULL);

    hold(w, 0, 1, 0, 20);
    (void)world_put(w, &f);
    world_wait(w, WORLD_S(60));
    e = world_one(w, CARP_CAPTURE_BLIND, CARP_CAUSE_ALL_SILENT);
    carp_track_blind(w->track, 0, w->now);
    world_wait(w, WORLD_S(60));
    world_none(w, CARP_NO_MASTER);
    g_assert_cmpuint(world_count(w, CARP_EVENT_RESOLVED, CARP_CAPTURE_BLIND),
                     ==, 0);
    (void)world_put(w, &f);
    g_assert_nonnull(strstr(world_end(w, e)->text, "frames come again"));
    world_free(w);
}

/* One host's two vhids; or other frames go on: it died. */
static void
test_one_died(void)
{
    struct world *w = hosts(10);
    struct carp_frame f = garp("10.0.0.77", "02:00:00:00:00:77", NULL);

    hold(w, 0, 0, 0, 20);
    world_wait(w, WORLD_S(10));
    g_assert_cmpuint(world_count(w, CARP_EVENT_FINDING, CARP_NO_MASTER), ==, 2);
    world_none(w, CARP_CAPTURE_BLIND);
    world_free(w);
    w = hosts(11);
    hold(w, 0, 1, 0, 20);
    for (unsigned int i = 0; i < 10; i++) {
        world_wait(w, CARP_SEC);
        (void)world_put(w, &f);
    }
    world_none(w, CARP_CAPTURE_BLIND);
    g_assert_cmpuint(world_count(w, CARP_EVENT_FINDING, CARP_NO_MASTER), ==, 2);
    world_free(w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/place/split/together-before", test_split);
    g_test_add_func("/place/split/vlan", test_split_vlan);
    g_test_add_func("/place/split/shared-load", test_shared_load);
    g_test_add_func("/place/split/one-by-one", test_one_by_one);
    g_test_add_func("/blind/away", test_away);
    g_test_add_func("/blind/dropped", test_dropped);
    g_test_add_func("/blind/nothing-seen", test_nothing_seen);
    g_test_add_func("/blind/nothing-seen-still", test_nothing_seen_still);
    g_test_add_func("/blind/all-silent", test_all_silent);
    g_test_add_func("/blind/all-silent-still", test_all_silent_still);
    g_test_add_func("/blind/one-died", test_one_died);
    return g_test_run();
}
