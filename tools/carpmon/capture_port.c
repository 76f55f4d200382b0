/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel hands frames over in blocks: when one is full, or BLOCK_MS
 * behind its first frame. That loses nothing at full rate and costs little;
 * a frame a wake-up (immediate mode) loses frames or costs tens of times
 * more.
 */
#include "capture_port.h"

#include <string.h>

#include "capture.h"

#define SNAPLEN 256
#define BLOCK_MS 20

struct mon_port *
mon_port_new(const char *name, uint16_t segment, uint16_t number, int buffer)
{
    struct mon_port *port = g_new0(struct mon_port, 1);
    port->name = g_strdup(name);
    port->fd = -1;
    port->buffer = buffer;
    port->next.segment = segment;
    port->next.source = number;
    port->drop_limit.every = 10 * CARP_SEC;
    return port;
}

void
mon_port_free(void *data)
{
    struct mon_port *port = data;
    mon_port_close(port);
    g_free(port->name);
    g_free(port);
}

/* Of these only the precision can be refused before a handle is active; in
 * other units every time would be wrong. */
static int
activate(pcap_t *pcap, int buffer)
{
    int status = pcap_set_snaplen(pcap, SNAPLEN);
    status = status != 0 ? status : pcap_set_promisc(pcap, 1);
    status = status != 0 ? status : pcap_set_timeout(pcap, BLOCK_MS);
    status = status != 0 ? status : pcap_set_buffer_size(pcap, buffer);
    status = status != 0
                 ? status
                 : pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
    return status != 0 ? status : pcap_activate(pcap);
}

static pcap_t *
open_handle(const struct mon_port *port, char error[PCAP_ERRBUF_SIZE])
{
    pcap_t *pcap = pcap_create(port->name, error);
    if (pcap == NULL) {
        return NULL;
    }
    int status = activate(pcap, port->buffer);
    if (status < 0) {
        const char *detail = pcap_geterr(pcap);
        g_strlcpy(error, *detail != '\0' ? detail : pcap_statustostr(status),
                  PCAP_ERRBUF_SIZE);
        pcap_close(pcap);
        return NULL;
    }
    return pcap;
}

bool
mon_port_open(struct mon_port *port, char error[PCAP_ERRBUF_SIZE])
{
    pcap_t *pcap = open_handle(port, error);
    if (pcap == NULL) {
        return false;
    }
    /* "any" can tell which interface a frame came from, if asked. */
    if (pcap_datalink(pcap) == CARP_LINK_SLL) {
        (void)!pcap_set_datalink(pcap, CARP_LINK_SLL2);
    }
    int link_type = pcap_datalink(pcap);
    if (!carp_link_known(link_type)) {
        g_snprintf(error, PCAP_ERRBUF_SIZE,
                   "link type %d is not one that "
                   "carpmon knows",
                   link_type);
        pcap_close(pcap);
        return false;
    }
    if (!mon_capture_filter(pcap)) {
        log_line("%s: the filter cannot be set: reading everything: %s",
                 port->name, pcap_geterr(pcap));
    }
    if (pcap_setnonblock(pcap, 1, error) != 0) {
        pcap_close(pcap);
        return false;
    }
    port->fd = pcap_get_selectable_fd(pcap);
    port->next.link_type = link_type;
    port->pcap = pcap;
    port->has_next = false;
    return true;
}

uint64_t
mon_port_dropped(const struct mon_port *port)
{
    struct pcap_stat stat;
    memset(&stat, 0, sizeof(stat));
    if (port->pcap == NULL || pcap_stats(port->pcap, &stat) != 0) {
        return port->dropped;
    }
    return port->dropped + stat.ps_drop;
}

void
mon_port_close(struct mon_port *port)
{
    if (port->pcap != NULL) {
        port->dropped = mon_port_dropped(port);
        pcap_close(port->pcap);
        port->pcap = NULL;
        port->fd = -1;
    }
    port->has_next = false;
}

bool
mon_port_read(struct mon_port *port, const struct mon_clock *clock,
              carp_time now)
{
    struct pcap_pkthdr *header = NULL;
    const u_char *data = NULL;
    int result = pcap_next_ex(port->pcap, &header, &data);
    if (result == 1) {
        port->has_next = true;
        port->stamp = mon_capture_time(header);
        port->next.time = mon_clock_even(clock, port->stamp);
        port->next.data = data;
        port->next.captured = header->caplen;
        port->next.on_wire = header->len;
    } else if (result == 0) {
        port->empty_at = now;
    } else {
        log_line("%s: %s: waiting for it to come back", port->name,
                 pcap_geterr(port->pcap));
        mon_port_close(port);
        return false;
    }
    return true;
}
