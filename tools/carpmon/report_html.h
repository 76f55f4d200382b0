/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file report_html.h
 * What happened in captures, as one HTML file for a ticket: no scripts,
 * nothing from elsewhere.
 */
#ifndef CARPMON_REPORT_HTML_H
#define CARPMON_REPORT_HTML_H

#include "model.h"

/**
 * Collects, and writes @p path at the end.
 * @param model must be attached to the monitor before, and outlive this
 * @param[out] has_failed set when the file cannot be written, which is said;
 *             must outlive this
 */
void *mon_report_html_new(const char *path, const struct mon_model *model,
                          bool *has_failed);
/** For mon_monitor_attach(), with what mon_report_html_new() made. */
extern const struct mon_report_ops mon_report_html_ops;

#endif
