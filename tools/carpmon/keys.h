/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file keys.h
 * From carp.conf to the keys that carpmon verifies with, and the senders that
 * it expects.
 */
#ifndef CARPMON_KEYS_H
#define CARPMON_KEYS_H

#include <carp/auth.h>

#include "carp_conf.h"
#include "conf_senders.h"

/** What a configuration tells the monitor. */
struct mon_keys {
    struct carp_ring *ring;
    struct conf_senders *senders; /**< NULL: anybody may send */
};

/**
 * Read @p config, if any.
 * @param config path or NULL
 * @return to be freed with mon_keys_free(), empty without a configuration;
 *         NULL when it is unusable, which has been said
 */
struct mon_keys *mon_keys_load(const char *config);
/** NULL is allowed. */
void mon_keys_free(struct mon_keys *keys);

/** Exit status of --check: 0 good, 3 unusable, 4 usable with warnings. */
int mon_keys_check(const char *config);

#endif
