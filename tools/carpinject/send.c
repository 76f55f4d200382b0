/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* sendmmsg */
#include "send.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>
#include <libnet.h>

/* How long a full queue may stay full. */
#define FULL_MS 1000

struct inj_sender {
    libnet_t *net;
    struct inj_interface interface;
    bool is_slow;
    struct mmsghdr batch[INJ_BATCH];
    struct iovec parts[INJ_BATCH];
    char error[LIBNET_ERRBUF_SIZE + 64];
};

/* libnet's socket hears every frame of the machine, each a copy in a queue
 * nobody reads: bound to protocol 0 it hears none, and the kernel need not
 * look up the interface for each frame. Frames skip the queueing discipline,
 * as those of other generators do. Both only make it faster. */
static void
tune(int fd, const char *name)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_ifindex = (int)if_nametoindex(name)};
    int on = 1;
    (void)bind(fd, (const struct sockaddr *)&address, sizeof(address));
    (void)setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on));
}

static void
prepare_batch(struct inj_sender *sender)
{
    for (size_t i = 0; i < INJ_BATCH; i++) {
        struct msghdr *message = &sender->batch[i].msg_hdr;
        message->msg_iov = &sender->parts[i];
        message->msg_iovlen = 1;
    }
}

static char *
check_interface(const struct inj_interface *interface)
{
    if (!interface->is_ethernet) {
        return g_strdup_printf("%s: is not Ethernet", interface->name);
    }
    if (!interface->is_up) {
        return g_strdup_printf("%s: is down: ip link set %s up",
                               interface->name, interface->name);
    }
    if (!interface->has_carrier) {
        return g_strdup_printf("%s: link down: no carrier: is the cable in?",
                               interface->name);
    }
    return NULL;
}

struct inj_sender *
inj_sender_open(const struct inj_interface *interface, bool slow, char **error)
{
    char reason[LIBNET_ERRBUF_SIZE] = "";
    *error = check_interface(interface);
    if (*error != NULL) {
        return NULL;
    }
    libnet_t *net = libnet_init(LIBNET_LINK_ADV, interface->name, reason);
    if (net == NULL) {
        bool is_denied = errno == EPERM || errno == EACCES ||
                         strstr(reason, "CAP_NET_RAW") != NULL ||
                         strstr(reason, "not permitted") != NULL;
        g_strchomp(reason);
        *error = is_denied
                     ? g_strdup_printf("%s: no permission to send: run it as "
                                       "root or with CAP_NET_RAW",
                                       interface->name)
                     : g_strdup_printf("%s: %s", interface->name, reason);
        return NULL;
    }
    struct inj_sender *sender = g_new0(struct inj_sender, 1);
    sender->net = net;
    sender->interface = *interface;
    sender->is_slow = slow;
    tune(libnet_getfd(net), interface->name);
    prepare_batch(sender);
    return sender;
}

static void
say(struct inj_sender *sender, int error, size_t len)
{
    const char *name = sender->interface.name;
    if (error == EMSGSIZE) {
        g_snprintf(sender->error, sizeof(sender->error),
                   "%s: a frame of %u octets is too long for the MTU of %u",
                   name, (unsigned int)len, sender->interface.mtu);
    } else if (error == ENETDOWN || error == ENXIO || error == ENODEV) {
        g_snprintf(sender->error, sizeof(sender->error),
                   "%s: went down while sending: %s", name, g_strerror(error));
    } else {
        g_snprintf(sender->error, sizeof(sender->error), "%s: %s", name,
                   g_strerror(error));
    }
}

static bool
is_full(int error)
{
    return error == ENOBUFS || error == EAGAIN || error == EWOULDBLOCK;
}

/* ENOBUFS does not make poll() wait: give the device a moment. */
static bool
wait_for_room(const struct inj_sender *sender, unsigned int *waited)
{
    struct pollfd room = {.fd = libnet_getfd(sender->net), .events = POLLOUT};
    poll(&room, 1, 1);
    usleep(200);
    return ++*waited < FULL_MS;
}

static unsigned int
send_slowly(struct inj_sender *sender, const struct inj_frame *frames,
            unsigned int count)
{
    unsigned int waited = 0;
    for (unsigned int i = 0; i < count;) {
        errno = 0;
        if (libnet_adv_write_link(sender->net, frames[i].octets,
                                  (uint32_t)frames[i].len) >= 0) {
            i++;
        } else if (errno != EINTR &&
                   (!is_full(errno) || !wait_for_room(sender, &waited))) {
            say(sender, errno != 0 ? errno : EIO, frames[i].len);
            return i;
        }
    }
    return count;
}

unsigned int
inj_sender_send(struct inj_sender *sender, const struct inj_frame *frames,
                unsigned int count)
{
    unsigned int sent = 0;
    unsigned int waited = 0;
    if (sender->is_slow) {
        return send_slowly(sender, frames, count);
    }
    for (unsigned int i = 0; i < count; i++) {
        sender->parts[i].iov_base = (void *)(guintptr)frames[i].octets;
        sender->parts[i].iov_len = frames[i].len;
    }
    while (sent < count) {
        int result = sendmmsg(libnet_getfd(sender->net), sender->batch + sent,
                              count - sent, 0);
        if (result > 0) {
            sent += (unsigned int)result;
            waited = 0;
        } else if (errno != EINTR &&
                   (!is_full(errno) || !wait_for_room(sender, &waited))) {
            say(sender, errno, frames[sent].len);
            break;
        }
    }
    return sent;
}

const char *
inj_sender_error(const struct inj_sender *sender)
{
    return sender->error;
}

void
inj_sender_close(struct inj_sender *sender)
{
    if (sender != NULL) {
        libnet_destroy(sender->net);
        g_free(sender);
    }
}
