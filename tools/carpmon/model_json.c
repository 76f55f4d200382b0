/* SPDX-License-Identifier: BSD-2-Clause */
#include "model_json.h"

#include <string.h>

char *
mon_row_key(uint16_t segment, uint16_t vlan, uint8_t family, uint8_t vhid,
            char out[MON_ROW_KEY])
{
    g_snprintf(out, MON_ROW_KEY, "%u-%u-%c-%u", segment, vlan,
               family == CARP_IPV6 ? '6' : '4', vhid);
    return out;
}

const struct mon_row *
mon_row_of_key(const struct mon_model *model, const char *key)
{
    char own[MON_ROW_KEY];
    for (guint i = 0; i < model->rows->len; i++) {
        const struct mon_row *row = g_ptr_array_index(model->rows, i);
        mon_row_key(row->segment, row->vlan, row->family, row->vhid, own);
        if (strcmp(own, key) == 0) {
            return row;
        }
    }
    return NULL;
}

static void
put_time(struct jsonl *json, const char *name, const struct mon_model *model,
         carp_time when)
{
    if (when == 0 || when == CARP_NEVER) {
        jsonl_null(json, name);
    } else {
        jsonl_time(json, name, mon_wall(model->session, when));
    }
}

static void
put_counts(struct jsonl *json, const char *name, uint64_t good, uint64_t bad,
           uint64_t unverified)
{
    jsonl_open_object(json, name);
    jsonl_uint(json, "good", good);
    jsonl_uint(json, "bad", bad);
    jsonl_uint(json, "unverified", unverified);
    jsonl_close_object(json);
}

static void
put_identity(struct jsonl *json, const struct mon_model *model,
             uint16_t segment, uint16_t vlan, uint8_t family, uint8_t vhid)
{
    char key[MON_ROW_KEY];
    char *id = mon_finding_id(model->session, segment, vlan, family, vhid);
    jsonl_string(json, "key", mon_row_key(segment, vlan, family, vhid, key));
    jsonl_string(json, "name", id);
    g_free(id);
    jsonl_string(json, "segment", mon_segment_name(model->session, segment));
    jsonl_uint(json, "vlan", vlan);
    jsonl_string(json, "family", mon_family_text(family));
    jsonl_uint(json, "vhid", vhid);
}

/* ------------------------------------------------------------------- rows */

/* The key is in order when every sender that is heard now agrees with it. */
static const char *
verdict_now(const struct mon_row *row)
{
    const char *verdict = "unverified";
    for (size_t i = 0; i < MON_LANES_MAX; i++) {
        const struct mon_lane *lane = &row->lanes[i];
        if (!lane->is_used || !lane->is_on) {
            continue;
        }
        if (lane->is_bad_now) {
            return "bad";
        }
        if (lane->good > 0) {
            verdict = "good";
        }
    }
    return verdict;
}

static void
put_sender(struct jsonl *json, const struct mon_model *model,
           const struct mon_lane *lane, unsigned int number)
{
    char mac[CARP_MAC_TEXT];
    jsonl_open_object(json, NULL);
    jsonl_uint(json, "lane", number);
    jsonl_address(json, "address", &lane->address);
    if (lane->has_mac) {
        jsonl_string(json, "mac", carp_mac_format(&lane->mac, mac));
    } else {
        jsonl_null(json, "mac");
    }
    jsonl_string(json, "role", mon_role_text(lane->role));
    jsonl_bool(json, "heard", lane->is_on);
    jsonl_bool(json, "bad_now", lane->is_bad_now);
    jsonl_uint(json, "adverts", lane->adverts);
    put_counts(json, "hmac", lane->good, lane->bad, lane->unverified);
    jsonl_uint(json, "advbase", lane->advbase);
    jsonl_uint(json, "advskew", lane->advskew);
    jsonl_uint(json, "demote", lane->demote);
    jsonl_seconds(json, "interval", lane->interval);
    jsonl_seconds(json, "max_gap", lane->max_gap);
    put_time(json, "first", model, lane->first);
    put_time(json, "last", model, lane->last);
    jsonl_string(json, "implementation", carp_impl_text(lane->impl));
    jsonl_close_object(json);
}

