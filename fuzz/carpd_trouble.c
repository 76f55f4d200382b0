/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes wrong on the host, and how it gets well again. */
#include <errno.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "carpd_conf.h"
#include "carpd_script.h"
#include "instance.h"

static void
add_own(struct fake_link *link, bool is_v6)
{
    struct kernel_address row = {.index = link->index,
                                 .prefix_len = is_v6 ? 64 : 24};
    const uint8_t v4[4] = {10, 0, 0, 2};
    const uint8_t v6[16] = {[0] = 0xfe, [1] = 0x80, [15] = 2};
    row.addr = is_v6 ? carp_addr_v6(v6) : carp_addr_v4(v4);
    if (fake_address_find(link->index, &row.addr) == NULL) {
        fake_address_add(&row);
    }
}

static struct fake_link *
add_card(const char *name, uint8_t number)
{
    const struct carp_mac mac = {{2, 0, 0, 0, 0, number}};
    struct fake_link *link = fake_link_find(name);
    if (link == NULL) {
        link = fake_link_add(name, "", 0, &mac);
    }
    fake_link_set(link, true, true);
    add_own(link, false);
    add_own(link, true);
    return link;
}

#define RIVAL "vrrp.1"
#define LINK_RIVAL 0x1f

/* keepalived comes or goes, with a VRID of the number of a vhid. */
static void
change_rival(void)
{
    const struct carp_mac mac = carp_mac_virtual(1);
    const struct fake_link *parent = fake_link_find(conf_interfaces[0]);
    struct fake_link *link = fake_link_find(RIVAL);
    if (link != NULL) {
        fake_link_remove(link);
    } else if (parent != NULL) {
        link = fake_link_add(RIVAL, "macvlan", parent->index, &mac);
        if (fake_link_find("carp1-fz0") == NULL ||
            !fake_link_find("carp1-fz0")->is_up) {
            fake_link_set(link, true, true);
        }
    }
}

void
trouble_change_link(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    if (how == LINK_RIVAL) {
        change_rival();
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
        if (fake_link_find("fz8") == NULL) {
            g_strlcpy(link->name, "fz8", sizeof(link->name));
        }
        fake_link_set(link, link->is_up, link->has_cable);
        break;
    default:
        link->is_ethernet = !link->is_ethernet;
        fake_link_set(link, link->is_up, link->has_cable);
        break;
    }
}

/* Somebody else works on addresses. */
void
trouble_change_address(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    const GPtrArray *all = s->daemon->instances;
    if (all->len == 0) {
        return;
    }
    const struct instance *instance =
        g_ptr_array_index(all, (how >> 6) % all->len);
    const struct carp_addr *addr = &instance->conf->addrs.list[0];
    struct fake_link *own = fake_link_find(vif_name(instance->vif));
    struct fake_link *link = fake_link_find(instance->conf->interface);
    struct kernel_address row = {.addr = *addr, .prefix_len = 32};
    if (link == NULL || own == NULL) {
        return;
    }
    switch (how % 8) {
    case 0:
        fake_address_remove_all(own->index, addr);
        break;
    case 1:
        row.index = link->index;
        fake_address_add(&row);
        break;
    case 2:
        fake_address_remove_all(link->index, addr);
        break;
    case 3:
    case 4:
        fake_address_remove_all(link->index,
                                &instance->fsm.config.source[how % 2]);
        break;
    case 5:
        add_own(link, false);
        add_own(link, true);
        break;
    case 6:
        fake_link_set(own, false, true);
        break;
    default:
        if (own != link) {
            fake_link_remove(own);
        }
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

static void
remove_strangers(void)
{
    struct fake_link *renamed = fake_link_find("fz8");
    struct fake_link *rival = fake_link_find(RIVAL);
    struct fake_link *made = fake_link_find("carp1-fz0");
    char *own = g_strdup_printf("carpd %ld:", (long)getpid());
    if (renamed != NULL) {
        fake_link_remove(renamed);
    }
    if (rival != NULL) {
        fake_link_remove(rival);
    }
    if (made != NULL && !g_str_has_prefix(made->alias, own)) {
        fake_link_remove(made);
    }
    g_free(own);
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
    remove_strangers();
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

/* Somebody undoes what carpd does, again and again. */
void
trouble_fight(struct script *s)
{
    s->fight_left = fuzz_u8(&s->in) % 64;
    s->fight_next = clock_now();
}

carp_time
trouble_beat(struct script *s)
{
    const GPtrArray *all = s->daemon->instances;
    if (all->len == 0) {
        return CARP_NEVER;
    }
    const struct instance *instance =
        g_ptr_array_index(all, s->fight_left % all->len);
    const struct fake_link *link = fake_link_find(vif_name(instance->vif));
    if (s->fight_left > 0 && clock_now() >= s->fight_next) {
        s->fight_left--;
        s->fight_next = clock_now() + 100 * CARP_MSEC;
        if (link != NULL) {
            fake_address_remove_all(link->index,
                                    &instance->conf->addrs.list[0]);
        }
    }
    return s->fight_left > 0 ? s->fight_next : CARP_NEVER;
}

/* What another carpd has left, or somebody else made. */
static void
put_strange_macvlan(uint8_t how)
{
    static const char *const marks[] = {"", "carpd 1: it", "carpd 4194305: it"};
    const struct carp_mac mac = carp_mac_virtual(1);
    if (how >= 0xf0) {
        struct fake_link *link =
            fake_link_add("carp1-fz0", (how & 8) != 0 ? "dummy" : "macvlan",
                          fake_link_find(conf_interfaces[0])->index, &mac);
        g_strlcpy(link->alias, marks[how % G_N_ELEMENTS(marks)],
                  sizeof(link->alias));
    }
}

void
script_prepare(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    put_strange_macvlan(how);
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
