/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file observer.h
 * libcarp's observer beside the election: it is shown every frame, sent ones
 * too, and says what is wrong on the segment and why (docs/ALERTS.md).
 *
 * It works in a thread of its own, on copies, a quarter of a second late, so
 * that a search for the reason of a bad digest never holds up an advert. What
 * is routine, the one master's advert in its beat, is kept until something
 * else comes or until it decides whether an alarm is due. When more comes
 * than it can take, frames are left out, for it only.
 */
#ifndef CARPD_OBSERVER_H
#define CARPD_OBSERVER_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/frame.h>
#include <carp/time.h>

#include "carp_conf.h"
#include "port.h"

struct daemon;
struct observer;

/** @return NULL: no memory */
struct observer *observer_new(struct daemon *daemon,
                              const struct carp_conf *conf);
/** Waits for the thread. NULL is allowed. */
void observer_free(struct observer *observer);
/** Hand over all that was seen so far: it is judged by the keys of now. */
void observer_flush(struct observer *observer, carp_time now);
/** The keys and senders of another carp.conf. */
void observer_set_keys(struct observer *observer, const struct carp_conf *conf);

/** The number of a wire; the same name has the same one. */
uint16_t observer_add_segment(struct observer *observer, const char *name);
/** A frame arrived. Copied. */
void observer_offer(struct observer *observer, uint16_t segment,
                    const struct carp_frame *frame, carp_time at);
/** There was something about the frame that was offered last: it is not
 * routine. */
void observer_hurry(struct observer *observer);
/** An own advert left. */
void observer_note_sent(struct observer *observer, uint16_t segment,
                        const struct port_advert *advert, carp_time at);
/** A wire can be seen (again), or not. */
void observer_set_sight(struct observer *observer, uint16_t segment,
                        bool can_see, carp_time at);

/** Hand over what waits, let its time pass. */
void observer_tick(struct observer *observer, carp_time now);
carp_time observer_deadline(const struct observer *observer);

#endif
