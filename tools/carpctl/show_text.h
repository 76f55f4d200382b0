/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file show_text.h
 * Answers of carpd as people read them. Nothing in an answer is taken for
 * granted: a member that is missing is left out.
 */
#ifndef CARPCTL_SHOW_TEXT_H
#define CARPCTL_SHOW_TEXT_H

#include <glib.h>
#include <json-glib/json-glib.h>

#include <carp/time.h>

/** Every vhid of an answer to show: a line each, as ifconfig's. */
void show_text(JsonObject *answer, GString *out);
/** The same with everything that is known, and the daemon. */
void show_text_long(JsonObject *answer, GString *out);
/** One event of a watch: a line. @p day: some moment of the day that was told
 * last, in nanoseconds since 1970; the line says its day where it is another,
 * and the event's moment takes its place. */
void show_text_event(JsonObject *event, carp_time *day, GString *out);
/** Which vhids something was done to; "done" when none is named. */
void show_text_done(JsonObject *answer, GString *out);
/** What a reload did. */
void show_text_reload(JsonObject *answer, GString *out);
/** Counters as netstat -s prints them. */
void show_text_stats(JsonObject *answer, GString *out);

#endif
