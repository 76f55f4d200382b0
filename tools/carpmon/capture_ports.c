/* SPDX-License-Identifier: BSD-2-Clause */
/* Interfaces that are watched: found, opened, lost, found again. */
#include <net/if.h>
#include <string.h>

#include "capture_live_internal.h"
#include "log.h"

/* What comes at full rate while somebody else has the processor. */
#define BUFFER_ONE (8 * 1024 * 1024)
/* Several interfaces: what comes at full rate while a frame of one waits for
 * those of another must fit too; dozens share what is left. */
#define BUFFER_SEVERAL (16 * 1024 * 1024)
#define BUFFER_LEAST (2 * 1024 * 1024)
#define BUFFER_ALL (64 * 1024 * 1024)
#define DROPS_EVERY (10 * CARP_MSEC)
#define PORTS_MAX 256
/* Below the numbers that segments have. */
#define SEGMENTS_MAX 32768
/* By then somebody who wanted it back has had it back. */
#define GONE_FOR (86400 * CARP_SEC)

void
live_watch(struct mon_live *live, const struct mon_port *port)
{
    const uint16_t segment = port->next.segment;
    if (!port->is_unasked &&
        g_hash_table_add(live->watched, GUINT_TO_POINTER(segment + 1u))) {
        mon_monitor_watch(live->monitor, segment, live->now);
    }
}

void
live_say_nothing_heard(struct mon_live *live)
{
    if (live->now < live->hears_due) {
        return;
    }
    live->hears_due = CARP_NEVER;
    for (guint i = 0; i < live->ports->len; i++) {
        if (!live_port(live, i)->is_unasked) {
            return; /* a finding says so of each wire that was named */
        }
    }
    if (!mon_monitor_hears(live->monitor, -1)) {
        log_line("no CARP has come on any interface for 60 s: does multicast "
                 "come here?");
    }
}

/* Is any interface of this wire able to see? */
static bool
sees(const struct mon_live *live, uint16_t segment)
{
    for (guint i = 0; i < live->ports->len; i++) {
        const struct mon_port *port = live_port(live, i);
        if (port->next.segment == segment && !port->is_blind) {
            return true;
        }
    }
    return false;
}

/* Silence says nothing while the wire cannot be seen. What a pattern found and
 * never had CARP on it, as a container's or an idle interface, is no loss. */
static void
tell_lost(struct mon_live *live, const struct mon_port *port)
{
    const uint16_t segment = port->next.segment;
    if (!sees(live, segment) &&
        (!port->is_unasked || mon_monitor_hears(live->monitor, segment))) {
        mon_monitor_reach(live->monitor, live->advanced);
        mon_monitor_blind(live->monitor, segment, CARP_NEVER);
    }
}

static void
look_at_link(struct mon_live *live, struct mon_port *port)
{
    char error[PCAP_ERRBUF_SIZE];
    if (port->pcap == NULL && !mon_port_open(port, error)) {
        if (!port->is_blind) {
            port->is_blind = true;
            tell_lost(live, port);
        }
        if (!port->is_gone) {
            port->is_gone = true;
            port->gone = live->now;
        }
        return;
    }
    port->is_gone = false;
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
    if (is_blind) {
        tell_lost(live, port);
    } else {
        mon_monitor_blind(live->monitor, port->next.segment, live->now);
    }
}

/* What was dropped may have been anybody's advert: until now nothing that is
 * missing is known to be missing. Before any timer looks at it. */
void
live_look_for_drops(struct mon_live *live)
{
    uint64_t total = 0;
    if (live->now < live->next_drops) {
        return;
    }
    live->next_drops = live->now + DROPS_EVERY;
    for (guint i = 0; i < live->ports->len; i++) {
        struct mon_port *port = live_port(live, i);
        uint64_t dropped = mon_port_dropped(port);
        total += dropped;
        if (dropped > port->dropped_seen) {
            mon_monitor_dropped(live->monitor, port->next.segment, live->now,
                                dropped - port->dropped_seen);
            port->dropped_seen = dropped;
        }
    }
    mon_monitor_totals(live->monitor)->dropped = total;
}

static void
say_drops(struct mon_live *live, struct mon_port *port)
{
    if (port->dropped_seen > port->dropped_said &&
        log_limit_pass(&port->drop_limit, live->now, NULL)) {
        log_line("%s: %" G_GUINT64_FORMAT " frames dropped: the machine "
                 "is too slow for this wire, alerts may be missing",
                 port->name, port->dropped_seen - port->dropped_said);
        port->dropped_said = port->dropped_seen;
    }
}

