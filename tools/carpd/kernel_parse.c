/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel_internal.h"

bool
kernel_message_ok(const struct nlmsghdr *message, int left)
{
    if (!mnl_nlmsg_ok(message, left)) {
        return false;
    }
    const unsigned int there = (unsigned int)left;
    const unsigned int len = message->nlmsg_len;
    /* libmnl looks for attributes up to the next boundary; the kernel fills
     * every message up to there. */
    const unsigned int fill = (MNL_ALIGNTO - len % MNL_ALIGNTO) % MNL_ALIGNTO;
    return len <= there && fill <= there - len;
}

struct attributes {
    const struct nlattr *at[IFLA_MAX + 1];
};

static int
take_link_attribute(const struct nlattr *attr, void *data)
{
    struct attributes *attributes = data;
    uint16_t type = mnl_attr_get_type(attr);
    if (type <= IFLA_MAX) {
        attributes->at[type] = attr;
    }
    return MNL_CB_OK;
}

static uint32_t
get_u32(const struct nlattr *attr)
{
    return attr != NULL && mnl_attr_get_payload_len(attr) >= 4
               ? mnl_attr_get_u32(attr)
               : 0;
}

static void
get_text(const struct nlattr *attr, char *out, size_t size)
{
    out[0] = '\0';
    if (attr != NULL) {
        size_t len = mnl_attr_get_payload_len(attr);
        len = MIN(len, size - 1);
        memcpy(out, mnl_attr_get_payload(attr), len);
        out[len] = '\0';
    }
}

/* One attribute of a nest. */
struct search {
    uint16_t type;
    const struct nlattr *found;
};

static int
take_if_wanted(const struct nlattr *attr, void *data)
{
    struct search *search = data;
    if (mnl_attr_get_type(attr) == search->type) {
        search->found = attr;
    }
    return MNL_CB_OK;
}

static const struct nlattr *
find_nested(const struct nlattr *nest, uint16_t type)
{
    struct search search = {.type = type};
    if (nest != NULL) {
        (void)mnl_attr_parse_nested(nest, take_if_wanted, &search);
    }
    return search.found;
}

static void
get_mac(const struct nlattr *attr, struct kernel_link *link)
{
    if (attr != NULL && mnl_attr_get_payload_len(attr) == 6) {
        memcpy(link->mac.octets, mnl_attr_get_payload(attr), 6);
    }
}

bool
kernel_parse_link(const struct nlmsghdr *message, struct kernel_link *link)
{
    struct attributes attributes = {{NULL}};
    const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
    memset(link, 0, sizeof(*link));
    if (mnl_nlmsg_get_payload_len(message) < sizeof(*info) ||
        info->ifi_family != AF_UNSPEC || info->ifi_index <= 0 ||
        mnl_attr_parse(message, sizeof(*info), take_link_attribute,
                       &attributes) < 0) {
        return false;
    }
    link->index = (unsigned int)info->ifi_index;
    get_text(attributes.at[IFLA_IFNAME], link->name, sizeof(link->name));
    get_text(attributes.at[IFLA_IFALIAS], link->alias, sizeof(link->alias));
    get_text(find_nested(attributes.at[IFLA_LINKINFO], IFLA_INFO_KIND),
             link->kind, sizeof(link->kind));
    get_mac(attributes.at[IFLA_ADDRESS], link);
    link->mtu = get_u32(attributes.at[IFLA_MTU]);
    link->group = get_u32(attributes.at[IFLA_GROUP]);
    link->master = get_u32(attributes.at[IFLA_MASTER]);
    /* A veth names its other end here: that is beside it, not beneath. */
    if (attributes.at[IFLA_LINK_NETNSID] == NULL &&
        strcmp(link->kind, "veth") != 0) {
        link->parent = get_u32(attributes.at[IFLA_LINK]);
    }
    link->is_ethernet = info->ifi_type == ARPHRD_ETHER &&
                        (info->ifi_flags & (unsigned int)IFF_LOOPBACK) == 0;
    link->is_up = (info->ifi_flags & (unsigned int)IFF_UP) != 0;
    link->has_carrier = link->is_up &&
                        (info->ifi_flags & (unsigned int)IFF_RUNNING) != 0 &&
                        (info->ifi_flags & (unsigned int)IFF_LOWER_UP) != 0;
    return true;
}

static int
take_address_attribute(const struct nlattr *attr, void *data)
{
    const struct nlattr **found = data;
    uint16_t type = mnl_attr_get_type(attr);
    if (type <= IFA_MAX) {
        found[type] = attr;
    }
    return MNL_CB_OK;
}

