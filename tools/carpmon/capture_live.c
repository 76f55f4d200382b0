/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Live capture, one handle an interface.
 *
 * Frames come in blocks (capture_port.c), so the present is known only up to
 * HOLD ago: timers run that much later, and with several interfaces a frame
 * waits that long for an older one of another.
 */
#include <errno.h>
#include <string.h>

#include "capture_live_internal.h"
#include "log.h"
#include "read_clock.h"

#define HOLD (60 * CARP_MSEC)
/* Frames that fall due one after the other are taken together. */
#define TOGETHER (5 * CARP_MSEC)
#define HOUSEKEEPING CARP_SEC
/* As long as the observer waits for the first advert. */
#define HEARS (60 * CARP_SEC)

/* ------------------------------------------------------------------ clocks */

static void
blind_all(struct mon_live *live)
{
    for (guint i = 0; live->monitor != NULL && i < live->ports->len; i++) {
        mon_monitor_blind(live->monitor, live_port(live, i)->next.segment,
                          live->now);
    }
}

static void
read_clocks(struct mon_live *live)
{
    const struct mon_clocks clocks = {.monotonic = read_clock(CLOCK_MONOTONIC),
                                      .boot = read_clock(CLOCK_BOOTTIME),
                                      .wall = read_clock(CLOCK_REALTIME)};
    struct mon_clock_news news = mon_clock_sync(live->clock, &clocks);
    live->now = live->clock->now;
    if (news.slept != 0) {
        log_line("the machine was suspended for %.1f s: nothing was seen "
                 "meanwhile",
                 (double)news.slept / 1e9);
        blind_all(live);
    }
    if (news.step != 0) {
        log_line("the clock was set by %+.3f s: tracking goes on evenly",
                 (double)news.step / 1e9);
    }
}

/* A frame of the future is one stamped behind a step of the clock that we
 * have not seen yet. */
static void
read_port(struct mon_live *live, struct mon_port *port)
{
    bool is_open = mon_port_read(port, live->clock, live->now);
    if (is_open && port->has_next &&
        port->next.time > carp_time_add(live->now, CARP_SEC)) {
        read_clocks(live);
        port->next.time = mon_clock_even(live->clock, port->stamp);
    }
}

static void
do_chores(struct mon_live *live)
{
    if (live->now < live->next_chore) {
        return;
    }
    live->next_chore = live->now + HOUSEKEEPING;
    live->next_drops = 0;
    live_look_for_drops(live);
    for (guint i = 0; i < live->ports->len; i++) {
        live_look_at(live, live_port(live, i));
    }
    live_forget_gone(live);
    live_find_more(live);
    live_say_nothing_heard(live);
    mon_monitor_tick(live->monitor, live->now);
}

/* ----------------------------------------------------------------- rounds */

static struct mon_port *
oldest_port(struct mon_live *live)
{
    struct mon_port *best = NULL;
    for (guint i = 0; i < live->ports->len; i++) {
        struct mon_port *port = live_port(live, i);
        if (port->has_next &&
            (best == NULL || port->next.time < best->next.time)) {
            best = port;
        }
    }
    return best;
}

/* Can this port still hand over a frame older than @p when? */
static bool
may_be_older(const struct mon_port *port, carp_time when)
{
    return port->pcap != NULL && !port->has_next &&
           port->empty_at < carp_time_add(when, HOLD);
}

/* The port with the oldest frame, when no older one can still arrive. An
 * idle port is asked once for many frames of a busy one: each time costs a
 * system call. */
static struct mon_port *
ready_port(struct mon_live *live)
{
    const struct mon_port *first = oldest_port(live);
    carp_time when = first != NULL ? first->next.time : CARP_NEVER;
    for (guint i = 0; i < live->ports->len; i++) {
        if (may_be_older(live_port(live, i), when)) {
            read_port(live, live_port(live, i));
        }
    }
    struct mon_port *best = oldest_port(live);
    for (guint i = 0; best != NULL && i < live->ports->len; i++) {
        if (may_be_older(live_port(live, i), best->next.time)) {
            return NULL;
        }
    }
    return best;
}

static bool
has_open_port(const struct mon_live *live)
{
    for (guint i = 0; i < live->ports->len; i++) {
        if (live_port(live, i)->pcap != NULL) {
            return true;
        }
    }
    return false;
}

/* Nothing is ready: let timers run, but not past a frame that waits. A blind
 * monitor's time stands still: silence is not known to be silence. */
static void
run_timers(struct mon_live *live)
{
    carp_time safe = carp_time_since(live->now, HOLD);
    if (!has_open_port(live)) {
        return;
    }
    live_look_for_drops(live);
    for (guint i = 0; i < live->ports->len; i++) {
        const struct mon_port *port = live_port(live, i);
        if (port->has_next && port->next.time < safe) {
            safe = port->next.time;
        }
    }
    live->advanced = safe;
    mon_monitor_advance(live->monitor, safe);
}

