/* SPDX-License-Identifier: BSD-2-Clause */
/* As page/timeline.js draws it, for the whole time of the capture. */
#include "html.h"

#include <string.h>

#include "text.h"

#define LANE 11
#define STEP 26 /* from lane to lane: a name above each */
#define NARROWEST 0.35

struct scale {
    carp_time from, to;
};

static double
place(const struct scale *scale, carp_time when)
{
    carp_time at = CLAMP(when, scale->from, scale->to);
    return (double)(at - scale->from) * 100.0 /
           (double)(scale->to - scale->from);
}

/* CSS wants a point, whatever the locale. */
static void
put_number(GString *out, const char *name, double value, const char *unit)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(number, sizeof(number), "%.3f", value);
    g_string_append_printf(out, " %s=\"%s%s\"", name, number, unit);
}

static void
put_rect(GString *out, const struct scale *scale, carp_time from, carp_time to,
         int y, int height)
{
    double x = place(scale, from);
    g_string_append_printf(out, "<rect y=\"%d\" height=\"%d\"", y, height);
    put_number(out, "x", x, "%");
    put_number(out, "width", MAX(place(scale, to) - x, NARROWEST), "%");
}

static const struct mon_span *
span_at(const struct mon_row *row, guint i)
{
    return &g_array_index(row->spans, struct mon_span, i);
}

/* Lanes are drawn without gaps between the used ones. */
static unsigned int
position(const struct mon_row *row, uint8_t lane)
{
    unsigned int at = 0;
    for (uint8_t i = 0; i < lane; i++) {
        at += row->lanes[i].is_used;
    }
    return at;
}

static void
put_overlaps(GString *out, const struct mon_model *model,
             const struct mon_row *row, const struct scale *scale, int height)
{
    for (guint i = 0; i < row->spans->len; i++) {
        for (guint j = i + 1; j < row->spans->len; j++) {
            const struct mon_span *a = span_at(row, i);
            const struct mon_span *b = span_at(row, j);
            carp_time from = MAX(a->from, b->from);
            carp_time to =
                MIN(mon_span_end(model, row, a), mon_span_end(model, row, b));
            if (a->lane != b->lane && from < to) {
                put_rect(out, scale, from, to, STEP - LANE - 2,
                         height - STEP + LANE + 4);
                g_string_append(out, " class=\"overlap\"/>\n");
            }
        }
    }
}

static void
put_spans(GString *out, const struct mon_model *model,
          const struct mon_row *row, const struct scale *scale)
{
    for (guint i = 0; i < row->spans->len; i++) {
        const struct mon_span *span = span_at(row, i);
        int y = (int)(position(row, span->lane) + 1) * STEP - LANE;
        char from[TXT_MOMENT];
        char to[TXT_MOMENT];
        carp_time end = mon_span_end(model, row, span);
        put_rect(out, scale, span->from, end, y, LANE);
        g_string_append_printf(
            out,
            " class=\"span lane-%u%s%s\"><title>%s to %s, "
            "%" G_GUINT64_FORMAT " adverts%s</title></rect>\n",
            span->lane, span->kind == MON_SPAN_UNSEEN ? " unseen" : "",
            span->has_bad ? " wrong" : "", html_moment(model, span->from, from),
            html_moment(model, end, to), span->adverts,
            span->kind == MON_SPAN_UNSEEN ? ", not seen here" : "");
    }
}

static void
put_lanes(GString *out, const struct mon_row *row)
{
    char address[CARP_ADDR_TEXT];
    unsigned int at = 0;
    for (unsigned int i = 0; i < MON_LANES_MAX; i++) {
        if (row->lanes[i].is_used) {
            int y = (int)++at * STEP - LANE;
            g_string_append_printf(
                out,
                "<rect x=\"0\" y=\"%d\" width=\"100%%\" height=\"%d\" "
                "class=\"track\"/><text x=\"0\" y=\"%d\" class=\"name\">",
                y, LANE, y - 3);
            html_text(out, carp_addr_format(&row->lanes[i].address, address));
            g_string_append(out, "</text>\n");
        }
    }
}

static carp_time
step_of(carp_time length)
{
    static const unsigned int steps[] = {
        1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 43200};
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (length / CARP_SEC / steps[i] <= 8) {
            return steps[i] * CARP_SEC;
        }
    }
    return 86400 * (1 + length / CARP_SEC / 86400 / 8) * CARP_SEC;
}

static void
put_axis(GString *out, const struct mon_model *model, const struct scale *scale,
         int height)
{
    carp_time step = step_of(scale->to - scale->from);
    carp_time at = (scale->from / step + 1) * step;
    carp_time day = model->started; /* that was told last */
    for (; at < scale->to; at += step) {
        char moment[TXT_MOMENT];
        double x = place(scale, at);
        g_string_append(out, "<line y1=\"0\" class=\"tick\"");
        put_number(out, "x1", x, "%");
        put_number(out, "x2", x, "%");
        txt_moment(mon_wall(model->session, at), mon_wall(model->session, day),
                   model->session->utc, moment);
        day = at;
        g_string_append_printf(out, " y2=\"%d\"/><text y=\"%d\"", height,
                               height + 12);
        put_number(out, "x", x, "%");
        /* "12:00:00", or "08-22 12:00" */
        g_string_append_printf(
            out, ">%.*s</text>\n", strlen(moment) > TXT_CLOCK ? 11 : 8,
            strlen(moment) > TXT_CLOCK ? moment + 5 : moment);
    }
}

void
html_timeline(GString *out, const struct mon_model *model,
              const struct mon_row *row)
{
    struct scale scale = {.from = model->started, .to = model->now};
    int height = (int)position(row, MON_LANES_MAX) * STEP;
    if (scale.to <= scale.from || height == 0) {
        return;
    }
    g_string_append_printf(out,
                           "<svg class=\"lanes\" role=\"img\" "
                           "aria-label=\"Who advertised when\" "
                           "height=\"%d\">\n",
                           height + 16);
    put_axis(out, model, &scale, height);
    put_lanes(out, row);
    put_overlaps(out, model, row, &scale, height);
    put_spans(out, model, row, &scale);
    g_string_append(out, "</svg>\n");
    if (row->spans_dropped > 0) {
        g_string_append_printf(out,
                               "<p class=\"calm\">%" G_GUINT64_FORMAT
                               " earlier spans are left out.</p>\n",
                               row->spans_dropped);
    }
}
