/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file privilege.h
 * Giving up rights once everything that needs them is open.
 *
 *   privilege_drop()     another user, few capabilities, none to be gained
 *   privilege_confine()  few system calls, then
 *
 * Both are final: there is no way back within the process, nor for the
 * programs that it starts.
 */
#ifndef TOOLS_PRIVILEGE_H
#define TOOLS_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

/** What a plan can keep, with the numbers of Linux' capabilities. */
enum privilege_capability {
    PRIVILEGE_NET_ADMIN = 12, /**< CAP_NET_ADMIN */
    PRIVILEGE_NET_RAW = 13,   /**< CAP_NET_RAW */
    PRIVILEGE_IPC_LOCK = 14   /**< CAP_IPC_LOCK */
};

/** What stays after privilege_drop(). */
struct privilege_plan {
    /** Change to this user and its groups; NULL: keep the user. Ignored when
     * the process is that user already. */
    const char *user;
    /** Capabilities to keep (enum privilege_capability); those that the
     * process does not have are no error. */
    const int *capabilities;
    size_t capability_count;
    /** Programs that are started keep them too (ambient). Else they have
     * none. */
    bool for_children;
};

/** Is there a user of that name? */
bool privilege_user_exists(const char *name);

/**
 * Keep what @p plan says, give up all else, set no_new_privs, and hide the
 * memory (hide.h).
 * @param[out] error what failed and what to do, to be freed with g_free()
 * @return false: the process has the rights it had, or some of them: end it
 */
bool privilege_drop(const struct privilege_plan *plan, char **error);

/** Groups of system calls beside those that every loop needs: memory, time,
 * signals, threads, descriptors that are open. */
enum privilege_calls {
    PRIVILEGE_FILES = 1u << 0,   /**< open, create, rename, remove files */
    PRIVILEGE_SOCKETS = 1u << 1, /**< open sockets, send, receive */
    /** Start programs. They inherit the filter and need who knows what: so
     * everything is allowed but what changes the machine (mounts, modules,
     * clock, tracing, name spaces), which fails with EPERM. */
    PRIVILEGE_SPAWN = 1u << 2
};

/**
 * Allow the system calls of @p calls (enum privilege_calls) only, in all
 * threads. Others fail with EPERM; execve() and what changes the machine end
 * the process by SIGSYS unless PRIVILEGE_SPAWN is given.
 *
 * Call privilege_drop() before. A build with AddressSanitizer also allows
 * what its leak check needs.
 *
 * @param[out] error what failed, to be freed with g_free()
 * @return false: nothing is confined
 */
bool privilege_confine(unsigned int calls, char **error);

#endif
