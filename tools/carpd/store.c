/* SPDX-License-Identifier: BSD-2-Clause */
#include "store.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "instance.h"
#include "log.h"
#include "store_file.h"
#include "store_lock.h"
#include "store_text.h"

#define FILE_NAME "counters.state"
#define FILE_MAX ((goffset)64 * 1024 * 1024)

struct store {
    struct daemon *daemon;
    char *directory, *path;
    int lock;
    GHashTable *kept; /* of vhids that do not run (yet) */
    carp_time save_at;
    carp_time retry_at; /* after a failure; not sooner */
    carp_time slow_at;  /* when a write that runs is told; CARP_NEVER */
    bool is_slow;       /* it was */
    uint64_t additions; /* of all seen, when last written */
    GThread *writer;    /* NULL: none runs */
    guint source;       /* its end */
    GMutex guard;
};

/* What is handed to the writer, and back. */
struct writing {
    struct store *store;
    char *path;
    GString *text;
    GHashTable *reserves; /* id to guint64 */
    int code;             /* errno, or 0 */
};

static void
load(struct store *store)
{
    struct stat st;
    char *text = NULL;
    unsigned int wrong = 0;
    if (stat(store->path, &st) != 0) {
        return;
    }
    if (st.st_size > FILE_MAX ||
        !g_file_get_contents(store->path, &text, NULL, NULL)) {
        log_say(LOG_LEVEL_WARNING,
                "%s: cannot be read: own counters begin "
                "anew",
                store->path);
        return;
    }
    GHashTable *kept = store_text_read(text, &wrong);
    g_free(text);
    if (kept == NULL) {
        log_say(LOG_LEVEL_WARNING,
                "%s: is no state file of carpd: own "
                "counters begin anew",
                store->path);
        return;
    }
    if (wrong > 0) {
        log_say(LOG_LEVEL_WARNING,
                "%s: %u lines make no sense and are left "
                "out",
                store->path, wrong);
    }
    g_hash_table_destroy(store->kept);
    store->kept = kept;
}

struct store *
store_open(struct daemon *daemon, const char *directory, struct os_error *error)
{
    if (g_mkdir_with_parents(directory, 0750) != 0) {
        os_error_set(error, os_fault_of(errno), errno,
                     "%s: %s: make the directory, or give --state-dir",
                     directory, g_strerror(errno));
        return NULL;
    }
    struct store *store = g_new0(struct store, 1);
    store->daemon = daemon;
    store->directory = g_strdup(directory);
    store->path = g_build_filename(directory, FILE_NAME, NULL);
    store->save_at = CARP_NEVER;
    store->slow_at = CARP_NEVER;
    store->kept = store_text_new();
    g_mutex_init(&store->guard);
    store->lock = store_lock(store->directory, error);
    if (store->lock < 0) {
        store_close(store);
        return NULL;
    }
    load(store);
    return store;
}

static void
free_writing(struct writing *writing)
{
    g_free(writing->path);
    g_string_free(writing->text, TRUE);
    g_hash_table_destroy(writing->reserves);
    g_free(writing);
}

void
store_close(struct store *store)
{
    if (store == NULL) {
        return;
    }
    if (store->writer != NULL) {
        free_writing(g_thread_join(store->writer));
    }
    if (store->source != 0) {
        g_source_remove(store->source);
    }
    if (store->lock >= 0) {
        close(store->lock);
    }
    g_hash_table_destroy(store->kept);
    g_mutex_clear(&store->guard);
    g_free(store->directory);
    g_free(store->path);
    g_free(store);
}

bool
store_give_to(struct store *store, unsigned int uid, unsigned int gid)
{
    return store_file_give(store->directory, uid, gid);
}

bool
store_restore(struct store *store, const char *id, struct carp_replay *replay)
{
    struct stored *stored = g_hash_table_lookup(store->kept, id);
    if (stored == NULL || !stored->has_counter) {
        return false;
    }
    carp_replay_clear(replay);
    carp_counter_resume(&replay->counter, stored->first, stored->counter);
    if (stored->last != 0) {
        replay->counter.last = stored->last;
    }
    replay->peers = stored->peers;
    carp_peers_init(&stored->peers);
    g_hash_table_remove(store->kept, id);
    return true;
}

