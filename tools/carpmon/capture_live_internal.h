/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file capture_live_internal.h
 * What the two halves of the live capture share: capture_live.c takes frames
 * in turn and sleeps, capture_ports.c looks after the interfaces.
 */
#ifndef CARPMON_CAPTURE_LIVE_INTERNAL_H
#define CARPMON_CAPTURE_LIVE_INTERNAL_H

#include "capture.h"
#include "capture_port.h"
#include "loop.h"

struct mon_live {
    const struct mon_options *options;
    struct mon_monitor *monitor;
    struct mon_clock *clock;
    const volatile sig_atomic_t *stop;
    GPtrArray *ports; /* struct mon_port */
    struct mon_loop *loop;
    uint16_t next_number;
    GHashTable *watched; /* segments that the tracker was told of */
    carp_time now;       /* even wall clock, read once a round */
    carp_time advanced;  /* up to then silence is known */
    carp_time next_chore, next_drops;
    carp_time hears_due;  /* when to say that nothing is heard */
    carp_time end;        /* CARP_NEVER without --duration */
    uint64_t frames_left; /* UINT64_MAX without --count */
    bool is_full_said;
};

static inline struct mon_port *
live_port(const struct mon_live *live, guint i)
{
    return g_ptr_array_index(live->ports, i);
}

/* capture_ports.c */
/** Open what is named, and what patterns find now. False: said. */
bool live_open_ports(struct mon_live *live);
/** Open what patterns find and is not open yet. */
void live_find_more(struct mon_live *live);
/** Tell the tracker that a port's segment is watched, once; not of one that
 * only a pattern found. */
void live_watch(struct mon_live *live, const struct mon_port *port);
/** Wait no longer for what patterns found and nobody has had for a day. */
void live_forget_gone(struct mon_live *live);
/** Say once when no wire has CARP and none was named. */
void live_say_nothing_heard(struct mon_live *live);
/** Has the port its link, does it drop frames? Says so. */
void live_look_at(struct mon_live *live, struct mon_port *port);
/** Count what the kernel dropped and tell the tracker. Cheap. */
void live_look_for_drops(struct mon_live *live);

#endif
