/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames that exist already: new counters, captured ones made new. */
#include <string.h>

#include <glib.h>

#include <carp/frame.h>

#include "build_internal.h"

#define ETH_LEN 14
#define TAG_LEN 4

static bool
has(const struct inj_frame *frame, enum inj_field field)
{
    return inj_field_present(&frame->layout, frame->len, field);
}

static struct inj_value
get(const struct inj_frame *frame, enum inj_field field)
{
    return inj_field_get(frame->octets, &frame->layout, field);
}

static void
set(struct inj_frame *frame, enum inj_field field,
    const struct inj_value *value)
{
    inj_field_set(frame->octets, &frame->layout, field, value);
}

void
inj_frame_spoil(struct inj_frame *frame, enum inj_field field)
{
    if (has(frame, field)) {
        struct inj_value value = get(frame, field);
        value.number ^= INJ_WRONG_SUM;
        set(frame, field, &value);
    }
}

static void
sign(struct inj_frame *frame, const struct inj_spec *spec,
     const struct carp_auth *auth)
{
    if (has(frame, INJ_DIGEST) && has(frame, INJ_COUNTER) &&
        (spec->given & INJ_BIT(INJ_DIGEST)) == 0) {
        struct inj_value value;
        carp_auth_digest(auth, get(frame, INJ_COUNTER).number, value.octets);
        set(frame, INJ_DIGEST, &value);
    }
}

static void
spoil_digest(struct inj_frame *frame)
{
    if (has(frame, INJ_DIGEST)) {
        struct inj_value value = get(frame, INJ_DIGEST);
        value.octets[0] ^= 0xff;
        set(frame, INJ_DIGEST, &value);
    }
}

static void
finish(struct inj_frame *frame, const struct inj_spec *spec, uint64_t keep)
{
    if ((spec->wrong & INJ_BIT(INJ_DIGEST)) != 0) {
        spoil_digest(frame);
    }
    inj_fix_checksums(frame->octets, frame->len, &frame->layout, keep);
    if ((spec->wrong & INJ_BIT(INJ_CHECKSUM)) != 0) {
        inj_frame_spoil(frame, INJ_CHECKSUM);
    }
}

void
inj_frame_recount(struct inj_frame *frame, const struct inj_spec *spec,
                  const struct carp_auth *auth, uint64_t counter)
{
    const uint64_t untouched = INJ_BIT(INJ_DIGEST) | INJ_BIT(INJ_CHECKSUM);
    struct inj_value value;
    if (!has(frame, INJ_COUNTER)) {
        return;
    }
    value.number = counter;
    set(frame, INJ_COUNTER, &value);
    /* The IP header did not change. */
    if (((spec->given | spec->wrong) & untouched) == 0 &&
        has(frame, INJ_DIGEST)) {
        /* What a flood does a million times. */
        carp_auth_digest(auth, counter, value.octets);
        set(frame, INJ_DIGEST, &value);
        inj_fix_checksums(frame->octets, frame->len, &frame->layout,
                          INJ_BIT(INJ_IP_CHECKSUM));
        return;
    }
    sign(frame, spec, auth);
    finish(frame, spec, spec->given | INJ_BIT(INJ_IP_CHECKSUM));
}

/* ---------------------------------------------------------------- capture */

/* Where IP starts, for link types without tags of their own. */
static size_t
ip_offset(int link_type)
{
    switch (link_type) {
    case CARP_LINK_NULL:
    case CARP_LINK_LOOP:
        return 4;
    case CARP_LINK_SLL:
        return 16;
    case CARP_LINK_SLL2:
        return 20;
    default:
        return 0;
    }
}

static bool
is_tag(const uint8_t *type)
{
    unsigned int number = (unsigned int)type[0] << 8 | type[1];
    return number == 0x8100 || number == 0x88a8 || number == 0x9100 ||
           number == 0x9200;
}

static void
lay_out(struct inj_frame *frame, const struct carp_frame *parsed,
        size_t payload_off)
{
    struct inj_layout *layout = &frame->layout;
    uint16_t at = ETH_LEN - 2;
    layout->family = parsed->family;
    layout->at[INJ_LAYER_ETH] = 0;
    layout->at[INJ_LAYER_VLAN] = INJ_NO_LAYER;
    layout->at[INJ_LAYER_INNER] = INJ_NO_LAYER;
    if (is_tag(frame->octets + at)) {
        layout->at[INJ_LAYER_VLAN] = at;
        at = (uint16_t)(at + TAG_LEN);
    }
    if (at != ETH_LEN - 2 && is_tag(frame->octets + at)) {
        layout->at[INJ_LAYER_INNER] = at;
        at = (uint16_t)(at + TAG_LEN);
    }
    layout->at[INJ_LAYER_TYPE] = at;
    layout->at[INJ_LAYER_IP] = (uint16_t)(at + 2);
    layout->at[INJ_LAYER_CARP] = (uint16_t)payload_off;
}

static void
new_header(uint8_t *octets, const struct carp_frame *parsed)
{
    struct carp_mac dst = inj_mac_of_group(&parsed->dst);
    struct carp_mac src = parsed->has_mac
                              ? parsed->src_mac
                              : carp_mac_virtual(parsed->u.adv.vhid);
    memcpy(octets, dst.octets, 6);
    memcpy(octets + 6, src.octets, 6);
    octets[12] = parsed->family == CARP_IPV6 ? 0x86 : 0x08;
    octets[13] = parsed->family == CARP_IPV6 ? 0xdd : 0x00;
}

