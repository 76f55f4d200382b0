/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "background.h"
#include "conf_write.h"
#include "control.h"
#include "daemon.h"
#include "hide.h"
#include "leftovers.h"
#include "log.h"
#include "log_conf.h"
#include "log_sink.h"
#include "options.h"
#include "programs.h"
#include "rights.h"

static unsigned int
count_running(const struct carp_conf *conf)
{
    unsigned int running = 0;
    for (size_t i = 0; i < carp_conf_count(conf); i++) {
        running += carp_conf_get(conf, i)->interface != NULL;
    }
    return running;
}

static int
check(const struct carp_conf *conf, const char *path)
{
    unsigned int warnings = log_conf(conf);
    if (!carp_conf_is_usable(conf)) {
        return DAEMON_EXIT_CONFIG;
    }
    warnings += programs_warn(conf);
    unsigned int running = count_running(conf);
    if (running == 0) {
        log_line("warning: %s: no group has an interface: nothing would run",
                 path);
        warnings++;
    }
    printf("%s: %u vhid%s to run%s\n", path, running, running == 1 ? "" : "s",
           warnings > 0 ? ", usable with warnings" : ", good");
    return warnings > 0 ? DAEMON_EXIT_CHECK_WARNINGS : DAEMON_EXIT_OK;
}

static int
print_config(const struct carp_conf *conf)
{
    GString *text = g_string_new(NULL);
    carp_conf_write(conf, CONF_WRITE_NO_SECRETS, text);
    fputs(text->str, stdout);
    g_string_free(text, TRUE);
    return fflush(stdout) == 0 ? DAEMON_EXIT_OK : DAEMON_EXIT_FAILED;
}

/* Where messages go from now on. True: not to standard error. */
static bool
open_log(const struct carpd_options *options, const struct carp_conf *conf)
{
    const char *log = options->facility != NULL
                          ? options->facility
                          : carp_conf_get_daemon(conf)->log;
    bool is_auto = strcmp(log, "auto") == 0;
    if (options->foreground || strcmp(log, "stderr") == 0 ||
        strcmp(log, "none") == 0) {
        log_open_stderr();
        return false;
    }
    if (options->background && !(is_auto && log_is_journal())) {
        log_open_with_stderr(log_facility(is_auto ? "daemon" : log));
        return true;
    }
    log_open(is_auto ? -1 : log_facility(log));
    return !is_auto;
}

/* Before rights are given up: it is in a directory of root's. Another carpd's
 * number stays until this one runs. -1: there is none. */
static int
open_pid_file(const char *path)
{
    int fd =
        path != NULL ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644) : -1;
    if (path != NULL && fd < 0) {
        log_say(LOG_LEVEL_WARNING, "%s: cannot be written: %s", path,
                g_strerror(errno));
    }
    return fd;
}

static void
write_pid_file(int fd, const char *path)
{
    if (fd >= 0 &&
        (ftruncate(fd, 0) != 0 || dprintf(fd, "%ld\n", (long)getpid()) < 0)) {
        log_say(LOG_LEVEL_WARNING, "%s: cannot be written: %s", path,
                g_strerror(errno));
    }
}

/* Who may not remove it any more leaves it empty. */
static void
close_pid_file(int fd, const char *path, bool has_run)
{
    struct stat info;
    if (fd < 0) {
        return;
    }
    if (has_run ? ftruncate(fd, 0) == 0
                : fstat(fd, &info) == 0 && info.st_size == 0) {
        (void)unlink(path);
    }
    close(fd);
}

/* With ucarp's options each address is a process: each has a state of its
 * own, and a socket only when asked for. */
static struct daemon_setup
make_setup(const struct carpd_options *options, const struct carp_conf *conf,
           char **state_dir)
{
    struct daemon_setup setup = {
        .config = options->config != NULL ? options->config : DAEMON_CONFIG,
        .socket = options->socket,
        .state_dir = options->state_dir,
        .is_foreground = options->foreground};
    *state_dir = NULL;
    if (options->is_ucarp) {
        const struct carp_conf_vhid *vhid = carp_conf_get(conf, 0);
        setup.config = "";
        *state_dir = g_strdup_printf("%s/ucarp-%u-%s", DAEMON_STATE_DIR,
                                     vhid->vhid, vhid->interface);
    } else if (setup.socket == NULL) {
        setup.socket = CARP_CONTROL_SOCKET;
    }
    if (setup.state_dir == NULL) {
        setup.state_dir = options->is_ucarp ? *state_dir : DAEMON_STATE_DIR;
    }
    return setup;
}

static int
run(struct carpd_options *options, struct carp_conf *conf)
{
    if (options->background) {
        carpd_options_make_absolute(options);
    }
    if (options->background && !background_begin()) {
        log_line("cannot detach: %s", g_strerror(errno));
        carp_conf_free(conf);
        return DAEMON_EXIT_FAILED;
    }
    char *state_dir = NULL;
    struct daemon_setup setup = make_setup(options, conf, &state_dir);
    bool log_elsewhere = open_log(options, conf);
    int pid_file = open_pid_file(options->pid_file);
    int status = DAEMON_EXIT_OK;
    struct daemon *daemon = daemon_new(&setup, conf, &status);
    bool has_run = daemon != NULL;
    if (has_run) {
        write_pid_file(pid_file, options->pid_file);
    }
    background_ready(status, log_elsewhere);
    if (has_run) {
        status = daemon_run(daemon);
        daemon_free(daemon);
    }
    close_pid_file(pid_file, options->pid_file, has_run);
    g_free(state_dir);
    return status;
}

static int
work(struct carpd_options *options)
{
    const char *path =
        options->config != NULL ? options->config : DAEMON_CONFIG;
    struct carp_conf *conf = options->is_ucarp
                                 ? g_steal_pointer(&options->conf)
                                 : carp_conf_load(path, CARP_CONF_PRIVATE);
    int status = DAEMON_EXIT_CONFIG;
    if (options->check) {
        status = check(conf, path);
        carp_conf_free(conf);
        return status;
    }
    (void)log_conf(conf);
    if (carp_conf_is_usable(conf) && options->print_config) {
        status = print_config(conf);
    } else if (carp_conf_is_usable(conf) && count_running(conf) == 0) {
        log_line("%s: no group has an interface: nothing to run", path);
    } else if (carp_conf_is_usable(conf)) {
        return run(options, conf);
    }
    if (!options->print_config && !options->is_ucarp) {
        leftovers_remove(options->state_dir != NULL ? options->state_dir
                                                    : DAEMON_STATE_DIR,
                         rights_find_user(carp_conf_get_daemon(conf)));
    }
    carp_conf_free(conf);
    return status;
}

int
main(int argc, char **argv)
{
    /* Not LC_NUMERIC: numbers have a point everywhere. */
    setlocale(LC_CTYPE, "");
    g_set_prgname("carpd");
    hide_memory();
    struct carpd_options options;
    char *error = NULL;
    int status = DAEMON_EXIT_OK;
    switch (carpd_options_parse(&options, argc, argv, &error)) {
    case CARPD_PARSE_RUN:
        if (options.verbose) {
            log_set_level(LOG_LEVEL_DEBUG);
        }
        status = work(&options);
        break;
    case CARPD_PARSE_DONE:
        break;
    case CARPD_PARSE_USAGE:
        log_line("%s", error);
        g_free(error);
        status = DAEMON_EXIT_USAGE;
        break;
    }
    carpd_options_clear(&options);
    return status;
}
