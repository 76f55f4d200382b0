/* SPDX-License-Identifier: BSD-2-Clause */
/* A run with everything that looks on. */
#include "checks_internal.h"

/* ------------------------------------------------------------------- trace */

static void trace(struct sim_checks *c, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

static void
trace(struct sim_checks *c, const char *format, ...)
{
    va_list args;

    if (c->wants_trace) {
        g_string_append_printf(c->result->trace, "%10.4f  ",
                               sim_seconds(c->world->now));
        va_start(args, format);
        g_string_append_vprintf(c->result->trace, format, args);
        va_end(args);
        g_string_append_c(c->result->trace, '\n');
    }
}

static void
trace_event(struct sim_checks *c, const struct sim_event *e)
{
    const struct sim_scenario *s = c->world->scenario;
    const char *word = sim_event_word(e->kind);

    switch (e->kind) {
    case SIM_CUT:
    case SIM_ONEWAY:
        trace(c, "%-8s %s %s", word, s->nodes[e->a].name, s->nodes[e->b].name);
        break;
    case SIM_HEAL:
        trace(c, "%s", word);
        break;
    case SIM_LOSS:
        trace(c, "%-8s %d per mille", word, e->number);
        break;
    case SIM_ATTACK:
        trace(c, "%-8s %d a second", word, e->number);
        break;
    case SIM_DEMOTE:
        trace(c, "%-8s %s to %d", word, s->nodes[e->a].name, e->number);
        break;
    case SIM_START:
    case SIM_CRASH:
    case SIM_STOP:
    case SIM_PAUSE:
    case SIM_RESUME:
    case SIM_BACKUP:
    case SIM_PROMOTE:
    case SIM_LINKDOWN:
    case SIM_LINKUP:
    case SIM_FORGET:
    case SIM_UNDO:
    case SIM_EVENT_KINDS:
        trace(c, "%-8s %s", word, s->nodes[e->a].name);
        break;
    }
}

/* ---------------------------------------------------------------- watching */

static void
on_event(void *user, const struct sim_event *event)
{
    struct sim_checks *c = user;

    sim_measure(c);
    trace_event(c, event);
    c->quiet_since = c->world->now;
    c->is_stale = true;
    if (c->other != NULL && c->other->on_event != NULL) {
        c->other->on_event(c->other->user, event);
    }
}

static void
on_effects(void *user, carp_time now, unsigned int node,
           const struct carp_effects *e)
{
    struct sim_checks *c = user;
    const char *name = c->world->nodes[node].spec->name;

    if (e->from == CARP_STATE_INIT || e->to == CARP_STATE_INIT) {
        c->is_stale = true;
    }
    sim_measure(c);
    if (e->from != e->to) {
        c->result->transitions++;
        trace(c, "%-8s %s -> %s (%s)", name, carp_state_text(e->from),
              carp_state_text(e->to), carp_fsm_reason_text(e->reason));
        if (c->world->loss == 0 && c->part[node] != 0 &&
            c->world->now - c->quiet_since > c->calm) {
            sim_fail(c, "%s moves though nothing has happened for %.1f s", name,
                     sim_seconds(c->world->now - c->quiet_since));
        }
    }
    if (e->silent_family != 0) {
        trace(c, "%-8s IPv%u is silent", name, e->silent_family);
    }
    if (c->other != NULL && c->other->on_effects != NULL) {
        c->other->on_effects(c->other->user, now, node, e);
    }
}

static void
check_counter(struct sim_checks *c, const struct sim_advert *a)
{
    const struct sim_node *n = &c->world->nodes[a->from];

    if (n->defence == NULL) {
        return;
    }
    if (c->anew[a->from] == n->defence->anew &&
        a->counter <= c->counter[a->from]) {
        sim_fail(c, "%s goes back with its counter", n->spec->name);
    }
    c->anew[a->from] = n->defence->anew;
    c->counter[a->from] = a->counter;
}

static void
on_fooled(void *user, unsigned int node, const struct sim_advert *a)
{
    struct sim_checks *c = user;
    const struct sim_scenario *s = c->world->scenario;

    if (s->checks && s->nodes[node].replay == CARP_REPLAY_STRICT) {
        sim_fail(c, "%s acts on an advert %u/%u that was played back",
                 s->nodes[node].name, a->advbase, a->advskew);
    }
    if (c->other != NULL && c->other->on_fooled != NULL) {
        c->other->on_fooled(c->other->user, node, a);
    }
}

static void
on_advert(void *user, carp_time now, const struct sim_advert *a)
{
    struct sim_checks *c = user;

    check_counter(c, a);
    if (c->other != NULL && c->other->on_advert != NULL) {
        c->other->on_advert(c->other->user, now, a);
    }
}

static void
on_announce(void *user, carp_time now, unsigned int node)
{
    struct sim_checks *c = user;

    if (c->other != NULL && c->other->on_announce != NULL) {
        c->other->on_announce(c->other->user, now, node);
    }
}

/* ------------------------------------------------------------ expectations */

static unsigned int
count_masters(const struct sim_world *w)
{
    unsigned int count = 0;

    for (unsigned int i = 0; i < w->count; i++) {
        count += sim_is_master(w, i);
    }
    return count;
}

static void
judge(struct sim_checks *c, const struct sim_expect *x)
{
    const struct sim_world *w = c->world;
    const unsigned int masters = count_masters(w);

    switch (x->kind) {
    case SIM_EXPECT_MASTER:
        if (!sim_is_master(w, x->node) || masters != 1) {
            sim_fail(c, "line %u: %s is %s, %u MASTERs", x->line,
                     w->nodes[x->node].spec->name,
                     w->nodes[x->node].is_on
                         ? carp_state_text(w->nodes[x->node].fsm.state)
                         : "off",
                     masters);
        }
        break;
    case SIM_EXPECT_MASTERS:
        if (masters != x->number) {
            sim_fail(c, "line %u: %u MASTERs", x->line, masters);
        }
        break;
    case SIM_EXPECT_TRANSITIONS:
        if (c->result->transitions > x->number) {
            sim_fail(c, "line %u: %u transitions", x->line,
                     c->result->transitions);
        }
        break;
    case SIM_EXPECT_TOGETHER:
    case SIM_EXPECT_SERVED:
        break;
    }
}

static void
set_limits(struct sim_checks *c)
{
    const struct sim_scenario *s = c->world->scenario;
    struct sim_bounds bounds;

    sim_bounds(s, &bounds);
    c->together = s->checks ? bounds.together : CARP_NEVER;
    c->served = s->checks ? bounds.served : CARP_NEVER;
    c->calm = s->checks ? bounds.calm : CARP_NEVER;
    for (guint i = 0; i < s->expects->len; i++) {
        const struct sim_expect *x =
            &g_array_index(s->expects, struct sim_expect, i);

        if (x->kind == SIM_EXPECT_TOGETHER) {
            c->together = x->time;
        } else if (x->kind == SIM_EXPECT_SERVED) {
            c->served = x->time;
        }
    }
}

/* When to look again: soon, or at the time of an expectation. */
static carp_time
next_stop(const struct sim_scenario *s, carp_time now)
{
    carp_time next = MIN(now + 200 * CARP_MSEC, s->end);

    for (guint i = 0; i < s->expects->len; i++) {
        const struct sim_expect *x =
            &g_array_index(s->expects, struct sim_expect, i);

        if ((x->kind == SIM_EXPECT_MASTER || x->kind == SIM_EXPECT_MASTERS) &&
            x->time > now && x->time < next) {
            next = x->time;
        }
    }
    return next;
}

static void
judge_all(struct sim_checks *c, bool is_end)
{
    const struct sim_scenario *s = c->world->scenario;

    for (guint i = 0; i < s->expects->len; i++) {
        const struct sim_expect *x =
            &g_array_index(s->expects, struct sim_expect, i);

        if (x->time == c->world->now ||
            (is_end && x->kind == SIM_EXPECT_TRANSITIONS)) {
            judge(c, x);
        }
    }
}

void
sim_check(const struct sim_scenario *s, const struct sim_watcher *watcher,
          bool wants_trace, struct sim_result *result)
{
    struct sim_checks c = {.result = result,
                           .other = watcher,
                           .wants_trace = wants_trace,
                           .is_stale = true};
    const struct sim_watcher own = {.user = &c,
                                    .on_event = on_event,
                                    .on_effects = on_effects,
                                    .on_advert = on_advert,
                                    .on_fooled = on_fooled,
                                    .on_announce = on_announce};

    *result = (struct sim_result){.trace = g_string_new("")};
    c.world = sim_world_new(s, &own);
    set_limits(&c);
    for (unsigned int i = 0; i < SIM_NODES; i++) {
        c.unserved[i] = CARP_NEVER;
        for (unsigned int k = 0; k < SIM_NODES; k++) {
            c.both[i][k] = CARP_NEVER;
        }
    }
    while (c.world->now < s->end && result->failure == NULL) {
        sim_world_run_until(c.world, next_stop(s, c.world->now));
        if (c.world->is_stuck) {
            sim_fail(&c, "a machine asks to be woken again and again");
        }
        sim_measure(&c);
        judge_all(&c, false);
    }
    if (result->failure == NULL) {
        judge_all(&c, true);
        if (s->checks) {
            sim_check_end(&c);
        }
    }
    result->adverts = c.world->adverts;
    result->deliveries = c.world->deliveries;
    sim_world_free(c.world);
}

void
sim_result_clear(struct sim_result *result)
{
    g_free(result->failure);
    if (result->trace != NULL) {
        g_string_free(result->trace, TRUE);
    }
}
