/* SPDX-License-Identifier: BSD-2-Clause */
/* The conformance suite: shipped scenarios with the device's values as
 * variables. */
#include <string.h>

#include "cmd_common.h"
#include "conform.h"
#include "log.h"
#include "play_command.h"
#include "play_live.h"

struct conform {
    int base, skew;
    char *target, *preempt, *as, *group, *suite, *format, *control;
    char **vars;
    enum res_format out;
    GHashTable *table;
};

/* The device's values, and what the line sets. */
static bool
set_vars(const struct conform *conform, const struct inj_options *options,
         const struct carp_addr *target)
{
    const struct conform_device device = {
        .address = *target,
        .vhid = inj_spec_octet(&options->spec, INJ_VHID),
        .base = (uint8_t)conform->base,
        .skew = (uint8_t)conform->skew,
        .preempts = g_strcmp0(conform->preempt, "yes") == 0,
        .has_control = conform->control != NULL,
        .addrs = options->spec.addrs};
    conform_set_vars(conform->table, &device);
    for (guint i = 0; conform->vars != NULL && conform->vars[i] != NULL; i++) {
        if (!play_add_var(conform->table, conform->vars[i])) {
            return false;
        }
    }
    return true;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    const char *const *left = a;
    const char *const *right = b;
    return strcmp(*left, *right);
}

/* The suite's files in order of name; NULL: said why. */
static char **
find_files(const char *suite)
{
    GError *error = NULL;
    GPtrArray *files = g_ptr_array_new();
    GDir *dir = g_dir_open(suite, 0, &error);
    if (dir == NULL) {
        log_line("%s: give --suite DIR", error->message);
        g_clear_error(&error);
        g_ptr_array_free(files, TRUE);
        return NULL;
    }
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(name, ".carp")) {
            g_ptr_array_add(files, g_build_filename(suite, name, NULL));
        }
    }
    g_dir_close(dir);
    g_ptr_array_sort(files, compare_names);
    g_ptr_array_add(files, NULL);
    return (char **)g_ptr_array_free(files, FALSE);
}

static const char *
given_profile(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (g_str_has_prefix(argv[i], "--profile=")) {
            return argv[i] + strlen("--profile=");
        }
        if (strcmp(argv[i], "--profile") == 0 && i + 1 < argc) {
            return argv[i + 1];
        }
    }
    return NULL;
}

static int
run_suite(struct conform *conform, struct inj_options *options,
          const char *profile, const volatile sig_atomic_t *stop)
{
    struct inj_session session;
    struct play_live live = {.session = &session, .control = conform->control};
    int status = inj_session_open(&session, options, stop);
    char **files = NULL;
    char *title = g_strdup_printf(
        "CARP conformance of %s, vhid %u, as %s", conform->target,
        inj_spec_octet(&options->spec, INJ_VHID),
        profile != NULL ? profile : "any implementation");
    if (status == INJ_EXIT_OK) {
        files = find_files(conform->suite != NULL ? conform->suite
                                                  : CARPKIT_CONFORMANCE);
        status = files == NULL ? INJ_EXIT_USAGE : INJ_EXIT_OK;
    }
    if (status == INJ_EXIT_OK) {
        status = play_files(&live, files, conform->table, profile,
                            conform->group, conform->out, title);
    }
    g_free(title);
    g_strfreev(files);
    return inj_session_close(&session, status);
}

/* Whether the device is described; false: said what is missing. */
static bool
is_good_device(const struct conform *conform, const struct inj_options *options,
               struct carp_addr *target)
{
    const char *preempt = conform->preempt;
    if (conform->target == NULL ||
        carp_addr_parse(conform->target, target, NULL) != CARP_OK ||
        target->family != CARP_IPV4) {
        (void)inj_usage("--target IP is missing: the IPv4 address that the "
                        "device under test advertises from");
    } else if (options->spec.addrs.count == 0) {
        (void)inj_usage("--address VIP is missing");
    } else if (conform->base < 1 || conform->base > 85 || conform->skew < 0 ||
               conform->skew > 254) {
        (void)inj_usage("--target-base must be 1 to 85, --target-skew 0 to "
                        "254");
    } else if (preempt != NULL && strcmp(preempt, "yes") != 0 &&
               strcmp(preempt, "no") != 0) {
        (void)inj_usage("--target-preempt: \"%s\" is not yes or no", preempt);
    } else if (conform->as != NULL && !scn_is_implementation(conform->as)) {
        (void)inj_usage("--as: \"%s\" is not %s", conform->as,
                        SCN_IMPLEMENTATIONS);
    } else {
        return true;
    }
    return false;
}

