/* SPDX-License-Identifier: BSD-2-Clause */
/* Raw sockets of protocol 112. While one is open the kernel knows the
 * protocol: it sends no "protocol unreachable" to unicast peers. */
#define _GNU_SOURCE /* struct in6_pktinfo */
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "port_internal.h"

#define PROTOCOL_CARP 112

static bool
fail(const char *name, const char *what, int code, struct os_error *error)
{
    const char *remedy = code == EPERM || code == EACCES
                             ? ": run it as root or with CAP_NET_RAW"
                             : "";
    return os_error_set(error, os_fault_of(code), code, "%s: %s: %s%s", name,
                        what, g_strerror(code), remedy);
}

static bool
set_number(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

/* Received frames come through libpcap: here they must not pile up. */
static void
swallow(int fd)
{
    struct sock_filter nothing[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
    struct sock_fprog program = {.len = 1, .filter = nothing};
    (void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
                     sizeof(program));
}

static int
open_one(int family, const char *name, struct os_error *error)
{
    int fd =
        socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, PROTOCOL_CARP);
    if (fd < 0) {
        fail(name, "opening a raw socket", errno, error);
        return -1;
    }
    swallow(fd);
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name,
                   (socklen_t)strlen(name) + 1) != 0) {
        fail(name, "binding a raw socket", errno, error);
        close(fd);
        return -1;
    }
    return fd;
}

static bool
join(int fd, const struct carp_addr *group, unsigned int index)
{
    if (group->family == CARP_IPV6) {
        struct ipv6_mreq request = {.ipv6mr_interface = index};
        memcpy(&request.ipv6mr_multiaddr, group->octets,
               sizeof(request.ipv6mr_multiaddr));
        return setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &request,
                          sizeof(request)) == 0;
    }
    struct ip_mreqn request = {.imr_ifindex = (int)index};
    memcpy(&request.imr_multiaddr, group->octets,
           sizeof(request.imr_multiaddr));
    return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request,
                      sizeof(request)) == 0;
}

/* CARP's own group, and others of the family. */
static bool
join_all(int fd, uint8_t family, const char *name, unsigned int index,
         const struct port_want *want, struct os_error *error)
{
    const struct carp_addr own = port_group(family);
    for (size_t i = 0; i <= want->group_count; i++) {
        const struct carp_addr *group = i == 0 ? &own : &want->groups[i - 1];
        char text[CARP_ADDR_TEXT];
        /* Two vhids may want one. */
        if (group->family != family || join(fd, group, index) ||
            errno == EADDRINUSE) {
            continue;
        }
        int code = errno;
        char *what =
            g_strdup_printf("joining %s", carp_addr_format(group, text));
        fail(name, what, code, error);
        g_free(what);
        return false;
    }
    return true;
}

bool
port_sockets_open(struct port_sockets *sockets, const char *name,
                  unsigned int index, const struct port_want *want,
                  struct os_error *error)
{
    sockets->fd4 = sockets->fd6 = -1;
    if (want->has_ipv4) {
        sockets->fd4 = open_one(AF_INET, name, error);
    }
    if (want->has_ipv6 && (!want->has_ipv4 || sockets->fd4 >= 0)) {
        sockets->fd6 = open_one(AF_INET6, name, error);
    }
    bool is_good = (!want->has_ipv4 || sockets->fd4 >= 0) &&
                   (!want->has_ipv6 || sockets->fd6 >= 0) &&
                   (!want->has_ipv4 || join_all(sockets->fd4, CARP_IPV4, name,
                                                index, want, error)) &&
                   (!want->has_ipv6 || join_all(sockets->fd6, CARP_IPV6, name,
                                                index, want, error));
    if (!is_good) {
        port_sockets_close(sockets);
    } else if (want->has_ipv4) {
        (void)set_number(sockets->fd4, IPPROTO_IP, IP_MTU_DISCOVER,
                         IP_PMTUDISC_DO);
    }
    return is_good;
}

void
port_sockets_close(struct port_sockets *sockets)
{
    if (sockets->fd4 >= 0) {
        close(sockets->fd4);
    }
    if (sockets->fd6 >= 0) {
        close(sockets->fd6);
    }
    sockets->fd4 = sockets->fd6 = -1;
}

/* -------------------------------------------------------------------- send */

