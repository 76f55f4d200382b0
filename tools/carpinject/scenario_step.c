/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "scenario_internal.h"

/* One step's words while they are read. */
struct words {
    struct scn_reader *reader;
    struct scn_step *step;
    char **at;
    unsigned int left;
    const char *usage;
};

typedef bool (*step_reader)(struct words *words);

static const char *
take(struct words *words)
{
    if (words->left == 0) {
        return NULL;
    }
    words->left--;
    return *words->at++;
}

static bool
misuse(struct words *words)
{
    return scn_fail(words->reader, "write: %s", words->usage);
}

static bool
take_duration(struct words *words, carp_time *duration)
{
    const char *text = take(words);
    if (text == NULL) {
        return misuse(words);
    }
    return scn_duration(text, duration)
           || scn_fail(words->reader, "\"%s\" is not a duration: numbers with "
                       "s, ms or us, such as 1.5s or 3*1s+250ms", text);
}

/* "KEYWORD DURATION" */
static bool
take_keyword_duration(struct words *words, const char *keyword,
                      carp_time *duration)
{
    const char *word = take(words);
    if (word == NULL || strcmp(word, keyword) != 0) {
        return misuse(words);
    }
    return take_duration(words, duration);
}

/* "as NAME" when it is there; nothing else may follow. */
static bool
take_name_and_end(struct words *words)
{
    if (words->left >= 2 && strcmp(words->at[0], "as") == 0) {
        take(words);
        const char *name = take(words);
        if (!g_ascii_isalpha(*name) || strpbrk(name, ".=+") != NULL) {
            return scn_fail(words->reader, "\"%s\" is not a name: letters "
                            "and digits, a letter first", name);
        }
        words->step->name = g_strdup(name);
        g_hash_table_add(words->reader->names, g_strdup(name));
    }
    return words->left == 0 || misuse(words);
}

static bool
is_known_frame(struct words *words, const char *name)
{
    return g_hash_table_contains(words->reader->names, name)
           || scn_fail(words->reader, "no frame is named \"%s\" by an "
                       "earlier 'as %s' of this test", name, name);
}

/* --------------------------------------------------------------- sending */

