/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file evidence.h
 * Evidence (--evidence): the frames of the last seconds, written to a pcapng
 * file when a finding of warning or above begins, with comments: what was
 * found, and of each advert what its digest and its counter say. No secrets.
 *
 * One file holds all findings of one wire that are told together. A finding
 * that comes again and again writes a file a minute at most. When a disk is
 * full, one line says so and everything else goes on.
 */
#ifndef CARPMON_EVIDENCE_H
#define CARPMON_EVIDENCE_H

#include <stdbool.h>

#include "report.h"

struct mon_evidence_config {
    const char *directory; /**< must exist and be writable */
    carp_time span;        /**< how far back */
    uint64_t most;         /**< octets of all files together */
};

struct mon_evidence;

/**
 * @param session must outlive it; give it the result as session->evidence
 * @param[out] error why not, to be freed with g_free()
 * @return NULL when the directory cannot be used
 */
struct mon_evidence *mon_evidence_new(const struct mon_session *session,
                                      const struct mon_evidence_config *config,
                                      char **error);
/** For mon_monitor_attach(); closing it waits for the last file. */
extern const struct mon_report_ops mon_evidence_ops;

/**
 * The file for an event that is being told; NULL when there is none (no
 * evidence, not severe, written lately). It appears a moment later: see
 * mon_evidence_is_pending(). Valid until the event was told to all.
 * @param evidence may be NULL
 */
const char *mon_evidence_path(struct mon_evidence *evidence,
                              const struct carp_event *event);

/** Is a file that was promised not written yet? @p evidence may be NULL. */
bool mon_evidence_is_pending(struct mon_evidence *evidence);

/** Write what was promised, now. The main loop does that by itself. */
void mon_evidence_flush(struct mon_evidence *evidence);

/** What is known about an advert, for a comment: appended to @p out. */
void mon_evidence_note(GString *out, const struct mon_session *session,
                       const struct mon_frame *frame,
                       const struct carp_frame *parsed,
                       const struct carp_observation *seen);

#endif
