/* SPDX-License-Identifier: BSD-2-Clause */
/* One carpd's defence against replays: its decision, its state file, and the
 * attacker beside it. */
#include "node_internal.h"

/* ---------------------------------------------------------------- decision */

/* carpd: may it act? */
bool
sim_node_judge(struct sim_world *w, struct sim_node *n,
               const struct sim_advert *a)
{
    struct carp_replay *replay = &n->defence->replay;
    const struct carp_adv adv = {.advbase = a->advbase,
                                 .advskew = a->advskew,
                                 .demote = a->demote,
                                 .counter = a->counter};
    const struct carp_verdict good = {.status = CARP_GOOD};
    const struct carp_addr source = sim_address(a->source, a->family);
    const struct carp_addr own =
        sim_address((unsigned int)(n - w->nodes), a->family);
    const unsigned int families =
        n->spec->has[CARP_F4] && n->spec->has[CARP_F6] ? 2 : 1;
    /* It may have waited while the host was paused. */
    const bool is_foul = a->is_replayed && !sim_defence_may_act(n->defence, a);

    sim_defence_remember(n->defence, a);
    if (a->source == (unsigned int)(n - w->nodes) ||
        !carp_replay_acts(carp_replay_judge(replay, families, &own, &source,
                                            &adv, sim_local_time(n, w->now)),
                          n->spec->replay)) {
        return false;
    }
    if (is_foul && w->watcher.on_fooled != NULL) {
        w->watcher.on_fooled(w->watcher.user, (unsigned int)(n - w->nodes), a);
    }
    carp_peers_accept(&replay->peers, &source, &adv, &good,
                      sim_local_time(n, w->now));
    sim_node_save_if_wanted(w, (unsigned int)(n - w->nodes));
    return true;
}

/* ------------------------------------------------------------- state file */

/* As carpd's store does it: seldom, or a second after it is needed. */
void
sim_node_save_later(struct sim_world *w, unsigned int i, carp_time wait)
{
    struct sim_node *n = &w->nodes[i];
    const struct sim_item item = {.at = w->now + wait,
                                  .kind = SIM_ITEM_SAVE,
                                  .node = i,
                                  .number = n->run};

    if (item.at < n->save_at) {
        n->save_at = item.at;
        sim_queue_push(w->queue, &item);
    }
}

void
sim_node_save_if_wanted(struct sim_world *w, unsigned int i)
{
    const struct sim_node *n = &w->nodes[i];

    if (n->defence != NULL &&
        carp_counter_wants_reserve(&n->defence->replay.counter)) {
        sim_node_save_later(w, i, CARP_SEC);
    }
}

void
sim_node_save(struct sim_world *w, unsigned int i)
{
    struct sim_node *n = &w->nodes[i];

    if (n->defence == NULL || !n->is_on || w->now < n->save_at) {
        return;
    }
    n->save_at = CARP_NEVER;
    if (n->is_paused) {
        sim_node_save_later(w, i, CARP_SEC);
    } else {
        sim_defence_save(n->defence);
        sim_node_save_later(w, i, n->spec->store);
        sim_node_save_if_wanted(w, i);
    }
}

/* ---------------------------------------------------------------- attacker */

/* An attacker beside the host plays back what he recorded there: from any
 * address, with other intervals. */
void
sim_node_attack(struct sim_world *w, unsigned int i)
{
    static const uint8_t pairs[][2] = {
        {0, 0}, {0, 1}, {1, 0}, {1, 254}, {255, 255}};
    struct sim_node *n = &w->nodes[i];
    struct sim_advert a;

    if (n->defence == NULL || !sim_defence_recall(n->defence, w->rand, &a)) {
        return;
    }
    if (g_rand_int_range(w->rand, 0, 3) == 0) {
        a.source = (unsigned int)g_rand_int_range(w->rand, 0, SIM_NODES + 4);
    }
    if (g_rand_int_range(w->rand, 0, 2) == 0) {
        const uint8_t *pair =
            pairs[g_rand_int_range(w->rand, 0, G_N_ELEMENTS(pairs))];

        a.advbase = pair[0];
        a.advskew = pair[1];
    }
    a.family = n->spec->has[CARP_F4] ? a.family : CARP_IPV6;
    sim_node_arrive(w, i, &a);
}
