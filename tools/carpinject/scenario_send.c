/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps that send: send, start, stop, replay, ask, control. */
#include <string.h>

#include "scenario_take.h"

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
scn_apply_fields(struct scn_reader *reader, struct inj_spec *spec, char **words,
                 unsigned int count, bool *sets_counter)
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
take_role(struct scn_words *words)
{
    const char *name = scn_take(words);
    if (name == NULL) {
        return scn_misuse(words);
    }
    words->step->role = scn_find_role(words->reader, name);
    return words->step->role >= 0 ||
           scn_fail(words->reader,
                    "no role is named \"%s\": 'role %s "
                    "FIELD=VALUE...' must stand above",
                    name, name);
}

static bool
take_count(struct scn_words *words, const char *text)
{
    return g_ascii_string_to_unsigned(text, 10, 1, SCN_SEND_MAX,
                                      &words->step->count, NULL) ||
           scn_fail(words->reader,
                    "count: \"%s\" is not a number from 1 "
                    "to %d",
                    text, SCN_SEND_MAX);
}

static bool
take_every(struct scn_words *words, const char *text)
{
    words->step->has_every = true;
    return scn_duration(text, &words->step->every) ||
           scn_fail(words->reader,
                    "every: \"%s\" is not a duration such "
                    "as 500ms",
                    text);
}

/* count=, every= anywhere among fields; "as" ends them. */
static bool
take_fields(struct scn_words *words, bool has_fields)
{
    char **fields = g_new0(char *, words->left + 1);
    unsigned int count = 0;
    bool is_good = true;
    while (is_good && words->left > 0 && strcmp(*words->at, "as") != 0) {
        char *word = *words->at;
        scn_take(words);
        if (g_str_has_prefix(word, "count=")) {
            is_good = take_count(words, word + 6);
        } else if (g_str_has_prefix(word, "every=")) {
            is_good = take_every(words, word + 6);
        } else {
            is_good = has_fields || scn_misuse(words);
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

bool
scn_read_send(struct scn_words *words)
{
    if (!take_role(words)) {
        return false;
    }
    const struct scn_role *role =
        g_ptr_array_index(words->reader->roles, (guint)words->step->role);
    words->step->spec = g_new0(struct inj_spec, 1);
    *words->step->spec = role->spec;
    if (!take_fields(words, true)) {
        return false;
    }
    if (words->step->kind == SCN_START &&
        (words->step->count != 1 ||
         (words->step->has_every && words->step->every < CARP_MSEC))) {
        return scn_fail(words->reader, "start: goes on until 'stop', every "
                                       "1ms at most: no count");
    }
    return scn_take_name_and_end(words);
}

bool
scn_read_stop(struct scn_words *words)
{
    return words->left == 0 ||
           (take_role(words) && (words->left == 0 || scn_misuse(words)));
}

bool
scn_read_replay(struct scn_words *words)
{
    const char *name = scn_take(words);
    if (name == NULL) {
        return scn_misuse(words);
    }
    if (!scn_is_known_frame(words, name)) {
        return false;
    }
    words->step->from = g_strdup(name);
    return take_fields(words, false) && scn_take_name_and_end(words);
}

bool
scn_read_ask(struct scn_words *words)
{
    const char *text = scn_take(words);
    if (text == NULL) {
        return scn_misuse(words);
    }
    if (carp_addr_parse(text, &words->step->target, NULL) != CARP_OK) {
        return scn_fail(words->reader, "ask: \"%s\" is not an IP address",
                        text);
    }
    words->step->spec = g_new0(struct inj_spec, 1);
    *words->step->spec = *words->reader->base;
    return scn_take_name_and_end(words);
}

bool
scn_read_control(struct scn_words *words)
{
    const char *action = scn_take(words);
    if (action == NULL ||
        (strcmp(action, "start") != 0 && strcmp(action, "stop") != 0)) {
        return scn_misuse(words);
    }
    words->step->action = g_strdup(action);
    return words->left == 0 || scn_misuse(words);
}
