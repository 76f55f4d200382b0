/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is MASTER: takeovers and their reasons, silence, flapping, gaps. */
#include <string.h>

#include "track_world.h"

static struct world *
pair(uint64_t seed, enum world_impl a, enum world_impl b)
{
    struct world *w = world_new(seed);

    (void)world_add(w, a, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, b, "10.0.0.2", NULL, 1, 100);
    return w;
}

static const struct carp_event *
transition(const struct world *w, unsigned int index)
{
    const struct world_event *event =
        world_get(w, CARP_EVENT_TRANSITION, 0, index);

    g_assert_nonnull(event);
    return &event->e;
}

static void
is_takeover(const struct world *w, unsigned int index, unsigned int node,
            enum carp_reason reason)
{
    const struct carp_event *e = transition(w, index);

    g_assert_cmpint(e->role, ==, CARP_MASTER);
    g_assert_cmpstr(carp_reason_text(e->reason), ==, carp_reason_text(reason));
    g_assert_true(carp_addr_equal(&e->sender, &w->nodes[node].addr4));
}

/* -------------------------------------------------------------- transitions */

static void
test_first_seen(void)
{
    struct world *w = pair(1, WORLD_NETBSD, WORLD_NETBSD);

    world_settle(w);
    is_takeover(w, 0, 0, CARP_REASON_FIRST_SEEN);
    g_assert_cmpint(transition(w, 0)->previous.family, ==, CARP_FAMILY_NONE);
    g_assert_cmpuint(w->events->len, ==, 1);
    world_free(w);
}

/* Each implementation's dead time is named as it counts it. */
static void
timed_out(enum world_impl impl, carp_time dead)
{
    struct world *w = pair(2, impl, impl);
    const struct carp_event *e;

    world_settle(w);
    world_kill(w, 0);
    world_wait(w, WORLD_S(12));
    is_takeover(w, 1, 1, CARP_REASON_TIMED_OUT);
    e = transition(w, 1);
    g_assert_true(carp_addr_equal(&e->previous, &w->nodes[0].addr4));
    g_assert_cmpuint(e->dead_time, ==, dead);
    g_assert_cmpuint(e->silence, >=, dead - 10 * CARP_MSEC);
    g_assert_cmpuint(e->silence, <=, dead + 1100 * CARP_MSEC);
    world_quiet(w, 0);
    world_free(w);
}

static void
test_timed_out(void)
{
    timed_out(WORLD_FREEBSD, 3390625 * CARP_USEC);
    timed_out(WORLD_NETBSD, 3390625 * CARP_USEC);
    timed_out(WORLD_OPENBSD, 4171875 * CARP_USEC);
    timed_out(WORLD_UCARP, 4171875 * CARP_USEC);
}

static void
test_preempting(void)
{
    struct world *w = pair(3, WORLD_FREEBSD, WORLD_FREEBSD);

    world_start(w, 1);
    world_wait(w, WORLD_S(8));
    w->nodes[0].preempt = true;
    world_start(w, 0);
    world_wait(w, WORLD_S(8));
    is_takeover(w, 1, 0, CARP_REASON_PREEMPTING);
    g_assert_cmpint(transition(w, 2)->role, ==, CARP_BACKUP);
    g_assert_cmpint(transition(w, 2)->reason, ==, CARP_REASON_MORE_FREQUENT);
    world_quiet(w, 0);
    world_free(w);
}

static void
test_bow_out(void)
{
    struct world *w = pair(4, WORLD_NETBSD, WORLD_OPENBSD);
    const struct world_event *event;

    world_settle(w);
    world_stop(w, 0);
    world_wait(w, WORLD_S(8));
    g_assert_cmpint(transition(w, 1)->reason, ==, CARP_REASON_BOWED_OUT);
    is_takeover(w, 2, 1, CARP_REASON_WILL_TIME_OUT);
    event = world_one(w, CARP_BOWED_OUT, CARP_CAUSE_NONE);
    g_assert_cmpint(event->e.severity, ==, CARP_INFO);
    g_assert_true(world_is_sender(w, event, 0, 0));
    (void)world_end(w, event);
    world_quiet(w, 1u << CARP_BOWED_OUT);
    world_free(w);
}

