/* SPDX-License-Identifier: BSD-2-Clause */
/* The clock, the network, and what the scenario does to them. */
#include "world.h"

#include <string.h>

/* ---------------------------------------------------------------- network */

bool
sim_is_up(const struct sim_world *w, unsigned int node)
{
    const struct sim_node *n = &w->nodes[node];

    return n->is_on && !n->is_paused && n->has_link &&
           n->fsm.state != CARP_STATE_INIT && n->fsm.wait != CARP_FSM_WAIT_LINK;
}

bool
sim_is_master(const struct sim_world *w, unsigned int node)
{
    return w->nodes[node].is_on &&
           w->nodes[node].fsm.state == CARP_STATE_MASTER;
}

bool
sim_hears(const struct sim_world *w, unsigned int from, unsigned int to,
          enum carp_family_index f)
{
    return from != to && !w->cut[f][from][to] && w->nodes[from].has_link &&
           w->nodes[to].has_link && w->nodes[to].is_on;
}

static void
pack(struct sim_item *item, const struct sim_advert *a)
{
    item->advert[0] = a->counter;
    item->advert[1] = (uint64_t)a->is_replayed << 48 |
                      (uint64_t)a->source << 40 | (uint64_t)a->from << 32 |
                      (uint64_t)a->family << 24 | (uint64_t)a->advbase << 16 |
                      (uint64_t)a->advskew << 8 | a->demote;
}

static struct sim_advert
unpack(const struct sim_item *item)
{
    const uint64_t x = item->advert[1];

    return (struct sim_advert){.counter = item->advert[0],
                               .is_replayed = (x >> 48) != 0,
                               .source = (uint8_t)(x >> 40),
                               .from = (uint8_t)(x >> 32),
                               .family = (uint8_t)(x >> 24),
                               .advbase = (uint8_t)(x >> 16),
                               .advskew = (uint8_t)(x >> 8),
                               .demote = (uint8_t)x};
}

static bool
chance(struct sim_world *w, unsigned int per_mille)
{
    return per_mille != 0 &&
           g_rand_int_range(w->rand, 0, 1000) < (gint32)per_mille;
}

static void
deliver(struct sim_world *w, unsigned int to, const struct sim_advert *advert)
{
    const carp_time jitter =
        w->scenario->jitter == 0
            ? 0
            : (carp_time)(g_rand_double(w->rand) * (double)w->scenario->jitter);
    struct sim_item item = {.at = w->now + w->scenario->delay + jitter,
                            .kind = SIM_ITEM_ARRIVE,
                            .node = to};

    pack(&item, advert);
    sim_queue_push(w->queue, &item);
    w->deliveries++;
}

void
sim_world_send(struct sim_world *w, const struct sim_advert *advert)
{
    const enum carp_family_index f =
        advert->family == CARP_IPV6 ? CARP_F6 : CARP_F4;

    if (!w->nodes[advert->from].has_link) {
        return;
    }
    w->adverts++;
    if (w->watcher.on_advert != NULL) {
        w->watcher.on_advert(w->watcher.user, w->now, advert);
    }
    for (unsigned int to = 0; to < w->count; to++) {
        if (sim_hears(w, advert->from, to, f) && !chance(w, w->loss)) {
            deliver(w, to, advert);
            if (chance(w, w->scenario->duplicate)) {
                deliver(w, to, advert);
            }
        }
    }
}

static void
cut(struct sim_world *w, unsigned int from, unsigned int to, int family)
{
    if (family != 6) {
        w->cut[CARP_F4][from][to] = true;
    }
    if (family != 4) {
        w->cut[CARP_F6][from][to] = true;
    }
}

/* ----------------------------------------------------------------- events */

static void
machine(struct sim_world *w, unsigned int node, enum carp_fsm_event_kind kind,
        int number)
{
    if (w->nodes[node].is_on && !w->nodes[node].is_paused) {
        sim_node_event(
            w, node,
            &(struct carp_fsm_event){.kind = kind, .demotion = number});
    }
}

static void
link_up(struct sim_world *w, unsigned int node)
{
    /* ucarp sleeps 10 s before it looks again (PROTOCOL 3.12). */
    const struct sim_item later = {
        .at = w->now + 10 * CARP_SEC, .kind = SIM_ITEM_LINKUP, .node = node};
    const struct sim_node *n = &w->nodes[node];

    w->nodes[node].has_link = true;
    if (n->fsm.config.behaviour.link == CARP_LINK_TO_BACKUP) {
        sim_queue_push(w->queue, &later);
    } else {
        machine(w, node, CARP_FSM_UP, 0);
    }
}

static void
attack_next(struct sim_world *w)
{
    const struct sim_item item = {.at = carp_time_add(w->now, w->attack),
                                  .kind = SIM_ITEM_ATTACK,
                                  .number = w->attacks};

    if (w->attack != CARP_NEVER) {
        sim_queue_push(w->queue, &item);
    }
}

static void
attack(struct sim_world *w, int per_second)
{
    w->attacks++;
    w->attack = per_second == 0 ? CARP_NEVER : CARP_SEC / (carp_time)per_second;
    attack_next(w);
}

static void
defence_event(struct sim_world *w, const struct sim_event *e)
{
    struct sim_node *n = &w->nodes[e->a];

    if (n->defence != NULL && e->kind == SIM_FORGET) {
        sim_defence_forget(n->defence);
    } else if (n->defence != NULL && !n->is_on) {
        sim_defence_undo(n->defence);
    }
}

