/* SPDX-License-Identifier: BSD-2-Clause */
#include "program.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib-unix.h>

#include "program_child.h"

#define RUNNING_USUAL 8
#define WAITING_USUAL 256
#define LIMIT_USUAL (30 * CARP_SEC)
#define GRACE_MS 2000
/* From SIGKILL to giving up. */
#define LAST_MS 1000
/* Most octets taken in one go: a program that writes without end must not
 * hold up the loop. */
#define READ_ONCE 8192

struct stream {
    struct job *job;
    int fd; /* -1: closed */
    GSource *source;
    GString *line;
    bool is_error, skips;
};

struct job {
    struct program_pool *pool;
    char *key, *input;
    char **argv, **environment;
    carp_time time_limit;
    void (*on_line)(void *user, bool is_error_stream, const char *line);
    void (*on_end)(void *user, const struct program_result *result);
    void *user;

    GPid pid; /* 0: not running */
    gint64 started;
    bool is_late, is_killed;
    bool is_stuck; /* its caller was told of its end */
    unsigned int lines;
    GSource *exit_source, *limit_source;
    struct stream streams[2];
};

struct program_pool {
    GMainContext *context;
    unsigned int running_max, waiting_max;
    GPtrArray *running; /* struct job * */
    unsigned int stuck; /* of them */
    GQueue waiting;     /* struct job * */
    GSource *start_source;
};

static void start_soon(struct program_pool *pool);

static void
drop_source(GSource **source)
{
    if (*source != NULL) {
        g_source_destroy(*source);
        g_clear_pointer(source, g_source_unref);
    }
}

static void
add_source(struct program_pool *pool, GSource **slot, GSource *source,
           GSourceFunc function, void *data)
{
    g_source_set_callback(source, function, data, NULL);
    g_source_attach(source, pool->context);
    *slot = source;
}

static void
close_stream(struct stream *stream)
{
    drop_source(&stream->source);
    if (stream->fd >= 0) {
        close(stream->fd);
        stream->fd = -1;
    }
}

static void
job_free(struct job *job)
{
    drop_source(&job->exit_source);
    drop_source(&job->limit_source);
    for (int i = 0; i < 2; i++) {
        close_stream(&job->streams[i]);
        if (job->streams[i].line != NULL) {
            g_string_free(job->streams[i].line, TRUE);
        }
    }
    g_free(job->key);
    g_free(job->input);
    g_strfreev(job->argv);
    g_strfreev(job->environment);
    g_free(job);
}

/* ----------------------------------------------------------------- output */

static void
say_line(struct stream *stream)
{
    struct job *job = stream->job;
    stream->skips = false;
    if (job->on_line != NULL && job->lines < PROGRAM_LINES_MAX) {
        job->lines++;
        job->on_line(job->user, stream->is_error, stream->line->str);
    }
    g_string_truncate(stream->line, 0);
}

static void
take_octets(struct stream *stream, const char *octets, gssize count)
{
    for (gssize i = 0; i < count; i++) {
        if (octets[i] == '\n') {
            say_line(stream);
        } else if (octets[i] != '\0' && !stream->skips) {
            g_string_append_c(stream->line, octets[i]);
            stream->skips = stream->line->len >= PROGRAM_LINE_MAX;
        }
    }
}

