/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks: define and do, repeat, if. Their lines are read again each time. */
#include <string.h>

#include "scenario_internal.h"

/* Blocks within blocks, calls within calls. */
#define DEPTH_MAX 8
#define REPEAT_MAX 1000

/* First word of a line as it stands, without expanding anything. */
static bool
begins_with(const char *text, const char *word)
{
    while (g_ascii_isspace(*text)) {
        text++;
    }
    size_t len = strlen(word);
    return strncmp(text, word, len) == 0 &&
           (text[len] == '\0' || g_ascii_isspace(text[len]) ||
            text[len] == '#');
}

/* The "end" of the block whose first line is @p line; 0 and an error when
 * there is none. */
unsigned int
scn_find_end(struct scn_reader *reader, unsigned int line)
{
    unsigned int depth = 1;
    for (unsigned int i = line + 1; i <= reader->line_count; i++) {
        const char *text = reader->lines[i - 1];
        depth += begins_with(text, "define") || begins_with(text, "repeat") ||
                 begins_with(text, "if");
        depth -= begins_with(text, "end");
        if (depth == 0) {
            return i;
        }
    }
    scn_fail(reader, "there is no 'end' for this block");
    return 0;
}

/* "VALUE = VALUE" or "VALUE != VALUE", words 1 to 3; false: neither. */
bool
scn_read_comparison(const struct scn_line *line, bool *holds)
{
    if (line->count < 4) {
        return false;
    }
    bool is_same = strcmp(line->words[2], "=") == 0;
    *holds = (strcmp(line->words[1], line->words[3]) == 0) == is_same;
    return is_same || strcmp(line->words[2], "!=") == 0;
}

bool
scn_read_define(struct scn_reader *reader, const struct scn_line *line)
{
    if (line->count != 2) {
        return scn_fail(reader, "write: define NAME, steps, end");
    }
    if (scn_find_end(reader, reader->line) == 0) {
        return false;
    }
    g_hash_table_replace(reader->blocks, g_strdup(line->words[1]),
                         GUINT_TO_POINTER(reader->line));
    return true;
}

/* Blocks in blocks would keep a reader busy for ever. */
bool
scn_count_line(struct scn_reader *reader)
{
    return ++reader->read <= SCN_LINES_MAX ||
           scn_fail(reader,
                    "more than %d lines, those of blocks counted "
                    "each time",
                    SCN_LINES_MAX);
}

static bool
read_inside(struct scn_reader *reader, unsigned int begin)
{
    unsigned int here = reader->line;
    reader->line = begin;
    unsigned int end = scn_find_end(reader, begin);
    reader->line = here;
    if (end == 0) {
        return false;
    }
    if (++reader->depth > DEPTH_MAX) {
        return scn_fail(reader, "blocks are nested more than %d deep",
                        DEPTH_MAX);
    }
    bool is_good =
        scn_count_line(reader) && scn_read_lines(reader, begin + 1, end - 1);
    reader->depth--;
    if (is_good) {
        reader->line = here;
    }
    return is_good;
}

bool
scn_read_do(struct scn_reader *reader, const struct scn_line *line)
{
    gpointer begin = NULL;
    if (line->count != 2) {
        return scn_fail(reader, "write: do NAME");
    }
    if (!g_hash_table_lookup_extended(reader->blocks, line->words[1], NULL,
                                      &begin)) {
        return scn_fail(reader,
                        "\"%s\" is not defined: 'define %s' must "
                        "stand above",
                        line->words[1], line->words[1]);
    }
    return read_inside(reader, GPOINTER_TO_UINT(begin));
}

bool
scn_read_repeat(struct scn_reader *reader, const struct scn_line *line)
{
    guint64 times = 0;
    if (line->count != 2 ||
        !g_ascii_string_to_unsigned(line->words[1], 10, 1, REPEAT_MAX, &times,
                                    NULL)) {
        return scn_fail(reader, "write: repeat N, steps, end; N from 1 to %d",
                        REPEAT_MAX);
    }
    for (guint64 i = 1; i <= times; i++) {
        g_hash_table_replace(reader->vars, g_strdup("i"),
                             g_strdup_printf("%" G_GUINT64_FORMAT, i));
        if (!read_inside(reader, reader->line)) {
            return false;
        }
    }
    return true;
}

bool
scn_read_if(struct scn_reader *reader, const struct scn_line *line)
{
    bool holds = false;
    if (line->count != 4 || !scn_read_comparison(line, &holds)) {
        return scn_fail(reader, "write: if VALUE = VALUE (or !=), steps, end");
    }
    return holds ? read_inside(reader, reader->line)
                 : scn_find_end(reader, reader->line) != 0;
}
