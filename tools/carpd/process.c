/* SPDX-License-Identifier: BSD-2-Clause */
/* SO_PEERCRED is Linux's; its structure hides behind this. */
#define _GNU_SOURCE

#include "process.h"

#include <string.h>
#include <sys/socket.h>

#include <glib.h>

/* "23 (carpd) Z 22 …" */
bool
process_has_ended(pid_t pid)
{
    char *path = g_strdup_printf("/proc/%ld/stat", (long)pid);
    char *text = NULL;
    bool has_ended = false;
    if (pid > 0 && g_file_get_contents(path, &text, NULL, NULL)) {
        const char *name = strchr(text, '(');
        const char *state = strrchr(text, ')');
        has_ended =
            name != NULL && state != NULL &&
            (g_str_has_prefix(name, "(carpd") ||
             g_str_has_prefix(name, "(ucarp")) && /* goes by both */
            (g_str_has_prefix(state, ") Z") || g_str_has_prefix(state, ") X"));
    }
    g_free(text);
    g_free(path);
    return has_ended;
}

bool
process_of_peer_has_ended(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
           process_has_ended(peer.pid);
}
