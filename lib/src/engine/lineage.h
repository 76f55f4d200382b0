/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters as a trace of who accepted whom (docs/LINEAGE.md).
 *
 * A bounded history of a group's adverts, searchable by counter, and the
 * classification of one step.
 */
#ifndef CARP_LINEAGE_H
#define CARP_LINEAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/time.h>

#include "names.h"

enum { HISTORY_LEN = 256 };

struct history_entry {
    carp_time time;
    uint64_t counter;
    uint64_t md; /* first eight octets of the digest */
    uint64_t frame;
    uint32_t older; /* sequence number + 1 of an older one, same bucket */
    uint32_t uid;
    uint16_t checksum; /* of the advert: covers what the digest does not */
    uint16_t ip_id;
    uint16_t source; /* which capture */
    bool is_replay;
    uint8_t family;
    uint8_t mac[6];
};

struct history {
    uint32_t next;     /* sequence number of the next entry */
    uint32_t unproved; /* with a wrong digest, since … */
    carp_time proved;  /* … the last with a right one */
    uint32_t buckets[HISTORY_LEN];
    struct history_entry entries[HISTORY_LEN];
};

/* What one advert's counter says. */
enum lineage_kind {
    LINEAGE_FIRST,     /* nothing to compare with */
    LINEAGE_SELF,      /* own + 1, and nobody else's + 1 */
    LINEAGE_SKIPPED,   /* own + n after n intervals: some were lost here */
    LINEAGE_OTHER,     /* continues somebody else's advert */
    LINEAGE_AMBIGUOUS, /* both would fit */
    LINEAGE_CONSTANT,  /* the same as before: OpenBSD */
    LINEAGE_UNRELATED  /* neither */
};

struct lineage_step {
    enum lineage_kind kind;
    bool was_unseen;    /* MASTER for some adverts before this one */
    bool is_renumbered; /* it is the master, with another address */
    bool has_parent;    /* the rest is valid */
    uint32_t parent_uid;
    uint64_t parent_frame;
    carp_time parent_time;
};

/* Entry with this counter, not older than any other; NULL when none. Starts
 * behind @p after when that is not NULL (the next older one). */
const struct history_entry *history_find(const struct history *h,
                                         uint64_t counter,
                                         const struct history_entry *after);
/* The same for the entry that this counter goes on from: it is one more, a
 * leap of carpd's left out (carp/counter.h). */
const struct history_entry *
history_find_parent(const struct history *h, uint64_t counter,
                    const struct history_entry *after);
/* The @p back-th newest entry, 0 the newest; NULL beyond the oldest. */
const struct history_entry *history_get(const struct history *h, uint32_t back);
/* A new entry in place of the oldest; the caller fills in all but the
 * counter, and that before the next look into the history. */
struct history_entry *history_add(struct history *h, uint64_t counter);

#endif
