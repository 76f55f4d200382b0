/* SPDX-License-Identifier: BSD-2-Clause */
/* One host: the real machine, and around it what its system does with
 * packets, counters and clocks (PROTOCOL 4, 5). */
#include "node_internal.h"

/* A socket's buffer while the process is not scheduled. */
#define INBOX 256

static bool
is_process(const struct sim_node *n)
{
    return n->spec->is_carpd || n->spec->profile == CARP_PROFILE_UCARP;
}

static bool
is_ucarp(const struct sim_node *n)
{
    return !n->spec->is_carpd && n->spec->profile == CARP_PROFILE_UCARP;
}

/* ------------------------------------------------------------------ clocks */

carp_time
sim_local_time(const struct sim_node *n, carp_time t)
{
    const carp_time part = t / 1000000 * (carp_time)ABS(n->spec->drift);

    return n->spec->drift >= 0 ? t + part : t - part;
}

/* When the node's clock shows @p local, or just after. */
static carp_time
world_time(const struct sim_node *n, carp_time local)
{
    const carp_time part = local / (carp_time)(1000000 + n->spec->drift) *
                           (carp_time)ABS(n->spec->drift);
    carp_time t = n->spec->drift >= 0 ? local - part : local + part;

    while (sim_local_time(n, t) < local) {
        t += 1000;
    }
    return t;
}

static void
schedule(struct sim_world *w, unsigned int i)
{
    struct sim_node *n = &w->nodes[i];
    const carp_time due = carp_fsm_deadline(&n->fsm);
    struct sim_item item = {.kind = SIM_ITEM_WAKE, .node = i};

    item.number = ++n->wake;
    if (!n->is_on || n->is_paused || due == CARP_NEVER) {
        return;
    }
    item.at = MAX(world_time(n, due), w->now);
    sim_queue_push(w->queue, &item);
}

/* ---------------------------------------------------------------- counters */

static uint64_t
random_counter(struct sim_world *w)
{
    return (uint64_t)g_rand_int(w->rand) << 32 | g_rand_int(w->rand);
}

/* PROTOCOL 4: random until a peer was heard, then one after the other;
 * OpenBSD's is constant; carpd has its own. */
static uint64_t
next_counter(struct sim_world *w, struct sim_node *n, bool is_second)
{
    if (n->defence != NULL) {
        return carp_replay_next(&n->defence->replay, is_second,
                                random_counter(w));
    }
    if (n->fsm.config.behaviour.demotion == CARP_DEMOTION_OCTET) {
        return n->counter;
    }
    n->counter = n->has_accepted ? n->counter + 1 : random_counter(w);
    return n->counter;
}

/* False for an own advert that came back, or one that was played back. */
static bool
take_counter(struct sim_world *w, struct sim_node *n,
             const struct sim_advert *a)
{
    const uint64_t counter = a->counter;

    if (n->defence != NULL) {
        return sim_node_judge(w, n, a);
    }
    if (n->fsm.config.behaviour.demotion == CARP_DEMOTION_OCTET) {
        return counter != n->counter;
    }
    n->has_accepted = true;
    n->counter = counter;
    return true;
}

/* ----------------------------------------------------------------- effects */

static void
advertise(struct sim_world *w, unsigned int i, uint8_t advbase, uint8_t advskew,
          uint8_t demote)
{
    struct sim_node *n = &w->nodes[i];
    struct sim_advert advert = {.from = i,
                                .source = i,
                                .advbase = advbase,
                                .advskew = advskew,
                                .demote = demote};

    for (unsigned int f = 0; f < CARP_FAMILIES; f++) {
        if (n->spec->has[f]) {
            advert.counter = next_counter(w, n, advert.family != 0);
            advert.family = f == CARP_F4 ? CARP_IPV4 : CARP_IPV6;
            if (n->defence != NULL) {
                sim_defence_remember(n->defence, &advert);
            }
            sim_world_send(w, &advert);
        }
    }
    sim_node_save_if_wanted(w, i);
}

static void
carry_out(struct sim_world *w, unsigned int i, const struct carp_effects *e)
{
    struct sim_node *n = &w->nodes[i];

    if (w->watcher.on_effects != NULL) {
        w->watcher.on_effects(w->watcher.user, w->now, i, e);
    }
    if (n->defence != NULL && e->to == CARP_STATE_MASTER && e->from != e->to) {
        carp_counter_lead(&n->defence->replay.counter);
    }
    if ((e->todo & CARP_DO_BOW_OUT) != 0) {
        advertise(w, i, 255, 255, e->demote);
    }
    if ((e->todo & CARP_DO_LAST_ADVERT) != 0) {
        advertise(w, i, e->advbase, e->advskew, e->demote);
    }
    if ((e->todo & CARP_DO_RELEASE) != 0) {
        n->owns = false;
    }
    if ((e->todo & CARP_DO_ACQUIRE) != 0) {
        n->owns = true;
    }
    if ((e->todo & CARP_DO_ADVERT) != 0) {
        advertise(w, i, e->advbase, e->advskew, e->demote);
    }
    if ((e->todo & CARP_DO_ANNOUNCE) != 0 && n->has_link &&
        w->watcher.on_announce != NULL) {
        w->watcher.on_announce(w->watcher.user, w->now, i);
    }
}

static void
step(struct sim_world *w, unsigned int i, const struct carp_fsm_event *event)
{
    struct sim_node *n = &w->nodes[i];
    const struct carp_effects e =
        carp_fsm_step(&n->fsm, event, sim_local_time(n, w->now));

    carry_out(w, i, &e);
}

void
sim_node_event(struct sim_world *w, unsigned int i,
               const struct carp_fsm_event *event)
{
    step(w, i, event);
    schedule(w, i);
}

