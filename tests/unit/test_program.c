/* SPDX-License-Identifier: BSD-2-Clause */
/* For syscall(). */
#define _GNU_SOURCE

/* Real children, mostly /bin/sh. Waiting is bounded; no case depends on how
 * fast the machine is. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <glib.h>

#include "program.h"

#define PATIENCE (20 * G_USEC_PER_SEC)

struct seen {
    GString *out, *err;
    unsigned int lines, ends;
    enum program_end end;
    int code;
    carp_time elapsed;
    char *text;
};

static void
on_line(void *user, bool is_error_stream, const char *line)
{
    struct seen *seen = user;
    GString *to = is_error_stream ? seen->err : seen->out;
    seen->lines++;
    g_string_append(to, line);
    g_string_append_c(to, '|');
}

static void
on_end(void *user, const struct program_result *result)
{
    struct seen *seen = user;
    seen->ends++;
    seen->end = result->end;
    seen->code = result->code;
    seen->elapsed = result->elapsed;
    g_free(seen->text);
    seen->text = g_strdup(result->text);
}

static struct seen
seen_new(void)
{
    struct seen seen = {.out = g_string_new(NULL), .err = g_string_new(NULL)};
    return seen;
}

static void
seen_clear(struct seen *seen)
{
    g_string_free(seen->out, TRUE);
    g_string_free(seen->err, TRUE);
    g_free(seen->text);
}

static gboolean
on_tick(gpointer data)
{
    (void)data;
    return G_SOURCE_CONTINUE;
}

/* Until the pool has nothing left. */
static void
finish(struct program_pool *pool)
{
    gint64 end = g_get_monotonic_time() + PATIENCE;
    guint tick = g_timeout_add(50, on_tick, NULL);
    while (!program_pool_is_idle(pool) && g_get_monotonic_time() < end) {
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(tick);
    g_assert_true(program_pool_is_idle(pool));
}

static void
run_shell(struct program_pool *pool, struct seen *seen, const char *key,
          const char *command, const char *input)
{
    const char *argv[] = {command, "sh", "one", "two words", NULL};
    struct program_job job = {.key = key,
                              .argv = argv,
                              .shell = true,
                              .input = input,
                              .on_line = on_line,
                              .on_end = on_end,
                              .user = seen};
    program_run(pool, &job);
}

/* One command by itself. */
static void
try_shell(struct seen *seen, const char *command, const char *input)
{
    struct program_pool *pool = program_pool_new(0, 0);
    *seen = seen_new();
    run_shell(pool, seen, NULL, command, input);
    g_assert_cmpuint(seen->ends, ==, 0);
    finish(pool);
    g_assert_cmpuint(seen->ends, ==, 1);
    program_pool_free(pool);
}

static void
test_output(void)
{
    struct seen seen;
    try_shell(&seen, "echo \"$1,$2\"; echo oops >&2; printf unfinished; exit 3",
              NULL);
    g_assert_cmpint(seen.end, ==, PROGRAM_EXITED);
    g_assert_cmpint(seen.code, ==, 3);
    g_assert_cmpstr(seen.text, ==, "exit status 3");
    g_assert_cmpstr(seen.out->str, ==, "one,two words|unfinished|");
    g_assert_cmpstr(seen.err->str, ==, "oops|");
    seen_clear(&seen);
}

static void
test_input(void)
{
    struct seen seen;
    char *input = g_strnfill(4000, 'x');
    try_shell(&seen, "wc -c", input);
    g_assert_cmpstr(g_strstrip(seen.out->str), ==, "4000|");
    seen_clear(&seen);
    /* Without input it is at its end, not the caller's terminal. */
    try_shell(&seen, "cat; echo end", NULL);
    g_assert_cmpstr(seen.out->str, ==, "end|");
    seen_clear(&seen);
    g_free(input);
    input = g_strnfill(PROGRAM_INPUT_MAX + 1, 'x');
    try_shell(&seen, "cat", input);
    g_assert_cmpint(seen.end, ==, PROGRAM_NOT_STARTED);
    seen_clear(&seen);
    g_free(input);
}

static void
test_not_read(void)
{
    /* A program that leaves its input alone does no harm. */
    struct seen seen;
    try_shell(&seen, "exec 0<&-; exit 0", "something");
    g_assert_cmpint(seen.end, ==, PROGRAM_EXITED);
    seen_clear(&seen);
}

static void
test_bounds(void)
{
    struct seen seen;
    try_shell(&seen,
              "i=0; while [ $i -lt 500 ]; do echo $i; i=$((i+1)); done; "
              "exit 0",
              NULL);
    g_assert_cmpuint(seen.lines, ==, PROGRAM_LINES_MAX);
    g_assert_cmpint(seen.end, ==, PROGRAM_EXITED);
    seen_clear(&seen);
    try_shell(&seen, "head -c 100000 /dev/zero | tr '\\0' a; echo; echo b",
              NULL);
    g_assert_cmpuint(seen.lines, ==, 2);
    g_assert_cmpuint(seen.out->len, ==, PROGRAM_LINE_MAX + 1 + 2);
    seen_clear(&seen);
}

static void
test_missing(void)
{
    struct program_pool *pool = program_pool_new(0, 0);
    struct seen seen = seen_new();
    const char *argv[] = {"/nonexistent/hook", NULL};
    struct program_job job = {.argv = argv, .on_end = on_end, .user = &seen};
    program_run(pool, &job);
    finish(pool);
    g_assert_cmpint(seen.end, ==, PROGRAM_NOT_STARTED);
    g_assert_nonnull(strstr(seen.text, "/nonexistent/hook"));
    g_assert_cmpuint(seen.elapsed, ==, 0);
    seen_clear(&seen);
    program_pool_free(pool);
}

static void
test_signal(void)
{
    struct seen seen;
    try_shell(&seen, "kill -9 $$", NULL);
    g_assert_cmpint(seen.end, ==, PROGRAM_KILLED);
    g_assert_cmpint(seen.code, ==, SIGKILL);
    seen_clear(&seen);
}

/* SIGTERM is ignored by the shell and by what it started. */
static void
test_time_limit(void)
{
    struct program_pool *pool = program_pool_new(0, 0);
    struct seen seen = seen_new();
    const char *argv[] = {"trap '' TERM; echo $$; sleep 60 & sleep 60", NULL};
    struct program_job job = {.argv = argv,
                              .shell = true,
                              .time_limit = 200 * CARP_MSEC,
                              .on_line = on_line,
                              .on_end = on_end,
                              .user = &seen};
    program_run(pool, &job);
    finish(pool);
    g_assert_cmpint(seen.end, ==, PROGRAM_TIMED_OUT);
    g_assert_cmpuint(seen.elapsed, >=, 2200 * CARP_MSEC);
    /* The whole group is gone, the grandchild too (it may be a zombie that
     * init has not reaped yet, so ask a few times). */
    GPid group = atoi(seen.out->str);
    g_assert_cmpint(group, >, 1);
    bool is_gone = false;
    for (int i = 0; i < 100 && !is_gone; i++) {
        is_gone = kill(-group, 0) != 0;
        if (!is_gone) {
            g_usleep(50000);
        }
    }
    g_assert_true(is_gone);
    seen_clear(&seen);
    program_pool_free(pool);
}

/* Programs that hang in the kernel outlive every signal. */
static bool is_immortal;

int
kill(pid_t pid, int number)
{
    return is_immortal && number != 0
               ? 0
               : (int)syscall(SYS_kill, (long)pid, (long)number);
}

static void
run_immortal(struct program_pool *pool, struct seen *seen, const char *key)
{
    const char *argv[] = {"echo $$; exec sleep 60", NULL};
    struct program_job job = {.key = key,
                              .argv = argv,
                              .shell = true,
                              .time_limit = 100 * CARP_MSEC,
                              .on_line = on_line,
                              .on_end = on_end,
                              .user = seen};
    program_run(pool, &job);
}

/* All places are taken by programs that cannot be killed: others run all the
 * same, but for those that must not run beside them. */
static void
test_immortal(void)
{
    struct program_pool *pool = program_pool_new(2, 0);
    struct seen seen[4];
    for (size_t i = 0; i < G_N_ELEMENTS(seen); i++) {
        seen[i] = seen_new();
    }
    is_immortal = true;
    run_immortal(pool, &seen[0], "7@eth0");
    run_immortal(pool, &seen[1], NULL);
    run_shell(pool, &seen[2], "8@eth0", "echo other", NULL);
    finish(pool);
    g_assert_cmpstr(seen[2].out->str, ==, "other|");
    for (size_t i = 0; i < 2; i++) {
        char *text = g_strdup_printf("process %d ", atoi(seen[i].out->str));
        g_assert_cmpuint(seen[i].ends, ==, 1);
        g_assert_cmpint(seen[i].end, ==, PROGRAM_TIMED_OUT);
        g_assert_nonnull(strstr(seen[i].text, text));
        g_free(text);
    }
    g_assert_true(program_pool_is_stuck(pool, "7@eth0"));
    g_assert_false(program_pool_is_stuck(pool, "8@eth0"));
    run_shell(pool, &seen[3], "7@eth0", "echo after", NULL);
    finish(pool);
    g_assert_cmpuint(seen[3].ends, ==, 0);

    is_immortal = false;
    for (size_t i = 0; i < 2; i++) {
        g_assert_cmpint(kill(atoi(seen[i].out->str), SIGKILL), ==, 0);
    }
    gint64 end = g_get_monotonic_time() + PATIENCE;
    while (seen[3].ends == 0 && g_get_monotonic_time() < end) {
        g_main_context_iteration(NULL, TRUE);
    }
    g_assert_cmpstr(seen[3].out->str, ==, "after|");
    finish(pool);
    for (size_t i = 0; i < G_N_ELEMENTS(seen); i++) {
        g_assert_cmpuint(seen[i].ends, ==, 1);
        seen_clear(&seen[i]);
    }
    program_pool_free(pool);
}

static void
test_background(void)
{
    /* A daemon that the hook leaves behind keeps the pipe open: the end of
     * the hook is its own. */
    struct seen seen;
    gint64 start = g_get_monotonic_time();
    try_shell(&seen, "sleep 15 & echo started", NULL);
    g_assert_cmpint(seen.end, ==, PROGRAM_EXITED);
    g_assert_cmpstr(seen.out->str, ==, "started|");
    g_assert_cmpint(g_get_monotonic_time() - start, <, 14 * G_USEC_PER_SEC);
    seen_clear(&seen);
}

static void
test_latest_wins(void)
{
    struct program_pool *pool = program_pool_new(4, 0);
    struct seen seen[4];
    static const char *const commands[] = {"echo 0", "echo 1", "echo 2",
                                           "echo 3"};
    for (size_t i = 0; i < G_N_ELEMENTS(seen); i++) {
        seen[i] = seen_new();
    }
    run_shell(pool, &seen[0], "7@eth0", "sleep 0.3", NULL);
    /* Let it start, so that what follows has to wait. */
    for (int i = 0; i < 5; i++) {
        g_main_context_iteration(NULL, FALSE);
    }
    run_shell(pool, &seen[1], "7@eth0", commands[1], NULL);
    run_shell(pool, &seen[2], "7@eth0", commands[2], NULL);
    g_assert_cmpuint(seen[1].ends, ==, 1);
    g_assert_cmpint(seen[1].end, ==, PROGRAM_REPLACED);
    run_shell(pool, &seen[3], "8@eth0", commands[3], NULL);
    finish(pool);
    g_assert_cmpstr(seen[1].out->str, ==, "");
    g_assert_cmpstr(seen[2].out->str, ==, "2|");
    g_assert_cmpstr(seen[3].out->str, ==, "3|");
    for (size_t i = 0; i < G_N_ELEMENTS(seen); i++) {
        g_assert_cmpuint(seen[i].ends, ==, 1);
        seen_clear(&seen[i]);
    }
    program_pool_free(pool);
}

/* No two of one key at a time: each would see the other's file. */
static void
test_serialised(void)
{
    struct program_pool *pool = program_pool_new(4, 0);
    struct seen seen[2];
    char *dir = g_dir_make_tmp("carp-program-XXXXXX", NULL);
    char *command = g_strdup_printf("mkdir %s/busy && sleep 0.2 && rmdir "
                                    "%s/busy",
                                    dir, dir);
    for (size_t i = 0; i < G_N_ELEMENTS(seen); i++) {
        seen[i] = seen_new();
        run_shell(pool, &seen[i], "k", command, NULL);
        g_main_context_iteration(NULL, FALSE);
    }
    finish(pool);
    for (size_t i = 0; i < G_N_ELEMENTS(seen); i++) {
        g_assert_cmpint(seen[i].end, ==, PROGRAM_EXITED);
        g_assert_cmpint(seen[i].code, ==, 0);
        seen_clear(&seen[i]);
    }
    g_assert_cmpint(rmdir(dir), ==, 0);
    g_free(command);
    g_free(dir);
    program_pool_free(pool);
}

static void
test_queue_full(void)
{
    struct program_pool *pool = program_pool_new(1, 2);
    struct seen seen[4];
    unsigned int refused = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(seen); i++) {
        seen[i] = seen_new();
        run_shell(pool, &seen[i], NULL, "exit 0", NULL);
        refused += seen[i].ends == 1 && seen[i].end == PROGRAM_REFUSED;
    }
    g_assert_cmpuint(refused, ==, 2);
    finish(pool);
    for (size_t i = 0; i < G_N_ELEMENTS(seen); i++) {
        g_assert_cmpuint(seen[i].ends, ==, 1);
        seen_clear(&seen[i]);
    }
    program_pool_free(pool);
}

