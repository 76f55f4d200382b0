/* SPDX-License-Identifier: BSD-2-Clause */
#include "checks.h"

#include "checks_internal.h"

/* ------------------------------------------------------------------ bounds */

void
sim_bounds(const struct sim_scenario *s, struct sim_bounds *bounds)
{
    carp_time interval = 0, dead = 0, start = 0, preempt = 0, lag = 0;

    for (unsigned int i = 0; i < s->node_count; i++) {
        const struct sim_node_spec *n = &s->nodes[i];
        const bool is_ucarp = !n->is_carpd && n->profile == CARP_PROFILE_UCARP;
        /* Demoted, the worst that is sent; three of these cover every
         * system's dead time, its ticks, and listening after a pause. */
        const carp_time longest =
            carp_interval(n->advbase, MAX(n->advskew, 240));

        interval = MAX(interval, longest);
        /* With advbase 0 it waits for its master's, which may be demoted. */
        dead = MAX(dead,
                   CARP_SEC + 3 * (n->advbase != 0
                                       ? carp_interval(n->advbase, n->advskew)
                                       : longest));
        start = MAX(start, n->start_delay);
        preempt = MAX(preempt, n->preempt_delay);
        lag = is_ucarp ? 2 * CARP_SEC : lag;
    }
    lag += 4 * (s->delay + s->jitter) + 50 * CARP_MSEC;
    bounds->together = 5 * interval + lag;
    bounds->served = dead + start + lag;
    bounds->calm =
        2 * bounds->together + 2 * bounds->served + preempt + 15 * CARP_SEC;
}

/* -------------------------------------------------------------------- fail */

void
sim_fail(struct sim_checks *c, const char *format, ...)
{
    va_list args;

    if (c->result->failure != NULL) {
        return;
    }
    va_start(args, format);
    c->result->failure = g_strdup_vprintf(format, args);
    va_end(args);
    c->result->failed_at = c->world->now;
    if (c->wants_trace) {
        g_string_append_printf(c->result->trace, "%10.4f  FAIL   %s\n",
                               sim_seconds(c->world->now), c->result->failure);
    }
}

double
sim_seconds(carp_time t)
{
    return (double)t / 1e9;
}

/* ------------------------------------------------------------------- parts */

/* Kernels need every family; carpd elects as long as one gets through. */
static bool
contact(const struct sim_checks *c, unsigned int a, unsigned int b)
{
    const struct sim_world *w = c->world;
    const struct sim_node *x = &w->nodes[a], *y = &w->nodes[b];
    const bool one_is_enough = x->spec->is_carpd && y->spec->is_carpd;
    bool any = false;

    if (!sim_is_up(w, a) || !sim_is_up(w, b)) {
        return false;
    }
    for (unsigned int f = 0; f < CARP_FAMILIES; f++) {
        if (x->spec->has[f] && y->spec->has[f]) {
            const bool works = sim_hears(w, a, b, (enum carp_family_index)f) &&
                               sim_hears(w, b, a, (enum carp_family_index)f);

            if (!works && !one_is_enough) {
                return false;
            }
            any = any || works;
        }
    }
    return any;
}

/* Does anything of @p from reach @p to? */
static bool
reaches(const struct sim_world *w, unsigned int from, unsigned int to)
{
    return w->nodes[from].is_on &&
           (sim_hears(w, from, to, CARP_F4) || sim_hears(w, from, to, CARP_F6));
}

static uint32_t
part_of(const struct sim_checks *c, unsigned int i)
{
    uint32_t part = sim_is_up(c->world, i) ? 1u << i : 0;

    for (unsigned int k = 0; k < c->world->count; k++) {
        if (k != i && part != 0 && contact(c, i, k)) {
            part |= 1u << k;
        }
    }
    return part;
}

/* All in contact, and nobody else heard. */
static bool
is_whole(const struct sim_checks *c, uint32_t part)
{
    for (unsigned int i = 0; i < c->world->count; i++) {
        if ((part >> i & 1u) == 0) {
            continue;
        }
        if (part_of(c, i) != part) {
            return false;
        }
        for (unsigned int k = 0; k < c->world->count; k++) {
            if ((part >> k & 1u) == 0 && reaches(c->world, k, i)) {
                return false;
            }
        }
    }
    return part != 0;
}

