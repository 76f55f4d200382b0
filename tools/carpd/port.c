/* SPDX-License-Identifier: BSD-2-Clause */
#include "port.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <glib-unix.h>

#include "port_internal.h"

#define RETRY_MS 1000

static void
tell(struct port *port, enum port_event event, const char *text)
{
    if (port->ops.watch != NULL) {
        port->ops.watch(port, event, text, port->ops.data);
    }
}

/* ----------------------------------------------------------------- receive */

static unsigned int
count_dropped(const struct port *port)
{
    struct pcap_stat stat;
    memset(&stat, 0, sizeof(stat));
    if (port->pcap == NULL || pcap_stats(port->pcap, &stat) != 0) {
        return 0;
    }
    return stat.ps_drop;
}

static void
drop_source(GSource **source)
{
    if (*source != NULL) {
        g_source_destroy(*source);
        g_clear_pointer(source, g_source_unref);
    }
}

static void
close_all(struct port *port)
{
    drop_source(&port->source);
    drop_source(&port->retry);
    drop_source(&port->opened);
    if (port->pcap != NULL) {
        pcap_close(port->pcap);
        port->pcap = NULL;
    }
    port_link_close(port->link);
    port->link = NULL;
    port_sockets_close(&port->sockets);
    port->index = 0;
    memset(&port->mac, 0, sizeof(port->mac));
}

static void
close_and_tell(struct port *port, const char *text)
{
    close_all(port);
    if (strcmp(text, port->told) != 0) {
        g_strlcpy(port->told, text, sizeof(port->told));
        tell(port, PORT_CLOSED, text);
    }
}

static gboolean on_retry(gpointer data);

/* The interface may never change again. */
static void
retry_later(struct port *port)
{
    drop_source(&port->retry);
    port->retry = g_timeout_source_new(RETRY_MS);
    g_source_set_callback(port->retry, on_retry, port, NULL);
    g_source_attach(port->retry, port->context);
}

static bool
is_wanted(const struct carp_frame *frame)
{
    switch (frame->kind) {
    case CARP_FRAME_CARP:
    case CARP_FRAME_VRRP2:
    case CARP_FRAME_VRRP3:
    case CARP_FRAME_P112:
    case CARP_FRAME_ARP:
    case CARP_FRAME_NS:
    case CARP_FRAME_NA:
    case CARP_FRAME_FRAGMENT:
        /* A tagged frame belongs to another interface, eth0.10. */
        return frame->vlan == 0;
    case CARP_FRAME_OTHER:
    case CARP_FRAME_IGMP:
    case CARP_FRAME_MLD:
    case CARP_FRAME_TRUNCATED:
        break;
    }
    return false;
}

static void
take_frame(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    struct port *port = (struct port *)(void *)user;
    struct carp_frame frame;
    if (carp_frame_parse(pcap_datalink(port->pcap), data, header->caplen,
                         header->len, &frame) != CARP_OK ||
        !is_wanted(&frame)) {
        return;
    }
    struct port_frame taken = {.at = port_capture_time(header, port_now()),
                               .frame = &frame,
                               .data = data,
                               .captured = header->caplen,
                               .on_wire = header->len};
    port->received++;
    port->ops.receive(port, &taken, port->ops.data);
}

unsigned int
port_drain(struct port *port, unsigned int limit)
{
    uint64_t before = port->received;
    if (port->pcap == NULL || limit == 0) {
        return 0;
    }
    int result = pcap_dispatch(port->pcap, (int)MIN(limit, 65535u), take_frame,
                               (u_char *)port);
    if (result < 0) {
        char text[OS_ERROR_TEXT];
        g_snprintf(text, sizeof(text), "%s: %s: waiting for it to come back",
                   port->name, pcap_geterr(port->pcap));
        close_and_tell(port, text);
        retry_later(port);
    }
    return (unsigned int)(port->received - before);
}

/* Once: it goes on as long as the flood. */
static void
look_at_drops(struct port *port)
{
    if (!port->has_told_drops && count_dropped(port) > 0) {
        char text[OS_ERROR_TEXT];
        port->has_told_drops = true;
        g_snprintf(text, sizeof(text),
                   "%s: the kernel drops frames of protocol 112: more arrive "
                   "than can be looked at",
                   port->name);
        tell(port, PORT_TROUBLE, text);
    }
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
    struct port *port = data;
    (void)fd;
    (void)condition;
    if (port_drain(port, PORT_BATCH) == PORT_BATCH) {
        look_at_drops(port);
    }
    return G_SOURCE_CONTINUE;
}

