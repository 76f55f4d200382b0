/* SPDX-License-Identifier: BSD-2-Clause */
#include "log_rate.h"

#include <stdarg.h>

#define FIELDS_MAX 16
#define TOO_MANY "too many kinds of messages"

struct kept {
    char *kind; /* it is one of several names; NULL: it is not */
    carp_time until;
    unsigned int said; /* before that */
    uint64_t held;     /* since the last line */
    enum log_level level;
    char *text; /* of the last one held */
    struct log_field fields[FIELDS_MAX];
    size_t field_count;
};

struct log_rate {
    GHashTable *keys;  /* char * -> struct kept * */
    GHashTable *names; /* char *, a kind -> how many names it has */
};

static void
forget_fields(struct kept *kept)
{
    for (size_t i = 0; i < kept->field_count; i++) {
        g_free((char *)(uintptr_t)kept->fields[i].name);
        g_free((char *)(uintptr_t)kept->fields[i].value);
    }
    kept->field_count = 0;
}

static void
kept_free(void *data)
{
    struct kept *kept = data;
    forget_fields(kept);
    g_free(kept->kind);
    g_free(kept->text);
    g_free(kept);
}

struct log_rate *
log_rate_new(void)
{
    struct log_rate *rate = g_new0(struct log_rate, 1);
    rate->keys =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, kept_free);
    rate->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return rate;
}

void
log_rate_free(struct log_rate *rate)
{
    if (rate != NULL) {
        g_hash_table_destroy(rate->keys);
        g_hash_table_destroy(rate->names);
        g_free(rate);
    }
}

static unsigned int
count_names(const struct log_rate *rate, const char *kind)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(rate->names, kind));
}

static void
set_names(struct log_rate *rate, const char *kind, unsigned int count)
{
    if (count == 0) {
        g_hash_table_remove(rate->names, kind);
    } else {
        g_hash_table_replace(rate->names, g_strdup(kind),
                             GUINT_TO_POINTER(count));
    }
}

/* The state of @p key, one of @p kind unless that is NULL; *is_new says that
 * nothing was written lately. */
static struct kept *
find(struct log_rate *rate, const char *key, const char *kind, bool *is_new)
{
    struct kept *kept = g_hash_table_lookup(rate->keys, key);
    if (kept == NULL && g_hash_table_size(rate->keys) >= LOG_RATE_KEYS) {
        key = TOO_MANY;
        kind = NULL;
        kept = g_hash_table_lookup(rate->keys, key);
    }
    *is_new = kept == NULL;
    if (kept == NULL) {
        kept = g_new0(struct kept, 1);
        g_hash_table_insert(rate->keys, g_strdup(key), kept);
        if (kind != NULL) {
            kept->kind = g_strdup(kind);
            set_names(rate, kind, count_names(rate, kind) + 1);
        }
    }
    return kept;
}

static void
hold(struct kept *kept, enum log_level level, const struct log_field *fields,
     size_t count, char *text)
{
    kept->held++;
    kept->level = level;
    g_free(kept->text);
    kept->text = text;
    forget_fields(kept);
    for (size_t i = 0; i < MIN(count, FIELDS_MAX); i++) {
        kept->fields[i].name = g_strdup(fields[i].name);
        kept->fields[i].value = g_strdup(fields[i].value);
        kept->field_count++;
    }
}

/* Without forgetting the key: the next one within a minute counts again. */
static void
summarise(struct kept *kept)
{
    log_event(kept->level, kept->fields, kept->field_count,
              "%s (%" G_GUINT64_FORMAT " more like this)", kept->text,
              kept->held);
    kept->held = 0;
}

struct said {
    const char *key, *kind; /* of several keys, or NULL */
    carp_time now;
    unsigned int most; /* at once */
    enum log_level level;
    const struct log_field *fields;
    size_t count;
};

static void say(struct log_rate *rate, const struct said *said,
                const char *format, va_list args) G_GNUC_PRINTF(3, 0);

static void
say(struct log_rate *rate, const struct said *said, const char *format,
    va_list args)
{
    bool is_new = false;
    const carp_time now = said->now;
    struct kept *kept = find(rate, said->key, said->kind, &is_new);
    char *text = g_strdup_vprintf(format, args);
    bool is_over = is_new || now >= kept->until;
    if (!is_over && kept->said >= said->most) {
        hold(kept, said->level, said->fields, said->count, text);
        return;
    }
    if (kept->held > 0) {
        summarise(kept);
    }
    if (is_over) {
        kept->until = carp_time_add(now, LOG_RATE_EVERY);
        kept->said = 0;
    }
    kept->said++;
    log_event(said->level, said->fields, said->count, "%s", text);
    g_free(text);
}

void
log_rate_say(struct log_rate *rate, const char *key, carp_time now,
             enum log_level level, const char *format, ...)
{
    const struct said said = {
        .key = key, .now = now, .most = 1, .level = level};
    va_list args;
    va_start(args, format);
    say(rate, &said, format, args);
    va_end(args);
}

void
log_rate_say_of(struct log_rate *rate, const char *kind, const char *name,
                carp_time now, enum log_level level, const char *format, ...)
{
    char *key = g_strconcat(kind, " ", name, NULL);
    const bool is_one = g_hash_table_contains(rate->keys, key) ||
                        count_names(rate, kind) < LOG_RATE_NAMES;
    const struct said said = {.key = is_one ? key : kind,
                              .kind = is_one ? kind : NULL,
                              .now = now,
                              .most = 1,
                              .level = level};
    va_list args;
    va_start(args, format);
    say(rate, &said, format, args);
    va_end(args);
    g_free(key);
}

void
log_rate_event(struct log_rate *rate, const char *key, carp_time now,
               enum log_level level, const struct log_field *fields,
               size_t count, const char *format, ...)
{
    const struct said said = {.key = key,
                              .now = now,
                              .most = LOG_RATE_EVENTS,
                              .level = level,
                              .fields = fields,
                              .count = count};
    va_list args;
    va_start(args, format);
    say(rate, &said, format, args);
    va_end(args);
}

carp_time
log_rate_flush(struct log_rate *rate, carp_time now)
{
    carp_time next = CARP_NEVER;
    GHashTableIter iter;
    void *data = NULL;
    g_hash_table_iter_init(&iter, rate->keys);
    while (g_hash_table_iter_next(&iter, NULL, &data)) {
        struct kept *kept = data;
        if (now < kept->until) {
            next = MIN(next, kept->until);
        } else if (kept->held > 0 && now != CARP_NEVER) {
            summarise(kept);
            kept->until = carp_time_add(now, LOG_RATE_EVERY);
            next = MIN(next, kept->until);
        } else {
            if (kept->held > 0) {
                summarise(kept);
            }
            if (kept->kind != NULL) {
                set_names(rate, kept->kind, count_names(rate, kept->kind) - 1);
            }
            g_hash_table_iter_remove(&iter);
        }
    }
    return next;
}
