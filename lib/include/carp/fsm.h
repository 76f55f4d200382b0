/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file fsm.h
 * The one election: events and the time in, a state and effects out
 * (PROTOCOL 3, docs/STATE-MACHINE.md).
 *
 * One struct carp_fsm is one vhid on one interface, both families. It never
 * reads a clock, sends nothing and owns nothing: the caller carries out the
 * effects, in the order in which struct carp_effects lists them. What is fed
 * in has been authenticated; a forged advert must not come this far.
 *
 * How systems differ is a row of a table (struct carp_behaviour), so that the
 * same code runs in carpd, in the simulator and against captures of the real
 * implementations.
 */
#ifndef CARP_FSM_H
#define CARP_FSM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/export.h>
#include <carp/profile.h>
#include <carp/status.h>
#include <carp/time.h>
#include <carp/timing.h>

CARP_BEGIN_DECLS

/** States, numbered as in the kernels. */
enum carp_state {
    CARP_STATE_INIT = 0, /**< no link, no address, or not allowed */
    CARP_STATE_BACKUP,
    CARP_STATE_MASTER,
    CARP_STATE_COUNT
};
/** "INIT", "BACKUP", "MASTER". */
CARP_API const char *carp_state_text(enum carp_state state);

/* ------------------------------------------------------------- behaviour */

/** What a MASTER does about an advert that is exactly as good as its own. */
enum carp_tie_rule {
    CARP_TIE_YIELD = 0, /**< every BSD: yields */
    CARP_TIE_ADDRESS,   /**< the numerically lower source address stays */
    CARP_TIE_UCARP      /**< the lower one, last octet most significant */
};

/** How demotion is told to the others (PROTOCOL 3.4). */
enum carp_demotion_rule {
    CARP_DEMOTION_ADDS = 0, /**< FreeBSD 10+: advskew + demotion, 0..240 */
    CARP_DEMOTION_240,      /**< any demotion makes advskew 240 */
    CARP_DEMOTION_OCTET     /**< OpenBSD: an octet of its own, compared first */
};

/** How a loss of the link is answered (PROTOCOL 3.12). */
enum carp_link_rule {
    CARP_LINK_TO_INIT = 0, /**< stop every timer and go to INIT */
    CARP_LINK_TO_BACKUP    /**< ucarp: BACKUP, deaf until the link is back */
};

/** One row: how a family of implementations elects. A plain value, so that a
 * caller may copy a row and change single columns. */
struct carp_behaviour {
    const char *name;           /**< "freebsd", "openbsd", … */
    enum carp_timing_id timing; /**< master-down time */
    enum carp_tie_rule tie;
    enum carp_demotion_rule demotion;
    enum carp_link_rule link;
    /** A timer fires on a tick of this length, as carp_tick_10ms() says;
     * 0: exactly. For playing kernels (PROTOCOL 8.1). */
    carp_time tick;
    bool families_apart;    /**< either family's timer alone makes it MASTER;
                                 else only silence of both does */
    bool one_timer;         /**< NetBSD: any family's advert restarts the one
                                 timer; without IPv4 there is none */
    bool starts_master;     /**< DragonFly with preempt: INIT to MASTER */
    bool slow_needs_base;   /**< OpenBSD: with advbase 0 no master is too slow
                                 to be waited for, not even a bow-out */
    bool first_plain;       /**< FreeBSD: the first interval after a takeover
                                 leaves demotion out */
    bool bow_out;           /**< sends 255/255 when disabled as MASTER */
    bool last_advert;       /**< sends one more advert before it yields to a
                                 better master, so that this one announces */
    bool last_at_tie;       /**< ucarp: also before it yields to an equal one;
                                 every BSD then yields too (PROTOCOL 3.6) */
    bool announce_inferior; /**< announces when it hears a worse master */
    uint8_t announce_again; /**< a second announcement with that many-th
                                 further advert; 0: none */
    /* What carpd adds. */
    bool answers_inferior; /**< answers a worse or equal master with an advert
                                at once, at most one each half interval */
    bool takes_bow_out;    /**< a bow-out is heeded whatever the own advbase,
                                only from the master that is followed, and the
                                lowest advskew goes first: 50 us a unit */
    bool steps_aside;      /**< `state backup` bows out, and preemption rests
                                until the machine has left BACKUP */
    bool whole_intervals;  /**< with advbase 0 it waits dead_ratio whole
                                intervals, its own or its master's if those
                                are longer, not one advskew; so no master with
                                advbase 0 is too slow for it. Nor is one with a
                                lower demotion octet, for which an OpenBSD
                                waits so with any advbase */
    bool listens_first;    /**< after INIT it waits advbase + 1 s + advskew, if
                                its dead time is shorter: long enough to hear
                                any master with its advbase */
    bool heeds_octet;      /**< a MASTER does not yield to one whose demotion
                                octet is above its own: an OpenBSD, which yields
                                to it; not for longer than at a tie */
};

/** The row for a hashing profile (AUTO: FreeBSD's); never NULL. */
CARP_API const struct carp_behaviour *
carp_behaviour_get(enum carp_profile_id profile);

