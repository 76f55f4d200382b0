/* SPDX-License-Identifier: BSD-2-Clause */
#include "store_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#include "process.h"

#define LOCK_NAME "carpd.lock"

static int
open_lock(const char *path)
{
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
}

/* Who has the lock, or had it; 0: not known. */
static pid_t
read_owner(int fd)
{
    char text[16] = "";
    ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
    text[len > 0 ? len : 0] = '\0';
    return (pid_t)g_ascii_strtoll(text, NULL, 10);
}

static bool
take(int fd)
{
    return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

/* Else somebody else has put a new one in its place meanwhile. */
static bool
is_same_file(int fd, const char *path)
{
    struct stat mine, there;
    return fstat(fd, &mine) == 0 && stat(path, &there) == 0 &&
           mine.st_ino == there.st_ino;
}

/* The file of one that was killed and keeps the lock all the same makes way for
 * a new one. */
static int
replace(int fd, const char *path)
{
    if (!process_has_ended(read_owner(fd)) || !is_same_file(fd, path) ||
        unlink(path) != 0) {
        return fd;
    }
    close(fd);
    return open_lock(path);
}

static bool
say_taken(int fd, const char *directory, struct os_error *error)
{
    char pid[24] = "";
    pid_t owner = read_owner(fd);
    if (owner > 0) {
        g_snprintf(pid, sizeof(pid), ", pid %ld", (long)owner);
    }
    return os_error_set(error, OS_SYSTEM, EBUSY,
                        "another carpd%s runs with the state directory %s: "
                        "stop it, or give this one another --state-dir",
                        pid, directory);
}

static bool
lock(int *fd, const char *path, const char *directory, struct os_error *error)
{
    *fd = open_lock(path);
    if (*fd >= 0 && !take(*fd)) {
        *fd = replace(*fd, path);
        if (*fd >= 0 && !take(*fd)) {
            return say_taken(*fd, directory, error);
        }
    }
    if (*fd < 0) {
        return os_error_set(error, os_fault_of(errno), errno,
                            "%s: %s: start carpd as root or let it write "
                            "there (--state-dir)",
                            path, g_strerror(errno));
    }
    return (ftruncate(*fd, 0) == 0 &&
            dprintf(*fd, "%ld\n", (long)getpid()) >= 0) ||
           os_error_set(error, OS_SYSTEM, errno, "%s: %s", path,
                        g_strerror(errno));
}

int
store_lock(const char *directory, struct os_error *error)
{
    int fd = -1;
    char *path = g_build_filename(directory, LOCK_NAME, NULL);
    if (!lock(&fd, path, directory, error) && fd >= 0) {
        close(fd);
        fd = -1;
    }
    g_free(path);
    return fd;
}
