/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file credential.h
 * Who is at the other end of a socket.
 */
#ifndef CARPD_CREDENTIAL_H
#define CARPD_CREDENTIAL_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * Root, our own user, and members of @p group may talk to us.
 * @param[out] uid who it is; -1: unknown
 */
bool credential_may_talk(int fd, gid_t group, long *uid);

#endif