/* The preferred one comes back and is stopped again within the dead time, as
 * when its service is restarted: the other was not late meanwhile. */
static void
test_bow_out_soon(void)
{
    for (carp_time wait = WORLD_S(1); wait < WORLD_S(7); wait += WORLD_S(0.1)) {
        struct world *w = pair(8, WORLD_FREEBSD, WORLD_OPENBSD);

        world_start(w, 1);
        world_wait(w, WORLD_S(12));
        w->nodes[0].preempt = true;
        world_start(w, 0);
        world_wait(w, wait);
        world_stop(w, 0);
        world_wait(w, WORLD_S(12));
        world_quiet(w, 1u << CARP_BOWED_OUT);
        world_free(w);
    }
}

static void
test_returned(void)
{
    struct world *w = pair(5, WORLD_NETBSD, WORLD_NETBSD);

    world_start(w, 0);
    world_wait(w, WORLD_S(8));
    w->hidden[0][0] = true;
    world_wait(w, WORLD_S(4));
    w->hidden[0][0] = false;
    world_wait(w, WORLD_S(4));
    is_takeover(w, 1, 0, CARP_REASON_RETURNED);
    world_free(w);
}

/* ------------------------------------------------------------- new address */

static struct world *
settled_pair(enum world_impl impl, bool is_dual)
{
    struct world *w = world_new(9);

    (void)world_add(w, impl, "10.0.0.1", is_dual ? "fe80::1" : NULL, 1, 100);
    (void)world_add(w, impl, "10.0.0.2", is_dual ? "fe80::2" : NULL, 1, 200);
    world_settle(w);
    world_forget(w);
    return w;
}

static void
is_renumbered(const struct world *w, unsigned int index,
              const struct carp_addr *from, const struct carp_addr *to)
{
    const struct carp_event *e = transition(w, index);

    g_assert_cmpint(e->role, ==, CARP_MASTER);
    g_assert_cmpstr(carp_reason_text(e->reason), ==,
                    carp_reason_text(CARP_REASON_RENUMBERED));
    g_assert_true(carp_addr_equal(&e->previous, from));
    g_assert_true(carp_addr_equal(&e->sender, to));
}

/* The master's host gets another address, and later its old one back: no
 * takeover, and no tie with what it was. */
static void
renumber(enum world_impl impl, bool is_dual, bool both)
{
    struct world *w = settled_pair(impl, is_dual);
    struct world_node *node = &w->nodes[0];
    const struct carp_addr old4 = node->addr4;
    const struct carp_addr old6 = node->addr6;
    const unsigned int each = both ? 2 : 1;

    node->addr4.octets[3] = 77;
    node->addr6.octets[15] = both ? 77 : node->addr6.octets[15];
    world_wait(w, WORLD_S(20));
    is_renumbered(w, 0, &old4, &node->addr4);
    if (both) {
        is_renumbered(w, 1, &old6, &node->addr6);
    }
    node->addr4 = old4;
    node->addr6 = old6;
    world_wait(w, WORLD_S(20));
    g_assert_cmpuint(w->events->len, ==, 2 * each);
    g_assert_true(carp_addr_equal(&transition(w, each)->sender, &old4));
    world_quiet(w, 0);
    world_free(w);
}

static void
test_renumbered(void)
{
    for (unsigned int impl = 0; impl < WORLD_UCARP; impl++) {
        renumber((enum world_impl)impl, false, false);
    }
    renumber(WORLD_FREEBSD, true, false);
    renumber(WORLD_FREEBSD, true, true);
    renumber(WORLD_OPENBSD, true, true);
}

/* As the master's next advert, from another address. */
static void
put_next(struct world *w, uint8_t advskew)
{
    struct carp_frame frame =
        world_advert(w, 0, CARP_IPV4, w->nodes[0].counter + 1);

    frame.src.octets[3] = 77;
    frame.u.adv.advskew = advskew;
    (void)world_put(w, &frame);
}

