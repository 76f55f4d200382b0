/* SPDX-License-Identifier: BSD-2-Clause */
/* Which address gives what. */
#include <string.h>

#include "http_internal.h"
#include "metrics.h"
#include "model_json.h"
#include "page.h"

#define TYPE_JSON "application/json"
#define POLICY                                                    \
    "default-src 'none'; script-src 'self'; style-src 'self'; "   \
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; " \
    "form-action 'none'; frame-ancestors 'none'"

void
http_add_headers(struct MHD_Response *response, const char *type)
{
    static const char *const headers[][2] = {
        {"Content-Security-Policy", POLICY},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cache-Control", "no-store"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        (void)MHD_add_response_header(response, headers[i][0], headers[i][1]);
    }
    (void)MHD_add_response_header(response, "Content-Type", type);
}

static struct MHD_Response *
response_of(const char *type, const void *data, size_t size, bool is_static)
{
    /* libmicrohttpd's buffer is not const for historical reasons. */
    union {
        const void *in;
        void *out;
    } body = {.in = data};
    struct MHD_Response *response = MHD_create_response_from_buffer(
        size, body.out,
        is_static ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);
    if (response != NULL) {
        http_add_headers(response, type);
    }
    return response;
}

static enum MHD_Result
send_off(struct MHD_Connection *connection, unsigned int status,
         struct MHD_Response *response)
{
    if (response == NULL) {
        return MHD_NO;
    }
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result
http_refuse(struct MHD_Connection *connection, unsigned int status,
            const char *text)
{
    struct jsonl json;
    jsonl_init(&json);
    jsonl_open_object(&json, NULL);
    jsonl_uint(&json, "schema", MON_API_SCHEMA);
    jsonl_string(&json, "error", text);
    jsonl_close_object(&json);
    g_string_append_c(json.text, '\n');
    struct MHD_Response *response =
        response_of(TYPE_JSON, json.text->str, json.text->len, false);
    jsonl_clear(&json);
    if (response != NULL && status == MHD_HTTP_UNAUTHORIZED) {
        (void)MHD_add_response_header(response, "WWW-Authenticate",
                                      "Bearer realm=\"carpmon\"");
    } else if (response != NULL && status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        (void)MHD_add_response_header(response, "Allow", "GET, HEAD");
    } else if (response != NULL && status == MHD_HTTP_SERVICE_UNAVAILABLE) {
        (void)MHD_add_response_header(response, "Retry-After", "5");
    }
    return send_off(connection, status, response);
}

/* ------------------------------------------- answers that are made at most
 * every HTTP_FRESH, however often somebody asks */

static struct MHD_Response *
make(struct mon_http *http, unsigned int which)
{
    if (which == HTTP_METRICS) {
        GString *text = g_string_new(NULL);
        mon_metrics_write(text, http->model);
        struct MHD_Response *response =
            response_of(MON_METRICS_TYPE, text->str, text->len, false);
        g_string_free(text, TRUE);
        return response;
    }
    if (which == HTTP_STATE) {
        mon_json_state(&http->json, http->model);
    } else {
        mon_json_findings(&http->json, http->model);
    }
    g_string_append_c(http->json.text, '\n');
    return response_of(TYPE_JSON, http->json.text->str, http->json.text->len,
                       false);
}

static enum MHD_Result
answer_cached(struct mon_http *http, struct MHD_Connection *connection,
              unsigned int which)
{
    struct http_cached *cached = &http->cached[which];
    gint64 now = g_get_monotonic_time();
    if (cached->response == NULL || now - cached->made > HTTP_FRESH) {
        if (cached->response != NULL) {
            MHD_destroy_response(cached->response);
        }
        cached->response = make(http, which);
        cached->made = now;
    }
    return cached->response == NULL
               ? MHD_NO
               : MHD_queue_response(connection, MHD_HTTP_OK, cached->response);
}

void
http_drop_cached(struct mon_http *http)
{
    for (size_t i = 0; i < HTTP_CACHED; i++) {
        if (http->cached[i].response != NULL) {
            MHD_destroy_response(http->cached[i].response);
            http->cached[i].response = NULL;
        }
    }
}

static enum MHD_Result
answer_state(struct mon_http *http, struct MHD_Connection *connection)
{
    return answer_cached(http, connection, HTTP_STATE);
}

static enum MHD_Result
answer_findings(struct mon_http *http, struct MHD_Connection *connection)
{
    return answer_cached(http, connection, HTTP_FINDINGS);
}

static enum MHD_Result
answer_metrics(struct mon_http *http, struct MHD_Connection *connection)
{
    return answer_cached(http, connection, HTTP_METRICS);
}

static enum MHD_Result
answer_row(struct mon_http *http, struct MHD_Connection *connection)
{
    const char *key =
        MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "key");
    const struct mon_row *row =
        key != NULL ? mon_row_of_key(http->model, key) : NULL;
    if (row == NULL) {
        return http_refuse(connection, MHD_HTTP_NOT_FOUND,
                           "no such row: ?key= is a row's \"key\"");
    }
    jsonl_reset(&http->json);
    mon_json_row(&http->json, http->model, row);
    g_string_append_c(http->json.text, '\n');
    return send_off(connection, MHD_HTTP_OK,
                    response_of(TYPE_JSON, http->json.text->str,
                                http->json.text->len, false));
}

static enum MHD_Result
answer_health(struct mon_http *http, struct MHD_Connection *connection)
{
    static const char body[] = "ok\n";
    (void)http;
    return send_off(
        connection, MHD_HTTP_OK,
        response_of("text/plain; charset=utf-8", body, sizeof(body) - 1, true));
}

/* --------------------------------------------------------------- the page */

/* The page's own files hold no data, so that they need no token. */
static const struct {
    const char *url, *type;
    const unsigned char *data;
    const size_t *size;
} files[] = {
    {"/", "text/html; charset=utf-8", mon_page_html, &mon_page_html_size},
    {"/page.css", "text/css; charset=utf-8", mon_page_css, &mon_page_css_size},
    {"/page.js", "text/javascript; charset=utf-8", mon_page_js,
     &mon_page_js_size},
    {"/pieces.js", "text/javascript; charset=utf-8", mon_page_pieces_js,
     &mon_page_pieces_js_size},
    {"/timeline.js", "text/javascript; charset=utf-8", mon_page_timeline_js,
     &mon_page_timeline_js_size},
};

static const struct {
    const char *url;
    bool needs_token;
    enum MHD_Result (*answer)(struct mon_http *http,
                              struct MHD_Connection *connection);
} routes[] = {
    {"/healthz", false, answer_health},
    {"/metrics", true, answer_metrics},
    {"/api/v1/state", true, answer_state},
    {"/api/v1/row", true, answer_row},
    {"/api/v1/findings", true, answer_findings},
    {"/api/v1/events", true, http_events_answer},
    {"/api/v1/stream", true, http_stream_open},
};

enum MHD_Result
http_answer(struct mon_http *http, struct MHD_Connection *connection,
            const char *url)
{
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        if (strcmp(files[i].url, url) == 0) {
            return send_off(connection, MHD_HTTP_OK,
                            response_of(files[i].type, files[i].data,
                                        *files[i].size, true));
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(routes); i++) {
        if (strcmp(routes[i].url, url) != 0) {
            continue;
        }
        if (routes[i].needs_token && !http_may_pass(http, connection)) {
            return http_refuse(connection, MHD_HTTP_UNAUTHORIZED,
                               "a bearer token is needed: see --listen-token");
        }
        return routes[i].answer(http, connection);
    }
    return http_refuse(connection, MHD_HTTP_NOT_FOUND, "nothing is here");
}
