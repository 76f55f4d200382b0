/* SPDX-License-Identifier: BSD-2-Clause */
#include "privilege.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cap-ng.h>

#include "hide.h"

_Static_assert((int)PRIVILEGE_NET_ADMIN == CAP_NET_ADMIN &&
                   (int)PRIVILEGE_NET_RAW == CAP_NET_RAW &&
                   (int)PRIVILEGE_IPC_LOCK == CAP_IPC_LOCK,
               "as Linux numbers them");

bool
privilege_user_exists(const char *name)
{
    return getpwnam(name) != NULL;
}

/* Fills the sets of libcap-ng, which hold what there is, with what stays. */
static void
plan_capabilities(const struct privilege_plan *plan)
{
    bool has[CAP_LAST_CAP + 1];
    for (size_t i = 0; i < plan->capability_count; i++) {
        has[i] = capng_have_capability(CAPNG_PERMITTED,
                                       (unsigned)plan->capabilities[i]);
    }
    capng_clear(CAPNG_SELECT_ALL);
    for (size_t i = 0; i < plan->capability_count; i++) {
        unsigned int sets = CAPNG_EFFECTIVE | CAPNG_PERMITTED;
        if (plan->for_children) {
            sets |= CAPNG_INHERITABLE | CAPNG_AMBIENT | CAPNG_BOUNDING_SET;
        }
        if (has[i]) {
            capng_update(CAPNG_ADD, (capng_type_t)sets,
                         (unsigned)plan->capabilities[i]);
        }
    }
}

static const struct passwd *
find_user(const char *name, char **error)
{
    errno = 0;
    const struct passwd *user = getpwnam(name);
    if (user == NULL) {
        *error = g_strdup_printf(
            "user %s: %s", name,
            errno != 0 ? g_strerror(errno)
                       : "there is none: make it with systemd-sysusers or "
                         "useradd --system");
    }
    return user;
}

static bool
change_user(const struct passwd *user, char **error)
{
    int status = capng_change_id((int)user->pw_uid, (int)user->pw_gid,
                                 CAPNG_INIT_SUPP_GRP | CAPNG_CLEAR_BOUNDING);
    if (status != 0) {
        *error = g_strdup_printf("cannot become user %s (step %d): %s",
                                 user->pw_name, -status, g_strerror(errno));
        return false;
    }
    return true;
}

/* The bounding set can only be changed with a capability of its own. */
static bool
apply(bool may_bound, char **error)
{
    if (may_bound && capng_apply(CAPNG_SELECT_BOUNDS) != 0) {
        *error = g_strdup_printf("cannot bound the capabilities: %s",
                                 g_strerror(errno));
        return false;
    }
    if (capng_apply(CAPNG_SELECT_CAPS) != 0 ||
        capng_apply(CAPNG_SELECT_AMBIENT) != 0) {
        *error = g_strdup_printf("cannot give up capabilities: %s",
                                 g_strerror(errno));
        return false;
    }
    return true;
}

bool
privilege_drop(const struct privilege_plan *plan, char **error)
{
    const struct passwd *user = NULL;
    *error = NULL;
    if (plan->user != NULL) {
        user = find_user(plan->user, error);
        if (user == NULL) {
            return false;
        }
        if (user->pw_uid == geteuid()) {
            user = NULL;
        } else if (geteuid() != 0) {
            *error = g_strdup_printf("only root can become user %s: run it "
                                     "as that user",
                                     plan->user);
            return false;
        }
    }
    if (capng_get_caps_process() != 0) {
        *error = g_strdup("capabilities cannot be read: is /proc "
                          "mounted?");
        return false;
    }
    bool may_bound = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
    plan_capabilities(plan);
    if (user != NULL && !change_user(user, error)) {
        return false;
    }
    if (!apply(user == NULL && may_bound, error)) {
        return false;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        *error = g_strdup_printf("no_new_privs: %s", g_strerror(errno));
        return false;
    }
    /* With another user the kernel takes fs.suid_dumpable's word for it. */
    hide_memory();
    return true;
}
