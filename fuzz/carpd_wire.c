/* SPDX-License-Identifier: BSD-2-Clause */
/* libpcap's handles, libnet's sending and the raw sockets, without a network:
 * what arrives is put into them, what leaves is looked at. */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include "carpd_conf.h"
#include "carpd_host.h"
#include "port_internal.h"
#include "read_clock.h"

#define ETHERNET 1
#define SENT_KEPT 4

struct pcap {
    char name[KERNEL_NAME];
    int fd;
    GQueue frames; /* struct arrived */
};

struct arrived {
    struct pcap_pkthdr header;
    GBytes *data;
};

struct fake_wire fake_wire;
static GSList *handles;

/* The last ones that left. */
static struct sent {
    char name[KERNEL_NAME];
    size_t len;
    uint8_t data[256];
} sent[SENT_KEPT];
static unsigned int sent_count;
static bool has_repeated;

void
wire_begin(void)
{
    FUZZ_CHECK(handles == NULL);
    memset(&fake_wire, 0, sizeof(fake_wire));
    memset(sent, 0, sizeof(sent));
    sent_count = 0;
    has_repeated = false;
}

/* ------------------------------------------------------------------ arrive */

static void
update(const struct pcap *pcap)
{
    uint64_t count = 0;
    (void)!read(pcap->fd, &count, sizeof(count));
    count = 1;
    if (pcap->frames.length > 0 || fake_wire.is_torn) {
        FUZZ_CHECK(write(pcap->fd, &count, sizeof(count)) == sizeof(count));
    }
}

static void
free_arrived(void *memory)
{
    struct arrived *arrived = memory;
    g_bytes_unref(arrived->data);
    g_free(arrived);
}

void
wire_deliver(const char *name, const uint8_t *data, size_t len)
{
    carp_time now = read_clock(CLOCK_REALTIME);
    for (const GSList *item = handles; item != NULL; item = item->next) {
        struct pcap *pcap = item->data;
        if (strcmp(pcap->name, name) != 0) {
            continue;
        }
        struct arrived *arrived = g_new0(struct arrived, 1);
        size_t captured = MIN(len, (size_t)128);
        arrived->header.ts.tv_sec = (time_t)(now / CARP_SEC);
        arrived->header.ts.tv_usec = (suseconds_t)(now % CARP_SEC);
        arrived->header.caplen = (bpf_u_int32)captured;
        arrived->header.len = (bpf_u_int32)len;
        arrived->data = g_bytes_new(data, captured);
        g_queue_push_tail(&pcap->frames, arrived);
        update(pcap);
    }
}

int
pcap_dispatch(pcap_t *p, int limit, pcap_handler call, u_char *user)
{
    int count = 0;
    if (fake_wire.is_torn) {
        fake_wire.is_torn = false;
        update(p);
        return -1;
    }
    while (count < limit && p->frames.length > 0) {
        struct arrived *arrived = g_queue_pop_head(&p->frames);
        update(p);
        call(user, &arrived->header, g_bytes_get_data(arrived->data, NULL));
        free_arrived(arrived);
        count++;
    }
    return count;
}

/* -------------------------------------------------------------------- open */

pcap_t *
pcap_create(const char *device, char *error)
{
    if (fake_wire.open_fails > 0) {
        fake_wire.open_fails--;
        g_strlcpy(error, "as the script says", PCAP_ERRBUF_SIZE);
        return NULL;
    }
    struct pcap *pcap = g_new0(struct pcap, 1);
    g_strlcpy(pcap->name, device, sizeof(pcap->name));
    pcap->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    g_queue_init(&pcap->frames);
    handles = g_slist_prepend(handles, pcap);
    return pcap;
}

void
pcap_close(pcap_t *p)
{
    handles = g_slist_remove(handles, p);
    g_queue_clear_full(&p->frames, free_arrived);
    close(p->fd);
    g_free(p);
}

int
pcap_set_snaplen(pcap_t *p, int len)
{
    (void)p;
    FUZZ_CHECK(len == 128);
    return 0;
}

int
pcap_set_immediate_mode(pcap_t *p, int on)
{
    (void)p;
    (void)on;
    return 0;
}

int
pcap_set_buffer_size(pcap_t *p, int size)
{
    (void)p;
    (void)size;
    return 0;
}

int
pcap_set_tstamp_precision(pcap_t *p, int precision)
{
    (void)p;
    FUZZ_CHECK(precision == PCAP_TSTAMP_PRECISION_NANO);
    return 0;
}

int
pcap_activate(pcap_t *p)
{
    const struct fake_link *link = fake_link_find(p->name);
    return link == NULL   ? PCAP_ERROR_NO_SUCH_DEVICE
           : !link->is_up ? PCAP_ERROR_IFACE_NOT_UP
                          : 0;
}

int
pcap_datalink(pcap_t *p)
{
    (void)p;
    return ETHERNET;
}

int
pcap_fileno(pcap_t *p)
{
    return p->fd;
}