int
scn_find_role(const struct scn_reader *reader, const char *name)
{
    for (unsigned int i = 0; i < reader->roles->len; i++) {
        const struct scn_role *role = g_ptr_array_index(reader->roles, i);
        if (strcmp(role->name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

bool
scn_apply_fields(struct scn_reader *reader, struct inj_spec *spec,
                 char **words, unsigned int count, bool *sets_counter)
{
    bool has_address = false;
    for (unsigned int i = 0; i < count; i++) {
        char *equals = strchr(words[i], '=');
        if (equals == NULL) {
            return scn_fail(reader, "\"%s\" is not FIELD=VALUE", words[i]);
        }
        char *name = g_strndup(words[i], (gsize)(equals - words[i]));
        if (strcmp(name, "address") == 0 && !has_address) {
            spec->addrs.count = 0;
            has_address = true;
        }
        if (sets_counter != NULL && strcmp(name, "counter") == 0) {
            *sets_counter = true;
        }
        char *error = inj_spec_set(spec, name, equals + 1);
        g_free(name);
        if (error != NULL) {
            scn_fail(reader, "%s", error);
            g_free(error);
            return false;
        }
    }
    char *error = inj_spec_check(spec);
    if (error != NULL) {
        scn_fail(reader, "%s", error);
        g_free(error);
        return false;
    }
    return true;
}

static bool
take_role(struct words *words)
{
    const char *name = take(words);
    if (name == NULL) {
        return misuse(words);
    }
    words->step->role = scn_find_role(words->reader, name);
    return words->step->role >= 0
           || scn_fail(words->reader, "no role is named \"%s\": 'role %s "
                       "FIELD=VALUE...' must stand above", name, name);
}

static bool
take_count(struct words *words, const char *text)
{
    return g_ascii_string_to_unsigned(text, 10, 1, SCN_SEND_MAX,
                                      &words->step->count, NULL)
           || scn_fail(words->reader, "count: \"%s\" is not a number from 1 "
                       "to %d", text, SCN_SEND_MAX);
}

static bool
take_every(struct words *words, const char *text)
{
    words->step->has_every = true;
    return scn_duration(text, &words->step->every)
           || scn_fail(words->reader, "every: \"%s\" is not a duration such "
                       "as 500ms", text);
}

/* count=, every= anywhere among fields; "as" ends them. */
static bool
take_fields(struct words *words, bool has_fields)
{
    char **fields = g_new0(char *, words->left + 1);
    unsigned int count = 0;
    bool is_good = true;
    while (is_good && words->left > 0 && strcmp(*words->at, "as") != 0) {
        char *word = *words->at;
        take(words);
        if (g_str_has_prefix(word, "count=")) {
            is_good = take_count(words, word + 6);
        } else if (g_str_has_prefix(word, "every=")) {
            is_good = take_every(words, word + 6);
        } else {
            is_good = has_fields || misuse(words);
            fields[count++] = word;
        }
    }
    if (is_good && has_fields) {
        is_good = scn_apply_fields(words->reader, words->step->spec, fields,
                                   count, &words->step->sets_counter);
    }
    g_free(fields);
    return is_good;
}

static bool
read_send(struct words *words)
{
    if (!take_role(words)) {
        return false;
    }
    const struct scn_role *role = g_ptr_array_index(
        words->reader->roles, (guint)words->step->role);
    words->step->spec = g_new0(struct inj_spec, 1);
    *words->step->spec = role->spec;
    if (!take_fields(words, true)) {
        return false;
    }
    if (words->step->kind == SCN_START
        && (words->step->count != 1
            || (words->step->has_every && words->step->every < CARP_MSEC))) {
        return scn_fail(words->reader, "start: goes on until 'stop', every "
                        "1ms at most: no count");
    }
    return take_name_and_end(words);
}

static bool
read_stop(struct words *words)
{
    return words->left == 0 || (take_role(words)
                                && (words->left == 0 || misuse(words)));
}

static bool
read_replay(struct words *words)
{
    const char *name = take(words);
    if (name == NULL) {
        return misuse(words);
    }
    if (!is_known_frame(words, name)) {
        return false;
    }
    words->step->from = g_strdup(name);
    return take_fields(words, false) && take_name_and_end(words);
}

static bool
read_ask(struct words *words)
{
    const char *text = take(words);
    if (text == NULL) {
        return misuse(words);
    }
    if (carp_addr_parse(text, &words->step->target, NULL) != CARP_OK) {
        return scn_fail(words->reader, "ask: \"%s\" is not an IP address",
                        text);
    }
    words->step->spec = g_new0(struct inj_spec, 1);
    *words->step->spec = *words->reader->base;
    return take_name_and_end(words);
}

static bool
read_control(struct words *words)
{
    const char *action = take(words);
    if (action == NULL
        || (strcmp(action, "start") != 0 && strcmp(action, "stop") != 0)) {
        return misuse(words);
    }
    words->step->action = g_strdup(action);
    return words->left == 0 || misuse(words);
}

/* ------------------------------------------------------------- observing */

static bool
read_wait(struct words *words)
{
    return take_duration(words, &words->step->duration)
           && (words->left == 0 || misuse(words));
}

static bool
read_flush(struct words *words)
{
    return words->left == 0 || misuse(words);
}

static bool
take_condition(struct words *words)
{
    struct exp_condition condition;
    char *error = exp_condition_parse(take(words), words->step->kinds,
                                      &condition);
    if (error != NULL) {
        scn_fail(words->reader, "%s", error);
        g_free(error);
        return false;
    }
    g_array_append_val(words->step->conditions, condition);
    return condition.name == NULL || is_known_frame(words, condition.name);
}

/* KIND and conditions, up to a word without an operator. */
static bool
take_match(struct words *words, bool has_kind)
{
    const char *kind = has_kind ? take(words) : "frame";
    if (kind == NULL) {
        return misuse(words);
    }
    words->step->kinds = exp_kind_by_name(kind);
    if (words->step->kinds == 0) {
        return scn_fail(words->reader, "\"%s\" is not %s", kind,
                        exp_kind_names());
    }
    while (words->left > 0 && strpbrk(*words->at, "=!<>") != NULL) {
        if (!take_condition(words)) {
            return false;
        }
    }
    return true;
}

static bool
read_expect(struct words *words)
{
    return take_match(words, true)
           && take_keyword_duration(words, "within", &words->step->duration)
           && take_name_and_end(words);
}

static bool
read_silence(struct words *words)
{
    return take_match(words, true)
           && take_keyword_duration(words, "for", &words->step->duration)
           && (words->left == 0 || misuse(words));
}

static bool
read_count(struct words *words)
{
    if (!take_match(words, true)
        || !take_keyword_duration(words, "for", &words->step->duration)) {
        return false;
    }
    if (words->left != 3 || strcmp(words->at[0], "between") != 0) {
        return misuse(words);
    }
    return (g_ascii_string_to_unsigned(words->at[1], 10, 0, G_MAXUINT32,
                                       &words->step->low, NULL)
            && g_ascii_string_to_unsigned(words->at[2], 10, 0, G_MAXUINT32,
                                          &words->step->high, NULL)
            && words->step->low <= words->step->high)
           || scn_fail(words->reader, "count: \"%s %s\" are not two numbers, "
                       "the smaller first", words->at[1], words->at[2]);
}

static bool
read_check(struct words *words)
{
    const char *name = take(words);
    if (name == NULL) {
        return misuse(words);
    }
    words->step->name = g_strdup(name);
    return is_known_frame(words, name) && take_match(words, false)
           && ((words->left == 0 && words->step->conditions->len > 0)
               || misuse(words));
}

static bool
read_measure(struct words *words)
{
    if (words->left != 6 || strcmp(words->at[1], "to") != 0
        || strcmp(words->at[3], "between") != 0) {
        return misuse(words);
    }
    words->step->from = g_strdup(words->at[0]);
    words->step->to = g_strdup(words->at[2]);
    if (!is_known_frame(words, words->at[0])
        || !is_known_frame(words, words->at[2])) {
        return false;
    }
    words->at += 4;
    words->left = 2;
    return take_duration(words, &words->step->low)
           && take_duration(words, &words->step->high)
           && (words->step->low <= words->step->high
               || scn_fail(words->reader, "measure: the smaller bound must "
                           "come first"));
}

static const struct {
    const char *word;
    enum scn_kind kind;
    step_reader read;
    const char *usage;
} steps[] = {
    {"send", SCN_SEND, read_send,
     "send ROLE [FIELD=VALUE...] [count=N] [every=DURATION] [as NAME]"},
    {"start", SCN_START, read_send,
     "start ROLE [FIELD=VALUE...] [every=DURATION]"},
    {"stop", SCN_STOP, read_stop, "stop [ROLE]"},
    {"replay", SCN_REPLAY, read_replay,
     "replay NAME [count=N] [every=DURATION] [as NAME]"},
    {"ask", SCN_ASK, read_ask, "ask ADDRESS [as NAME]"},
    {"control", SCN_CONTROL, read_control, "control start|stop"},
    {"wait", SCN_WAIT, read_wait, "wait DURATION"},
    {"flush", SCN_FLUSH, read_flush, "flush"},
    {"expect", SCN_EXPECT, read_expect,
     "expect KIND [FIELD=VALUE...] within DURATION [as NAME]"},
    {"silence", SCN_COUNT, read_silence,
     "silence KIND [FIELD=VALUE...] for DURATION"},
    {"count", SCN_COUNT, read_count,
     "count KIND [FIELD=VALUE...] for DURATION between N N"},
    {"check", SCN_CHECK, read_check, "check NAME FIELD=VALUE..."},
    {"measure", SCN_MEASURE, read_measure,
     "measure NAME to NAME between DURATION DURATION"},
};

static int
find_step(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (strcmp(steps[i].word, word) == 0) {
            return (int)i;
        }
    }
    return -1;
}

bool
scn_is_step(const char *word)
{
    return find_step(word) >= 0;
}

char *
scn_step_names(void)
{
    GString *list = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_string_append_printf(list, "%s%s", i > 0 ? ", " : "",
                               steps[i].word);
    }
    return g_string_free(list, FALSE);
}

/* Words that hold no secret, for reports. */
static char *
show(const struct scn_line *line, unsigned int first)
{
    GString *text = g_string_new(NULL);
    for (unsigned int i = first; i < line->count; i++) {
        bool is_secret = g_str_has_prefix(line->words[i], "password=")
                         || g_str_has_prefix(line->words[i], "key-hex=");
        g_string_append_printf(text, "%s%s", i > first ? " " : "",
                               is_secret ? "(a secret)" : line->words[i]);
    }
    return g_string_free(text, FALSE);
}

struct scn_step *
scn_read_step(struct scn_reader *reader, const struct scn_line *line,
              unsigned int first)
{
    int row = find_step(line->words[first]);
    if (row < 0) {
        char *names = scn_step_names();
        scn_fail(reader, "\"%s\" is not a step: %s", line->words[first],
                 names);
        g_free(names);
        return NULL;
    }
    if (++reader->steps > SCN_STEPS_MAX) {
        scn_fail(reader, "more than %d steps", SCN_STEPS_MAX);
        return NULL;
    }
    struct words words = {.reader = reader,
                          .step = scn_step_new(steps[row].kind,
                                               line->number),
                          .at = line->words + first + 1,
                          .left = line->count - first - 1,
                          .usage = steps[row].usage};
    words.step->text = show(line, first);
    if (!steps[row].read(&words)) {
        scn_step_free(words.step);
        return NULL;
    }
    return words.step;
}
