/* SPDX-License-Identifier: BSD-2-Clause */
/* SO_PEERCRED is Linux's; its structure hides behind this. accept4() is not in
 * POSIX yet. */
#define _GNU_SOURCE

#include "claim.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"
#include "process.h"

static socklen_t
make_address(struct sockaddr_un *address, const char *id)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    /* A NUL in front makes it abstract. */
    int len = g_snprintf(address->sun_path + 1, sizeof(address->sun_path) - 1,
                         "carpd %s", id);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
                       (size_t)len);
}

static int
new_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Who has the name; false: it cannot be found out, and he is no carpd. */
static bool
find_owner(const struct sockaddr_un *address, socklen_t size,
           struct ucred *owner)
{
    int fd = new_socket();
    socklen_t len = sizeof(*owner);
    bool is_found = fd >= 0 &&
                    connect(fd, (const struct sockaddr *)(const void *)address,
                            size) == 0 &&
                    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, owner, &len) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return is_found;
}

/* Any user may take a name. Only whom carpd believes keeps it from running. */
static bool
is_believed(const struct ucred *owner, unsigned int user)
{
    return owner->uid == 0 || owner->uid == geteuid() ||
           owner->uid == (uid_t)user;
}

static bool
judge_owner(const char *id, unsigned int user,
            const struct sockaddr_un *address, socklen_t size,
            struct os_error *error)
{
    struct ucred owner = {.uid = (uid_t)-1};
    bool is_known = find_owner(address, size, &owner);
    if (is_known && process_has_ended(owner.pid)) {
        return true; /* nobody's, though it cannot be had */
    }
    if (is_known && is_believed(&owner, user)) {
        /* 0: in another process namespace. */
        char pid[24] = "";
        if (owner.pid > 0) {
            g_snprintf(pid, sizeof(pid), ", pid %ld", (long)owner.pid);
        }
        return os_error_set(error, OS_SYSTEM, EADDRINUSE,
                            "%s is run by another carpd%s: stop one of the two",
                            id, pid);
    }
    log_say(LOG_LEVEL_WARNING,
            "%s: another user has the name by which carpds of this host find "
            "each other (@carpd %s in 'ss -xlp'): a second one would not be "
            "noticed",
            id, id);
    return true;
}

bool
claim_make(const char *id, unsigned int user, int *claim,
           struct os_error *error)
{
    struct sockaddr_un address;
    socklen_t size = make_address(&address, id);
    *claim = new_socket();
    if (*claim < 0) {
        return true;
    }
    if (bind(*claim, (const struct sockaddr *)(const void *)&address, size) ==
            0 &&
        listen(*claim, SOMAXCONN) == 0) {
        return true;
    }
    int code = errno;
    close(*claim);
    *claim = CLAIM_NONE;
    return code != EADDRINUSE || judge_owner(id, user, &address, size, error);
}

bool
claim_is_held(const char *id, unsigned int user)
{
    struct sockaddr_un address;
    struct ucred owner;
    socklen_t size = make_address(&address, id);
    return find_owner(&address, size, &owner) && is_believed(&owner, user) &&
           owner.pid != getpid() && !process_has_ended(owner.pid);
}

void
claim_drain(int claim)
{
    int fd = -1;
    while (claim >= 0 && (fd = accept4(claim, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        close(fd);
    }
}
