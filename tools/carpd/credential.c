/* SPDX-License-Identifier: BSD-2-Clause */
/* SO_PEERCRED is Linux's; its structure hides behind this. */
#define _GNU_SOURCE

#include "credential.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>

/* A directory service may put a user into hundreds. */
static bool
has_group(int fd, gid_t group)
{
    socklen_t size = 0;
    bool is_found = false;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) == 0 ||
        errno != ERANGE) {
        return false;
    }
    gid_t *groups = g_malloc(size);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) == 0) {
        for (size_t i = 0; i < size / sizeof(groups[0]) && !is_found; i++) {
            is_found = groups[i] == group;
        }
    }
    g_free(groups);
    return is_found;
}

bool
credential_may_talk(int fd, gid_t group, long *uid)
{
    struct ucred who;
    socklen_t size = sizeof(who);
    *uid = -1;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) {
        return false;
    }
    *uid = (long)who.uid;
    return who.uid == 0 || who.uid == geteuid() || who.gid == group ||
           has_group(fd, group);
}
