/* SPDX-License-Identifier: BSD-2-Clause */
/* accept4() is not in POSIX yet. */
#define _GNU_SOURCE

/* The socket and its clients. Every length is bounded. A client gets one
 * answer a turn of the main loop, so that the election has its own between
 * them, and the next one when it has read the last: what does not read waits,
 * and loses events. */
#include "server.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib.h>

#include "command.h"
#include "control.h"
#include "credential.h"
#include "instance.h"
#include "log.h"
#include "server_socket.h"
#include "text.h"

/* Events are left out while this much waits for a client. */
#define EVENTS_MAX ((gsize)256 * 1024)
#define PRIORITY (G_PRIORITY_DEFAULT + 20)
#define PAUSE_MS 1000

struct client {
    struct server *server;
    int fd;
    /* One of them is there: for requests, to answer the next one, or to send
     * what waits. */
    GSource *in, *turn, *out;
    GString *request, *answer;
    bool is_watching;
    char *watched;   /* the vhid; NULL: all of them */
    bool is_closing; /* once the answer is written */
    guint64 lost;    /* events */
};

struct server {
    struct daemon *daemon;
    char *path;
    int fd;
    GSource *in, *pause; /* one of them is there */
    GPtrArray *clients;
    struct log_limit refused, exhausted;
    gid_t group;
};

static void
remove_source(GSource **source)
{
    if (*source != NULL) {
        g_source_destroy(*source);
        g_source_unref(*source);
        *source = NULL;
    }
}

static void
free_client(void *memory)
{
    struct client *client = memory;
    remove_source(&client->in);
    remove_source(&client->turn);
    remove_source(&client->out);
    close(client->fd);
    g_string_free(client->request, TRUE);
    g_string_free(client->answer, TRUE);
    g_free(client->watched);
    g_free(client);
}

static GSource *
watch_fd(int fd, GIOCondition condition, GUnixFDSourceFunc call, void *user)
{
    GSource *source = g_unix_fd_source_new(fd, condition);
    /* GLib's way: the source calls it as what it is. */
    g_source_set_callback(source, G_SOURCE_FUNC(call), user, NULL);
    g_source_set_priority(source, PRIORITY);
    g_source_attach(source, NULL);
    return source;
}

/* ---------------------------------------------------------------- write */

static gboolean on_readable(gint fd, GIOCondition condition, gpointer user);
static gboolean on_turn(gpointer user);
static gboolean on_writable(gint fd, GIOCondition condition, gpointer user);

/* False: it cannot be sent, now or ever. */
static bool
send_some(struct client *client)
{
    ssize_t n = send(client->fd, client->answer->str, client->answer->len,
                     MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) {
        g_string_erase(client->answer, 0, n);
    }
    return n >= 0 || errno == EINTR;
}

static bool
has_line(const struct client *client)
{
    return memchr(client->request->str, '\n', client->request->len) != NULL;
}

/* The one source that fits what is to be done next. A source that is running
 * may end here: what it returns then does not matter. */
static void
wait_for_next(struct client *client)
{
    bool has_answer = client->answer->len > 0;
    bool has_request = !has_answer && has_line(client);
    if (!has_answer) {
        remove_source(&client->out);
    } else if (client->out == NULL) {
        client->out = watch_fd(client->fd, G_IO_OUT, on_writable, client);
    }
    if (!has_request) {
        remove_source(&client->turn);
    } else if (client->turn == NULL) {
        client->turn = g_idle_source_new();
        g_source_set_callback(client->turn, on_turn, client, NULL);
        g_source_set_priority(client->turn, PRIORITY);
        g_source_attach(client->turn, NULL);
    }
    if (has_answer || has_request) {
        remove_source(&client->in);
    } else if (client->in == NULL) {
        client->in = watch_fd(client->fd, G_IO_IN, on_readable, client);
    }
}

