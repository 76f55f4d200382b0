/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "report_text.h"

#include "evidence.h"

/* "12:00:02.114  CRITICAL  " */
#define COLUMN_LEVEL 14
#define COLUMN_TEXT 24
#define SEVERITIES (CARP_CRITICAL + 1u)

static void *
text_open(const struct mon_session *session)
{
    struct mon_text *text = g_new0(struct mon_text, 1);
    text->session = session;
    text->line = g_string_sized_new(1024);
    text->told = g_hash_table_new(g_direct_hash, g_direct_equal);
    return text;
}

static void
text_close(void *state)
{
    struct mon_text *text = state;
    g_string_free(text->line, TRUE);
    g_hash_table_destroy(text->told);
    g_free(text);
}

void
mon_text_flush(struct mon_text *text)
{
    fputs(text->line->str, text->session->out);
    g_string_truncate(text->line, 0);
    if (text->session->flush) {
        fflush(text->session->out);
    }
}

/* The day is told only where it changes. */
static void
put_date(struct mon_text *text, carp_time when)
{
    char date[TXT_DATE];
    txt_date(when, text->session->utc, date);
    if (strcmp(date, text->date) != 0) {
        memcpy(text->date, date, sizeof(date));
        g_string_append_printf(text->line, "-- %s --\n", date);
    }
}

static const char *
level_word(const struct carp_event *event, bool is_news)
{
    switch (event->kind) {
    case CARP_EVENT_TRANSITION:
        return mon_role_text(event->role);
    case CARP_EVENT_RESOLVED:
        return "RESOLVED";
    case CARP_EVENT_UPDATE:
        if (!is_news) {
            return "STILL";
        }
        break;
    case CARP_EVENT_FINDING:
        break;
    }
    switch (event->severity) {
    case CARP_INFO:
        return "INFO";
    case CARP_WARNING:
        return "WARNING";
    case CARP_CRITICAL:
        break;
    }
    return "CRITICAL";
}

