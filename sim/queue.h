/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file queue.h
 * What is going to happen, by time; of one instant in the order of pushing.
 */
#ifndef SIM_QUEUE_H
#define SIM_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include <carp/time.h>

enum sim_item_kind {
    SIM_ITEM_EVENT,
    SIM_ITEM_ARRIVE,
    SIM_ITEM_WAKE,
    SIM_ITEM_READ,
    SIM_ITEM_LINKUP,
    SIM_ITEM_SAVE,
    SIM_ITEM_ATTACK
};

struct sim_item {
    carp_time at;
    uint64_t order; /**< set by sim_queue_push() */
    enum sim_item_kind kind;
    unsigned int node;
    uint32_t number;    /**< EVENT: its index; WAKE: which timer; SAVE: which
                             run of the node; ATTACK: which attack */
    uint64_t advert[2]; /**< ARRIVE: packed by the world */
};

struct sim_queue;

struct sim_queue *sim_queue_new(void);
void sim_queue_free(struct sim_queue *queue);
void sim_queue_push(struct sim_queue *queue, const struct sim_item *item);
/** The first item, or NULL when there is none; valid until the next push. */
const struct sim_item *sim_queue_first(const struct sim_queue *queue);
void sim_queue_pop(struct sim_queue *queue);

#endif
