/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file evidence_ring.h
 * The frames of the last seconds, in bounded memory.
 *
 * Each second may add only its share of the memory, so that a flood cannot
 * push out what was before it. Adverts with a right digest have a share of
 * their own: forged frames cannot keep them out.
 */
#ifndef CARPMON_EVIDENCE_RING_H
#define CARPMON_EVIDENCE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include <carp/time.h>

/** One frame that is kept. */
struct mon_kept {
    carp_time time;
    uint64_t number; /**< of the frame, as in findings */
    uint16_t segment;
    uint16_t link_type;
    uint32_t captured, on_wire;
    const uint8_t *data;
    const char *note; /**< what is known about it; "" for nothing */
};

struct mon_ring;

/** @param span how far back  @param octets memory for it */
struct mon_ring *mon_ring_new(carp_time span, size_t octets);
void mon_ring_free(struct mon_ring *ring);

/** Would a frame of that time be kept? Cheap: asked for each frame. */
bool mon_ring_has_room(struct mon_ring *ring, carp_time now, bool is_trusted);
/** Copy a frame in, after mon_ring_has_room() said yes. */
void mon_ring_add(struct mon_ring *ring, const struct mon_kept *frame,
                  bool is_trusted);

/** The frames of a segment that are at most the span older than @p now,
 * oldest first. They belong to the ring, until it is changed. */
GPtrArray *mon_ring_frames(struct mon_ring *ring, uint16_t segment,
                           carp_time now);
/** How many frames found no room within the span. */
uint64_t mon_ring_left_out(const struct mon_ring *ring);
/** Octets in use. */
size_t mon_ring_size(const struct mon_ring *ring);

#endif
