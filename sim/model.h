/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file model.h
 * A scenario: nodes, a network, what happens to them, what is expected.
 * docs/SIMULATOR.md describes its text form.
 */
#ifndef SIM_MODEL_H
#define SIM_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <carp/fsm.h>
#include <carp/replay.h>

/** How often carpd writes its state: STORE_EVERY. */
#define SIM_STORE (300 * CARP_SEC)
/** Most nodes of a scenario. */
#define SIM_NODES 16
#define SIM_NAME 16

struct sim_node_spec {
    char name[SIM_NAME];
    bool is_carpd; /**< improved, with carpd's counter */
    enum carp_profile_id profile;
    uint8_t advbase, advskew;
    bool preempt;
    bool has[CARP_FAMILIES];
    carp_time preempt_delay, start_delay;
    int drift;                    /**< its clock is that many ppm fast */
    enum carp_replay_mode replay; /**< carpd */
    carp_time store;              /**< carpd: between two writes of the state */
};

enum sim_event_kind {
    SIM_START,    /**< a */
    SIM_CRASH,    /**< a: silent, addresses gone */
    SIM_STOP,     /**< a: in good order */
    SIM_CUT,      /**< a, b: both ways; number: family 4, 6 or 0 both */
    SIM_ONEWAY,   /**< a to b only; number as above */
    SIM_HEAL,     /**< every cut */
    SIM_PAUSE,    /**< a: not scheduled */
    SIM_RESUME,   /**< a */
    SIM_DEMOTE,   /**< a, number: the new sum */
    SIM_BACKUP,   /**< a: state backup */
    SIM_PROMOTE,  /**< a: state master */
    SIM_LINKDOWN, /**< a */
    SIM_LINKUP,   /**< a */
    SIM_LOSS,     /**< number: per mille of all deliveries */
    SIM_FORGET,   /**< a: its state directory is lost */
    SIM_UNDO,     /**< a: the last write of its state is lost, while off */
    SIM_ATTACK,   /**< number: replayed adverts a second to each carpd */
    SIM_EVENT_KINDS
};

struct sim_event {
    carp_time at;
    enum sim_event_kind kind;
    unsigned int a, b;
    int number;
};

enum sim_expect_kind {
    SIM_EXPECT_MASTER,     /**< at a time, node is the only MASTER */
    SIM_EXPECT_MASTERS,    /**< at a time, number of MASTERs */
    SIM_EXPECT_TOGETHER,   /**< always: nodes in contact are MASTER together
                                no longer than this */
    SIM_EXPECT_SERVED,     /**< always: nobody is without a MASTER longer */
    SIM_EXPECT_TRANSITIONS /**< in all no more than number */
};

struct sim_expect {
    enum sim_expect_kind kind;
    carp_time time; /**< when, or how long */
    unsigned int node;
    unsigned int number;
    unsigned int line;
};

struct sim_scenario {
    uint64_t seed;
    uint8_t vhid;
    carp_time delay, jitter;      /**< of a delivery */
    unsigned int loss, duplicate; /**< per mille */
    carp_time end;
    bool checks; /**< the properties of properties.h as well */
    unsigned int node_count;
    struct sim_node_spec nodes[SIM_NODES];
    GArray *events;  /**< struct sim_event, in order */
    GArray *expects; /**< struct sim_expect */
};

struct sim_scenario *sim_scenario_new(void);
struct sim_scenario *sim_scenario_copy(const struct sim_scenario *s);
void sim_scenario_free(struct sim_scenario *s);
/** "start", "crash", …; the word of the text form. */
const char *sim_event_word(enum sim_event_kind kind);
/** Events of one instant keep their order. */
void sim_scenario_sort(struct sim_scenario *s);

/** Read the text form. @p name is for messages.
 * @return NULL with @p error "FILE:LINE: what is wrong, what is legal" */
struct sim_scenario *sim_scenario_parse(const char *text, const char *name,
                                        char **error);
/** The text form; sim_scenario_parse() gives the same scenario again. */
GString *sim_scenario_text(const struct sim_scenario *s);

/** Node @p i's address, 10.83.(100-i).(i+1) or fd83::(i+1): whoever is lower in
 * IPv4 is higher in IPv6 and to ucarp, so that ties are seen differently. */
struct carp_addr sim_address(unsigned int i, uint8_t family);

#endif
