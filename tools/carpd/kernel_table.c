/* SPDX-License-Identifier: BSD-2-Clause */
#include <linux/rtnetlink.h>
#include <string.h>

#include "kernel_internal.h"

static struct kernel_row_link *
link_row(const struct kernel *kernel, guint i)
{
    return &g_array_index(kernel->links, struct kernel_row_link, i);
}

static struct kernel_row_address *
address_row(const struct kernel *kernel, guint i)
{
    return &g_array_index(kernel->addresses, struct kernel_row_address, i);
}

static struct kernel_row_link *
find_link(const struct kernel *kernel, unsigned int index)
{
    for (guint i = 0; i < kernel->links->len; i++) {
        if (link_row(kernel, i)->link.index == index) {
            return link_row(kernel, i);
        }
    }
    return NULL;
}

static struct kernel_event *
add_event(struct kernel *kernel, enum kernel_change change)
{
    struct kernel_event *event = g_new0(struct kernel_event, 1);
    event->change = change;
    g_queue_push_tail(&kernel->events, event);
    return event;
}

static void
add_address_event(struct kernel *kernel, enum kernel_change change,
                  const struct kernel_address *address)
{
    struct kernel_event *event = add_event(kernel, change);
    const struct kernel_row_link *row = find_link(kernel, address->index);
    event->address = *address;
    if (row != NULL) {
        event->link = row->link;
    }
}

/* ----------------------------------------------------------------- links */

static bool
same_link(const struct kernel_link *a, const struct kernel_link *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->alias, b->alias) == 0 &&
           strcmp(a->kind, b->kind) == 0 && carp_mac_equal(&a->mac, &b->mac) &&
           a->mtu == b->mtu && a->is_ethernet == b->is_ethernet &&
           a->is_up == b->is_up && a->has_carrier == b->has_carrier &&
           a->parent == b->parent && a->master == b->master &&
           a->group == b->group;
}

static void
put_link(struct kernel *kernel, const struct kernel_link *link)
{
    struct kernel_row_link *row = find_link(kernel, link->index);
    if (row == NULL) {
        struct kernel_row_link fresh = {*link, kernel->round};
        g_array_append_val(kernel->links, fresh);
        add_event(kernel, KERNEL_LINK_NEW)->link = *link;
        return;
    }
    row->round = kernel->round;
    if (!same_link(&row->link, link)) {
        struct kernel_event *event = add_event(kernel, KERNEL_LINK_CHANGED);
        event->before = row->link;
        event->link = *link;
        row->link = *link;
    }
}

static void
drop_address(struct kernel *kernel, guint i)
{
    struct kernel_address gone = address_row(kernel, i)->address;
    g_array_remove_index(kernel->addresses, i);
    add_address_event(kernel, KERNEL_ADDRESS_GONE, &gone);
}

static void
drop_link(struct kernel *kernel, unsigned int index)
{
    for (guint i = kernel->addresses->len; i-- > 0;) {
        if (address_row(kernel, i)->address.index == index) {
            drop_address(kernel, i);
        }
    }
    for (guint i = 0; i < kernel->links->len; i++) {
        if (link_row(kernel, i)->link.index == index) {
            add_event(kernel, KERNEL_LINK_GONE)->link =
                link_row(kernel, i)->link;
            g_array_remove_index(kernel->links, i);
            return;
        }
    }
}

/* ------------------------------------------------------------- addresses */

/* The kernel lets one IPv4 address stand twice, with other prefixes; an IPv6
 * one keeps the prefix that it came with. */
static bool
same_place(const struct kernel_address *a, const struct kernel_address *b)
{
    return a->index == b->index && carp_addr_equal(&a->addr, &b->addr) &&
           (a->addr.family == CARP_IPV6 || a->prefix_len == b->prefix_len);
}

static void
put_address(struct kernel *kernel, const struct kernel_address *address)
{
    for (guint i = 0; i < kernel->addresses->len; i++) {
        struct kernel_row_address *row = address_row(kernel, i);
        if (!same_place(&row->address, address)) {
            continue;
        }
        row->round = kernel->round;
        bool is_same = row->address.prefix_len == address->prefix_len &&
                       row->address.is_secondary == address->is_secondary &&
                       row->address.is_deprecated == address->is_deprecated &&
                       row->address.is_tentative == address->is_tentative &&
                       row->address.proto == address->proto;
        row->address = *address;
        if (!is_same) {
            add_address_event(kernel, KERNEL_ADDRESS_CHANGED, address);
        }
        return;
    }
    struct kernel_row_address fresh = {*address, kernel->round};
    g_array_append_val(kernel->addresses, fresh);
    add_address_event(kernel, KERNEL_ADDRESS_NEW, address);
}

/* Of one with another prefix it is late news: that has taken its place. */
static void
delete_address(struct kernel *kernel, const struct kernel_address *address)
{
    for (guint i = 0; i < kernel->addresses->len; i++) {
        const struct kernel_address *row = &address_row(kernel, i)->address;
        if (same_place(row, address) &&
            row->prefix_len == address->prefix_len) {
            drop_address(kernel, i);
            return;
        }
    }
}

