/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file packet.h
 * Frames for tests, put together from hexadecimal text.
 */
#ifndef TEST_PACKET_H
#define TEST_PACKET_H

#include <carp/frame.h>

struct packet {
    uint8_t data[512];
    size_t len;
};

/** Append the octets that @p hex spells; blanks are ignored. */
void packet_hex(struct packet *p, const char *hex);
void packet_put(struct packet *p, const uint8_t *data, size_t len);

/** Parse the first @p captured octets from a block of exactly that size, so
 * that a read beyond them is seen by the address sanitizer. */
enum carp_status packet_parse_cut(const struct packet *p, int link,
                                  size_t captured, struct carp_frame *frame);

/** Parse a whole frame that must be understood. */
struct carp_frame packet_parse(const struct packet *p, int link);

/** Shorthand for both steps. */
struct carp_frame packet_parse_hex(const char *hex, int link);

/** g_assert_cmpmem() mixes signs in its expansion. */
void assert_octets(const uint8_t *a, const uint8_t *b, size_t len);

/** Whether @p a is the address that @p text spells. */
void assert_addr(const struct carp_addr *a, const char *text);
void assert_mac(const struct carp_mac *mac, const char *text);

#endif
