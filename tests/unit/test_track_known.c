/* SPDX-License-Identifier: BSD-2-Clause */
/* What the observer knows: successors, addresses, ids in use. */
#include <string.h>

#include <carp/inventory.h>
#include <carp/learn.h>
#include <carp/predict.h>

#include "announce.h"
#include "track_world.h"

#define MAC_B "02:00:00:00:00:0b"

/* -------------------------------------------------------------- prediction */

static void
test_nobody(void)
{
    struct world *w = world_new(1);
    char text[CARP_PREDICTION_TEXT];
    struct carp_prediction p;

    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.2", NULL, 1, 100);
    world_settle(w);
    /* B never was MASTER: nobody can know it. */
    g_assert_false(carp_track_predict(w->track, 0, 0, w->now, &p));
    g_assert_false(carp_track_predict(w->track, 9, 0, w->now, &p));
    carp_prediction_text(NULL, w->now, text);
    g_assert_nonnull(strstr(text, "not known"));
    world_free(w);
}

/* A dies, B takes over; A returns and preempts: B is known to be BACKUP. */
static void
predict(enum world_impl impl, carp_time takeover)
{
    struct world *w = world_new(2);
    char text[CARP_PREDICTION_TEXT];
    struct carp_prediction p;
    carp_time died;

    (void)world_add(w, impl, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, impl, "10.0.0.2", NULL, 1, 100);
    w->nodes[0].preempt = true;
    world_settle(w);
    world_kill(w, 0);
    world_wait(w, WORLD_S(8));
    g_assert_true(w->nodes[1].is_master);
    g_assert_true(carp_track_predict(w->track, 0, 0, w->now, &p));
    g_assert_true(carp_addr_equal(&p.successor, &w->nodes[0].addr4));
    g_assert_cmpint(p.departure, ==, CARP_LEFT_SILENT);
    g_assert_cmpint(p.confidence, ==, CARP_LOW);
    carp_prediction_text(&p, w->now, text);
    g_assert_nonnull(strstr(text, "if it is back: it fell silent"));
    world_start(w, 0);
    world_wait(w, WORLD_S(8));
    g_assert_true(w->nodes[0].is_master);
    g_assert_true(carp_track_predict(w->track, 0, 0, w->now, &p));
    g_assert_true(carp_addr_equal(&p.master, &w->nodes[0].addr4));
    g_assert_true(carp_addr_equal(&p.successor, &w->nodes[1].addr4));
    g_assert_cmpint(p.departure, ==, CARP_LEFT_YIELDED);
    g_assert_cmpint(p.confidence, ==, CARP_HIGH);
    g_assert_cmpuint(p.advskew, ==, 100);
    g_assert_false(p.is_tie);
    g_assert_cmpuint(p.takeover, ==, takeover);
    g_assert_false(carp_track_predict(w->track, 0, 1, w->now, &p));
    carp_prediction_text(&p, w->now, text);
    g_assert_nonnull(strstr(text, "if 10.0.0.1 dies now, 10.0.0.2 takes"));
    /* And so it comes. */
    world_kill(w, 0);
    died = w->now;
    while (!w->nodes[1].is_master) {
        world_wait(w, 10 * CARP_MSEC);
    }
    g_assert_cmpuint(p.due, >, died);
    g_assert_cmpuint(p.due, <=, w->now + 50 * CARP_MSEC);
    g_assert_cmpuint(w->now, <=,
                     p.due +
                         (impl == WORLD_UCARP ? WORLD_S(1.1) : WORLD_S(0.1)));
    world_free(w);
}

static void
test_predict(void)
{
    predict(WORLD_FREEBSD, carp_master_down(CARP_TIMING_BSD, 1, 100));
    predict(WORLD_OPENBSD, carp_master_down(CARP_TIMING_OPENBSD, 1, 100));
    predict(WORLD_UCARP, carp_master_down(CARP_TIMING_UCARP, 1, 100));
}

