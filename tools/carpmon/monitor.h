/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file monitor.h
 * Between capture and report: frames in, lines out. No I/O on the network,
 * no clock.
 */
#ifndef CARPMON_MONITOR_H
#define CARPMON_MONITOR_H

#include <carp/auth.h>
#include <carp/track.h>

#include "conf_senders.h"
#include "report.h"

/** Exit statuses (carpmon(1)). */
enum {
    MON_EXIT_OK = 0,
    MON_EXIT_WARNING = 1,
    MON_EXIT_CRITICAL = 2,
    MON_EXIT_UNREADABLE = 3,
    MON_EXIT_CHECK_WARNINGS = 4 /**< --check only */
};

/** A frame as a capture hands it over. */
struct mon_frame {
    carp_time time;
    uint64_t number; /**< 1-based; the monitor fills it in for listeners */
    const uint8_t *data;
    size_t captured, on_wire;
    int link_type;
    uint16_t segment, source;
};

struct mon_monitor;

/**
 * @param ring keys; must outlive the monitor
 * @param session must outlive the monitor
 * @param ops the first listener; opened with @p session
 * @return NULL only when memory cannot be had
 */
struct mon_monitor *mon_monitor_new(const struct carp_ring *ring,
                                    const struct mon_session *session,
                                    const struct mon_report_ops *ops);
/** Also closes whatever is attached, the last first. */
void mon_monitor_free(struct mon_monitor *monitor);

/**
 * Let somebody else listen too, before mon_monitor_start().
 * @param state of @p ops; the monitor closes it (ops->close) when it is freed
 */
void mon_monitor_attach(struct mon_monitor *monitor,
                        const struct mon_report_ops *ops, void *state);

/** Say what is watched, before the first frame. */
void mon_monitor_start(struct mon_monitor *monitor,
                       const struct mon_options *options, carp_time now);
void mon_monitor_frame(struct mon_monitor *monitor,
                       const struct mon_frame *frame);
/** Time has passed without a frame. */
void mon_monitor_advance(struct mon_monitor *monitor, carp_time now);
/** It is @p now for the tracker, though nothing was due and no frame came: what
 * it is told next has that time. */
void mon_monitor_reach(struct mon_monitor *monitor, carp_time now);
/** About once a second, live: lets listeners look at the tracker. */
void mon_monitor_tick(struct mon_monitor *monitor, carp_time now);
/** Nothing of a segment can be seen until then; see carp_track_blind(). */
void mon_monitor_blind(struct mon_monitor *monitor, uint16_t segment,
                       carp_time until);
/** A segment is watched live from now on: once a segment. */
void mon_monitor_watch(struct mon_monitor *monitor, uint16_t segment,
                       carp_time now);
/** Has a vhid been heard on this segment; -1: on any? */
bool mon_monitor_hears(const struct mon_monitor *monitor, int segment);
/** The capture of a segment lost frames since it was asked last. */
void mon_monitor_dropped(struct mon_monitor *monitor, uint16_t segment,
                         carp_time now, uint64_t frames);
/** Forget what has been gone for @p silence or longer, of one segment or (-1)
 * all: see carp_track_forget(). */
size_t mon_monitor_forget(struct mon_monitor *monitor, int segment,
                          carp_time now, carp_time silence, const char *why);
/** Verify with other keys from now on. @p ring must outlive the monitor, or
 * the next call. */
void mon_monitor_set_ring(struct mon_monitor *monitor,
                          const struct carp_ring *ring);
/**
 * Everybody who may send from now on; NULL: anybody may.
 * @return false when there is no memory for all of them
 */
bool mon_monitor_expect(struct mon_monitor *monitor,
                        const struct conf_senders *senders);
/** False when the report could not be written: going on serves nobody. */
bool mon_monitor_can_write(const struct mon_monitor *monitor);
/** When mon_monitor_advance() would do something. */
carp_time mon_monitor_deadline(struct mon_monitor *monitor);
/** The capture fills in what it alone knows: dropped, unreadable. */
struct mon_totals *mon_monitor_totals(struct mon_monitor *monitor);

/** Write the summary. Returns the exit status. */
int mon_monitor_finish(struct mon_monitor *monitor);

#endif
