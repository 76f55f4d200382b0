/* SPDX-License-Identifier: BSD-2-Clause */
#include "observer_thread.h"

#include "alarm.h"
#include "text.h"

struct observer_thread {
    GThread *thread; /* NULL: not started */
    GAsyncQueue *jobs;
    GAsyncQueue *answers; /* struct answer, read by the main thread */
    struct observer_keys first_keys; /* until the thread has them */
    void (*on_event)(void *user, const struct carp_event *event);
    void (*on_batch)(void *user, carp_time deadline);
    void *user;
    guint idle; /* source; guarded by the lock */
    GMutex lock;
    /* The thread's own. */
    struct observer_keys keys;
    struct carp_track *track;
    uint64_t frames;
};

enum job_kind { JOB_BATCH, JOB_KEYS, JOB_END };

struct job {
    enum job_kind kind;
    GArray *batch;
    carp_time now, collect_by;
    struct observer_keys keys;
};

struct answer {
    bool is_event; /* else the end of a batch */
    struct carp_event event;
    char *text, *detail, *remedy;
    carp_time deadline;
};

static void
free_answer(void *memory)
{
    struct answer *answer = memory;
    g_free(answer->text);
    g_free(answer->detail);
    g_free(answer->remedy);
    g_free(answer);
}

/* ---------------------------------------------------------- main thread */

static gpointer run(gpointer user);

/* While no thread can be had the batches wait; no more than two are given. */
static void
start(struct observer_thread *thread)
{
    if (thread->thread == NULL && g_async_queue_length(thread->jobs) > 0) {
        thread->thread = g_thread_try_new("observer", run, thread, NULL);
    }
}

void
observer_thread_collect(struct observer_thread *thread)
{
    struct answer *answer = NULL;
    start(thread);
    while ((answer = g_async_queue_try_pop(thread->answers)) != NULL) {
        if (answer->is_event) {
            answer->event.text = answer->text;
            answer->event.detail = answer->detail;
            answer->event.remedy = answer->remedy;
            thread->on_event(thread->user, &answer->event);
        } else {
            thread->on_batch(thread->user, answer->deadline);
        }
        free_answer(answer);
    }
}

static gboolean
on_answers(gpointer user)
{
    struct observer_thread *thread = user;
    g_mutex_lock(&thread->lock);
    thread->idle = 0;
    g_mutex_unlock(&thread->lock);
    observer_thread_collect(thread);
    return G_SOURCE_REMOVE;
}

/* --------------------------------------------------------- other thread */

static void
give(struct observer_thread *thread, struct answer *answer, bool is_urgent)
{
    g_async_queue_push(thread->answers, answer);
    if (!is_urgent) {
        return;
    }
    g_mutex_lock(&thread->lock);
    if (thread->idle == 0) {
        thread->idle = g_idle_add(on_answers, thread);
    }
    g_mutex_unlock(&thread->lock);
}

static void
on_track_event(void *user, const struct carp_event *event)
{
    struct observer_thread *thread = user;
    if (event->kind == CARP_EVENT_TRANSITION) {
        return; /* the election tells its own, and knows better */
    }
    struct answer *answer = g_new0(struct answer, 1);
    answer->is_event = true;
    answer->event = *event;
    answer->text = g_strdup(event->text);
    answer->detail = g_strdup(event->detail);
    answer->remedy = g_strdup(event->remedy);
    give(thread, answer, true);
}

static void
format_time(void *user, carp_time when, char *text, size_t size)
{
    (void)user;
    char moment[TXT_MOMENT];
    txt_moment(alarm_to_wall(when), alarm_wall(), false, moment);
    g_strlcpy(text, moment, size);
}

static void
free_keys(struct observer_keys *keys)
{
    carp_ring_free(keys->ring);
    conf_senders_free(keys->senders);
}

static void
change_keys(struct observer_thread *thread, struct observer_keys keys)
{
    if (thread->track != NULL) {
        carp_track_set_ring(thread->track, keys.ring);
        /* Half a list would accuse members: then rather none. */
        if (conf_senders_expect(keys.senders, thread->track) != CARP_OK) {
            carp_track_expect_anybody(thread->track);
        }
    }
    free_keys(&thread->keys);
    thread->keys = keys;
}