/* Old knowledge says how old it is, and a sign of life makes it better. */
static void
test_age(void)
{
    struct world *w = world_new(3);
    struct carp_prediction p;
    struct carp_frame f;
    char text[CARP_PREDICTION_TEXT];

    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.2", NULL, 1, 100);
    w->nodes[0].preempt = true;
    world_start(w, 1);
    world_wait(w, WORLD_S(10));
    world_start(w, 0);
    for (unsigned int i = 0; i < 900; i++) {
        world_wait(w, WORLD_S(1));
    }
    g_assert_true(carp_track_predict(w->track, 0, 0, w->now, &p));
    g_assert_cmpint(p.confidence, ==, CARP_MEDIUM);
    carp_prediction_text(&p, w->now, text);
    g_assert_nonnull(strstr(text, "14 min ago"));
    f = garp("10.0.0.2", MAC_B, NULL);
    (void)world_put(w, &f);
    g_assert_true(carp_track_predict(w->track, 0, 0, w->now, &p));
    g_assert_cmpint(p.confidence, ==, CARP_HIGH);
    g_assert_cmpuint(p.last_sign, ==, w->now);
    carp_prediction_text(&p, w->now, text);
    g_assert_nonnull(strstr(text, "last sign of life 0 s ago"));
    world_free(w);
}

/* Of three the one with the shortest master-down time, ties are said. */
static void
test_rank(void)
{
    struct world *w = world_new(4);
    struct carp_prediction p;

    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.2", NULL, 1, 50);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.3", NULL, 1, 100);
    for (unsigned int i = 0; i < 3; i++) {
        w->nodes[i].preempt = true;
    }
    for (unsigned int i = 3; i-- > 0;) {
        world_start(w, i);
        world_wait(w, WORLD_S(10));
    }
    g_assert_true(carp_track_predict(w->track, 0, 0, w->now, &p));
    g_assert_true(carp_addr_equal(&p.successor, &w->nodes[1].addr4));
    g_assert_false(p.is_tie);
    g_assert_true(carp_track_predict(w->track, 0, 1, w->now, &p));
    g_assert_true(carp_addr_equal(&p.successor, &w->nodes[2].addr4));
    g_assert_false(carp_track_predict(w->track, 0, 2, w->now, &p));
    world_free(w);
}

/* ---------------------------------------------------------------- learning */

static void
test_learn_virtual(void)
{
    struct world *w = world_new(5);
    struct carp_learnt_address a;
    struct carp_learnt_set set;
    struct carp_frame f;

    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    world_start(w, 0);
    world_wait(w, WORLD_S(5));
    g_assert_false(carp_track_learnt_address(w->track, 0, 0, &a));
    f = garp("10.0.0.60", "00:00:5e:00:01:07", NULL);
    (void)world_put(w, &f);
    w->now += CARP_SEC;
    f = arp_reply("10.0.0.50", "00:00:5e:00:01:07", "10.0.0.99");
    (void)world_put(w, &f);
    f = garp("0.0.0.0", "00:00:5e:00:01:07", NULL); /* no host has these */
    (void)world_put(w, &f);
    f = garp("238.0.0.50", "00:00:5e:00:01:07", NULL);
    (void)world_put(w, &f);
    f = garp("10.0.0.51", "00:00:5e:00:01:08", NULL); /* another vhid */
    (void)world_put(w, &f);
    f = unsolicited_na("fd00::50", "00:00:5e:00:01:07");
    (void)world_put(w, &f);
    g_assert_true(carp_track_learnt_address(w->track, 0, 1, &a));
    g_assert_cmpuint(a.evidence, ==, CARP_LEARNT_VIRTUAL_MAC);
    g_assert_false(a.is_hashed);
    g_assert_cmpuint(a.count, ==, 1);
    g_assert_cmpuint(a.last, ==, w->now);
    g_assert_false(carp_track_learnt_address(w->track, 0, 3, &a));
    g_assert_true(carp_track_learnt_set(w->track, 0, &set));
    g_assert_false(set.is_confirmed);
    g_assert_cmpuint(set.vhid, ==, 7);
    g_assert_cmpuint(set.addresses.count, ==, 3);
    f.src = fix_addr("10.0.0.50");
    g_assert_true(carp_addr_equal(&set.addresses.list[0], &f.src));
    g_assert_cmpuint(set.advbase, ==, 1);
    g_assert_false(carp_track_learnt_set(w->track, 1, &set));
    world_free(w);
}

