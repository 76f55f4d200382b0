/* SPDX-License-Identifier: BSD-2-Clause */
#include "build.h"

#include <string.h>

#include <glib.h>
#include <libnet.h>

#include "build_internal.h"

#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define TYPE_VLAN 0x8100
#define ETH_LEN 14
#define TAG_LEN 4
#define IPV4_LEN 20
#define IPV6_LEN 40

/* What a host of each profile puts around its adverts (PROTOCOL 1.3). */
static const struct {
    uint8_t tos4, tos6;
    bool random_id;
} envelopes[CARP_PROFILE_COUNT] = {
    [CARP_PROFILE_FREEBSD] = {0xe0, 0xe0, false},
    [CARP_PROFILE_NETBSD] = {0x10, 0, false},
    [CARP_PROFILE_OPENBSD] = {0x10, 0, true},
    [CARP_PROFILE_OPENBSD_ORIG] = {0x10, 0, true},
    [CARP_PROFILE_DRAGONFLY] = {0x10, 0, true},
    [CARP_PROFILE_FREEBSD6] = {0x10, 0, true},
    [CARP_PROFILE_UCARP] = {0x10, 0, true},
};

/* Everything around the advert. */
struct envelope {
    uint8_t family, tos, ttl, protocol;
    uint16_t id;
    struct carp_addr source, dest;
    struct carp_mac eth_src, eth_dst;
    bool has_tag, has_inner;
};

