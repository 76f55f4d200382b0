/* SPDX-License-Identifier: BSD-2-Clause */
/* IGMP and MLD: queriers and members. */
#include "announce.h"
#include "track_world.h"

#define MAC_A "02:00:00:00:00:0a"
#define MAC_B "02:00:00:00:00:0b"
#define MAC_R "02:00:00:00:00:0e"

enum message { QUERY, REPORT, SHARED_REPORT, LEAVE };

static void
say(struct world *w, const char *from, const char *mac, enum message message)
{
    struct carp_frame f = {.has_mac = true, .ttl = 1};
    const bool v6 = fix_addr(from).family == CARP_IPV6;

    f.kind = v6 ? CARP_FRAME_MLD : CARP_FRAME_IGMP;
    f.src = fix_addr(from);
    f.family = f.src.family;
    f.src_mac = fix_mac(mac);
    f.u.group.is_query = message == QUERY;
    f.u.group.joins_carp = message == REPORT || message == SHARED_REPORT;
    f.u.group.leaves_carp = message == LEAVE;
    f.u.group.type =
        message == SHARED_REPORT ? (v6 ? 131 : 0x16) : (v6 ? 143 : 0x22);
    if (message != QUERY) {
        f.u.group.group = fix_addr(v6 ? "ff02::12" : "224.0.0.18");
    }
    (void)world_put(w, &f);
}

static struct world *
pair(uint64_t seed)
{
    struct world *w = world_new(seed);

    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", "fe80::1", 1, 0);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.2", "fe80::2", 1, 100);
    w->nodes[0].preempt = true;
    world_start(w, 1); /* both are seen as MASTER */
    world_wait(w, WORLD_S(8));
    world_start(w, 0);
    world_wait(w, WORLD_S(8));
    world_forget(w);
    return w;
}

/* Minutes pass, second by second. */
static void
pass(struct world *w, unsigned int seconds)
{
    for (unsigned int i = 0; i < seconds; i++) {
        world_wait(w, CARP_SEC);
    }
}

/* --------------------------------------------------------------- NO_QUERIER */

static void
test_no_querier(const char *a, const char *b, const char *router)
{
    struct world *w = pair(1);
    const struct world_event *e;

    say(w, a, MAC_A, REPORT);
    say(w, b, MAC_B, REPORT);
    pass(w, 240);
    world_none(w, CARP_NO_QUERIER);
    pass(w, 20);
    e = world_one(w, CARP_NO_QUERIER, CARP_CAUSE_NONE);
    g_assert_cmpint(e->e.severity, ==, CARP_WARNING);
    g_assert_cmpint(e->e.family, ==, fix_addr(a).family);
    g_assert_cmpuint(e->e.vhid, ==, 0);
    pass(w, 600);
    g_assert_cmpuint(world_count(w, CARP_EVENT_UPDATE, CARP_NO_QUERIER), ==, 0);
    say(w, router, MAC_R, QUERY);
    g_assert_nonnull(strstr(world_end(w, e)->text, "asks"));
    world_free(w);
}

static void
test_querier4(void)
{
    test_no_querier("10.0.0.1", "10.0.0.2", "10.0.0.254");
}

static void
test_querier6(void)
{
    test_no_querier("fe80::1", "fe80::2", "fe80::fe");
}

/* Queries come; or nobody reports here, as behind a snooping switch; or the
 * capture was blind. */
static void
test_querier_quiet(void)
{
    struct world *w = pair(2);

    say(w, "10.0.0.1", MAC_A, REPORT);
    for (unsigned int i = 0; i < 8; i++) {
        pass(w, 125);
        say(w, "10.0.0.254", MAC_R, QUERY);
    }
    world_quiet(w, 0);
    world_free(w);
    w = pair(3);
    pass(w, 900);
    world_quiet(w, 0);
    say(w, "10.0.0.1", MAC_A, REPORT);
    pass(w, 200);
    carp_track_blind(w->track, 0, CARP_NEVER);
    pass(w, 60);
    carp_track_blind(w->track, 0, w->now);
    pass(w, 200);
    world_none(w, CARP_NO_QUERIER);
    world_free(w);
}