/* Out of step, or with another priority, it is somebody else. */
static void
test_renumbered_not(void)
{
    struct world *w = settled_pair(WORLD_NETBSD, false);

    world_run(w, w->nodes[0].next - WORLD_S(0.5));
    put_next(w, 100);
    g_assert_cmpint(transition(w, 0)->reason, ==, CARP_REASON_UNEXPECTED);
    world_free(w);

    w = settled_pair(WORLD_NETBSD, false);
    world_run(w, w->nodes[0].next - WORLD_S(0.001));
    put_next(w, 101);
    g_assert_cmpint(transition(w, 0)->reason, ==, CARP_REASON_UNEXPECTED);
    world_free(w);
}

/* One that counts with the master in its step is told as soon as the master
 * goes on. */
static void
test_renumbered_beside(void)
{
    struct world *w = settled_pair(WORLD_NETBSD, false);

    for (unsigned int i = 0; i < 10; i++) {
        world_run(w, w->nodes[0].next - WORLD_S(0.001));
        put_next(w, 100);
        world_wait(w, WORLD_S(0.1));
    }
    g_assert_nonnull(world_get(w, CARP_EVENT_FINDING, CARP_DUAL_MASTER, 0));
    world_free(w);
}

/* ------------------------------------------------------------------ silence */

static void
test_no_master(void)
{
    struct world *w = pair(6, WORLD_FREEBSD, WORLD_UCARP);
    const struct world_event *event;
    carp_time last;

    world_settle(w);
    world_kill(w, 1);
    world_wait(w, w->nodes[0].next - w->now);
    last = w->now;
    world_kill(w, 0);
    world_wait(w, WORLD_S(6));
    world_none(w, CARP_NO_MASTER);
    world_wait(w, WORLD_S(20));
    event = world_one(w, CARP_NO_MASTER, CARP_CAUSE_NONE);
    g_assert_cmpint(event->e.severity, ==, CARP_CRITICAL);
    g_assert_cmpuint(event->e.since, <=, last);
    g_assert_cmpuint(event->e.since, >=, last - 10 * CARP_MSEC);
    g_assert_cmpuint(event->e.frame, ==, 0);
    g_assert_true(world_is_sender(w, event, 0, 0));
    /* Anybody's first advert ends it. */
    world_start(w, 1);
    world_wait(w, WORLD_S(6));
    event = world_end(w, event);
    g_assert_cmpuint(event->e.time, ==, w->nodes[1].became);
    g_assert_cmpint(transition(w, 1)->role, ==, CARP_MASTER);
    world_free(w);
}

/* What cannot be seen is not silent; what falls silent afterwards is. */
static void
test_blind(void)
{
    struct world *w = pair(9, WORLD_FREEBSD, WORLD_FREEBSD);

    world_settle(w);
    world_forget(w);
    w->hidden[0][0] = true;
    carp_track_blind(w->track, 0, CARP_NEVER);
    world_wait(w, WORLD_S(30));
    w->hidden[0][0] = false;
    carp_track_blind(w->track, 0, w->now);
    world_wait(w, WORLD_S(20));
    world_quiet(w, 1ull << CARP_CAPTURE_BLIND);
    world_kill(w, 0);
    world_kill(w, 1);
    world_wait(w, WORLD_S(10));
    (void)world_one(w, CARP_NO_MASTER, CARP_CAUSE_NONE);
    world_free(w);
}

/* A takeover by the slowest member, and one stray advert. */
static void
test_no_master_not(void)
{
    struct world *w = world_new(7);
    struct carp_frame f;

    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_UCARP, "10.0.0.2", NULL, 1, 254);
    world_settle(w);
    world_kill(w, 0);
    world_wait(w, WORLD_S(12));
    world_quiet(w, 0);
    world_kill(w, 1);
    world_forget(w);
    f = world_advert(w, 0, CARP_IPV4, 3);
    f.u.adv.vhid = 99;
    (void)world_put(w, &f);
    world_wait(w, WORLD_S(60));
    g_assert_cmpuint(world_count(w, CARP_EVENT_FINDING, CARP_NO_MASTER), ==,
                     1); /* of vhid 7 alone */
    g_assert_cmpuint(world_one(w, CARP_NO_MASTER, 0)->e.vhid, ==, 7);
    world_free(w);
}

