/* SPDX-License-Identifier: BSD-2-Clause */
#include "loop.h"

struct mon_loop {
    GMainContext *context;
    GArray *polls; /* GPollFD: the capture's, then GLib's */
};

struct mon_loop *
mon_loop_new(void)
{
    struct mon_loop *loop = g_new0(struct mon_loop, 1);
    loop->context = g_main_context_ref(g_main_context_default());
    loop->polls = g_array_new(FALSE, TRUE, sizeof(GPollFD));
    return loop;
}

void
mon_loop_free(struct mon_loop *loop)
{
    if (loop != NULL) {
        g_array_free(loop->polls, TRUE);
        g_main_context_unref(loop->context);
        g_free(loop);
    }
}

void
mon_loop_watch(struct mon_loop *loop, int fd)
{
    GPollFD poll = {.fd = fd, .events = G_IO_IN};
    g_array_append_val(loop->polls, poll);
}

/* GLib's descriptors behind the @p own ones. Returns how many. */
static guint
query(struct mon_loop *loop, guint own, gint priority, int *timeout)
{
    guint count = 0;
    guint room = 0;
    do {
        room = MAX(count, 8);
        g_array_set_size(loop->polls, own + room);
        count = (guint)g_main_context_query(
            loop->context, priority, timeout,
            &g_array_index(loop->polls, GPollFD, own), (gint)room);
    } while (count > room);
    return count;
}

void
mon_loop_wait(struct mon_loop *loop, int milliseconds)
{
    guint own = loop->polls->len;
    gint priority = 0;
    int timeout = -1;
    if (!g_main_context_acquire(loop->context)) {
        g_array_set_size(loop->polls, 0);
        return;
    }
    (void)g_main_context_prepare(loop->context, &priority);
    guint count = query(loop, own, priority, &timeout);
    if (timeout < 0 || timeout > milliseconds) {
        timeout = milliseconds;
    }
    GPollFD *polls = (GPollFD *)(void *)loop->polls->data;
    /* A signal ends the wait; errors of the capture show when it is read. */
    if (g_poll(polls, own + count, timeout) < 0) {
        for (guint i = 0; i < own + count; i++) {
            polls[i].revents = 0;
        }
    }
    if (g_main_context_check(loop->context, priority, polls + own,
                             (gint)count)) {
        g_main_context_dispatch(loop->context);
    }
    g_main_context_release(loop->context);
    g_array_set_size(loop->polls, 0);
}
