/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_internal.h"

#include <string.h>
#include <unistd.h>

/* libmicrohttpd as a source of GLib's: its epoll descriptor, its timeout. */
struct http_source {
    GSource source;
    struct mon_http *http;
    gpointer tag;
};

static int
milliseconds_to_news(const struct mon_http *http)
{
    gint64 left = http->told + HTTP_NEWS - g_get_monotonic_time();
    return left > 0 ? (int)(left / 1000 + 1) : 0;
}

static bool
is_due(const struct mon_http *http, int *timeout)
{
    MHD_UNSIGNED_LONG_LONG milliseconds = 0;
    *timeout = -1;
    if (http->has_resumed) {
        return true;
    }
    if (MHD_get_timeout(http->daemon, &milliseconds) == MHD_YES) {
        *timeout = (int)MIN(milliseconds, 10000);
    }
    if (http->has_news) {
        int news = milliseconds_to_news(http);
        *timeout = *timeout < 0 ? news : MIN(*timeout, news);
    }
    return *timeout == 0;
}

static gboolean
source_prepare(GSource *source, gint *timeout)
{
    return is_due(((struct http_source *)(void *)source)->http, timeout);
}

static gboolean
source_check(GSource *source)
{
    const struct http_source *self = (struct http_source *)(void *)source;
    int timeout = 0;
    return g_source_query_unix_fd(source, self->tag) != 0 ||
           is_due(self->http, &timeout);
}

static gboolean
source_dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    struct mon_http *http = ((struct http_source *)(void *)source)->http;
    (void)callback;
    (void)user;
    if (http->has_news && milliseconds_to_news(http) == 0) {
        http_streams_tell(http, false);
    }
    http->has_resumed = false;
    (void)MHD_run(http->daemon);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {.prepare = source_prepare,
                                    .check = source_check,
                                    .dispatch = source_dispatch};

static enum MHD_Result
on_request(void *user, struct MHD_Connection *connection, const char *url,
           const char *method, const char *version, const char *upload,
           size_t *upload_size, void **request)
{
    static int seen;
    struct mon_http *http = user;
    (void)version;
    (void)upload;
    if (*request == NULL) {
        /* First call: headers only. libmicrohttpd wants the answer later. */
        *request = &seen;
        return MHD_YES;
    }
    if (*upload_size != 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    http_guest_enter(http_guest_of(connection), HTTP_ANSWERING,
                     g_get_monotonic_time());
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
        strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        return http_refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
                           "only GET and HEAD");
    }
    if (!http_host_is_good(http, connection)) {
        return http_refuse(connection, MHD_HTTP_FORBIDDEN,
                           "ask by address or as localhost, or use "
                           "--listen-token");
    }
    return http_answer(http, connection, url);
}

static void on_log(void *user, const char *format, va_list args)
    G_GNUC_PRINTF(2, 0);

static void
on_log(void *user, const char *format, va_list args)
{
    struct mon_http *http = user;
    carp_time now = (carp_time)g_get_monotonic_time() * CARP_USEC;
    if (log_limit_pass(&http->log_limit, now, NULL)) {
        char *text = g_strdup_vprintf(format, args);
        log_line("HTTP: %s", g_strchomp(text));
        g_free(text);
    }
}

static void
http_free(struct mon_http *http)
{
    if (http->source != NULL) {
        g_source_destroy(http->source);
        g_source_unref(http->source);
    }
    if (http->daemon != NULL) {
        http_streams_end(http);
        MHD_stop_daemon(http->daemon);
    }
    http_drop_cached(http);
    g_ptr_array_free(http->streams, TRUE);
    g_ptr_array_free(http->guests, TRUE);
    g_queue_free_full(http->events, g_free);
    jsonl_clear(&http->json);
    if (http->token != NULL) {
        carp_wipe(http->token, strlen(http->token));
    }
    g_free(http->token);
    g_free(http->url);
    g_free(http);
}

static bool
start_daemon(struct mon_http *http, int fd)
{
    unsigned int flags =
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    http->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER,
        on_log, http, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned int)HTTP_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        HTTP_TIMEOUT, MHD_OPTION_CONNECTION_MEMORY_LIMIT, HTTP_MEMORY,
        MHD_OPTION_NOTIFY_CONNECTION, http_guest_notify, http,
        MHD_OPTION_NOTIFY_COMPLETED, http_guest_served, http, MHD_OPTION_END);
    if (http->daemon == NULL) {
        close(fd);
        return false;
    }
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL) {
        return false;
    }
    http->source = g_source_new(&source_funcs, sizeof(struct http_source));
    struct http_source *self = (struct http_source *)(void *)http->source;
    self->http = http;
    self->tag = g_source_add_unix_fd(http->source, info->epoll_fd, G_IO_IN);
    g_source_attach(http->source, NULL);
    return true;
}

struct mon_http *
mon_http_new(const struct mon_http_options *options,
             const struct mon_model *model, char **error)
{
    struct mon_http *http = g_new0(struct mon_http, 1);
    http->model = model;
    http->guests = g_ptr_array_new_with_free_func(g_free);
    http->streams = g_ptr_array_new();
    http->events = g_queue_new();
    http->log_limit.every = 60 * CARP_SEC;
    jsonl_init(&http->json);
    *error = NULL;
    if (options->token_file != NULL) {
        http->token = http_read_token(options->token_file, error);
    }
    int fd = *error == NULL ? http_listen(options->listen, &http->is_loopback,
                                          &http->url, error)
                            : -1;
    if (*error == NULL && !start_daemon(http, fd)) {
        *error = g_strdup("--listen: the HTTP library does not start: is "
                          "memory or are descriptors short?");
    }
    if (*error != NULL) {
        http_free(http);
        return NULL;
    }
    return http;
}

/* ------------------------------------------------- what the monitor tells */

static void
on_start(void *state, const struct mon_start *start)
{
    const struct mon_http *http = state;
    (void)start;
    log_line("page and metrics: %s%s", http->url,
             http->token == NULL && !http->is_loopback
                 ? ": whoever reaches this address can read them: see "
                   "--listen-token"
                 : "");
}

static void
on_event(void *state, const struct carp_event *event)
{
    struct mon_http *http = state;
    http_events_add(http, event);
    http->has_news = true;
}

static void
on_tick(void *state, struct carp_track *track, const struct mon_totals *totals,
        carp_time now)
{
    (void)track;
    (void)totals;
    (void)now;
    http_streams_tell(state, true);
    http_guests_check(state);
}

static void
on_close(void *state)
{
    http_free(state);
}

const struct mon_report_ops mon_http_ops = {
    .name = "http",
    .start = on_start,
    .event = on_event,
    .tick = on_tick,
    .close = on_close,
};
