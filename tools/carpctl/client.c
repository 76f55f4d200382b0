/* SPDX-License-Identifier: BSD-2-Clause */
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"
#include "json_guard.h"
#include "jsonl.h"
#include "log.h"
#include "member.h"

/* carpd answers within a turn of its loop; a busy host gets some seconds. */
#define ANSWER_MS 10000

struct client {
    int fd;
    char *path;
    GString *in;
    gsize used; /* octets of the line that was given out */
};

static void
say_cannot(const char *path, int code)
{
    switch (code) {
    case ENOENT:
        log_line("%s: no such socket: carpd does not run, or give --socket "
                 "PATH",
                 path);
        break;
    case ECONNREFUSED:
        log_line("%s: nobody listens: carpd has ended", path);
        break;
    case EACCES:
    case EPERM:
        log_line("%s: no permission: be root or in the socket's group", path);
        break;
    default:
        log_line("%s: %s", path, g_strerror(code));
    }
}

struct client *
client_open(const char *path)
{
    struct sockaddr_un addr;
    memset(&addr, 0, sizeof(addr));
    addr.sun_family = AF_UNIX;
    if (strlen(path) >= sizeof(addr.sun_path)) {
        log_line("%s: too long for a socket (%zu characters are possible)",
                 path, sizeof(addr.sun_path) - 1);
        return NULL;
    }
    memcpy(addr.sun_path, path, strlen(path));
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 ||
        connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) != 0) {
        say_cannot(path, errno);
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    struct client *client = g_new0(struct client, 1);
    client->fd = fd;
    client->path = g_strdup(path);
    client->in = g_string_new(NULL);
    return client;
}

void
client_close(struct client *client)
{
    close(client->fd);
    g_free(client->path);
    g_string_free(client->in, TRUE);
    g_free(client);
}

static bool
write_all(struct client *client, const char *text, size_t length)
{
    while (length > 0) {
        const ssize_t n = send(client->fd, text, length, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            log_line("%s: cannot send: %s", client->path, g_strerror(errno));
            return false;
        }
        text += n;
        length -= (size_t)n;
    }
    return true;
}

bool
client_send(struct client *client, const struct client_request *request)
{
    struct jsonl json;
    jsonl_init(&json);
    jsonl_open_object(&json, NULL);
    jsonl_string(&json, "command", request->command);
    if (request->vhid != NULL) {
        jsonl_string(&json, "vhid", request->vhid);
    }
    if (request->state != NULL) {
        jsonl_string(&json, "state", request->state);
    }
    if (request->amount >= 0) {
        jsonl_uint(&json, "amount", (uint64_t)request->amount);
    }
    jsonl_close_object(&json);
    g_string_append_c(json.text, '\n');
    bool is_good = json.text->len <= CARP_CONTROL_REQUEST_MAX;
    if (!is_good) {
        log_line("the name of the vhid is too long");
    } else {
        is_good = write_all(client, json.text->str, json.text->len);
    }
    jsonl_clear(&json);
    return is_good;
}

/* More octets; false when there are none to be had. */
static bool
fill(struct client *client, int timeout_ms)
{
    char data[65536];
    struct pollfd wait = {client->fd, POLLIN, 0};
    const int ready = poll(&wait, 1, timeout_ms);
    if (ready == 0) {
        log_line("%s: carpd does not answer within %d s: it hangs or is "
                 "stopped",
                 client->path, timeout_ms / 1000);
        return false;
    }
    if (ready < 0) {
        return errno == EINTR;
    }
    const ssize_t n = recv(client->fd, data, sizeof(data), 0);
    if (n < 0 && errno != EINTR) {
        log_line("%s: %s", client->path, g_strerror(errno));
    } else if (n == 0) {
        log_line("%s: carpd has closed the connection", client->path);
    }
    if (n <= 0) {
        return n < 0 && errno == EINTR;
    }
    g_string_append_len(client->in, data, n);
    if (client->in->len > 2 * CARP_CONTROL_ANSWER_MAX) {
        log_line("%s: an answer without end: is this carpd?", client->path);
        return false;
    }
    return true;
}

const char *
client_line(struct client *client, int timeout_ms)
{
    g_string_erase(client->in, 0, (gssize)client->used);
    client->used = 0;
    char *newline;
    while ((newline = memchr(client->in->str, '\n', client->in->len)) == NULL) {
        if (!fill(client, timeout_ms)) {
            return NULL;
        }
    }
    *newline = '\0';
    client->used = (gsize)(newline - client->in->str) + 1;
    return client->in->str;
}

JsonNode *
client_parse(const char *line)
{
    JsonNode *node =
        json_guard_passes(line) ? json_from_string(line, NULL) : NULL;
    if (node != NULL && !JSON_NODE_HOLDS_OBJECT(node)) {
        g_clear_pointer(&node, json_node_unref);
    }
    return node;
}

static void
say_error(JsonObject *answer)
{
    const char *text = member_text(member_object(answer, "error"), "text");
    JsonArray *messages = member_array(answer, "messages");
    for (guint i = 0; messages != NULL && i < json_array_get_length(messages);
         i++) {
        log_line("%s", member_element_text(messages, i));
    }
    log_line("%s", *text != '\0' ? text : "carpd refuses and says nothing");
}

JsonNode *
client_ask(const char *path, const struct client_request *request, char **line)
{
    struct client *client = client_open(path);
    JsonNode *node = NULL;
    if (client == NULL) {
        return NULL;
    }
    if (client_send(client, request)) {
        const char *answer = client_line(client, ANSWER_MS);
        node = answer != NULL ? client_parse(answer) : NULL;
        if (answer != NULL && node == NULL) {
            log_line("%s: answers something else than JSON: is this carpd?",
                     path);
        }
        if (node != NULL && line != NULL) {
            *line = g_strdup(answer);
        }
    }
    client_close(client);
    if (node != NULL && !member_boolean(json_node_get_object(node), "ok")) {
        say_error(json_node_get_object(node));
        g_clear_pointer(&node, json_node_unref);
        if (line != NULL) {
            g_clear_pointer(line, g_free);
        }
    }
    return node;
}
