/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <string.h>

#include <glib.h>
#include <libnet.h>

#include "port_internal.h"

#define ETH_LEN 14
#define IPV4_LEN 20
#define IPV6_LEN 40
#define NA_LEN 32
#define PROTOCOL_CARP 112

/* What an advert's headers are made from, but for its source MAC. */
struct headers {
    struct carp_addr source, dest;
    bool broadcast;
    uint8_t tos, ttl;
};

struct port_builder {
    libnet_t *net;
    struct headers kept[2]; /* IPv4, IPv6: of the frames beside them */
    struct port_octets frames[2];
};

struct port_builder *
port_builder_new(void)
{
    char reason[LIBNET_ERRBUF_SIZE];
    struct port_builder *builder = g_new0(struct port_builder, 1);
    builder->net = libnet_init(LIBNET_NONE, NULL, reason);
    if (builder->net == NULL) {
        g_free(builder);
        return NULL;
    }
    /* LIBNET_LINK_ADV from the start would demand an interface and
     * privileges; without it libnet hands no packet out. */
    builder->net->injection_type = LIBNET_LINK_ADV;
    return builder;
}

void
port_builder_free(struct port_builder *builder)
{
    if (builder != NULL) {
        /* libnet closes its socket although it was asked for none. */
        builder->net->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        libnet_destroy(builder->net);
        g_free(builder);
    }
}

struct carp_addr
port_group(uint8_t family)
{
    static const uint8_t v4[4] = {224, 0, 0, 18};
    static const uint8_t v6[16] = {0xff, 0x02, [15] = 0x12};
    return family == CARP_IPV6 ? carp_addr_v6(v6) : carp_addr_v4(v4);
}

bool
port_is_group(const struct carp_addr *addr)
{
    return addr->family == CARP_IPV6
               ? addr->octets[0] == 0xff
               : addr->octets[0] >= 224 && addr->octets[0] < 240;
}

static const struct carp_mac everyone = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

static struct carp_mac
mac_of_group(const struct carp_addr *group)
{
    const uint8_t *octets = group->octets;
    if (group->family == CARP_IPV6) {
        return (struct carp_mac){
            {0x33, 0x33, octets[12], octets[13], octets[14], octets[15]}};
    }
    return (struct carp_mac){
        {0x01, 0x00, 0x5e, octets[1] & 0x7f, octets[2], octets[3]}};
}

/* ------------------------------------------------------------------- parts */

static bool
give_up(struct port_builder *builder)
{
    libnet_clear_packet(builder->net);
    return false;
}

static bool
take(struct port_builder *builder, struct port_octets *out)
{
    uint8_t *packet = NULL;
    uint32_t len = 0;
    if (libnet_adv_cull_packet(builder->net, &packet, &len) != 1) {
        return give_up(builder);
    }
    bool fits = len <= PORT_FRAME_MAX;
    if (fits) {
        memcpy(out->octets, packet, len);
        out->len = len;
    }
    libnet_adv_free_packet(builder->net, packet);
    libnet_clear_packet(builder->net);
    return fits;
}

struct packet {
    struct carp_addr source, dest;
    uint8_t tos, ttl, protocol;
    const uint8_t *payload;
    uint16_t len;
};

static bool
put_ip(struct port_builder *builder, const struct packet *packet)
{
    if (packet->dest.family == CARP_IPV6) {
        struct libnet_in6_addr source;
        struct libnet_in6_addr dest;
        memcpy(&source, packet->source.octets, sizeof(source));
        memcpy(&dest, packet->dest.octets, sizeof(dest));
        return libnet_build_ipv6(packet->tos, 0, packet->len, packet->protocol,
                                 packet->ttl, source, dest, packet->payload,
                                 packet->len, builder->net, 0) != -1;
    }
    uint32_t source = 0;
    uint32_t dest = 0;
    memcpy(&source, packet->source.octets, sizeof(source));
    memcpy(&dest, packet->dest.octets, sizeof(dest));
    return libnet_build_ipv4((uint16_t)(IPV4_LEN + packet->len), packet->tos, 0,
                             IP_DF, packet->ttl, packet->protocol, 0, source,
                             dest, packet->payload, packet->len, builder->net,
                             0) != -1;
}

static bool
put_ethernet(struct port_builder *builder, const struct carp_mac *dest,
             const struct carp_mac *source, uint16_t type)
{
    return libnet_build_ethernet(dest->octets, source->octets, type, NULL, 0,
                                 builder->net, 0) != -1;
}

static void
put_sum(uint8_t *at, uint16_t sum)
{
    at[0] = (uint8_t)(sum >> 8);
    at[1] = (uint8_t)sum;
}

/* ------------------------------------------------------------------ frames */

