/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file model.h
 * The picture that page, API, metrics and the HTML report draw: who is
 * master, when it was, what was found. One listener of the monitor fills it;
 * everybody else reads. No I/O, no clock.
 *
 * Bounded whatever is on the wire: rows, senders per row, spans per row,
 * findings. What does not fit is counted. Names from the wire that have
 * been settled keep their place for an hour, so that spoofed sources cannot
 * make up endless labels.
 *
 * All instants are the tracker's; mon_wall() makes them the wall clock's.
 */
#ifndef CARPMON_MODEL_H
#define CARPMON_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <carp/predict.h>
#include <carp/track.h>

#include "report.h"

#define MON_ROWS_MAX 1024
#define MON_LANES_MAX 12
#define MON_SPANS_MAX 256
#define MON_ALERTS_MAX 512 /**< on and over together */
#define MON_CODES_MAX 2048 /**< (row, code) that were ever on */
#define MON_GAP_BUCKETS 12

/** Upper bounds of the gap histogram, in seconds; one more holds the rest. */
extern const double mon_gap_bounds[MON_GAP_BUCKETS];

enum mon_span_kind {
    MON_SPAN_SEEN = 0, /**< adverts on this wire, none missing for long */
    MON_SPAN_UNSEEN    /**< MASTER elsewhere: UNSEEN_MASTER found it */
};

/** A sender advertised from @c from to @c to. */
struct mon_span {
    carp_time from, to; /**< to grows while the span goes on */
    uint64_t adverts;
    uint32_t alert; /**< of MON_SPAN_UNSEEN: the finding's id */
    uint8_t lane;
    uint8_t kind; /**< enum mon_span_kind */
    bool has_bad; /**< with a digest that is wrong */
};

/** One sender of a row. */
struct mon_lane {
    bool is_used;
    struct carp_addr address;
    struct carp_mac mac;
    bool has_mac;
    uint64_t adverts, good, bad, unverified;
    carp_time first, last;
    carp_time max_gap;  /**< between two adverts of one span */
    carp_time interval; /**< to be expected after the last advert */
    bool is_on;         /**< its span goes on */
    bool is_bad_now;    /**< the digest of its last advert was wrong */
    uint8_t advbase, advskew, demote; /**< of the last advert */
    enum carp_role role;              /**< as the tracker sees it */
    enum carp_impl impl;
};

/** Numbers whose rows or senders are not kept. */
struct mon_counts {
    uint64_t adverts, good, bad, unverified;
};

/** One (segment, VLAN, family, vhid). */
struct mon_row {
    uint16_t segment, vlan;
    uint8_t family, vhid;
    struct mon_lane lanes[MON_LANES_MAX];
    struct mon_counts others; /**< adverts of senders without a lane */
    GArray *spans;            /**< struct mon_span, by beginning */
    uint64_t spans_dropped;   /**< the oldest ones */
    uint64_t adverts;
    carp_time first, last;
    struct carp_addr master;     /**< family none: nobody */
    unsigned int masters;        /**< senders in the role of MASTER */
    carp_time since;             /**< of the last transition; 0 before it */
    bool has_next;               /**< somebody is known who would follow */
    struct carp_prediction next; /**< who; as of the last look */
    uint64_t transitions[CARP_REASON_COUNT];
    uint64_t gaps[MON_GAP_BUCKETS + 1]; /**< not cumulative */
    uint64_t gap_count;
    carp_time gap_sum;
    uint64_t replays, duplicates;
    carp_time announced; /**< last gratuitous ARP or unsolicited NA; 0 */
    struct carp_mac announced_mac;
    struct carp_addr announced_address;
    unsigned int alerts[3]; /**< that are on, by severity */
    uint64_t revision;      /**< of the last change worth drawing */
};

