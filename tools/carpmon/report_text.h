/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file report_text.h
 * What the two files of the text report share.
 */
#ifndef CARPMON_REPORT_TEXT_H
#define CARPMON_REPORT_TEXT_H

#include <glib.h>

#include "report.h"
#include "text.h"

/** Every line fits into this many columns. */
#define MON_WIDTH 80

struct mon_text {
    const struct mon_session *session;
    GString *line;       /**< used again for each event */
    GHashTable *told;    /**< alert id to what was told of it */
    char date[TXT_DATE]; /**< of the last line */
    carp_time began;
    bool has_summary;
};

void mon_text_view(void *state, struct carp_track *track, size_t index,
                   carp_time now, const struct carp_view_summary *view,
                   const struct mon_story *story);
void mon_text_end(void *state, const struct mon_totals *totals);
/** Write the line buffer and empty it. */
void mon_text_flush(struct mon_text *text);

#endif
