/* SPDX-License-Identifier: BSD-2-Clause */
/* What is asked to learn whether a target lives, and its MAC. */
#include <string.h>

#include <glib.h>

#include "build_internal.h"

static void
no_layout(struct inj_frame *frame, uint8_t family)
{
    frame->at = 0;
    frame->layout.family = family;
    for (int i = 0; i < INJ_LAYER_COUNT; i++) {
        frame->layout.at[i] = INJ_NO_LAYER;
    }
}

static bool
build_ethernet(struct inj_builder *builder, const struct carp_mac *dst,
               const struct carp_mac *src, uint16_t type)
{
    return libnet_build_ethernet(dst->octets, src->octets, type, NULL, 0,
                                 builder->net, 0) != -1 ||
           inj_builder_fail(builder);
}

static bool
build_arp(struct inj_builder *builder, const struct carp_mac *mac,
          const struct carp_addr *source, const struct carp_addr *target)
{
    static const struct carp_mac all = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    static const uint8_t nobody[6];
    if (libnet_build_arp(ARPHRD_ETHER, ETHERTYPE_IP, 6, 4, ARPOP_REQUEST,
                         mac->octets, source->octets, nobody, target->octets,
                         NULL, 0, builder->net, 0) == -1) {
        return inj_builder_fail(builder);
    }
    return build_ethernet(builder, &all, mac, ETHERTYPE_ARP);
}

/* Checksum over the pseudo header: libnet computes it only when it sends. */
static uint16_t
icmp6_checksum(const uint8_t *ip, size_t len)
{
    uint8_t sum[40 + 64] = {0};
    memcpy(sum, ip + 8, 32);
    sum[35] = (uint8_t)(len - 40);
    sum[39] = IPPROTO_ICMP6;
    memcpy(sum + 40, ip + 40, len - 40);
    return carp_checksum(sum, len);
}

static bool
build_ns(struct inj_builder *builder, const struct carp_mac *mac,
         const struct carp_addr *source, const struct carp_addr *target,
         struct inj_frame *frame)
{
    /* Type, code, checksum, reserved, target, source link-layer option. */
    uint8_t message[32] = {135};
    struct carp_addr group = {.family = CARP_IPV6,
                              .octets = {0xff, 0x02, [11] = 1, [12] = 0xff}};
    memcpy(group.octets + 13, target->octets + 13, 3);
    memcpy(message + 8, target->octets, 16);
    message[24] = 1;
    message[25] = 1;
    memcpy(message + 26, mac->octets, 6);
    struct carp_mac dst = inj_mac_of_group(&group);
    struct inj_ip ip = {.ttl = 255,
                        .protocol = IPPROTO_ICMP6,
                        .source = source,
                        .dest = &group,
                        .payload = message,
                        .len = sizeof(message)};
    if (!inj_builder_ip(builder, &ip) ||
        !build_ethernet(builder, &dst, mac, ETHERTYPE_IPV6) ||
        !inj_builder_take(builder, frame)) {
        return false;
    }
    uint16_t sum = icmp6_checksum(frame->octets + 14, frame->len - 14);
    frame->octets[56] = (uint8_t)(sum >> 8);
    frame->octets[57] = (uint8_t)sum;
    no_layout(frame, CARP_IPV6);
    return true;
}

bool
inj_build_who_has(struct inj_builder *builder, const struct carp_mac *mac,
                  const struct carp_addr *source,
                  const struct carp_addr *target, struct inj_frame *frame)
{
    if (target->family == CARP_IPV6) {
        return build_ns(builder, mac, source, target, frame);
    }
    if (!build_arp(builder, mac, source, target) ||
        !inj_builder_take(builder, frame)) {
        return false;
    }
    no_layout(frame, CARP_FAMILY_NONE);
    return true;
}

bool
inj_build_echo(struct inj_builder *builder, const struct carp_mac *from,
               const struct carp_mac *to, const struct carp_addr *source,
               const struct carp_addr *target, uint16_t id, uint16_t sequence,
               struct inj_frame *frame)
{
    uint8_t message[8] = {ICMP_ECHO,
                          0,
                          0,
                          0,
                          (uint8_t)(id >> 8),
                          (uint8_t)id,
                          (uint8_t)(sequence >> 8),
                          (uint8_t)sequence};
    uint16_t sum = carp_checksum(message, sizeof(message));
    message[2] = (uint8_t)(sum >> 8);
    message[3] = (uint8_t)sum;
    struct inj_ip ip = {.ttl = 64,
                        .protocol = IPPROTO_ICMP,
                        .source = source,
                        .dest = target,
                        .payload = message,
                        .len = sizeof(message)};
    if (!inj_builder_ip(builder, &ip) ||
        !build_ethernet(builder, to, from, ETHERTYPE_IP) ||
        !inj_builder_take(builder, frame)) {
        return false;
    }
    no_layout(frame, CARP_IPV4);
    inj_fix_checksums(frame->octets, frame->len,
                      &(struct inj_layout){.family = CARP_IPV4,
                                           .at = {0, INJ_NO_LAYER, INJ_NO_LAYER,
                                                  12, 14, INJ_NO_LAYER}},
                      0);
    return true;
}
