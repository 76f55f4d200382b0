/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file counter.h
 * The counter of one vhid's own adverts (PROTOCOL 4.1, LINEAGE 2).
 *
 * As with the BSDs, it jumps until a peer's advert has been accepted, and then
 * goes on from that advert's value: so a listener can tell who hears whom.
 * Unlike theirs it never repeats and never goes back, not across restarts
 * either: its jumps lead upwards, a lower value of a peer is not adopted, and
 * a reserve above it is written down before it is used.
 */
#ifndef CARPD_COUNTER_H
#define CARPD_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/**
 * A jump is longer than this: no monitor takes it for missed adverts, and
 * SEEN_FILL covers it. Its low bits are those of @c first, which was drawn at
 * random: own jumps are known again without a list of them, and are not taken
 * for another host's.
 */
#define COUNTER_JUMP ((uint64_t)1 << 20)
/** Most further multiples, at random, less one: a power of two. */
#define COUNTER_JUMPS ((uint64_t)256)
/** How far ahead is written down: hours of jumps. */
#define COUNTER_RESERVE ((uint64_t)1 << 42)
/** Peers' values above this are not adopted, so that it never wraps. */
#define COUNTER_TOP (UINT64_MAX - ((uint64_t)1 << 48))

struct counter {
    uint64_t first;   /**< own jumps lie above and end in its low bits; kept
                           across restarts */
    uint64_t last;    /**< of the last advert, or what it begins behind */
    uint64_t reserve; /**< nothing above is sent before it is written down */
    bool has_heard;   /**< a peer's advert was accepted since the start */
};

/** Begin anywhere in the lower quarter. @p random: 64 random bits. */
void counter_init(struct counter *counter, uint64_t random);
/** Begin where the reserve of the run before ends. */
void counter_resume(struct counter *counter, uint64_t first, uint64_t reserve);
/** The value for the next advert. @p random: 64 random bits. */
uint64_t counter_next(struct counter *counter, uint64_t random);
/** The value for the same advert in the other family: one more. A peer goes on
 * from the first of the two that it hears, and must not land between. */
uint64_t counter_next_family(struct counter *counter);
/** Was @p value an own jump, or its other family? */
bool counter_is_own_jump(const struct counter *counter, uint64_t value,
                         unsigned int families);
/** An authentic, fresh advert of a peer had @p value. */
void counter_hear(struct counter *counter, uint64_t value);
/** A peer sends what we have sent: both count on from one advert and drop each
 * other's as echoes. The next value jumps, so that the peer hears it. */
void counter_part(struct counter *counter);
/** Less than half of the reserve is left: counter_extend(), write it down. */
bool counter_wants_reserve(const struct counter *counter);
/** The new reserve; adopt it when it is on the disk. */
uint64_t counter_extend(const struct counter *counter);

#endif
