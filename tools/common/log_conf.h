/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file log_conf.h
 * What was found in a carp.conf, told by every program in the same words.
 */
#ifndef TOOLS_LOG_CONF_H
#define TOOLS_LOG_CONF_H

#include "carp_conf.h"

/** Write each message as a line, warnings with that word in front.
 * @return how many warnings there were */
unsigned int log_conf(const struct carp_conf *conf);

#endif