static int
milliseconds_until(carp_time when, carp_time now)
{
    carp_time wait = carp_time_since(when, now);
    /* Rounded up: waking early would spin. */
    return (int)((MIN(wait, HOUSEKEEPING) + CARP_MSEC - 1) / CARP_MSEC);
}

static void
sleep_until_news(struct mon_live *live)
{
    carp_time wake = MIN(live->next_chore, live->end);
    carp_time deadline = mon_monitor_deadline(live->monitor);
    wake = MIN(wake, carp_time_add(deadline, HOLD));
    for (guint i = 0; i < live->ports->len; i++) {
        const struct mon_port *port = live_port(live, i);
        if (port->has_next) {
            wake = MIN(wake, carp_time_add(port->next.time, HOLD + TOGETHER));
        } else if (port->pcap != NULL) {
            mon_loop_watch(live->loop, port->fd);
        }
    }
    mon_loop_wait(live->loop, milliseconds_until(wake, live->now));
}

static void
run(struct mon_live *live)
{
    unsigned int burst = 0;
    while (*live->stop == 0 && live->frames_left > 0 && live->now < live->end &&
           mon_monitor_can_write(live->monitor)) {
        struct mon_port *port = ready_port(live);
        if (port != NULL) {
            port->has_next = false;
            mon_monitor_frame(live->monitor, &port->next);
            live->frames_left -= live->frames_left != UINT64_MAX;
            if (++burst % 256 != 0) {
                continue;
            }
            read_clocks(live);
            live_look_for_drops(live);
            do_chores(live);
            mon_loop_wait(live->loop, 0);
            continue;
        }
        read_clocks(live);
        do_chores(live);
        run_timers(live);
        sleep_until_news(live);
        read_clocks(live);
    }
}

/* -------------------------------------------------------------------- life */

struct mon_live *
mon_live_open(const struct mon_options *options, struct mon_clock *clock)
{
    struct mon_live *live = g_new0(struct mon_live, 1);
    live->options = options;
    live->clock = clock;
    live->end = CARP_NEVER;
    live->frames_left = UINT64_MAX;
    live->ports = g_ptr_array_new_with_free_func(mon_port_free);
    live->loop = mon_loop_new();
    live->watched = g_hash_table_new(NULL, NULL);
    if (!live_open_ports(live)) {
        g_clear_pointer(&live, mon_live_free);
    }
    return live;
}

void
mon_live_free(struct mon_live *live)
{
    if (live != NULL) {
        g_ptr_array_free(live->ports, TRUE);
        mon_loop_free(live->loop);
        g_hash_table_destroy(live->watched);
        g_free(live);
    }
}

/* What is open, also what patterns found. */
static void
say_start(struct mon_live *live)
{
    struct mon_options open = *live->options;
    open.input_count = live->ports->len;
    open.inputs = g_new0(struct mon_input, live->ports->len + 1);
    for (guint i = 0; i < live->ports->len; i++) {
        open.inputs[i].name = live_port(live, i)->name;
        open.inputs[i].segment = live_port(live, i)->next.segment;
    }
    mon_monitor_start(live->monitor, &open, live->now);
    g_free(open.inputs);
}

/* What was seen ends with the silence behind the last frame, as far as that is
 * known to be silence. */
static void
close_books(const struct mon_live *live)
{
    struct mon_totals *totals = mon_monitor_totals(live->monitor);
    totals->last =
        totals->frames > 0 ? MAX(totals->last, live->advanced) : live->now;
}

void
mon_live_run(struct mon_live *live, struct mon_monitor *monitor,
             const volatile sig_atomic_t *stop)
{
    const struct mon_options *options = live->options;
    live->monitor = monitor;
    live->stop = stop;
    read_clocks(live);
    if (options->duration > 0.0) {
        live->end =
            carp_time_add(live->now, (carp_time)(options->duration * 1e9));
    }
    if (options->count > 0) {
        live->frames_left = options->count;
    }
    say_start(live);
    live->advanced = carp_time_since(live->now, HOLD);
    for (guint i = 0; i < live->ports->len; i++) {
        live_watch(live, live_port(live, i));
    }
    live->hears_due = carp_time_add(live->now, HEARS);
    run(live);
    live->next_chore = 0;
    do_chores(live);
    close_books(live);
    for (guint i = 0; i < live->ports->len; i++) {
        const struct mon_port *port = live_port(live, i);
        mon_monitor_totals(monitor)->unreadable +=
            port->pcap == NULL && !port->is_found;
    }
}
