/* SPDX-License-Identifier: BSD-2-Clause */
#include "random.h"

#include "checks.h"

struct maker {
    GRand *rand;
    struct sim_scenario *s;
    bool only_carpd;
    bool is_strict;       /* every carpd is; then it may be attacked */
    unsigned int demoted; /* the one kernel that may be */
    unsigned int starts[SIM_NODES];
    carp_time now;
};

static int
below(struct maker *m, int bound)
{
    return g_rand_int_range(m->rand, 0, bound);
}

/* ------------------------------------------------------------------- nodes */

static uint8_t
any_skew(struct maker *m)
{
    static const uint8_t skews[] = {0, 0, 1, 10, 20, 50, 100, 100, 150, 200};

    return skews[below(m, G_N_ELEMENTS(skews))];
}

/* Kernels that are equal take turns for ever (PROTOCOL 3.6): one of them
 * must be a carpd. */
static bool
is_taken(const struct maker *m, const struct sim_node_spec *n, unsigned int i)
{
    for (unsigned int k = 0; k < i; k++) {
        const struct sim_node_spec *o = &m->s->nodes[k];

        if (!n->is_carpd && !o->is_carpd && o->advbase == n->advbase &&
            o->advskew == n->advskew) {
            return true;
        }
    }
    return false;
}

static void
any_node(struct maker *m, unsigned int i, uint8_t base, bool is_dual)
{
    static const enum carp_profile_id kernels[] = {
        CARP_PROFILE_FREEBSD,   CARP_PROFILE_OPENBSD, CARP_PROFILE_NETBSD,
        CARP_PROFILE_DRAGONFLY, CARP_PROFILE_UCARP,   CARP_PROFILE_FREEBSD6};
    /* Those that speak both families. */
    static const enum carp_profile_id dual[] = {CARP_PROFILE_FREEBSD,
                                                CARP_PROFILE_OPENBSD};
    struct sim_node_spec *n = &m->s->nodes[i];

    g_snprintf(n->name, SIM_NAME, "%c", 'A' + (int)i);
    n->is_carpd = m->only_carpd || below(m, 2) == 0;
    n->profile = is_dual ? dual[below(m, G_N_ELEMENTS(dual))]
                         : kernels[below(m, G_N_ELEMENTS(kernels))];
    /* What is compared must be the same on all carpd of a group. */
    if (n->is_carpd) {
        n->profile = CARP_PROFILE_FREEBSD;
    }
    n->advbase = base;
    n->has[CARP_F4] = true;
    n->has[CARP_F6] = is_dual;
    n->preempt = below(m, 2) == 0;
    n->drift = below(m, 401) - 200;
    n->replay =
        m->is_strict ? CARP_REPLAY_STRICT : (enum carp_replay_mode)below(m, 3);
    n->store = (carp_time)(3 + below(m, 100)) * CARP_SEC;
    if (n->is_carpd && below(m, 4) == 0) {
        n->preempt_delay = (carp_time)below(m, 5000) * CARP_MSEC;
    }
    if (n->is_carpd && below(m, 6) == 0) {
        n->start_delay = (carp_time)below(m, 8000) * CARP_MSEC;
    }
    do {
        n->advskew = any_skew(m);
        if (base == 0) {
            n->advskew = (uint8_t)(10 + n->advskew / 4);
        }
        if (!n->is_carpd) {
            n->advskew = (uint8_t)(n->advskew + below(m, 12));
        }
    } while (is_taken(m, n, i));
    /* Ties are what elections are about: with a carpd they must end. */
    if (n->is_carpd && i > 0 && below(m, 3) == 0) {
        n->advskew = m->s->nodes[below(m, (int)i)].advskew;
    }
}

