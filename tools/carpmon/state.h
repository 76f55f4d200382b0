/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file state.h
 * The present state in one JSON object: masters of each vhid, what is wrong
 * now. --state keeps it in a file that another carpmon --check, or anybody,
 * reads. Members: docs/JSON.md, "state".
 */
#ifndef CARPMON_STATE_H
#define CARPMON_STATE_H

#include <glib.h>

#include "model.h"

/** Seconds between two writes when nothing happens. */
#define MON_STATE_EVERY 5

/** The object, without a newline: to be freed with g_free().
 * @param now an instant of the tracker */
char *mon_state_text(const struct mon_model *model, carp_time now);

/**
 * Writes the state to a file every few seconds and when something happens.
 * A reader sees the old file or the new one, never a part.
 * @param model must be attached to the monitor before, and outlive this
 */
void *mon_state_new(const char *path, const struct mon_model *model);
/** For mon_monitor_attach(). */
extern const struct mon_report_ops mon_state_ops;

#endif
