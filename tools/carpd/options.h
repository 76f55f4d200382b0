/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file options.h
 * carpd's command line. Everything behind --ucarp is ucarp's.
 */
#ifndef CARPD_OPTIONS_H
#define CARPD_OPTIONS_H

#include <stdbool.h>

#include "carp_conf.h"

struct carpd_options {
    char *config, *socket, *state_dir, *pid_file; /**< NULL: not given */
    bool check, foreground, background, print_config, verbose;
    bool is_ucarp;
    char *facility;         /**< ucarp's -f; NULL: as carp.conf says */
    struct carp_conf *conf; /**< of ucarp's options; NULL otherwise */
};

enum carpd_parse {
    CARPD_PARSE_RUN = 0,
    CARPD_PARSE_DONE, /**< help or version was shown */
    CARPD_PARSE_USAGE /**< @p error says what is wrong */
};

/** @param[out] error g_free() it after CARPD_PARSE_USAGE
 * @return any; options must be cleared in each case */
enum carpd_parse carpd_options_parse(struct carpd_options *options, int argc,
                                     char **argv, char **error);
/** Paths from where it stands now: in the background it goes elsewhere. */
void carpd_options_make_absolute(struct carpd_options *options);
void carpd_options_clear(struct carpd_options *options);

#endif
