/* SPDX-License-Identifier: BSD-2-Clause */
#include "replay.h"

/* ------------------------------------------------------------- candidates */

/* ucarp reads its packets in batches: when it heard an advert is not known.
 * Each candidate is one way in which things may have been. */
struct candidate {
    struct carp_fsm fsm;
    struct carp_effects said; /* numbers of the adverts that are owed */
    unsigned int owed;        /* enum carp_effect */
    carp_time owed_until;
    size_t read; /* adverts up to here have been heard */
    bool lives;
    unsigned int adverts, yields, mismatches;
    GString *notes;
};

#define CANDIDATES 24

struct run {
    const struct replay_node *node;
    const GArray *adverts;
    struct carp_fsm_config config;
    GArray *now; /* struct candidate */
};

static const struct replay_advert *
advert_at(const struct run *run, size_t i)
{
    return &g_array_index(run->adverts, struct replay_advert, i);
}

static bool
within(const GArray *spans, carp_time t, unsigned int family)
{
    for (guint i = 0; i < spans->len; i++) {
        const struct replay_span *s =
            &g_array_index(spans, struct replay_span, i);

        if (t >= s->from && t < s->to &&
            (s->family == 0 || s->family == family)) {
            return true;
        }
    }
    return false;
}

static void
mismatch(struct candidate *c, carp_time t, const char *what)
{
    c->mismatches++;
    g_string_append_printf(c->notes, "    %.4f %s (%s)\n",
                           ((double)t - (double)REPLAY_ZERO) / 1e9, what,
                           carp_state_text(c->fsm.state));
}

static bool
is_own(const struct replay_node *node, const struct replay_advert *a)
{
    return carp_addr_equal(&a->source, &node->config.source[CARP_F4]) ||
           carp_addr_equal(&a->source, &node->config.source[CARP_F6]);
}

static bool
is_heard(const struct replay_node *node, const struct replay_advert *a)
{
    return a->verifies && !is_own(node, a) &&
           !within(node->deaf, a->time, a->source.family);
}

static void
owe(const struct run *run, struct candidate *c, const struct carp_effects *e,
    carp_time t)
{
    const unsigned int adverts =
        e->todo & (CARP_DO_BOW_OUT | CARP_DO_LAST_ADVERT | CARP_DO_ADVERT);

    c->yields += e->from == CARP_STATE_MASTER && e->to == CARP_STATE_BACKUP;
    if (adverts != 0) {
        c->said = *e;
        c->owed = adverts;
        c->owed_until = t + run->node->late + 5 * CARP_MSEC;
    }
}

static void
step(const struct run *run, struct candidate *c,
     const struct carp_fsm_event *event, carp_time t)
{
    const struct carp_effects e = carp_fsm_step(&c->fsm, event, t);

    owe(run, c, &e, t);
}

static void
step_kind(const struct run *run, struct candidate *c,
          enum carp_fsm_event_kind kind, carp_time t)
{
    step(run, c, &(struct carp_fsm_event){.kind = kind}, t);
}

static void
hear(const struct run *run, struct candidate *c, size_t i, carp_time t)
{
    const struct replay_advert *a = advert_at(run, i);

    c->read = i + 1;
    if (c->lives && is_heard(run->node, a)) {
        step(run, c,
             &(struct carp_fsm_event){.kind = CARP_FSM_ADVERT,
                                      .family = a->source.family,
                                      .advbase = a->advbase,
                                      .advskew = a->advskew,
                                      .demote = a->demote,
                                      .source = a->source},
             t);
    }
}

/* ------------------------------------------------------------------- time */

/* The first advert not yet heard, or the end. */
static size_t
next_heard(const struct run *run, const struct candidate *c)
{
    size_t i = c->read;

    while (i < run->adverts->len && !is_heard(run->node, advert_at(run, i))) {
        i++;
    }
    return i;
}

static bool
is_blind(const struct run *run, carp_time t)
{
    return within(run->node->blind, t, 0);
}

/* A machine that speaks where the host was silent is wrong, unless the host's
 * words do not reach the tap. */
static void
fire(const struct run *run, struct candidate *c, carp_time due)
{
    const bool is_hidden = is_blind(run, due);

    if (is_hidden) {
        step_kind(run, c, CARP_FSM_TIMER, due);
        c->owed = 0;
        return;
    }
    step_kind(run, c, CARP_FSM_TIMER, due + run->node->late);
    if (c->owed != 0) {
        mismatch(c, due, "the machine advertises, the host does not");
        c->owed = 0;
    }
}

