/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carpd's memory across restarts. A first octet below 0x80: the rest is a
 * state file, which is read, written and read again. Else: operations on a
 * set of counters, which is compared with a list that forgets nothing.
 */
#include <stdbool.h>

#include <glib.h>

#include "fuzz.h"
#include "store_text.h"

#define OPERATIONS 200

/* ------------------------------------------------------------------ text */

static void
check_seen(const struct seen *seen)
{
    FUZZ_CHECK(seen->count <= SEEN_SPANS_MAX);
    for (size_t i = 0; i < seen->count; i++) {
        const struct seen_span *span = &seen->spans[i];
        FUZZ_CHECK(span->first <= span->last);
        FUZZ_CHECK(i == 0 || seen->spans[i - 1].last < span->first);
        FUZZ_CHECK(seen_has(seen, span->first) && seen_has(seen, span->last));
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
        FUZZ_CHECK(stored->peers.count <= PEERS_MAX);
        check_seen(&stored->peers.seen);
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

/* -------------------------------------------------------------- counters */

/* Near each other and near both ends, so that spans meet. */
static uint64_t
read_counter(struct fuzz_input *in)
{
    static const uint64_t places[8] = {
        0,          1ull << 20, 1ull << 33,       (1ull << 33) * 3,
        1ull << 62, 1ull << 63, UINT64_MAX - 300, 0};
    uint8_t place = fuzz_u8(in);
    if ((place & 7) == 7) {
        return fuzz_u64(in);
    }
    return places[place & 7] + fuzz_u8(in);
}

static void
check_counters(struct fuzz_input *in)
{
    struct seen seen;
    uint64_t added[OPERATIONS];
    size_t count = 0;
    seen_init(&seen);
    while (in->left > 0 && count < OPERATIONS) {
        uint8_t what = fuzz_u8(in);
        uint64_t counter = read_counter(in), last = counter;
        switch (what & 3) {
        case 0:
            seen_add(&seen, counter);
            break;
        case 1:
            seen_add_exact(&seen, counter);
            break;
        case 2:
            seen_add_through(&seen, counter);
            break;
        default:
            last = read_counter(in);
            last = MAX(counter, last);
            seen_add_span(&seen, counter, last);
            break;
        }
        added[count++] = counter;
        check_seen(&seen);
        FUZZ_CHECK(seen_has(&seen, last));
    }
    for (size_t i = 0; i < count; i++) {
        FUZZ_CHECK(seen_has(&seen, added[i]));
    }
    seen_clear(&seen);
}

/* A host's own counter goes up and never meets a value it was. */
static void
check_own(struct fuzz_input *in)
{
    struct counter counter;
    if (fuzz_u8(in) % 2 == 0) {
        counter_init(&counter, fuzz_u64(in));
    } else {
        uint64_t first = fuzz_u64(in);
        counter_resume(&counter, first, fuzz_u64(in) % COUNTER_TOP);
    }
    for (unsigned int i = 0; i < OPERATIONS && in->left > 0; i++) {
        uint64_t before = counter.last;
        switch (fuzz_u8(in) & 3) {
        case 0:
            FUZZ_CHECK(counter_next(&counter, fuzz_u64(in)) > before);
            break;
        case 1:
            FUZZ_CHECK(counter_next_family(&counter) > before);
            break;
        case 2:
            counter_hear(&counter, fuzz_u64(in));
            break;
        default:
            counter_part(&counter);
            break;
        }
        FUZZ_CHECK(counter.last >= before);
        FUZZ_CHECK(counter_extend(&counter) >= counter.last);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    uint8_t choice = fuzz_u8(&in);
    if (choice < 0x80) {
        char *text = g_strndup((const char *)in.data, in.left);
        check_text(text);
        g_free(text);
    } else if (choice % 2 == 0) {
        check_counters(&in);
    } else {
        check_own(&in);
    }
    return 0;
}
