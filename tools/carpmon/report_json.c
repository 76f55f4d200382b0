/* SPDX-License-Identifier: BSD-2-Clause */
/* Every member is described in docs/JSON.md and docs/carpmon.schema.json. */
#include "evidence.h"
#include "jsonl.h"
#include "report.h"

#define SCHEMA 1

struct json_report {
    const struct mon_session *session;
    struct jsonl json;
    carp_time began;
};

static void *
json_open(const struct mon_session *session)
{
    struct json_report *report = g_new0(struct json_report, 1);
    report->session = session;
    jsonl_init(&report->json);
    return report;
}

static void
json_close(void *state)
{
    struct json_report *report = state;
    jsonl_clear(&report->json);
    g_free(report);
}

static struct jsonl *
begin(struct json_report *report)
{
    struct jsonl *json = &report->json;
    jsonl_reset(json);
    jsonl_open_object(json, NULL);
    jsonl_uint(json, "schema", SCHEMA);
    return json;
}

static struct jsonl *
begin_event(struct json_report *report, carp_time when, const char *event)
{
    struct jsonl *json = begin(report);
    jsonl_time(json, "time", mon_wall(report->session, when));
    jsonl_string(json, "event", event);
    return json;
}

static void
finish(struct json_report *report)
{
    struct jsonl *json = &report->json;
    jsonl_close_object(json);
    g_string_append_c(json->text, '\n');
    fwrite(json->text->str, 1, json->text->len, report->session->out);
    if (report->session->flush) {
        fflush(report->session->out);
    }
}

static void
put_view(struct jsonl *json, const struct mon_session *session,
         uint16_t segment, uint16_t vlan, uint8_t family, uint8_t vhid)
{
    jsonl_string(json, "segment", mon_segment_name(session, segment));
    jsonl_uint(json, "vlan", vlan);
    jsonl_string(json, "family", mon_family_text(family));
    jsonl_uint(json, "vhid", vhid);
}

static void
json_start(void *state, const struct mon_start *start)
{
    struct json_report *report = state;
    struct jsonl *json = begin_event(report, start->time, "start");
    report->began = start->time;
    jsonl_string(json, "version", CARPKIT_VERSION);
    jsonl_string(json, "mode", report->session->is_live ? "live" : "read");
    jsonl_open_array(json, "inputs");
    for (unsigned int i = 0; i < start->input_count; i++) {
        jsonl_open_object(json, NULL);
        jsonl_string(json, "name", start->inputs[i].name);
        jsonl_string(
            json, "segment",
            mon_segment_name(report->session, start->inputs[i].segment));
        jsonl_close_object(json);
    }
    jsonl_close_array(json);
    jsonl_uint(json, "keys", start->key_count);
    finish(report);
}

static void
put_transition(struct jsonl *json, const struct mon_session *session,
               const struct carp_event *event)
{
    jsonl_address(json, "sender", &event->sender);
    jsonl_address(json, "previous", &event->previous);
    jsonl_string(json, "role", mon_role_text(event->role));
    jsonl_string(json, "reason", carp_reason_text(event->reason));
    jsonl_seconds(json, "silence", event->silence);
    jsonl_seconds(json, "dead_time", event->dead_time);
    jsonl_uint(json, "frame", event->frame);
    jsonl_time(json, "since", mon_wall(session, event->since));
    jsonl_string(json, "text", event->text);
}