static bool
get_addr(const struct nlattr *attr, uint8_t family, struct carp_addr *addr)
{
    size_t len = family == AF_INET ? 4 : 16;
    uint8_t octets[16] = {0};
    if (attr == NULL || mnl_attr_get_payload_len(attr) != len) {
        return false;
    }
    memcpy(octets, mnl_attr_get_payload(attr), len);
    *addr = family == AF_INET ? carp_addr_v4(octets) : carp_addr_v6(octets);
    return true;
}

bool
kernel_parse_address(const struct nlmsghdr *message,
                     struct kernel_address *address)
{
    const struct nlattr *found[IFA_MAX + 1] = {NULL};
    const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
    memset(address, 0, sizeof(*address));
    if (mnl_nlmsg_get_payload_len(message) < sizeof(*info) ||
        (info->ifa_family != AF_INET && info->ifa_family != AF_INET6) ||
        info->ifa_prefixlen > (info->ifa_family == AF_INET ? 32 : 128) ||
        mnl_attr_parse(message, sizeof(*info), take_address_attribute, found) <
            0) {
        return false;
    }
    /* IFA_ADDRESS is the other end on a point-to-point link. */
    if (!get_addr(found[IFA_LOCAL], info->ifa_family, &address->addr) &&
        !get_addr(found[IFA_ADDRESS], info->ifa_family, &address->addr)) {
        return false;
    }
    uint32_t flags =
        found[IFA_FLAGS] != NULL ? get_u32(found[IFA_FLAGS]) : info->ifa_flags;
    bool is_ipv6 = info->ifa_family == AF_INET6;
    address->index = info->ifa_index;
    address->prefix_len = info->ifa_prefixlen;
    address->is_secondary = !is_ipv6 && (flags & IFA_F_SECONDARY) != 0;
    address->is_deprecated = is_ipv6 && (flags & IFA_F_DEPRECATED) != 0;
    address->is_tentative =
        is_ipv6 && (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0;
    if (found[IFA_PROTO] != NULL &&
        mnl_attr_get_payload_len(found[IFA_PROTO]) >= 1) {
        address->proto = mnl_attr_get_u8(found[IFA_PROTO]);
    }
    return true;
}

bool
kernel_parse_conf(const struct nlmsghdr *message, uint16_t id, uint32_t *value)
{
    struct attributes attributes = {{NULL}};
    if (mnl_nlmsg_get_payload_len(message) < sizeof(struct ifinfomsg) ||
        mnl_attr_parse(message, sizeof(struct ifinfomsg), take_link_attribute,
                       &attributes) < 0) {
        return false;
    }
    const struct nlattr *inet =
        find_nested(attributes.at[IFLA_AF_SPEC], AF_INET);
    const struct nlattr *conf = find_nested(inet, IFLA_INET_CONF);
    if (conf == NULL || id == 0 ||
        mnl_attr_get_payload_len(conf) < id * sizeof(uint32_t)) {
        return false;
    }
    const uint8_t *values = mnl_attr_get_payload(conf);
    memcpy(value, values + (id - 1u) * sizeof(uint32_t), sizeof(*value));
    return true;
}

static int
take_word(const struct nlattr *attr, void *data)
{
    struct kernel_request *request = data;
    if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG) {
        size_t len = mnl_attr_get_payload_len(attr);
        len = MIN(len, sizeof(request->said) - 1);
        memcpy(request->said, mnl_attr_get_payload(attr), len);
        request->said[len] = '\0';
    }
    return MNL_CB_OK;
}

unsigned int
kernel_parse_answers(const void *buffer, int left, uint32_t first,
                     struct kernel_request *requests, unsigned int count)
{
    unsigned int taken = 0;
    for (const struct nlmsghdr *message = buffer;
         kernel_message_ok(message, left);
         message = mnl_nlmsg_next(message, &left)) {
        uint32_t which = message->nlmsg_seq - first;
        if (message->nlmsg_type != NLMSG_ERROR || which >= count ||
            mnl_nlmsg_get_payload_len(message) < sizeof(struct nlmsgerr)) {
            continue;
        }
        const struct nlmsgerr *answer = mnl_nlmsg_get_payload(message);
        /* Not negated where that would overflow: no errno is that large. */
        requests[which].code = answer->error == INT_MIN ? INT_MAX
                               : answer->error < 0      ? -answer->error
                                                        : 0;
        if (answer->error != 0 &&
            (message->nlmsg_flags & NLM_F_ACK_TLVS) != 0) {
            /* The request is not repeated in the answer (CAP_ACK). */
            (void)mnl_attr_parse(message, sizeof(*answer), take_word,
                                 &requests[which]);
        }
        taken++;
    }
    return taken;
}
