/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file port.h
 * The wire side of one interface: adverts, gratuitous ARP and neighbour
 * advertisements, in and out (PROTOCOL 1.3, 1.4, 3.5).
 *
 * Receives through libpcap: a small snaplen, immediate delivery, a filter in
 * the kernel that lets only what was asked for pass. Holds the memberships of
 * 224.0.0.18 and ff02::12, and raw sockets of protocol 112, so that the kernel
 * neither drops the groups nor answers peers with "protocol unreachable".
 * Sends through libnet on the link layer; unicast adverts through the raw
 * sockets, so that the kernel finds the neighbour or the way.
 *
 * One port serves every vhid of its interface. Needs CAP_NET_RAW when it
 * opens, and each time that the interface comes back.
 */
#ifndef CARPD_PORT_H
#define CARPD_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include <carp/addr.h>
#include <carp/adv.h>
#include <carp/frame.h>
#include <carp/time.h>

#include "kernel.h"
#include "os_error.h"

/** CLOCK_MONOTONIC in nanoseconds: the time of everything in carpd. */
carp_time port_now(void);

/* --------------------------------------------------------------- receive */

/** One frame that arrived. Valid during the callback only. */
struct port_frame {
    carp_time at; /**< when the kernel took it, never in the future */
    const struct carp_frame *frame; /**< parsed: CARP, VRRP, P112, ARP, NS, NA,
                                         FRAGMENT */
    const uint8_t *data;            /**< the octets, for a record */
    size_t captured, on_wire;
};

struct port;
typedef void port_receiver(struct port *port, const struct port_frame *frame,
                           void *data);

/** What is wanted. A plain value. */
struct port_want {
    uint32_t vhids[8]; /**< bit n % 32 of word n / 32: vhid n. Protocol 112 of
                            other vhids does not pass */
    bool all_vhids;    /**< everything of protocol 112 passes */
    bool has_ipv4, has_ipv6; /**< which families to join and to hear */
    bool ignore_link; /**< send without a carrier, too: some drivers only claim
                           to have none */
    /** Hear ARP and neighbour advertisements that speak for these addresses
     * (another host announces ours). May be NULL with @c addr_count 0. */
    const struct carp_addr *addrs;
    size_t addr_count;
    /** Multicast groups beside CARP's own: to be joined, too. May be NULL with
     * @c group_count 0. */
    const struct carp_addr *groups;
    size_t group_count;
};

/** Set vhid @p vhid in @p want. */
void port_want_vhid(struct port_want *want, uint8_t vhid);

/** Events of a port that are not frames. */
enum port_event {
    PORT_OPENED = 0, /**< the interface came (back): sending may work again */
    PORT_CLOSED,     /**< the interface is gone, or cannot be opened: see text;
                          tried again with its next change, and each second
                          while it is there and up */
    PORT_TROUBLE     /**< told once: the kernel dropped frames */
};
typedef void port_watcher(struct port *port, enum port_event event,
                          const char *text, void *data);

struct port_ops {
    port_receiver *receive;
    port_watcher *watch; /**< may be NULL */
    void *data;
};

/**
 * Open a port on the interface @p name.
 * @param kernel must outlive the port; tells when the interface changes
 * @param want copied
 * @return NULL and @p error when it cannot be opened now: OS_NO_PERMISSION,
 *         OS_NO_INTERFACE, OS_LINK_DOWN, OS_SYSTEM. With @p may_be_absent an
 *         interface that is missing or down is no error: PORT_OPENED tells
 *         when it came.
 */
struct port *port_new(struct kernel *kernel, const char *name,
                      const struct port_want *want, const struct port_ops *ops,
                      GMainContext *context, bool may_be_absent,
                      struct os_error *error);
/** Not within one of its own callbacks. NULL is allowed. */
void port_free(struct port *port);

/** Other wishes; frames that already wait may still be of the old ones.
 * @return false and @p error: the old ones stay */
bool port_set_want(struct port *port, const struct port_want *want,
                   struct os_error *error);

const char *port_name(const struct port *port);
bool port_is_open(const struct port *port);
/** Why it is closed; "" when it never was. */
const char *port_trouble(const struct port *port);

/**
 * Deliver what has already arrived, @p limit frames at most, in this call:
 * before a timer is believed, so that a late program hears its peer before
 * it declares it dead. The main loop does the same by itself, PORT_BATCH
 * frames a turn, with a priority below that of timers.
 * @return how many were delivered
 */
unsigned int port_drain(struct port *port, unsigned int limit);
#define PORT_BATCH 64
#define PORT_PRIORITY (G_PRIORITY_DEFAULT + 10)

/* ------------------------------------------------------------------ send */

/** One advert to send. */
struct port_advert {
    struct carp_addr source; /**< as kernel_source() says; 0.0.0.0 only when
                                  the user configured it */
    /** Family none: the CARP group of source's family. Another group: there.
     * Unicast: through the kernel's routes and neighbours. */
    struct carp_addr dest;
    bool use_vmac; /**< group: from 00:00:5e:00:01:vhid; else the real MAC.
                        Unicast is always from the real one */
    /** Group: to the broadcast MAC, for switches that lose the group's, as
     * ucarp -M does. */
    bool broadcast;
    uint8_t tos;         /**< TOS octet or traffic class; FreeBSD sends 0xe0 */
    uint8_t ttl;         /**< 255, but for tests */
    struct carp_adv adv; /**< counter, digest and checksum set */
};

/** @return false and @p error when the frame did not leave: count it. The
 *          faults: OS_NO_SOURCE, OS_LINK_DOWN, OS_NO_INTERFACE, OS_SYSTEM */
bool port_send_advert(struct port *port, const struct port_advert *advert,
                      struct os_error *error);

/**
 * Announce one virtual address: gratuitous ARP in request form with sender
 * and target the address, or an unsolicited neighbour advertisement to
 * ff02::1 with override and the target's link-layer address; the router
 * flag is set when the kernel forwards IPv6 on this interface.
 * @param mac what is announced, and the frame's source
 */
bool port_announce(struct port *port, const struct carp_addr *addr,
                   const struct carp_mac *mac, struct os_error *error);

#endif
