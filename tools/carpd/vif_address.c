/* SPDX-License-Identifier: BSD-2-Clause */
/* What should be on the interface, against what is. */
#include <errno.h>
#include <string.h>

#include "vif_internal.h"

/* The subnet's route of a virtual address gives way to every other: traffic
 * leaves through the parent where that has the subnet too. */
#define METRIC 65536u
/* Most requests for one vif: the link, and each address taken and given. */
#define REQUESTS (2 + 3 * CARP_ADDRS_MAX)

/* Kernels that keep no protocol: what we have put up and not taken away. */
static bool
is_marked(const struct vif *vif, const struct kernel_address *address,
          const struct carp_addrs *addrs)
{
    return address->proto == KERNEL_PROTO_CARP ||
           (!vif->table->has_protos && vif->has_put &&
            carp_addrs_contain(addrs, &address->addr));
}

bool
vif_is_ours(const struct vif *vif, const struct kernel_address *address)
{
    return address->index == vif->own &&
           (vif->config.kind == VIF_MACVLAN ||
            is_marked(vif, address, &vif->config.addrs));
}

static bool
is_of_any(const struct vif_table *table, const struct kernel_address *address)
{
    for (guint i = 0; i < table->vifs->len; i++) {
        const struct vif *vif = g_ptr_array_index(table->vifs, i);
        if (vif->own != 0 && vif_is_ours(vif, address) &&
            carp_addrs_contain(&vif->config.addrs, &address->addr)) {
            return true;
        }
    }
    for (guint i = 0; i < table->leftovers->len; i++) {
        if (g_array_index(table->leftovers, unsigned int, i) ==
            address->index) {
            return true;
        }
    }
    return false;
}

const struct kernel_address *
vif_find_taken(const struct vif *vif)
{
    size_t cursor = 0;
    const struct kernel_address *row = NULL;
    while ((row = kernel_address_next(vif->table->kernel, 0, &cursor)) !=
           NULL) {
        if (carp_addrs_contain(&vif->config.addrs, &row->addr) &&
            !is_of_any(vif->table, row)) {
            const struct kernel_link *link =
                kernel_link(vif->table->kernel, row->index);
            if (link == NULL || !vif_is_leftover(vif->table, link)) {
                return row;
            }
        }
    }
    return NULL;
}

/* ------------------------------------------------------------------ wanted */

static bool
in_subnet(const struct carp_addr *a, const struct carp_addr *b,
          unsigned int prefix_len)
{
    unsigned int whole = prefix_len / 8;
    unsigned int rest = prefix_len % 8;
    if (a->family != b->family || memcmp(a->octets, b->octets, whole) != 0) {
        return false;
    }
    return rest == 0 ||
           ((a->octets[whole] ^ b->octets[whole]) >> (8 - rest)) == 0;
}

/* Beside an address of the same subnet a virtual one stands as /32: it must
 * neither become the subnet's first address, the source of all the host's
 * traffic, nor vanish with the one that is. */
static uint8_t
wanted_prefix(const struct vif *vif, uint16_t i)
{
    const struct carp_addr *addr = &vif->config.addrs.list[i];
    uint8_t prefix_len = vif->config.prefix_len[i];
    size_t cursor = 0;
    const struct kernel_address *row = NULL;
    if (vif->config.kind != VIF_PARENT || addr->family != CARP_IPV4) {
        return prefix_len;
    }
    while ((row = kernel_address_next(vif->table->kernel, vif->own, &cursor)) !=
           NULL) {
        if (row->prefix_len == prefix_len &&
            in_subnet(&row->addr, addr, prefix_len) &&
            row->proto != KERNEL_PROTO_CARP &&
            !vif_table_is_virtual(&row->addr, vif->table)) {
            return 32;
        }
    }
    return prefix_len;
}

struct plan {
    struct kernel_request requests[REQUESTS];
    unsigned int count;
};

static void
plan_up(struct plan *plan, const struct vif *vif)
{
    const struct kernel_link *link = kernel_link(vif->table->kernel, vif->own);
    if (vif->config.kind == VIF_MACVLAN && link != NULL && !link->is_up) {
        plan->requests[plan->count++] = (struct kernel_request){
            .op = KERNEL_SET_LINK, .index = vif->own, .set_up = true};
    }
}

static void
plan_address(struct plan *plan, enum kernel_op op,
             const struct kernel_address *address)
{
    if (plan->count < REQUESTS) {
        bool is_host = address->prefix_len ==
                       (address->addr.family == CARP_IPV4 ? 32 : 128);
        plan->requests[plan->count++] = (struct kernel_request){
            .op = op, .address = *address, .metric = is_host ? 0 : METRIC};
    }
}

