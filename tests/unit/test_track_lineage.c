/* SPDX-License-Identifier: BSD-2-Clause */
/* What counters tell: masters unseen, copies and loops. */
#include <string.h>

#include "track_world.h"

/* ------------------------------------------------------------------- unseen */

static void
check_unseen(const struct world *w, const struct world_event *e,
             unsigned int node, carp_time became, carp_time slack)
{
    const struct world_event *end = world_end(w, e);

    g_assert_true(world_is_sender(w, e, 0, node));
    g_assert_true(world_is_sender(w, e, 1, 1 - node));
    g_assert_cmpuint(e->e.since, >=, became - slack);
    g_assert_cmpuint(e->e.since, <=, became + slack);
    g_assert_cmpuint(e->e.frame_count, ==, 2);
    g_assert_cmpuint(e->e.frames[0], <, e->e.frames[1]);
    g_assert_cmpuint(end->e.time, ==, e->e.time);
    g_assert_cmpstr(e->detail, !=, "");
}

/* The capture is where the better one is: the other one's advert, when it
 * comes through again, tells since when it was MASTER. */
static void
unseen(enum world_impl impl, bool v6, bool leaps)
{
    struct world *w = world_counting(30, impl, impl, v6);
    const struct world_event *e;

    w->nodes[1].leaps = leaps;
    world_split(w, 0, 1, false);
    w->hidden[0][1] = true;
    world_wait(w, WORLD_S(20));
    world_quiet(w, 0);
    w->hidden[0][1] = false;
    world_wait(w, w->nodes[1].next - w->now);
    world_split(w, 0, 1, true);
    world_wait(w, WORLD_S(9));
    e = world_get(w, CARP_EVENT_FINDING, CARP_UNSEEN_MASTER, 0);
    g_assert_nonnull(e);
    g_assert_cmpint(e->e.severity, ==, CARP_CRITICAL);
    g_assert_cmpint(e->e.confidence, >=, CARP_MEDIUM);
    check_unseen(w, e, 1, w->nodes[1].became,
                 impl == WORLD_UCARP ? WORLD_S(5.6) : WORLD_S(0.1));
    world_quiet(w, 1u << CARP_UNSEEN_MASTER);
    world_free(w);
}

static void
test_unseen(void)
{
    unseen(WORLD_NETBSD, false, false);
    unseen(WORLD_FREEBSD, false, false);
    unseen(WORLD_FREEBSD, true, false);
    unseen(WORLD_UCARP, false, false);
    unseen(WORLD_FREEBSD, false, true);
    unseen(WORLD_FREEBSD, true, true);
}

/* The capture is where the worse one is: the better one goes on in its own
 * line. Both were MASTER since the last advert seen. */
static void
test_unseen_better(void)
{
    struct world *w = world_counting(31, WORLD_FREEBSD, WORLD_FREEBSD, false);
    const struct world_event *e;
    carp_time last;

    world_wait(w, w->nodes[0].next - w->now);
    last = w->now;
    world_split(w, 0, 1, false);
    w->hidden[0][0] = true;
    world_wait(w, WORLD_S(20));
    w->hidden[0][0] = false;
    world_split(w, 0, 1, true);
    world_wait(w, WORLD_S(9));
    e = world_one(w, CARP_UNSEEN_MASTER, CARP_CAUSE_NONE);
    g_assert_cmpint(e->e.confidence, ==, CARP_HIGH);
    check_unseen(w, e, 0, last, 10 * CARP_MSEC);
    world_free(w);
}

/* OpenBSD's counter tells nothing, its beat little: low, and a warning. */
static void
test_unseen_beat(void)
{
    struct world *w = world_counting(32, WORLD_OPENBSD, WORLD_OPENBSD, false);
    const struct world_event *e;

    world_split(w, 0, 1, false);
    w->hidden[0][0] = true;
    world_wait(w, WORLD_S(20.3));
    w->hidden[0][0] = false;
    world_split(w, 0, 1, true);
    world_wait(w, WORLD_S(9));
    e = world_one(w, CARP_UNSEEN_MASTER, CARP_CAUSE_NONE);
    g_assert_cmpint(e->e.confidence, ==, CARP_LOW);
    g_assert_cmpint(e->e.severity, ==, CARP_WARNING);
    world_free(w);
}

/* A return after a real absence, with and without adverts that got lost. */
static void
unseen_not(unsigned int lost)
{
    struct world *w =
        world_counting(33 + lost, WORLD_NETBSD, WORLD_NETBSD, false);

    world_kill(w, 0);
    world_wait(w, WORLD_S(10.4));
    w->hidden[0][1] = lost == 1;
    w->nodes[0].preempt = true;
    world_start(w, 0);
    while (!w->nodes[0].is_master) {
        world_wait(w, CARP_MSEC);
    }
    w->hidden[0][1] = false;
    w->hidden[0][0] = lost == 2;
    world_wait(w, WORLD_S(0.5));
    w->hidden[0][0] = false;
    world_wait(w, WORLD_S(9));
    world_none(w, CARP_UNSEEN_MASTER);
    world_none(w, CARP_REPLAY);
    world_free(w);
}

static void
test_unseen_not(void)
{
    for (unsigned int lost = 0; lost < 3; lost++) {
        unseen_not(lost);
    }
}

