/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file options_ask.h
 * The part of the command line that asks for something else than the usual
 * report: an inventory, a configuration, a live view.
 */
#ifndef CARPMON_OPTIONS_ASK_H
#define CARPMON_OPTIONS_ASK_H

#include <stdbool.h>

#include <glib.h>

struct mon_ask_options {
    char *inventory; /**< as given; NULL: not asked for */
    double seconds;  /**< of it; 0: until the input ends */
    gboolean learn;  /**< write a carp.conf */
    gboolean watch;  /**< a live view on the terminal */
};

/** Let @p context fill it. */
void mon_ask_options_add(struct mon_ask_options *options,
                         GOptionContext *context);
/** Read values. Returns what is wrong, or NULL. */
const char *mon_ask_options_check(struct mon_ask_options *options, bool is_live,
                                  bool is_json);
void mon_ask_options_clear(struct mon_ask_options *options);

#endif
