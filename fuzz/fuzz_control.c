/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carpd's control socket, with a daemon behind it that has no vhids. Two
 * clients send the input: octet 0xff ends what is sent at once, 0xfe changes
 * the client, 0xfd opens it anew. Every answer is an object as
 * docs/CONTROL.md says, and the next client is served whatever came before.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>
#include <json-glib/json-glib.h>

#include "control.h"
#include "daemon.h"
#include "fuzz.h"
#include "json_guard.h"
#include "log.h"
#include "server.h"

struct client {
    int fd;
    GString *got;
    size_t sent; /* newlines: each asks for one answer */
    size_t answers;
};

static struct daemon daemon_of_none;
static char path[64];

static void
go_away(void)
{
    server_free(daemon_of_none.server);
}

static void
say_nothing(enum log_level level, const struct log_field *fields, size_t count,
            const char *text)
{
    (void)level;
    (void)fields;
    (void)count;
    FUZZ_CHECK(strpbrk(text, "\n\r\033") == NULL);
}

static void
serve(void)
{
    struct os_error error;
    if (daemon_of_none.server != NULL) {
        return;
    }
    log_set_sink(say_nothing);
    snprintf(path, sizeof(path), "/tmp/fuzz-control-%ld", (long)getpid());
    daemon_of_none.setup.config = "";
    daemon_of_none.conf = carp_conf_new();
    daemon_of_none.instances = g_ptr_array_new();
    daemon_of_none.wires = g_ptr_array_new();
    daemon_of_none.server = server_new(&daemon_of_none, path, &error);
    FUZZ_CHECK(daemon_of_none.server != NULL);
    atexit(go_away);
}

static void
open_client(struct client *client)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    memcpy(addr.sun_path, path, strlen(path));
    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    FUZZ_CHECK(client->fd >= 0);
    FUZZ_CHECK(
        connect(client->fd, (const struct sockaddr *)&addr, sizeof(addr)) == 0);
    client->got = g_string_new(NULL);
    client->sent = 0;
    client->answers = 0;
}

static void
close_client(struct client *client)
{
    close(client->fd);
    g_string_free(client->got, TRUE);
}

/* Lets the server do all it can, and takes what it has sent. */
static void
turn(struct client *client)
{
    char data[16384];
    ssize_t n = 0;
    while (g_main_context_iteration(NULL, FALSE)) {
    }
    while ((n = recv(client->fd, data, sizeof(data), MSG_DONTWAIT)) > 0) {
        g_string_append_len(client->got, data, n);
        while (g_main_context_iteration(NULL, FALSE)) {
        }
    }
}

static void
check_error(JsonObject *answer)
{
    static const char *const codes[] = {
        CARP_CONTROL_SYNTAX, CARP_CONTROL_UNKNOWN, CARP_CONTROL_NO_VHID,
        CARP_CONTROL_RANGE,  CARP_CONTROL_CONFIG,  CARP_CONTROL_STATE};
    JsonObject *error = json_object_get_object_member(answer, "error");
    const char *code = json_object_get_string_member(error, "code");
    bool is_known = false;
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        is_known = is_known || strcmp(code, codes[i]) == 0;
    }
    FUZZ_CHECK(is_known);
    FUZZ_CHECK(*json_object_get_string_member(error, "text") != '\0');
}

static void
check_answer(const char *line)
{
    FUZZ_CHECK(json_guard_passes(line));
    JsonNode *node = json_from_string(line, NULL);
    FUZZ_CHECK(node != NULL && JSON_NODE_HOLDS_OBJECT(node));
    JsonObject *answer = json_node_get_object(node);
    FUZZ_CHECK(json_object_get_int_member(answer, "schema") == 1);
    if (!json_object_get_boolean_member(answer, "ok")) {
        check_error(answer);
    } else {
        FUZZ_CHECK(json_object_has_member(answer, "command"));
    }
    json_node_unref(node);
}

static void
check_answers(struct client *client)
{
    char *newline = NULL;
    while ((newline = memchr(client->got->str, '\n', client->got->len)) !=
           NULL) {
        *newline = '\0';
        check_answer(client->got->str);
        g_string_erase(client->got, 0, newline - client->got->str + 1);
        client->answers++;
    }
    FUZZ_CHECK(client->got->len == 0);
    /* One more says that a line is too long. */
    FUZZ_CHECK(client->answers <= client->sent + 1);
}

static void
say(struct client *client, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        client->sent += data[i] == '\n';
    }
    /* It may have been closed for a line that was too long. */
    (void)!send(client->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    turn(client);
    check_answers(client);
}

static void
run(struct client clients[2], struct fuzz_input *in)
{
    struct client *client = &clients[0];
    while (in->left > 0) {
        size_t len = 0;
        while (len < in->left && in->data[len] < 0xfd) {
            len++;
        }
        const uint8_t *data = fuzz_octets(in, &len);
        say(client, data, len);
        uint8_t divider = fuzz_u8(in);
        if (divider == 0xfe) {
            client = client == &clients[0] ? &clients[1] : &clients[0];
        } else if (divider == 0xfd) {
            close_client(client);
            open_client(client);
        }
    }
}

/* Nobody who came before keeps the next one from being served. */
static void
check_alive(void)
{
    struct client client;
    open_client(&client);
    say(&client, (const uint8_t *)"{\"command\":\"show\"}\n", 19);
    FUZZ_CHECK(client.answers == 1);
    close_client(&client);
    while (g_main_context_iteration(NULL, FALSE)) {
    }
    FUZZ_CHECK(server_client_count(daemon_of_none.server) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct client clients[2];
    serve();
    open_client(&clients[0]);
    open_client(&clients[1]);
    run(clients, &in);
    server_broadcast(daemon_of_none.server, NULL, "{}", 2);
    close_client(&clients[0]);
    close_client(&clients[1]);
    check_alive();
    return 0;
}
