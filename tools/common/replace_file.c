/* SPDX-License-Identifier: BSD-2-Clause */
#include "replace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
write_all(int fd, const GString *text)
{
    gsize done = 0;
    while (done < text->len) {
        ssize_t n = write(fd, text->str + done, text->len - done);
        if (n < 0 && errno != EINTR) {
            return false;
        }
        done += n > 0 ? (gsize)n : 0;
    }
    return true;
}

static bool
write_and_rename(const char *temporary, const char *path, const GString *text,
                 bool is_public)
{
    int fd = open(temporary,
                  O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0) {
        return false;
    }
    bool is_good = (!is_public || fchmod(fd, 0644) == 0) && write_all(fd, text);
    int error = errno;
    if (close(fd) != 0 && is_good) {
        is_good = false;
        error = errno;
    }
    if (is_good && rename(temporary, path) == 0) {
        return true;
    }
    error = is_good ? errno : error;
    (void)unlink(temporary);
    errno = error;
    return false;
}

bool
replace_file(const char *path, const GString *text, bool is_public)
{
    char *temporary = g_strdup_printf("%s.%ld.tmp", path, (long)getpid());
    bool is_good = write_and_rename(temporary, path, text, is_public);
    int error = errno;
    g_free(temporary);
    errno = error;
    return is_good;
}
