/* SPDX-License-Identifier: BSD-2-Clause */
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel_internal.h"

#define FOREVER 0xffffffffu

static struct ifinfomsg *
begin_link(struct nlmsghdr *message, uint16_t type, uint16_t flags,
           unsigned int index)
{
    message->nlmsg_type = type;
    message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
    struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
    info->ifi_family = AF_UNSPEC;
    info->ifi_index = (int)index;
    return info;
}

static void
build_macvlan(const struct kernel_request *request, struct nlmsghdr *message)
{
    begin_link(message, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
    mnl_attr_put_strz(message, IFLA_IFNAME, request->name);
    mnl_attr_put_u32(message, IFLA_LINK, request->parent);
    mnl_attr_put(message, IFLA_ADDRESS, sizeof(request->mac.octets),
                 request->mac.octets);
    struct nlattr *info = mnl_attr_nest_start(message, IFLA_LINKINFO);
    mnl_attr_put_strz(message, IFLA_INFO_KIND, "macvlan");
    struct nlattr *data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
    mnl_attr_put_u32(message, IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
    mnl_attr_nest_end(message, data);
    mnl_attr_nest_end(message, info);
}

static void
put_families(const struct kernel_request *request, struct nlmsghdr *message)
{
    struct nlattr *families = mnl_attr_nest_start(message, IFLA_AF_SPEC);
    if (request->conf_count > 0) {
        struct nlattr *inet = mnl_attr_nest_start(message, AF_INET);
        struct nlattr *conf = mnl_attr_nest_start(message, IFLA_INET_CONF);
        for (unsigned int i = 0; i < request->conf_count; i++) {
            mnl_attr_put_u32(message, request->conf[i].id,
                             request->conf[i].value);
        }
        mnl_attr_nest_end(message, conf);
        mnl_attr_nest_end(message, inet);
    }
    if (request->no_link_local) {
        struct nlattr *inet6 = mnl_attr_nest_start(message, AF_INET6);
        mnl_attr_put_u8(message, IFLA_INET6_ADDR_GEN_MODE,
                        IN6_ADDR_GEN_MODE_NONE);
        mnl_attr_nest_end(message, inet6);
    }
    mnl_attr_nest_end(message, families);
}

static void
build_set_link(const struct kernel_request *request, struct nlmsghdr *message)
{
    /* RTM_SETLINK rather than RTM_NEWLINK: the latter makes what is gone. */
    struct ifinfomsg *info =
        begin_link(message, RTM_SETLINK, 0, request->index);
    if (request->set_up || request->set_down) {
        info->ifi_change = (unsigned int)IFF_UP;
        info->ifi_flags = request->set_up ? (unsigned int)IFF_UP : 0;
    }
    if (request->name[0] != '\0') {
        mnl_attr_put_strz(message, IFLA_IFNAME, request->name);
    }
    if (request->alias != NULL) {
        mnl_attr_put(message, IFLA_IFALIAS, strlen(request->alias),
                     request->alias);
    }
    if (request->group != 0) {
        mnl_attr_put_u32(message, IFLA_GROUP, request->group);
    }
    if (request->conf_count > 0 || request->no_link_local) {
        put_families(request, message);
    }
}

static void
put_addr(struct nlmsghdr *message, uint16_t type, const struct carp_addr *addr)
{
    mnl_attr_put(message, type, addr->family == CARP_IPV4 ? 4 : 16,
                 addr->octets);
}

static void
put_broadcast(struct nlmsghdr *message, const struct kernel_address *address)
{
    uint8_t octets[4];
    if (address->prefix_len >= 31) {
        return;
    }
    uint32_t host = UINT32_MAX >> address->prefix_len;
    for (unsigned int i = 0; i < 4; i++) {
        octets[i] = (uint8_t)(address->addr.octets[i] |
                              (uint8_t)(host >> (24 - 8 * i)));
    }
    mnl_attr_put(message, IFA_BROADCAST, sizeof(octets), octets);
}

static void
build_address(const struct kernel_request *request, struct nlmsghdr *message)
{
    const struct kernel_address *address = &request->address;
    bool is_new = request->op == KERNEL_ADD_ADDRESS;
    bool is_ipv6 = address->addr.family == CARP_IPV6;
    message->nlmsg_type = is_new ? RTM_NEWADDR : RTM_DELADDR;
    message->nlmsg_flags =
        (uint16_t)(NLM_F_REQUEST | NLM_F_ACK |
                   (is_new ? NLM_F_CREATE | NLM_F_REPLACE : 0));
    struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
    info->ifa_family = is_ipv6 ? AF_INET6 : AF_INET;
    info->ifa_prefixlen = address->prefix_len;
    info->ifa_index = address->index;
    info->ifa_scope = carp_addr_is_link_local(&address->addr)
                          ? RT_SCOPE_LINK
                          : RT_SCOPE_UNIVERSE;
    put_addr(message, IFA_LOCAL, &address->addr);
    put_addr(message, IFA_ADDRESS, &address->addr);
    if (!is_new) {
        return;
    }
    uint32_t flags = request->metric == 0 ? IFA_F_NOPREFIXROUTE : 0;
    if (is_ipv6) {
        /* Never a source by the kernel's own choice: connections made from it
         * would die with the next failover. */
        struct ifa_cacheinfo life = {.ifa_prefered = 0, .ifa_valid = FOREVER};
        mnl_attr_put(message, IFA_CACHEINFO, sizeof(life), &life);
        flags |= IFA_F_NODAD;
    } else {
        put_broadcast(message, address);
    }
    mnl_attr_put_u32(message, IFA_FLAGS, flags);
    mnl_attr_put_u8(message, IFA_PROTO, KERNEL_PROTO_CARP);
    if (request->metric != 0) {
        mnl_attr_put_u32(message, IFA_RT_PRIORITY, request->metric);
    }
}

struct nlmsghdr *
kernel_build(const struct kernel_request *request, uint32_t sequence,
             void *buffer)
{
    /* libmnl leaves what fills an attribute up to four octets as it is. */
    memset(buffer, 0, KERNEL_MESSAGE);
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    switch (request->op) {
    case KERNEL_ADD_MACVLAN:
        build_macvlan(request, message);
        break;
    case KERNEL_DEL_LINK:
        begin_link(message, RTM_DELLINK, 0, request->index);
        break;
    case KERNEL_DEL_GROUP:
        begin_link(message, RTM_DELLINK, 0, 0);
        mnl_attr_put_u32(message, IFLA_GROUP, request->group);
        break;
    case KERNEL_SET_LINK:
        build_set_link(request, message);
        break;
    case KERNEL_ADD_ADDRESS:
    case KERNEL_DEL_ADDRESS:
        build_address(request, message);
        break;
    }
    message->nlmsg_seq = sequence;
    return message;
}
