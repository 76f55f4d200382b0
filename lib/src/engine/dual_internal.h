/* SPDX-License-Identifier: BSD-2-Clause */
/* What dual.c found out about a pair and dual_say.c puts into words. */
#ifndef CARP_DUAL_INTERNAL_H
#define CARP_DUAL_INTERNAL_H

#include "engine/track_internal.h"

/* What is known about one direction. */
enum hearing { HEARING_UNKNOWN, HEARS, DEAF };

struct pair {
    struct sender *winner, *loser;
    bool tie;
    enum hearing loser_hears, winner_hears;
};

struct why {
    enum carp_cause cause;
    enum carp_confidence confidence;
    const struct carp_explanation *explanation;
    const struct sender *explained; /* whose digest it explains */
    struct sender *a, *b;           /* in the order of the event */
};

/* How long a finding of a pair holds: dual_end.c resolves it. */
#define DUAL_HOLD CARP_NEVER

bool dual_has_accepted(const struct sender *left, const struct sender *stays);
/* Into the track's detail. */
void dual_say_cause(struct context *c, const struct pair *p,
                    const struct why *why);

#endif
