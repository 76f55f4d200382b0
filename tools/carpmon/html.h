/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file html.h
 * Pieces of the HTML report. Whatever comes from the wire, from names of
 * files or from configuration goes through html_text().
 */
#ifndef CARPMON_HTML_H
#define CARPMON_HTML_H

#include <glib.h>

#include "html_frames.h"
#include "model.h"
#include "text.h"

/** Append @p text so that it means nothing in HTML, quoted or not. */
void html_text(GString *out, const char *text);
/** "<TAG>text</TAG>"; @p tag may have attributes of ours. */
void html_element(GString *out, const char *tag, const char *text);
/** The clock; with the date unless it is the day when the run began. */
const char *html_moment(const struct mon_model *model, carp_time when,
                        char out[TXT_MOMENT]);
/** That, appended. */
void html_clock(GString *out, const struct mon_model *model, carp_time when);

/** The lanes of a row over the whole time, as <svg>. */
void html_timeline(GString *out, const struct mon_model *model,
                   const struct mon_row *row);
/** The senders of a row, as <table>. */
void html_senders(GString *out, const struct mon_model *model,
                  const struct mon_row *row);
/** Who would have followed the master, as a sentence. */
void html_next(GString *out, const struct mon_row *row, carp_time now);
/** A finding with the frames that show it, as <article>. */
void html_finding(GString *out, const struct mon_model *model,
                  const struct mon_alert *alert,
                  const struct html_frames *frames);

#endif
