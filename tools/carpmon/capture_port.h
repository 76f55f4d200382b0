/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file capture_port.h
 * One interface that is watched: its handle, the frame read ahead, what the
 * kernel dropped.
 */
#ifndef CARPMON_CAPTURE_PORT_H
#define CARPMON_CAPTURE_PORT_H

#include <stdbool.h>

#include <pcap/pcap.h>

#include "clock.h"
#include "log.h"
#include "monitor.h"

struct mon_port {
    char *name;
    pcap_t *pcap;    /**< NULL while the interface is away */
    int fd;          /**< readable when a block is ready; -1 while away */
    int buffer;      /**< octets for the kernel's ring */
    bool is_found;   /**< by a pattern: it may come and go */
    bool is_unasked; /**< nobody named it or its wire: it need not have CARP */
    bool is_blind;   /**< away, or without carrier */
    bool is_gone;    /**< it cannot be opened */
    carp_time gone;  /**< since then */
    bool has_next;   /**< @c next is a frame that waits */
    struct mon_frame next;
    carp_time stamp;    /**< of @c next, as the wall clock showed it */
    carp_time empty_at; /**< when it was last found to hold no frame */
    uint64_t dropped;   /**< by handles that are closed */
    uint64_t dropped_seen, dropped_said;
    struct log_limit drop_limit;
};

/** @param name is copied  @param number tells captures of one wire apart */
struct mon_port *mon_port_new(const char *name, uint16_t segment,
                              uint16_t number, int buffer);
void mon_port_free(void *data);

/** Open the handle. False with the reason in @p error. */
bool mon_port_open(struct mon_port *port, char error[PCAP_ERRBUF_SIZE]);
void mon_port_close(struct mon_port *port);

/**
 * Read the next frame, if there is one, into port->next.
 * @param now when the caller last looked at the clock
 * @return false when the handle failed: it was closed, and that was said
 */
bool mon_port_read(struct mon_port *port, const struct mon_clock *clock,
                   carp_time now);
/** Frames that the kernel dropped so far, for lack of room. */
uint64_t mon_port_dropped(const struct mon_port *port);

#endif