static void
any_nodes(struct maker *m)
{
    static const uint8_t bases[] = {1, 1, 1, 1, 1, 2, 3};
    const bool is_fast = below(m, 8) == 0;
    const bool is_dual = below(m, 3) == 0;
    uint8_t base;

    m->is_strict = below(m, 2) == 0;
    m->only_carpd = is_fast || below(m, 3) == 0;
    base = is_fast ? 0 : bases[below(m, G_N_ELEMENTS(bases))];
    m->s->node_count = 2 + (unsigned int)below(m, 4);
    for (unsigned int i = 0; i < m->s->node_count; i++) {
        any_node(m, i, base, is_dual);
    }
    m->demoted = (unsigned int)below(m, (int)m->s->node_count);
}

/* ------------------------------------------------------------------ events */

static bool
is_openbsd(const struct sim_node_spec *n)
{
    return !n->is_carpd && n->profile == CARP_PROFILE_OPENBSD;
}

static void
add(struct maker *m, enum sim_event_kind kind, unsigned int a, unsigned int b,
    int number)
{
    const struct sim_event e = {m->now, kind, a, b, number};

    /* One that is started again and again seems to draw at random. */
    if (kind == SIM_START && is_openbsd(&m->s->nodes[a]) &&
        ++m->starts[a] > 2) {
        return;
    }
    g_array_append_val(m->s->events, e);
}

static unsigned int
any(struct maker *m)
{
    return (unsigned int)below(m, (int)m->s->node_count);
}

/* A kernel goes on from OpenBSD's one counter again and again: a strict carpd
 * that does not hear OpenBSD itself drops what it sends. So all hear it, or
 * none of them (docs/SIMULATOR.md). */
static bool
needs_all_paths(const struct maker *m)
{
    bool has_openbsd = false, has_kernel = false, has_strict = false;

    for (unsigned int i = 0; i < m->s->node_count; i++) {
        const struct sim_node_spec *n = &m->s->nodes[i];

        has_openbsd |= is_openbsd(n);
        has_kernel |= !n->is_carpd && !is_openbsd(n);
        has_strict |= n->is_carpd && n->replay == CARP_REPLAY_STRICT;
    }
    return has_openbsd && has_kernel && has_strict;
}

/* Two sides, and nothing between them. */
static void
partition(struct maker *m)
{
    const int sides = below(m, 1 << m->s->node_count);

    if (needs_all_paths(m)) {
        add(m, SIM_HEAL, 0, 0, 0);
    }
    for (unsigned int a = 0; a < m->s->node_count; a++) {
        for (unsigned int b = 0; b < a; b++) {
            if ((sides >> a & 1) != (sides >> b & 1)) {
                add(m, SIM_CUT, a, b, 0);
            }
        }
    }
}

static void
one_family(struct maker *m)
{
    if (m->only_carpd && m->s->nodes[0].has[CARP_F6]) {
        add(m, below(m, 2) == 0 ? SIM_CUT : SIM_ONEWAY, 0, 1,
            below(m, 2) == 0 ? 4 : 6);
    } else {
        add(m, SIM_HEAL, 0, 0, 0);
    }
}

/* A demoted OpenBSD with the better skew yields to ucarp's octet, and ucarp to
 * its skew, for ever. */
static bool
never_rests(const struct maker *m)
{
    const struct sim_node_spec *n = &m->s->nodes[m->demoted];
    bool has_ucarp = false;

    for (unsigned int i = 0; i < m->s->node_count; i++) {
        has_ucarp = has_ucarp || (!m->s->nodes[i].is_carpd &&
                                  m->s->nodes[i].profile == CARP_PROFILE_UCARP);
    }
    return has_ucarp && !n->is_carpd && n->profile == CARP_PROFILE_OPENBSD;
}

static void
demote(struct maker *m)
{
    static const int sums[] = {0, 0, 1, 120, 240, 480};

    if (!m->only_carpd && never_rests(m)) {
        return;
    }
    add(m, SIM_DEMOTE, m->only_carpd ? any(m) : m->demoted, 0,
        sums[below(m, G_N_ELEMENTS(sums))]);
}

