/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file explain.h
 * Why an authenticator is wrong: the smallest edit of what we know that
 * makes it right (PROTOCOL 2.5).
 */
#ifndef CARP_EXPLAIN_H
#define CARP_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/adv.h>
#include <carp/auth.h>
#include <carp/export.h>

CARP_BEGIN_DECLS

/** Never more authenticators than this in one carp_explain(). */
#define CARP_EXPLAIN_MAX_TRIES 20000

/** What differs. Bits: the smallest edit may need two of them. */
enum carp_why {
    CARP_WHY_KEY = 1u << 0,       /**< another configured key */
    CARP_WHY_PASSWORD = 1u << 1,  /**< an edit of the password */
    CARP_WHY_ADDRESSES = 1u << 2, /**< addresses missing or extra */
    CARP_WHY_FAMILY = 1u << 3,    /**< only IPv4, or only IPv6, is hashed */
    CARP_WHY_PROFILE = 1u << 4,   /**< another implementation's hashing */
    CARP_WHY_VHID = 1u << 5,      /**< hashed for another vhid */
    CARP_WHY_LINK_LOCAL = 1u << 6 /**< link-local addresses left out */
};

/** How the sender's password differs from the configured one. */
enum carp_password_edit {
    CARP_PW_SAME = 0,
    CARP_PW_LEADING_BLANK,  /**< sender has a blank in front */
    CARP_PW_TRAILING_BLANK, /**< sender has a blank behind */
    CARP_PW_TRAILING_CR,    /**< a carriage return: a file with CRLF */
    CARP_PW_TRAILING_LF,    /**< a newline behind */
    CARP_PW_TRAILING_CRLF,
    CARP_PW_QUOTED_DOUBLE, /**< sender has "quotes" around */
    CARP_PW_QUOTED_SINGLE,
    CARP_PW_NO_LEADING_BLANK,  /**< sender lacks our leading blank(s) */
    CARP_PW_NO_TRAILING_BLANK, /**< lacks our trailing blank(s), CR or LF */
    CARP_PW_NO_QUOTES,
    CARP_PW_CUT_8,
    CARP_PW_CUT_15,
    CARP_PW_CUT_16,
    CARP_PW_CUT_19,
    CARP_PW_CUT_20,    /**< 20 octets, not cut to 19 */
    CARP_PW_LAST_LOST, /**< last character lost (NetBSD's ifconfig) */
    CARP_PW_UPPER,
    CARP_PW_LOWER,
    CARP_PW_FIRST_UPPER,
    CARP_PW_FIRST_LOWER,
    CARP_PW_EMPTY,     /**< no password at all: the default key */
    CARP_PW_STALE_TAIL /**< the end of a longer, older password is left
                            behind it (ifconfig of FreeBSD 13 and
                            before); key_row has the older one */
};

/** What else may be tried: all belongs to the caller, all may be NULL. */
struct carp_explain_hints {
    const struct carp_addrs *learnt; /**< seen in ARP or ND for this vhid */
    const struct carp_mac *lladdr;   /**< source MAC of the advert */
};

/**
 * The answer. No secrets inside.
 *
 * CARP_WHY_ADDRESSES without extra, missing or only: the sender hashes the
 * whole address list of key_row (and with CARP_WHY_KEY uses its key, too).
 * CARP_WHY_VHID is also set when no row has the advert's vhid and the row's
 * is another one.
 */
struct carp_explanation {
    bool found;
    unsigned int why;      /**< mask of enum carp_why; 0 when not found */
    uint16_t row;          /**< the configured row that is edited */
    uint16_t key_row;      /**< CARP_WHY_KEY: row whose key matches; else row */
    uint8_t profile;       /**< the profile that matches */
    uint8_t password_edit; /**< enum carp_password_edit */
    uint8_t hashed_vhid;   /**< the vhid that was hashed */
    uint8_t only_family;   /**< CARP_WHY_FAMILY: 4 or 6 is hashed */
    uint8_t extra_count;   /**< sender hashes these, we do not */
    uint8_t missing_count; /**< we have these, the sender does not hash */
    struct carp_addr extra[2], missing[2];
    struct carp_addr only; /**< more are missing than fit here: this one alone
                                is hashed (also in extra if we lack it);
                                family 0 otherwise */
    bool hashes_lladdr;    /**< CARP_WHY_PROFILE: the sender's source MAC is
                                in the hash */
    bool omits_lladdr;     /**< CARP_WHY_PROFILE: the row's lladdr is not */
    uint32_t tries;
};

/**
 * Search. Every row of the advert's vhid is a starting point (all rows when
 * there is none), the smallest edit wins. At most CARP_EXPLAIN_MAX_TRIES
 * authenticators are computed, and long address lists lower that so that the
 * whole stays within 20 ms on one core of 2020. An advert that a starting
 * point verifies as it stands has nothing to explain: found is false.
 *
 * @param[out] auth when not NULL and an edit was found: the authenticator
 *        that matches, so that the next advert of this sender can be checked
 *        for the same reason at the price of one verification. A secret.
 * @return the explanation; found is false when no edit matches, which most
 *         often means another password
 */
CARP_API struct carp_explanation
carp_explain(const struct carp_ring *ring, const struct carp_adv *adv,
             const struct carp_explain_hints *hints, struct carp_auth *auth);

/** Buffer size that carp_explanation_text() never exceeds. */
#define CARP_EXPLAIN_TEXT 480

/**
 * One sentence for an operator, without a full stop: "password is right, the
 * address list differs: the sender also hashes 10.77.0.63, which is not in
 * [vhid "web"]". Always terminated.
 */
CARP_API char *carp_explanation_text(const struct carp_explanation *e,
                                     const struct carp_ring *ring,
                                     char text[CARP_EXPLAIN_TEXT]);

CARP_END_DECLS

#endif
