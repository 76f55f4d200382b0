/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file programs.h
 * The programs that carp.conf names, as far as can be known before they run.
 */
#ifndef CARPD_PROGRAMS_H
#define CARPD_PROGRAMS_H

#include "carp_conf.h"

/** Warn of each that is missing or that this user may not execute. It looks at
 * files, whose server may hang: for --check only.
 * @return how many there are */
unsigned int programs_warn(const struct carp_conf *conf);

#endif
