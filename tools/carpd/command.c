/* SPDX-License-Identifier: BSD-2-Clause */
#include "command.h"

#include <string.h>

#include "control.h"
#include "daemon.h"
#include "instance.h"
#include "log.h"
#include "request.h"
#include "show.h"

void
command_refuse(struct jsonl *json, const char *command, const char *code,
               const char *text)
{
    jsonl_reset(json);
    jsonl_open_object(json, NULL);
    jsonl_uint(json, "schema", 1);
    jsonl_bool(json, "ok", false);
    if (command != NULL) {
        jsonl_string(json, "command", command);
    }
    jsonl_open_object(json, "error");
    jsonl_string(json, "code", code);
    jsonl_string(json, "text", text);
    jsonl_close_object(json);
    jsonl_close_object(json);
}

static void
accept_request(struct jsonl *json, const struct request *request)
{
    jsonl_open_object(json, NULL);
    jsonl_uint(json, "schema", 1);
    jsonl_bool(json, "ok", true);
    jsonl_string(json, "command", request->name);
}

/* Those that the request names: NULL is all. */
static GPtrArray *
select_instances(const struct daemon *daemon, const char *vhid)
{
    GPtrArray *selected = g_ptr_array_new();
    for (guint i = 0; i < daemon->instances->len; i++) {
        struct instance *instance = g_ptr_array_index(daemon->instances, i);
        if (vhid == NULL || strcmp(vhid, instance->id) == 0 ||
            strcmp(vhid, instance->conf->name) == 0) {
            g_ptr_array_add(selected, instance);
        }
    }
    return selected;
}

static void
put_selected(struct jsonl *json, const GPtrArray *selected)
{
    jsonl_open_array(json, "vhids");
    for (guint i = 0; i < selected->len; i++) {
        const struct instance *instance = g_ptr_array_index(selected, i);
        jsonl_string(json, NULL, instance->id);
    }
    jsonl_close_array(json);
}

static void
demote(struct daemon *daemon, const GPtrArray *selected, const char *vhid,
       uint8_t amount)
{
    if (vhid == NULL) {
        daemon->hand_demotion = amount;
    }
    for (guint i = 0; i < selected->len; i++) {
        struct instance *instance = g_ptr_array_index(selected, i);
        if (vhid == NULL) {
            instance_sum_demotion(instance, "hand (all)", amount);
        } else {
            instance_demote(instance, "hand", amount, true);
        }
    }
}

/* What each was demoted by on its own ends as well. */
static void
forgive(const GPtrArray *selected)
{
    for (guint i = 0; i < selected->len; i++) {
        instance_demote(g_ptr_array_index(selected, i), "hand", 0, true);
    }
}

static void
force(const GPtrArray *selected, bool wants_master)
{
    carp_time now = alarm_now();
    for (guint i = 0; i < selected->len; i++) {
        struct instance *instance = g_ptr_array_index(selected, i);
        instance_tell(
            instance,
            wants_master ? CARP_FSM_FORCE_MASTER : CARP_FSM_FORCE_BACKUP, now);
    }
}

/* In INIT there is nothing to be forced. */
static const struct instance *
find_stuck(const GPtrArray *selected)
{
    for (guint i = 0; i < selected->len; i++) {
        const struct instance *instance = g_ptr_array_index(selected, i);
        if (instance->fsm.state == CARP_STATE_INIT) {
            return instance;
        }
    }
    return NULL;
}

static void
run_change(struct daemon *daemon, const struct request *request,
           const GPtrArray *selected, struct jsonl *json)
{
    const struct instance *stuck = find_stuck(selected);
    bool forces = request->command != REQUEST_DEMOTE;
    if (forces && stuck != NULL) {
        char *text = g_strdup_printf("%s is INIT: %s", stuck->id,
                                     stuck->fault != NULL ? stuck->fault
                                     : stuck->address_fault != NULL
                                         ? stuck->address_fault
                                         : "it cannot run now");
        command_refuse(json, request->name, CARP_CONTROL_STATE, text);
        g_free(text);
        return;
    }
    if (request->command == REQUEST_DEMOTE) {
        demote(daemon, selected, request->vhid, request->amount);
    } else if (request->command == REQUEST_PROMOTE) {
        demote(daemon, selected, request->vhid, 0);
        if (request->vhid == NULL) {
            forgive(selected);
        }
        force(selected, true);
    } else {
        force(selected, request->wants_master);
    }
    accept_request(json, request);
    put_selected(json, selected);
    jsonl_close_object(json);
}

static void
run_reload(struct daemon *daemon, const struct request *request,
           struct jsonl *json)
{
    struct daemon_reload report;
    bool is_good = daemon_reload(daemon, &report);
    if (is_good) {
        accept_request(json, request);
        jsonl_strings(json, "added", report.added);
        jsonl_strings(json, "removed", report.removed);
        jsonl_strings(json, "changed", report.changed);
        jsonl_uint(json, "unchanged", report.unchanged);
    } else {
        jsonl_open_object(json, NULL);
        jsonl_uint(json, "schema", 1);
        jsonl_bool(json, "ok", false);
        jsonl_string(json, "command", request->name);
        jsonl_open_object(json, "error");
        jsonl_string(json, "code", CARP_CONTROL_CONFIG);
        jsonl_string(json, "text",
                     report.is_partial
                         ? "carried out, but for what the messages name"
                         : "not usable: the configuration before it "
                           "stays in force");
        jsonl_close_object(json);
    }
    jsonl_strings(json, "messages", report.messages);
    jsonl_close_object(json);
    daemon_reload_clear(&report);
}

/* True: it is to watch from now on. */
static bool
run_selected(struct daemon *daemon, const struct request *request,
             struct jsonl *json)
{
    GPtrArray *selected = select_instances(daemon, request->vhid);
    bool is_watch = false;
    if (request->vhid != NULL && selected->len == 0) {
        char *text = g_strdup_printf("%s: no vhid has this name or instance: "
                                     "carpctl show lists them",
                                     request->vhid);
        command_refuse(json, request->name, CARP_CONTROL_NO_VHID, text);
        g_free(text);
    } else if (request->command == REQUEST_SHOW) {
        accept_request(json, request);
        show_daemon(json, daemon);
        show_vhids(json, selected);
        jsonl_close_object(json);
    } else if (request->command == REQUEST_WATCH) {
        accept_request(json, request);
        jsonl_close_object(json);
        is_watch = true;
    } else if (request->command == REQUEST_STATS) {
        accept_request(json, request);
        show_stats(json, daemon, selected);
        jsonl_close_object(json);
    } else {
        run_change(daemon, request, selected, json);
    }
    g_ptr_array_free(selected, TRUE);
    return is_watch;
}

enum command_after
command_run(struct daemon *daemon, const char *line, struct jsonl *json,
            char **vhid)
{
    struct request request;
    enum command_after after = COMMAND_DONE;
    if (!request_read(line, &request)) {
        command_refuse(json, request.name, request.code, request.error);
    } else if (request.command == REQUEST_RELOAD) {
        run_reload(daemon, &request, json);
    } else if (run_selected(daemon, &request, json)) {
        *vhid = g_steal_pointer(&request.vhid);
        after = COMMAND_WATCHES;
    }
    request_clear(&request);
    return after;
}
