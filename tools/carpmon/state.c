/* SPDX-License-Identifier: BSD-2-Clause */
#include "state.h"

#include <string.h>

#include "jsonl.h"
#include "log.h"

#define SCHEMA 1

static void
put_alert(struct jsonl *json, const struct mon_model *model,
          const struct mon_alert *alert)
{
    jsonl_open_object(json, NULL);
    jsonl_string(json, "segment",
                 mon_segment_name(model->session, alert->segment));
    jsonl_string(json, "code", carp_code_text(alert->code));
    jsonl_string(json, "cause", carp_cause_text(alert->cause));
    jsonl_string(json, "severity", carp_severity_text(alert->severity));
    jsonl_string(json, "text", alert->text);
    jsonl_close_object(json);
}

/* Findings that are on, of one vhid. */
static void
put_alerts(struct jsonl *json, const struct mon_model *model,
           const struct mon_row *row)
{
    jsonl_open_array(json, "findings");
    for (guint i = 0; i < model->alerts->len; i++) {
        const struct mon_alert *alert = g_ptr_array_index(model->alerts, i);
        if (alert->over == CARP_NEVER && alert->segment == row->segment &&
            alert->vlan == row->vlan && alert->family == row->family &&
            alert->vhid == row->vhid) {
            put_alert(json, model, alert);
        }
    }
    jsonl_close_array(json);
}

static void
put_masters(struct jsonl *json, const struct mon_row *row, carp_time now)
{
    char text[CARP_ADDR_TEXT];
    carp_time last = 0;
    jsonl_open_array(json, "masters");
    for (size_t i = 0; i < MON_LANES_MAX; i++) {
        const struct mon_lane *lane = &row->lanes[i];
        if (lane->is_used && lane->role == CARP_MASTER) {
            last = MAX(last, lane->last);
            jsonl_string(json, NULL, carp_addr_format(&lane->address, text));
        }
    }
    jsonl_close_array(json);
    jsonl_seconds(json, "silence",
                  carp_time_since(now, last != 0 ? last : row->last));
}

static void
put_row(struct jsonl *json, const struct mon_model *model,
        const struct mon_row *row, carp_time now)
{
    char *id = mon_view_id(model->session, row->segment, row->vlan, row->family,
                           row->vhid);
    jsonl_open_object(json, NULL);
    jsonl_string(json, "id", id);
    jsonl_string(json, "segment",
                 mon_segment_name(model->session, row->segment));
    jsonl_uint(json, "vlan", row->vlan);
    jsonl_string(json, "family", mon_family_text(row->family));
    jsonl_uint(json, "vhid", row->vhid);
    put_masters(json, row, now);
    put_alerts(json, model, row);
    jsonl_close_object(json);
    g_free(id);
}

/* Findings about a wire itself, that it cannot be seen above all. */
static void
put_wires(struct jsonl *json, const struct mon_model *model)
{
    jsonl_open_array(json, "wires");
    for (guint i = 0; i < model->alerts->len; i++) {
        const struct mon_alert *alert = g_ptr_array_index(model->alerts, i);
        if (alert->over == CARP_NEVER && alert->vhid == 0) {
            put_alert(json, model, alert);
        }
    }
    jsonl_close_array(json);
}

char *
mon_state_text(const struct mon_model *model, carp_time now)
{
    struct jsonl json;
    jsonl_init(&json);
    jsonl_open_object(&json, NULL);
    jsonl_uint(&json, "schema", SCHEMA);
    jsonl_time(&json, "time", mon_wall(model->session, now));
    jsonl_string(&json, "event", "state");
    jsonl_string(&json, "version", CARPKIT_VERSION);
    jsonl_uint(&json, "dropped", model->totals.dropped);
    put_wires(&json, model);
    jsonl_open_array(&json, "vhids");
    for (guint i = 0; i < model->rows->len; i++) {
        const struct mon_row *row = g_ptr_array_index(model->rows, i);
        if (row->vhid != 0) {
            put_row(&json, model, row, now);
        }
    }
    jsonl_close_array(&json);
    jsonl_close_object(&json);
    char *text = g_strdup(json.text->str);
    jsonl_clear(&json);
    return text;
}

/* -------------------------------------------------------------------- file */

struct state {
    const struct mon_model *model;
    char *path;
    carp_time next;
    bool has_news;
    struct log_limit limit;
};

void *
mon_state_new(const char *path, const struct mon_model *model)
{
    struct state *state = g_new0(struct state, 1);
    state->path = g_strdup(path);
    state->model = model;
    state->limit.every = 60 * CARP_SEC;
    return state;
}

static void
write_now(struct state *state, carp_time now)
{
    GError *error = NULL;
    char *object = mon_state_text(state->model, now);
    char *text = g_strdup_printf("%s\n", object);
    /* Not durable: after a crash of the machine it is old anyway. */
    if (!g_file_set_contents_full(state->path, text, -1,
                                  G_FILE_SET_CONTENTS_CONSISTENT, 0644,
                                  &error)) {
        if (log_limit_pass(&state->limit, now, NULL)) {
            log_line("--state: %s: see that its directory exists, has room "
                     "and may be written to",
                     error->message);
        }
        g_error_free(error);
    }
    g_free(text);
    g_free(object);
    state->next = carp_time_add(now, MON_STATE_EVERY * CARP_SEC);
    state->has_news = false;
}

static void
state_event(void *data, const struct carp_event *event)
{
    struct state *state = data;
    (void)event;
    state->has_news = true;
}

static void
state_tick(void *data, struct carp_track *track,
           const struct mon_totals *totals, carp_time now)
{
    struct state *state = data;
    (void)track;
    (void)totals;
    if (state->has_news || now >= state->next) {
        write_now(state, now);
    }
}

static void
state_close(void *data)
{
    struct state *state = data;
    g_free(state->path);
    g_free(state);
}

const struct mon_report_ops mon_state_ops = {
    .name = "state",
    .event = state_event,
    .tick = state_tick,
    .close = state_close,
};
