/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel_internal.h"

/* Requests that leave in one system call: their answers must fit into the
 * socket's queue. */
#define TOGETHER 32u
#define ANSWER 65536u
/* Numbers of interface groups that nobody is likely to use. */
#define GROUP 1129336912u
/* A dump that changes while it is read is read again. */
#define DUMP_TRIES 5u
#define CONF_TRIES 3u

/* ----------------------------------------------------------------- dumps */

enum dump_result { DUMP_DONE, DUMP_INTERRUPTED, DUMP_FAILED };

static enum dump_result
read_dump(struct kernel *kernel, uint32_t sequence, char *buffer)
{
    bool is_interrupted = false;
    for (;;) {
        ssize_t got = mnl_socket_recvfrom(kernel->asker, buffer, ANSWER);
        if (got < 0) {
            return DUMP_FAILED;
        }
        int left = (int)got;
        for (const struct nlmsghdr *message = (const void *)buffer;
             kernel_message_ok(message, left);
             message = mnl_nlmsg_next(message, &left)) {
            if (message->nlmsg_seq != sequence) {
                continue; /* of an earlier request that timed out */
            }
            is_interrupted |= (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
            if (message->nlmsg_type == NLMSG_DONE) {
                return is_interrupted ? DUMP_INTERRUPTED : DUMP_DONE;
            }
            if (message->nlmsg_type == NLMSG_ERROR) {
                return DUMP_FAILED;
            }
            kernel_table_apply(kernel, message);
        }
    }
}

static enum dump_result
dump_one(struct kernel *kernel, uint16_t type, char *buffer)
{
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    message->nlmsg_type = type;
    message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    message->nlmsg_seq = ++kernel->sequence;
    if (type == RTM_GETLINK) {
        mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
        mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    } else {
        mnl_nlmsg_put_extra_header(message, sizeof(struct ifaddrmsg));
    }
    if (mnl_socket_sendto(kernel->asker, message, message->nlmsg_len) < 0) {
        return DUMP_FAILED;
    }
    return read_dump(kernel, kernel->sequence, buffer);
}

/* Links that change meanwhile do not keep the addresses unread. */
static enum dump_result
dump_both(struct kernel *kernel, char *buffer)
{
    enum dump_result links = dump_one(kernel, RTM_GETLINK, buffer);
    if (links == DUMP_FAILED) {
        return DUMP_FAILED;
    }
    enum dump_result addresses = dump_one(kernel, RTM_GETADDR, buffer);
    return addresses == DUMP_DONE ? links : addresses;
}

bool
kernel_dump(struct kernel *kernel, struct os_error *error)
{
    char *buffer = g_malloc(ANSWER);
    enum dump_result result = DUMP_INTERRUPTED;
    kernel->round++;
    for (unsigned int try = 0; try < DUMP_TRIES && result == DUMP_INTERRUPTED;
         try++) {
        result = dump_both(kernel, buffer);
    }
    int code = errno;
    g_free(buffer);
    kernel->is_stale = result != DUMP_DONE;
    if (result == DUMP_FAILED) {
        return os_error_set(error, OS_SYSTEM, code,
                            "netlink: reading the interfaces failed: %s",
                            g_strerror(code));
    }
    /* Interrupted again and again: what changes is told by the monitor. */
    if (result == DUMP_DONE) {
        kernel_table_sweep(kernel);
    }
    return true;
}

/* -------------------------------------------------------------- requests */

static void
run_some(struct kernel *kernel, struct kernel_request *requests,
         unsigned int count, char *buffer)
{
    uint32_t first = kernel->sequence + 1;
    size_t len = 0;
    for (unsigned int i = 0; i < count; i++) {
        requests[i].said[0] = '\0';
        requests[i].code = ETIMEDOUT;
        size_t one =
            kernel_build(&requests[i], ++kernel->sequence, buffer + len)
                ->nlmsg_len;
        len += (one + 3u) / 4u * 4u;
    }
    unsigned int answered = 0;
    ssize_t got = mnl_socket_sendto(kernel->asker, buffer, len);
    while (got >= 0 && answered < count) {
        got = mnl_socket_recvfrom(kernel->asker, buffer, ANSWER);
        if (got > 0) {
            answered +=
                kernel_parse_answers(buffer, (int)got, first, requests, count);
        }
    }
    if (got < 0) {
        int code = errno == EAGAIN ? ETIMEDOUT : errno;
        for (unsigned int i = 0; i < count; i++) {
            if (requests[i].code == ETIMEDOUT) {
                requests[i].code = code;
            }
        }
    }
}

unsigned int
kernel_run(struct kernel *kernel, struct kernel_request *requests,
           unsigned int count)
{
    unsigned int failed = 0;
    kernel_sync(kernel); /* what is older than the requests */
    char *buffer = g_malloc(MAX(ANSWER, TOGETHER * KERNEL_MESSAGE));
    for (unsigned int i = 0; i < count; i += TOGETHER) {
        run_some(kernel, requests + i, MIN(TOGETHER, count - i), buffer);
    }
    g_free(buffer);
    for (unsigned int i = 0; i < count; i++) {
        failed += requests[i].code != 0;
        if (requests[i].code == 0 && requests[i].op == KERNEL_ADD_ADDRESS) {
            kernel_table_assume(kernel, &requests[i].address);
        }
    }
    kernel_sync(kernel);
    return failed;
}

/* A group of ours alone, or 0. */
static uint32_t
find_free_group(const struct kernel *kernel)
{
    for (uint32_t group = GROUP; group < GROUP + 64; group++) {
        size_t cursor = 0;
        const struct kernel_link *link = kernel_link_next(kernel, &cursor);
        while (link != NULL && link->group != group) {
            link = kernel_link_next(kernel, &cursor);
        }
        if (link == NULL) {
            return group;
        }
    }
    return 0;
}

unsigned int
kernel_delete_links(struct kernel *kernel, const unsigned int *indexes,
                    unsigned int count)
{
    unsigned int left = 0;
    uint32_t group = find_free_group(kernel);
    struct kernel_request *requests = g_new0(struct kernel_request, count + 1);
    if (count > 1 && group != 0) {
        for (unsigned int i = 0; i < count; i++) {
            requests[i].op = KERNEL_SET_LINK;
            requests[i].index = indexes[i];
            requests[i].group = group;
        }
        requests[count].op = KERNEL_DEL_GROUP;
        requests[count].group = group;
        (void)kernel_run(kernel, requests, count + 1);
    }
    for (unsigned int i = 0; i < count; i++) {
        struct kernel_request one = {.op = KERNEL_DEL_LINK,
                                     .index = indexes[i]};
        left += kernel_link(kernel, indexes[i]) != NULL &&
                kernel_run(kernel, &one, 1) != 0 && one.code != ENODEV;
    }
    g_free(requests);
    return left;
}

static int
ask_conf(const struct kernel *kernel, unsigned int index, void *buffer)
{
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    message->nlmsg_type = RTM_GETLINK;
    message->nlmsg_flags = NLM_F_REQUEST;
    message->nlmsg_seq = kernel->sequence;
    struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
    info->ifi_index = (int)index;
    mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    return mnl_socket_sendto(kernel->asker, message, message->nlmsg_len) < 0
               ? errno
               : 0;
}

static int
refusal_of(const struct nlmsghdr *message)
{
    const struct nlmsgerr *answer = mnl_nlmsg_get_payload(message);
    bool is_whole = mnl_nlmsg_get_payload_len(message) >= sizeof(*answer);
    return is_whole && answer->error < 0 && answer->error > INT_MIN
               ? -answer->error
               : EPROTO;
}

static int
read_conf(const struct kernel *kernel, void *buffer, uint16_t id,
          uint32_t *value)
{
    for (;;) {
        ssize_t got = mnl_socket_recvfrom(kernel->asker, buffer, ANSWER);
        const struct nlmsghdr *message = buffer;
        if (got < 0) {
            return errno == EAGAIN ? ETIMEDOUT : errno;
        }
        if (!kernel_message_ok(message, (int)got) ||
            message->nlmsg_seq != kernel->sequence) {
            continue; /* of an earlier request, whose first answer got lost */
        }
        if (message->nlmsg_type == NLMSG_ERROR) {
            return refusal_of(message);
        }
        return message->nlmsg_type == RTM_NEWLINK &&
                       kernel_parse_conf(message, id, value)
                   ? 0
                   : ENOENT;
    }
}

int
kernel_conf_get(struct kernel *kernel, unsigned int index, uint16_t id,
                uint32_t *value)
{
    char *buffer = g_malloc(ANSWER);
    int code = ENOBUFS; /* there was no memory for an answer */
    for (unsigned int try = 0; try < CONF_TRIES && code == ENOBUFS; try++) {
        kernel->sequence++;
        code = ask_conf(kernel, index, buffer);
        if (code == 0) {
            code = read_conf(kernel, buffer, id, value);
        }
    }
    g_free(buffer);
    return code;
}
