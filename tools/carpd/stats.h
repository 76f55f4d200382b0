/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file stats.h
 * What is counted: the sixteen counters of every CARP (PROTOCOL 3.9) under
 * the names that netstat prints, and further ones that say why.
 */
#ifndef CARPD_STATS_H
#define CARPD_STATS_H

#include <stdint.h>

/** In the order of struct carpstats. */
enum stat_id {
    STAT_IPACKETS = 0, /**< adverts received over IPv4 */
    STAT_IPACKETS6,
    STAT_BADIF, /**< vhid 0 */
    STAT_BADTTL,
    STAT_HDROPS, /**< cut short by the capture, fragments */
    STAT_BADSUM,
    STAT_BADVER,
    STAT_BADLEN,
    STAT_BADAUTH,
    STAT_BADVHID,  /**< no such vhid here, or no address of that family */
    STAT_BADADDRS, /**< never moves, as everywhere */
    STAT_OPACKETS,
    STAT_OPACKETS6,
    STAT_ONOMEM,
    STAT_OSTATES, /**< never moves, as everywhere */
    STAT_PREEMPT, /**< takeovers */
    STAT_COUNT
};

enum stat_reason {
    REASON_ECHO = 0,
    REASON_DUPLICATE,
    REASON_REPLAYED,
    REASON_REWRITTEN,
    REASON_NOT_PEER,
    REASON_OTHER_DESTINATION,
    REASON_TRAILING,
    REASON_OLD_KEY,
    REASON_OLD_ADDRESSES,
    REASON_SEND_ERRORS,
    REASON_ANNOUNCEMENTS,
    REASON_ANNOUNCEMENTS_HELD,
    REASON_HOOKS,
    REASON_HOOKS_FAILED,
    REASON_HOOKS_TIMED_OUT,
    REASON_LATE,
    REASON_COUNT
};

struct stats {
    uint64_t carp[STAT_COUNT];
    uint64_t reason[REASON_COUNT];
};

/** "ipackets"; never NULL. */
const char *stat_name(enum stat_id stat);
/** "echo"; never NULL. */
const char *stat_reason_name(enum stat_reason reason);
/** Add @p other to @p sum. */
void stats_add(struct stats *sum, const struct stats *other);

#endif
