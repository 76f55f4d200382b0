/* SPDX-License-Identifier: BSD-2-Clause */
#include "store_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Without following links: the directory may be another user's already. */
static bool
give_files(int directory, unsigned int uid, unsigned int gid)
{
    DIR *dir = fdopendir(directory);
    if (dir == NULL) {
        close(directory);
        return false;
    }
    bool is_good = true;
    const struct dirent *entry = NULL;
    while ((entry = readdir(dir)) != NULL) {
        struct stat st;
        if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode)) {
            is_good = fchownat(dirfd(dir), entry->d_name, uid, gid,
                               AT_SYMLINK_NOFOLLOW) == 0 &&
                      is_good;
        }
    }
    closedir(dir);
    return is_good;
}

bool
store_file_give(const char *directory, unsigned int uid, unsigned int gid)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && fchown(fd, uid, gid) == 0 && give_files(fd, uid, gid);
}

/* The file's new name survives a power cut once its directory is written. */
static int
sync_directory_of(const char *path)
{
    char *directory = g_path_get_dirname(path);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int code = fd < 0 || fsync(fd) != 0 ? errno : 0;
    g_free(directory);
    if (fd >= 0) {
        close(fd);
    }
    return code;
}

int
store_file_write(const char *path, const GString *text)
{
    char *fresh = g_strconcat(path, ".new", NULL);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    int code = fd < 0 ? errno : 0;
    const char *at = text->str;
    size_t left = text->len;
    while (code == 0 && left > 0) {
        ssize_t n = write(fd, at, left);
        if (n >= 0) {
            at += n;
            left -= (size_t)n;
        } else if (errno != EINTR) {
            code = errno;
        }
    }
    if (code == 0 && fsync(fd) != 0) {
        code = errno;
    }
    if (fd >= 0 && close(fd) != 0 && code == 0) {
        code = errno;
    }
    if (code == 0 && rename(fresh, path) != 0) {
        code = errno;
    }
    if (code == 0) {
        code = sync_directory_of(path);
    }
    g_free(fresh);
    return code;
}
