/* SPDX-License-Identifier: BSD-2-Clause */

#include "checks.h"
#include "random.h"

static bool
fails(const struct sim_scenario *s)
{
    struct sim_result result;
    bool is_failure;

    sim_check(s, NULL, false, &result);
    is_failure = result.failure != NULL;
    sim_result_clear(&result);
    return is_failure;
}

/* Keep @p smaller instead of *@p s if it fails too. */
static bool
keep(struct sim_scenario **s, struct sim_scenario *smaller)
{
    if (!fails(smaller)) {
        sim_scenario_free(smaller);
        return false;
    }
    sim_scenario_free(*s);
    *s = smaller;
    return true;
}

static bool
drop_events(struct sim_scenario **s)
{
    bool any = false;

    for (guint i = (*s)->events->len; i-- > 0;) {
        struct sim_scenario *smaller = sim_scenario_copy(*s);

        g_array_remove_index(smaller->events, i);
        any = keep(s, smaller) || any;
    }
    return any;
}

static bool
concerns(const struct sim_event *e, unsigned int node)
{
    const bool is_two = e->kind == SIM_CUT || e->kind == SIM_ONEWAY;
    const bool is_none =
        e->kind == SIM_HEAL || e->kind == SIM_LOSS || e->kind == SIM_ATTACK;

    return !is_none && (e->a == node || (is_two && e->b == node));
}

static struct sim_scenario *
without_node(const struct sim_scenario *s, unsigned int node)
{
    struct sim_scenario *smaller = sim_scenario_copy(s);

    for (guint i = smaller->events->len; i-- > 0;) {
        struct sim_event *e =
            &g_array_index(smaller->events, struct sim_event, i);

        if (concerns(e, node)) {
            g_array_remove_index(smaller->events, i);
        } else {
            e->a -= e->a > node;
            e->b -= e->b > node;
        }
    }
    for (unsigned int i = node; i + 1 < s->node_count; i++) {
        smaller->nodes[i] = smaller->nodes[i + 1];
    }
    smaller->node_count--;
    return smaller;
}

static bool
drop_nodes(struct sim_scenario **s)
{
    bool any = false;

    for (unsigned int i = (*s)->node_count; i-- > 0 && (*s)->node_count > 1;) {
        any = keep(s, without_node(*s, i)) || any;
    }
    return any;
}

static bool
simplify_node(struct sim_scenario **s, unsigned int i)
{
    const struct sim_node_spec *node = &(*s)->nodes[i];
    struct sim_scenario *smaller;

    if (node->drift == 0 && node->preempt_delay == 0 &&
        node->start_delay == 0) {
        return false;
    }
    smaller = sim_scenario_copy(*s);
    smaller->nodes[i].drift = 0;
    smaller->nodes[i].preempt_delay = 0;
    smaller->nodes[i].start_delay = 0;
    return keep(s, smaller);
}

static bool
round_times(struct sim_scenario **s)
{
    struct sim_scenario *smaller = sim_scenario_copy(*s);
    bool changes = false;

    for (guint i = 0; i < smaller->events->len; i++) {
        struct sim_event *e =
            &g_array_index(smaller->events, struct sim_event, i);
        const carp_time rounded = e->at / (500 * CARP_MSEC) * 500 * CARP_MSEC;

        changes = changes || rounded != e->at;
        e->at = rounded;
    }
    if (!changes) {
        sim_scenario_free(smaller);
        return false;
    }
    return keep(s, smaller);
}

struct sim_scenario *
sim_shrink(const struct sim_scenario *s)
{
    struct sim_scenario *best = sim_scenario_copy(s);
    bool again = true;

    while (again) {
        again = drop_events(&best);
        again = drop_nodes(&best) || again;
        for (unsigned int i = 0; i < best->node_count; i++) {
            again = simplify_node(&best, i) || again;
        }
        again = round_times(&best) || again;
    }
    return best;
}
