/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "control.h"
#include "daemon.h"
#include "log_sink.h"
#include "ucarp_options.h"

/* What GOption fills in. */
struct parsed {
    char *config, *socket, *state_dir, *pid_file;
    gboolean check, foreground, background, print_config, verbose, version;
};

static GOptionContext *
make_context(struct parsed *p)
{
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &p->config,
         "Configuration (" DAEMON_CONFIG ")", "FILE"},
        {"check", 0, 0, G_OPTION_ARG_NONE, &p->check,
         "Check it: exit 0 good, 3 unusable, 4 warnings", NULL},
        {"foreground", 'f', 0, G_OPTION_ARG_NONE, &p->foreground,
         "Stay; log to standard error", NULL},
        {"background", 0, 0, G_OPTION_ARG_NONE, &p->background,
         "Detach once it runs", NULL},
        {"pid-file", 0, 0, G_OPTION_ARG_FILENAME, &p->pid_file,
         "Write the process id there", "FILE"},
        {"socket", 's', 0, G_OPTION_ARG_FILENAME, &p->socket,
         "Control socket (" CARP_CONTROL_SOCKET ")", "PATH"},
        {"state-dir", 0, 0, G_OPTION_ARG_FILENAME, &p->state_dir,
         "What survives a restart (" DAEMON_STATE_DIR ")", "DIR"},
        {"print-config", 0, 0, G_OPTION_ARG_NONE, &p->print_config,
         "Show it as carp.conf, without secrets", NULL},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &p->verbose,
         "Log small things too", NULL},
        {"version", 'V', 0, G_OPTION_ARG_NONE, &p->version, "Show the version",
         NULL},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
    GOptionContext *context =
        g_option_context_new("- the Common Address Redundancy Protocol");
    g_option_context_set_summary(
        context, "Shares IP addresses with other hosts: one of them is "
                 "MASTER and has them,\nthe others wait.");
    g_option_context_set_description(
        context, "carpd [OPTION\342\200\246] --ucarp UCARP-OPTION\342\200\246 "
                 "does what ucarp does, as does carpd\nunder the name ucarp; "
                 "carpd --ucarp --help shows its options.\n\nExit status: 0 "
                 "good, 1 could not start or had to end, 2 usage,\n3 the "
                 "configuration is unusable, 4 --check: usable with "
                 "warnings.\nSee carpd(8).\n");
    g_option_context_set_strict_posix(context, TRUE);
    g_option_context_add_main_entries(context, entries, NULL);
    return context;
}

static char *
steal_text(char **text)
{
    char *value = *text;
    *text = NULL;
    return value;
}

static void
take_over(struct carpd_options *options, struct parsed *p)
{
    options->config = steal_text(&p->config);
    options->socket = steal_text(&p->socket);
    options->state_dir = steal_text(&p->state_dir);
    options->pid_file = steal_text(&p->pid_file);
    options->check = p->check;
    options->foreground = p->foreground;
    options->background = p->background;
    options->print_config = p->print_config;
    options->verbose = p->verbose;
}

static enum carpd_parse
parse_own(struct carpd_options *options, int argc, char **argv, char **error)
{
    struct parsed p;
    memset(&p, 0, sizeof(p));
    GError *why = NULL;
    GOptionContext *context = make_context(&p);
    char **words = g_new0(char *, (gsize)argc + 1);
    memcpy(words, argv, sizeof(char *) * (gsize)argc);
    enum carpd_parse parsed = CARPD_PARSE_RUN;
    if (!g_option_context_parse(context, &argc, &words, &why)) {
        *error = g_strdup(why->message);
        g_error_free(why);
        parsed = CARPD_PARSE_USAGE;
    } else if (argc > 1) {
        *error = g_strdup_printf("%s is no option", words[1]);
        parsed = CARPD_PARSE_USAGE;
    } else if (p.foreground && p.background) {
        *error = g_strdup("--foreground and --background exclude each other");
        parsed = CARPD_PARSE_USAGE;
    } else if (p.version) {
        printf("carpd (carpkit) %s\n", CARPKIT_VERSION);
        parsed = CARPD_PARSE_DONE;
    }
    take_over(options, &p);
    g_free(words);
    g_option_context_free(context);
    return parsed;
}

static enum carpd_parse
parse_ucarp(struct carpd_options *options, int argc, char **argv, char **error)
{
    struct ucarp_options ucarp;
    enum ucarp_parse parsed = ucarp_options_parse(&ucarp, argc, argv, error);
    enum carpd_parse result = CARPD_PARSE_RUN;
    if (parsed == UCARP_PARSE_HELP) {
        printf("Usage:\n  carpd --ucarp [OPTION\342\200\246]\n\nDoes what "
               "ucarp does with the same options.\n\nOptions:\n%s\nSee "
               "carpd(8).\n",
               ucarp_options_help());
        result = CARPD_PARSE_DONE;
    } else if (parsed == UCARP_PARSE_USAGE) {
        result = CARPD_PARSE_USAGE;
    } else if (options->config != NULL || options->check) {
        *error = g_strdup("--config and --check do not go with ucarp's "
                          "options");
        result = CARPD_PARSE_USAGE;
    } else if (ucarp.facility != NULL && strcmp(ucarp.facility, "none") != 0 &&
               log_facility(ucarp.facility) < 0) {
        *error = g_strdup_printf("--facility=%s: must be none or a facility "
                                 "of syslog such as daemon or local0",
                                 ucarp.facility);
        result = CARPD_PARSE_USAGE;
    } else {
        options->is_ucarp = true;
        options->background |= ucarp.daemonize && !options->foreground;
        options->verbose |= ucarp.debug;
        options->facility = steal_text(&ucarp.facility);
        options->conf = g_steal_pointer(&ucarp.conf);
    }
    ucarp_options_clear(&ucarp);
    return result;
}

/* Where ucarp's options begin; argc when nowhere. */
static int
find_ucarp(int argc, char **argv)
{
    char *name = g_path_get_basename(argc > 0 ? argv[0] : "carpd");
    bool is_ucarp = strcmp(name, "ucarp") == 0;
    g_free(name);
    if (is_ucarp) {
        return 0;
    }
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--ucarp") == 0) {
            return i;
        }
    }
    return argc;
}

enum carpd_parse
carpd_options_parse(struct carpd_options *options, int argc, char **argv,
                    char **error)
{
    memset(options, 0, sizeof(*options));
    int at = find_ucarp(argc, argv);
    enum carpd_parse parsed = CARPD_PARSE_RUN;
    const char *whose = "";
    if (at > 0) {
        parsed = parse_own(options, at, argv, error);
    }
    if (parsed == CARPD_PARSE_RUN && at < argc) {
        parsed = parse_ucarp(options, argc - at, argv + at, error);
        whose = "--ucarp ";
    }
    if (parsed == CARPD_PARSE_USAGE) {
        char *wrong = *error;
        *error = g_strdup_printf("%s (carpd %s--help shows how)", wrong, whose);
        g_free(wrong);
    }
    return parsed;
}

void
carpd_options_make_absolute(struct carpd_options *options)
{
    char **paths[] = {&options->config, &options->socket, &options->state_dir,
                      &options->pid_file};
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        char *path = *paths[i];
        if (path != NULL) {
            *paths[i] = g_canonicalize_filename(path, NULL);
            g_free(path);
        }
    }
}

void
carpd_options_clear(struct carpd_options *options)
{
    g_free(options->config);
    g_free(options->socket);
    g_free(options->state_dir);
    g_free(options->pid_file);
    g_free(options->facility);
    carp_conf_free(options->conf);
}
