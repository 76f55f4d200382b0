/* SPDX-License-Identifier: BSD-2-Clause */
#include "carpd_conf.h"

#include <stdbool.h>

#include <glib.h>

#include "carpd_host.h"

#define VHIDS 3

const char *const conf_interfaces[CONF_INTERFACES] = {"fz0", "fz1"};

/* Bits of the octets that a vhid is made of; what one octet has is chosen
 * together. */
enum { A_FAMILY = 0x03, A_KIND = 0x0c, A_WIRE = 0x10, A_PREEMPT = 0x20 };
enum {
    C_GROUP = 1,
    C_PEER = 2,
    C_ACCEPT = 4,
    C_ACCEPT_ADDRS = 8,
    C_DEMOTE = 16,
    C_HOOK = 32,
    C_TRACK = 64,
    C_SCRIPTS = 128
};
enum {
    D_DELAYS = 1,
    D_SPEAK = 2,
    D_APART = 4,
    D_IGNORE_LINK = 8,
    D_REFRESH = 16,
    D_GROUP = 32,
    D_TTL = 64,
    D_TIE = 128
};

static void
put_addresses(GString *out, unsigned int n, unsigned int family,
              bool is_near_own)
{
    /* Beside the host's own 10.0.0.2/24, or not. */
    char *first = g_strdup_printf(is_near_own ? "10.0.0.%u/24" : "10.0.1.%u/24",
                                  n + (is_near_own ? 100 : 0));
    unsigned int len6 = is_near_own ? 48 : 64;
    switch (family) {
    case 0:
        g_string_append_printf(out, "addresses = %s\n", first);
        break;
    case 1:
        g_string_append_printf(out, "addresses = fd00::%u/%u\n", n, len6);
        break;
    case 2:
        g_string_append_printf(out, "addresses = %s; fd00::%u/%u\n", first, n,
                               len6);
        break;
    default:
        g_string_append_printf(out, "addresses = %s; 10.0.2.%u\n", first, n);
        break;
    }
    g_free(first);
}

static void
put_kind(GString *out, unsigned int kind, bool is_said)
{
    static const char *const kinds[] = {"vmac = on\n", "vmac = off\n",
                                        "vmac = adverts\n", ""};
    if (kind == 3) {
        g_string_append(out, "addresses-by = script\nup-script = /bin/up\n"
                             "down-script = /bin/down\n");
        return;
    }
    if (kind != 0 || is_said) {
        g_string_append(out, kinds[kind]);
    }
}

static void
put_numbers(GString *out, uint8_t b)
{
    static const char *const profiles[] = {
        "auto",    "freebsd",      "freebsd6",  "netbsd",
        "openbsd", "openbsd-orig", "dragonfly", "ucarp"};
    static const unsigned int bases[] = {1, 1, 2, 0};
    static const unsigned int skews[] = {0, 10, 100, 254, 1, 64, 200, 240};
    unsigned int base = bases[b >> 3 & 3];
    unsigned int skew = skews[b >> 5];
    if (base == 0 && skew < 64) {
        skew = 64; /* four in a second are enough */
    }
    g_string_append_printf(out, "profile = %s\nadvbase = %u\nadvskew = %u\n",
                           profiles[b & 7], base, skew);
}

static void
put_others(GString *out, uint8_t c, unsigned int n, const char *folder,
           bool has_v4, bool has_v6)
{
    if ((c & (C_HOOK | C_SCRIPTS)) == (C_HOOK | C_SCRIPTS)) {
        g_string_append(out,
                        has_v4 ? "source = 10.0.0.9\n" : "source6 = fe80::9\n");
    }
    if ((c & C_GROUP) != 0) {
        g_string_append(out, "group = g\n");
    }
    if ((c & C_PEER) != 0 && has_v4) {
        g_string_append(out, "peer = 10.0.0.11\n");
    }
    if ((c & C_PEER) != 0 && has_v6) {
        g_string_append(out, "peer6 = fe80::11\n");
    }
    if ((c & C_ACCEPT) != 0) {
        g_string_append(out, "accept-key-hex = "
                             "ffffffffffffffffffffffffffffffffffffffff\n");
    }
    if ((c & C_ACCEPT_ADDRS) != 0) {
        g_string_append_printf(out, "accept-addresses = 10.0.3.%u\n", n);
    }
    if ((c & C_DEMOTE) != 0) {
        g_string_append(out, "demote = 20\ndemote-link-down = 100\n"
                             "demote-send-error = 30\n");
    }
    if ((c & C_HOOK) != 0) {
        g_string_append(out, "hook = /bin/hook\n");
    }
    if ((c & C_TRACK) != 0) {
        g_string_append_printf(out,
                               "track-interface = fz9 50\n"
                               "track-script = /bin/check 30\n"
                               "track-file = %s/tracked 40\n",
                               folder);
    }
    if ((c & C_SCRIPTS) != 0) {
        g_string_append(out, "notify = /bin/notify\n");
    }
}

