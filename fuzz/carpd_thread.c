/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads, one at a time: while one runs the main one waits, so that the same
 * input does the same. The observer's thread is real, for it waits in the
 * middle; those that do one job are calls. */
#include <pthread.h>

#include "carpd_host.h"

/* What carpd takes for a GThread. */
struct thread {
    GThreadFunc run;
    gpointer data, result;
    bool is_done;
    bool is_detached;
    pthread_t real; /* the observer's */
    bool is_real;
};

static enum thread_mode mode;
static bool was_refused;
static GPtrArray *waiting; /* struct thread, of jobs that are not done */

/* Whose turn it is. */
static struct {
    GMutex lock;
    GCond changed;
    bool is_observers;
    bool is_there;
    pthread_t observer;
} turn;

static void
wait_for_observer(void)
{
    g_mutex_lock(&turn.lock);
    turn.is_observers = true;
    g_cond_broadcast(&turn.changed);
    while (turn.is_observers) {
        g_cond_wait(&turn.changed, &turn.lock);
    }
    g_mutex_unlock(&turn.lock);
}

static void
hand_back(void)
{
    turn.is_observers = false;
    g_cond_broadcast(&turn.changed);
}

static void *
run_real(void *user)
{
    struct thread *thread = user;
    thread->result = thread->run(thread->data);
    g_mutex_lock(&turn.lock);
    hand_back();
    g_mutex_unlock(&turn.lock);
    return NULL;
}

static bool
is_observer(void)
{
    return turn.is_there && pthread_equal(pthread_self(), turn.observer);
}

/* What is pushed by the main thread is a job of the observer. */
void
g_async_queue_push(GAsyncQueue *queue, gpointer data)
{
    g_async_queue_lock(queue);
    g_async_queue_push_unlocked(queue, data);
    g_async_queue_unlock(queue);
    if (turn.is_there && !is_observer()) {
        wait_for_observer();
    }
}

gpointer
g_async_queue_pop(GAsyncQueue *queue)
{
    gpointer data = NULL;
    g_mutex_lock(&turn.lock);
    turn.observer = pthread_self();
    while ((data = g_async_queue_try_pop(queue)) == NULL) {
        hand_back();
        while (!turn.is_observers) {
            g_cond_wait(&turn.changed, &turn.lock);
        }
    }
    g_mutex_unlock(&turn.lock);
    return data;
}

/* -------------------------------------------------------------------- jobs */

static void
do_job(struct thread *thread)
{
    thread->result = thread->run(thread->data);
    thread->is_done = true;
    if (thread->is_detached) {
        g_free(thread);
    }
}

GThread *
g_thread_try_new(const gchar *name, GThreadFunc run, gpointer data,
                 GError **error)
{
    (void)error;
    if (mode == THREAD_NONE) {
        was_refused = true;
        return NULL;
    }
    struct thread *thread = g_new0(struct thread, 1);
    thread->run = run;
    thread->data = data;
    if (strcmp(name, "observer") == 0) {
        thread->is_real = true;
        turn.is_observers = true;
        turn.is_there = true;
        FUZZ_CHECK(pthread_create(&thread->real, NULL, run_real, thread) == 0);
        wait_for_observer();
    } else if (mode == THREAD_AT_ONCE) {
        do_job(thread);
    } else {
        g_ptr_array_add(waiting, thread);
    }
    return (GThread *)(void *)thread;
}

gpointer
g_thread_join(GThread *opaque)
{
    struct thread *thread = (struct thread *)(void *)opaque;
    if (thread->is_real) {
        FUZZ_CHECK(pthread_join(thread->real, NULL) == 0);
        turn.is_there = false;
    } else if (!thread->is_done) {
        g_ptr_array_remove(waiting, thread);
        do_job(thread);
    }
    gpointer result = thread->result;
    g_free(thread);
    return result;
}

void
g_thread_unref(GThread *opaque)
{
    struct thread *thread = (struct thread *)(void *)opaque;
    thread->is_detached = true;
    if (thread->is_done) {
        g_free(thread);
    }
}

bool
thread_was_refused(void)
{
    return was_refused;
}

void
thread_begin(void)
{
    was_refused = false;
    thread_set_mode(THREAD_AT_ONCE);
}

void
thread_set_mode(enum thread_mode wanted)
{
    mode = wanted;
    if (waiting == NULL) {
        waiting = g_ptr_array_new();
    }
    while (mode != THREAD_SLOW && waiting->len > 0) {
        do_job(g_ptr_array_remove_index(waiting, 0));
    }
    if (mode == THREAD_AT_ONCE && waiting->len == 0) {
        g_clear_pointer(&waiting, g_ptr_array_unref);
    }
}
