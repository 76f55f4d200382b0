/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "key_row.h"

#include <stdio.h>
#include <string.h>

#include <glib.h>

static bool
is_hex_key(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!g_ascii_isxdigit(text[i])) {
            return false;
        }
    }
    return len == (size_t)2 * CARP_KEY_LEN;
}

static const char *
read_key(const struct key_row *row, struct carp_ring_row *out)
{
    const char *text = row->passphrase != NULL ? row->passphrase : "";
    size_t len = row->passphrase_len;
    const bool has_prefix =
        len == 2 * CARP_KEY_LEN + 2 && g_ascii_strncasecmp(text, "0x", 2) == 0;

    if (has_prefix && is_hex_key(text + 2, len - 2)) {
        text += 2;
        len -= 2;
    }
    if (is_hex_key(text, len)) {
        return carp_key_from_hex(&out->key, text) == CARP_OK
                   ? NULL
                   : "the key is not 40 hexadecimal digits";
    }
    return carp_key_from_password(&out->key, text, len,
                                  out->profile == CARP_PROFILE_UCARP
                                      ? CARP_KEY_RULE_UCARP
                                      : CARP_KEY_RULE_BSD) == CARP_OK
               ? NULL
               : "the passphrase must have 1 to 19 octets with profile ucarp";
}

static const char *
read_addresses(const char *list, struct carp_addrs *out)
{
    char **words = g_strsplit_set(list != NULL ? list : "", ",; \t", -1);
    const char *problem = NULL;

    for (char **word = words; *word != NULL && problem == NULL; word++) {
        struct carp_addr addr;

        if (**word == '\0') {
            continue;
        }
        if (carp_addr_parse(*word, &addr, NULL) != CARP_OK) {
            problem = "the addresses must be IPv4 or IPv6 addresses "
                      "separated by commas";
        } else if (carp_addrs_contain(out, &addr)) {
            problem = "one of the addresses stands there twice";
        } else if (carp_addrs_add(out, &addr) != CARP_OK) {
            problem = "there are more than 64 addresses";
        }
    }
    g_strfreev(words);
    return problem;
}

/* As much of a comment as a name has room for, never part of a character. */
static void
copy_name(const char *comment, char name[CARP_ROW_NAME + 1])
{
    char *valid = g_utf8_make_valid(comment, -1);
    const size_t len = strlen(valid);

    if (len > CARP_ROW_NAME) {
        *g_utf8_find_prev_char(valid, valid + CARP_ROW_NAME + 1) = '\0';
    }
    g_strlcpy(name, valid, CARP_ROW_NAME + 1);
    g_free(valid);
}

const char *
key_row_read(const struct key_row *row, unsigned int index,
             struct carp_ring_row *out)
{
    const char *profile =
        row->profile != NULL && *row->profile != '\0' ? row->profile : "auto";
    guint64 vhid = 0;

    if (row->vhid == NULL ||
        !g_ascii_string_to_unsigned(row->vhid, 10, 1, 255, &vhid, NULL)) {
        return "the vhid must be a number from 1 to 255";
    }
    out->vhid = (uint8_t)vhid;
    if (carp_profile_by_name(profile, &out->profile) != CARP_OK) {
        return "the profile must be auto, freebsd, freebsd6, netbsd, "
               "openbsd, openbsd-orig, dragonfly or ucarp";
    }
    if (row->comment != NULL && *row->comment != '\0') {
        copy_name(row->comment, out->name);
    } else {
        snprintf(out->name, sizeof(out->name), "carp_keys row %u", index + 1);
    }
    const char *problem = read_addresses(row->addresses, &out->addrs);
    return problem != NULL ? problem : read_key(row, out);
}
