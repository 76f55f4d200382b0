/* SPDX-License-Identifier: BSD-2-Clause */
#include "metrics.h"

#include "prometheus.h"

#define U64 "%" G_GUINT64_FORMAT

/* A row or a sender has labels of its own once it was heard so often: made-up
 * ones get none. */
#define SETTLED 3

static void
put_labels(GString *out, const struct mon_model *model, uint16_t segment,
           uint16_t vlan, uint8_t family, uint8_t vhid)
{
    g_string_append(out, "{segment=\"");
    prometheus_value(out, mon_segment_name(model->session, segment));
    g_string_append_printf(out, "\",vlan=\"%u\",family=\"%s\",vhid=\"%u\"",
                           vlan, mon_family_text(family), vhid);
}

/* A row that is shown, with its labels: written once, used in each line. */
struct shown {
    const struct mon_model *model;
    const struct mon_row *row;
    char *labels;
};

static void
open_row(GString *out, const char *name, const struct shown *shown)
{
    g_string_append(out, name);
    g_string_append(out, shown->labels);
}

static void
put_uint(GString *out, uint64_t value)
{
    g_string_append_printf(out, "} " U64 "\n", value);
}

static void
put_seconds(GString *out, carp_time value)
{
    g_string_append_printf(out, "} " U64 ".%06u\n", value / CARP_SEC,
                           (unsigned int)(value % CARP_SEC / CARP_USEC));
}

static void
clear_shown(gpointer memory)
{
    g_free(((struct shown *)memory)->labels);
}

/* The rows worth labels: struct shown. */
static GArray *
shown_rows(const struct mon_model *model)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct shown));
    GString *labels = g_string_new(NULL);
    g_array_set_clear_func(all, clear_shown);
    for (guint i = 0; i < model->rows->len && all->len < MON_METRICS_ROWS;
         i++) {
        const struct mon_row *row = g_ptr_array_index(model->rows, i);
        if (row->adverts >= SETTLED) {
            g_string_truncate(labels, 0);
            put_labels(labels, model, row->segment, row->vlan, row->family,
                       row->vhid);
            struct shown one = {
                .model = model, .row = row, .labels = g_strdup(labels->str)};
            g_array_append_val(all, one);
        }
    }
    g_string_free(labels, TRUE);
    return all;
}

static bool
is_settled(const struct mon_lane *lane)
{
    return lane->is_used && lane->adverts >= SETTLED;
}

static void
put_source(GString *out, const struct mon_lane *lane)
{
    char address[CARP_ADDR_TEXT];
    g_string_append_printf(out, ",source=\"%s\"",
                           carp_addr_format(&lane->address, address));
}

/* ------------------------------------------------------------- each row's */

static void
put_masters(GString *out, const struct shown *shown)
{
    open_row(out, "carpmon_masters", shown);
    put_uint(out, shown->row->masters);
}

static void
put_master(GString *out, const struct shown *shown)
{
    for (size_t i = 0; i < MON_LANES_MAX; i++) {
        if (is_settled(&shown->row->lanes[i])) {
            open_row(out, "carpmon_master", shown);
            put_source(out, &shown->row->lanes[i]);
            put_uint(out, shown->row->lanes[i].role == CARP_MASTER);
        }
    }
}

static void
put_adverts(GString *out, const struct shown *shown)
{
    for (size_t i = 0; i < MON_LANES_MAX; i++) {
        if (is_settled(&shown->row->lanes[i])) {
            open_row(out, "carpmon_adverts_total", shown);
            put_source(out, &shown->row->lanes[i]);
            put_uint(out, shown->row->lanes[i].adverts);
        }
    }
    open_row(out, "carpmon_adverts_total", shown);
    g_string_append(out, ",source=\"other\"");
    put_uint(out, shown->row->others.adverts);
}

static void
put_verdicts(GString *out, const struct shown *shown,
             const struct mon_lane *lane, const uint64_t verdicts[3])
{
    static const char *const results[] = {"good", "bad", "unverified"};
    for (size_t i = 0; i < G_N_ELEMENTS(results); i++) {
        open_row(out, "carpmon_hmac_total", shown);
        if (lane != NULL) {
            put_source(out, lane);
        } else {
            g_string_append(out, ",source=\"other\"");
        }
        g_string_append_printf(out, ",result=\"%s\"", results[i]);
        put_uint(out, verdicts[i]);
    }
}

