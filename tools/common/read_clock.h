/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file read_clock.h
 * The present, for programs; libcarp is told it.
 */
#ifndef TOOLS_READ_CLOCK_H
#define TOOLS_READ_CLOCK_H

#include <time.h>

#include <carp/time.h>

/** The clock's reading in nanoseconds; 0 if the system has no such clock. */
carp_time read_clock(clockid_t id);

#endif
