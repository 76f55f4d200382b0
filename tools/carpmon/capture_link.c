/* SPDX-License-Identifier: BSD-2-Clause */
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>

#include "capture.h"

/* False when there is no such interface. */
static bool
get_flags(const char *name, int *flags)
{
    struct ifreq request;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return false;
    }
    memset(&request, 0, sizeof(request));
    g_strlcpy(request.ifr_name, name, sizeof(request.ifr_name));
    bool is_known = ioctl(fd, SIOCGIFFLAGS, &request) == 0;
    *flags = is_known ? request.ifr_flags : 0;
    close(fd);
    return is_known;
}

bool
mon_capture_has_link(const char *name)
{
    int flags = 0;
    /* "any" and the like are no interfaces: nothing is known to be wrong. */
    return !get_flags(name, &flags) ||
           (flags & (IFF_UP | IFF_RUNNING)) == (IFF_UP | IFF_RUNNING);
}

bool
mon_capture_is_worth(const char *name)
{
    int flags = 0;
    return get_flags(name, &flags) && (flags & IFF_UP) &&
           !(flags & IFF_LOOPBACK);
}
