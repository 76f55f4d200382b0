/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file server_socket.h
 * The control socket in the file system.
 */
#ifndef CARPD_SERVER_SOCKET_H
#define CARPD_SERVER_SOCKET_H

#include "os_error.h"

/**
 * Make it, with its directory; one that nobody listens to is replaced.
 * @param path at most 107 octets
 * @return its descriptor, which listens; -1 and @p error
 */
int server_socket_open(const char *path, struct os_error *error);

#endif
