/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "kernel_internal.h"

#define NOTICE 32768u
#define QUEUE (4 * 1024 * 1024)
/* What one turn of the main loop may read and tell: a storm of changes must
 * not keep timers waiting. */
#define READS 64u
#define TELLS 256u
#define REFRESH G_TIME_SPAN_SECOND

struct kernel_source_of {
    GSource source;
    struct kernel *kernel;
    gpointer tag;
};

/* --------------------------------------------------------------- sockets */

static bool
say_socket(struct os_error *error, int code)
{
    return os_error_set(error, os_fault_of(code), code,
                        "netlink: the socket cannot be had: %s",
                        g_strerror(code));
}

static bool
open_monitor(struct kernel *kernel, struct os_error *error)
{
    unsigned int groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    int size = QUEUE;
    kernel->monitor =
        mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (kernel->monitor == NULL ||
        mnl_socket_bind(kernel->monitor, groups, MNL_SOCKET_AUTOPID) < 0) {
        return say_socket(error, errno);
    }
    /* A longer queue only makes overruns rarer: they are survived. */
    int fd = mnl_socket_get_fd(kernel->monitor);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0) {
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    }
    return true;
}

static bool
open_asker(struct kernel *kernel, struct os_error *error)
{
    int on = 1;
    /* Answers are there when the request returns; never wait for ever. */
    struct timeval patience = {.tv_sec = 2};
    kernel->asker = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    if (kernel->asker == NULL ||
        mnl_socket_bind(kernel->asker, 0, MNL_SOCKET_AUTOPID) < 0) {
        return say_socket(error, errno);
    }
    (void)mnl_socket_setsockopt(kernel->asker, NETLINK_EXT_ACK, &on,
                                sizeof(on));
    (void)mnl_socket_setsockopt(kernel->asker, NETLINK_CAP_ACK, &on,
                                sizeof(on));
    if (setsockopt(mnl_socket_get_fd(kernel->asker), SOL_SOCKET, SO_RCVTIMEO,
                   &patience, sizeof(patience)) != 0) {
        return say_socket(error, errno);
    }
    return true;
}

/* ------------------------------------------------------------------ read */

static void
refresh_later(struct kernel *kernel)
{
    gint64 when = kernel->is_stale ? g_get_monotonic_time() + REFRESH : -1;
    g_source_set_ready_time(kernel->source, when);
}

void
kernel_refresh(struct kernel *kernel)
{
    (void)kernel_dump(kernel, NULL);
    refresh_later(kernel);
}

/* Notices were lost: read the table anew. What still waits is older than
 * that or will be told again. */
static void
recover(struct kernel *kernel, char *buffer)
{
    ssize_t got = 0;
    unsigned int reads = 0;
    do {
        got = mnl_socket_recvfrom(kernel->monitor, buffer, NOTICE);
    } while ((got > 0 || errno == ENOBUFS || errno == EINTR) &&
             ++reads < 100000);
    kernel_refresh(kernel);
}

static void
read_notices(struct kernel *kernel, unsigned int most)
{
    char *buffer = g_malloc(NOTICE);
    for (unsigned int i = 0; i < most; i++) {
        ssize_t got = mnl_socket_recvfrom(kernel->monitor, buffer, NOTICE);
        if (got > 0) {
            kernel_table_apply_all(kernel, buffer, (int)got);
        } else if (got < 0 && (errno == ENOBUFS || errno == ENOSPC)) {
            recover(kernel, buffer);
        } else if (got == 0 || errno != EINTR) {
            break;
        }
    }
    g_free(buffer);
}

void
kernel_sync(struct kernel *kernel)
{
    read_notices(kernel, UINT_MAX);
}

/* ------------------------------------------------------------------ tell */

static void
tell(struct kernel *kernel, const struct kernel_event *event)
{
    kernel->telling++;
    for (guint i = 0; i < kernel->listeners->len; i++) {
        struct kernel_listening who =
            g_array_index(kernel->listeners, struct kernel_listening, i);
        if (who.listener != NULL) {
            who.listener(event, who.data);
        }
    }
    kernel->telling--;
}

static void
sweep_listeners(struct kernel *kernel)
{
    for (guint i = kernel->listeners->len; i-- > 0;) {
        if (g_array_index(kernel->listeners, struct kernel_listening, i)
                .listener == NULL) {
            g_array_remove_index(kernel->listeners, i);
        }
    }
}

