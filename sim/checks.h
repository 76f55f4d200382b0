/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file checks.h
 * What has to hold in every run, whatever happens, and what a scenario
 * expects besides.
 *
 * Nodes are in contact when each hears the other. A part is a set of nodes
 * that are all in contact with each other and hear nobody else. Then:
 *  - two nodes in contact are MASTER together no longer than `together`;
 *  - a part that has a live node has a MASTER after `served`;
 *  - `calm` after the last event nothing moves any more, and each part has
 *    exactly one MASTER, to which no member with preempt is preferable;
 *  - a carpd's counter never repeats nor goes back, as long as its state
 *    directory is kept;
 *  - a carpd with replay = strict acts on nothing that is played back to it.
 * Loss suspends the first three. The bounds follow from the nodes' numbers.
 */
#ifndef SIM_CHECKS_H
#define SIM_CHECKS_H

#include "world.h"

struct sim_bounds {
    carp_time together, served, calm;
};
void sim_bounds(const struct sim_scenario *s, struct sim_bounds *bounds);

/** What came of a run. */
struct sim_result {
    char *failure; /**< the first one, a sentence; NULL: none */
    carp_time failed_at;
    GString *trace; /**< a line for each event and transition */
    unsigned int transitions;
    uint64_t adverts, deliveries;
};

/** Run @p s. @p watcher (may be NULL) looks on as well. The trace is only
 * kept when @p wants_trace. Clear the result. */
void sim_check(const struct sim_scenario *s, const struct sim_watcher *watcher,
               bool wants_trace, struct sim_result *result);
void sim_result_clear(struct sim_result *result);

#endif
