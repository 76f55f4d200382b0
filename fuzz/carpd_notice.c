/* SPDX-License-Identifier: BSD-2-Clause */
/* What the made-up kernel says, in netlink's words. */
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>

#include "carpd_host.h"

#define LONGEST 1024

static GBytes *
take(const struct nlmsghdr *message)
{
    FUZZ_CHECK(message->nlmsg_len <= LONGEST);
    return g_bytes_new(message, message->nlmsg_len);
}

static struct nlmsghdr *
begin(void *buffer, int type, uint32_t sequence, bool is_torn)
{
    memset(buffer, 0, LONGEST);
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    message->nlmsg_type = (uint16_t)type;
    message->nlmsg_seq = sequence;
    message->nlmsg_flags = is_torn ? NLM_F_DUMP_INTR : 0;
    return message;
}

static void
put_settings(struct nlmsghdr *message, const struct fake_link *link)
{
    struct nlattr *families = mnl_attr_nest_start(message, IFLA_AF_SPEC);
    struct nlattr *inet = mnl_attr_nest_start(message, AF_INET);
    mnl_attr_put(message, IFLA_INET_CONF, sizeof(link->settings),
                 link->settings);
    mnl_attr_nest_end(message, inet);
    mnl_attr_nest_end(message, families);
}

GBytes *
notice_link(const struct fake_link *link, bool is_gone, uint32_t sequence,
            bool is_torn)
{
    _Alignas(struct nlmsghdr) uint8_t buffer[LONGEST];
    struct nlmsghdr *message =
        begin(buffer, is_gone ? RTM_DELLINK : RTM_NEWLINK, sequence, is_torn);
    struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
    bool has_carrier = fake_link_has_carrier(link);
    info->ifi_type = link->is_ethernet ? ARPHRD_ETHER : ARPHRD_NONE;
    info->ifi_index = (int)link->index;
    info->ifi_flags =
        (link->is_up ? (unsigned int)IFF_UP : 0) |
        (has_carrier ? (unsigned int)IFF_RUNNING | IFF_LOWER_UP : 0);
    mnl_attr_put_strz(message, IFLA_IFNAME, link->name);
    mnl_attr_put(message, IFLA_ADDRESS, 6, link->mac.octets);
    mnl_attr_put_u32(message, IFLA_MTU, 1500);
    mnl_attr_put_u32(message, IFLA_GROUP, link->group);
    if (link->parent != 0) {
        mnl_attr_put_u32(message, IFLA_LINK, link->parent);
    }
    if (link->alias[0] != '\0') {
        mnl_attr_put_strz(message, IFLA_IFALIAS, link->alias);
    }
    if (link->kind[0] != '\0') {
        struct nlattr *nest = mnl_attr_nest_start(message, IFLA_LINKINFO);
        mnl_attr_put_strz(message, IFLA_INFO_KIND, link->kind);
        mnl_attr_nest_end(message, nest);
    }
    put_settings(message, link);
    return take(message);
}

static uint32_t
flags_of(const struct kernel_address *row)
{
    return (row->is_secondary ? IFA_F_SECONDARY : 0u) |
           (row->is_deprecated ? IFA_F_DEPRECATED : 0u) |
           (row->is_tentative ? IFA_F_TENTATIVE : 0u);
}

GBytes *
notice_address(const struct kernel_address *row, bool is_gone,
               uint32_t sequence, bool is_torn)
{
    _Alignas(struct nlmsghdr) uint8_t buffer[LONGEST];
    struct nlmsghdr *message =
        begin(buffer, is_gone ? RTM_DELADDR : RTM_NEWADDR, sequence, is_torn);
    struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
    bool is_v6 = row->addr.family == CARP_IPV6;
    info->ifa_family = is_v6 ? AF_INET6 : AF_INET;
    info->ifa_prefixlen = row->prefix_len;
    info->ifa_index = row->index;
    mnl_attr_put(message, IFA_ADDRESS, is_v6 ? 16 : 4, row->addr.octets);
    mnl_attr_put_u32(message, IFA_FLAGS, flags_of(row));
    if (!fake_kernel.is_old) {
        mnl_attr_put_u8(message, IFA_PROTO, row->proto);
    }
    return take(message);
}

GBytes *
notice_done(uint32_t sequence)
{
    _Alignas(struct nlmsghdr) uint8_t buffer[LONGEST];
    struct nlmsghdr *message = begin(buffer, NLMSG_DONE, sequence, false);
    int *status = mnl_nlmsg_put_extra_header(message, sizeof(*status));
    *status = 0;
    return take(message);
}

GBytes *
notice_answer(uint32_t sequence, int code)
{
    _Alignas(struct nlmsghdr) uint8_t buffer[LONGEST];
    struct nlmsghdr *message = begin(buffer, NLMSG_ERROR, sequence, false);
    struct nlmsgerr *answer =
        mnl_nlmsg_put_extra_header(message, sizeof(*answer));
    answer->error = -code;
    if (code != 0) {
        message->nlmsg_flags = NLM_F_ACK_TLVS | NLM_F_CAPPED;
        mnl_attr_put_strz(message, NLMSGERR_ATTR_MSG, "as the script says");
    }
    return take(message);
}
