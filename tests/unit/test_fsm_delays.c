/* SPDX-License-Identifier: BSD-2-Clause */
/* The election: waiting as configured, and being late (docs/STATE-MACHINE.md).
 */
#include "fsm_fixture.h"

/* --------------------------------------------------------------- delays */

static void
test_preempt_delay(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    struct carp_fsm fsm;
    carp_time now = 0;

    config.preempt = true;
    config.preempt_delay = 2500 * CARP_MSEC;
    fsm = fsm_backup(&config, 0);
    for (unsigned int i = 1; i <= 3; i++) {
        fsm_hear(&fsm, 1, 100, i * CARP_SEC);
        fsm_is(&fsm, BACKUP);
    }
    g_assert_cmpint(fsm_timer(&fsm, &now).reason, ==,
                    CARP_FSM_REASON_PREEMPTING);
    g_assert_cmpuint(now, ==, 3500 * CARP_MSEC);
    g_assert_cmpuint(fsm.preemptions, ==, 1);
    /* A better master in between: from the start. */
    fsm = fsm_backup(&config, 0);
    fsm_hear(&fsm, 1, 100, CARP_SEC);
    fsm_hear(&fsm, 1, 0, 2 * CARP_SEC);
    fsm_hear(&fsm, 1, 100, 3 * CARP_SEC);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, 5500 * CARP_MSEC);
    /* The worse master dies first. */
    config.preempt_delay = 10 * CARP_SEC;
    fsm = fsm_backup(&config, 0);
    fsm_hear(&fsm, 1, 100, CARP_SEC);
    g_assert_cmpint(fsm_timer(&fsm, &now).reason, ==,
                    CARP_FSM_REASON_TIMED_OUT);
    g_assert_cmpuint(now, ==, 4 * CARP_SEC);
    /* An advert that comes as the delay ends is enough. */
    config.preempt_delay = CARP_SEC;
    fsm = fsm_backup(&config, 0);
    fsm_hear(&fsm, 1, 100, CARP_SEC);
    fsm_hear(&fsm, 1, 100, 2 * CARP_SEC);
    fsm_is(&fsm, MASTER);
}

static void
test_start_delay(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    struct carp_fsm fsm;
    carp_time now = 0;

    config.preempt = true;
    config.start_delay = 10 * CARP_SEC;
    fsm = fsm_backup(&config, 0);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, 10 * CARP_SEC);
    fsm_hear(&fsm, 1, 100, CARP_SEC);
    fsm_hear(&fsm, 200, 0, 2 * CARP_SEC);
    fsm_hear(&fsm, 255, 255, 3 * CARP_SEC);
    fsm_event(&fsm, CARP_FSM_TIMER, 9 * CARP_SEC);
    fsm_is(&fsm, BACKUP);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, 10 * CARP_SEC);
    fsm_timer(&fsm, &now);
    fsm_is(&fsm, MASTER);
    /* OpenBSD's octet waits too. */
    config = fsm_config_carpd(CARP_PROFILE_OPENBSD);
    config.start_delay = 10 * CARP_SEC;
    fsm = fsm_backup(&config, 0);
    fsm_hear_from(&fsm, CARP_IPV4, 20, 1, 0, 9, CARP_SEC);
    fsm_is(&fsm, BACKUP);
    fsm_hear_from(&fsm, CARP_IPV4, 20, 1, 0, 9, 10 * CARP_SEC);
    fsm_is(&fsm, MASTER);
}

/* -------------------------------------------------------------- lateness */

static void
test_late_master(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    carp_time now = 0;
    struct carp_fsm fsm = fsm_master(&config, &now);
    struct carp_effects e;

    e = fsm_event(&fsm, CARP_FSM_TIMER, now += 4 * CARP_SEC);
    g_assert_cmpuint(e.todo, ==, CARP_DO_ADVERT);
    g_assert_false(e.is_late);
    e = fsm_event(&fsm, CARP_FSM_TIMER, now += 4 * CARP_SEC + 1);
    g_assert_true(e.is_late);
    g_assert_cmpint(e.reason, ==, CARP_FSM_REASON_LATE);
    fsm_is(&fsm, BACKUP);
    g_assert_cmpuint(e.todo, ==, CARP_DO_RELEASE);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, now + 2 * CARP_SEC);
    fsm_timer(&fsm, &now);
    fsm_is(&fsm, MASTER);
    /* Whoever took over is heard before the timer. */
    e = fsm_hear(&fsm, 1, 100, now += 5 * CARP_SEC);
    fsm_is(&fsm, BACKUP);
    g_assert_true(e.is_late);
    fsm_hear(&fsm, 1, 100, now += CARP_SEC);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, now + 3 * CARP_SEC);
    /* Without the guard it goes on, and announces. */
    config.late_listen = 0;
    fsm = fsm_master(&config, &now);
    e = fsm_event(&fsm, CARP_FSM_TIMER, now + 4 * CARP_SEC + 1);
    fsm_is(&fsm, MASTER);
    g_assert_true(e.is_late);
    g_assert_cmpuint(e.todo, ==, CARP_DO_ADVERT | CARP_DO_ANNOUNCE);
}

static void
test_late_backup(void)
{
    const struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    struct carp_fsm fsm = fsm_backup(&config, 0);
    carp_time now = 60 * CARP_SEC;
    struct carp_effects e = fsm_event(&fsm, CARP_FSM_TIMER, now);

    fsm_is(&fsm, BACKUP);
    g_assert_true(e.is_late);
    g_assert_cmpint(e.from, ==, e.to);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, now + 2 * CARP_SEC);
    /* A host that is always late must serve in the end. */
    fsm_event(&fsm, CARP_FSM_TIMER, now + 60 * CARP_SEC);
    fsm_is(&fsm, MASTER);
}

/* A fast pair on a slow host: late by many dead times, but not by a second. */
static void
test_late_subsecond(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    struct carp_fsm fsm;
    carp_time now = 0;

    config.advbase = 0;
    config.advskew = 1;
    config.late_listen = carp_fsm_listen_time(0);
    fsm = fsm_master(&config, &now);
    for (unsigned int i = 1; i < 9; i++) {
        fsm_event(&fsm, CARP_FSM_TIMER, now + i * 900 * CARP_MSEC);
        fsm_is(&fsm, MASTER);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fsm/delays/preempt-delay", test_preempt_delay);
    g_test_add_func("/fsm/delays/start-delay", test_start_delay);
    g_test_add_func("/fsm/delays/late-master", test_late_master);
    g_test_add_func("/fsm/delays/late-backup", test_late_backup);
    g_test_add_func("/fsm/delays/late-subsecond", test_late_subsecond);
    return g_test_run();
}
