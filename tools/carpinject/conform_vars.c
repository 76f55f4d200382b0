/* SPDX-License-Identifier: BSD-2-Clause */
#include "conform.h"

#include <carp/timing.h>

static void G_GNUC_PRINTF(3, 4)
    set_var(GHashTable *vars, const char *name, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_hash_table_replace(vars, g_strdup(name), g_strdup_vprintf(format, list));
    va_end(list);
}

static void
set_seconds(GHashTable *vars, const char *name, carp_time value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(text, sizeof(text), "%.6f", (double)value / 1e9);
    set_var(vars, name, "%ss", text);
}

static void
set_times(GHashTable *vars, uint8_t base, uint8_t skew)
{
    carp_time interval = carp_interval(base, skew);
    carp_time dead = carp_master_down(CARP_TIMING_BSD, base, skew);
    set_seconds(vars, "interval", interval);
    set_seconds(vars, "dead", dead);
    set_seconds(vars, "dead_openbsd",
                carp_master_down(CARP_TIMING_OPENBSD, base, skew));
    set_seconds(vars, "dead_ucarp",
                carp_master_down(CARP_TIMING_UCARP, base, skew));
    set_seconds(vars, "takeover",
                (dead / interval + 1) * interval + 2 * CARP_SEC);
}

/* Rivals whose adverts come a little more often, a little less often, and
 * too seldom to be waited for, whatever the device's values are. A skew
 * above 240 is not advertised by all. */
static void
set_rivals(GHashTable *vars, unsigned int base, unsigned int skew)
{
    bool has_room_below = skew >= 2;
    bool has_room_above = skew + 50 <= 240;
    set_var(vars, "better_base", "%u", has_room_below ? base : base - 1);
    set_var(vars, "better", "%u", has_room_below ? skew / 2 : 254);
    set_var(vars, "worse_base", "%u", has_room_above ? base : base + 1);
    set_var(vars, "worse", "%u", has_room_above ? skew + 50 : 0);
    set_var(vars, "larger_base", "%u", base + 1);
    set_var(vars, "smaller_base", "%u", base - 1);
    set_var(vars, "slow_base", "%u", MIN(3 * base + 2, 255));
}

/* An address of the network so many behind or before the target's: 10.0.0.x
 * and x.y.255.z must carry, else the order would be the other one. */
static struct carp_addr
beside(const struct carp_addr *target, int networks, uint8_t last)
{
    const uint8_t *octets = target->octets;
    const int network =
        (octets[0] << 16 | octets[1] << 8 | octets[2]) + networks;
    const uint8_t other[4] = {(uint8_t)(network >> 16), (uint8_t)(network >> 8),
                              (uint8_t)network, last};
    return carp_addr_v4(other);
}

/* Two addresses whose order differs by value and by last octet. */
static void
set_tie_addresses(GHashTable *vars, const struct carp_addr *target)
{
    const struct carp_addr low =
        beside(target, 1, (uint8_t)(target->octets[3] > 1 ? 1 : 0));
    const struct carp_addr high =
        beside(target, -256, (uint8_t)CLAMP(target->octets[3] + 1, 250, 255));
    char text[CARP_ADDR_TEXT];
    set_var(vars, "tie_low", "%s", carp_addr_format(&low, text));
    set_var(vars, "tie_high", "%s", carp_addr_format(&high, text));
}

static void
set_addresses(GHashTable *vars, const struct carp_addrs *addrs)
{
    char text[CARP_ADDR_TEXT];
    set_var(vars, "vip", "0.0.0.0");
    set_var(vars, "vip6", "::");
    set_var(vars, "ipv6", "no");
    set_var(vars, "ipv4", "no");
    for (unsigned int i = addrs->count; i > 0; i--) {
        bool is_v6 = addrs->list[i - 1].family == CARP_IPV6;
        set_var(vars, is_v6 ? "ipv6" : "ipv4", "yes");
        set_var(vars, is_v6 ? "vip6" : "vip", "%s",
                carp_addr_format(&addrs->list[i - 1], text));
    }
}

void
conform_set_vars(GHashTable *vars, const struct conform_device *device)
{
    char text[CARP_ADDR_TEXT];
    unsigned int vhid = device->vhid;
    set_var(vars, "vhid", "%u", vhid);
    set_var(vars, "vhid_hex", "%02x", vhid);
    set_var(vars, "other_vhid", "%u", vhid == 255 ? 1 : vhid + 1);
    set_var(vars, "base", "%u", device->base);
    set_var(vars, "skew", "%u", device->skew);
    set_var(vars, "preempt", "%s", device->preempts ? "yes" : "no");
    set_var(vars, "control", "%s", device->has_control ? "yes" : "no");
    set_var(vars, "target", "%s", carp_addr_format(&device->address, text));
    set_var(vars, "script", "0s");
    set_times(vars, device->base, device->skew);
    set_rivals(vars, device->base, device->skew);
    set_tie_addresses(vars, &device->address);
    set_addresses(vars, &device->addrs);
}
