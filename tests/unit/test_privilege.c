/* SPDX-License-Identifier: BSD-2-Clause */
/* Rights that are given up are tried out, each in a child of its own. Cases
 * that need root are skipped without it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "hide.h"
#include "privilege.h"

#define USER "nobody"

/* Child's answers. */
enum { AS_DESIGNED = 0, CAN_STILL = 10, NOT_EVEN = 11, NOT_DROPPED = 12 };

/* Runs @p body in a child; its wait status. */
static int
in_child(int (*body)(void))
{
    fflush(NULL);
    pid_t pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        _exit(body());
    }
    int status = 0;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    return status;
}

static void
expect_exit(int (*body)(void))
{
    int status = in_child(body);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, AS_DESIGNED);
}

static bool
needs_root(void)
{
    if (geteuid() == 0 && privilege_user_exists(USER)) {
        return false;
    }
    g_test_skip("needs root and a user nobody");
    return true;
}

static bool
drop(const char *user, bool for_children)
{
    static const int kept[] = {CAP_NET_RAW};
    struct privilege_plan plan = {.user = user,
                                  .capabilities = kept,
                                  .capability_count = 1,
                                  .for_children = for_children};
    char *error = NULL;
    bool is_dropped = privilege_drop(&plan, &error);
    if (!is_dropped) {
        fprintf(stderr, "%s\n", error);
    }
    g_free(error);
    return is_dropped;
}

static bool
confine(unsigned int calls)
{
    char *error = NULL;
    bool is_confined = privilege_confine(calls, &error);
    if (!is_confined) {
        fprintf(stderr, "%s\n", error);
    }
    g_free(error);
    return is_confined;
}

static int
body_user(void)
{
    if (!drop(USER, false)) {
        return NOT_DROPPED;
    }
    if (geteuid() == 0 || setuid(0) == 0 || seteuid(0) == 0 ||
        open("/etc/shadow", O_RDONLY | O_CLOEXEC) >= 0 ||
        mount("none", "/mnt", "tmpfs", 0, NULL) == 0) {
        return CAN_STILL;
    }
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 ||
        prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) != 0 ||
        prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return CAN_STILL;
    }
    /* The one thing that is kept. */
    return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) >= 0 ? AS_DESIGNED
                                                              : NOT_EVEN;
}

static void
test_user(void)
{
    if (!needs_root()) {
        expect_exit(body_user);
    }
}

/* Root without its rights. */
static int
body_same_user(void)
{
    if (!drop(NULL, false)) {
        return NOT_DROPPED;
    }
    if (mount("none", "/mnt", "tmpfs", 0, NULL) == 0 || setuid(12345) == 0 ||
        prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return CAN_STILL;
    }
    return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) >= 0 ? AS_DESIGNED
                                                              : NOT_EVEN;
}

static void
test_same_user(void)
{
    if (!needs_root()) {
        expect_exit(body_same_user);
    }
}

/* What a program that is started has: grep finds the effective set. */
static int
has_capabilities(const char *effective)
{
    char *pattern = g_strdup_printf("^CapEff:.*%s$", effective);
    execl("/bin/grep", "grep", "-q", pattern, "/proc/self/status",
          (char *)NULL);
    return NOT_EVEN;
}

static int
body_child_has_none(void)
{
    return drop(USER, false) ? has_capabilities("0000000000000000")
                             : NOT_DROPPED;
}

static int
body_root_child_has_none(void)
{
    return drop(NULL, false) ? has_capabilities("0000000000000000")
                             : NOT_DROPPED;
}

static int
body_child_has_one(void)
{
    return drop(USER, true) ? has_capabilities("0000000000002000")
                            : NOT_DROPPED;
}

static void
test_children(void)
{
    if (!needs_root()) {
        expect_exit(body_child_has_none);
        expect_exit(body_root_child_has_none);
        expect_exit(body_child_has_one);
    }
}

static void
test_refusals(void)
{
    char *error = NULL;
    struct privilege_plan plan = {.user = "no-such-user-here"};
    g_assert_false(privilege_user_exists(plan.user));
    g_assert_false(privilege_drop(&plan, &error));
    g_assert_nonnull(strstr(error, "no-such-user-here"));
    g_free(error);
}

/* ----------------------------------------------------------------- filter */

static void *
thread_body(void *data)
{
    *(int *)data = 1;
    return NULL;
}

/* What a loop needs goes on. */
static int
body_loop(void)
{
    int ran = 0;
    int fds[2];
    char octet = 'x';
    pthread_t thread;
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!confine(0)) {
        return NOT_DROPPED;
    }
    if (pthread_create(&thread, NULL, thread_body, &ran) != 0 ||
        pthread_join(thread, NULL) != 0 || ran != 1) {
        return NOT_EVEN;
    }
    if (pipe(fds) != 0 || write(fds[1], &octet, 1) != 1 ||
        read(fds[0], &octet, 1) != 1 || g_get_monotonic_time() <= 0) {
        return NOT_EVEN;
    }
    void *memory = g_try_malloc(1 << 24);
    g_free(memory);
    return memory != NULL ? AS_DESIGNED : NOT_EVEN;
}

/* And nothing else does. */
static int
body_refused(void)
{
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!confine(0)) {
        return NOT_DROPPED;
    }
    errno = 0;
    if (open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0 || errno != EPERM ||
        socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || errno != EPERM) {
        return CAN_STILL;
    }
    return AS_DESIGNED;
}