static void
find_parts(struct sim_checks *c)
{
    c->is_stale = false;
    for (unsigned int i = 0; i < c->world->count; i++) {
        const uint32_t part = part_of(c, i);

        c->part[i] = is_whole(c, part) ? part : 0;
        for (unsigned int k = 0; k < c->world->count; k++) {
            c->contact[i][k] = k != i && contact(c, i, k);
        }
    }
}

/* -------------------------------------------------------------- durations */

static bool
has_master(const struct sim_checks *c, uint32_t part)
{
    for (unsigned int i = 0; i < c->world->count; i++) {
        if ((part >> i & 1u) != 0 && sim_is_master(c->world, i)) {
            return true;
        }
    }
    return false;
}

/* What has held since *@p since may last for @p limit; it @p holds from now on.
 */
static bool
lasts_too_long(carp_time *since, bool holds, carp_time now, carp_time limit)
{
    const bool is_too_long = *since != CARP_NEVER && now - *since > limit;

    if (!holds) {
        *since = CARP_NEVER;
    } else if (*since == CARP_NEVER) {
        *since = now;
    }
    return is_too_long;
}

void
sim_measure(struct sim_checks *c)
{
    const struct sim_world *w = c->world;
    const bool judges = w->loss == 0;

    if (c->is_stale) {
        find_parts(c);
    }
    for (unsigned int i = 0; i < w->count; i++) {
        carp_time since = c->unserved[i];
        const bool unserved =
            judges && c->part[i] != 0 && !has_master(c, c->part[i]);

        if (lasts_too_long(&c->unserved[i], unserved, w->now, c->served)) {
            sim_fail(c, "%s and those it hears had no MASTER for %.3f s",
                     w->nodes[i].spec->name, sim_seconds(w->now - since));
        }
        for (unsigned int k = 0; k < i; k++) {
            const bool both = judges && c->contact[i][k] &&
                              sim_is_master(w, i) && sim_is_master(w, k);

            since = c->both[i][k];
            if (lasts_too_long(&c->both[i][k], both, w->now, c->together)) {
                sim_fail(c,
                         "%s and %s heard each other and were both MASTER "
                         "for %.3f s",
                         w->nodes[k].spec->name, w->nodes[i].spec->name,
                         sim_seconds(w->now - since));
            }
        }
    }
}

/* ----------------------------------------------------------------- the end */

static void
check_preferred(struct sim_checks *c, unsigned int master, unsigned int i)
{
    const struct carp_fsm *m = &c->world->nodes[master].fsm;
    const struct carp_fsm *n = &c->world->nodes[i].fsm;
    const carp_time its = carp_interval(m->config.advbase, carp_fsm_advskew(m));
    const carp_time own = carp_interval(n->config.advbase, carp_fsm_advskew(n));

    if (i == master || !n->config.preempt || n->is_aside || own >= its) {
        return;
    }
    if (n->config.behaviour.demotion == CARP_DEMOTION_OCTET &&
        carp_fsm_demote(m) < carp_fsm_demote(n)) {
        return;
    }
    sim_fail(c, "%s is MASTER, but %s preempts and is better",
             c->world->nodes[master].spec->name, c->world->nodes[i].spec->name);
}

static void
check_part(struct sim_checks *c, uint32_t part)
{
    unsigned int masters = 0, last = 0;

    for (unsigned int i = 0; i < c->world->count; i++) {
        if ((part >> i & 1u) != 0 && sim_is_master(c->world, i)) {
            masters++;
            last = i;
        }
    }
    if (masters != 1) {
        sim_fail(c, "%u MASTERs in the part %x at the end", masters, part);
        return;
    }
    for (unsigned int i = 0; i < c->world->count; i++) {
        if ((part >> i & 1u) != 0) {
            check_preferred(c, last, i);
        }
    }
}

void
sim_check_end(struct sim_checks *c)
{
    const carp_time calm_since = carp_time_add(c->quiet_since, c->calm);

    if (c->world->loss != 0 || c->world->now < calm_since) {
        return;
    }
    for (unsigned int i = 0; i < c->world->count; i++) {
        const uint32_t part = c->part[i];

        /* once for each part */
        if (part != 0 && (part & ((1u << i) - 1)) == 0) {
            check_part(c, part);
        }
    }
}
