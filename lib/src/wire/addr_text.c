/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/addr.h>

#include <string.h>

#include "wire/hex.h"

#define GROUPS 8

/* Not isdigit() and friends: they follow the locale. */
static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A decimal number without leading zeros, which some programs read as octal.
 * Stops counting at @p limit + 1. False if there is no number. */
static bool
take_decimal(const char **text, unsigned int limit, unsigned int *value)
{
    const char *p = *text;

    if (!is_digit(*p) || (*p == '0' && is_digit(p[1]))) {
        return false;
    }
    *value = 0;
    for (; is_digit(*p); p++) {
        if (*value <= limit) {
            *value = *value * 10 + (unsigned int)(*p - '0');
        }
    }
    *text = p;
    return true;
}

static bool
take_v4(const char **text, uint8_t out[4])
{
    const char *p = *text;

    for (size_t i = 0; i < 4; i++) {
        unsigned int value;

        if (i > 0 && *p++ != '.') {
            return false;
        }
        if (!take_decimal(&p, 255, &value) || value > 255) {
            return false;
        }
        out[i] = (uint8_t)value;
    }
    *text = p;
    return true;
}

struct groups {
    uint8_t octets[2 * GROUPS];
    size_t count; /* groups read */
    size_t gap;   /* index of the group after "::"; GROUPS + 1 if none */
};

/* One group of one to four hexadecimal digits. */
static bool
take_group(const char **text, struct groups *g)
{
    const char *p = *text;
    unsigned int value = 0;

    if (g->count == GROUPS) {
        return false;
    }
    for (int n = 0; n < 4 && hex_value(*p) >= 0; n++) {
        value = value << 4 | (unsigned int)hex_value(*p++);
    }
    g->octets[2 * g->count] = (uint8_t)(value >> 8);
    g->octets[2 * g->count + 1] = (uint8_t)(value & 0xff);
    g->count++;
    *text = p;
    return true;
}

/* The groups and an IPv4 tail; stops at the first character of neither. */
static bool
take_groups(const char **text, struct groups *g)
{
    const char *p = *text;

    while (hex_value(*p) >= 0) {
        const char *start = p;

        if (!take_group(&p, g)) {
            return false;
        }
        if (*p == '.') {
            *text = start;
            g->count++;
            return g->count <= GROUPS &&
                   take_v4(text, &g->octets[2 * (g->count - 2)]);
        }
        if (*p != ':') {
            break;
        }
        p++;
        if (*p == ':' && g->gap > GROUPS) {
            g->gap = g->count;
            p++;
        } else if (hex_value(*p) < 0) {
            return false;
        }
    }
    *text = p;
    return true;
}

static bool
take_v6(const char **text, uint8_t out[16])
{
    struct groups g = {{0}, 0, GROUPS + 1};
    size_t tail;

    if ((*text)[0] == ':' && (*text)[1] == ':') {
        g.gap = 0;
        *text += 2;
    }
    if (!take_groups(text, &g)) {
        return false;
    }
    if (g.gap > GROUPS) {
        memcpy(out, g.octets, 16);
        return g.count == GROUPS;
    }
    if (g.count == GROUPS) {
        return false;
    }
    tail = 2 * (g.count - g.gap);
    memset(out, 0, 16);
    memcpy(out, g.octets, 2 * g.gap);
    memcpy(out + 16 - tail, g.octets + 2 * g.gap, tail);
    return true;
}

/* "%zone": anything printable but a slash, at least one character. */
static bool
skip_zone(const char **text)
{
    const char *p = *text;

    if (*p != '%') {
        return true;
    }
    for (p++; *p > ' ' && *p < 0x7f && *p != '/'; p++) {
    }
    if (p == *text + 1) {
        return false;
    }
    *text = p;
    return true;
}

