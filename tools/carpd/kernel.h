/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file kernel.h
 * The kernel's interfaces and addresses over netlink (libmnl): a table that
 * is always current, events when it changes, and requests with their answer.
 *
 * One struct kernel serves a whole daemon. It works in a GLib main loop and
 * in one thread. Requests are synchronous: the kernel carries them out within
 * the call, which takes some tens of microseconds each, longer only while
 * another program holds the kernel's interface lock.
 *
 * Needs CAP_NET_ADMIN for requests; the table needs no privilege.
 */
#ifndef CARPD_KERNEL_H
#define CARPD_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include <carp/addr.h>

#include "os_error.h"

/** Longest interface name, with its end. */
#define KERNEL_NAME 16
#define KERNEL_KIND 16
#define KERNEL_ALIAS 64

/** The protocol number that marks addresses of carpd: see ip -d address.
 * Kernels before 5.18 do not keep it: then kernel_address.proto is 0. */
#define KERNEL_PROTO_CARP 112

/** One interface. */
struct kernel_link {
    unsigned int index;
    char name[KERNEL_NAME];
    struct carp_mac mac; /**< zero where there is none */
    unsigned int mtu;
    bool is_ethernet;       /**< has a 48 bit MAC and is no loopback */
    bool is_up;             /**< set up by the administrator */
    bool has_carrier;       /**< can pass frames: up, and the link is there */
    char kind[KERNEL_KIND]; /**< "macvlan", "veth", "vlan", …; "" for a card */
    unsigned int parent;    /**< index of the device beneath; 0: none, or in
                                 another namespace */
    unsigned int master;    /**< index of the bridge or bond above; 0: none */
    uint32_t group;         /**< of interfaces; 0: the default */
    char alias[KERNEL_ALIAS]; /**< "" when none; cut when longer */
};

/** One address of an interface. */
struct kernel_address {
    unsigned int index; /**< the interface's */
    struct carp_addr addr;
    uint8_t prefix_len;
    bool is_secondary;  /**< IPv4: not the subnet's first; never a source */
    bool is_deprecated; /**< IPv6: not chosen as a source */
    bool is_tentative;  /**< IPv6: duplicate address detection is on, or found
                             a duplicate: not usable */
    uint8_t proto;      /**< KERNEL_PROTO_CARP: ours */
};

enum kernel_change {
    KERNEL_LINK_NEW = 0,
    KERNEL_LINK_CHANGED, /**< name, MAC, MTU, up, carrier, master or alias */
    KERNEL_LINK_GONE,    /**< its addresses went just before */
    KERNEL_ADDRESS_NEW,
    KERNEL_ADDRESS_CHANGED, /**< flags or prefix length */
    KERNEL_ADDRESS_GONE
};

/** One change. Valid during the callback only. */
struct kernel_event {
    enum kernel_change change;
    struct kernel_link link;   /**< as it is now; GONE: as it was. For address
                                    events: the interface, index 0 if unknown */
    struct kernel_link before; /**< LINK_CHANGED: as it was */
    struct kernel_address address; /**< ADDRESS_*: GONE: as it was */
};

struct kernel;
typedef void kernel_listener(const struct kernel_event *event, void *data);

/**
 * Open the sockets and read the table.
 * @param context main context that events are delivered in; NULL: the default
 * @return NULL and @p error when netlink cannot be had
 */
struct kernel *kernel_open(GMainContext *context, struct os_error *error);
void kernel_close(struct kernel *kernel);
/** The main context that events are delivered in; NULL: the default. */
GMainContext *kernel_context(const struct kernel *kernel);

/**
 * Be told of every change from now on, in order, from the main loop; never
 * from within a call of this header. A change that the caller's own requests
 * made is told too. When the kernel's queue overflowed, the table is read
 * anew and the differences are told: nothing is lost but what came and went
 * in between. Listeners are called in the order in which they came.
 */
void kernel_listen(struct kernel *kernel, kernel_listener *listener,
                   void *data);
/** Safe within a listener. */
void kernel_unlisten(struct kernel *kernel, kernel_listener *listener,
                     void *data);

/** Read what is waiting now, so that the table is current; listeners are told
 * later, from the main loop. Requests do it by themselves. */
void kernel_sync(struct kernel *kernel);

/* ----------------------------------------------------------------- table */
/* Pointers are valid until the next call of this header or the main loop. */

/** NULL: there is none. */
const struct kernel_link *kernel_link(const struct kernel *kernel,
                                      unsigned int index);
const struct kernel_link *kernel_link_named(const struct kernel *kernel,
                                            const char *name);
