/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/profile.h>

#include <string.h>

static const struct carp_profile rows[CARP_PROFILE_COUNT] = {
    [CARP_PROFILE_FREEBSD] = {"freebsd",
                              "FreeBSD 9 and later, pfSense, OPNsense",
                              CARP_ORDER_SORTED, CARP_ORDER_SORTED,
                              CARP_LL_CLEAR_SCOPE, true, false},
    [CARP_PROFILE_NETBSD] = {"netbsd", "NetBSD", CARP_ORDER_SORTED,
                             CARP_ORDER_SORTED, CARP_LL_CLEAR_SCOPE, true,
                             false},
    [CARP_PROFILE_OPENBSD] = {"openbsd", "OpenBSD", CARP_ORDER_SORTED,
                              CARP_ORDER_SORTED, CARP_LL_SKIP, true, true},
    [CARP_PROFILE_OPENBSD_ORIG] = {"openbsd-orig",
                                   "OpenBSD with link-local addresses",
                                   CARP_ORDER_SORTED, CARP_ORDER_SORTED,
                                   CARP_LL_CLEAR_SCOPE, true, true},
    [CARP_PROFILE_DRAGONFLY] = {"dragonfly", "DragonFly BSD", CARP_ORDER_SORTED,
                                CARP_ORDER_CONFIG, CARP_LL_CLEAR_SCOPE, false,
                                false},
    [CARP_PROFILE_FREEBSD6] = {"freebsd6", "FreeBSD 5.4 to 6",
                               CARP_ORDER_CONFIG, CARP_ORDER_CONFIG,
                               CARP_LL_CLEAR_SCOPE, false, false},
    [CARP_PROFILE_UCARP] = {"ucarp", "ucarp", CARP_ORDER_FIRST_ONLY,
                            CARP_ORDER_NONE, CARP_LL_CLEAR_SCOPE, false, false},
};

const struct carp_profile *
carp_profile_get(enum carp_profile_id id)
{
    if ((unsigned int)id >= CARP_PROFILE_COUNT) {
        return NULL;
    }
    return &rows[id];
}

enum carp_status
carp_profile_by_name(const char *name, enum carp_profile_id *id)
{
    if (strcmp(name, "auto") == 0) {
        *id = CARP_PROFILE_AUTO;
        return CARP_OK;
    }
    if (strcmp(name, "openbsd-nov6ll") == 0) {
        *id = CARP_PROFILE_OPENBSD;
        return CARP_OK;
    }
    for (unsigned int i = 0; i < CARP_PROFILE_COUNT; i++) {
        if (strcmp(name, rows[i].name) == 0) {
            *id = (enum carp_profile_id)i;
            return CARP_OK;
        }
    }
    return CARP_ERR_SYNTAX;
}
