/* SPDX-License-Identifier: BSD-2-Clause */
/* No client stays for ever by being slow: each phase of a connection has its
 * time. libmicrohttpd's own limit begins anew with every octet. */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "http_internal.h"

static gint64
limit_of(enum http_phase phase)
{
    switch (phase) {
    case HTTP_ASKING:
        return HTTP_ASK_TIME;
    case HTTP_ANSWERING:
        return HTTP_ANSWER_TIME;
    case HTTP_STREAMING:
        break;
    }
    return HTTP_BEHIND_TIME;
}

bool
http_guest_is_late(const struct http_guest *guest, gint64 now)
{
    return guest->since != 0 && now - guest->since > limit_of(guest->phase);
}

void
http_guest_enter(struct http_guest *guest, enum http_phase phase, gint64 now)
{
    if (guest != NULL) {
        guest->phase = phase;
        guest->since = now;
    }
}

struct http_guest *
http_guest_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

/* A peer that is gone without a word must not be kept for the quarter of an
 * hour that TCP tries, and what the kernel keeps for a slow one is bounded. */
static void
prepare_socket(int fd)
{
    const int buffer = HTTP_SEND_BUFFER;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
#ifdef TCP_USER_TIMEOUT
    const unsigned int patience = (unsigned int)(HTTP_BEHIND_TIME / 1000);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience,
                     sizeof(patience));
#endif
}

void
http_guest_notify(void *user, struct MHD_Connection *connection, void **context,
                  enum MHD_ConnectionNotificationCode code)
{
    struct mon_http *http = user;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        g_ptr_array_remove_fast(http->guests, *context);
        *context = NULL;
        return;
    }
    struct http_guest *guest = g_new0(struct http_guest, 1);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    guest->fd = info != NULL ? info->connect_fd : -1;
    http_guest_enter(guest, HTTP_ASKING, g_get_monotonic_time());
    prepare_socket(guest->fd);
    g_ptr_array_add(http->guests, guest);
    *context = guest;
}

void
http_guest_served(void *user, struct MHD_Connection *connection, void **request,
                  enum MHD_RequestTerminationCode code)
{
    (void)user;
    (void)request;
    (void)code;
    /* It may ask again over the same connection. */
    http_guest_enter(http_guest_of(connection), HTTP_ASKING,
                     g_get_monotonic_time());
}

void
http_guests_check(struct mon_http *http)
{
    const gint64 now = g_get_monotonic_time();
    for (guint i = 0; i < http->guests->len; i++) {
        const struct http_guest *guest = g_ptr_array_index(http->guests, i);
        if (http_guest_is_late(guest, now)) {
            /* libmicrohttpd sees the end and closes. */
            (void)shutdown(guest->fd, SHUT_RDWR);
        }
    }
}
