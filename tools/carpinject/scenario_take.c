/* SPDX-License-Identifier: BSD-2-Clause */
#include "scenario_take.h"

#include <string.h>

const char *
scn_take(struct scn_words *words)
{
    if (words->left == 0) {
        return NULL;
    }
    words->left--;
    return *words->at++;
}

bool
scn_misuse(struct scn_words *words)
{
    return scn_fail(words->reader, "write: %s", words->usage);
}

bool
scn_take_duration(struct scn_words *words, carp_time *duration)
{
    const char *text = scn_take(words);
    if (text == NULL) {
        return scn_misuse(words);
    }
    return scn_duration(text, duration) ||
           scn_fail(words->reader,
                    "\"%s\" is not a duration: numbers with "
                    "s, ms or us, such as 1.5s or 3*1s+250ms",
                    text);
}

/* "KEYWORD DURATION" */
bool
scn_take_keyword_duration(struct scn_words *words, const char *keyword,
                          carp_time *duration)
{
    const char *word = scn_take(words);
    if (word == NULL || strcmp(word, keyword) != 0) {
        return scn_misuse(words);
    }
    return scn_take_duration(words, duration);
}

/* "as NAME" when it is there; nothing else may follow. */
bool
scn_take_name_and_end(struct scn_words *words)
{
    if (words->left >= 2 && strcmp(words->at[0], "as") == 0) {
        scn_take(words);
        const char *name = scn_take(words);
        if (!g_ascii_isalpha(*name) || strpbrk(name, ".=+") != NULL) {
            return scn_fail(words->reader,
                            "\"%s\" is not a name: letters "
                            "and digits, a letter first",
                            name);
        }
        words->step->name = g_strdup(name);
        g_hash_table_add(words->reader->names, g_strdup(name));
    }
    return words->left == 0 || scn_misuse(words);
}

bool
scn_is_known_frame(struct scn_words *words, const char *name)
{
    return g_hash_table_contains(words->reader->names, name) ||
           scn_fail(words->reader,
                    "no frame is named \"%s\" by an "
                    "earlier 'as %s' of this test",
                    name, name);
}
