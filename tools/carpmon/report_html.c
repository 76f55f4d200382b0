/* SPDX-License-Identifier: BSD-2-Clause */
#include "report_html.h"

#include <errno.h>
#include <string.h>

#include "html.h"
#include "log.h"
#include "monitor.h"
#include "page.h"
#include "replace_file.h"
#include "text.h"

#define U64 "%" G_GUINT64_FORMAT

struct html_report {
    const struct mon_model *model;
    char *path;
    bool *has_failed;
    struct html_frames *frames;
    uint64_t frame;    /* number of the last one, as the monitor counts */
    GPtrArray *inputs; /* char * */
    /* Their parts, made while the views are told: with findings, without. */
    GString *troubled, *calm;
};

void *
mon_report_html_new(const char *path, const struct mon_model *model,
                    bool *has_failed)
{
    struct html_report *report = g_new0(struct html_report, 1);
    report->model = model;
    report->path = g_strdup(path);
    report->has_failed = has_failed;
    report->frames = html_frames_new();
    report->inputs = g_ptr_array_new_with_free_func(g_free);
    report->troubled = g_string_new(NULL);
    report->calm = g_string_new(NULL);
    return report;
}

static void
on_close(void *state)
{
    struct html_report *report = state;
    html_frames_free(report->frames);
    g_ptr_array_free(report->inputs, TRUE);
    g_string_free(report->troubled, TRUE);
    g_string_free(report->calm, TRUE);
    g_free(report->path);
    g_free(report);
}

static void
on_start(void *state, const struct mon_start *start)
{
    struct html_report *report = state;
    for (unsigned int i = 0; i < start->input_count; i++) {
        g_ptr_array_add(report->inputs,
                        g_path_get_basename(start->inputs[i].name));
    }
}

static void
on_frame(void *state, const struct mon_frame *frame,
         const struct carp_frame *parsed, const struct carp_observation *seen)
{
    struct html_report *report = state;
    html_frames_see(report->frames, frame->number, frame, parsed, seen);
}

static void
on_event(void *state, const struct carp_event *event)
{
    struct html_report *report = state;
    if (event->kind != CARP_EVENT_TRANSITION) {
        html_frames_keep(report->frames, event);
    }
}

static bool
is_troubled(const struct carp_view_summary *view)
{
    for (size_t i = 0; i < CARP_CODE_COUNT; i++) {
        if (view->findings[i] > 0) {
            return true;
        }
    }
    return false;
}

static void
on_view(void *state, struct carp_track *track, size_t index, carp_time now,
        const struct carp_view_summary *view, const struct mon_story *story)
{
    struct html_report *report = state;
    const struct mon_model *model = report->model;
    const struct mon_row *row = mon_model_row(model, view->segment, view->vlan,
                                              view->family, view->vhid);
    GString *out = is_troubled(view) ? report->troubled : report->calm;
    (void)track;
    (void)index;
    if (row == NULL) {
        return;
    }
    char *name = mon_view_id(model->session, view->segment, view->vlan,
                             view->family, view->vhid);
    char *text = mon_story_text(story, view, model->session, model->started);
    g_string_append(out, "<section>");
    html_element(out, "h2", name);
    html_element(out, "p", text);
    html_timeline(out, model, row);
    html_senders(out, model, row);
    html_next(out, row, now);
    g_string_append(out, "</section>\n");
    g_free(text);
    g_free(name);
}

/* -------------------------------------------------------------- the whole */

static void
put_head(GString *out)
{
    g_string_append(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">"
        "\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
        "'none'; style-src 'unsafe-inline'; img-src data:\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<link rel=\"icon\" href=\"data:,\">\n"
        "<title>carpmon report</title>\n<style>\n");
    g_string_append_len(out, (const char *)mon_page_css,
                        (gssize)mon_page_css_size);
    g_string_append(out, "</style>\n</head>\n<body class=\"report\">\n");
}

static void
put_verdict(GString *out, const struct mon_totals *totals)
{
    static const char *const names[] = {"info", "warning", "critical"};
    const char *tone = totals->is_bad ? names[totals->worst] : "good";
    g_string_append_printf(out, "<p class=\"verdict %s\">", tone);
    if (totals->is_bad) {
        g_string_append_printf(out, U64 " critical, " U64 " warning%s",
                               totals->onsets[CARP_CRITICAL],
                               totals->onsets[CARP_WARNING],
                               totals->onsets[CARP_WARNING] == 1 ? "" : "s");
    } else {
        g_string_append(out, totals->adverts == 0 ? "No CARP was seen"
                                                  : "Nothing wrong was found");
    }
    g_string_append(out, "</p>\n");
}

