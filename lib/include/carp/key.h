/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file key.h
 * The 20-octet key and how each system makes it of a password (PROTOCOL 2.4).
 */
#ifndef CARP_KEY_H
#define CARP_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/export.h>
#include <carp/status.h>

CARP_BEGIN_DECLS

#define CARP_KEY_LEN 20
/** Most octets of a password that are kept for explanations. */
#define CARP_PASSWORD_MAX 63

/** A key, and the password it came from so that explanations can edit it.
 * A secret: clear with carp_key_clear(), never print. */
struct carp_key {
    uint8_t octets[CARP_KEY_LEN];
    uint8_t password[CARP_PASSWORD_MAX + 1];
    uint8_t password_len; /**< 0 when the key was given in hex */
};

/** How a system cuts a password. */
enum carp_key_rule {
    CARP_KEY_RULE_BSD,    /**< ifconfig: the first 19 octets (default) */
    CARP_KEY_RULE_NETBSD, /**< min(20, len) - 1 octets */
    CARP_KEY_RULE_UCARP,  /**< 1..19 octets, else refused */
    CARP_KEY_RULE_RAW     /**< the first 20 octets */
};

/**
 * Load a password.
 * @param password octets, no terminator needed; may contain any octet
 * @return CARP_OK; CARP_ERR_KEY when the rule refuses it (ucarp: empty or
 *         longer than 19): tell the user the limit
 */
CARP_API CARP_NODISCARD enum carp_status
carp_key_from_password(struct carp_key *key, const void *password, size_t len,
                       enum carp_key_rule rule);

/** Load exactly 40 hexadecimal digits; CARP_ERR_SYNTAX otherwise. */
CARP_API CARP_NODISCARD enum carp_status carp_key_from_hex(struct carp_key *key,
                                                           const char *hex);

/** Constant-time comparison of the 20 octets. */
CARP_API bool carp_key_equal(const struct carp_key *a,
                             const struct carp_key *b);
/** Overwrite; the compiler cannot remove it. */
CARP_API void carp_key_clear(struct carp_key *key);

/** Overwrite any secret memory; not removable by the compiler. */
CARP_API void carp_wipe(void *memory, size_t len);

CARP_END_DECLS

#endif
