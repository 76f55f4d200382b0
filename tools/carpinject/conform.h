/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file conform.h
 * What the conformance suite's scenarios know of the device under test.
 * Pure.
 */
#ifndef CARPINJECT_CONFORM_H
#define CARPINJECT_CONFORM_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <carp/addr.h>
#include <carp/auth.h>

/** The device, as it is configured. */
struct conform_device {
    struct carp_addr address; /**< where it advertises from */
    uint8_t vhid, base, skew; /**< base 1 to 85, skew 0 to 254 */
    bool preempts;
    bool has_control;        /**< it can be started and stopped */
    struct carp_addrs addrs; /**< its virtual addresses */
};

/** Set the suite's variables (docs/SCENARIOS.md lists them): name to value,
 * both freed by the table. */
void conform_set_vars(GHashTable *vars, const struct conform_device *device);

#endif
