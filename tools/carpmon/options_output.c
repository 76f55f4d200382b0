/* SPDX-License-Identifier: BSD-2-Clause */
#include "options_output.h"

#include <string.h>

void
mon_output_options_add(struct mon_output_options *options,
                       GOptionContext *context)
{
    memset(options, 0, sizeof(*options));
    GOptionEntry entries[] = {
        {"listen", 0, 0, G_OPTION_ARG_STRING, &options->listen,
         "Serve page, metrics, JSON; :PORT is 127.0.0.1", "ADDR:PORT"},
        {"listen-token", 0, 0, G_OPTION_ARG_FILENAME, &options->listen_token,
         "Data only with the bearer token in FILE", "FILE"},
        {"textfile", 0, 0, G_OPTION_ARG_FILENAME, &options->textfile,
         "Write metrics for node_exporter (NAME.prom)", "FILE"},
        {"report", 0, 0, G_OPTION_ARG_FILENAME, &options->report,
         "With -r: also one HTML page for a ticket", "FILE"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
    g_option_context_add_main_entries(context, entries, NULL);
}

const char *
mon_output_options_check(const struct mon_output_options *options, bool is_live)
{
    if (options->listen != NULL && !is_live) {
        return "--listen is for -i: the picture of a file is --report FILE";
    }
    if (options->listen_token != NULL && options->listen == NULL) {
        return "--listen-token needs --listen";
    }
    if (options->report != NULL && is_live) {
        return "--report is for -r: the live picture is --listen";
    }
    bool is_empty = (options->textfile != NULL && *options->textfile == '\0') ||
                    (options->report != NULL && *options->report == '\0');
    return is_empty ? "--textfile and --report need the name of a file" : NULL;
}

void
mon_output_options_clear(struct mon_output_options *options)
{
    g_free(options->listen);
    g_free(options->listen_token);
    g_free(options->textfile);
    g_free(options->report);
}