/* ucarp announces with its own MAC, and its own address when it starts. */
static void
test_learn_takeover(void)
{
    struct world *w = world_new(6);
    struct carp_learnt_address a;
    struct carp_frame f;

    (void)world_add(w, WORLD_UCARP, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_UCARP, "10.0.0.2", NULL, 1, 100);
    world_start(w, 0);
    world_wait(w, WORLD_S(6));
    f = garp("10.0.0.2", MAC_B, NULL); /* its own address */
    (void)world_put(w, &f);
    world_start(w, 1);
    world_kill(w, 0);
    while (!w->nodes[1].is_master) {
        world_wait(w, 20 * CARP_MSEC);
    }
    f = garp("10.0.0.77", "02:00:00:00:00:77", NULL); /* a stranger's */
    (void)world_put(w, &f);
    f = garp("10.0.0.50", MAC_B, NULL);
    (void)world_put(w, &f);
    w->now += WORLD_S(2);
    (void)world_put(w, &f);
    w->now += WORLD_S(4);
    f = garp("10.0.0.51", MAC_B, NULL); /* long after */
    (void)world_put(w, &f);
    g_assert_true(carp_track_learnt_address(w->track, 0, 0, &a));
    g_assert_cmpuint(a.evidence, ==, CARP_LEARNT_TAKEOVER);
    g_assert_cmpuint(a.count, ==, 2);
    f.src = fix_addr("10.0.0.50");
    g_assert_true(carp_addr_equal(&a.address, &f.src));
    g_assert_false(carp_track_learnt_address(w->track, 0, 1, &a));
    world_free(w);
}

/* With the password alone: of three announced addresses two are hashed. */
static void
test_learn_confirmed(void)
{
    struct carp_ring *ring = carp_ring_new();
    struct carp_ring_row row = {.vhid = 7, .profile = CARP_PROFILE_AUTO};
    const struct carp_addrs two = fix_addrs("10.0.0.50 10.0.0.60");
    struct carp_auth auth;
    struct carp_learnt_address a;
    struct carp_learnt_set set;
    struct carp_frame f;
    struct world *w;

    g_strlcpy(row.name, "lan", sizeof(row.name));
    row.key = fix_key("secret", CARP_KEY_RULE_BSD);
    g_assert_cmpint(carp_ring_add(ring, &row), ==, CARP_OK);
    w = world_new_with(8, &(struct carp_track_config){.ring = ring});
    g_assert_cmpint(
        carp_auth_init(&auth, &row.key, 7, &two, CARP_PROFILE_FREEBSD, NULL),
        ==, CARP_OK);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    w->nodes[0].auth = &auth;
    world_start(w, 0);
    world_wait(w, WORLD_S(5));
    f = garp("10.0.0.60", "00:00:5e:00:01:07", NULL);
    (void)world_put(w, &f);
    f = garp("10.0.0.51", "00:00:5e:00:01:07", NULL);
    (void)world_put(w, &f);
    f = garp("10.0.0.50", "00:00:5e:00:01:07", NULL);
    (void)world_put(w, &f);
    world_wait(w, WORLD_S(3));
    g_assert_true(carp_track_learnt_set(w->track, 0, &set));
    g_assert_true(set.is_confirmed);
    g_assert_cmpuint(set.addresses.count, ==, 2);
    g_assert_true(carp_addr_equal(&set.addresses.list[0], &two.list[0]));
    g_assert_true(carp_addr_equal(&set.addresses.list[1], &two.list[1]));
    g_assert_cmpint(set.profile, ==, CARP_PROFILE_FREEBSD);
    g_assert_true(carp_track_learnt_address(w->track, 0, 0, &a));
    g_assert_true(a.is_hashed);
    g_assert_true(carp_track_learnt_address(w->track, 0, 1, &a));
    g_assert_false(a.is_hashed);
    world_free(w);
    carp_auth_clear(&auth);
    carp_ring_free(ring);
}

