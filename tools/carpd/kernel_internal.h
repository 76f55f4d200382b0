/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file kernel_internal.h
 * Shared by the kernel_*.c files alone.
 */
#ifndef CARPD_KERNEL_INTERNAL_H
#define CARPD_KERNEL_INTERNAL_H

#include <libmnl/libmnl.h>

#include "kernel.h"

struct kernel_listening {
    kernel_listener *listener; /* NULL: gone, to be swept */
    void *data;
};

struct kernel {
    struct mnl_socket *monitor; /* notifications */
    struct mnl_socket *asker;   /* requests and dumps */
    uint32_t sequence;
    GSource *source;
    GArray *links;     /* struct kernel_row_link */
    GArray *addresses; /* struct kernel_row_address */
    uint32_t round;    /* of dumps: rows of an older one are gone */
    bool is_stale;     /* the last dump has not come to its end */
    GQueue events;     /* struct kernel_event, to be told */
    GArray *listeners;
    unsigned int telling; /* depth */
};

struct kernel_row_link {
    struct kernel_link link;
    uint32_t round;
};

struct kernel_row_address {
    struct kernel_address address;
    uint32_t round;
};

/* ---- kernel.c */

/** An empty table without a socket, as parsers and their tests want it;
 * kernel_close() it. */
struct kernel *kernel_alloc(void);

/** Read the table anew, and again in a second if it cannot be had whole. */
void kernel_refresh(struct kernel *kernel);

/* ---- kernel_parse.c: messages to values; pure */

/** Is the whole message within the @p left octets of its buffer? libmnl's
 * check takes a length of 2^31 and above for a negative number. */
bool kernel_message_ok(const struct nlmsghdr *message, int left);

/** False when the message is none of an interface, or of no interest (a
 * bridge telling of its port). */
bool kernel_parse_link(const struct nlmsghdr *message,
                       struct kernel_link *link);
bool kernel_parse_address(const struct nlmsghdr *message,
                          struct kernel_address *address);
/** Setting @p id (IPV4_DEVCONF_*) in an answer to RTM_GETLINK. */
bool kernel_parse_conf(const struct nlmsghdr *message, uint16_t id,
                       uint32_t *value);
/**
 * Note the answers of one buffer: code and said of each request.
 * @param buffer of the socket, @p left octets
 * @param first the sequence number of requests[0]
 * @return how many answers to them were in it
 */
unsigned int kernel_parse_answers(const void *buffer, int left, uint32_t first,
                                  struct kernel_request *requests,
                                  unsigned int count);

/* ---- kernel_table.c */

/** Take one notification or line of a dump into the table. */
void kernel_table_apply(struct kernel *kernel, const struct nlmsghdr *message);
/** The same with each notice of a buffer of the socket. */
void kernel_table_apply_all(struct kernel *kernel, const void *buffer,
                            int left);
/** An address that was put up: IPv6 ones are told of only later. */
void kernel_table_assume(struct kernel *kernel,
                         const struct kernel_address *address);
/** Forget, with events, what the dump that began the round did not name. */
void kernel_table_sweep(struct kernel *kernel);

/* ---- kernel_build.c */

/** Write @p request into @p buffer (KERNEL_MESSAGE octets). */
struct nlmsghdr *kernel_build(const struct kernel_request *request,
                              uint32_t sequence, void *buffer);
#define KERNEL_MESSAGE 1024

/* ---- kernel_request.c */

/** Read all interfaces and addresses into the table. Changes that come faster
 * than they can be read leave it stale. */
bool kernel_dump(struct kernel *kernel, struct os_error *error);

#endif