struct inj_builder *
inj_builder_new(void)
{
    struct inj_builder *builder = g_new0(struct inj_builder, 1);
    builder->net = libnet_init(LIBNET_NONE, NULL, builder->error);
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
inj_builder_free(struct inj_builder *builder)
{
    if (builder != NULL) {
        libnet_destroy(builder->net);
        g_free(builder);
    }
}

const char *
inj_builder_error(const struct inj_builder *builder)
{
    return builder->error;
}

bool
inj_builder_fail(struct inj_builder *builder)
{
    g_strlcpy(builder->error, libnet_geterror(builder->net),
              sizeof(builder->error));
    g_strchomp(builder->error);
    libnet_clear_packet(builder->net);
    return false;
}

bool
inj_builder_take(struct inj_builder *builder, struct inj_frame *frame)
{
    uint8_t *packet = NULL;
    uint32_t len = 0;
    if (libnet_adv_cull_packet(builder->net, &packet, &len) != 1) {
        return inj_builder_fail(builder);
    }
    bool fits = len <= INJ_FRAME_MAX;
    if (fits) {
        memcpy(frame->octets, packet, len);
        frame->len = len;
    } else {
        g_snprintf(builder->error, sizeof(builder->error),
                   "a frame of %u octets is longer than %d", len,
                   INJ_FRAME_MAX);
    }
    libnet_adv_free_packet(builder->net, packet);
    libnet_clear_packet(builder->net);
    return fits;
}

/* --------------------------------------------------------------- envelope */

struct carp_mac
inj_mac_of_group(const struct carp_addr *dest)
{
    struct carp_mac mac = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    const uint8_t *octets = dest->octets;
    if (dest->family == CARP_IPV4 && octets[0] >= 224 && octets[0] < 240) {
        mac = (struct carp_mac){
            {0x01, 0x00, 0x5e, octets[1] & 0x7f, octets[2], octets[3]}};
    } else if (dest->family == CARP_IPV6 && octets[0] == 0xff) {
        mac = (struct carp_mac){
            {0x33, 0x33, octets[12], octets[13], octets[14], octets[15]}};
    }
    return mac;
}

static bool
is_unicast(const struct carp_addr *dest)
{
    static const struct carp_mac none = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    struct carp_mac mac = inj_mac_of_group(dest);
    return carp_mac_equal(&mac, &none);
}

static struct carp_mac
source_mac(const struct inj_spec *spec, const struct carp_addr *dest)
{
    uint8_t vhid = inj_spec_octet(spec, INJ_VHID);
    struct carp_mac mac = carp_mac_virtual(vhid);
    if (spec->source_mac == INJ_MAC_REAL) {
        return spec->real_mac;
    }
    if (spec->source_mac == INJ_MAC_VIRTUAL) {
        return mac;
    }
    if (spec->profile == CARP_PROFILE_UCARP) {
        mac.octets[4] = 0;
    } else if (spec->has_lladdr &&
               carp_profile_get(spec->profile)->may_hash_lladdr) {
        mac = spec->lladdr;
    } else if (spec->profile == CARP_PROFILE_FREEBSD && spec->has_real_mac &&
               is_unicast(dest)) {
        mac = spec->real_mac;
    }
    return mac;
}

/* Without an interface the source is an address that is nobody's. */
static struct carp_addr
default_source(const struct inj_spec *spec, uint8_t family)
{
    static const uint8_t v4[4] = {192, 0, 2, 1};
    static const uint8_t v6[16] = {0xfe, 0x80, 0, 0, 0, 0, 0, 0,
                                   0,    0,    0, 0, 0, 0, 0, 1};
    if (family == CARP_IPV6) {
        return spec->real_source6.family == CARP_IPV6 ? spec->real_source6
                                                      : carp_addr_v6(v6);
    }
    return spec->real_source.family == CARP_IPV4 ? spec->real_source
                                                 : carp_addr_v4(v4);
}

struct carp_addr
inj_spec_dest(const struct inj_spec *spec)
{
    static const uint8_t v4[4] = {224, 0, 0, 18};
    static const uint8_t v6[16] = {0xff, 0x02, 0, 0, 0, 0, 0, 0,
                                   0,    0,    0, 0, 0, 0, 0, 0x12};
    if ((spec->given & INJ_BIT(INJ_DEST)) != 0) {
        return spec->dest;
    }
    return inj_spec_family(spec) == CARP_IPV6 ? carp_addr_v6(v6)
                                              : carp_addr_v4(v4);
}

struct carp_addr
inj_spec_source(const struct inj_spec *spec)
{
    if ((spec->given & INJ_BIT(INJ_SOURCE)) != 0) {
        return spec->source;
    }
    return default_source(spec, inj_spec_family(spec));
}

static struct envelope
envelope_of(const struct inj_spec *spec, uint16_t ip_id)
{
    const uint64_t tag = INJ_BIT(INJ_VLAN) | INJ_BIT(INJ_VLAN_PRIO) |
                         INJ_BIT(INJ_VLAN_DEI) | INJ_BIT(INJ_VLAN_TPID);
    const uint64_t inner = INJ_BIT(INJ_INNER_VLAN) | INJ_BIT(INJ_INNER_TPID);
    struct envelope env;
    memset(&env, 0, sizeof(env));
    env.family = inj_spec_family(spec);
    env.tos = env.family == CARP_IPV6 ? envelopes[spec->profile].tos6
                                      : envelopes[spec->profile].tos4;
    env.id = envelopes[spec->profile].random_id ? ip_id : 0;
    env.ttl = inj_spec_octet(spec, INJ_TTL);
    env.protocol = inj_spec_octet(spec, INJ_PROTOCOL);
    env.dest = inj_spec_dest(spec);
    env.source = inj_spec_source(spec);
    env.eth_dst = inj_mac_of_group(&env.dest);
    env.eth_src = source_mac(spec, &env.dest);
    env.has_inner = (spec->given & inner) != 0;
    env.has_tag = env.has_inner || (spec->given & tag) != 0;
    return env;
}

static void
set_layout(struct inj_layout *layout, const struct envelope *env)
{
    uint16_t at = ETH_LEN - 2;
    layout->family = env->family;
    layout->at[INJ_LAYER_ETH] = 0;
    layout->at[INJ_LAYER_VLAN] = env->has_tag ? at : INJ_NO_LAYER;
    at = (uint16_t)(at + (env->has_tag ? TAG_LEN : 0));
    layout->at[INJ_LAYER_INNER] = env->has_inner ? at : INJ_NO_LAYER;
    at = (uint16_t)(at + (env->has_inner ? TAG_LEN : 0));
    layout->at[INJ_LAYER_TYPE] = at;
    at = (uint16_t)(at + 2);
    layout->at[INJ_LAYER_IP] = at;
    layout->at[INJ_LAYER_CARP] =
        (uint16_t)(at + (env->family == CARP_IPV6 ? IPV6_LEN : IPV4_LEN));
}

/* ------------------------------------------------------------------ parts */

static size_t
make_payload(const struct inj_spec *spec, const struct carp_auth *auth,
             uint64_t counter, uint8_t *out)
{
    struct carp_adv adv = {
        .version = inj_spec_octet(spec, INJ_VERSION),
        .type = inj_spec_octet(spec, INJ_TYPE),
        .vhid = inj_spec_octet(spec, INJ_VHID),
        .advskew = inj_spec_octet(spec, INJ_ADVSKEW),
        .authlen = inj_spec_octet(spec, INJ_AUTHLEN),
        .demote = inj_spec_octet(spec, INJ_DEMOTE),
        .advbase = inj_spec_octet(spec, INJ_ADVBASE),
        .counter = counter,
    };
    if ((spec->given & INJ_BIT(INJ_DIGEST)) != 0) {
        memcpy(adv.md, spec->value[INJ_DIGEST].octets, CARP_MD_LEN);
    } else {
        carp_auth_digest(auth, counter, adv.md);
    }
    if ((spec->wrong & INJ_BIT(INJ_DIGEST)) != 0) {
        adv.md[0] ^= 0xff;
    }
    carp_adv_set_checksum(&adv);
    if ((spec->given & INJ_BIT(INJ_CHECKSUM)) != 0) {
        adv.checksum = (uint16_t)spec->value[INJ_CHECKSUM].number;
    }
    if ((spec->wrong & INJ_BIT(INJ_CHECKSUM)) != 0) {
        adv.checksum ^= INJ_WRONG_SUM;
    }
    size_t len = spec->has_payload_len ? spec->payload_len : CARP_ADV_LEN;
    memset(out, 0, MAX(len, (size_t)CARP_ADV_LEN));
    carp_adv_encode(&adv, out);
    memcpy(out + len, spec->trailer, spec->trailer_len);
    return len + spec->trailer_len;
}

bool
inj_builder_ip(struct inj_builder *builder, const struct inj_ip *ip)
{
    libnet_ptag_t tag;
    if (ip->source->family == CARP_IPV6) {
        struct libnet_in6_addr source, dest;
        memcpy(&source, ip->source->octets, sizeof(source));
        memcpy(&dest, ip->dest->octets, sizeof(dest));
        tag = libnet_build_ipv6(ip->tos, 0, (uint16_t)ip->len, ip->protocol,
                                ip->ttl, source, dest, ip->payload,
                                (uint32_t)(ip->payload != NULL ? ip->len : 0),
                                builder->net, 0);
    } else {
        uint32_t source, dest;
        memcpy(&source, ip->source->octets, sizeof(source));
        memcpy(&dest, ip->dest->octets, sizeof(dest));
        tag = libnet_build_ipv4(
            (uint16_t)(IPV4_LEN + ip->len), ip->tos, ip->id, IP_DF, ip->ttl,
            ip->protocol, 0, source, dest, ip->payload,
            (uint32_t)(ip->payload != NULL ? ip->len : 0), builder->net, 0);
    }
    return tag != -1 || inj_builder_fail(builder);
}

static bool
build_link(struct inj_builder *builder, const struct envelope *env)
{
    uint16_t type = env->family == CARP_IPV6 ? TYPE_IPV6 : TYPE_IPV4;
    uint8_t inner[TAG_LEN] = {0, 0, (uint8_t)(type >> 8), (uint8_t)type};
    libnet_ptag_t tag;
    if (env->has_tag) {
        tag = libnet_build_802_1q(
            env->eth_dst.octets, env->eth_src.octets, TYPE_VLAN, 0, 0, 0,
            env->has_inner ? TYPE_VLAN : type, env->has_inner ? inner : NULL,
            env->has_inner ? TAG_LEN : 0, builder->net, 0);
    } else {
        tag = libnet_build_ethernet(env->eth_dst.octets, env->eth_src.octets,
                                    type, NULL, 0, builder->net, 0);
    }
    return tag != -1 || inj_builder_fail(builder);
}

/* What libnet has no argument for, or would not take. */
static void
patch_envelope(const struct inj_spec *spec, struct inj_frame *frame)
{
    for (unsigned int i = 0; i < INJ_FIELD_COUNT; i++) {
        enum inj_field field = (enum inj_field)i;
        if ((spec->given & INJ_BIT(i)) != 0 &&
            inj_field_info(field)->layer != INJ_LAYER_CARP) {
            inj_field_set(frame->octets, &frame->layout, field,
                          &spec->value[i]);
        }
    }
    inj_fix_checksums(frame->octets, frame->len, &frame->layout,
                      spec->given | INJ_BIT(INJ_CHECKSUM));
    if ((spec->wrong & INJ_BIT(INJ_IP_CHECKSUM)) != 0) {
        inj_frame_spoil(frame, INJ_IP_CHECKSUM);
    }
}

bool
inj_build_advert(struct inj_builder *builder, const struct inj_spec *spec,
                 const struct carp_auth *auth, uint64_t counter, uint16_t ip_id,
                 struct inj_frame *frame)
{
    uint8_t payload[2 * INJ_TRAILER_MAX];
    struct envelope env = envelope_of(spec, ip_id);
    struct inj_ip ip = {.tos = env.tos,
                        .ttl = env.ttl,
                        .protocol = env.protocol,
                        .id = env.id,
                        .source = &env.source,
                        .dest = &env.dest,
                        .payload = payload};
    ip.len = make_payload(spec, auth, counter, payload);
    if (!inj_builder_ip(builder, &ip) || !build_link(builder, &env) ||
        !inj_builder_take(builder, frame)) {
        return false;
    }
    set_layout(&frame->layout, &env);
    patch_envelope(spec, frame);
    frame->at = 0;
    return true;
}
