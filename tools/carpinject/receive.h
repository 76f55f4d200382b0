/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file receive.h
 * Listens on an interface through libpcap; frames come parsed by libcarp.
 */
#ifndef CARPINJECT_RECEIVE_H
#define CARPINJECT_RECEIVE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include <carp/frame.h>
#include <carp/time.h>

/** CLOCK_MONOTONIC in nanoseconds: the time of everything live here. */
carp_time inj_now(void);
/** Wall clock, nanoseconds since 1970: for captures only. */
carp_time inj_wall(void);
/** Wait; false when *stop became non-zero first. Precise to some 50 us. */
bool inj_sleep_until(carp_time when, const volatile sig_atomic_t *stop);

struct inj_receiver;

/** One frame. Pointers are valid until the next call for this receiver. */
struct inj_received {
    carp_time at; /**< inj_now() when the kernel took it */
    carp_time wall;
    const uint8_t *data;
    size_t captured, on_wire;
    struct carp_frame frame; /**< parsed; kind OTHER when of no interest */
};

/** Frames of protocol 112 over IPv4 and IPv6, tagged or not. */
#define INJ_FILTER_CARP "carp"
/** Also ARP, neighbour discovery and ICMP. */
#define INJ_FILTER_ALL "all"

/**
 * Listen, promiscuously, to what others send: not to what this host sends.
 * From the return on nothing is missed.
 * @param filter INJ_FILTER_CARP or INJ_FILTER_ALL
 * @return NULL and a line to be freed when it cannot be
 */
struct inj_receiver *inj_receiver_open(const char *interface,
                                       const char *filter, char **error);

enum inj_got { INJ_GOT_FRAME = 0, INJ_GOT_NOTHING, INJ_GOT_ERROR };

/**
 * Wait for the next frame.
 * @param deadline inj_now() time; one that is past: look once
 * @param stop non-zero: give up as at the deadline; may be NULL
 * @return INJ_GOT_NOTHING at the deadline; INJ_GOT_ERROR: the interface went
 *         away, see inj_receiver_error()
 */
enum inj_got inj_receiver_next(struct inj_receiver *receiver,
                               carp_time deadline,
                               const volatile sig_atomic_t *stop,
                               struct inj_received *received);
const char *inj_receiver_error(struct inj_receiver *receiver);
void inj_receiver_close(struct inj_receiver *receiver);

#endif
