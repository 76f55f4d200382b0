/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file cooked.h
 * Which capture a frame of Linux's "any" comes from.
 */
#ifndef CARPKIT_COOKED_H
#define CARPKIT_COOKED_H

#include <stddef.h>
#include <stdint.h>

#include <carp/frame.h>

/**
 * On "any" a bridge and its port, a bond and its members show one frame each:
 * copies, as those of two captures of one wire, and no loop. SLL2 tells the
 * interface. SLL does not: there each frame is a capture of its own, and a
 * loop cannot be told.
 * @param source of the capture; @param number of the frame in it
 * @return for struct carp_packet's source
 */
static inline uint16_t
cooked_source(int link_type, const uint8_t *data, size_t captured,
              uint16_t source, uint64_t number)
{
    if (link_type == CARP_LINK_SLL2 && captured >= 8) {
        /* Octets 4 to 7 are the interface's index; indices are small. */
        return (uint16_t)(source + 256u * (data[6] + 1u) + data[7] * 257u);
    }
    return link_type == CARP_LINK_SLL ? (uint16_t)(source + number) : source;
}

#endif
