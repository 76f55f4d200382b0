/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file cmd_common.h
 * The frame of every subcommand: options, then what it does.
 */
#ifndef CARPINJECT_CMD_COMMON_H
#define CARPINJECT_CMD_COMMON_H

#include "session.h"

/** Say what is wrong with the command line, and where to look.
 * @return INJ_EXIT_USAGE */
int inj_usage(const char *format, ...) G_GNUC_PRINTF(1, 2);

/** Parse, run, clear. enum inj_exit; errors have been said. */
int inj_cmd(enum inj_subcommand subcommand, int argc, char **argv,
            int (*run)(struct inj_options *options,
                       const volatile sig_atomic_t *stop),
            const volatile sig_atomic_t *stop);

#endif