static void
put_hmac(GString *out, const struct shown *shown)
{
    for (size_t i = 0; i < MON_LANES_MAX; i++) {
        const struct mon_lane *lane = &shown->row->lanes[i];
        if (is_settled(lane)) {
            const uint64_t verdicts[] = {lane->good, lane->bad,
                                         lane->unverified};
            put_verdicts(out, shown, lane, verdicts);
        }
    }
    const uint64_t others[] = {shown->row->others.good, shown->row->others.bad,
                               shown->row->others.unverified};
    put_verdicts(out, shown, NULL, others);
}

static void
put_gaps(GString *out, const struct shown *shown)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < MON_GAP_BUCKETS; i++) {
        sum += shown->row->gaps[i];
        open_row(out, "carpmon_advert_gap_seconds_bucket", shown);
        g_string_append_printf(out, ",le=\"%g\"", mon_gap_bounds[i]);
        put_uint(out, sum);
    }
    open_row(out, "carpmon_advert_gap_seconds_bucket", shown);
    g_string_append(out, ",le=\"+Inf\"");
    put_uint(out, shown->row->gap_count);
    open_row(out, "carpmon_advert_gap_seconds_sum", shown);
    put_seconds(out, shown->row->gap_sum);
    open_row(out, "carpmon_advert_gap_seconds_count", shown);
    put_uint(out, shown->row->gap_count);
}

static void
put_transitions(GString *out, const struct shown *shown)
{
    for (unsigned int i = 0; i < CARP_REASON_COUNT; i++) {
        if (shown->row->transitions[i] > 0) {
            open_row(out, "carpmon_transitions_total", shown);
            g_string_append(out, ",reason=\"");
            prometheus_value(out, carp_reason_text((enum carp_reason)i));
            g_string_append_c(out, '"');
            put_uint(out, shown->row->transitions[i]);
        }
    }
}

static void
put_duplicates(GString *out, const struct shown *shown)
{
    open_row(out, "carpmon_duplicates_total", shown);
    put_uint(out, shown->row->duplicates);
}

static void
put_replays(GString *out, const struct shown *shown)
{
    open_row(out, "carpmon_replays_total", shown);
    put_uint(out, shown->row->replays);
}

static void
put_last_advert(GString *out, const struct shown *shown)
{
    open_row(out, "carpmon_last_advert_seconds", shown);
    put_seconds(out, mon_wall(shown->model->session, shown->row->last));
}

static void
put_garp(GString *out, const struct shown *shown)
{
    if (shown->row->announced != 0) {
        open_row(out, "carpmon_last_garp_seconds", shown);
        put_seconds(out,
                    mon_wall(shown->model->session, shown->row->announced));
    }
}

/* The sender who would follow, if it has a label. */
static const struct mon_lane *
next_lane(const struct mon_row *row)
{
    const struct mon_lane *lane =
        row->has_next ? mon_row_lane_of(row, &row->next.successor) : NULL;
    return lane != NULL && is_settled(lane) ? lane : NULL;
}

static void
put_next_takeover(GString *out, const struct shown *shown)
{
    const struct mon_lane *lane = next_lane(shown->row);
    if (lane != NULL) {
        open_row(out, "carpmon_next_takeover_seconds", shown);
        put_source(out, lane);
        put_seconds(out, shown->row->next.takeover);
    }
}

static void
put_next_seen(GString *out, const struct shown *shown)
{
    const struct mon_lane *lane = next_lane(shown->row);
    if (lane != NULL) {
        open_row(out, "carpmon_next_seen_seconds", shown);
        put_source(out, lane);
        put_seconds(
            out, mon_wall(shown->model->session, shown->row->next.last_sign));
    }
}

static const struct {
    const char *name, *type, *help;
    void (*put)(GString *out, const struct shown *shown);
} families[] = {
    {"carpmon_masters", "gauge",
     "Senders that are MASTER now: 1 is healthy, 0 and 2 are not.",
     put_masters},
    {"carpmon_master", "gauge", "1 while this sender is MASTER.", put_master},
    {"carpmon_adverts_total", "counter",
     "Adverts heard; source \"other\" is whoever got no label.", put_adverts},
    {"carpmon_hmac_total", "counter",
     "Adverts by the verdict on their authenticator.", put_hmac},
    {"carpmon_advert_gap_seconds", "histogram",
     "Time between two adverts of one sender.", put_gaps},
    {"carpmon_transitions_total", "counter",
     "Changes of master by reason, in the kernels' words.", put_transitions},
    {"carpmon_duplicates_total", "counter",
     "Adverts that came again within milliseconds.", put_duplicates},
    {"carpmon_replays_total", "counter", "Adverts that were replayed.",
     put_replays},
    {"carpmon_last_advert_seconds", "gauge",
     "When the last advert was heard, Unix time.", put_last_advert},
    {"carpmon_last_garp_seconds", "gauge",
     "When a virtual address was last announced (gratuitous ARP, unsolicited "
     "NA), Unix time.",
     put_garp},
    {"carpmon_next_takeover_seconds", "gauge",
     "From the master's last advert to that of the sender who would follow it; "
     "none while nobody is known.",
     put_next_takeover},
    {"carpmon_next_seen_seconds", "gauge",
     "When any frame last came from the sender who would follow, Unix time.",
     put_next_seen},
};

