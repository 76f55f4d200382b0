/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file options_output.h
 * The part of the command line about outputs beside the text: the page,
 * metrics, the HTML report.
 */
#ifndef CARPMON_OPTIONS_OUTPUT_H
#define CARPMON_OPTIONS_OUTPUT_H

#include <stdbool.h>

#include <glib.h>

struct mon_output_options {
    char *listen;       /**< page and metrics; NULL: none */
    char *listen_token; /**< file of the bearer token; NULL: none */
    char *textfile;     /**< metrics for node_exporter; NULL: none */
    char *report;       /**< HTML; NULL: none */
};

/** Let @p context fill it. */
void mon_output_options_add(struct mon_output_options *options,
                            GOptionContext *context);
/** What is wrong with it, or NULL. */
const char *mon_output_options_check(const struct mon_output_options *options,
                                     bool is_live);
void mon_output_options_clear(struct mon_output_options *options);

#endif