static void
put_finding(struct jsonl *json, const struct mon_session *session,
            const struct carp_event *event)
{
    jsonl_string(json, "code", carp_code_text(event->code));
    jsonl_string(json, "cause", carp_cause_text(event->cause));
    jsonl_string(json, "severity", carp_severity_text(event->severity));
    jsonl_string(json, "confidence", carp_confidence_text(event->confidence));
    jsonl_uint(json, "id", event->id);
    jsonl_uint(json, "count", event->count);
    jsonl_open_array(json, "senders");
    for (unsigned int i = 0; i < event->sender_count; i++) {
        jsonl_address(json, NULL, &event->senders[i]);
    }
    jsonl_close_array(json);
    jsonl_open_array(json, "frames");
    for (unsigned int i = 0; i < event->frame_count; i++) {
        jsonl_uint(json, NULL, event->frames[i]);
    }
    jsonl_close_array(json);
    jsonl_time(json, "since", mon_wall(session, event->since));
    jsonl_string(json, "text", event->text);
    jsonl_string(json, "detail", event->detail);
    jsonl_string(json, "remedy", event->remedy);
    const char *path = mon_evidence_path(session->evidence, event);
    if (path != NULL) {
        jsonl_string(json, "evidence", path);
    }
}

const char *
mon_event_kind_text(enum carp_event_kind kind)
{
    switch (kind) {
    case CARP_EVENT_TRANSITION:
        return "transition";
    case CARP_EVENT_FINDING:
        return "finding";
    case CARP_EVENT_UPDATE:
        return "update";
    case CARP_EVENT_RESOLVED:
        break;
    }
    return "resolved";
}

void
mon_json_event(struct jsonl *json, const struct mon_session *session,
               const struct carp_event *event)
{
    jsonl_time(json, "time", mon_wall(session, event->time));
    jsonl_string(json, "event", mon_event_kind_text(event->kind));
    put_view(json, session, event->segment, event->vlan, event->family,
             event->vhid);
    if (event->kind == CARP_EVENT_TRANSITION) {
        put_transition(json, session, event);
    } else {
        put_finding(json, session, event);
    }
}

static void
json_event(void *state, const struct carp_event *event)
{
    struct json_report *report = state;
    if (report->session->quiet) {
        return;
    }
    begin(report);
    mon_json_event(&report->json, report->session, event);
    finish(report);
}

static void
put_hmac(struct jsonl *json, uint64_t good, uint64_t bad, uint64_t unverified)
{
    jsonl_open_object(json, "hmac");
    jsonl_uint(json, "good", good);
    jsonl_uint(json, "bad", bad);
    jsonl_uint(json, "unverified", unverified);
    jsonl_close_object(json);
}

static void
put_masters(struct jsonl *json, struct carp_track *track, size_t index)
{
    struct carp_sender_summary sender;
    jsonl_open_array(json, "masters");
    for (unsigned int i = 0; carp_track_sender(track, index, i, &sender); i++) {
        if (sender.master_time == 0 && sender.role != CARP_MASTER) {
            continue;
        }
        jsonl_open_object(json, NULL);
        jsonl_address(json, "address", &sender.address);
        jsonl_uint(json, "adverts", sender.adverts);
        jsonl_seconds(json, "seconds", sender.master_time);
        jsonl_string(json, "implementation", carp_impl_text(sender.impl));
        jsonl_close_object(json);
    }
    jsonl_close_array(json);
}

static void
put_sender(struct json_report *report, const struct carp_sender_summary *sender)
{
    struct jsonl *json = &report->json;
    char mac[CARP_MAC_TEXT];
    jsonl_open_object(json, NULL);
    jsonl_address(json, "address", &sender->address);
    if (sender->has_mac) {
        jsonl_string(json, "mac", carp_mac_format(&sender->mac, mac));
    } else {
        jsonl_null(json, "mac");
    }
    jsonl_string(json, "role", mon_role_text(sender->role));
    jsonl_uint(json, "adverts", sender->adverts);
    put_hmac(json, sender->good, sender->bad, sender->unverified);
    jsonl_seconds(json, "master_seconds", sender->master_time);
    jsonl_seconds(json, "max_gap", sender->max_gap);
    jsonl_seconds(json, "interval", sender->interval);
    jsonl_uint(json, "advbase", sender->advbase);
    jsonl_uint(json, "advskew", sender->advskew);
    jsonl_uint(json, "demote", sender->demote);
    jsonl_time(json, "first", mon_wall(report->session, sender->first));
    jsonl_time(json, "last", mon_wall(report->session, sender->last));
    jsonl_string(json, "implementation", carp_impl_text(sender->impl));
    jsonl_string(json, "evidence",
                 sender->impl_evidence != NULL ? sender->impl_evidence : "");
    jsonl_close_object(json);
}