static int
run(struct conform *conform, int argc, char **argv,
    const volatile sig_atomic_t *stop)
{
    struct inj_options options;
    struct carp_addr target;
    char *error = NULL;
    char *profile =
        g_strdup(conform->as != NULL ? conform->as : given_profile(argc, argv));
    int status = INJ_EXIT_USAGE;
    enum inj_parse parse =
        inj_options_parse(&options, INJ_PLAY, argc, argv, &error);
    if (parse == INJ_PARSE_USAGE) {
        status = inj_usage("%s", error);
    } else if (options.file != NULL) {
        status = inj_usage("what is '%s'?", options.file);
    } else if (options.interface == NULL && !options.dry_run) {
        status = inj_usage("-i IFACE is missing: the device must be heard");
    } else if (is_good_device(conform, &options, &target) &&
               carp_addrs_add(&options.peers, &target) == CARP_OK &&
               set_vars(conform, &options, &target)) {
        status = run_suite(conform, &options, profile, stop);
    }
    g_free(error);
    g_free(profile);
    inj_options_clear(&options);
    return status;
}

int
inj_cmd_conform(int argc, char **argv, const volatile sig_atomic_t *stop)
{
    struct conform conform = {.base = 1, .skew = 100};
    const GOptionEntry entries[] = {
        {"target", 0, 0, G_OPTION_ARG_STRING, &conform.target,
         "The device under test: its own address", "IP"},
        {"target-base", 0, 0, G_OPTION_ARG_INT, &conform.base,
         "Its advbase (1)", "N"},
        {"target-skew", 0, 0, G_OPTION_ARG_INT, &conform.skew,
         "Its advskew (100)", "N"},
        {"target-preempt", 0, 0, G_OPTION_ARG_STRING, &conform.preempt,
         "Whether it preempts (no)", "yes|no"},
        {"as", 0, 0, G_OPTION_ARG_STRING, &conform.as,
         "Whose deviations are documented (as --profile)", "NAME"},
        {"group", 0, 0, G_OPTION_ARG_STRING, &conform.group,
         "These groups, or GROUP.TEST, separated by commas", "LIST"},
        {"suite", 0, 0, G_OPTION_ARG_FILENAME, &conform.suite,
         "Where the scenarios are", "DIR"},
        {"control", 0, 0, G_OPTION_ARG_FILENAME, &conform.control,
         "Called with start or stop: the device", "COMMAND"},
        {"var", 0, 0, G_OPTION_ARG_STRING_ARRAY, &conform.vars,
         "Set a variable of the scenarios", "NAME=VALUE"},
        {"format", 0, 0, G_OPTION_ARG_STRING, &conform.format,
         "text (default), tap, junit or json", "FORMAT"},
        G_OPTION_ENTRY_NULL};
    int status = INJ_EXIT_USAGE;
    conform.table =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (play_take_options(NULL,
                          "Ask a CARP device whether it is right: plays "
                          "the conformance suite\nwith it and tells what it "
                          "does.",
                          entries, &argc, &argv)) {
        if (conform.format != NULL &&
            !res_format_by_name(conform.format, &conform.out)) {
            (void)inj_usage("--format: \"%s\" is not text, tap, junit or "
                            "json",
                            conform.format);
        } else {
            status = run(&conform, argc, argv, stop);
        }
    }
    g_hash_table_unref(conform.table);
    g_strfreev(conform.vars);
    g_free(conform.target);
    g_free(conform.preempt);
    g_free(conform.as);
    g_free(conform.group);
    g_free(conform.suite);
    g_free(conform.control);
    g_free(conform.format);
    return status;
}
