/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_libnet IFACE COUNT [rebuild]: what a plain libnet program does: one
 * advert sent COUNT times with libnet_write(); with "rebuild" its counter is
 * another each time. Prints frames a second. Only for a wire of one's own.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libnet.h>

#include <carp/adv.h>

#define COUNT_MAX 20000000UL

struct sender {
    libnet_t *net;
    libnet_ptag_t ip;
    struct carp_adv adv;
};

static void
die(const char *what)
{
    fprintf(stderr, "bench_libnet: %s\n", what);
    exit(1);
}

static void
build_ip(struct sender *sender)
{
    uint8_t payload[CARP_ADV_LEN];
    carp_adv_set_checksum(&sender->adv);
    carp_adv_encode(&sender->adv, payload);
    sender->ip =
        libnet_build_ipv4(LIBNET_IPV4_H + CARP_ADV_LEN, 0x10, 0, IP_DF, 255,
                          112, 0, htonl(0xc0000201), htonl(0xe0000012), payload,
                          CARP_ADV_LEN, sender->net, sender->ip);
    if (sender->ip == -1) {
        die(libnet_geterror(sender->net));
    }
}

static void
start(struct sender *sender, const char *interface)
{
    static const uint8_t dst[6] = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x12};
    static const uint8_t src[6] = {0x00, 0x00, 0x5e, 0x00, 0x01, 0x01};
    char error[LIBNET_ERRBUF_SIZE];
    sender->net = libnet_init(LIBNET_LINK, interface, error);
    if (sender->net == NULL) {
        die(error);
    }
    sender->adv = (struct carp_adv){.version = CARP_VERSION,
                                    .type = CARP_TYPE_ADVERT,
                                    .vhid = 1,
                                    .authlen = CARP_AUTHLEN,
                                    .advbase = 1};
    build_ip(sender);
    if (libnet_build_ethernet(dst, src, ETHERTYPE_IP, NULL, 0, sender->net,
                              0) == -1) {
        die(libnet_geterror(sender->net));
    }
}

static double
now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
    struct sender sender = {.ip = 0};
    unsigned long count = argc >= 3 ? strtoul(argv[2], NULL, 10) : 0;
    int rebuilds = argc == 4 && strcmp(argv[3], "rebuild") == 0;
    if (count == 0 || count > COUNT_MAX || argc > 4 ||
        (argc == 4 && !rebuilds)) {
        fputs("usage: bench_libnet IFACE COUNT [rebuild]\n", stderr);
        return 2;
    }
    start(&sender, argv[1]);
    double begin = now();
    for (unsigned long i = 0; i < count; i++) {
        if (rebuilds) {
            sender.adv.counter++;
            build_ip(&sender);
        }
        if (libnet_write(sender.net) < 0) {
            die(libnet_geterror(sender.net));
        }
    }
    printf("%.0f\n", (double)count / (now() - begin));
    libnet_destroy(sender.net);
    return 0;
}
