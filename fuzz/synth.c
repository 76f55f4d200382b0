/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth.h"

#include "fuzz.h"

static void
put(struct synth_frame *f, const void *octets, size_t len)
{
    FUZZ_CHECK(len <= sizeof(f->data) - f->len);
    memcpy(f->data + f->len, octets, len);
    f->len += len;
}

static void
put_u8(struct synth_frame *f, unsigned int value)
{
    uint8_t octet = (uint8_t)value;
    put(f, &octet, 1);
}

static void
put_u16(struct synth_frame *f, unsigned int value)
{
    put_u8(f, value >> 8);
    put_u8(f, value & 0xff);
}

static void
put_host_mac(struct synth_frame *f, uint8_t host)
{
    const uint8_t mac[6] = {2, 0, 0, 0, 0, host};
    put(f, mac, sizeof(mac));
}

static void
put_ethernet(struct synth_frame *f, const uint8_t destination[6],
             const uint8_t source[6], uint16_t vlan, uint16_t type)
{
    f->len = 0;
    put(f, destination, 6);
    put(f, source, 6);
    if (vlan != 0) {
        put_u16(f, 0x8100);
        put_u16(f, vlan);
    }
    put_u16(f, type);
}

static void
put_ipv4(struct synth_frame *f, uint8_t host, uint8_t ttl, size_t payload)
{
    const uint8_t addresses[8] = {10, 0, 0, host, 224, 0, 0, 18};
    size_t start = f->len;
    put_u16(f, 0x4510);
    put_u16(f, (unsigned int)(20 + payload));
    put_u16(f, host);
    put_u16(f, 0x4000);
    put_u8(f, ttl);
    put_u8(f, 112);
    put_u16(f, 0);
    put(f, addresses, sizeof(addresses));
    uint16_t sum = carp_checksum(f->data + start, 20);
    f->data[start + 10] = (uint8_t)(sum >> 8);
    f->data[start + 11] = (uint8_t)sum;
}

static void
put_ipv6(struct synth_frame *f, uint8_t host, uint8_t ttl, size_t payload)
{
    const uint8_t addresses[32] = {[0] = 0xfe,  [1] = 0x80,  [15] = host,
                                   [16] = 0xff, [17] = 0x02, [31] = 0x12};
    put_u16(f, 0x6000);
    put_u16(f, 0);
    put_u16(f, (unsigned int)payload);
    put_u8(f, 112);
    put_u8(f, ttl);
    put(f, addresses, sizeof(addresses));
}

void
synth_key_of(unsigned int which, struct carp_key *key)
{
    static const char *const keys[] = {
        "00112233445566778899aabbccddeeff01234567",
        "89abcdef00112233445566778899aabbccddeeff", "fuzz", "fuzz\r"};
    const char *text = keys[which];
    FUZZ_CHECK((which < 2
                    ? carp_key_from_hex(key, text)
                    : carp_key_from_password(key, text, strlen(text),
                                             CARP_KEY_RULE_BSD)) == CARP_OK);
}

void
synth_key(struct carp_key *key)
{
    /* Without a password there is little to try when a digest is wrong:
     * explanations have a target of their own. */
    synth_key_of(0, key);
}

void
synth_addrs(uint8_t vhid, struct carp_addrs *addrs)
{
    const uint8_t v4[4] = {10, 0, 1, vhid};
    const uint8_t v6[16] = {[0] = 0xfd, [15] = vhid};
    struct carp_addr addr = carp_addr_v4(v4);
    addrs->count = 0;
    FUZZ_CHECK(carp_addrs_add(addrs, &addr) == CARP_OK);
    addr = carp_addr_v6(v6);
    FUZZ_CHECK(carp_addrs_add(addrs, &addr) == CARP_OK);
}

void
synth_sign_as(struct synth_advert *advert, uint8_t how)
{
    struct carp_key key;
    struct carp_addrs addrs, more;
    struct carp_auth auth;
    synth_key_of(how & 3, &key);
    synth_addrs((uint8_t)(advert->vhid + ((how & 12) == 4)), &addrs);
    if ((how & 12) == 8) {
        synth_addrs((uint8_t)(advert->vhid + 1), &more);
        FUZZ_CHECK(carp_addrs_add(&addrs, &more.list[0]) == CARP_OK);
    } else if ((how & 12) == 12) {
        addrs.count = 1;
    }
    FUZZ_CHECK(
        carp_auth_init(&auth, &key, advert->vhid, &addrs,
                       (enum carp_profile_id)((how >> 4) % CARP_PROFILE_COUNT),
                       NULL) == CARP_OK);
    carp_auth_digest(&auth, advert->adv.counter, advert->adv.md);
    carp_auth_clear(&auth);
    carp_key_clear(&key);
}

void
synth_sign(struct synth_advert *advert)
{
    synth_sign_as(advert, CARP_PROFILE_FREEBSD << 4);
}

void
synth_advert(const struct synth_advert *advert, struct synth_frame *out)
{
    static const uint8_t group4[6] = {1, 0, 0x5e, 0, 0, 18};
    static const uint8_t group6[6] = {0x33, 0x33, 0, 0, 0, 18};
    struct carp_mac source = carp_mac_virtual(advert->vhid);
    struct carp_adv adv = advert->adv;
    uint8_t octets[CARP_ADV_LEN];
    adv.vhid = advert->vhid;
    carp_adv_set_checksum(&adv);
    if (advert->is_sum_bad) {
        adv.checksum ^= 0x0101;
    }
    carp_adv_encode(&adv, octets);
    if (advert->is_v6) {
        put_ethernet(out, group6, source.octets, advert->vlan, 0x86dd);
        put_ipv6(out, advert->host, advert->ttl, sizeof(octets));
    } else {
        put_ethernet(out, group4, source.octets, advert->vlan, 0x0800);
        put_ipv4(out, advert->host, advert->ttl, sizeof(octets));
    }
    put(out, octets, sizeof(octets));
}

void
synth_arp(uint8_t host, uint8_t vhid, bool is_virtual_mac,
          struct synth_frame *out)
{
    static const uint8_t everybody[6] = {255, 255, 255, 255, 255, 255};
    const uint8_t mac[6] = {2, 0, 0, 0, 0, host};
    const uint8_t address[4] = {10, 0, 1, vhid};
    struct carp_mac virtual_mac = carp_mac_virtual(vhid);
    put_ethernet(out, everybody, mac, 0, 0x0806);
    put_u16(out, 1);
    put_u16(out, 0x0800);
    put_u16(out, 0x0604);
    put_u16(out, 1);
    if (is_virtual_mac) {
        put(out, virtual_mac.octets, 6);
    } else {
        put_host_mac(out, host);
    }
    put(out, address, sizeof(address));
    put(out, everybody, sizeof(everybody));
    put(out, address, sizeof(address));
}

void
synth_vrrp(uint8_t host, uint8_t vrid, struct synth_frame *out)
{
    static const uint8_t group[6] = {1, 0, 0x5e, 0, 0, 18};
    uint8_t message[20] = {0x21, vrid, 100, 1, 0, 1, 0, 0, 10, 0, 2, vrid};
    const uint8_t source[6] = {0, 0, 0x5e, 0, 1, vrid};
    uint16_t sum = carp_checksum(message, sizeof(message));
    message[6] = (uint8_t)(sum >> 8);
    message[7] = (uint8_t)sum;
    put_ethernet(out, group, source, 0, 0x0800);
    put_ipv4(out, host, 255, sizeof(message));
    put(out, message, sizeof(message));
}
