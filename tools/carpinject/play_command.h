/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file play_command.h
 * The subcommands that run scenarios; see command.h.
 */
#ifndef CARPINJECT_PLAY_COMMAND_H
#define CARPINJECT_PLAY_COMMAND_H

#include "command.h"

int inj_cmd_play(int argc, char **argv, const volatile sig_atomic_t *stop);
int inj_cmd_conform(int argc, char **argv, const volatile sig_atomic_t *stop);

#endif
