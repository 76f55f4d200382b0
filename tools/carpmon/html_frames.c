/* SPDX-License-Identifier: BSD-2-Clause */
#include "html_frames.h"

#define RING 8192
#define KEPT_MAX 4096

struct html_frames {
    struct html_frame ring[RING];
    uint64_t count;   /* frames seen */
    GHashTable *kept; /* guint64 to struct html_frame, NULL: still to come */
};

struct html_frames *
html_frames_new(void)
{
    struct html_frames *frames = g_new0(struct html_frames, 1);
    frames->kept =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    return frames;
}

void
html_frames_free(struct html_frames *frames)
{
    g_hash_table_destroy(frames->kept);
    g_free(frames);
}

static void
keep(struct html_frames *frames, uint64_t number,
     const struct html_frame *frame)
{
    if (g_hash_table_size(frames->kept) < KEPT_MAX) {
        g_hash_table_insert(frames->kept, g_memdup2(&number, sizeof(number)),
                            frame != NULL ? g_memdup2(frame, sizeof(*frame))
                                          : NULL);
    }
}

void
html_frames_see(struct html_frames *frames, uint64_t number,
                const struct mon_frame *frame, const struct carp_frame *parsed,
                const struct carp_observation *seen)
{
    struct html_frame *slot = &frames->ring[frames->count++ % RING];
    *slot = (struct html_frame){.number = number,
                                .time = frame->time,
                                .kind = parsed->kind,
                                .ttl = parsed->ttl,
                                .has_mac = parsed->has_mac,
                                .mac = parsed->src_mac,
                                .src = parsed->src,
                                .dst = parsed->dst,
                                .verdict = seen->verdict.status};
    if (parsed->kind == CARP_FRAME_CARP) {
        slot->vhid = parsed->u.adv.vhid;
        slot->advbase = parsed->u.adv.advbase;
        slot->advskew = parsed->u.adv.advskew;
        slot->demote = parsed->u.adv.demote;
        slot->counter = parsed->u.adv.counter;
    } else if (parsed->kind == CARP_FRAME_ARP) {
        slot->src = parsed->u.arp.sender;
        slot->dst = parsed->u.arp.target;
    }
    /* Named by an event that came before it. */
    if (g_hash_table_contains(frames->kept, &number)) {
        keep(frames, number, slot);
    }
}

static const struct html_frame *
find(const struct html_frames *frames, uint64_t number)
{
    uint64_t low = frames->count > RING ? frames->count - RING : 0;
    uint64_t high = frames->count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        const struct html_frame *frame = &frames->ring[middle % RING];
        if (frame->number == number) {
            return frame;
        }
        if (frame->number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

void
html_frames_keep(struct html_frames *frames, const struct carp_event *event)
{
    for (unsigned int i = 0; i < event->frame_count && i < CARP_EVENT_FRAMES;
         i++) {
        uint64_t number = event->frames[i];
        if (!g_hash_table_contains(frames->kept, &number)) {
            keep(frames, number, find(frames, number));
        }
    }
}

const struct html_frame *
html_frames_get(const struct html_frames *frames, uint64_t number)
{
    return g_hash_table_lookup(frames->kept, &number);
}
