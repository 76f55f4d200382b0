/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file command.h
 * A client's request, carried out and answered.
 */
#ifndef CARPD_COMMAND_H
#define CARPD_COMMAND_H

#include "jsonl.h"

struct daemon;

enum command_after { COMMAND_DONE = 0, COMMAND_WATCHES };

/** @param[out] json the answer, one object
 * @param[out] vhid COMMAND_WATCHES: which one, to be freed; NULL: all.
 *             Else as it was */
enum command_after command_run(struct daemon *daemon, const char *line,
                               struct jsonl *json, char **vhid);
/** An answer that says no. @param command NULL: unknown */
void command_refuse(struct jsonl *json, const char *command, const char *code,
                    const char *text);

#endif
