/* SPDX-License-Identifier: BSD-2-Clause */
#include "json_guard.h"

#include <string.h>

#include <glib.h>

/* Behind the closing quotation mark; NULL when there is none. */
static const char *
skip_string(const char *at)
{
    for (at++; *at != '"'; at++) {
        if (*at == '\\') {
            at++;
        }
        if (*at == '\0') {
            return NULL;
        }
    }
    return at + 1;
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
