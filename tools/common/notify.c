/* SPDX-License-Identifier: BSD-2-Clause */
#include "notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "text.h"

/* What could not be told yet. */
static bool owes_ready;

/* Of the length that its kind needs; 0: the manager is nowhere that we know. */
static socklen_t
find_manager(struct sockaddr_un *address)
{
    const char *path = g_getenv("NOTIFY_SOCKET");
    size_t len = path != NULL ? strlen(path) : 0;
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (len < 2 || (*path != '/' && *path != '@') ||
        len >= sizeof(address->sun_path)) {
        return 0;
    }
    memcpy(address->sun_path, path, len);
    if (*path == '@') {
        address->sun_path[0] = '\0';
    }
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len +
                       (*path == '/' ? 1 : 0));
}

/* sd_notify() waits without end for a manager that does not read: systemd that
 * has crashed goes on existing, and so do its services. False: its queue is
 * full. */
static bool
send_now(const char *text)
{
    struct sockaddr_un address;
    socklen_t size = find_manager(&address);
    int fd = size > 0
                 ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)
                 : -1;
    if (fd < 0) {
        return true;
    }
    bool is_full =
        sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
               (const struct sockaddr *)(const void *)&address, size) < 0 &&
        errno == EAGAIN;
    close(fd);
    return !is_full;
}

/* Nothing to do when it cannot be told otherwise: the manager then acts by
 * itself. */
static bool
tell(const char *text)
{
    char *all = owes_ready ? g_strconcat("READY=1\n", text, NULL) : NULL;
    bool is_told = send_now(all != NULL ? all : text);
    owes_ready = owes_ready && !is_told;
    g_free(all);
    return is_told;
}

bool
notify_ready(void)
{
    owes_ready = false;
    owes_ready = !tell("READY=1");
    return !owes_ready;
}

void
notify_reloading(void)
{
    /* Newer managers want to know when, to tell old answers from new. */
    char *text =
        g_strdup_printf("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT,
                        g_get_monotonic_time());
    (void)tell(text);
    g_free(text);
}

void
notify_stopping(void)
{
    (void)tell("STOPPING=1");
}

void
notify_status(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *status = g_strdup_vprintf(format, args);
    va_end(args);
    char *text = g_strconcat("STATUS=", txt_clean(status), NULL);
    (void)tell(text);
    g_free(text);
    g_free(status);
}

carp_time
notify_watchdog_every(void)
{
    uint64_t limit = 0;
    if (sd_watchdog_enabled(0, &limit) <= 0) {
        return CARP_NEVER;
    }
    return limit / 2 * CARP_USEC;
}

bool
notify_watchdog(void)
{
    return tell("WATCHDOG=1");
}
