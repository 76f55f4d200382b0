/* SPDX-License-Identifier: BSD-2-Clause */
#include <locale.h>
#include <stdio.h>

#include <glib.h>

#include "hide.h"
#include "log.h"
#include "options.h"

int
main(int argc, char **argv)
{
    /* Not LC_NUMERIC: numbers have a point everywhere. */
    setlocale(LC_CTYPE, "");
    g_set_prgname("carpctl");
    hide_memory();
    struct ctl_options options;
    char *error = NULL;
    enum ctl_exit status = CTL_EXIT_OK;
    switch (ctl_options_parse(&options, argc, argv, &error)) {
    case CTL_PARSE_RUN:
        status = options.command->run(&options.context, options.words);
        break;
    case CTL_PARSE_EXIT:
        break;
    case CTL_PARSE_USAGE:
        log_line("%s (carpctl --help shows how)", error);
        g_free(error);
        status = CTL_EXIT_USAGE;
        break;
    }
    ctl_options_clear(&options);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        log_line("standard output: cannot be written: is the disk full?");
        status = CTL_EXIT_FAILED;
    }
    return (int)status;
}
