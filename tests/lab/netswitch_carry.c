/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "netswitch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME 2048
#define PENDING 4096
#define BATCH 64
#define NSEC 1000000000LL
#define REORDER_WAIT (2 * NSEC)

/* On its way, and until then `due`. */
struct pending {
    int64_t due;
    int64_t number; /* in order of arrival where due is equal */
    unsigned int from, to;
    enum frame_class class;
    bool is_held; /* waits for the next one of its path */
    size_t size;
    unsigned char octets[FRAME];
};

static struct pending *pending[PENDING];
static unsigned int pending_count;
static int64_t arrivals;

static int64_t
now(clockid_t clock)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    return (int64_t)ts.tv_sec * NSEC + ts.tv_nsec;
}

/* ------------------------------------------------------------------ chance */

/* splitmix64 */
static uint64_t
next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

static bool
happens(uint64_t *state, uint32_t per_mille)
{
    return next_random(state) % ALWAYS < per_mille;
}

void
net_seed(struct net *net, uint64_t value)
{
    for (uint64_t from = 0; from < PORTS; from++) {
        for (uint64_t to = 0; to < PORTS; to++) {
            for (uint64_t c = 0; c < CLASSES; c++) {
                uint64_t state = value ^ (from << 48 | to << 40 | c << 32);
                net->paths[from][to].random[c] = next_random(&state);
            }
        }
    }
}

/* ------------------------------------------------------------------ frames */

static enum frame_class
classify(const unsigned char *f, size_t size)
{
    if (size >= 34 + 6 && f[12] == 0x08 && f[13] == 0x00 && f[23] == 112) {
        return CARP4;
    }
    if (size >= 54 + 6 && f[12] == 0x86 && f[13] == 0xdd && f[20] == 112) {
        return CARP6;
    }
    return OTHER;
}

static void
trace(const struct net *net, const struct pending *p, int64_t at, int64_t done,
      const char *fate)
{
    const unsigned char *advert = p->octets + (p->class == CARP4 ? 34 : 54);
    if (net->is_traced && p->class != OTHER) {
        printf("carp %s %s %lld.%09lld %s %u/%u %lld.%09lld\n",
               net->ports[p->from].name, net->ports[p->to].name,
               (long long)(at / NSEC), (long long)(at % NSEC), fate,
               (unsigned int)advert[5], (unsigned int)advert[2],
               (long long)(done / NSEC), (long long)(done % NSEC));
    }
}

static void
deliver(struct net *net, const struct pending *p)
{
    struct port *to = &net->ports[p->to];
    if (to->fd < 0) {
        return;
    }
    /* Its receiver may act before send() returns. */
    int64_t at = now(CLOCK_REALTIME);
    /* What the interface does not take is lost, as on a wire. */
    if (send(to->fd, p->octets, p->size, MSG_DONTWAIT) == (ssize_t)p->size) {
        trace(net, p, at, now(CLOCK_REALTIME), "passed");
    } else if (errno == ENXIO) {
        close(to->fd);
        to->fd = -1;
    }
}

static void
put_off(const struct pending *frame, int64_t due, bool is_held)
{
    struct pending *p = NULL;
    if (pending_count < PENDING) {
        p = malloc(sizeof(*p));
    }
    if (p == NULL) {
        fputs("netswitch: too many frames on their way: one lost\n", stderr);
        return;
    }
    *p = *frame;
    p->due = due;
    p->number = arrivals++;
    p->is_held = is_held;
    pending[pending_count++] = p;
}

/* Those that were to wait for this one go right behind it. */
static void
let_go(const struct pending *frame, int64_t due)
{
    for (unsigned int i = 0; i < pending_count; i++) {
        struct pending *p = pending[i];
        if (p->is_held && p->from == frame->from && p->to == frame->to &&
            p->class == frame->class) {
            p->is_held = false;
            p->due = due;
            p->number = arrivals++;
        }
    }
}

static void
carry(struct net *net, const struct pending *frame)
{
    struct path *path = &net->paths[frame->from][frame->to];
    const uint32_t *fault = path->fault[frame->class];
    uint64_t *random = &path->random[frame->class];
    bool is_lost = happens(random, fault[LOSS]);
    unsigned int copies = happens(random, fault[DUPLICATE]) ? 2 : 1;
    bool is_held = happens(random, fault[REORDER]);
    if (is_lost) {
        if (frame->from != frame->to) {
            int64_t at = now(CLOCK_REALTIME);
            trace(net, frame, at, at, "lost");
        }
        return;
    }
    int64_t start = now(CLOCK_MONOTONIC) + (int64_t)fault[DELAY] * 1000;
    for (unsigned int n = 0; n < copies; n++) {
        int64_t due = start;
        if (fault[JITTER] > 0) {
            due += (int64_t)(next_random(random) % fault[JITTER]) * 1000;
        }
        if (is_held) {
            put_off(frame, due + REORDER_WAIT, true);
        } else if (fault[DELAY] == 0 && fault[JITTER] == 0) {
            deliver(net, frame);
        } else {
            put_off(frame, due, false);
        }
        if (!is_held) {
            let_go(frame, due);
        }
    }
}

void
net_take_in(struct net *net, unsigned int from)
{
    static struct pending frame;
    for (int budget = BATCH; budget > 0; budget--) {
        ssize_t size = recv(net->ports[from].fd, frame.octets,
                            sizeof(frame.octets), MSG_DONTWAIT);
        if (size < 0) {
            return;
        }
        frame.from = from;
        frame.size = (size_t)size;
        frame.class = classify(frame.octets, frame.size);
        for (frame.to = 0; frame.to < net->port_count; frame.to++) {
            carry(net, &frame);
        }
    }
}

static unsigned int
earliest(void)
{
    unsigned int first = 0;
    for (unsigned int i = 1; i < pending_count; i++) {
        const struct pending *p = pending[i], *best = pending[first];
        if (p->due < best->due ||
            (p->due == best->due && p->number < best->number)) {
            first = i;
        }
    }
    return first;
}

int64_t
net_put_out(struct net *net)
{
    while (pending_count > 0) {
        unsigned int at = earliest();
        struct pending *p = pending[at];
        int64_t wait = p->due - now(CLOCK_MONOTONIC);
        if (wait > 0) {
            return wait;
        }
        deliver(net, p);
        pending[at] = pending[--pending_count];
        free(p);
    }
    return -1;
}