bool
store_covers(const struct carp_counter *counter)
{
    return counter->reserve > counter->last &&
           counter->reserve - counter->last >= CARP_COUNTER_RESERVE / 4;
}

void
store_forget(struct store *store, struct instance *instance)
{
    struct stored *stored = store_text_get(store->kept, instance->id);
    stored->has_counter = true;
    stored->first = instance->replay.counter.first;
    stored->last = instance->replay.counter.last;
    stored->counter =
        MAX(instance->replay.counter.reserve, instance->replay.counter.last);
    carp_peers_clear(&stored->peers);
    stored->peers = instance->replay.peers;
    carp_peers_init(&instance->replay.peers);
}

/* ---------------------------------------------------------------- write */

static struct writing *
collect(struct store *store)
{
    struct writing *writing = g_new0(struct writing, 1);
    GPtrArray *instances = store->daemon->instances;
    writing->store = store;
    writing->path = g_strdup(store->path);
    writing->text = g_string_new(NULL);
    writing->reserves =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    store_text_begin(writing->text);
    store->additions = 0;
    for (guint i = 0; i < instances->len; i++) {
        const struct instance *instance = g_ptr_array_index(instances, i);
        guint64 reserve = carp_counter_extend(&instance->replay.counter);
        store_text_add(writing->text, instance->id,
                       instance->replay.counter.first, reserve,
                       &instance->replay.peers);
        store->additions += instance->replay.peers.seen.additions;
        g_hash_table_insert(writing->reserves, g_strdup(instance->id),
                            g_memdup2(&reserve, sizeof(reserve)));
    }
    GHashTableIter iter;
    void *value = NULL;
    g_hash_table_iter_init(&iter, store->kept);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct stored *stored = value;
        store_text_add(writing->text, stored->id, stored->first,
                       stored->counter, &stored->peers);
    }
    return writing;
}

/* A vhid that cannot be written down runs all the same. */
static void
let_run(const struct store *store, bool is_written)
{
    GPtrArray *instances = store->daemon->instances;
    for (guint i = 0; i < instances->len; i++) {
        struct instance *instance = g_ptr_array_index(instances, i);
        instance->awaits_state &=
            is_written && !store_covers(&instance->replay.counter);
    }
}

/* The reserves are on the disk: they may be used. */
static void
adopt(const struct writing *writing)
{
    struct store *store = writing->store;
    GPtrArray *instances = store->daemon->instances;
    if (writing->code != 0) {
        let_run(store, false);
        log_rate_say(store->daemon->rate, "state", alarm_now(), LOG_LEVEL_ERROR,
                     "%s: cannot be written: %s: counters "
                     "may repeat after the next start",
                     writing->path, g_strerror(writing->code));
        store->retry_at = carp_time_add(alarm_now(), STORE_RETRY);
        return;
    }
    for (guint i = 0; i < instances->len; i++) {
        struct instance *instance = g_ptr_array_index(instances, i);
        const guint64 *reserve =
            g_hash_table_lookup(writing->reserves, instance->id);
        if (reserve != NULL) {
            carp_counter_written(&instance->replay.counter, *reserve);
        }
    }
    let_run(store, true);
}

static bool
is_awaited(const struct store *store)
{
    GPtrArray *instances = store->daemon->instances;
    for (guint i = 0; i < instances->len; i++) {
        const struct instance *instance = g_ptr_array_index(instances, i);
        if (instance->awaits_state) {
            return true;
        }
    }
    return false;
}

static bool
wants_reserve(const struct store *store)
{
    GPtrArray *instances = store->daemon->instances;
    for (guint i = 0; i < instances->len; i++) {
        const struct instance *instance = g_ptr_array_index(instances, i);
        if (carp_counter_wants_reserve(&instance->replay.counter)) {
            return true;
        }
    }
    return false;
}

static void
join_writer(struct store *store)
{
    struct writing *writing = g_thread_join(store->writer);
    store->writer = NULL;
    store->slow_at = CARP_NEVER;
    if (store->source != 0) {
        g_source_remove(store->source);
        store->source = 0;
    }
    if (store->is_slow) {
        log_say(LOG_LEVEL_NOTICE, "%s: over: it took long to write",
                store->path);
        store->is_slow = false;
    }
    adopt(writing);
    free_writing(writing);
}