static void
put_span(struct jsonl *json, const struct mon_model *model,
         const struct mon_row *row, const struct mon_span *span)
{
    const struct mon_lane *lane = &row->lanes[span->lane];
    bool goes_on =
        span->kind == MON_SPAN_SEEN && lane->is_on && span->to == lane->last;
    jsonl_open_object(json, NULL);
    jsonl_uint(json, "lane", span->lane);
    jsonl_string(json, "kind",
                 span->kind == MON_SPAN_UNSEEN ? "unseen" : "seen");
    put_time(json, "from", model, span->from);
    put_time(json, "to", model, goes_on ? CARP_NEVER : span->to);
    jsonl_uint(json, "adverts", span->adverts);
    jsonl_bool(json, "bad", span->has_bad);
    jsonl_close_object(json);
}

static void
put_timeline(struct jsonl *json, const struct mon_model *model,
             const struct mon_row *row)
{
    jsonl_open_array(json, "senders");
    for (unsigned int i = 0; i < MON_LANES_MAX; i++) {
        if (row->lanes[i].is_used) {
            put_sender(json, model, &row->lanes[i], i);
        }
    }
    jsonl_close_array(json);
    jsonl_open_array(json, "timeline");
    for (guint i = 0; i < row->spans->len; i++) {
        put_span(json, model, row,
                 &g_array_index(row->spans, struct mon_span, i));
    }
    jsonl_close_array(json);
    jsonl_uint(json, "timeline_dropped", row->spans_dropped);
}

static void
put_transitions(struct jsonl *json, const struct mon_row *row)
{
    jsonl_open_object(json, "transitions");
    for (unsigned int i = 0; i < CARP_REASON_COUNT; i++) {
        if (row->transitions[i] > 0) {
            jsonl_uint(json, carp_reason_text((enum carp_reason)i),
                       row->transitions[i]);
        }
    }
    jsonl_close_object(json);
}

static void
put_announced(struct jsonl *json, const struct mon_model *model,
              const struct mon_row *row)
{
    char mac[CARP_MAC_TEXT];
    if (row->announced == 0) {
        jsonl_null(json, "announced");
        return;
    }
    jsonl_open_object(json, "announced");
    put_time(json, "time", model, row->announced);
    jsonl_address(json, "address", &row->announced_address);
    jsonl_string(json, "mac", carp_mac_format(&row->announced_mac, mac));
    jsonl_close_object(json);
}

static void
put_alert_counts(struct jsonl *json, const struct mon_row *row)
{
    enum carp_severity worst = CARP_INFO;
    if (mon_row_worst(row, &worst)) {
        jsonl_string(json, "worst", carp_severity_text(worst));
    } else {
        jsonl_null(json, "worst");
    }
    jsonl_open_object(json, "alerts");
    jsonl_uint(json, "critical", row->alerts[CARP_CRITICAL]);
    jsonl_uint(json, "warning", row->alerts[CARP_WARNING]);
    jsonl_uint(json, "info", row->alerts[CARP_INFO]);
    jsonl_close_object(json);
}

void
mon_json_row(struct jsonl *json, const struct mon_model *model,
             const struct mon_row *row)
{
    jsonl_open_object(json, NULL);
    put_identity(json, model, row->segment, row->vlan, row->family, row->vhid);
    jsonl_address(json, "master", &row->master);
    jsonl_uint(json, "masters", row->masters);
    put_time(json, "since", model, row->since);
    mon_json_next(json, model->session, row->has_next ? &row->next : NULL,
                  model->now);
    put_alert_counts(json, row);
    jsonl_string(json, "hmac", verdict_now(row));
    jsonl_uint(json, "adverts", row->adverts);
    jsonl_uint(json, "other_adverts", row->others.adverts);
    put_time(json, "first", model, row->first);
    put_time(json, "last", model, row->last);
    put_transitions(json, row);
    jsonl_uint(json, "replays", row->replays);
    jsonl_uint(json, "duplicates", row->duplicates);
    put_announced(json, model, row);
    put_timeline(json, model, row);
    jsonl_close_object(json);
}

/* --------------------------------------------------------------- findings */

