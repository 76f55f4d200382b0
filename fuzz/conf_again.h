/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file conf_again.h
 * A configuration that was made without a file, written and read again.
 */
#ifndef FUZZ_CONF_AGAIN_H
#define FUZZ_CONF_AGAIN_H

#include "carp_conf.h"

/** Aborts when @p conf, written as a carp.conf, is usable and means something
 * else. */
void conf_again(const struct carp_conf *conf);

#endif
