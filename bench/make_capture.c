/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes captures of any size to measure with.
 *
 *   make_capture KIND PACKETS FILE
 *
 * pair     one vhid, two hosts that take it over from each other, every
 *          authenticator right
 * vhids    50 vhids of one host, every authenticator right
 * mixed    one advert in a hundred packets of other traffic, 545 octets a
 *          packet on average
 * spoofed  every advert from a source of its own, authenticators random
 *
 * Key "bench-secret"; vhid N has the address 10.0.1.N.
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include <carp/auth.h>

#define VHIDS 50
#define ADVERT_FRAME 70
#define TAKEOVER_EVERY 500u
#define FIRST_HOST 0x0a00000bu /* 10.0.0.11 */

struct maker {
    pcap_t *pcap;
    pcap_dumper_t *out;
    struct carp_auth auths[VHIDS + 1];
    uint64_t counters[VHIDS + 1];
    uint64_t now_us;
    uint32_t random;
};

static void
fail(const char *what, const char *why)
{
    fprintf(stderr, "make_capture: %s: %s\n", what, why);
    exit(1);
}

/* xorshift: the same capture every time. */
static uint32_t
next_random(struct maker *m)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 17;
    m->random ^= m->random << 5;
    return m->random;
}

static void
dump(struct maker *m, const uint8_t *frame, uint32_t len)
{
    struct pcap_pkthdr header = {.caplen = len, .len = len};
    header.ts.tv_sec = (time_t)(m->now_us / 1000000);
    header.ts.tv_usec = (suseconds_t)(m->now_us % 1000000);
    pcap_dump((u_char *)m->out, &header, frame);
}

static void
put_ip(uint8_t *ip, uint32_t source, uint16_t len, uint8_t protocol)
{
    const uint8_t head[20] = {0x45,
                              0x10,
                              (uint8_t)(len >> 8),
                              (uint8_t)len,
                              0,
                              0,
                              0x40,
                              0,
                              255,
                              protocol,
                              0,
                              0,
                              (uint8_t)(source >> 24),
                              (uint8_t)(source >> 16),
                              (uint8_t)(source >> 8),
                              (uint8_t)source,
                              224,
                              0,
                              0,
                              18};
    memcpy(ip, head, sizeof(head));
    uint16_t sum = carp_checksum(ip, sizeof(head));
    ip[10] = (uint8_t)(sum >> 8);
    ip[11] = (uint8_t)sum;
}

static void
put_advert(struct maker *m, uint8_t vhid, uint32_t source, uint8_t skew,
           bool is_right)
{
    uint8_t frame[ADVERT_FRAME] = {1, 0,    0x5e, 0, 0,    18, 0,
                                   0, 0x5e, 0,    1, vhid, 8,  0};
    struct carp_adv adv = {.version = CARP_VERSION,
                           .type = CARP_TYPE_ADVERT,
                           .vhid = vhid,
                           .advskew = skew,
                           .authlen = CARP_AUTHLEN,
                           .advbase = 1,
                           .counter = ++m->counters[vhid]};
    if (is_right) {
        carp_auth_digest(&m->auths[vhid], adv.counter, adv.md);
    } else {
        for (size_t i = 0; i < CARP_MD_LEN; i++) {
            adv.md[i] = (uint8_t)next_random(m);
        }
    }
    carp_adv_set_checksum(&adv);
    put_ip(frame + 14, source, 20 + CARP_ADV_LEN, 112);
    carp_adv_encode(&adv, frame + 34);
    dump(m, frame, sizeof(frame));
}

static void
put_other(struct maker *m)
{
    static const uint16_t sizes[4] = {60, 66, 540, 1514};
    uint8_t frame[1514] = {0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 8, 0};
    uint32_t random = next_random(m);
    uint16_t len = sizes[random & 3];
    put_ip(frame + 14, 0x0a000000 | (random >> 8), (uint16_t)(len - 14),
           (random & 4) != 0 ? 6 : 17);
    dump(m, frame, len);
}

/* The first host dies, the second takes over with its dead time, the first
 * comes back and preempts. */
static void
put_pair(struct maker *m, unsigned long number)
{
    const uint32_t hosts[2] = {FIRST_HOST, FIRST_HOST + 1};
    static const uint8_t skews[2] = {0, 100};
    static const uint64_t intervals[2] = {1000000, 1390625};
    unsigned int who = number / TAKEOVER_EVERY % 2;
    if (number % TAKEOVER_EVERY != 0) {
        m->now_us += intervals[who];
    } else {
        m->now_us += who == 1 ? 3390625 : 2000;
    }
    put_advert(m, 1, hosts[who], skews[who], true);
}

static void
make(struct maker *m, const char *kind, unsigned long packets)
{
    for (unsigned long i = 0; i < packets; i++) {
        if (strcmp(kind, "pair") == 0) {
            put_pair(m, i);
        } else if (strcmp(kind, "vhids") == 0) {
            m->now_us += 1000000 / VHIDS;
            put_advert(m, (uint8_t)(1 + i % VHIDS), FIRST_HOST, 0, true);
        } else if (strcmp(kind, "mixed") == 0) {
            m->now_us += 10000;
            if (i % 100 == 0) {
                put_advert(m, 1, FIRST_HOST, 0, true);
            } else {
                put_other(m);
            }
        } else if (strcmp(kind, "spoofed") == 0) {
            m->now_us += 100;
            put_advert(m, 1, 0x0b000000 + (uint32_t)i, 0, false);
        } else {
            fail(kind, "pair, vhids, mixed or spoofed");
        }
    }
}

static void
set_up(struct maker *m)
{
    static const char password[] = "bench-secret";
    struct carp_key key;
    memset(m, 0, sizeof(*m));
    m->random = 2463534242u;
    m->now_us = UINT64_C(1700000000000000);
    if (carp_key_from_password(&key, password, sizeof(password) - 1,
                               CARP_KEY_RULE_BSD) != CARP_OK) {
        fail("key", "refused");
    }
    for (uint8_t vhid = 1; vhid <= VHIDS; vhid++) {
        const uint8_t octets[4] = {10, 0, 1, vhid};
        struct carp_addr addr = carp_addr_v4(octets);
        struct carp_addrs addrs = {0};
        if (carp_addrs_add(&addrs, &addr) != CARP_OK ||
            carp_auth_init(&m->auths[vhid], &key, vhid, &addrs,
                           CARP_PROFILE_FREEBSD, NULL) != CARP_OK) {
            fail("authenticator", "refused");
        }
    }
    carp_key_clear(&key);
}

int
main(int argc, char **argv)
{
    if (argc != 4) {
        fail("usage", "make_capture KIND PACKETS FILE");
    }
    struct maker *m = malloc(sizeof(*m));
    if (m == NULL) {
        fail("memory", "none");
    }
    set_up(m);
    m->pcap = pcap_open_dead(DLT_EN10MB, 65535);
    m->out = m->pcap != NULL ? pcap_dump_open(m->pcap, argv[3]) : NULL;
    if (m->out == NULL) {
        fail(argv[3], m->pcap != NULL ? pcap_geterr(m->pcap) : "no memory");
    }
    make(m, argv[1], strtoul(argv[2], NULL, 10));
    if (pcap_dump_flush(m->out) != 0) {
        fail(argv[3], "cannot be written");
    }
    pcap_dump_close(m->out);
    pcap_close(m->pcap);
    free(m);
    return 0;
}
