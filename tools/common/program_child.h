/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file program_child.h
 * Starting one child for program.c: everything between fork and exec.
 */
#ifndef TOOLS_PROGRAM_CHILD_H
#define TOOLS_PROGRAM_CHILD_H

#include <stdbool.h>

#include <glib.h>

/** A copy of @p argv, with a shell in front if asked. */
char **program_child_argv(const char *const *argv, bool shell);

/** The caller's environment with @p additions ("NAME=value" or NULL), without
 * what systemd meant for the caller alone. */
char **program_child_environment(const char *const *additions);

/**
 * Start a child. It has been executed when this returns true.
 * @param input text for its standard input, or NULL
 * @param[out] fds the reading ends of its standard output and error
 * @param[out] error why not, to be freed with g_free()
 */
bool program_child_start(char **argv, char **environment, const char *input,
                         GPid *pid, int fds[2], char **error);

#endif
