/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file profile.h
 * How implementations differ, as data (PROTOCOL 2.2, 2.3).
 */
#ifndef CARP_PROFILE_H
#define CARP_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/export.h>
#include <carp/status.h>

CARP_BEGIN_DECLS

/** Rows of the table of hashing profiles. */
enum carp_profile_id {
    CARP_PROFILE_FREEBSD = 0, /**< FreeBSD 9 and later, pfSense, OPNsense */
    CARP_PROFILE_NETBSD,
    CARP_PROFILE_OPENBSD,      /**< what OpenBSD sends: link-local left out */
    CARP_PROFILE_OPENBSD_ORIG, /**< OpenBSD's second accepted form */
    CARP_PROFILE_DRAGONFLY,
    CARP_PROFILE_FREEBSD6, /**< FreeBSD 5.4 to 6.x: configuration order */
    CARP_PROFILE_UCARP,
    CARP_PROFILE_COUNT,
    CARP_PROFILE_AUTO = CARP_PROFILE_COUNT /**< try every row */
};

/** In which order the addresses of a family are hashed. */
enum carp_order {
    CARP_ORDER_SORTED,     /**< ascending, as carp_addr_compare() */
    CARP_ORDER_CONFIG,     /**< as configured */
    CARP_ORDER_FIRST_ONLY, /**< the first configured one alone */
    CARP_ORDER_NONE        /**< none: the system has not that family */
};
/** What becomes of link-local IPv6 addresses. */
enum carp_link_local {
    CARP_LL_CLEAR_SCOPE, /**< hashed, without the kernel's scope octets */
    CARP_LL_SKIP         /**< left out */
};

/** One row. */
struct carp_profile {
    const char *name;    /**< as in carp.conf: "freebsd", "openbsd", … */
    const char *systems; /**< for people */
    enum carp_order order4, order6;
    enum carp_link_local link_local;
    bool drop_duplicates; /**< also drops 0.0.0.0, ::, and all-ones */
    bool may_hash_lladdr; /**< OpenBSD's rule for a hand-set lladdr */
};

/** The row of @p id; NULL when @p id is not below CARP_PROFILE_COUNT. */
CARP_API const struct carp_profile *carp_profile_get(enum carp_profile_id id);

/**
 * Find a row by name. "auto" gives CARP_PROFILE_AUTO; "openbsd-nov6ll" is
 * another name of "openbsd".
 * @return CARP_OK or CARP_ERR_SYNTAX
 */
CARP_API CARP_NODISCARD enum carp_status
carp_profile_by_name(const char *name, enum carp_profile_id *id);

CARP_END_DECLS

#endif