/* ----------------------------------------------------------------- whole */

void
kernel_table_apply(struct kernel *kernel, const struct nlmsghdr *message)
{
    struct kernel_link link;
    struct kernel_address address;
    switch (message->nlmsg_type) {
    case RTM_NEWLINK:
        if (kernel_parse_link(message, &link)) {
            put_link(kernel, &link);
        }
        break;
    case RTM_DELLINK:
        if (kernel_parse_link(message, &link)) {
            drop_link(kernel, link.index);
        }
        break;
    case RTM_NEWADDR:
        if (kernel_parse_address(message, &address)) {
            put_address(kernel, &address);
        }
        break;
    case RTM_DELADDR:
        if (kernel_parse_address(message, &address)) {
            delete_address(kernel, &address);
        }
        break;
    default:
        break;
    }
}

void
kernel_table_apply_all(struct kernel *kernel, const void *buffer, int left)
{
    for (const struct nlmsghdr *message = buffer;
         kernel_message_ok(message, left);
         message = mnl_nlmsg_next(message, &left)) {
        kernel_table_apply(kernel, message);
    }
}

void
kernel_table_assume(struct kernel *kernel, const struct kernel_address *address)
{
    struct kernel_address row = *address;
    row.proto = KERNEL_PROTO_CARP;
    row.is_deprecated = true;
    if (row.addr.family == CARP_IPV6 && find_link(kernel, row.index) != NULL) {
        put_address(kernel, &row);
    }
}

void
kernel_table_sweep(struct kernel *kernel)
{
    for (guint i = kernel->addresses->len; i-- > 0;) {
        if (address_row(kernel, i)->round != kernel->round) {
            drop_address(kernel, i);
        }
    }
    for (guint i = kernel->links->len; i-- > 0;) {
        if (link_row(kernel, i)->round != kernel->round) {
            drop_link(kernel, link_row(kernel, i)->link.index);
        }
    }
}

const struct kernel_link *
kernel_link(const struct kernel *kernel, unsigned int index)
{
    const struct kernel_row_link *row = find_link(kernel, index);
    return row != NULL ? &row->link : NULL;
}

const struct kernel_link *
kernel_link_named(const struct kernel *kernel, const char *name)
{
    for (guint i = 0; i < kernel->links->len; i++) {
        if (strcmp(link_row(kernel, i)->link.name, name) == 0) {
            return &link_row(kernel, i)->link;
        }
    }
    return NULL;
}

const struct kernel_link *
kernel_link_next(const struct kernel *kernel, size_t *cursor)
{
    if (*cursor >= kernel->links->len) {
        return NULL;
    }
    return &link_row(kernel, (guint)(*cursor)++)->link;
}

const struct kernel_address *
kernel_address_next(const struct kernel *kernel, unsigned int index,
                    size_t *cursor)
{
    while (*cursor < kernel->addresses->len) {
        const struct kernel_row_address *row =
            address_row(kernel, (guint)(*cursor)++);
        if (index == 0 || row->address.index == index) {
            return &row->address;
        }
    }
    return NULL;
}

const struct kernel_address *
kernel_address_find(const struct kernel *kernel, unsigned int index,
                    const struct carp_addr *addr)
{
    size_t cursor = 0;
    const struct kernel_address *row = NULL;
    while ((row = kernel_address_next(kernel, index, &cursor)) != NULL) {
        if (carp_addr_equal(&row->addr, addr)) {
            return row;
        }
    }
    return NULL;
}

static bool
is_candidate(const struct kernel_address *row, const struct carp_addr *dest,
             kernel_is_virtual *is_virtual, void *data)
{
    if (row->addr.family != dest->family || row->is_tentative ||
        row->proto == KERNEL_PROTO_CARP ||
        (is_virtual != NULL && is_virtual(&row->addr, data))) {
        return false;
    }
    if (dest->family == CARP_IPV4) {
        return true;
    }
    bool wants_local = dest->octets[0] == 0xff || carp_addr_is_link_local(dest);
    return carp_addr_is_link_local(&row->addr) == wants_local;
}

struct carp_addr
kernel_source(const struct kernel *kernel, unsigned int index,
              const struct carp_addr *dest, kernel_is_virtual *is_virtual,
              void *data)
{
    struct carp_addr best = {.family = CARP_FAMILY_NONE};
    bool is_second_best = false;
    size_t cursor = 0;
    const struct kernel_address *row = NULL;
    while ((row = kernel_address_next(kernel, index, &cursor)) != NULL) {
        bool is_second = row->is_secondary || row->is_deprecated;
        if (is_candidate(row, dest, is_virtual, data) &&
            (best.family == CARP_FAMILY_NONE ||
             (is_second_best && !is_second))) {
            best = row->addr;
            is_second_best = is_second;
        }
    }
    return best;
}
