/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of a row's effects this system has (PROTOCOL 3.5, 3.9, 3.14). */
#include "engine/fsm_internal.h"

static bool
may_answer(const struct carp_fsm *fsm, carp_time now)
{
    const carp_time interval = fsm_interval(fsm, carp_fsm_advskew(fsm));

    return fsm->config.behaviour.answers_inferior &&
           carp_time_since(now, fsm->sent) >= interval / 2;
}

/* A last advert must not make the winner yield as well (PROTOCOL 3.6). */
static bool
may_say_last(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    const struct carp_behaviour *b = &fsm->config.behaviour;

    if (!b->last_advert) {
        return false;
    }
    if (b->last_at_tie) {
        return true;
    }
    return in->peer == FSM_PEER_BETTER &&
           in->event->demote <= carp_fsm_demote(fsm);
}

static bool
may_announce(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    switch (in->event->kind) {
    case CARP_FSM_ADVERT:
        return fsm->config.behaviour.announce_inferior;
    case CARP_FSM_TIMER:
        return fsm->announce_countdown == 1 ||
               fsm_is_late(fsm, fsm->advert, in->now);
    case CARP_FSM_UP:
    case CARP_FSM_DOWN:
    case CARP_FSM_DISABLE:
    case CARP_FSM_DEMOTION:
    case CARP_FSM_FORCE_BACKUP:
    case CARP_FSM_FORCE_MASTER:
    case CARP_FSM_EVENT_COUNT:
        break;
    }
    return true;
}

unsigned int
fsm_wanted(const struct carp_fsm *fsm, const struct carp_fsm_row *row,
           const struct fsm_input *in)
{
    const struct carp_behaviour *b = &fsm->config.behaviour;
    unsigned int todo = row->todo;

    if (!b->bow_out ||
        (in->event->kind == CARP_FSM_FORCE_BACKUP && !b->steps_aside)) {
        todo &= ~(unsigned int)CARP_DO_BOW_OUT;
    }
    if (!may_say_last(fsm, in)) {
        todo &= ~(unsigned int)CARP_DO_LAST_ADVERT;
    }
    if (row->from == CARP_STATE_MASTER && row->to == CARP_STATE_MASTER) {
        if (!may_announce(fsm, in)) {
            todo &= ~(unsigned int)CARP_DO_ANNOUNCE;
        }
        if (in->event->kind == CARP_FSM_ADVERT && !may_answer(fsm, in->now)) {
            todo &= ~(unsigned int)CARP_DO_ADVERT;
        }
    }
    return todo;
}