static void
begin(struct observer_thread *thread)
{
    const struct carp_track_config config = {
        .on_event = on_track_event, .format_time = format_time, .user = thread};
    const struct observer_keys keys = thread->first_keys;
    thread->first_keys = (struct observer_keys){0};
    thread->track = carp_track_new(&config);
    change_keys(thread, keys);
}

static void
look_at(struct observer_thread *thread, const struct observed *observed)
{
    struct carp_packet packet = {.time = observed->at,
                                 .number = ++thread->frames,
                                 .segment = observed->segment,
                                 .source = observed->segment,
                                 .frame = &observed->frame};
    switch (observed->kind) {
    case OBSERVED_FRAME:
        carp_track_feed(thread->track, &packet, NULL);
        break;
    case OBSERVED_SIGHT:
        carp_track_blind(thread->track, observed->segment, observed->at);
        break;
    case OBSERVED_BLIND:
        carp_track_blind(thread->track, observed->segment, CARP_NEVER);
        break;
    }
}

static void
do_batch(struct observer_thread *thread, const struct job *job)
{
    struct answer *answer = g_new0(struct answer, 1);
    answer->deadline = CARP_NEVER;
    if (thread->track != NULL) {
        for (guint i = 0; i < job->batch->len; i++) {
            look_at(thread, &g_array_index(job->batch, struct observed, i));
        }
        carp_track_advance(thread->track, job->now);
        answer->deadline = carp_track_settle(thread->track);
    }
    give(thread, answer, answer->deadline < job->collect_by);
}

static gpointer
run(gpointer user)
{
    struct observer_thread *thread = user;
    begin(thread);
    bool is_over = false;
    while (!is_over) {
        struct job *job = g_async_queue_pop(thread->jobs);
        switch (job->kind) {
        case JOB_BATCH:
            do_batch(thread, job);
            g_array_free(job->batch, TRUE);
            break;
        case JOB_KEYS:
            change_keys(thread, job->keys);
            break;
        case JOB_END:
            is_over = true;
            break;
        }
        g_free(job);
    }
    carp_track_free(thread->track);
    free_keys(&thread->keys);
    return NULL;
}

/* ---------------------------------------------------------- main thread */

struct observer_thread *
observer_thread_new(struct observer_keys keys,
                    void (*on_event)(void *user,
                                     const struct carp_event *event),
                    void (*on_batch)(void *user, carp_time deadline),
                    void *user)
{
    struct observer_thread *thread = g_new0(struct observer_thread, 1);
    thread->jobs = g_async_queue_new();
    thread->answers = g_async_queue_new_full(free_answer);
    thread->first_keys = keys;
    thread->on_event = on_event;
    thread->on_batch = on_batch;
    thread->user = user;
    g_mutex_init(&thread->lock);
    return thread;
}

static void
drop_jobs(struct observer_thread *thread)
{
    struct job *job = NULL;
    while ((job = g_async_queue_try_pop(thread->jobs)) != NULL) {
        g_array_free(job->batch, TRUE);
        g_free(job);
    }
}

static void
push(struct observer_thread *thread, struct job job)
{
    g_async_queue_push(thread->jobs, g_memdup2(&job, sizeof(job)));
}

void
observer_thread_free(struct observer_thread *thread)
{
    if (thread->thread != NULL) {
        push(thread, (struct job){.kind = JOB_END});
        g_thread_join(thread->thread);
    } else {
        drop_jobs(thread);
    }
    free_keys(&thread->first_keys);
    if (thread->idle != 0) {
        g_source_remove(thread->idle);
    }
    g_async_queue_unref(thread->jobs);
    g_async_queue_unref(thread->answers);
    g_mutex_clear(&thread->lock);
    g_free(thread);
}

void
observer_thread_push(struct observer_thread *thread, GArray *batch,
                     carp_time now, carp_time collect_by)
{
    push(thread, (struct job){.kind = JOB_BATCH,
                              .batch = batch,
                              .now = now,
                              .collect_by = collect_by});
    start(thread);
}

void
observer_thread_set_keys(struct observer_thread *thread,
                         struct observer_keys keys)
{
    if (thread->thread == NULL) {
        free_keys(&thread->first_keys);
        thread->first_keys = keys;
        return;
    }
    push(thread, (struct job){.kind = JOB_KEYS, .keys = keys});
}
