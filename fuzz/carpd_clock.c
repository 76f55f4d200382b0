/* SPDX-License-Identifier: BSD-2-Clause */
/* Time that passes when the script says so. Timers of carpd and of GLib that
 * carpd's own code makes follow it. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <glib-unix.h>

#include "carpd_host.h"
#include "read_clock.h"

/* The machine has been up for a day, in 2026. */
#define BEGIN ((carp_time)86400 * CARP_SEC)
#define WALL ((int64_t)1790000000 * (int64_t)CARP_SEC)
#define SIGNALS 65

static struct {
    carp_time now, slept, creep;
    int64_t wall; /* ahead of now */
    int fd;       /* of the one timer that carpd has; -1: none */
    carp_time due;
    bool is_readable;
    unsigned int rings;
    GSList *timeouts; /* struct timeout */
    GSource *ready;   /* one of them: the one source's ready time */
    gint64 ready_at;
    bool has_signal[SIGNALS];
} the_clock = {.fd = -1};

/* ------------------------------------------------------------------ clocks */

carp_time
clock_now(void)
{
    return the_clock.now;
}

static carp_time
monotonic(void)
{
    return the_clock.now - the_clock.slept;
}

carp_time
read_clock(clockid_t id)
{
    the_clock.now += the_clock.creep;
    switch (id) {
    case CLOCK_MONOTONIC:
        return monotonic();
    case CLOCK_REALTIME:
        return (carp_time)((int64_t)the_clock.now + the_clock.wall);
    default:
        return the_clock.now;
    }
}

gint64
g_get_monotonic_time(void)
{
    return (gint64)(monotonic() / 1000);
}

void
clock_set_creep(carp_time span)
{
    the_clock.creep = span;
}

void
clock_step_wall(int64_t by)
{
    int64_t least = -(int64_t)the_clock.now;
    the_clock.wall = MAX(the_clock.wall + by, least);
    the_clock.wall = MIN(the_clock.wall, 2 * WALL);
}

/* ----------------------------------------------------------------- timerfd */

static void
update(void)
{
    bool is_due = the_clock.due != 0 && the_clock.now >= the_clock.due;
    uint64_t one = 1;
    if (the_clock.fd < 0 || is_due == the_clock.is_readable) {
        return;
    }
    the_clock.is_readable = is_due;
    the_clock.rings += is_due;
    ssize_t done = is_due ? write(the_clock.fd, &one, sizeof(one))
                          : read(the_clock.fd, &one, sizeof(one));
    FUZZ_CHECK(done == sizeof(one));
}

int
timerfd_create(clockid_t id, int flags)
{
    (void)flags;
    FUZZ_CHECK(id == CLOCK_BOOTTIME);
    the_clock.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    the_clock.due = 0;
    the_clock.is_readable = false;
    return the_clock.fd;
}

int
timerfd_settime(int fd, int flags, const struct itimerspec *spec,
                struct itimerspec *old)
{
    (void)old;
    FUZZ_CHECK(fd == the_clock.fd && flags == TFD_TIMER_ABSTIME);
    FUZZ_CHECK(spec->it_value.tv_sec >= 0 && spec->it_value.tv_nsec >= 0 &&
               spec->it_value.tv_nsec < 1000000000);
    the_clock.due = (carp_time)spec->it_value.tv_sec * CARP_SEC +
                    (carp_time)spec->it_value.tv_nsec;
    update();
    /* It was believed, and is due again: a ring of its own. */
    the_clock.rings += the_clock.is_readable;
    return 0;
}

/* ---------------------------------------------------------- GLib's sources */

struct timeout {
    GSource source;
    carp_time due, every; /* monotonic */
};

static gboolean
timeout_prepare(GSource *source, gint *wait)
{
    *wait = -1;
    return monotonic() >= ((struct timeout *)source)->due;
}

static gboolean
timeout_check(GSource *source)
{
    return monotonic() >= ((struct timeout *)source)->due;
}

static gboolean
timeout_dispatch(GSource *source, GSourceFunc call, gpointer data)
{
    struct timeout *timeout = (struct timeout *)source;
    timeout->due = monotonic() + timeout->every;
    return call(data);
}

