/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib.h>

#include "cmd_common.h"
#include "play_command.h"
#include "play_live.h"

struct choice {
    char *format, *control;
    char **vars;
    GHashTable *table;
    enum res_format out;
};

static bool
read_choice(struct choice *choice)
{
    if (choice->format != NULL &&
        !res_format_by_name(choice->format, &choice->out)) {
        (void)inj_usage("--format: \"%s\" is not text, tap, junit or json",
                        choice->format);
        return false;
    }
    for (guint i = 0; choice->vars != NULL && choice->vars[i] != NULL; i++) {
        if (!play_add_var(choice->table, choice->vars[i])) {
            return false;
        }
    }
    return true;
}

static int
play(struct choice *choice, int argc, char **argv,
     const volatile sig_atomic_t *stop)
{
    struct inj_options options;
    struct inj_session session;
    struct play_live live = {.session = &session, .control = choice->control};
    char *error = NULL;
    enum inj_parse parse =
        inj_options_parse(&options, INJ_PLAY, argc, argv, &error);
    int status = INJ_EXIT_USAGE;
    if (parse == INJ_PARSE_USAGE) {
        status = inj_usage("%s", error);
        g_free(error);
    } else if (options.file == NULL) {
        status = inj_usage("which scenario? Name one FILE");
    } else if (options.interface == NULL && !options.dry_run) {
        status = inj_usage("-i IFACE is missing: a scenario needs somebody "
                           "to listen to");
    } else {
        status = inj_session_open(&session, &options, stop);
        if (status == INJ_EXIT_OK) {
            char *files[] = {options.file, NULL};
            status = play_files(&live, files, choice->table, NULL, NULL,
                                choice->out, options.file);
        }
        status = inj_session_close(&session, status);
    }
    inj_options_clear(&options);
    return status;
}

int
inj_cmd_play(int argc, char **argv, const volatile sig_atomic_t *stop)
{
    struct choice choice = {.out = RES_TEXT};
    const GOptionEntry entries[] = {
        {"format", 0, 0, G_OPTION_ARG_STRING, &choice.format,
         "text (default), tap, junit or json", "FORMAT"},
        {"var", 0, 0, G_OPTION_ARG_STRING_ARRAY, &choice.vars,
         "Set a variable of the scenario", "NAME=VALUE"},
        {"control", 0, 0, G_OPTION_ARG_FILENAME, &choice.control,
         "Called with start or stop: the device under test", "COMMAND"},
        G_OPTION_ENTRY_NULL};
    int status = INJ_EXIT_USAGE;
    choice.table =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (!play_take_options("SCENARIO",
                           "Play a scenario: send, wait, expect, measure.",
                           entries, &argc, &argv) ||
        !read_choice(&choice)) {
        status = INJ_EXIT_USAGE;
    } else {
        status = play(&choice, argc, argv, stop);
    }
    g_hash_table_unref(choice.table);
    g_strfreev(choice.vars);
    g_free(choice.format);
    g_free(choice.control);
    return status;
}
