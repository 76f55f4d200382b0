/* SPDX-License-Identifier: BSD-2-Clause */
/* What an advert does, system by system (PROTOCOL 3.4 to 3.6, 1.10). */
#include "fsm_fixture.h"

#define FB CARP_PROFILE_FREEBSD
#define F6 CARP_PROFILE_FREEBSD6
#define OB CARP_PROFILE_OPENBSD
#define NB CARP_PROFILE_NETBSD
#define DF CARP_PROFILE_DRAGONFLY
#define UC CARP_PROFILE_UCARP

/* -------------------------------------------------------------- as MASTER */

static void
test_master_hears(void)
{
    static const struct {
        enum carp_profile_id profile;
        uint8_t base, skew;
        int demotion;
        uint8_t peer_base, peer_skew, peer_demote, peer_last;
        bool yields;
    } cases[] = {
        /* better, equal, worse by one unit; the own address is .10 */
        {FB, 1, 10, 0, 1, 9, 0, 20, true},
        {FB, 1, 10, 0, 1, 10, 0, 20, true},
        {FB, 1, 10, 0, 1, 11, 0, 20, false},
        {F6, 1, 10, 0, 1, 10, 0, 20, true},
        {NB, 1, 10, 0, 1, 10, 0, 20, true},
        {NB, 1, 10, 0, 1, 11, 0, 20, false},
        {DF, 1, 10, 0, 1, 10, 0, 20, true},
        {OB, 1, 10, 0, 1, 10, 0, 20, true},
        {OB, 1, 10, 0, 1, 11, 0, 20, false},
        /* advbase counts before advskew */
        {FB, 2, 0, 0, 1, 254, 0, 20, true},
        {FB, 1, 254, 0, 2, 0, 0, 20, false},
        /* FreeBSD: demotion adds up to 240 and may be negative */
        {FB, 1, 0, 240, 1, 239, 0, 20, true},
        {FB, 1, 0, 239, 1, 240, 0, 20, false},
        {FB, 1, 254, 0, 1, 241, 0, 20, false},
        {FB, 1, 100, -200, 1, 1, 0, 20, false},
        {FB, 1, 100, -200, 1, 0, 0, 20, true},
        {FB, 1, 100, G_MAXINT, 1, 240, 0, 20, true},
        {FB, 1, 100, G_MININT, 1, 1, 0, 20, false},
        /* … and looks at no octet */
        {FB, 1, 10, 0, 1, 9, 200, 20, true},
        {FB, 1, 10, 0, 1, 11, 0, 20, false},
        /* suppressed: 240, unless configured worse */
        {NB, 1, 0, 1, 1, 239, 0, 20, true},
        {NB, 1, 0, 1, 1, 241, 0, 20, false},
        {NB, 1, 250, 1, 1, 249, 0, 20, true},
        {NB, 1, 0, -5, 1, 1, 0, 20, false},
        {UC, 1, 0, 7, 1, 239, 0, 20, true},
        /* OpenBSD: the octet first, then the interval */
        {OB, 1, 0, 1, 1, 254, 0, 20, true},
        {OB, 1, 254, 0, 1, 0, 1, 20, false},
        {OB, 1, 10, 5, 1, 10, 5, 20, true},
        {OB, 1, 10, 5, 1, 11, 5, 20, false},
        {OB, 1, 10, 1000, 1, 9, 255, 20, true},
        /* ucarp: the lower address stays at a tie */
        {UC, 1, 10, 0, 1, 10, 0, 9, true},
        {UC, 1, 10, 0, 1, 10, 0, 10, false},
        {UC, 1, 10, 0, 1, 10, 0, 20, false},
        {UC, 1, 10, 0, 1, 9, 0, 20, true},
        {UC, 1, 10, 0, 1, 11, 0, 9, false},
        /* a bow-out is a bad advert */
        {FB, 1, 0, 0, 255, 255, 0, 20, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct carp_fsm_config config = fsm_config(cases[i].profile);
        carp_time now = 0;
        struct carp_fsm fsm;
        struct carp_effects e;

        config.advbase = cases[i].base;
        config.advskew = cases[i].skew;
        fsm = fsm_master(&config, &now);
        fsm_demote(&fsm, cases[i].demotion, now);
        e = fsm_hear_from(&fsm, CARP_IPV4, cases[i].peer_last,
                          cases[i].peer_base, cases[i].peer_skew,
                          cases[i].peer_demote, now + CARP_MSEC);
        g_test_message("case %zu", i);
        g_assert_cmpint(
            e.to, ==, cases[i].yields ? CARP_STATE_BACKUP : CARP_STATE_MASTER);
        g_assert_cmpint(e.reason, ==,
                        cases[i].yields ? CARP_FSM_REASON_MORE_FREQUENT
                                        : CARP_FSM_REASON_NONE);
        /* ucarp alone has a last word, and announces to worse masters. */
        g_assert_cmpuint(
            e.todo, ==,
            cases[i].profile != UC ? (cases[i].yields ? CARP_DO_RELEASE : 0u)
            : cases[i].yields      ? (CARP_DO_LAST_ADVERT | CARP_DO_RELEASE)
                                   : CARP_DO_ANNOUNCE);
    }
}

/* -------------------------------------------------------------- as BACKUP */

static void
test_backup_hears(void)
{
    static const struct {
        enum carp_profile_id profile;
        bool preempt;
        uint8_t base, skew;
        int demotion;
        uint8_t peer_base, peer_skew, peer_demote;
        enum carp_fsm_reason reason; /* NONE: stays BACKUP */
    } cases[] = {
        /* FreeBSD's injected adverts, BACKUP 1/100 */
        {FB, false, 1, 100, 0, 1, 200, 0, CARP_FSM_REASON_NONE},
        {FB, false, 1, 100, 0, 1, 254, 0, CARP_FSM_REASON_NONE},
        {FB, false, 1, 100, 0, 3, 0, 0, CARP_FSM_REASON_NONE},
        {FB, false, 1, 100, 0, 4, 0, 0, CARP_FSM_REASON_WILL_TIME_OUT},
        {FB, false, 1, 100, 0, 255, 255, 0, CARP_FSM_REASON_WILL_TIME_OUT},
        {FB, true, 1, 100, 0, 1, 200, 0, CARP_FSM_REASON_PREEMPTING},
        {FB, true, 1, 100, 0, 255, 255, 0, CARP_FSM_REASON_PREEMPTING},
        /* the bounds */
        {FB, false, 1, 100, 0, 3, 100, 0, CARP_FSM_REASON_NONE},
        {FB, false, 1, 100, 0, 3, 101, 0, CARP_FSM_REASON_WILL_TIME_OUT},
        {FB, true, 1, 100, 0, 1, 100, 0, CARP_FSM_REASON_NONE},
        {FB, true, 1, 100, 0, 1, 101, 0, CARP_FSM_REASON_PREEMPTING},
        {FB, true, 1, 0, 240, 1, 239, 0, CARP_FSM_REASON_NONE},
        {FB, true, 1, 0, 240, 1, 241, 0, CARP_FSM_REASON_PREEMPTING},
        /* a bow-out as far as three times advbase goes */
        {FB, false, 85, 254, 0, 255, 255, 0, CARP_FSM_REASON_WILL_TIME_OUT},
        {FB, false, 86, 0, 0, 255, 255, 0, CARP_FSM_REASON_NONE},
        {NB, false, 1, 100, 0, 255, 255, 0, CARP_FSM_REASON_WILL_TIME_OUT},
        {DF, false, 1, 100, 0, 255, 255, 0, CARP_FSM_REASON_WILL_TIME_OUT},
        {UC, false, 1, 100, 0, 255, 255, 0, CARP_FSM_REASON_WILL_TIME_OUT},
        {OB, false, 1, 100, 0, 255, 255, 0, CARP_FSM_REASON_WILL_TIME_OUT},
        {OB, false, 0, 100, 0, 255, 255, 0, CARP_FSM_REASON_NONE},
        {OB, true, 0, 100, 0, 255, 255, 0, CARP_FSM_REASON_PREEMPTING},
        /* OpenBSD's octet */
        {OB, false, 1, 100, 0, 1, 0, 1, CARP_FSM_REASON_PREEMPTING},
        {OB, false, 1, 100, 1, 1, 0, 1, CARP_FSM_REASON_NONE},
        {OB, true, 1, 0, 1, 1, 100, 0, CARP_FSM_REASON_NONE},
        {OB, true, 1, 0, 1, 1, 100, 1, CARP_FSM_REASON_PREEMPTING},
        {OB, true, 1, 0, 0, 1, 0, 0, CARP_FSM_REASON_NONE},
        /* ucarp suppressed */
        {UC, true, 1, 0, 1, 1, 200, 0, CARP_FSM_REASON_NONE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct carp_fsm_config config = fsm_config(cases[i].profile);
        const carp_time at = 100 * CARP_MSEC;
        struct carp_fsm fsm;
        struct carp_effects e;

        config.advbase = cases[i].base;
        config.advskew = cases[i].skew;
        config.preempt = cases[i].preempt;
        fsm = fsm_backup(&config, 0);
        fsm_demote(&fsm, cases[i].demotion, 0);
        e = fsm_hear_from(&fsm, CARP_IPV4, 20, cases[i].peer_base,
                          cases[i].peer_skew, cases[i].peer_demote, at);
        g_test_message("case %zu", i);
        g_assert_cmpint(e.reason, ==, cases[i].reason);
        if (cases[i].reason != CARP_FSM_REASON_NONE) {
            fsm_is(&fsm, MASTER);
        } else {
            fsm_is(&fsm, BACKUP);
            g_assert_true(fsm.master[CARP_F4].is_known);
            g_assert_cmpuint(fsm.down[CARP_F4], >,
                             at + carp_fsm_dead_time(&fsm) - 1);
        }
    }
}

/* ------------------------------------------------------- link, bow-out */

static void
test_leaving(void)
{
    static const struct {
        enum carp_profile_id profile;
        enum carp_fsm_event_kind event;
        enum carp_state to;
        unsigned int todo;
    } cases[] = {
        {FB, CARP_FSM_DISABLE, CARP_STATE_INIT, CARP_DO_RELEASE},
        {F6, CARP_FSM_DISABLE, CARP_STATE_INIT,
         CARP_DO_RELEASE | CARP_DO_BOW_OUT},
        {OB, CARP_FSM_DISABLE, CARP_STATE_INIT,
         CARP_DO_RELEASE | CARP_DO_BOW_OUT},
        {NB, CARP_FSM_DISABLE, CARP_STATE_INIT,
         CARP_DO_RELEASE | CARP_DO_BOW_OUT},
        {UC, CARP_FSM_DISABLE, CARP_STATE_INIT, CARP_DO_RELEASE},
        {OB, CARP_FSM_DOWN, CARP_STATE_INIT, CARP_DO_RELEASE},
        {UC, CARP_FSM_DOWN, CARP_STATE_BACKUP, CARP_DO_RELEASE},
        {FB, CARP_FSM_FORCE_BACKUP, CARP_STATE_BACKUP, CARP_DO_RELEASE},
        {OB, CARP_FSM_FORCE_BACKUP, CARP_STATE_BACKUP, CARP_DO_RELEASE},
        {FB, CARP_FSM_FORCE_MASTER, CARP_STATE_MASTER, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct carp_fsm_config config = fsm_config(cases[i].profile);
        carp_time now = 0;
        struct carp_fsm fsm = fsm_master(&config, &now);
        const struct carp_effects e = fsm_event(&fsm, cases[i].event, now);

        g_test_message("case %zu", i);
        g_assert_cmpint(e.to, ==, cases[i].to);
        g_assert_cmpuint(e.todo, ==, cases[i].todo);
    }
}

static void
test_ucarp_deaf(void)
{
    const struct carp_fsm_config config = fsm_config(UC);
    carp_time now = 0;
    struct carp_fsm fsm = fsm_backup(&config, 0);

    fsm_event(&fsm, CARP_FSM_DOWN, now);
    fsm_is(&fsm, BACKUP);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, CARP_NEVER);
    fsm_hear(&fsm, 255, 255, now);
    fsm_event(&fsm, CARP_FSM_FORCE_MASTER, now);
    fsm_event(&fsm, CARP_FSM_TIMER, 99 * CARP_SEC);
    fsm_is(&fsm, BACKUP);
    fsm_event(&fsm, CARP_FSM_UP, 100 * CARP_SEC);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, 103 * CARP_SEC);
    /* Heard again; and an UP that brings nothing new does nothing. */
    fsm_hear(&fsm, 1, 0, 101 * CARP_SEC);
    fsm_event(&fsm, CARP_FSM_UP, 102 * CARP_SEC);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, 104 * CARP_SEC);
}

