/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file observer_thread.h
 * The observer's thread: batches in, events out in the main context.
 */
#ifndef CARPD_OBSERVER_THREAD_H
#define CARPD_OBSERVER_THREAD_H

#include <glib.h>

#include <carp/track.h>

#include "conf_senders.h"

enum observed_kind { OBSERVED_FRAME = 0, OBSERVED_SIGHT, OBSERVED_BLIND };

/** Something that happened on a wire. */
struct observed {
    enum observed_kind kind;
    uint16_t segment;
    carp_time at;
    struct carp_frame frame; /**< FRAME */
};

/** What a carp.conf tells an observer. */
struct observer_keys {
    struct carp_ring *ring;
    struct conf_senders *senders;
};

struct observer_thread;

/**
 * Nothing runs yet: the thread is started with the first batch, so that it
 * has no rights that were given up before.
 * @param keys what it holds is taken over
 * @param on_event, on_batch called in the default main context
 */
struct observer_thread *observer_thread_new(
    struct observer_keys keys,
    void (*on_event)(void *user, const struct carp_event *event),
    void (*on_batch)(void *user, carp_time deadline), void *user);
/** Ends the thread; nothing is called any more. */
void observer_thread_free(struct observer_thread *thread);
/** Hand over a batch of struct observed; it is taken over. Without an event,
 * and with no deadline before @p collect_by, its end wakes nobody:
 * observer_thread_collect() is called by then. */
void observer_thread_push(struct observer_thread *thread, GArray *batch,
                          carp_time now, carp_time collect_by);
/** Tell what there is to be told now. */
void observer_thread_collect(struct observer_thread *thread);
/** Verify with other keys, and expect other senders, from now on; what @p keys
 * holds is taken over. */
void observer_thread_set_keys(struct observer_thread *thread,
                              struct observer_keys keys);

#endif
