/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file tape.h
 * A run as pcap, for carpmon, tcpdump and Wireshark.
 */
#ifndef SIM_TAPE_H
#define SIM_TAPE_H

#include "world.h"

struct sim_tape;

/** @return NULL with @p error (free it) when the file cannot be written */
struct sim_tape *sim_tape_open(const struct sim_scenario *s, const char *path,
                               char **error);
/** What writes to the tape when it looks on. */
struct sim_watcher sim_tape_watcher(struct sim_tape *tape);
/** @return false with @p error when the end could not be written */
bool sim_tape_close(struct sim_tape *tape, char **error);

#endif
