/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "port_internal.h"

static bool
get_ready(struct port *port, struct os_error *error)
{
    /* Others may hear of its return before this port does. */
    return port->index != 0 || port_try_open(port, error);
}

static bool
send_frame(struct port *port, bool is_built, const struct port_octets *frame,
           struct os_error *error)
{
    if (!is_built) {
        return os_error_set(error, OS_SYSTEM, 0,
                            "%s: sending: libnet cannot build the frame",
                            port->name);
    }
    const struct kernel_link *link = kernel_link(port->kernel, port->index);
    if (link != NULL && !link->has_carrier && !port->want.ignore_link) {
        return os_error_set(error, OS_LINK_DOWN, ENETDOWN,
                            "%s: sending: no carrier: is the cable in?",
                            port->name);
    }
    return port_link_send(port->link, frame, error);
}

bool
port_send_advert(struct port *port, const struct port_advert *advert,
                 struct os_error *error)
{
    struct port_octets frame;
    struct carp_mac vmac = carp_mac_virtual(advert->adv.vhid);
    if (advert->source.family == CARP_FAMILY_NONE) {
        return os_error_set(error, OS_NO_SOURCE, EADDRNOTAVAIL,
                            "%s: has no address to send adverts from: give it "
                            "one beside the virtual ones",
                            port->name);
    }
    if (!get_ready(port, error)) {
        return false;
    }
    if (advert->dest.family != CARP_FAMILY_NONE &&
        !port_is_group(&advert->dest)) {
        if (advert->dest.family == CARP_IPV4 &&
            !kernel_has_route(port->kernel, port->index, &advert->source,
                              &advert->dest)) {
            return port_say_send_error(port->name, EHOSTUNREACH, error);
        }
        return port_sockets_send(&port->sockets, port->name, port->index,
                                 advert, error);
    }
    bool is_built = port_build_advert(
        port->builder, advert, advert->use_vmac ? &vmac : &port->mac, &frame);
    return send_frame(port, is_built, &frame, error);
}

static bool
is_router(const struct port *port)
{
    char *path =
        g_strdup_printf("/proc/sys/net/ipv6/conf/%s/forwarding", port->name);
    char *text = NULL;
    bool forwards = g_file_get_contents(path, &text, NULL, NULL) &&
                    g_ascii_strtoll(text, NULL, 10) > 0;
    g_free(text);
    g_free(path);
    return forwards;
}

bool
port_announce(struct port *port, const struct carp_addr *addr,
              const struct carp_mac *mac, struct os_error *error)
{
    struct port_octets frame;
    bool forwards = addr->family == CARP_IPV6 && is_router(port);
    return get_ready(port, error) &&
           send_frame(
               port,
               port_build_announce(port->builder, addr, mac, forwards, &frame),
               &frame, error);
}
