/* SPDX-License-Identifier: BSD-2-Clause */
/* What a transition does to the timers (PROTOCOL 3.2, 3.3). */
#include "engine/fsm_internal.h"

bool
fsm_has_timer(const struct carp_fsm *fsm, enum carp_family_index f)
{
    return fsm->config.has[f] &&
           (f == CARP_F4 || !fsm->config.behaviour.one_timer);
}

void
fsm_arm_family(struct carp_fsm *fsm, enum carp_family_index f, carp_time now,
               carp_time wait)
{
    fsm->armed[f] = now;
    fsm->down[f] =
        fsm_has_timer(fsm, f) ? carp_time_add(now, wait) : CARP_NEVER;
}

static void
arm_all(struct carp_fsm *fsm, enum carp_fsm_wait what, carp_time now,
        carp_time wait)
{
    fsm->wait = what;
    fsm_arm_family(fsm, CARP_F4, now, wait);
    fsm_arm_family(fsm, CARP_F6, now, wait);
}

void
fsm_stop_all(struct carp_fsm *fsm, enum carp_fsm_wait what)
{
    fsm->wait = what;
    fsm->down[CARP_F4] = CARP_NEVER;
    fsm->down[CARP_F6] = CARP_NEVER;
    fsm->advert = CARP_NEVER;
    fsm->preempt = CARP_NEVER;
}

static void
arm_preemption(struct carp_fsm *fsm, const struct fsm_input *in)
{
    if (!fsm->config.preempt || fsm->is_aside || in->peer != FSM_PEER_WORSE) {
        fsm->preempt = CARP_NEVER;
        return;
    }
    if (fsm->preempt == CARP_NEVER) {
        fsm->preempt = carp_time_add(in->now, fsm->config.preempt_delay);
        if (fsm->preempt < fsm->hold) {
            fsm->preempt = fsm->hold;
        }
    }
}

/* Nothing is known of a master yet: its interval may be longer than the time
 * that this node waits once it knows. Of several that start, the best speaks
 * first. */
static void
arm_start(struct carp_fsm *fsm, carp_time now)
{
    const carp_time wait = fsm_dead_ticks(fsm);
    const carp_time listen = carp_fsm_listen_time(fsm->config.advbase) +
                             fsm->config.advskew * CARP_SKEW_UNIT;

    fsm->hold = carp_time_add(now, fsm->config.start_delay);
    if (fsm->config.behaviour.listens_first && listen > wait) {
        arm_all(fsm, CARP_FSM_WAIT_START, now, listen);
    } else {
        arm_all(fsm, CARP_FSM_WAIT_DEAD, now, wait);
    }
}

static void
arm_heard(struct carp_fsm *fsm, const struct fsm_input *in)
{
    const carp_time wait = fsm_dead_ticks(fsm);

    if (fsm->wait != CARP_FSM_WAIT_DEAD) {
        arm_all(fsm, CARP_FSM_WAIT_DEAD, in->now, wait);
    } else if (fsm->config.behaviour.one_timer) {
        fsm_arm_family(fsm, CARP_F4, in->now, wait);
    } else {
        fsm_arm_family(fsm, in->f, in->now, wait);
    }
    arm_preemption(fsm, in);
}

static void
arm_bow_out(struct carp_fsm *fsm, carp_time now)
{
    const carp_time turn = carp_fsm_advskew(fsm) * CARP_FSM_BOW_OUT_UNIT;

    /* The second family's bow-out follows the first one's. */
    if (fsm->wait != CARP_FSM_WAIT_BOW_OUT) {
        arm_all(fsm, CARP_FSM_WAIT_BOW_OUT, now, turn);
    }
}

void
fsm_arm_advert(struct carp_fsm *fsm, carp_time now, uint8_t skew)
{
    fsm->sent = now;
    fsm->advert = carp_time_add(now, fsm_interval(fsm, skew));
}

void
fsm_arm_timers(struct carp_fsm *fsm, enum fsm_arm how, unsigned int todo,
               const struct fsm_input *in)
{
    const struct carp_fsm_config *c = &fsm->config;
    const carp_time now = in->now;

    switch (how) {
    case FSM_ARM_STOP:
        fsm_stop_all(fsm, CARP_FSM_WAIT_DEAD);
        break;
    case FSM_ARM_LINK:
        fsm_stop_all(fsm, CARP_FSM_WAIT_LINK);
        break;
    case FSM_ARM_START:
        arm_start(fsm, now);
        break;
    case FSM_ARM_GIVE_UP:
        fsm->is_aside = c->behaviour.steps_aside;
        arm_all(fsm, CARP_FSM_WAIT_DEAD, now, fsm_dead_ticks(fsm));
        break;
    case FSM_ARM_DEAD:
        arm_all(fsm, CARP_FSM_WAIT_DEAD, now, fsm_dead_ticks(fsm));
        break;
    case FSM_ARM_HEARD:
        arm_heard(fsm, in);
        break;
    case FSM_ARM_LISTEN:
        fsm->preempt = CARP_NEVER;
        arm_all(fsm, CARP_FSM_WAIT_LISTEN, now, c->late_listen);
        break;
    case FSM_ARM_BOW_OUT:
        arm_bow_out(fsm, now);
        break;
    case FSM_ARM_ASIDE:
        fsm->is_aside = true;
        fsm->preempt = CARP_NEVER;
        break;
    case FSM_ARM_FIRST:
        fsm_arm_advert(fsm, now,
                       c->behaviour.first_plain ? c->advskew
                                                : carp_fsm_advskew(fsm));
        break;
    case FSM_ARM_NEXT:
        if ((todo & CARP_DO_ADVERT) != 0) {
            fsm_arm_advert(fsm, now, carp_fsm_advskew(fsm));
        }
        break;
    case FSM_ARM_KEEP:
    case FSM_ARM_COUNT:
        break;
    }
}
