/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file safety.h
 * Do not take over a live group by accident: what was heard before anything
 * is sent decides whether it may be. Judging is pure; listening is not.
 */
#ifndef CARPINJECT_SAFETY_H
#define CARPINJECT_SAFETY_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include <carp/auth.h>
#include <carp/frame.h>
#include <carp/time.h>

#include "receive.h"

/** What will be sent, as far as others may be hurt. */
struct inj_safety {
    struct carp_ring *ring;  /**< every key the command knows */
    struct carp_addrs named; /**< masters named in the command */
    bool vhid[256];          /**< which will be sent */
    bool replays;            /**< frames signed by others are sent: masters
                                  count even where nothing can be verified */
    bool is_owner;           /**< --i-own-this-network */
    carp_time listen;        /**< how long */
};

/** Why a heard advert forbids sending: a line to be freed; NULL when it does
 * not. */
char *inj_safety_judge(const struct inj_safety *safety,
                       const struct carp_frame *frame);

/** How long to listen: one interval of the slowest master with this advbase,
 * whose advskew may be worse than ours. */
carp_time inj_safety_listen_time(uint8_t advbase);

/**
 * Listen and judge. With is_owner returns at once.
 * @return NULL: go ahead; else a line to be freed, which says who is there
 *         and how to name it. After *stop: NULL.
 */
char *inj_safety_check(const struct inj_safety *safety,
                       struct inj_receiver *receiver,
                       const volatile sig_atomic_t *stop);

#endif
