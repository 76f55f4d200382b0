/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file scenario_take.h
 * One step's words while they are read, and the readers of the steps: those
 * that send are in scenario_send.c, those that look in scenario_look.c; the
 * table of both is in scenario_step.c.
 */
#ifndef CARPINJECT_SCENARIO_TAKE_H
#define CARPINJECT_SCENARIO_TAKE_H

#include "scenario_internal.h"

struct scn_words {
    struct scn_reader *reader;
    struct scn_step *step;
    char **at; /**< the next word */
    unsigned int left;
    const char *usage; /**< of this step, for messages */
};

/** The next word; NULL: there is none. */
const char *scn_take(struct scn_words *words);
/** Note "write: USAGE"; returns false, as the others do after an error. */
bool scn_misuse(struct scn_words *words);
bool scn_take_duration(struct scn_words *words, carp_time *duration);
/** "KEYWORD DURATION" */
bool scn_take_keyword_duration(struct scn_words *words, const char *keyword,
                               carp_time *duration);
/** "as NAME" when it is there; nothing else may follow. */
bool scn_take_name_and_end(struct scn_words *words);
/** Whether an earlier step of the test named a frame so. */
bool scn_is_known_frame(struct scn_words *words, const char *name);

bool scn_read_send(struct scn_words *words); /**< also start */
bool scn_read_stop(struct scn_words *words);
bool scn_read_replay(struct scn_words *words);
bool scn_read_ask(struct scn_words *words);
bool scn_read_control(struct scn_words *words);

bool scn_read_wait(struct scn_words *words);
bool scn_read_flush(struct scn_words *words);
bool scn_read_expect(struct scn_words *words);
bool scn_read_silence(struct scn_words *words);
bool scn_read_count(struct scn_words *words);
bool scn_read_check(struct scn_words *words);
bool scn_read_measure(struct scn_words *words);

#endif
