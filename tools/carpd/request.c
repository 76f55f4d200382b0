/* SPDX-License-Identifier: BSD-2-Clause */
#include "request.h"

#include <string.h>

#include <json-glib/json-glib.h>

#include "control.h"
#include "json_guard.h"

static const char *const names[REQUEST_COMMAND_COUNT] = {
    "show", "stats", "promote", "demote", "state", "reload", "watch"};

static bool refuse(struct request *request, const char *code,
                   const char *format, ...) G_GNUC_PRINTF(3, 4);

static bool
refuse(struct request *request, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_free(request->error);
    request->error = g_strdup_vprintf(format, args);
    va_end(args);
    request->code = code;
    return false;
}

static const char *
text_of(JsonObject *object, const char *member)
{
    JsonNode *node = json_object_get_member(object, member);
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
                   json_node_get_value_type(node) == G_TYPE_STRING
               ? json_node_get_string(node)
               : NULL;
}

static bool
read_amount(JsonObject *object, struct request *request)
{
    JsonNode *node = json_object_get_member(object, "amount");
    bool is_number = node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
                     json_node_get_value_type(node) == G_TYPE_INT64;
    gint64 amount = is_number ? json_node_get_int(node) : -1;
    if (amount < 0 || amount > 255) {
        return refuse(request, CARP_CONTROL_RANGE,
                      "amount must be a number from 0 to 255");
    }
    request->amount = (uint8_t)amount;
    return true;
}

static bool
read_state(JsonObject *object, struct request *request)
{
    const char *state = text_of(object, "state");
    if (g_strcmp0(state, "master") != 0 && g_strcmp0(state, "backup") != 0) {
        return refuse(request, CARP_CONTROL_RANGE,
                      "state must be backup or master");
    }
    request->wants_master = strcmp(state, "master") == 0;
    return true;
}

static bool
read_command(JsonObject *object, struct request *request)
{
    const char *command = text_of(object, "command");
    if (command == NULL) {
        return refuse(request, CARP_CONTROL_SYNTAX,
                      "the member command is missing");
    }
    for (unsigned int i = 0; i < REQUEST_COMMAND_COUNT; i++) {
        if (strcmp(command, names[i]) == 0) {
            request->command = (enum request_command)i;
            request->name = names[i];
            return true;
        }
    }
    return refuse(request, CARP_CONTROL_UNKNOWN,
                  "no such command: show, "
                  "stats, promote, demote, state, reload and watch are known");
}

/* Which members a command takes beside "command". */
static bool
takes(enum request_command command, const char *member)
{
    if (strcmp(member, "command") == 0) {
        return true;
    }
    if (strcmp(member, "vhid") == 0) {
        return command != REQUEST_RELOAD;
    }
    if (strcmp(member, "amount") == 0) {
        return command == REQUEST_DEMOTE;
    }
    return strcmp(member, "state") == 0 && command == REQUEST_STATE;
}

static bool
check_members(JsonObject *object, struct request *request)
{
    GList *members = json_object_get_members(object);
    bool is_good = true;
    for (GList *at = members; at != NULL && is_good; at = at->next) {
        if (!takes(request->command, at->data)) {
            is_good = refuse(request, CARP_CONTROL_SYNTAX,
                             "%s takes no such member", request->name);
        }
    }
    g_list_free(members);
    return is_good;
}

static bool
read_object(JsonObject *object, struct request *request)
{
    if (!read_command(object, request) || !check_members(object, request)) {
        return false;
    }
    if (json_object_has_member(object, "vhid")) {
        request->vhid = g_strdup(text_of(object, "vhid"));
        if (request->vhid == NULL) {
            return refuse(request, CARP_CONTROL_SYNTAX,
                          "vhid must be text: "
                          "a name, or an instance such as 1@eth0");
        }
    }
    if (request->command == REQUEST_DEMOTE) {
        return read_amount(object, request);
    }
    return request->command != REQUEST_STATE || read_state(object, request);
}

bool
request_read(const char *line, struct request *request)
{
    memset(request, 0, sizeof(*request));
    if (!json_guard_passes(line)) {
        return refuse(request, CARP_CONTROL_SYNTAX,
                      "a request is one JSON object in a line");
    }
    JsonParser *parser = json_parser_new();
    bool is_good = false;
    JsonNode *root = json_parser_load_from_data(parser, line, -1, NULL)
                         ? json_parser_get_root(parser)
                         : NULL;
    if (root != NULL && JSON_NODE_HOLDS_OBJECT(root)) {
        is_good = read_object(json_node_get_object(root), request);
    } else {
        is_good = refuse(request, CARP_CONTROL_SYNTAX,
                         "a request is one JSON object in a line");
    }
    g_object_unref(parser);
    return is_good;
}

void
request_clear(struct request *request)
{
    g_clear_pointer(&request->vhid, g_free);
    g_clear_pointer(&request->error, g_free);
}
