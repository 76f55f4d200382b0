/* SPDX-License-Identifier: BSD-2-Clause */
/* The main thread's side: what was seen is gathered and handed over, what is
 * found comes back. observer_thread.c is the other side. */
#include "observer.h"

#include <string.h>

#include "daemon.h"
#include "observer_tell.h"
#include "observer_thread.h"

/* How long frames are gathered, and how many at most. While nothing happens
 * but the one master's adverts, each flush only costs a machine its sleep. */
#define GATHER (250 * CARP_MSEC)
#define GATHER_ROUTINE (5 * CARP_SEC)
#define ROUTINE_MAX 256
#define WAITING_MAX 4096
/* What is younger may still be overtaken by a frame that waits in the kernel
 * while an answer to another one has been sent. */
#define SETTLED (50 * CARP_MSEC)
/* Batches that the thread may have before more are gathered instead. */
#define BATCHES_MAX 2

/* Whose adverts a vhid had last. */
struct habit {
    struct carp_addr source;
    uint8_t advbase, advskew, demote;
};

struct observer {
    struct daemon *daemon;
    struct observer_thread *thread;
    GPtrArray *segments; /* names */
    GHashTable *habits;  /* where to struct habit; one for each vhid run */
    GArray *waiting;     /* struct observed */
    carp_time flush_at;
    unsigned int batches; /* the thread has these */
    carp_time deadline;   /* of the thread's track */
};

static struct carp_ring *
make_ring(const struct carp_conf *conf)
{
    struct carp_ring *ring = carp_ring_new();
    if (ring != NULL && carp_conf_fill_ring(conf, ring) != CARP_OK) {
        g_clear_pointer(&ring, carp_ring_free);
    }
    return ring;
}

static void
on_batch(void *user, carp_time deadline)
{
    struct observer *observer = user;
    observer->batches--;
    observer->deadline = carp_time_add(deadline, SETTLED);
    daemon_wake(observer->daemon, observer_deadline(observer));
}

static void
on_event(void *user, const struct carp_event *event)
{
    struct observer *observer = user;
    if (event->segment < observer->segments->len) {
        observer_tell(observer->daemon,
                      g_ptr_array_index(observer->segments, event->segment),
                      event);
    }
}

struct observer *
observer_new(struct daemon *daemon, const struct carp_conf *conf)
{
    struct carp_ring *ring = make_ring(conf);
    if (ring == NULL) {
        return NULL;
    }
    struct observer *observer = g_new0(struct observer, 1);
    observer->daemon = daemon;
    observer->segments = g_ptr_array_new_with_free_func(g_free);
    observer->waiting = g_array_new(FALSE, FALSE, sizeof(struct observed));
    observer->habits =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    observer->flush_at = CARP_NEVER;
    observer->deadline = CARP_NEVER;
    observer->thread = observer_thread_new(ring, on_event, on_batch, observer);
    return observer;
}

void
observer_free(struct observer *observer)
{
    if (observer != NULL) {
        observer_thread_free(observer->thread);
        g_ptr_array_free(observer->segments, TRUE);
        g_array_free(observer->waiting, TRUE);
        g_hash_table_destroy(observer->habits);
        g_free(observer);
    }
}

void
observer_set_keys(struct observer *observer, const struct carp_conf *conf)
{
    struct carp_ring *ring = make_ring(conf);
    if (ring != NULL) {
        observer_thread_set_keys(observer->thread, ring);
    }
}

uint16_t
observer_add_segment(struct observer *observer, const char *name)
{
    for (guint i = 0; i < observer->segments->len; i++) {
        if (strcmp(g_ptr_array_index(observer->segments, i), name) == 0) {
            return (uint16_t)i;
        }
    }
    g_ptr_array_add(observer->segments, g_strdup(name));
    return (uint16_t)(observer->segments->len - 1);
}

/* The same sender with the same numbers as before? Addresses are no news
 * either: a claim has to stand for seconds before it means something. */
static bool
is_routine(struct observer *observer, const struct observed *observed)
{
    const struct carp_frame *frame = &observed->frame;
    if (observed->kind != OBSERVED_FRAME) {
        return false;
    }
    if (frame->kind != CARP_FRAME_CARP) {
        return frame->kind == CARP_FRAME_ARP || frame->kind == CARP_FRAME_NS ||
               frame->kind == CARP_FRAME_NA;
    }
    const struct carp_adv *adv = &frame->u.adv;
    const gint64 where = (gint64)observed->segment << 16 |
                         (gint64)frame->family << 8 | adv->vhid;
    const struct habit now = {.source = frame->src,
                              .advbase = adv->advbase,
                              .advskew = adv->advskew,
                              .demote = adv->demote};
    struct habit *habit = g_hash_table_lookup(observer->habits, &where);
    if (habit != NULL && carp_addr_equal(&habit->source, &now.source) &&
        habit->advbase == now.advbase && habit->advskew == now.advskew &&
        habit->demote == now.demote) {
        return true;
    }
    if (habit == NULL) {
        gint64 *key = g_new(gint64, 1);
        *key = where;
        habit = g_new(struct habit, 1);
        g_hash_table_insert(observer->habits, key, habit);
    }
    *habit = now;
    return false;
}

