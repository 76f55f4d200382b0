/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file play.h
 * Runs a scenario over an interface that is passed in: a real one, or a
 * simulated peer with a clock of its own.
 */
#ifndef CARPINJECT_PLAY_H
#define CARPINJECT_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/auth.h>

#include "build.h"
#include "result.h"
#include "scenario.h"

enum play_got { PLAY_FRAME = 0, PLAY_NOTHING, PLAY_END };

/** A frame of the interface, Ethernet; octets live until the next call. */
struct play_frame {
    carp_time at;
    const uint8_t *octets;
    size_t captured, on_wire;
};

/** The interface. Instants are of one monotonic clock. */
struct play_port {
    void *user;
    carp_time (*now)(void *user);
    /** False: see error(). */
    bool (*send)(void *user, const struct inj_frame *frame);
    /** Wait until @p deadline; one that is past: look once. PLAY_END: the
     * interface is gone (error() has why) or the user wants an end (error()
     * is NULL). */
    enum play_got (*receive)(void *user, carp_time deadline,
                             struct play_frame *frame);
    const char *(*error)(void *user);
    /** "start" or "stop" the device under test; NULL: it cannot be. */
    bool (*control)(void *user, const char *action);
};

struct play_options {
    const char *profile;          /**< what the device is; NULL: not known */
    const struct carp_auth *auth; /**< judges digests; NULL: none are */
    uint8_t vhid;                 /**< of @c auth */
    uint64_t seed;                /**< random counters and IP ids */
    /** Behind each test; may be NULL. */
    void (*on_test)(void *user, const struct res_test *test);
    void *user;
};

/** Run every test and append its result. False when it ended early. */
bool play_run(const struct scn_scenario *scenario, const struct play_port *port,
              const struct play_options *options, struct res_report *report);

#endif
