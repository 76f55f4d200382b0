/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file capture.h
 * Where frames come from: capture files and interfaces.
 */
#ifndef CARPMON_CAPTURE_H
#define CARPMON_CAPTURE_H

#include <signal.h>
#include <stdbool.h>

#include <pcap/pcap.h>

#include "monitor.h"

/**
 * Read all files of @p options in the order of their frames' times.
 *
 * What cannot be read is said on standard error in one line and counted in
 * the totals; everything before it has been used.
 * @param stop becomes non-zero when the user wants an end
 */
void mon_capture_files(struct mon_monitor *monitor,
                       const struct mon_options *options,
                       const volatile sig_atomic_t *stop);

/**
 * Watch all interfaces of @p options until @p stop, or the given bounds.
 * @param[out] clock the session's clock, kept in step
 * @return false when an interface could not be opened at the start
 */
bool mon_capture_live(struct mon_monitor *monitor,
                      const struct mon_options *options,
                      struct mon_clock *clock,
                      const volatile sig_atomic_t *stop);

/** Let only what matters through. False when the filter cannot be set, which
 * costs time but no frames. */
bool mon_capture_filter(pcap_t *pcap);

/** Is the interface up and has it a carrier? True where that is unknown. */
bool mon_capture_has_link(const char *name);

/** A packet's time in nanoseconds; saturates. */
static inline carp_time
mon_capture_time(const struct pcap_pkthdr *header)
{
    if (header->ts.tv_sec < 0 || header->ts.tv_usec < 0) {
        return 0;
    }
    carp_time seconds = (carp_time)header->ts.tv_sec;
    /* 2^64 ns are 584 years; the handle counts nanoseconds in tv_usec. */
    if (seconds > CARP_NEVER / CARP_SEC - 10) {
        seconds = CARP_NEVER / CARP_SEC - 10;
    }
    return seconds * CARP_SEC + (carp_time)header->ts.tv_usec % CARP_SEC;
}

#endif