enum carp_status
carp_addr_parse(const char *text, struct carp_addr *addr,
                unsigned int *prefix_len)
{
    bool is_v6 = strchr(text, ':') != NULL;
    uint8_t octets[16] = {0};
    unsigned int max = is_v6 ? 128 : 32;
    unsigned int len = max;

    if (is_v6 ? !take_v6(&text, octets) || !skip_zone(&text)
              : !take_v4(&text, octets)) {
        return CARP_ERR_SYNTAX;
    }
    if (*text == '/') {
        text++;
        if (!take_decimal(&text, max, &len)) {
            return CARP_ERR_SYNTAX;
        }
    }
    if (*text != '\0') {
        return CARP_ERR_SYNTAX;
    }
    if (len > max) {
        return CARP_ERR_RANGE;
    }
    *addr = is_v6 ? carp_addr_v6(octets) : carp_addr_v4(octets);
    if (prefix_len != NULL) {
        *prefix_len = len;
    }
    return CARP_OK;
}

static const char hex_digits[] = "0123456789abcdef";

static char *
put_v4(char *at, const uint8_t octets[4])
{
    for (size_t i = 0; i < 4; i++) {
        unsigned int value = octets[i];

        if (i > 0) {
            *at++ = '.';
        }
        if (value >= 100) {
            *at++ = hex_digits[value / 100];
        }
        if (value >= 10) {
            *at++ = hex_digits[value / 10 % 10];
        }
        *at++ = hex_digits[value % 10];
    }
    return at;
}

static unsigned int
group_at(const uint8_t octets[16], size_t i)
{
    return (unsigned int)octets[2 * i] << 8 | octets[2 * i + 1];
}

static char *
put_group(char *at, unsigned int value)
{
    for (unsigned int shift = 16; shift > 0; shift -= 4) {
        if (value >> (shift - 4) != 0 || shift == 4) {
            *at++ = hex_digits[value >> (shift - 4) & 0x0f];
        }
    }
    return at;
}

/* RFC 5952 4.2: "::" is for the longest run of two or more zero groups, the
 * first of equal ones. */
static size_t
longest_zeros(const uint8_t octets[16], size_t *len)
{
    size_t best = GROUPS;

    *len = 1;
    for (size_t i = 0; i < GROUPS; i++) {
        size_t n = 0;

        while (i + n < GROUPS && group_at(octets, i + n) == 0) {
            n++;
        }
        if (n > *len) {
            best = i;
            *len = n;
        }
    }
    return best;
}

static char *
put_v6(char *at, const uint8_t octets[16])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    size_t groups = memcmp(octets, mapped, 12) == 0 ? 6 : GROUPS;
    size_t len;
    size_t gap = longest_zeros(octets, &len);

    for (size_t i = 0; i < groups;) {
        if (i == gap) {
            *at++ = ':';
            *at++ = ':';
            i += len;
            continue;
        }
        at = put_group(at, group_at(octets, i));
        i++;
        if (i < GROUPS && i != gap) {
            *at++ = ':';
        }
    }
    return groups == GROUPS ? at : put_v4(at, octets + 12);
}

char *
carp_addr_format(const struct carp_addr *a, char text[CARP_ADDR_TEXT])
{
    static const char none[] = "none";

    if (a->family == CARP_IPV4) {
        *put_v4(text, a->octets) = '\0';
    } else if (a->family == CARP_IPV6) {
        *put_v6(text, a->octets) = '\0';
    } else {
        memcpy(text, none, sizeof(none));
    }
    return text;
}

enum carp_status
carp_mac_parse(const char *text, struct carp_mac *mac)
{
    struct carp_mac m = {{0}};
    char separator = ':';

    for (size_t i = 0; i < 6; i++) {
        int high = hex_value(text[0]);
        int low = high < 0 ? -1 : hex_value(text[1]);

        if (low < 0) {
            return CARP_ERR_SYNTAX;
        }
        m.octets[i] = (uint8_t)(high << 4 | low);
        text += 2;
        if (i == 0 && *text == '-') {
            separator = '-';
        }
        if (i < 5 && *text++ != separator) {
            return CARP_ERR_SYNTAX;
        }
    }
    if (*text != '\0') {
        return CARP_ERR_SYNTAX;
    }
    *mac = m;
    return CARP_OK;
}

char *
carp_mac_format(const struct carp_mac *mac, char text[CARP_MAC_TEXT])
{
    char *at = text;

    for (size_t i = 0; i < 6; i++) {
        if (i > 0) {
            *at++ = ':';
        }
        *at++ = hex_digits[mac->octets[i] >> 4];
        *at++ = hex_digits[mac->octets[i] & 0x0f];
    }
    *at = '\0';
    return text;
}
