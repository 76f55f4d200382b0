/* SPDX-License-Identifier: BSD-2-Clause */
#include "html.h"

#include <string.h>

#include "text.h"

#define U64 "%" G_GUINT64_FORMAT

void
html_text(GString *out, const char *text)
{
    char *valid = txt_clean(g_utf8_make_valid(text, -1));
    for (const char *c = valid; *c != '\0'; c++) {
        switch (*c) {
        case '&':
            g_string_append(out, "&amp;");
            break;
        case '<':
            g_string_append(out, "&lt;");
            break;
        case '>':
            g_string_append(out, "&gt;");
            break;
        case '"':
            g_string_append(out, "&quot;");
            break;
        case '\'':
            g_string_append(out, "&#39;");
            break;
        default:
            g_string_append_c(out, *c);
            break;
        }
    }
    g_free(valid);
}

void
html_element(GString *out, const char *tag, const char *text)
{
    int length = (int)strcspn(tag, " ");
    g_string_append_printf(out, "<%s>", tag);
    html_text(out, text);
    g_string_append_printf(out, "</%.*s>", length, tag);
}

const char *
html_moment(const struct mon_model *model, carp_time when, char out[TXT_MOMENT])
{
    const struct mon_session *session = model->session;
    return txt_moment(mon_wall(session, when),
                      mon_wall(session, model->started), session->utc, out);
}

void
html_clock(GString *out, const struct mon_model *model, carp_time when)
{
    char moment[TXT_MOMENT];
    g_string_append(out, html_moment(model, when, moment));
}

/* ---------------------------------------------------------------- senders */

static void
put_heads(GString *out, const char *const *names)
{
    g_string_append(out, "<thead><tr>");
    for (; *names != NULL; names++) {
        html_element(out, "th scope=\"col\"", *names);
    }
    g_string_append(out, "</tr></thead>\n<tbody>\n");
}

static void
put_sender(GString *out, const struct mon_lane *lane, unsigned int number)
{
    char address[CARP_ADDR_TEXT];
    char mac[CARP_MAC_TEXT] = "–";
    char gap[TXT_DURATION];
    g_string_append_printf(
        out, "<tr><th scope=\"row\" class=\"tight lane-%u\">", number);
    html_text(out, carp_addr_format(&lane->address, address));
    g_string_append(out, "</th>");
    html_element(out, "td", mon_role_text(lane->role));
    g_string_append_printf(out,
                           "<td>" U64 "</td><td>" U64 " / " U64 " / " U64
                           "</td><td>%u</td><td>%u",
                           lane->adverts, lane->good, lane->bad,
                           lane->unverified, lane->advbase, lane->advskew);
    if (lane->demote != 0) {
        g_string_append_printf(out, ", demoted %u", lane->demote);
    }
    g_string_append(out, "</td>");
    html_element(out, "td", txt_duration(lane->max_gap, gap));
    html_element(out, "td", carp_impl_text(lane->impl));
    html_element(out, "td class=\"mono tight\"",
                 lane->has_mac ? carp_mac_format(&lane->mac, mac) : mac);
    g_string_append(out, "</tr>\n");
}

void
html_senders(GString *out, const struct mon_model *model,
             const struct mon_row *row)
{
    static const char *const names[] = {
        "Sender",  "At the end", "Adverts",     "HMAC good / wrong / –",
        "advbase", "advskew",    "Longest gap", "Looks like",
        "MAC",     NULL};
    (void)model;
    g_string_append(out, "<table>");
    put_heads(out, names);
    for (unsigned int i = 0; i < MON_LANES_MAX; i++) {
        if (row->lanes[i].is_used) {
            put_sender(out, &row->lanes[i], i);
        }
    }
    g_string_append(out, "</tbody></table>\n");
}

void
html_next(GString *out, const struct mon_row *row, carp_time now)
{
    char text[CARP_PREDICTION_TEXT];
    g_string_append(out, "<p class=\"next\">At the end: ");
    html_text(out, carp_prediction_text(row->has_next ? &row->next : NULL, now,
                                        text));
    g_string_append(out, "</p>\n");
}

/* --------------------------------------------------------------- findings */

static const char *
verdict_word(const struct html_frame *frame)
{
    switch (frame->verdict) {
    case CARP_GOOD:
        return "good";
    case CARP_BAD:
        return "wrong";
    case CARP_UNVERIFIED:
        break;
    }
    return "–";
}

