/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carpd's memory across restarts: a state file is read, written and read
 * again.
 */
#include <stdbool.h>

#include <glib.h>

#include "fuzz.h"
#include "store_text.h"

static void
check_seen(const struct carp_seen_set *seen)
{
    FUZZ_CHECK(seen->count <= CARP_SEEN_SPANS_MAX);
    for (size_t i = 0; i < seen->count; i++) {
        const struct carp_seen_span *span = &seen->spans[i];
        FUZZ_CHECK(span->first <= span->last);
        FUZZ_CHECK(i == 0 || seen->spans[i - 1].last < span->first);
        FUZZ_CHECK(carp_seen_has(seen, span->first) &&
                   carp_seen_has(seen, span->last));
    }
}

static char *
write_table(GHashTable *table)
{
    GString *out = g_string_new(NULL);
    GList *ids = g_list_sort(g_hash_table_get_keys(table),
                             (GCompareFunc)(void (*)(void))strcmp);
    store_text_begin(out);
    for (const GList *id = ids; id != NULL; id = id->next) {
        const struct stored *stored = g_hash_table_lookup(table, id->data);
        FUZZ_CHECK(stored->peers.count <= CARP_PEERS_MAX);
        check_seen(&stored->peers.seen);
        check_seen(&stored->peers.skipped);
        store_text_add(out, stored->id, stored->first, stored->counter,
                       &stored->peers);
    }
    g_list_free(ids);
    return g_string_free(out, FALSE);
}

static void
check_text(const char *text)
{
    unsigned int wrong = 0;
    GHashTable *table = store_text_read(text, &wrong);
    if (table == NULL) {
        return;
    }
    char *written = write_table(table);
    g_hash_table_destroy(table);
    table = store_text_read(written, &wrong);
    FUZZ_CHECK(table != NULL && wrong == 0);
    char *again = write_table(table);
    FUZZ_CHECK(strcmp(written, again) == 0);
    g_hash_table_destroy(table);
    g_free(written);
    g_free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = g_strndup((const char *)data, size);
    check_text(text);
    g_free(text);
    return 0;
}
