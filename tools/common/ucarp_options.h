/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file ucarp_options.h
 * ucarp's command line as a configuration (PROTOCOL 5).
 *
 * Every option of ucarp 1.5.2 is taken, short and long, unique beginnings of
 * long ones too, and numbers as strtoul(3) reads them. What differs on
 * purpose: a value that does not fit is an error instead of being cut to
 * eight bits, and --addr may be given again.
 */
#ifndef TOOLS_UCARP_OPTIONS_H
#define TOOLS_UCARP_OPTIONS_H

#include <stdbool.h>

#include "carp_conf.h"

struct ucarp_options {
    /** One group "ucarp": hashing and ties as ucarp's, the virtual MAC on
     * adverts only, addresses by the scripts when there are any. With more
     * than one address profile freebsd: ucarp itself cannot do that. A
     * secret. */
    struct carp_conf *conf;
    bool debug;     /**< -D */
    bool daemonize; /**< -B */
    bool shutdown;  /**< -z: the down-script runs at the end */
    char *facility; /**< -f; NULL when not given */
};

enum ucarp_parse {
    UCARP_PARSE_RUN = 0,
    UCARP_PARSE_HELP, /**< --help: show ucarp_options_help() */
    UCARP_PARSE_USAGE /**< @p error says what is wrong */
};

/**
 * @param argv as of main(); the first is skipped. Words may be reordered; a
 *        password is overwritten so that ps(1) does not show it
 * @param[out] error g_free() it after UCARP_PARSE_USAGE
 * @return any; options must be cleared in each case
 */
enum ucarp_parse ucarp_options_parse(struct ucarp_options *options, int argc,
                                     char **argv, char **error);
void ucarp_options_clear(struct ucarp_options *options);
/** The summary of options. */
const char *ucarp_options_help(void);

#endif
