/* SPDX-License-Identifier: BSD-2-Clause */
#include "field.h"

#include <stdio.h>
#include <string.h>

#include <carp/adv.h>

#define BOTH(offset, bits) \
    {offset, bits},        \
    {                      \
        offset, bits       \
    }
#define ONLY4(offset, bits) \
    {offset, bits},         \
    {                       \
        0, 0                \
    }
#define ONLY6(offset, bits) \
    {0, 0},                 \
    {                       \
        offset, bits        \
    }

static const struct inj_field_info fields[INJ_FIELD_COUNT] = {
    [INJ_ETH_DST] = {"eth-dst", "destination MAC", INJ_LAYER_ETH, INJ_MAC,
                     BOTH(0, 48)},
    [INJ_ETH_SRC] = {"eth-src", "source MAC, virtual or real", INJ_LAYER_ETH,
                     INJ_MAC, BOTH(48, 48)},
    [INJ_VLAN_TPID] = {"vlan-tpid", "type of the tag (0x8100)", INJ_LAYER_VLAN,
                       INJ_HEX, BOTH(0, 16)},
    [INJ_VLAN_PRIO] = {"vlan-prio", "VLAN priority, 0 to 7", INJ_LAYER_VLAN,
                       INJ_NUMBER, BOTH(16, 3)},
    [INJ_VLAN_DEI] = {"vlan-dei", "VLAN drop eligible bit", INJ_LAYER_VLAN,
                      INJ_NUMBER, BOTH(19, 1)},
    [INJ_VLAN] = {"vlan", "VLAN id: adds a tag", INJ_LAYER_VLAN, INJ_NUMBER,
                  BOTH(20, 12)},
    [INJ_INNER_TPID] = {"inner-tpid", "type of the second tag (0x8100)",
                        INJ_LAYER_INNER, INJ_HEX, BOTH(0, 16)},
    [INJ_INNER_VLAN] = {"inner-vlan", "second VLAN id (QinQ)", INJ_LAYER_INNER,
                        INJ_NUMBER, BOTH(20, 12)},
    [INJ_ETH_TYPE] = {"eth-type", "EtherType (0x0800, 0x86dd)", INJ_LAYER_TYPE,
                      INJ_HEX, BOTH(0, 16)},
    [INJ_IP_VERSION] = {"ip-version", "IP version (4, 6)", INJ_LAYER_IP,
                        INJ_NUMBER, BOTH(0, 4)},
    [INJ_IP_HL] = {"ip-hl", "IPv4 header length in words (5)", INJ_LAYER_IP,
                   INJ_NUMBER, ONLY4(4, 4)},
    [INJ_TOS] =
        {"tos", "TOS or traffic class", INJ_LAYER_IP, INJ_HEX, {8, 8}, {4, 8}},
    [INJ_FLOW_LABEL] = {"flow-label", "IPv6 flow label (0)", INJ_LAYER_IP,
                        INJ_HEX, ONLY6(12, 20)},
    [INJ_IP_LEN] = {"ip-len",
                    "IPv4 total length, IPv6 payload length",
                    INJ_LAYER_IP,
                    INJ_NUMBER,
                    {16, 16},
                    {32, 16}},
    [INJ_IP_ID] = {"ip-id", "IPv4 identification", INJ_LAYER_IP, INJ_HEX,
                   ONLY4(32, 16)},
    [INJ_IP_FLAGS] = {"ip-flags", "IPv4 flags, 3 bits (2: don't fragment)",
                      INJ_LAYER_IP, INJ_NUMBER, ONLY4(48, 3)},
    [INJ_IP_OFFSET] = {"ip-offset", "IPv4 fragment offset", INJ_LAYER_IP,
                       INJ_NUMBER, ONLY4(51, 13)},
    [INJ_TTL] = {"ttl",
                 "TTL or hop limit (255)",
                 INJ_LAYER_IP,
                 INJ_NUMBER,
                 {64, 8},
                 {56, 8}},
    [INJ_PROTOCOL] = {"protocol",
                      "protocol or next header (112)",
                      INJ_LAYER_IP,
                      INJ_NUMBER,
                      {72, 8},
                      {48, 8}},
    [INJ_IP_CHECKSUM] = {"ip-checksum", "IPv4 header checksum, or bad",
                         INJ_LAYER_IP, INJ_HEX, ONLY4(80, 16)},
    [INJ_SOURCE] = {"source",
                    "source address",
                    INJ_LAYER_IP,
                    INJ_ADDRESS,
                    {96, 32},
                    {64, 128}},
    [INJ_DEST] = {"dest",
                  "destination (224.0.0.18, ff02::12)",
                  INJ_LAYER_IP,
                  INJ_ADDRESS,
                  {128, 32},
                  {192, 128}},
    [INJ_VERSION] = {"carp-version", "CARP version (2)", INJ_LAYER_CARP,
                     INJ_NUMBER, BOTH(0, 4)},
    [INJ_TYPE] = {"type", "CARP type (1)", INJ_LAYER_CARP, INJ_NUMBER,
                  BOTH(4, 4)},
    [INJ_VHID] = {"vhid", "virtual host id (1)", INJ_LAYER_CARP, INJ_NUMBER,
                  BOTH(8, 8)},
    [INJ_ADVSKEW] = {"advskew", "advskew (0)", INJ_LAYER_CARP, INJ_NUMBER,
                     BOTH(16, 8)},
    [INJ_AUTHLEN] = {"authlen", "authentication length (7)", INJ_LAYER_CARP,
                     INJ_NUMBER, BOTH(24, 8)},
    [INJ_DEMOTE] = {"demote", "demotion count (0)", INJ_LAYER_CARP, INJ_NUMBER,
                    BOTH(32, 8)},
    [INJ_ADVBASE] = {"advbase", "advbase in seconds (1)", INJ_LAYER_CARP,
                     INJ_NUMBER, BOTH(40, 8)},
    [INJ_CHECKSUM] = {"checksum", "CARP checksum, or bad", INJ_LAYER_CARP,
                      INJ_HEX, BOTH(48, 16)},
    [INJ_COUNTER] = {"counter", "random, start+1, constant, 0xHEX",
                     INJ_LAYER_CARP, INJ_HEX, BOTH(64, 64)},
    [INJ_DIGEST] = {"digest", "40 hexadecimal digits, or bad", INJ_LAYER_CARP,
                    INJ_OCTETS, BOTH(128, 160)},
};

