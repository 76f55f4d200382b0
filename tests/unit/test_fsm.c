/* SPDX-License-Identifier: BSD-2-Clause */
/* The election: what every system has in common (PROTOCOL 3). */
#include "fsm_fixture.h"

static void
test_life(void)
{
    const struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    carp_time now = 5 * CARP_SEC;
    struct carp_fsm fsm = fsm_backup(&config, now);
    struct carp_effects e;

    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, 8 * CARP_SEC);
    e = fsm_timer(&fsm, &now);
    fsm_is(&fsm, MASTER);
    g_assert_cmpint(e.reason, ==, CARP_FSM_REASON_TIMED_OUT);
    g_assert_cmpuint(e.todo, ==,
                     CARP_DO_ACQUIRE | CARP_DO_ADVERT | CARP_DO_ANNOUNCE);
    e = fsm_timer(&fsm, &now);
    g_assert_cmpuint(now, ==, 9 * CARP_SEC);
    g_assert_cmpuint(e.todo, ==, CARP_DO_ADVERT);
    e = fsm_timer(&fsm, &now);
    g_assert_cmpuint(e.todo, ==, CARP_DO_ADVERT | CARP_DO_ANNOUNCE);
    e = fsm_event(&fsm, CARP_FSM_DISABLE, now);
    g_assert_cmpuint(e.todo, ==, CARP_DO_BOW_OUT | CARP_DO_RELEASE);
    fsm_is(&fsm, INIT);
}

static void
test_range(void)
{
    struct carp_fsm_config config = fsm_config(CARP_PROFILE_FREEBSD);
    struct carp_fsm fsm = fsm_backup(&config, 0);

    config.advbase = 0;
    g_assert_cmpint(carp_fsm_reconfigure(&fsm, &config, CARP_SEC), ==,
                    CARP_ERR_RANGE);
    g_assert_cmpuint(fsm.config.advbase, ==, 1);
    g_assert_cmpuint(fsm.now, ==, 0);
    g_assert_cmpint(carp_fsm_init(&fsm, &config, 0), ==, CARP_ERR_RANGE);
    config.advskew = 1;
    g_assert_cmpint(carp_fsm_init(&fsm, &config, 0), ==, CARP_OK);
    config.advskew = 255;
    g_assert_cmpint(carp_fsm_init(&fsm, &config, 0), ==, CARP_ERR_RANGE);
    config = fsm_config(CARP_PROFILE_OPENBSD);
    config.advbase = 0;
    g_assert_cmpint(carp_fsm_init(&fsm, &config, 0), ==, CARP_OK);
}

/* The largest numbers there are do not wrap. */
static void
test_far(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_OPENBSD);
    struct carp_fsm fsm;

    config.advbase = 255;
    config.advskew = 254;
    config.dead_ratio = 255;
    config.start_delay = CARP_NEVER;
    g_assert_cmpint(carp_fsm_init(&fsm, &config, CARP_NEVER - CARP_SEC), ==,
                    CARP_OK);
    carp_fsm_step(&fsm, &(struct carp_fsm_event){.kind = CARP_FSM_UP},
                  CARP_NEVER - CARP_SEC);
    fsm_is(&fsm, BACKUP);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, CARP_NEVER);
    config.start_delay = 0;
    fsm = fsm_backup(&config, 0);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==,
                     255 * carp_interval(255, 254));
}

static void
test_clock_goes_back(void)
{
    const struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    carp_time now = 10 * CARP_SEC, due;
    struct carp_fsm fsm = fsm_backup(&config, now);

    fsm_hear(&fsm, 1, 0, now + CARP_SEC);
    due = carp_fsm_deadline(&fsm);
    fsm_hear(&fsm, 1, 0, 0);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, due);
    fsm_timer(&fsm, &now);
    due = carp_fsm_deadline(&fsm);
    fsm_event(&fsm, CARP_FSM_TIMER, 0);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, due);
    fsm_event(&fsm, CARP_FSM_UP, 0);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, now + CARP_SEC);
}

/* A timer that fires early changes nothing. */
static void
test_early_timer(void)
{
    const struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    carp_time now = 0, due;
    struct carp_fsm fsm = fsm_backup(&config, 0);

    due = carp_fsm_deadline(&fsm);
    g_assert_cmpuint(fsm_event(&fsm, CARP_FSM_TIMER, due - 1).todo, ==, 0);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, due);
    fsm_timer(&fsm, &now);
    due = carp_fsm_deadline(&fsm);
    g_assert_cmpuint(fsm_event(&fsm, CARP_FSM_TIMER, due - 1).todo, ==, 0);
    g_assert_cmpuint(fsm_event(&fsm, CARP_FSM_TIMER, due).todo, ==,
                     CARP_DO_ADVERT);
}

