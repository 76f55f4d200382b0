/* SPDX-License-Identifier: BSD-2-Clause */
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>

#include "capture.h"

bool
mon_capture_has_link(const char *name)
{
    struct ifreq request;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool has_link = true;
    if (fd < 0) {
        return true;
    }
    memset(&request, 0, sizeof(request));
    g_strlcpy(request.ifr_name, name, sizeof(request.ifr_name));
    /* "any" and the like are no interfaces: nothing is known to be wrong. */
    if (ioctl(fd, SIOCGIFFLAGS, &request) == 0) {
        has_link = (request.ifr_flags & (IFF_UP | IFF_RUNNING))
                   == (IFF_UP | IFF_RUNNING);
    }
    close(fd);
    return has_link;
}
