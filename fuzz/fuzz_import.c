/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The importers of carpctl. The first octet chooses one. What was taken over
 * is written as a carp.conf; a password that an importer took must not stand
 * in any note. What goes to Wireshark from there, or from a carp.conf, is read
 * by the plugin as the same keys.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "conf_again.h"
#include "export_wireshark.h"
#include "fuzz.h"
#include "import.h"
#include "key_row.h"

/* Shorter passwords may be in a note by chance. */
#define TELLING_LEN 12

static bool
is_border(char c)
{
    return c == '\0' || strchr(" \t\n\r\"'<>=", c) != NULL;
}

/* What stands twice in the input may have been something else, too; so may a
 * part of a word, when the password itself was quoted. */
static bool
stands_once(const char *text, const char *password)
{
    const char *first = strstr(text, password);
    return first != NULL && strstr(first + 1, password) == NULL &&
           (first == text || is_border(first[-1])) &&
           is_border(first[strlen(password)]);
}

static void
check_notes(const struct import *import, const char *text)
{
    for (size_t i = 0; i < carp_conf_count(import->conf); i++) {
        const struct carp_key *key = &carp_conf_get(import->conf, i)->key;
        const char *password = (const char *)key->password;
        if (key->password_len < TELLING_LEN ||
            strlen(password) != key->password_len ||
            !stands_once(text, password)) {
            continue;
        }
        for (guint n = 0; n < import->notes->len; n++) {
            if (strstr(g_ptr_array_index(import->notes, n), password) != NULL) {
                FUZZ_FAIL("a note tells a password");
            }
        }
    }
}

/* ----------------------------------------------------------------- Wireshark
 */

/* A field as Wireshark reads it; @p end is what follows it. */
static char *
read_field(const char **at, char end, unsigned int *len)
{
    GString *field = g_string_new(NULL);
    const char *c = *at;
    FUZZ_CHECK(*c++ == '"');
    while (*c != '"') {
        FUZZ_CHECK(*c >= ' ' && *c < 0x7f);
        if (*c != '\\') {
            g_string_append_c(field, *c++);
            continue;
        }
        FUZZ_CHECK(c[1] == 'x' && g_ascii_isxdigit(c[2]) &&
                   g_ascii_isxdigit(c[3]));
        g_string_append_c(field, (char)(g_ascii_xdigit_value(c[2]) << 4 |
                                        g_ascii_xdigit_value(c[3])));
        c += 4;
    }
    FUZZ_CHECK(c[1] == end);
    *at = c + 2;
    *len = (unsigned int)field->len;
    return g_string_free(field, FALSE);
}

static void
check_row(const char **at, const struct carp_conf_vhid *vhid,
          const struct carp_key *key, const struct carp_addrs *addrs)
{
    unsigned int len = 0;
    struct key_row row;
    struct carp_ring_row got = {.name = ""};
    row.vhid = read_field(at, ',', &len);
    row.passphrase = read_field(at, ',', &row.passphrase_len);
    row.addresses = read_field(at, ',', &len);
    row.profile = read_field(at, ',', &len);
    row.comment = read_field(at, '\n', &len);
    const char *problem = key_row_read(&row, 0, &got);
    if (problem != NULL) {
        FUZZ_FAIL(problem);
    }
    FUZZ_CHECK(got.vhid == vhid->vhid && got.profile == vhid->profile);
    FUZZ_CHECK(memcmp(got.key.octets, key->octets, CARP_KEY_LEN) == 0);
    for (unsigned int i = 0; i < addrs->count; i++) {
        FUZZ_CHECK(carp_addrs_contain(&got.addrs, &addrs->list[i]));
    }
    carp_key_clear(&got.key);
    g_free(row.vhid);
    g_free(row.passphrase);
    g_free(row.addresses);
    g_free(row.profile);
    g_free(row.comment);
}

static void
check_export(const struct carp_conf *conf)
{
    GString *text = g_string_new(NULL);
    const char *at = NULL;
    export_wireshark(conf, text);
    at = text->str;
    for (size_t i = 0; i < carp_conf_count(conf); i++) {
        const struct carp_conf_vhid *vhid = carp_conf_get(conf, i);
        for (unsigned int a = 0; a <= vhid->addrs_count; a++) {
            const struct carp_addrs *addrs =
                a == 0 ? &vhid->addrs : &vhid->accept_addrs[a - 1];
            check_row(&at, vhid, &vhid->key, addrs);
            for (unsigned int k = 0; k < vhid->accept_count; k++) {
                check_row(&at, vhid, &vhid->accept[k], addrs);
            }
        }
    }
    FUZZ_CHECK(*at == '\0');
    g_string_free(text, TRUE);
}

static void
export_text(const char *text)
{
    struct carp_conf *conf = conf_of_text(text);
    if (carp_conf_is_usable(conf)) {
        check_export(conf);
    }
    carp_conf_free(conf);
}

/* -------------------------------------------------------------------- import
 */

static void
import_text(struct import *import, uint8_t choice, const char *text)
{
    char **words = NULL;
    switch (choice % 5) {
    case 0:
        import_freebsd(import, text, "rc.conf");
        break;
    case 1:
        import_ifconfig_output(import, text, "ifconfig");
        break;
    case 2:
        import_openbsd(import, text, "hostname.carp0");
        break;
    case 3:
        import_config_xml(import, text, "config.xml");
        break;
    default:
        if (g_shell_parse_argv(text, NULL, &words, NULL)) {
            import_ucarp(import, words);
            g_strfreev(words);
        }
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct import import;
    char *text = g_strndup((const char *)data + 1, size - 1);
    if (data[0] >= 250) {
        export_text(text);
        g_free(text);
        return 0;
    }
    import_init(&import);
    import_text(&import, data[0], text);
    import_finish(&import);
    check_notes(&import, text);
    conf_again(import.conf, false);
    import_clear(&import);
    g_free(text);
    return 0;
}