static bool
build_headers(struct port_builder *builder, const struct headers *headers,
              struct port_octets *out)
{
    static const struct carp_mac unknown;
    static const uint8_t payload[CARP_ADV_LEN];
    struct packet packet = {.source = headers->source,
                            .dest = headers->dest,
                            .tos = headers->tos,
                            .ttl = headers->ttl,
                            .protocol = PROTOCOL_CARP,
                            .payload = payload,
                            .len = sizeof(payload)};
    struct carp_mac dest =
        headers->broadcast ? everyone : mac_of_group(&packet.dest);
    bool is_ipv6 = packet.dest.family == CARP_IPV6;
    if (!put_ip(builder, &packet) ||
        !put_ethernet(builder, &dest, &unknown,
                      is_ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP)) {
        return give_up(builder);
    }
    if (!take(builder, out)) {
        return false;
    }
    if (!is_ipv6) { /* some versions of libnet sum, some do not */
        put_sum(out->octets + ETH_LEN + 10, 0);
        put_sum(out->octets + ETH_LEN + 10,
                carp_checksum(out->octets + ETH_LEN, IPV4_LEN));
    }
    return true;
}

static bool
is_same(const struct headers *a, const struct headers *b)
{
    return a->tos == b->tos && a->ttl == b->ttl &&
           a->broadcast == b->broadcast &&
           carp_addr_equal(&a->source, &b->source) &&
           carp_addr_equal(&a->dest, &b->dest);
}

/* Only the payload and the virtual MAC differ from advert to advert: libnet
 * builds the headers once. */
bool
port_build_advert(struct port_builder *builder,
                  const struct port_advert *advert,
                  const struct carp_mac *source, struct port_octets *out)
{
    struct headers headers = {.source = advert->source,
                              .dest = advert->dest,
                              .broadcast = advert->broadcast,
                              .tos = advert->tos,
                              .ttl = advert->ttl};
    if (headers.dest.family == CARP_FAMILY_NONE) {
        headers.dest = port_group(advert->source.family);
    }
    unsigned int f = headers.dest.family == CARP_IPV6;
    struct port_octets *kept = &builder->frames[f];
    if (kept->len == 0 || !is_same(&builder->kept[f], &headers)) {
        kept->len = 0;
        if (!build_headers(builder, &headers, kept)) {
            return false;
        }
        builder->kept[f] = headers;
    }
    *out = *kept;
    memcpy(out->octets + sizeof(source->octets), source->octets,
           sizeof(source->octets));
    carp_adv_encode(&advert->adv, out->octets + out->len - CARP_ADV_LEN);
    return true;
}

static bool
build_arp(struct port_builder *builder, const struct carp_addr *addr,
          const struct carp_mac *mac, struct port_octets *out)
{
    static const uint8_t nobody[6];
    return (libnet_build_arp(ARPHRD_ETHER, ETHERTYPE_IP, 6, 4, ARPOP_REQUEST,
                             mac->octets, addr->octets, nobody, addr->octets,
                             NULL, 0, builder->net, 0) != -1 &&
            put_ethernet(builder, &everyone, mac, ETHERTYPE_ARP))
               ? take(builder, out)
               : give_up(builder);
}

static uint16_t
sum_icmp6(const uint8_t *ip)
{
    /* The pseudo header in front: addresses, length, protocol. */
    uint8_t whole[40 + NA_LEN] = {0};
    memcpy(whole, ip + 8, 32);
    whole[35] = NA_LEN;
    whole[39] = IPPROTO_ICMP6;
    memcpy(whole + 40, ip + IPV6_LEN, NA_LEN);
    return carp_checksum(whole, sizeof(whole));
}

static bool
build_na(struct port_builder *builder, const struct carp_addr *addr,
         const struct carp_mac *mac, bool is_router, struct port_octets *out)
{
    /* Type, code, checksum, flags, target, its link-layer address. */
    uint8_t message[NA_LEN] = {136, 0, 0, 0, is_router ? 0xa0 : 0x20};
    struct packet packet = {
        .source = *addr,
        .dest = {.family = CARP_IPV6, .octets = {0xff, 0x02, [15] = 1}},
        .ttl = 255,
        .protocol = IPPROTO_ICMP6,
        .payload = message,
        .len = NA_LEN};
    struct carp_mac dest = mac_of_group(&packet.dest);
    memcpy(message + 8, addr->octets, 16);
    message[24] = 2;
    message[25] = 1;
    memcpy(message + 26, mac->octets, 6);
    if (!put_ip(builder, &packet) ||
        !put_ethernet(builder, &dest, mac, ETHERTYPE_IPV6)) {
        return give_up(builder);
    }
    if (!take(builder, out)) {
        return false;
    }
    put_sum(out->octets + ETH_LEN + IPV6_LEN + 2,
            sum_icmp6(out->octets + ETH_LEN));
    return true;
}

bool
port_build_announce(struct port_builder *builder, const struct carp_addr *addr,
                    const struct carp_mac *mac, bool is_router,
                    struct port_octets *out)
{
    return addr->family == CARP_IPV6
               ? build_na(builder, addr, mac, is_router, out)
               : build_arp(builder, addr, mac, out);
}
