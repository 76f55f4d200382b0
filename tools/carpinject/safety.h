/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file safety.h
 * Do not take over a live group by accident: what was heard before anything
 * is sent decides whether it may be. Judging is pure; asking and listening
 * are not.
 */
#ifndef CARPINJECT_SAFETY_H
#define CARPINJECT_SAFETY_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include <carp/auth.h>
#include <carp/frame.h>
#include <carp/time.h>

#include "receive.h"
#include "send.h"

/** What will be sent, as far as others may be hurt, and what was heard. */
struct inj_safety {
    struct carp_ring *ring;  /**< every key the command knows */
    struct carp_addrs named; /**< masters named in the command */
    struct carp_addrs asked; /**< virtual addresses of the command: whoever
                                  answers for one is a master, however seldom
                                  it advertises */
    bool vhid[256];          /**< which will be sent */
    bool replays;            /**< frames signed by others are sent: masters
                                  count even where nothing can be verified */
    bool is_owner;           /**< --i-own-this-network */
    carp_time listen;        /**< how long */

    struct carp_addrs learnt;  /**< heard in ARP and neighbour discovery */
    bool heard_named;          /**< an advert of a named master */
    unsigned int explained;    /**< searches for a reason; bounded */
    struct carp_addr stranger; /**< advertises a vhid that will be sent, with
                                   a digest that nothing explains */
    struct carp_addr held;     /**< an asked address somebody answers for;
                                    family none */
    struct carp_mac holder;
};

/** Take one heard frame in. Why it forbids sending: a line to be freed; NULL
 * when it does not. An advert forbids it whose key is known, even where the
 * sender hashes other addresses than the command gives. */
char *inj_safety_judge(struct inj_safety *safety,
                       const struct carp_frame *frame);
/** The same at the end: an address is answered for and its master was not
 * heard. */
char *inj_safety_conclude(const struct inj_safety *safety);

/** How long to listen: one interval of the slowest master with this advbase,
 * whose advskew may be worse than ours. */
carp_time inj_safety_listen_time(uint8_t advbase);

/**
 * Ask for the addresses, listen and judge. With is_owner returns at once.
 * @return NULL: go ahead; else a line to be freed, which says who is there
 *         and how to name it. After *stop: NULL.
 */
char *inj_safety_check(struct inj_safety *safety,
                       const struct inj_interface *interface,
                       struct inj_sender *sender, struct inj_receiver *receiver,
                       const volatile sig_atomic_t *stop);

#endif
