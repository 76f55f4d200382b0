/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses of a kernel that is made up; each change is told. */
#include <linux/ip.h>

#include "carpd_host.h"

const struct kernel_address *
fake_address_find(unsigned int index, const struct carp_addr *addr)
{
    for (size_t i = 0; i < KERNEL_ADDRESSES_MAX; i++) {
        const struct fake_address *address = &fake_kernel.addresses[i];
        if (address->is_used && (index == 0 || address->row.index == index) &&
            carp_addr_equal(&address->row.addr, addr)) {
            return &address->row;
        }
    }
    return NULL;
}

/* --------------------------------------------------- first in their subnet */

static bool
in_one_subnet(const struct kernel_address *one,
              const struct kernel_address *other)
{
    if (one->index != other->index || one->addr.family != CARP_IPV4 ||
        other->addr.family != CARP_IPV4 ||
        one->prefix_len != other->prefix_len) {
        return false;
    }
    for (unsigned int bit = 0; bit < one->prefix_len; bit++) {
        unsigned int mask = 0x80u >> bit % 8;
        if (((one->addr.octets[bit / 8] ^ other->addr.octets[bit / 8]) &
             mask) != 0) {
            return false;
        }
    }
    return true;
}

/* The next one behind the first of its subnet; NULL: none. */
static struct fake_address *
find_second(const struct kernel_address *first)
{
    for (size_t i = 0; i < KERNEL_ADDRESSES_MAX; i++) {
        struct fake_address *address = &fake_kernel.addresses[i];
        if (address->is_used && address->row.is_secondary &&
            in_one_subnet(&address->row, first)) {
            return address;
        }
    }
    return NULL;
}

static bool
has_first(const struct kernel_address *row)
{
    for (size_t i = 0; i < KERNEL_ADDRESSES_MAX; i++) {
        const struct fake_address *address = &fake_kernel.addresses[i];
        if (address->is_used && !address->row.is_secondary &&
            in_one_subnet(&address->row, row)) {
            return true;
        }
    }
    return false;
}

static bool
does_promote(unsigned int index)
{
    const struct fake_link *link = fake_link_at(index);
    return link != NULL &&
           link->settings[IPV4_DEVCONF_PROMOTE_SECONDARIES - 1] != 0;
}

/* ------------------------------------------------------------ come and go */

static void
tell_gone(struct fake_address *address)
{
    address->is_used = false;
    notice_tell(notice_address(&address->row, true, 0, false));
}

/* With the first of a subnet the others go, or one of them takes its place. */
static void
drop(struct fake_address *address)
{
    struct fake_address *second = NULL;
    const struct kernel_address gone = address->row;
    bool is_first = gone.addr.family == CARP_IPV4 && !gone.is_secondary;
    bool promotes = does_promote(gone.index);
    while (is_first && !promotes && (second = find_second(&gone)) != NULL) {
        tell_gone(second);
    }
    tell_gone(address);
    if (is_first && promotes && (second = find_second(&gone)) != NULL) {
        second->row.is_secondary = false;
        notice_tell(notice_address(&second->row, false, 0, false));
    }
}

void
fake_address_flush(unsigned int index, bool only_v6)
{
    for (size_t i = 0; i < KERNEL_ADDRESSES_MAX; i++) {
        struct fake_address *address = &fake_kernel.addresses[i];
        if (address->is_used && address->row.index == index &&
            (!only_v6 || address->row.addr.family == CARP_IPV6)) {
            tell_gone(address);
        }
    }
}

/* IPv4: one address may stand twice, with other prefixes. IPv6: it keeps the
 * prefix that it had. */
void
fake_address_add(const struct kernel_address *row)
{
    struct fake_address *place = NULL;
    bool is_v6 = row->addr.family == CARP_IPV6;
    bool is_new = true;
    for (size_t i = 0; i < KERNEL_ADDRESSES_MAX && is_new; i++) {
        struct fake_address *address = &fake_kernel.addresses[i];
        is_new = !(address->is_used && address->row.index == row->index &&
                   (is_v6 || address->row.prefix_len == row->prefix_len) &&
                   carp_addr_equal(&address->row.addr, &row->addr));
        if (!is_new || (!address->is_used && place == NULL)) {
            place = address;
        }
    }
    FUZZ_CHECK(place != NULL);
    const struct kernel_address before = place->row;
    place->row = *row;
    if (is_new) {
        place->row.is_secondary = has_first(row);
    } else {
        place->row.is_secondary = before.is_secondary;
        place->row.prefix_len = before.prefix_len;
    }
    place->is_used = true;
    notice_tell(notice_address(&place->row, false, 0, false));
}

bool
fake_address_remove(const struct kernel_address *row)
{
    for (size_t i = 0; i < KERNEL_ADDRESSES_MAX; i++) {
        struct fake_address *address = &fake_kernel.addresses[i];
        if (address->is_used && address->row.index == row->index &&
            address->row.prefix_len == row->prefix_len &&
            carp_addr_equal(&address->row.addr, &row->addr)) {
            drop(address);
            return true;
        }
    }
    return false;
}

void
fake_address_remove_all(unsigned int index, const struct carp_addr *addr)
{
    const struct kernel_address *row = NULL;
    while ((row = fake_address_find(index, addr)) != NULL) {
        const struct kernel_address gone = *row;
        (void)fake_address_remove(&gone);
    }
}
