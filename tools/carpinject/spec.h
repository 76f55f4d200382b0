/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file spec.h
 * One advert as a user describes it: what is signed and which fields differ
 * from what a real host of the profile would send. A scenario step is one of
 * these too. Pure.
 */
#ifndef CARPINJECT_SPEC_H
#define CARPINJECT_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/auth.h>
#include <carp/key.h>
#include <carp/profile.h>

#include "carp_conf.h"
#include "field.h"

/** Most octets behind the advert (trailer). */
#define INJ_TRAILER_MAX 1024

/** What the Ethernet source is when it is not given as a MAC. */
enum inj_source_mac { INJ_MAC_PROFILE = 0, INJ_MAC_VIRTUAL, INJ_MAC_REAL };

/** How the counter goes on from one advert to the next. */
enum inj_counter_mode {
    INJ_COUNTER_UP = 0,  /**< plus one; "start+1" */
    INJ_COUNTER_RANDOM,  /**< anew each time: a node nobody answers */
    INJ_COUNTER_CONSTANT /**< OpenBSD */
};

/** A secret: holds a key. Plain value; inj_spec_clear() each copy. */
struct inj_spec {
    /* signing; without a key it is twenty zero octets, as on a host without
     * a password */
    bool has_key;
    struct carp_key key;
    struct carp_addrs addrs;
    enum carp_profile_id profile; /**< never AUTO; default freebsd */
    bool has_lladdr;
    struct carp_mac lladdr;
    bool has_hash_vhid; /**< sign for another vhid than is sent */
    uint8_t hash_vhid;

    /* counter */
    enum inj_counter_mode counter_mode;
    bool has_counter; /**< else the first one is random */
    uint64_t counter;

    /* envelope */
    uint8_t family; /**< as --family; NONE: of source, of dest, else IPv4 */
    enum inj_source_mac source_mac;
    bool has_real_mac; /**< of the interface */
    struct carp_mac real_mac;
    struct carp_addr real_source, real_source6; /**< or family NONE */

    /* overrides */
    uint64_t given; /**< INJ_BIT of each field in value[] */
    uint64_t wrong; /**< INJ_BIT of computed fields to be made wrong:
                         INJ_CHECKSUM, INJ_IP_CHECKSUM, INJ_DIGEST */
    struct inj_value value[INJ_FIELD_COUNT];
    struct carp_addr source, dest; /**< with INJ_SOURCE, INJ_DEST given */
    bool has_payload_len;
    uint16_t payload_len; /**< octets of CARP sent: less cuts, more fills 0 */
    uint16_t trailer_len; /**< octets behind it, counted in the IP length */
    uint8_t trailer[INJ_TRAILER_MAX];
};

/** An advert of a FreeBSD master: vhid 1, advbase 1, advskew 0. */
void inj_spec_init(struct inj_spec *spec);
/** Wipes the key. */
void inj_spec_clear(struct inj_spec *spec);

/**
 * Set one thing by name, as an option --NAME VALUE or a scenario's
 * NAME=VALUE does: any field of field.h, or one of
 * address (adds), key-hex, password, password-file, profile, lladdr,
 * hash-vhid, counter, family, payload-len, trailer-hex. Fields take numbers
 * their width holds, legal or not; checksum, ip-checksum and digest also
 * "bad"; eth-src also "virtual" and "real"; counter: random, start+1,
 * constant, 0xHEX (counts up from it), constant:0xHEX.
 * @return NULL, or a message to be freed: "ttl: 256 is outside 0 to 255".
 *         It never holds a secret.
 */
char *inj_spec_set(struct inj_spec *spec, const char *name, const char *value);

/** Take key, vhid, addresses, profile, lladdr, advbase, advskew, peer of a
 * carp.conf group. What is set afterwards wins. */
void inj_spec_from_group(struct inj_spec *spec,
                         const struct carp_conf_vhid *group);

/** NULL, or a message to be freed: contradictions such as an IPv6 source
 * and an IPv4 destination, or a field that the family does not have. */
char *inj_spec_check(const struct inj_spec *spec);

/** IPv4 or IPv6, by the rule at spec.family. */
uint8_t inj_spec_family(const struct inj_spec *spec);
/** The number that is sent for a CARP field of one octet. */
uint8_t inj_spec_octet(const struct inj_spec *spec, enum inj_field field);
/** Precompute the digest; the spec has been checked. */
void inj_spec_auth(const struct inj_spec *spec, struct carp_auth *auth);
/** The same for another vhid than the spec's; hash_vhid still wins. */
void inj_spec_auth_vhid(const struct inj_spec *spec, uint8_t vhid,
                        struct carp_auth *auth);

#endif
