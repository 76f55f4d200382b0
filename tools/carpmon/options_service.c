/* SPDX-License-Identifier: BSD-2-Clause */
#include "options_service.h"

#include <string.h>
#include <unistd.h>

#include "log_sink.h"

#define EVIDENCE_SECONDS 30.0
#define EVIDENCE_MIB 64.0

void
mon_service_options_add(struct mon_service_options *options,
                        GOptionContext *context)
{
    memset(options, 0, sizeof(*options));
    options->evidence_seconds = EVIDENCE_SECONDS;
    options->evidence_mib = EVIDENCE_MIB;
    GOptionEntry entries[] = {
        {"exec", 0, 0, G_OPTION_ARG_FILENAME, &options->hook,
         "Run for each event: PROGRAM 7@eth0 MASTER", "PROGRAM"},
        {"evidence", 0, 0, G_OPTION_ARG_FILENAME, &options->evidence,
         "Write the frames before each alert to DIR", "DIR"},
        {"evidence-seconds", 0, 0, G_OPTION_ARG_DOUBLE,
         &options->evidence_seconds, "How far back (30)", "SECONDS"},
        {"evidence-size", 0, 0, G_OPTION_ARG_DOUBLE, &options->evidence_mib,
         "Most of all evidence, the oldest goes (64)", "MIB"},
        {"syslog", 0, 0, G_OPTION_ARG_STRING, &options->syslog,
         "Log to syslog: daemon, user, local0, ...", "FACILITY"},
        {"state", 0, 0, G_OPTION_ARG_FILENAME, &options->state,
         "Keep the present state in FILE, for --check", "FILE"},
        {"vhid", 0, 0, G_OPTION_ARG_INT, &options->check_vhid,
         "With --check: this vhid only", "N"},
        {"user", 0, 0, G_OPTION_ARG_STRING, &options->user,
         "Become USER once the interfaces are open", "USER"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
    g_option_context_add_main_entries(context, entries, NULL);
}

/* What is only for watching. */
static const char *
check_live(const struct mon_service_options *options)
{
    if (options->hook != NULL) {
        return "--exec is for -i: a file's events are over";
    }
    if (options->evidence != NULL) {
        return "--evidence is for -i: a file is evidence itself";
    }
    if (options->syslog != NULL) {
        return "--syslog is for -i";
    }
    return options->user != NULL ? "--user is for -i" : NULL;
}

static const char *
check_state(const struct mon_service_options *options, bool is_live, bool check)
{
    if (options->check_vhid < 0 || options->check_vhid > 255) {
        return "--vhid must be 1 to 255";
    }
    if (options->check_vhid != 0 && !check) {
        return "--vhid is for --check";
    }
    if (options->state != NULL && !is_live && !check) {
        return "--state is for -i, or for --check";
    }
    if (options->state != NULL && is_live && check) {
        return "--check takes -i or --state, not both";
    }
    return NULL;
}

const char *
mon_service_options_check(const struct mon_service_options *options,
                          bool is_live, bool check)
{
    if (options->hook != NULL && !g_path_is_absolute(options->hook)) {
        return "--exec needs an absolute path";
    }
    if (options->hook != NULL && access(options->hook, X_OK) != 0) {
        return "--exec: there is no such program, or it is not executable";
    }
    /* Written so that NaN fails too. */
    if (!(options->evidence_seconds >= 1.0 &&
          options->evidence_seconds <= 3600.0)) {
        return "--evidence-seconds must be 1 to 3600";
    }
    if (!(options->evidence_mib >= 1.0 && options->evidence_mib <= 1e6)) {
        return "--evidence-size must be 1 to 1000000 MiB";
    }
    if (options->syslog != NULL && log_facility(options->syslog) < 0) {
        return "--syslog must be a facility such as daemon, user or local0 to "
               "local7";
    }
    const char *wrong = check_state(options, is_live, check);
    if (wrong != NULL) {
        return wrong;
    }
    return is_live ? NULL : check_live(options);
}

void
mon_service_options_clear(struct mon_service_options *options)
{
    g_free(options->hook);
    g_free(options->evidence);
    g_free(options->syslog);
    g_free(options->state);
    g_free(options->user);
}
