/* SPDX-License-Identifier: BSD-2-Clause */
/* Adverts that are sent again: attacks, and what only looks like one. */
#include "track_world.h"

static struct carp_frame
old_frame(struct world *w, uint64_t back)
{
    return world_advert(w, 0, CARP_IPV4, w->nodes[0].counter - back);
}

static void
is_replay(struct world *w, const struct carp_frame *f, bool wanted)
{
    const struct carp_observation o = world_put(w, f);

    if (o.is_replay != wanted) {
        world_print(w);
    }
    g_assert_true(o.is_replay == wanted);
}

static void
check_replay(struct world *w)
{
    const struct world_event *e = world_one(w, CARP_REPLAY, CARP_CAUSE_NONE);

    g_assert_cmpint(e->e.severity, ==, CARP_CRITICAL);
    g_assert_true(world_is_sender(w, e, 0, 0));
    world_wait(w, WORLD_S(16));
    (void)world_end(w, e);
    world_quiet(w, 1u << CARP_REPLAY);
}

static void
test_replay_sequential(void)
{
    struct world *w = world_counting(40, WORLD_NETBSD, WORLD_NETBSD, false);
    struct carp_frame f;

    world_wait(w, WORLD_S(5.5));
    f = old_frame(w, 3);
    is_replay(w, &f, true);
    check_replay(w);
    world_free(w);
}

/* Base and skew are not hashed: whoever has an advert can rewrite them. */
static void
test_replay_rewritten(void)
{
    struct world *w = world_counting(41, WORLD_UCARP, WORLD_UCARP, false);
    struct carp_frame f;

    world_wait(w, WORLD_S(5.4));
    f = old_frame(w, 2);
    f.u.adv.advbase = 0;
    f.u.adv.advskew = 1;
    carp_adv_set_checksum(&f.u.adv);
    is_replay(w, &f, true);
    check_replay(w);
    world_free(w);
}

static void
test_replay_random(void)
{
    struct world *w = world_new(42);
    struct carp_frame f;

    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    world_start(w, 0);
    world_wait(w, WORLD_S(6.5));
    f = old_frame(w, 0); /* the last one */
    world_wait(w, WORLD_S(2));
    world_forget(w);
    is_replay(w, &f, true);
    check_replay(w);
    world_free(w);
}

/* One counter for ever, but each advert has its own IP id. */
static void
test_replay_constant(void)
{
    struct world *w = world_counting(43, WORLD_OPENBSD, WORLD_OPENBSD, false);
    struct carp_frame f = old_frame(w, 0);

    (void)world_put(w, &f); /* as if sent by hand */
    world_forget(w);
    world_wait(w, WORLD_S(5));
    w->now += WORLD_S(0.3);
    is_replay(w, &f, true);
    check_replay(w);
    world_free(w);
}

/* A busy host has used up all ids: one that comes back is chance. */
static void
test_replay_constant_not(void)
{
    struct world *w = world_counting(44, WORLD_OPENBSD, WORLD_OPENBSD, false);
    struct carp_frame f = old_frame(w, 0);

    world_kill(w, 0);
    w->now += WORLD_S(1.01);
    for (unsigned int i = 0; i < 200; i++) {
        f.ip_id = (uint16_t)(1 + i % 190);
        is_replay(w, &f, false);
        w->now += WORLD_S(1.01);
    }
    world_none(w, CARP_REPLAY);
    world_free(w);
}

/* Long after the history has forgotten it, but within the unbroken run. */
static void
test_replay_late(void)
{
    struct world *w = world_counting(45, WORLD_NETBSD, WORLD_NETBSD, false);
    struct carp_frame f;

    world_wait(w, WORLD_S(600));
    world_forget(w);
    f = old_frame(w, 400);
    w->now += WORLD_S(0.2);
    is_replay(w, &f, true);
    check_replay(w);
    world_free(w);
}

/* Repeats that a partition explains: both count on from one base, and the
 * better one adopts lower counters again and again. */
static void
replay_not(enum world_impl a, enum world_impl b, bool both, bool v6)
{
    struct world *w = world_counting(46, a, b, v6);

    for (unsigned int i = 0; i < 3; i++) {
        world_link(w, 0, 1, false);
        world_link(w, 1, 0, !both);
        world_wait(w, WORLD_S(17));
        world_split(w, 0, 1, true);
        world_wait(w, WORLD_S(12));
    }
    world_none(w, CARP_REPLAY);
    world_none(w, CARP_LOOPED);
    world_none(w, CARP_DUPLICATE);
    world_free(w);
}

static void
test_replay_not(void)
{
    for (int a = 0; a < WORLD_IMPLS; a++) {
        for (int b = 0; b < WORLD_IMPLS; b++) {
            replay_not((enum world_impl)a, (enum world_impl)b, true, false);
            replay_not((enum world_impl)a, (enum world_impl)b, false, false);
        }
    }
    replay_not(WORLD_FREEBSD, WORLD_FREEBSD, false, true);
    replay_not(WORLD_FREEBSD, WORLD_OPENBSD, false, true);
    replay_not(WORLD_OPENBSD, WORLD_FREEBSD, false, true);
}

/* OpenBSD started again has another constant. */
static void
test_restart_not(void)
{
    struct world *w = world_new(47);

    (void)world_add(w, WORLD_OPENBSD, "10.0.0.1", NULL, 1, 0);
    for (unsigned int i = 0; i < 5; i++) {
        world_start(w, 0);
        world_wait(w, WORLD_S(3.5 + i));
        world_kill(w, 0);
        w->nodes[0].counter = 0;
        world_wait(w, WORLD_S(2));
    }
    world_none(w, CARP_REPLAY);
    world_free(w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/track/replay/sequential", test_replay_sequential);
    g_test_add_func("/track/replay/rewritten", test_replay_rewritten);
    g_test_add_func("/track/replay/random", test_replay_random);
    g_test_add_func("/track/replay/constant", test_replay_constant);
    g_test_add_func("/track/replay/constant-not", test_replay_constant_not);
    g_test_add_func("/track/replay/late", test_replay_late);
    g_test_add_func("/track/replay/not", test_replay_not);
    g_test_add_func("/track/replay/restart-not", test_restart_not);
    return g_test_run();
}