static void
test_dragonfly(void)
{
    struct carp_fsm_config config = fsm_config(DF);
    struct carp_fsm fsm;
    struct carp_effects e;

    config.preempt = true;
    g_assert_cmpint(carp_fsm_init(&fsm, &config, 0), ==, CARP_OK);
    e = fsm_event(&fsm, CARP_FSM_UP, 0);
    fsm_is(&fsm, MASTER);
    g_assert_cmpint(e.reason, ==, CARP_FSM_REASON_STARTED);
    /* not when suppressed, not without preempt */
    g_assert_cmpint(carp_fsm_init(&fsm, &config, 0), ==, CARP_OK);
    fsm_demote(&fsm, 1, 0);
    fsm_event(&fsm, CARP_FSM_UP, 0);
    fsm_is(&fsm, BACKUP);
    config.preempt = false;
    fsm_backup(&config, 0);
    config = fsm_config(FB);
    config.preempt = true;
    fsm_backup(&config, 0);
}

/* ------------------------------------------------------------- families */

static void
test_families(void)
{
    struct carp_fsm_config config = fsm_config(OB);
    struct carp_fsm fsm;
    carp_time now = CARP_SEC;
    struct carp_effects e;

    /* OpenBSD: each family has its timer, either makes it MASTER. */
    config.has[CARP_F6] = true;
    fsm = fsm_backup(&config, 0);
    fsm_hear(&fsm, 1, 0, now);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, 3010 * CARP_MSEC);
    e = fsm_timer(&fsm, &now);
    fsm_is(&fsm, MASTER);
    g_assert_cmpuint(e.silent_family, ==, CARP_IPV6);
    /* Both silent: nothing to tell of families. */
    fsm = fsm_backup(&config, 0);
    now = CARP_SEC;
    fsm_hear_from(&fsm, CARP_IPV6, 20, 1, 0, 0, now);
    fsm_hear(&fsm, 1, 0, now + CARP_MSEC);
    g_assert_cmpuint(fsm_timer(&fsm, &now).silent_family, ==, 0);
    /* IPv4 silent. */
    fsm = fsm_backup(&config, 0);
    fsm_hear_from(&fsm, CARP_IPV6, 20, 1, 0, 0, CARP_SEC);
    g_assert_cmpuint(fsm_timer(&fsm, &now).silent_family, ==, CARP_IPV4);
    /* Without addresses of a family its adverts are none. */
    fsm = fsm_backup(
        &(struct carp_fsm_config){.behaviour = *carp_behaviour_get(FB),
                                  .advbase = 1,
                                  .preempt = true,
                                  .has = {true, false}},
        0);
    fsm_hear_from(&fsm, CARP_IPV6, 20, 9, 9, 0, 0);
    fsm_is(&fsm, BACKUP);
    fsm_timer(&fsm, &now);
    e = fsm_hear_from(&fsm, CARP_IPV6, 20, 0, 1, 0, now);
    fsm_is(&fsm, MASTER);
    g_assert_cmpuint(e.todo, ==, 0);
}