bool
inj_frame_from_capture(int link_type, const uint8_t *data, size_t len,
                       size_t on_wire, struct inj_frame *frame)
{
    struct carp_frame parsed;
    if (carp_frame_parse(link_type, data, len, on_wire, &parsed) != CARP_OK ||
        parsed.kind != CARP_FRAME_CARP || len < on_wire) {
        return false;
    }
    bool is_ethernet = link_type == CARP_LINK_ETHERNET;
    size_t skip = is_ethernet ? 0 : ip_offset(link_type);
    size_t head = is_ethernet ? 0 : ETH_LEN;
    if (len < skip || len - skip + head > INJ_FRAME_MAX) {
        return false;
    }
    if (!is_ethernet) {
        new_header(frame->octets, &parsed);
    }
    memcpy(frame->octets + head, data + skip, len - skip);
    frame->len = len - skip + head;
    frame->at = 0;
    lay_out(frame, &parsed, parsed.payload_off - skip + head);
    return true;
}

/* ---------------------------------------------------------------- rewrite */

static void
insert_tag(struct inj_frame *frame, enum inj_layer layer)
{
    size_t at = frame->layout.at[INJ_LAYER_TYPE];
    if (frame->len + TAG_LEN > INJ_FRAME_MAX) {
        return;
    }
    memmove(frame->octets + at + TAG_LEN, frame->octets + at, frame->len - at);
    memset(frame->octets + at, 0, TAG_LEN);
    frame->octets[at] = 0x81;
    frame->len += TAG_LEN;
    frame->layout.at[layer] = (uint16_t)at;
    for (int i = INJ_LAYER_TYPE; i < INJ_LAYER_COUNT; i++) {
        frame->layout.at[i] = (uint16_t)(frame->layout.at[i] + TAG_LEN);
    }
}

static void
add_tags(struct inj_frame *frame, uint64_t given)
{
    const uint64_t inner = INJ_BIT(INJ_INNER_VLAN) | INJ_BIT(INJ_INNER_TPID);
    const uint64_t outer = INJ_BIT(INJ_VLAN) | INJ_BIT(INJ_VLAN_PRIO) |
                           INJ_BIT(INJ_VLAN_DEI) | INJ_BIT(INJ_VLAN_TPID);
    if ((given & (outer | inner)) != 0 &&
        frame->layout.at[INJ_LAYER_VLAN] == INJ_NO_LAYER) {
        insert_tag(frame, INJ_LAYER_VLAN);
    }
    if ((given & inner) != 0 &&
        frame->layout.at[INJ_LAYER_INNER] == INJ_NO_LAYER) {
        insert_tag(frame, INJ_LAYER_INNER);
    }
}

static bool
fits_family(const struct inj_frame *frame, const struct inj_spec *spec,
            enum inj_field field)
{
    if (field == INJ_SOURCE) {
        return spec->source.family == frame->layout.family;
    }
    if (field == INJ_DEST) {
        return spec->dest.family == frame->layout.family;
    }
    return true;
}

/* 00:00:5e:00:01:OLD, and ucarp's 00:00:5e:00:00:OLD, follow the vhid. */
static void
follow_vhid(struct inj_frame *frame, uint64_t old_vhid, uint64_t new_vhid)
{
    struct inj_value mac = get(frame, INJ_ETH_SRC);
    if ((mac.number & UINT64_C(0xfffffffffeff)) ==
        (UINT64_C(0x00005e000000) | old_vhid)) {
        mac.number = (mac.number & ~UINT64_C(0xff)) | new_vhid;
        set(frame, INJ_ETH_SRC, &mac);
    }
}

static void
change_source_mac(struct inj_frame *frame, const struct inj_spec *spec)
{
    struct carp_mac mac = spec->real_mac;
    if (spec->source_mac == INJ_MAC_VIRTUAL && has(frame, INJ_VHID)) {
        mac = carp_mac_virtual((uint8_t)get(frame, INJ_VHID).number);
    }
    if (spec->source_mac != INJ_MAC_PROFILE) {
        memcpy(frame->octets + 6, mac.octets, 6);
    }
}

void
inj_frame_rewrite(struct inj_frame *frame, const struct inj_spec *spec,
                  const struct carp_auth *auth, const uint64_t *counter)
{
    uint64_t old_vhid = get(frame, INJ_VHID).number;
    add_tags(frame, spec->given);
    for (unsigned int i = 0; i < INJ_FIELD_COUNT; i++) {
        enum inj_field field = (enum inj_field)i;
        if ((spec->given & INJ_BIT(i)) != 0 && has(frame, field) &&
            fits_family(frame, spec, field)) {
            set(frame, field, &spec->value[i]);
        }
    }
    if ((spec->given & INJ_BIT(INJ_ETH_SRC)) == 0) {
        follow_vhid(frame, old_vhid, get(frame, INJ_VHID).number);
        change_source_mac(frame, spec);
    }
    if (counter != NULL && has(frame, INJ_COUNTER)) {
        struct inj_value value = {.number = *counter};
        set(frame, INJ_COUNTER, &value);
    }
    if (auth != NULL) {
        sign(frame, spec, auth);
    }
    finish(frame, spec, spec->given);
    if ((spec->wrong & INJ_BIT(INJ_IP_CHECKSUM)) != 0) {
        inj_frame_spoil(frame, INJ_IP_CHECKSUM);
    }
}
