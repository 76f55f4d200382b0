/* SPDX-License-Identifier: BSD-2-Clause */
/* Secrets that stand in a carp.conf. GLib's reader of key files frees what it
 * has read without wiping it, so it gets to see the values of those keys alone
 * that are known and are no secrets: the others are taken out of the text
 * before. */
#include <string.h>

#include "conf_internal.h"

static void
wipe_and_free(void *text)
{
    conf_wipe_text(text);
}

GHashTable *
conf_hold_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                 wipe_and_free);
}

void
conf_hold(struct conf_file *file, const char *title, const char *key,
          char *value)
{
    size_t len = strlen(value);
    if (conf_is_secret(key)) {
        const char *start = value + strspn(value, " \t\f\r");
        g_hash_table_replace(file->held, g_strconcat(title, "\n", key, NULL),
                             g_strdup(start));
    }
    memset(value, ' ', len);
}

/* What stands behind a backslash; '\0': nothing that may. */
static char
unescape(char letter, bool is_list)
{
    switch (letter) {
    case 's':
        return ' ';
    case 't':
        return '\t';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case '\\':
        return '\\';
    case ';':
        return is_list ? ';' : '\0';
    default:
        return '\0';
    }
}

static void
add_piece(GPtrArray *pieces, const char *piece, size_t len)
{
    g_ptr_array_add(pieces, g_strndup(piece, len));
}

/* As GLib splits a value: nothing follows a separator at the end. */
static bool
split(const char *value, bool is_list, char *piece, GPtrArray *pieces)
{
    size_t len = 0;
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '\\') {
            at++;
            piece[len] = unescape(*at, is_list);
            if (piece[len++] == '\0') {
                return false;
            }
        } else if (*at == ';' && is_list) {
            add_piece(pieces, piece, len);
            len = 0;
        } else {
            piece[len++] = *at;
        }
    }
    if (!is_list || len > 0) {
        add_piece(pieces, piece, len);
    }
    return true;
}

GPtrArray *
conf_held(const struct conf_file *file, const char *title, const char *key,
          bool is_list)
{
    char *name = g_strconcat(title, "\n", key, NULL);
    const char *value = g_hash_table_lookup(file->held, name);
    GPtrArray *pieces = g_ptr_array_new_with_free_func(wipe_and_free);
    g_free(name);
    g_assert(value != NULL);
    size_t room = strlen(value) + 1;
    char *piece = g_malloc0(room);
    if (!g_utf8_validate(value, -1, NULL) ||
        !split(value, is_list, piece, pieces)) {
        g_clear_pointer(&pieces, g_ptr_array_unref);
    }
    carp_wipe(piece, room);
    g_free(piece);
    return pieces;
}
