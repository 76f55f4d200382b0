/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file seen.h
 * Which counters have been seen: a bounded set of spans.
 *
 * Counters of an honest group run upwards, so that years of them are one
 * span. A node that has never heard a peer draws each at random: such ones
 * are spans of one; when there are too many, those that were not added to
 * for longest are forgotten.
 */
#ifndef CARPD_SEEN_H
#define CARPD_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Most spans of one set: 96 KiB, and 68 minutes of a lone master. */
#define SEEN_SPANS_MAX 4096
/**
 * What lies within this distance below a new counter counts as seen, too: the
 * sender counted through it while nobody listened here. Two counters drawn at
 * random are that close once in 2^31 times.
 */
#define SEEN_FILL ((uint64_t)1 << 33)

struct seen_span {
    uint64_t first, last;
    uint64_t touched; /**< rises with each addition to any span */
};

struct seen {
    struct seen_span *spans; /**< ascending, apart */
    size_t count, allocated;
    uint64_t additions;
};

void seen_init(struct seen *seen);
void seen_clear(struct seen *seen);
bool seen_has(const struct seen *seen, uint64_t counter);
void seen_add(struct seen *seen, uint64_t counter);
/** This one alone: nothing below it is taken for seen. */
void seen_add_exact(struct seen *seen, uint64_t counter);
/** The same, and what lies below it even where no run has begun: for a peer's
 * counter, which came through values that were on the wire before we were. */
void seen_add_through(struct seen *seen, uint64_t counter);
/** A whole span, as read back from a file; first <= last. */
void seen_add_span(struct seen *seen, uint64_t first, uint64_t last);

#endif
