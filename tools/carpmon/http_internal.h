/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARPMON_HTTP_INTERNAL_H
#define CARPMON_HTTP_INTERNAL_H

#include <sys/socket.h>

#include <microhttpd.h>

#include "http.h"
#include "jsonl.h"
#include "log.h"

#define HTTP_CONNECTIONS 64
#define HTTP_STREAMS 16  /* of them; the others stay free for /metrics */
#define HTTP_TIMEOUT 10u /* s without progress */
/* For a request, with the idle time before it; to take the answer; a stream
 * with words unread. */
#define HTTP_ASK_TIME ((gint64)20 * G_USEC_PER_SEC)
#define HTTP_ANSWER_TIME ((gint64)120 * G_USEC_PER_SEC)
#define HTTP_BEHIND_TIME ((gint64)30 * G_USEC_PER_SEC)
#define HTTP_SEND_BUFFER (64 * 1024)           /* the kernel's, of each */
#define HTTP_MEMORY ((size_t)(32 * 1024))      /* of one connection */
#define HTTP_STREAM_LAG ((size_t)(512 * 1024)) /* kept for a slow client */
#define HTTP_EVENTS 512                        /* kept for /api/v1/events */
#define HTTP_NEWS (G_USEC_PER_SEC / 10)        /* least time between two */
#define HTTP_FRESH (G_USEC_PER_SEC / 4)        /* an answer serves so long */

/* An answer that serves several requests. */
struct http_cached {
    struct MHD_Response *response;
    gint64 made; /* monotonic */
};

enum { HTTP_STATE = 0, HTTP_FINDINGS, HTTP_METRICS, HTTP_CACHED };

struct http_stream;

/** What a client is about. */
enum http_phase {
    HTTP_ASKING = 0, /**< its request is not here in full */
    HTTP_ANSWERING,
    HTTP_STREAMING /**< since: it has not read what it was sent */
};

/** One connection. */
struct http_guest {
    int fd;
    enum http_phase phase;
    gint64 since; /**< monotonic, of the phase; 0: nothing is awaited */
};

struct mon_http {
    const struct mon_model *model;
    struct MHD_Daemon *daemon;
    GSource *source;
    bool has_resumed; /* a stream: libmicrohttpd must look at it */
    bool has_news;    /* that the streams were not told */
    gint64 told;      /* monotonic, when they last were */
    char *url;
    char *token;
    bool is_loopback;
    struct jsonl json; /* scratch */
    struct http_cached cached[HTTP_CACHED];
    GPtrArray *guests;    /* struct http_guest, owned */
    GPtrArray *streams;   /* struct http_stream */
    GQueue *events;       /* char *: JSON objects without their brackets' end */
    uint64_t event_count; /* so far: the number of the last one */
    uint64_t rows_dropped_told;
    struct log_limit log_limit;
};

/* http_listen.c */
int http_listen(const char *text, bool *is_loopback, char **url, char **error);
char *http_read_token(const char *path, char **error);
bool http_may_pass(const struct mon_http *http,
                   struct MHD_Connection *connection);
bool http_host_is_good(const struct mon_http *http,
                       struct MHD_Connection *connection);

/* http_api.c */
enum MHD_Result http_answer(struct mon_http *http,
                            struct MHD_Connection *connection, const char *url);
enum MHD_Result http_refuse(struct MHD_Connection *connection,
                            unsigned int status, const char *text);
void http_drop_cached(struct mon_http *http);
/* The headers that every answer has. */
void http_add_headers(struct MHD_Response *response, const char *type);

/* http_guard.c */
void http_guest_notify(void *user, struct MHD_Connection *connection,
                       void **context,
                       enum MHD_ConnectionNotificationCode code);
void http_guest_served(void *user, struct MHD_Connection *connection,
                       void **request, enum MHD_RequestTerminationCode code);
struct http_guest *http_guest_of(struct MHD_Connection *connection);
/* A phase begins; @p guest may be NULL. */
void http_guest_enter(struct http_guest *guest, enum http_phase phase,
                      gint64 now);
bool http_guest_is_late(const struct http_guest *guest, gint64 now);
/* Part with whoever takes too long. */
void http_guests_check(struct mon_http *http);

/* http_events.c */
enum MHD_Result http_stream_open(struct mon_http *http,
                                 struct MHD_Connection *connection);
enum MHD_Result http_events_answer(struct mon_http *http,
                                   struct MHD_Connection *connection);
void http_events_add(struct mon_http *http, const struct carp_event *event);
/* Tell every stream what is new. */
void http_streams_tell(struct mon_http *http, bool with_beat);
/* Let every stream end, so that the daemon can stop. */
void http_streams_end(struct mon_http *http);

#endif