/* The client may be gone then, and freed. */
static void
flush(struct client *client)
{
    while (client->answer->len > 0 && send_some(client)) {
    }
    bool is_sent = client->answer->len == 0;
    bool is_lost = !is_sent && errno != EAGAIN;
    if (is_lost || (is_sent && client->is_closing) ||
        client->answer->len > CARP_CONTROL_ANSWER_MAX) {
        g_ptr_array_remove_fast(client->server->clients, client);
    } else {
        wait_for_next(client);
    }
}

static gboolean
on_writable(gint fd, GIOCondition condition, gpointer user)
{
    (void)fd;
    (void)condition;
    flush(user);
    return G_SOURCE_CONTINUE;
}

/* ----------------------------------------------------------------- read */

static void
answer(struct client *client, char *line)
{
    struct jsonl json;
    jsonl_init(&json);
    if (client->is_watching) {
        command_refuse(&json, NULL, CARP_CONTROL_STATE,
                       "this connection watches: open another one");
    } else {
        enum command_after after =
            command_run(client->server->daemon, line, &json, &client->watched);
        client->is_watching = after == COMMAND_WATCHES;
    }
    g_string_append_len(client->answer, json.text->str, (gssize)json.text->len);
    g_string_append_c(client->answer, '\n');
    jsonl_clear(&json);
}

static void
refuse_and_close(struct client *client, const char *code, const char *text)
{
    struct jsonl json;
    jsonl_init(&json);
    command_refuse(&json, NULL, code, text);
    g_string_append_len(client->answer, json.text->str, (gssize)json.text->len);
    g_string_append_c(client->answer, '\n');
    jsonl_clear(&json);
    client->is_closing = true;
}

static void
answer_next(struct client *client)
{
    GString *request = client->request;
    char *newline = memchr(request->str, '\n', request->len);
    if (newline != NULL) {
        *newline = '\0';
        answer(client, request->str);
        g_string_erase(request, 0, newline - request->str + 1);
    } else if (request->len >= CARP_CONTROL_REQUEST_MAX) {
        refuse_and_close(client, CARP_CONTROL_SYNTAX,
                         "a request has 4096 octets at most");
    }
    flush(client);
}

static gboolean
on_turn(gpointer user)
{
    answer_next(user);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer user)
{
    (void)condition;
    struct client *client = user;
    char data[CARP_CONTROL_REQUEST_MAX];
    size_t room = CARP_CONTROL_REQUEST_MAX - client->request->len;
    ssize_t n = recv(fd, data, room, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return G_SOURCE_CONTINUE;
    }
    if (n <= 0) {
        g_ptr_array_remove_fast(client->server->clients, client);
        return G_SOURCE_CONTINUE;
    }
    g_string_append_len(client->request, data, n);
    answer_next(client);
    return G_SOURCE_CONTINUE;
}

/* --------------------------------------------------------------- accept */

static gboolean on_connection(gint fd, GIOCondition condition, gpointer user);

static gboolean
on_pause_over(gpointer user)
{
    struct server *server = user;
    remove_source(&server->pause);
    server->in = watch_fd(server->fd, G_IO_IN, on_connection, server);
    return G_SOURCE_REMOVE;
}

/* Without a descriptor to be had the connection stays, and would be told of in
 * each turn of the main loop. */
static void
pause_after(struct server *server, int code)
{
    if (code != EMFILE && code != ENFILE && code != ENOBUFS && code != ENOMEM) {
        return;
    }
    uint64_t held = 0;
    if (log_limit_pass(&server->exhausted, alarm_now(), &held)) {
        log_say(LOG_LEVEL_WARNING, "%s: no client can be accepted: %s",
                server->path, g_strerror(code));
    }
    remove_source(&server->in);
    server->pause = g_timeout_source_new(PAUSE_MS);
    g_source_set_callback(server->pause, on_pause_over, server, NULL);
    g_source_attach(server->pause, NULL);
}

