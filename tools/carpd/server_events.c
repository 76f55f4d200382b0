/* SPDX-License-Identifier: BSD-2-Clause */
/* What those that watch are told (docs/CONTROL.md, Events). */
#include "server.h"

#include "instance.h"

static void
begin(struct jsonl *json, const char *event, const struct instance *instance)
{
    jsonl_init(json);
    jsonl_open_object(json, NULL);
    jsonl_uint(json, "schema", 1);
    jsonl_time(json, "time", alarm_wall());
    jsonl_string(json, "event", event);
    if (instance != NULL) {
        jsonl_string(json, "name", instance->conf->name);
        jsonl_string(json, "id", instance->id);
        jsonl_string(json, "interface", instance->conf->interface);
        jsonl_uint(json, "vhid", instance->conf->vhid);
    }
}

static void
end(struct jsonl *json, struct server *server, const struct instance *instance)
{
    jsonl_close_object(json);
    server_broadcast(server, instance, json->text->str, json->text->len);
    jsonl_clear(json);
}

static void
put_master(struct jsonl *json, const struct instance *instance)
{
    char text[CARP_ADDR_TEXT];
    for (unsigned int f = 0; f < CARP_FAMILIES; f++) {
        const struct carp_fsm *fsm = &instance->fsm;
        if (fsm->state == CARP_STATE_MASTER &&
            fsm->config.source[f].family != CARP_FAMILY_NONE) {
            jsonl_string(json, "master",
                         carp_addr_format(&fsm->config.source[f], text));
            return;
        }
        if (fsm->state != CARP_STATE_MASTER && fsm->master[f].is_known) {
            jsonl_string(json, "master",
                         carp_addr_format(&fsm->master[f].source, text));
            return;
        }
    }
    jsonl_null(json, "master");
}

void
server_tell_transition(struct server *server, const struct instance *instance,
                       const struct carp_effects *effects)
{
    if (!server_is_watched(server)) {
        return;
    }
    struct jsonl json;
    begin(&json, "transition", instance);
    jsonl_string(&json, "from", carp_state_text(effects->from));
    jsonl_string(&json, "to", carp_state_text(effects->to));
    jsonl_string(&json, "reason", carp_fsm_reason_text(effects->reason));
    put_master(&json, instance);
    end(&json, server, instance);
}

void
server_tell_demotion(struct server *server, const struct instance *instance,
                     const char *by, unsigned int amount)
{
    if (!server_is_watched(server)) {
        return;
    }
    struct jsonl json;
    begin(&json, "demotion", instance);
    jsonl_string(&json, "by", by);
    jsonl_uint(&json, "amount", amount);
    jsonl_uint(&json, "demotion", (uint64_t)MAX(instance->demotion, 0));
    end(&json, server, instance);
}

void
server_tell_fault(struct server *server, const struct instance *instance,
                  const char *text, bool is_over)
{
    if (!server_is_watched(server)) {
        return;
    }
    struct jsonl json;
    begin(&json, "fault", instance);
    jsonl_string(&json, "text", text);
    jsonl_bool(&json, "resolved", is_over);
    end(&json, server, instance);
}

void
server_tell_address(struct server *server, const struct instance *instance,
                    const char *text)
{
    if (!server_is_watched(server)) {
        return;
    }
    struct jsonl json;
    begin(&json, "address", instance);
    jsonl_string(&json, "text", text);
    end(&json, server, instance);
}

static const char *
event_name(enum carp_event_kind kind)
{
    switch (kind) {
    case CARP_EVENT_TRANSITION:
    case CARP_EVENT_FINDING:
        break;
    case CARP_EVENT_UPDATE:
        return "update";
    case CARP_EVENT_RESOLVED:
        return "resolved";
    }
    return "finding";
}

void
server_tell_finding(struct server *server, const struct instance *instance,
                    const struct carp_event *event)
{
    if (!server_is_watched(server)) {
        return;
    }
    struct jsonl json;
    begin(&json, event_name(event->kind), instance);
    jsonl_string(&json, "family", event->family == CARP_IPV6 ? "ipv6" : "ipv4");
    jsonl_string(&json, "code", carp_code_text(event->code));
    jsonl_string(&json, "cause", carp_cause_text(event->cause));
    jsonl_string(&json, "severity", carp_severity_text(event->severity));
    jsonl_string(&json, "confidence", carp_confidence_text(event->confidence));
    jsonl_open_array(&json, "senders");
    for (unsigned int i = 0; i < event->sender_count; i++) {
        char text[CARP_ADDR_TEXT];
        jsonl_string(&json, NULL, carp_addr_format(&event->senders[i], text));
    }
    jsonl_close_array(&json);
    jsonl_uint(&json, "count", event->count);
    jsonl_time(&json, "since", alarm_to_wall(event->since));
    jsonl_string(&json, "text", event->text);
    jsonl_string(&json, "detail", event->detail);
    jsonl_string(&json, "remedy", event->remedy);
    end(&json, server, instance);
}

static const char *
end_name(enum program_end end)
{
    switch (end) {
    case PROGRAM_EXITED:
        break;
    case PROGRAM_KILLED:
        return "killed";
    case PROGRAM_TIMED_OUT:
        return "timed out";
    case PROGRAM_NOT_STARTED:
        return "not started";
    case PROGRAM_REPLACED:
        return "replaced";
    case PROGRAM_REFUSED:
        return "refused";
    }
    return "exited";
}

void
server_tell_hook(struct server *server, const struct instance *instance,
                 const char *command, const struct program_result *result)
{
    if (!server_is_watched(server)) {
        return;
    }
    struct jsonl json;
    begin(&json, "hook", instance);
    jsonl_string(&json, "argv", command);
    jsonl_string(&json, "end", end_name(result->end));
    jsonl_uint(&json, "code", (uint64_t)MAX(result->code, 0));
    jsonl_seconds(&json, "seconds", result->elapsed);
    end(&json, server, instance);
}

void
server_tell_reload(struct server *server, const struct daemon_reload *report)
{
    if (!server_is_watched(server)) {
        return;
    }
    struct jsonl json;
    begin(&json, "reload", NULL);
    jsonl_strings(&json, "added", report->added);
    jsonl_strings(&json, "removed", report->removed);
    jsonl_strings(&json, "changed", report->changed);
    jsonl_uint(&json, "unchanged", report->unchanged);
    end(&json, server, NULL);
}

void
server_tell_stop(struct server *server)
{
    if (server_is_watched(server)) {
        struct jsonl json;
        begin(&json, "stop", NULL);
        end(&json, server, NULL);
    }
}
