/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file hooks.h
 * Programs that are told of changes of state (carpd(8)). They run beside the
 * election: nothing waits for them.
 */
#ifndef CARPD_HOOKS_H
#define CARPD_HOOKS_H

#include <glib.h>

#include <carp/fsm.h>

#include "carp_conf.h"

struct instance;

/** Tell them all that @p instance went from @p from to @p to. */
void hooks_tell(struct instance *instance, enum carp_state from,
                enum carp_state to, enum carp_fsm_reason reason);

/** One program to be run: what is pure of it, for tests. */
struct hook_call {
    char **argv;
    char *key; /**< what it is serialised by */
};

/**
 * The programs for a transition, in order.
 * @param device for scripts: the interface that has the addresses
 * @return of struct hook_call; free with g_ptr_array_unref()
 */
GPtrArray *hooks_plan(const struct carp_conf_vhid *conf, const char *device,
                      uint8_t advskew, enum carp_state from,
                      enum carp_state to);

#endif
