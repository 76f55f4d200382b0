/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The least that reading a capture costs: libpcap's loop, with a BPF filter
 * or without, and nothing done with the packets but to touch them.
 *
 *   bench_read FILE [FILTER]      prints how many packets passed
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>

#include <pcap/pcap.h>

struct totals {
    unsigned long packets, octets;
    unsigned int sum;
};

static void
on_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    struct totals *totals = (struct totals *)(void *)user;
    totals->packets++;
    totals->octets += header->len;
    totals->sum += data[0];
}

static void
fail(const char *what, const char *why)
{
    fprintf(stderr, "bench_read: %s: %s\n", what, why);
    exit(1);
}

int
main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE] = "";
    struct totals totals = {0, 0, 0};
    if (argc < 2) {
        fail("usage", "bench_read FILE [FILTER]");
    }
    pcap_t *pcap = pcap_open_offline(argv[1], error);
    if (pcap == NULL) {
        fail(argv[1], error);
    }
    if (argc > 2) {
        struct bpf_program program;
        if (pcap_compile(pcap, &program, argv[2], 1, PCAP_NETMASK_UNKNOWN) !=
                0 ||
            pcap_setfilter(pcap, &program) != 0) {
            fail(argv[2], pcap_geterr(pcap));
        }
        pcap_freecode(&program);
    }
    if (pcap_loop(pcap, -1, on_packet, (u_char *)&totals) != 0) {
        fail(argv[1], pcap_geterr(pcap));
    }
    pcap_close(pcap);
    printf("%lu packets, %lu octets, sum %u\n", totals.packets, totals.octets,
           totals.sum & 0xff);
    return 0;
}
