/* SPDX-License-Identifier: BSD-2-Clause */
/* What dual_when.c and dual.c find out about a pair, and dual_say.c puts into
 * words. */
#ifndef CARP_DUAL_INTERNAL_H
#define CARP_DUAL_INTERNAL_H

#include "engine/track_internal.h"
#include "names.h"

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

/* From how often it went on from the other's advert, and how often not. */
enum hearing dual_hearing(const struct sender *s, uint32_t heard,
                          uint32_t deaf);
/* The challenger and the view's master are MASTER beside each other for longer
 * than it takes to hand over. */
bool dual_is_sure(const struct context *c, const struct sender *challenger);
bool dual_has_accepted(const struct sender *left, const struct sender *stays);
/* Into the track's detail. */
void dual_say_cause(struct context *c, const struct pair *p,
                    const struct why *why);

#endif
