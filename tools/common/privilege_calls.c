/* SPDX-License-Identifier: BSD-2-Clause */
/* The lists are names, so that a call which this machine does not have is
 * simply not in its filter. */
#include <errno.h>
#include <sched.h>
#include <sys/socket.h>

#include <linux/sched.h>
#include <seccomp.h>

#include "privilege.h"

static const char *const always[] = {
    /* memory */
    "brk", "madvise", "membarrier", "mmap", "mmap2", "mprotect", "mremap",
    "munmap",
    /* time */
    "clock_getres", "clock_gettime", "clock_gettime64", "clock_nanosleep",
    "clock_nanosleep_time64", "gettimeofday", "nanosleep", "time",
    "timerfd_create", "timerfd_gettime", "timerfd_settime", "times",
    /* signals; kill is needed to end what is ours and reaches nothing else */
    "kill", "restart_syscall", "rt_sigaction", "rt_sigpending",
    "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "sigaltstack",
    "signalfd4", "sigreturn", "tgkill", "tkill",
    /* threads */
    "arch_prctl", "exit", "exit_group", "futex", "futex_time64", "gettid",
    "prctl", "rseq", "sched_getaffinity", "sched_yield", "set_robust_list",
    "set_tid_address",
    /* descriptors */
    "_llseek", "close", "close_range", "dup", "dup2", "dup3", "epoll_create",
    "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait", "eventfd2",
    "fcntl", "fcntl64", "fstat", "fstat64", "ioctl", "lseek", "pipe", "pipe2",
    "poll", "ppoll", "ppoll_time64", "pread64", "pselect6", "pwrite64", "read",
    "readv", "select", "write", "writev",
    /* oneself */
    "getcwd", "getegid", "geteuid", "getgid", "getpgid", "getpgrp", "getpid",
    "getppid", "getrandom", "getresgid", "getresuid", "getrlimit", "getrusage",
    "getsid", "getuid", "prlimit64", "sysinfo", "ugetrlimit", "uname"};

static const char *const files[] = {"access",
                                    "chdir",
                                    "chmod",
                                    "creat",
                                    "faccessat",
                                    "faccessat2",
                                    "fallocate",
                                    "fchmod",
                                    "fchmodat",
                                    "fdatasync",
                                    "flock",
                                    "fstatfs",
                                    "fstatfs64",
                                    "fsync",
                                    "ftruncate",
                                    "ftruncate64",
                                    "getdents",
                                    "getdents64",
                                    "inotify_add_watch",
                                    "inotify_init1",
                                    "inotify_rm_watch",
                                    "link",
                                    "linkat",
                                    "lstat",
                                    "lstat64",
                                    "mkdir",
                                    "mkdirat",
                                    "newfstatat",
                                    "fstatat64",
                                    "open",
                                    "openat",
                                    "openat2",
                                    "readlink",
                                    "readlinkat",
                                    "rename",
                                    "renameat",
                                    "renameat2",
                                    "stat",
                                    "stat64",
                                    "statfs",
                                    "statfs64",
                                    "statx",
                                    "umask",
                                    "unlink",
                                    "unlinkat",
                                    "utimensat"};

static const char *const sockets[] = {
    "accept",      "accept4",    "bind",      "connect",      "getpeername",
    "getsockname", "getsockopt", "listen",    "memfd_create", "recvfrom",
    "recvmmsg",    "recvmsg",    "sendmmsg",  "sendmsg",      "sendto",
    "setsockopt",  "shutdown",   "socketpair"};

/* What changes the machine or reaches into others. */
static const char *const forbidden[] = {"acct",
                                        "add_key",
                                        "adjtimex",
                                        "bpf",
                                        "chroot",
                                        "clock_adjtime",
                                        "clock_settime",
                                        "create_module",
                                        "delete_module",
                                        "finit_module",
                                        "fsconfig",
                                        "fsmount",
                                        "fsopen",
                                        "fspick",
                                        "init_module",
                                        "ioperm",
                                        "iopl",
                                        "kexec_file_load",
                                        "kexec_load",
                                        "keyctl",
                                        "lookup_dcookie",
                                        "mount",
                                        "mount_setattr",
                                        "move_mount",
                                        "open_by_handle_at",
                                        "open_tree",
                                        "perf_event_open",
                                        "pivot_root",
                                        "process_vm_readv",
                                        "process_vm_writev",
                                        "ptrace",
                                        "quotactl",
                                        "reboot",
                                        "request_key",
                                        "setdomainname",
                                        "sethostname",
                                        "setns",
                                        "settimeofday",
                                        "swapoff",
                                        "swapon",
                                        "syslog",
                                        "umount",
                                        "umount2",
                                        "unshare",
                                        "userfaultfd",
                                        "vhangup"};

static const char *const executing[] = {"execve", "execveat"};

#if defined(__SANITIZE_ADDRESS__)
/* The leak check at the end traces its own process. */
static const char *const sanitizer[] = {"ptrace", "clone", "wait4",
                                        "sched_setaffinity", "personality"};
