/* SPDX-License-Identifier: BSD-2-Clause */
#include "seen.h"

#include <string.h>

#include <glib.h>

void
seen_init(struct seen *seen)
{
    memset(seen, 0, sizeof(*seen));
}

void
seen_clear(struct seen *seen)
{
    g_free(seen->spans);
    seen_init(seen);
}

/* Index of the first span that begins above the counter. */
static size_t
above(const struct seen *seen, uint64_t counter)
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
seen_has(const struct seen *seen, uint64_t counter)
{
    size_t next = above(seen, counter);
    return next > 0 && counter <= seen->spans[next - 1].last;
}

static void
remove_at(struct seen *seen, size_t index)
{
    seen->count--;
    memmove(&seen->spans[index], &seen->spans[index + 1],
            (seen->count - index) * sizeof(seen->spans[0]));
}

static void
forget_oldest(struct seen *seen)
{
    size_t oldest = 0;
    for (size_t i = 1; i < seen->count; i++) {
        if (seen->spans[i].touched < seen->spans[oldest].touched) {
            oldest = i;
        }
    }
    remove_at(seen, oldest);
}

static void
insert(struct seen *seen, uint64_t first, uint64_t last)
{
    if (seen->count == SEEN_SPANS_MAX) {
        forget_oldest(seen);
    }
    if (seen->count == seen->allocated) {
        seen->allocated = seen->allocated == 0 ? 4 : seen->allocated * 2;
        seen->spans = g_renew(struct seen_span, seen->spans, seen->allocated);
    }
    size_t at = above(seen, first);
    memmove(&seen->spans[at + 1], &seen->spans[at],
            (seen->count - at) * sizeof(seen->spans[0]));
    seen->spans[at] = (struct seen_span){
        .first = first, .last = last, .touched = ++seen->additions};
    seen->count++;
}

/* Take in the spans behind @p at that it has grown into or up to. */
static void
join(struct seen *seen, size_t at)
{
    struct seen_span *span = &seen->spans[at];
    while (at + 1 < seen->count &&
           (span->last == UINT64_MAX ||
            seen->spans[at + 1].first <= span->last + 1)) {
        if (seen->spans[at + 1].last > span->last) {
            span->last = seen->spans[at + 1].last;
        }
        remove_at(seen, at + 1);
    }
}

void
seen_add(struct seen *seen, uint64_t counter)
{
    size_t next = above(seen, counter);
    if (next > 0 &&
        counter - seen->spans[next - 1].first <=
            seen->spans[next - 1].last - seen->spans[next - 1].first) {
        return;
    }
    if (next > 0 && counter - seen->spans[next - 1].last <= SEEN_FILL) {
        seen->spans[next - 1].last = counter;
        seen->spans[next - 1].touched = ++seen->additions;
        join(seen, next - 1);
        return;
    }
    insert(seen, counter, counter);
    /* The one above is joined only when nothing lies between: the sender is
     * about to count through what does. */
    next = above(seen, counter);
    join(seen, next - 1);
}

void
seen_add_exact(struct seen *seen, uint64_t counter)
{
    seen_add_span(seen, counter, counter);
}

void
seen_add_through(struct seen *seen, uint64_t counter)
{
    uint64_t first = counter > SEEN_FILL ? counter - SEEN_FILL : 0;
    size_t next = above(seen, counter);
    if (next > 0 && seen->spans[next - 1].last >= first) {
        seen_add(seen, counter);
    } else {
        insert(seen, first, counter);
        join(seen, above(seen, first) - 1);
    }
}

void
seen_add_span(struct seen *seen, uint64_t first, uint64_t last)
{
    size_t next = above(seen, first);
    if (next > 0 && first <= seen->spans[next - 1].last) {
        if (last > seen->spans[next - 1].last) {
            seen->spans[next - 1].last = last;
            join(seen, next - 1);
        }
        return;
    }
    if (next > 0 && seen->spans[next - 1].last == first - 1) {
        seen->spans[next - 1].last = last;
        seen->spans[next - 1].touched = ++seen->additions;
        join(seen, next - 1);
        return;
    }
    insert(seen, first, last);
    join(seen, above(seen, first) - 1);
}