bool
port_say_send_error(const char *name, int code, struct os_error *error)
{
    switch (code) {
    case ENETDOWN:
        return os_error_set(error, OS_LINK_DOWN, code,
                            "%s: sending: the interface is down", name);
    case ENXIO:
    case ENODEV:
        return os_error_set(error, OS_NO_INTERFACE, code,
                            "%s: sending: the interface is gone", name);
    case EHOSTUNREACH:
    case ENETUNREACH:
        return os_error_set(error, OS_SYSTEM, code,
                            "%s: sending: no way to the peer: see 'ip route'",
                            name);
    case EPERM:
        return os_error_set(error, OS_NO_PERMISSION, code,
                            "%s: sending: a firewall of this host or a "
                            "missing CAP_NET_RAW forbids it: accept protocol "
                            "112 in the output chain",
                            name);
    default:
        return fail(name, "sending", code, error);
    }
}

struct target {
    struct sockaddr_storage to;
    socklen_t to_len;
    union {
        size_t align; /* as struct cmsghdr */
        char room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
    } control;
    size_t control_len;
};

static void *
put_info(struct target *target, int level, int type, size_t len)
{
    struct cmsghdr *head = (void *)target->control.room;
    head->cmsg_level = level;
    head->cmsg_type = type;
    head->cmsg_len = CMSG_LEN(len);
    target->control_len = CMSG_SPACE(len);
    return CMSG_DATA(head);
}

static void
aim4(struct target *target, const struct port_advert *advert,
     unsigned int index)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    struct in_pktinfo info = {.ipi_ifindex = (int)index};
    memcpy(&to.sin_addr, advert->dest.octets, sizeof(to.sin_addr));
    memcpy(&info.ipi_spec_dst, advert->source.octets,
           sizeof(info.ipi_spec_dst));
    memcpy(&target->to, &to, sizeof(to));
    target->to_len = sizeof(to);
    memcpy(put_info(target, IPPROTO_IP, IP_PKTINFO, sizeof(info)), &info,
           sizeof(info));
}

static void
aim6(struct target *target, const struct port_advert *advert,
     unsigned int index)
{
    struct sockaddr_in6 to = {.sin6_family = AF_INET6};
    struct in6_pktinfo info = {.ipi6_ifindex = index};
    memcpy(&to.sin6_addr, advert->dest.octets, sizeof(to.sin6_addr));
    memcpy(&info.ipi6_addr, advert->source.octets, sizeof(info.ipi6_addr));
    if (carp_addr_is_link_local(&advert->dest)) {
        to.sin6_scope_id = index;
    }
    memcpy(&target->to, &to, sizeof(to));
    target->to_len = sizeof(to);
    memcpy(put_info(target, IPPROTO_IPV6, IPV6_PKTINFO, sizeof(info)), &info,
           sizeof(info));
}

static bool
set_header(int fd, const struct port_advert *advert, bool is_ipv6)
{
    return is_ipv6
               ? set_number(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, advert->ttl) &&
                     set_number(fd, IPPROTO_IPV6, IPV6_TCLASS, advert->tos)
               : set_number(fd, IPPROTO_IP, IP_TTL, advert->ttl) &&
                     set_number(fd, IPPROTO_IP, IP_TOS, advert->tos);
}

bool
port_sockets_send(const struct port_sockets *sockets, const char *name,
                  unsigned int index, const struct port_advert *advert,
                  struct os_error *error)
{
    uint8_t payload[CARP_ADV_LEN];
    struct target target;
    bool is_ipv6 = advert->dest.family == CARP_IPV6;
    int fd = is_ipv6 ? sockets->fd6 : sockets->fd4;
    struct iovec part = {.iov_base = payload, .iov_len = sizeof(payload)};
    memset(&target, 0, sizeof(target));
    if (fd < 0) {
        return port_say_send_error(name, EAFNOSUPPORT, error);
    }
    carp_adv_encode(&advert->adv, payload);
    if (is_ipv6) {
        aim6(&target, advert, index);
    } else {
        aim4(&target, advert, index);
    }
    struct msghdr message = {.msg_name = &target.to,
                             .msg_namelen = target.to_len,
                             .msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &target.control,
                             .msg_controllen = target.control_len};
    if (!set_header(fd, advert, is_ipv6) || sendmsg(fd, &message, 0) < 0) {
        return port_say_send_error(name, errno, error);
    }
    return true;
}
