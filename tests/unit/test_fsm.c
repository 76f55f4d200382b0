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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fsm/life", test_life);
    return g_test_run();
}