/* The interval of the member that spoke last is not the master's. */
static void
test_no_master_slow(void)
{
    struct world *w = world_new(8);
    struct carp_frame f;

    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 20, 0);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.2", NULL, 1, 0);
    world_start(w, 0);
    world_wait(w, WORLD_S(150));
    f = world_advert(w, 1, CARP_IPV4, 5);
    f.u.adv.advbase = 1;
    f.u.adv.advskew = 200;
    f.ttl = 254;
    f.issues = CARP_ISSUE_TTL; /* refused: nobody yields to it */
    (void)world_put(w, &f);
    world_wait(w, WORLD_S(15));
    world_none(w, CARP_NO_MASTER);
    world_free(w);
}

/* ----------------------------------------------------------------- flapping */

static void
test_flapping(void)
{
    struct world *w = pair(9, WORLD_NETBSD, WORLD_NETBSD);
    const struct world_event *event;

    world_start(w, 1);
    world_start(w, 0);
    for (unsigned int i = 0; i < 10; i++) {
        world_wait(w, WORLD_S(4.5));
        world_stop(w, i % 2);
        world_start(w, i % 2);
    }
    event = world_one(w, CARP_FLAPPING, CARP_CAUSE_NONE);
    g_assert_cmpint(event->e.severity, ==, CARP_WARNING);
    world_wait(w, WORLD_S(90));
    (void)world_end(w, event);
    world_free(w);
}

static void
test_flapping_not(void)
{
    struct world *w = pair(10, WORLD_NETBSD, WORLD_NETBSD);

    world_start(w, 1);
    world_start(w, 0);
    for (unsigned int i = 0; i < 20; i++) {
        world_wait(w, WORLD_S(15)); /* four changes a minute */
        world_stop(w, i % 2);
        world_start(w, i % 2);
    }
    world_none(w, CARP_FLAPPING);
    world_free(w);
}

/* One family's adverts do not reach the BACKUP: it takes over for an instant
 * every few seconds (PROTOCOL 3.3, 8.3). */
static void
family_lost(enum world_impl impl)
{
    struct world *w = world_new(11);
    const struct world_event *event;

    (void)world_add(w, impl, "10.0.0.1", "fd00::1", 1, 0);
    (void)world_add(w, impl, "10.0.0.2", "fd00::2", 1, 100);
    world_settle(w);
    world_quiet(w, 0);
    w->cut[1][0][1] = true;
    world_wait(w, WORLD_S(45));
    event = world_get(w, CARP_EVENT_FINDING, CARP_FLAPPING, 0);
    g_assert_nonnull(event);
    g_assert_cmpint(event->e.cause, ==, CARP_CAUSE_ONE_FAMILY_LOST);
    world_quiet(w, 1u << CARP_FLAPPING);
    w->cut[1][0][1] = false;
    world_wait(w, WORLD_S(120));
    (void)world_end(w, event);
    world_free(w);
}

static void
test_family_lost(void)
{
    family_lost(WORLD_FREEBSD);
    family_lost(WORLD_OPENBSD);
}

/* --------------------------------------------------------------------- gaps */

static void
gap(enum world_impl impl, const char *addr6, uint64_t steps, carp_time gap_of,
    enum carp_code code, enum carp_cause cause)
{
    struct world *w = world_new(12);
    const struct world_event *event;
    struct carp_frame f;

    (void)world_add(w, impl, "10.0.0.1", addr6, 1, 0);
    w->nodes[0].up = w->nodes[0].has_accepted = w->nodes[0].is_master = true;
    w->nodes[0].counter = 500;
    w->nodes[0].down[0] = w->nodes[0].down[1] = CARP_NEVER;
    w->nodes[0].next = w->now;
    world_wait(w, WORLD_S(8.5));
    w->now = w->nodes[0].next - carp_tick_10ms(CARP_SEC) + gap_of;
    f = world_advert(w, 0, CARP_IPV4, w->nodes[0].counter + steps);
    (void)world_put(w, &f);
    if (code == CARP_CODE_COUNT) {
        world_quiet(w, 0);
    } else {
        event = world_one(w, code, cause);
        g_assert_cmpint(event->e.severity, ==, CARP_WARNING);
        world_wait(w, WORLD_S(65));
        (void)world_end(w, event);
    }
    world_free(w);
}