static void
timeout_finalize(GSource *source)
{
    the_clock.timeouts = g_slist_remove(the_clock.timeouts, source);
    the_clock.ready = source == the_clock.ready ? NULL : the_clock.ready;
}

static GSourceFuncs timeout_funcs = {.prepare = timeout_prepare,
                                     .check = timeout_check,
                                     .dispatch = timeout_dispatch,
                                     .finalize = timeout_finalize};

GSource *
g_timeout_source_new(guint interval)
{
    GSource *source = g_source_new(&timeout_funcs, sizeof(struct timeout));
    struct timeout *timeout = (struct timeout *)source;
    timeout->every = interval * CARP_MSEC;
    timeout->due = monotonic() + timeout->every;
    the_clock.timeouts = g_slist_prepend(the_clock.timeouts, timeout);
    return source;
}

static guint
attach(GSource *source, GSourceFunc call, gpointer data)
{
    g_source_set_callback(source, call, data, NULL);
    guint id = g_source_attach(source, NULL);
    g_source_unref(source);
    return id;
}

/* GLib's header makes macros of some. */
#undef g_timeout_add
guint
g_timeout_add(guint interval, GSourceFunc call, gpointer data)
{
    return attach(g_timeout_source_new(interval), call, data);
}

static gboolean
be_ready(gpointer unused)
{
    (void)unused;
    return G_SOURCE_REMOVE;
}

/* A child that is ready makes its parent so. */
void
g_source_set_ready_time(GSource *source, gint64 when)
{
    if (the_clock.ready != NULL) {
        g_source_destroy(the_clock.ready);
    }
    the_clock.ready_at = when;
    if (when >= 0) {
        GSource *child = g_timeout_source_new(0);
        ((struct timeout *)child)->due = (carp_time)when * 1000;
        g_source_set_callback(child, be_ready, NULL, NULL);
        g_source_add_child_source(source, child);
        the_clock.ready = child;
        g_source_unref(child);
    }
}

gint64
g_source_get_ready_time(GSource *source)
{
    (void)source;
    return the_clock.ready_at;
}

gint64
g_source_get_time(GSource *source)
{
    (void)source;
    return g_get_monotonic_time();
}

/* ----------------------------------------------------------------- signals */

struct signal_source {
    GSource source;
    int number;
};

static gboolean
signal_is_there(GSource *source)
{
    return the_clock.has_signal[((struct signal_source *)source)->number];
}

static gboolean
signal_prepare(GSource *source, gint *wait)
{
    *wait = -1;
    return signal_is_there(source);
}

static gboolean
signal_dispatch(GSource *source, GSourceFunc call, gpointer data)
{
    the_clock.has_signal[((struct signal_source *)source)->number] = false;
    return call(data);
}

static GSourceFuncs signal_funcs = {.prepare = signal_prepare,
                                    .check = signal_is_there,
                                    .dispatch = signal_dispatch};

guint
g_unix_signal_add(gint number, GSourceFunc call, gpointer data)
{
    GSource *source = g_source_new(&signal_funcs, sizeof(struct signal_source));
    ((struct signal_source *)source)->number = number;
    return attach(source, call, data);
}

void
clock_signal(int number)
{
    the_clock.has_signal[number] = true;
}

/* -------------------------------------------------------------------- time */

void
clock_begin(void)
{
    FUZZ_CHECK(the_clock.timeouts == NULL);
    memset(&the_clock, 0, sizeof(the_clock));
    the_clock.now = BEGIN;
    the_clock.wall = WALL;
    the_clock.fd = -1;
    the_clock.ready_at = -1;
}

carp_time
clock_next(void)
{
    carp_time next = the_clock.due != 0 ? the_clock.due : CARP_NEVER;
    for (const GSList *item = the_clock.timeouts; item != NULL;
         item = item->next) {
        const struct timeout *timeout = item->data;
        next = MIN(next, timeout->due + the_clock.slept);
    }
    return next;
}

void
clock_set(carp_time when)
{
    the_clock.now = MAX(the_clock.now, when);
    update();
}

void
clock_sleep(carp_time span)
{
    the_clock.slept += span;
    clock_set(the_clock.now + span);
}

unsigned int
clock_rings(void)
{
    return the_clock.rings;
}
