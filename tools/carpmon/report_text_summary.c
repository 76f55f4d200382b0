/* SPDX-License-Identifier: BSD-2-Clause */
#include "report_text.h"

#define U64 "%" G_GUINT64_FORMAT

static void
append_counts(GString *words, const uint64_t findings[CARP_CODE_COUNT])
{
    const char *before = "";
    for (unsigned int code = 0; code < CARP_CODE_COUNT; code++) {
        if (findings[code] > 0) {
            g_string_append_printf(words, "%s%s " U64, before,
                                   carp_code_text((enum carp_code)code),
                                   findings[code]);
            before = ", ";
        }
    }
}

static void
put_findings(GString *out, const struct carp_view_summary *view)
{
    GString *words = g_string_new(NULL);
    append_counts(words, view->findings);
    g_string_append(out, "  findings   ");
    txt_wrap(out, words->len > 0 ? words->str : "none", 13, 13, MON_WIDTH);
    g_string_free(words, TRUE);
}

static void
put_view_line(struct mon_text *text, const struct carp_view_summary *view)
{
    GString *out = text->line;
    GString *words = g_string_new(NULL);
    char *id = txt_clean(mon_view_id(text->session, view->segment, view->vlan,
                                     view->family, view->vhid));
    g_string_append_printf(
        words,
        "%s  " U64 " advert%s, HMAC " U64 " good " U64 " bad " U64
        " unverified, " U64 " change%s of master",
        id, view->adverts, view->adverts == 1 ? "" : "s", view->good, view->bad,
        view->unverified, view->transitions, view->transitions == 1 ? "" : "s");
    g_free(id);
    txt_wrap(out, words->str, 0, 2, MON_WIDTH);
    g_string_free(words, TRUE);
}

/* Of the time in which anybody was MASTER; more than one may be at once. */
static unsigned int
share(carp_time part, carp_time whole)
{
    return whole == 0
               ? 0
               : (unsigned int)((double)part * 100.0 / (double)whole + 0.5);
}

static void
put_sender(GString *out, const struct carp_sender_summary *sender,
           carp_time whole)
{
    char address[CARP_ADDR_TEXT];
    char time[TXT_DURATION];
    char gap[TXT_DURATION];
    char cell[96];
    g_string_append(out, "  ");
    txt_pad(out, carp_addr_format(&sender->address, address), 27);
    g_snprintf(cell, sizeof(cell), "%-7s" U64, mon_role_text(sender->role),
               sender->adverts);
    txt_pad(out, cell, 16);
    g_snprintf(cell, sizeof(cell), "%s %3u%%",
               txt_duration(sender->master_time, time),
               share(sender->master_time, whole));
    txt_pad(out, cell, 15);
    txt_pad(out, txt_duration(sender->max_gap, gap), 9);
    g_string_append_printf(out, U64 "/" U64 "/" U64 "\n", sender->good,
                           sender->bad, sender->unverified);
    char mac[CARP_MAC_TEXT];
    GString *looks = g_string_new(carp_impl_text(sender->impl));
    if (sender->impl_evidence != NULL && *sender->impl_evidence != '\0') {
        g_string_append_printf(looks, " (%s)", sender->impl_evidence);
    }
    if (sender->has_mac) {
        g_string_append_printf(looks, ", MAC %s",
                               carp_mac_format(&sender->mac, mac));
    }
    g_string_append_printf(looks, ", advbase %u advskew %u", sender->advbase,
                           sender->advskew);
    g_string_append(out, "    ");
    txt_wrap(out, looks->str, 4, 4, MON_WIDTH);
    g_string_free(looks, TRUE);
}

static void
put_senders(GString *out, struct carp_track *track, size_t index)
{
    struct carp_sender_summary sender;
    carp_time whole = 0;
    for (unsigned int i = 0; carp_track_sender(track, index, i, &sender); i++) {
        whole = carp_time_add(whole, sender.master_time);
    }
    g_string_append(out, "  ");
    txt_pad(out, "sender", 27);
    txt_pad(out, "now", 7);
    txt_pad(out, "adverts", 9);
    txt_pad(out, "as MASTER", 15);
    g_string_append(out, "max gap  good/bad/-\n");
    for (unsigned int i = 0; carp_track_sender(track, index, i, &sender); i++) {
        put_sender(out, &sender, whole);
    }
}

