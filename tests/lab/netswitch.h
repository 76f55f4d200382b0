/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file netswitch.h
 * The two halves of netswitch: netswitch.c opens ports and obeys commands,
 * netswitch_carry.c carries frames.
 */
#ifndef NETSWITCH_H
#define NETSWITCH_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#define PORTS 64
#define ALWAYS 1000U /* per mille */

enum frame_class { CARP4, CARP6, OTHER, CLASSES };

/** The first three are per mille of the frames, the others microseconds. */
enum fault { LOSS, DUPLICATE, REORDER, DELAY, JITTER, FAULTS };

struct port {
    char name[IF_NAMESIZE];
    int fd; /**< -1: its interface is gone */
};

/** What befalls frames from one port to another one. */
struct path {
    uint32_t fault[CLASSES][FAULTS];
    uint64_t random[CLASSES];
};

struct net {
    struct port ports[PORTS];
    unsigned int port_count;
    struct path paths[PORTS][PORTS];
    bool is_traced;
};

/** Each path and class gets its own random sequence: what others send changes
 * none. */
void net_seed(struct net *net, uint64_t value);

/** Takes in what waits at a port, a bounded number of frames. */
void net_take_in(struct net *net, unsigned int from);

/** Puts out what was delayed and is due; nanoseconds to the next one, or -1. */
int64_t net_put_out(struct net *net);

#endif
