/* SPDX-License-Identifier: BSD-2-Clause */
#include "judge.h"

#include <stdio.h>

static void
share(uint64_t part, uint64_t rest)
{
    if (part + rest == 0) {
        printf("       -");
    } else {
        printf(" %6.2f%%", 100.0 * (double)part / (double)(part + rest));
    }
}

void
sim_score_print(const struct sim_score *score)
{
    printf("code             right  wrong precision    found missed  recall\n");
    for (unsigned int c = 0; c < CARP_CODE_COUNT; c++) {
        const enum carp_code code = (enum carp_code)c;

        if (!sim_is_judged(code) || score->right[c] + score->wrong[c] +
                                            score->found[c] +
                                            score->missed[c] ==
                                        0) {
            continue;
        }
        printf("%-15s %6" G_GUINT64_FORMAT " %6" G_GUINT64_FORMAT "  ",
               carp_code_text(code), score->right[c], score->wrong[c]);
        share(score->right[c], score->wrong[c]);
        printf("  %6" G_GUINT64_FORMAT " %6" G_GUINT64_FORMAT, score->found[c],
               score->missed[c]);
        share(score->found[c], score->missed[c]);
        printf("\n");
    }
}