static bool
is_watched(const struct mon_live *live, const char *name)
{
    for (guint i = 0; i < live->ports->len; i++) {
        if (strcmp(live_port(live, i)->name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* An interface that a pattern once found is no longer waited for. Its wire has
 * no name of its own: what was told of that is over. */
static void
forget_port(struct mon_live *live, guint at, const char *why)
{
    const struct mon_port *port = live_port(live, at);
    if (port->is_unasked) {
        (void)mon_monitor_forget(live->monitor, port->next.segment, live->now,
                                 0, why);
    }
    g_ptr_array_remove_index(live->ports, at);
}

void
live_forget_gone(struct mon_live *live)
{
    for (guint i = live->ports->len; i > 0; i--) {
        const struct mon_port *port = live_port(live, i - 1);
        if (port->is_unasked && port->is_gone &&
            live->now >= carp_time_add(port->gone, GONE_FOR) &&
            if_nametoindex(port->name) == 0) {
            forget_port(live, i - 1, "the interface has been gone for a day");
        }
    }
}

/* Make room by forgetting one that is away. */
static bool
has_place(struct mon_live *live)
{
    for (guint i = live->ports->len;
         live->monitor != NULL && live->ports->len >= PORTS_MAX && i > 0; i--) {
        const struct mon_port *port = live_port(live, i - 1);
        if (port->is_found && port->pcap == NULL) {
            forget_port(live, i - 1, "others are watched in its place");
        }
    }
    if (live->ports->len >= PORTS_MAX && !live->is_full_said) {
        live->is_full_said = true;
        log_line("more than %d interfaces: the others are not watched: give "
                 "narrower patterns",
                 PORTS_MAX);
    }
    return live->ports->len < PORTS_MAX;
}

/* Names are never forgotten, and their numbers must not begin anew: where
 * interfaces come and go for years, new ones end here. */
static bool
has_segment(struct mon_live *live, const struct mon_input *pattern,
            const char *name)
{
    const struct mon_options *options = live->options;
    if (mon_options_has_segment(options, pattern, name) ||
        options->segments->len < SEGMENTS_MAX) {
        return true;
    }
    if (!live->is_full_said) {
        live->is_full_said = true;
        log_line("more than %d names of interfaces so far: new ones are not "
                 "watched: restart, or give narrower patterns",
                 SEGMENTS_MAX);
    }
    return false;
}

static void
add_found(struct mon_live *live, const struct mon_input *pattern,
          const char *name)
{
    char error[PCAP_ERRBUF_SIZE];
    if (is_watched(live, name) || !has_place(live) ||
        !has_segment(live, pattern, name)) {
        return;
    }
    bool is_new = !mon_options_has_segment(live->options, pattern, name);
    uint16_t segment =
        mon_options_pattern_segment(live->options, pattern, name);
    struct mon_port *port =
        mon_port_new(name, segment, live->next_number, BUFFER_LEAST);
    port->is_found = true;
    port->is_unasked = mon_options_is_unnamed(pattern);
    if (!mon_port_open(port, error)) {
        /* It went again, or is no Ethernet: not asked for by name. */
        mon_port_free(port);
        return;
    }
    live->next_number++;
    port->is_blind = !mon_capture_has_link(name);
    g_ptr_array_add(live->ports, port);
    if (live->monitor != NULL) {
        live_watch(live, port);
        if (!is_new && !port->is_blind) {
            mon_monitor_blind(live->monitor, segment, live->now);
        }
        log_say(LOG_LEVEL_INFO, "%s: new: it is watched too", name);
    }
}

void
live_find_more(struct mon_live *live)
{
    for (unsigned int i = 0; i < live->options->pattern_count; i++) {
        const struct mon_input *pattern = &live->options->patterns[i];
        char **names = mon_capture_find(pattern->name);
        for (char **name = names; *name != NULL; name++) {
            add_found(live, pattern, *name);
        }
        g_strfreev(names);
    }
}

void
live_look_at(struct mon_live *live, struct mon_port *port)
{
    look_at_link(live, port);
    say_drops(live, port);
}

static const char *
opening_remedy(const char *error)
{
    if (strstr(error, "permi") != NULL || strstr(error, "Permi") != NULL) {
        return "run it as root or with CAP_NET_RAW";
    }
    return "see 'ip link' for names and states";
}

bool
live_open_ports(struct mon_live *live)
{
    const struct mon_options *options = live->options;
    char error[PCAP_ERRBUF_SIZE] = "";
    int buffer = BUFFER_ONE;
    if (options->input_count > 1 || options->pattern_count > 0) {
        unsigned int count = MAX(options->input_count, 1);
        buffer = CLAMP(BUFFER_ALL / (int)count, BUFFER_LEAST, BUFFER_SEVERAL);
    }
    for (unsigned int i = 0; i < options->input_count; i++) {
        const struct mon_input *input = &options->inputs[i];
        struct mon_port *port = mon_port_new(input->name, input->segment,
                                             live->next_number++, buffer);
        g_ptr_array_add(live->ports, port);
        if (!mon_port_open(port, error)) {
            log_line("%s: %s: %s", port->name, error, opening_remedy(error));
            return false;
        }
    }
    live_find_more(live);
    return true;
}
