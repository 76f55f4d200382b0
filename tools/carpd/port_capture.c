/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

#include "port_internal.h"
#include "read_clock.h"

/* Ethernet, a tag, the longest IPv4 header and the advert are 114 octets. A
 * larger slot in the ring costs frames (immediate mode). */
#define SNAPLEN 128
#define RING (512 * 1024)

carp_time
port_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

carp_time
port_capture_time(const struct pcap_pkthdr *header, carp_time now)
{
    /* The kernel stamps wall time: shift by how old the frame is. A clock
     * that was set meanwhile must not make a frame older than it can be. */
    carp_time stamped =
        (carp_time)header->ts.tv_sec * CARP_SEC + (carp_time)header->ts.tv_usec;
    carp_time age = carp_time_since(read_clock(CLOCK_REALTIME), stamped);
    return age < 10 * CARP_SEC ? carp_time_since(now, age) : now;
}

bool
port_capture_filter(pcap_t *pcap, const char *name,
                    const struct port_want *want, struct os_error *error)
{
    struct bpf_program program;
    char *text = port_filter_text(want);
    bool is_set = false;
    if (pcap_compile(pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN) == 0) {
        is_set = pcap_setfilter(pcap, &program) == 0;
        pcap_freecode(&program);
    }
    g_free(text);
    return is_set ||
           os_error_set(error, OS_SYSTEM, 0, "%s: setting the filter: %s", name,
                        pcap_geterr(pcap));
}

static bool
say_activation(const char *name, int status, const char *detail,
               struct os_error *error)
{
    switch (status) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        return os_error_set(error, OS_NO_PERMISSION, EPERM,
                            "%s: listening: no permission: run it as root or "
                            "with CAP_NET_RAW",
                            name);
    case PCAP_ERROR_NO_SUCH_DEVICE:
        return os_error_set(error, OS_NO_INTERFACE, ENODEV,
                            "%s: no such interface: see 'ip link'", name);
    case PCAP_ERROR_IFACE_NOT_UP:
        return os_error_set(error, OS_LINK_DOWN, ENETDOWN,
                            "%s: is down: ip link set %s up", name, name);
    default:
        return os_error_set(error, OS_SYSTEM, 0, "%s: listening: %s", name,
                            *detail != '\0' ? detail
                                            : pcap_statustostr(status));
    }
}

/* libpcap only leaves out what is sent when it is read: each own advert would
 * wake the program up. Kernels before 4.20 do not know the option. */
static void
ignore_own(int fd)
{
    int on = 1;
    (void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
}

/* Of these only the precision can be refused before a handle is active; in
 * other units every time would be wrong. */
static int
activate(pcap_t *pcap)
{
    int status = pcap_set_snaplen(pcap, SNAPLEN);
    status = status != 0 ? status : pcap_set_immediate_mode(pcap, 1);
    status = status != 0 ? status : pcap_set_buffer_size(pcap, RING);
    status = status != 0
                 ? status
                 : pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
    return status != 0 ? status : pcap_activate(pcap);
}

pcap_t *
port_capture_open(const char *name, const struct port_want *want,
                  struct os_error *error)
{
    char reason[PCAP_ERRBUF_SIZE] = "";
    pcap_t *pcap = pcap_create(name, reason);
    if (pcap == NULL) {
        os_error_set(error, OS_SYSTEM, 0, "%s: listening: %s", name, reason);
        return NULL;
    }
    int status = activate(pcap);
    if (status < 0) {
        say_activation(name, status, pcap_geterr(pcap), error);
        pcap_close(pcap);
        return NULL;
    }
    if (!carp_link_known(pcap_datalink(pcap))) {
        os_error_set(error, OS_SYSTEM, 0,
                     "%s: link type %d is not one that carpd knows", name,
                     pcap_datalink(pcap));
        pcap_close(pcap);
        return NULL;
    }
    ignore_own(pcap_fileno(pcap));
    if (!port_capture_filter(pcap, name, want, error) ||
        pcap_setdirection(pcap, PCAP_D_IN) != 0 ||
        pcap_setnonblock(pcap, 1, reason) != 0) {
        pcap_close(pcap);
        return NULL;
    }
    return pcap;
}
