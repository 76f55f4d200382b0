/* SPDX-License-Identifier: BSD-2-Clause */
#include "json_guard.h"

#include <string.h>

#include <glib.h>

/* The code unit of a \u escape; -1: it is none. */
static int
unit(const char *at)
{
    int value = 0;
    if (at[0] != '\\' || at[1] != 'u') {
        return -1;
    }
    for (int i = 2; i < 6; i++) {
        int digit = g_ascii_xdigit_value(at[i]);
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

/* Behind the escape; NULL when JSON has no such. json-glib makes octets of
 * octal digits and of half a surrogate pair, which are no UTF-8. */
static const char *
skip_escape(const char *at)
{
    if (at[1] == 'u') {
        int first = unit(at);
        if (first < 0 || (first & 0xfc00) == 0xdc00) {
            return NULL;
        }
        at += 6;
        return (first & 0xfc00) != 0xd800      ? at
               : (unit(at) & ~0x3ff) == 0xdc00 ? at + 6
                                               : NULL;
    }
    return at[1] != '\0' && strchr("\"\\/bfnrt", at[1]) != NULL ? at + 2 : NULL;
}

/* Behind the closing quotation mark; NULL when there is none. */
static const char *
skip_string(const char *at)
{
    at++;
    while (at != NULL && *at != '"') {
        if (*at == '\0') {
            return NULL;
        }
        at = *at == '\\' ? skip_escape(at) : at + 1;
    }
    return at == NULL ? NULL : at + 1;
}

bool
json_guard_passes(const char *text)
{
    unsigned int depth = 0;
    if (!g_utf8_validate(text, -1, NULL)) {
        return false;
    }
    for (const char *at = text; at != NULL && *at != '\0';) {
        if (*at == '"') {
            at = skip_string(at);
            if (at == NULL) {
                return false;
            }
            continue;
        }
        if (!g_ascii_isalnum(*at) && strchr(" \t\r\n[]{},:+-.", *at) == NULL) {
            return false;
        }
        depth += *at == '[' || *at == '{';
        depth -= depth > 0 && (*at == ']' || *at == '}');
        if (depth > JSON_DEPTH_MAX) {
            return false;
        }
        at++;
    }
    return true;
}