/* What a child inherits: nothing but what the contract says. */
static void
test_inherited(void)
{
    int fd = open("/dev/null", O_RDONLY); /* without close-on-exec */
    g_assert_cmpint(fd, >, 2);
    char *command =
        g_strdup_printf("[ -e /proc/self/fd/%d ] && echo leaked; pwd; "
                        "echo ${NOTIFY_SOCKET-none} $CARP_STATE; kill -USR1 $$",
                        fd);
    sigset_t set;
    sigset_t old;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, &old);
    signal(SIGUSR1, SIG_IGN);
    g_setenv("NOTIFY_SOCKET", "/nonexistent", TRUE);
    struct program_pool *pool = program_pool_new(0, 0);
    struct seen seen = seen_new();
    const char *argv[] = {command, NULL};
    const char *environment[] = {"CARP_STATE=MASTER", NULL};
    struct program_job job = {.argv = argv,
                              .shell = true,
                              .environment = environment,
                              .on_line = on_line,
                              .on_end = on_end,
                              .user = &seen};
    program_run(pool, &job);
    finish(pool);
    g_assert_cmpstr(seen.out->str, ==, "/|none MASTER|");
    g_assert_cmpint(seen.end, ==, PROGRAM_KILLED);
    g_assert_cmpint(seen.code, ==, SIGUSR1);
    seen_clear(&seen);
    program_pool_free(pool);
    g_unsetenv("NOTIFY_SOCKET");
    signal(SIGUSR1, SIG_DFL);
    sigprocmask(SIG_SETMASK, &old, NULL);
    close(fd);
    g_free(command);
}

