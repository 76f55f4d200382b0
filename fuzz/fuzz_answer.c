/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What carpctl makes of carpd's answers. The input is what a server sends;
 * it arrives over a socket as carpd's does, and each line is shown in every
 * way that carpctl has. Nothing of it may reach a terminal as a control
 * character.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"
#include "fuzz.h"
#include "log.h"
#include "show_prometheus.h"
#include "show_text.h"

#define LINES 64

static char path[64];
static int listening = -1;

static void
go_away(void)
{
    (void)unlink(path);
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
listen_once(void)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    if (listening >= 0) {
        return;
    }
    snprintf(path, sizeof(path), "/tmp/fuzz-answer-%ld", (long)getpid());
    memcpy(addr.sun_path, path, strlen(path));
    (void)unlink(path);
    listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    FUZZ_CHECK(listening >= 0);
    FUZZ_CHECK(bind(listening, (const struct sockaddr *)&addr, sizeof(addr)) ==
               0);
    FUZZ_CHECK(listen(listening, 1) == 0);
    atexit(go_away);
    log_set_sink(say_nothing);
}

static void
check_shown(void (*show)(JsonObject *answer, GString *out), JsonObject *answer)
{
    GString *out = g_string_new(NULL);
    show(answer, out);
    for (gsize i = 0; i < out->len; i++) {
        FUZZ_CHECK(!g_ascii_iscntrl(out->str[i]) || out->str[i] == '\n' ||
                   out->str[i] == '\t');
    }
    FUZZ_CHECK(out->len == 0 || out->str[out->len - 1] == '\n');
    FUZZ_CHECK(g_utf8_validate(out->str, (gssize)out->len, NULL));
    g_string_free(out, TRUE);
}

/* name{label="value",…} number, or a comment. */
static void
show_metrics(JsonObject *answer, GString *out)
{
    show_prometheus(answer, answer, TRUE, out);
    for (const char *at = out->str; *at != '\0'; at = strchr(at, '\n') + 1) {
        FUZZ_CHECK(*at == '#' || g_str_has_prefix(at, "carpd_"));
    }
}

static void
show_event(JsonObject *answer, GString *out)
{
    carp_time day = 0;
    show_text_event(answer, &day, out);
}

static void
check_line(const char *line)
{
    JsonNode *node = client_parse(line);
    if (node != NULL) {
        JsonObject *answer = json_node_get_object(node);
        check_shown(show_text, answer);
        check_shown(show_text_long, answer);
        check_shown(show_text_stats, answer);
        check_shown(show_text_done, answer);
        check_shown(show_text_reload, answer);
        check_shown(show_event, answer);
        check_shown(show_metrics, answer);
        json_node_unref(node);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    listen_once();
    struct client *client = client_open(path);
    FUZZ_CHECK(client != NULL);
    int server = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    FUZZ_CHECK(server >= 0);
    FUZZ_CHECK(send(server, data, size, MSG_NOSIGNAL) == (ssize_t)size);
    close(server);
    const char *line = NULL;
    for (unsigned int i = 0;
         i < LINES && (line = client_line(client, 1000)) != NULL; i++) {
        check_line(line);
    }
    client_close(client);
    return 0;
}