static const char *
colour_of(const char *level)
{
    static const char *const colours[][2] = {
        {"CRITICAL", "\033[1;31m"}, {"WARNING", "\033[33m"},
        {"RESOLVED", "\033[32m"},   {"MASTER", "\033[1m"},
        {"STILL", "\033[2m"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(colours); i++) {
        if (strcmp(colours[i][0], level) == 0) {
            return colours[i][1];
        }
    }
    return NULL;
}

static void
put_level(struct mon_text *text, const char *level)
{
    const char *colour = text->session->colour ? colour_of(level) : NULL;
    if (colour != NULL) {
        g_string_append(text->line, colour);
    }
    g_string_append(text->line, level);
    if (colour != NULL) {
        g_string_append(text->line, "\033[0m");
    }
    size_t used = strlen(level);
    g_string_append_printf(text->line, "%*s",
                           (int)(COLUMN_TEXT - COLUMN_LEVEL - used), "");
}

/* A monitor that says nothing for hours should have said what it does. */
static void
say_watching(struct mon_text *text, const struct mon_start *start)
{
    const struct mon_session *session = text->session;
    char clock[TXT_CLOCK];
    g_string_append_printf(
        text->line, "%s  ",
        txt_clock(mon_wall(session, start->time), session->utc, clock));
    put_level(text, "WATCHING");
    for (unsigned int i = 0; i < start->input_count; i++) {
        g_string_append_printf(text->line, "%s ", start->inputs[i].name);
    }
    g_string_append_printf(text->line, "(%" G_GSIZE_FORMAT " key%s)\n",
                           start->key_count, start->key_count == 1 ? "" : "s");
    mon_text_flush(text);
}

static void
text_start(void *state, const struct mon_start *start)
{
    struct mon_text *text = state;
    const struct mon_session *session = text->session;
    text->began = start->time;
    txt_date(mon_wall(session, start->time), session->utc, text->date);
    if (session->is_live && !session->quiet) {
        say_watching(text, start);
    }
}

static void
put_fact(struct mon_text *text, const struct carp_event *event)
{
    const struct mon_session *session = text->session;
    GString *fact = g_string_new(NULL);
    if (event->kind != CARP_EVENT_TRANSITION) {
        g_string_append_printf(fact, "%s  ", carp_code_text(event->code));
    }
    char *id = mon_finding_id(session, event->segment, event->vlan,
                              event->family, event->vhid);
    g_string_append(fact, id);
    g_free(id);
    if (event->kind == CARP_EVENT_TRANSITION) {
        g_string_append(fact, "  ");
    } else if (g_str_has_prefix(event->text, "from ") ||
               g_str_has_prefix(event->text, "after ")) {
        g_string_append_c(fact, ' ');
    } else {
        g_string_append(fact, ": ");
    }
    g_string_append(fact, event->text);
    txt_clean(fact->str);
    txt_wrap(text->line, fact->str, COLUMN_TEXT, COLUMN_LEVEL, MON_WIDTH);
    g_string_free(fact, TRUE);
}

static void
put_labelled(struct mon_text *text, const char *label, const char *words)
{
    if (*words == '\0') {
        return;
    }
    char *clean = txt_clean(g_strdup(words));
    g_string_append_printf(text->line, "%*s", COLUMN_LEVEL, "");
    txt_pad(text->line, label, COLUMN_TEXT - COLUMN_LEVEL);
    txt_wrap(text->line, clean, COLUMN_TEXT, COLUMN_TEXT, MON_WIDTH);
    g_free(clean);
}

static void
put_evidence(struct mon_text *text, const struct carp_event *event)
{
    GString *words = g_string_new(NULL);
    if (event->frame_count > 0) {
        g_string_append(words, event->frame_count == 1 ? "frame" : "frames");
    }
    for (unsigned int i = 0; i < event->frame_count; i++) {
        g_string_append_printf(words, " %" G_GUINT64_FORMAT, event->frames[i]);
    }
    g_string_append_printf(words, "%s(confidence %s)",
                           words->len > 0 ? " " : "",
                           carp_confidence_text(event->confidence));
    const char *path = mon_evidence_path(text->session->evidence, event);
    if (path != NULL) {
        g_string_append_printf(words, " %s", path);
    }
    put_labelled(text, "evidence", words->str);
    g_string_free(words, TRUE);
}

/* True when an alert is new, or when its cause is another than told, or it
 * became worse. */
static bool
remember(struct mon_text *text, const struct carp_event *event)
{
    gpointer id = GUINT_TO_POINTER(event->id);
    gpointer was = NULL;
    bool is_known = g_hash_table_lookup_extended(text->told, id, NULL, &was);
    const unsigned int told = GPOINTER_TO_UINT(was);
    const unsigned int severity = (unsigned int)event->severity;
    const unsigned int cause = (unsigned int)event->cause;
    if (event->kind == CARP_EVENT_RESOLVED) {
        g_hash_table_remove(text->told, id);
        return false;
    }
    if (is_known && told / SEVERITIES == cause &&
        told % SEVERITIES >= severity) {
        return false;
    }
    g_hash_table_insert(text->told, id,
                        GUINT_TO_POINTER(cause * SEVERITIES + severity));
    return true;
}

static void
text_event(void *state, const struct carp_event *event)
{
    struct mon_text *text = state;
    if (text->session->quiet) {
        return;
    }
    bool is_news =
        event->kind != CARP_EVENT_TRANSITION && remember(text, event);
    carp_time when = mon_wall(text->session, event->time);
    char clock[TXT_CLOCK];
    put_date(text, when);
    txt_pad(text->line, txt_clock(when, text->session->utc, clock),
            COLUMN_LEVEL);
    put_level(text, level_word(event, is_news));
    put_fact(text, event);
    if (is_news) {
        put_labelled(text, "cause", event->detail);
        put_labelled(text, "do", event->remedy);
        put_evidence(text, event);
    }
    mon_text_flush(text);
}

const struct mon_report_ops mon_report_text = {
    .name = "text",
    .open = text_open,
    .start = text_start,
    .event = text_event,
    .view = mon_text_view,
    .end = mon_text_end,
    .close = text_close,
};
