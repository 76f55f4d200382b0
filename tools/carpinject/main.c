/* SPDX-License-Identifier: BSD-2-Clause */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "cmd_common.h"
#include "command.h"
#include "hide.h"
#include "log.h"
#include "stop_signal.h"

/* A handler can reach nothing else. */
static volatile sig_atomic_t stop_wanted;

static void
show_help(void)
{
    g_print("Usage:\n  carpinject COMMAND [OPTION...]\n\n"
            "Craft, replay and mutate CARP adverts. For labs and networks "
            "that are yours.\n\nCommands:\n");
    for (const struct inj_command *row = inj_commands; row->name != NULL;
         row++) {
        g_print("  %-10s %s\n", row->name, row->summary);
    }
    g_print("\n  carpinject COMMAND --help      its options\n"
            "  carpinject --version           the version\n\n"
            "Exit status: 0 good, 1 failed, 2 usage. See carpinject(1).\n");
}

static const struct inj_command *
find_command(const char *name)
{
    for (const struct inj_command *row = inj_commands; row->name != NULL;
         row++) {
        if (strcmp(row->name, name) == 0) {
            return row;
        }
    }
    return NULL;
}

int
main(int argc, char **argv)
{
    /* Not LC_NUMERIC: numbers have a point everywhere. */
    setlocale(LC_CTYPE, "");
    g_set_prgname("carpinject");
    hide_memory();
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        show_help();
        return INJ_EXIT_OK;
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        g_print("carpinject (carpkit) %s\n", CARPKIT_VERSION);
        return INJ_EXIT_OK;
    }
    const struct inj_command *command = find_command(name);
    if (command == NULL) {
        return *name == '\0' ? inj_usage("which command?")
                             : inj_usage("no command '%s'", name);
    }
    stop_signal_catch(&stop_wanted);
    int status = command->run(argc - 1, argv + 1, &stop_wanted);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        log_line("standard output: cannot be written: is the disk full?");
        status = INJ_EXIT_FAILED;
    }
    return status;
}
