/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file screen.h
 * The live view on a terminal (--watch): ncurses around screen_text.h.
 */
#ifndef CARPMON_SCREEN_H
#define CARPMON_SCREEN_H

#include <signal.h>
#include <stdbool.h>

#include "model.h"

/** Is there a terminal that can be drawn on? */
bool mon_screen_is_possible(void);

/**
 * For mon_monitor_attach() with mon_screen_ops, behind the model.
 * @param stop set when the user quits
 * Takes the terminal with the first frame or tick and gives it back when it
 * is closed; messages of the log are shown in the last line meanwhile.
 */
void *mon_screen_new(const struct mon_model *model,
                     volatile sig_atomic_t *stop);
extern const struct mon_report_ops mon_screen_ops;

/** Says nothing: the form beside a live view. */
extern const struct mon_report_ops mon_report_silent;

#endif