static void
put_senders(struct json_report *report, struct carp_track *track, size_t index)
{
    struct carp_sender_summary sender;
    jsonl_open_array(&report->json, "senders");
    for (unsigned int i = 0; carp_track_sender(track, index, i, &sender); i++) {
        put_sender(report, &sender);
    }
    jsonl_close_array(&report->json);
}

static void
put_counts(struct jsonl *json, const uint64_t findings[CARP_CODE_COUNT])
{
    jsonl_open_object(json, "findings");
    for (unsigned int code = 0; code < CARP_CODE_COUNT; code++) {
        if (findings[code] > 0) {
            jsonl_uint(json, carp_code_text((enum carp_code)code),
                       findings[code]);
        }
    }
    jsonl_close_object(json);
}

static void
json_view(void *state, struct carp_track *track, size_t index, carp_time now,
          const struct carp_view_summary *view, const struct mon_story *story)
{
    struct json_report *report = state;
    struct jsonl *json = begin_event(report, now, "summary");
    put_view(json, report->session, view->segment, view->vlan, view->family,
             view->vhid);
    jsonl_uint(json, "adverts", view->adverts);
    put_hmac(json, view->good, view->bad, view->unverified);
    jsonl_uint(json, "transitions", view->transitions);
    jsonl_address(json, "master", &view->master);
    put_masters(json, track, index);
    put_senders(report, track, index);
    jsonl_uint(json, "forgotten_senders", view->forgotten_senders);
    const struct carp_addrs *learnt = carp_track_learnt(track, index);
    jsonl_open_array(json, "learnt_addresses");
    for (uint16_t i = 0; learnt != NULL && i < learnt->count; i++) {
        jsonl_address(json, NULL, &learnt->list[i]);
    }
    jsonl_close_array(json);
    struct carp_prediction next;
    const bool has_next = carp_track_predict(track, index, 0, now, &next);
    mon_json_next(json, report->session, has_next ? &next : NULL, now);
    put_counts(json, view->findings);
    char *text = mon_story_text(story, view, report->session, report->began);
    jsonl_string(json, "story", text);
    g_free(text);
    finish(report);
}

static void
put_wires(struct json_report *report, const GArray *wires)
{
    struct jsonl *json = &report->json;
    jsonl_open_array(json, "wires");
    for (guint i = 0; wires != NULL && i < wires->len; i++) {
        const struct mon_wire *wire = &g_array_index(wires, struct mon_wire, i);
        jsonl_open_object(json, NULL);
        jsonl_string(json, "segment",
                     mon_segment_name(report->session, wire->segment));
        jsonl_uint(json, "vlan", wire->vlan);
        put_counts(json, wire->findings);
        jsonl_close_object(json);
    }
    jsonl_close_array(json);
}

static void
json_end(void *state, const struct mon_totals *totals)
{
    struct json_report *report = state;
    struct jsonl *json = begin_event(report, totals->last, "end");
    jsonl_uint(json, "packets", totals->frames);
    jsonl_uint(json, "adverts", totals->adverts);
    jsonl_uint(json, "dropped", totals->dropped);
    jsonl_uint(json, "cut", totals->cut);
    jsonl_uint(json, "out_of_order", totals->backwards);
    jsonl_uint(json, "unreadable", totals->unreadable);
    put_wires(report, totals->wires);
    if (totals->is_bad) {
        jsonl_string(json, "worst", carp_severity_text(totals->worst));
    } else {
        jsonl_null(json, "worst");
    }
    jsonl_uint(json, "exit_status", (uint64_t)totals->exit_status);
    finish(report);
}

const struct mon_report_ops mon_report_json = {
    .name = "json",
    .open = json_open,
    .start = json_start,
    .event = json_event,
    .view = json_view,
    .end = json_end,
    .close = json_close,
};
