/* SPDX-License-Identifier: BSD-2-Clause */
/* Two clients of the control socket: one asks, the other one watches. */
#define _GNU_SOURCE
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <json-glib/json-glib.h>

#include "carpd_check.h"
#include "carpd_script.h"
#include "control.h"

#define CLIENTS 2

static struct client {
    int fd; /* -1: not open */
    bool is_deaf;
    GString *got;
} clients[CLIENTS];
static char *path;

static void
open_client(struct client *client)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    FUZZ_CHECK(strlen(path) < sizeof(addr.sun_path));
    memcpy(addr.sun_path, path, strlen(path));
    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    FUZZ_CHECK(client->fd >= 0);
    FUZZ_CHECK(connect(client->fd, (const struct sockaddr *)(const void *)&addr,
                       sizeof(addr)) == 0);
    client->got = g_string_new(NULL);
}

static void
close_client(struct client *client)
{
    if (client->fd >= 0) {
        close(client->fd);
        g_string_free(client->got, TRUE);
        client->fd = -1;
    }
}

void
client_begin(const char *socket_path)
{
    path = g_strdup(socket_path);
    for (size_t i = 0; i < CLIENTS; i++) {
        clients[i].fd = -1;
    }
}

void
client_end(void)
{
    for (size_t i = 0; i < CLIENTS; i++) {
        close_client(&clients[i]);
    }
    g_clear_pointer(&path, g_free);
}

static void
take(struct client *client)
{
    char data[8192];
    ssize_t n = 0;
    while (client->fd >= 0 && !client->is_deaf &&
           (n = recv(client->fd, data, sizeof(data), MSG_DONTWAIT)) > 0) {
        g_string_append_len(client->got, data, n);
    }
    const char *end = NULL;
    while (client->fd >= 0 &&
           (end = memchr(client->got->str, '\n', client->got->len)) != NULL) {
        check_line(client->got->str, (size_t)(end - client->got->str));
        g_string_erase(client->got, 0, end - client->got->str + 1);
    }
}

void
client_take(void)
{
    for (size_t i = 0; i < CLIENTS; i++) {
        take(&clients[i]);
    }
}

static void
send_text(struct client *client, const char *text)
{
    if (client->fd < 0) {
        open_client(client);
    }
    (void)!send(client->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void
client_ask(const char *command)
{
    char *line = g_strdup_printf("{\"command\":\"%s\"}\n", command);
    clients[0].is_deaf = false;
    send_text(&clients[0], line);
    g_free(line);
}

void
client_say(struct fuzz_input *in)
{
    static const char *const commands[] = {"\"show\"",
                                           "\"stats\"",
                                           "\"promote\"",
                                           "\"demote\",\"amount\":0",
                                           "\"demote\",\"amount\":1",
                                           "\"demote\",\"amount\":240",
                                           "\"demote\",\"amount\":255",
                                           "\"state\",\"state\":\"backup\"",
                                           "\"state\",\"state\":\"master\"",
                                           "\"watch\"",
                                           "\"nothing\"",
                                           "\"reload\"",
                                           "\"demote\""};
    static const char *const whom[] = {"",
                                       ",\"vhid\":\"v1\"",
                                       ",\"vhid\":\"1@fz0\"",
                                       ",\"vhid\":\"v2\"",
                                       ",\"vhid\":\"2@fz1\"",
                                       ",\"vhid\":\"v3\"",
                                       ",\"vhid\":\"\\u001b\"",
                                       ",\"vhid\":7"};
    uint8_t what = fuzz_u8(in);
    uint8_t who = fuzz_u8(in);
    if ((who & 0x80) != 0) {
        close_client(&clients[who & 1]);
        return;
    }
    char *line = g_strdup_printf("{\"command\":%s%s}\n",
                                 commands[what % G_N_ELEMENTS(commands)],
                                 whom[who % G_N_ELEMENTS(whom)]);
    struct client *client = &clients[(what % G_N_ELEMENTS(commands)) == 9];
    for (unsigned int i = 0; i < ((who & 0x40) != 0 ? 40u : 1u); i++) {
        send_text(client, line);
    }
    /* One that watches, or asks on, and does not read. */
    client->is_deaf = (who & 0x20) != 0;
    g_free(line);
}
