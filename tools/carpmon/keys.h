/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file keys.h
 * From carp.conf to the keys that carpmon verifies with.
 */
#ifndef CARPMON_KEYS_H
#define CARPMON_KEYS_H

#include <carp/auth.h>

#include "carp_conf.h"

/** Write every message to standard error. Returns how many are warnings. */
unsigned int mon_keys_say(const struct carp_conf *conf);

/**
 * Read @p config, if any, into a ring.
 * @param config path or NULL
 * @return the ring, empty without a configuration; NULL when it is unusable,
 *         which has been said
 */
struct carp_ring *mon_keys_load(const char *config);

/** Exit status of --check: 0 good, 3 unusable, 4 usable with warnings. */
int mon_keys_check(const char *config);

#endif
