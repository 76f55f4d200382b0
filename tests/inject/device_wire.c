/* SPDX-License-Identifier: BSD-2-Clause */
#include "device_wire.h"

#include <string.h>

#define ARP_LEN 42
#define NA_LEN 86

static unsigned int
read16(const uint8_t *octets)
{
    return (unsigned int)octets[0] << 8 | octets[1];
}

static void
read_arp(const uint8_t *arp, size_t len, struct dev_seen *seen)
{
    if (len < 28 || read16(arp + 6) != 1) {
        return;
    }
    seen->kind = DEV_WHO_HAS;
    seen->src = carp_addr_v4(arp + 14);
    seen->target = carp_addr_v4(arp + 24);
}

static void
read_ipv4(const uint8_t *ip, size_t len, struct dev_seen *seen)
{
    size_t head = len >= 20 ? (ip[0] & 15u) * 4u : 0;
    if (head < 20 || len < head || ip[9] != 112) {
        return;
    }
    size_t total = read16(ip + 2);
    seen->kind = DEV_ADVERT;
    seen->src = carp_addr_v4(ip + 12);
    seen->dst = carp_addr_v4(ip + 16);
    seen->ttl = ip[8];
    seen->tos = ip[1];
    seen->has_df = (ip[6] & 0x40) != 0;
    seen->carp = ip + head;
    seen->len = (total < len ? total : len) - head;
}

static void
read_ipv6(const uint8_t *ip, size_t len, struct dev_seen *seen)
{
    if (len < 40) {
        return;
    }
    seen->src = carp_addr_v6(ip + 8);
    seen->dst = carp_addr_v6(ip + 24);
    seen->ttl = ip[7];
    seen->has_df = true;
    seen->carp = ip + 40;
    seen->len = read16(ip + 4) < len - 40 ? read16(ip + 4) : len - 40;
    if (ip[6] == 112) {
        seen->kind = DEV_ADVERT;
    } else if (ip[6] == 58 && seen->len >= 24 && ip[40] == 135) {
        seen->kind = DEV_WHO_HAS;
        seen->target = carp_addr_v6(ip + 48);
    }
}

void
dev_read(const uint8_t *octets, size_t len, struct dev_seen *seen)
{
    memset(seen, 0, sizeof(*seen));
    if (len < 14) {
        return;
    }
    memcpy(seen->eth_src.octets, octets + 6, 6);
    switch (read16(octets + 12)) {
    case 0x0806:
        read_arp(octets + 14, len - 14, seen);
        break;
    case 0x0800:
        read_ipv4(octets + 14, len - 14, seen);
        break;
    case 0x86dd:
        read_ipv6(octets + 14, len - 14, seen);
        break;
    default:
        break;
    }
}

uint64_t
dev_counter(const struct dev_seen *seen)
{
    uint64_t counter = 0;
    for (unsigned int i = 8; i < 16 && seen->len >= 16; i++) {
        counter = counter << 8 | seen->carp[i];
    }
    return counter;
}

unsigned int
dev_sum(const uint8_t *octets, size_t len)
{
    unsigned int sum = 0;
    for (size_t i = 0; i < len; i++) {
        sum += (unsigned int)octets[i] << (i % 2 == 0 ? 8 : 0);
    }
    while (sum > 0xffff) {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    return ~sum & 0xffff;
}

/* -------------------------------------------------------------- building */

static void
ethernet(struct dev_frame *frame, const uint8_t *dst, const uint8_t *src,
         uint8_t high, uint8_t low)
{
    memset(frame->octets, 0, sizeof(frame->octets));
    memcpy(frame->octets, dst, 6);
    memcpy(frame->octets + 6, src, 6);
    frame->octets[12] = high;
    frame->octets[13] = low;
}

void
dev_build_arp(struct dev_frame *frame, bool is_reply,
              const struct carp_mac *mac, const struct carp_addr *vip,
              const struct dev_seen *to)
{
    static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    static const uint8_t head[8] = {0, 1, 8, 0, 6, 4, 0, 1};
    uint8_t *arp = frame->octets + 14;
    ethernet(frame, to != NULL ? to->eth_src.octets : all, mac->octets, 8, 6);
    memcpy(arp, head, sizeof(head));
    arp[7] = is_reply ? 2 : 1;
    memcpy(arp + 8, mac->octets, 6);
    memcpy(arp + 14, vip->octets, 4);
    memcpy(arp + 18, to != NULL ? to->eth_src.octets : all, 6);
    memcpy(arp + 24, to != NULL ? to->src.octets : vip->octets, 4);
    frame->len = ARP_LEN;
}

void
dev_build_na(struct dev_frame *frame, const struct carp_mac *mac,
             const struct carp_addr *vip, bool overrides,
             const struct dev_seen *to)
{
    static const uint8_t group_mac[6] = {0x33, 0x33, 0, 0, 0, 1};
    static const uint8_t group[16] = {0xff, 2, [15] = 1};
    uint8_t sum[40 + 32] = {0};
    uint8_t *ip = frame->octets + 14;
    ethernet(frame, to != NULL ? to->eth_src.octets : group_mac, mac->octets,
             0x86, 0xdd);
    ip[0] = 0x60;
    ip[5] = 32;
    ip[6] = 58;
    ip[7] = 255;
    memcpy(ip + 8, vip->octets, 16);
    memcpy(ip + 24, to != NULL ? to->src.octets : group, 16);
    ip[40] = 136;
    ip[44] = (uint8_t)((overrides ? 0x20 : 0) | (to != NULL ? 0x40 : 0));
    memcpy(ip + 48, vip->octets, 16);
    ip[64] = 2;
    ip[65] = 1;
    memcpy(ip + 66, mac->octets, 6);
    memcpy(sum, ip + 8, 32);
    sum[35] = 32;
    sum[39] = 58;
    memcpy(sum + 40, ip + 40, 32);
    ip[42] = (uint8_t)(dev_sum(sum, sizeof(sum)) >> 8);
    ip[43] = (uint8_t)dev_sum(sum, sizeof(sum));
    frame->len = NA_LEN;
}
