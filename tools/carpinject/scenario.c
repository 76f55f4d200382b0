/* SPDX-License-Identifier: BSD-2-Clause */
#include "scenario.h"

#include <string.h>

#include "scenario_internal.h"

static bool
is_word(const struct scn_line *line, const char *word)
{
    return strcmp(line->words[0], word) == 0;
}

/* ----------------------------------------------------------- declarations */

static bool
read_var(struct scn_reader *reader, const struct scn_line *line)
{
    if (line->count != 4 || strcmp(line->words[2], "=") != 0) {
        return scn_fail(reader, "write: var NAME = VALUE");
    }
    g_hash_table_replace(reader->vars, g_strdup(line->words[1]),
                         g_strdup(line->words[3]));
    return true;
}

static bool
read_role(struct scn_reader *reader, const struct scn_line *line)
{
    if (line->count < 2 || !g_ascii_isalpha(line->words[1][0]) ||
        strchr(line->words[1], '=') != NULL) {
        return scn_fail(reader, "write: role NAME [FIELD=VALUE...]");
    }
    if (scn_find_role(reader, line->words[1]) >= 0) {
        return scn_fail(reader, "role %s is there already", line->words[1]);
    }
    struct scn_role *role = g_new0(struct scn_role, 1);
    role->name = g_strdup(line->words[1]);
    role->spec = *reader->base;
    g_ptr_array_add(reader->roles, role);
    g_ptr_array_add(reader->scenario->roles, g_strdup(role->name));
    return scn_apply_fields(reader, &role->spec, line->words + 2,
                            line->count - 2, NULL);
}

static bool
read_group(struct scn_reader *reader, const struct scn_line *line)
{
    if (line->count != 2) {
        return scn_fail(reader, "write: group NAME");
    }
    g_free(reader->group);
    reader->group = g_strdup(line->words[1]);
    return true;
}

static void
begin_test(struct scn_reader *reader, const char *name, const char *title)
{
    reader->test = scn_test_new(reader->group, name, title, reader->line);
    g_ptr_array_add(reader->scenario->tests, reader->test);
    g_hash_table_remove_all(reader->names);
}

static bool
read_test(struct scn_reader *reader, const struct scn_line *line)
{
    if (line->count != 3) {
        return scn_fail(reader, "write: test NAME \"TITLE\"");
    }
    for (unsigned int i = 0; i < reader->scenario->tests->len; i++) {
        const struct scn_test *test =
            g_ptr_array_index(reader->scenario->tests, i);
        if (strcmp(test->name, line->words[1]) == 0 &&
            strcmp(test->group, reader->group) == 0) {
            return scn_fail(reader, "test %s is there already, in line %u",
                            test->name, test->line);
        }
    }
    begin_test(reader, line->words[1], line->words[2]);
    return true;
}

static bool
read_cite(struct scn_reader *reader, const struct scn_line *line)
{
    if (line->count != 2 || reader->test == NULL) {
        return scn_fail(reader, "write, below a test: cite SECTION");
    }
    g_free(reader->test->cite);
    reader->test->cite = g_strdup(line->words[1]);
    return true;
}

/* Whose behaviour is documented: a profile, "carpd" or "any". */
static bool
is_implementation(struct scn_reader *reader, const char *name)
{
    return strcmp(name, "any") == 0 || scn_is_implementation(name) ||
           scn_fail(reader, "\"%s\" is not an implementation: any, %s", name,
                    SCN_IMPLEMENTATIONS);
}

static bool
read_skip(struct scn_reader *reader, const struct scn_line *line)
{
    if (line->count != 4 || reader->test == NULL) {
        return scn_fail(reader, "write, below a test: skip PROFILE SECTION "
                                "\"REASON\"");
    }
    if (!is_implementation(reader, line->words[1])) {
        return false;
    }
    struct scn_skip *skip = g_new0(struct scn_skip, 1);
    skip->profile = g_strdup(line->words[1]);
    skip->cite = g_strdup(line->words[2]);
    skip->reason = g_strdup(line->words[3]);
    g_ptr_array_add(reader->test->skips, skip);
    return true;
}

static bool
read_require(struct scn_reader *reader, const struct scn_line *line)
{
    bool holds = false;
    if (reader->test == NULL || line->count != 5 ||
        !scn_read_comparison(line, &holds)) {
        return scn_fail(reader, "write, below a test: require VALUE = VALUE "
                                "\"REASON\" (or !=)");
    }
    if (!holds) {
        struct scn_skip *skip = g_new0(struct scn_skip, 1);
        skip->reason = g_strdup(line->words[4]);
        g_ptr_array_add(reader->test->skips, skip);
    }
    return true;
}

