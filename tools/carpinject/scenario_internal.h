/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file scenario_internal.h
 * What the files of the scenario reader share.
 */
#ifndef CARPINJECT_SCENARIO_INTERNAL_H
#define CARPINJECT_SCENARIO_INTERNAL_H

#include "scenario.h"

/** One line's words. */
struct scn_line {
    unsigned int number;
    char **words; /**< variables expanded, quotes gone */
    unsigned int count;
};

struct scn_role {
    char *name;
    struct inj_spec spec;
};

/** The reader's state. */
struct scn_reader {
    struct scn_scenario *scenario;
    const struct inj_spec *base;
    GHashTable *given;  /**< variables of the caller; may be NULL */
    GHashTable *vars;   /**< the file's */
    GHashTable *blocks; /**< "define" name to GArray of line indices */
    GHashTable *names;  /**< frames named in this test, as a set */
    GPtrArray *roles;   /**< struct scn_role */
    char **lines;
    unsigned int line_count, line;   /**< from 1 */
    unsigned int depth, steps, read; /**< read: lines, again and again */
    char *group;
    struct scn_test *test;
    char *error; /**< first error */
};

/** Note the first error, with file and line; returns false. */
bool scn_fail(struct scn_reader *reader, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

/* scenario_words.c */
/** Split a line and expand its variables; false after an error. */
bool scn_split(struct scn_reader *reader, const char *text,
               struct scn_line *line);
void scn_line_clear(struct scn_line *line);

/* scenario.c */
/** Read lines @p first to @p last, counted from 1. */
bool scn_read_lines(struct scn_reader *reader, unsigned int first,
                    unsigned int last);

/* scenario_block.c */
bool scn_read_define(struct scn_reader *reader, const struct scn_line *line);
bool scn_read_do(struct scn_reader *reader, const struct scn_line *line);
bool scn_read_repeat(struct scn_reader *reader, const struct scn_line *line);
bool scn_read_if(struct scn_reader *reader, const struct scn_line *line);
/** The "end" of the block that begins in a line; 0 and an error when there is
 * none. */
unsigned int scn_find_end(struct scn_reader *reader, unsigned int line);
/** Words 1 to 3 as VALUE = VALUE or VALUE != VALUE; false: neither. */
bool scn_read_comparison(const struct scn_line *line, bool *holds);
/** Count a line against SCN_LINES_MAX; false after an error. */
bool scn_count_line(struct scn_reader *reader);

/* scenario_step.c and scenario_send.c */
/** Read a step from word @p first on; NULL after an error. */
struct scn_step *scn_read_step(struct scn_reader *reader,
                               const struct scn_line *line, unsigned int first);
/** True when the word begins a step. */
bool scn_is_step(const char *word);
/** The words that begin steps, for messages. */
char *scn_step_names(void);
int scn_find_role(const struct scn_reader *reader, const char *name);
/** Apply NAME=VALUE words; false after an error. */
bool scn_apply_fields(struct scn_reader *reader, struct inj_spec *spec,
                      char **words, unsigned int count, bool *sets_counter);

/* scenario_free.c */
void scn_step_free(struct scn_step *step);
struct scn_step *scn_step_new(enum scn_kind kind, unsigned int line);
struct scn_test *scn_test_new(const char *group, const char *name,
                              const char *title, unsigned int line);
void scn_differs_free(struct scn_differs *differs);
/** An array that frees its struct scn_test. */
GPtrArray *scn_tests_new(void);

#endif
