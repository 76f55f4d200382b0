/* SPDX-License-Identifier: BSD-2-Clause */
#include "export_wireshark.h"

#include <string.h>

/* Wireshark reads \xHH in its quoted fields; it writes quotes so, too. */
static void
append_field(GString *out, const uint8_t *octets, size_t length, char end)
{
    g_string_append_c(out, '"');
    for (size_t i = 0; i < length; i++) {
        if (octets[i] < 0x20 || octets[i] >= 0x7f || octets[i] == '"' ||
            octets[i] == '\\') {
            g_string_append_printf(out, "\\x%02x", octets[i]);
        } else {
            g_string_append_c(out, (char)octets[i]);
        }
    }
    g_string_append_printf(out, "\"%c", end);
}

static void
append_text(GString *out, const char *text, char end)
{
    append_field(out, (const uint8_t *)text, strlen(text), end);
}

static void
append_key(GString *out, const struct carp_key *key)
{
    /* 40 digits would be taken for a key in hexadecimal. */
    if (key->password_len > 0 && key->password_len < 2 * CARP_KEY_LEN) {
        append_field(out, key->password, key->password_len, ',');
        return;
    }
    g_string_append_c(out, '"');
    for (size_t i = 0; i < CARP_KEY_LEN; i++) {
        g_string_append_printf(out, "%02x", key->octets[i]);
    }
    g_string_append(out, "\",");
}

static void
append_row(GString *out, const struct carp_conf_vhid *vhid,
           const struct carp_key *key, const struct carp_addrs *addrs)
{
    char text[CARP_ADDR_TEXT];
    g_string_append_printf(out, "\"%u\",", vhid->vhid);
    append_key(out, key);
    g_string_append_c(out, '"');
    for (uint16_t i = 0; i < addrs->count; i++) {
        g_string_append_printf(out, "%s%s", i > 0 ? ", " : "",
                               carp_addr_format(&addrs->list[i], text));
    }
    g_string_append(out, "\",");
    append_text(out,
                vhid->profile == CARP_PROFILE_AUTO
                    ? "auto"
                    : carp_profile_get(vhid->profile)->name,
                ',');
    append_text(out, vhid->name, '\n');
}

static void
append_keys(GString *out, const struct carp_conf_vhid *vhid,
            const struct carp_addrs *addrs)
{
    append_row(out, vhid, &vhid->key, addrs);
    for (unsigned int i = 0; i < vhid->accept_count; i++) {
        append_row(out, vhid, &vhid->accept[i], addrs);
    }
}

void
export_wireshark(const struct carp_conf *conf, GString *out)
{
    for (size_t i = 0; i < carp_conf_count(conf); i++) {
        const struct carp_conf_vhid *vhid = carp_conf_get(conf, i);
        append_keys(out, vhid, &vhid->addrs);
        for (unsigned int a = 0; a < vhid->addrs_count; a++) {
            append_keys(out, vhid, &vhid->accept_addrs[a]);
        }
    }
}
