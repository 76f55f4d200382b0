/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file predict.h
 * Who would be MASTER next, and how old that knowledge is (docs/ALERTS.md,
 * Prediction).
 *
 * Only a MASTER advertises. A BACKUP is known by what it sent when it was
 * MASTER itself, so a prediction says how long ago that was and whether the
 * host has shown life since (ARP, neighbour discovery, IGMP, MLD). A BACKUP
 * that was never MASTER while the observer looked is not known to anybody.
 */
#ifndef CARP_PREDICT_H
#define CARP_PREDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/export.h>
#include <carp/finding.h>
#include <carp/time.h>
#include <carp/track.h>

CARP_BEGIN_DECLS

/** How a sender stopped being MASTER, the last time it was. */
enum carp_departure {
    CARP_LEFT_NOT = 0,   /**< it is MASTER, or advertises beside it */
    CARP_LEFT_YIELDED,   /**< to a better one: it stayed as BACKUP */
    CARP_LEFT_BOWED_OUT, /**< it said that it goes down */
    CARP_LEFT_SILENT,    /**< it died, or left without a word */
    CARP_DEPARTURE_COUNT
};

/** "advertises", "yielded", "bowed out", "fell silent"; never NULL. */
CARP_API const char *carp_departure_text(enum carp_departure departure);

/** One member that may follow the master. */
struct carp_prediction {
    struct carp_addr master; /**< now; family none when there is none */
    struct carp_addr successor;
    /** From the master's last advert to the successor's first one: its
     * master-down time (PROTOCOL 3.2). Counted from the master's death it is
     * up to one interval of the master less. */
    carp_time takeover;
    /** The instant of that if the master has sent its last advert; CARP_NEVER
     * without a master. */
    carp_time due;
    carp_time last_advert; /**< instant: its priority is as old as this */
    carp_time last_sign;   /**< instant: last frame of any kind from it */
    enum carp_departure departure;
    enum carp_impl impl;
    uint8_t advbase, advskew, demote; /**< of its last advert */
    bool is_tie; /**< another one would take over within 50 ms of it */
    /** HIGH: it yielded or was seen alive since, within 10 minutes; MEDIUM:
     * that was longer ago; LOW: it fell silent or bowed out, and nothing was
     * heard of it since. */
    enum carp_confidence confidence;
};

/**
 * Who takes over if the master of a view dies now.
 *
 * Candidates are senders that were MASTER here, whose adverts receivers
 * accept (a right digest where a key is known). Those that were alive when
 * last heard of come first, by the shortest master-down time; then those
 * that left.
 *
 * @param index a view, as in carp_track_view()
 * @param rank 0 for the one expected, 1 for the next, …
 * @param now the present, not before the last frame; the track's own time
 *        when 0
 * @param[out] out defined only with true
 * @return false when there is no such view or no such candidate: nothing is
 *         known about a successor then
 */
CARP_API bool carp_track_predict(struct carp_track *track, size_t index,
                                 unsigned int rank, carp_time now,
                                 struct carp_prediction *out);

/** Buffer size that carp_prediction_text() never exceeds. */
#define CARP_PREDICTION_TEXT 256

/**
 * One sentence, without a full stop: "if 10.0.0.1 dies now, 10.0.0.2 takes
 * over 3.39 s after its last advert (last heard as MASTER 4 min 10 s ago)".
 * @param prediction NULL: nobody is known, and the text says so
 * @param now as given to carp_track_predict()
 */
CARP_API char *carp_prediction_text(const struct carp_prediction *prediction,
                                    carp_time now,
                                    char text[CARP_PREDICTION_TEXT]);

CARP_END_DECLS

#endif