/**
 * Add what carpd does beyond @p row's system and what no peer of it minds:
 * bow-out, a last advert, announcing to worse masters and once more, ties by
 * address, families together, exact timers (docs/STATE-MACHINE.md). What
 * peers compare, demotion and the master-down time of kernels, stays.
 */
CARP_API void carp_behaviour_improve(struct carp_behaviour *row);

/* --------------------------------------------------------------- machine */

/** Index of the family timers. */
enum carp_family_index { CARP_F4 = 0, CARP_F6 = 1, CARP_FAMILIES = 2 };

struct carp_fsm_config {
    struct carp_behaviour behaviour;
    uint8_t advbase;    /**< 0..255 s */
    uint8_t advskew;    /**< 0..254; base and skew not both 0 */
    uint8_t dead_ratio; /**< intervals of silence; 0: 3 as everywhere (ucarp
                             has an option for it) */
    bool preempt;
    bool has[CARP_FAMILIES]; /**< has virtual addresses of that family */
    /** Own source of adverts, for ties; family none: unknown, yields. */
    struct carp_addr source[CARP_FAMILIES];
    carp_time preempt_delay; /**< how long a worse master must be heard before
                                  preempting it; 0: at once */
    carp_time start_delay;   /**< least time in BACKUP after INIT */
    /** A machine that is woken later than its dead time, and later than this,
     * behind what was due may have been replaced meanwhile: it listens, as
     * BACKUP, for this long before it speaks again. 0: it speaks at once and
     * only tells that it is late. carp_fsm_listen_time() is a good value. */
    carp_time late_listen;
};

/** What happens to a machine. */
enum carp_fsm_event_kind {
    CARP_FSM_UP = 0,   /**< link up, addresses there, allowed */
    CARP_FSM_DOWN,     /**< link lost or interface gone */
    CARP_FSM_DISABLE,  /**< by the operator or shutdown: bow out, then INIT */
    CARP_FSM_ADVERT,   /**< an authentic advert of this vhid */
    CARP_FSM_TIMER,    /**< the deadline has come (or may have) */
    CARP_FSM_DEMOTION, /**< the sum of demotions is now @c demotion */
    CARP_FSM_FORCE_BACKUP, /**< operator: state backup */
    CARP_FSM_FORCE_MASTER, /**< operator: state master */
    CARP_FSM_EVENT_COUNT
};

struct carp_fsm_event {
    enum carp_fsm_event_kind kind;
    /* ADVERT */
    uint8_t family; /**< CARP_IPV4 or CARP_IPV6 */
    uint8_t advbase, advskew, demote;
    struct carp_addr source;
    /* DEMOTION */
    int demotion; /**< any value; negative makes a node better where demotion
                       adds to advskew, and counts as 0 elsewhere */
};

/** Why a state was left, in the kernels' words (PROTOCOL 3.8). */
enum carp_fsm_reason {
    CARP_FSM_REASON_NONE = 0,
    CARP_FSM_REASON_STARTED,       /**< "initialization complete" */
    CARP_FSM_REASON_MORE_FREQUENT, /**< "more frequent advertisement received"
                                    */
    CARP_FSM_REASON_PREEMPTING,    /**< "preempting a slower master" */
    CARP_FSM_REASON_WILL_TIME_OUT, /**< "master will time out" */
    CARP_FSM_REASON_TIMED_OUT,     /**< "master timed out" */
    CARP_FSM_REASON_OPERATOR,      /**< "user requested via ifconfig" */
    CARP_FSM_REASON_LINK_DOWN,     /**< "hardware interface down" */
    CARP_FSM_REASON_LINK_UP,       /**< "hardware interface up" */
    CARP_FSM_REASON_LATE,          /**< "woke too late, listening first" */
    CARP_FSM_REASON_DISABLED,      /**< "disabled" */
    CARP_FSM_REASON_COUNT
};
/** The words in quotes above; "" for CARP_FSM_REASON_NONE; never NULL. */
CARP_API const char *carp_fsm_reason_text(enum carp_fsm_reason reason);

/** What the caller is to do, in this order, first to last. */
enum carp_effect {
    CARP_DO_BOW_OUT = 1u << 0,     /**< send 255/255 */
    CARP_DO_LAST_ADVERT = 1u << 1, /**< send an advert, then yield */
    CARP_DO_RELEASE = 1u << 2,     /**< take the addresses away */
    CARP_DO_ACQUIRE = 1u << 3,     /**< put the addresses up */
    CARP_DO_ADVERT = 1u << 4,      /**< send an advert */
    CARP_DO_ANNOUNCE = 1u << 5     /**< gratuitous ARP, unsolicited NA */
};

struct carp_effects {
    unsigned int todo; /**< mask of enum carp_effect */
    /** What goes into the adverts of @c todo, the bow-out aside. */
    uint8_t advbase, advskew, demote;
    enum carp_state from, to; /**< equal: no transition */
    enum carp_fsm_reason reason;
    /** One family of a dual-stack vhid has fallen silent while the other's
     * adverts arrive; told once per time that this begins. 0: nothing to
     * tell, else CARP_IPV4 or CARP_IPV6, the silent one. */
    uint8_t silent_family;
    bool is_late; /**< the machine was woken later than it may: see late_listen
                   */
};

