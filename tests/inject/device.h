/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file device.h
 * A device to be tested, simulated: it behaves as an implementation does
 * (docs/PROTOCOL.md), or is wrong in one thing on purpose, so that every
 * conformance test is seen to pass and to fail. Pure: frames and the time go
 * in, frames come out. It shares no receiving code with carpinject.
 */
#ifndef TESTS_DEVICE_H
#define TESTS_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/time.h>

#include "spec.h"

/** One thing done wrong. */
enum dev_fault {
    DEV_RIGHT = 0,
    /* what it sends */
    DEV_SENDS_AUTHLEN_0,
    DEV_SENDS_OTHER_SKEW,
    DEV_SENDS_BAD_DIGEST,
    DEV_SENDS_TTL_64,
    DEV_SENDS_TO_OTHER_GROUP,
    DEV_SENDS_FRAGMENTABLE,
    DEV_SENDS_REAL_MAC,
    DEV_SENDS_DEMOTE,
    DEV_SENDS_SELDOM,
    /* what it accepts */
    DEV_TAKES_CHECKSUM,
    DEV_TAKES_DIGEST,
    DEV_TAKES_VERSION,
    DEV_TAKES_TTL,
    DEV_TAKES_VHID,
    DEV_TAKES_SHORT,
    /* what it refuses without need */
    DEV_REFUSES_ALL,
    DEV_REFUSES_TYPE,
    DEV_REFUSES_AUTHLEN,
    DEV_REFUSES_SOURCE_0,
    DEV_REFUSES_TOS,
    DEV_REFUSES_ETH_SRC,
    DEV_REFUSES_TRAILER,
    DEV_REFUSES_RANDOM_TRAILER,
    DEV_REFUSES_UNICAST,
    DEV_REFUSES_OTHER_GROUP,
    DEV_REFUSES_REPEATS,
    DEV_REFUSES_LOWER_COUNTER,
    DEV_REFUSES_IPV6,
    /* whom it yields to */
    DEV_YIELDS_SPEAKING,
    DEV_YIELDS_TO_WORSE,
    DEV_YIELDS_TO_LARGER_BASE,
    DEV_IGNORES_BASE,
    DEV_KEEPS_TIE,
    DEV_KEEPS_TIE_BY_ADDRESS,
    DEV_YIELDS_TO_ITSELF,
    DEV_SPEAKS_AS_BACKUP,
    DEV_PREEMPTS_ALWAYS,
    DEV_PREEMPTS_NEVER,
    DEV_WAITS_FOR_SLOW,
    DEV_ANSWERS_AS_BACKUP,
    /* when */
    DEV_TAKES_OVER_LATE,
    DEV_TAKES_OVER_EARLY,
    DEV_IGNORES_BOW_OUT,
    DEV_READS_LATE,
    DEV_LEAVES_SILENTLY,
    DEV_WAITS_FOR_SCRIPT,
    DEV_HAS_ONE_TIMER,
    /* what it announces */
    DEV_ANNOUNCES_NOTHING,
    DEV_ANNOUNCES_REAL_MAC,
    DEV_ANNOUNCES_TWICE,
    DEV_ANNOUNCES_REPLY,
    DEV_ANSWERS_REAL_MAC,
    DEV_ANSWERS_WORSE,
    DEV_ANNOUNCES_WITHOUT_OVERRIDE,
    /* counters and floods */
    DEV_COUNTS_FROM_START,
    DEV_COUNTS_ITS_OWN_WAY,
    DEV_DIES_OF_BAD,
    DEV_FAULTS
};

struct dev_config {
    enum carp_profile_id profile; /**< whom it behaves as */
    bool preempts;
    carp_time script; /**< how long its up-script takes */
    enum dev_fault fault;
    struct carp_mac mac;
    struct carp_addr address, address6; /**< its own; source of adverts */
    struct inj_spec spec; /**< key, vhid, addresses, advbase, advskew */
};

struct dev_frame {
    carp_time at;
    size_t len;
    uint8_t octets[128];
};

struct device;

/** @param config copied */
struct device *dev_new(const struct dev_config *config);
void dev_free(struct device *device);
/** As the daemon's start and stop. It is stopped at first. */
void dev_start(struct device *device, carp_time now);
void dev_stop(struct device *device, carp_time now);
/** Become MASTER at once, as when its timer had run out. */
void dev_take_over(struct device *device, carp_time now);
/** A frame of the wire arrives. */
void dev_input(struct device *device, const uint8_t *octets, size_t len,
               carp_time now);
/** When it wants dev_run() and dev_output(); or CARP_NEVER. */
carp_time dev_deadline(const struct device *device);
/** Do the one thing that is due first, if it is due at @p now. */
void dev_run(struct device *device, carp_time now);
/** The next frame that it has sent at @p now; false when there is none. */
bool dev_output(struct device *device, carp_time now, struct dev_frame *frame);

#endif