/* -------------------------------------------------------------------- open */

static void
watch_readable(struct port *port)
{
    port->source =
        g_unix_fd_source_new(pcap_get_selectable_fd(port->pcap), G_IO_IN);
    g_source_set_priority(port->source, PORT_PRIORITY);
    g_source_set_callback(port->source, G_SOURCE_FUNC(on_readable), port, NULL);
    /* See alarm.c: no wakeup beside the frame's own. */
    g_source_set_can_recurse(port->source, TRUE);
    g_source_attach(port->source, port->context);
}

static bool
open_on(struct port *port, const struct kernel_link *link,
        struct os_error *error)
{
    if (!link->is_up) {
        return os_error_set(error, OS_LINK_DOWN, ENETDOWN,
                            "%s: is down: ip link set %s up", link->name,
                            link->name);
    }
    port->pcap = port_capture_open(link->name, &port->want, error);
    if (port->pcap == NULL ||
        !port_sockets_open(&port->sockets, link->name, link->index, &port->want,
                           error)) {
        close_all(port);
        return false;
    }
    port->link = port_link_open(link->name, link->index, error);
    if (port->link == NULL) {
        close_all(port);
        return false;
    }
    port->index = link->index;
    port->mac = link->mac;
    port->told[0] = '\0';
    watch_readable(port);
    return true;
}

static gboolean
tell_opened(gpointer data)
{
    struct port *port = data;
    char text[OS_ERROR_TEXT];
    drop_source(&port->opened);
    g_snprintf(text, sizeof(text), "%s: is open", port->name);
    tell(port, PORT_OPENED, text);
    return G_SOURCE_REMOVE;
}

bool
port_try_open(struct port *port, struct os_error *error)
{
    const struct kernel_link *found =
        kernel_link_named(port->kernel, port->name);
    if (found == NULL) {
        return os_error_set(error, OS_NO_INTERFACE, ENODEV,
                            "%s: no such interface: see 'ip link'", port->name);
    }
    struct kernel_link link = *found;
    if (!open_on(port, &link, error)) {
        return false;
    }
    /* Not from within a call that sends: whoever hears of it sends, too, and
     * would be overtaken. */
    port->opened = g_idle_source_new();
    g_source_set_priority(port->opened, G_PRIORITY_DEFAULT);
    g_source_set_callback(port->opened, tell_opened, port, NULL);
    g_source_attach(port->opened, port->context);
    return true;
}

static void
open_or_tell(struct port *port)
{
    struct os_error error;
    if (port->index != 0 || port_try_open(port, &error)) {
        return;
    }
    close_and_tell(port, error.text);
    if (error.fault != OS_NO_INTERFACE && error.fault != OS_LINK_DOWN) {
        retry_later(port);
    }
}

static gboolean
on_retry(gpointer data)
{
    struct port *port = data;
    drop_source(&port->retry);
    open_or_tell(port);
    return G_SOURCE_REMOVE;
}

static void
on_kernel(const struct kernel_event *event, void *data)
{
    struct port *port = data;
    bool is_ours = port->index != 0 ? event->link.index == port->index
                                    : strcmp(event->link.name, port->name) == 0;
    if (!is_ours) {
        return;
    }
    if (event->change == KERNEL_LINK_GONE) {
        char text[OS_ERROR_TEXT];
        g_snprintf(text, sizeof(text),
                   "%s: the interface is gone: waiting for it to come back",
                   port->name);
        close_and_tell(port, text);
    } else if (event->change == KERNEL_LINK_CHANGED && port->index != 0 &&
               !event->link.is_up) {
        char text[OS_ERROR_TEXT];
        g_snprintf(text, sizeof(text), "%s: was set down", port->name);
        close_and_tell(port, text);
    } else if (port->index != 0 && event->change == KERNEL_LINK_CHANGED) {
        port->mac = event->link.mac;
        if (strcmp(event->link.name, port->name) != 0) {
            char text[OS_ERROR_TEXT];
            g_snprintf(text, sizeof(text), "%s: is called %s now", port->name,
                       event->link.name);
            close_and_tell(port, text);
        }
    }
    open_or_tell(port);
}

