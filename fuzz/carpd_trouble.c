/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes wrong on the host, and how it gets well again. */
#include <errno.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "carpd_conf.h"
#include "carpd_script.h"

static struct fake_link *
add_card(const char *name, uint8_t number)
{
    const struct carp_mac mac = {{2, 0, 0, 0, 0, number}};
    struct fake_link *link = fake_link_find(name);
    if (link == NULL) {
        link = fake_link_add(name, "", 0, &mac);
    }
    link->is_without_v6 = false;
    fake_link_set(link, true, true);
    stranger_add_own(link);
    return link;
}

/* That of stranger_change_rival(). */
#define LINK_RIVAL 0x1f

void
trouble_change_link(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    if (how == LINK_RIVAL) {
        stranger_change_rival();
        return;
    }
    const char *name = (how & 0x80) != 0   ? CONF_TRACKED
                       : (how & 0x40) != 0 ? conf_interfaces[1]
                                           : conf_interfaces[0];
    struct fake_link *link = fake_link_find(name);
    if (link == NULL) {
        (void)add_card(name, (uint8_t)(how % 7 + 2));
        return;
    }
    switch (how % 8) {
    case 0:
        fake_link_set(link, false, link->has_cable);
        break;
    case 1:
        fake_link_set(link, true, link->has_cable);
        break;
    case 2:
        fake_link_set(link, link->is_up, false);
        break;
    case 3:
        fake_link_set(link, link->is_up, true);
        break;
    case 4:
        if ((how & 0x20) != 0) {
            fake_link_move_away(link);
        } else {
            fake_link_remove(link);
        }
        break;
    case 5:
        link->mac.octets[4]++;
        fake_link_set(link, link->is_up, link->has_cable);
        break;
    case 6:
        if (fake_link_find(CONF_RENAMED) == NULL) {
            g_strlcpy(link->name, CONF_RENAMED, sizeof(link->name));
        }
        fake_link_set(link, link->is_up, link->has_cable);
        break;
    default:
        link->is_ethernet = !link->is_ethernet;
        fake_link_set(link, link->is_up, link->has_cable);
        break;
    }
}

void
trouble_kernel(struct script *s)
{
    static const int codes[] = {EPERM,  EBUSY,      EEXIST, ENODEV,
                                EINVAL, EOPNOTSUPP, EACCES, EADDRNOTAVAIL};
    uint8_t kinds = fuzz_u8(&s->in);
    uint8_t how = fuzz_u8(&s->in);
    if ((kinds & 0x80) != 0) {
        notice_overrun();
        fake_kernel.faults.dumps_torn = how & 7;
        fake_kernel.faults.dumps_failed = how >> 3 & 3;
        fake_kernel.faults.answers_lost = how >> 5;
        return;
    }
    fake_kernel.faults.refuse_kinds = kinds & 0x1f;
    fake_kernel.faults.has_no_route = (kinds & 0x20) != 0;
    fake_kernel.faults.refuse_code = codes[how % G_N_ELEMENTS(codes)];
    fake_kernel.faults.refuse_skip = (kinds & 0x40) != 0;
    fake_kernel.faults.refuse_count = how >> 3;
}

void
trouble_wire(struct script *s)
{
    static const int codes[] = {0, ENETDOWN, ENOBUFS, EHOSTUNREACH};
    uint8_t how = fuzz_u8(&s->in);
    fake_wire.send_code = codes[how & 3];
    fake_wire.open_fails = how >> 2 & 3;
    fake_wire.dropped = (how & 0x10) != 0;
    fake_wire.is_torn = (how & 0x20) != 0;
    fake_wire.is_looped = (how & 0x40) != 0;
    fake_wire.is_joined = (how & 0x80) != 0;
    if (fake_wire.is_looped && fake_wire.is_joined) {
        wire_repeat();
    }
}

void
trouble_rest(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    char *tracked = g_build_filename(s->folder, "tracked", NULL);
    fake_disk.program_end = how;
    fake_disk.are_programs_slow = (how & 0x40) != 0;
    if ((how & 1) != 0) {
        leaf_write(tracked, "7\n", (how & 2) != 0 ? 2 : 0);
    } else {
        (void)g_unlink(tracked);
    }
    g_free(tracked);
}

void
trouble_disk(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    fake_disk.write_code = (how & 1) != 0 ? ENOSPC : 0;
    fake_disk.is_claimed = (how & 2) != 0;
    s->may_lack_counters |= fake_disk.write_code != 0;
    thread_set_mode((how & 4) != 0   ? THREAD_SLOW
                    : (how & 8) != 0 ? THREAD_NONE
                                     : THREAD_AT_ONCE);
}

void
script_heal(struct script *s)
{
    char *tracked = g_build_filename(s->folder, "tracked", NULL);
    (void)g_unlink(tracked);
    g_free(tracked);
    memset(&fake_kernel.faults, 0, sizeof(fake_kernel.faults));
    memset(&fake_wire, 0, sizeof(fake_wire));
    memset(s->beats, 0, sizeof(s->beats));
    s->fight_left = 0;
    clock_set_creep(0);
    fake_disk.write_code = 0;
    fake_disk.is_claimed = false;
    fake_disk.program_end = 0;
    fake_disk.are_programs_slow = false;
    thread_set_mode(THREAD_AT_ONCE);
    /* What strangers have put up. */
    for (size_t i = 0; i < KERNEL_ADDRESSES_MAX; i++) {
        const struct fake_address *address = &fake_kernel.addresses[i];
        if (address->is_used && address->row.proto == 0) {
            const struct kernel_address row = address->row;
            (void)fake_address_remove(&row);
        }
    }
    strangers_leave();
    for (unsigned int i = 0; i < CONF_INTERFACES; i++) {
        struct fake_link *link = add_card(conf_interfaces[i], (uint8_t)i);
        link->is_ethernet = true;
        fake_link_set(link, true, true);
    }
    (void)add_card(CONF_TRACKED, 9);
}

void
trouble_slow(struct script *s)
{
    clock_set_creep(fuzz_u8(&s->in) * (CARP_MSEC / 64));
}

void
script_prepare(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    stranger_put_macvlan(how);
    struct fake_link *first = fake_link_find(conf_interfaces[0]);
    struct fake_link *second = fake_link_find(conf_interfaces[1]);
    const uint8_t own[4] = {10, 0, 0, 2};
    const struct carp_addr addr = carp_addr_v4(own);
    if ((how & 1) != 0 && how != 0xff) {
        fake_link_remove(second);
    }
    if ((how & 2) != 0) {
        fake_link_set(first, false, true);
    }
    if ((how & 4) != 0) {
        fake_address_remove_all(first->index, &addr);
    }
    fake_kernel.is_old = (how & 24) == 24;
    fake_disk.write_code = (how & 24) == 8 ? ENOSPC : 0;
    fake_disk.is_claimed = (how & 24) == 16;
    fake_wire.open_fails = (how & 32) != 0;
    fake_kernel.faults.refuse_kinds = (how & 64) != 0 ? 0x1f : 0;
    fake_kernel.faults.refuse_code = EOPNOTSUPP;
    fake_kernel.faults.refuse_count = how >> 6;
}
