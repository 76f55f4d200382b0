/* SPDX-License-Identifier: BSD-2-Clause */
/* The election: what carpd adds (docs/STATE-MACHINE.md). */
#include "fsm_fixture.h"

#define TAKE (CARP_DO_ACQUIRE | CARP_DO_ADVERT | CARP_DO_ANNOUNCE)

/* Exact timers, whatever system's rules are followed. */
static void
test_exact(void)
{
    for (unsigned int p = 0; p < CARP_PROFILE_COUNT; p++) {
        struct carp_fsm_config config =
            fsm_config_carpd((enum carp_profile_id)p);
        struct carp_fsm fsm;
        carp_time now = 0, taken;

        config.advskew = 128;
        fsm = fsm_backup(&config, 0);
        taken = carp_fsm_deadline(&fsm);
        g_assert_cmpuint(taken, ==,
                         config.behaviour.timing == CARP_TIMING_OPENBSD
                             ? 4500 * CARP_MSEC
                             : 3500 * CARP_MSEC);
        fsm_timer(&fsm, &now);
        fsm_timer(&fsm, &now);
        g_assert_cmpuint(now - taken, ==, 1500 * CARP_MSEC);
    }
}

/* advbase 0: three whole intervals, not one advskew. */
static void
test_subsecond(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    struct carp_fsm fsm;

    config.advbase = 0;
    config.advskew = 20;
    fsm = fsm_backup(&config, 0);
    g_assert_cmpuint(carp_fsm_dead_time(&fsm), ==, 60 * CARP_SKEW_UNIT);
    fsm_hear(&fsm, 0, 10, CARP_MSEC);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==,
                     CARP_MSEC + 60 * CARP_SKEW_UNIT);
    fsm_hear(&fsm, 0, 60, CARP_MSEC);
    fsm_is(&fsm, BACKUP);
    /* Three of the master's intervals, if those are longer. */
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==,
                     CARP_MSEC + 180 * CARP_SKEW_UNIT);
    fsm_hear(&fsm, 0, 61, CARP_MSEC);
    fsm_is(&fsm, BACKUP);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==,
                     CARP_MSEC + 183 * CARP_SKEW_UNIT);
    /* One of seconds is too slow, as it is for every kernel. */
    fsm_hear(&fsm, 1, 0, CARP_MSEC);
    fsm_is(&fsm, MASTER);
    /* Demoted, it accepts a master whose interval is longer than its own
     * three, and must wait for that one. */
    fsm = fsm_backup(&config, 0);
    fsm_demote(&fsm, 120, 0);
    fsm_hear(&fsm, 0, 100, CARP_MSEC);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==,
                     CARP_MSEC + 300 * CARP_SKEW_UNIT);
    /* Also for one that it yields to. */
    fsm_event(&fsm, CARP_FSM_FORCE_MASTER, CARP_SEC);
    fsm_hear(&fsm, 0, 100, CARP_SEC);
    fsm_is(&fsm, BACKUP);
    g_assert_true(fsm.master[CARP_F4].is_known);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==,
                     CARP_SEC + 300 * CARP_SKEW_UNIT);
    fsm = fsm_backup(&config, 0);
    fsm_hear(&fsm, 255, 255, CARP_MSEC);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, 2 * CARP_MSEC);
}

/* After INIT, and whatever happens before the first advert, it waits long
 * enough to hear any master with its advbase. */
static void
test_listens_first(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    struct carp_fsm fsm;
    carp_time now = 0;

    config.advbase = 0;
    config.advskew = 20;
    fsm = fsm_backup(&config, 0);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==,
                     CARP_SEC + 20 * CARP_SKEW_UNIT);
    fsm_demote(&fsm, 10, CARP_MSEC);
    g_assert_cmpint(carp_fsm_reconfigure(&fsm, &config, CARP_MSEC), ==,
                    CARP_OK);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==,
                     CARP_SEC + 20 * CARP_SKEW_UNIT);
    /* The slowest that there is. */
    fsm_hear(&fsm, 0, 254, 254 * CARP_SKEW_UNIT);
    fsm_is(&fsm, BACKUP);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, 4 * 254 * CARP_SKEW_UNIT);
    /* Nobody is there; and paused meanwhile, it cannot know. */
    fsm = fsm_backup(&config, 0);
    fsm_event(&fsm, CARP_FSM_TIMER, 10 * CARP_SEC);
    fsm_is(&fsm, BACKUP);
    fsm = fsm_backup(&config, 0);
    fsm_timer(&fsm, &now);
    fsm_is(&fsm, MASTER);
    /* Where the dead time is longer nothing changes. */
    config.advbase = 1;
    fsm = fsm_backup(&config, 0);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, carp_fsm_dead_time(&fsm));
    config.dead_ratio = 1;
    fsm = fsm_backup(&config, 0);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==,
                     2 * CARP_SEC + 20 * CARP_SKEW_UNIT);
    /* Kernels know nothing of it. */
    config = fsm_config(CARP_PROFILE_FREEBSD);
    config.advbase = 0;
    config.advskew = 20;
    fsm = fsm_backup(&config, 0);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), <, CARP_SEC);
}