const struct inj_field_info *
inj_field_info(enum inj_field field)
{
    return (unsigned int)field < INJ_FIELD_COUNT ? &fields[field] : NULL;
}

bool
inj_field_by_name(const char *name, enum inj_field *field)
{
    for (unsigned int i = 0; i < INJ_FIELD_COUNT; i++) {
        const char *known = fields[i].name;
        size_t at = 0;
        while (known[at] != '\0' && (name[at] == known[at] ||
                                     (name[at] == '_' && known[at] == '-'))) {
            at++;
        }
        if (known[at] == '\0' && name[at] == '\0') {
            *field = (enum inj_field)i;
            return true;
        }
    }
    return false;
}

static struct inj_place
place_of(enum inj_field field, uint8_t family)
{
    return family == CARP_IPV6 ? fields[field].v6 : fields[field].v4;
}

bool
inj_field_present(const struct inj_layout *layout, size_t len,
                  enum inj_field field)
{
    struct inj_place place = place_of(field, layout->family);
    uint16_t start = layout->at[fields[field].layer];
    if (place.bits == 0 || start == INJ_NO_LAYER) {
        return false;
    }
    return (size_t)start + (place.offset + place.bits + 7u) / 8u <= len;
}

/* Bit by bit from the most significant: fields are short, and no width or
 * alignment needs a case of its own. */
static uint64_t
get_bits(const uint8_t *octets, size_t bit, unsigned int bits)
{
    uint64_t number = 0;
    if (bit % 8 == 0 && bits % 8 == 0) {
        for (unsigned int i = 0; i < bits / 8; i++) {
            number = number << 8 | octets[bit / 8 + i];
        }
        return number;
    }
    for (unsigned int i = 0; i < bits; i++, bit++) {
        unsigned int octet = octets[bit / 8];
        number = number << 1 | (octet >> (7 - bit % 8) & 1u);
    }
    return number;
}

static void
set_bits(uint8_t *octets, size_t bit, unsigned int bits, uint64_t number)
{
    if (bit % 8 == 0 && bits % 8 == 0) {
        for (unsigned int left = bits; left > 0; left -= 8) {
            octets[bit / 8 + (bits - left) / 8] =
                (uint8_t)(number >> (left - 8));
        }
        return;
    }
    for (unsigned int left = bits; left > 0; left--, bit++) {
        unsigned int mask = 0x80u >> (bit % 8);
        unsigned int old = octets[bit / 8];
        bool is_one = (number >> (left - 1) & 1u) != 0;
        octets[bit / 8] = (uint8_t)(is_one ? old | mask : old & ~mask);
    }
}

