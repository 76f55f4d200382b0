/* SPDX-License-Identifier: BSD-2-Clause */
/* SCHED_RESET_ON_FORK is Linux's. */
#define _GNU_SOURCE

#include "rights.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "log.h"
#include "privilege.h"
#include "server.h"
#include "store.h"

#define USER "carp"
/* Of address space: stacks and arenas of a few threads. */
#define ROOM ((size_t)256 * 1024 * 1024)

/* What comes later is locked once it is used: whole stacks of threads would
 * cost more memory than all the rest. */
static bool
lock_memory(struct os_error *error)
{
    if (mlockall(MCL_CURRENT) != 0 || mlockall(MCL_FUTURE | MCL_ONFAULT) != 0) {
        return os_error_set(error, os_fault_of(errno), errno,
                            "lock-memory: %s: it needs CAP_IPC_LOCK or "
                            "LimitMEMLOCK=infinity",
                            g_strerror(errno));
    }
    return true;
}

/* From now on the limit holds for all that is mapped, used or not: a process
 * that comes to it can make no thread, and ends. */
static bool
check_room(struct os_error *error)
{
    void *room =
        mmap(NULL, ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) {
        return os_error_set(error, os_fault_of(errno), errno,
                            "lock-memory: too little memory may be locked: it "
                            "needs CAP_IPC_LOCK or LimitMEMLOCK=infinity");
    }
    return munmap(room, ROOM) == 0;
}

static bool
schedule(const struct carp_conf_daemon *conf, struct os_error *error)
{
    if (conf->lock_memory && !lock_memory(error)) {
        return false;
    }
    /* Programs that are started must not have it. */
    struct sched_param param = {.sched_priority = conf->realtime};
    if (conf->realtime > 0 &&
        sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param) != 0) {
        return os_error_set(error, os_fault_of(errno), errno,
                            "realtime: %s: "
                            "it needs CAP_SYS_NICE or LimitRTPRIO=, and "
                            "RestrictRealtime=no in its unit",
                            g_strerror(errno));
    }
    return true;
}

/* The user to go on as; its name is "" when that is the present one. Copied:
 * what getpwnam() gives is overwritten by the next question. */
struct user {
    char name[64];
    uid_t uid;
    gid_t gid;
};

static bool
find_user(const struct carp_conf_daemon *conf, struct user *user,
          struct os_error *error)
{
    *user = (struct user){.uid = geteuid(), .gid = getegid()};
    if (geteuid() != 0 && conf->user == NULL) {
        return true;
    }
    const char *name = conf->user != NULL ? conf->user : USER;
    const struct passwd *found = getpwnam(name);
    if (found != NULL) {
        g_strlcpy(user->name, name, sizeof(user->name));
        user->uid = found->pw_uid;
        user->gid = found->pw_gid;
    } else if (conf->user != NULL) {
        return os_error_set(error, OS_SYSTEM, 0,
                            "[carpd] user: there is no "
                            "user %s",
                            name);
    }
    return true;
}

unsigned int
rights_find_user(const struct carp_conf_daemon *conf)
{
    struct user user;
    return find_user(conf, &user, NULL) ? user.uid : geteuid();
}

static bool
hand_over(struct daemon *daemon, const struct carp_conf_daemon *conf,
          const struct user *user, struct os_error *error)
{
    bool is_other = *user->name != '\0' && geteuid() == 0;
    gid_t gid = user->gid;
    if (is_other && !store_give_to(daemon->store, user->uid, user->gid)) {
        return os_error_set(error, os_fault_of(errno), errno,
                            "%s: cannot be given to user %s: %s",
                            daemon->setup.state_dir, user->name,
                            g_strerror(errno));
    }
    if (conf->socket_group != NULL) {
        const struct group *group = getgrnam(conf->socket_group);
        if (group == NULL) {
            return os_error_set(error, OS_SYSTEM, 0,
                                "[carpd] socket-group: there is no group %s",
                                conf->socket_group);
        }
        gid = group->gr_gid;
    }
    if (daemon->server != NULL && (conf->socket_group != NULL || is_other) &&
        !server_give_to(daemon->server, user->uid, gid)) {
        return os_error_set(error, os_fault_of(errno), errno,
                            "%s: cannot be given to another user or group: "
                            "%s",
                            daemon->setup.socket, g_strerror(errno));
    }
    return true;
}

static bool
drop(const struct user *user, bool locks, struct os_error *error)
{
    static const int keep[] = {PRIVILEGE_NET_ADMIN, PRIVILEGE_NET_RAW,
                               PRIVILEGE_IPC_LOCK};
    /* Scripts of ucarp's kind put addresses up: they keep the two as well. */
    struct privilege_plan plan = {
        .user = *user->name != '\0' ? user->name : NULL,
        .capabilities = keep,
        .capability_count = G_N_ELEMENTS(keep) - (locks ? 0 : 1),
        .for_children = true};
    char *why = NULL;
    bool is_good =
        privilege_drop(&plan, &why) &&
        privilege_confine(PRIVILEGE_FILES | PRIVILEGE_SOCKETS | PRIVILEGE_SPAWN,
                          &why);
    if (!is_good) {
        os_error_set(error, OS_SYSTEM, 0, "cannot give up rights: %s", why);
    }
    g_free(why);
    return is_good;
}

bool
rights_give_up(struct daemon *daemon, struct os_error *error)
{
    const struct carp_conf_daemon *conf = carp_conf_get_daemon(daemon->conf);
    struct user user;
    return schedule(conf, error) && find_user(conf, &user, error) &&
           hand_over(daemon, conf, &user, error) &&
           drop(&user, conf->lock_memory, error) &&
           (!conf->lock_memory || check_room(error));
}
