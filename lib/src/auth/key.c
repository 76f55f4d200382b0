/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE 1
#include <carp/key.h>

#include <string.h>

#include <openssl/crypto.h>

#include "wire/hex.h"

void
carp_wipe(void *memory, size_t len)
{
    explicit_bzero(memory, len);
}

void
carp_key_clear(struct carp_key *key)
{
    carp_wipe(key, sizeof(*key));
}

bool
carp_key_equal(const struct carp_key *a, const struct carp_key *b)
{
    return CRYPTO_memcmp(a->octets, b->octets, CARP_KEY_LEN) == 0;
}

/* How many octets of a password of @p len the rule keeps. */
static size_t
kept_octets(enum carp_key_rule rule, size_t len)
{
    size_t most = CARP_KEY_LEN - 1;

    switch (rule) {
    case CARP_KEY_RULE_NETBSD:
        /* strlcpy() of a string counted without its terminator. */
        if (len > CARP_KEY_LEN) {
            len = CARP_KEY_LEN;
        }
        return len > 0 ? len - 1 : 0;
    case CARP_KEY_RULE_RAW:
        most = CARP_KEY_LEN;
        break;
    case CARP_KEY_RULE_BSD:
    case CARP_KEY_RULE_UCARP:
        break;
    }
    return len < most ? len : most;
}

enum carp_status
carp_key_from_password(struct carp_key *key, const void *password, size_t len,
                       enum carp_key_rule rule)
{
    const size_t shown = len < CARP_PASSWORD_MAX ? len : CARP_PASSWORD_MAX;

    if (rule == CARP_KEY_RULE_UCARP && (len == 0 || len >= CARP_KEY_LEN)) {
        return CARP_ERR_KEY;
    }
    memset(key, 0, sizeof(*key));
    if (len > 0) {
        memcpy(key->octets, password, kept_octets(rule, len));
        memcpy(key->password, password, shown);
        key->password_len = (uint8_t)shown;
    }
    return CARP_OK;
}

enum carp_status
carp_key_from_hex(struct carp_key *key, const char *hex)
{
    uint8_t octets[CARP_KEY_LEN];
    enum carp_status status = CARP_ERR_SYNTAX;
    size_t i = 0;

    while (i < CARP_KEY_LEN) {
        const int high = hex_value(hex[2 * i]);
        const int low = high < 0 ? -1 : hex_value(hex[2 * i + 1]);

        if (low < 0) {
            break;
        }
        octets[i++] = (uint8_t)(high << 4 | low);
    }
    if (i == CARP_KEY_LEN && hex[2 * i] == '\0') {
        memset(key, 0, sizeof(*key));
        memcpy(key->octets, octets, sizeof(octets));
        status = CARP_OK;
    }
    carp_wipe(octets, sizeof(octets));
    return status;
}
