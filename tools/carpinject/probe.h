/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file probe.h
 * Asks a target whether it is there: ARP, neighbour discovery or echo.
 */
#ifndef CARPINJECT_PROBE_H
#define CARPINJECT_PROBE_H

#include <signal.h>
#include <stdbool.h>

#include "build.h"
#include "receive.h"
#include "send.h"

struct inj_probe {
    struct inj_sender *sender;
    struct inj_receiver *receiver; /**< with INJ_FILTER_ALL */
    struct carp_mac mac;           /**< ours */
    struct carp_addr source;       /**< ours, of the target's family */
    struct carp_addr target;
    bool icmp;         /**< echo, after asking for the MAC */
    carp_time timeout; /**< for all tries together */
    bool has_target_mac;
    struct carp_mac target_mac; /**< learnt */
};

/**
 * Three tries within the timeout.
 * @return true when it answered (or the user wants an end); target_mac is
 *         set then
 */
bool inj_probe_ask(struct inj_probe *probe, const volatile sig_atomic_t *stop);

#endif
