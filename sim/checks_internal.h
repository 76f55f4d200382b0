/* SPDX-License-Identifier: BSD-2-Clause */
/* A run under observation. */
#ifndef SIM_CHECKS_INTERNAL_H
#define SIM_CHECKS_INTERNAL_H

#include "checks.h"

struct sim_checks {
    struct sim_world *world;
    struct sim_result *result;
    const struct sim_watcher *other;
    bool wants_trace;
    carp_time together, served, calm;
    carp_time quiet_since;    /* the last event */
    bool is_stale;            /* parts and contacts have changed */
    uint32_t part[SIM_NODES]; /* 0: not judged */
    bool contact[SIM_NODES][SIM_NODES];
    carp_time unserved[SIM_NODES];
    carp_time both[SIM_NODES][SIM_NODES];
    uint64_t counter[SIM_NODES];  /* the last one of a carpd … */
    unsigned int anew[SIM_NODES]; /* … since it began without a state file */
};

void sim_fail(struct sim_checks *c, const char *format, ...)
    G_GNUC_PRINTF(2, 3);
double sim_seconds(carp_time t);
/* Told after everything that may change something. */
void sim_measure(struct sim_checks *c);
void sim_check_end(struct sim_checks *c);

#endif
