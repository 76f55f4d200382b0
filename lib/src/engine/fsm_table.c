/* SPDX-License-Identifier: BSD-2-Clause */
/* The transitions. docs/STATE-MACHINE.md is made of this table. */
#include "engine/fsm_internal.h"

/* ---------------------------------------------------------------- guards */

static bool
starts_master(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    (void)in;
    return fsm->config.behaviour.starts_master && fsm->config.preempt &&
           fsm->demotion <= 0;
}

static bool
stays_on_link_loss(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    (void)in;
    return fsm->config.behaviour.link == CARP_LINK_TO_BACKUP;
}

static bool
waits_for_link(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    (void)in;
    return fsm->wait == CARP_FSM_WAIT_LINK;
}

static bool
is_not_heard(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return !in->is_ours || waits_for_link(fsm, in);
}

static bool
steps_aside(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    (void)in;
    return fsm->config.behaviour.steps_aside;
}

static bool
heeds_bow_out(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return fsm->config.behaviour.takes_bow_out && fsm_is_bow_out(in->event);
}

static bool
strangers_bow_out(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    const struct carp_fsm_master *master = &fsm->master[in->f];

    return heeds_bow_out(fsm, in) && master->is_known &&
           in->now < fsm->down[in->f] &&
           !carp_addr_equal(&master->source, &in->event->source);
}

static bool
bow_out_first(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return heeds_bow_out(fsm, in) && in->now >= fsm->hold &&
           carp_fsm_advskew(fsm) == 0;
}

static bool
preempts(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return fsm->config.preempt && !fsm->is_aside &&
           in->peer == FSM_PEER_WORSE && in->now >= fsm->hold &&
           (fsm->config.preempt_delay == 0 || in->now >= fsm->preempt);
}

static bool
peer_is_more_demoted(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return fsm->config.behaviour.demotion == CARP_DEMOTION_OCTET &&
           in->event->demote > carp_fsm_demote(fsm) && in->now >= fsm->hold;
}

static bool
peer_is_too_slow(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return in->now >= fsm->hold && fsm_is_too_slow(fsm, in->event);
}

static bool
takeover_is_late(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return fsm->config.late_listen != 0 && fsm->wait != CARP_FSM_WAIT_LISTEN &&
           fsm_is_late(fsm, fsm_takeover_due(fsm), in->now);
}

static bool
preemption_is_due(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return in->now >= fsm->preempt;
}

static bool
takeover_is_due(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return in->now >= fsm_takeover_due(fsm);
}

static bool
bow_out_is_due(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return fsm->wait == CARP_FSM_WAIT_BOW_OUT && takeover_is_due(fsm, in);
}

static bool
advert_is_late(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return fsm->config.late_listen != 0 &&
           fsm_is_late(fsm, fsm->advert, in->now);
}

static bool
advert_is_due(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return in->now >= fsm->advert;
}

static bool
peer_is_better(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return in->peer == FSM_PEER_BETTER && !fsm_octet_stays(fsm, in);
}

static bool
yields_at_tie(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return in->peer == FSM_PEER_EQUAL && !fsm_octet_stays(fsm, in) &&
           !fsm_tie_waits(fsm, in) && !fsm_tie_stays(fsm, in);
}

/* ----------------------------------------------------------------- table */

#define TAKE (CARP_DO_ACQUIRE | CARP_DO_ADVERT | CARP_DO_ANNOUNCE)
#define LAST_WORD (CARP_DO_LAST_ADVERT | CARP_DO_RELEASE)
#define LEAVE (CARP_DO_BOW_OUT | CARP_DO_RELEASE)
#define SPEAK (CARP_DO_ADVERT | CARP_DO_ANNOUNCE)

/* What becomes of the timers, in words; one for each enum fsm_arm. */
#define TEXT_KEEP ""
#define TEXT_STOP "all stop"
#define TEXT_LINK "all stop; deaf"
#define TEXT_DEAD "every family waits for the dead time"
#define TEXT_START "dead time or listen time, and not before the start delay"
#define TEXT_HEARD "the family that was heard waits anew"
#define TEXT_LISTEN "every family waits for the listen time"
#define TEXT_BOW_OUT "50 us a unit of advskew"
#define TEXT_ASIDE "preemption rests"
#define TEXT_GIVE_UP "dead time; preemption rests if it steps aside"
#define TEXT_FIRST "first interval"
#define TEXT_NEXT "next interval, if an advert is sent"

