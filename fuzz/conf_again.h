/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file conf_again.h
 * A configuration that was made without a file, written and read again.
 */
#ifndef FUZZ_CONF_AGAIN_H
#define FUZZ_CONF_AGAIN_H

#include "carp_conf.h"

/** @p text, read as a carp.conf that nobody else may read. */
struct carp_conf *conf_of_text(const char *text);

/** Aborts when @p conf, written as a carp.conf, is usable and means something
 * else. @param is_whole nothing is missing in it: it has to be usable */
void conf_again(const struct carp_conf *conf, bool is_whole);

#endif