static void
put_next(GString *out, struct carp_track *track, size_t index, carp_time now)
{
    struct carp_prediction next;
    char text[CARP_PREDICTION_TEXT];
    const bool is_known = carp_track_predict(track, index, 0, now, &next);
    g_string_append(out, "  next       ");
    txt_wrap(out, carp_prediction_text(is_known ? &next : NULL, now, text), 13,
             13, MON_WIDTH);
}

void
mon_text_view(void *state, struct carp_track *track, size_t index,
              carp_time now, const struct carp_view_summary *view,
              const struct mon_story *story)
{
    struct mon_text *text = state;
    GString *out = text->line;
    if (!text->has_summary && !text->session->quiet) {
        g_string_append(out, "\n");
    }
    if (text->has_summary) {
        g_string_append(out, "\n");
    }
    text->has_summary = true;
    put_view_line(text, view);
    put_senders(out, track, index);
    if (view->forgotten_senders > 0) {
        g_string_append_printf(out,
                               "  " U64 " more senders were too many to "
                               "keep\n",
                               view->forgotten_senders);
    }
    put_next(out, track, index, now);
    put_findings(out, view);
    char *paragraph =
        txt_clean(mon_story_text(story, view, text->session, text->began));
    if (*paragraph != '\0') {
        g_string_append(out, "  What happened: ");
        txt_wrap(out, paragraph, 17, 2, MON_WIDTH);
    }
    g_free(paragraph);
    mon_text_flush(text);
}

static void
put_period(struct mon_text *text, const struct mon_totals *totals)
{
    const struct mon_session *session = text->session;
    char date[TXT_DATE];
    char from[TXT_CLOCK];
    char to[TXT_MOMENT];
    char lasted[TXT_DURATION];
    if (totals->frames == 0) {
        return;
    }
    carp_time first = mon_wall(session, totals->first);
    carp_time last = mon_wall(session, totals->last);
    g_string_append_printf(text->line, "%s %s to ",
                           txt_date(first, session->utc, date),
                           txt_clock(first, session->utc, from));
    g_string_append_printf(
        text->line, "%s (%s)%s\n", txt_moment(last, first, session->utc, to),
        txt_duration(carp_time_since(totals->last, totals->first), lasted),
        session->utc ? " UTC" : "");
}

/* What was found about a segment itself, and so is in no view. */
static void
put_wires(struct mon_text *text, const GArray *wires)
{
    for (guint i = 0; wires != NULL && i < wires->len; i++) {
        const struct mon_wire *wire = &g_array_index(wires, struct mon_wire, i);
        char *id =
            txt_clean(mon_wire_id(text->session, wire->segment, wire->vlan));
        GString *words = g_string_new(NULL);
        g_string_append_printf(words, "Segment %s, of no vhid: ", id);
        append_counts(words, wire->findings);
        txt_wrap(text->line, words->str, 0, 2, MON_WIDTH);
        g_string_free(words, TRUE);
        g_free(id);
    }
}

void
mon_text_end(void *state, const struct mon_totals *totals)
{
    struct mon_text *text = state;
    GString *out = text->line;
    GString *words = g_string_new(NULL);
    if (text->has_summary || !text->session->quiet) {
        g_string_append(out, "\n");
    }
    put_wires(text, totals->wires);
    put_period(text, totals);
    g_string_append_printf(
        words,
        U64 " frame%s, " U64 " advert%s, " U64 " critical, " U64
            " warning, " U64 " info",
        totals->frames, totals->frames == 1 ? "" : "s", totals->adverts,
        totals->adverts == 1 ? "" : "s", totals->onsets[CARP_CRITICAL],
        totals->onsets[CARP_WARNING], totals->onsets[CARP_INFO]);
    if (text->session->is_live) {
        g_string_append_printf(words, ", " U64 " dropped", totals->dropped);
    }
    txt_wrap(out, words->str, 0, 0, MON_WIDTH);
    if (totals->frames > 0 && totals->adverts == 0) {
        g_string_append(out, "No CARP was seen: is this the right wire, and "
                             "does multicast reach it?\n");
    }
    g_string_free(words, TRUE);
    mon_text_flush(text);
}