static void
test_gaps(void)
{
    gap(WORLD_NETBSD, NULL, 1, WORLD_S(1.9), CARP_LATE_ADVERTS,
        CARP_CAUSE_SENDER_PAUSED);
    gap(WORLD_NETBSD, NULL, 1, WORLD_S(2.02), CARP_LATE_ADVERTS,
        CARP_CAUSE_SENDER_PAUSED);
    gap(WORLD_NETBSD, NULL, 2, WORLD_S(2.02), CARP_MISSED_ADVERTS,
        CARP_CAUSE_LOST_BEFORE_CAPTURE);
    gap(WORLD_FREEBSD, "fd00::1", 3, WORLD_S(2.01), CARP_MISSED_ADVERTS,
        CARP_CAUSE_LOST_BEFORE_CAPTURE);
    gap(WORLD_FREEBSD, "fd00::1", 1, WORLD_S(2.01), CARP_LATE_ADVERTS,
        CARP_CAUSE_SENDER_PAUSED);
    /* Random: the counter says nothing. */
    gap(WORLD_NETBSD, NULL, 77777, WORLD_S(2.02), CARP_MISSED_ADVERTS,
        CARP_CAUSE_NONE);
    gap(WORLD_NETBSD, NULL, 77777, WORLD_S(1.6), CARP_LATE_ADVERTS,
        CARP_CAUSE_NONE);
    /* Ticks and a busy host. */
    gap(WORLD_NETBSD, NULL, 1, WORLD_S(1.12), CARP_CODE_COUNT, 0);
    gap(WORLD_NETBSD, NULL, 1, WORLD_S(1.35), CARP_CODE_COUNT, 0);
}

static void
say(struct world *w, unsigned int node, uint8_t family, uint64_t counter)
{
    struct carp_frame f = world_advert(w, node, family, counter);

    (void)world_put(w, &f);
}

/* A better one says a word and dies: the master says its last word after it,
 * is BACKUP for a dead time, in both families, and is back a little early by
 * the capture's clock. */
static void
test_gap_of_a_yield(void)
{
    struct world *w = world_new(13);
    uint64_t last;

    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", "fd00::1", 1, 10);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.2", NULL, 1, 0);
    world_start(w, 0);
    world_wait(w, WORLD_S(20));
    last = w->nodes[0].counter;
    w->nodes[0].up = false;
    say(w, 1, CARP_IPV4, 77);
    w->now += WORLD_S(0.001);
    say(w, 0, CARP_IPV4, last + 1);
    say(w, 0, CARP_IPV6, last + 2);
    w->now += WORLD_S(3.03);
    say(w, 0, CARP_IPV4, last + 3);
    say(w, 0, CARP_IPV6, last + 4);
    world_none(w, CARP_LATE_ADVERTS);
    world_none(w, CARP_MISSED_ADVERTS);
    world_free(w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/track/master/first-seen", test_first_seen);
    g_test_add_func("/track/master/timed-out", test_timed_out);
    g_test_add_func("/track/master/preempting", test_preempting);
    g_test_add_func("/track/master/bow-out", test_bow_out);
    g_test_add_func("/track/master/bow-out-soon", test_bow_out_soon);
    g_test_add_func("/track/master/returned", test_returned);
    g_test_add_func("/track/master/renumbered", test_renumbered);
    g_test_add_func("/track/master/renumbered-not", test_renumbered_not);
    g_test_add_func("/track/master/renumbered-beside", test_renumbered_beside);
    g_test_add_func("/track/master/none", test_no_master);
    g_test_add_func("/track/master/blind", test_blind);
    g_test_add_func("/track/master/none-not", test_no_master_not);
    g_test_add_func("/track/master/none-slow", test_no_master_slow);
    g_test_add_func("/track/master/flapping", test_flapping);
    g_test_add_func("/track/master/flapping-not", test_flapping_not);
    g_test_add_func("/track/master/family-lost", test_family_lost);
    g_test_add_func("/track/master/gaps", test_gaps);
    g_test_add_func("/track/master/gap-of-a-yield", test_gap_of_a_yield);
    return g_test_run();
}
