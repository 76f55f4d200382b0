/* SPDX-License-Identifier: BSD-2-Clause */
#include "options_ask.h"

#include <string.h>

void
mon_ask_options_add(struct mon_ask_options *options, GOptionContext *context)
{
    memset(options, 0, sizeof(*options));
    GOptionEntry entries[] = {
        {"inventory", 0, 0, G_OPTION_ARG_STRING, &options->inventory,
         "List ids in use and free ones after SECONDS", "SECONDS"},
        {"learn", 0, 0, G_OPTION_ARG_NONE, &options->learn,
         "Write a carp.conf of what is seen", NULL},
        {"watch", 'w', 0, G_OPTION_ARG_NONE, &options->watch,
         "With -i: a live view on the terminal", NULL},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
    g_option_context_add_main_entries(context, entries, NULL);
}

/* "10" or "10s". */
static bool
read_seconds(const char *text, double *seconds)
{
    char *end = NULL;
    *seconds = g_ascii_strtod(text, &end);
    bool is_number = end != text && (*end == '\0' || strcmp(end, "s") == 0);
    /* Written so that NaN fails too. */
    return is_number && *seconds >= 0.0 && *seconds <= 1e9;
}

const char *
mon_ask_options_check(struct mon_ask_options *options, bool is_live,
                      bool is_json)
{
    if ((options->inventory != NULL) + options->learn + options->watch > 1) {
        return "--inventory, --learn and --watch exclude each other";
    }
    if (options->inventory != NULL &&
        !read_seconds(options->inventory, &options->seconds)) {
        return "--inventory must be a number of seconds, as 10s";
    }
    if (options->inventory != NULL && is_live && options->seconds == 0.0) {
        return "--inventory of interfaces needs more than 0 seconds";
    }
    if (options->watch && !is_live) {
        return "--watch is for -i: what a file holds is over";
    }
    if (options->watch && is_json) {
        return "--watch has no --format json";
    }
    return options->learn && is_json ? "--learn has no --format json" : NULL;
}

void
mon_ask_options_clear(struct mon_ask_options *options)
{
    g_free(options->inventory);
}
