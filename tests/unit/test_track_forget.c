/* SPDX-License-Identifier: BSD-2-Clause */
/* What was taken out of service on purpose, and what only looks like it. */
#include "track_world.h"

#define HOUR (3600 * CARP_SEC)

static const char why[] = "forgotten on request";

static struct world *
pair(uint64_t seed)
{
    struct world *w = world_new(seed);

    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.2", NULL, 1, 1);
    return w;
}

/* One advert of vhid 7, and of vhid 8 by the other host. */
static void
advertise_both(struct world *w)
{
    for (unsigned int host = 0; host < 2; host++) {
        struct carp_frame f =
            world_advert(w, host, CARP_IPV4, 5000u * (host + 1) + w->number);

        f.u.adv.vhid = (uint8_t)(7 + host);
        (void)world_put(w, &f);
        w->now += 500 * CARP_MSEC;
    }
}

/* In steps that are no leap. */
static void
pass(struct world *w, carp_time duration)
{
    const carp_time end = w->now + duration;

    while (w->now < end) {
        world_wait(w, MIN(300 * CARP_SEC, end - w->now));
    }
}

static size_t
forget(struct world *w)
{
    return carp_track_forget(w->track, -1, w->now, HOUR, why);
}

/* Only a word ends NO_MASTER of a vhid that nobody has any more; not before an
 * hour, so that what has just failed stays. */
static void
test_retired(void)
{
    struct world *w = pair(1);
    const struct world_event *e;

    world_settle(w);
    g_assert_cmpuint(forget(w), ==, 0);
    world_kill(w, 1);
    world_stop(w, 0);
    pass(w, HOUR - CARP_SEC);
    e = world_one(w, CARP_NO_MASTER, CARP_CAUSE_NONE);
    g_assert_nonnull(strstr(e->detail, "It bowed out"));
    g_assert_cmpuint(forget(w), ==, 0);
    g_assert_cmpuint(world_count(w, CARP_EVENT_RESOLVED, CARP_NO_MASTER), ==,
                     0);
    pass(w, 2 * HOUR + 120 * CARP_SEC);
    g_assert_cmpuint(forget(w), ==, 1);
    g_assert_cmpstr(world_end(w, e)->text, ==,
                    "after 3 h 01 min: forgotten on request");
    g_assert_cmpuint(carp_track_view_count(w->track), ==, 0);
    g_assert_cmpuint(forget(w), ==, 0);
    pass(w, HOUR);
    world_forget(w);
    world_start(w, 0);
    world_wait(w, WORLD_S(10));
    g_assert_cmpint(world_at(w, 0)->e.reason, ==, CARP_REASON_FIRST_SEEN);
    world_kill(w, 0);
    world_wait(w, WORLD_S(10));
    e = world_one(w, CARP_NO_MASTER, CARP_CAUSE_NONE);
    g_assert_cmpstr(e->detail, ==,
                    "The slowest member would have taken over by now.");
    world_free(w);
}

/* Of two wires one is meant; what is heard stays; its place is taken again. */
static void
test_which(void)
{
    struct world *w = pair(2);
    struct carp_frame f;

    for (unsigned int i = 0; i < 5; i++) {
        advertise_both(w);
    }
    f = world_advert(w, 0, CARP_IPV4, 99);
    for (carp_time end = w->now + HOUR; w->now < end; w->now += CARP_SEC) {
        (void)world_put(w, &f);
        f.u.adv.counter++;
    }
    g_assert_cmpuint(carp_track_view_count(w->track), ==, 2);
    g_assert_cmpuint(carp_track_forget(w->track, 1, w->now, HOUR, why), ==, 0);
    g_assert_cmpuint(carp_track_forget(w->track, 0, w->now, HOUR, why), ==, 1);
    g_assert_cmpuint(world_count(w, CARP_EVENT_RESOLVED, CARP_NO_MASTER), ==,
                     1);
    g_assert_cmpuint(carp_track_view_count(w->track), ==, 1);
    for (unsigned int i = 0; i < 5; i++) {
        advertise_both(w);
    }
    g_assert_cmpuint(carp_track_view_count(w->track), ==, 2);
    world_free(w);
}

