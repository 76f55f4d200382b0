/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file options.h
 * The command lines. All subcommands share most options; each has its own
 * help.
 */
#ifndef CARPINJECT_OPTIONS_H
#define CARPINJECT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "carp_conf.h"
#include "plan.h"
#include "spec.h"

enum inj_subcommand {
    INJ_ADVERT = 0,
    INJ_REPLAY,
    INJ_FUZZ,
    INJ_FLOOD,
    INJ_PLAY /**< play and conform */
};

/** What an option line says. A secret: holds a key. */
struct inj_options {
    enum inj_subcommand subcommand;
    struct inj_spec spec;
    struct inj_pace pace;
    struct inj_flood flood;
    struct inj_replay replay;
    char *file;      /**< replay, play: what to read; play: or NULL */
    char *interface; /**< NULL: none */
    char *write;     /**< -w; NULL: none */
    bool dry_run, json, slow, is_owner, quiet;
    uint64_t seed;           /**< given, or drawn */
    struct carp_addrs peers; /**< --peer: masters that may be there */
    carp_time listen;        /**< --listen; 0: one interval */
    struct carp_addr probe;  /**< family none: no probe */
    bool probe_icmp;
    uint64_t probe_every; /**< frames */
    carp_time probe_timeout;
    struct carp_conf *conf; /**< -c: every key of it counts as known; or
                                 NULL */
};

enum inj_parse {
    INJ_PARSE_RUN = 0,
    INJ_PARSE_EXIT, /**< help was printed: exit 0 */
    INJ_PARSE_USAGE /**< *error says why: exit 2 */
};

/**
 * Read a subcommand's line; argv[0] is its name. Reads carp.conf, password
 * files, the environment (CARPINJECT_PASSWORD) and, if told to, the
 * terminal. A password in argv is overwritten.
 * @param[out] options always defined; to be cleared
 * @param[out] error one line to be freed, for INJ_PARSE_USAGE
 */
enum inj_parse inj_options_parse(struct inj_options *options,
                                 enum inj_subcommand subcommand, int argc,
                                 char **argv, char **error);
void inj_options_clear(struct inj_options *options);

#endif