static void
gather(struct observer *observer, const struct observed *observed)
{
    if (observer->waiting->len >= WAITING_MAX) {
        return;
    }
    g_array_append_val(observer->waiting, *observed);
    const bool can_wait =
        is_routine(observer, observed) && observer->waiting->len < ROUTINE_MAX;
    const carp_time at =
        carp_time_add(observed->at, can_wait ? GATHER_ROUTINE : GATHER);
    if (at < observer->flush_at) {
        observer->flush_at = at;
        daemon_wake(observer->daemon, observer->flush_at);
    }
}

void
observer_offer(struct observer *observer, uint16_t segment,
               const struct carp_frame *frame, carp_time at)
{
    struct observed observed = {
        .kind = OBSERVED_FRAME, .segment = segment, .at = at};
    observed.frame = *frame;
    gather(observer, &observed);
}

void
observer_note_sent(struct observer *observer, uint16_t segment,
                   const struct port_advert *advert, carp_time at)
{
    static const struct carp_addr group4 = {.family = CARP_IPV4,
                                            .octets = {224, 0, 0, 18}};
    static const struct carp_addr group6 = {.family = CARP_IPV6,
                                            .octets = {0xff, 2, [15] = 0x12}};
    struct observed observed = {
        .kind = OBSERVED_FRAME, .segment = segment, .at = at};
    struct carp_frame *frame = &observed.frame;
    memset(frame, 0, sizeof(*frame));
    frame->kind = CARP_FRAME_CARP;
    frame->family = advert->source.family;
    frame->src = advert->source;
    frame->dst = advert->dest;
    if (frame->dst.family == CARP_FAMILY_NONE) {
        frame->dst = frame->family == CARP_IPV4 ? group4 : group6;
    }
    frame->ttl = advert->ttl;
    frame->tos = advert->tos;
    frame->payload_len = CARP_ADV_LEN;
    frame->payload_wire = CARP_ADV_LEN;
    frame->u.adv = advert->adv;
    gather(observer, &observed);
}

void
observer_set_sight(struct observer *observer, uint16_t segment, bool can_see,
                   carp_time at)
{
    struct observed observed = {.kind =
                                    can_see ? OBSERVED_SIGHT : OBSERVED_BLIND,
                                .segment = segment,
                                .at = at};
    gather(observer, &observed);
}

static int
by_time(const void *a, const void *b)
{
    const struct observed *left = a;
    const struct observed *right = b;
    return (left->at > right->at) - (left->at < right->at);
}

/* What has settled, in the order of time; the rest goes on waiting. */
static GArray *
take_settled(struct observer *observer, carp_time now)
{
    GArray *batch = observer->waiting;
    g_array_sort(batch, by_time);
    guint count = 0;
    while (count < batch->len &&
           g_array_index(batch, struct observed, count).at + SETTLED <= now) {
        count++;
    }
    observer->waiting = g_array_new(FALSE, FALSE, sizeof(struct observed));
    observer->flush_at = CARP_NEVER;
    if (count < batch->len) {
        g_array_append_vals(observer->waiting,
                            &g_array_index(batch, struct observed, count),
                            batch->len - count);
        observer->flush_at = carp_time_add(now, GATHER);
        g_array_set_size(batch, count);
    }
    return batch;
}

void
observer_tick(struct observer *observer, carp_time now)
{
    bool is_due = now >= observer->flush_at || now >= observer->deadline;
    if (!is_due) {
        return;
    }
    if (observer->batches >= BATCHES_MAX) {
        /* It is busy: its answer wakes us. */
        observer->flush_at = carp_time_add(now, GATHER);
        observer->deadline = CARP_NEVER;
        return;
    }
    observer->deadline = CARP_NEVER;
    observer->batches++;
    carp_time settled = now > SETTLED ? now - SETTLED : 0;
    observer_thread_push(observer->thread, take_settled(observer, now),
                         settled);
}

carp_time
observer_deadline(const struct observer *observer)
{
    return observer->flush_at < observer->deadline ? observer->flush_at
                                                   : observer->deadline;
}
