/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file options_internal.h
 * The command line as GOption leaves it, before it means anything.
 */
#ifndef CARPINJECT_OPTIONS_INTERNAL_H
#define CARPINJECT_OPTIONS_INTERNAL_H

#include "options.h"

struct raw {
    enum inj_subcommand subcommand;
    /** Names and values of inj_spec_set(), in their order: applied behind
     * what carp.conf says. May hold secrets. */
    GPtrArray *settings;
    char *interface, *write, *format, *config, *group;
    char *count, *duration, *interval, *rate, *jitter;
    char *speed, *loop, *only_vhid, *vhids, *sources;
    char *probe, *probe_kind, *probe_every, *probe_timeout, *seed, *listen;
    char **peers, **rest;
    gboolean dry_run, is_owner, slow, quiet, ask;
};

/** @return NULL, or a line to be freed */
char *inj_options_fill(struct inj_options *options, const struct raw *raw);
/** Settings and everything about keys. */
char *inj_options_sign(struct inj_options *options, const struct raw *raw);

/** Text as a number from @p min to @p max into @p number, which is kept
 * without a text. NULL, or a line. */
char *inj_read_number(const char *name, const char *text, uint64_t min,
                      uint64_t max, uint64_t *number);
/** Seconds with a fraction, up to a thousand years. */
char *inj_read_seconds(const char *name, const char *text, carp_time *time);

#endif
