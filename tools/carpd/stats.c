/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats.h"

static const char *const names[STAT_COUNT] = {
    "ipackets",  "ipackets6", "badif",   "badttl",  "hdrops",   "badsum",
    "badver",    "badlen",    "badauth", "badvhid", "badaddrs", "opackets",
    "opackets6", "onomem",    "ostates", "preempt"};

static const char *const reasons[REASON_COUNT] = {
    "echo",        "duplicate",     "replayed",
    "rewritten",   "not_peer",      "other_destination",
    "trailing",    "old_key",       "old_addresses",
    "send_errors", "announcements", "announcements_held",
    "hooks",       "hooks_failed",  "hooks_timed_out",
    "late"};

const char *
stat_name(enum stat_id stat)
{
    return names[stat];
}

const char *
stat_reason_name(enum stat_reason reason)
{
    return reasons[reason];
}

void
stats_add(struct stats *sum, const struct stats *other)
{
    for (unsigned int i = 0; i < STAT_COUNT; i++) {
        sum->carp[i] += other->carp[i];
    }
    for (unsigned int i = 0; i < REASON_COUNT; i++) {
        sum->reason[i] += other->reason[i];
    }
}