/* Everything that happens by itself before @p t. */
static void
advance(const struct run *run, struct candidate *c, carp_time t)
{
    while (c->lives) {
        const size_t i = next_heard(run, c);
        const carp_time heard = i < run->adverts->len
                                    ? advert_at(run, i)->time + run->node->lag
                                    : CARP_NEVER;
        const carp_time due = carp_fsm_deadline(&c->fsm);
        const carp_time fires =
            is_blind(run, due) ? due : carp_time_add(due, run->node->late);

        if (c->owed != 0 && c->owed_until < t && c->owed_until <= heard &&
            c->owed_until <= fires) {
            if (!is_blind(run, c->owed_until - run->node->late)) {
                mismatch(c, c->owed_until, "owed an advert");
            }
            c->owed = 0;
        } else if (heard <= fires && heard < t) {
            hear(run, c, i, heard);
        } else if (fires < heard && fires < t) {
            fire(run, c, due);
        } else {
            return;
        }
    }
}

/* --------------------------------------------------------- own adverts */

static bool
says(const struct candidate *c, unsigned int kind,
     const struct replay_advert *a)
{
    if (kind == CARP_DO_BOW_OUT) {
        return a->advbase == 255 && a->advskew == 255;
    }
    return a->advbase == c->said.advbase && a->advskew == c->said.advskew &&
           a->demote == c->said.demote;
}

static bool
pay(struct candidate *c, const struct replay_advert *a)
{
    for (unsigned int kind = 1; kind <= CARP_DO_ANNOUNCE; kind <<= 1) {
        if ((c->owed & kind) != 0) {
            c->owed &= ~kind;
            c->adverts++;
            if (!says(c, kind, a)) {
                mismatch(c, a->time, "other numbers");
            }
            return true;
        }
    }
    return false;
}

/* The host sent @p a: why? */
static void
explain(const struct run *run, struct candidate *c,
        const struct replay_advert *a)
{
    const carp_time due = carp_fsm_deadline(&c->fsm);
    const carp_time interval =
        carp_interval(c->fsm.config.advbase, carp_fsm_advskew(&c->fsm));
    /* A master's timer has nothing to do with what it reads late. */
    const carp_time early = c->fsm.state == CARP_STATE_MASTER
                                ? MIN(run->node->early, 15 * CARP_MSEC)
                                : run->node->early;

    if (pay(c, a)) {
        return;
    }
    if (c->fsm.state == CARP_STATE_MASTER &&
        is_blind(run, a->time - interval)) {
        c->fsm.advert = a->time;
        step_kind(run, c, CARP_FSM_TIMER, a->time);
        pay(c, a);
        return;
    }
    if (c->lives && due != CARP_NEVER && due <= a->time + early) {
        /* Timers end on ticks: this is what the host's own clock said. */
        if (due > a->time) {
            c->fsm.advert = c->fsm.advert == due ? a->time : c->fsm.advert;
            for (unsigned int f = 0; f < CARP_FAMILIES; f++) {
                if (c->fsm.down[f] >= a->time && c->fsm.down[f] != CARP_NEVER) {
                    c->fsm.down[f] = a->time;
                }
            }
        }
        step_kind(run, c, CARP_FSM_TIMER, a->time);
        if (pay(c, a)) {
            return;
        }
    }
    mismatch(c, a->time, "the host advertises, the machine does not");
    /* Go on from where the host is. */
    step_kind(run, c, CARP_FSM_UP, a->time);
    step_kind(run, c, CARP_FSM_FORCE_MASTER, a->time);
    c->fsm.advert = a->time;
    step_kind(run, c, CARP_FSM_TIMER, a->time);
    c->owed = 0;
}

static gint
fewer_mismatches(gconstpointer a, gconstpointer b)
{
    const struct candidate *x = a, *y = b;

    return x->mismatches < y->mismatches   ? -1
           : x->mismatches > y->mismatches ? 1
                                           : 0;
}

/* Each candidate splits: how many of the waiting adverts had it read? */
static void
own_advert(struct run *run, const struct replay_advert *a)
{
    GArray *next = g_array_new(FALSE, FALSE, sizeof(struct candidate));

    for (guint i = 0; i < run->now->len; i++) {
        struct candidate c = g_array_index(run->now, struct candidate, i);

        for (;;) {
            struct candidate copy = c;
            size_t waiting;

            copy.notes = g_string_new(c.notes->str);
            explain(run, &copy, a);
            g_array_append_val(next, copy);
            waiting = next_heard(run, &c);
            if (waiting >= run->adverts->len ||
                advert_at(run, waiting)->time > a->time) {
                break;
            }
            hear(run, &c, waiting, a->time);
        }
        g_string_free(c.notes, TRUE);
    }
    g_array_sort(next, fewer_mismatches);
    while (next->len > CANDIDATES) {
        g_string_free(
            g_array_index(next, struct candidate, next->len - 1).notes, TRUE);
        g_array_set_size(next, next->len - 1);
    }
    g_array_free(run->now, TRUE);
    run->now = next;
}

