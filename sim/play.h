/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file play.h
 * What carpsim does once its command line is read.
 */
#ifndef SIM_PLAY_H
#define SIM_PLAY_H

#include "options.h"

/** @return the exit status: 0 all held, 1 something failed, 2 a file could not
 *          be used */
int sim_play(const struct sim_options *options);

#endif
