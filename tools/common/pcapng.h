/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file pcapng.h
 * Writes pcapng with comments, which libpcap cannot. Into memory: files are
 * the caller's.
 *
 * The format is draft-ietf-opsawg-pcapng: one section in the machine's octet
 * order, interfaces with nanosecond times, enhanced packet blocks. Texts are
 * cut at PCAPNG_TEXT_MAX octets, at a character's border; what is not UTF-8
 * is replaced.
 */
#ifndef TOOLS_PCAPNG_H
#define TOOLS_PCAPNG_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include <carp/time.h>

#define PCAPNG_TEXT_MAX 4096

/** Begin: the section header. @p comment may be NULL. */
void pcapng_section(GByteArray *out, const char *application,
                    const char *comment);

/**
 * Describe an interface. The first is number 0, the next 1, and so on.
 * @param link_type LINKTYPE_ number
 * @param snaplen octets captured of a frame at most
 */
void pcapng_interface(GByteArray *out, const char *name, uint16_t link_type,
                      uint32_t snaplen);

/** One frame. */
struct pcapng_packet {
    uint32_t interface;
    carp_time time; /**< nanoseconds since 1970 */
    const uint8_t *data;
    size_t captured, on_wire;
};

/** Add a frame with @p count comments. */
void pcapng_packet(GByteArray *out, const struct pcapng_packet *packet,
                   const char *const *comments, size_t count);

#endif
