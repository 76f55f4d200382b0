/* SPDX-License-Identifier: BSD-2-Clause */
/* What an event teaches about the master and about ties. */
#include "engine/fsm_internal.h"

static enum carp_family_index
other_family(enum carp_family_index f)
{
    return f == CARP_F4 ? CARP_F6 : CARP_F4;
}

/* One family's adverts arrive while the other's have been missing for the
 * dead time. */
static uint8_t
find_silent(struct carp_fsm *fsm, const struct fsm_input *in)
{
    const enum carp_family_index g = other_family(in->f);
    const uint8_t name = g == CARP_F4 ? CARP_IPV4 : CARP_IPV6;

    if (fsm->told_silent != 0 && fsm->told_silent != name) {
        fsm->told_silent = 0;
    }
    if (fsm->wait != CARP_FSM_WAIT_DEAD || fsm->down[g] > in->now ||
        fsm->told_silent == name) {
        return 0;
    }
    fsm->told_silent = name;
    return name;
}

/* With a timer for each family a takeover may be the silence of one; both
 * families of one advert are heard within moments. */
static uint8_t
find_takeover_silent(const struct carp_fsm *fsm)
{
    const carp_time a = fsm->down[CARP_F4];
    const carp_time b = fsm->down[CARP_F6];
    const carp_time apart = fsm_interval(fsm, fsm->config.advskew) / 2;

    if (a == CARP_NEVER || b == CARP_NEVER) {
        return 0;
    }
    if (carp_time_since(b, a) > apart) {
        return CARP_IPV4;
    }
    return carp_time_since(a, b) > apart ? CARP_IPV6 : 0;
}

void
fsm_learn_master(struct carp_fsm *fsm, const struct fsm_input *in)
{
    struct carp_fsm_master *master = &fsm->master[in->f];

    master->is_known = true;
    master->source = in->event->source;
    master->advbase = in->event->advbase;
    master->advskew = in->event->advskew;
    master->demote = in->event->demote;
    master->heard = in->now;
    if (fsm->heard < UINT8_MAX) {
        fsm->heard++;
    }
}

static void
count_tie(struct carp_fsm *fsm, const struct fsm_input *in)
{
    if (in->peer != FSM_PEER_EQUAL && !fsm_has_worse_octet(fsm, in)) {
        return;
    }
    if (fsm->tie_since == CARP_NEVER) {
        fsm->tie_since = in->now;
    }
    if (in->f == CARP_F4) {
        fsm->ties6 = 0;
    } else if (fsm->ties6 < UINT8_MAX) {
        fsm->ties6++;
    }
    fsm->tie_heard = in->now;
}

void
fsm_learn(struct carp_fsm *fsm, const struct fsm_rule *rule,
          const struct fsm_input *in, struct carp_effects *effects)
{
    if (rule->row.to == CARP_STATE_BACKUP && rule->arm == FSM_ARM_HEARD) {
        fsm_learn_master(fsm, in);
        effects->silent_family = find_silent(fsm, in);
    } else if (rule->row.reason == CARP_FSM_REASON_TIMED_OUT &&
               fsm->config.behaviour.families_apart) {
        effects->silent_family = find_takeover_silent(fsm);
    } else if (rule->row.event == CARP_FSM_ADVERT &&
               rule->row.to == CARP_STATE_MASTER && in->is_ours) {
        count_tie(fsm, in);
    }
}