/* -------------------------------------------------------------- the whole */

static bool
is_valid_segment(const struct mon_model *model, uint16_t segment)
{
    return segment < model->session->segments->len;
}

static void
put_code(GString *out, const char *name, const struct mon_model *model,
         const struct mon_code *code)
{
    g_string_append(out, name);
    put_labels(out, model, code->segment, code->vlan, code->family, code->vhid);
    g_string_append_printf(out, ",code=\"%s\"", carp_code_text(code->code));
}

static void
put_codes(GString *out, const struct mon_model *model)
{
    prometheus_head(out, "carpmon_alert_active", "gauge",
                    "1 while a finding is on; see ALERTS.md.");
    for (guint i = 0; i < model->codes->len; i++) {
        const struct mon_code *code = g_ptr_array_index(model->codes, i);
        if (is_valid_segment(model, code->segment)) {
            put_code(out, "carpmon_alert_active", model, code);
            g_string_append_printf(out, ",severity=\"%s\"",
                                   carp_severity_text(code->severity));
            put_uint(out, code->on > 0);
        }
    }
    prometheus_head(out, "carpmon_alerts_total", "counter",
                    "Findings by code.");
    for (guint i = 0; i < model->codes->len; i++) {
        const struct mon_code *code = g_ptr_array_index(model->codes, i);
        if (is_valid_segment(model, code->segment)) {
            put_code(out, "carpmon_alerts_total", model, code);
            put_uint(out, code->onsets);
        }
    }
}

static void
put_plain(GString *out, const char *name, const char *type, const char *help,
          uint64_t value)
{
    prometheus_head(out, name, type, help);
    g_string_append_printf(out, "%s " U64 "\n", name, value);
}

static void
put_program(GString *out, const struct mon_model *model)
{
    prometheus_head(out, "carpmon_build_info", "gauge",
                    "Always 1; see the labels.");
    g_string_append(out,
                    "carpmon_build_info{version=\"" CARPKIT_VERSION "\"} 1\n");
    prometheus_head(out, "carpmon_start_time_seconds", "gauge",
                    "When watching began, Unix time.");
    g_string_append(out, "carpmon_start_time_seconds");
    carp_time started = mon_wall(model->session, model->started);
    g_string_append_printf(out, " " U64 ".%06u\n", started / CARP_SEC,
                           (unsigned int)(started % CARP_SEC / CARP_USEC));
    put_plain(out, "carpmon_frames_total", "counter", "Frames captured.",
              model->totals.frames);
    put_plain(out, "carpmon_capture_drops_total", "counter",
              "Frames that the kernel dropped for lack of room.",
              model->totals.dropped);
    put_plain(out, "carpmon_cut_frames_total", "counter",
              "Frames cut before the end of their headers.", model->totals.cut);
}

void
mon_metrics_write(GString *out, const struct mon_model *model)
{
    put_program(out, model);
    GArray *rows = shown_rows(model);
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        prometheus_head(out, families[i].name, families[i].type,
                        families[i].help);
        for (guint r = 0; r < rows->len; r++) {
            families[i].put(out, &g_array_index(rows, struct shown, r));
        }
    }
    put_codes(out, model);
    put_plain(out, "carpmon_vhids", "gauge",
              "Vhids seen, by segment, VLAN and family.", model->rows->len);
    put_plain(out, "carpmon_vhids_unlabelled", "gauge",
              "Vhids that got no labels: heard too rarely, or too many.",
              model->rows->len - rows->len);
    put_plain(out, "carpmon_unlabelled_adverts_total", "counter",
              "Adverts of vhids that did not fit.", model->others.adverts);
    g_array_free(rows, TRUE);
}
