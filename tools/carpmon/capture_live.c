/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Live capture, one handle an interface.
 *
 * The kernel hands frames over in blocks: when one is full, or BLOCK_MS
 * behind its first frame. That loses nothing at full rate and costs little;
 * a frame a wake-up (immediate mode) loses frames or costs tens of times
 * more. So the present is known only up to HOLD ago: timers run that much
 * later, and with several interfaces a frame waits that long for an older
 * one of another.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "capture.h"
#include "log.h"
#include "loop.h"

#define SNAPLEN 256
#define BLOCK_MS 20
#define BUFFER_ONE (4 * 1024 * 1024)
/* Several interfaces: frames of HOLD at full rate must fit too. */
#define BUFFER_SEVERAL (16 * 1024 * 1024)
#define HOLD (60 * CARP_MSEC)
/* Frames that fall due one after the other are taken together. */
#define TOGETHER (5 * CARP_MSEC)
#define HOUSEKEEPING CARP_SEC

struct port {
    const char *name;
    pcap_t *pcap; /* NULL while the interface is away */
    int fd;
    int buffer; /* octets */
    bool has_next;
    bool is_blind; /* away, or without carrier */
    struct mon_frame next;
    carp_time empty_at; /* when it was last found to hold no frame */
    uint64_t dropped; /* of earlier handles */
    uint64_t dropped_said;
    struct log_limit drop_limit;
};

struct watch {
    struct mon_monitor *monitor;
    struct mon_clock *clock;
    const volatile sig_atomic_t *stop;
    struct port *ports;
    struct mon_loop *loop;
    unsigned int count;
    carp_time now;       /* even wall clock, read once a round */
    carp_time next_chore;
    carp_time end;       /* CARP_NEVER without --duration */
    uint64_t frames_left; /* UINT64_MAX without --count */
};

static carp_time
read_clock(clockid_t id)
{
    struct timespec ts = {0, 0};
    clock_gettime(id, &ts);
    return (carp_time)ts.tv_sec * CARP_SEC + (carp_time)ts.tv_nsec;
}

static void
read_clocks(struct watch *watch)
{
    carp_time wall = read_clock(CLOCK_REALTIME);
    int64_t step = mon_clock_sync(watch->clock, wall,
                                  read_clock(CLOCK_MONOTONIC));
    if (step != 0) {
        log_line("the clock was set by %+.3f s: tracking goes on evenly",
                 (double)step / 1e9);
    }
    watch->now = mon_clock_even(watch->clock, wall);
}

/* ------------------------------------------------------------ interfaces */

static pcap_t *
open_handle(const struct port *port, char error[PCAP_ERRBUF_SIZE])
{
    pcap_t *pcap = pcap_create(port->name, error);
    if (pcap == NULL) {
        return NULL;
    }
    pcap_set_snaplen(pcap, SNAPLEN);
    pcap_set_promisc(pcap, 1);
    pcap_set_timeout(pcap, BLOCK_MS);
    pcap_set_buffer_size(pcap, port->buffer);
    pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
    int status = pcap_activate(pcap);
    if (status < 0) {
        const char *detail = pcap_geterr(pcap);
        g_strlcpy(error, *detail != '\0' ? detail : pcap_statustostr(status),
                  PCAP_ERRBUF_SIZE);
        pcap_close(pcap);
        return NULL;
    }
    return pcap;
}

static bool
port_open(struct port *port, char error[PCAP_ERRBUF_SIZE])
{
    pcap_t *pcap = open_handle(port, error);
    if (pcap == NULL) {
        return false;
    }
    int link_type = pcap_datalink(pcap);
    if (!carp_link_known(link_type)) {
        g_snprintf(error, PCAP_ERRBUF_SIZE, "link type %d is not one that "
                   "carpmon knows", link_type);
        pcap_close(pcap);
        return false;
    }
    if (!mon_capture_filter(pcap)) {
        log_line("%s: the filter cannot be set: reading everything: %s",
                 port->name, pcap_geterr(pcap));
    }
    if (pcap_setnonblock(pcap, 1, error) != 0) {
        pcap_close(pcap);
        return false;
    }
    port->fd = pcap_get_selectable_fd(pcap);
    port->next.link_type = link_type;
    port->pcap = pcap;
    port->has_next = false;
    return true;
}

static uint64_t
port_dropped(const struct port *port)
{
    struct pcap_stat stat;
    memset(&stat, 0, sizeof(stat));
    if (port->pcap == NULL || pcap_stats(port->pcap, &stat) != 0) {
        return port->dropped;
    }
    return port->dropped + stat.ps_drop;
}

