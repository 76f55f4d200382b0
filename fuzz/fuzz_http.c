/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carpmon's listener: the input is what a client sends over a connection.
 * Its first octet says whether a token is wanted. Every answer is one that
 * HTTP knows; JSON can be read; without the token nothing of the wire is
 * told. libmicrohttpd itself is not instrumented: ours is what is looked at.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-glib/json-glib.h>

#include "fuzz.h"
#include "http_internal.h"
#include "monitor.h"
#include "synth.h"

#define TOKEN "a-token-of-enough-characters"
#define NAME "told-to-nobody" /* of the segment: in every answer about it */

static struct mon_monitor *monitor;
static struct mon_http *listeners[2]; /* without a token, with one */

static void
feed(void)
{
    for (unsigned int i = 0; i < 40; i++) {
        struct synth_advert advert = {.host = (uint8_t)(1 + i % 2),
                                      .vhid = (uint8_t)(1 + i % 3),
                                      .ttl = 255,
                                      .is_v6 = i % 8 == 7};
        struct synth_frame frame;
        advert.adv = (struct carp_adv){.version = CARP_VERSION,
                                       .type = CARP_TYPE_ADVERT,
                                       .authlen = CARP_AUTHLEN,
                                       .advbase = 1,
                                       .counter = i};
        synth_advert(&advert, &frame);
        struct mon_frame given = {.time = (1000 + i) * CARP_SEC,
                                  .data = frame.data,
                                  .captured = frame.len,
                                  .on_wire = frame.len,
                                  .link_type = CARP_LINK_ETHERNET};
        mon_monitor_frame(monitor, &given);
    }
}

static struct mon_http *
open_listener(const struct mon_model *model, const char *token_file)
{
    char *error = NULL;
    const struct mon_http_options options = {.listen = "127.0.0.1:0",
                                             .token_file = token_file};
    struct mon_http *http = mon_http_new(&options, model, &error);
    FUZZ_CHECK(http != NULL);
    return http;
}

static void
listen_once(void)
{
    static struct mon_session session;
    if (listeners[0] != NULL) {
        return;
    }
    char path[] = "/tmp/fuzz-http-XXXXXX";
    int fd = mkstemp(path);
    FUZZ_CHECK(fd >= 0);
    FUZZ_CHECK(write(fd, TOKEN "\n", sizeof(TOKEN)) == sizeof(TOKEN));
    close(fd);
    GPtrArray *segments = g_ptr_array_new();
    g_ptr_array_add(segments, g_strdup(NAME));
    session.out = fopen("/dev/null", "we");
    session.segments = segments;
    monitor = mon_monitor_new(NULL, &session, mon_report_find(MON_JSON));
    struct mon_model *model = mon_model_new(&session);
    mon_monitor_attach(monitor, &mon_model_ops, model);
    listeners[0] = open_listener(model, NULL);
    listeners[1] = open_listener(model, path);
    mon_monitor_attach(monitor, &mon_http_ops, listeners[0]);
    mon_monitor_attach(monitor, &mon_http_ops, listeners[1]);
    feed();
    unlink(path);
}

static void
spin(void)
{
    for (unsigned int i = 0; i < 64 && g_main_context_iteration(NULL, FALSE);
         i++) {
    }
}

/* What the daemon answers until it waits or closes. */
static GString *
exchange(struct mon_http *http, const uint8_t *data, size_t len)
{
    const struct sockaddr_in from = {.sin_family = AF_INET};
    int pair[2];
    char got[16384];
    ssize_t n = 0;
    GString *answer = g_string_new(NULL);
    FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                          0, pair) == 0);
    FUZZ_CHECK(MHD_add_connection(http->daemon, pair[1],
                                  (const struct sockaddr *)&from,
                                  sizeof(from)) == MHD_YES);
    FUZZ_CHECK(send(pair[0], data, len, MSG_NOSIGNAL) == (ssize_t)len);
    spin();
    while ((n = recv(pair[0], got, sizeof(got), 0)) > 0 &&
           answer->len < 1024 * 1024) {
        g_string_append_len(answer, got, n);
        spin();
    }
    shutdown(pair[0], SHUT_RDWR);
    close(pair[0]);
    http_streams_tell(http, true); /* a stream notices that nobody is there */
    spin();
    return answer;
}

static void
check_body(const char *head, const char *body)
{
    if (strstr(head, "Content-Type: application/json") != NULL &&
        strstr(head, "Content-Length:") != NULL) {
        size_t len = strtoul(strstr(head, "Content-Length:") + 15, NULL, 10);
        /* HEAD gives none; the next answer may follow. */
        if (len <= strlen(body) && *body == '{') {
            char *json = g_strndup(body, len);
            JsonNode *node = json_from_string(json, NULL);
            FUZZ_CHECK(node != NULL);
            json_node_unref(node);
            g_free(json);
        }
    }
}

static void
check(const GString *answer)
{
    static const unsigned int known[] = {100, 200, 400, 401, 403, 404,
                                         405, 408, 411, 413, 414, 417,
                                         431, 500, 501, 503, 505};
    if (answer->len == 0) {
        return;
    }
    FUZZ_CHECK(strlen(answer->str) == answer->len);
    FUZZ_CHECK(g_str_has_prefix(answer->str, "HTTP/1.") && answer->len > 15);
    unsigned long status = strtoul(answer->str + 9, NULL, 10);
    bool is_known = false;
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        is_known = is_known || status == known[i];
    }
    FUZZ_CHECK(is_known);
    char *end = strstr(answer->str, "\r\n\r\n");
    FUZZ_CHECK(end != NULL);
    if (status != 100) {
        *end = '\0';
        check_body(answer->str, end + 4);
        *end = '\r';
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    listen_once();
    bool wants_token = data[0] % 2 != 0;
    GString *answer = exchange(listeners[wants_token], data + 1, size - 1);
    check(answer);
    if (wants_token && memmem(data, size, TOKEN, sizeof(TOKEN) - 1) == NULL) {
        FUZZ_CHECK(strstr(answer->str, NAME) == NULL);
    }
    FUZZ_CHECK(strstr(answer->str, TOKEN) == NULL);
    FUZZ_CHECK(listeners[0]->streams->len + listeners[1]->streams->len <=
               2 * HTTP_STREAMS);
    g_string_free(answer, TRUE);
    return 0;
}
