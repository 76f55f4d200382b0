/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file rights.h
 * What the process may do and how it is scheduled, once it has started.
 */
#ifndef CARPD_RIGHTS_H
#define CARPD_RIGHTS_H

#include "daemon.h"
#include "os_error.h"

/**
 * Lock memory, become a real-time process, hand socket and state to the user
 * that carpd goes on as, become that user, keep two capabilities (with
 * lock-memory CAP_IPC_LOCK as well), and confine the system calls.
 * @return false and @p error: end the process
 */
bool rights_give_up(struct daemon *daemon, struct os_error *error);
/** The user to go on as, before it is sure that there is one: else the present
 * one. */
unsigned int rights_find_user(const struct carp_conf_daemon *conf);

#endif
