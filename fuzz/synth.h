/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file synth.h
 * Frames made of a few values, so that a fuzzer finds its way into elections
 * without having to guess checksums and authenticators.
 */
#ifndef FUZZ_SYNTH_H
#define FUZZ_SYNTH_H

#include <stdbool.h>

#include <carp/auth.h>
#include <carp/frame.h>

#define SYNTH_FRAME_MAX 128

struct synth_advert {
    uint8_t host; /**< last octet of source address and MAC */
    uint8_t vhid;
    uint16_t vlan; /**< 0: untagged */
    bool is_v6;
    uint8_t ttl;
    bool is_sum_bad;
    struct carp_adv adv;
};

struct synth_frame {
    uint8_t data[SYNTH_FRAME_MAX];
    size_t len;
};

/** The key that every synthetic host has. */
void synth_key(struct carp_key *key);
/** 0: the same; 1: another; 2: of a password; 3: of that with an end of line.
 */
void synth_key_of(unsigned int which, struct carp_key *key);
/** The virtual addresses of @p vhid: one IPv4, one IPv6. */
void synth_addrs(uint8_t vhid, struct carp_addrs *addrs);
/** Sign @p advert as FreeBSD does; its counter is given. */
void synth_sign(struct synth_advert *advert);
/** The same by somebody else: two bits of key, two of addresses (its own, of
 * the next vhid, both, the first alone), the rest the profile. */
void synth_sign_as(struct synth_advert *advert, uint8_t how);

/** Write an advert, checksum included, as an Ethernet frame. */
void synth_advert(const struct synth_advert *advert, struct synth_frame *out);
/** A gratuitous ARP of @p host for the address of @p vhid. */
void synth_arp(uint8_t host, uint8_t vhid, bool is_virtual_mac,
               struct synth_frame *out);
/** A VRRPv2 advertisement with one address. */
void synth_vrrp(uint8_t host, uint8_t vrid, struct synth_frame *out);

#endif