/** What a machine knows of the master it follows. */
struct carp_fsm_master {
    bool is_known;
    struct carp_addr source;
    uint8_t advbase, advskew, demote;
    carp_time heard;
};

/** What a BACKUP waits for. */
enum carp_fsm_wait {
    CARP_FSM_WAIT_DEAD = 0, /**< the master's silence */
    CARP_FSM_WAIT_LISTEN,   /**< it woke late and listens first */
    CARP_FSM_WAIT_START,    /**< it has started: any master's first advert */
    CARP_FSM_WAIT_BOW_OUT,  /**< the master has left; better ones go first */
    CARP_FSM_WAIT_LINK      /**< ucarp: deaf until the link is back */
};

/** One election. A plain value; the fields are for reading. */
struct carp_fsm {
    struct carp_fsm_config config;
    enum carp_state state;
    enum carp_fsm_reason reason; /**< of the last transition */
    carp_time since;             /**< of the last transition */
    carp_time now;               /**< the last instant seen */
    int demotion;
    enum carp_fsm_wait wait;        /**< BACKUP: what for */
    carp_time armed[CARP_FAMILIES]; /**< from when the dead time counts */
    carp_time down[CARP_FAMILIES];  /**< master-down instants; CARP_NEVER */
    carp_time advert;               /**< next advert; CARP_NEVER */
    carp_time sent;                 /**< last advert as MASTER */
    carp_time preempt;              /**< preemption is due; CARP_NEVER */
    carp_time hold;                 /**< no takeover before this instant */
    bool is_aside;                  /**< operator: no preemption until MASTER */
    uint8_t announce_countdown;     /**< adverts until the second one; 0 none */
    uint8_t told_silent;            /**< family told as silent */
    /** Ties by address: since when equal adverts are heard, and the last one;
     * CARP_NEVER: not. IPv6 ones with no IPv4 one between. */
    carp_time tie_since, tie_heard;
    uint8_t ties6;
    bool gave_way; /**< to an equal master */
    bool stays;    /**< because giving way had left nobody */
    uint8_t heard; /**< adverts of a master since BACKUP began; saturates */
    struct carp_fsm_master master[CARP_FAMILIES];
    uint64_t transitions, preemptions;
};

/** A machine in INIT at @p now.
 * @return CARP_OK; CARP_ERR_RANGE when advbase and advskew are both 0 with
 *         another timing than OpenBSD's, or advskew is 255: tell the user */
CARP_API CARP_NODISCARD enum carp_status
carp_fsm_init(struct carp_fsm *fsm, const struct carp_fsm_config *config,
              carp_time now);

/**
 * Feed one event.
 *
 * Feed what has arrived before a timer that is due at the same instant: a
 * late caller then hears its peer before it declares it dead.
 * @param now never less than in the call before (a smaller one counts as
 *        that)
 * @return what to do; todo 0 and from == to when nothing
 */
CARP_API struct carp_effects carp_fsm_step(struct carp_fsm *fsm,
                                           const struct carp_fsm_event *event,
                                           carp_time now);

/** The next instant at which CARP_FSM_TIMER is wanted; CARP_NEVER: none. */
CARP_API carp_time carp_fsm_deadline(const struct carp_fsm *fsm);

/** New numbers without a restart: state, timers that are still right and what
 * is known of the master stay. A MASTER's new interval counts from its last
 * advert; no extra advert is sent unless it would be due.
 * @return as carp_fsm_init(); on an error nothing has changed */
CARP_API CARP_NODISCARD enum carp_status
carp_fsm_reconfigure(struct carp_fsm *fsm, const struct carp_fsm_config *config,
                     carp_time now);

/** The advskew that is advertised now, demotion included. */
CARP_API uint8_t carp_fsm_advskew(const struct carp_fsm *fsm);
/** The demote octet that is advertised now; 0 but with OpenBSD's row. */
CARP_API uint8_t carp_fsm_demote(const struct carp_fsm *fsm);
/** How long a BACKUP with these numbers waits for a silent master; kernel
 * ticks are not in it. */
CARP_API carp_time carp_fsm_dead_time(const struct carp_fsm *fsm);
/** Long enough to hear any master with this advbase once: advbase + 1 s. */
CARP_API carp_time carp_fsm_listen_time(uint8_t advbase);

/* ----------------------------------------------------------------- table */

/** One row of the transition table, for documents and tests. */
struct carp_fsm_row {
    enum carp_state from;
    enum carp_fsm_event_kind event;
    const char *guard; /**< condition in words; "" for always */
    enum carp_state to;
    enum carp_fsm_reason reason;
    unsigned int todo;  /**< enum carp_effect that may follow */
    const char *timers; /**< what becomes of the timers, in words */
};
/** Row @p index in the order in which they are tried; NULL beyond the end. */
CARP_API const struct carp_fsm_row *carp_fsm_row_at(size_t index);

CARP_END_DECLS

#endif