static void
test_free_while_running(void)
{
    struct program_pool *pool = program_pool_new(1, 0);
    struct seen seen = seen_new();
    run_shell(pool, &seen, "a", "sleep 30", NULL);
    run_shell(pool, &seen, "b", "sleep 30", NULL);
    for (int i = 0; i < 5; i++) {
        g_main_context_iteration(NULL, FALSE);
    }
    program_pool_free(pool);
    for (int i = 0; i < 5; i++) {
        g_main_context_iteration(NULL, FALSE);
    }
    g_assert_cmpuint(seen.ends, ==, 0);
    seen_clear(&seen);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/program/output", test_output);
    g_test_add_func("/program/input", test_input);
    g_test_add_func("/program/not-read", test_not_read);
    g_test_add_func("/program/bounds", test_bounds);
    g_test_add_func("/program/missing", test_missing);
    g_test_add_func("/program/signal", test_signal);
    g_test_add_func("/program/time-limit", test_time_limit);
    g_test_add_func("/program/immortal", test_immortal);
    g_test_add_func("/program/background", test_background);
    g_test_add_func("/program/latest-wins", test_latest_wins);
    g_test_add_func("/program/serialised", test_serialised);
    g_test_add_func("/program/queue-full", test_queue_full);
    g_test_add_func("/program/inherited", test_inherited);
    g_test_add_func("/program/free-while-running", test_free_while_running);
    return g_test_run();
}
