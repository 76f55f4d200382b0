/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce.h"

#include "evidence.h"
#include "log_rate.h"

#define FIELDS_MAX 16
#define VALUE_MAX 64

struct announce {
    const struct mon_session *session;
    struct log_rate *rate;
};

/* The fields of one message, and room for their values. */
struct fields {
    struct log_field list[FIELDS_MAX];
    char room[FIELDS_MAX][VALUE_MAX];
    size_t count;
};

static void
put(struct fields *fields, const char *name, const char *value)
{
    g_assert(fields->count < FIELDS_MAX);
    fields->list[fields->count].name = name;
    fields->list[fields->count].value = value;
    fields->count++;
}

static void
put_number(struct fields *fields, const char *name, unsigned int value)
{
    char *room = fields->room[fields->count];
    g_snprintf(room, VALUE_MAX, "%u", value);
    put(fields, name, room);
}

static void
put_address(struct fields *fields, const char *name,
            const struct carp_addr *address)
{
    if (address->family != CARP_FAMILY_NONE) {
        put(fields, name,
            carp_addr_format(address, fields->room[fields->count]));
    }
}

static const char *
message_id(const struct carp_event *event)
{
    if (event->kind == CARP_EVENT_TRANSITION) {
        return MON_MESSAGE_TRANSITION;
    }
    return event->kind == CARP_EVENT_RESOLVED ? MON_MESSAGE_RESOLVED
                                              : MON_MESSAGE_FINDING;
}

static void
put_finding(struct fields *fields, const struct announce *announce,
            const struct carp_event *event)
{
    static const char *const names[CARP_EVENT_SENDERS] = {
        "CARP_SENDER", "CARP_SENDER_2", "CARP_SENDER_3", "CARP_SENDER_4"};
    put(fields, "CARP_CODE", carp_code_text(event->code));
    put(fields, "CARP_CAUSE", carp_cause_text(event->cause));
    put(fields, "CARP_SEVERITY", carp_severity_text(event->severity));
    put_number(fields, "CARP_ID", event->id);
    for (unsigned int i = 0; i < event->sender_count; i++) {
        put_address(fields, names[i], &event->senders[i]);
    }
    put(fields, "CARP_EVIDENCE",
        mon_evidence_path(announce->session->evidence, event));
}

static enum log_level
level_of(const struct carp_event *event)
{
    if (event->kind == CARP_EVENT_TRANSITION ||
        event->kind == CARP_EVENT_RESOLVED || event->severity == CARP_INFO) {
        return LOG_LEVEL_NOTICE;
    }
    return event->severity == CARP_CRITICAL ? LOG_LEVEL_CRITICAL
                                            : LOG_LEVEL_WARNING;
}

static const char *
word(const struct carp_event *event)
{
    switch (event->kind) {
    case CARP_EVENT_TRANSITION:
        return mon_role_text(event->role);
    case CARP_EVENT_UPDATE:
        return "STILL";
    case CARP_EVENT_RESOLVED:
        return "RESOLVED";
    case CARP_EVENT_FINDING:
        break;
    }
    return carp_severity_text(event->severity);
}

static void
say(struct announce *announce, const struct carp_event *event, const char *id,
    const struct fields *fields)
{
    bool is_transition = event->kind == CARP_EVENT_TRANSITION;
    const char *code = is_transition ? "" : carp_code_text(event->code);
    /* A vhid that flaps, or a finding that comes and goes, in few lines. */
    char *key = g_strdup_printf("%s %s %s", id, code, word(event));
    log_rate_event(announce->rate, key, event->time, level_of(event),
                   fields->list, fields->count, "%s %s%s%s: %s%s%s",
                   word(event), code, *code != '\0' ? " " : "", id, event->text,
                   *event->detail != '\0' ? "; " : "", event->detail);
    g_free(key);
}

static void
on_event(void *state, const struct carp_event *event)
{
    struct announce *announce = state;
    const struct mon_session *session = announce->session;
    struct fields fields = {.count = 0};
    put(&fields, "MESSAGE_ID", message_id(event));
    put(&fields, "CARP_IFACE", mon_segment_name(session, event->segment));
    put_number(&fields, "CARP_VLAN", event->vlan);
    put(&fields, "CARP_FAMILY", mon_family_text(event->family));
    put_number(&fields, "CARP_VHID", event->vhid);
    if (event->kind == CARP_EVENT_TRANSITION) {
        put(&fields, "CARP_STATE", mon_role_text(event->role));
        put(&fields, "CARP_REASON", carp_reason_text(event->reason));
        put_address(&fields, "CARP_SENDER", &event->sender);
    } else {
        put_finding(&fields, announce, event);
    }
    char *id = mon_finding_id(session, event->segment, event->vlan,
                              event->family, event->vhid);
    say(announce, event, id, &fields);
    g_free(id);
}

static void
on_tick(void *state, struct carp_track *track, const struct mon_totals *totals,
        carp_time now)
{
    struct announce *announce = state;
    (void)track;
    (void)totals;
    (void)log_rate_flush(announce->rate, now);
}

static void
on_close(void *state)
{
    struct announce *announce = state;
    (void)log_rate_flush(announce->rate, CARP_NEVER);
    log_rate_free(announce->rate);
    g_free(announce);
}

void *
mon_announce_new(const struct mon_session *session)
{
    struct announce *announce = g_new0(struct announce, 1);
    announce->session = session;
    announce->rate = log_rate_new();
    return announce;
}

const struct mon_report_ops mon_announce_ops = {
    .name = "announce",
    .event = on_event,
    .tick = on_tick,
    .close = on_close,
};
