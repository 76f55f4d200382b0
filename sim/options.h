/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file options.h
 * carpsim's command line.
 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct sim_options {
    char **files;
    int64_t random; /**< how many random scenarios; 0: files are played */
    uint64_t seed;  /**< of the first one */
    bool is_quiet, wants_trace, is_printed, judges;
    char *write;  /**< pcap */
    char *keep;   /**< folder for shrunken failures */
    bool is_done; /**< --help or --version was answered */
};

/** @return false with a message on standard error: exit status 2 */
bool sim_options_read(struct sim_options *options, int argc, char **argv);
void sim_options_clear(struct sim_options *options);

#endif