/* The slots of what was forgotten are used before anybody else's. */
static void
test_slots(void)
{
    struct world *w =
        world_new_with(3, &(struct carp_track_config){.max_groups = 2});
    struct carp_view_summary view;

    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.2", NULL, 1, 1);
    for (unsigned int i = 0; i < 5; i++) {
        advertise_both(w);
    }
    for (unsigned int i = 0; i < 3; i++) {
        pass(w, HOUR + 60 * CARP_SEC);
        g_assert_cmpuint(forget(w), >=, 2);
        g_assert_cmpuint(carp_track_view_count(w->track), ==, 0);
        (void)carp_track_settle(w->track);
        advertise_both(w);
        g_assert_cmpuint(carp_track_view_count(w->track), ==, 2);
    }
    g_assert_true(carp_track_view(w->track, 0, &view));
    g_assert_cmpuint(view.vhid, ==, 7);
    g_assert_true(carp_track_view(w->track, 1, &view));
    g_assert_cmpuint(view.vhid, ==, 8);
    world_none(w, CARP_SENDER_FLOOD);
    world_free(w);
}

/* An interface that is gone takes its vhids along. */
static void
test_away(void)
{
    struct world *w = pair(4);
    const struct world_event *e;

    world_settle(w);
    carp_track_blind(w->track, 0, CARP_NEVER);
    world_kill(w, 0);
    world_kill(w, 1);
    pass(w, HOUR - CARP_SEC);
    /* Told again of what it knows: that is no new loss. */
    carp_track_blind(w->track, 0, CARP_NEVER);
    g_assert_cmpuint(forget(w), ==, 0);
    world_wait(w, 2 * CARP_SEC);
    g_assert_cmpuint(forget(w), ==, 2);
    e = world_one(w, CARP_CAPTURE_BLIND, CARP_CAUSE_INTERFACE_LOST);
    g_assert_nonnull(strstr(world_end(w, e)->text, "forgotten on request"));
    g_assert_cmpuint(forget(w), ==, 0);
    world_none(w, CARP_NO_MASTER);
    /* It is back after all, and lost once more. */
    world_forget(w);
    carp_track_blind(w->track, 0, w->now);
    world_start(w, 0);
    world_wait(w, WORLD_S(20));
    world_quiet(w, 0);
    carp_track_blind(w->track, 0, CARP_NEVER);
    (void)world_one(w, CARP_CAPTURE_BLIND, CARP_CAUSE_INTERFACE_LOST);
    world_free(w);
}

/* A vhid that fell silent while nobody could look is not known to be silent. */
static void
test_just_back(void)
{
    struct world *w = pair(5);

    world_settle(w);
    carp_track_blind(w->track, 0, CARP_NEVER);
    world_kill(w, 0);
    world_kill(w, 1);
    pass(w, 2 * HOUR);
    carp_track_blind(w->track, 0, w->now);
    world_wait(w, WORLD_S(60));
    (void)world_one(w, CARP_NO_MASTER, CARP_CAUSE_NONE);
    g_assert_cmpuint(forget(w), ==, 0);
    pass(w, HOUR);
    g_assert_cmpuint(forget(w), ==, 1);
    world_free(w);
}

static void
test_all_silent(void)
{
    struct world *w = pair(6);
    const struct world_event *e;

    carp_track_watch(w->track, 0, w->now);
    for (unsigned int i = 0; i < 20; i++) {
        advertise_both(w);
    }
    pass(w, HOUR + 60 * CARP_SEC);
    e = world_one(w, CARP_CAPTURE_BLIND, CARP_CAUSE_ALL_SILENT);
    g_assert_cmpuint(forget(w), ==, 3);
    g_assert_nonnull(strstr(world_end(w, e)->text, "forgotten on request"));
    world_forget(w);
    pass(w, HOUR);
    world_quiet(w, 0);
    advertise_both(w);
    g_assert_cmpuint(carp_track_view_count(w->track), ==, 2);
    world_free(w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forget/retired", test_retired);
    g_test_add_func("/forget/which", test_which);
    g_test_add_func("/forget/slots", test_slots);
    g_test_add_func("/forget/away", test_away);
    g_test_add_func("/forget/just-back", test_just_back);
    g_test_add_func("/forget/all-silent", test_all_silent);
    return g_test_run();
}
