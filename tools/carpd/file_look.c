/* SPDX-License-Identifier: BSD-2-Clause */
#include "file_look.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

/* The thread's until it hands it over, but for what drops it. */
struct file_look {
    char *path;
    char text[FILE_LOOK_TEXT];
    bool is_there;
    file_look_end *end; /* NULL: dropped */
    void *user;
};

static gboolean
on_read(gpointer data)
{
    struct file_look *look = data;
    if (look->end != NULL) {
        look->end(look->user, look->is_there ? look->text : NULL);
    }
    g_free(look->path);
    g_free(look);
    return G_SOURCE_REMOVE;
}

/* A device is not opened, for that may do something; a FIFO that becomes one
 * in between is not waited for. */
static void
look_at(struct file_look *look)
{
    struct stat info;
    if (stat(look->path, &info) != 0) {
        return;
    }
    if (!S_ISREG(info.st_mode)) {
        look->is_there = true;
        return;
    }
    int fd = open(look->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0) {
        ssize_t n = read(fd, look->text, sizeof(look->text) - 1);
        look->text[n > 0 ? n : 0] = '\0';
        close(fd);
        look->is_there = true;
    }
}

static gpointer
run(gpointer data)
{
    look_at(data);
    g_idle_add_full(G_PRIORITY_DEFAULT, on_read, data, NULL);
    return NULL;
}

struct file_look *
file_look_begin(const char *path, file_look_end *end, void *user)
{
    struct file_look *look = g_new0(struct file_look, 1);
    look->path = g_strdup(path);
    look->end = end;
    look->user = user;
    GThread *thread = g_thread_try_new("look", run, look, NULL);
    if (thread == NULL) {
        g_free(look->path);
        g_free(look);
        return NULL;
    }
    g_thread_unref(thread);
    return look;
}

void
file_look_drop(struct file_look *look)
{
    if (look != NULL) {
        look->end = NULL;
    }
}