void
mon_json_alert(struct jsonl *json, const struct mon_model *model,
               const struct mon_alert *alert)
{
    jsonl_open_object(json, NULL);
    jsonl_uint(json, "id", alert->id);
    put_identity(json, model, alert->segment, alert->vlan, alert->family,
                 alert->vhid);
    jsonl_string(json, "code", carp_code_text(alert->code));
    jsonl_string(json, "cause", carp_cause_text(alert->cause));
    jsonl_string(json, "severity", carp_severity_text(alert->severity));
    jsonl_string(json, "confidence", carp_confidence_text(alert->confidence));
    put_time(json, "since", model, alert->since);
    put_time(json, "decided", model, alert->decided);
    put_time(json, "over", model, alert->over);
    jsonl_uint(json, "count", alert->count);
    jsonl_open_array(json, "senders");
    for (unsigned int i = 0; i < alert->sender_count; i++) {
        jsonl_address(json, NULL, &alert->senders[i]);
    }
    jsonl_close_array(json);
    jsonl_open_array(json, "frames");
    for (unsigned int i = 0; i < alert->frame_count; i++) {
        jsonl_uint(json, NULL, alert->frames[i]);
    }
    jsonl_close_array(json);
    jsonl_string(json, "text", alert->text);
    jsonl_string(json, "detail", alert->detail);
    jsonl_string(json, "remedy", alert->remedy);
    jsonl_string(json, "ending", alert->ending != NULL ? alert->ending : "");
    jsonl_close_object(json);
}

static void
put_alerts(struct jsonl *json, const struct mon_model *model)
{
    jsonl_open_array(json, "findings");
    for (guint i = 0; i < model->alerts->len; i++) {
        mon_json_alert(json, model, g_ptr_array_index(model->alerts, i));
    }
    jsonl_close_array(json);
    jsonl_uint(json, "findings_dropped", model->alerts_dropped);
}

/* -------------------------------------------------------------- the whole */

static bool
worst_of_all(const struct mon_model *model, enum carp_severity *worst)
{
    bool is_bad = false;
    for (guint i = 0; i < model->alerts->len; i++) {
        const struct mon_alert *alert = g_ptr_array_index(model->alerts, i);
        if (alert->over == CARP_NEVER && alert->severity > CARP_INFO) {
            *worst = is_bad ? MAX(*worst, alert->severity) : alert->severity;
            is_bad = true;
        }
    }
    return is_bad;
}

void
mon_json_head(struct jsonl *json, const struct mon_model *model)
{
    enum carp_severity worst = CARP_INFO;
    put_time(json, "now", model, model->now);
    put_time(json, "started", model, model->started);
    jsonl_uint(json, "revision", model->revision);
    if (worst_of_all(model, &worst)) {
        jsonl_string(json, "worst", carp_severity_text(worst));
    } else {
        jsonl_null(json, "worst");
    }
    jsonl_open_object(json, "capture");
    jsonl_uint(json, "frames", model->totals.frames);
    jsonl_uint(json, "adverts", model->totals.adverts);
    jsonl_uint(json, "dropped", model->totals.dropped);
    jsonl_uint(json, "cut", model->totals.cut);
    jsonl_close_object(json);
}

static void
begin(struct jsonl *json, const struct mon_model *model)
{
    jsonl_reset(json);
    jsonl_open_object(json, NULL);
    jsonl_uint(json, "schema", MON_API_SCHEMA);
    jsonl_string(json, "version", CARPKIT_VERSION);
    mon_json_head(json, model);
}

void
mon_json_state(struct jsonl *json, const struct mon_model *model)
{
    begin(json, model);
    jsonl_open_array(json, "segments");
    for (guint i = 0; i < model->session->segments->len; i++) {
        jsonl_string(json, NULL, mon_segment_name(model->session, (uint16_t)i));
    }
    jsonl_close_array(json);
    jsonl_open_array(json, "rows");
    for (guint i = 0; i < model->rows->len; i++) {
        mon_json_row(json, model, g_ptr_array_index(model->rows, i));
    }
    jsonl_close_array(json);
    jsonl_uint(json, "rows_dropped", model->rows_dropped);
    put_alerts(json, model);
    jsonl_close_object(json);
}

void
mon_json_findings(struct jsonl *json, const struct mon_model *model)
{
    begin(json, model);
    put_alerts(json, model);
    jsonl_close_object(json);
}
