/* SPDX-License-Identifier: BSD-2-Clause */
#include "carpd_script.h"

#include <errno.h>
#include <signal.h>

#include <glib/gstdio.h>

#include "carpd_check.h"
#include "carpd_conf.h"
#include "instance.h"
#include "wire.h"

static const carp_time units[4] = {CARP_MSEC / 4, 10 * CARP_MSEC, CARP_SEC / 4,
                                   2 * CARP_SEC};

/* Two bits of unit, six of how many. */
static carp_time
span(uint8_t code)
{
    return units[code >> 6] * (code & 0x3f);
}

/* ------------------------------------------------------------------- wire */

static void
send_advert(struct script *s)
{
    uint8_t who = fuzz_u8(&s->in);
    uint8_t how = fuzz_u8(&s->in);
    static const uint8_t bases[4] = {1, 0, 2, 255};
    struct peer_advert advert = {.which = who & 3,
                                 .peer = who >> 2 & 3,
                                 .is_v6 = (who & 0x10) != 0,
                                 .counting = who >> 5,
                                 .base = bases[how & 3],
                                 .skew = (uint8_t)(how & 0xfc),
                                 .demote = (how & 0x3f) == 0x3f ? 9 : 0};
    if (advert.base == 255) {
        advert.skew = 255;
    }
    peer_send(s, &advert);
}

static void
send_damaged(struct script *s)
{
    uint8_t who = fuzz_u8(&s->in);
    struct peer_advert advert = {.which = who & 1,
                                 .peer = who >> 1 & 1,
                                 .is_v6 = (who & 4) != 0,
                                 .base = 1,
                                 .damage = (uint8_t)(1 + (who >> 3) % 9)};
    peer_send(s, &advert);
}

static void
send_raw(struct script *s)
{
    size_t len = fuzz_u8(&s->in);
    const uint8_t *data = fuzz_octets(&s->in, &len);
    wire_deliver(conf_interfaces[0], data, len);
}

static void
set_beat(struct script *s)
{
    uint8_t who = fuzz_u8(&s->in);
    uint8_t skew = fuzz_u8(&s->in);
    struct beat *beat = &s->beats[who % SCRIPT_BEATS];
    *beat = (struct beat){.is_on = (who & 0x80) == 0,
                          .which = who >> 2 & 3,
                          .is_v6 = (who & 0x10) != 0,
                          .peer = who & 3,
                          .base = 1 + ((who & 0x20) != 0),
                          .skew = skew,
                          .next = clock_now() + CARP_MSEC};
    beat->every = beat->base * CARP_SEC + skew * (CARP_SEC / 256);
}

carp_time
script_beat(struct script *s)
{
    carp_time next = CARP_NEVER;
    for (size_t i = 0; i < SCRIPT_BEATS; i++) {
        struct beat *beat = &s->beats[i];
        if (beat->is_on && clock_now() >= beat->next) {
            struct peer_advert advert = {.which = beat->which,
                                         .peer = beat->peer,
                                         .is_v6 = beat->is_v6,
                                         .base = beat->base,
                                         .skew = beat->skew};
            peer_send(s, &advert);
            beat->next = clock_now() + beat->every;
        }
        next = beat->is_on ? MIN(next, beat->next) : next;
    }
    return next;
}

void
script_be_master(struct script *s)
{
    const GPtrArray *all = s->daemon->instances;
    for (guint i = 0; i < SCRIPT_BEATS && i / 2 < all->len; i++) {
        const struct instance *instance = g_ptr_array_index(all, i / 2);
        bool is_v6 = i % 2 != 0;
        s->beats[i] = (struct beat){
            .is_on = instance->fsm.config.has[is_v6 ? CARP_F6 : CARP_F4],
            .which = (uint8_t)(i / 2),
            .is_v6 = is_v6,
            .base = 1,
            .every = CARP_SEC,
            .next = clock_now() + CARP_MSEC};
    }
}

/* ------------------------------------------------------------------- host */

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

static void
change_link(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
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
        fake_link_remove(link);
        break;
    case 5:
        link->mac.octets[4]++;
        fake_link_set(link, link->is_up, link->has_cable);
        break;
    case 6:
        g_strlcpy(link->name, "fz8", sizeof(link->name));
        fake_link_set(link, link->is_up, link->has_cable);
        break;
    default:
        link->is_ethernet = !link->is_ethernet;
        fake_link_set(link, link->is_up, link->has_cable);
        break;
    }
}