/* --------------------------------------------------------------- inventory */

static void
test_inventory(void)
{
    struct world *w = world_new(9);
    struct carp_in_use list[8];
    struct carp_frame f;
    uint8_t ids[255];

    g_assert_cmpuint(carp_track_inventory(w->track, NULL, 0), ==, 0);
    g_assert_cmpuint(carp_track_free_ids(w->track, 0, 0, ids), ==, 255);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", "fd00::1", 1, 0);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.2", "fd00::2", 1, 100);
    world_settle(w);
    world_kill(w, 0);
    world_wait(w, WORLD_S(8));
    for (unsigned int i = 0; i < 3; i++) {
        f = vrrp_advert(3, 10, "10.0.0.11", 100);
        (void)world_put(w, &f);
        w->now += CARP_SEC;
        f = vrrp_advert(3, 10, "10.0.0.12", 200);
        (void)world_put(w, &f);
        f = vrrp_advert(2, 7, "10.0.0.13", 100);
        f.vlan = 5;
        (void)world_put(w, &f);
    }
    f = garp("10.0.0.90", "00:00:5e:00:01:2a", NULL);
    (void)world_put(w, &f);
    g_assert_cmpuint(carp_track_inventory(w->track, list, 8), ==, 5);
    g_assert_cmpuint(list[0].id, ==, 7);
    g_assert_cmpint(list[0].user, ==, CARP_USER_CARP);
    g_assert_cmpuint(list[0].family, ==, CARP_IPV4);
    g_assert_cmpuint(list[0].owner_count, ==, 2);
    g_assert_true(list[0].owners[0].is_master);
    g_assert_true(
        carp_addr_equal(&list[0].owners[0].address, &w->nodes[1].addr4));
    g_assert_false(list[0].owners[1].is_master);
    g_assert_cmpuint(list[0].owners[0].advskew, ==, 100);
    g_assert_cmpuint(list[1].family, ==, CARP_IPV6);
    g_assert_cmpuint(list[2].id, ==, 10);
    g_assert_cmpint(list[2].user, ==, CARP_USER_VRRP3);
    g_assert_cmpuint(list[2].adverts, ==, 6);
    g_assert_cmpuint(list[2].owner_count, ==, 2);
    g_assert_cmpuint(list[2].owners[0].priority, ==, 200);
    g_assert_cmpint(list[3].user, ==, CARP_USER_MAC);
    g_assert_cmpuint(list[3].id, ==, 42);
    g_assert_cmpuint(list[4].vlan, ==, 5);
    g_assert_cmpuint(carp_track_free_ids(w->track, 0, 0, ids), ==, 252);
    g_assert_cmpuint(ids[6], ==, 8);
    g_assert_cmpuint(carp_track_free_ids(w->track, 0, 5, ids), ==, 254);
    g_assert_cmpstr(carp_user_text(CARP_USER_VRRP2), ==, "VRRPv2");
    g_assert_cmpstr(carp_user_text(CARP_USER_COUNT), ==, "");
    world_free(w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/known/successor/nobody", test_nobody);
    g_test_add_func("/known/successor/next", test_predict);
    g_test_add_func("/known/successor/age", test_age);
    g_test_add_func("/known/successor/rank", test_rank);
    g_test_add_func("/known/addresses/virtual", test_learn_virtual);
    g_test_add_func("/known/addresses/takeover", test_learn_takeover);
    g_test_add_func("/known/addresses/confirmed", test_learn_confirmed);
    g_test_add_func("/known/ids", test_inventory);
    return g_test_run();
}
