/* SPDX-License-Identifier: BSD-2-Clause */
/* Two masters: when it is a fault, which one, and when it is over. */
#include <string.h>

#include "track_world.h"

static void
check_pair(const struct world *w, const struct world_event *e,
           unsigned int first)
{
    g_assert_cmpint(e->e.severity, ==, CARP_CRITICAL);
    g_assert_cmpuint(e->e.sender_count, ==, 2);
    g_assert_true(world_is_sender(w, e, 0, first));
    g_assert_true(world_is_sender(w, e, 1, 1 - first));
    g_assert_cmpuint(e->e.frame_count, >=, 2);
    for (unsigned int i = 1; i < e->e.frame_count; i++) {
        g_assert_cmpuint(e->e.frames[i], >, e->e.frames[i - 1]);
    }
    g_assert_cmpstr(e->detail, !=, "");
    g_assert_cmpstr(e->remedy, !=, "");
}

/* ----------------------------------------------------------------- delivery */

struct delivery {
    enum world_impl a, b;
    bool both;
    enum carp_cause cause;
    enum carp_confidence least;
    bool leaps; /* carpd's counter */
};

static void
delivery(const struct delivery *d)
{
    struct world *w = world_new(20);
    const struct world_event *onset, *end;

    (void)world_add(w, d->a, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, d->b, "10.0.0.2", NULL, 1, 100);
    w->nodes[0].leaps = w->nodes[1].leaps = d->leaps;
    /* Both have been MASTER, so both count from one base. */
    w->nodes[0].preempt = true;
    world_start(w, 1);
    world_wait(w, WORLD_S(8));
    world_start(w, 0);
    world_wait(w, WORLD_S(10));
    world_forget(w);
    world_link(w, 0, 1, false);
    world_link(w, 1, 0, !d->both);
    world_wait(w, WORLD_S(12));
    onset = world_one(w, CARP_DUAL_MASTER, d->cause);
    check_pair(w, onset, 0);
    g_assert_cmpint(onset->e.confidence, >=, d->least);
    g_assert_cmpuint(onset->e.since, >=, w->nodes[1].became);
    g_assert_cmpuint(onset->e.since, <, w->nodes[1].became + CARP_MSEC);
    g_assert_cmpuint(onset->e.time, <, w->nodes[1].became + WORLD_S(2.9));
    world_quiet(w, 1u << CARP_DUAL_MASTER);
    world_split(w, 0, 1, true);
    world_wait(w, WORLD_S(9));
    end = world_end(w, onset);
    g_assert_cmpuint(end->e.time, <, w->now);
    g_assert_cmpstr(end->remedy, ==, "");
    g_assert_nonnull(strstr(end->text, "10.0.0.2"));
    world_quiet(w, 1u << CARP_DUAL_MASTER);
    world_free(w);
}

static void
test_delivery(void)
{
    static const struct delivery rows[] = {
        {WORLD_FREEBSD, WORLD_FREEBSD, false, CARP_CAUSE_NO_DELIVERY_A_TO_B,
         CARP_HIGH, false},
        {WORLD_FREEBSD, WORLD_FREEBSD, true, CARP_CAUSE_NO_DELIVERY_BOTH,
         CARP_MEDIUM, false},
        {WORLD_NETBSD, WORLD_UCARP, false, CARP_CAUSE_NO_DELIVERY_A_TO_B,
         CARP_HIGH, false},
        {WORLD_UCARP, WORLD_UCARP, false, CARP_CAUSE_NO_DELIVERY_A_TO_B,
         CARP_HIGH, false},
        {WORLD_UCARP, WORLD_UCARP, true, CARP_CAUSE_NO_DELIVERY_BOTH,
         CARP_MEDIUM, false},
        {WORLD_FREEBSD, WORLD_OPENBSD, false, CARP_CAUSE_NO_DELIVERY_A_TO_B,
         CARP_HIGH, false},
        {WORLD_OPENBSD, WORLD_NETBSD, false, CARP_CAUSE_NO_DELIVERY_A_TO_B,
         CARP_MEDIUM, false},
        {WORLD_OPENBSD, WORLD_OPENBSD, true, CARP_CAUSE_UNKNOWN, CARP_LOW,
         false},
        {WORLD_FREEBSD, WORLD_FREEBSD, false, CARP_CAUSE_NO_DELIVERY_A_TO_B,
         CARP_HIGH, true},
        {WORLD_FREEBSD, WORLD_FREEBSD, true, CARP_CAUSE_NO_DELIVERY_BOTH,
         CARP_MEDIUM, true},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        delivery(&rows[i]);
    }
}

/* The worse one hears nothing and the better one does not either, but one
 * direction heals first: the finding follows. */
