/* SPDX-License-Identifier: BSD-2-Clause */
#include "screen_text.h"

#include <string.h>

#include <carp/timing.h>

#include "text.h"

static void
free_line(void *memory)
{
    struct mon_line *line = memory;
    g_free(line->text);
    g_free(line);
}

/* Takes the text over. Names of wires and messages may hold anything. */
static char *
fit_to_show(char *text)
{
    char *valid = txt_clean(g_utf8_make_valid(text, -1));
    g_free(text);
    return valid;
}

/* Cut to the width; a cut line ends in '~'. */
static void
add_line(GPtrArray *lines, const struct mon_screen_state *state,
         enum mon_line_kind kind, const char *text)
{
    if (lines->len >= state->height) {
        return;
    }
    struct mon_line *line = g_new0(struct mon_line, 1);
    const bool is_long = g_utf8_strlen(text, -1) > (glong)state->width;
    line->kind = kind;
    if (is_long && state->width > 0) {
        char *cut = g_utf8_substring(text, 0, (glong)state->width - 1);
        line->text = g_strconcat(cut, "~", NULL);
        g_free(cut);
    } else {
        line->text = g_strdup(text);
    }
    g_ptr_array_add(lines, line);
}

static enum mon_line_kind
kind_of(enum carp_severity severity)
{
    return severity == CARP_CRITICAL  ? MON_LINE_CRITICAL
           : severity == CARP_WARNING ? MON_LINE_WARNING
                                      : MON_LINE_PLAIN;
}

/* ------------------------------------------------------------------ title */

static void
count_alerts(const struct mon_model *model, unsigned int counts[3])
{
    memset(counts, 0, 3 * sizeof(*counts));
    for (guint i = 0; i < model->alerts->len; i++) {
        const struct mon_alert *alert = g_ptr_array_index(model->alerts, i);
        if (alert->over == CARP_NEVER) {
            counts[alert->severity]++;
        }
    }
}

static void
add_title(GPtrArray *lines, const struct mon_model *model,
          const struct mon_screen_state *state)
{
    unsigned int counts[3];
    char clock[TXT_CLOCK];
    count_alerts(model, counts);
    txt_clock(mon_wall(model->session, state->now), model->session->utc, clock);
    clock[8] = '\0'; /* no milliseconds */
    char *text = g_strdup_printf(
        "carpmon  %s  %u vhids  %u critical  %u warnings   q quit  f %s", clock,
        model->rows->len, counts[CARP_CRITICAL], counts[CARP_WARNING],
        state->only_bad ? "all" : "only findings");
    add_line(lines, state,
             counts[CARP_CRITICAL] > 0 ? MON_LINE_CRITICAL : MON_LINE_HEAD,
             text);
    g_free(text);
}

/* ------------------------------------------------------------------- rows */

/* What is left of 80 columns goes to the addresses. */
static unsigned int
address_width(const struct mon_screen_state *state)
{
    const unsigned int more = state->width > 80 ? (state->width - 80) / 2 : 0;
    return 17 + MIN(more, 24);
}

/* Blanks up to the width, or a cut that is seen. */
static void
append_column(GString *out, const char *text, unsigned int width)
{
    const glong len = g_utf8_strlen(text, -1);
    if (len >= (glong)width) {
        char *cut = g_utf8_substring(text, 0, (glong)width - 2);
        g_string_append_printf(out, "%s~ ", cut);
        g_free(cut);
    } else {
        g_string_append_printf(out, "%s%*s", text, (int)(width - len), "");
    }
}

static void
append_silence(GString *out, const struct mon_row *row,
               const struct mon_lane *lane, carp_time now)
{
    char text[32] = "";
    if (lane != NULL) {
        const carp_time silent = carp_time_since(now, lane->last);
        const carp_time dead =
            carp_master_down(CARP_TIMING_BSD, lane->advbase, lane->advskew);
        g_snprintf(text, sizeof(text), "%.1f / %.2f s",
                   (double)silent / (double)CARP_SEC,
                   (double)dead / (double)CARP_SEC);
    } else {
        g_snprintf(text, sizeof(text), "%.0f s ago",
                   (double)carp_time_since(now, row->last) / (double)CARP_SEC);
    }
    append_column(out, text, 14);
}