/* The address with another prefix: ours, or anybody's. */
static void
plan_otherwise(struct plan *plan, const struct vif *vif,
               const struct kernel_address *wanted, bool only_ours)
{
    size_t cursor = 0;
    const struct kernel_address *row = NULL;
    while ((row = kernel_address_next(vif->table->kernel, vif->own, &cursor)) !=
           NULL) {
        if (carp_addr_equal(&row->addr, &wanted->addr) &&
            row->prefix_len != wanted->prefix_len &&
            (!only_ours || vif_is_ours(vif, row))) {
            plan_address(plan, KERNEL_DEL_ADDRESS, row);
        }
    }
}

static bool
is_there(const struct vif *vif, const struct kernel_address *wanted)
{
    size_t cursor = 0;
    const struct kernel_address *row = NULL;
    while ((row = kernel_address_next(vif->table->kernel, vif->own, &cursor)) !=
           NULL) {
        if (carp_addr_equal(&row->addr, &wanted->addr) &&
            row->prefix_len == wanted->prefix_len && !row->is_tentative) {
            return true;
        }
    }
    return false;
}

/* Put what is missing, then take what stands there otherwise. An IPv6 address
 * would keep the prefix that it has: it goes first. */
static void
plan_wanted(struct plan *plan, const struct vif *vif, uint16_t i)
{
    struct kernel_address wanted = {.index = vif->own,
                                    .addr = vif->config.addrs.list[i],
                                    .prefix_len = wanted_prefix(vif, i)};
    bool is_v6 = wanted.addr.family == CARP_IPV6;
    if (is_v6) {
        plan_otherwise(plan, vif, &wanted, false);
    }
    if (!is_there(vif, &wanted)) {
        plan_address(plan, KERNEL_ADD_ADDRESS, &wanted);
    }
    if (!is_v6) {
        plan_otherwise(plan, vif, &wanted, true);
    }
}

/* Ours that belong to no vif any more: after other addresses were set, and
 * while nothing is held. */
static void
plan_surplus(struct plan *plan, const struct vif *vif, bool held)
{
    size_t cursor = 0;
    const struct kernel_address *row = NULL;
    while ((row = kernel_address_next(vif->table->kernel, vif->own, &cursor)) !=
           NULL) {
        bool is_wanted = carp_addrs_contain(&vif->config.addrs, &row->addr);
        bool is_mine = vif->config.kind == VIF_MACVLAN
                           ? true
                           : is_wanted && vif_is_ours(vif, row);
        if (is_mine && (!held || !is_wanted)) {
            plan_address(plan, KERNEL_DEL_ADDRESS, row);
        }
    }
}

static void
make_plan(struct plan *plan, const struct vif *vif, bool held)
{
    plan->count = 0;
    if (held) {
        plan_up(plan, vif);
    }
    for (uint16_t i = 0; held && i < vif->config.addrs.count; i++) {
        plan_wanted(plan, vif, i);
    }
    plan_surplus(plan, vif, held);
}

/* --------------------------------------------------------------- carry out */

/* Already so: somebody was quicker. */
static bool
is_harmless(const struct kernel_request *request)
{
    return (request->op == KERNEL_ADD_ADDRESS && request->code == EEXIST) ||
           (request->op == KERNEL_DEL_ADDRESS &&
            request->code == EADDRNOTAVAIL);
}

static bool
carry_out(const struct vif *vif, struct plan *plan, struct os_error *error)
{
    struct kernel *kernel = vif->table->kernel;
    if (plan->count == 0 ||
        kernel_run(kernel, plan->requests, plan->count) == 0) {
        return true;
    }
    for (unsigned int i = 0; i < plan->count; i++) {
        const struct kernel_request *request = &plan->requests[i];
        if (request->code != 0 && !is_harmless(request)) {
            return kernel_explain(kernel, request, error);
        }
    }
    return true;
}

/* The host's own address of the subnet came or went: wanted_prefix(). */
static bool
is_own_choice(const struct vif *vif, const struct kernel_request *request)
{
    size_t cursor = 0;
    const struct kernel_address *row = NULL;
    if (vif->config.kind != VIF_PARENT || request->op == KERNEL_SET_LINK ||
        request->address.addr.family != CARP_IPV4) {
        return false;
    }
    while ((row = kernel_address_next(vif->table->kernel, vif->own, &cursor)) !=
           NULL) {
        if (carp_addr_equal(&row->addr, &request->address.addr) &&
            vif_is_ours(vif, row)) {
            return carp_addrs_contain(&vif->config.addrs, &row->addr);
        }
    }
    return false;
}

