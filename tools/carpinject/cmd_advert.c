/* SPDX-License-Identifier: BSD-2-Clause */
/* advert and flood: they differ in their plans only. */
#include <glib.h>

#include "cmd_common.h"

static struct inj_plan *
plan_advert(const struct inj_options *options)
{
    if (options->subcommand == INJ_FLOOD) {
        return inj_plan_flood(&options->spec, &options->flood, &options->pace,
                              options->seed);
    }
    return inj_plan_advert(&options->spec, &options->pace, options->seed);
}

static int
run(struct inj_options *options, const volatile sig_atomic_t *stop)
{
    struct inj_session session;
    int status = inj_session_open(&session, options, stop);
    unsigned int first = inj_spec_octet(&options->spec, INJ_VHID);
    for (unsigned int i = 1; i < options->flood.vhids; i++) {
        session.vhid[(first + i) & 255u] = true;
    }
    if (status == INJ_EXIT_OK) {
        status = inj_session_look(&session);
    }
    if (status == INJ_EXIT_OK) {
        status = inj_session_run(&session, plan_advert(options), NULL, NULL);
    }
    return inj_session_close(&session, status);
}

int
inj_cmd_advert(int argc, char **argv, const volatile sig_atomic_t *stop)
{
    return inj_cmd(INJ_ADVERT, argc, argv, run, stop);
}

int
inj_cmd_flood(int argc, char **argv, const volatile sig_atomic_t *stop)
{
    return inj_cmd(INJ_FLOOD, argc, argv, run, stop);
}
