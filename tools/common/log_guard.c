/* SPDX-License-Identifier: BSD-2-Clause */
#include "log_guard.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>

static int logger = -1;
static bool is_own; /* to be closed, and connected to where the logger is */
static struct sockaddr_un address;
static uint64_t held;

void
log_guard_watch(int fd)
{
    if (is_own && logger >= 0) {
        close(logger);
    }
    logger = fd;
    is_own = false;
    held = 0;
}

void
log_guard_open(const char *path)
{
    log_guard_watch(
        socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    is_own = true;
    address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address.sun_path, path,
           MIN(strlen(path), sizeof(address.sun_path) - 1));
}

/* Each time: a logger that was started anew is another one. Without a
 * connection nothing is known: as if it were read. */
static bool
is_connected(void)
{
    return logger >= 0 &&
           (!is_own ||
            connect(logger, (const struct sockaddr *)(const void *)&address,
                    sizeof(address)) == 0);
}

bool
log_guard_pass(uint64_t *lost)
{
    struct pollfd full = {.fd = logger, .events = POLLOUT};
    *lost = 0;
    if (is_connected() && poll(&full, 1, 0) == 0) {
        held++;
        return false;
    }
    *lost = held;
    held = 0;
    return true;
}
