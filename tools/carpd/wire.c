/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire.h"

#include <string.h>

#include "instance.h"
#include "log.h"
#include "observer.h"

static void
on_owner(struct wire *wire, const struct carp_addr *addr,
         const struct carp_mac *mac, carp_time at)
{
    for (unsigned int i = 1; i < G_N_ELEMENTS(wire->vhids); i++) {
        struct instance *instance = wire->vhids[i];
        if (instance != NULL &&
            carp_addrs_contain(&instance->conf->addrs, addr)) {
            instance_hear_owner(instance, addr, mac, at);
        }
    }
}

/* Protocol 112 that no vhid can be found for. */
static void
count_stray(struct wire *wire, const struct carp_frame *frame)
{
    uint64_t *carp = wire->daemon->stats.carp;
    carp[frame->family == CARP_IPV6 ? STAT_IPACKETS6 : STAT_IPACKETS]++;
    if (frame->kind == CARP_FRAME_FRAGMENT) {
        carp[STAT_HDROPS]++;
    } else if (frame->kind == CARP_FRAME_P112) {
        carp[STAT_BADLEN]++;
    } else if (frame->kind == CARP_FRAME_VRRP2 ||
               frame->kind == CARP_FRAME_VRRP3) {
        carp[STAT_BADVER]++;
    } else if (frame->u.adv.vhid == 0) {
        carp[STAT_BADIF]++;
    } else {
        carp[STAT_BADVHID]++;
    }
}

static void
on_frame(struct port *port, const struct port_frame *arrived, void *data)
{
    (void)port;
    struct wire *wire = data;
    const struct carp_frame *frame = arrived->frame;
    carp_time at = alarm_from_monotonic(arrived->at);
    /* Before the answer to it is sent, which the observer is told of, too. */
    observer_offer(wire->daemon->observer, wire->segment, frame, at);
    switch (frame->kind) {
    case CARP_FRAME_CARP:
        if (wire->vhids[frame->u.adv.vhid] != NULL) {
            instance_receive(wire->vhids[frame->u.adv.vhid], frame, at);
            break;
        }
        count_stray(wire, frame);
        break;
    case CARP_FRAME_VRRP2:
    case CARP_FRAME_VRRP3:
    case CARP_FRAME_P112:
    case CARP_FRAME_FRAGMENT:
        count_stray(wire, frame);
        break;
    case CARP_FRAME_ARP:
        on_owner(wire, &frame->u.arp.sender, &frame->u.arp.sender_mac, at);
        break;
    case CARP_FRAME_NA:
        if (frame->u.nd.has_lladdr) {
            on_owner(wire, &frame->u.nd.target, &frame->u.nd.lladdr, at);
        }
        break;
    case CARP_FRAME_OTHER:
    case CARP_FRAME_NS:
    case CARP_FRAME_IGMP:
    case CARP_FRAME_MLD:
    case CARP_FRAME_TRUNCATED:
        break;
    }
}

static void
on_port(struct port *port, enum port_event event, const char *text, void *data)
{
    (void)port;
    struct wire *wire = data;
    if (event == PORT_TROUBLE) {
        log_say(LOG_LEVEL_WARNING, "%s: %s", wire->name, text);
        return;
    }
    observer_set_sight(wire->daemon->observer, wire->segment,
                       event == PORT_OPENED, alarm_now());
    for (unsigned int i = 1; i < G_N_ELEMENTS(wire->vhids); i++) {
        if (wire->vhids[i] != NULL) {
            instance_evaluate(wire->vhids[i]);
        }
    }
}