static gboolean
source_prepare(GSource *source, gint *timeout)
{
    const struct kernel_source_of *own = (const void *)source;
    *timeout = -1;
    return !g_queue_is_empty(&own->kernel->events);
}

static gboolean
source_check(GSource *source)
{
    const struct kernel_source_of *own = (const void *)source;
    return !g_queue_is_empty(&own->kernel->events) ||
           g_source_query_unix_fd(source, own->tag) != 0;
}

static gboolean
source_dispatch(GSource *source, GSourceFunc unused, gpointer data)
{
    struct kernel *kernel = ((struct kernel_source_of *)source)->kernel;
    (void)unused;
    (void)data;
    gint64 refresh = g_source_get_ready_time(source);
    if (refresh >= 0 && g_source_get_time(source) >= refresh) {
        kernel_refresh(kernel);
    }
    read_notices(kernel, READS);
    for (unsigned int i = 0; i < TELLS; i++) {
        struct kernel_event *event = g_queue_pop_head(&kernel->events);
        if (event == NULL) {
            break;
        }
        tell(kernel, event);
        g_free(event);
    }
    if (kernel->telling == 0) {
        sweep_listeners(kernel);
    }
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {.prepare = source_prepare,
                                    .check = source_check,
                                    .dispatch = source_dispatch};

/* ------------------------------------------------------------------ life */

struct kernel *
kernel_alloc(void)
{
    struct kernel *kernel = g_new0(struct kernel, 1);
    kernel->links = g_array_new(FALSE, FALSE, sizeof(struct kernel_row_link));
    kernel->addresses =
        g_array_new(FALSE, FALSE, sizeof(struct kernel_row_address));
    kernel->listeners =
        g_array_new(FALSE, FALSE, sizeof(struct kernel_listening));
    g_queue_init(&kernel->events);
    return kernel;
}

static void
attach(struct kernel *kernel, GMainContext *context)
{
    kernel->source =
        g_source_new(&source_funcs, sizeof(struct kernel_source_of));
    struct kernel_source_of *own = (void *)kernel->source;
    own->kernel = kernel;
    own->tag = g_source_add_unix_fd(
        kernel->source, mnl_socket_get_fd(kernel->monitor), G_IO_IN);
    g_source_set_name(kernel->source, "netlink");
    g_source_set_can_recurse(kernel->source, TRUE);
    g_source_attach(kernel->source, context);
}

struct kernel *
kernel_open(GMainContext *context, struct os_error *error)
{
    struct kernel *kernel = kernel_alloc();
    /* The monitor first: nothing slips between dump and notices. */
    if (!open_monitor(kernel, error) || !open_asker(kernel, error) ||
        !kernel_dump(kernel, error)) {
        kernel_close(kernel);
        return NULL;
    }
    g_queue_clear_full(&kernel->events, g_free);
    attach(kernel, context);
    refresh_later(kernel);
    return kernel;
}

GMainContext *
kernel_context(const struct kernel *kernel)
{
    return g_source_get_context(kernel->source);
}

void
kernel_close(struct kernel *kernel)
{
    if (kernel == NULL) {
        return;
    }
    if (kernel->source != NULL) {
        g_source_destroy(kernel->source);
        g_source_unref(kernel->source);
    }
    if (kernel->monitor != NULL) {
        mnl_socket_close(kernel->monitor);
    }
    if (kernel->asker != NULL) {
        mnl_socket_close(kernel->asker);
    }
    g_queue_clear_full(&kernel->events, g_free);
    g_array_unref(kernel->links);
    g_array_unref(kernel->addresses);
    g_array_unref(kernel->listeners);
    g_free(kernel);
}

void
kernel_listen(struct kernel *kernel, kernel_listener *listener, void *data)
{
    struct kernel_listening who = {listener, data};
    g_array_append_val(kernel->listeners, who);
}

void
kernel_unlisten(struct kernel *kernel, kernel_listener *listener, void *data)
{
    for (guint i = 0; i < kernel->listeners->len; i++) {
        struct kernel_listening *who =
            &g_array_index(kernel->listeners, struct kernel_listening, i);
        if (who->listener == listener && who->data == data) {
            who->listener = NULL;
            break;
        }
    }
    if (kernel->telling == 0) {
        sweep_listeners(kernel);
    }
}
