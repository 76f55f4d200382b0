/* SPDX-License-Identifier: BSD-2-Clause */
#include "fsm_fixture.h"

struct carp_addr
fsm_address(uint8_t family, uint8_t last)
{
    const uint8_t four[4] = {10, 0, 0, last};
    const uint8_t sixteen[16] = {0xfd, [15] = last};

    return family == CARP_IPV4 ? carp_addr_v4(four) : carp_addr_v6(sixteen);
}

struct carp_fsm_config
fsm_config(enum carp_profile_id profile)
{
    return (struct carp_fsm_config){
        .behaviour = *carp_behaviour_get(profile),
        .advbase = 1,
        .has = {true, false},
        .source = {fsm_address(CARP_IPV4, 10), fsm_address(CARP_IPV6, 10)}};
}

struct carp_fsm_config
fsm_config_carpd(enum carp_profile_id profile)
{
    struct carp_fsm_config config = fsm_config(profile);

    carp_behaviour_improve(&config.behaviour);
    config.late_listen = carp_fsm_listen_time(config.advbase);
    return config;
}

/* ---------------------------------------------------------------- checks */

static void
check_todo(const struct carp_effects *e)
{
    const bool takes =
        e->from != CARP_STATE_MASTER && e->to == CARP_STATE_MASTER;
    const bool gives =
        e->from == CARP_STATE_MASTER && e->to != CARP_STATE_MASTER;
    const unsigned int speech = CARP_DO_ADVERT | CARP_DO_ANNOUNCE;

    g_assert_cmpint((e->todo & CARP_DO_ACQUIRE) != 0, ==, takes);
    g_assert_cmpint((e->todo & CARP_DO_RELEASE) != 0, ==, gives);
    if (takes) {
        g_assert_cmpuint(e->todo & speech, ==, speech);
    }
    if (e->to != CARP_STATE_MASTER) {
        g_assert_cmpuint(e->todo & speech, ==, 0);
    }
    if (!gives) {
        g_assert_cmpuint(e->todo & (CARP_DO_BOW_OUT | CARP_DO_LAST_ADVERT), ==,
                         0);
    }
    if (e->from != e->to) {
        g_assert_cmpint(e->reason, !=, CARP_FSM_REASON_NONE);
    }
}

static void
check_deadline(const struct carp_fsm *fsm)
{
    const bool is_netbsd_v6 =
        fsm->config.behaviour.one_timer && !fsm->config.has[CARP_F4];
    const carp_time due = carp_fsm_deadline(fsm);

    switch (fsm->state) {
    case CARP_STATE_INIT:
        g_assert_cmpuint(due, ==, CARP_NEVER);
        break;
    case CARP_STATE_BACKUP:
        if (fsm->wait == CARP_FSM_WAIT_LINK) {
            g_assert_cmpuint(due, ==, CARP_NEVER);
        } else if (!is_netbsd_v6) {
            g_assert_cmpuint(due, !=, CARP_NEVER);
        }
        g_assert_cmpuint(fsm->advert, ==, CARP_NEVER);
        break;
    case CARP_STATE_MASTER:
        g_assert_cmpuint(due, !=, CARP_NEVER);
        g_assert_cmpuint(fsm->down[CARP_F4], ==, CARP_NEVER);
        g_assert_cmpuint(fsm->down[CARP_F6], ==, CARP_NEVER);
        break;
    case CARP_STATE_COUNT:
        g_assert_not_reached();
    }
}

void
fsm_check(const struct carp_fsm *fsm, const struct carp_effects *effects)
{
    g_assert_cmpint(fsm->state, ==, effects->to);
    g_assert_cmpuint(effects->advskew, ==, carp_fsm_advskew(fsm));
    check_todo(effects);
    check_deadline(fsm);
}

/* ---------------------------------------------------------------- events */

static struct carp_effects
step(struct carp_fsm *fsm, const struct carp_fsm_event *event, carp_time now)
{
    const struct carp_effects effects = carp_fsm_step(fsm, event, now);

    fsm_check(fsm, &effects);
    return effects;
}

struct carp_effects
fsm_event(struct carp_fsm *fsm, enum carp_fsm_event_kind kind, carp_time now)
{
    return step(fsm, &(struct carp_fsm_event){.kind = kind}, now);
}

struct carp_effects
fsm_timer(struct carp_fsm *fsm, carp_time *now)
{
    *now = carp_fsm_deadline(fsm);
    g_assert_cmpuint(*now, !=, CARP_NEVER);
    return fsm_event(fsm, CARP_FSM_TIMER, *now);
}

struct carp_effects
fsm_hear_from(struct carp_fsm *fsm, uint8_t family, uint8_t last,
              uint8_t advbase, uint8_t advskew, uint8_t demote, carp_time now)
{
    return step(fsm,
                &(struct carp_fsm_event){.kind = CARP_FSM_ADVERT,
                                         .family = family,
                                         .advbase = advbase,
                                         .advskew = advskew,
                                         .demote = demote,
                                         .source = fsm_address(family, last)},
                now);
}

struct carp_effects
fsm_hear(struct carp_fsm *fsm, uint8_t advbase, uint8_t advskew, carp_time now)
{
    return fsm_hear_from(fsm, CARP_IPV4, 20, advbase, advskew, 0, now);
}

struct carp_effects
fsm_demote(struct carp_fsm *fsm, int demotion, carp_time now)
{
    return step(fsm,
                &(struct carp_fsm_event){.kind = CARP_FSM_DEMOTION,
                                         .demotion = demotion},
                now);
}

struct carp_fsm
fsm_backup(const struct carp_fsm_config *config, carp_time now)
{
    struct carp_fsm fsm;

    g_assert_cmpint(carp_fsm_init(&fsm, config, now), ==, CARP_OK);
    fsm_is(&fsm, INIT);
    fsm_event(&fsm, CARP_FSM_UP, now);
    fsm_is(&fsm, BACKUP);
    return fsm;
}

struct carp_fsm
fsm_master(const struct carp_fsm_config *config, carp_time *now)
{
    struct carp_fsm fsm = fsm_backup(config, *now);

    fsm_timer(&fsm, now);
    fsm_is(&fsm, MASTER);
    return fsm;
}
