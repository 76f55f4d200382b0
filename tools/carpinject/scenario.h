/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file scenario.h
 * The scenario language (docs/SCENARIOS.md): from text to tests and steps.
 * Pure: no clock, no network, no files.
 */
#ifndef CARPINJECT_SCENARIO_H
#define CARPINJECT_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <carp/time.h>

#include "expect.h"
#include "spec.h"

/** Most steps of one file, repetitions counted. */
#define SCN_STEPS_MAX 5000
/** Most lines that are read, those of blocks again each time; and octets of
 * a word when its variables are replaced. */
#define SCN_LINES_MAX 100000
#define SCN_WORD_MAX 4096
/** Most frames that one step sends. */
#define SCN_SEND_MAX 100000

enum scn_kind {
    SCN_SEND = 0,
    SCN_START, /**< a role advertises in the background */
    SCN_STOP,
    SCN_REPLAY,  /**< a named frame again, octet for octet */
    SCN_ASK,     /**< who has an address? */
    SCN_CONTROL, /**< start or stop the device under test */
    SCN_WAIT,
    SCN_FLUSH, /**< forget what arrived until now */
    SCN_EXPECT,
    SCN_COUNT, /**< also "silence": none */
    SCN_CHECK,
    SCN_MEASURE
};

/** What another implementation legitimately does in a step's place. */
struct scn_differs {
    char *profile; /**< as in carp.conf, or "any" */
    char *cite;    /**< section of docs/PROTOCOL.md */
    char *reason;
    struct scn_step *step;
};

struct scn_step {
    enum scn_kind kind;
    unsigned int line;
    char *text;            /**< as written; secrets left out */
    int role;              /**< SEND, START; STOP: -1 is all */
    struct inj_spec *spec; /**< SEND, START, ASK: complete. A secret */
    bool sets_counter;     /**< the role's count begins anew */
    uint64_t count;        /**< SEND, REPLAY */
    bool has_every;
    carp_time every;
    struct carp_addr target; /**< ASK */
    char *name;              /**< "as NAME"; REPLAY, CHECK: which frame */
    char *action;            /**< CONTROL */
    carp_time duration;      /**< WAIT; EXPECT: within; COUNT: for */
    unsigned int kinds;      /**< EXPECT, COUNT, CHECK */
    GArray *conditions;      /**< struct exp_condition */
    char *from, *to;         /**< MEASURE: names */
    uint64_t low, high;      /**< COUNT: frames; MEASURE: nanoseconds */
    GPtrArray *differs;      /**< struct scn_differs */
};

/** When a test cannot be. */
struct scn_skip {
    char *profile; /**< NULL: whatever it is */
    char *cite;    /**< NULL: none */
    char *reason;
};

struct scn_test {
    char *group, *name, *title, *cite;
    unsigned int line;
    GPtrArray *skips; /**< struct scn_skip */
    GPtrArray *steps; /**< struct scn_step */
};

struct scn_scenario {
    char *file;
    GPtrArray *roles; /**< names */
    GPtrArray *tests; /**< struct scn_test */
};

/**
 * Read a scenario.
 * @param file for messages
 * @param base what every role starts from; copied
 * @param vars name to value; wins over the file's "var" lines; may be NULL
 * @param[out] error "FILE:LINE: ..." to be freed, when NULL is returned. It
 *             never holds the value of a key or password.
 */
struct scn_scenario *scn_parse(const char *file, const char *text,
                               const struct inj_spec *base, GHashTable *vars,
                               char **error);
void scn_free(struct scn_scenario *scenario);

/** Whose deviations a scenario may document. */
#define SCN_IMPLEMENTATIONS \
    "freebsd, freebsd6, netbsd, openbsd, dragonfly, ucarp, carpd"
bool scn_is_implementation(const char *name);

/** "1.5s", "200ms", "3*1s+0.25s-10ms". False when it is none; less than
 * nothing is 0. */
bool scn_duration(const char *text, carp_time *duration);

#endif
