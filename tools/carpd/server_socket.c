/* SPDX-License-Identifier: BSD-2-Clause */
#include "server_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>

#include "process.h"

/* True when somebody accepts connections there. */
static bool
is_alive(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool is_there = false;
    if (fd >= 0) {
        is_there = connect(fd, (const struct sockaddr *)(const void *)address,
                           sizeof(*address)) == 0
                       ? !process_of_peer_has_ended(fd)
                       : errno == EAGAIN;
    }
    if (fd >= 0) {
        close(fd);
    }
    return is_there;
}

static bool
make_room(const char *path, const struct sockaddr_un *address,
          struct os_error *error)
{
    struct stat st;
    char *directory = g_path_get_dirname(path);
    (void)g_mkdir_with_parents(directory, 0755);
    g_free(directory);
    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode)) {
        if (is_alive(address)) {
            return os_error_set(error, OS_SYSTEM, EADDRINUSE,
                                "%s: another "
                                "carpd listens there: stop it, or give "
                                "another --socket",
                                path);
        }
        (void)unlink(path);
    }
    return true;
}

int
server_socket_open(const char *path, struct os_error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        os_error_set(error, OS_SYSTEM, ENAMETOOLONG,
                     "%s: longer than %zu octets: give another --socket", path,
                     sizeof(address.sun_path) - 1);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    if (!make_room(path, &address, error)) {
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t mask = umask(0117);
    bool is_good =
        fd >= 0 && bind(fd, (const struct sockaddr *)(const void *)&address,
                        sizeof(address)) == 0;
    int code = errno;
    umask(mask);
    if (is_good && listen(fd, SOMAXCONN) != 0) {
        is_good = false;
        code = errno;
    }
    if (!is_good) {
        os_error_set(error, os_fault_of(code), code,
                     "%s: %s: give a --socket where carpd may make one", path,
                     g_strerror(code));
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}
