/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carp_frame_parse(). Octet 0 chooses the link type, octets 1 and 2 are the
 * length on the wire (0: as captured), the rest is the frame.
 */
#include <stdbool.h>

#include <carp/frame.h>

#include "fuzz.h"

static const int links[] = {
    CARP_LINK_NULL,
    CARP_LINK_ETHERNET,
    CARP_LINK_RAW_OLD,
    CARP_LINK_RAW_OPENBSD,
    CARP_LINK_RAW,
    CARP_LINK_LOOP,
    CARP_LINK_SLL,
    CARP_LINK_IPV4,
    CARP_LINK_IPV6,
    CARP_LINK_SLL2,
    127 /* none of ours */
};
#define LINKS (sizeof(links) / sizeof(links[0]))

static bool
is_addr_sound(const struct carp_addr *a)
{
    size_t used = a->family == CARP_IPV6 ? 16 : a->family == CARP_IPV4 ? 4 : 0;
    if (used == 0 && a->family != CARP_FAMILY_NONE) {
        return false;
    }
    for (size_t i = used; i < sizeof(a->octets); i++) {
        if (a->octets[i] != 0) {
            return false;
        }
    }
    return true;
}

static void
check_adv_equal(const struct carp_adv *a, const struct carp_adv *b)
{
    FUZZ_CHECK(a->version == b->version && a->type == b->type);
    FUZZ_CHECK(a->vhid == b->vhid && a->advskew == b->advskew);
    FUZZ_CHECK(a->authlen == b->authlen && a->demote == b->demote);
    FUZZ_CHECK(a->advbase == b->advbase && a->checksum == b->checksum);
    FUZZ_CHECK(a->counter == b->counter);
    FUZZ_CHECK(memcmp(a->md, b->md, CARP_MD_LEN) == 0);
}

/* What the frame parser says is what the codec says, both ways. */
static void
check_carp(const uint8_t *data, const struct carp_frame *frame)
{
    const uint8_t *payload = data + frame->payload_off;
    size_t wire = frame->payload_wire > frame->payload_len ? frame->payload_wire
                                                           : frame->payload_len;
    struct carp_adv adv;
    unsigned int issues = 0;
    enum carp_status status =
        carp_adv_decode(payload, frame->payload_len, wire, &adv, &issues);
    check_adv_equal(&adv, &frame->u.adv);
    if (frame->payload_len < CARP_ADV_LEN) {
        FUZZ_CHECK(status == CARP_ERR_TRUNCATED);
        FUZZ_CHECK((frame->issues & (CARP_ISSUE_SHORT | CARP_ISSUE_CAPTURE)) !=
                   0);
        return;
    }
    uint8_t encoded[CARP_ADV_LEN];
    FUZZ_CHECK(status == CARP_OK);
    carp_adv_encode(&frame->u.adv, encoded);
    FUZZ_CHECK(memcmp(encoded, payload, CARP_ADV_LEN) == 0);
    bool is_ttl_bad = (frame->issues & CARP_ISSUE_TTL) != 0;
    FUZZ_CHECK(is_ttl_bad == (frame->ttl != 255));
}

static void
check_kind(const uint8_t *data, const struct carp_frame *frame)
{
    switch (frame->kind) {
    case CARP_FRAME_CARP:
        check_carp(data, frame);
        FUZZ_CHECK(frame->family != CARP_FAMILY_NONE);
        break;
    case CARP_FRAME_VRRP2:
        FUZZ_CHECK(frame->u.vrrp.version == 2);
        break;
    case CARP_FRAME_VRRP3:
        FUZZ_CHECK(frame->u.vrrp.version == 3);
        break;
    case CARP_FRAME_ARP:
        FUZZ_CHECK(is_addr_sound(&frame->u.arp.sender));
        FUZZ_CHECK(is_addr_sound(&frame->u.arp.target));
        break;
    case CARP_FRAME_NS:
    case CARP_FRAME_NA:
        FUZZ_CHECK(frame->u.nd.target.family == CARP_IPV6);
        break;
    case CARP_FRAME_IGMP:
    case CARP_FRAME_MLD:
        FUZZ_CHECK(is_addr_sound(&frame->u.group.group));
        break;
    case CARP_FRAME_P112:
    case CARP_FRAME_FRAGMENT:
    case CARP_FRAME_OTHER:
    case CARP_FRAME_TRUNCATED:
        break;
    }
}

static void
check_frame(int link, const uint8_t *data, size_t captured, size_t on_wire)
{
    struct carp_frame frame, again;
    memset(&frame, 0x00, sizeof(frame));
    memset(&again, 0xff, sizeof(again));
    enum carp_status status =
        carp_frame_parse(link, data, captured, on_wire, &frame);
    FUZZ_CHECK(carp_frame_parse(link, data, captured, on_wire, &again) ==
               status);
    /* Defined always: nothing of what was there before shines through. */
    FUZZ_CHECK(memcmp(&frame, &again, offsetof(struct carp_frame, u)) == 0);
    if (frame.kind == CARP_FRAME_CARP) {
        check_adv_equal(&frame.u.adv, &again.u.adv);
    }
    FUZZ_CHECK((status == CARP_ERR_LINKTYPE) == !carp_link_known(link));
    FUZZ_CHECK((status == CARP_ERR_TRUNCATED) ==
               (frame.kind == CARP_FRAME_TRUNCATED));
    FUZZ_CHECK(frame.payload_off <= captured);
    FUZZ_CHECK(frame.payload_len <= captured - frame.payload_off);
    FUZZ_CHECK(frame.vlan < 4096 && frame.inner_vlan < 4096);
    FUZZ_CHECK(is_addr_sound(&frame.src) && is_addr_sound(&frame.dst));
    FUZZ_CHECK(*carp_frame_kind_text(frame.kind) != '\0');
    check_kind(data, &frame);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    int link = links[fuzz_u8(&in) % LINKS];
    size_t on_wire = fuzz_u16(&in);
    if (on_wire == 0) {
        on_wire = in.left;
    }
    check_frame(link, in.data, in.left, on_wire);
    /* The same frame as a capture with a smaller snap length has it, from a
     * block of that size, so that a read beyond it is seen. */
    size_t wire = on_wire > in.left ? on_wire : in.left;
    for (size_t len = 0; len < in.left && len < 160; len++) {
        uint8_t *cut = malloc(len > 0 ? len : 1);
        FUZZ_CHECK(cut != NULL);
        memcpy(cut, in.data, len);
        check_frame(link, cut, len, wire);
        free(cut);
    }
    return 0;
}
