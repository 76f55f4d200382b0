/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file observer_tell.h
 * A finding of the observer, told to the log and to the clients.
 */
#ifndef CARPD_OBSERVER_TELL_H
#define CARPD_OBSERVER_TELL_H

#include <carp/track.h>

struct daemon;

/** Others' vhids are none of our business, unless they collide with ours. */
void observer_tell(struct daemon *daemon, const char *segment,
                   const struct carp_event *event);

#endif
