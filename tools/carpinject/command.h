/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file command.h
 * carpinject's subcommands (carpinject(1)). main.c looks one up and calls
 * it; a new one is a row in command.c and a file of its own.
 */
#ifndef CARPINJECT_COMMAND_H
#define CARPINJECT_COMMAND_H

#include <signal.h>

enum inj_exit { INJ_EXIT_OK = 0, INJ_EXIT_FAILED = 1, INJ_EXIT_USAGE = 2 };

struct inj_command {
    const char *name;
    const char *summary; /**< for carpinject --help */
    /** argv[0] is the subcommand's name. Messages go to log_line().
     * @param stop becomes non-zero when the user wants an end
     * @return enum inj_exit */
    int (*run)(int argc, char **argv, const volatile sig_atomic_t *stop);
};

/** Ends with a row whose name is NULL. */
extern const struct inj_command inj_commands[];

int inj_cmd_advert(int argc, char **argv, const volatile sig_atomic_t *stop);
int inj_cmd_replay(int argc, char **argv, const volatile sig_atomic_t *stop);
int inj_cmd_fuzz(int argc, char **argv, const volatile sig_atomic_t *stop);
int inj_cmd_flood(int argc, char **argv, const volatile sig_atomic_t *stop);

#endif