static gboolean
on_written(gpointer user)
{
    struct store *store = user;
    GPtrArray *instances = store->daemon->instances;
    g_mutex_lock(&store->guard);
    store->source = 0;
    g_mutex_unlock(&store->guard);
    join_writer(store);
    /* The second time, for a reserve counts when it has been written twice. */
    if (is_awaited(store)) {
        store_save_beside(store);
    } else if (wants_reserve(store)) {
        store_save_soon(store);
    }
    for (guint i = 0; i < instances->len; i++) {
        instance_evaluate(g_ptr_array_index(instances, i));
    }
    return G_SOURCE_REMOVE;
}

static gpointer
write_beside(gpointer user)
{
    struct writing *writing = user;
    struct store *store = writing->store;
    writing->code = store_file_write(writing->path, writing->text);
    g_mutex_lock(&store->guard);
    store->source = g_idle_add(on_written, store);
    g_mutex_unlock(&store->guard);
    return writing;
}

static void
begin_writing(struct store *store)
{
    struct writing *writing = collect(store);
    store->slow_at = carp_time_add(alarm_now(), STORE_SLOW);
    store->writer = g_thread_try_new("state", write_beside, writing, NULL);
    if (store->writer == NULL) {
        writing->code = EAGAIN; /* no thread can be had */
        adopt(writing);
        free_writing(writing);
        store->slow_at = CARP_NEVER;
        store->save_at = store->retry_at;
    }
    daemon_wake(store->daemon, store_deadline(store));
}

void
store_save_beside(struct store *store)
{
    /* One that runs knows nothing of the new ones: its end begins another. */
    if (store->writer == NULL) {
        begin_writing(store);
    }
}

void
store_save_soon(struct store *store)
{
    carp_time when = carp_time_add(alarm_now(), STORE_SOON);
    when = MAX(when, store->retry_at);
    if (when < store->save_at) {
        store->save_at = when;
        daemon_wake(store->daemon, when);
    }
}

static bool
save_once(struct store *store, struct os_error *error)
{
    struct writing *writing = collect(store);
    writing->code = store_file_write(writing->path, writing->text);
    bool is_good = writing->code == 0;
    if (is_good) {
        adopt(writing);
    } else {
        os_error_set(error, os_fault_of(writing->code), writing->code,
                     "%s: cannot be written: %s", store->path,
                     g_strerror(writing->code));
    }
    free_writing(writing);
    store->save_at = carp_time_add(alarm_now(), STORE_EVERY);
    return is_good;
}

bool
store_save(struct store *store, struct os_error *error)
{
    /* Two must not write to the same file at once. */
    if (store->writer != NULL) {
        join_writer(store);
    }
    if (!save_once(store, error)) {
        return false;
    }
    return save_once(store, error);
}

static bool
has_news(const struct store *store)
{
    GPtrArray *instances = store->daemon->instances;
    uint64_t additions = 0;
    for (guint i = 0; i < instances->len; i++) {
        const struct instance *instance = g_ptr_array_index(instances, i);
        additions += instance->replay.peers.seen.additions;
    }
    return additions != store->additions || wants_reserve(store);
}

static void
tell_slow(struct store *store)
{
    GPtrArray *instances = store->daemon->instances;
    store->slow_at = CARP_NEVER;
    store->is_slow = true;
    log_say(LOG_LEVEL_WARNING,
            "%s: is not written after %u s: look at its disk; vhids that a "
            "reload adds wait for it",
            store->path, (unsigned int)(STORE_SLOW / CARP_SEC));
    for (guint i = 0; i < instances->len; i++) {
        instance_evaluate(g_ptr_array_index(instances, i));
    }
}

void
store_tick(struct store *store, carp_time now)
{
    if (now >= store->slow_at) {
        tell_slow(store);
    }
    if (now < store->save_at) {
        return;
    }
    store->save_at = carp_time_add(now, STORE_EVERY);
    if (store->writer == NULL && has_news(store)) {
        begin_writing(store);
    }
}

carp_time
store_deadline(const struct store *store)
{
    return MIN(store->save_at, store->slow_at);
}

bool
store_is_slow(const struct store *store)
{
    return store->is_slow;
}
