/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file random.h
 * Random scenarios, and the small one behind one that failed.
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include "model.h"

/**
 * The scenario of @p seed: two to five nodes, up to twelve events, and then
 * quiet for longer than the bounds need. What no CARP can bring to rest is
 * left out (docs/SIMULATOR.md): kernels of equal priority, a kernel whose
 * second family is lost, demotion of several kernels at once.
 */
struct sim_scenario *sim_random(uint64_t seed);

/** A smaller scenario that still fails: events, nodes and settings are left
 * out one by one. @p s must fail. */
struct sim_scenario *sim_shrink(const struct sim_scenario *s);

#endif