void
sim_node_wake(struct sim_world *w, unsigned int i)
{
    if (w->nodes[i].is_on && !w->nodes[i].is_paused) {
        sim_node_event(w, i, &(struct carp_fsm_event){.kind = CARP_FSM_TIMER});
    }
}

/* ---------------------------------------------------------------- packets */

static void
receive(struct sim_world *w, unsigned int i, const struct sim_advert *a)
{
    struct sim_node *n = &w->nodes[i];
    const enum carp_family_index f = a->family == CARP_IPV6 ? CARP_F6 : CARP_F4;

    if (!n->spec->has[f] || !take_counter(w, n, a)) {
        return;
    }
    step(w, i,
         &(struct carp_fsm_event){.kind = CARP_FSM_ADVERT,
                                  .family = a->family,
                                  .advbase = a->advbase,
                                  .advskew = a->advskew,
                                  .demote = a->demote,
                                  .source = sim_address(a->source, a->family)});
}

/* ucarp's packets wait for the next end of its reader's second. */
static void
read_later(struct sim_world *w, unsigned int i)
{
    struct sim_node *n = &w->nodes[i];
    const carp_time into = (w->now + CARP_SEC - n->read_phase) % CARP_SEC;
    const struct sim_item item = {
        .at = w->now + CARP_SEC - into, .kind = SIM_ITEM_READ, .node = i};

    if (!n->is_read_due) {
        n->is_read_due = true;
        sim_queue_push(w->queue, &item);
    }
}

void
sim_node_arrive(struct sim_world *w, unsigned int i,
                const struct sim_advert *advert)
{
    struct sim_node *n = &w->nodes[i];

    if (!n->is_on || !n->has_link || (n->is_paused && !is_process(n))) {
        return;
    }
    if (n->is_paused || is_ucarp(n)) {
        if (n->inbox->len < INBOX) {
            g_array_append_vals(n->inbox, advert, 1);
        }
        if (!n->is_paused) {
            read_later(w, i);
        }
        return;
    }
    receive(w, i, advert);
    schedule(w, i);
}

static void
read_all(struct sim_world *w, unsigned int i)
{
    struct sim_node *n = &w->nodes[i];

    for (guint k = 0; k < n->inbox->len; k++) {
        receive(w, i, &g_array_index(n->inbox, struct sim_advert, k));
    }
    g_array_set_size(n->inbox, 0);
}

void
sim_node_read(struct sim_world *w, unsigned int i)
{
    struct sim_node *n = &w->nodes[i];

    n->is_read_due = false;
    if (n->is_on && !n->is_paused) {
        read_all(w, i);
        schedule(w, i);
    }
}

/* -------------------------------------------------------------------- life */

void
sim_node_init(struct sim_world *w, unsigned int i)
{
    struct sim_node *n = &w->nodes[i];

    n->spec = &w->scenario->nodes[i];
    n->has_link = true;
    n->inbox = g_array_new(FALSE, FALSE, sizeof(struct sim_advert));
    n->read_phase = (carp_time)(g_rand_double(w->rand) * 1e9);
    n->counter = random_counter(w);
    if (n->spec->is_carpd) {
        n->defence = g_new0(struct sim_defence, 1);
        sim_defence_init(n->defence);
    }
}

void
sim_node_clear(struct sim_node *node)
{
    g_array_free(node->inbox, TRUE);
    if (node->defence != NULL) {
        sim_defence_clear(node->defence);
        g_free(node->defence);
    }
}

static struct carp_fsm_config
fsm_config(const struct sim_node_spec *spec, unsigned int i)
{
    struct carp_fsm_config config = {
        .behaviour = *carp_behaviour_get(spec->profile),
        .advbase = spec->advbase,
        .advskew = spec->advskew,
        .preempt = spec->preempt,
        .has = {spec->has[CARP_F4], spec->has[CARP_F6]},
        .source = {sim_address(i, CARP_IPV4), sim_address(i, CARP_IPV6)},
        .preempt_delay = spec->preempt_delay,
        .start_delay = spec->start_delay};

    if (spec->is_carpd) {
        carp_behaviour_improve(&config.behaviour);
        config.late_listen = carp_fsm_listen_time(spec->advbase);
    }
    return config;
}

void
sim_node_start(struct sim_world *w, unsigned int i)
{
    struct sim_node *n = &w->nodes[i];
    const struct carp_fsm_config config = fsm_config(n->spec, i);

    if (n->is_on ||
        carp_fsm_init(&n->fsm, &config, sim_local_time(n, w->now)) != CARP_OK) {
        return;
    }
    n->is_on = true;
    n->is_paused = false;
    n->owns = false;
    n->has_accepted = false;
    g_array_set_size(n->inbox, 0);
    n->run++;
    n->save_at = CARP_NEVER;
    n->counter = random_counter(w);
    if (n->defence != NULL) {
        sim_defence_start(n->defence, random_counter(w));
        sim_node_save_later(w, i, n->spec->store);
    }
    if (n->has_link) {
        sim_node_event(w, i, &(struct carp_fsm_event){.kind = CARP_FSM_UP});
    }
}

void
sim_node_off(struct sim_world *w, unsigned int i)
{
    w->nodes[i].is_on = false;
    w->nodes[i].is_paused = false;
    w->nodes[i].owns = false;
    w->nodes[i].wake++;
}

/* What arrived is read before the timer is looked at (carp/fsm.h). */
void
sim_node_resume(struct sim_world *w, unsigned int i)
{
    struct sim_node *n = &w->nodes[i];

    if (n->is_on && n->is_paused) {
        n->is_paused = false;
        read_all(w, i);
        sim_node_wake(w, i);
    }
}
