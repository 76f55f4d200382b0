/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>

#include "send.h"

static void
take_address(struct inj_interface *interface, const struct sockaddr *address)
{
    if (address->sa_family == AF_INET &&
        interface->address.family == CARP_FAMILY_NONE) {
        struct sockaddr_in in;
        uint8_t octets[4];
        memcpy(&in, address, sizeof(in));
        memcpy(octets, &in.sin_addr, sizeof(octets));
        interface->address = carp_addr_v4(octets);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, address, sizeof(in));
        struct carp_addr addr = carp_addr_v6(in.sin6_addr.s6_addr);
        if (interface->address6.family == CARP_FAMILY_NONE ||
            (carp_addr_is_link_local(&addr) &&
             !carp_addr_is_link_local(&interface->address6))) {
            interface->address6 = addr;
        }
    } else if (address->sa_family == AF_PACKET) {
        struct sockaddr_ll link;
        memcpy(&link, address, sizeof(link));
        interface->is_ethernet = link.sll_hatype == ARPHRD_ETHER;
        memcpy(interface->mac.octets, link.sll_addr, 6);
    }
}

static unsigned int
read_mtu(const char *name)
{
    struct ifreq request;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    memset(&request, 0, sizeof(request));
    g_strlcpy(request.ifr_name, name, sizeof(request.ifr_name));
    bool is_read = fd >= 0 && ioctl(fd, SIOCGIFMTU, &request) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return is_read ? (unsigned int)request.ifr_mtu : 1500;
}

bool
inj_interface_look(const char *name, struct inj_interface *interface,
                   char **error)
{
    struct ifaddrs *list = NULL;
    memset(interface, 0, sizeof(*interface));
    if (strlen(name) >= sizeof(interface->name) || if_nametoindex(name) == 0 ||
        getifaddrs(&list) != 0) {
        *error = g_strdup_printf("%s: no such interface: see 'ip link'", name);
        return false;
    }
    g_strlcpy(interface->name, name, sizeof(interface->name));
    for (const struct ifaddrs *row = list; row != NULL; row = row->ifa_next) {
        if (strcmp(row->ifa_name, name) != 0) {
            continue;
        }
        interface->is_up |= (row->ifa_flags & IFF_UP) != 0;
        interface->has_carrier |= (row->ifa_flags & IFF_RUNNING) != 0;
        if (row->ifa_addr != NULL) {
            take_address(interface, row->ifa_addr);
        }
    }
    freeifaddrs(list);
    interface->mtu = read_mtu(name);
    return true;
}
