/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file send.h
 * The one file that sends: libnet opens the interface, frames leave in
 * batches over its socket, or one by one through libnet where the system
 * cannot do that.
 */
#ifndef CARPINJECT_SEND_H
#define CARPINJECT_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/addr.h>

#include "build.h"

/** Most frames that leave together. */
#define INJ_BATCH 64

struct inj_sender;

/** What is known of an interface. */
struct inj_interface {
    char name[16];
    struct carp_mac mac;
    unsigned int mtu;
    bool is_up, has_carrier, is_ethernet;
    struct carp_addr address;  /**< first IPv4; family none when there is
                                    none */
    struct carp_addr address6; /**< link-local, else the first */
};

/** Look an interface up; needs no privileges. @param[out] error a line to be
 * freed when false is returned: no such interface. */
bool inj_interface_look(const char *name, struct inj_interface *interface,
                        char **error);

/** NULL and a line when it cannot be: no permission, no such interface, link
 * down, not Ethernet. @param slow one by one through libnet */
struct inj_sender *inj_sender_open(const struct inj_interface *interface,
                                   bool slow, char **error);
/**
 * Send @p count frames, INJ_BATCH at most, at once. Waits while the queue is
 * full.
 * @return how many left before an error; fewer than @p count: see error
 */
unsigned int inj_sender_send(struct inj_sender *sender,
                             const struct inj_frame *frames,
                             unsigned int count);
/** The last error as a line, with the remedy (a frame above the MTU, link
 * down). */
const char *inj_sender_error(const struct inj_sender *sender);
void inj_sender_close(struct inj_sender *sender);

#endif