static void
test_half_healed(void)
{
    struct world *w = world_new(21);
    const struct world_event *onset, *update;

    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.2", NULL, 1, 100);
    world_settle(w);
    world_split(w, 0, 1, false);
    world_wait(w, WORLD_S(12));
    onset = world_one(w, CARP_DUAL_MASTER, CARP_CAUSE_NO_DELIVERY_BOTH);
    world_link(w, 1, 0, true);
    world_wait(w, WORLD_S(8));
    update = world_get(w, CARP_EVENT_UPDATE, CARP_DUAL_MASTER, 0);
    g_assert_nonnull(update);
    g_assert_cmpuint(update->e.id, ==, onset->e.id);
    g_assert_cmpint(update->e.cause, ==, CARP_CAUSE_NO_DELIVERY_A_TO_B);
    check_pair(w, update, 0);
    world_free(w);
}

/* Told once a minute while it lasts, unless asked otherwise. */
static void
test_update_rate(void)
{
    const struct carp_track_config config = {.update_every = WORLD_S(20)};
    struct world *w = world_new_with(22, &config);

    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.2", NULL, 1, 100);
    world_settle(w);
    world_link(w, 0, 1, false);
    world_wait(w, WORLD_S(115));
    g_assert_cmpuint(world_count(w, CARP_EVENT_FINDING, CARP_DUAL_MASTER), ==,
                     1);
    g_assert_cmpuint(world_count(w, CARP_EVENT_UPDATE, CARP_DUAL_MASTER), ==,
                     5);
    g_assert_cmpuint(
        world_get(w, CARP_EVENT_UPDATE, CARP_DUAL_MASTER, 4)->e.count, >, 140);
    world_free(w);
}

/* ---------------------------------------------------------- ttl, tie, others
 */

static void
test_ttl(void)
{
    struct world *w = world_new(23);
    const struct world_event *onset;

    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.2", NULL, 1, 100);
    world_settle(w);
    w->nodes[0].ttl = 254;
    world_wait(w, WORLD_S(10));
    onset = world_one(w, CARP_DUAL_MASTER, CARP_CAUSE_TTL);
    check_pair(w, onset, 0);
    g_assert_nonnull(strstr(onset->detail, "254"));
    world_quiet(w, 1u << CARP_DUAL_MASTER | 1u << CARP_TTL_NOT_255);
    w->nodes[0].ttl = 255;
    world_wait(w, WORLD_S(9));
    (void)world_end(w, onset);
    world_free(w);
}

static void
test_tie(void)
{
    struct world *w = world_new(24);
    const struct world_event *onset;

    (void)world_add(w, WORLD_UCARP, "10.0.0.1", NULL, 1, 50);
    (void)world_add(w, WORLD_UCARP, "10.0.0.2", NULL, 1, 50);
    world_settle(w);
    world_forget(w);
    /* Adverts that cross for ever: neither is better. */
    w->nodes[0].is_master = w->nodes[1].is_master = false;
    w->nodes[0].up = w->nodes[1].up = false;
    for (unsigned int i = 0; i < 8; i++) {
        for (unsigned int n = 0; n < 2; n++) {
            const struct carp_frame f =
                world_advert(w, n, CARP_IPV4, 1000 + 2 * i + n);

            (void)world_put(w, &f);
            w->now += WORLD_S(0.6);
        }
    }
    onset = world_one(w, CARP_DUAL_MASTER, CARP_CAUSE_TIE);
    g_assert_cmpint(onset->e.severity, ==, CARP_CRITICAL);
    world_free(w);
}

/* One advert too many while yielding is a hand-over, and said to be one. */
static void
test_transition(void)
{
    struct world *w = world_new(25);
    const struct world_event *onset = NULL;

    (void)world_add(w, WORLD_UCARP, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_UCARP, "10.0.0.2", NULL, 1, 50);
    w->nodes[0].preempt = true;
    for (unsigned int i = 0; i < 8 && onset == NULL; i++) {
        world_start(w, 1);
        world_wait(w, WORLD_S(9));
        world_start(w, 0);
        world_wait(w, WORLD_S(9));
        onset = world_get(w, CARP_EVENT_FINDING, CARP_DUAL_MASTER, 0);
        world_kill(w, 0);
        world_kill(w, 1);
        world_wait(w, WORLD_S(20));
    }
    g_assert_nonnull(onset);
    g_assert_cmpint(onset->e.cause, ==, CARP_CAUSE_TRANSITION);
    g_assert_cmpint(onset->e.severity, ==, CARP_INFO);
    g_assert_cmpint(world_end(w, onset)->e.severity, ==, CARP_INFO);
    world_free(w);
}

/* Hosts that answer each other within milliseconds say more than one thing
 * before they have heard all; then one of them is MASTER. */
