/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence_ring.h"

#include <string.h>

/* Shares of a second: everything, and adverts whose digest is right. */
enum { ANY = 0, TRUSTED, SHARES };

struct entry {
    struct mon_kept frame; /* data and note stand behind */
    size_t size;
};

struct mon_ring {
    GQueue entries; /* struct entry *, oldest first */
    carp_time span;
    size_t size, share; /* octets in all, a second's octets */
    carp_time second;   /* the one that "used" counts for */
    size_t used[SHARES];
    uint64_t left_out; /* since last_left_out's span began */
    carp_time last_left_out;
};

struct mon_ring *
mon_ring_new(carp_time span, size_t octets)
{
    struct mon_ring *ring = g_new0(struct mon_ring, 1);
    ring->span = MAX(span, CARP_SEC);
    /* One second more than the span is in use: the one that fills. */
    ring->share = octets / (size_t)(ring->span / CARP_SEC + 1) / SHARES;
    g_queue_init(&ring->entries);
    return ring;
}

static void
drop_oldest(struct mon_ring *ring)
{
    struct entry *entry = g_queue_pop_head(&ring->entries);
    ring->size -= entry->size;
    g_free(entry);
}

void
mon_ring_free(struct mon_ring *ring)
{
    if (ring != NULL) {
        while (!g_queue_is_empty(&ring->entries)) {
            drop_oldest(ring);
        }
        g_free(ring);
    }
}

static void
forget_old(struct mon_ring *ring, carp_time now)
{
    carp_time oldest = carp_time_since(now, ring->span);
    const struct entry *entry = NULL;
    while ((entry = g_queue_peek_head(&ring->entries)) != NULL &&
           entry->frame.time < oldest) {
        drop_oldest(ring);
    }
    if (ring->last_left_out < oldest) {
        ring->left_out = 0;
    }
}

bool
mon_ring_has_room(struct mon_ring *ring, carp_time now, bool is_trusted)
{
    if (now / CARP_SEC != ring->second) {
        ring->second = now / CARP_SEC;
        memset(ring->used, 0, sizeof(ring->used));
        forget_old(ring, now);
    }
    if (ring->used[is_trusted ? TRUSTED : ANY] < ring->share) {
        return true;
    }
    ring->left_out++;
    ring->last_left_out = now;
    return false;
}

void
mon_ring_add(struct mon_ring *ring, const struct mon_kept *frame,
             bool is_trusted)
{
    size_t note = strlen(frame->note) + 1;
    size_t size = sizeof(struct entry) + frame->captured + note;
    struct entry *entry = g_malloc(size);
    uint8_t *data = (uint8_t *)(entry + 1);
    entry->frame = *frame;
    entry->size = size;
    memcpy(data, frame->data, frame->captured);
    memcpy(data + frame->captured, frame->note, note);
    entry->frame.data = data;
    entry->frame.note = (const char *)(data + frame->captured);
    g_queue_push_tail(&ring->entries, entry);
    ring->size += size;
    ring->used[is_trusted ? TRUSTED : ANY] += size;
}

GPtrArray *
mon_ring_frames(struct mon_ring *ring, uint16_t segment, carp_time now)
{
    GPtrArray *frames = g_ptr_array_new();
    carp_time oldest = carp_time_since(now, ring->span);
    for (GList *at = ring->entries.head; at != NULL; at = at->next) {
        struct entry *entry = at->data;
        if (entry->frame.segment == segment && entry->frame.time >= oldest) {
            g_ptr_array_add(frames, &entry->frame);
        }
    }
    return frames;
}

uint64_t
mon_ring_left_out(const struct mon_ring *ring)
{
    return ring->left_out;
}

size_t
mon_ring_size(const struct mon_ring *ring)
{
    return ring->size;
}