static void
happen(struct sim_world *w, const struct sim_event *e)
{
    switch (e->kind) {
    case SIM_START:
        sim_node_start(w, e->a);
        break;
    case SIM_CRASH:
        sim_node_off(w, e->a);
        break;
    case SIM_STOP:
        machine(w, e->a, CARP_FSM_DISABLE, 0);
        if (w->nodes[e->a].is_on && w->nodes[e->a].defence != NULL) {
            sim_defence_save(w->nodes[e->a].defence);
        }
        sim_node_off(w, e->a);
        break;
    case SIM_CUT:
        cut(w, e->b, e->a, e->number);
        cut(w, e->a, e->b, e->number);
        break;
    case SIM_ONEWAY:
        cut(w, e->a, e->b, e->number);
        break;
    case SIM_HEAL:
        memset(w->cut, 0, sizeof(w->cut));
        break;
    case SIM_PAUSE:
        w->nodes[e->a].is_paused = w->nodes[e->a].is_on;
        break;
    case SIM_RESUME:
        sim_node_resume(w, e->a);
        break;
    case SIM_DEMOTE:
        machine(w, e->a, CARP_FSM_DEMOTION, e->number);
        break;
    case SIM_BACKUP:
        machine(w, e->a, CARP_FSM_FORCE_BACKUP, 0);
        break;
    case SIM_PROMOTE:
        machine(w, e->a, CARP_FSM_FORCE_MASTER, 0);
        break;
    case SIM_LINKDOWN:
        if (w->nodes[e->a].is_on) {
            w->nodes[e->a].has_link = false;
            machine(w, e->a, CARP_FSM_DOWN, 0);
        }
        break;
    case SIM_LINKUP:
        if (!w->nodes[e->a].has_link) {
            link_up(w, e->a);
        }
        break;
    case SIM_LOSS:
        w->loss = (unsigned int)e->number;
        break;
    case SIM_FORGET:
    case SIM_UNDO:
        defence_event(w, e);
        break;
    case SIM_ATTACK:
        attack(w, e->number);
        break;
    case SIM_EVENT_KINDS:
        break;
    }
}

static void
scenario_event(struct sim_world *w, uint32_t index)
{
    const struct sim_event *e =
        &g_array_index(w->scenario->events, struct sim_event, index);

    if (w->watcher.on_event != NULL) {
        w->watcher.on_event(w->watcher.user, e);
    }
    happen(w, e);
}

/* -------------------------------------------------------------------- run */

struct sim_world *
sim_world_new(const struct sim_scenario *scenario,
              const struct sim_watcher *watcher)
{
    struct sim_world *w = g_new0(struct sim_world, 1);
    const guint32 seed[2] = {(guint32)scenario->seed,
                             (guint32)(scenario->seed >> 32)};

    w->scenario = scenario;
    w->queue = sim_queue_new();
    w->rand = g_rand_new_with_seed_array(seed, 2);
    w->loss = scenario->loss;
    w->attack = CARP_NEVER;
    w->count = scenario->node_count;
    if (watcher != NULL) {
        w->watcher = *watcher;
    }
    for (unsigned int i = 0; i < w->count; i++) {
        sim_node_init(w, i);
    }
    for (guint i = 0; i < scenario->events->len; i++) {
        const struct sim_item item = {
            .at = g_array_index(scenario->events, struct sim_event, i).at,
            .kind = SIM_ITEM_EVENT,
            .number = i};

        sim_queue_push(w->queue, &item);
    }
    return w;
}

void
sim_world_free(struct sim_world *w)
{
    for (unsigned int i = 0; i < w->count; i++) {
        sim_node_clear(&w->nodes[i]);
    }
    sim_queue_free(w->queue);
    g_rand_free(w->rand);
    g_free(w);
}

static void
item_happens(struct sim_world *w, const struct sim_item *item)
{
    const struct sim_advert advert = unpack(item);

    switch (item->kind) {
    case SIM_ITEM_EVENT:
        scenario_event(w, item->number);
        break;
    case SIM_ITEM_ARRIVE:
        sim_node_arrive(w, item->node, &advert);
        break;
    case SIM_ITEM_WAKE:
        if (item->number == w->nodes[item->node].wake) {
            sim_node_wake(w, item->node);
        }
        break;
    case SIM_ITEM_READ:
        sim_node_read(w, item->node);
        break;
    case SIM_ITEM_SAVE:
        if (item->number == w->nodes[item->node].run) {
            sim_node_save(w, item->node);
        }
        break;
    case SIM_ITEM_ATTACK:
        if (item->number == w->attacks) {
            for (unsigned int i = 0; i < w->count; i++) {
                sim_node_attack(w, i);
            }
            attack_next(w);
        }
        break;
    case SIM_ITEM_LINKUP:
        if (w->nodes[item->node].has_link) {
            if (w->watcher.on_event != NULL) {
                w->watcher.on_event(w->watcher.user,
                                    &(struct sim_event){.at = w->now,
                                                        .kind = SIM_LINKUP,
                                                        .a = item->node});
            }
            machine(w, item->node, CARP_FSM_UP, 0);
        }
        break;
    }
}

/* More than any crowd of nodes does at one instant. */
#define AT_ONCE 5000

void
sim_world_run_until(struct sim_world *w, carp_time until)
{
    const struct sim_item *first;

    while (!w->is_stuck && (first = sim_queue_first(w->queue)) != NULL &&
           first->at <= until) {
        const struct sim_item item = *first;

        sim_queue_pop(w->queue);
        w->at_once = item.at == w->now ? w->at_once + 1 : 0;
        w->is_stuck = w->at_once == AT_ONCE;
        w->now = item.at;
        item_happens(w, &item);
    }
    w->now = w->is_stuck ? w->now : until;
}

void
sim_world_run(struct sim_world *w)
{
    sim_world_run_until(w, w->scenario->end);
}
