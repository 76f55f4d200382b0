/* SPDX-License-Identifier: BSD-2-Clause */
/* The main thread's side: what was seen is gathered and handed over, what is
 * found comes back. observer_thread.c is the other side. */
#include "observer.h"

#include <string.h>

#include <carp/timing.h>

#include "daemon.h"
#include "observer_tell.h"
#include "observer_thread.h"

/* How long frames are gathered, and how many at most. While nothing happens
 * but the one master's adverts, each flush only costs a machine its sleep:
 * they wait until the thread's next deadline. */
#define GATHER (250 * CARP_MSEC)
#define ROUTINE_MAX 256
#define WAITING_MAX 4096
/* What is younger may still be overtaken by a frame that waits in the kernel
 * while an answer to another one has been sent. */
#define SETTLED (50 * CARP_MSEC)
/* Batches that the thread may have before more are gathered instead. */
#define BATCHES_MAX 2
/* What a batch leads to is looked at by then, and before, when something else
 * wakes the main thread anyway. */
#define COLLECT (2 * CARP_SEC)

/* Whose adverts a vhid had last. */
struct habit {
    struct carp_addr source;
    uint8_t advbase, advskew, demote;
    carp_time at;
};

struct observer {
    struct daemon *daemon;
    struct observer_thread *thread;
    GPtrArray *segments; /* names */
    GHashTable *habits;  /* where to struct habit; one for each vhid run */
    GArray *waiting;     /* struct observed */
    carp_time flush_at;
    carp_time last;       /* when the frame that was offered last came */
    unsigned int batches; /* the thread has these */
    carp_time deadline;   /* of the thread's track, or to ask for it */
};

/* False: no memory. */
static bool
read_keys(const struct carp_conf *conf, struct observer_keys *keys)
{
    keys->ring = carp_ring_new();
    if (keys->ring == NULL ||
        carp_conf_fill_ring(conf, keys->ring) != CARP_OK) {
        carp_ring_free(keys->ring);
        return false;
    }
    keys->senders = conf_senders_new(conf);
    return true;
}

static void
on_batch(void *user, carp_time deadline)
{
    struct observer *observer = user;
    observer->batches--;
    carp_time before = observer_deadline(observer);
    observer->deadline = carp_time_add(deadline, SETTLED);
    daemon_moved(observer->daemon, before, observer_deadline(observer));
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
    struct observer_keys keys;
    if (!read_keys(conf, &keys)) {
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
    observer->thread = observer_thread_new(keys, on_event, on_batch, observer);
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
    struct observer_keys keys;
    if (read_keys(conf, &keys)) {
        observer_thread_set_keys(observer->thread, keys);
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

static bool
is_same(const struct habit *a, const struct habit *b)
{
    return carp_addr_equal(&a->source, &b->source) &&
           a->advbase == b->advbase && a->advskew == b->advskew &&
           a->demote == b->demote;
}

/* The same sender with the same numbers as before, and in time: a gap of more
 * is one that the thread may tell (ALERTS 9). */
static bool
is_routine(struct observer *observer, const struct observed *observed)
{
    const struct carp_frame *frame = &observed->frame;
    if (observed->kind != OBSERVED_FRAME || frame->kind != CARP_FRAME_CARP) {
        return false;
    }
    const struct carp_adv *adv = &frame->u.adv;
    const gint64 where = (gint64)observed->segment << 16 |
                         (gint64)frame->family << 8 | adv->vhid;
    const struct habit now = {.source = frame->src,
                              .advbase = adv->advbase,
                              .advskew = adv->advskew,
                              .demote = adv->demote,
                              .at = observed->at};
    struct habit *habit = g_hash_table_lookup(observer->habits, &where);
    if (habit == NULL) {
        gint64 *key = g_new(gint64, 1);
        *key = where;
        habit = g_new0(struct habit, 1);
        g_hash_table_insert(observer->habits, key, habit);
    }
    bool is_usual = frame->issues == 0 && is_same(habit, &now) &&
                    carp_time_since(now.at, habit->at) <=
                        carp_interval(adv->advbase, adv->advskew) * 5 / 4;
    *habit = now;
    return is_usual;
}

static void
flush_by(struct observer *observer, carp_time when)
{
    if (when < observer->flush_at) {
        observer->flush_at = when;
        daemon_wake(observer->daemon, when);
    }
}

/* ------------------------------------------------------------- hand over */

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
    if (count < batch->len) {
        g_array_append_vals(observer->waiting,
                            &g_array_index(batch, struct observed, count),
                            batch->len - count);
    }
    if (observer->flush_at <= now) {
        observer->flush_at =
            count < batch->len ? carp_time_add(now, GATHER) : CARP_NEVER;
    }
    g_array_set_size(batch, count);
    return batch;
}

static void
push(struct observer *observer, GArray *batch, carp_time now)
{
    observer->batches++;
    observer_thread_push(observer->thread, batch,
                         now > SETTLED ? now - SETTLED : 0, observer->deadline);
}

static void
hand_over(struct observer *observer, carp_time now)
{
    const carp_time before = observer_deadline(observer);
    observer->deadline = carp_time_add(now, COLLECT);
    if (observer->batches < BATCHES_MAX) {
        push(observer, take_settled(observer, now), now);
    } else { /* it is busy */
        observer->flush_at = carp_time_add(now, GATHER);
    }
    daemon_moved(observer->daemon, before, observer_deadline(observer));
}

void
observer_tick(struct observer *observer, carp_time now)
{
    observer_thread_collect(observer->thread);
    if (now >= observer_deadline(observer)) {
        hand_over(observer, now);
    }
}

void
observer_flush(struct observer *observer, carp_time now)
{
    const carp_time before = observer_deadline(observer);
    GArray *batch = observer->waiting;
    if (batch->len > 0) {
        g_array_sort(batch, by_time);
        observer->waiting = g_array_new(FALSE, FALSE, sizeof(struct observed));
        observer->flush_at = CARP_NEVER;
        observer->deadline = carp_time_add(now, COLLECT);
        push(observer, batch, now);
        daemon_moved(observer->daemon, before, observer_deadline(observer));
    }
}

/* The thread's deadline comes before the next advert: most often it waits for
 * silence, and those that are waiting here move it. */
static bool
is_better_now(const struct observer *observer, const struct observed *observed)
{
    const struct carp_adv *adv = &observed->frame.u.adv;
    return observer->batches == 0 && observer->waiting->len > 1 &&
           carp_time_since(observer->deadline, observed->at) <
               carp_interval(adv->advbase, adv->advskew) + GATHER;
}

/* ---------------------------------------------------------------- gather */

static void
gather(struct observer *observer, const struct observed *observed)
{
    if (observer->batches > 0) {
        observer_thread_collect(observer->thread);
    }
    if (observer->waiting->len >= WAITING_MAX) {
        return;
    }
    g_array_append_val(observer->waiting, *observed);
    observer->last = observed->at;
    if (!is_routine(observer, observed) ||
        observer->waiting->len >= ROUTINE_MAX) {
        observer_hurry(observer);
    } else if (is_better_now(observer, observed)) {
        hand_over(observer, observed->at);
    }
}

void
observer_hurry(struct observer *observer)
{
    flush_by(observer, carp_time_add(observer->last, GATHER));
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

carp_time
observer_deadline(const struct observer *observer)
{
    return observer->flush_at < observer->deadline ? observer->flush_at
                                                   : observer->deadline;
}
