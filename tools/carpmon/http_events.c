/* SPDX-License-Identifier: BSD-2-Clause */
/* What happens, as a list and as server-sent events. */
#include <string.h>

#include "http_internal.h"
#include "model_json.h"

/* One client that listens. */
struct http_stream {
    struct mon_http *http;
    struct MHD_Connection *connection;
    struct http_guest *guest; /* NULL: not known */
    GString *out;             /* not sent yet */
    uint64_t revision;
    uint64_t events;
    bool is_suspended, is_lagging, is_ending;
};

/* A number after ?after=; 0 without one. */
static uint64_t
after_of(struct MHD_Connection *connection)
{
    const char *text =
        MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "after");
    return text != NULL ? g_ascii_strtoull(text, NULL, 10) : 0;
}

/* ------------------------------------------------------------------- list */

void
http_events_add(struct mon_http *http, const struct carp_event *event)
{
    struct jsonl *json = &http->json;
    jsonl_reset(json);
    jsonl_open_object(json, NULL);
    jsonl_uint(json, "number", ++http->event_count);
    mon_json_event(json, http->model->session, event);
    jsonl_close_object(json);
    g_queue_push_tail(http->events, g_strdup(json->text->str));
    if (http->events->length > HTTP_EVENTS) {
        g_free(g_queue_pop_head(http->events));
    }
}

/* The oldest kept event behind @p after. */
static const GList *
events_after(const struct mon_http *http, uint64_t after)
{
    const GList *link = http->events->head;
    uint64_t number = http->event_count - http->events->length + 1;
    while (link != NULL && number <= after) {
        link = link->next;
        number++;
    }
    return link;
}

static void
put_events(GString *out, const struct mon_http *http, uint64_t after)
{
    const GList *first = events_after(http, after);
    for (const GList *link = first; link != NULL; link = link->next) {
        if (link != first) {
            g_string_append_c(out, ',');
        }
        g_string_append(out, link->data);
    }
}

