/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include <glib.h>

static const char summary[] =
    "Plays scenarios of CARP nodes on a virtual segment in virtual time. The "
    "nodes\nrun carpd's own state machine, with the rules of each system.";

static const char description[] =
    "Examples:\n"
    "  carpsim split.sim                     what happens, line by line\n"
    "  carpsim -w split.pcap split.sim       and as a capture for carpmon\n"
    "  carpsim --random 2000                 random scenarios, properties "
    "checked\n"
    "  carpsim --random 1 --seed 7 --trace   one of them, in detail\n\n"
    "Exit status: 0 all held, 1 something failed, 2 usage, or a file could not "
    "be\nused. See carpsim(1).";

static bool
say(const char *wrong)
{
    fprintf(stderr, "carpsim: %s (carpsim --help shows how)\n", wrong);
    return false;
}

static bool
check(const struct sim_options *o)
{
    const bool has_files = o->files != NULL && o->files[0] != NULL;

    if (has_files == (o->random != 0)) {
        return say("give either scenario files or --random N");
    }
    if (o->random < 0) {
        return say("--random must be above 0");
    }
    if (o->write != NULL && (o->random > 1 || (has_files && o->files[1]))) {
        return say("--write takes one scenario");
    }
    return true;
}

bool
sim_options_read(struct sim_options *o, int argc, char **argv)
{
    gint64 seed = 1;
    gboolean version = FALSE, quiet = FALSE, trace = FALSE, print = FALSE;
    gboolean judge = FALSE;
    const GOptionEntry entries[] = {
        {"random", 'n', 0, G_OPTION_ARG_INT64, &o->random,
         "Play N random scenarios", "N"},
        {"seed", 's', 0, G_OPTION_ARG_INT64, &seed,
         "Seed of the first random one (default: 1)", "SEED"},
        {"write", 'w', 0, G_OPTION_ARG_FILENAME, &o->write,
         "Write every advert and announcement as pcap", "FILE"},
        {"keep", 'k', 0, G_OPTION_ARG_FILENAME, &o->keep,
         "Write what failed, made small, into DIR", "DIR"},
        {"trace", 't', 0, G_OPTION_ARG_NONE, &trace,
         "Print events and transitions of random scenarios too", NULL},
        {"print", 'p', 0, G_OPTION_ARG_NONE, &print,
         "Print the scenario instead of playing it", NULL},
        {"judge", 'j', 0, G_OPTION_ARG_NONE, &judge,
         "Print how often carpmon's observer was right", NULL},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Print failures only",
         NULL},
        {"version", 'V', 0, G_OPTION_ARG_NONE, &version, "Print the version",
         NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->files, NULL,
         "[FILE...]"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
    GOptionContext *context = g_option_context_new(NULL);
    GError *error = NULL;
    bool good;

    memset(o, 0, sizeof(*o));
    g_option_context_set_summary(context, summary);
    g_option_context_set_description(context, description);
    g_option_context_add_main_entries(context, entries, NULL);
    good = g_option_context_parse(context, &argc, &argv, &error);
    g_option_context_free(context);
    if (!good) {
        (void)say(error->message);
        g_error_free(error);
        return false;
    }
    o->seed = (uint64_t)seed;
    o->is_quiet = quiet;
    o->wants_trace = trace;
    o->is_printed = print;
    o->judges = judge;
    if (version) {
        printf("carpsim (carpkit) %s\n", CARPKIT_VERSION);
        o->is_done = true;
        return true;
    }
    return check(o);
}

void
sim_options_clear(struct sim_options *o)
{
    g_strfreev(o->files);
    g_free(o->write);
    g_free(o->keep);
}
