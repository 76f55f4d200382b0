/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "kernel_internal.h"

/* What the kernel answers about one route. */
#define ANSWER 8192u

static void
ask(struct kernel *kernel, unsigned int index, const struct carp_addr *source,
    const struct carp_addr *dest, void *buffer)
{
    static const struct carp_addr any = {.family = CARP_IPV4};
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    message->nlmsg_type = RTM_GETROUTE;
    message->nlmsg_flags = NLM_F_REQUEST;
    message->nlmsg_seq = ++kernel->sequence;
    struct rtmsg *route = mnl_nlmsg_put_extra_header(message, sizeof(*route));
    route->rtm_family = AF_INET;
    route->rtm_dst_len = 32;
    /* What is in the table, not what would be assumed without it. */
    route->rtm_flags = RTM_F_FIB_MATCH;
    mnl_attr_put(message, RTA_DST, 4, dest->octets);
    mnl_attr_put_u32(message, RTA_OIF, index);
    if (!carp_addr_equal(source, &any)) {
        route->rtm_src_len = 32;
        mnl_attr_put(message, RTA_SRC, 4, source->octets);
    }
}

/* 0: there is one; else why not. */
static int
read_answer(struct kernel *kernel, void *buffer)
{
    for (;;) {
        ssize_t got = mnl_socket_recvfrom(kernel->asker, buffer, ANSWER);
        const struct nlmsghdr *message = buffer;
        if (got < 0) {
            return errno;
        }
        if (!mnl_nlmsg_ok(message, (int)got) ||
            message->nlmsg_seq != kernel->sequence) {
            continue; /* of an earlier request that timed out */
        }
        if (message->nlmsg_type != NLMSG_ERROR ||
            mnl_nlmsg_get_payload_len(message) < sizeof(struct nlmsgerr)) {
            return 0;
        }
        const struct nlmsgerr *answer = mnl_nlmsg_get_payload(message);
        return -answer->error;
    }
}

bool
kernel_has_route(struct kernel *kernel, unsigned int index,
                 const struct carp_addr *source, const struct carp_addr *dest)
{
    union {
        struct nlmsghdr align;
        uint8_t octets[ANSWER];
    } buffer;
    ask(kernel, index, source, dest, &buffer);
    if (mnl_socket_sendto(kernel->asker, &buffer, buffer.align.nlmsg_len) < 0) {
        return true;
    }
    int code = read_answer(kernel, &buffer);
    return code != ENETUNREACH && code != EHOSTUNREACH;
}
