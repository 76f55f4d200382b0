/* SPDX-License-Identifier: BSD-2-Clause */
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "check.h"
#include "hide.h"
#include "keys.h"
#include "log.h"
#include "model.h"
#include "options.h"
#include "outputs.h"
#include "screen.h"
#include "service.h"
#include "stop_signal.h"

/* A handler can reach nothing else. */
static volatile sig_atomic_t stop_wanted;
static struct mon_wishes wishes;

static void
on_wish(int number)
{
    if (number == SIGHUP) {
        wishes.reload = 1;
    } else {
        wishes.forget = 1;
    }
}

static void
catch_signals(const struct mon_options *options)
{
    stop_signal_catch(&stop_wanted);
    if (options->is_live) {
        /* No restart, so that a read or poll that waits comes back. */
        struct sigaction action;
        memset(&action, 0, sizeof(action));
        action.sa_handler = on_wish;
        sigaction(SIGHUP, &action, NULL);
        sigaction(SIGUSR1, &action, NULL);
    }
}

static bool
wants_colour(const struct mon_options *options)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return options->format == MON_TEXT && isatty(STDOUT_FILENO) &&
           (no_color == NULL || *no_color == '\0') &&
           (term == NULL || strcmp(term, "dumb") != 0);
}

static bool
reads_stdin(const struct mon_options *options)
{
    for (unsigned int i = 0; i < options->input_count; i++) {
        if (strcmp(options->inputs[i].name, "-") == 0) {
            return true;
        }
    }
    return false;
}

static bool
watch_live(struct mon_monitor *monitor, struct mon_session *session,
           const struct mon_options *options, struct mon_clock *clock)
{
    struct mon_service *service =
        mon_service_attach(monitor, session, options, &wishes);
    struct mon_live *live =
        service != NULL ? mon_live_open(options, clock) : NULL;
    bool has_run = live != NULL && mon_service_ready(service);
    if (has_run) {
        mon_live_run(live, monitor, &stop_wanted);
    }
    mon_live_free(live);
    return has_run;
}

static int
watch(const struct mon_options *options, struct mon_keys **keys)
{
    struct mon_clock clock = {.is_set = false};
    struct mon_session session = {
        .out = stdout,
        .segments = options->segments,
        .clock = options->is_live ? &clock : NULL,
        .is_live = options->is_live,
        .utc = options->utc || options->format == MON_JSON,
        .colour = wants_colour(options),
        .quiet = options->quiet,
        .flush =
            options->is_live || reads_stdin(options) || isatty(STDOUT_FILENO),
        .ring = (*keys)->ring,
        .keys = keys,
    };
    struct mon_monitor *monitor = mon_monitor_new(
        (*keys)->ring, &session,
        options->check ? &mon_check_ops : mon_report_wanted(options));
    if (monitor == NULL || !mon_monitor_expect(monitor, (*keys)->senders)) {
        log_line("no memory");
        mon_monitor_free(monitor);
        return MON_EXIT_UNREADABLE;
    }
    const struct mon_model *heard =
        options->check ? mon_check_attach(monitor, &session) : NULL;
    int status = MON_EXIT_UNREADABLE;
    bool has_run = true;
    struct mon_outputs outputs;
    if (!mon_outputs_attach(monitor, options, &session, &stop_wanted,
                            &outputs)) {
        has_run = false;
    } else if (options->is_live) {
        has_run = watch_live(monitor, &session, options, &clock);
    } else {
        mon_capture_files(monitor, options, &stop_wanted);
    }
    if (has_run) {
        status = mon_monitor_finish(monitor);
        status = outputs.has_failed ? MON_EXIT_UNREADABLE : status;
    }
    if (has_run && heard != NULL) {
        status = mon_check_print(heard, heard->now, options);
    } else if (options->check) {
        status = mon_check_print_unknown();
    }
    mon_monitor_free(monitor);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        log_line("standard output: cannot be written: is the disk full?");
        status = MON_EXIT_UNREADABLE;
    }
    return status;
}

static int
run(const struct mon_options *options)
{
    if (options->check) {
        mon_check_keep_messages();
    }
    struct mon_keys *keys = mon_keys_load(options->config);
    int status = MON_EXIT_UNREADABLE;
    if (keys != NULL) {
        status = watch(options, &keys);
    } else if (options->check) {
        status = mon_check_print_unknown();
    }
    mon_keys_free(keys);
    return status;
}

int
main(int argc, char **argv)
{
    /* Not LC_NUMERIC: numbers have a point everywhere. */
    setlocale(LC_CTYPE, "");
    g_set_prgname("carpmon");
    hide_memory();
    struct mon_options options;
    char *error = NULL;
    int status = MON_EXIT_OK;
    enum mon_parse parsed = mon_options_parse(&options, argc, argv, &error);
    if (parsed == MON_PARSE_USAGE) {
        log_line("%s (carpmon --help shows how)", error);
        g_free(error);
        status = MON_EXIT_UNREADABLE;
    } else if (parsed == MON_PARSE_RUN && options.check &&
               options.service.state != NULL) {
        status = mon_check_print_file(&options);
    } else if (parsed == MON_PARSE_RUN && options.check && !options.is_live) {
        status = mon_keys_check(options.config);
    } else if (parsed == MON_PARSE_RUN) {
        if (options.ask.watch && !mon_screen_is_possible()) {
            log_line("--watch: there is no terminal: writing text instead");
            options.ask.watch = FALSE;
        }
        catch_signals(&options);
        status = run(&options);
    }
    mon_options_clear(&options);
    return status;
}
