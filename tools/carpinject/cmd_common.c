/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd_common.h"

#include <glib.h>

#include "log.h"

int
inj_cmd(enum inj_subcommand subcommand, int argc, char **argv,
        int (*run)(struct inj_options *options,
                   const volatile sig_atomic_t *stop),
        const volatile sig_atomic_t *stop)
{
    struct inj_options options;
    char *error = NULL;
    int status = INJ_EXIT_OK;
    /* Help should say "carpinject advert", as it is called. */
    char *name = g_strdup_printf("carpinject %s", argv[0]);
    g_set_prgname(name);
    switch (inj_options_parse(&options, subcommand, argc, argv, &error)) {
    case INJ_PARSE_USAGE:
        log_line("%s (carpinject %s --help shows how)", error, argv[0]);
        g_free(error);
        status = INJ_EXIT_USAGE;
        break;
    case INJ_PARSE_EXIT:
        break;
    case INJ_PARSE_RUN:
        status = run(&options, stop);
        break;
    }
    inj_options_clear(&options);
    g_free(name);
    return status;
}
