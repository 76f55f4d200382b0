/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file screen_text.h
 * What the live view shows, as lines of text: without a terminal, so that
 * tests read it.
 */
#ifndef CARPMON_SCREEN_TEXT_H
#define CARPMON_SCREEN_TEXT_H

#include <glib.h>

#include "model.h"

/** Narrower and lower terminals show what fits. */
#define MON_SCREEN_WIDTH_MIN 40
#define MON_SCREEN_HEIGHT_MIN 6

enum mon_line_kind {
    MON_LINE_PLAIN = 0,
    MON_LINE_HEAD, /**< title bar, column heads */
    MON_LINE_WARNING,
    MON_LINE_CRITICAL,
    MON_LINE_FAINT /**< a vhid without a master that is not missed, help */
};

/** One line, at most as wide as the screen. */
struct mon_line {
    enum mon_line_kind kind;
    char *text;
};

/** What the user chose, and what only the screen knows. */
struct mon_screen_state {
    unsigned int width, height;
    unsigned int first;  /**< row at the top; corrected when out of range */
    bool only_bad;       /**< only vhids with findings */
    carp_time now;       /**< the tracker's present */
    const char *message; /**< last line; "" none */
};

/** The whole screen from top to bottom: GPtrArray of struct mon_line, to be
 * freed with g_ptr_array_unref(). Never more than @p height lines. */
GPtrArray *mon_screen_lines(const struct mon_model *model,
                            struct mon_screen_state *state);

#endif