static void
test_link(void)
{
    const struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    carp_time now = 0;
    struct carp_fsm fsm = fsm_master(&config, &now);
    struct carp_effects e = fsm_event(&fsm, CARP_FSM_UP, now);

    /* The link went away and came back unseen: announce. */
    fsm_is(&fsm, MASTER);
    g_assert_cmpuint(e.todo, ==, CARP_DO_ADVERT | CARP_DO_ANNOUNCE);
    e = fsm_event(&fsm, CARP_FSM_DOWN, now);
    g_assert_cmpuint(e.todo, ==, CARP_DO_RELEASE);
    fsm_event(&fsm, CARP_FSM_UP, now);
    fsm_is(&fsm, BACKUP);
    fsm_hear(&fsm, 1, 0, now);
    g_assert_true(fsm.master[CARP_F4].is_known);
    fsm_event(&fsm, CARP_FSM_DOWN, now);
    fsm_is(&fsm, INIT);
    g_assert_false(fsm.master[CARP_F4].is_known);
    fsm_event(&fsm, CARP_FSM_UP, now);
    fsm_event(&fsm, CARP_FSM_DISABLE, now);
    fsm_is(&fsm, INIT);
}

/* ----------------------------------------------------------- reconfigure */

static void
test_reconfigure_master(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    carp_time now = 0;
    struct carp_fsm fsm = fsm_master(&config, &now);
    const carp_time sent = now;

    g_assert_cmpint(carp_fsm_reconfigure(&fsm, &config, sent + CARP_MSEC), ==,
                    CARP_OK);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, sent + CARP_SEC);
    config.advskew = 128;
    g_assert_cmpint(carp_fsm_reconfigure(&fsm, &config, sent + CARP_MSEC), ==,
                    CARP_OK);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, sent + 1500 * CARP_MSEC);
    g_assert_cmpuint(fsm.transitions, ==, 2);
    /* Shorter than what has passed: due now, and not late. */
    config.advbase = 0;
    config.advskew = 1;
    g_assert_cmpint(
        carp_fsm_reconfigure(&fsm, &config, sent + 1400 * CARP_MSEC), ==,
        CARP_OK);
    g_assert_cmpuint(
        fsm_event(&fsm, CARP_FSM_TIMER, sent + 1400 * CARP_MSEC).todo, ==,
        CARP_DO_ADVERT);
    fsm_is(&fsm, MASTER);
}

static void
test_reconfigure_backup(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    struct carp_fsm fsm;

    config.preempt = true;
    config.preempt_delay = CARP_SEC;
    fsm = fsm_backup(&config, 0);
    fsm_hear(&fsm, 1, 50, CARP_SEC);
    g_assert_cmpuint(fsm.preempt, ==, 2 * CARP_SEC);
    config.preempt = false;
    config.advskew = 128;
    g_assert_cmpint(carp_fsm_reconfigure(&fsm, &config, 2 * CARP_SEC), ==,
                    CARP_OK);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, 4500 * CARP_MSEC);
    g_assert_true(fsm.master[CARP_F4].is_known);
    /* A new family starts to wait now, a removed one never ends. */
    config.has[CARP_F6] = true;
    g_assert_cmpint(carp_fsm_reconfigure(&fsm, &config, 2 * CARP_SEC), ==,
                    CARP_OK);
    g_assert_cmpuint(fsm.down[CARP_F6], ==, 5500 * CARP_MSEC);
    config.has[CARP_F4] = false;
    g_assert_cmpint(carp_fsm_reconfigure(&fsm, &config, 2 * CARP_SEC), ==,
                    CARP_OK);
    g_assert_cmpuint(fsm.down[CARP_F4], ==, CARP_NEVER);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, 5500 * CARP_MSEC);
    g_assert_false(fsm.master[CARP_F4].is_known);
    /* Waiting for a bow-out's turn goes on. */
    fsm_hear_from(&fsm, CARP_IPV6, 20, 255, 255, 0, 2 * CARP_SEC);
    g_assert_cmpint(carp_fsm_reconfigure(&fsm, &config, 2 * CARP_SEC), ==,
                    CARP_OK);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==,
                     2 * CARP_SEC + 128 * 50 * CARP_USEC);
}

static void
test_texts(void)
{
    for (unsigned int i = 0; i < CARP_FSM_REASON_COUNT; i++) {
        const char *text = carp_fsm_reason_text((enum carp_fsm_reason)i);

        g_assert_cmpint(text[0] == '\0', ==, i == CARP_FSM_REASON_NONE);
        g_assert_cmpstr(text, !=, "?");
    }
    g_assert_cmpstr(carp_fsm_reason_text(CARP_FSM_REASON_COUNT), ==, "?");
    g_assert_cmpstr(carp_state_text(CARP_STATE_INIT), ==, "INIT");
    g_assert_cmpstr(carp_state_text(CARP_STATE_COUNT), ==, "?");
    g_assert_cmpstr(carp_behaviour_get(CARP_PROFILE_AUTO)->name, ==, "freebsd");
    g_assert_cmpstr(carp_behaviour_get(CARP_PROFILE_OPENBSD_ORIG)->name, ==,
                    "openbsd");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fsm/life", test_life);
    g_test_add_func("/fsm/range", test_range);
    g_test_add_func("/fsm/far", test_far);
    g_test_add_func("/fsm/clock-back", test_clock_goes_back);
    g_test_add_func("/fsm/early-timer", test_early_timer);
    g_test_add_func("/fsm/link", test_link);
    g_test_add_func("/fsm/reconfigure/master", test_reconfigure_master);
    g_test_add_func("/fsm/reconfigure/backup", test_reconfigure_backup);
    g_test_add_func("/fsm/texts", test_texts);
    return g_test_run();
}
