/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file options.h
 * carpctl's command line.
 */
#ifndef CARPCTL_OPTIONS_H
#define CARPCTL_OPTIONS_H

#include "command.h"

struct ctl_options {
    struct ctl_context context;
    const struct ctl_command *command;
    char **words; /**< behind the command; NULL terminated */
};

enum ctl_parse {
    CTL_PARSE_RUN = 0,
    CTL_PARSE_EXIT, /**< help or version were shown */
    CTL_PARSE_USAGE /**< @p error says what is wrong */
};

/** Options may stand before and behind the command. Everything behind "--"
 * is words.
 * @param[out] error g_free() it after CTL_PARSE_USAGE */
enum ctl_parse ctl_options_parse(struct ctl_options *options, int argc,
                                 char **argv, char **error);
void ctl_options_clear(struct ctl_options *options);

#endif
