/* SPDX-License-Identifier: BSD-2-Clause */
#include "receive.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include <glib.h>
#include <pcap/pcap.h>

#include "read_clock.h"

/* Adverts, ARP, ND and echo replies; a full-size slot costs frames. */
#define SNAPLEN 256
/* Longest wait between two looks at *stop. */
#define LOOK (100 * CARP_MSEC)

struct inj_receiver {
    pcap_t *pcap;
    int fd, link_type;
    char name[16];
    char error[PCAP_ERRBUF_SIZE + 32];
};

carp_time
inj_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

carp_time
inj_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}

bool
inj_sleep_until(carp_time when, const volatile sig_atomic_t *stop)
{
    carp_time now = inj_now();
    while (now < when && (stop == NULL || *stop == 0)) {
        carp_time wake = MIN(when, now + LOOK);
        struct timespec ts = {(time_t)(wake / CARP_SEC),
                              (long)(wake % CARP_SEC)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
        now = inj_now();
    }
    return stop == NULL || *stop == 0;
}

/* Behind "vlan" libpcap shifts every offset that follows it. */
static const char *
filter_text(const char *filter)
{
    if (strcmp(filter, INJ_FILTER_ALL) == 0) {
        return "ip proto 112 or ip6 proto 112 or arp or icmp or icmp6 or vlan";
    }
    return "ip proto 112 or ip6 proto 112 or (vlan and (ip proto 112 or "
           "ip6 proto 112 or (vlan and (ip proto 112 or ip6 proto 112))))";
}

static bool
set_filter(pcap_t *pcap, const char *filter)
{
    struct bpf_program program;
    if (pcap_compile(pcap, &program, filter_text(filter), 1,
                     PCAP_NETMASK_UNKNOWN) != 0) {
        return false;
    }
    int result = pcap_setfilter(pcap, &program);
    pcap_freecode(&program);
    return result == 0;
}

/* Of these only the precision can be refused before a handle is active; in
 * other units every time would be wrong. */
static int
activate(pcap_t *pcap)
{
    int status = pcap_set_snaplen(pcap, SNAPLEN);
    status = status != 0 ? status : pcap_set_promisc(pcap, 1);
    status = status != 0 ? status : pcap_set_immediate_mode(pcap, 1);
    status = status != 0
                 ? status
                 : pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
    return status != 0 ? status : pcap_activate(pcap);
}

/* What went wrong: libpcap has no words of its own for each status. */
static const char *
refusal(pcap_t *pcap, int status)
{
    if (status == PCAP_ERROR_PERM_DENIED) {
        return "no permission to listen: run it as root or with CAP_NET_RAW";
    }
    const char *detail = pcap_geterr(pcap);
    return *detail == '\0' && status < 0 ? pcap_statustostr(status) : detail;
}

static pcap_t *
open_handle(const char *interface, const char *filter, char **error)
{
    char reason[PCAP_ERRBUF_SIZE] = "";
    pcap_t *pcap = pcap_create(interface, reason);
    if (pcap == NULL) {
        *error = g_strdup_printf("%s: %s", interface, reason);
        return NULL;
    }
    int status = activate(pcap);
    if (status < 0 || !set_filter(pcap, filter) ||
        pcap_setdirection(pcap, PCAP_D_IN) != 0 ||
        pcap_setnonblock(pcap, 1, reason) != 0) {
        *error = g_strdup_printf("%s: %s", interface, refusal(pcap, status));
        pcap_close(pcap);
        return NULL;
    }
    return pcap;
}

struct inj_receiver *
inj_receiver_open(const char *interface, const char *filter, char **error)
{
    *error = NULL;
    pcap_t *pcap = open_handle(interface, filter, error);
    if (pcap == NULL) {
        return NULL;
    }
    struct inj_receiver *receiver = g_new0(struct inj_receiver, 1);
    receiver->pcap = pcap;
    receiver->fd = pcap_get_selectable_fd(pcap);
    receiver->link_type = pcap_datalink(pcap);
    g_strlcpy(receiver->name, interface, sizeof(receiver->name));
    return receiver;
}

static void
fill(struct inj_receiver *receiver, const struct pcap_pkthdr *header,
     const u_char *data, struct inj_received *received)
{
    received->wall =
        (carp_time)header->ts.tv_sec * CARP_SEC + (carp_time)header->ts.tv_usec;
    /* The kernel stamps wall time: shift it by how old the frame is. */
    received->at =
        carp_time_since(inj_now(), carp_time_since(inj_wall(), received->wall));
    received->data = data;
    received->captured = header->caplen;
    received->on_wire = header->len;
    enum carp_status status =
        carp_frame_parse(receiver->link_type, data, header->caplen, header->len,
                         &received->frame);
    (void)status; /* the kind tells */
}

/* 1 a frame, 0 none, -1 the interface is gone. */
static int
look(struct inj_receiver *receiver, struct inj_received *received)
{
    struct pcap_pkthdr *header = NULL;
    const u_char *data = NULL;
    int result = pcap_next_ex(receiver->pcap, &header, &data);
    if (result == 1) {
        fill(receiver, header, data, received);
        return 1;
    }
    if (result < 0) {
        g_snprintf(receiver->error, sizeof(receiver->error), "%s: %s",
                   receiver->name, pcap_geterr(receiver->pcap));
        return -1;
    }
    return 0;
}

enum inj_got
inj_receiver_next(struct inj_receiver *receiver, carp_time deadline,
                  const volatile sig_atomic_t *stop,
                  struct inj_received *received)
{
    for (;;) {
        int result = look(receiver, received);
        if (result != 0) {
            return result > 0 ? INJ_GOT_FRAME : INJ_GOT_ERROR;
        }
        carp_time now = inj_now();
        if (now >= deadline || (stop != NULL && *stop != 0)) {
            return INJ_GOT_NOTHING;
        }
        carp_time wait = MIN(deadline - now, LOOK);
        struct pollfd news = {.fd = receiver->fd, .events = POLLIN};
        /* Rounded up: waking early would spin. */
        (void)poll(&news, 1, (int)((wait + CARP_MSEC - 1) / CARP_MSEC));
    }
}

const char *
inj_receiver_error(struct inj_receiver *receiver)
{
    return receiver->error;
}

void
inj_receiver_close(struct inj_receiver *receiver)
{
    if (receiver != NULL) {
        pcap_close(receiver->pcap);
        g_free(receiver);
    }
}