static void
put_addresses(GString *out, const struct html_frame *frame)
{
    char text[CARP_ADDR_TEXT];
    html_element(out, "td class=\"tight\"",
                 frame->src.family != CARP_FAMILY_NONE
                     ? carp_addr_format(&frame->src, text)
                     : "–");
    html_element(out, "td class=\"tight\"",
                 frame->dst.family != CARP_FAMILY_NONE
                     ? carp_addr_format(&frame->dst, text)
                     : "–");
    html_element(out, "td class=\"mono tight\"",
                 frame->has_mac ? carp_mac_format(&frame->mac, text) : "–");
}

static void
put_frame(GString *out, const struct mon_model *model, uint64_t number,
          const struct html_frame *frame)
{
    g_string_append_printf(out, "<tr><td>" U64 "</td>", number);
    if (frame == NULL) {
        g_string_append(out, "<td colspan=\"8\">see the capture</td></tr>\n");
        return;
    }
    g_string_append(out, "<td class=\"tight\">");
    html_clock(out, model, frame->time);
    g_string_append(out, "</td>");
    html_element(out, "td", carp_frame_kind_text(frame->kind));
    put_addresses(out, frame);
    if (frame->kind == CARP_FRAME_CARP) {
        g_string_append_printf(out,
                               "<td>%u</td><td>%u / %u</td><td class=\"mono "
                               "tight\">%016" G_GINT64_MODIFIER "x</td>",
                               frame->ttl, frame->advbase, frame->advskew,
                               frame->counter);
        html_element(out, "td", verdict_word(frame));
    } else {
        g_string_append(out, "<td colspan=\"4\"></td>");
    }
    g_string_append(out, "</tr>\n");
}

static void
put_evidence(GString *out, const struct mon_model *model,
             const struct mon_alert *alert, const struct html_frames *frames)
{
    static const char *const names[] = {
        "Frame", "Time",        "Kind",    "From", "To", "MAC",
        "TTL",   "base / skew", "Counter", "HMAC", NULL};
    if (alert->frame_count == 0) {
        return;
    }
    g_string_append(out, "<table>");
    put_heads(out, names);
    for (unsigned int i = 0; i < alert->frame_count; i++) {
        put_frame(out, model, alert->frames[i],
                  html_frames_get(frames, alert->frames[i]));
    }
    g_string_append(out, "</tbody></table>\n");
}

static void
put_term(GString *out, const char *name, const char *text)
{
    if (*text != '\0') {
        html_element(out, "dt", name);
        html_element(out, strcmp(name, "do") == 0 ? "dd class=\"do\"" : "dd",
                     text);
    }
}

static void
put_title(GString *out, const struct mon_model *model,
          const struct mon_alert *alert)
{
    static const char *const words[] = {"INFO", "WARNING", "CRITICAL"};
    char *name = mon_finding_id(model->session, alert->segment, alert->vlan,
                                alert->family, alert->vhid);
    const char *severity = carp_severity_text(alert->severity);
    g_string_append_printf(out,
                           "<article class=\"finding %s\" id=\"f%u\">"
                           "<span class=\"side\">",
                           severity, alert->id);
    html_clock(out, model, alert->since);
    if (alert->over != CARP_NEVER) {
        g_string_append(out, " to ");
        html_clock(out, model, alert->over);
    } else {
        g_string_append(out, ", not over");
    }
    g_string_append_printf(out,
                           "</span><h3><span class=\"badge %s\">%s</span> "
                           "%s ",
                           severity, words[alert->severity],
                           carp_code_text(alert->code));
    html_text(out, name);
    g_string_append(out, "</h3>");
    g_free(name);
}

void
html_finding(GString *out, const struct mon_model *model,
             const struct mon_alert *alert, const struct html_frames *frames)
{
    put_title(out, model, alert);
    html_element(out, "p class=\"fact\"", alert->text);
    g_string_append(out, "<dl>");
    put_term(out, "cause", alert->detail);
    put_term(out, "do", alert->remedy);
    put_term(out, "ended", alert->ending != NULL ? alert->ending : "");
    put_term(out, "confidence", carp_confidence_text(alert->confidence));
    g_string_append(out, "</dl>\n");
    put_evidence(out, model, alert, frames);
    g_string_append(out, "</article>\n");
}
