/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file port_internal.h
 * Shared by the port_*.c files alone.
 */
#ifndef CARPD_PORT_INTERNAL_H
#define CARPD_PORT_INTERNAL_H

#include <pcap/pcap.h>

#include "port.h"

/* ---- port_build.c: octets; no socket, no privilege */

#define PORT_FRAME_MAX 128

struct port_octets {
    size_t len;
    uint8_t octets[PORT_FRAME_MAX];
};

struct port_builder;
/** NULL when memory cannot be had. */
struct port_builder *port_builder_new(void);
void port_builder_free(struct port_builder *builder);
/** An advert to a group. False: libnet refuses; cannot happen with sane
 * values. */
bool port_build_advert(struct port_builder *builder,
                       const struct port_advert *advert,
                       const struct carp_mac *source, struct port_octets *out);
bool port_build_announce(struct port_builder *builder,
                         const struct carp_addr *addr,
                         const struct carp_mac *mac, bool is_router,
                         struct port_octets *out);
/** The CARP group of @p family. */
struct carp_addr port_group(uint8_t family);
bool port_is_group(const struct carp_addr *addr);

/* ---- port_filter.c */

/** The filter for what is wanted, in pcap's language; to be freed. */
char *port_filter_text(const struct port_want *want);

/* ---- port_socket.c: protocol 112 of the kernel's own */

struct port_sockets {
    int fd4, fd6; /* -1: none */
};
/** Sockets bound to the interface; they hold the memberships and swallow
 * what arrives. */
bool port_sockets_open(struct port_sockets *sockets, const char *name,
                       unsigned int index, const struct port_want *want,
                       struct os_error *error);
void port_sockets_close(struct port_sockets *sockets);
bool port_sockets_send(const struct port_sockets *sockets, const char *name,
                       unsigned int index, const struct port_advert *advert,
                       struct os_error *error);

/* ---- port_link.c: libnet's side */

struct port_link;
struct port_link *port_link_open(const char *name, unsigned int index,
                                 struct os_error *error);
void port_link_close(struct port_link *link);
bool port_link_send(struct port_link *link, const struct port_octets *frame,
                    struct os_error *error);

/* ---- port_capture.c: libpcap's side */

/** @return NULL and @p error when it cannot be */
pcap_t *port_capture_open(const char *name, const struct port_want *want,
                          struct os_error *error);
bool port_capture_filter(pcap_t *pcap, const char *name,
                         const struct port_want *want, struct os_error *error);
/** When the kernel took the frame. @param now port_now() */
carp_time port_capture_time(const struct pcap_pkthdr *header, carp_time now);

/** A line for an errno of sending. Always false. */
bool port_say_send_error(const char *name, int code, struct os_error *error);

/* ---- port.c */

struct port {
    struct kernel *kernel;
    GMainContext *context;
    char name[KERNEL_NAME];
    struct port_want want; /* its lists: own copies */
    struct carp_addr *addrs, *groups;
    struct port_ops ops;
    struct port_builder *builder;
    /* While the interface is up: */
    unsigned int index; /* 0: closed */
    struct carp_mac mac;
    pcap_t *pcap;
    struct port_link *link;
    struct port_sockets sockets;
    GSource *source;
    GSource *retry;    /* while it is closed for no reason of the interface's */
    GSource *opened;   /* while PORT_OPENED is to be told */
    uint64_t received; /* frames delivered */
    bool has_told_drops;
    char told[OS_ERROR_TEXT]; /* last line of PORT_CLOSED */
};

/** Open a closed port whose interface is up; told from the main loop. */
bool port_try_open(struct port *port, struct os_error *error);

#endif