static int
body_groups(void)
{
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!confine(PRIVILEGE_FILES | PRIVILEGE_SOCKETS)) {
        return NOT_DROPPED;
    }
    if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0 ||
        socket(AF_UNIX, SOCK_STREAM, 0) < 0) {
        return NOT_EVEN;
    }
    errno = 0;
    if (socket(AF_VSOCK, SOCK_STREAM, 0) >= 0 || errno != EPERM) {
        return CAN_STILL;
    }
#if !defined(__SANITIZE_ADDRESS__)
    if (fork() >= 0 || errno != EPERM) {
        return CAN_STILL;
    }
#endif
    return AS_DESIGNED;
}

static int
body_execute(void)
{
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!confine(PRIVILEGE_FILES | PRIVILEGE_SOCKETS)) {
        return NOT_DROPPED;
    }
    execl("/bin/true", "true", (char *)NULL);
    return CAN_STILL;
}

static int
body_mount(void)
{
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!confine(PRIVILEGE_FILES)) {
        return NOT_DROPPED;
    }
    (void)umount("/nonexistent");
    return CAN_STILL;
}

/* Calls that need no privilege and fail, if at all, for another reason than
 * EPERM: what a filter refuses is then the filter's doing. */
static int
try_ptrace(void)
{
    return (int)ptrace(PTRACE_PEEKDATA, 0, NULL, NULL);
}

static int
try_read_memory(void)
{
    return (int)syscall(SYS_process_vm_readv, 0, NULL, 0UL, NULL, 0UL, 0UL);
}

static int
try_unshare(void)
{
    return unshare(0);
}

static int
try_setns(void)
{
    return setns(-1, 0);
}

static int
try_keyctl(void)
{
    return (int)syscall(SYS_keyctl, -1, 0UL, 0UL, 0UL, 0UL);
}

static int
try_request_key(void)
{
    return (int)syscall(SYS_request_key, NULL, NULL, NULL, 0);
}

/* CLONE_FS and CLONE_NEWNS exclude each other. */
static int
try_clone(void)
{
    return (int)syscall(SYS_clone, (unsigned long)(CLONE_NEWNS | CLONE_FS),
                        NULL, NULL, NULL, NULL);
}

static int (*const forbidden[])(void) = {
    try_ptrace, try_read_memory, try_unshare,    try_setns,
    try_keyctl, try_clone,       try_request_key};

/* Which of them is tried by a child. */
static size_t chosen;

static bool
is_refused(void)
{
    errno = 0;
    return forbidden[chosen]() == -1 && errno == EPERM;
}

static int
body_unconfined(void)
{
    return is_refused() ? NOT_EVEN : AS_DESIGNED;
}

static int
body_spawning(void)
{
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!confine(PRIVILEGE_FILES | PRIVILEGE_SOCKETS | PRIVILEGE_SPAWN)) {
        return NOT_DROPPED;
    }
    return is_refused() ? AS_DESIGNED : CAN_STILL;
}

static int
body_confined(void)
{
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!confine(PRIVILEGE_FILES | PRIVILEGE_SOCKETS)) {
        return NOT_DROPPED;
    }
    return is_refused() ? AS_DESIGNED : CAN_STILL;
}

/* A build with AddressSanitizer may trace and clone. */
static bool
is_for_sanitizer(int (*call)(void))
{
#if defined(__SANITIZE_ADDRESS__)
    return call == try_ptrace || call == try_clone;
#else
    (void)call;
    return false;
#endif
}

/* With the filters of carpd (which starts programs) and of carpmon. */
static void
test_filter_forbids(void)
{
    for (chosen = 0; chosen < G_N_ELEMENTS(forbidden); chosen++) {
        g_test_message("call %zu", chosen);
        expect_exit(body_unconfined);
        expect_exit(body_spawning);
        if (is_for_sanitizer(forbidden[chosen])) {
            continue;
        }
        int status = in_child(body_confined);
        g_assert_true((WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) ||
                      (WIFEXITED(status) && WEXITSTATUS(status) == 0));
    }
}

static int
body_spawn(void)
{
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!confine(PRIVILEGE_SPAWN)) {
        return NOT_DROPPED;
    }
    errno = 0;
    if (umount("/nonexistent") == 0 || errno != EPERM) {
        return CAN_STILL;
    }
    execl("/bin/sh", "sh", "-c", "ls / >/dev/null && exit 0", (char *)NULL);
    return NOT_EVEN;
}

static void
test_filter(void)
{
    expect_exit(body_loop);
    expect_exit(body_refused);
    expect_exit(body_groups);
}

static void
test_filter_kills(void)
{
    int (*const bodies[])(void) = {body_execute, body_mount};
    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        int status = in_child(bodies[i]);
        g_assert_true(WIFSIGNALED(status));
        g_assert_cmpint(WTERMSIG(status), ==, SIGSYS);
    }
}

static void
test_filter_spawns(void)
{
    expect_exit(body_spawn);
}

static int
body_hidden(void)
{
    hide_memory();
    return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? AS_DESIGNED : CAN_STILL;
}

static void
test_hidden(void)
{
    g_assert_cmpint(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), ==, 1);
    expect_exit(body_hidden);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/privilege/user", test_user);
    g_test_add_func("/privilege/same-user", test_same_user);
    g_test_add_func("/privilege/children", test_children);
    g_test_add_func("/privilege/refusals", test_refusals);
    g_test_add_func("/privilege/filter", test_filter);
    g_test_add_func("/privilege/filter-kills", test_filter_kills);
    g_test_add_func("/privilege/filter-forbids", test_filter_forbids);
    g_test_add_func("/privilege/filter-spawns", test_filter_spawns);
    g_test_add_func("/privilege/hidden", test_hidden);
    return g_test_run();
}
