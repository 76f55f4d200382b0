/* SPDX-License-Identifier: BSD-2-Clause */
#include "store_text.h"

#include <string.h>

#define TITLE "carpd-state 1\n"
#define ID_MAX 24

static const char *const kinds[] = {"unknown", "moving", "random", "constant"};

void
store_text_begin(GString *out)
{
    g_string_assign(out, TITLE);
}

static void
add_spans(GString *out, const char *word, const char *id,
          const struct carp_seen_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct carp_seen_span *span = &set->spans[i];
        g_string_append_printf(out,
                               "%s %s %016" G_GINT64_MODIFIER
                               "x-%016" G_GINT64_MODIFIER "x\n",
                               word, id, span->first, span->last);
    }
}

void
store_text_add(GString *out, const char *id, uint64_t first, uint64_t reserve,
               const struct carp_peers *peers)
{
    g_string_append_printf(out,
                           "counter %s %016" G_GINT64_MODIFIER
                           "x %016" G_GINT64_MODIFIER "x\n",
                           id, first, reserve);
    add_spans(out, "seen", id, &peers->seen);
    add_spans(out, "skipped", id, &peers->skipped);
    for (unsigned int i = 0; i < peers->count; i++) {
        char addr[CARP_ADDR_TEXT];
        const struct carp_peer *peer = &peers->list[i];
        g_string_append_printf(out,
                               "peer %s %s %s %016" G_GINT64_MODIFIER "x\n", id,
                               carp_addr_format(&peer->address, addr),
                               kinds[peer->kind], peer->counter);
    }
}

static void
free_stored(void *memory)
{
    struct stored *stored = memory;
    g_free(stored->id);
    carp_peers_clear(&stored->peers);
    g_free(stored);
}

static bool
read_hex(const char *text, uint64_t *value)
{
    guint64 number = 0;
    if (strlen(text) != 16 ||
        !g_ascii_string_to_unsigned(text, 16, 0, G_MAXUINT64, &number, NULL)) {
        return false;
    }
    *value = number;
    return true;
}

static bool
read_span(struct carp_seen_set *set, char *text)
{
    uint64_t first = 0;
    uint64_t last = 0;
    char *dash = strchr(text, '-');
    if (dash == NULL) {
        return false;
    }
    *dash = '\0';
    if (!read_hex(text, &first) || !read_hex(dash + 1, &last) || first > last) {
        return false;
    }
    carp_seen_add_span(set, first, last);
    return true;
}

static bool
read_peer(struct stored *stored, char **words)
{
    struct carp_addr addr;
    uint64_t counter = 0;
    if (carp_addr_parse(words[2], &addr, NULL) != CARP_OK ||
        !read_hex(words[4], &counter)) {
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(words[3], kinds[i]) == 0) {
            carp_peers_restore(&stored->peers, &addr, (enum carp_peer_kind)i,
                               counter);
            return true;
        }
    }
    return false;
}

GHashTable *
store_text_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_stored);
}

struct stored *
store_text_get(GHashTable *table, const char *id)
{
    struct stored *stored = g_hash_table_lookup(table, id);
    if (stored == NULL) {
        stored = g_new0(struct stored, 1);
        stored->id = g_strdup(id);
        carp_peers_init(&stored->peers);
        g_hash_table_insert(table, stored->id, stored);
    }
    return stored;
}

static bool
read_line(GHashTable *table, const char *line)
{
    char **words = g_strsplit(line, " ", 6);
    guint count = g_strv_length(words);
    bool is_good = false;
    if (count < 3 || *words[1] == '\0' || strlen(words[1]) >= ID_MAX) {
        is_good = false;
    } else if (strcmp(words[0], "counter") == 0 && count == 4) {
        struct stored *stored = store_text_get(table, words[1]);
        is_good = read_hex(words[2], &stored->first) &&
                  read_hex(words[3], &stored->counter);
        stored->has_counter |= is_good;
    } else if (strcmp(words[0], "seen") == 0 && count == 3) {
        is_good =
            read_span(&store_text_get(table, words[1])->peers.seen, words[2]);
    } else if (strcmp(words[0], "skipped") == 0 && count == 3) {
        is_good = read_span(&store_text_get(table, words[1])->peers.skipped,
                            words[2]);
    } else if (strcmp(words[0], "peer") == 0 && count == 5) {
        is_good = read_peer(store_text_get(table, words[1]), words);
    }
    g_strfreev(words);
    return is_good;
}

GHashTable *
store_text_read(const char *text, unsigned int *wrong)
{
    *wrong = 0;
    if (!g_str_has_prefix(text, TITLE)) {
        return NULL;
    }
    GHashTable *table = store_text_new();
    const char *at = text + strlen(TITLE);
    while (*at != '\0') {
        const char *end = strchr(at, '\n');
        size_t len = end != NULL ? (size_t)(end - at) : strlen(at);
        char *line = g_strndup(at, len);
        /* The last line was cut when it has no end. */
        *wrong += end == NULL || !read_line(table, line);
        g_free(line);
        at += len + (end != NULL);
    }
    return table;
}
