/* SPDX-License-Identifier: BSD-2-Clause */
/* Random events in random configurations: what holds always holds, and every
 * row of the table is reached. */
#include "fsm_fixture.h"

#define WALKS 3000
#define STEPS 200

static uint8_t
pick8(GRand *rand, const uint8_t *from, size_t count)
{
    return from[g_rand_int_range(rand, 0, (gint32)count)];
}

static uint8_t
any_base(GRand *rand)
{
    static const uint8_t bases[] = {0, 1, 1, 1, 1, 3, 4, 85, 86, 255};

    return pick8(rand, bases, sizeof(bases));
}

static uint8_t
any_skew(GRand *rand)
{
    static const uint8_t skews[] = {0, 0, 0, 1, 20, 100, 239, 240, 241, 254};

    return pick8(rand, skews, sizeof(skews));
}

static carp_time
any_delay(GRand *rand)
{
    return g_rand_boolean(rand)
               ? 0
               : (carp_time)g_rand_int_range(rand, 0, 9000) * CARP_MSEC;
}

static struct carp_fsm_config
any_config(GRand *rand)
{
    const enum carp_profile_id profile =
        (enum carp_profile_id)g_rand_int_range(rand, 0, CARP_PROFILE_COUNT);
    struct carp_fsm_config config =
        g_rand_boolean(rand) ? fsm_config_carpd(profile) : fsm_config(profile);

    config.advbase = any_base(rand);
    config.advskew = any_skew(rand);
    if (config.advbase == 0 && config.advskew == 0 &&
        config.behaviour.timing != CARP_TIMING_OPENBSD) {
        config.advskew = 1;
    }
    config.preempt = g_rand_boolean(rand);
    config.has[CARP_F4] = g_rand_int_range(rand, 0, 9) != 0;
    config.has[CARP_F6] = !config.has[CARP_F4] || g_rand_boolean(rand);
    config.preempt_delay = any_delay(rand);
    config.start_delay = any_delay(rand);
    config.late_listen = any_delay(rand);
    config.dead_ratio = g_rand_int_range(rand, 0, 4) == 0 ? 5 : 0;
    return config;
}

static struct carp_fsm_event
any_event(GRand *rand, enum carp_state state)
{
    /* Time passes and adverts come more often than the rest. */
    const int which = state == CARP_STATE_INIT
                          ? g_rand_int_range(rand, 0, CARP_FSM_EVENT_COUNT)
                          : g_rand_int_range(rand, 0, 40);
    const bool bows_out = g_rand_int_range(rand, 0, 12) == 0;
    const uint8_t family = g_rand_boolean(rand) ? CARP_IPV4 : CARP_IPV6;

    return (struct carp_fsm_event){
        .kind = which < CARP_FSM_EVENT_COUNT ? (enum carp_fsm_event_kind)which
                : which < 25                 ? CARP_FSM_TIMER
                                             : CARP_FSM_ADVERT,
        .family = family,
        .advbase = bows_out ? 255 : any_base(rand),
        .advskew = bows_out ? 255 : any_skew(rand),
        .demote = (uint8_t)(g_rand_int_range(rand, 0, 4) == 0),
        .source = fsm_address(family, (uint8_t)g_rand_int_range(rand, 9, 12)),
        .demotion = g_rand_int_range(rand, 0, 3) == 0
                        ? g_rand_int_range(rand, -300, 300)
                        : 0};
}

/* When the next event comes: usually just at the deadline, sometimes before,
 * sometimes much later, sometimes before the last one. */
static carp_time
any_time(GRand *rand, const struct carp_fsm *fsm)
{
    const carp_time due = carp_fsm_deadline(fsm);
    const carp_time soon =
        fsm->now + (carp_time)g_rand_int_range(rand, 0, 2000) * CARP_MSEC;

    switch (g_rand_int_range(rand, 0, 10)) {
    case 0:
        return fsm->now > CARP_SEC ? fsm->now - CARP_SEC : 0;
    case 1:
        return fsm->now + 2000 * CARP_SEC;
    case 2:
        return fsm->now;
    case 3:
    case 4:
    case 5:
        return soon < due ? soon : due;
    default:
        return due != CARP_NEVER ? due : soon;
    }
}

