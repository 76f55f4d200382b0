/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The importers of carpctl. The first octet chooses one. What was taken over
 * is written as a carp.conf; a password that an importer took must not stand
 * in any note.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "conf_again.h"
#include "fuzz.h"
#include "import.h"

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
    import_init(&import);
    import_text(&import, data[0], text);
    import_finish(&import);
    check_notes(&import, text);
    conf_again(import.conf, false);
    import_clear(&import);
    g_free(text);
    return 0;
}
