/* SPDX-License-Identifier: BSD-2-Clause */
#include "file_look.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

struct file_look {
    file_look_end *end; /* NULL: dropped */
    void *user;
};

/* The thread has the path, and what it read until it hands it over. */
struct reading {
    char *path;
    GPtrArray *looks; /* struct file_look */
    char text[FILE_LOOK_TEXT];
    bool is_there;
};

/* By path: however many look, and go and come while it hangs, one thread does.
 * Made when it is needed. */
static GHashTable *under_way;

static void
free_reading(struct reading *reading)
{
    g_ptr_array_free(reading->looks, TRUE);
    g_free(reading->path);
    g_free(reading);
}

static gboolean
on_read(gpointer data)
{
    struct reading *reading = data;
    /* Whoever is told may look again. */
    g_hash_table_remove(under_way, reading->path);
    for (guint i = 0; i < reading->looks->len; i++) {
        const struct file_look *look = g_ptr_array_index(reading->looks, i);
        if (look->end != NULL) {
            look->end(look->user, reading->is_there ? reading->text : NULL);
        }
    }
    free_reading(reading);
    return G_SOURCE_REMOVE;
}

/* A device is not opened, for that may do something; a FIFO that becomes one
 * in between is not waited for. */
static void
look_at(struct reading *reading)
{
    struct stat info;
    if (stat(reading->path, &info) != 0) {
        return;
    }
    if (!S_ISREG(info.st_mode)) {
        reading->is_there = true;
        return;
    }
    int fd = open(reading->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0) {
        ssize_t n = read(fd, reading->text, sizeof(reading->text) - 1);
        reading->text[n > 0 ? n : 0] = '\0';
        close(fd);
        reading->is_there = true;
    }
}

static gpointer
run(gpointer data)
{
    look_at(data);
    g_idle_add_full(G_PRIORITY_DEFAULT, on_read, data, NULL);
    return NULL;
}

static struct reading *
begin(const char *path)
{
    struct reading *reading = g_new0(struct reading, 1);
    reading->path = g_strdup(path);
    reading->looks = g_ptr_array_new_with_free_func(g_free);
    GThread *thread = g_thread_try_new("look", run, reading, NULL);
    if (thread == NULL) {
        free_reading(reading);
        return NULL;
    }
    g_thread_unref(thread);
    g_hash_table_insert(under_way, reading->path, reading);
    return reading;
}

struct file_look *
file_look_begin(const char *path, file_look_end *end, void *user)
{
    if (under_way == NULL) {
        under_way = g_hash_table_new(g_str_hash, g_str_equal);
    }
    struct reading *reading = g_hash_table_lookup(under_way, path);
    if (reading == NULL) {
        reading = begin(path);
    }
    if (reading == NULL) {
        return NULL;
    }
    struct file_look *look = g_new0(struct file_look, 1);
    look->end = end;
    look->user = user;
    g_ptr_array_add(reading->looks, look);
    return look;
}

void
file_look_drop(struct file_look *look)
{
    if (look != NULL) {
        look->end = NULL;
    }
}
