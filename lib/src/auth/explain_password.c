/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/explain_search.h"

#include <string.h>

#include <openssl/crypto.h>

/* A password with room for what an edit puts around it. */
struct edited {
    size_t len;
    uint8_t octets[CARP_PASSWORD_MAX + 4];
};

static bool
is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static bool
is_line_end(uint8_t c)
{
    return c == '\r' || c == '\n';
}

/* A key given in hex may well be a password padded with zeros. */
static void
take_password(struct edited *pw, const struct carp_key *key)
{
    if (key->password_len > 0) {
        pw->len = key->password_len;
        memcpy(pw->octets, key->password, pw->len);
        return;
    }
    pw->len = CARP_KEY_LEN;
    memcpy(pw->octets, key->octets, pw->len);
    while (pw->len > 0 && pw->octets[pw->len - 1] == '\0') {
        pw->len--;
    }
}

/* What is behind the 19 octets that count makes no difference. */
static bool
surround(struct edited *pw, const char *before, const char *after)
{
    const size_t front = strlen(before);
    const size_t back = strlen(after);

    if (front == 0 && pw->len + back >= CARP_KEY_LEN) {
        return false;
    }
    memmove(pw->octets + front, pw->octets, pw->len);
    memcpy(pw->octets, before, front);
    memcpy(pw->octets + front + pw->len, after, back);
    pw->len += front + back;
    return true;
}

static void
drop_front(struct edited *pw, size_t count)
{
    pw->len -= count;
    memmove(pw->octets, pw->octets + count, pw->len);
}

static bool
strip_front(struct edited *pw)
{
    size_t count = 0;

    while (count < pw->len && is_blank(pw->octets[count])) {
        count++;
    }
    drop_front(pw, count);
    return count > 0;
}

static bool
strip_end(struct edited *pw)
{
    const size_t before = pw->len;

    while (pw->len > 0 && (is_blank(pw->octets[pw->len - 1]) ||
                           is_line_end(pw->octets[pw->len - 1]))) {
        pw->len--;
    }
    return pw->len < before;
}

static bool
strip_quotes(struct edited *pw)
{
    const uint8_t first = pw->octets[0];

    if (pw->len < 2 || (first != '"' && first != '\'') ||
        pw->octets[pw->len - 1] != first) {
        return false;
    }
    pw->len--;
    drop_front(pw, 1);
    return true;
}

static bool
cut(struct edited *pw, size_t len)
{
    if (pw->len > len) {
        pw->len = len;
    }
    return true;
}

/* Only ASCII: the library knows no locale. */
static bool
change_case(struct edited *pw, size_t count, bool to_upper)
{
    const uint8_t from = to_upper ? 'a' : 'A';

    for (size_t i = 0; i < count && i < pw->len; i++) {
        if (pw->octets[i] >= from && pw->octets[i] < from + 26) {
            pw->octets[i] ^= 'a' ^ 'A';
        }
    }
    return true;
}

static bool
apply(struct edited *pw, enum carp_password_edit edit)
{
    switch (edit) {
    case CARP_PW_LEADING_BLANK:
        return surround(pw, " ", "");
    case CARP_PW_TRAILING_BLANK:
        return surround(pw, "", " ");
    case CARP_PW_TRAILING_CR:
        return surround(pw, "", "\r");
    case CARP_PW_TRAILING_LF:
        return surround(pw, "", "\n");
    case CARP_PW_TRAILING_CRLF:
        return surround(pw, "", "\r\n");
    case CARP_PW_QUOTED_DOUBLE:
        return surround(pw, "\"", "\"");
    case CARP_PW_QUOTED_SINGLE:
        return surround(pw, "'", "'");
    case CARP_PW_NO_LEADING_BLANK:
        return strip_front(pw);
    case CARP_PW_NO_TRAILING_BLANK:
        return strip_end(pw);
    case CARP_PW_NO_QUOTES:
        return strip_quotes(pw);
    case CARP_PW_CUT_8:
        return cut(pw, 8);
    case CARP_PW_CUT_15:
        return cut(pw, 15);
    case CARP_PW_CUT_16:
        return cut(pw, 16);
    case CARP_PW_CUT_19:
        return cut(pw, 19);
    case CARP_PW_CUT_20:
        return cut(pw, 20);
    case CARP_PW_LAST_LOST:
        cut(pw, 20);
        return pw->len > 0 && cut(pw, pw->len - 1);
    case CARP_PW_UPPER:
        return change_case(pw, pw->len, true);
    case CARP_PW_LOWER:
        return change_case(pw, pw->len, false);
    case CARP_PW_FIRST_UPPER:
        return change_case(pw, 1, true);
    case CARP_PW_FIRST_LOWER:
        return change_case(pw, 1, false);
    case CARP_PW_EMPTY:
        return cut(pw, 0);
    case CARP_PW_SAME:
    case CARP_PW_STALE_TAIL:
        break;
    }
    return false;
}

bool
carp_password_edit(const struct carp_key *key, enum carp_password_edit edit,
                   uint8_t out[CARP_KEY_LEN])
{
    const size_t most =
        edit == CARP_PW_CUT_20 ? CARP_KEY_LEN : CARP_KEY_LEN - 1;
    struct edited pw = {0};
    bool is_made;

    take_password(&pw, key);
    is_made = apply(&pw, edit);
    cut(&pw, most);
    memset(out, 0, CARP_KEY_LEN);
    memcpy(out, pw.octets, pw.len);
    carp_wipe(&pw, sizeof(pw));
    return is_made && CRYPTO_memcmp(out, key->octets, CARP_KEY_LEN) != 0;
}

bool
carp_password_stale(const struct carp_key *key, const struct carp_key *old,
                    uint8_t out[CARP_KEY_LEN])
{
    size_t len = CARP_KEY_LEN;

    memcpy(out, key->octets, CARP_KEY_LEN);
    while (len > 0 && out[len - 1] == '\0') {
        len--;
    }
    /* The new password's terminator overwrites one octet of the old. */
    for (size_t i = len + 1; i < CARP_KEY_LEN; i++) {
        out[i] = old->octets[i];
    }
    return CRYPTO_memcmp(out, key->octets, CARP_KEY_LEN) != 0;
}
