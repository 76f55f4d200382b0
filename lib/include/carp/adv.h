/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file adv.h
 * The CARP advertisement: 36 octets, one struct, both directions
 * (PROTOCOL 1.1, 1.2).
 */
#ifndef CARP_ADV_H
#define CARP_ADV_H

#include <stddef.h>
#include <stdint.h>

#include <carp/export.h>
#include <carp/status.h>

CARP_BEGIN_DECLS

#define CARP_ADV_LEN 36
#define CARP_MD_LEN 20
#define CARP_VERSION 2
#define CARP_TYPE_ADVERT 1
#define CARP_AUTHLEN 7
/** Largest advskew a FreeBSD node advertises; the sign of demotion. */
#define CARP_SKEW_DEMOTED 240
/** advbase and advskew of a bow-out. */
#define CARP_BOW_OUT 255

/** What is wrong with an advert. Bits, so that all faults show at once. */
enum carp_issue {
    CARP_ISSUE_VERSION = 1u << 0,   /**< version is not 2 */
    CARP_ISSUE_TYPE = 1u << 1,      /**< type is not 1 (no receiver checks) */
    CARP_ISSUE_AUTHLEN = 1u << 2,   /**< authlen is not 7 (nobody checks) */
    CARP_ISSUE_CHECKSUM = 1u << 3,  /**< checksum over 36 octets is wrong */
    CARP_ISSUE_SHORT = 1u << 4,     /**< fewer than 36 octets on the wire */
    CARP_ISSUE_TRAILING = 1u << 5,  /**< more than 36 octets on the wire */
    CARP_ISSUE_VHID_ZERO = 1u << 6, /**< vhid 0 matches no instance */
    CARP_ISSUE_TTL = 1u << 7,       /**< TTL or hop limit is not 255 */
    CARP_ISSUE_CAPTURE = 1u << 8    /**< cut by the capture, not the sender */
};

struct carp_adv {
    uint8_t version; /**< 2 */
    uint8_t type;    /**< 1 */
    uint8_t vhid;    /**< 1..255 */
    uint8_t advskew; /**< 0..254; 255 with advbase 255 is a bow-out */
    uint8_t authlen; /**< 7 */
    uint8_t demote;  /**< OpenBSD's demotion count; 0 elsewhere */
    uint8_t advbase; /**< seconds */
    uint16_t checksum;
    uint64_t counter; /**< first wire octet is the most significant */
    uint8_t md[CARP_MD_LEN];
};

/**
 * Decode the payload of an IP packet of protocol 112.
 *
 * Only missing bytes make it fail; everything wrong is a bit of @p issues.
 * @param data captured octets of the payload
 * @param captured how many there are
 * @param on_wire how many the IP header promises; >= captured
 * @param[out] adv fields; those not captured are zero. Defined always.
 * @param[out] issues mask of enum carp_issue; CARP_ISSUE_TTL is never set
 *             here (the IP header knows). Defined always.
 * @return CARP_OK, or CARP_ERR_TRUNCATED when fewer than 36 octets are
 *         captured: CARP_ISSUE_SHORT says that the sender sent fewer,
 *         CARP_ISSUE_CAPTURE that the capture cut them
 */
CARP_API CARP_NODISCARD enum carp_status
carp_adv_decode(const uint8_t *data, size_t captured, size_t on_wire,
                struct carp_adv *adv, unsigned int *issues);

/** Write @p adv as it stands, checksum field included, to @p out. */
CARP_API void carp_adv_encode(const struct carp_adv *adv,
                              uint8_t out[CARP_ADV_LEN]);

/** Set adv->checksum to what the other fields demand. */
CARP_API void carp_adv_set_checksum(struct carp_adv *adv);

/** RFC 1071 sum of @p len octets; 0 over a message with a right checksum. */
CARP_API uint16_t carp_checksum(const uint8_t *data, size_t len);

/** Short name of one issue bit, such as "bad checksum"; never NULL. */
CARP_API const char *carp_issue_text(enum carp_issue issue);

CARP_END_DECLS

#endif
