/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file process.h
 * Carpds that have been killed. The kernel ends no thread that waits for a
 * file system which has gone, and until then the process keeps all its
 * descriptors: locks, claims and sockets look as if somebody ran.
 */
#ifndef CARPD_PROCESS_H
#define CARPD_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/** Is @p pid a carpd whose first thread has ended? Nothing of it runs any more.
 * false where that cannot be seen. */
bool process_has_ended(pid_t pid);
/** The same of whoever listens where the socket @p fd is connected to. */
bool process_of_peer_has_ended(int fd);

#endif
