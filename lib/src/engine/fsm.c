/* SPDX-License-Identifier: BSD-2-Clause */
/* The state machine: one event in, one row of the table, one new state. */
#include <carp/fsm.h>

#include "engine/fsm_internal.h"

/* ----------------------------------------------------------------- state */

/* What a state begins without. */
static void
leave(struct carp_fsm *fsm)
{
    fsm_stop_all(fsm, CARP_FSM_WAIT_DEAD);
    fsm->hold = 0;
    fsm->is_aside = false;
    fsm->announce_countdown = 0;
    fsm->told_silent = 0;
    fsm->tie_since = CARP_NEVER;
    fsm->ties6 = 0;
    fsm->heard = 0;
    fsm->gave_way = false;
    fsm->stays = false;
    fsm->master[CARP_F4].is_known = false;
    fsm->master[CARP_F6].is_known = false;
}

/* The one place that assigns the state and with it the deadline. */
static void
enter(struct carp_fsm *fsm, const struct fsm_rule *rule, unsigned int todo,
      const struct fsm_input *in)
{
    const struct carp_fsm_row *row = &rule->row;
    const bool gives_way =
        in->event->kind == CARP_FSM_ADVERT && in->peer == FSM_PEER_EQUAL;
    const bool found_nobody = fsm->gave_way && fsm->heard < CARP_FSM_HEARD;

    if (row->to != fsm->state) {
        leave(fsm);
        fsm->state = row->to;
        fsm->reason = row->reason;
        fsm->since = in->now;
        fsm->transitions++;
        fsm->preemptions += row->reason == CARP_FSM_REASON_PREEMPTING;
        if (row->to == CARP_STATE_BACKUP) {
            fsm->gave_way = gives_way;
            /* Whom it yields to is the master that it follows. */
            if (in->event->kind == CARP_FSM_ADVERT) {
                fsm_learn_master(fsm, in);
            }
        } else {
            fsm->stays = found_nobody;
        }
    }
    fsm_arm_timers(fsm, rule->arm, todo, in);
}

static void
count_announcements(struct carp_fsm *fsm, unsigned int todo,
                    const struct carp_fsm_row *row)
{
    if (row->to != CARP_STATE_MASTER) {
        return;
    }
    if (row->event == CARP_FSM_TIMER && row->from == row->to) {
        if (fsm->announce_countdown != 0) {
            fsm->announce_countdown--;
        }
    } else if ((todo & CARP_DO_ANNOUNCE) != 0) {
        fsm->announce_countdown = fsm->config.behaviour.announce_again;
    }
}

/* ------------------------------------------------------------------ step */

static struct fsm_input
look_at(struct carp_fsm *fsm, const struct carp_fsm_event *event, carp_time now)
{
    struct fsm_input in = {.event = event, .now = now, .peer = FSM_PEER_WORSE};

    /* A clock that goes back must not make timers longer. */
    if (now < fsm->now) {
        in.now = fsm->now;
    }
    fsm->now = in.now;
    if (event->kind == CARP_FSM_ADVERT) {
        in.f = event->family == CARP_IPV6 ? CARP_F6 : CARP_F4;
        in.is_ours = fsm->config.has[in.f];
        in.peer = fsm_compare(fsm, event);
        if (carp_time_since(in.now, fsm->tie_heard) >
            3 * fsm_interval(fsm, carp_fsm_advskew(fsm))) {
            fsm->tie_since = CARP_NEVER;
            fsm->ties6 = 0;
        }
    }
    return in;
}

static bool
woke_late(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return in->event->kind == CARP_FSM_TIMER &&
           fsm_is_late(fsm, carp_fsm_deadline(fsm), in->now);
}

struct carp_effects
carp_fsm_step(struct carp_fsm *fsm, const struct carp_fsm_event *event,
              carp_time now)
{
    const struct fsm_input in = look_at(fsm, event, now);
    const struct fsm_rule *rule = fsm_rule_find(fsm, &in);
    struct carp_effects effects = {.from = fsm->state, .to = fsm->state};

    if (rule != NULL) {
        effects.to = rule->row.to;
        effects.reason = rule->row.reason;
        effects.todo = fsm_wanted(fsm, &rule->row, &in);
        effects.is_late =
            woke_late(fsm, &in) || rule->row.reason == CARP_FSM_REASON_LATE;
        fsm_learn(fsm, rule, &in, &effects);
    }
    if (event->kind == CARP_FSM_DEMOTION) {
        fsm->demotion = event->demotion;
    }
    if (rule != NULL) {
        enter(fsm, rule, effects.todo, &in);
        count_announcements(fsm, effects.todo, &rule->row);
    }
    effects.advbase = fsm->config.advbase;
    effects.advskew = carp_fsm_advskew(fsm);
    effects.demote = carp_fsm_demote(fsm);
    return effects;
}

/* ---------------------------------------------------------- configuration */

static enum carp_status
check(const struct carp_fsm_config *config)
{
    if (config->advskew == UINT8_MAX) {
        return CARP_ERR_RANGE;
    }
    if (config->advbase == 0 && config->advskew == 0 &&
        config->behaviour.timing != CARP_TIMING_OPENBSD) {
        return CARP_ERR_RANGE;
    }
    return CARP_OK;
}

enum carp_status
carp_fsm_init(struct carp_fsm *fsm, const struct carp_fsm_config *config,
              carp_time now)
{
    const enum carp_status status = check(config);

    if (status != CARP_OK) {
        return status;
    }
    *fsm = (struct carp_fsm){
        .config = *config, .state = CARP_STATE_INIT, .since = now, .now = now};
    leave(fsm);
    return CARP_OK;
}

/* A family's timer under the new numbers: from when it was last restarted. */
static void
rearm(struct carp_fsm *fsm, enum carp_family_index f, bool had_timer)
{
    if (!fsm_has_timer(fsm, f)) {
        fsm->down[f] = CARP_NEVER;
        fsm->master[f].is_known = false;
    } else if (!had_timer) {
        fsm_arm_family(fsm, f, fsm->now, fsm_dead_ticks(fsm));
    } else if (fsm->wait == CARP_FSM_WAIT_DEAD) {
        fsm_arm_family(fsm, f, fsm->armed[f], fsm_dead_ticks(fsm));
    }
}

enum carp_status
carp_fsm_reconfigure(struct carp_fsm *fsm, const struct carp_fsm_config *config,
                     carp_time now)
{
    const enum carp_status status = check(config);
    const bool had[CARP_FAMILIES] = {fsm_has_timer(fsm, CARP_F4),
                                     fsm_has_timer(fsm, CARP_F6)};

    if (status != CARP_OK) {
        return status;
    }
    if (now > fsm->now) {
        fsm->now = now;
    }
    fsm->config = *config;
    if (!config->preempt) {
        fsm->preempt = CARP_NEVER;
    }
    if (fsm->state == CARP_STATE_BACKUP && fsm->wait != CARP_FSM_WAIT_LINK) {
        rearm(fsm, CARP_F4, had[CARP_F4]);
        rearm(fsm, CARP_F6, had[CARP_F6]);
    } else if (fsm->state == CARP_STATE_MASTER) {
        fsm_arm_advert(fsm, fsm->sent, carp_fsm_advskew(fsm));
    }
    return CARP_OK;
}
