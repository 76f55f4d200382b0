/* SPDX-License-Identifier: BSD-2-Clause */
#include "program_child.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>

#include "program.h"

char **
program_child_argv(const char *const *argv, bool shell)
{
    GPtrArray *list = g_ptr_array_new();
    if (shell) {
        g_ptr_array_add(list, g_strdup("/bin/sh"));
        g_ptr_array_add(list, g_strdup("-c"));
    }
    for (; *argv != NULL; argv++) {
        g_ptr_array_add(list, g_strdup(*argv));
    }
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

char **
program_child_environment(const char *const *additions)
{
    /* A child that says READY=1 or takes our sockets would confuse the
     * service manager. */
    static const char *const ours[] = {"NOTIFY_SOCKET", "WATCHDOG_PID",
                                       "WATCHDOG_USEC", "LISTEN_PID",
                                       "LISTEN_FDS",    "LISTEN_FDNAMES"};
    char **environment = g_get_environ();
    for (size_t i = 0; i < G_N_ELEMENTS(ours); i++) {
        environment = g_environ_unsetenv(environment, ours[i]);
    }
    for (; additions != NULL && *additions != NULL; additions++) {
        const char *equals = strchr(*additions, '=');
        if (equals != NULL) {
            char *name = g_strndup(*additions, (gsize)(equals - *additions));
            environment = g_environ_setenv(environment, name, equals + 1, TRUE);
            g_free(name);
        }
    }
    return environment;
}

/* Between fork and exec: only what is safe there. */
static void
prepare_child(gpointer data)
{
    (void)data;
    (void)setpgid(0, 0);
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; number++) {
        (void)sigaction(number, &action, NULL);
    }
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A pipe that holds the whole input: nobody has to feed it. */
static int
input_pipe(const char *input, char **error)
{
    int fds[2];
    if (!g_unix_open_pipe(fds, FD_CLOEXEC, NULL)) {
        *error =
            g_strdup_printf("no pipe for its input: %s", g_strerror(errno));
        return -1;
    }
    size_t length = strlen(input);
    ssize_t written = 0;
    (void)g_unix_set_fd_nonblocking(fds[1], TRUE, NULL);
    if (length > 0 && length <= PROGRAM_INPUT_MAX) {
        written = write(fds[1], input, length);
    }
    close(fds[1]);
    if (written != (ssize_t)length) {
        close(fds[0]);
        *error = g_strdup_printf("its input of %zu octets does not fit into "
                                 "a pipe",
                                 length);
        return -1;
    }
    return fds[0];
}

bool
program_child_start(char **argv, char **environment, const char *input,
                    GPid *pid, int fds[2], char **error)
{
    GError *failed = NULL;
    int in = input_pipe(input != NULL ? input : "", error);
    if (in < 0) {
        return false;
    }
    gboolean is_started = g_spawn_async_with_pipes_and_fds(
        "/", (const char *const *)argv, (const char *const *)environment,
        (GSpawnFlags)(G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH),
        prepare_child, NULL, in, -1, -1, NULL, NULL, 0, pid, NULL, &fds[0],
        &fds[1], &failed);
    close(in);
    if (!is_started) {
        *error = g_strdup(failed->message);
        g_error_free(failed);
    }
    return is_started;
}
