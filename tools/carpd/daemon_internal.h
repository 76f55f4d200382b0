/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file daemon_internal.h
 * What the files of the daemon share.
 */
#ifndef CARPD_DAEMON_INTERNAL_H
#define CARPD_DAEMON_INTERNAL_H

#include "daemon.h"
#include "os_error.h"

struct instance;

/** Make the instance of a group; it does not run yet and belongs to the
 * caller. @param may_wait an interface that is not there or down is waited for
 * @return NULL and @p error: nothing is left behind */
struct instance *daemon_add(struct daemon *daemon,
                            const struct carp_conf_vhid *conf, bool may_wait,
                            struct os_error *error);

/** Tell the service manager that all is done, again when it does not read. */
void daemon_say_ready(struct daemon *daemon);
/** Tell the service manager what runs. */
void daemon_say_status(const struct daemon *daemon);

#endif