/** Every interface, in no order: call with *cursor 0 first, until NULL. */
const struct kernel_link *kernel_link_next(const struct kernel *kernel,
                                           size_t *cursor);
/** Addresses of interface @p index (0: of all), in the kernel's order: call
 * with *cursor 0 first, until NULL. */
const struct kernel_address *kernel_address_next(const struct kernel *kernel,
                                                 unsigned int index,
                                                 size_t *cursor);
/** @p addr on interface @p index (0: on any); NULL: not there. */
const struct kernel_address *kernel_address_find(const struct kernel *kernel,
                                                 unsigned int index,
                                                 const struct carp_addr *addr);

/* -------------------------------------------------------------- requests */

/** IPv4 settings that go with a link, numbered as in linux/ip.h
 * (IPV4_DEVCONF_*). At most this many in one request. */
#define KERNEL_CONF_MAX 8
struct kernel_conf {
    uint16_t id;
    uint32_t value;
};

enum kernel_op {
    KERNEL_ADD_MACVLAN = 0, /**< name, parent, mac; it is down */
    KERNEL_DEL_LINK,        /**< index */
    KERNEL_DEL_GROUP,       /**< group: every link of it */
    KERNEL_SET_LINK,        /**< index, and what is to change */
    KERNEL_ADD_ADDRESS,     /**< address; replaces what is there */
    KERNEL_DEL_ADDRESS      /**< address: index, addr and prefix_len */
};

/** One request: a plain value. */
struct kernel_request {
    enum kernel_op op;
    unsigned int index;
    char name[KERNEL_NAME]; /**< ADD_MACVLAN; SET_LINK: rename unless "" */
    unsigned int parent;
    struct carp_mac mac;
    bool set_up, set_down; /**< SET_LINK */
    const char *alias;     /**< SET_LINK: unless NULL */
    uint32_t group;        /**< SET_LINK: unless 0; DEL_GROUP */
    bool no_link_local;    /**< SET_LINK: IPv6 makes no address itself */
    struct kernel_conf conf[KERNEL_CONF_MAX]; /**< SET_LINK */
    unsigned int conf_count;
    /** ADD_ADDRESS: IPv6 without duplicate address detection and never
     * chosen as a source; marked KERNEL_PROTO_CARP. */
    struct kernel_address address;
    /** ADD_ADDRESS: metric of the route to its subnet. 0: no such route. */
    uint32_t metric;
    int code;      /**< out: 0, or the errno that the kernel answered */
    char said[96]; /**< out: the kernel's own words, or "" */
};

/**
 * Carry out @p count requests in order, in as few system calls as possible.
 * One that fails does not keep the next from being tried.
 * @return how many failed; each request's code tells which
 */
unsigned int kernel_run(struct kernel *kernel, struct kernel_request *requests,
                        unsigned int count);

/** Delete links, all at once: one by one each waits some 15 ms for the
 * kernel's readers. What is gone already is no failure.
 * @return how many are still there */
unsigned int kernel_delete_links(struct kernel *kernel,
                                 const unsigned int *indexes,
                                 unsigned int count);

/** Turn a failed request into a line for the operator. Always false. */
bool kernel_explain(const struct kernel *kernel,
                    const struct kernel_request *request,
                    struct os_error *error);

/** Read an interface's IPv4 setting (IPV4_DEVCONF_*).
 * @return 0, ENODEV: the interface is not there, ENOENT: it has no such
 *         setting, ETIMEDOUT and others: try again later */
int kernel_conf_get(struct kernel *kernel, unsigned int index, uint16_t id,
                    uint32_t *value);

/**
 * Has the kernel a route to @p dest, an IPv4 address, from @p source by
 * interface @p index? Without one it would take the peer for a neighbour, and
 * a packet to it would count as sent.
 * @return true as well when the kernel cannot tell
 */
bool kernel_has_route(struct kernel *kernel, unsigned int index,
                      const struct carp_addr *source,
                      const struct carp_addr *dest);

/* --------------------------------------------------------------- sources */

/** Is this address a virtual one? */
typedef bool kernel_is_virtual(const struct carp_addr *addr, void *data);

/**
 * The source of adverts to @p dest, chosen as FreeBSD does (PROTOCOL 1.3),
 * never a virtual address. IPv4: the interface's first address, those that
 * are not secondary before those that are. IPv6: its link-local address; to
 * a global address its first global one.
 * @param is_virtual may be NULL: only addresses marked as ours are virtual
 * @return family none when there is none
 */
struct carp_addr kernel_source(const struct kernel *kernel, unsigned int index,
                               const struct carp_addr *dest,
                               kernel_is_virtual *is_virtual, void *data);

#endif
