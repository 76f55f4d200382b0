/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#define WAITING_MOST 4

struct work {
    char *path;
    GByteArray *contents;
};

struct mon_files {
    char *directory;
    uint64_t most;
    GThreadPool *pool; /* one thread; NULL until there is work */
    GMutex lock;       /* for what follows */
    unsigned int waiting;
    char *error;
};

/* ----------------------------------------------------------- in the thread */

static bool
write_all(int fd, const guint8 *data, guint length)
{
    while (length > 0) {
        ssize_t done = write(fd, data, length);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return false;
        }
        data += done;
        length -= (guint)done;
    }
    return true;
}

/* Returns 0 or the errno. */
static int
write_file(const char *path, const GByteArray *contents)
{
    int error = 0;
    char *unfinished = g_strdup_printf("%s.tmp", path);
    int fd = open(unfinished,
                  O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (fd < 0) {
        error = errno;
    } else {
        if (!write_all(fd, contents->data, contents->len)) {
            error = errno;
        }
        if (close(fd) != 0 && error == 0) {
            error = errno;
        }
        if (error == 0 && g_rename(unfinished, path) != 0) {
            error = errno;
        }
        if (error != 0) {
            (void)g_unlink(unfinished);
        }
    }
    g_free(unfinished);
    return error;
}

static bool
is_ours(const char *name)
{
    return g_str_has_prefix(name, MON_EVIDENCE_PREFIX) &&
           (g_str_has_suffix(name, MON_EVIDENCE_SUFFIX) ||
            g_str_has_suffix(name, MON_EVIDENCE_SUFFIX ".tmp"));
}

static gint
by_name(gconstpointer a, gconstpointer b)
{
    return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

/* Names begin with the time: their order is that of age. */
static GPtrArray *
list_ours(const struct mon_files *files)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(files->directory, 0, NULL);
    const char *name = NULL;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        if (is_ours(name)) {
            g_ptr_array_add(paths,
                            g_build_filename(files->directory, name, NULL));
        }
    }
    if (dir != NULL) {
        g_dir_close(dir);
    }
    g_ptr_array_sort(paths, by_name);
    return paths;
}

static uint64_t
size_of(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
}

/* Make room for @p more octets. */
static void
rotate(const struct mon_files *files, uint64_t more)
{
    GPtrArray *paths = list_ours(files);
    uint64_t total = more;
    for (guint i = 0; i < paths->len; i++) {
        total += size_of(g_ptr_array_index(paths, i));
    }
    for (guint i = 0; i < paths->len && total > files->most; i++) {
        const char *path = g_ptr_array_index(paths, i);
        uint64_t size = size_of(path);
        if (g_unlink(path) == 0) {
            total -= size;
        }
    }
    g_ptr_array_free(paths, TRUE);
}

static void
run(gpointer data, gpointer user)
{
    struct work *work = data;
    struct mon_files *files = user;
    rotate(files, work->contents->len);
    int error = write_file(work->path, work->contents);
    g_mutex_lock(&files->lock);
    files->waiting--;
    if (error != 0) {
        g_free(files->error);
        files->error = g_strdup_printf("%s: %s", work->path, g_strerror(error));
    }
    g_mutex_unlock(&files->lock);
    g_main_context_wakeup(NULL);
    g_byte_array_unref(work->contents);
    g_free(work->path);
    g_free(work);
}

/* --------------------------------------------------------- from the others */

struct mon_files *
mon_files_new(const char *directory, uint64_t most)
{
    struct mon_files *files = g_new0(struct mon_files, 1);
    files->directory = g_strdup(directory);
    files->most = most;
    g_mutex_init(&files->lock);
    return files;
}

void
mon_files_free(struct mon_files *files)
{
    if (files != NULL) {
        if (files->pool != NULL) {
            g_thread_pool_free(files->pool, FALSE, TRUE);
        }
        g_mutex_clear(&files->lock);
        g_free(files->error);
        g_free(files->directory);
        g_free(files);
    }
}

bool
mon_files_write(struct mon_files *files, const char *path, GByteArray *contents)
{
    g_mutex_lock(&files->lock);
    bool has_room = files->waiting < WAITING_MOST;
    files->waiting += has_room;
    g_mutex_unlock(&files->lock);
    if (!has_room) {
        g_byte_array_unref(contents);
        return false;
    }
    struct work *work = g_new0(struct work, 1);
    work->path = g_strdup(path);
    work->contents = contents;
    if (files->pool == NULL) {
        /* Not earlier, for a thread keeps the rights it began with. Not one
         * of those that GLib shares: it sets how they are scheduled, and the
         * filter of system calls forbids that. */
        files->pool = g_thread_pool_new(run, files, 1, TRUE, NULL);
    }
    /* Fails only to start a thread; the work then waits for the next. */
    (void)g_thread_pool_push(files->pool, work, NULL);
    return true;
}

bool
mon_files_is_busy(struct mon_files *files)
{
    g_mutex_lock(&files->lock);
    bool is_busy = files->waiting > 0;
    g_mutex_unlock(&files->lock);
    return is_busy;
}

char *
mon_files_take_error(struct mon_files *files)
{
    g_mutex_lock(&files->lock);
    char *error = g_steal_pointer(&files->error);
    g_mutex_unlock(&files->lock);
    return error;
}
