/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "port_internal.h"

/* Beyond this many, everything of the kind passes: a program for the kernel
 * has 4096 instructions at most. */
#define RANGES_MAX 64u
#define ADDRS_MAX 24u

static bool
wants(const struct port_want *want, unsigned int vhid)
{
    return vhid < 256 && (want->vhids[vhid / 32] >> (vhid % 32) & 1u) != 0;
}

void
port_want_vhid(struct port_want *want, uint8_t vhid)
{
    want->vhids[vhid / 32] |= (uint32_t)1 << (vhid % 32);
}

/* " and (X = 1 or (X >= 3 and X <= 9))"; nothing when all pass. */
static void
add_vhids(GString *text, const struct port_want *want, const char *octet)
{
    unsigned int ranges = 0;
    gsize start = text->len;
    if (want->all_vhids) {
        return;
    }
    g_string_append(text, " and (");
    for (unsigned int vhid = 0; vhid < 256; vhid++) {
        unsigned int first = vhid;
        if (!wants(want, vhid)) {
            continue;
        }
        while (wants(want, vhid + 1)) {
            vhid++;
        }
        g_string_append(text, ranges++ > 0 ? " or " : "");
        if (first == vhid) {
            g_string_append_printf(text, "%s = %u", octet, first);
        } else {
            g_string_append_printf(text, "(%s >= %u and %s <= %u)", octet,
                                   first, octet, vhid);
        }
    }
    g_string_append_c(text, ')');
    if (ranges == 0 || ranges > RANGES_MAX) {
        g_string_truncate(text, start);
    }
}

static uint32_t
word(const struct carp_addr *addr, unsigned int at)
{
    return (uint32_t)addr->octets[at] << 24 |
           (uint32_t)addr->octets[at + 1] << 16 |
           (uint32_t)addr->octets[at + 2] << 8 | addr->octets[at + 3];
}

/* The word of an IPv6 address that differs most between hosts is enough: the
 * rest is looked at again. */
static void
add_speakers(GString *text, const struct port_want *want, uint8_t family,
             const char *kind, const char *field)
{
    unsigned int count = 0;
    gsize start = 0;
    for (size_t i = 0; i < want->addr_count; i++) {
        if (want->addrs[i].family != family) {
            continue;
        }
        if (count++ == 0) {
            g_string_append_printf(text, "%s(%s", text->len > 0 ? " or " : "",
                                   kind);
            start = text->len;
            g_string_append(text, " and (");
        } else {
            g_string_append(text, " or ");
        }
        g_string_append_printf(
            text, "%s = 0x%08x", field,
            word(&want->addrs[i], family == CARP_IPV6 ? 12 : 0));
    }
    if (count == 0) {
        return;
    }
    g_string_append_c(text, ')');
    if (count > ADDRS_MAX) {
        g_string_truncate(text, start);
    }
    g_string_append_c(text, ')');
}

char *
port_filter_text(const struct port_want *want)
{
    GString *text = g_string_new("");
    if (want->has_ipv4) {
        g_string_append(text, "(ip proto 112");
        add_vhids(text, want, "ip[((ip[0] & 0xf) << 2) + 1]");
        g_string_append_c(text, ')');
    }
    if (want->has_ipv6) {
        g_string_append_printf(text, "%s(ip6[6] = 112",
                               text->len > 0 ? " or " : "");
        add_vhids(text, want, "ip6[41]");
        g_string_append_c(text, ')');
    }
    add_speakers(text, want, CARP_IPV4, "arp", "arp[14:4]");
    add_speakers(text, want, CARP_IPV6, "ip6[6] = 58 and ip6[40] = 136",
                 "ip6[60:4]");
    if (text->len == 0) {
        g_string_append(text, "less 1"); /* nothing */
    }
    return g_string_free(text, FALSE);
}