/* The first thing that somebody else has done, in words. */
static void
say_what(const struct vif *vif, const struct plan *plan, char what[VIF_WHAT])
{
    char text[CARP_ADDR_TEXT];
    unsigned int i = 0;
    what[0] = '\0';
    while (i < plan->count && is_own_choice(vif, &plan->requests[i])) {
        i++;
    }
    if (i == plan->count) {
        return;
    }
    const struct kernel_request *first = &plan->requests[i];
    if (first->op == KERNEL_SET_LINK) {
        g_snprintf(what, VIF_WHAT, "%s was set down", vif->name);
        return;
    }
    g_snprintf(what, VIF_WHAT, "%s/%u was %s %s",
               carp_addr_format(&first->address.addr, text),
               first->address.prefix_len,
               first->op == KERNEL_ADD_ADDRESS ? "missing on" : "put up on",
               vif->name);
}

static bool
has_ipv6(const struct plan *plan)
{
    for (unsigned int i = 0; i < plan->count; i++) {
        if (plan->requests[i].op != KERNEL_SET_LINK &&
            plan->requests[i].address.addr.family == CARP_IPV6) {
            return true;
        }
    }
    return false;
}

/* IPv6 on before its addresses come. Off before they go one by one: the
 * kernel then has no time to take leave of their groups, which would draw the
 * virtual MAC's entry in the switches back here. */
static bool
switch_ipv6(const struct vif *vif, const struct plan *plan, bool held,
            struct os_error *error)
{
    return vif->config.kind != VIF_MACVLAN || !has_ipv6(plan) ||
           vif_switch_ipv6(vif, held, error);
}

static bool
run_plan(struct vif *vif, bool held, char what[VIF_WHAT],
         struct os_error *error)
{
    vif->has_put |= held;
    struct plan *plan = g_new(struct plan, 1);
    make_plan(plan, vif, held);
    if (what != NULL) {
        say_what(vif, plan, what);
    }
    struct os_error why;
    bool is_switched = switch_ipv6(vif, plan, held, error);
    /* What is to go goes without it, too. */
    bool is_done = (is_switched || !held) &&
                   carry_out(vif, plan, is_switched ? error : &why);
    g_free(plan);
    vif->has_put &= held || !is_done;
    return is_switched && is_done;
}

bool
vif_put_up(struct vif *vif, struct os_error *error)
{
    return run_plan(vif, true, NULL, error);
}

static bool
is_up(const struct vif *vif)
{
    const struct kernel_link *link = kernel_link(vif->table->kernel, vif->own);
    return vif->config.kind == VIF_MACVLAN && link != NULL && link->is_up;
}

bool
vif_take_down(struct vif *vif, struct os_error *error)
{
    bool is_gone =
        vif->own == 0 || kernel_link(vif->table->kernel, vif->own) == NULL;
    struct os_error why = {.fault = OS_OK};
    /* What was on an interface that is gone is away. */
    bool is_done = is_gone || run_plan(vif, false, NULL, &why) ||
                   why.fault == OS_NO_INTERFACE;
    vif->has_put &= !is_gone;
    if (!is_done && error != NULL) {
        *error = why;
    }
    if (is_up(vif)) {
        vif_sink_later(vif);
    }
    return is_done;
}

bool
vif_reconcile(struct vif *vif, char what[VIF_WHAT], struct os_error *error)
{
    bool is_done = run_plan(vif, vif->is_held, what, error);
    if (!vif->is_held && !vif->is_sinking && is_up(vif)) {
        g_snprintf(what, VIF_WHAT, "%s was set up", vif->name);
        vif_sink_later(vif);
    }
    return is_done;
}

/* A reload may hand an address from one vhid to another. */
static bool
is_held_beside(const struct vif *vif, const struct kernel_address *address)
{
    for (guint i = 0; i < vif->table->vifs->len; i++) {
        const struct vif *other = g_ptr_array_index(vif->table->vifs, i);
        if (other != vif && other->is_held && other->own == address->index &&
            carp_addrs_contain(&other->config.addrs, &address->addr)) {
            return true;
        }
    }
    return false;
}

bool
vif_drop_old(struct vif *vif, const struct carp_addrs *old,
             struct os_error *error)
{
    struct plan *plan = g_new(struct plan, 1);
    size_t cursor = 0;
    const struct kernel_address *row = NULL;
    plan->count = 0;
    while ((row = kernel_address_next(vif->table->kernel, vif->own, &cursor)) !=
           NULL) {
        if (carp_addrs_contain(old, &row->addr) && is_marked(vif, row, old) &&
            !carp_addrs_contain(&vif->config.addrs, &row->addr) &&
            !is_held_beside(vif, row)) {
            plan_address(plan, KERNEL_DEL_ADDRESS, row);
        }
    }
    bool is_done = carry_out(vif, plan, error);
    g_free(plan);
    return is_done;
}