/* NetBSD's one timer: any family restarts it, IPv6 alone has none. */
static void
test_one_timer(void)
{
    struct carp_fsm_config config = fsm_config(NB);
    struct carp_fsm fsm;

    config.has[CARP_F6] = true;
    fsm = fsm_backup(&config, 0);
    fsm_hear_from(&fsm, CARP_IPV6, 20, 1, 0, 0, 2 * CARP_SEC);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, 5010 * CARP_MSEC);
    config.has[CARP_F4] = false;
    fsm = fsm_backup(&config, 0);
    g_assert_cmpuint(carp_fsm_deadline(&fsm), ==, CARP_NEVER);
}

/* ucarp compares the last octet first. */
static void
test_ucarp_tie(void)
{
    const struct carp_fsm_config config = fsm_config(UC);
    const uint8_t lower[4] = {9, 255, 255, 11}, higher[4] = {11, 0, 0, 9};
    struct carp_fsm_event advert = {
        .kind = CARP_FSM_ADVERT, .family = CARP_IPV4, .advbase = 1};
    carp_time now = 0;
    struct carp_fsm fsm = fsm_master(&config, &now);

    advert.source = carp_addr_v4(lower);
    g_assert_cmpint(carp_fsm_step(&fsm, &advert, now).to, ==,
                    CARP_STATE_MASTER);
    advert.source = carp_addr_v4(higher);
    g_assert_cmpint(carp_fsm_step(&fsm, &advert, now).to, ==,
                    CARP_STATE_BACKUP);
}

