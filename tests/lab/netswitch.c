/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netswitch: carries frames between the interfaces of its namespace, and
 * spoils them on the way as it is told. Commands are lines on standard input;
 * each is answered by a line, "ok" or "error: WHY". It ends with its input.
 *
 *   port NAME          opens an interface; again after it was made anew
 *   seed N             the same frames are then spoilt in each run
 *   trace on|off       a line "carp SRC DST TIME FATE BASE/SKEW DONE" for each
 *                      advert: when (epoch seconds) it "passed" or was "lost",
 *                      and when that was done
 *   path SRC DST CLASS FAULT N …
 *                      SRC, DST: a port, or * for each other one
 *                      CLASS: carp4, carp6 (IP protocol 112), carp, all
 *                      FAULT: loss, duplicate, reorder (per mille),
 *                      delay, jitter (microseconds; added for each frame)
 *   clear              no faults
 *
 * The way from a port back to itself begins with a loss of 1000: less makes a
 * loop. A reordered frame goes right behind the next one of its path and
 * class, or after 2 s. Each copy has its own jitter, which may reorder too.
 * The destination MAC is not looked at: everybody gets everything.
 */
#define _GNU_SOURCE
#include "netswitch.h"

#include <errno.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LINE 256
#define NSEC 1000000000LL
#define ALL_PROTOCOLS 0x0300 /* ETH_P_ALL, big endian */

static struct net net;

static const char *
open_port(const char *name)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_protocol = ALL_PROTOCOLS,
                                  .sll_ifindex = (int)if_nametoindex(name)};
    struct packet_mreq all = {.mr_ifindex = address.sll_ifindex,
                              .mr_type = PACKET_MR_PROMISC};
    const int on = 1;
    unsigned int i = 0;
    while (i < net.port_count && strcmp(net.ports[i].name, name) != 0) {
        i++;
    }
    if (i == PORTS) {
        return "too many ports";
    }
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (fd < 0 || address.sll_ifindex == 0 ||
        setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) !=
            0 ||
        setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) !=
            0 ||
        bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        if (fd >= 0) {
            close(fd);
        }
        return "cannot open it";
    }
    if (i == net.port_count) {
        net.port_count++;
        snprintf(net.ports[i].name, sizeof(net.ports[i].name), "%s", name);
    } else if (net.ports[i].fd >= 0) {
        close(net.ports[i].fd);
    }
    net.ports[i].fd = fd;
    return NULL;
}

static bool
parse_number(const char *word, uint32_t *value)
{
    char *end = NULL;
    if (word == NULL) {
        return false;
    }
    errno = 0;
    unsigned long number = strtoul(word, &end, 10);
    *value = (uint32_t)number;
    return end != word && *end == '\0' && errno == 0 && number <= UINT32_MAX;
}

/* What a line sets; the rest stays as it is. */
struct change {
    const char *from, *to;
    bool has_class[CLASSES];
    bool has_fault[FAULTS];
    uint32_t fault[FAULTS];
};

static const char *
parse_faults(char **rest, struct change *change)
{
    static const char *const names[FAULTS] = {"loss", "duplicate", "reorder",
                                              "delay", "jitter"};
    const char *word;
    while ((word = strtok_r(NULL, " ", rest)) != NULL) {
        unsigned int f = 0;
        while (f < FAULTS && strcmp(word, names[f]) != 0) {
            f++;
        }
        if (f == FAULTS) {
            return "no such fault";
        }
        if (!parse_number(strtok_r(NULL, " ", rest), &change->fault[f]) ||
            (f < DELAY && change->fault[f] > ALWAYS)) {
            return "no number, or more than 1000 per mille";
        }
        change->has_fault[f] = true;
    }
    return NULL;
}

static const char *
parse_change(char **rest, struct change *change)
{
    memset(change, 0, sizeof(*change));
    change->from = strtok_r(NULL, " ", rest);
    change->to = strtok_r(NULL, " ", rest);
    const char *name = strtok_r(NULL, " ", rest);
    if (name == NULL) {
        return "path SRC DST CLASS FAULT N";
    }
    bool is_all = strcmp(name, "all") == 0;
    bool is_both = is_all || strcmp(name, "carp") == 0;
    change->has_class[OTHER] = is_all;
    change->has_class[CARP4] = is_both || strcmp(name, "carp4") == 0;
    change->has_class[CARP6] = is_both || strcmp(name, "carp6") == 0;
    if (!change->has_class[CARP4] && !change->has_class[CARP6]) {
        return "no such class";
    }
    return parse_faults(rest, change);
}