static void
test_election_burst(void)
{
    static const struct {
        unsigned int node, ms;
    } said[] = {{1, 0},    {0, 1},    {1, 2},    {0, 3},
                {1, 4},    {0, 5},    {0, 1005}, {0, 2005},
                {0, 3005}, {0, 4005}, {0, 5005}, {0, 6005}};
    struct world *w = world_new(29);
    const carp_time start = WORLD_S(1100);

    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.2", NULL, 1, 0);
    for (unsigned int tie = 0; tie < 2; tie++) {
        w->nodes[1].advskew = tie != 0 ? 0 : 100;
        for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
            struct carp_frame f;

            w->now = start + tie * WORLD_S(20) + said[i].ms * CARP_MSEC;
            f = world_advert(w, said[i].node, CARP_IPV4,
                             1000 * said[i].node + 100 * tie + i);
            (void)world_put(w, &f);
        }
    }
    world_quiet(w, UINT64_C(1) << CARP_TIE | UINT64_C(1) << CARP_NO_MASTER);
    world_free(w);
}

/* A master is demoted for less time than a contest takes to end, and takes
 * over again: two hand-overs, and between them it is BACKUP. */
static void
demoted_shortly(enum world_impl impl, carp_time duration)
{
    struct world *w = world_new(27);
    unsigned int yielded = 0;

    (void)world_add(w, impl, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, impl, "10.0.0.2", NULL, 1, 100);
    w->nodes[0].preempt = w->nodes[1].preempt = true;
    world_settle(w);
    world_forget(w);
    w->nodes[0].advskew = CARP_SKEW_DEMOTED;
    w->nodes[0].next = w->now;
    world_wait(w, duration);
    w->nodes[0].advskew = 0;
    world_wait(w, WORLD_S(12));
    g_assert_true(w->nodes[0].is_master);
    g_assert_false(w->nodes[1].is_master);
    world_quiet(w, UINT64_C(1) << CARP_DEMOTED);
    for (guint i = 0; i < w->events->len; i++) {
        const struct carp_event *e = &world_at(w, i)->e;

        yielded += e->kind == CARP_EVENT_TRANSITION && e->role == CARP_BACKUP;
    }
    g_assert_cmpuint(yielded, ==, 2);
    world_free(w);
}

static void
test_demoted_shortly(void)
{
    for (carp_time ms = 100; ms < 5000; ms += 100) {
        demoted_shortly(WORLD_FREEBSD, ms * CARP_MSEC);
        demoted_shortly(WORLD_NETBSD, ms * CARP_MSEC);
    }
}

/* The same priorities without a way from one to the other stay a fault. */
static void
test_demoted_deaf(void)
{
    struct world *w = world_new(28);
    const struct world_event *onset;

    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.2", NULL, 1, 100);
    w->nodes[0].preempt = w->nodes[1].preempt = true;
    world_settle(w);
    world_forget(w);
    w->nodes[0].advskew = CARP_SKEW_DEMOTED;
    w->nodes[0].next = w->now;
    world_wait(w, WORLD_S(2.5));
    world_link(w, 0, 1, false);
    w->nodes[0].advskew = 0;
    world_wait(w, WORLD_S(6));
    onset = world_one(w, CARP_DUAL_MASTER, CARP_CAUSE_NO_DELIVERY_A_TO_B);
    check_pair(w, onset, 0);
    world_free(w);
}

/* ---------------------------------------------------------------------- end */

/* The pair comes apart in every way; the finding always ends. */
static void
apart(unsigned int way)
{
    struct world *w = world_new(26);
    const struct world_event *onset;

    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 20);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.2", NULL, 1, 100);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.3", NULL, 1, 0);
    world_settle(w);
    world_split(w, 0, 1, false);
    world_wait(w, WORLD_S(12));
    onset = world_one(w, CARP_DUAL_MASTER, CARP_CAUSE_NO_DELIVERY_BOTH);
    if (way < 2) {
        world_stop(w, way);
    } else if (way < 4) {
        world_kill(w, way - 2);
    } else if (way == 4) {
        world_kill(w, 0);
        world_kill(w, 1);
    } else {
        w->nodes[2].preempt = true;
        world_start(w, 2);
    }
    world_wait(w, WORLD_S(15));
    onset = world_end(w, onset);
    if (way < 2) {
        g_assert_nonnull(strstr(onset->text, "bowed out"));
        g_assert_nonnull(
            strstr(onset->text, way == 0 ? "10.0.0.1" : "10.0.0.2"));
    }
    world_free(w);
}

static void
test_apart(void)
{
    for (unsigned int way = 0; way < 6; way++) {
        apart(way);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/track/dual/delivery", test_delivery);
    g_test_add_func("/track/dual/half-healed", test_half_healed);
    g_test_add_func("/track/dual/update-rate", test_update_rate);
    g_test_add_func("/track/dual/ttl", test_ttl);
    g_test_add_func("/track/dual/tie", test_tie);
    g_test_add_func("/track/dual/transition", test_transition);
    g_test_add_func("/track/dual/election-burst", test_election_burst);
    g_test_add_func("/track/dual/demoted-shortly", test_demoted_shortly);
    g_test_add_func("/track/dual/demoted-deaf", test_demoted_deaf);
    g_test_add_func("/track/dual/apart", test_apart);
    return g_test_run();
}
