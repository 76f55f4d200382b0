/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flood IFACE COUNT < FRAME: sends the frame on standard input COUNT times,
 * as fast as one core can, and prints the rate. Octets 42 to 49, a CARP
 * advert's counter, go up by one each time, and its checksum follows. For a
 * lab only: the test that compiles it bounds COUNT.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME 70
#define CARP_AT 34
#define CHECKSUM_AT 40
#define COUNTER_AT 42
#define BATCH 64
#define COUNT_MAX 5000000UL

static uint16_t
checksum(const unsigned char *octets, size_t size)
{
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < size; i += 2) {
        sum += (uint32_t)octets[i] << 8 | octets[i + 1];
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

static void
number(unsigned char *frame, uint64_t counter)
{
    for (int i = 0; i < 8; i++) {
        frame[COUNTER_AT + i] = (unsigned char)(counter >> (56 - 8 * i));
    }
    frame[CHECKSUM_AT] = frame[CHECKSUM_AT + 1] = 0;
    uint16_t sum = checksum(frame + CARP_AT, FRAME - CARP_AT);
    frame[CHECKSUM_AT] = (unsigned char)(sum >> 8);
    frame[CHECKSUM_AT + 1] = (unsigned char)sum;
}

static int
open_wire(const char *interface)
{
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface)};
    int wire = socket(AF_PACKET, SOCK_RAW, 0);
    if (wire < 0 ||
        bind(wire, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        perror(interface);
        exit(1);
    }
    return wire;
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
    static unsigned char frames[BATCH][FRAME];
    static struct iovec parts[BATCH];
    static struct mmsghdr batch[BATCH];
    unsigned long count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    if (count == 0 || count > COUNT_MAX ||
        read(STDIN_FILENO, frames[0], FRAME) != FRAME) {
        fputs("usage: flood IFACE COUNT < FRAME\n", stderr);
        return 2;
    }
    for (int i = 0; i < BATCH; i++) {
        memcpy(frames[i], frames[0], FRAME);
        parts[i] = (struct iovec){frames[i], FRAME};
        batch[i].msg_hdr.msg_iov = &parts[i];
        batch[i].msg_hdr.msg_iovlen = 1;
    }
    int wire = open_wire(argv[1]);
    double start = now();
    unsigned long sent = 0;
    while (sent < count) {
        unsigned int size = BATCH;
        if (count - sent < BATCH) {
            size = (unsigned int)(count - sent);
        }
        for (unsigned int i = 0; i < size; i++) {
            number(frames[i], sent + i + 1);
        }
        int done = sendmmsg(wire, batch, size, 0);
        if (done < 0) {
            perror("sendmmsg");
            return 1;
        }
        sent += (unsigned long)done;
    }
    printf("%.0f\n", (double)sent / (now() - start));
    close(wire);
    return 0;
}
