/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file judge.h
 * carpmon's observer looks at a run and is compared with what is known: how
 * often it was right (precision), how much it found (recall), by code.
 */
#ifndef SIM_JUDGE_H
#define SIM_JUDGE_H

#include <carp/finding.h>

#include "world.h"

/** Sums over runs. */
struct sim_score {
    uint64_t right[CARP_CODE_COUNT];  /**< findings that were true */
    uint64_t wrong[CARP_CODE_COUNT];  /**< findings that were not */
    uint64_t found[CARP_CODE_COUNT];  /**< facts that were found */
    uint64_t missed[CARP_CODE_COUNT]; /**< facts that were not */
};

/** Is @p code compared at all? Some findings have no certain truth here. */
bool sim_is_judged(enum carp_code code);

/** Play @p s under the observer and add to @p score.
 * @param notes a line for each mistake; may be NULL */
void sim_judge(const struct sim_scenario *s, struct sim_score *score,
               GString *notes);
/** The table, for people. */
void sim_score_print(const struct sim_score *score);

#endif