struct inj_value
inj_field_get(const uint8_t *octets, const struct inj_layout *layout,
              enum inj_field field)
{
    struct inj_value value;
    struct inj_place place = place_of(field, layout->family);
    size_t start = layout->at[fields[field].layer];
    memset(&value, 0, sizeof(value));
    if (fields[field].kind == INJ_ADDRESS || fields[field].kind == INJ_OCTETS) {
        memcpy(value.octets, octets + start + place.offset / 8u,
               place.bits / 8u);
    } else {
        value.number = get_bits(octets, start * 8 + place.offset, place.bits);
    }
    return value;
}

void
inj_field_set(uint8_t *octets, const struct inj_layout *layout,
              enum inj_field field, const struct inj_value *value)
{
    struct inj_place place = place_of(field, layout->family);
    size_t start = layout->at[fields[field].layer];
    if (fields[field].kind == INJ_ADDRESS || fields[field].kind == INJ_OCTETS) {
        memcpy(octets + start + place.offset / 8u, value->octets,
               place.bits / 8u);
    } else {
        set_bits(octets, start * 8 + place.offset, place.bits, value->number);
    }
}

uint64_t
inj_field_max(enum inj_field field, uint8_t family)
{
    unsigned int bits = place_of(field, family).bits;
    if (bits >= 64) {
        return UINT64_MAX;
    }
    return (UINT64_C(1) << bits) - 1;
}

static char *
format_octets(const uint8_t *octets, size_t len, char *text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        text[2 * i] = digits[octets[i] >> 4];
        text[2 * i + 1] = digits[octets[i] & 15];
    }
    text[2 * len] = '\0';
    return text;
}

char *
inj_value_format(enum inj_field field, uint8_t family,
                 const struct inj_value *value, char text[INJ_VALUE_TEXT])
{
    unsigned int bits = place_of(field, family).bits;
    struct carp_mac mac;
    struct carp_addr addr;
    switch (fields[field].kind) {
    case INJ_NUMBER:
        snprintf(text, INJ_VALUE_TEXT, "%llu",
                 (unsigned long long)value->number);
        break;
    case INJ_HEX:
        snprintf(text, INJ_VALUE_TEXT, "0x%0*llx", (int)(bits + 3) / 4,
                 (unsigned long long)value->number);
        break;
    case INJ_MAC:
        for (unsigned int i = 0; i < 6; i++) {
            mac.octets[i] = (uint8_t)(value->number >> (40 - 8 * i));
        }
        carp_mac_format(&mac, text);
        break;
    case INJ_ADDRESS:
        addr = bits == 128 ? carp_addr_v6(value->octets)
                           : carp_addr_v4(value->octets);
        carp_addr_format(&addr, text);
        break;
    case INJ_OCTETS:
        format_octets(value->octets, bits / 8u, text);
        break;
    }
    return text;
}

static void
fix_one(uint8_t *octets, const struct inj_layout *layout, size_t len,
        enum inj_field field, size_t covered)
{
    struct inj_value value;
    memset(&value, 0, sizeof(value));
    if (!inj_field_present(layout, len, field)) {
        return;
    }
    size_t start = layout->at[fields[field].layer];
    inj_field_set(octets, layout, field, &value);
    if (covered > len - start) {
        covered = len - start;
    }
    value.number = carp_checksum(octets + start, covered);
    inj_field_set(octets, layout, field, &value);
}

void
inj_fix_checksums(uint8_t *octets, size_t len, const struct inj_layout *layout,
                  uint64_t keep)
{
    if ((keep & INJ_BIT(INJ_IP_CHECKSUM)) == 0) {
        /* Header length may be a lie; what is there is what counts. */
        size_t header = 20;
        if (inj_field_present(layout, len, INJ_IP_HL)) {
            size_t told =
                (size_t)inj_field_get(octets, layout, INJ_IP_HL).number * 4;
            header = told < 20 ? 20 : told;
        }
        fix_one(octets, layout, len, INJ_IP_CHECKSUM, header);
    }
    if ((keep & INJ_BIT(INJ_CHECKSUM)) == 0) {
        fix_one(octets, layout, len, INJ_CHECKSUM, CARP_ADV_LEN);
    }
}
