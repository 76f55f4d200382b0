/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file instance_internal.h
 * What the files of an instance share.
 */
#ifndef CARPD_INSTANCE_INTERNAL_H
#define CARPD_INSTANCE_INTERNAL_H

#include "instance.h"

/** The addresses cannot be held: INIT, and another try after a while. */
void instance_retry_later(struct instance *instance);

/** The own addresses that adverts come from, as they are now. */
void instance_find_sources(const struct instance *instance,
                           struct carp_fsm_config *config);

#endif