/* ------------------------------------------------------------------ events */

static void
happen(struct run *run, struct candidate *c, const struct replay_event *e)
{
    const carp_time t = e->time;

    switch (e->what) {
    case REPLAY_PREEMPT:
        run->config.preempt = true;
        if (c->lives) {
            g_assert_cmpint(carp_fsm_reconfigure(&c->fsm, &run->config, t), ==,
                            CARP_OK);
        }
        break;
    case REPLAY_START:
        if (!c->lives) {
            const int demotion = c->fsm.demotion;

            g_assert_cmpint(carp_fsm_init(&c->fsm, &run->config, t), ==,
                            CARP_OK);
            c->fsm.demotion = demotion;
        }
        while (c->read < run->adverts->len &&
               advert_at(run, c->read)->time < t) {
            c->read++;
        }
        c->lives = true;
        step_kind(run, c, CARP_FSM_UP, t);
        break;
    case REPLAY_KILL:
        c->lives = false;
        c->owed = 0;
        c->fsm.demotion = 0;
        break;
    case REPLAY_DISABLE:
        step_kind(run, c, CARP_FSM_DISABLE, t);
        break;
    case REPLAY_LINK_DOWN:
        step_kind(run, c, CARP_FSM_DOWN, t);
        break;
    case REPLAY_LINK_UP:
        step_kind(run, c, CARP_FSM_UP, t);
        break;
    case REPLAY_BACKUP:
        step_kind(run, c, CARP_FSM_FORCE_BACKUP, t);
        break;
    case REPLAY_PROMOTE:
        step_kind(run, c, CARP_FSM_FORCE_MASTER, t);
        break;
    case REPLAY_DEMOTE:
        step(run, c,
             &(struct carp_fsm_event){.kind = CARP_FSM_DEMOTION,
                                      .demotion = e->number},
             t);
        break;
    }
}

static void
advance_all(struct run *run, carp_time t)
{
    for (guint i = 0; i < run->now->len; i++) {
        advance(run, &g_array_index(run->now, struct candidate, i), t);
    }
}

/* One family's adverts stand for both. */
static bool
is_judged(const struct replay_node *node, const struct replay_advert *a)
{
    return is_own(node, a) &&
           (a->source.family == CARP_IPV4 || !node->config.has[CARP_F4]);
}

void
replay_run(const struct replay_node *node, const GArray *adverts,
           struct replay_result *result)
{
    struct run run = {.node = node, .adverts = adverts, .config = node->config};
    struct candidate first = {.notes = g_string_new("")};
    guint e = 0;
    carp_time end = REPLAY_ZERO;
    const struct candidate *best;

    g_assert_cmpint(carp_fsm_init(&first.fsm, &node->config, 0), ==, CARP_OK);
    run.now = g_array_new(FALSE, FALSE, sizeof(struct candidate));
    g_array_append_val(run.now, first);
    for (guint i = 0; i <= adverts->len; i++) {
        const carp_time t = i < adverts->len ? advert_at(&run, i)->time : end;

        while (e < node->events->len &&
               g_array_index(node->events, struct replay_event, e).time <= t) {
            const struct replay_event *event =
                &g_array_index(node->events, struct replay_event, e++);

            advance_all(&run, event->time);
            for (guint c = 0; c < run.now->len; c++) {
                happen(&run, &g_array_index(run.now, struct candidate, c),
                       event);
            }
        }
        if (i == adverts->len) {
            break;
        }
        advance_all(&run, t);
        end = t;
        /* Another host may use the address at another time. */
        if (is_judged(node, advert_at(&run, i)) &&
            (g_array_index(run.now, struct candidate, 0).lives ||
             g_array_index(run.now, struct candidate, 0).owed != 0)) {
            own_advert(&run, advert_at(&run, i));
        }
    }
    advance_all(&run, end);
    g_array_sort(run.now, fewer_mismatches);
    best = &g_array_index(run.now, struct candidate, 0);
    result->adverts = best->adverts;
    result->yields = best->yields;
    result->mismatches = best->mismatches;
    result->notes = g_string_new(best->notes->str);
    for (guint i = 0; i < run.now->len; i++) {
        g_string_free(g_array_index(run.now, struct candidate, i).notes, TRUE);
    }
    g_array_free(run.now, TRUE);
}
