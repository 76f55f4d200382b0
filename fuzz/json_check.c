/* SPDX-License-Identifier: BSD-2-Clause */
#include "json_check.h"

#include <string.h>

#define DEPTH_MAX 16

struct reader {
    const char *at, *end;
    const char *wanted;
    bool has_wanted;
    unsigned int depth;
};

static bool read_value(struct reader *r);

static void
skip_blanks(struct reader *r)
{
    while (r->at < r->end && strchr(" \t\n\r", *r->at) != NULL &&
           *r->at != '\0') {
        r->at++;
    }
}

static bool
take(struct reader *r, char wanted)
{
    if (r->at == r->end || *r->at != wanted) {
        return false;
    }
    r->at++;
    return true;
}

static bool
take_word(struct reader *r, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0) {
        return false;
    }
    r->at += len;
    return true;
}

static size_t
count_digits(struct reader *r)
{
    const char *start = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        r->at++;
    }
    return (size_t)(r->at - start);
}

static bool
read_number(struct reader *r)
{
    (void)take(r, '-');
    const char *start = r->at;
    size_t digits = count_digits(r);
    if (digits == 0 || (*start == '0' && digits > 1)) {
        return false;
    }
    if (take(r, '.') && count_digits(r) == 0) {
        return false;
    }
    if (take(r, 'e') || take(r, 'E')) {
        (void)(take(r, '+') || take(r, '-'));
        return count_digits(r) > 0;
    }
    return true;
}

static bool
read_escape(struct reader *r)
{
    if (r->at == r->end) {
        return false;
    }
    char kind = *r->at++;
    if (kind != 'u') {
        return kind != '\0' && strchr("\"\\/bfnrt", kind) != NULL;
    }
    for (int i = 0; i < 4; i++) {
        if (r->at == r->end || *r->at == '\0' ||
            strchr("0123456789abcdefABCDEF", *r->at) == NULL) {
            return false;
        }
        r->at++;
    }
    return true;
}

static bool
read_string(struct reader *r)
{
    if (!take(r, '"')) {
        return false;
    }
    while (r->at < r->end && (unsigned char)*r->at >= ' ') {
        char c = *r->at++;
        if (c == '"') {
            return true;
        }
        if (c == '\\' && !read_escape(r)) {
            return false;
        }
    }
    return false;
}

static bool
read_member(struct reader *r)
{
    const char *name = r->at;
    if (!read_string(r)) {
        return false;
    }
    size_t len = (size_t)(r->at - name) - 2;
    if (r->depth == 1 && r->wanted != NULL && len == strlen(r->wanted) &&
        memcmp(name + 1, r->wanted, len) == 0) {
        r->has_wanted = true;
    }
    skip_blanks(r);
    return take(r, ':') && read_value(r);
}

/* Behind the opening bracket, to the closing one. */
static bool
read_list(struct reader *r, bool (*read)(struct reader *r), char close)
{
    bool is_good = ++r->depth <= DEPTH_MAX;
    skip_blanks(r);
    if (is_good && !take(r, close)) {
        do {
            skip_blanks(r);
            is_good = read(r);
            skip_blanks(r);
        } while (is_good && take(r, ','));
        is_good = is_good && take(r, close);
    }
    r->depth--;
    return is_good;
}

static bool
read_value(struct reader *r)
{
    skip_blanks(r);
    if (r->at == r->end) {
        return false;
    }
    switch (*r->at) {
    case '{':
        r->at++;
        return read_list(r, read_member, '}');
    case '[':
        r->at++;
        return read_list(r, read_value, ']');
    case '"':
        return read_string(r);
    case 't':
        return take_word(r, "true");
    case 'f':
        return take_word(r, "false");
    case 'n':
        return take_word(r, "null");
    default:
        return read_number(r);
    }
}

bool
json_is_object(const char *text, size_t len, const char *wanted)
{
    struct reader r = {.at = text, .end = text + len, .wanted = wanted};
    if (len == 0 || *text != '{' || !read_value(&r)) {
        return false;
    }
    skip_blanks(&r);
    return r.at == r.end && (wanted == NULL || r.has_wanted);
}