static bool
hear(struct wire *wire, struct os_error *error)
{
    struct port_want want;
    memset(&want, 0, sizeof(want));
    want.all_vhids = true;
    GArray *addrs = g_array_new(FALSE, FALSE, sizeof(struct carp_addr));
    GArray *groups = g_array_new(FALSE, FALSE, sizeof(struct carp_addr));
    for (unsigned int i = 1; i < G_N_ELEMENTS(wire->vhids); i++) {
        const struct instance *instance = wire->vhids[i];
        if (instance == NULL) {
            continue;
        }
        port_want_vhid(&want, (uint8_t)i);
        want.ignore_link |= instance->conf->ignore_link;
        const struct carp_addrs *list = &instance->conf->addrs;
        g_array_append_vals(addrs, list->list, list->count);
        for (unsigned int f = 0; f < CARP_FAMILIES; f++) {
            const struct carp_addr *dest = instance_dest(instance, f);
            if (dest->family != CARP_FAMILY_NONE &&
                instance_is_multicast(dest)) {
                g_array_append_val(groups, *dest);
            }
        }
        for (uint16_t k = 0; k < list->count; k++) {
            want.has_ipv4 |= list->list[k].family == CARP_IPV4;
            want.has_ipv6 |= list->list[k].family == CARP_IPV6;
        }
    }
    want.addrs = (const struct carp_addr *)(void *)addrs->data;
    want.addr_count = addrs->len;
    want.groups = (const struct carp_addr *)(void *)groups->data;
    want.group_count = groups->len;
    bool is_good = port_set_want(wire->port, &want, error);
    g_array_free(addrs, TRUE);
    g_array_free(groups, TRUE);
    return is_good;
}

static struct wire *
make(struct daemon *daemon, const char *name, bool may_wait,
     struct os_error *error)
{
    struct wire *wire = g_new0(struct wire, 1);
    struct port_want want = {.all_vhids = true};
    struct port_ops ops = {.receive = on_frame, .watch = on_port, .data = wire};
    wire->daemon = daemon;
    wire->segment = observer_add_segment(daemon->observer, name);
    g_strlcpy(wire->name, name, sizeof(wire->name));
    wire->port =
        port_new(daemon->kernel, name, &want, &ops, NULL, may_wait, error);
    if (wire->port == NULL) {
        g_free(wire);
        return NULL;
    }
    if (!port_is_open(wire->port)) {
        observer_set_sight(daemon->observer, wire->segment, false, alarm_now());
    }
    g_ptr_array_add(daemon->wires, wire);
    return wire;
}

struct wire *
wire_get(struct daemon *daemon, const char *name, bool may_wait,
         struct os_error *error)
{
    for (guint i = 0; i < daemon->wires->len; i++) {
        struct wire *wire = g_ptr_array_index(daemon->wires, i);
        if (strcmp(wire->name, name) == 0) {
            return wire;
        }
    }
    return make(daemon, name, may_wait, error);
}

bool
wire_join(struct wire *wire, struct instance *instance, struct os_error *error)
{
    uint8_t vhid = instance->conf->vhid;
    if (wire->vhids[vhid] != NULL) {
        return os_error_set(error, OS_SYSTEM, 0, "%s runs already",
                            instance->id);
    }
    wire->vhids[vhid] = instance;
    if (!hear(wire, error)) {
        wire->vhids[vhid] = NULL;
        return false;
    }
    wire->count++;
    instance->wire = wire;
    return true;
}

void
wire_leave(struct wire *wire, struct instance *instance)
{
    for (unsigned int i = 1; i < G_N_ELEMENTS(wire->vhids); i++) {
        if (wire->vhids[i] == instance) {
            wire->vhids[i] = NULL;
            wire->count--;
        }
    }
    instance->wire = NULL;
    if (wire->count > 0) {
        wire_update(wire);
    }
}

void
wire_update(struct wire *wire)
{
    struct os_error error;
    if (!hear(wire, &error)) {
        log_say(LOG_LEVEL_WARNING, "%s: %s", wire->name, error.text);
    }
}

void
wire_sweep(struct daemon *daemon)
{
    for (guint i = daemon->wires->len; i > 0; i--) {
        struct wire *wire = g_ptr_array_index(daemon->wires, i - 1);
        if (wire->count == 0) {
            g_ptr_array_remove_index(daemon->wires, i - 1);
        }
    }
}

void
wire_free(struct wire *wire)
{
    port_free(wire->port);
    g_free(wire);
}
