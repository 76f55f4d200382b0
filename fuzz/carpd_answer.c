/* SPDX-License-Identifier: BSD-2-Clause */
/* Each line of the control socket is what docs/CONTROL.md says. */
#include <json-glib/json-glib.h>

#include "carpd_check.h"
#include "fuzz.h"
#include "json_guard.h"

static void
check_members(JsonObject *object, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (!json_object_has_member(object, *names)) {
            FUZZ_FAIL(*names);
        }
    }
}

static void
check_vhid(JsonArray *array, guint index, JsonNode *node, gpointer user)
{
    static const char *const names[] = {
        "name",        "interface",   "vhid",    "id",
        "state",       "reason",      "since",   "state_seconds",
        "advbase",     "advskew",     "preempt", "advertised_advskew",
        "group",       "profile",     "vmac",    "advertised_demote",
        "replay",      "addresses",   "missing", "interface_up",
        "device",      "source",      "source6", "peer",
        "peer6",       "master",      "next",    "master_detail",
        "demotion",    "demotions",   "peers",   "master_detail6",
        "transitions", "preemptions", "faults",  NULL};
    (void)array;
    (void)index;
    (void)user;
    JsonObject *vhid = json_node_get_object(node);
    check_members(vhid, names);
    int64_t demotion = json_object_get_int_member(vhid, "demotion");
    FUZZ_CHECK(demotion >= 0 && demotion <= 254);
    JsonObject *next = json_object_get_object_member(vhid, "next");
    double seconds = json_object_get_double_member(next, "seconds");
    FUZZ_CHECK(seconds >= 0 && seconds < 86400);
}

static void
check_stats(JsonObject *answer)
{
    static const char *const counters[] = {
        "ipackets", "ipackets6", "badif",   "badttl",  "hdrops", "badsum",
        "badver",   "badlen",    "badauth", "badvhid", "onomem", "opackets",
        "badaddrs", "opackets6", "ostates", "preempt", NULL};
    static const char *const reasons[] = {"echo",
                                          "duplicate",
                                          "replayed",
                                          "rewritten",
                                          "not_peer",
                                          "other_destination",
                                          "trailing",
                                          "old_key",
                                          "old_addresses",
                                          "send_errors",
                                          "announcements",
                                          "announcements_held",
                                          "hooks",
                                          "hooks_failed",
                                          "hooks_timed_out",
                                          "late",
                                          NULL};
    check_members(json_object_get_object_member(answer, "stats"), counters);
    check_members(json_object_get_object_member(answer, "reasons"), reasons);
}

static void
check_answer(JsonObject *answer)
{
    static const char *const daemon[] = {
        "version",          "pid",     "uptime", "config", "demotion",
        "demotion_by_hand", "clients", NULL};
    if (!json_object_get_boolean_member(answer, "ok")) {
        JsonObject *error = json_object_get_object_member(answer, "error");
        FUZZ_CHECK(*json_object_get_string_member(error, "code") != '\0');
        FUZZ_CHECK(*json_object_get_string_member(error, "text") != '\0');
        return;
    }
    const char *command = json_object_get_string_member(answer, "command");
    if (strcmp(command, "show") == 0) {
        check_members(json_object_get_object_member(answer, "daemon"), daemon);
        json_array_foreach_element(
            json_object_get_array_member(answer, "vhids"), check_vhid, NULL);
    } else if (strcmp(command, "stats") == 0) {
        check_stats(answer);
    }
}

static void
check_event(JsonObject *event)
{
    static const struct {
        const char *event;
        const char *names[9];
    } rows[] = {
        {"transition", {"name", "id", "from", "to", "reason", "master"}},
        {"demotion", {"name", "id", "by", "amount", "demotion"}},
        {"address", {"name", "id", "text"}},
        {"fault", {"name", "id", "text", "resolved"}},
        {"finding",
         {"id", "code", "cause", "severity", "confidence", "senders", "text",
          "remedy"}},
        {"update", {"id", "code", "text"}},
        {"resolved", {"id", "code", "text"}},
        {"hook", {"argv", "end", "code", "seconds"}},
        {"reload", {"added", "removed", "changed", "unchanged"}},
        {"lost", {"count"}},
        {"stop", {NULL}}};
    const char *name = json_object_get_string_member(event, "event");
    FUZZ_CHECK(json_object_has_member(event, "time"));
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (strcmp(rows[i].event, name) == 0) {
            check_members(event, rows[i].names);
            return;
        }
    }
    FUZZ_FAIL(name);
}

void
check_line(const char *line, size_t len)
{
    char *copy = g_strndup(line, len);
    FUZZ_CHECK(g_utf8_validate(copy, (gssize)len, NULL));
    FUZZ_CHECK(json_guard_passes(copy));
    JsonNode *node = json_from_string(copy, NULL);
    FUZZ_CHECK(node != NULL && JSON_NODE_HOLDS_OBJECT(node));
    JsonObject *object = json_node_get_object(node);
    FUZZ_CHECK(json_object_get_int_member(object, "schema") == 1);
    if (json_object_has_member(object, "event")) {
        check_event(object);
    } else {
        check_answer(object);
    }
    json_node_unref(node);
    check_add(copy, len);
    g_free(copy);
}
