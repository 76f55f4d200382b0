/* SPDX-License-Identifier: BSD-2-Clause */
/* SO_PEERCRED is Linux's; its structure hides behind this. */
#define _GNU_SOURCE

#include "credential.h"

#include <sys/socket.h>
#include <unistd.h>

#define GROUPS_MAX 256

static bool
has_group(int fd, gid_t group)
{
    gid_t groups[GROUPS_MAX];
    socklen_t size = sizeof(groups);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) != 0) {
        return false;
    }
    for (size_t i = 0; i < size / sizeof(groups[0]); i++) {
        if (groups[i] == group) {
            return true;
        }
    }
    return false;
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
