/* SPDX-License-Identifier: BSD-2-Clause */
#include "alarm.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib.h>

#include "read_clock.h"

struct alarm {
    int fd;
    GSource *source;
    carp_time armed;
    bool is_ringing; /* the timer is set once, at the end */
    void (*ring)(void *user);
    void *user;
};

carp_time
alarm_now(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

carp_time
alarm_from_monotonic(carp_time when)
{
    carp_time monotonic = read_clock(CLOCK_MONOTONIC);
    carp_time now = alarm_now();
    carp_time age = carp_time_since(monotonic, when);
    return age > now ? 0 : now - age;
}

carp_time
alarm_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}

carp_time
alarm_to_wall(carp_time when)
{
    carp_time now = alarm_now();
    carp_time wall = alarm_wall();
    if (when > now) {
        return carp_time_add(wall, when - now);
    }
    return wall > now - when ? wall - (now - when) : 0;
}

static void
arm(const struct alarm *alarm)
{
    /* Zero would disarm. */
    carp_time at = alarm->armed > 0 ? alarm->armed : 1;
    struct itimerspec spec = {.it_value = {.tv_sec = (time_t)(at / CARP_SEC),
                                           .tv_nsec = (long)(at % CARP_SEC)}};
    if (alarm->armed == CARP_NEVER) {
        spec.it_value = (struct timespec){0, 0};
    }
    timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

static gboolean
on_ring(gint fd, GIOCondition condition, gpointer user)
{
    (void)fd;
    (void)condition;
    struct alarm *alarm = user;
    if (alarm_now() < alarm->armed) {
        return G_SOURCE_CONTINUE; /* was set to later in this turn */
    }
    alarm->armed = CARP_NEVER;
    alarm->is_ringing = true;
    alarm->ring(alarm->user);
    alarm->is_ringing = false;
    arm(alarm); /* which takes the place of reading the descriptor */
    return G_SOURCE_CONTINUE;
}

struct alarm *
alarm_new(void (*ring)(void *user), void *user)
{
    int fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (fd < 0) {
        return NULL;
    }
    struct alarm *alarm = g_new0(struct alarm, 1);
    alarm->fd = fd;
    alarm->armed = CARP_NEVER;
    alarm->ring = ring;
    alarm->user = user;
    alarm->source = g_unix_fd_source_new(fd, G_IO_IN);
    g_source_set_callback(alarm->source, G_SOURCE_FUNC(on_ring), alarm, NULL);
    /* Else GLib takes the descriptor out of its list around each call, and
     * wakes itself up for that. */
    g_source_set_can_recurse(alarm->source, TRUE);
    g_source_attach(alarm->source, NULL);
    return alarm;
}

void
alarm_free(struct alarm *alarm)
{
    if (alarm != NULL) {
        g_source_destroy(alarm->source);
        g_source_unref(alarm->source);
        close(alarm->fd);
        g_free(alarm);
    }
}

void
alarm_before(struct alarm *alarm, carp_time when)
{
    if (when < alarm->armed) {
        alarm_set(alarm, when);
    }
}

void
alarm_set(struct alarm *alarm, carp_time when)
{
    if (when != alarm->armed) {
        alarm->armed = when;
        if (!alarm->is_ringing) {
            arm(alarm);
        }
    }
}

carp_time
alarm_when(const struct alarm *alarm)
{
    return alarm->armed;
}
