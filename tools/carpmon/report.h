/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file report.h
 * What carpmon says, independent of the form. A form is one table of
 * functions (struct mon_report_ops) in one file and one row in report.c.
 */
#ifndef CARPMON_REPORT_H
#define CARPMON_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <glib.h>

#include <carp/predict.h>
#include <carp/track.h>

#include "clock.h"
#include "options.h"
#include "story.h"

struct mon_evidence;
struct mon_keys;

/** What every form knows about the run. Must outlive the report. */
struct mon_session {
    FILE *out;
    const GPtrArray *segments;     /**< char *, by segment number */
    const struct mon_clock *clock; /**< live only, else NULL */
    bool is_live;
    bool utc;
    bool colour;
    bool quiet;                   /**< nothing before the summary */
    bool flush;                   /**< somebody waits for each line */
    const struct carp_ring *ring; /**< keys; may change (reload) */
    /** What the keys stand in; a reload frees it and puts another there. */
    struct mon_keys **keys;
    struct mon_evidence *evidence; /**< NULL without --evidence */
};

/** Known when the first frame is. */
struct mon_start {
    carp_time time;
    const struct mon_input *inputs;
    unsigned int input_count;
    size_t key_count;
};

/** Findings about a wire itself, of no one vhid. */
struct mon_wire {
    uint16_t segment, vlan;
    uint64_t findings[CARP_CODE_COUNT]; /**< onsets */
};

/** Known at the end. */
struct mon_totals {
    carp_time first, last; /**< frames; 0 when there was none */
    uint64_t frames, adverts;
    uint64_t cut;       /**< frames that the capture cut before the header's
                             end */
    uint64_t backwards; /**< frames older than the one before */
    uint64_t dropped;   /**< live: not captured for lack of room */
    unsigned int unreadable;  /**< inputs that failed, wholly or in part */
    uint64_t onsets[3];       /**< findings by severity */
    const GArray *wires;      /**< struct mon_wire, by first finding; the
                                   monitor's; NULL: none */
    bool is_bad;              /**< a warning or worse was found */
    enum carp_severity worst; /**< when is_bad */
    int exit_status;
};

struct mon_frame;
struct jsonl;

/**
 * Whoever listens to a monitor. Several may, each with its own state; they
 * are called in the order in which they were attached. A member that is NULL
 * is not called, except close.
 */
struct mon_report_ops {
    const char *name;
    /** Makes the state of a form that needs the session only. Listeners that
     * need more make theirs and use mon_monitor_attach(). */
    void *(*open)(const struct mon_session *session);
    void (*start)(void *state, const struct mon_start *start);
    /** Each frame that is not CARP_FRAME_OTHER or cut, after the tracker saw
     * it and after its events. Called for every frame at full rate: keep it
     * short. Data are valid during the call only. */
    void (*frame)(void *state, const struct mon_frame *frame,
                  const struct carp_frame *parsed,
                  const struct carp_observation *seen);
    /** One thing happened; pointers are valid during the call only. */
    void (*event)(void *state, const struct carp_event *event);
    /** Live only, about once a second, also without frames. */
    void (*tick)(void *state, struct carp_track *track,
                 const struct mon_totals *totals, carp_time now);
    /** The tracker has forgotten vhids, and their findings are over. */
    void (*forget)(void *state, struct carp_track *track);
    /** The input has ended: the tracker as it is, once, before the views. */
    void (*last)(void *state, struct carp_track *track, carp_time now);
    /** One (segment, VLAN, family, vhid); @p story may be NULL. */
    void (*view)(void *state, struct carp_track *track, size_t index,
                 carp_time now, const struct carp_view_summary *view,
                 const struct mon_story *story);
    void (*end)(void *state, const struct mon_totals *totals);
    void (*close)(void *state);
};

extern const struct mon_report_ops mon_report_text;
extern const struct mon_report_ops mon_report_json;
extern const struct mon_report_ops mon_report_inventory;
extern const struct mon_report_ops mon_report_inventory_json;
extern const struct mon_report_ops mon_report_learn;

const struct mon_report_ops *mon_report_find(enum mon_format format);
/** What the command line asks for: a form, or one of the above instead. */
const struct mon_report_ops *
mon_report_wanted(const struct mon_options *options);

/* --------------------------------------------------- shared by the forms */

/** "eth0"; never NULL. */
const char *mon_segment_name(const struct mon_session *session,
                             uint16_t segment);
/** "7@eth0", "7@eth0.20", "7@eth0/ipv6": to be freed with g_free(). */
char *mon_view_id(const struct mon_session *session, uint16_t segment,
                  uint16_t vlan, uint8_t family, uint8_t vhid);
/** Of what a finding is: as mon_view_id(), and of a segment itself, vhid 0, as
 * mon_wire_id(). To be freed with g_free(). */
char *mon_finding_id(const struct mon_session *session, uint16_t segment,
                     uint16_t vlan, uint8_t family, uint8_t vhid);
/** "eth0", "eth0.20": to be freed with g_free(). */
char *mon_wire_id(const struct mon_session *session, uint16_t segment,
                  uint16_t vlan);
/** "ipv4" or "ipv6". */
const char *mon_family_text(uint8_t family);
/** "MASTER" or "BACKUP". */
const char *mon_role_text(enum carp_role role);
/** "transition", "finding", "update" or "resolved". */
const char *mon_event_kind_text(enum carp_event_kind kind);
/** Everything about an event but "schema", into an object that is open: the
 * members of docs/JSON.md. */
void mon_json_event(struct jsonl *json, const struct mon_session *session,
                    const struct carp_event *event);
/** Who would follow, as the member "next" of an open object.
 * @param next NULL: nobody is known, "next" is null */
void mon_json_next(struct jsonl *json, const struct mon_session *session,
                   const struct carp_prediction *next, carp_time now);
/** An instant of the tracker as the wall clock shows it. */
carp_time mon_wall(const struct mon_session *session, carp_time when);

#endif
