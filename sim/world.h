/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file world.h
 * The virtual segment: a clock, a queue, a network, nodes that run the real
 * state machine. Everything follows from the scenario and its seed.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "defence.h"
#include "model.h"
#include "queue.h"

struct sim_node {
    const struct sim_node_spec *spec;
    struct carp_fsm fsm;
    bool is_on, is_paused, has_link;
    bool owns;         /**< the addresses are up */
    bool has_accepted; /**< kernels' counter: has heard a peer */
    uint64_t counter;
    struct sim_defence *defence; /**< carpd; NULL: kernels, ucarp */
    uint32_t run;                /**< how often it was started */
    carp_time save_at;           /**< carpd: next write of its state */
    carp_time read_phase;        /**< ucarp: when it reads its packets */
    uint32_t wake;               /**< the timer that counts */
    GArray *inbox;               /**< struct sim_advert, not read yet */
    bool is_read_due;
};

/** Who looks on. Any may be NULL. */
struct sim_watcher {
    void *user;
    /** Before anything of the scenario's event changes. */
    void (*on_event)(void *user, const struct sim_event *event);
    /** A machine did something; the node has changed already. */
    void (*on_effects)(void *user, carp_time now, unsigned int node,
                       const struct carp_effects *effects);
    /** An advert leaves a node, whoever will hear it. */
    void (*on_advert)(void *user, carp_time now,
                      const struct sim_advert *advert);
    /** A replayed advert was acted upon. */
    void (*on_fooled)(void *user, unsigned int node,
                      const struct sim_advert *advert);
    /** A node announces its addresses. */
    void (*on_announce)(void *user, carp_time now, unsigned int node);
};

struct sim_world {
    const struct sim_scenario *scenario;
    carp_time now;
    struct sim_queue *queue;
    GRand *rand;
    unsigned int loss;
    uint32_t attacks; /**< how many have begun; the last one counts */
    carp_time attack; /**< between two of its adverts; CARP_NEVER: none */
    unsigned int count;
    struct sim_node nodes[SIM_NODES];
    bool cut[CARP_FAMILIES][SIM_NODES][SIM_NODES]; /**< from, to */
    struct sim_watcher watcher;
    uint64_t adverts, deliveries;
    unsigned int at_once; /**< things that happened at this instant */
    bool is_stuck;        /**< time does not go on: a machine asks to be woken
                               again and again; the run has stopped */
};

/** @p scenario must outlive the world. */
struct sim_world *sim_world_new(const struct sim_scenario *scenario,
                                const struct sim_watcher *watcher);
void sim_world_free(struct sim_world *w);
/** To the scenario's end. */
void sim_world_run(struct sim_world *w);
/** Run what is due until @p until, and no further. */
void sim_world_run_until(struct sim_world *w, carp_time until);

/** Does @p to hear @p from now, in that family? Loss aside. */
bool sim_hears(const struct sim_world *w, unsigned int from, unsigned int to,
               enum carp_family_index f);
/** Alive, awake, with a link, and taking part. */
bool sim_is_up(const struct sim_world *w, unsigned int node);
bool sim_is_master(const struct sim_world *w, unsigned int node);

/* For world.c and node.c. */
void sim_node_init(struct sim_world *w, unsigned int i);
void sim_node_clear(struct sim_node *node);
void sim_node_start(struct sim_world *w, unsigned int i);
void sim_node_event(struct sim_world *w, unsigned int i,
                    const struct carp_fsm_event *event);
void sim_node_wake(struct sim_world *w, unsigned int i);
void sim_node_arrive(struct sim_world *w, unsigned int i,
                     const struct sim_advert *advert);
void sim_node_read(struct sim_world *w, unsigned int i);
void sim_node_resume(struct sim_world *w, unsigned int i);
void sim_node_off(struct sim_world *w, unsigned int i);
void sim_node_save(struct sim_world *w, unsigned int i);
void sim_node_attack(struct sim_world *w, unsigned int i);
void sim_world_send(struct sim_world *w, const struct sim_advert *advert);

#endif