/* The host dies, and with it what it had not written, or more. */
static void
crash(struct maker *m, unsigned int a)
{
    add(m, SIM_CRASH, a, 0, 0);
    if (below(m, 3) == 0) {
        add(m, below(m, 3) == 0 ? SIM_FORGET : SIM_UNDO, a, 0, 0);
    }
    if (below(m, 2) == 0) {
        m->now += (carp_time)below(m, 9000) * CARP_MSEC;
        add(m, SIM_START, a, 0, 0);
    }
}

static void
attack(struct maker *m)
{
    static const int rates[] = {0, 1, 3, 30};

    if (m->is_strict) {
        add(m, SIM_ATTACK, 0, 0, rates[below(m, G_N_ELEMENTS(rates))]);
    }
}

static void
any_event(struct maker *m)
{
    unsigned int a = any(m);

    g_assert(m->s->node_count > 0);
    switch (below(m, 18)) {
    case 0:
    case 1:
        crash(m, a);
        break;
    case 16:
    case 17:
        attack(m);
        break;
    case 2:
        add(m, SIM_STOP, a, 0, 0);
        break;
    case 3:
    case 4:
    case 5:
        add(m, SIM_START, a, 0, 0);
        break;
    case 6:
    case 7:
        partition(m);
        break;
    case 8:
        if (needs_all_paths(m)) {
            break;
        }
        add(m, SIM_ONEWAY, a, (a + 1) % m->s->node_count, 0);
        break;
    case 9:
        add(m, SIM_HEAL, 0, 0, 0);
        break;
    case 10:
        add(m, SIM_PAUSE, a, 0, 0);
        m->now += (carp_time)below(m, 9000) * CARP_MSEC;
        add(m, SIM_RESUME, a, 0, 0);
        break;
    case 11:
        demote(m);
        break;
    case 12:
        add(m, below(m, 2) == 0 ? SIM_BACKUP : SIM_PROMOTE, a, 0, 0);
        break;
    case 13:
        add(m, SIM_LINKDOWN, a, 0, 0);
        m->now += (carp_time)below(m, 9000) * CARP_MSEC;
        add(m, SIM_LINKUP, a, 0, 0);
        break;
    case 14:
        add(m, SIM_LOSS, 0, 0, below(m, 400));
        m->now += (carp_time)below(m, 20000) * CARP_MSEC;
        add(m, SIM_LOSS, 0, 0, 0);
        break;
    default:
        one_family(m);
        break;
    }
}

static void
any_events(struct maker *m)
{
    const int count = below(m, 12);

    for (unsigned int i = 0; i < m->s->node_count; i++) {
        /* Often all together: that is when they meet. */
        m->now = below(m, 2) == 0 ? 0 : (carp_time)below(m, 5000) * CARP_MSEC;
        add(m, SIM_START, i, 0, 0);
    }
    m->now = 5 * CARP_SEC;
    for (int i = 0; i < count; i++) {
        any_event(m);
        m->now += (carp_time)below(m, 12000) * CARP_MSEC;
    }
    if (below(m, 2) == 0) {
        add(m, SIM_HEAL, 0, 0, 0);
    }
}

struct sim_scenario *
sim_random(uint64_t seed)
{
    const guint32 words[2] = {(guint32)seed, (guint32)(seed >> 32)};
    struct maker m = {.rand = g_rand_new_with_seed_array(words, 2),
                      .s = sim_scenario_new()};
    struct sim_bounds bounds;

    m.s->seed = seed;
    m.s->delay = (carp_time)(50 + below(&m, 2000)) * CARP_USEC;
    m.s->jitter = (carp_time)below(&m, 2000) * CARP_USEC;
    m.s->duplicate = below(&m, 4) == 0 ? 20 : 0;
    any_nodes(&m);
    any_events(&m);
    sim_scenario_sort(m.s);
    sim_bounds(m.s, &bounds);
    /* ucarp's link takes 10 s more. */
    m.s->end = m.now + bounds.calm + 30 * CARP_SEC;
    g_rand_free(m.rand);
    return m.s;
}
