/* SPDX-License-Identifier: BSD-2-Clause */
/* How long each system waits, and what demotion does to it
 * (PROTOCOL 3.2, 3.12). */
#include "fsm_fixture.h"

#define FB CARP_PROFILE_FREEBSD
#define OB CARP_PROFILE_OPENBSD
#define NB CARP_PROFILE_NETBSD
#define DF CARP_PROFILE_DRAGONFLY
#define UC CARP_PROFILE_UCARP

/* ---------------------------------------------------------------- timers */

/* As measured (PROTOCOL 3.2, 8.1, 8.2). */
static void
test_measured(void)
{
    static const struct {
        enum carp_profile_id profile;
        uint8_t base, skew;
        unsigned int dead, interval; /* ms */
    } cases[] = {
        {FB, 1, 10, 3041, 1041},  {FB, 1, 0, 3001, 1001},
        {OB, 1, 0, 3010, 1010},   {OB, 1, 10, 3130, 1050},
        {OB, 1, 100, 4190, 1410}, {OB, 0, 20, 250, 90},
        {OB, 0, 0, 30, 20},       {NB, 1, 20, 3090, 1090},
        {NB, 1, 100, 3410, 1410}, {DF, 1, 0, 3010, 1010},
        {UC, 1, 0, 3000, 1000},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct carp_fsm_config config = fsm_config(cases[i].profile);
        carp_time now = 0, taken;
        struct carp_fsm fsm;

        config.advbase = cases[i].base;
        config.advskew = cases[i].skew;
        fsm = fsm_backup(&config, 0);
        fsm_timer(&fsm, &now);
        g_test_message("case %zu", i);
        fsm_is(&fsm, MASTER);
        g_assert_cmpuint(now, ==, cases[i].dead * CARP_MSEC);
        taken = now;
        fsm_timer(&fsm, &now);
        g_assert_cmpuint(now - taken, ==, cases[i].interval * CARP_MSEC);
    }
}

static void
test_ucarp_poll(void)
{
    struct carp_fsm_config config = fsm_config(UC);
    struct carp_fsm fsm;

    config.advskew = 100;
    fsm = fsm_backup(&config, 0);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, 4171875 * CARP_USEC);
    config.dead_ratio = 5;
    fsm = fsm_backup(&config, 0);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, 5562500 * CARP_USEC);
}

/* The first interval after a takeover leaves FreeBSD's demotion out. */
static void
test_first_interval(void)
{
    const struct carp_fsm_config config = fsm_config(FB);
    struct carp_fsm fsm = fsm_backup(&config, 0);
    carp_time now = 0, before;

    fsm_demote(&fsm, 128, 0);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, 3001 * CARP_MSEC);
    g_assert_cmpuint(fsm_timer(&fsm, &now).advskew, ==, 128);
    before = now;
    fsm_timer(&fsm, &now);
    g_assert_cmpuint(now - before, ==, 1001 * CARP_MSEC);
    before = now;
    fsm_timer(&fsm, &now);
    g_assert_cmpuint(now - before, ==, 1501 * CARP_MSEC);
}

/* -------------------------------------------------------------- demotion */

static void
test_demotion_told(void)
{
    static const struct {
        enum carp_profile_id profile;
        int before, after;
        bool is_told;
    } cases[] = {
        {FB, 0, 240, true}, {FB, 240, 0, true}, {FB, 7, 7, false},
        {NB, 0, 1, true},   {NB, 1, 2, false},  {NB, 1, 0, false},
        {OB, 0, 1, true},   {OB, 1, 3, true},   {OB, 3, 1, false},
        {OB, -3, 0, false}, {UC, 0, 1, true},   {UC, 1, 0, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct carp_fsm_config config = fsm_config(cases[i].profile);
        carp_time now = 0;
        struct carp_fsm fsm = fsm_master(&config, &now);
        struct carp_effects e;

        fsm_demote(&fsm, cases[i].before, now);
        e = fsm_demote(&fsm, cases[i].after, now + CARP_MSEC);
        g_test_message("case %zu", i);
        g_assert_cmpuint(e.todo, ==, cases[i].is_told ? CARP_DO_ADVERT : 0u);
        if (cases[i].is_told) {
            g_assert_cmpuint(fsm.sent, ==, now + CARP_MSEC);
        }
    }
}

static void
test_demotion_advertised(void)
{
    struct carp_fsm_config config = fsm_config(OB);
    carp_time now = 0;
    struct carp_fsm fsm = fsm_master(&config, &now);
    struct carp_effects e = fsm_demote(&fsm, 300, now);

    g_assert_cmpuint(e.advskew, ==, 0);
    g_assert_cmpuint(e.demote, ==, 255);
    e = fsm_demote(&fsm, -1, now);
    g_assert_cmpuint(e.demote, ==, 0);
    /* Also while it cannot matter yet. */
    config = fsm_config(FB);
    g_assert_cmpint(carp_fsm_init(&fsm, &config, 0), ==, CARP_OK);
    g_assert_cmpuint(fsm_demote(&fsm, 17, 0).advskew, ==, 17);
    fsm_event(&fsm, CARP_FSM_UP, 0);
    g_assert_cmpuint(fsm_demote(&fsm, 18, 0).advskew, ==, 18);
    g_assert_cmpuint(carp_fsm_demote(&fsm), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fsm/timers/measured", test_measured);
    g_test_add_func("/fsm/timers/ucarp-poll", test_ucarp_poll);
    g_test_add_func("/fsm/timers/first-interval", test_first_interval);
    g_test_add_func("/fsm/timers/demotion-told", test_demotion_told);
    g_test_add_func("/fsm/timers/demotion", test_demotion_advertised);
    return g_test_run();
}
