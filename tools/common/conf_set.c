/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf_set.h"

#include <string.h>

const char *
conf_shown(const char *value, char out[48])
{
    g_strlcpy(out, value, 48);
    const char *end = NULL;
    if (!g_utf8_validate(out, -1, &end)) {
        out[end - out] = '\0';
    }
    return out;
}

void *
conf_member(struct conf_group *group, const struct conf_row *row)
{
    return (char *)group->target + row->offset;
}

static bool
read_number(struct conf_group *group, const struct conf_row *row,
            const char *value, guint64 *number)
{
    char text[48];
    if (g_ascii_string_to_unsigned(value, 10, row->min, row->max, number,
                                   NULL)) {
        return true;
    }
    conf_key_error(group, row->key, "'%s' is not a number from %u to %u",
                   conf_shown(value, text), row->min, row->max);
    return false;
}

void
conf_set_octet(struct conf_group *group, const struct conf_row *row,
               const char *value)
{
    guint64 number = 0;
    if (read_number(group, row, value, &number)) {
        *(uint8_t *)conf_member(group, row) = (uint8_t)number;
    }
}

void
conf_set_number(struct conf_group *group, const struct conf_row *row,
                const char *value)
{
    guint64 number = 0;
    if (read_number(group, row, value, &number)) {
        *(uint16_t *)conf_member(group, row) = (uint16_t)number;
    }
}

void
conf_set_bool(struct conf_group *group, const struct conf_row *row,
              const char *value)
{
    bool *target = conf_member(group, row);
    char text[48];
    if (strcmp(value, "true") == 0) {
        *target = true;
    } else if (strcmp(value, "false") == 0) {
        *target = false;
    } else {
        conf_key_error(group, row->key, "'%s' must be true or false",
                       conf_shown(value, text));
    }
}

void
conf_set_seconds(struct conf_group *group, const struct conf_row *row,
                 const char *value)
{
    char text[48];
    char *end = NULL;
    /* Digits and a point only: no sign, no exponent, no "nan". */
    double seconds = strspn(value, "0123456789.") == strlen(value)
                         ? g_ascii_strtod(value, &end)
                         : -1;
    if (end == NULL || end == value || *end != '\0' || seconds < row->min ||
        seconds > row->max) {
        conf_key_error(group, row->key,
                       "'%s' is not a number of seconds from "
                       "%u to %u",
                       conf_shown(value, text), row->min, row->max);
        return;
    }
    *(carp_time *)conf_member(group, row) =
        (carp_time)(seconds * 1000 + 0.5) * CARP_MSEC;
}

void
conf_set_text(struct conf_group *group, const struct conf_row *row,
              const char *value)
{
    if (*value == '\0') {
        conf_key_error(group, row->key, "is empty: give a value or remove it");
        return;
    }
    char **target = conf_member(group, row);
    g_free(*target);
    *target = g_strdup(value);
}

void
conf_set_name(struct conf_group *group, const struct conf_row *row,
              const char *value)
{
    size_t len = strlen(value);
    char text[48];
    if (len == 0 || len > 32 || strpbrk(value, " \t/\"") != NULL) {
        conf_key_error(group, row->key,
                       "'%s' is not a %s name (1 to 32 "
                       "characters, no blank, no '/', no '\"')",
                       conf_shown(value, text),
                       strcmp(row->key, "user") == 0 ? "user" : "group");
        return;
    }
    conf_set_text(group, row, value);
}

void
conf_set_path(struct conf_group *group, const struct conf_row *row,
              const char *value)
{
    char text[48];
    if (!g_path_is_absolute(value)) {
        conf_key_error(group, row->key, "'%s' must be an absolute path",
                       conf_shown(value, text));
        return;
    }
    conf_set_text(group, row, value);
}

bool
conf_is_interface(const char *value)
{
    size_t len = strlen(value);
    return len > 0 && len <= 15 && strpbrk(value, " \t\n\v\f\r/") == NULL;
}

void
conf_set_interface(struct conf_group *group, const struct conf_row *row,
                   const char *value)
{
    char text[48];
    if (!conf_is_interface(value)) {
        conf_key_error(group, row->key,
                       "'%s' is not an interface name (1 to "
                       "15 characters, no blank, no '/')",
                       conf_shown(value, text));
        return;
    }
    conf_set_text(group, row, value);
}

void
conf_set_address(struct conf_group *group, const struct conf_row *row,
                 const char *value)
{
    struct carp_addr addr;
    char text[48];
    if (strchr(value, '/') != NULL ||
        carp_addr_parse(value, &addr, NULL) != CARP_OK ||
        addr.family != row->min) {
        conf_key_error(group, row->key,
                       "'%s' is not an IPv%u address without "
                       "prefix length",
                       conf_shown(value, text), row->min);
        return;
    }
    *(struct carp_addr *)conf_member(group, row) = addr;
}

bool
conf_find_word(struct conf_group *group, const struct conf_row *row,
               const char *value, const char *const *words, size_t count,
               const char *must, unsigned int *out)
{
    char text[48];
    for (size_t i = 0; i < count; i++) {
        if (strcmp(value, words[i]) == 0) {
            *out = (unsigned int)i;
            return true;
        }
    }
    conf_key_error(group, row->key, "'%s' must be %s", conf_shown(value, text),
                   must);
    return false;
}

const struct conf_row *
conf_find_row(const struct conf_row *rows, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].key, key) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

static void
read_key(struct conf_group *group, const struct conf_row *rows, size_t count,
         const char *key)
{
    const struct conf_row *row = conf_find_row(rows, count, key);
    if (row == NULL) {
        conf_key_error(group, key, "is not a known key: see carp.conf(5)");
        return;
    }
    char *value = conf_get_text(group, key);
    if (value == NULL) {
        return;
    }
    row->set(group, row, g_strstrip(value));
    g_free(value);
}

void
conf_read_rows(struct conf_group *group, const struct conf_row *rows,
               size_t count)
{
    char **keys =
        g_key_file_get_keys(group->file->keys, group->title, NULL, NULL);
    for (char **key = keys; key != NULL && *key != NULL; key++) {
        if (!conf_is_secret(*key)) {
            read_key(group, rows, count, *key);
        }
    }
    g_strfreev(keys);
}
