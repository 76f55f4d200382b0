/* SPDX-License-Identifier: BSD-2-Clause */
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>

#include "capture.h"

/* 00:00:5e:00:01:VHID; of VRRP for IPv6 00:00:5e:00:02:VRID. */
static bool
has_virtual_mac(int fd, const char *name)
{
    struct ifreq request;
    memset(&request, 0, sizeof(request));
    g_strlcpy(request.ifr_name, name, sizeof(request.ifr_name));
    if (ioctl(fd, SIOCGIFHWADDR, &request) != 0) {
        return false;
    }
    const char *mac = request.ifr_hwaddr.sa_data;
    return memcmp(mac, "\x00\x00\x5e\x00", 4) == 0 &&
           (mac[4] == 1 || mac[4] == 2);
}

static bool
is_macvlan(int fd, const char *name)
{
    struct ethtool_drvinfo info;
    struct ifreq request;
    memset(&info, 0, sizeof(info));
    memset(&request, 0, sizeof(request));
    info.cmd = ETHTOOL_GDRVINFO;
    g_strlcpy(request.ifr_name, name, sizeof(request.ifr_name));
    request.ifr_data = (char *)&info;
    return ioctl(fd, SIOCETHTOOL, &request) == 0 &&
           strncmp(info.driver, "macvlan", sizeof(info.driver)) == 0;
}

bool
mon_capture_is_vmac(const char *name)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return false;
    }
    bool is_vmac = has_virtual_mac(fd, name) && is_macvlan(fd, name);
    close(fd);
    return is_vmac;
}