static void
put_period(GString *out, const struct mon_model *model,
           const struct mon_totals *totals)
{
    const struct mon_session *session = model->session;
    char date[TXT_DATE];
    char lasted[TXT_DURATION];
    if (totals->frames == 0) {
        return;
    }
    carp_time first = mon_wall(session, totals->first);
    html_text(out, txt_date(first, session->utc, date));
    g_string_append_c(out, ' ');
    html_clock(out, model, totals->first);
    g_string_append(out, " to ");
    html_clock(out, model, totals->last);
    g_string_append_printf(
        out, " (%s), %s. ",
        txt_duration(carp_time_since(totals->last, totals->first), lasted),
        session->utc ? "UTC" : "local time of who made this");
}

static void
put_facts(GString *out, const struct html_report *report,
          const struct mon_totals *totals)
{
    g_string_append(out, "<p class=\"facts\">");
    put_period(out, report->model, totals);
    g_string_append_printf(out, U64 " frames, " U64 " adverts of ",
                           totals->frames, totals->adverts);
    for (guint i = 0; i < report->inputs->len; i++) {
        g_string_append(out, i > 0 ? ", " : "");
        html_text(out, g_ptr_array_index(report->inputs, i));
    }
    g_string_append(out, ".</p>\n");
    if (totals->cut + totals->backwards + totals->unreadable > 0) {
        g_string_append_printf(
            out,
            "<p class=\"notice\">Doubts: " U64 " frames were cut by the "
            "capture, " U64 " are older than the one before, %u files could "
            "not be read to their end.</p>\n",
            totals->cut, totals->backwards, totals->unreadable);
    }
}

static void
put_findings(GString *out, const struct html_report *report)
{
    const struct mon_model *model = report->model;
    g_string_append(out, "<section><h2>Findings</h2>\n");
    for (int severity = CARP_CRITICAL; severity >= CARP_INFO; severity--) {
        for (guint i = 0; i < model->alerts->len; i++) {
            const struct mon_alert *alert = g_ptr_array_index(model->alerts, i);
            if ((int)alert->severity == severity) {
                html_finding(out, model, alert, report->frames);
            }
        }
    }
    if (model->alerts->len == 0) {
        g_string_append(out, "<p class=\"calm\">None.</p>\n");
    }
    g_string_append(out, "</section>\n");
}

static void
put_legend(GString *out)
{
    g_string_append(
        out,
        "<p class=\"legend\"><span class=\"key lane-0\"></span> "
        "<span class=\"key lane-1\"></span> advertising, one colour a sender "
        "<span class=\"key unseen\"></span> MASTER, not seen by this capture "
        "<span class=\"key wrong\"></span> wrong HMAC "
        "<span class=\"key overlap\"></span> two at once</p>\n");
}

static void
on_end(void *state, const struct mon_totals *totals)
{
    struct html_report *report = state;
    GString *out = g_string_new(NULL);
    put_head(out);
    g_string_append(out, "<header><h1>carpmon report</h1>\n");
    put_verdict(out, totals);
    put_facts(out, report, totals);
    g_string_append(out, "</header>\n<main>\n");
    g_string_append(out, report->troubled->str);
    g_string_append(out, report->calm->str);
    put_legend(out);
    put_findings(out, report);
    g_string_append(
        out, "</main>\n<p class=\"calm\">Made by carpmon " CARPKIT_VERSION
             ". Frame numbers are those of the "
             "capture.</p>\n</body>\n</html>\n");
    if (!replace_file(report->path, out, false)) {
        *report->has_failed = true;
        log_line("%s: %s: the report is not written: see that its directory "
                 "exists, has room and may be written to",
                 report->path, g_strerror(errno));
    }
    g_string_free(out, TRUE);
}

const struct mon_report_ops mon_report_html_ops = {
    .name = "html",
    .start = on_start,
    .frame = on_frame,
    .event = on_event,
    .view = on_view,
    .end = on_end,
    .close = on_close,
};
