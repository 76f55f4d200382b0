/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of steps, and how one is read. */
#include <string.h>

#include "scenario_take.h"

static const struct {
    const char *word;
    enum scn_kind kind;
    bool (*read)(struct scn_words *words);
    const char *usage;
} steps[] = {
    {"send", SCN_SEND, scn_read_send,
     "send ROLE [FIELD=VALUE...] [count=N] [every=DURATION] [as NAME]"},
    {"start", SCN_START, scn_read_send,
     "start ROLE [FIELD=VALUE...] [every=DURATION] [as NAME]"},
    {"stop", SCN_STOP, scn_read_stop, "stop [ROLE]"},
    {"replay", SCN_REPLAY, scn_read_replay,
     "replay NAME [count=N] [every=DURATION] [as NAME]"},
    {"ask", SCN_ASK, scn_read_ask, "ask ADDRESS [as NAME]"},
    {"control", SCN_CONTROL, scn_read_control, "control start|stop"},
    {"wait", SCN_WAIT, scn_read_wait, "wait DURATION"},
    {"flush", SCN_FLUSH, scn_read_flush, "flush"},
    {"expect", SCN_EXPECT, scn_read_expect,
     "expect KIND [FIELD=VALUE...] within DURATION [as NAME]"},
    {"silence", SCN_COUNT, scn_read_silence,
     "silence KIND [FIELD=VALUE...] for DURATION"},
    {"count", SCN_COUNT, scn_read_count,
     "count KIND [FIELD=VALUE...] for DURATION between N N"},
    {"check", SCN_CHECK, scn_read_check, "check NAME FIELD=VALUE..."},
    {"measure", SCN_MEASURE, scn_read_measure,
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
        g_string_append_printf(list, "%s%s", i > 0 ? ", " : "", steps[i].word);
    }
    return g_string_free(list, FALSE);
}

/* Words that hold no secret, for reports. */
static char *
show(const struct scn_line *line, unsigned int first)
{
    GString *text = g_string_new(NULL);
    for (unsigned int i = first; i < line->count; i++) {
        bool is_secret = g_str_has_prefix(line->words[i], "password=") ||
                         g_str_has_prefix(line->words[i], "key-hex=");
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
        scn_fail(reader, "\"%s\" is not a step: %s", line->words[first], names);
        g_free(names);
        return NULL;
    }
    if (++reader->steps > SCN_STEPS_MAX) {
        scn_fail(reader, "more than %d steps", SCN_STEPS_MAX);
        return NULL;
    }
    struct scn_words words = {.reader = reader,
                              .step =
                                  scn_step_new(steps[row].kind, line->number),
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
