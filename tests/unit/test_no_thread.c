/* SPDX-License-Identifier: BSD-2-Clause */
/* carpd where the system gives no more threads (TasksMax=, ulimit -u): what
 * they do is late, the election goes on. */
#include <errno.h>
#include <linux/sched.h>

#include <glib.h>
#include <glib/gstdio.h>
#include <seccomp.h>

#include "instance.h"
#include "observer_thread.h"
#include "store.h"

/* For this process, and for good. False: here it cannot be. */
static bool
refuse_threads(void)
{
    const struct scmp_arg_cmp is_thread =
        SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    g_assert_nonnull(filter);
    g_assert_cmpint(seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EAGAIN),
                                           SCMP_SYS(clone), 1, &is_thread),
                    ==, 0);
    g_assert_cmpint(
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAGAIN), SCMP_SYS(clone3), 0),
        ==, 0);
    int status = seccomp_load(filter);
    seccomp_release(filter);
    return status == 0;
}

static void
ring(void *user)
{
    (void)user;
}

/* A thread that cannot be had is a write that failed. */
static void
test_store(void)
{
    struct os_error error;
    struct instance instance = {.id = "7@eth0"};
    struct daemon daemon = {.rate = log_rate_new(),
                            .alarm = alarm_new(ring, NULL),
                            .instances = g_ptr_array_new()};
    char *directory = g_dir_make_tmp("carp-thread-XXXXXX", NULL);
    char *lock = g_build_filename(directory, "carpd.lock", NULL);
    carp_replay_init(&instance.replay, 1);
    g_ptr_array_add(daemon.instances, &instance);
    daemon.store = store_open(&daemon, directory, &error);
    g_assert_nonnull(daemon.store);
    store_save_soon(daemon.store);
    carp_time soon = store_deadline(daemon.store);
    store_tick(daemon.store, soon);
    g_assert_cmpuint(store_deadline(daemon.store), >=,
                     alarm_now() + STORE_RETRY - 10 * CARP_SEC);
    g_assert_cmpuint(store_deadline(daemon.store), <, CARP_NEVER);
    store_close(daemon.store);
    g_unlink(lock);
    g_rmdir(directory);
    g_free(lock);
    g_free(directory);
    carp_replay_clear(&instance.replay);
    g_ptr_array_unref(daemon.instances);
    alarm_free(daemon.alarm);
    log_rate_free(daemon.rate);
}

static void
on_batch(void *user, carp_time deadline)
{
    (void)deadline;
    ++*(unsigned int *)user;
}

/* Batches wait until there is one. */
static void
test_observer(void)
{
    unsigned int done = 0;
    struct carp_conf *conf = carp_conf_new();
    const struct observer_keys keys = {carp_ring_new(), conf_senders_new(conf)};
    struct observer_thread *thread =
        observer_thread_new(keys, NULL, on_batch, &done);
    for (int i = 0; i < 2; i++) {
        observer_thread_push(thread,
                             g_array_new(FALSE, FALSE, sizeof(struct observed)),
                             CARP_SEC, CARP_NEVER);
        observer_thread_collect(thread);
    }
    g_assert_cmpuint(done, ==, 0);
    observer_thread_free(thread);
    carp_conf_free(conf);
}

static void
apart(const void *test)
{
    if (g_test_subprocess()) {
        if (!refuse_threads()) {
            g_test_skip("no filter of system calls can be loaded");
        } else if (g_str_equal(test, "store")) {
            test_store();
        } else {
            test_observer();
        }
        return;
    }
    g_test_trap_subprocess(NULL, 0, (GTestSubprocessFlags)0);
    g_test_trap_assert_passed();
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/no-thread/store", "store", apart);
    g_test_add_data_func("/no-thread/observer", "observer", apart);
    return g_test_run();
}
