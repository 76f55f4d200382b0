/* SPDX-License-Identifier: BSD-2-Clause */
/* The capture's descriptors and GLib's sources wake the same wait; several
 * listeners hear the same things. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib.h>

#include "capture.h"
#include "loop.h"
#include "monitor.h"

#define LONG 20000 /* ms; a wait that lasts so long has failed */

static gboolean
count_up(gpointer user)
{
    int *count = user;
    (*count)++;
    return G_SOURCE_REMOVE;
}

static gboolean
count_fd(gint fd, GIOCondition condition, gpointer user)
{
    char octet = 0;
    g_assert_cmpint(condition & G_IO_IN, !=, 0);
    g_assert_cmpint((int)read(fd, &octet, 1), ==, 1);
    return count_up(user);
}

static void
test_own_descriptor(void)
{
    struct mon_loop *loop = mon_loop_new();
    int ends[2];
    g_assert_cmpint(pipe(ends), ==, 0);
    g_assert_cmpint((int)write(ends[1], "x", 1), ==, 1);
    gint64 begin = g_get_monotonic_time();
    mon_loop_watch(loop, ends[0]);
    mon_loop_wait(loop, LONG);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, LONG * 500);
    /* Watched once only: nothing wakes now. */
    begin = g_get_monotonic_time();
    mon_loop_wait(loop, 30);
    g_assert_cmpint(g_get_monotonic_time() - begin, >=, 25000);
    close(ends[0]);
    close(ends[1]);
    mon_loop_free(loop);
}

static void
test_sources(void)
{
    struct mon_loop *loop = mon_loop_new();
    int ends[12][2];
    int heard = 0;
    int ticks = 0;
    /* More than fit at first. */
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_assert_cmpint(pipe(ends[i]), ==, 0);
        g_unix_fd_add(ends[i][0], G_IO_IN, count_fd, &heard);
    }
    mon_loop_wait(loop, 0);
    g_assert_cmpint(heard, ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_assert_cmpint((int)write(ends[i][1], "x", 1), ==, 1);
    }
    mon_loop_wait(loop, LONG);
    g_assert_cmpint(heard, ==, G_N_ELEMENTS(ends));
    g_timeout_add(10, count_up, &ticks);
    gint64 begin = g_get_monotonic_time();
    while (ticks == 0 && g_get_monotonic_time() - begin < LONG * 1000) {
        mon_loop_wait(loop, LONG);
    }
    g_assert_cmpint(ticks, ==, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        close(ends[i][0]);
        close(ends[i][1]);
    }
    mon_loop_free(loop);
}

/* ------------------------------------------------------------- listeners */

struct counts {
    unsigned int starts, frames, adverts, events, ticks, views, ends;
    unsigned int *closed;
};

static void
on_start(void *state, const struct mon_start *start)
{
    (void)start;
    ((struct counts *)state)->starts++;
}

static void
on_frame(void *state, const struct mon_frame *frame,
         const struct carp_frame *parsed, const struct carp_observation *seen)
{
    struct counts *counts = state;
    g_assert_cmpuint(frame->captured, >, 0);
    g_assert_cmpint(parsed->kind, !=, CARP_FRAME_OTHER);
    counts->frames++;
    counts->adverts += seen->is_advert;
}

static void
on_event(void *state, const struct carp_event *event)
{
    (void)event;
    ((struct counts *)state)->events++;
}

static void
on_tick(void *state, struct carp_track *track, const struct mon_totals *totals,
        carp_time now)
{
    struct counts *counts = state;
    (void)now;
    g_assert_cmpuint(totals->adverts, ==, counts->adverts);
    g_assert_cmpuint(carp_track_view_count(track), ==, 1);
    counts->ticks++;
}

static void
on_end(void *state, const struct mon_totals *totals)
{
    (void)totals;
    ((struct counts *)state)->ends++;
}

static void
on_close(void *state)
{
    struct counts *counts = state;
    if (counts->closed != NULL) {
        ++*counts->closed;
    }
}

static const struct mon_report_ops counter = {
    .name = "counter",
    .start = on_start,
    .frame = on_frame,
    .event = on_event,
    .tick = on_tick,
    .end = on_end,
    .close = on_close,
};

static const struct mon_report_ops nothing = {.name = "nothing",
                                              .close = on_close};

static void
test_listeners(void)
{
    char capture[] = CARP_CAPTURES "/ucarp-oneway-a-to-b.pcap";
    char name[] = "carpmon";
    char read_it[] = "-r";
    char *argv[] = {name, read_it, capture, NULL};
    struct mon_options options;
    char *error = NULL;
    g_assert_cmpint(mon_options_parse(&options, 3, argv, &error), ==,
                    MON_PARSE_RUN);
    char *text = NULL;
    size_t size = 0;
    struct mon_session session = {.out = open_memstream(&text, &size),
                                  .segments = options.segments};
    struct carp_ring *ring = carp_ring_new();
    struct mon_monitor *monitor =
        mon_monitor_new(ring, &session, mon_report_find(MON_JSON));
    unsigned int closed = 0;
    struct counts a = {.closed = &closed};
    struct counts b = {.closed = &closed};
    struct counts c = {.closed = &closed};
    mon_monitor_attach(monitor, &counter, &a);
    mon_monitor_attach(monitor, &nothing, &b);
    mon_monitor_attach(monitor, &counter, &c);
    volatile sig_atomic_t stop = 0;
    mon_capture_files(monitor, &options, &stop);
    mon_monitor_tick(monitor, mon_monitor_totals(monitor)->last);
    g_assert_cmpint(mon_monitor_finish(monitor), ==, MON_EXIT_CRITICAL);
    g_assert_cmpuint(a.starts, ==, 1);
    g_assert_cmpuint(a.adverts, ==, mon_monitor_totals(monitor)->adverts);
    g_assert_cmpuint(a.frames, >=, a.adverts);
    g_assert_cmpuint(a.events, >, 2);
    g_assert_cmpuint(a.ticks, ==, 1);
    g_assert_cmpuint(a.ends, ==, 1);
    mon_monitor_free(monitor);
    g_assert_cmpuint(closed, ==, 3);
    g_assert_true(memcmp(&a, &c, sizeof(a)) == 0);
    fclose(session.out);
    g_assert_cmpuint(size, >, 1000);
    free(text);
    carp_ring_free(ring);
    mon_options_clear(&options);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/loop/own-descriptor", test_own_descriptor);
    g_test_add_func("/loop/sources", test_sources);
    g_test_add_func("/loop/listeners", test_listeners);
    return g_test_run();
}
