/* SPDX-License-Identifier: BSD-2-Clause */
#include "settings6.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

static int
write_one(int directory, const struct setting6 *setting)
{
    int fd = openat(directory, setting->name, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? 0 : errno;
    }
    ssize_t put = write(fd, setting->value, strlen(setting->value));
    int code = put < 0 ? errno : 0;
    close(fd);
    return code;
}

int
settings6_write(const char *interface, const struct setting6 *list,
                size_t count)
{
    char *path = g_strdup_printf(SETTINGS6 "/%s", interface);
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int code = directory < 0 ? errno : 0;
    g_free(path);
    for (size_t i = 0; i < count && directory >= 0; i++) {
        int one = write_one(directory, &list[i]);
        code = code != 0 ? code : one;
    }
    if (directory >= 0) {
        close(directory);
    }
    return code;
}

bool
settings6_are_there(void)
{
    return access(SETTINGS6 "/all", F_OK) == 0;
}
