/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "conf_internal.h"

unsigned int
conf_line(const struct conf_file *file, const char *title, const char *key)
{
    char *name = g_strdup_printf("%s%s%s", title, key != NULL ? "\n" : "",
                                 key != NULL ? key : "");
    unsigned int line =
        GPOINTER_TO_UINT(g_hash_table_lookup(file->lines, name));
    g_free(name);
    return line;
}

/* Takes name. */
static bool
note(struct conf_file *file, char *name, unsigned int line, const char *what)
{
    unsigned int first =
        GPOINTER_TO_UINT(g_hash_table_lookup(file->lines, name));
    if (first != 0) {
        conf_file_say(file, true, line,
                      "%s stands here twice, first in line "
                      "%u: keep one",
                      what, first);
        g_free(name);
        return false;
    }
    g_hash_table_insert(file->lines, name, GUINT_TO_POINTER(line));
    return true;
}

static bool
scan_title(struct conf_file *file, const char *line, unsigned int number,
           char **title)
{
    const char *end = strchr(line, ']');
    g_clear_pointer(title, g_free);
    if (end == NULL || end[1 + strspn(end + 1, " \t")] != '\0') {
        conf_file_say(file, true, number, "a group must read [vhid \"NAME\"]");
        return false;
    }
    *title = g_strndup(line + 1, (gsize)(end - line - 1));
    char *what = g_strdup_printf("[%s]", *title);
    bool is_new = note(file, g_strdup(*title), number, what);
    g_free(what);
    return is_new;
}

static bool
scan_key(struct conf_file *file, char *line, unsigned int number,
         const char *title)
{
    char *equals = strchr(line, '=');
    /* The line may be a secret that lost its key: never show it. */
    if (equals == NULL || equals == line) {
        conf_file_say(file, true, number,
                      "must be [vhid \"NAME\"], KEY = VALUE or # COMMENT");
        return false;
    }
    char *key = g_strchomp(g_strndup(line, (gsize)(equals - line)));
    bool is_good = true;
    if (title == NULL) {
        conf_file_say(file, true, number,
                      "a key stands before the first [vhid \"NAME\"]");
        is_good = false;
    } else if (strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789-_"
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(key)) {
        conf_file_say(file, true, number,
                      "[%s]: a key may hold letters, "
                      "digits and '-' only",
                      title);
        is_good = false;
    } else {
        is_good =
            note(file, g_strdup_printf("%s\n%s", title, key), number, key);
    }
    if (is_good && !conf_is_plain(key)) {
        conf_hold(file, title, key, equals + 1);
    }
    g_free(key);
    return is_good;
}

static bool
scan_line(struct conf_file *file, char *line, unsigned int number, char **title)
{
    line += strspn(line, " \t");
    if (*line == '\0' || *line == '#') {
        return true;
    }
    if (*line == '[') {
        return scan_title(file, line, number, title);
    }
    return scan_key(file, line, number, *title);
}

bool
conf_scan(struct conf_file *file, char *data, size_t size)
{
    if (memchr(data, '\0', size) != NULL) {
        conf_file_say(file, true, 0, "holds a NUL octet: not a text file");
        return false;
    }
    if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
        conf_file_say(file, true, 0,
                      "begins with a byte order mark: save it as UTF-8 "
                      "without one");
        return false;
    }
    char *title = NULL;
    bool is_good = true;
    unsigned int number = 1;
    for (size_t at = 0; at < size; number++) {
        char *start = data + at;
        const char *newline = memchr(start, '\n', size - at);
        size_t len = newline != NULL ? (size_t)(newline - start) : size - at;
        at += len + 1;
        if (len > 0 && start[len - 1] == '\r') {
            len--;
        }
        char end = start[len];
        start[len] = '\0';
        is_good &= scan_line(file, start, number, &title);
        start[len] = end;
    }
    g_free(title);
    return is_good;
}
