/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file field.h
 * Every header field of a frame as a table row: its name, where it is and
 * how wide (PROTOCOL 1.1, 1.3). The one place that knows the layout; options,
 * scenarios, dry run, replay and fuzzing all go through it.
 */
#ifndef CARPINJECT_FIELD_H
#define CARPINJECT_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/adv.h>

/** Longest frame that is built, sent or replayed. */
#define INJ_FRAME_MAX 2048

/** In wire order. */
enum inj_field {
    INJ_ETH_DST,
    INJ_ETH_SRC,
    INJ_VLAN_TPID, /**< type in front of the outer tag: 0x8100 */
    INJ_VLAN_PRIO,
    INJ_VLAN_DEI,
    INJ_VLAN, /**< outer VLAN id; giving it adds the tag */
    INJ_INNER_TPID,
    INJ_INNER_VLAN, /**< second tag; giving it adds both */
    INJ_ETH_TYPE,   /**< in front of the IP header */
    INJ_IP_VERSION,
    INJ_IP_HL, /**< IPv4 header length, 32-bit words */
    INJ_TOS,   /**< TOS or traffic class */
    INJ_FLOW_LABEL,
    INJ_IP_LEN, /**< IPv4 total length, IPv6 payload length */
    INJ_IP_ID,
    INJ_IP_FLAGS,  /**< 3 bits; 2 is "don't fragment" */
    INJ_IP_OFFSET, /**< fragment offset, 8-octet units */
    INJ_TTL,       /**< TTL or hop limit */
    INJ_PROTOCOL,  /**< protocol or next header */
    INJ_IP_CHECKSUM,
    INJ_SOURCE,
    INJ_DEST,
    INJ_VERSION,
    INJ_TYPE,
    INJ_VHID,
    INJ_ADVSKEW,
    INJ_AUTHLEN,
    INJ_DEMOTE,
    INJ_ADVBASE,
    INJ_CHECKSUM,
    INJ_COUNTER,
    INJ_DIGEST,
    INJ_FIELD_COUNT
};

#define INJ_BIT(field) (UINT64_C(1) << (field))

enum inj_layer {
    INJ_LAYER_ETH = 0,
    INJ_LAYER_VLAN,
    INJ_LAYER_INNER,
    INJ_LAYER_TYPE, /**< the two octets in front of the IP header */
    INJ_LAYER_IP,
    INJ_LAYER_CARP,
    INJ_LAYER_COUNT
};

/** How a value is written by people. */
enum inj_kind {
    INJ_NUMBER, /**< decimal, or 0x and hexadecimal */
    INJ_HEX,    /**< the same, shown as 0x and all digits */
    INJ_MAC,    /**< 48 bits as a number */
    INJ_ADDRESS,
    INJ_OCTETS
};

/** Bits from the start of the layer; bits 0: not in this family. */
struct inj_place {
    unsigned int offset, bits;
};

struct inj_field_info {
    const char *name; /**< as in --NAME */
    const char *help;
    enum inj_layer layer;
    enum inj_kind kind;
    struct inj_place v4, v6; /**< the same outside of IP */
};

/** NULL beyond the end. */
const struct inj_field_info *inj_field_info(enum inj_field field);
/** Find by name; '_' counts as '-'. False when there is none. */
bool inj_field_by_name(const char *name, enum inj_field *field);

/** One field's value: number for up to 64 bits, octets for more. */
struct inj_value {
    uint64_t number;
    uint8_t octets[CARP_MD_LEN]; /**< address or digest */
};

/** Offset of a layer that a frame does not have. */
#define INJ_NO_LAYER UINT16_MAX

/** Where each layer starts, in octets. */
struct inj_layout {
    uint16_t at[INJ_LAYER_COUNT];
    uint8_t family; /**< enum carp_family of the IP layer */
};

/** True when the frame has the field, wholly within @p len octets. */
bool inj_field_present(const struct inj_layout *layout, size_t len,
                       enum inj_field field);
/** Read a field that is present. */
struct inj_value inj_field_get(const uint8_t *octets,
                               const struct inj_layout *layout,
                               enum inj_field field);
/** Write a field that is present; excess bits of the number are dropped. */
void inj_field_set(uint8_t *octets, const struct inj_layout *layout,
                   enum inj_field field, const struct inj_value *value);

/** Largest number a field holds in @p family. */
uint64_t inj_field_max(enum inj_field field, uint8_t family);
/** Value as text into @p text: "255", "0x1c48", a MAC, an address, hex. */
#define INJ_VALUE_TEXT 64
char *inj_value_format(enum inj_field field, uint8_t family,
                       const struct inj_value *value,
                       char text[INJ_VALUE_TEXT]);

/** Compute the checksums and lengths that are not in @p keep (a mask of
 * INJ_BIT): IPv4 header checksum, CARP checksum over what IP carries up to 36
 * octets. Wherever present. */
void inj_fix_checksums(uint8_t *octets, size_t len,
                       const struct inj_layout *layout, uint64_t keep);

#endif
