/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file alarm.h
 * The daemon's clock and its one timer.
 *
 * CLOCK_BOOTTIME: no step of the wall clock reaches it, and it goes on while
 * the machine sleeps, so that a machine that wakes up knows that it is late.
 */
#ifndef CARPD_ALARM_H
#define CARPD_ALARM_H

#include <carp/time.h>

/** Nanoseconds since the machine was started. */
carp_time alarm_now(void);
/** An instant of port_now() (CLOCK_MONOTONIC) on this clock. */
carp_time alarm_from_monotonic(carp_time when);
/** Nanoseconds since 1970 that an instant of this clock has: for people. */
carp_time alarm_to_wall(carp_time when);
carp_time alarm_wall(void);

struct alarm;

/** @return NULL when the kernel gives no timer */
struct alarm *alarm_new(void (*ring)(void *user), void *user);
void alarm_free(struct alarm *alarm);
/** Ring at @p when or before. Earlier rings that were asked for stay; once it
 * has rung, nothing is pending. CARP_NEVER asks for nothing. */
void alarm_before(struct alarm *alarm, carp_time when);
/** Ring at @p when and not before, whatever was asked for. CARP_NEVER: not at
 * all. */
void alarm_set(struct alarm *alarm, carp_time when);
/** When it will ring; CARP_NEVER: it will not. */
carp_time alarm_when(const struct alarm *alarm);

#endif
