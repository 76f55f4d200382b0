/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file run.h
 * Drives a plan: to the wire by the clock, to a file, or to the screen.
 */
#ifndef CARPINJECT_RUN_H
#define CARPINJECT_RUN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include <carp/time.h>

#include "plan.h"
#include "record.h"
#include "send.h"

/** Where frames go; NULL members are left out. */
struct inj_run {
    struct inj_sender *sender;
    struct inj_record *record;
    carp_time record_from; /**< wall time of plan time 0 without a sender */
    carp_time duration;    /**< of sending; CARP_NEVER: until the plan ends */
    const volatile sig_atomic_t *stop;
    /** Called behind each frame (each batch's last when there are no
     * pauses); false ends the run. */
    bool (*on_sent)(void *user, const struct inj_frame *frame, uint64_t number);
    void *user;
};

struct inj_run_result {
    uint64_t frames, octets;
    carp_time elapsed; /**< from the first frame to behind the last */
    carp_time latest;  /**< most that a frame left behind its time */
};

/** NULL when the plan ended, or was stopped by the user; else a line to be
 * freed. @param[out] result always defined */
char *inj_run(struct inj_plan *plan, const struct inj_run *run,
              struct inj_run_result *result);

#endif
