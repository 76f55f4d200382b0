/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file carpd_conf.h
 * A carp.conf made of a few octets of the input.
 */
#ifndef FUZZ_CARPD_CONF_H
#define FUZZ_CARPD_CONF_H

#include "fuzz.h"

/** The interfaces that vhids are on; no host has such names. */
#define CONF_INTERFACES 2
extern const char *const conf_interfaces[CONF_INTERFACES];
/** A tracked one. */
#define CONF_TRACKED "fz9"
/** What one of them may be called by then. */
#define CONF_RENAMED "fz8"

/** Write it to @p path. @param folder of files that are tracked */
void conf_write_file(struct fuzz_input *in, const char *path,
                     const char *folder);
/** One that is wrong in some way. */
void conf_write_broken(uint8_t how, const char *path);

#endif
