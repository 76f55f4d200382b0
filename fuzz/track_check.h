/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file track_check.h
 * What must hold for every event and every summary of the observer.
 */
#ifndef FUZZ_TRACK_CHECK_H
#define FUZZ_TRACK_CHECK_H

#include <carp/track.h>

/** Alert ids that are followed; later ones are not. */
#define CHECK_IDS 4096

struct track_check {
    carp_time now;       /**< latest time that was fed */
    uint64_t last_frame; /**< latest frame number */
    uint64_t events, adverts;
    uint64_t digest;          /**< of everything told, to compare two runs */
    uint8_t alert[CHECK_IDS]; /**< 0 never seen, 1 on, 2 over */
};

/** As struct carp_track_config wants it; @p user is a struct track_check. */
void track_check_event(void *user, const struct carp_event *event);
/** Walk over all views and senders. */
void track_check_summary(struct track_check *check, struct carp_track *track,
                         unsigned int max_senders);

#endif
