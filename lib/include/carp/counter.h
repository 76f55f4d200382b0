/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file counter.h
 * The counter of one vhid's own adverts (PROTOCOL 4.1, LINEAGE 1, 2).
 *
 * As with the BSDs, it jumps until a peer's advert has been accepted, and then
 * goes on from that advert's value: so a listener can tell who hears whom.
 * Unlike theirs it never repeats and never goes back, not across restarts
 * either: its jumps lead upwards, a lower value of a peer is not adopted, and
 * nothing is sent above a reserve that has been written down.
 *
 * A node that becomes MASTER leaps first: its value is the last one that it
 * accepted, plus 1, plus a multiple of CARP_COUNTER_LEAP. A master that is
 * alive and only not heard here counts through the values right behind; nobody
 * could tell an advert with one of those from that master's own.
 */
#ifndef CARP_COUNTER_H
#define CARP_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/export.h>

CARP_BEGIN_DECLS

/**
 * A jump is longer than this: no monitor takes it for missed adverts, and
 * CARP_SEEN_FILL covers it. Its low bits are those of @c first, which was
 * drawn at random: own jumps are known again without a list of them, and are
 * not taken for another host's.
 */
#define CARP_COUNTER_JUMP ((uint64_t)1 << 20)
/** Most further multiples, at random, less one: a power of two. */
#define CARP_COUNTER_JUMPS ((uint64_t)256)
/** A leap is 1 to CARP_COUNTER_LEAPS times this, at random, so that two that
 * take over together do not meet. What remains beside it counts on. */
#define CARP_COUNTER_LEAP ((uint64_t)1 << 28)
#define CARP_COUNTER_LEAPS ((uint64_t)127)
/** How far ahead is written down: hours of jumps. */
#define CARP_COUNTER_RESERVE ((uint64_t)1 << 42)
/** Peers' values above this are not adopted: there is room for 2^14 restarts
 * and all that is sent between, so that it never wraps. */
#define CARP_COUNTER_TOP (UINT64_MAX - ((uint64_t)1 << 56))

struct carp_counter {
    uint64_t first;   /**< own jumps lie above and end in its low bits; kept
                           across restarts */
    uint64_t last;    /**< of the last advert, or what it begins behind */
    uint64_t reserve; /**< nothing above is sent; written down twice */
    uint64_t written; /**< written down last; 0: nothing since the start */
    uint64_t heard;   /**< the highest of peers to go on from; 0: none */
    uint64_t drawn;   /**< the last one drawn at random above the reserve */
    uint64_t wanted;  /**< one that the reserve is to cover; 0: none */
    bool has_heard;   /**< a peer's advert was accepted since the start */
    uint8_t parts;    /**< so many adverts leap yet: carp_counter_part() */
    bool parts_even;  /**< by an even number of leaps */
    bool leads;       /**< the next advert is the first one as MASTER */
};

/** Begin anywhere in the lower quarter. @p random: 64 random bits. */
CARP_API void carp_counter_init(struct carp_counter *counter, uint64_t random);
/** Begin where the reserve of the run before ends. */
CARP_API void carp_counter_resume(struct carp_counter *counter, uint64_t first,
                                  uint64_t reserve);
/** The node becomes MASTER: before its first advert as such. */
CARP_API void carp_counter_lead(struct carp_counter *counter);
/** The value for the next advert. @p random: 64 random bits. */
CARP_API uint64_t carp_counter_next(struct carp_counter *counter,
                                    uint64_t random);
/** The value for the same advert in the other family: one more. A peer goes on
 * from the first of the two that it hears, and must not land between. */
CARP_API uint64_t carp_counter_next_family(struct carp_counter *counter);
/** Was @p value an own jump, or its other family? @p families: 1 or 2 */
CARP_API bool carp_counter_is_own_jump(const struct carp_counter *counter,
                                       uint64_t value, unsigned int families);
/** An authentic, fresh advert of a peer had @p value.
 * @param counts the peer is not one that draws at random: it may have to be
 *        followed, and the reserve must reach beyond it */
CARP_API void carp_counter_hear(struct carp_counter *counter, uint64_t value,
                                bool counts);
/** A peer sends what we have sent: both count on from one advert and drop each
 * other's as echoes. The next values leap, so that the peer hears them.
 * @param is_even one of the two leaps by an even, the other by an odd multiple
 *        of CARP_COUNTER_LEAP: so they never meet again */
CARP_API void carp_counter_part(struct carp_counter *counter, bool is_even);
/** Less than half of the reserve is left, or a peer's value lies above it:
 * carp_counter_extend(), write it down. */
CARP_API bool carp_counter_wants_reserve(const struct carp_counter *counter);
/**
 * How many adverts behind @p earlier is @p later, if the one goes on from the
 * other: a leap between them does not count. Their difference, if not.
 */
CARP_API uint64_t carp_counter_steps(uint64_t earlier, uint64_t later);
/** Is @p later what a carpd sends that has heard nobody since @p earlier, with
 * at most seven adverts lost between? */
CARP_API bool carp_counter_is_jump(uint64_t earlier, uint64_t later);
/** Has whoever sent @p later leapt from about @p earlier? What lies between was
 * then not counted through. */
CARP_API bool carp_counter_is_leap(uint64_t earlier, uint64_t later);
/** The new reserve, to be written down. */
CARP_API uint64_t carp_counter_extend(const struct carp_counter *counter);
/** A new reserve is on the disk. It may be used when the next one is: so that
 * a last write that was lost with the power, whatever the disk had said, costs
 * nothing. */
CARP_API void carp_counter_written(struct carp_counter *counter,
                                   uint64_t reserve);

CARP_END_DECLS

#endif