/* False when there is nothing more to come. */
static bool
read_some(struct stream *stream)
{
    char octets[READ_ONCE];
    gssize count = read(stream->fd, octets, sizeof(octets));
    if (count < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    take_octets(stream, octets, count);
    return count > 0;
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
    struct stream *stream = data;
    (void)fd;
    (void)condition;
    if (read_some(stream)) {
        return G_SOURCE_CONTINUE;
    }
    close_stream(stream);
    return G_SOURCE_REMOVE;
}

/* What it wrote before it ended. A grandchild may hold the pipe open and
 * write on: that is not waited for. */
static void
drain(struct stream *stream)
{
    for (int i = 0; i < 16 && stream->fd >= 0; i++) {
        char octets[READ_ONCE];
        gssize count = read(stream->fd, octets, sizeof(octets));
        if (count <= 0) {
            break;
        }
        take_octets(stream, octets, count);
    }
    if (stream->line != NULL && stream->line->len > 0) {
        say_line(stream);
    }
    close_stream(stream);
}

/* -------------------------------------------------------------------- end */

static void
tell_end(struct job *job, enum program_end end, int code, const char *text)
{
    gint64 elapsed =
        job->started != 0 ? g_get_monotonic_time() - job->started : 0;
    struct program_result result = {.end = end,
                                    .code = code,
                                    .elapsed = (carp_time)elapsed * CARP_USEC,
                                    .text = text};
    if (job->on_end != NULL) {
        job->on_end(job->user, &result);
    }
}

static void
finish(struct job *job, enum program_end end, int code, const char *text)
{
    tell_end(job, end, code, text);
    job_free(job);
}

static void
on_child_end(GPid pid, gint status, gpointer data)
{
    struct job *job = data;
    struct program_pool *pool = job->pool;
    char text[80];
    enum program_end end = PROGRAM_EXITED;
    int code = 0;
    g_spawn_close_pid(pid);
    job->pid = 0;
    drain(&job->streams[0]);
    drain(&job->streams[1]);
    if (job->is_late) {
        end = PROGRAM_TIMED_OUT;
        g_snprintf(text, sizeof(text), "ended after its time limit of %.3g s",
                   (double)job->time_limit / 1e9);
    } else if (WIFEXITED(status)) {
        code = WEXITSTATUS(status);
        g_snprintf(text, sizeof(text), "exit status %d", code);
    } else {
        end = PROGRAM_KILLED;
        code = WTERMSIG(status);
        g_snprintf(text, sizeof(text), "ended by signal %d (%s)", code,
                   g_strsignal(code));
    }
    g_ptr_array_remove_fast(pool->running, job);
    pool->stuck -= job->is_stuck;
    start_soon(pool);
    if (job->is_stuck) {
        job_free(job);
    } else {
        finish(job, end, code, text);
    }
}

/* It keeps its key, but no place that others could have. */
static void
give_up(struct job *job)
{
    char text[96];
    g_snprintf(text, sizeof(text),
               "process %d cannot be killed: what hangs in it? Its next run "
               "waits for it",
               (int)job->pid);
    drain(&job->streams[0]);
    drain(&job->streams[1]);
    job->on_line = NULL;
    job->is_stuck = true;
    job->pool->stuck++;
    start_soon(job->pool);
    tell_end(job, PROGRAM_TIMED_OUT, 0, text);
}

static gboolean
on_limit(gpointer data)
{
    struct job *job = data;
    drop_source(&job->limit_source);
    if (job->is_killed) {
        give_up(job);
        return G_SOURCE_REMOVE;
    }
    /* The group: what a shell started must end too. */
    (void)kill(-job->pid, job->is_late ? SIGKILL : SIGTERM);
    job->is_killed = job->is_late;
    job->is_late = true;
    add_source(job->pool, &job->limit_source,
               g_timeout_source_new(job->is_killed ? LAST_MS : GRACE_MS),
               on_limit, job);
    return G_SOURCE_REMOVE;
}

/* ------------------------------------------------------------------ start */

static void
open_stream(struct job *job, int index, int fd)
{
    struct stream *stream = &job->streams[index];
    stream->job = job;
    stream->fd = fd;
    stream->is_error = index == 1;
    stream->line = g_string_sized_new(128);
    (void)g_unix_set_fd_nonblocking(fd, TRUE, NULL);
    /* GLib calls a descriptor's source with a function of another type. */
    add_source(
        job->pool, &stream->source,
        g_unix_fd_source_new(fd, (GIOCondition)(G_IO_IN | G_IO_HUP | G_IO_ERR)),
        (GSourceFunc)(void (*)(void))on_readable, stream);
}

static void
start(struct program_pool *pool, struct job *job)
{
    int fds[2] = {-1, -1};
    char *error = NULL;
    job->started = g_get_monotonic_time();
    if (!program_child_start(job->argv, job->environment, job->input, &job->pid,
                             fds, &error)) {
        job->started = 0;
        finish(job, PROGRAM_NOT_STARTED, 0, error);
        g_free(error);
        return;
    }
    g_ptr_array_add(pool->running, job);
    open_stream(job, 0, fds[0]);
    open_stream(job, 1, fds[1]);
    add_source(pool, &job->exit_source, g_child_watch_source_new(job->pid),
               (GSourceFunc)(void (*)(void))on_child_end, job);
    carp_time limit = job->time_limit / CARP_MSEC;
    add_source(pool, &job->limit_source,
               g_timeout_source_new((guint)MIN(limit, G_MAXUINT)), on_limit,
               job);
}

static bool
is_key_running(const struct program_pool *pool, const char *key)
{
    for (guint i = 0; key != NULL && i < pool->running->len; i++) {
        const struct job *job = g_ptr_array_index(pool->running, i);
        if (g_strcmp0(job->key, key) == 0) {
            return true;
        }
    }
    return false;
}

/* The oldest whose turn it can be. */
static GList *
find_next(const struct program_pool *pool)
{
    for (GList *at = pool->waiting.head; at != NULL; at = at->next) {
        const struct job *job = at->data;
        if (!is_key_running(pool, job->key)) {
            return at;
        }
    }
    return NULL;
}

static bool
has_place(const struct program_pool *pool)
{
    return pool->running->len - MIN(pool->stuck, PROGRAM_STUCK_MAX) <
           pool->running_max;
}

static gboolean
on_start(gpointer data)
{
    struct program_pool *pool = data;
    drop_source(&pool->start_source);
    /* A program that cannot be started takes no place: but not all of them
     * in one go. */
    unsigned int turns = pool->running_max;
    while (turns-- > 0 && has_place(pool)) {
        GList *next = find_next(pool);
        if (next == NULL) {
            return G_SOURCE_REMOVE;
        }
        struct job *job = next->data;
        g_queue_delete_link(&pool->waiting, next);
        start(pool, job);
    }
    if (has_place(pool)) {
        start_soon(pool);
    }
    return G_SOURCE_REMOVE;
}

static void
start_soon(struct program_pool *pool)
{
    if (pool->start_source == NULL && !g_queue_is_empty(&pool->waiting)) {
        GSource *source = g_idle_source_new();
        g_source_set_priority(source, G_PRIORITY_DEFAULT);
        add_source(pool, &pool->start_source, source, on_start, pool);
    }
}

/* ------------------------------------------------------------------- pool */

struct program_pool *
program_pool_new(unsigned int running, unsigned int waiting)
{
    struct program_pool *pool = g_new0(struct program_pool, 1);
    pool->context = g_main_context_ref_thread_default();
    pool->running_max = running != 0 ? running : RUNNING_USUAL;
    pool->waiting_max = waiting != 0 ? waiting : WAITING_USUAL;
    pool->running = g_ptr_array_new();
    g_queue_init(&pool->waiting);
    return pool;
}

void
program_pool_free(struct program_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    drop_source(&pool->start_source);
    for (guint i = 0; i < pool->running->len; i++) {
        struct job *job = g_ptr_array_index(pool->running, i);
        (void)kill(-job->pid, SIGTERM);
        job_free(job);
    }
    g_ptr_array_free(pool->running, TRUE);
    struct job *job = NULL;
    while ((job = g_queue_pop_head(&pool->waiting)) != NULL) {
        job_free(job);
    }
    g_main_context_unref(pool->context);
    g_free(pool);
}

bool
program_pool_is_idle(const struct program_pool *pool)
{
    return pool->running->len == pool->stuck && find_next(pool) == NULL;
}

bool
program_pool_is_stuck(const struct program_pool *pool, const char *key)
{
    for (guint i = 0; i < pool->running->len; i++) {
        const struct job *job = g_ptr_array_index(pool->running, i);
        if (job->is_stuck && g_strcmp0(job->key, key) == 0) {
            return true;
        }
    }
    return false;
}

static struct job *
job_new(struct program_pool *pool, const struct program_job *wanted)
{
    struct job *job = g_new0(struct job, 1);
    job->pool = pool;
    job->key = g_strdup(wanted->key);
    job->input = g_strdup(wanted->input);
    job->argv = program_child_argv(wanted->argv, wanted->shell);
    job->environment = program_child_environment(wanted->environment);
    job->time_limit =
        wanted->time_limit != 0 ? wanted->time_limit : LIMIT_USUAL;
    job->on_line = wanted->on_line;
    job->on_end = wanted->on_end;
    job->user = wanted->user;
    job->streams[0].fd = -1;
    job->streams[1].fd = -1;
    return job;
}

/* The waiting job that the new one makes obsolete. */
static GList *
find_waiting(struct program_pool *pool, const char *key)
{
    for (GList *at = pool->waiting.head; key != NULL && at != NULL;
         at = at->next) {
        const struct job *job = at->data;
        if (g_strcmp0(job->key, key) == 0) {
            return at;
        }
    }
    return NULL;
}

void
program_run(struct program_pool *pool, const struct program_job *wanted)
{
    struct job *job = job_new(pool, wanted);
    GList *old = find_waiting(pool, job->key);
    if (old != NULL) {
        /* In its place: it has waited longest. */
        struct job *obsolete = old->data;
        old->data = job;
        finish(obsolete, PROGRAM_REPLACED, 0, "replaced by a newer one");
    } else if (pool->waiting.length >= pool->waiting_max) {
        finish(job, PROGRAM_REFUSED, 0, "too many programs are waiting");
    } else {
        g_queue_push_tail(&pool->waiting, job);
    }
    start_soon(pool);
}
