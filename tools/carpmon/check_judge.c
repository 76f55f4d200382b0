/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <json-glib/json-glib.h>

#include "check.h"
#include "json_guard.h"
#include "state.h"
#include "text.h"

/* Older, in seconds: nobody writes it any more. */
#define STALE ((gint64)6 * MON_STATE_EVERY)
/* Performance data of each vhid only up to so many. */
#define DATA_ROWS 16
#define TOLD_MOST 3

struct judge {
    const struct mon_check *check;
    enum mon_check_status status;
    GPtrArray *told;  /* char *: what is wrong, the worst in front */
    guint worst_told; /* how many of them are as bad as status */
    GString *data;
    unsigned int rows, none, several;
    double gap; /* the longest */
    bool seen[256];
    char *calm; /* what to say of the only vhid when all is well */
};

/* UNKNOWN is worse than OK and WARNING, but never hides CRITICAL. */
static int
rank(enum mon_check_status status)
{
    static const int ranks[] = {0, 1, 3, 2};
    return ranks[status];
}

static void
tell(struct judge *judge, enum mon_check_status status, char *text)
{
    if (rank(status) > rank(judge->status)) {
        judge->status = status;
        judge->worst_told = 0;
    }
    if (status == judge->status) {
        g_ptr_array_insert(judge->told, (gint)judge->worst_told++, text);
    } else {
        g_ptr_array_add(judge->told, text);
    }
}

/* ------------------------------------------------- reading what may be wrong
 */

static const char *
get_string(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
                   json_node_get_value_type(node) == G_TYPE_STRING
               ? json_node_get_string(node)
               : "";
}

static double
get_number(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);
    if (node == NULL || !JSON_NODE_HOLDS_VALUE(node) ||
        json_node_get_value_type(node) == G_TYPE_STRING) {
        return 0.0;
    }
    return json_node_get_double(node);
}

static JsonArray *
get_array(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);
    return node != NULL && JSON_NODE_HOLDS_ARRAY(node)
               ? json_node_get_array(node)
               : NULL;
}

static guint
length(JsonArray *array)
{
    return array != NULL ? json_array_get_length(array) : 0;
}

static JsonObject *
object_at(JsonArray *array, guint i)
{
    JsonNode *node = json_array_get_element(array, i);
    return JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

/* --------------------------------------------------------------- one vhid */

static enum mon_check_status
status_of(const char *severity)
{
    if (strcmp(severity, "critical") == 0) {
        return MON_CHECK_CRITICAL;
    }
    return strcmp(severity, "warning") == 0 ? MON_CHECK_WARNING : MON_CHECK_OK;
}

/* Codes of warning and above, and how bad the worst is. */
static enum mon_check_status
put_findings(GString *text, JsonObject *row)
{
    JsonArray *findings = get_array(row, "findings");
    enum mon_check_status worst = MON_CHECK_OK;
    for (guint i = 0; i < length(findings); i++) {
        JsonObject *finding = object_at(findings, i);
        if (finding == NULL) {
            continue;
        }
        enum mon_check_status status =
            status_of(get_string(finding, "severity"));
        if (status == MON_CHECK_OK) {
            continue;
        }
        const char *cause = get_string(finding, "cause");
        g_string_append_printf(text, ", %s%s%s", get_string(finding, "code"),
                               *cause != '\0' ? " " : "", cause);
        worst = MAX(worst, status);
    }
    return worst;
}

static void
put_masters(GString *text, JsonArray *masters)
{
    guint count = length(masters);
    if (count == 0) {
        g_string_append(text, "no master");
        return;
    }
    g_string_append_printf(text, count == 1 ? "master " : "%u masters (",
                           count);
    for (guint i = 0; i < count; i++) {
        JsonNode *node = json_array_get_element(masters, i);
        const char *address =
            JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "",
                               address != NULL ? address : "?");
    }
    g_string_append(text, count == 1 ? "" : ")");
}

static void
put_data(struct judge *judge, const char *id, guint masters, double gap)
{
    if (judge->rows <= DATA_ROWS) {
        g_string_append_printf(judge->data,
                               " '%s masters'=%u;1:1;1:1 '%s gap'=%.1fs", id,
                               masters, id, gap);
    }
}

static void
judge_row(struct judge *judge, JsonObject *row)
{
    double vhid = get_number(row, "vhid");
    if (!(vhid >= 1 && vhid <= 255)) {
        return;
    }
    if (judge->check->vhid != 0 && judge->check->vhid != (uint8_t)vhid) {
        return;
    }
    JsonArray *masters = get_array(row, "masters");
    guint count = length(masters);
    double gap = get_number(row, "silence");
    /* It becomes a label: neither its end nor a bar may be in it. */
    char *id = txt_clean(g_strdup(get_string(row, "id")));
    g_strdelimit(id, "'|=", '/');
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s: ", id);
    put_masters(text, masters);
    enum mon_check_status status = put_findings(text, row);
    judge->seen[(uint8_t)vhid] = true;
    judge->rows++;
    judge->none += count == 0;
    judge->several += count > 1;
    judge->gap = MAX(judge->gap, gap);
    put_data(judge, id, count, gap);
    if (count != 1) {
        status = MON_CHECK_CRITICAL;
    }
    if (status != MON_CHECK_OK) {
        tell(judge, status, g_string_free(text, FALSE));
    } else {
        g_free(judge->calm);
        judge->calm = g_string_free(text, FALSE);
    }
    g_free(id);
}

/* --------------------------------------------------------------- the whole */

