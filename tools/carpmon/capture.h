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

/** A watch on interfaces. */
struct mon_live;

/**
 * Open all interfaces of @p options. What cannot be opened is said; those
 * that a pattern finds may be missing, down, or none at all.
 * @param options must outlive the watch
 * @param clock the session's clock, kept in step
 * @return NULL when an interface that was named could not be opened
 */
struct mon_live *mon_live_open(const struct mon_options *options,
                               struct mon_clock *clock);
/** Watch until @p stop, or the bounds of the options. */
void mon_live_run(struct mon_live *live, struct mon_monitor *monitor,
                  const volatile sig_atomic_t *stop);
/** NULL is allowed. */
void mon_live_free(struct mon_live *live);

/** Is it a pattern for interfaces ('*' and '?'), not a name? */
bool mon_capture_is_pattern(const char *name);
/** Names of the interfaces that fit, are up, and are neither a loopback nor
 * mon_capture_is_vmac(): to be freed with g_strfreev(). */
char **mon_capture_find(const char *pattern);
/** Up, and no loopback? */
bool mon_capture_is_worth(const char *name);
/** Is it a macvlan with a virtual MAC, as carpd and keepalived have them? It is
 * down while the host is BACKUP, and the interface that it is on shows all of
 * its frames. */
bool mon_capture_is_vmac(const char *name);

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