/* Somebody else works on addresses. */
static void
change_address(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    const GPtrArray *all = s->daemon->instances;
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
        (void)fake_address_remove(own->index, addr);
        break;
    case 1:
        row.index = link->index;
        fake_address_add(&row);
        break;
    case 2:
        (void)fake_address_remove(link->index, addr);
        break;
    case 3:
    case 4:
        (void)fake_address_remove(link->index,
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

static void
break_kernel(struct script *s)
{
    static const int codes[] = {EPERM,  EBUSY,      EEXIST, ENODEV,
                                EINVAL, EOPNOTSUPP, EACCES, EADDRNOTAVAIL};
    uint8_t kinds = fuzz_u8(&s->in);
    uint8_t how = fuzz_u8(&s->in);
    if ((kinds & 0x80) != 0) {
        notice_overrun();
        fake_kernel.faults.dumps_torn = how & 7;
        fake_kernel.faults.dumps_failed = how >> 3 & 3;
        return;
    }
    fake_kernel.faults.refuse_kinds = kinds & 0x1f;
    fake_kernel.faults.has_no_route = (kinds & 0x20) != 0;
    fake_kernel.faults.refuse_code = codes[how % G_N_ELEMENTS(codes)];
    fake_kernel.faults.refuse_count = how >> 3;
}

static void
break_wire(struct script *s)
{
    static const int codes[] = {0, ENETDOWN, ENOBUFS, EHOSTUNREACH};
    uint8_t how = fuzz_u8(&s->in);
    fake_wire.send_code = codes[how & 3];
    fake_wire.open_fails = how >> 2 & 3;
    fake_wire.dropped = (how & 0x10) != 0;
    fake_wire.is_torn = (how & 0x20) != 0;
}

static void
break_rest(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    char *tracked = g_build_filename(s->folder, "tracked", NULL);
    fake_disk.program_end = how;
    fake_disk.are_programs_slow = (how & 0x40) != 0;
    if ((how & 1) != 0) {
        FUZZ_CHECK(
            g_file_set_contents(tracked, "7\n", (how & 2) != 0 ? 2 : 0, NULL));
    } else {
        (void)g_unlink(tracked);
    }
    g_free(tracked);
}

static void
break_disk(struct script *s)
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
            (void)fake_address_remove(row.index, &row.addr);
        }
    }
    struct fake_link *lost = fake_link_find("fz8");
    if (lost != NULL) {
        fake_link_remove(lost);
    }
    for (unsigned int i = 0; i < CONF_INTERFACES; i++) {
        struct fake_link *link = add_card(conf_interfaces[i], (uint8_t)i);
        link->is_ethernet = true;
        fake_link_set(link, true, true);
    }
    (void)add_card(CONF_TRACKED, 9);
}

/* ------------------------------------------------------------------ carpd */

static void
reload(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    if ((how & 0x80) != 0) {
        conf_write_broken(how, s->config);
    } else {
        conf_write_file(&s->in, s->config, s->folder);
    }
    clock_signal(SIGHUP);
}

static void
pause_it(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    carp_time gap = span(how);
    if ((how & 1) != 0) {
        clock_sleep(gap);
    } else {
        clock_set(clock_now() + gap);
    }
}

static void
end_life(struct script *s)
{
    s->end = (enum script_end)(1 + fuzz_u8(&s->in) % 3);
    clock_signal(SIGTERM);
}

static void
pass_time(struct script *s)
{
    s->target = clock_now() + span(fuzz_u8(&s->in));
}

static void
claim(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    peer_claim(s, how & 3, how >> 2);
}

static void
repeat(struct script *s)
{
    peer_repeat(s, fuzz_u8(&s->in));
}

static void
send_signal(struct script *s)
{
    static const int signals[] = {SIGUSR1, SIGUSR2, SIGHUP};
    clock_signal(signals[fuzz_u8(&s->in) % G_N_ELEMENTS(signals)]);
}

static void
step_wall(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    int64_t by = (int64_t)span(how) * 100;
    clock_step_wall((how & 1) != 0 ? by : -by);
}

static void
say(struct script *s)
{
    client_say(&s->in);
}

void
script_step(struct script *s)
{
    static void (*const steps[])(struct script *) = {
        pass_time,  send_advert, send_damaged, send_raw,       claim,
        repeat,     set_beat,    change_link,  change_address, break_kernel,
        break_wire, say,         reload,       pause_it,       break_disk,
        break_rest, send_signal, end_life,     step_wall,      pass_time};
    s->steps++;
    steps[fuzz_u8(&s->in) % G_N_ELEMENTS(steps)](s);
}

void
script_prepare(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    struct fake_link *first = fake_link_find(conf_interfaces[0]);
    struct fake_link *second = fake_link_find(conf_interfaces[1]);
    const uint8_t own[4] = {10, 0, 0, 2};
    const struct carp_addr addr = carp_addr_v4(own);
    if ((how & 1) != 0) {
        fake_link_remove(second);
    }
    if ((how & 2) != 0) {
        fake_link_set(first, false, true);
    }
    if ((how & 4) != 0) {
        (void)fake_address_remove(first->index, &addr);
    }
    if ((how & 8) != 0) {
        fake_disk.write_code = ENOSPC;
    }
    fake_disk.is_claimed = (how & 16) != 0;
    fake_wire.open_fails = (how & 32) != 0;
    fake_kernel.faults.refuse_kinds = (how & 64) != 0 ? 0x1f : 0;
    fake_kernel.faults.refuse_code = EOPNOTSUPP;
    fake_kernel.faults.refuse_count = how >> 6;
}
