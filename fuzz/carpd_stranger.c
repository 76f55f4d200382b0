/* SPDX-License-Identifier: BSD-2-Clause */
/* Who else works on the host: an administrator, keepalived, another carpd. */
#include <linux/ip.h>
#include <unistd.h>

#include "carpd_conf.h"
#include "carpd_script.h"
#include "instance.h"

#define OWN 2
#define RENUMBERED 3

/* 10.0.0.N or fe80::N, of the host itself. */
static struct kernel_address
own_address(const struct fake_link *link, bool is_v6, uint8_t n)
{
    const uint8_t v4[4] = {10, 0, 0, n};
    const uint8_t v6[16] = {[0] = 0xfe, [1] = 0x80, [15] = n};
    return (struct kernel_address){.index = link->index,
                                   .prefix_len = is_v6 ? 64 : 24,
                                   .addr = is_v6 ? carp_addr_v6(v6)
                                                 : carp_addr_v4(v4)};
}

static void
add_own(const struct fake_link *link, bool is_v6, uint8_t n)
{
    const struct kernel_address row = own_address(link, is_v6, n);
    if (fake_address_find(link->index, &row.addr) == NULL) {
        fake_address_add(&row);
    }
}

void
stranger_add_own(const struct fake_link *link)
{
    add_own(link, false, OWN);
    add_own(link, true, OWN);
}

/* As DHCP, or an administrator, does. */
static void
renumber(const struct fake_link *link, bool is_v6)
{
    const struct kernel_address old = own_address(link, is_v6, OWN);
    /* The old one first: it would take the new one along. */
    fake_address_remove_all(link->index, &old.addr);
    add_own(link, is_v6, RENUMBERED);
}

#define RIVAL "vrrp.1"

/* keepalived comes or goes, with a VRID of the number of a vhid. */
void
stranger_change_rival(void)
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

/* Not below carpd's feet: what it needs is set or named otherwise. */
static void
meddle(struct fake_link *own, struct fake_link *link, uint8_t how)
{
    switch (how) {
    case 0:
        if (own != link && fake_link_find("fz7") == NULL) {
            g_strlcpy(own->name, "fz7", sizeof(own->name));
        }
        fake_link_set(own, own->is_up, own->has_cable);
        break;
    case 1:
        own->mac.octets[5] ^= 0x80;
        fake_link_set(own, own->is_up, own->has_cable);
        break;
    case 2:
    case 3:
        renumber(link, how == 3);
        break;
    case 4:
        memset(link->settings, 0, sizeof(link->settings));
        break;
    case 5:
        memset(own->alias, 0, sizeof(own->alias));
        fake_link_set(own, own->is_up, own->has_cable);
        break;
    case 6:
        link->is_without_v6 = true;
        fake_address_flush(link->index, true);
        break;
    default:
        own->is_without_v6 = !own->is_without_v6;
        if (own->is_without_v6) {
            fake_address_flush(own->index, true);
        }
        break;
    }
}

#define ADDRESS_MEDDLE 0x38

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
    if ((how & ADDRESS_MEDDLE) == ADDRESS_MEDDLE) {
        meddle(own, link, how % 8);
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
        stranger_add_own(link);
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
void
stranger_put_macvlan(uint8_t how)
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
strangers_leave(void)
{
    struct fake_link *rival = fake_link_find(RIVAL);
    struct fake_link *made = fake_link_find("carp1-fz0");
    char *own = g_strdup_printf("carpd %ld:", (long)getpid());
    if (rival != NULL) {
        fake_link_remove(rival);
    }
    if (made != NULL && !g_str_has_prefix(made->alias, own)) {
        fake_link_remove(made);
    }
    g_free(own);
}