/* -------------------------------------------------------------------- life */

static struct carp_addr *
copy_list(const struct carp_addr *list, size_t count)
{
    struct carp_addr *copy = g_new(struct carp_addr, MAX(count, (size_t)1));
    for (size_t i = 0; i < count; i++) {
        copy[i] = list[i];
    }
    return copy;
}

static void
copy_want(struct port *port, const struct port_want *want)
{
    struct carp_addr *addrs = copy_list(want->addrs, want->addr_count);
    struct carp_addr *groups = copy_list(want->groups, want->group_count);
    g_free(port->addrs);
    g_free(port->groups);
    port->addrs = addrs;
    port->groups = groups;
    port->want = *want;
    port->want.addrs = addrs;
    port->want.groups = groups;
}

struct port *
port_new(struct kernel *kernel, const char *name, const struct port_want *want,
         const struct port_ops *ops, GMainContext *context, bool may_be_absent,
         struct os_error *error)
{
    struct os_error why = {.fault = OS_OK};
    struct port *port = g_new0(struct port, 1);
    port->kernel = kernel;
    port->context = context;
    port->ops = *ops;
    port->sockets = (struct port_sockets){-1, -1};
    g_strlcpy(port->name, name, sizeof(port->name));
    copy_want(port, want);
    port->builder = port_builder_new();
    kernel_sync(kernel);
    const struct kernel_link *found = kernel_link_named(kernel, name);
    struct kernel_link link = {.index = 0};
    if (found == NULL) {
        os_error_set(&why, OS_NO_INTERFACE, ENODEV,
                     "%s: no such interface: see 'ip link'", name);
    } else {
        link = *found;
    }
    if (port->builder == NULL) {
        os_error_set(&why, OS_SYSTEM, ENOMEM, "%s: no memory", name);
    }
    bool is_open =
        port->builder != NULL && link.index != 0 && open_on(port, &link, &why);
    bool may_wait = port->builder != NULL && may_be_absent &&
                    (why.fault == OS_NO_INTERFACE || why.fault == OS_LINK_DOWN);
    if (!is_open && !may_wait) {
        if (error != NULL) {
            *error = why;
        }
        port_free(port);
        return NULL;
    }
    g_strlcpy(port->told, is_open ? "" : why.text, sizeof(port->told));
    kernel_listen(kernel, on_kernel, port);
    return port;
}

void
port_free(struct port *port)
{
    if (port == NULL) {
        return;
    }
    kernel_unlisten(port->kernel, on_kernel, port);
    close_all(port);
    port_builder_free(port->builder);
    g_free(port->addrs);
    g_free(port->groups);
    g_free(port);
}

static bool
same_sockets(const struct port_want *a, const struct port_want *b)
{
    bool is_same = a->has_ipv4 == b->has_ipv4 && a->has_ipv6 == b->has_ipv6 &&
                   a->group_count == b->group_count;
    for (size_t i = 0; is_same && i < a->group_count; i++) {
        is_same = carp_addr_equal(&a->groups[i], &b->groups[i]);
    }
    return is_same;
}

bool
port_set_want(struct port *port, const struct port_want *want,
              struct os_error *error)
{
    if (port->index != 0) {
        const struct kernel_link *link =
            kernel_link_named(port->kernel, port->name);
        if (!port_capture_filter(port->pcap, port->name, want, error)) {
            return false;
        }
        if (!same_sockets(want, &port->want) && link != NULL) {
            struct port_sockets fresh;
            if (!port_sockets_open(&fresh, link->name, link->index, want,
                                   error)) {
                (void)port_capture_filter(port->pcap, port->name, &port->want,
                                          NULL);
                return false;
            }
            port_sockets_close(&port->sockets);
            port->sockets = fresh;
        }
    }
    copy_want(port, want);
    return true;
}

const char *
port_name(const struct port *port)
{
    return port->name;
}

bool
port_is_open(const struct port *port)
{
    return port->index != 0;
}

const char *
port_trouble(const struct port *port)
{
    return port->told;
}
