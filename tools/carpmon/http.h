/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file http.h
 * The listener: /metrics, the page, /api/v1/…, /healthz (carpmon(1)).
 *
 * libmicrohttpd speaks HTTP; it runs in GLib's default main context, in the
 * capture's thread, and never blocks. What a client can take is bounded:
 * connections, memory and time of each, how far a slow one may lag, and how
 * often an answer is made anew. Only GET and HEAD.
 */
#ifndef CARPMON_HTTP_H
#define CARPMON_HTTP_H

#include <glib.h>

#include "model.h"

struct mon_http;

struct mon_http_options {
    const char *listen;     /**< "ADDRESS:PORT", "[ADDRESS]:PORT", ":PORT" */
    const char *token_file; /**< holds the bearer token; NULL: none */
};

/**
 * Open the listener. Needs the rights for its port now and never again.
 * @param model must be attached to the monitor before, and outlive this
 * @param[out] error one line to be freed with g_free()
 * @return NULL when it cannot be opened
 */
struct mon_http *mon_http_new(const struct mon_http_options *options,
                              const struct mon_model *model, char **error);
/** For mon_monitor_attach(), with the listener as state. */
extern const struct mon_report_ops mon_http_ops;

#endif