/* ------------------------------------------------------------- bow-outs */

static void
test_bow_out_turns(void)
{
    static const uint8_t base[] = {0, 1, 85, 86, 255};

    for (size_t i = 0; i < G_N_ELEMENTS(base); i++) {
        struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
        struct carp_fsm fsm;
        carp_time now;
        struct carp_effects e;

        config.advbase = base[i];
        config.advskew = 100;
        fsm = fsm_backup(&config, 0);
        fsm_hear(&fsm, base[i], 0, CARP_MSEC);
        fsm_hear(&fsm, 255, 255, 10 * CARP_MSEC);
        fsm_is(&fsm, BACKUP);
        e = fsm_timer(&fsm, &now);
        g_assert_cmpuint(now, ==, 15 * CARP_MSEC);
        g_assert_cmpint(e.reason, ==, CARP_FSM_REASON_WILL_TIME_OUT);
        g_assert_cmpuint(e.todo, ==, TAKE);
    }
}

static void
test_bow_out_first(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    struct carp_fsm fsm = fsm_backup(&config, 0);
    carp_time now = 0;

    g_assert_cmpint(fsm_hear(&fsm, 255, 255, 0).reason, ==,
                    CARP_FSM_REASON_WILL_TIME_OUT);
    /* A better node was faster: all timers run anew. */
    config.advskew = 200;
    config.has[CARP_F6] = true;
    fsm = fsm_backup(&config, 0);
    fsm_hear(&fsm, 255, 255, 0);
    fsm_hear_from(&fsm, CARP_IPV6, 20, 255, 255, 0, CARP_MSEC);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, 10 * CARP_MSEC);
    fsm_hear(&fsm, 1, 0, 9 * CARP_MSEC);
    fsm_event(&fsm, CARP_FSM_TIMER, 20 * CARP_MSEC);
    fsm_is(&fsm, BACKUP);
    fsm_timer(&fsm, &now);
    g_assert_cmpuint(now, ==, 9 * CARP_MSEC + carp_fsm_dead_time(&fsm));
}

/* Two masters, and the other one leaves: this node's master is still there. */
static void
test_bow_out_of_a_stranger(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    struct carp_fsm fsm;
    carp_time now = 0;
    struct carp_effects e;

    config.advskew = 100;
    fsm = fsm_backup(&config, 0);
    fsm_hear(&fsm, 1, 0, CARP_MSEC);
    fsm_hear_from(&fsm, CARP_IPV4, 30, 255, 255, 0, 2 * CARP_MSEC);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==,
                     CARP_MSEC + carp_fsm_dead_time(&fsm));
    /* Kernels do not look who it is. */
    config = fsm_config(CARP_PROFILE_FREEBSD);
    fsm = fsm_backup(&config, 0);
    fsm_hear(&fsm, 1, 0, CARP_MSEC);
    fsm_hear_from(&fsm, CARP_IPV4, 30, 255, 255, 0, 2 * CARP_MSEC);
    fsm_is(&fsm, MASTER);
    /* A MASTER announces when another one leaves, and stays. */
    config = fsm_config_carpd(CARP_PROFILE_AUTO);
    fsm = fsm_master(&config, &now);
    e = fsm_hear(&fsm, 255, 255, now + CARP_SEC - 1);
    g_assert_cmpuint(e.todo, ==, CARP_DO_ADVERT | CARP_DO_ANNOUNCE);
}

/* ------------------------------------------------------------- yielding */

