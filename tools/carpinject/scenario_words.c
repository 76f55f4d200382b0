/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <string.h>

#include "scenario_internal.h"

bool
scn_fail(struct scn_reader *reader, const char *format, ...)
{
    if (reader->error != NULL) {
        return false;
    }
    va_list list;
    va_start(list, format);
    char *text = g_strdup_vprintf(format, list);
    va_end(list);
    reader->error = g_strdup_printf("%s:%u: %s", reader->scenario->file,
                                    reader->line, text);
    g_free(text);
    return false;
}

static const char *
find_var(const struct scn_reader *reader, const char *name)
{
    const char *value =
        reader->given != NULL ? g_hash_table_lookup(reader->given, name) : NULL;
    return value != NULL ? value : g_hash_table_lookup(reader->vars, name);
}

static bool
is_name_char(char c)
{
    return g_ascii_isalnum(c) || c == '_';
}

/* At a '$': append the value, go behind the name. */
static bool
expand(struct scn_reader *reader, const char **text, GString *word)
{
    const char *at = *text + 1;
    bool is_braced = *at == '{';
    at += is_braced;
    size_t len = 0;
    while (is_name_char(at[len])) {
        len++;
    }
    char *name = g_strndup(at, len);
    at += len;
    const char *value = len > 0 ? find_var(reader, name) : NULL;
    bool is_good = false;
    if (len == 0 || (is_braced && *at != '}')) {
        scn_fail(reader, "a '$' begins a variable: $NAME or ${NAME}");
    } else if (value == NULL) {
        scn_fail(reader,
                 "$%s is not set: give it as --var %s=VALUE or in a "
                 "line 'var %s = VALUE'",
                 name, name, name);
    } else {
        g_string_append(word, value);
        *text = at + is_braced;
        is_good = true;
    }
    g_free(name);
    return is_good;
}

static bool
read_word(struct scn_reader *reader, const char **text, GString *word)
{
    bool is_quoted = false;
    while (**text != '\0' && (is_quoted || !g_ascii_isspace(**text))) {
        char c = **text;
        if (c == '"') {
            is_quoted = !is_quoted;
        } else if (c == '\\' && is_quoted && (*text)[1] != '\0') {
            g_string_append_c(word, *++*text);
        } else if (c == '$') {
            if (!expand(reader, text, word)) {
                return false;
            }
            --*text; /* it goes on behind the name */
        } else {
            g_string_append_c(word, c);
        }
        if (word->len > SCN_WORD_MAX) {
            return scn_fail(reader, "a word has more than %d octets",
                            SCN_WORD_MAX);
        }
        ++*text;
    }
    return !is_quoted || scn_fail(reader, "a '\"' is not closed");
}

bool
scn_split(struct scn_reader *reader, const char *text, struct scn_line *line)
{
    GPtrArray *words = g_ptr_array_new();
    bool is_good = true;
    line->number = reader->line;
    for (;;) {
        while (g_ascii_isspace(*text)) {
            text++;
        }
        if (*text == '\0' || *text == '#') {
            break;
        }
        GString *word = g_string_new(NULL);
        is_good = read_word(reader, &text, word);
        g_ptr_array_add(words, g_string_free(word, FALSE));
        if (!is_good) {
            break;
        }
    }
    line->count = words->len;
    g_ptr_array_add(words, NULL);
    line->words = (char **)g_ptr_array_free(words, FALSE);
    return is_good;
}

void
scn_line_clear(struct scn_line *line)
{
    g_strfreev(line->words);
    line->words = NULL;
    line->count = 0;
}

/* One term: NUMBER[*NUMBER]UNIT. */
static bool
read_term(const char **text, double *seconds)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"ms", 1e-3}, {"us", 1e-6}, {"s", 1.0}};
    char *end = NULL;
    double value = 1.0;
    for (;;) {
        if (!g_ascii_isdigit(**text)) {
            return false;
        }
        value *= g_ascii_strtod(*text, &end);
        *text = end;
        if (**text != '*') {
            break;
        }
        ++*text;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (g_str_has_prefix(*text, units[i].unit)) {
            *text += strlen(units[i].unit);
            *seconds = value * units[i].seconds;
            return value < 1e9;
        }
    }
    return false;
}

bool
scn_duration(const char *text, carp_time *duration)
{
    double sum = 0.0;
    double sign = 1.0;
    for (;;) {
        double seconds = 0.0;
        if (!read_term(&text, &seconds)) {
            return false;
        }
        sum += sign * seconds;
        if (*text == '\0') {
            break;
        }
        if (*text != '+' && *text != '-') {
            return false;
        }
        sign = *text++ == '+' ? 1.0 : -1.0;
    }
    *duration = sum > 0.0 ? (carp_time)(sum * 1e9 + 0.5) : 0;
    return true;
}

bool
scn_is_implementation(const char *name)
{
    enum carp_profile_id id;
    return strcmp(name, "carpd") == 0 ||
           (carp_profile_by_name(name, &id) == CARP_OK &&
            id != CARP_PROFILE_AUTO);
}