/* A clock that leaps over years: the timer that repeats comes to rest, so
 * that whoever sleeps until the deadline can sleep again. */
static void
test_querier_leap(void)
{
    struct world *w = pair(4);

    say(w, "10.0.0.1", MAC_A, REPORT);
    pass(w, 1);
    w->now = carp_time_add(w->now, CARP_NEVER / 16);
    for (unsigned int turn = 0; turn < 8; turn++) {
        carp_track_advance(w->track, w->now);
    }
    g_assert_cmpuint(carp_track_deadline(w->track), >, w->now);
    world_free(w);
}

/* ----------------------------------------------------------- NO_MEMBERSHIP */

static void
rounds(struct world *w, unsigned int count, const char *who, const char *mac,
       enum message message)
{
    while (count-- > 0) {
        say(w, "10.0.0.254", MAC_R, QUERY);
        pass(w, 3);
        if (who != NULL) {
            say(w, who, mac, message);
        }
        pass(w, 122);
    }
}

static void
test_no_membership(void)
{
    struct world *w = pair(4);
    const struct world_event *e;

    rounds(w, 1, "10.0.0.2", MAC_B, REPORT);
    world_none(w, CARP_NO_MEMBERSHIP);
    rounds(w, 3, "10.0.0.2", MAC_B, REPORT);
    e = world_one(w, CARP_NO_MEMBERSHIP, CARP_CAUSE_NONE);
    g_assert_cmpint(e->e.severity, ==, CARP_WARNING);
    g_assert_true(world_is_sender(w, e, 0, 0));
    say(w, "10.0.0.1", MAC_A, REPORT);
    (void)world_end(w, e);
    world_free(w);
}

static void
test_left(void)
{
    struct world *w = pair(5);
    const struct world_event *e;

    say(w, "10.0.0.1", MAC_A, REPORT);
    say(w, "10.0.0.1", MAC_A, LEAVE);
    pass(w, 5);
    world_none(w, CARP_NO_MEMBERSHIP);
    pass(w, 7);
    e = world_one(w, CARP_NO_MEMBERSHIP, CARP_CAUSE_LEFT_GROUP);
    g_assert_true(world_is_sender(w, e, 0, 0));
    g_assert_cmpint(e->e.confidence, ==, CARP_HIGH);
    world_free(w);
}

/* No report is seen at all (a snooping switch keeps them); a host that is
 * gone; reports of which one host's keeps the others back; a host that
 * leaves because it goes down. */
static void
test_membership_quiet(void)
{
    struct world *w = pair(6);

    rounds(w, 5, NULL, NULL, REPORT);
    rounds(w, 5, "10.0.0.2", MAC_B, SHARED_REPORT);
    world_quiet(w, 0);
    world_free(w);
    w = pair(7);
    rounds(w, 1, "10.0.0.1", MAC_A, REPORT);
    rounds(w, 5, "10.0.0.1", MAC_A, REPORT); /* B is silent: BACKUP or off */
    world_quiet(w, 0);
    say(w, "10.0.0.1", MAC_A, LEAVE);
    world_kill(w, 0);
    pass(w, 30);
    world_none(w, CARP_NO_MEMBERSHIP);
    world_free(w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/group/querier/igmp", test_querier4);
    g_test_add_func("/group/querier/mld", test_querier6);
    g_test_add_func("/group/querier/quiet", test_querier_quiet);
    g_test_add_func("/group/querier/leap", test_querier_leap);
    g_test_add_func("/group/membership/silent", test_no_membership);
    g_test_add_func("/group/membership/left", test_left);
    g_test_add_func("/group/membership/quiet", test_membership_quiet);
    return g_test_run();
}
