/* SPDX-License-Identifier: BSD-2-Clause */
/* Damaged time stamps, more than two masters, forged copies. */
#include "announce.h"
#include "track_world.h"

static struct world *
pair(uint64_t seed)
{
    struct world *w = world_new(seed);

    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.2", NULL, 1, 100);
    return w;
}

static void
put_at(struct world *w, const struct carp_frame *f, carp_time when)
{
    const carp_time now = w->now;

    w->now = when;
    (void)world_put(w, f);
    w->now = now;
}

/* ---------------------------------------------------------------- the clock */

/* One frame from next year: the others still have a time. */
static void
test_leap(void)
{
    struct world *w = pair(1);
    struct carp_frame f;

    world_settle(w);
    f = world_advert(w, 0, CARP_IPV4, w->nodes[0].counter);
    put_at(w, &f, w->now + WORLD_S(365 * 86400.0));
    world_wait(w, WORLD_S(30));
    world_quiet(w, 0);
    world_kill(w, 0);
    world_wait(w, WORLD_S(8));
    g_assert_cmpint(world_at(w, w->events->len - 1)->e.reason, ==,
                    CARP_REASON_TIMED_OUT);
    g_assert_cmpuint(world_at(w, w->events->len - 1)->e.time, <=, w->now);
    world_quiet(w, 0);
    world_free(w);
}

/* A machine that slept, or a capture with a hole: the second frame says so. */
static void
test_real_gap(void)
{
    struct world *w = pair(2);

    world_settle(w);
    w->now += WORLD_S(7200);
    w->nodes[0].next = w->now;
    w->nodes[1].down[0] = CARP_NEVER;
    world_wait(w, WORLD_S(5));
    (void)world_one(w, CARP_NO_MASTER, CARP_CAUSE_NONE);
    g_assert_cmpint(world_at(w, w->events->len - 1)->e.kind, ==,
                    CARP_EVENT_RESOLVED);
    world_free(w);
    w = pair(3);
    world_settle(w);
    carp_track_advance(w->track, w->now + WORLD_S(3600));
    world_none(w, CARP_NO_MASTER);
    carp_track_advance(w->track, w->now + WORLD_S(3600.1));
    (void)world_one(w, CARP_NO_MASTER, CARP_CAUSE_NONE);
    world_free(w);
}

static void
test_first_is_damaged(void)
{
    struct world *w = pair(4);
    const struct carp_frame f = world_advert(w, 0, CARP_IPV4, 1);

    put_at(w, &f, w->now + WORLD_S(365 * 86400.0));
    world_settle(w);
    world_kill(w, 0);
    world_wait(w, WORLD_S(15));
    g_assert_cmpuint(world_count(w, CARP_EVENT_TRANSITION, 0), >=, 2);
    g_assert_cmpuint(world_at(w, w->events->len - 1)->e.time, <=, w->now);
    world_quiet(w, 0);
    world_free(w);
}

/* -------------------------------------------------------------- more masters
 */

static void
test_three_masters(void)
{
    struct world *w = world_new(5);
    bool all = false;

    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.2", NULL, 1, 50);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.3", NULL, 1, 100);
    for (unsigned int i = 0; i < 3; i++) {
        world_start(w, i);
    }
    world_wait(w, WORLD_S(10));
    for (unsigned int i = 0; i < 3; i++) {
        for (unsigned int j = 0; j < 3; j++) {
            world_link(w, i, j, false);
        }
    }
    world_wait(w, WORLD_S(90));
    for (unsigned int i = 0; i < w->events->len; i++) {
        const struct carp_event *e = &world_at(w, i)->e;

        all |= e->kind != CARP_EVENT_TRANSITION &&
               e->code == CARP_DUAL_MASTER && e->sender_count == 3;
    }
    g_assert_true(all);
    world_free(w);
}

/* One id for two groups of CARP and for VRRP: two findings. */
static void
test_two_collisions(void)
{
    struct carp_ring *ring = carp_ring_new();
    struct carp_auth auth[2];
    unsigned int causes = 0;
    struct world *w;

    for (unsigned int i = 0; i < 2; i++) {
        struct carp_ring_row row = {.vhid = 7, .profile = CARP_PROFILE_FREEBSD};

        g_snprintf(row.name, sizeof(row.name), "group%u", i);
        row.key = fix_key(i == 0 ? "one" : "two", CARP_KEY_RULE_BSD);
        row.addrs = fix_addrs(i == 0 ? "10.0.0.50" : "10.0.0.60");
        g_assert_cmpint(carp_ring_add(ring, &row), ==, CARP_OK);
        g_assert_cmpint(carp_auth_init(&auth[i], &row.key, 7, &row.addrs,
                                       CARP_PROFILE_FREEBSD, NULL),
                        ==, CARP_OK);
    }
    w = world_new_with(6, &(struct carp_track_config){.ring = ring});
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.2", NULL, 1, 100);
    w->nodes[0].auth = &auth[0];
    w->nodes[1].auth = &auth[1];
    world_start(w, 0);
    world_start(w, 1);
    for (unsigned int i = 0; i < 10; i++) {
        const struct carp_frame f = vrrp_advert(3, 7, "10.0.0.9", 100);

        world_wait(w, CARP_SEC);
        (void)world_put(w, &f);
    }
    for (unsigned int i = 0; i < w->events->len; i++) {
        const struct carp_event *e = &world_at(w, i)->e;

        if (e->kind == CARP_EVENT_FINDING && e->code == CARP_VHID_COLLISION) {
            causes |= 1u << e->cause;
        }
    }
    g_assert_cmpuint(causes, ==, 1u << CARP_CAUSE_CARP | 1u << CARP_CAUSE_VRRP);
    world_free(w);
    for (unsigned int i = 0; i < 2; i++) {
        carp_auth_clear(&auth[i]);
    }
    carp_ring_free(ring);
}

/* ------------------------------------------------------------------ replays */

static void
copies(unsigned int sources, bool is_told)
{
    struct world *w = pair(7);
    struct carp_frame f;

    world_settle(w);
    f = world_advert(w, 0, CARP_IPV4, w->nodes[0].counter);
    for (unsigned int i = 0; i < sources; i++) {
        world_wait(w, WORLD_S(2));
        f.src.octets[3] = (uint8_t)(100 + i);
        (void)world_put(w, &f);
    }
    if (is_told) {
        const struct world_event *e =
            world_one(w, CARP_REPLAY, CARP_CAUSE_MANY_SOURCES);

        g_assert_cmpint(e->e.severity, ==, CARP_CRITICAL);
        world_wait(w, WORLD_S(20));
        (void)world_end(w, e);
    } else {
        world_none(w, CARP_REPLAY);
    }
    world_free(w);
}

static void
test_many_sources(void)
{
    copies(1, false); /* a partition that heals looks the same */
    copies(2, false);
    copies(30, true);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/odd/clock/leap", test_leap);
    g_test_add_func("/odd/clock/gap", test_real_gap);
    g_test_add_func("/odd/clock/first", test_first_is_damaged);
    g_test_add_func("/odd/three-masters", test_three_masters);
    g_test_add_func("/odd/two-collisions", test_two_collisions);
    g_test_add_func("/odd/many-sources", test_many_sources);
    return g_test_run();
}