static void
judge_expected(struct judge *judge)
{
    const struct mon_check *check = judge->check;
    for (unsigned int i = 0; i < check->expected_count; i++) {
        uint8_t vhid = check->expected[i];
        bool is_asked = check->vhid == 0 || check->vhid == vhid;
        if (is_asked && !judge->seen[vhid]) {
            judge->seen[vhid] = true;
            judge->none++;
            tell(judge, MON_CHECK_CRITICAL,
                 g_strdup_printf("vhid %u: configured, never heard", vhid));
        }
    }
}

static void
judge_wires(struct judge *judge, JsonObject *state)
{
    JsonArray *wires = get_array(state, "wires");
    for (guint i = 0; i < length(wires); i++) {
        JsonObject *wire = object_at(wires, i);
        if (wire == NULL) {
            continue;
        }
        const char *code = get_string(wire, "code");
        enum mon_check_status status =
            strcmp(code, carp_code_text(CARP_CAPTURE_BLIND)) == 0
                ? MON_CHECK_UNKNOWN
                : status_of(get_string(wire, "severity"));
        if (status != MON_CHECK_OK) {
            tell(judge, status,
                 g_strdup_printf("%s: %s %s", get_string(wire, "segment"), code,
                                 get_string(wire, "text")));
        }
    }
    if (judge->rows == 0 && judge->told->len == 0) {
        tell(judge, MON_CHECK_UNKNOWN,
             judge->check->vhid != 0
                 ? g_strdup_printf("vhid %u was not heard", judge->check->vhid)
                 : g_strdup("no CARP was heard"));
    }
}

static void
judge_age(struct judge *judge, JsonObject *state)
{
    char age[TXT_DURATION];
    GDateTime *written =
        g_date_time_new_from_iso8601(get_string(state, "time"), NULL);
    if (written == NULL) {
        tell(judge, MON_CHECK_UNKNOWN, g_strdup("the state has no time"));
        return;
    }
    gint64 then = g_date_time_to_unix(written);
    g_date_time_unref(written);
    if (judge->check->now == 0) {
        return;
    }
    gint64 seconds = (gint64)(judge->check->now / CARP_SEC) - then;
    if (seconds > STALE) {
        txt_duration((carp_time)seconds * CARP_SEC, age);
        tell(judge, MON_CHECK_UNKNOWN,
             g_strdup_printf("the state is %s old: is carpmon running?", age));
    } else if (seconds < -STALE) {
        tell(judge, MON_CHECK_UNKNOWN,
             g_strdup("the state is of the future: was the clock set?"));
    }
}

static char *
make_line(const struct judge *judge)
{
    static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    GString *line = g_string_new("CARP ");
    g_string_append_printf(line, "%s - ", words[judge->status]);
    for (guint i = 0; i < judge->told->len && i < TOLD_MOST; i++) {
        g_string_append_printf(line, "%s%s", i > 0 ? "; " : "",
                               (char *)g_ptr_array_index(judge->told, i));
    }
    if (judge->told->len > TOLD_MOST) {
        g_string_append_printf(line, "; and %u more",
                               judge->told->len - TOLD_MOST);
    }
    if (judge->told->len == 0 && judge->rows == 1) {
        g_string_append(line, judge->calm);
    } else if (judge->told->len == 0) {
        g_string_append_printf(line, "%u vhids, each has one master",
                               judge->rows);
    }
    /* A bar would begin the performance data. */
    txt_clean(g_strdelimit(line->str, "|", '/'));
    return g_string_free(line, FALSE);
}

static char *
make_data(const struct judge *judge)
{
    if (judge->rows == 1) {
        /* Of one vhid without its name, as thresholds are written for. */
        const char *masters = strstr(judge->data->str, "'=");
        const char *gap = strrchr(judge->data->str, '=');
        const char *end = strchr(masters + 2, ' ');
        return g_strdup_printf("masters=%.*s gap%s", (int)(end - masters - 2),
                               masters + 2, gap);
    }
    if (judge->rows <= DATA_ROWS) {
        return g_strdup(judge->rows > 0 ? judge->data->str + 1 : "");
    }
    return g_strdup_printf("vhids=%u no_master=%u;0;0 several_masters=%u;0;0 "
                           "gap=%.1fs",
                           judge->rows, judge->none, judge->several,
                           judge->gap);
}

static void
judge_state(struct judge *judge, JsonObject *state)
{
    JsonArray *rows = get_array(state, "vhids");
    if (get_number(state, "schema") != 1.0 || rows == NULL) {
        tell(judge, MON_CHECK_UNKNOWN,
             g_strdup("this is not a state that carpmon wrote"));
        return;
    }
    judge_age(judge, state);
    for (guint i = 0; i < length(rows); i++) {
        JsonObject *row = object_at(rows, i);
        if (row != NULL) {
            judge_row(judge, row);
        }
    }
    judge_expected(judge);
    judge_wires(judge, state);
}

enum mon_check_status
mon_check_judge(const char *text, const struct mon_check *check, char **line)
{
    struct judge judge = {.check = check, .status = MON_CHECK_OK};
    judge.told = g_ptr_array_new_with_free_func(g_free);
    judge.data = g_string_new(NULL);
    JsonParser *parser = json_parser_new();
    bool is_json = json_guard_passes(text) &&
                   json_parser_load_from_data(parser, text, -1, NULL);
    JsonNode *root = is_json ? json_parser_get_root(parser) : NULL;
    if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root)) {
        tell(&judge, MON_CHECK_UNKNOWN, g_strdup("the state is no JSON"));
    } else {
        judge_state(&judge, json_node_get_object(root));
    }
    char *words = make_line(&judge);
    char *data = make_data(&judge);
    *line = g_strdup_printf("%s%s%s", words, *data != '\0' ? " | " : "", data);
    g_free(words);
    g_free(data);
    g_free(judge.calm);
    g_object_unref(parser);
    g_string_free(judge.data, TRUE);
    g_ptr_array_free(judge.told, TRUE);
    return judge.status;
}