static void
test_last_advert(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    carp_time now = 0;
    struct carp_fsm fsm;
    struct carp_effects e;

    config.advskew = 50;
    fsm = fsm_master(&config, &now);
    e = fsm_hear(&fsm, 1, 49, now);
    g_assert_cmpuint(e.todo, ==, CARP_DO_LAST_ADVERT | CARP_DO_RELEASE);
    /* Never to an equal one: a BSD would yield as well. */
    fsm = fsm_master(&config, &now);
    e = fsm_hear_from(&fsm, CARP_IPV4, 5, 1, 50, 0, now);
    fsm_is(&fsm, BACKUP);
    g_assert_cmpuint(e.todo, ==, CARP_DO_RELEASE);
}

static void
test_answers(void)
{
    const struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    carp_time now = 0;
    struct carp_fsm fsm = fsm_master(&config, &now);

    /* An advert was just sent: it is only announced. */
    g_assert_cmpuint(fsm_hear(&fsm, 1, 1, now + CARP_SEC / 2 - 1).todo, ==,
                     CARP_DO_ANNOUNCE);
    now += CARP_SEC / 2;
    g_assert_cmpuint(fsm_hear(&fsm, 1, 1, now).todo, ==,
                     CARP_DO_ADVERT | CARP_DO_ANNOUNCE);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, now + CARP_SEC);
    /* Two nodes that believe to be better do not answer each other for ever.
     */
    g_assert_cmpuint(fsm_hear(&fsm, 1, 1, now + CARP_MSEC).todo, ==,
                     CARP_DO_ANNOUNCE);
}

/* ----------------------------------------------------------------- ties */

static void
test_tie(void)
{
    const struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    carp_time now = 0;
    struct carp_fsm fsm = fsm_master(&config, &now);

    /* .10 stays against any number of equals, but not for ever: one that does
     * not hear it would stay too. */
    for (unsigned int i = 0; i < 4; i++) {
        fsm_hear(&fsm, 1, 0, now += CARP_SEC);
        fsm_hear_from(&fsm, CARP_IPV4, 30, 1, 0, 0, now);
        fsm_is(&fsm, MASTER);
    }
    fsm_hear(&fsm, 1, 0, now += CARP_SEC);
    fsm_is(&fsm, BACKUP);
    /* It starts anew after a dead time of quiet. */
    fsm = fsm_master(&config, &now);
    for (unsigned int i = 0; i < 9; i++) {
        fsm_hear(&fsm, 1, 0, now += 3 * CARP_SEC + 1);
        fsm_is(&fsm, MASTER);
    }
    /* .10 yields to .9 at once. */
    fsm_hear_from(&fsm, CARP_IPV4, 9, 1, 0, 0, now);
    fsm_is(&fsm, BACKUP);
}

/* A demoted OpenBSD yields to the octet 0, whatever its advskew: if carpd did,
 * too, nobody would be left. */
static void
test_demoted_openbsd(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    carp_time now = 0;
    struct carp_fsm fsm;
    struct carp_effects e;

    config.advskew = 50;
    for (unsigned int i = 0; i < 2; i++) {
        const uint8_t skew = i == 0 ? 2 : 50;

        fsm = fsm_master(&config, &now);
        for (unsigned int k = 0; k < 5; k++) {
            e = fsm_hear_from(&fsm, CARP_IPV4, 9, 1, skew, 240,
                              now += CARP_SEC);
            fsm_is(&fsm, MASTER);
            g_assert_true((e.todo & CARP_DO_ADVERT) != 0);
        }
        /* It does not hear this node. If it did after all, a last advert would
         * make it yield. */
        e = fsm_hear_from(&fsm, CARP_IPV4, 9, 1, skew, 240, now += CARP_SEC);
        fsm_is(&fsm, BACKUP);
        g_assert_cmpuint(e.todo, ==, CARP_DO_RELEASE);
        fsm = fsm_master(&config, &now);
        fsm_hear_from(&fsm, CARP_IPV4, 9, 1, skew, 0, now);
        fsm_is(&fsm, BACKUP);
    }
}

/* OpenBSD yields to the lower octet and takes over from the longer interval:
 * in turn, with every advert. carpd waits for as long as that master needs. */