/** A finding, on or over. */
struct mon_alert {
    uint32_t id;
    uint16_t segment, vlan;
    uint8_t family, vhid;
    enum carp_code code;
    enum carp_cause cause;
    enum carp_severity severity; /**< the worst so far */
    enum carp_confidence confidence;
    carp_time since, decided; /**< began; was known */
    carp_time over;           /**< CARP_NEVER while it is on */
    uint64_t count;
    unsigned int sender_count, frame_count;
    struct carp_addr senders[CARP_EVENT_SENDERS];
    uint64_t frames[CARP_EVENT_FRAMES];
    char *text, *detail, *remedy;
    char *ending; /**< how it ended; NULL while it is on */
    uint64_t revision;
};

/** A code that was on for a row, for metrics. */
struct mon_code {
    uint16_t segment, vlan;
    uint8_t family, vhid;
    enum carp_code code;
    enum carp_severity severity; /**< the worst of those that are on, or was */
    unsigned int on;             /**< findings that are on */
    uint64_t onsets;
};

struct mon_model {
    const struct mon_session *session;
    GPtrArray *rows;   /**< struct mon_row, by segment, VLAN, vhid, family */
    GPtrArray *alerts; /**< struct mon_alert, by onset */
    GPtrArray *codes;  /**< struct mon_code, by first onset */
    uint64_t revision; /**< grows with every change worth drawing */
    carp_time started, now;   /**< start; latest frame or tick */
    struct mon_totals totals; /**< as of the last tick or the end */
    struct mon_counts others; /**< adverts of rows that did not fit */
    uint64_t rows_dropped;    /**< rows forgotten */
    uint64_t alerts_dropped;  /**< findings that are on and did not fit */

    /* inside */
    GHashTable *by_key;     /**< gint64 to struct mon_row */
    GHashTable *by_address; /**< struct mon_where to struct mon_row */
    struct mon_row *latest; /**< row of the last advert */
};

/** @param session must outlive the model */
struct mon_model *mon_model_new(const struct mon_session *session);
void mon_model_free(struct mon_model *model);
/** For mon_monitor_attach(), with the model as state. */
extern const struct mon_report_ops mon_model_ops;

/** NULL when there is no such row. */
struct mon_row *mon_model_row(const struct mon_model *model, uint16_t segment,
                              uint16_t vlan, uint8_t family, uint8_t vhid);
/** The lane of @p address, NULL when it has none. */
const struct mon_lane *mon_row_lane_of(const struct mon_row *row,
                                       const struct carp_addr *address);
/** Worst severity of what is on; false when nothing above info is. */
bool mon_row_worst(const struct mon_row *row, enum carp_severity *worst);
/** End of a span for drawing: now, while its sender goes on. */
carp_time mon_span_end(const struct mon_model *model, const struct mon_row *row,
                       const struct mon_span *span);

/* ------------------------------------------- between the model's own files */

/** An address that somebody may announce. */
struct mon_where {
    struct carp_addr address;
    uint16_t segment, vlan;
};

/** The row, made if need be; NULL when there is no room. */
struct mon_row *mon_model_need_row(struct mon_model *model, uint16_t segment,
                                   uint16_t vlan, uint8_t family, uint8_t vhid);
/** Drop the rows that the tracker has forgotten. */
void mon_model_forget(struct mon_model *model, struct carp_track *track);
/** Something worth drawing changed in @p row, which may be NULL. */
void mon_model_touch(struct mon_model *model, struct mon_row *row);
void mon_model_alert(struct mon_model *model, const struct carp_event *event);
void mon_alert_free(void *memory);
/** The lane of @p address, -1 when it has none and cannot have one. */
int mon_row_lane(struct mon_model *model, struct mon_row *row,
                 const struct carp_addr *address, bool is_proven,
                 carp_time now);
/** An advert of lane @p index at @p now. */
void mon_row_span(struct mon_model *model, struct mon_row *row, uint8_t index,
                  carp_time now);
/** Close spans whose senders went silent. */
void mon_row_silence(struct mon_model *model, struct mon_row *row,
                     carp_time now);
/** Insert a span that is known afterwards. */
void mon_row_unseen(struct mon_model *model, struct mon_row *row,
                    const struct mon_span *span);
/** Let the spans of a lane go with it. */
void mon_row_forget_lane(struct mon_row *row, uint8_t lane);

#endif