/* A TIMER at the deadline moves the deadline on. */
static void
check_progress(const struct carp_fsm *fsm, const struct carp_fsm_event *event,
               carp_time due, carp_time now)
{
    if (event->kind == CARP_FSM_TIMER && now >= due) {
        g_assert_cmpuint(carp_fsm_deadline(fsm), >, now);
    }
}

/* The row that must have been taken: the first one with these ends. Guards
 * that differ only in what they do to timers are told by the tests of each
 * rule. */
static void
mark(bool *seen, const struct carp_fsm_event *event,
     const struct carp_effects *e)
{
    const struct carp_fsm_row *row;

    for (size_t i = 0; (row = carp_fsm_row_at(i)) != NULL; i++) {
        if (row->from == e->from && row->event == event->kind &&
            row->to == e->to && row->reason == e->reason &&
            (e->todo & ~row->todo) == 0) {
            seen[i] = true;
        }
    }
}

static void
walk(GRand *rand, bool *seen)
{
    struct carp_fsm_config config = any_config(rand);
    struct carp_fsm fsm;

    g_assert_cmpint(carp_fsm_init(&fsm, &config, 1000 * CARP_SEC), ==, CARP_OK);
    for (unsigned int i = 0; i < STEPS; i++) {
        const struct carp_fsm_event event = any_event(rand, fsm.state);
        const carp_time due = carp_fsm_deadline(&fsm);
        const carp_time before = fsm.now;
        const carp_time now = any_time(rand, &fsm);
        const struct carp_effects e = carp_fsm_step(&fsm, &event, now);

        fsm_check(&fsm, &e);
        g_assert_cmpuint(fsm.now, >=, before);
        check_progress(&fsm, &event, due, fsm.now);
        mark(seen, &event, &e);
        if (g_rand_int_range(rand, 0, 50) == 0) {
            config = any_config(rand);
            g_assert_cmpint(carp_fsm_reconfigure(&fsm, &config, now), ==,
                            CARP_OK);
            g_assert_cmpint(fsm.state, ==, e.to);
        }
    }
}

static void
test_walks(void)
{
    GRand *rand = g_rand_new_with_seed((guint32)g_test_rand_int());
    bool seen[100] = {false};
    size_t rows = 0;

    for (unsigned int i = 0; i < WALKS; i++) {
        walk(rand, seen);
    }
    while (carp_fsm_row_at(rows) != NULL) {
        const struct carp_fsm_row *row = carp_fsm_row_at(rows);

        if (!seen[rows]) {
            g_error("row %zu was never taken: %s, %s", rows,
                    carp_state_text(row->from), row->guard);
        }
        rows++;
    }
    g_assert_cmpuint(rows, >, 30);
    g_rand_free(rand);
}

/* An event that has no row changes nothing but the time. */
static void
test_nothing(void)
{
    const struct carp_fsm_config config = fsm_config(CARP_PROFILE_FREEBSD);
    struct carp_fsm fsm;

    for (unsigned int kind = CARP_FSM_DOWN; kind < CARP_FSM_EVENT_COUNT;
         kind++) {
        struct carp_effects e;

        g_assert_cmpint(carp_fsm_init(&fsm, &config, 0), ==, CARP_OK);
        e = fsm_event(&fsm, (enum carp_fsm_event_kind)kind, CARP_SEC);
        fsm_is(&fsm, INIT);
        g_assert_cmpuint(e.todo, ==, 0);
        g_assert_cmpint(e.reason, ==, CARP_FSM_REASON_NONE);
        g_assert_cmpuint(fsm.transitions, ==, 0);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fsm/walk/random", test_walks);
    g_test_add_func("/fsm/walk/nothing", test_nothing);
    return g_test_run();
}
