/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file options.h
 * carpmon's command line (carpmon(1)).
 */
#ifndef CARPMON_OPTIONS_H
#define CARPMON_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "options_ask.h"
#include "options_output.h"
#include "options_service.h"

enum mon_format { MON_TEXT = 0, MON_JSON };

/** One thing to read: a file or an interface. */
struct mon_input {
    char *name;       /**< file, "-" or interface */
    uint16_t segment; /**< index in options.segments */
};

struct mon_options {
    bool is_live;
    struct mon_input *inputs;
    unsigned int input_count;
    struct mon_input *patterns; /**< interfaces by pattern, as they appear */
    unsigned int pattern_count;
    GPtrArray *segments; /**< char *; index is the segment number */
    char *config;        /**< NULL: none */
    enum mon_format format;
    bool utc, quiet, check;
    double duration; /**< seconds; 0: no bound */
    uint64_t count;  /**< frames; 0: no bound */
    struct mon_ask_options ask;
    struct mon_output_options output;
    struct mon_service_options service;
};

enum mon_parse {
    MON_PARSE_RUN = 0, /**< go on */
    MON_PARSE_EXIT,    /**< help or version was printed: exit 0 */
    MON_PARSE_USAGE    /**< *error says why: exit 3 */
};

/**
 * Read the command line.
 * @param[out] options always defined; to be cleared
 * @param[out] error one line to be freed with g_free(), for MON_PARSE_USAGE
 */
enum mon_parse mon_options_parse(struct mon_options *options, int argc,
                                 char **argv, char **error);
/** No NAME= and no --segment: each interface is a wire of its own. */
bool mon_options_is_unnamed(const struct mon_input *pattern);
/** Is there a segment for interface @p name already? */
bool mon_options_has_segment(const struct mon_options *options,
                             const struct mon_input *pattern, const char *name);
/** The segment of an interface that a pattern found; a new one if need be. */
uint16_t mon_options_pattern_segment(const struct mon_options *options,
                                     const struct mon_input *pattern,
                                     const char *name);
void mon_options_clear(struct mon_options *options);

#endif