static bool
is_meant(const struct change *change, unsigned int from, unsigned int to)
{
    bool is_any_from = strcmp(change->from, "*") == 0;
    bool is_any_to = strcmp(change->to, "*") == 0;
    if (from == to && (is_any_from || is_any_to)) {
        return false;
    }
    return (is_any_from || strcmp(change->from, net.ports[from].name) == 0) &&
           (is_any_to || strcmp(change->to, net.ports[to].name) == 0);
}

static void
apply(const struct change *change, struct path *path)
{
    for (unsigned int c = 0; c < CLASSES; c++) {
        for (unsigned int f = 0; f < FAULTS; f++) {
            if (change->has_class[c] && change->has_fault[f]) {
                path->fault[c][f] = change->fault[f];
            }
        }
    }
}

static const char *
set_paths(char **rest)
{
    struct change change;
    const char *why = parse_change(rest, &change);
    if (why != NULL) {
        return why;
    }
    why = "no such port";
    for (unsigned int from = 0; from < net.port_count; from++) {
        for (unsigned int to = 0; to < net.port_count; to++) {
            if (is_meant(&change, from, to)) {
                apply(&change, &net.paths[from][to]);
                why = NULL;
            }
        }
    }
    return why;
}

static void
clear(void)
{
    for (unsigned int a = 0; a < PORTS; a++) {
        for (unsigned int b = 0; b < PORTS; b++) {
            memset(net.paths[a][b].fault, 0, sizeof(net.paths[a][b].fault));
        }
        for (unsigned int c = 0; c < CLASSES; c++) {
            net.paths[a][a].fault[c][LOSS] = ALWAYS;
        }
    }
}

/* NULL, or why it cannot be done. */
static const char *
obey(char *line)
{
    char *rest = NULL;
    const char *word = strtok_r(line, " ", &rest);
    uint32_t number = 0;
    if (word == NULL) {
        return "an empty line";
    }
    if (strcmp(word, "path") == 0) {
        return set_paths(&rest);
    }
    if (strcmp(word, "clear") == 0) {
        clear();
        return NULL;
    }
    const char *value = strtok_r(NULL, " ", &rest);
    if (value == NULL) {
        return "no such command, or its value is missing";
    }
    if (strcmp(word, "port") == 0) {
        return open_port(value);
    }
    if (strcmp(word, "trace") == 0) {
        net.is_traced = strcmp(value, "on") == 0;
        return NULL;
    }
    if (strcmp(word, "seed") != 0 || !parse_number(value, &number)) {
        return "no such command, or no number";
    }
    net_seed(&net, number);
    return NULL;
}

/* False: the input has ended. */
static bool
read_commands(void)
{
    static char buffer[LINE];
    static size_t used;
    ssize_t got = read(STDIN_FILENO, buffer + used, sizeof(buffer) - used);
    if (got <= 0) {
        return false;
    }
    used += (size_t)got;
    char *end;
    while ((end = memchr(buffer, '\n', used)) != NULL) {
        size_t length = (size_t)(end - buffer) + 1;
        *end = '\0';
        const char *why = obey(buffer);
        if (why == NULL) {
            puts("ok");
        } else {
            printf("error: %s\n", why);
        }
        used -= length;
        memmove(buffer, buffer + length, used);
    }
    return used < sizeof(buffer);
}

int
main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    clear();
    net_seed(&net, 0);
    for (;;) {
        struct pollfd waits[PORTS + 1];
        unsigned int count = net.port_count;
        for (unsigned int i = 0; i < count; i++) {
            waits[i] = (struct pollfd){net.ports[i].fd, POLLIN, 0};
        }
        waits[count] = (struct pollfd){STDIN_FILENO, POLLIN, 0};
        int64_t wait = net_put_out(&net);
        struct timespec until = {wait / NSEC, wait % NSEC};
        if (ppoll(waits, count + 1, wait < 0 ? NULL : &until, NULL) < 0) {
            perror("ppoll");
            return 1;
        }
        for (unsigned int i = 0; i < count; i++) {
            if (waits[i].revents != 0) {
                net_take_in(&net, i);
            }
        }
        if (waits[count].revents != 0 && !read_commands()) {
            return 0;
        }
    }
}