int
pcap_get_selectable_fd(pcap_t *p)
{
    return p->fd;
}

/* What would not pass is delivered all the same: a filter that has just been
 * changed lets frames through, too. */
int
pcap_compile(pcap_t *p, struct bpf_program *program, const char *text,
             int optimize, bpf_u_int32 mask)
{
    (void)p;
    (void)optimize;
    (void)mask;
    FUZZ_CHECK(*text != '\0');
    program->bf_len = 0;
    program->bf_insns = NULL;
    return 0;
}

int
pcap_setfilter(pcap_t *p, struct bpf_program *program)
{
    (void)p;
    (void)program;
    return 0;
}

void
pcap_freecode(struct bpf_program *program)
{
    (void)program;
}

int
pcap_setdirection(pcap_t *p, pcap_direction_t direction)
{
    (void)p;
    FUZZ_CHECK(direction == PCAP_D_IN);
    return 0;
}

int
pcap_setnonblock(pcap_t *p, int on, char *error)
{
    (void)p;
    (void)error;
    FUZZ_CHECK(on == 1);
    return 0;
}

char *
pcap_geterr(pcap_t *p)
{
    static char text[] = "The interface disappeared";
    (void)p;
    return text;
}

const char *
pcap_statustostr(int status)
{
    (void)status;
    return "an error";
}

int
pcap_stats(pcap_t *p, struct pcap_stat *stat)
{
    (void)p;
    memset(stat, 0, sizeof(*stat));
    stat->ps_drop = fake_wire.dropped;
    return 0;
}

/* -------------------------------------------------------------------- send */

struct port_link {
    char name[KERNEL_NAME];
};

struct port_link *
port_link_open(const char *name, unsigned int index, struct os_error *error)
{
    (void)index;
    (void)error;
    struct port_link *link = g_new0(struct port_link, 1);
    g_strlcpy(link->name, name, sizeof(link->name));
    return link;
}

void
port_link_close(struct port_link *link)
{
    g_free(link);
}

bool
port_say_send_error(const char *name, int code, struct os_error *error)
{
    return os_error_set(error, OS_SYSTEM, code, "%s: sending: %s", name,
                        g_strerror(code));
}

static void
keep(const char *name, const struct port_octets *frame)
{
    struct sent *one = &sent[sent_count++ % SENT_KEPT];
    FUZZ_CHECK(frame->len <= sizeof(one->data));
    g_strlcpy(one->name, name, sizeof(one->name));
    one->len = frame->len;
    memcpy(one->data, frame->octets, frame->len);
}

void
wire_repeat(void)
{
    has_repeated = true;
    for (unsigned int i = 0; i < SENT_KEPT; i++) {
        wire_deliver(sent[i].name, sent[i].data, sent[i].len);
    }
}

void
wire_imitate(void)
{
    has_repeated = true;
}

bool
wire_has_repeated(void)
{
    return has_repeated;
}

static void
reflect(const char *name, const struct port_octets *frame)
{
    for (unsigned int i = 0; i < CONF_INTERFACES; i++) {
        bool is_same = strcmp(conf_interfaces[i], name) == 0;
        if (is_same ? fake_wire.is_looped : fake_wire.is_joined) {
            wire_deliver(conf_interfaces[i], frame->octets, frame->len);
        }
    }
}

/* errno of sending there; 0: it works. */
static int
send_code(const char *name)
{
    const struct fake_link *link = fake_link_find(name);
    if (link == NULL) {
        return ENXIO;
    }
    return link->is_up ? fake_wire.send_code : ENETDOWN;
}

bool
port_link_send(struct port_link *link, const struct port_octets *frame,
               struct os_error *error)
{
    int code = send_code(link->name);
    if (code != 0) {
        return port_say_send_error(link->name, code, error);
    }
    check_frame_sent(link->name, frame->octets, frame->len);
    keep(link->name, frame);
    reflect(link->name, frame);
    return true;
}

bool
port_sockets_open(struct port_sockets *sockets, const char *name,
                  unsigned int index, const struct port_want *want,
                  struct os_error *error)
{
    (void)index;
    (void)want;
    sockets->fd4 = sockets->fd6 = -1;
    if (fake_wire.open_fails > 0) {
        fake_wire.open_fails--;
        return os_error_set(error, OS_SYSTEM, ENOBUFS, "%s: a raw socket: %s",
                            name, g_strerror(ENOBUFS));
    }
    return true;
}

void
port_sockets_close(struct port_sockets *sockets)
{
    sockets->fd4 = sockets->fd6 = -1;
}

bool
port_sockets_send(const struct port_sockets *sockets, const char *name,
                  unsigned int index, const struct port_advert *advert,
                  struct os_error *error)
{
    (void)sockets;
    (void)index;
    int code = send_code(name);
    if (code != 0) {
        return port_say_send_error(name, code, error);
    }
    check_unicast_sent(name, advert);
    return true;
}
