/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/seen.h>

#include <stdlib.h>
#include <string.h>

void
carp_seen_init(struct carp_seen_set *seen)
{
    memset(seen, 0, sizeof(*seen));
}

void
carp_seen_clear(struct carp_seen_set *seen)
{
    free(seen->spans);
    carp_seen_init(seen);
}

/* Index of the first span that begins above the counter. */
static size_t
above(const struct carp_seen_set *seen, uint64_t counter)
{
    size_t low = 0;
    size_t high = seen->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (seen->spans[middle].first > counter) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

bool
carp_seen_has(const struct carp_seen_set *seen, uint64_t counter)
{
    size_t next = above(seen, counter);
    return next > 0 && counter <= seen->spans[next - 1].last;
}

static void
remove_at(struct carp_seen_set *seen, size_t index)
{
    seen->count--;
    memmove(&seen->spans[index], &seen->spans[index + 1],
            (seen->count - index) * sizeof(seen->spans[0]));
}

/* The span that was not added to for longest goes: into the one above it when
 * that is near, else it is forgotten. */
static void
forget_oldest(struct carp_seen_set *seen)
{
    size_t oldest = 0;
    for (size_t i = 1; i < seen->count; i++) {
        if (seen->spans[i].touched < seen->spans[oldest].touched) {
            oldest = i;
        }
    }
    if (!seen->is_exact && oldest + 1 < seen->count &&
        seen->spans[oldest + 1].first - seen->spans[oldest].last <=
            CARP_SEEN_FILL) {
        seen->spans[oldest + 1].first = seen->spans[oldest].first;
    }
    remove_at(seen, oldest);
}

static bool
make_room(struct carp_seen_set *seen)
{
    if (seen->count == CARP_SEEN_SPANS_MAX) {
        forget_oldest(seen);
    }
    if (seen->count == seen->allocated) {
        const size_t wanted = seen->allocated == 0 ? 4 : seen->allocated * 2;
        struct carp_seen_span *more =
            realloc(seen->spans, wanted * sizeof(*more));
        if (more == NULL && seen->count == 0) {
            return false;
        }
        if (more == NULL) {
            forget_oldest(seen);
        } else {
            seen->spans = more;
            seen->allocated = wanted;
        }
    }
    return true;
}

static void
insert(struct carp_seen_set *seen, uint64_t first, uint64_t last)
{
    if (!make_room(seen)) {
        return;
    }
    size_t at = above(seen, first);
    memmove(&seen->spans[at + 1], &seen->spans[at],
            (seen->count - at) * sizeof(seen->spans[0]));
    seen->spans[at] = (struct carp_seen_span){
        .first = first, .last = last, .touched = ++seen->additions};
    seen->count++;
}

/* Take in the spans behind @p at that it has grown into or up to. */
static void
join(struct carp_seen_set *seen, size_t at)
{
    struct carp_seen_span *span = &seen->spans[at];
    while (at + 1 < seen->count &&
           (span->last == UINT64_MAX ||
            seen->spans[at + 1].first <= span->last + 1)) {
        if (seen->spans[at + 1].last > span->last) {
            span->last = seen->spans[at + 1].last;
        }
        remove_at(seen, at + 1);
    }
}

bool
carp_seen_below(const struct carp_seen_set *seen, uint64_t counter,
                uint64_t *highest)
{
    size_t next = above(seen, counter);
    if (next == 0) {
        return false;
    }
    *highest = seen->spans[next - 1].last < counter ? seen->spans[next - 1].last
                                                    : counter;
    return true;
}

void
carp_seen_add(struct carp_seen_set *seen, uint64_t counter)
{
    carp_seen_add_span(seen, counter, counter);
}

void
carp_seen_add_span(struct carp_seen_set *seen, uint64_t first, uint64_t last)
{
    size_t next = above(seen, first);
    struct carp_seen_span *below = next > 0 ? &seen->spans[next - 1] : NULL;
    if (below != NULL && (first <= below->last || below->last == first - 1)) {
        if (last > below->last) {
            below->last = last;
            below->touched = ++seen->additions;
            join(seen, next - 1);
        }
        return;
    }
    insert(seen, first, last);
    if (seen->count != 0) {
        join(seen, above(seen, first) - 1);
    }
}

void
carp_seen_fill(struct carp_seen_set *seen, uint64_t first, uint64_t last,
               struct carp_seen_set *holes)
{
    size_t next = above(seen, first);
    if (next > 0 && seen->spans[next - 1].last >= first) {
        next--;
    }
    for (uint64_t from = first; from <= last; next++) {
        const struct carp_seen_span *span =
            next < seen->count ? &seen->spans[next] : NULL;
        if (span == NULL || span->first > last) {
            carp_seen_add_span(holes, from, last);
            break;
        }
        if (span->first > from) {
            carp_seen_add_span(holes, from, span->first - 1);
        }
        if (span->last >= last) {
            break;
        }
        from = span->last + 1;
    }
    carp_seen_add_span(seen, first, last);
}

void
carp_seen_remove(struct carp_seen_set *seen, uint64_t counter)
{
    size_t next = above(seen, counter);
    if (next == 0 || counter > seen->spans[next - 1].last) {
        return;
    }
    const struct carp_seen_span old = seen->spans[next - 1];
    remove_at(seen, next - 1);
    if (old.first < counter) {
        insert(seen, old.first, counter - 1);
    }
    if (counter < old.last) {
        insert(seen, counter + 1, old.last);
    }
}