/* differs PROFILE SECTION "REASON" STEP...: belongs to the step before. */
static bool
read_differs(struct scn_reader *reader, const struct scn_line *line)
{
    if (line->count < 5) {
        return scn_fail(reader, "write, below a step: differs PROFILE "
                                "SECTION \"REASON\" STEP...");
    }
    if (reader->test == NULL || reader->test->steps->len == 0) {
        return scn_fail(reader, "differs: there is no step before it");
    }
    if (!is_implementation(reader, line->words[1])) {
        return false;
    }
    struct scn_step *step = scn_read_step(reader, line, 4);
    if (step == NULL) {
        return false;
    }
    struct scn_differs *differs = g_new0(struct scn_differs, 1);
    differs->profile = g_strdup(line->words[1]);
    differs->cite = g_strdup(line->words[2]);
    differs->reason = g_strdup(line->words[3]);
    differs->step = step;
    const struct scn_test *test = reader->test;
    struct scn_step *owner =
        g_ptr_array_index(test->steps, test->steps->len - 1);
    g_ptr_array_add(owner->differs, differs);
    return true;
}

/* ------------------------------------------------------------------ lines */

static const struct {
    const char *word;
    bool (*read)(struct scn_reader *reader, const struct scn_line *line);
    bool is_block;
} statements[] = {
    {"var", read_var, false},          {"role", read_role, false},
    {"group", read_group, false},      {"test", read_test, false},
    {"cite", read_cite, false},        {"skip", read_skip, false},
    {"require", read_require, false},  {"differs", read_differs, false},
    {"define", scn_read_define, true}, {"do", scn_read_do, false},
    {"repeat", scn_read_repeat, true}, {"if", scn_read_if, true},
};

static bool
read_step_line(struct scn_reader *reader, const struct scn_line *line)
{
    if (!scn_is_step(line->words[0])) {
        char *names = scn_step_names();
        scn_fail(reader,
                 "\"%s\" is not known: var, role, group, test, cite, "
                 "skip, require, differs, define, do, repeat, if, end, %s",
                 line->words[0], names);
        g_free(names);
        return false;
    }
    if (reader->test == NULL) {
        begin_test(reader, "scenario", reader->scenario->file);
    }
    struct scn_step *step = scn_read_step(reader, line, 0);
    if (step != NULL) {
        g_ptr_array_add(reader->test->steps, step);
    }
    return step != NULL;
}

static bool
read_line(struct scn_reader *reader, const struct scn_line *line,
          unsigned int *next)
{
    for (size_t i = 0; i < G_N_ELEMENTS(statements); i++) {
        if (is_word(line, statements[i].word)) {
            unsigned int here = reader->line;
            if (!statements[i].read(reader, line)) {
                return false;
            }
            if (statements[i].is_block) {
                *next = scn_find_end(reader, here) + 1;
            }
            return true;
        }
    }
    if (is_word(line, "end")) {
        return scn_fail(reader, "'end' without 'define', 'repeat' or 'if'");
    }
    return read_step_line(reader, line);
}

bool
scn_read_lines(struct scn_reader *reader, unsigned int first, unsigned int last)
{
    for (unsigned int at = first; at <= last;) {
        struct scn_line line = {.words = NULL};
        unsigned int next = at + 1;
        reader->line = at;
        bool is_good = scn_count_line(reader) &&
                       scn_split(reader, reader->lines[at - 1], &line);
        if (is_good && line.count > 0) {
            is_good = read_line(reader, &line, &next);
        }
        scn_line_clear(&line);
        if (!is_good) {
            return false;
        }
        at = next;
    }
    return true;
}

static void
free_role(gpointer data)
{
    struct scn_role *role = data;
    g_free(role->name);
    inj_spec_clear(&role->spec);
    g_free(role);
}

struct scn_scenario *
scn_parse(const char *file, const char *text, const struct inj_spec *base,
          GHashTable *vars, char **error)
{
    struct scn_reader reader = {.base = base, .given = vars};
    reader.scenario = g_new0(struct scn_scenario, 1);
    reader.scenario->file = g_strdup(file);
    reader.scenario->roles = g_ptr_array_new_with_free_func(g_free);
    reader.scenario->tests = scn_tests_new();
    reader.vars =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    reader.blocks =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    reader.names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    reader.roles = g_ptr_array_new_with_free_func(free_role);
    reader.group = g_strdup("play");
    reader.lines = g_strsplit(text, "\n", -1);
    reader.line_count = g_strv_length(reader.lines);
    bool is_good = scn_read_lines(&reader, 1, reader.line_count);
    if (is_good && reader.scenario->tests->len == 0) {
        reader.line = MAX(reader.line, 1);
        is_good = scn_fail(&reader, "there is no step in it");
    }
    g_strfreev(reader.lines);
    g_free(reader.group);
    g_ptr_array_unref(reader.roles);
    g_hash_table_unref(reader.names);
    g_hash_table_unref(reader.blocks);
    g_hash_table_unref(reader.vars);
    if (!is_good) {
        scn_free(reader.scenario);
        *error = reader.error;
        return NULL;
    }
    return reader.scenario;
}
