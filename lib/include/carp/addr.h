/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file addr.h
 * IPv4, IPv6 and MAC addresses as plain values.
 */
#ifndef CARP_ADDR_H
#define CARP_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/export.h>
#include <carp/status.h>

CARP_BEGIN_DECLS

/** Address family as a number people use: 0 none, 4, 6. */
enum carp_family { CARP_FAMILY_NONE = 0, CARP_IPV4 = 4, CARP_IPV6 = 6 };

/** An IP address. Octets behind the family's length are always zero, so that
 * two equal addresses are equal octet for octet. */
struct carp_addr {
    uint8_t family;     /**< enum carp_family */
    uint8_t octets[16]; /**< network order; IPv4 uses the first four */
};

/** A 48 bit MAC address. */
struct carp_mac {
    uint8_t octets[6];
};

/** Buffer sizes for carp_addr_format() and carp_mac_format(). */
#define CARP_ADDR_TEXT 46
#define CARP_MAC_TEXT 18

/** Make an address of four octets in network order. */
CARP_API struct carp_addr carp_addr_v4(const uint8_t octets[4]);
/** Make an address of sixteen octets in network order. */
CARP_API struct carp_addr carp_addr_v6(const uint8_t octets[16]);

/** Negative, zero or positive: family first, then octets as a big-endian
 * number. This is the order in which most kernels hash (PROTOCOL 2.2). */
CARP_API int carp_addr_compare(const struct carp_addr *a,
                               const struct carp_addr *b);
/** Same family and same octets. */
CARP_API bool carp_addr_equal(const struct carp_addr *a,
                              const struct carp_addr *b);
/** True for fe80::/10. */
CARP_API bool carp_addr_is_link_local(const struct carp_addr *a);
/** Can an interface have it: not unspecified, no multicast group or
 * broadcast, not the loopback's. Whoever reads addresses of a vhid refuses
 * others. */
CARP_API bool carp_addr_is_host(const struct carp_addr *a);

/**
 * Read "192.0.2.1", "192.0.2.1/24", "2001:db8::1/64" or "fe80::1%em0".
 * A zone is accepted and ignored.
 * @param text NUL terminated; blanks around are not accepted
 * @param[out] addr the address
 * @param[out] prefix_len the length given, or 32/128; may be NULL
 * @return CARP_OK; CARP_ERR_SYNTAX when it is no address; CARP_ERR_RANGE
 *         when only the prefix length is outside 0..32 or 0..128
 */
CARP_API CARP_NODISCARD enum carp_status
carp_addr_parse(const char *text, struct carp_addr *addr,
                unsigned int *prefix_len);

/** Write @p a as text into @p text and return @p text. */
CARP_API char *carp_addr_format(const struct carp_addr *a,
                                char text[CARP_ADDR_TEXT]);
/** Read "00:00:5e:00:01:2a" (or with '-'); CARP_ERR_SYNTAX otherwise. */
CARP_API CARP_NODISCARD enum carp_status carp_mac_parse(const char *text,
                                                        struct carp_mac *mac);
/** Write @p mac as "00:00:5e:00:01:2a" into @p text and return @p text. */
CARP_API char *carp_mac_format(const struct carp_mac *mac,
                               char text[CARP_MAC_TEXT]);
/** Same octets. */
CARP_API bool carp_mac_equal(const struct carp_mac *a,
                             const struct carp_mac *b);
/** The virtual MAC 00:00:5e:00:01:vhid (PROTOCOL 1.4). */
CARP_API struct carp_mac carp_mac_virtual(uint8_t vhid);

CARP_END_DECLS

#endif
