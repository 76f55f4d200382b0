/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps that look: wait, flush, expect, silence, count, check, measure. */
#include <string.h>

#include "scenario_take.h"

bool
scn_read_wait(struct scn_words *words)
{
    return scn_take_duration(words, &words->step->duration) &&
           (words->left == 0 || scn_misuse(words));
}

bool
scn_read_flush(struct scn_words *words)
{
    return words->left == 0 || scn_misuse(words);
}

static bool
take_condition(struct scn_words *words)
{
    struct exp_condition condition;
    char *error =
        exp_condition_parse(scn_take(words), words->step->kinds, &condition);
    if (error != NULL) {
        scn_fail(words->reader, "%s", error);
        g_free(error);
        return false;
    }
    g_array_append_val(words->step->conditions, condition);
    return condition.name == NULL || scn_is_known_frame(words, condition.name);
}

/* KIND and conditions, up to a word without an operator. */
static bool
take_match(struct scn_words *words, bool has_kind)
{
    const char *kind = has_kind ? scn_take(words) : "frame";
    if (kind == NULL) {
        return scn_misuse(words);
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

bool
scn_read_expect(struct scn_words *words)
{
    return take_match(words, true) &&
           scn_take_keyword_duration(words, "within", &words->step->duration) &&
           scn_take_name_and_end(words);
}

bool
scn_read_silence(struct scn_words *words)
{
    return take_match(words, true) &&
           scn_take_keyword_duration(words, "for", &words->step->duration) &&
           (words->left == 0 || scn_misuse(words));
}

bool
scn_read_count(struct scn_words *words)
{
    if (!take_match(words, true) ||
        !scn_take_keyword_duration(words, "for", &words->step->duration)) {
        return false;
    }
    if (words->left != 3 || strcmp(words->at[0], "between") != 0) {
        return scn_misuse(words);
    }
    return (g_ascii_string_to_unsigned(words->at[1], 10, 0, G_MAXUINT32,
                                       &words->step->low, NULL) &&
            g_ascii_string_to_unsigned(words->at[2], 10, 0, G_MAXUINT32,
                                       &words->step->high, NULL) &&
            words->step->low <= words->step->high) ||
           scn_fail(words->reader,
                    "count: \"%s %s\" are not two numbers, "
                    "the smaller first",
                    words->at[1], words->at[2]);
}

bool
scn_read_check(struct scn_words *words)
{
    const char *name = scn_take(words);
    if (name == NULL) {
        return scn_misuse(words);
    }
    words->step->name = g_strdup(name);
    return scn_is_known_frame(words, name) && take_match(words, false) &&
           ((words->left == 0 && words->step->conditions->len > 0) ||
            scn_misuse(words));
}

bool
scn_read_measure(struct scn_words *words)
{
    if (words->left != 6 || strcmp(words->at[1], "to") != 0 ||
        strcmp(words->at[3], "between") != 0) {
        return scn_misuse(words);
    }
    words->step->from = g_strdup(words->at[0]);
    words->step->to = g_strdup(words->at[2]);
    if (!scn_is_known_frame(words, words->at[0]) ||
        !scn_is_known_frame(words, words->at[2])) {
        return false;
    }
    words->at += 4;
    words->left = 2;
    return scn_take_duration(words, &words->step->low) &&
           scn_take_duration(words, &words->step->high) &&
           (words->step->low <= words->step->high ||
            scn_fail(words->reader, "measure: the smaller bound must "
                                    "come first"));
}
