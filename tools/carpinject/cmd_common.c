/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd_common.h"

#include <stdarg.h>

#include <glib.h>

#include "log.h"

int
inj_usage(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *wrong = g_strdup_vprintf(format, args);
    va_end(args);
    log_line("%s (%s --help shows how)", wrong, g_get_prgname());
    g_free(wrong);
    return INJ_EXIT_USAGE;
}

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
        status = inj_usage("%s", error);
        g_free(error);
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
