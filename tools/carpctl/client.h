/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file client.h
 * The client's end of carpd's control socket (docs/CONTROL.md): a line out, a
 * line in.
 */
#ifndef CARPCTL_CLIENT_H
#define CARPCTL_CLIENT_H

#include <stdbool.h>

#include <glib.h>
#include <json-glib/json-glib.h>

struct client;

/** One line of carpd's. @return NULL: it is no JSON object; else to be freed
 * with json_node_unref() */
JsonNode *client_parse(const char *line);

/** Connect. @return NULL after a message that says what to do. */
struct client *client_open(const char *path);
void client_close(struct client *client);

/** What a request says. Members that are NULL, or -1, are left out. */
struct client_request {
    const char *command;
    const char *vhid;
    const char *state;
    int amount;
};

/** Send one request. @return false after a message */
bool client_send(struct client *client, const struct client_request *request);

/**
 * The next line, as text.
 * @param timeout_ms how long to wait; -1: for ever
 * @return NULL after a message, also when carpd closed the connection; valid
 *         until the next call
 */
const char *client_line(struct client *client, int timeout_ms);

/**
 * Open, ask, close: the whole of most commands.
 * @param[out] line the answer as it came, for --format json; may be NULL
 * @return the answer when it says ok, to be freed with json_node_unref();
 *         NULL after a message
 */
JsonNode *client_ask(const char *path, const struct client_request *request,
                     char **line);

#endif
