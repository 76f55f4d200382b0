/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses that the kernel did not take away, of vifs that are no more or
 * want them no more. */
#include <errno.h>

#include "vif_internal.h"

static bool
is_owed(const struct vif_table *table, const struct vif_owed *one)
{
    for (guint i = 0; i < table->owed->len; i++) {
        const struct vif_owed *owed =
            &g_array_index(table->owed, struct vif_owed, i);
        if (owed->index == one->index &&
            carp_addr_equal(&owed->addr, &one->addr)) {
            return true;
        }
    }
    return false;
}

void
vif_owe(struct vif_table *table, unsigned int index,
        const struct carp_addr *addr)
{
    const struct vif_owed one = {.index = index, .addr = *addr};
    if (!is_owed(table, &one)) {
        g_array_append_val(table->owed, one);
        vif_retry_later(table);
    }
}

/* It is that vif's to take away. */
static bool
is_of_vif(const struct vif_table *table, const struct vif_owed *owed)
{
    for (guint i = 0; i < table->vifs->len; i++) {
        const struct vif *vif = g_ptr_array_index(table->vifs, i);
        if (vif->own == owed->index && vif->is_ready &&
            carp_addrs_contain(&vif->config.addrs, &owed->addr)) {
            return true;
        }
    }
    return false;
}

/* The address as it stands, when it is to go. */
static const struct kernel_address *
find(const struct vif_table *table, const struct vif_owed *owed)
{
    size_t cursor = 0;
    const struct kernel_address *row = NULL;
    while ((row = kernel_address_next(table->kernel, owed->index, &cursor)) !=
           NULL) {
        if (carp_addr_equal(&row->addr, &owed->addr) &&
            (!table->has_protos || row->proto == KERNEL_PROTO_CARP)) {
            return is_of_vif(table, owed) ? NULL : row;
        }
    }
    return NULL;
}

static bool
pay(struct vif_table *table, const struct vif_owed *owed)
{
    const struct kernel_address *row = find(table, owed);
    if (row == NULL) {
        return true;
    }
    struct kernel_request gone = {.op = KERNEL_DEL_ADDRESS, .address = *row};
    return kernel_run(table->kernel, &gone, 1) == 0 ||
           gone.code == EADDRNOTAVAIL || gone.code == ENODEV;
}

void
vif_pay(struct vif_table *table)
{
    for (guint i = table->owed->len; i-- > 0;) {
        struct vif_owed owed = g_array_index(table->owed, struct vif_owed, i);
        if (pay(table, &owed)) {
            g_array_remove_index(table->owed, i);
        }
    }
    if (table->owed->len > 0) {
        vif_retry_later(table);
    }
}