static void
port_close(struct port *port)
{
    if (port->pcap != NULL) {
        port->dropped = port_dropped(port);
        pcap_close(port->pcap);
        port->pcap = NULL;
    }
    port->has_next = false;
}

static void
port_read(struct port *port, const struct watch *watch)
{
    struct pcap_pkthdr *header = NULL;
    const u_char *data = NULL;
    int result = pcap_next_ex(port->pcap, &header, &data);
    if (result == 1) {
        port->has_next = true;
        port->next.time = mon_clock_even(watch->clock,
                                         mon_capture_time(header));
        port->next.data = data;
        port->next.captured = header->caplen;
        port->next.on_wire = header->len;
    } else if (result == 0) {
        port->empty_at = watch->now;
    } else {
        log_line("%s: %s: waiting for it to come back", port->name,
                 pcap_geterr(port->pcap));
        port_close(port);
    }
}

/* ----------------------------------------------------------------- rounds */

/* Is any interface of this wire able to see? */
static bool
sees(const struct watch *watch, uint16_t segment)
{
    for (unsigned int i = 0; i < watch->count; i++) {
        if (watch->ports[i].next.segment == segment
            && !watch->ports[i].is_blind) {
            return true;
        }
    }
    return false;
}

/* Silence says nothing while the wire cannot be seen. */
static void
look_at_link(struct watch *watch, struct port *port)
{
    char error[PCAP_ERRBUF_SIZE];
    if (port->pcap == NULL && !port_open(port, error)) {
        if (!port->is_blind) {
            port->is_blind = true;
            if (!sees(watch, port->next.segment)) {
                mon_monitor_blind(watch->monitor, port->next.segment,
                                  CARP_NEVER);
            }
        }
        return;
    }
    bool is_blind = !mon_capture_has_link(port->name);
    if (is_blind == port->is_blind) {
        return;
    }
    port->is_blind = is_blind;
    if (is_blind) {
        log_line("%s: no carrier: nothing can be seen until it returns",
                 port->name);
    } else {
        log_line("%s: is back", port->name);
    }
    if (!is_blind || !sees(watch, port->next.segment)) {
        mon_monitor_blind(watch->monitor, port->next.segment,
                          is_blind ? CARP_NEVER : watch->now);
    }
}

static void
do_chores(struct watch *watch)
{
    if (watch->now < watch->next_chore) {
        return;
    }
    watch->next_chore = watch->now + HOUSEKEEPING;
    uint64_t total = 0;
    for (unsigned int i = 0; i < watch->count; i++) {
        struct port *port = &watch->ports[i];
        look_at_link(watch, port);
        uint64_t dropped = port_dropped(port);
        total += dropped;
        if (dropped > port->dropped_said
            && log_limit_pass(&port->drop_limit, watch->now, NULL)) {
            log_line("%s: %" G_GUINT64_FORMAT " frames dropped: the machine "
                     "is too slow for this wire, alerts may be missing",
                     port->name, dropped - port->dropped_said);
            port->dropped_said = dropped;
        }
    }
    mon_monitor_totals(watch->monitor)->dropped = total;
    mon_monitor_tick(watch->monitor, watch->now);
}

static struct port *
oldest_port(struct watch *watch)
{
    struct port *best = NULL;
    for (unsigned int i = 0; i < watch->count; i++) {
        struct port *port = &watch->ports[i];
        if (port->has_next
            && (best == NULL || port->next.time < best->next.time)) {
            best = port;
        }
    }
    return best;
}

/* Can this port still hand over a frame older than @p when? */
static bool
may_be_older(const struct port *port, carp_time when)
{
    return port->pcap != NULL && !port->has_next
           && port->empty_at < carp_time_add(when, HOLD);
}

/* The port with the oldest frame, when no older one can still arrive. An
 * idle port is asked once for many frames of a busy one: each time costs a
 * system call. */
static struct port *
ready_port(struct watch *watch)
{
    const struct port *first = oldest_port(watch);
    carp_time when = first != NULL ? first->next.time : CARP_NEVER;
    for (unsigned int i = 0; i < watch->count; i++) {
        if (may_be_older(&watch->ports[i], when)) {
            port_read(&watch->ports[i], watch);
        }
    }
    struct port *best = oldest_port(watch);
    for (unsigned int i = 0; best != NULL && i < watch->count; i++) {
        if (may_be_older(&watch->ports[i], best->next.time)) {
            return NULL;
        }
    }
    return best;
}

static bool
has_open_port(const struct watch *watch)
{
    for (unsigned int i = 0; i < watch->count; i++) {
        if (watch->ports[i].pcap != NULL) {
            return true;
        }
    }
    return false;
}