static const char *
verdict(const struct mon_lane *lane)
{
    if (lane == NULL || lane->good + lane->bad == 0) {
        return "-";
    }
    return lane->is_bad_now ? "BAD" : "ok";
}

static void
append_master(GString *out, const struct mon_row *row,
              const struct mon_screen_state *state)
{
    char text[CARP_ADDR_TEXT];
    const unsigned int width = address_width(state);
    if (row->masters > 1) {
        char *several = g_strdup_printf("%u MASTERS", row->masters);
        append_column(out, several, width);
        g_free(several);
    } else {
        append_column(out,
                      row->master.family == CARP_FAMILY_NONE
                          ? "none"
                          : carp_addr_format(&row->master, text),
                      width);
    }
}

static void
append_next(GString *out, const struct mon_row *row)
{
    char address[CARP_ADDR_TEXT], after[TXT_DURATION];
    if (row->has_next) {
        g_string_append_printf(out, "%s%s %s",
                               row->next.confidence == CARP_LOW ? "?" : "",
                               carp_addr_format(&row->next.successor, address),
                               txt_duration(row->next.takeover, after));
    } else {
        g_string_append_c(out, '-');
    }
}

static void
add_row(GPtrArray *lines, const struct mon_model *model,
        const struct mon_row *row, const struct mon_screen_state *state)
{
    GString *out = g_string_new(NULL);
    char age[TXT_DURATION];
    enum carp_severity worst = CARP_INFO;
    const bool is_bad = mon_row_worst(row, &worst);
    const struct mon_lane *lane = mon_row_lane_of(row, &row->master);
    char *id = fit_to_show(mon_view_id(model->session, row->segment, row->vlan,
                                       row->family, row->vhid));
    /* Without colours the mark says it. */
    g_string_append(out, !is_bad ? "  " : worst == CARP_CRITICAL ? "! " : "* ");
    append_column(out, id, 14);
    append_master(out, row, state);
    const carp_time from = row->since != 0 ? row->since : row->first;
    append_column(out, txt_duration(carp_time_since(state->now, from), age),
                  11);
    append_silence(out, row, lane, state->now);
    append_column(out, verdict(lane), 5);
    append_next(out, row);
    add_line(lines, state,
             is_bad                                   ? kind_of(worst)
             : row->master.family == CARP_FAMILY_NONE ? MON_LINE_FAINT
                                                      : MON_LINE_PLAIN,
             out->str);
    g_free(id);
    g_string_free(out, TRUE);
}

static GPtrArray *
chosen_rows(const struct mon_model *model, const struct mon_screen_state *state)
{
    GPtrArray *rows = g_ptr_array_new();
    for (guint i = 0; i < model->rows->len; i++) {
        struct mon_row *row = g_ptr_array_index(model->rows, i);
        enum carp_severity worst = CARP_INFO;
        if (!state->only_bad || mon_row_worst(row, &worst)) {
            g_ptr_array_add(rows, row);
        }
    }
    return rows;
}

static void
add_rows(GPtrArray *lines, const struct mon_model *model,
         struct mon_screen_state *state, unsigned int room)
{
    GPtrArray *rows = chosen_rows(model, state);
    GString *head = g_string_new("  ");
    append_column(head, "VHID", 14);
    append_column(head, "MASTER", address_width(state));
    append_column(head, "FOR", 11);
    append_column(head, "SILENT / DEAD", 14);
    append_column(head, "HMAC", 5);
    g_string_append(head, "NEXT");
    add_line(lines, state, MON_LINE_HEAD, head->str);
    g_string_free(head, TRUE);
    const unsigned int most = rows->len > room ? rows->len - room : 0;
    state->first = MIN(state->first, most);
    for (guint i = state->first; i < rows->len && i < state->first + room;
         i++) {
        add_row(lines, model, g_ptr_array_index(rows, i), state);
    }
    if (rows->len == 0) {
        add_line(lines, state, MON_LINE_FAINT,
                 model->rows->len == 0 ? "  no CARP has been seen yet"
                                       : "  nothing is wrong (f shows all)");
    } else if (rows->len > room) {
        char *text =
            room > 0
                ? g_strdup_printf("  %u to %u of %u", state->first + 1,
                                  MIN(state->first + room, rows->len),
                                  rows->len)
                : g_strdup_printf("  0 of %u: more lines show them", rows->len);
        add_line(lines, state, MON_LINE_FAINT, text);
        g_free(text);
    }
    g_ptr_array_free(rows, TRUE);
}

