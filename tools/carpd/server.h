/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file server.h
 * The control socket (docs/CONTROL.md): clients, their requests, and the
 * stream of events for those that watch.
 */
#ifndef CARPD_SERVER_H
#define CARPD_SERVER_H

#include <stdbool.h>

#include <carp/fsm.h>
#include <carp/track.h>

#include "jsonl.h"
#include "os_error.h"
#include "program.h"

struct daemon;
struct daemon_reload;
struct instance;
struct server;

/**
 * Open the socket. One that nobody listens to is replaced.
 * @param path at most 107 octets
 * @return NULL and @p error: somebody listens there, or it cannot be made
 */
struct server *server_new(struct daemon *daemon, const char *path,
                          struct os_error *error);
/** Closes every client and removes the socket. NULL is allowed. */
void server_free(struct server *server);
/** Owner and group of the socket. @return false: errno says why */
bool server_give_to(struct server *server, unsigned int uid, unsigned int gid);
unsigned int server_client_count(const struct server *server);

/** @name Events for those that watch. @p server may be NULL. @{ */
void server_tell_transition(struct server *server,
                            const struct instance *instance,
                            const struct carp_effects *effects);
void server_tell_demotion(struct server *server,
                          const struct instance *instance, const char *by,
                          unsigned int amount);
void server_tell_fault(struct server *server, const struct instance *instance,
                       const char *text, bool is_over);
/** @param text what others did to its addresses */
void server_tell_address(struct server *server, const struct instance *instance,
                         const char *text);
void server_tell_finding(struct server *server, const struct instance *instance,
                         const struct carp_event *event);
/** @param instance NULL when it is gone */
void server_tell_hook(struct server *server, const struct instance *instance,
                      const char *command, const struct program_result *result);
void server_tell_reload(struct server *server,
                        const struct daemon_reload *report);
void server_tell_stop(struct server *server);
/** @} */

/* Between server.c and server_events.c. */
/** Does anybody watch? */
bool server_is_watched(const struct server *server);
/** Send a line to all that watch @p instance; NULL: to all that watch. */
void server_broadcast(struct server *server, const struct instance *instance,
                      const char *line, gsize len);

#endif
