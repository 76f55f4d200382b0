/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the state machine share. */
#ifndef CARP_ENGINE_FSM_INTERNAL_H
#define CARP_ENGINE_FSM_INTERNAL_H

#include <carp/fsm.h>

#include "names.h"

/* How long a tie is stood, in quarters of the own interval: by the lower
 * address, and by a higher one that found nobody when it gave way. A peer that
 * hears us has yielded by then; one that does not may be right to stay. */
#define CARP_FSM_TIE_LOWER 14
#define CARP_FSM_TIE_HIGHER 7
/* Adverts after which a master counts as one that stays. */
#define CARP_FSM_HEARD 3
/* How long one unit of advskew waits behind a bow-out. */
#define CARP_FSM_BOW_OUT_UNIT (50 * CARP_USEC)

/* How the sender of an advert compares with this node. */
enum fsm_peer { FSM_PEER_BETTER, FSM_PEER_EQUAL, FSM_PEER_WORSE };

/* One event, looked at once. */
struct fsm_input {
    const struct carp_fsm_event *event;
    carp_time now;
    enum carp_family_index f; /* ADVERT: its family */
    bool is_ours;             /* ADVERT: of a family with addresses */
    enum fsm_peer peer;       /* ADVERT */
};

/* What a transition does to the timers. */
enum fsm_arm {
    FSM_ARM_KEEP = 0,
    FSM_ARM_STOP,    /* none runs */
    FSM_ARM_LINK,    /* none runs; deaf until the link is back */
    FSM_ARM_DEAD,    /* every family waits for the dead time */
    FSM_ARM_START,   /* the same, and the start delay */
    FSM_ARM_HEARD,   /* the family that was heard waits anew */
    FSM_ARM_LISTEN,  /* every family waits for late_listen */
    FSM_ARM_BOW_OUT, /* every family waits for the own advskew's turn */
    FSM_ARM_ASIDE,   /* as it was; preemption rests */
    FSM_ARM_GIVE_UP, /* as FSM_ARM_DEAD, and it may step aside */
    FSM_ARM_FIRST,   /* the first advert has been sent */
    FSM_ARM_NEXT,    /* an advert has been sent */
    FSM_ARM_COUNT
};

/* A row with what drives it. */
struct fsm_rule {
    struct carp_fsm_row row;
    bool (*guard)(const struct carp_fsm *fsm, const struct fsm_input *in);
    enum fsm_arm arm;
};

/* The first rule that fits; NULL: the event means nothing here. */
const struct fsm_rule *fsm_rule_find(const struct carp_fsm *fsm,
                                     const struct fsm_input *in);

/* ------------------------------------------------------- fsm_numbers.c */

/* The interval after an advert; @p skew is the one to count with. */
carp_time fsm_interval(const struct carp_fsm *fsm, uint8_t skew);
/* The dead time on the behaviour's tick. */
carp_time fsm_dead_ticks(const struct carp_fsm *fsm);
/* Until when a BACKUP waits for adverts; the preemption aside. */
carp_time fsm_takeover_due(const struct carp_fsm *fsm);
/* Woken so late behind @p due that others may have acted. */
bool fsm_is_late(const struct carp_fsm *fsm, carp_time due, carp_time now);
enum fsm_peer fsm_compare(const struct carp_fsm *fsm,
                          const struct carp_fsm_event *advert);
/* Not even three silent intervals of ours would outlast one of the peer's. */
bool fsm_is_too_slow(const struct carp_fsm *fsm,
                     const struct carp_fsm_event *advert);
bool fsm_is_bow_out(const struct carp_fsm_event *advert);
/* MASTER, an equal advert: stay? */
bool fsm_tie_stays(const struct carp_fsm *fsm, const struct fsm_input *in);
/* An IPv6 advert waits for the IPv4 one beside it: both families of a pair of
 * nodes must not decide differently. */
bool fsm_tie_waits(const struct carp_fsm *fsm, const struct fsm_input *in);
/* A demoted OpenBSD of better or equal advskew: it yields to our octet. */
bool fsm_has_worse_octet(const struct carp_fsm *fsm,
                         const struct fsm_input *in);
/* MASTER, such an advert: stay, as long as at a tie? */
bool fsm_octet_stays(const struct carp_fsm *fsm, const struct fsm_input *in);
/* A demotion event that the others are told of at once. */
bool fsm_tells_demotion(const struct carp_fsm *fsm, const struct fsm_input *in);

/* -------------------------------------------------------- fsm_timers.c */

/* Has this family a master-down timer of its own? */
bool fsm_has_timer(const struct carp_fsm *fsm, enum carp_family_index f);
void fsm_arm_family(struct carp_fsm *fsm, enum carp_family_index f,
                    carp_time now, carp_time wait);
void fsm_stop_all(struct carp_fsm *fsm, enum carp_fsm_wait what);
/* An advert was sent at @p now, with @p skew to count the interval. */
void fsm_arm_advert(struct carp_fsm *fsm, carp_time now, uint8_t skew);
void fsm_arm_timers(struct carp_fsm *fsm, enum fsm_arm how, unsigned int todo,
                    const struct fsm_input *in);

/* ------------------------------------------- fsm_effects.c, fsm_learn.c */

/* Of what the row allows, what this system does now. */
unsigned int fsm_wanted(const struct carp_fsm *fsm,
                        const struct carp_fsm_row *row,
                        const struct fsm_input *in);
void fsm_learn_master(struct carp_fsm *fsm, const struct fsm_input *in);
/* What the event teaches, before the timers are set. */
void fsm_learn(struct carp_fsm *fsm, const struct fsm_rule *rule,
               const struct fsm_input *in, struct carp_effects *effects);

#endif