static void
put_rest(GString *out, uint8_t d, bool has_v4, bool has_peer)
{
    static const struct {
        uint8_t bit;
        const char *text;
    } rows[] = {{D_DELAYS, "preempt-delay = 3\nstart-delay = 2\n"
                           "dead-ratio = 5\n"},
                {D_SPEAK, "late = speak\n"},
                {D_APART, "families = apart\n"},
                {D_IGNORE_LINK, "ignore-link = true\n"},
                {D_REFRESH, "announce-refresh = 4\nannounce-repeat = 5\n"},
                {D_TIE, "tie = yield\n"}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if ((d & rows[i].bit) != 0) {
            g_string_append(out, rows[i].text);
        }
    }
    if ((d & D_GROUP) != 0 && has_v4 && !has_peer) {
        g_string_append(out, "peer = 224.0.0.77\nbroadcast = true\n");
    }
    if ((d & D_TTL) != 0) {
        g_string_append(out, has_peer ? "min-ttl = 64\n" : "tie = ucarp\n");
    }
}

/* On each interface they count for themselves, or all together. */
struct numbering {
    bool is_by_wire;
    unsigned int first, given[CONF_INTERFACES];
};

static unsigned int
number_of(struct numbering *numbering, unsigned int n, unsigned int wire)
{
    unsigned int given = numbering->given[wire]++;
    return numbering->is_by_wire ? numbering->first + given : n;
}

static void
put_vhid(struct fuzz_input *in, GString *out, unsigned int n,
         struct numbering *numbering, const char *folder, bool is_near_own)
{
    static const char *const replays[] = {"alert", "strict", "off", "alert"};
    uint8_t a = fuzz_u8(in);
    uint8_t b = fuzz_u8(in);
    uint8_t c = fuzz_u8(in);
    uint8_t d = fuzz_u8(in);
    unsigned int family = a & (unsigned int)A_FAMILY;
    bool has_v4 = family != 1;
    bool has_v6 = family == 1 || family == 2;
    unsigned int wire = (a & A_WIRE) != 0;
    g_string_append_printf(out,
                           "[vhid \"v%u\"]\ninterface = %s\nvhid = %u\n"
                           "key-hex = "
                           "00112233445566778899aabbccddeeff01234567\n",
                           n, conf_interfaces[wire],
                           number_of(numbering, n, wire));
    put_addresses(out, n, family, is_near_own);
    put_kind(out, (a & (unsigned int)A_KIND) >> 2, n % 2 != 0);
    put_numbers(out, b);
    put_others(out, c, n, folder, has_v4, has_v6);
    put_rest(out, (d & D_TTL) != 0 ? d & (uint8_t)~D_TIE : d, has_v4,
             (c & C_PEER) != 0);
    g_string_append_printf(out, "preempt = %s\nreplay = %s\n",
                           (a & A_PREEMPT) != 0 ? "true" : "false",
                           replays[a >> 6]);
}

void
conf_write_file(struct fuzz_input *in, const char *path, const char *folder)
{
    GString *out = g_string_new("");
    uint8_t head = fuzz_u8(in);
    if ((head & 0x80) != 0) {
        g_string_append(out, "[carpd]\ndemote = 5\nannounce-rate = 4\n"
                             "log = daemon\n");
    }
    struct numbering numbering = {.is_by_wire = (head & 0x30) == 0x30,
                                  .first = (head >> 4 & 3u) + 1};
    for (unsigned int i = 0; i <= head % VHIDS; i++) {
        put_vhid(in, out, numbering.first + i, &numbering, folder,
                 (head & 0x40) != 0);
    }
    leaf_write(path, out->str, out->len);
    g_string_free(out, TRUE);
}

void
conf_write_broken(uint8_t how, const char *path)
{
    static const char *const texts[] = {
        "", "[vhid \"v1\"\n",
        "[vhid \"v1\"]\ninterface = fz0\nvhid = 300\npassword = x\n"
        "addresses = 10.0.1.1\n",
        "[vhid \"v1\"]\nvhid = 1\npassword = x\naddresses = 10.0.1.1\n",
        /* What can be read, and cannot be run. */
        "[vhid \"v1\"]\ninterface = fz0\nvhid = 1\npassword = x\n"
        "addresses = 10.0.1.1/24\nvmac = off\n"
        "[vhid \"v2\"]\ninterface = nowhere\n"
        "vhid = 2\npassword = x\naddresses = 10.0.1.2/24\n",
        "[vhid \"v1\"]\ninterface = fz0\nvhid = 1\npassword = x\n"
        "addresses = 10.0.1.1/24\n[vhid \"v2\"]\ninterface = fz0\n"
        "vhid = 2\npassword = x\naddresses = 10.0.0.2/24\n"};
    const char *text = texts[how % G_N_ELEMENTS(texts)];
    leaf_write(path, text, strlen(text));
}