/* Nothing is ready: let timers run, but not past a frame that waits. A blind
 * monitor's time stands still: silence is not known to be silence. */
static void
run_timers(struct watch *watch)
{
    carp_time safe = carp_time_since(watch->now, HOLD);
    if (!has_open_port(watch)) {
        return;
    }
    for (unsigned int i = 0; i < watch->count; i++) {
        if (watch->ports[i].has_next && watch->ports[i].next.time < safe) {
            safe = watch->ports[i].next.time;
        }
    }
    mon_monitor_advance(watch->monitor, safe);
}

static int
milliseconds_until(carp_time when, carp_time now)
{
    carp_time wait = carp_time_since(when, now);
    /* Rounded up: waking early would spin. */
    return (int)((MIN(wait, HOUSEKEEPING) + CARP_MSEC - 1) / CARP_MSEC);
}

static void
sleep_until_news(struct watch *watch)
{
    carp_time wake = MIN(watch->next_chore, watch->end);
    carp_time deadline = mon_monitor_deadline(watch->monitor);
    wake = MIN(wake, carp_time_add(deadline, HOLD));
    for (unsigned int i = 0; i < watch->count; i++) {
        const struct port *port = &watch->ports[i];
        if (port->has_next) {
            wake = MIN(wake,
                       carp_time_add(port->next.time, HOLD + TOGETHER));
        } else if (port->pcap != NULL) {
            mon_loop_watch(watch->loop, port->fd);
        }
    }
    mon_loop_wait(watch->loop, milliseconds_until(wake, watch->now));
}

static void
run(struct watch *watch)
{
    unsigned int burst = 0;
    while (*watch->stop == 0 && watch->frames_left > 0
           && watch->now < watch->end
           && mon_monitor_can_write(watch->monitor)) {
        struct port *port = ready_port(watch);
        if (port != NULL) {
            port->has_next = false;
            mon_monitor_frame(watch->monitor, &port->next);
            watch->frames_left -= watch->frames_left != UINT64_MAX;
            if (++burst % 256 != 0) {
                continue;
            }
            read_clocks(watch);
            do_chores(watch);
            mon_loop_wait(watch->loop, 0);
            continue;
        }
        read_clocks(watch);
        do_chores(watch);
        run_timers(watch);
        sleep_until_news(watch);
        read_clocks(watch);
    }
}

static const char *
opening_remedy(const char *error)
{
    if (strstr(error, "permi") != NULL || strstr(error, "Permi") != NULL) {
        return "run it as root or with CAP_NET_RAW";
    }
    return "see 'ip link' for names and states";
}

static bool
open_ports(struct watch *watch, const struct mon_options *options)
{
    char error[PCAP_ERRBUF_SIZE] = "";
    for (unsigned int i = 0; i < watch->count; i++) {
        struct port *port = &watch->ports[i];
        port->name = options->inputs[i].name;
        port->buffer = watch->count > 1 ? BUFFER_SEVERAL : BUFFER_ONE;
        port->next.segment = options->inputs[i].segment;
        port->next.source = (uint16_t)i;
        port->drop_limit.every = 10 * CARP_SEC;
        if (!port_open(port, error)) {
            log_line("%s: %s: %s", port->name, error, opening_remedy(error));
            return false;
        }
    }
    return true;
}

bool
mon_capture_live(struct mon_monitor *monitor,
                 const struct mon_options *options, struct mon_clock *clock,
                 const volatile sig_atomic_t *stop)
{
    struct watch watch = {.monitor = monitor,
                          .clock = clock,
                          .stop = stop,
                          .count = options->input_count,
                          .end = CARP_NEVER,
                          .frames_left = UINT64_MAX};
    watch.ports = g_new0(struct port, watch.count);
    watch.loop = mon_loop_new();
    bool is_open = open_ports(&watch, options);
    if (is_open) {
        read_clocks(&watch);
        if (options->duration > 0.0) {
            watch.end = carp_time_add(
                watch.now, (carp_time)(options->duration * 1e9));
        }
        if (options->count > 0) {
            watch.frames_left = options->count;
        }
        mon_monitor_start(monitor, options, watch.now);
        run(&watch);
        watch.next_chore = 0;
        do_chores(&watch);
    }
    for (unsigned int i = 0; i < watch.count; i++) {
        bool is_away = is_open && watch.ports[i].pcap == NULL;
        mon_monitor_totals(monitor)->unreadable += is_away;
        port_close(&watch.ports[i]);
    }
    mon_loop_free(watch.loop);
    g_free(watch.ports);
    return is_open;
}
