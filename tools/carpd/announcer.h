/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file announcer.h
 * When to announce: gratuitous ARP and unsolicited neighbour advertisements
 * tell hosts and switches where an address is (PROTOCOL 3.5). Pure: the
 * caller sends.
 */
#ifndef CARPD_ANNOUNCER_H
#define CARPD_ANNOUNCER_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/time.h>

/** Least time between two rounds that others cause: a flood of adverts of a
 * worse master must not become a flood of announcements. */
#define ANNOUNCE_AGAIN (100 * CARP_MSEC)
/** After a conflict the last round comes no later: what the loser said last
 * is corrected before a second has passed. */
#define ANNOUNCE_AFTER_CONFLICT (300 * CARP_MSEC)

/** A second's worth of frames, for all vhids together. */
struct announce_rate {
    uint32_t per_second;
    uint64_t tokens; /**< in nanoseconds: one frame costs a second / rate */
    carp_time last;
};

void announce_rate_init(struct announce_rate *rate, uint32_t per_second,
                        carp_time now);
/** May @p frames be sent now? One round passes at least, however large, when
 * the second is unspent. */
bool announce_rate_take(struct announce_rate *rate, uint32_t frames,
                        carp_time now);

/** The rounds of one vhid. */
struct announce {
    uint8_t repeat;
    carp_time delay, refresh; /**< refresh 0: none */
    uint8_t left;             /**< rounds after the next one */
    carp_time next;           /**< instant of the next round */
    carp_time conflict;       /**< one more round then */
    carp_time last;           /**< of the last round; 0: none yet */
};

/** Numbers of carp.conf; what is under way goes on. */
void announce_configure(struct announce *announce, uint8_t repeat,
                        carp_time delay, carp_time refresh);
/** Begin: a round now and those that follow. */
void announce_start(struct announce *announce, carp_time now);
/** Somebody else speaks for the addresses: a round soon, and one behind it. */
void announce_conflict(struct announce *announce, carp_time now);
/** No longer MASTER. */
void announce_stop(struct announce *announce);
/** Is a round due? */
bool announce_is_due(const struct announce *announce, carp_time now);
/** A round was sent. */
void announce_done(struct announce *announce, carp_time now);
/** A round may not be sent yet: again at @p when. */
void announce_hold(struct announce *announce, carp_time when);
/** When the next round is due; CARP_NEVER. */
carp_time announce_deadline(const struct announce *announce);

#endif