enum MHD_Result
http_events_answer(struct mon_http *http, struct MHD_Connection *connection)
{
    GString *out = http->json.text;
    g_string_printf(
        out, "{\"schema\":%d,\"last\":%" G_GUINT64_FORMAT ",\"events\":[",
        MON_API_SCHEMA, http->event_count);
    put_events(out, http, after_of(connection));
    g_string_append(out, "]}\n");
    struct MHD_Response *response = MHD_create_response_from_buffer(
        out->len, out->str, MHD_RESPMEM_MUST_COPY);
    if (response == NULL) {
        return MHD_NO;
    }
    http_add_headers(response, "application/json");
    enum MHD_Result result =
        MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

/* ---------------------------------------------------------------- streams */

static void
wake(struct http_stream *stream)
{
    if (stream->is_suspended && stream->out->len > 0) {
        stream->is_suspended = false;
        http_guest_enter(stream->guest, HTTP_STREAMING, g_get_monotonic_time());
        stream->http->has_resumed = true;
        MHD_resume_connection(stream->connection);
    }
}

static ssize_t
stream_read(void *user, uint64_t position, char *data, size_t room)
{
    struct http_stream *stream = user;
    (void)position;
    size_t size = MIN(room, stream->out->len);
    if (size > 0) {
        memcpy(data, stream->out->str, size);
        g_string_erase(stream->out, 0, (gssize)size);
        return (ssize_t)size;
    }
    if (stream->is_ending) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    stream->is_suspended = true;
    http_guest_enter(stream->guest, HTTP_STREAMING, 0);
    MHD_suspend_connection(stream->connection);
    return 0;
}

static void
stream_free(void *user)
{
    struct http_stream *stream = user;
    g_ptr_array_remove_fast(stream->http->streams, stream);
    g_string_free(stream->out, TRUE);
    g_free(stream);
}

static struct jsonl *
begin(struct mon_http *http)
{
    jsonl_reset(&http->json);
    jsonl_open_object(&http->json, NULL);
    return &http->json;
}

/* "event: NAME", the scratch as data, a blank line. JSON has no newline. */
static void
put_message(struct http_stream *stream, const char *name)
{
    struct jsonl *json = &stream->http->json;
    jsonl_close_object(json);
    g_string_append_printf(stream->out, "event: %s\ndata: ", name);
    g_string_append_len(stream->out, json->text->str, (gssize)json->text->len);
    g_string_append(stream->out, "\n\n");
}

static void
tell_changes(struct http_stream *stream)
{
    struct mon_http *http = stream->http;
    const struct mon_model *model = http->model;
    if (stream->revision == model->revision &&
        stream->events == http->event_count) {
        return;
    }
    struct jsonl *json = begin(http);
    mon_json_head(json, model);
    jsonl_open_array(json, "rows");
    for (guint i = 0; i < model->rows->len; i++) {
        const struct mon_row *row = g_ptr_array_index(model->rows, i);
        if (row->revision > stream->revision) {
            mon_json_row(json, model, row);
        }
    }
    jsonl_close_array(json);
    jsonl_open_array(json, "findings");
    for (guint i = 0; i < model->alerts->len; i++) {
        const struct mon_alert *alert = g_ptr_array_index(model->alerts, i);
        if (alert->revision > stream->revision) {
            mon_json_alert(json, model, alert);
        }
    }
    jsonl_close_array(json);
    jsonl_open_array(json, "events");
    put_events(json->text, http, stream->events);
    jsonl_close_array(json);
    put_message(stream, "change");
    stream->revision = model->revision;
    stream->events = http->event_count;
}

/* What moves all the time: counters, and when each vhid was last heard. */
static void
tell_beat(struct http_stream *stream)
{
    const struct mon_model *model = stream->http->model;
    struct jsonl *json = begin(stream->http);
    char key[MON_ROW_KEY];
    mon_json_head(json, model);
    jsonl_open_object(json, "rows");
    for (guint i = 0; i < model->rows->len; i++) {
        const struct mon_row *row = g_ptr_array_index(model->rows, i);
        mon_row_key(row->segment, row->vlan, row->family, row->vhid, key);
        jsonl_open_array(json, key);
        jsonl_uint(json, NULL, row->adverts);
        jsonl_seconds(json, NULL, carp_time_since(model->now, row->last));
        jsonl_close_array(json);
    }
    jsonl_close_object(json);
    put_message(stream, "beat");
}

static void
tell(struct http_stream *stream, bool with_beat)
{
    if (stream->out->len > HTTP_STREAM_LAG) {
        /* Too slow: nothing more until all of this is gone, then the client
         * is told to ask for everything. */
        stream->is_lagging = true;
        return;
    }
    if (stream->is_lagging) {
        if (stream->out->len > 0) {
            return;
        }
        stream->is_lagging = false;
        stream->revision = stream->http->model->revision;
        g_string_append(stream->out, "event: reset\ndata: {}\n\n");
        return;
    }
    tell_changes(stream);
    if (with_beat) {
        tell_beat(stream);
    }
}

void
http_streams_tell(struct mon_http *http, bool with_beat)
{
    http->has_news = false;
    http->told = g_get_monotonic_time();
    bool has_lost_rows = http->rows_dropped_told != http->model->rows_dropped;
    http->rows_dropped_told = http->model->rows_dropped;
    for (guint i = 0; i < http->streams->len; i++) {
        struct http_stream *stream = g_ptr_array_index(http->streams, i);
        stream->is_lagging = stream->is_lagging || has_lost_rows;
        tell(stream, with_beat);
        wake(stream);
    }
}

void
http_streams_end(struct mon_http *http)
{
    for (guint i = 0; i < http->streams->len; i++) {
        struct http_stream *stream = g_ptr_array_index(http->streams, i);
        stream->is_ending = true;
        if (stream->is_suspended) {
            stream->is_suspended = false;
            MHD_resume_connection(stream->connection);
        }
    }
}

enum MHD_Result
http_stream_open(struct mon_http *http, struct MHD_Connection *connection)
{
    if (http->streams->len >= HTTP_STREAMS) {
        return http_refuse(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                           "too many pages are open");
    }
    struct http_stream *stream = g_new0(struct http_stream, 1);
    stream->http = http;
    stream->connection = connection;
    stream->guest = http_guest_of(connection);
    http_guest_enter(stream->guest, HTTP_STREAMING, g_get_monotonic_time());
    stream->out = g_string_new("retry: 2000\n\n");
    stream->revision = MIN(after_of(connection), http->model->revision);
    stream->events = http->event_count;
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, 8192, stream_read, stream, stream_free);
    if (response == NULL) {
        g_string_free(stream->out, TRUE);
        g_free(stream);
        return MHD_NO;
    }
    g_ptr_array_add(http->streams, stream);
    http_add_headers(response, "text/event-stream");
    tell_changes(stream);
    enum MHD_Result result =
        MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}
