/* SPDX-License-Identifier: BSD-2-Clause */
/* From names and values as people write them to a spec. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "spec.h"

#define PASSWORD_MAX 512

static bool
read_number(const char *text, uint64_t *number)
{
    bool is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = is_hex ? text + 2 : text;
    char *end = NULL;
    /* strtoull takes blanks and signs. */
    if (!(is_hex ? g_ascii_isxdigit(*digits) : g_ascii_isdigit(*digits))) {
        return false;
    }
    errno = 0;
    *number = g_ascii_strtoull(digits, &end, is_hex ? 16 : 10);
    return errno == 0 && *end == '\0';
}

static bool
read_hex(const char *text, uint8_t *octets, size_t max, size_t *len)
{
    size_t digits = strlen(text);
    if (digits % 2 != 0 || digits / 2 > max) {
        return false;
    }
    for (size_t i = 0; i < digits; i += 2) {
        int high = g_ascii_xdigit_value(text[i]);
        int low = g_ascii_xdigit_value(text[i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        octets[i / 2] = (uint8_t)((unsigned int)high << 4 | (unsigned int)low);
    }
    *len = digits / 2;
    return true;
}

static bool
read_mac(const char *text, struct carp_mac *mac)
{
    size_t len = 0;
    if (strlen(text) == 12 && read_hex(text, mac->octets, 6, &len)) {
        return true;
    }
    return carp_mac_parse(text, mac) == CARP_OK;
}

/* ---------------------------------------------------------------- fields */

static char *
set_number(struct inj_spec *spec, enum inj_field field, const char *value)
{
    const struct inj_field_info *info = inj_field_info(field);
    uint64_t max =
        MAX(inj_field_max(field, CARP_IPV4), inj_field_max(field, CARP_IPV6));
    uint64_t number = 0;
    bool is_computed = field == INJ_CHECKSUM || field == INJ_IP_CHECKSUM;
    if (is_computed && strcmp(value, "bad") == 0) {
        spec->given &= ~INJ_BIT(field);
        spec->wrong |= INJ_BIT(field);
        return NULL;
    }
    if (!read_number(value, &number)) {
        return g_strdup_printf("%s: '%s' is not a number%s", info->name, value,
                               is_computed ? ", nor 'bad'" : "");
    }
    if (number > max) {
        return g_strdup_printf("%s: %s is outside 0 to %" G_GUINT64_FORMAT,
                               info->name, value, max);
    }
    spec->given |= INJ_BIT(field);
    spec->wrong &= ~INJ_BIT(field);
    spec->value[field].number = number;
    return NULL;
}

static char *
set_mac(struct inj_spec *spec, enum inj_field field, const char *value)
{
    struct carp_mac mac;
    if (field == INJ_ETH_SRC &&
        (strcmp(value, "virtual") == 0 || strcmp(value, "real") == 0)) {
        spec->given &= ~INJ_BIT(field);
        spec->source_mac = *value == 'v' ? INJ_MAC_VIRTUAL : INJ_MAC_REAL;
        return NULL;
    }
    if (!read_mac(value, &mac)) {
        return g_strdup_printf(
            "%s: '%s' is not a MAC address%s", inj_field_info(field)->name,
            value, field == INJ_ETH_SRC ? ", nor 'virtual' or 'real'" : "");
    }
    spec->given |= INJ_BIT(field);
    spec->value[field].number = 0;
    for (size_t i = 0; i < 6; i++) {
        spec->value[field].number =
            spec->value[field].number << 8 | mac.octets[i];
    }
    return NULL;
}

static char *
set_address(struct inj_spec *spec, enum inj_field field, const char *value)
{
    struct carp_addr *addr = field == INJ_SOURCE ? &spec->source : &spec->dest;
    struct carp_addr parsed;
    unsigned int prefix_len = 0;
    if (strchr(value, '/') != NULL ||
        carp_addr_parse(value, &parsed, &prefix_len) != CARP_OK) {
        return g_strdup_printf("%s: '%s' is not an IP address",
                               inj_field_info(field)->name, value);
    }
    *addr = parsed;
    memcpy(spec->value[field].octets, parsed.octets, 16);
    spec->given |= INJ_BIT(field);
    return NULL;
}

static char *
set_digest(struct inj_spec *spec, const char *value)
{
    size_t len = 0;
    struct inj_value digest;
    memset(&digest, 0, sizeof(digest));
    if (strcmp(value, "bad") == 0) {
        spec->given &= ~INJ_BIT(INJ_DIGEST);
        spec->wrong |= INJ_BIT(INJ_DIGEST);
        return NULL;
    }
    if (!read_hex(value, digest.octets, CARP_MD_LEN, &len) ||
        len != CARP_MD_LEN) {
        return g_strdup("digest: must be 40 hexadecimal digits, or 'bad'");
    }
    spec->wrong &= ~INJ_BIT(INJ_DIGEST);
    spec->given |= INJ_BIT(INJ_DIGEST);
    spec->value[INJ_DIGEST] = digest;
    return NULL;
}

static char *
set_counter(struct inj_spec *spec, const char *value)
{
    static const struct {
        const char *word;
        enum inj_counter_mode mode;
    } words[] = {{"random", INJ_COUNTER_RANDOM},
                 {"start+1", INJ_COUNTER_UP},
                 {"constant", INJ_COUNTER_CONSTANT}};
    const char *number = value;
    spec->counter_mode = INJ_COUNTER_UP;
    spec->has_counter = false;
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        size_t len = strlen(words[i].word);
        if (strncmp(value, words[i].word, len) == 0 &&
            (value[len] == '\0' || (value[len] == ':' && i > 0))) {
            spec->counter_mode = words[i].mode;
            if (value[len] == '\0') {
                return NULL;
            }
            number = value + len + 1;
        }
    }
    if (!read_number(number, &spec->counter)) {
        return g_strdup_printf("counter: '%s' is not random, start+1, "
                               "constant or a number of 64 bits",
                               value);
    }
    spec->has_counter = true;
    return NULL;
}

static char *
set_field(struct inj_spec *spec, enum inj_field field, const char *value)
{
    if (field == INJ_COUNTER) {
        return set_counter(spec, value);
    }
    switch (inj_field_info(field)->kind) {
    case INJ_NUMBER:
    case INJ_HEX:
        return set_number(spec, field, value);
    case INJ_MAC:
        return set_mac(spec, field, value);
    case INJ_ADDRESS:
        return set_address(spec, field, value);
    case INJ_OCTETS:
        break;
    }
    return set_digest(spec, value);
}

/* ---------------------------------------------------------------- signing */

static char *
add_address(struct inj_spec *spec, const char *value)
{
    struct carp_addr addr;
    unsigned int prefix_len = 0;
    enum carp_status status = carp_addr_parse(value, &addr, &prefix_len);
    if (status == CARP_ERR_RANGE) {
        return g_strdup_printf("address: %s: the prefix length is outside 0 "
                               "to 32, or 128 for IPv6",
                               value);
    }
    if (status != CARP_OK) {
        return g_strdup_printf("address: '%s' is not an IP address", value);
    }
    if (carp_addrs_add(&spec->addrs, &addr) != CARP_OK) {
        return g_strdup_printf("address: more than %d", CARP_ADDRS_MAX);
    }
    return NULL;
}

static char *
set_key_hex(struct inj_spec *spec, const char *value)
{
    if (carp_key_from_hex(&spec->key, value) != CARP_OK) {
        return g_strdup("key-hex: must be exactly 40 hexadecimal digits");
    }
    spec->has_key = true;
    return NULL;
}

static char *
set_secret(struct inj_spec *spec, const char *password, size_t len)
{
    /* The octets are the same for ucarp, which only refuses more: that is
     * checked when the profile is known. */
    if (len == 0) {
        return g_strdup("password: is empty");
    }
    if (carp_key_from_password(&spec->key, password, len, CARP_KEY_RULE_BSD) !=
        CARP_OK) {
        return g_strdup("password: cannot be used");
    }
    spec->has_key = true;
    return NULL;
}

static char *
set_password(struct inj_spec *spec, const char *value)
{
    return set_secret(spec, value, strlen(value));
}

static char *
set_password_file(struct inj_spec *spec, const char *path)
{
    char line[PASSWORD_MAX];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t size = fd >= 0 ? read(fd, line, sizeof(line)) : -1;
    int error = errno;
    if (fd >= 0) {
        close(fd);
    }
    if (size < 0) {
        return g_strdup_printf("password-file: %s: %s", path,
                               g_strerror(error));
    }
    const char *newline = memchr(line, '\n', (size_t)size);
    size_t len = newline != NULL ? (size_t)(newline - line) : (size_t)size;
    char *wrong = len == 0
                      ? g_strdup_printf("password-file: %s: its first line "
                                        "is empty",
                                        path)
                      : set_secret(spec, line, len);
    carp_wipe(line, sizeof(line));
    return wrong;
}

static char *
set_profile(struct inj_spec *spec, const char *value)
{
    enum carp_profile_id profile;
    if (carp_profile_by_name(value, &profile) != CARP_OK ||
        profile == CARP_PROFILE_AUTO) {
        return g_strdup_printf("profile: '%s' is not one of freebsd, "
                               "freebsd6, netbsd, openbsd, openbsd-orig, "
                               "dragonfly, ucarp",
                               value);
    }
    spec->profile = profile;
    return NULL;
}

static char *
set_lladdr(struct inj_spec *spec, const char *value)
{
    if (!read_mac(value, &spec->lladdr)) {
        return g_strdup_printf("lladdr: '%s' is not a MAC address", value);
    }
    spec->has_lladdr = true;
    return NULL;
}

static char *
set_hash_vhid(struct inj_spec *spec, const char *value)
{
    uint64_t number = 0;
    if (!read_number(value, &number) || number > 255) {
        return g_strdup_printf("hash-vhid: '%s' is outside 0 to 255", value);
    }
    spec->has_hash_vhid = true;
    spec->hash_vhid = (uint8_t)number;
    return NULL;
}

static char *
set_family(struct inj_spec *spec, const char *value)
{
    if (strcmp(value, "ipv4") == 0) {
        spec->family = CARP_IPV4;
    } else if (strcmp(value, "ipv6") == 0) {
        spec->family = CARP_IPV6;
    } else {
        return g_strdup_printf("family: '%s' is not ipv4 or ipv6", value);
    }
    return NULL;
}

static char *
set_payload_len(struct inj_spec *spec, const char *value)
{
    uint64_t number = 0;
    if (!read_number(value, &number) || number > INJ_TRAILER_MAX) {
        return g_strdup_printf("payload-len: '%s' is outside 0 to %d", value,
                               INJ_TRAILER_MAX);
    }
    spec->has_payload_len = true;
    spec->payload_len = (uint16_t)number;
    return NULL;
}

static char *
set_trailer(struct inj_spec *spec, const char *value)
{
    size_t len = 0;
    if (!read_hex(value, spec->trailer, INJ_TRAILER_MAX, &len)) {
        return g_strdup_printf("trailer-hex: must be pairs of hexadecimal "
                               "digits, %d octets at most",
                               INJ_TRAILER_MAX);
    }
    spec->trailer_len = (uint16_t)len;
    return NULL;
}

char *
inj_spec_set(struct inj_spec *spec, const char *name, const char *value)
{
    static const struct {
        const char *name;
        char *(*set)(struct inj_spec *spec, const char *value);
    } others[] = {
        {"address", add_address},         {"key-hex", set_key_hex},
        {"password", set_password},       {"password-file", set_password_file},
        {"profile", set_profile},         {"lladdr", set_lladdr},
        {"hash-vhid", set_hash_vhid},     {"family", set_family},
        {"payload-len", set_payload_len}, {"trailer-hex", set_trailer},
    };
    enum inj_field field;
    if (inj_field_by_name(name, &field)) {
        return set_field(spec, field, value);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        if (strcmp(others[i].name, name) == 0) {
            return others[i].set(spec, value);
        }
    }
    return g_strdup_printf("%s: there is no such field", name);
}