#endif

struct filter {
    scmp_filter_ctx context;
    int status;         /* the first that failed; 0: none */
    const char *failed; /* at which call */
};

static void
add(struct filter *filter, uint32_t action, const char *const *names,
    size_t count)
{
    for (size_t i = 0; i < count && filter->status == 0; i++) {
        int number = seccomp_syscall_resolve_name(names[i]);
        if (number == __NR_SCMP_ERROR) {
            continue;
        }
        int status = seccomp_rule_add(filter->context, action, number, 0);
        /* -EACCES: the same as the default action; nothing to add. */
        if (status != 0 && status != -EACCES) {
            filter->status = status;
            filter->failed = names[i];
        }
    }
}

/* A filter cannot see its flags. glibc takes this for the answer of an old
 * kernel, and uses clone. */
static void
refuse_clone3(struct filter *filter)
{
    if (filter->status == 0) {
        filter->status = seccomp_rule_add(
            filter->context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
        filter->failed = "clone3";
    }
}

/* Threads, but no processes. */
static void
allow_threads(struct filter *filter)
{
    if (filter->status == 0) {
        filter->status = seccomp_rule_add(
            filter->context, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
            SCMP_A0_64(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
        filter->failed = "clone";
    }
    refuse_clone3(filter);
}

/* Programs that are started may fork, but not into new name spaces. */
static void
refuse_namespaces(struct filter *filter)
{
    static const int flags[] = {CLONE_NEWNS,  CLONE_NEWCGROUP, CLONE_NEWUTS,
                                CLONE_NEWIPC, CLONE_NEWUSER,   CLONE_NEWPID,
                                CLONE_NEWNET};
    for (size_t i = 0; i < G_N_ELEMENTS(flags) && filter->status == 0; i++) {
        const scmp_datum_t flag = (scmp_datum_t)flags[i];
        const struct scmp_arg_cmp is_set = {0, SCMP_CMP_MASKED_EQ, flag, flag};
        filter->status =
            seccomp_rule_add_array(filter->context, SCMP_ACT_ERRNO(EPERM),
                                   SCMP_SYS(clone), 1, &is_set);
        filter->failed = "clone";
    }
    refuse_clone3(filter);
}

/* Of the families of sockets those that these programs speak. */
static void
allow_families(struct filter *filter)
{
    static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK,
                                   AF_PACKET};
    for (size_t i = 0; i < G_N_ELEMENTS(families) && filter->status == 0; i++) {
        const struct scmp_arg_cmp family = {0, SCMP_CMP_MASKED_EQ, UINT32_MAX,
                                            (scmp_datum_t)families[i]};
        filter->status = seccomp_rule_add_array(filter->context, SCMP_ACT_ALLOW,
                                                SCMP_SYS(socket), 1, &family);
        filter->failed = "socket";
    }
}

static void
add_allowed(struct filter *filter, unsigned int calls)
{
#if defined(__SANITIZE_ADDRESS__)
    add(filter, SCMP_ACT_ALLOW, sanitizer, G_N_ELEMENTS(sanitizer));
#endif
    add(filter, SCMP_ACT_ALLOW, always, G_N_ELEMENTS(always));
    allow_threads(filter);
    if (calls & PRIVILEGE_FILES) {
        add(filter, SCMP_ACT_ALLOW, files, G_N_ELEMENTS(files));
    }
    if (calls & PRIVILEGE_SOCKETS) {
        add(filter, SCMP_ACT_ALLOW, sockets, G_N_ELEMENTS(sockets));
        allow_families(filter);
    }
    add(filter, SCMP_ACT_KILL_PROCESS, executing, G_N_ELEMENTS(executing));
    add(filter, SCMP_ACT_KILL_PROCESS, forbidden, G_N_ELEMENTS(forbidden));
}

bool
privilege_confine(unsigned int calls, char **error)
{
    bool spawns = (calls & PRIVILEGE_SPAWN) != 0;
    struct filter filter = {.status = 0, .failed = "filter"};
    *error = NULL;
    filter.context =
        seccomp_init(spawns ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM));
    if (filter.context == NULL) {
        *error = g_strdup("no memory for the filter of system calls");
        return false;
    }
    /* Needed when threads run already; older kernels do without. */
    (void)seccomp_attr_set(filter.context, SCMP_FLTATR_CTL_TSYNC, 1);
    if (spawns) {
        add(&filter, SCMP_ACT_ERRNO(EPERM), forbidden, G_N_ELEMENTS(forbidden));
        refuse_namespaces(&filter);
    } else {
        add_allowed(&filter, calls);
    }
    if (filter.status == 0) {
        filter.failed = "loading it";
        filter.status = seccomp_load(filter.context);
    }
    seccomp_release(filter.context);
    if (filter.status != 0) {
        *error = g_strdup_printf("filter of system calls: %s: %s",
                                 filter.failed, g_strerror(-filter.status));
    }
    return filter.status == 0;
}
