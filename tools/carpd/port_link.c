/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>
#include <libnet.h>

#include "port_internal.h"

struct port_link {
    libnet_t *net;
    unsigned int index;
    char name[KERNEL_NAME];
};

/* libnet's socket hears every frame of the machine, each a copy in a queue
 * nobody reads: bound to protocol 0 it hears none. */
static void
deafen(int fd, unsigned int index)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_ifindex = (int)index};
    (void)bind(fd, (const struct sockaddr *)&address, sizeof(address));
}

struct port_link *
port_link_open(const char *name, unsigned int index, struct os_error *error)
{
    char reason[LIBNET_ERRBUF_SIZE] = "";
    libnet_t *net = libnet_init(LIBNET_LINK_ADV, name, reason);
    if (net == NULL) {
        bool is_denied = strstr(reason, "not permitted") != NULL ||
                         strstr(reason, "CAP_NET_RAW") != NULL;
        g_strchomp(reason);
        os_error_set(error, is_denied ? OS_NO_PERMISSION : OS_SYSTEM,
                     is_denied ? EPERM : 0, "%s: opening it to send: %s%s",
                     name, reason,
                     is_denied ? ": run it as root or with CAP_NET_RAW" : "");
        return NULL;
    }
    struct port_link *link = g_new0(struct port_link, 1);
    link->net = net;
    link->index = index;
    g_strlcpy(link->name, name, sizeof(link->name));
    deafen(libnet_getfd(net), index);
    return link;
}

void
port_link_close(struct port_link *link)
{
    if (link != NULL) {
        libnet_destroy(link->net);
        g_free(link);
    }
}

bool
port_link_send(struct port_link *link, const struct port_octets *frame,
               struct os_error *error)
{
    /* libnet would ask for the index again at each frame. */
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_protocol = htons(ETH_P_ALL),
                                  .sll_ifindex = (int)link->index};
    errno = 0;
    ssize_t sent = sendto(libnet_getfd(link->net), frame->octets, frame->len, 0,
                          (const struct sockaddr *)&address, sizeof(address));
    if (sent == (ssize_t)frame->len) {
        return true;
    }
    return port_say_send_error(link->name, errno != 0 ? errno : EIO, error);
}
