/* SPDX-License-Identifier: BSD-2-Clause */
#include "alarm.h"

#include <stdint.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib.h>

#include "read_clock.h"

struct alarm {
    int fd;
    guint source;
    carp_time armed;
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

static gboolean
on_ring(gint fd, GIOCondition condition, gpointer user)
{
    (void)condition;
    struct alarm *alarm = user;
    uint64_t count = 0;
    if (read(fd, &count, sizeof(count)) == (ssize_t)sizeof(count)) {
        alarm->armed = CARP_NEVER;
        alarm->ring(alarm->user);
    }
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
    alarm->source = g_unix_fd_add(fd, G_IO_IN, on_ring, alarm);
    return alarm;
}

void
alarm_free(struct alarm *alarm)
{
    if (alarm != NULL) {
        g_source_remove(alarm->source);
        close(alarm->fd);
        g_free(alarm);
    }
}

void
alarm_before(struct alarm *alarm, carp_time when)
{
    if (when >= alarm->armed) {
        return;
    }
    alarm->armed = when;
    /* Zero would disarm. */
    carp_time at = when > 0 ? when : 1;
    struct itimerspec spec = {.it_value = {.tv_sec = (time_t)(at / CARP_SEC),
                                           .tv_nsec = (long)(at % CARP_SEC)}};
    timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME, &spec, NULL);
}
