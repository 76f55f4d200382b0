/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "member.h"
#include "show_text.h"
#include "text.h"

/* "2026-08-22T12:00:02.114000Z" -> local time. */
static void
append_moment(GString *out, JsonObject *event, carp_time *day)
{
    const char *text = member_text(event, "time");
    GDateTime *when = g_date_time_new_from_iso8601(text, NULL);
    char moment[TXT_MOMENT];
    if (when != NULL) {
        const gint64 usec = g_date_time_to_unix(when) * G_USEC_PER_SEC +
                            g_date_time_get_microsecond(when);
        const carp_time wall = usec > 0 ? (carp_time)usec * CARP_USEC : 0;
        text = txt_moment(wall, *day, false, moment);
        *day = wall;
        g_date_time_unref(when);
    }
    g_string_append_printf(out, "%s  ", text);
}

static void
append_transition(GString *out, JsonObject *event)
{
    g_string_append_printf(out, "%s -> %s (%s)", member_text(event, "from"),
                           member_text(event, "to"),
                           member_text(event, "reason"));
    const char *master = member_text(event, "master");
    if (*master != '\0' && strcmp(member_text(event, "to"), "BACKUP") == 0) {
        g_string_append_printf(out, ", master %s", master);
    }
}

static void
append_demotion(GString *out, JsonObject *event)
{
    g_string_append_printf(
        out, "demoted by %" G_GINT64_FORMAT " (%s): now %" G_GINT64_FORMAT,
        member_integer(event, "amount"), member_text(event, "by"),
        member_integer(event, "demotion"));
}

static void
append_rest(GString *out, const char *kind, JsonObject *event)
{
    const char *text = member_text(event, "text");
    const char *code = member_text(event, "code");
    g_string_append(out, kind);
    if (*code != '\0') {
        g_string_append_printf(out, " %s", code);
    }
    if (strcmp(kind, "lost") == 0) {
        g_string_append_printf(
            out, ": %" G_GINT64_FORMAT " events were left out: read faster",
            member_integer(event, "count"));
    } else if (strcmp(kind, "fault") == 0 &&
               member_boolean(event, "resolved")) {
        g_string_append(out, " over");
    }
    if (*text != '\0') {
        g_string_append_printf(out, ": %s", text);
    }
}

static void
append_hook(GString *out, JsonObject *event)
{
    g_string_append_printf(out, "hook %s: %s", member_text(event, "argv"),
                           member_text(event, "end"));
    if (strcmp(member_text(event, "end"), "exited") == 0) {
        g_string_append_printf(out, " %" G_GINT64_FORMAT,
                               member_integer(event, "code"));
    }
}

void
show_text_event(JsonObject *event, carp_time *day, GString *out)
{
    const char *kind = member_text(event, "event");
    const char *id = member_text(event, "id");
    append_moment(out, event, day);
    if (*id != '\0') {
        g_string_append_printf(out, "%s: ", id);
    }
    if (strcmp(kind, "transition") == 0) {
        append_transition(out, event);
    } else if (strcmp(kind, "demotion") == 0) {
        append_demotion(out, event);
    } else if (strcmp(kind, "hook") == 0) {
        append_hook(out, event);
    } else {
        append_rest(out, kind, event);
    }
    g_string_append_c(out, '\n');
}
