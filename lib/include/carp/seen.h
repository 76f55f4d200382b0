/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file seen.h
 * Which counters have been seen: a bounded set of spans.
 *
 * Counters of an honest group run upwards, so that years of them are one
 * span. A node that has never heard a peer draws each at random: such ones
 * are spans of their own. When there are too many, the one that was not added
 * to for longest is joined to its neighbour if that is near, else forgotten;
 * so it is when there is no memory for more. A set that is exact joins none.
 */
#ifndef CARP_SEEN_H
#define CARP_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/export.h>

CARP_BEGIN_DECLS

/** Most spans of one set: 96 KiB, and 68 minutes of a lone master. */
#define CARP_SEEN_SPANS_MAX 4096
/**
 * What lies within this distance below a new counter counts as seen, too: the
 * sender counted through it while nobody listened here. Longer than any leap.
 * Two counters drawn at random are that close once in 2^28 times.
 */
#define CARP_SEEN_FILL ((uint64_t)1 << 36)

struct carp_seen_span {
    uint64_t first, last;
    uint64_t touched; /**< rises with each addition to any span */
};

struct carp_seen_set {
    struct carp_seen_span *spans; /**< ascending, apart */
    size_t count, allocated;
    uint64_t additions;
    bool is_exact; /**< never holds what was not added; set it when empty */
};

/** An empty set; it needs no memory until something is added. */
CARP_API void carp_seen_init(struct carp_seen_set *seen);
/** Give the memory back; the set is empty and usable. */
CARP_API void carp_seen_clear(struct carp_seen_set *seen);
/** Is @p counter in the set? */
CARP_API bool carp_seen_has(const struct carp_seen_set *seen, uint64_t counter);
/** The highest one seen that is not above @p counter.
 * @return false: there is none */
CARP_API bool carp_seen_below(const struct carp_seen_set *seen,
                              uint64_t counter, uint64_t *highest);
/** This one alone. */
CARP_API void carp_seen_add(struct carp_seen_set *seen, uint64_t counter);
/** Forget this one. */
CARP_API void carp_seen_remove(struct carp_seen_set *seen, uint64_t counter);
/** All from @p first to @p last; first <= last. */
CARP_API void carp_seen_add_span(struct carp_seen_set *seen, uint64_t first,
                                 uint64_t last);
/** The same; what was not in the set before is added to @p holes, too. */
CARP_API void carp_seen_fill(struct carp_seen_set *seen, uint64_t first,
                             uint64_t last, struct carp_seen_set *holes);

CARP_END_DECLS

#endif