/* ---------------------------------------------------------- copies and loops
 */

static struct carp_frame
old_frame(struct world *w, uint64_t back)
{
    return world_advert(w, 0, CARP_IPV4, w->nodes[0].counter - back);
}

static void
copy(carp_time later, uint16_t source, unsigned int change, enum carp_code code)
{
    struct world *w = world_counting(50, WORLD_OPENBSD, WORLD_NETBSD, false);
    struct carp_frame f = old_frame(w, 0);
    struct carp_observation o;

    world_kill(w, 0);
    w->now += WORLD_S(1.01);
    (void)world_put(w, &f);
    world_forget(w);
    w->now += later;
    if (change == 1) {
        f.src_mac.octets[0] = 2;
    } else if (change == 2) {
        f.ip_id++;
    } else if (change == 3) {
        f.ip_id++;
        f.u.adv.demote++;
        carp_adv_set_checksum(&f.u.adv);
    }
    o = world_put_as(w, source, &f);
    g_assert_true(o.is_looped == (code != CARP_CODE_COUNT));
    if (code != CARP_CODE_COUNT) {
        const struct world_event *e = world_one(w, code, CARP_CAUSE_NONE);

        g_assert_cmpint(e->e.severity, ==, CARP_WARNING);
        g_assert_true(world_is_sender(w, e, 0, 0));
        w->now += WORLD_S(11);
        carp_track_advance(w->track, w->now);
        (void)world_end(w, e);
    }
    world_none(w, CARP_REPLAY);
    world_quiet(w, 1u << CARP_LOOPED | 1u << CARP_DUPLICATE |
                       1u << CARP_DEMOTED | 1u << CARP_NO_MASTER);
    world_free(w);
}

static void
test_copies(void)
{
    copy(20 * CARP_USEC, 0, 0, CARP_LOOPED);
    copy(5 * CARP_MSEC, 0, 1, CARP_DUPLICATE);
    /* The same frame seen by a second capture is one frame. */
    copy(20 * CARP_USEC, 1, 0, CARP_CODE_COUNT);
    copy(40 * CARP_MSEC, 1, 0, CARP_CODE_COUNT);
    /* Another advert of a sender whose counter never changes. */
    copy(5 * CARP_MSEC, 0, 2, CARP_CODE_COUNT);
    copy(5 * CARP_MSEC, 0, 3, CARP_CODE_COUNT);
}

/* A answers B and C, which have the same counter, within 2 ms: it counts on
 * from it twice. Without them it is a loop. */
static void
said_twice(bool answers)
{
    struct world *w = world_counting(52, WORLD_FREEBSD, WORLD_FREEBSD, false);
    const uint64_t counter = w->nodes[0].counter + 1000;
    const carp_time start = w->now + WORLD_S(1);
    const struct carp_frame a = world_advert(w, 0, CARP_IPV4, counter + 1);

    (void)world_add(w, WORLD_FREEBSD, "10.0.0.3", NULL, 1, 150);
    world_kill(w, 0);
    world_kill(w, 1);
    for (unsigned int i = 0; i < 2; i++) {
        w->now = start + i * CARP_MSEC;
        if (answers) {
            const struct carp_frame f =
                world_advert(w, 1 + i, CARP_IPV4, counter);

            (void)world_put(w, &f);
        }
        w->now += CARP_MSEC / 2;
        g_assert_true(world_put(w, &a).is_looped == (!answers && i == 1));
    }
    if (answers) {
        world_none(w, CARP_LOOPED);
        world_none(w, CARP_REPLAY);
    } else {
        (void)world_one(w, CARP_LOOPED, CARP_CAUSE_NONE);
    }
    world_free(w);
}

static void
test_said_twice(void)
{
    said_twice(true);
    said_twice(false);
}

/* Two captures of one wire change nothing but the number of frames. */
static void
test_two_captures(void)
{
    for (int impl = 0; impl < WORLD_IMPLS; impl++) {
        struct world *w = world_new(51);
        struct carp_sender_summary s;
        struct carp_view_summary v;

        w->captures = 2;
        (void)world_add(w, (enum world_impl)impl, "10.0.0.1", NULL, 1, 0);
        (void)world_add(w, (enum world_impl)impl, "10.0.0.2", NULL, 1, 100);
        world_settle(w);
        world_kill(w, 0);
        world_wait(w, WORLD_S(10));
        world_quiet(w, 0);
        g_assert_cmpuint(world_count(w, CARP_EVENT_TRANSITION, 0), ==, 2);
        g_assert_true(carp_track_sender(w->track, 0, 0, &s));
        g_assert_cmpuint(s.adverts, <=, 10);
        g_assert_true(carp_track_view(w->track, 0, &v));
        g_assert_cmpuint(v.adverts, ==, v.unverified);
        world_free(w);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/track/lineage/unseen", test_unseen);
    g_test_add_func("/track/lineage/unseen-better", test_unseen_better);
    g_test_add_func("/track/lineage/unseen-beat", test_unseen_beat);
    g_test_add_func("/track/lineage/unseen-not", test_unseen_not);
    g_test_add_func("/track/lineage/copies", test_copies);
    g_test_add_func("/track/lineage/said-twice", test_said_twice);
    g_test_add_func("/track/lineage/two-captures", test_two_captures);
    return g_test_run();
}
