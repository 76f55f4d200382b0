/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets the clock of one program: to be preloaded into it.
 *
 * CLOCKSHIFT names a file with two or three numbers, nanoseconds: how far the
 * clock was set, how long the machine was suspended, and how much time has
 * passed besides. All are added to the wall clock and to the stamps of frames,
 * the second also to the clock that counts suspended time, the third to every
 * clock.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include <pcap/pcap.h>

static void
shifts(long long *set, long long *slept, long long *passed)
{
    *set = *slept = *passed = 0;
    FILE *file = fopen(getenv("CLOCKSHIFT"), "re");
    if (file != NULL) {
        if (fscanf(file, "%lld %lld %lld", set, slept, passed) < 2) {
            *set = *slept = 0;
        }
        fclose(file);
    }
}

static void
add(long long by, long *sec, long *nsec)
{
    long long sum = *nsec + by % 1000000000;
    *sec += (long)(by / 1000000000 + sum / 1000000000);
    *nsec = (long)(sum % 1000000000);
    if (*nsec < 0) {
        *nsec += 1000000000;
        *sec -= 1;
    }
}

int
clock_gettime(clockid_t id, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *);
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    }
    int status = real(id, now);
    if (status == 0 && (id == CLOCK_REALTIME || id == CLOCK_BOOTTIME ||
                        id == CLOCK_MONOTONIC)) {
        long long set = 0, slept = 0, passed = 0;
        shifts(&set, &slept, &passed);
        add(passed + (id != CLOCK_MONOTONIC ? slept : 0) +
                (id == CLOCK_REALTIME ? set : 0),
            &now->tv_sec, &now->tv_nsec);
    }
    return status;
}

int
gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec ts;
    int status = clock_gettime(CLOCK_REALTIME, &ts);
    (void)zone;
    now->tv_sec = ts.tv_sec;
    now->tv_usec = ts.tv_nsec / 1000;
    return status;
}

int
pcap_next_ex(pcap_t *pcap, struct pcap_pkthdr **header, const u_char **data)
{
    static int (*real)(pcap_t *, struct pcap_pkthdr **, const u_char **);
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "pcap_next_ex");
    }
    int status = real(pcap, header, data);
    if (status == 1) {
        static struct pcap_pkthdr shifted;
        long long set = 0, slept = 0, passed = 0;
        shifts(&set, &slept, &passed);
        shifted = **header;
        add(set + slept + passed, &shifted.ts.tv_sec, &shifted.ts.tv_usec);
        *header = &shifted;
    }
    return status;
}