/* A second announcement: OpenBSD's and ucarp's third advert. */
static void
test_second_announcement(void)
{
    static const struct {
        enum carp_profile_id profile;
        bool has_second;
    } cases[] = {{FB, false}, {NB, false}, {OB, true}, {UC, true}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct carp_fsm_config config = fsm_config(cases[i].profile);
        carp_time now = 0;
        struct carp_fsm fsm = fsm_master(&config, &now);
        const unsigned int wanted = cases[i].has_second
                                        ? CARP_DO_ADVERT | CARP_DO_ANNOUNCE
                                        : CARP_DO_ADVERT;

        g_assert_cmpuint(fsm_timer(&fsm, &now).todo, ==, CARP_DO_ADVERT);
        g_assert_cmpuint(fsm_timer(&fsm, &now).todo, ==, wanted);
        g_assert_cmpuint(fsm_timer(&fsm, &now).todo, ==, CARP_DO_ADVERT);
        if (cases[i].profile == UC) {
            fsm_hear(&fsm, 1, 1, now);
            g_assert_cmpuint(fsm_timer(&fsm, &now).todo, ==, CARP_DO_ADVERT);
            g_assert_cmpuint(fsm_timer(&fsm, &now).todo, ==, wanted);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fsm/rules/master", test_master_hears);
    g_test_add_func("/fsm/rules/backup", test_backup_hears);
    g_test_add_func("/fsm/rules/leaving", test_leaving);
    g_test_add_func("/fsm/rules/ucarp-deaf", test_ucarp_deaf);
    g_test_add_func("/fsm/rules/dragonfly", test_dragonfly);
    g_test_add_func("/fsm/rules/families", test_families);
    g_test_add_func("/fsm/rules/one-timer", test_one_timer);
    g_test_add_func("/fsm/rules/ucarp-tie", test_ucarp_tie);
    g_test_add_func("/fsm/rules/announce-again", test_second_announcement);
    return g_test_run();
}