static gboolean
on_connection(gint fd, GIOCondition condition, gpointer user)
{
    (void)condition;
    struct server *server = user;
    int client_fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client_fd < 0) {
        pause_after(server, errno);
        return G_SOURCE_CONTINUE;
    }
    struct client *client = g_new0(struct client, 1);
    client->server = server;
    client->fd = client_fd;
    client->request = g_string_new(NULL);
    client->answer = g_string_new(NULL);
    g_ptr_array_add(server->clients, client);
    long uid = -1;
    if (server->clients->len > CARP_CONTROL_CLIENTS_MAX) {
        refuse_and_close(client, CARP_CONTROL_BUSY,
                         "too many clients: try again");
    } else if (!credential_may_talk(client_fd, server->group, &uid)) {
        refuse_and_close(client, CARP_CONTROL_FORBIDDEN,
                         "you are neither root nor carpd's user nor in the "
                         "socket's group");
        uint64_t held = 0;
        if (log_limit_pass(&server->refused, alarm_now(), &held)) {
            log_say(LOG_LEVEL_WARNING, "%s: refused user %ld", server->path,
                    uid);
        }
    }
    flush(client);
    return G_SOURCE_CONTINUE;
}

struct server *
server_new(struct daemon *daemon, const char *path, struct os_error *error)
{
    struct server *server = g_new0(struct server, 1);
    server->daemon = daemon;
    server->path = g_strdup(path);
    server->group = getegid();
    server->clients = g_ptr_array_new_with_free_func(free_client);
    server->refused.every = 60 * CARP_SEC;
    server->exhausted.every = 60 * CARP_SEC;
    server->fd = server_socket_open(path, error);
    if (server->fd < 0) {
        g_ptr_array_free(server->clients, TRUE);
        g_free(server->path);
        g_free(server);
        return NULL;
    }
    server->in = watch_fd(server->fd, G_IO_IN, on_connection, server);
    return server;
}

void
server_free(struct server *server)
{
    if (server != NULL) {
        remove_source(&server->in);
        remove_source(&server->pause);
        g_ptr_array_free(server->clients, TRUE);
        close(server->fd);
        (void)unlink(server->path);
        g_free(server->path);
        g_free(server);
    }
}

bool
server_give_to(struct server *server, unsigned int uid, unsigned int gid)
{
    server->group = gid;
    return chown(server->path, uid, gid) == 0;
}

unsigned int
server_client_count(const struct server *server)
{
    return server != NULL ? server->clients->len : 0;
}

bool
server_is_watched(const struct server *server)
{
    for (guint i = 0; server != NULL && i < server->clients->len; i++) {
        const struct client *client = g_ptr_array_index(server->clients, i);
        if (client->is_watching) {
            return true;
        }
    }
    return false;
}

static bool
watches(const struct client *client, const struct instance *instance)
{
    return client->is_watching &&
           (client->watched == NULL || instance == NULL ||
            strcmp(client->watched, instance->id) == 0 ||
            strcmp(client->watched, instance->conf->name) == 0);
}

void
server_broadcast(struct server *server, const struct instance *instance,
                 const char *line, gsize len)
{
    for (guint i = server->clients->len; i > 0; i--) {
        struct client *client = g_ptr_array_index(server->clients, i - 1);
        if (!watches(client, instance)) {
            continue;
        }
        if (client->answer->len > EVENTS_MAX) {
            client->lost++;
            continue;
        }
        if (client->lost > 0) {
            char when[TXT_RFC3339];
            g_string_append_printf(
                client->answer,
                "{\"schema\":1,\"time\":\"%s\",\"event\":\"lost\","
                "\"count\":%" G_GUINT64_FORMAT "}\n",
                txt_rfc3339(alarm_wall(), when), client->lost);
            client->lost = 0;
        }
        g_string_append_len(client->answer, line, (gssize)len);
        g_string_append_c(client->answer, '\n');
        flush(client);
    }
}