static void
test_slow_octet(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_OPENBSD);
    carp_time now = 0;
    struct carp_fsm fsm;

    config.preempt = true;
    for (config.advbase = 0; config.advbase < 2; config.advbase++) {
        config.advskew = 64;
        fsm = fsm_master(&config, &now);
        fsm_demote(&fsm, 20, now);
        for (unsigned int i = 0; i < 5; i++) {
            fsm_hear_from(&fsm, CARP_IPV4, 20, 10, 0, 9, now += 10 * CARP_SEC);
            fsm_is(&fsm, BACKUP);
            g_assert_cmpuint(carp_fsm_deadline(&fsm) - now, ==, 30 * CARP_SEC);
        }
        /* No longer demoted, it need not wait. */
        fsm_demote(&fsm, 0, now);
        fsm_hear_from(&fsm, CARP_IPV4, 20, 10, 0, 9, now += 10 * CARP_SEC);
        fsm_is(&fsm, MASTER);
    }
    /* The kernel's own row does take turns. */
    config = fsm_config(CARP_PROFILE_OPENBSD);
    config.advskew = 64;
    fsm = fsm_master(&config, &now);
    fsm_demote(&fsm, 20, now);
    fsm_hear_from(&fsm, CARP_IPV4, 20, 10, 0, 9, now);
    fsm_is(&fsm, BACKUP);
    fsm_hear_from(&fsm, CARP_IPV4, 20, 10, 0, 9, now += CARP_SEC);
    fsm_is(&fsm, MASTER);
}

/* Both gave way: whoever finds nobody stays next time. */
static void
test_tie_nobody(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    carp_time now = 0;
    struct carp_fsm fsm = fsm_master(&config, &now);

    fsm_hear_from(&fsm, CARP_IPV4, 9, 1, 0, 0, now);
    /* ucarp's last advert is no master that stays */
    fsm_hear_from(&fsm, CARP_IPV4, 9, 1, 0, 0, now);
    fsm_timer(&fsm, &now);
    fsm_is(&fsm, MASTER);
    fsm_hear_from(&fsm, CARP_IPV4, 9, 1, 0, 0, now);
    fsm_is(&fsm, MASTER);
    /* … but not as long as a lower address does. */
    fsm_hear_from(&fsm, CARP_IPV4, 9, 1, 0, 0, now + CARP_SEC);
    fsm_is(&fsm, MASTER);
    fsm_hear_from(&fsm, CARP_IPV4, 9, 1, 0, 0, now + 2 * CARP_SEC);
    fsm_is(&fsm, BACKUP);
    /* The same when a worse one came first, and both preempt it together. */
    config.preempt = true;
    fsm = fsm_master(&config, &now);
    fsm_hear_from(&fsm, CARP_IPV4, 9, 1, 0, 0, now);
    fsm_hear(&fsm, 1, 200, now += CARP_SEC);
    fsm_is(&fsm, MASTER);
    fsm_hear_from(&fsm, CARP_IPV4, 9, 1, 0, 0, now);
    fsm_is(&fsm, MASTER);
    config.preempt = false;
    /* A master that stayed and died later is another matter. */
    fsm = fsm_master(&config, &now);
    for (unsigned int i = 0; i < 4; i++) {
        fsm_hear_from(&fsm, CARP_IPV4, 9, 1, 0, 0, now += CARP_SEC);
        fsm_is(&fsm, BACKUP);
    }
    fsm_timer(&fsm, &now);
    fsm_hear_from(&fsm, CARP_IPV4, 9, 1, 0, 0, now);
    fsm_is(&fsm, BACKUP);
}

/* Of a dual-stack pair IPv4 decides; IPv6 alone does when IPv4 is missing. */
static void
test_tie_families(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    carp_time now = 0;
    struct carp_fsm fsm;

    config.has[CARP_F6] = true;
    fsm = fsm_master(&config, &now);
    fsm_hear_from(&fsm, CARP_IPV6, 9, 1, 0, 0, now);
    fsm_is(&fsm, MASTER);
    fsm_hear_from(&fsm, CARP_IPV4, 20, 1, 0, 0, now);
    fsm_hear_from(&fsm, CARP_IPV6, 9, 1, 0, 0, now);
    fsm_is(&fsm, MASTER);
    fsm_hear_from(&fsm, CARP_IPV6, 9, 1, 0, 0, now + CARP_SEC);
    fsm_is(&fsm, BACKUP);
    /* Without an own address there is nothing to compare. */
    config.source[CARP_F4] = (struct carp_addr){0};
    fsm = fsm_master(&config, &now);
    fsm_hear(&fsm, 1, 0, now);
    fsm_is(&fsm, BACKUP);
}