#define RULE(from, event, words, guard, to, why, todo, arm) \
    {                                                       \
        {CARP_STATE_##from, CARP_FSM_##event,      words,   \
         CARP_STATE_##to,   CARP_FSM_REASON_##why, todo,    \
         TEXT_##arm},                                       \
            guard, FSM_ARM_##arm                            \
    }

/* clang-format off */
static const struct fsm_rule rules[] = {
    RULE(INIT, UP,
         "preempt, not demoted [DragonFly]", starts_master,
         MASTER, STARTED, TAKE, FIRST),
    RULE(INIT, UP, "", NULL,
         BACKUP, STARTED, 0, START),
    RULE(INIT, DEMOTION, "", NULL,
         INIT, NONE, 0, KEEP),

    RULE(BACKUP, DOWN,
         "stays BACKUP [ucarp]", stays_on_link_loss,
         BACKUP, LINK_DOWN, 0, LINK),
    RULE(BACKUP, DOWN, "", NULL,
         INIT, LINK_DOWN, 0, STOP),
    RULE(BACKUP, DISABLE, "", NULL,
         INIT, DISABLED, 0, STOP),
    RULE(BACKUP, UP,
         "was deaf without a link [ucarp]", waits_for_link,
         BACKUP, LINK_UP, 0, DEAD),
    RULE(BACKUP, FORCE_MASTER,
         "deaf without a link [ucarp]", waits_for_link,
         BACKUP, NONE, 0, KEEP),
    RULE(BACKUP, FORCE_MASTER, "", NULL,
         MASTER, OPERATOR, TAKE, FIRST),
    RULE(BACKUP, FORCE_BACKUP,
         "steps aside", steps_aside,
         BACKUP, NONE, 0, ASIDE),
    RULE(BACKUP, ADVERT,
         "family without addresses, or deaf", is_not_heard,
         BACKUP, NONE, 0, KEEP),
    RULE(BACKUP, ADVERT,
         "bow-out, but not of the master that is followed", strangers_bow_out,
         BACKUP, NONE, 0, KEEP),
    RULE(BACKUP, ADVERT,
         "bow-out, and own advskew is 0", bow_out_first,
         MASTER, WILL_TIME_OUT, TAKE, FIRST),
    RULE(BACKUP, ADVERT,
         "bow-out", heeds_bow_out,
         BACKUP, NONE, 0, BOW_OUT),
    RULE(BACKUP, ADVERT,
         "preempt, and worse than this node for long enough", preempts,
         MASTER, PREEMPTING, TAKE, FIRST),
    RULE(BACKUP, ADVERT,
         "more demoted than this node [OpenBSD]", peer_is_more_demoted,
         MASTER, PREEMPTING, TAKE, FIRST),
    RULE(BACKUP, ADVERT,
         "interval longer than the time this node waits", peer_is_too_slow,
         MASTER, WILL_TIME_OUT, TAKE, FIRST),
    RULE(BACKUP, ADVERT, "", NULL,
         BACKUP, NONE, 0, HEARD),
    RULE(BACKUP, TIMER,
         "woken too late", takeover_is_late,
         BACKUP, LATE, 0, LISTEN),
    RULE(BACKUP, TIMER,
         "a worse master was heard for the preempt delay", preemption_is_due,
         MASTER, PREEMPTING, TAKE, FIRST),
    RULE(BACKUP, TIMER,
         "nobody better has followed the bow-out", bow_out_is_due,
         MASTER, WILL_TIME_OUT, TAKE, FIRST),
    RULE(BACKUP, TIMER,
         "no advert for the dead time", takeover_is_due,
         MASTER, TIMED_OUT, TAKE, FIRST),
    RULE(BACKUP, DEMOTION, "", NULL,
         BACKUP, NONE, 0, KEEP),

    RULE(MASTER, DOWN,
         "becomes BACKUP [ucarp]", stays_on_link_loss,
         BACKUP, LINK_DOWN, CARP_DO_RELEASE, LINK),
    RULE(MASTER, DOWN, "", NULL,
         INIT, LINK_DOWN, CARP_DO_RELEASE, STOP),
    RULE(MASTER, DISABLE, "", NULL,
         INIT, DISABLED, LEAVE, STOP),
    RULE(MASTER, UP, "", NULL,
         MASTER, LINK_UP, SPEAK, NEXT),
    RULE(MASTER, FORCE_BACKUP, "", NULL,
         BACKUP, OPERATOR, LEAVE, GIVE_UP),
    RULE(MASTER, ADVERT,
         "family without addresses", is_not_heard,
         MASTER, NONE, 0, KEEP),
    RULE(MASTER, ADVERT,
         "better than this node, and does not yield to it", peer_is_better,
         BACKUP, MORE_FREQUENT, LAST_WORD, DEAD),
    RULE(MASTER, ADVERT,
         "woken too late", advert_is_late,
         BACKUP, LATE, CARP_DO_RELEASE, LISTEN),
    RULE(MASTER, ADVERT,
         "equal, and the tie goes to the peer", yields_at_tie,
         BACKUP, MORE_FREQUENT, LAST_WORD, DEAD),
    RULE(MASTER, ADVERT,
         "worse, or it yields to this node", NULL,
         MASTER, NONE, SPEAK, NEXT),
    RULE(MASTER, TIMER,
         "woken too late", advert_is_late,
         BACKUP, LATE, CARP_DO_RELEASE, LISTEN),
    RULE(MASTER, TIMER,
         "the interval is over", advert_is_due,
         MASTER, NONE, SPEAK, NEXT),
    RULE(MASTER, DEMOTION,
         "the peers are to know at once", fsm_tells_demotion,
         MASTER, NONE, CARP_DO_ADVERT, NEXT),
    RULE(MASTER, DEMOTION, "", NULL,
         MASTER, NONE, 0, KEEP),
};
/* clang-format on */

#define RULES (sizeof(rules) / sizeof(rules[0]))

const struct fsm_rule *
fsm_rule_find(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    for (size_t i = 0; i < RULES; i++) {
        const struct fsm_rule *rule = &rules[i];

        if (rule->row.from == fsm->state &&
            rule->row.event == in->event->kind &&
            (rule->guard == NULL || rule->guard(fsm, in))) {
            return rule;
        }
    }
    return NULL;
}

const struct carp_fsm_row *
carp_fsm_row_at(size_t index)
{
    return index < RULES ? &rules[index].row : NULL;
}
