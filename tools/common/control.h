/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file control.h
 * What carpd and its clients agree on about the control socket. The messages
 * are described in docs/CONTROL.md and docs/carpd-control.schema.json.
 */
#ifndef TOOLS_CONTROL_H
#define TOOLS_CONTROL_H

#include <stddef.h>

/** The socket, when neither side is told another one. */
#define CARP_CONTROL_SOCKET "/run/carp/carpd.sock"

/** Longest request, its newline included. */
#define CARP_CONTROL_REQUEST_MAX 4096
/** No answer and no event is longer, its newline included. */
#define CARP_CONTROL_ANSWER_MAX ((size_t)4 * 1024 * 1024)
/** Most clients at once; one more is told so and closed. */
#define CARP_CONTROL_CLIENTS_MAX 32

/** Codes of "error" in an answer. */
#define CARP_CONTROL_SYNTAX "syntax"       /**< not a request */
#define CARP_CONTROL_UNKNOWN "unknown"     /**< no such command */
#define CARP_CONTROL_NO_VHID "no-vhid"     /**< names no vhid of carpd's */
#define CARP_CONTROL_RANGE "range"         /**< a value out of range */
#define CARP_CONTROL_CONFIG "config"       /**< carp.conf is not usable */
#define CARP_CONTROL_FORBIDDEN "forbidden" /**< not this user */
#define CARP_CONTROL_BUSY "busy"           /**< too many clients */
#define CARP_CONTROL_STATE "state"         /**< not possible now */

#endif
