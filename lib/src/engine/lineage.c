/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/lineage.h"

#include <assert.h>
#include <stddef.h>

#include <carp/counter.h>

/* A leap of carpd's stays within a bucket; its jumps, which all end in the
 * same low bits, must not. */
static uint32_t
bucket_of(uint64_t counter)
{
    static_assert(CARP_COUNTER_LEAP / CARP_COUNTER_JUMP % HISTORY_LEN == 0,
                  "a leap would lead to another bucket");
    return (uint32_t)((counter ^ counter / CARP_COUNTER_JUMP) % HISTORY_LEN);
}

/* The entry with sequence number link - 1, unless it was overwritten. */
static const struct history_entry *
follow(const struct history *h, uint32_t link)
{
    if (link == 0 || h->next - (link - 1) > HISTORY_LEN) {
        return NULL;
    }
    return &h->entries[(link - 1) % HISTORY_LEN];
}

/* The newest entry of this counter's bucket, or the next one behind @p after.
 */
static const struct history_entry *
first_of(const struct history *h, uint64_t counter,
         const struct history_entry *after)
{
    if (h == NULL) {
        return NULL;
    }
    return follow(h, after != NULL ? after->older
                                   : h->buckets[bucket_of(counter)]);
}

const struct history_entry *
history_find(const struct history *h, uint64_t counter,
             const struct history_entry *after)
{
    const struct history_entry *e = first_of(h, counter, after);

    while (e != NULL && e->counter != counter) {
        e = follow(h, e->older);
    }
    return e;
}

const struct history_entry *
history_find_parent(const struct history *h, uint64_t counter,
                    const struct history_entry *after)
{
    const struct history_entry *e = first_of(h, counter - 1, after);

    while (e != NULL && carp_counter_steps(e->counter, counter) != 1) {
        e = follow(h, e->older);
    }
    return e;
}

const struct history_entry *
history_get(const struct history *h, uint32_t back)
{
    if (h == NULL || back >= h->next || back >= HISTORY_LEN) {
        return NULL;
    }
    return &h->entries[(h->next - 1 - back) % HISTORY_LEN];
}

struct history_entry *
history_add(struct history *h, uint64_t counter)
{
    struct history_entry *e = &h->entries[h->next % HISTORY_LEN];
    uint32_t *bucket = &h->buckets[bucket_of(counter)];

    e->counter = counter;
    e->older = *bucket;
    h->next++;
    *bucket = h->next;
    /* After 2^32 adverts every link would look fresh: start anew. */
    if (h->next == UINT32_MAX) {
        h->next = 0;
        for (uint32_t i = 0; i < HISTORY_LEN; i++) {
            h->buckets[i] = 0;
        }
    }
    return e;
}
