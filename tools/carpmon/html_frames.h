/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file html_frames.h
 * Frames that findings name, kept until the report is written. A ring holds
 * the latest ones, as a finding names frames from before it.
 */
#ifndef CARPMON_HTML_FRAMES_H
#define CARPMON_HTML_FRAMES_H

#include <glib.h>

#include "monitor.h"

/** What the report shows of one. */
struct html_frame {
    uint64_t number;
    carp_time time;
    enum carp_frame_kind kind;
    uint8_t vhid, ttl, advbase, advskew, demote;
    bool has_mac;
    struct carp_mac mac;
    struct carp_addr src, dst;
    uint64_t counter;
    enum carp_verdict_status verdict;
};

struct html_frames;

struct html_frames *html_frames_new(void);
void html_frames_free(struct html_frames *frames);
/** Each frame in turn. */
void html_frames_see(struct html_frames *frames, uint64_t number,
                     const struct mon_frame *frame,
                     const struct carp_frame *parsed,
                     const struct carp_observation *seen);
/** Keep what an event names, also the frame that is not seen yet. */
void html_frames_keep(struct html_frames *frames,
                      const struct carp_event *event);
/** NULL when it is not kept: too long ago, or too many. */
const struct html_frame *html_frames_get(const struct html_frames *frames,
                                         uint64_t number);

#endif