/* ------------------------------------------------------------- families */

static void
test_families_together(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_OPENBSD);
    carp_time now = 0;
    struct carp_fsm fsm;

    config.has[CARP_F6] = true;
    fsm = fsm_backup(&config, 0);
    for (unsigned int i = 1; i < 30; i++) {
        const struct carp_effects e = fsm_hear(&fsm, 1, 0, now = i * CARP_SEC);

        fsm_is(&fsm, BACKUP);
        /* Told once, when IPv6 has been missing for the dead time. */
        g_assert_cmpuint(e.silent_family, ==, i == 3 ? CARP_IPV6 : 0);
    }
    fsm_hear_from(&fsm, CARP_IPV6, 20, 1, 0, 0, now);
    for (unsigned int i = 1; i < 9; i++) {
        const struct carp_effects e =
            fsm_hear_from(&fsm, CARP_IPV6, 20, 1, 0, 0, now += CARP_SEC);

        g_assert_cmpuint(e.silent_family, ==, i == 3 ? CARP_IPV4 : 0);
    }
    /* Silence of both is silence. */
    now += CARP_SEC;
    fsm_timer(&fsm, &now);
    fsm_is(&fsm, MASTER);
}

/* ----------------------------------------------------------- operator */

static void
test_steps_aside(void)
{
    struct carp_fsm_config config = fsm_config_carpd(CARP_PROFILE_AUTO);
    carp_time now = 0;
    struct carp_fsm fsm;

    config.preempt = true;
    fsm = fsm_master(&config, &now);
    g_assert_cmpuint(fsm_event(&fsm, CARP_FSM_FORCE_BACKUP, now).todo, ==,
                     CARP_DO_BOW_OUT | CARP_DO_RELEASE);
    for (unsigned int i = 0; i < 20; i++) {
        fsm_hear(&fsm, 1, 100, now += CARP_SEC);
        fsm_is(&fsm, BACKUP);
    }
    /* A dead master is replaced all the same, and that ends it. */
    fsm_timer(&fsm, &now);
    fsm_is(&fsm, MASTER);
    fsm_hear_from(&fsm, CARP_IPV4, 9, 0, 100, 0, now);
    fsm_is(&fsm, BACKUP);
    fsm_hear(&fsm, 1, 100, now);
    fsm_is(&fsm, MASTER);
    /* From BACKUP it may be told in advance, and promoted again. */
    fsm = fsm_backup(&config, 0);
    fsm_event(&fsm, CARP_FSM_FORCE_BACKUP, 0);
    fsm_hear(&fsm, 1, 100, 0);
    fsm_is(&fsm, BACKUP);
    fsm_event(&fsm, CARP_FSM_FORCE_MASTER, 0);
    fsm_is(&fsm, MASTER);
    /* FreeBSD's is undone by the next advert. */
    config.behaviour = *carp_behaviour_get(CARP_PROFILE_FREEBSD);
    fsm = fsm_master(&config, &now);
    fsm_event(&fsm, CARP_FSM_FORCE_BACKUP, now);
    fsm_hear(&fsm, 1, 100, now);
    fsm_is(&fsm, MASTER);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fsm/carpd/exact", test_exact);
    g_test_add_func("/fsm/carpd/subsecond", test_subsecond);
    g_test_add_func("/fsm/carpd/listens-first", test_listens_first);
    g_test_add_func("/fsm/carpd/bow-out", test_bow_out_turns);
    g_test_add_func("/fsm/carpd/bow-out-first", test_bow_out_first);
    g_test_add_func("/fsm/carpd/bow-out-stranger", test_bow_out_of_a_stranger);
    g_test_add_func("/fsm/carpd/last-advert", test_last_advert);
    g_test_add_func("/fsm/carpd/answers", test_answers);
    g_test_add_func("/fsm/carpd/tie", test_tie);
    g_test_add_func("/fsm/carpd/demoted-openbsd", test_demoted_openbsd);
    g_test_add_func("/fsm/carpd/slow-octet", test_slow_octet);
    g_test_add_func("/fsm/carpd/tie-nobody", test_tie_nobody);
    g_test_add_func("/fsm/carpd/tie-families", test_tie_families);
    g_test_add_func("/fsm/carpd/families", test_families_together);
    g_test_add_func("/fsm/carpd/aside", test_steps_aside);
    return g_test_run();
}