/* --------------------------------------------------------------- findings */

/* The worst first, of these the latest first. */
static gint
compare_alerts(gconstpointer a, gconstpointer b)
{
    const struct mon_alert *one = *(const struct mon_alert *const *)a;
    const struct mon_alert *other = *(const struct mon_alert *const *)b;
    if (one->severity != other->severity) {
        return one->severity > other->severity ? -1 : 1;
    }
    return one->decided == other->decided  ? 0
           : one->decided > other->decided ? -1
                                           : 1;
}

static void
add_wrapped(GPtrArray *lines, const struct mon_screen_state *state,
            enum mon_line_kind kind, const char *head, const char *text)
{
    GString *out = g_string_new(head);
    txt_wrap(out, text, strlen(head), 4, state->width);
    char **parts = g_strsplit(out->str, "\n", -1);
    for (char **part = parts; *part != NULL; part++) {
        if (**part != '\0') {
            add_line(lines, state, kind, *part);
        }
    }
    g_strfreev(parts);
    g_string_free(out, TRUE);
}

static void
add_alert(GPtrArray *lines, const struct mon_model *model,
          const struct mon_alert *alert, const struct mon_screen_state *state)
{
    char clock[TXT_MOMENT];
    char *id =
        fit_to_show(mon_finding_id(model->session, alert->segment, alert->vlan,
                                   alert->family, alert->vhid));
    txt_moment(mon_wall(model->session, alert->decided),
               mon_wall(model->session, state->now), model->session->utc,
               clock);
    *strrchr(clock, '.') = '\0';
    const enum mon_line_kind kind = kind_of(alert->severity);
    char *head = g_strdup_printf("%s %s %s ", clock,
                                 alert->severity == CARP_CRITICAL  ? "CRITICAL"
                                 : alert->severity == CARP_WARNING ? "WARNING"
                                                                   : "INFO",
                                 carp_code_text(alert->code));
    char *text = g_strdup_printf("%s: %s", id, alert->text);
    add_wrapped(lines, state, kind, head, text);
    if (alert->detail != NULL && *alert->detail != '\0') {
        add_wrapped(lines, state, MON_LINE_PLAIN, "    cause ", alert->detail);
    }
    if (alert->remedy != NULL && *alert->remedy != '\0') {
        add_wrapped(lines, state, MON_LINE_PLAIN, "    do    ", alert->remedy);
    }
    g_free(text);
    g_free(head);
    g_free(id);
}

static void
add_alerts(GPtrArray *lines, const struct mon_model *model,
           const struct mon_screen_state *state)
{
    GPtrArray *alerts = g_ptr_array_new();
    for (guint i = 0; i < model->alerts->len; i++) {
        struct mon_alert *alert = g_ptr_array_index(model->alerts, i);
        if (alert->over == CARP_NEVER && alert->severity > CARP_INFO) {
            g_ptr_array_add(alerts, alert);
        }
    }
    g_ptr_array_sort(alerts, compare_alerts);
    if (alerts->len > 0) {
        add_line(lines, state, MON_LINE_PLAIN, "");
    }
    for (guint i = 0; i < alerts->len; i++) {
        add_alert(lines, model, g_ptr_array_index(alerts, i), state);
    }
    g_ptr_array_free(alerts, TRUE);
}

GPtrArray *
mon_screen_lines(const struct mon_model *model, struct mon_screen_state *state)
{
    unsigned int counts[3];
    GPtrArray *lines = g_ptr_array_new_with_free_func(free_line);
    const unsigned int height = state->height;
    count_alerts(model, counts);
    const bool has_alerts = counts[CARP_CRITICAL] + counts[CARP_WARNING] > 0;
    const bool has_message = *state->message != '\0' && height > 3;
    const unsigned int frame = 3 + (has_message ? 1 : 0);
    const unsigned int room = height > frame ? height - frame : 0;
    state->height = has_message ? height - 1 : height;
    add_title(lines, model, state);
    /* Findings get half of the screen at least. */
    add_rows(lines, model, state, has_alerts ? room / 2 : room);
    add_alerts(lines, model, state);
    state->height = height;
    if (has_message) {
        char *message = fit_to_show(g_strdup(state->message));
        add_line(lines, state, MON_LINE_WARNING, message);
        g_free(message);
    }
    return lines;
}
