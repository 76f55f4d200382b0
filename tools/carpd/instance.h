/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file instance.h
 * One vhid on one interface: the election's hands and ears.
 *
 *   instance.c           making, changing, its end
 *   instance_surroundings.c  whether it may run
 *   instance_step.c      events in, effects carried out in order
 *   instance_send.c      adverts and announcements
 *   instance_receive.c   what arrives, checked in order
 *   instance_demotion.c  what demotes it
 */
#ifndef CARPD_INSTANCE_H
#define CARPD_INSTANCE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <carp/auth.h>
#include <carp/fsm.h>
#include <carp/replay.h>

#include "announcer.h"
#include "daemon.h"
#include "port.h"
#include "stats.h"
#include "vif.h"

/** "255@" and an interface's name. */
#define INSTANCE_ID 24
/** After addresses could not be put up it stays away for that long. */
#define INSTANCE_RETRY (5 * CARP_SEC)
/** Failures to send that demote, and successes that end it (PROTOCOL 3.12). */
#define INSTANCE_SEND_ERRORS 3
/** A BACKUP that is demoted by them tries to send that often. */
#define INSTANCE_PROBE (1 * CARP_SEC)

struct wire;

/** One thing that demotes an instance. */
struct demotion {
    char *by; /**< "hand", "interface eth1": unique in the instance */
    uint8_t amount;
    bool is_shared; /**< with the vhids of its group */
};

struct instance {
    struct daemon *daemon;
    const struct carp_conf_vhid *conf; /**< belongs to daemon->conf */
    char id[INSTANCE_ID];
    struct wire *wire;
    struct vif *vif;
    int claim; /**< CLAIM_NONE, or who of this host runs the vhid */
    struct carp_fsm fsm;
    struct carp_auth auth; /**< of own adverts. A secret */
    enum carp_profile_id profile;
    struct carp_ring *ring; /**< accepted keys and address lists. A secret */
    struct carp_replay replay;
    struct announce announce;
    struct stats stats;
    GArray *demotions; /**< struct demotion */
    int demotion;      /**< the sum that the election knows */
    unsigned int send_errors, send_successes;
    carp_time probe_at; /**< sending is tried then; CARP_NEVER: it is well */
    bool awaits_state;  /**< its counters are not on the disk yet */
    bool is_up;         /**< the election was told that it may run */
    bool is_mute;       /**< MASTER for the election, but has no addresses and
                             has said nothing */
    carp_time retry_at; /**< not up before; CARP_NEVER: no wait */
    bool wants_retry;
    bool is_quiet;       /**< being made: nothing is logged or hooked */
    char *fault;         /**< why it is not up, or what is wrong; NULL */
    char *address_fault; /**< of the addresses; NULL */
    char *source_fault;  /**< of MASTER: no adverts in one family; NULL */
    struct log_limit conflict_log;
};

/**
 * Make one; it is on no wire yet.
 * @param old what it takes the place of and what is still there; NULL: nothing
 * @return NULL and @p error: nothing is left behind
 */
struct instance *instance_new(struct daemon *daemon,
                              const struct carp_conf_vhid *conf,
                              const struct instance *old,
                              struct os_error *error);
/** Claim the vhid on this host, as instance_new() does unless it takes the
 * place of another one, which has the claim until it goes.
 * @return false and @p error: another carpd runs it */
bool instance_claim(struct instance *instance, struct os_error *error);
/** Put it on its wire. Another one of its vhid must have left, and what is
 * known of it is in the store.
 * @return false and @p error: free it */
bool instance_begin(struct instance *instance, struct wire *wire,
                    struct os_error *error);
/** Bow out, take the addresses away. The state is not freed yet. */
void instance_stop(struct instance *instance);
/** NULL is allowed. */
void instance_free(struct instance *instance);

/** Take over another configuration of the same vhid and interface, as far as
 * that needs no new instance. */
bool instance_can_change(const struct instance *instance,
                         const struct carp_conf_vhid *conf);
/** What can be undone by another call: its `demote`, which the peers are told
 * at once, is the caller's to set.
 * @return false and @p error: nothing has changed */
bool instance_change(struct instance *instance,
                     const struct carp_conf_vhid *conf, struct os_error *error);

/** Look at interface, link, addresses and sources, and tell the election. */
void instance_evaluate(struct instance *instance);
/** The interface has another MAC address. */
void instance_on_mac(struct instance *instance);
/** A vif or its addresses changed. */
void instance_on_vif(struct instance *instance, enum vif_event event,
                     const char *text);

/* instance_step.c */
void instance_event(struct instance *instance,
                    const struct carp_fsm_event *event, carp_time now);
/** Shorter, for events without more to say. */
void instance_tell(struct instance *instance, enum carp_fsm_event_kind kind,
                   carp_time now);
/** Everything whose time has come. */
void instance_tick(struct instance *instance, carp_time now);
carp_time instance_deadline(const struct instance *instance);
/** Set or clear (NULL) what is wrong; logged and told when it changes. */
void instance_set_fault(struct instance *instance, char **which,
                        const char *text);

/* instance_send.c */
void instance_send(struct instance *instance, uint8_t advbase, uint8_t advskew,
                   uint8_t demote);
/** Whoever sends no adverts would stay demoted for ever: try something else
 * when it is due. */
void instance_probe(struct instance *instance, carp_time now);
/** Send a round of announcements when one is due. */
void instance_announce(struct instance *instance, carp_time now);

/* instance_receive.c */
/** A frame that names this vhid, or whose vhid is unknown but belongs here. */
void instance_receive(struct instance *instance, const struct carp_frame *frame,
                      carp_time at);
/** ARP or neighbour advertisement of @p addr by @p mac. */
void instance_hear_owner(struct instance *instance,
                         const struct carp_addr *addr,
                         const struct carp_mac *mac, carp_time at);

/* instance_demotion.c */
/** Set what @p by demotes; 0 ends it. Told to the election, the log and the
 * clients when the sum changes. */
void instance_demote(struct instance *instance, const char *by, uint8_t amount,
                     bool is_shared);
/** Add up again, after the daemon's own or a sibling's changed. */
void instance_sum_demotion(struct instance *instance, const char *by,
                           int amount);
/** 0 when nothing does. */
uint8_t instance_demoted_by(const struct instance *instance, const char *by);
void instance_clear_demotions(struct instance *instance);

/** Is the other one in the same group of vhids? */
bool instance_is_sibling(const struct instance *instance,
                         const struct instance *other);
/** Where its adverts go: the unicast peer or group, else family none. */
const struct carp_addr *instance_dest(const struct instance *instance,
                                      unsigned int family);
bool instance_is_multicast(const struct carp_addr *addr);

#endif
