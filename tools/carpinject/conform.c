/* SPDX-License-Identifier: BSD-2-Clause */
/* The conformance suite: shipped scenarios with the device's values as
 * variables. */
#include <string.h>

#include <carp/timing.h>

#include "log.h"
#include "play_command.h"
#include "play_live.h"

struct conform {
    int base, skew;
    char *target, *preempt, *group, *suite, *format, *control;
    char **vars;
    enum res_format out;
    GHashTable *table;
};

static void G_GNUC_PRINTF(3, 4)
set_var(GHashTable *vars, const char *name, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_hash_table_replace(vars, g_strdup(name),
                         g_strdup_vprintf(format, list));
    va_end(list);
}

static void
set_seconds(GHashTable *vars, const char *name, carp_time value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(text, sizeof(text), "%.6f", (double)value / 1e9);
    set_var(vars, name, "%ss", text);
}

static void
set_times(const struct conform *conform)
{
    GHashTable *vars = conform->table;
    uint8_t base = (uint8_t)conform->base;
    uint8_t skew = (uint8_t)conform->skew;
    carp_time interval = carp_interval(base, skew);
    carp_time dead = carp_master_down(CARP_TIMING_BSD, base, skew);
    set_seconds(vars, "interval", interval);
    set_seconds(vars, "dead", dead);
    set_seconds(vars, "dead_openbsd",
                carp_master_down(CARP_TIMING_OPENBSD, base, skew));
    set_seconds(vars, "dead_ucarp",
                (dead + interval - 1) / interval * interval);
    set_seconds(vars, "takeover",
                (dead / interval + 1) * interval + 2 * CARP_SEC);
}

/* Two addresses whose order differs by value and by last octet. */
static void
set_tie_addresses(GHashTable *vars, const struct carp_addr *target)
{
    struct carp_addr low = *target;
    struct carp_addr high = *target;
    char text[CARP_ADDR_TEXT];
    low.octets[2]++;
    low.octets[3] = (uint8_t)(target->octets[3] > 1 ? 1 : 0);
    high.octets[1]--;
    high.octets[3] = 250;
    set_var(vars, "tie_low", "%s", carp_addr_format(&low, text));
    set_var(vars, "tie_high", "%s", carp_addr_format(&high, text));
}

static bool
set_vars(const struct conform *conform, const struct inj_options *options,
         const struct carp_addr *target)
{
    GHashTable *vars = conform->table;
    const struct carp_addrs *addrs = &options->spec.addrs;
    char text[CARP_ADDR_TEXT];
    unsigned int vhid = inj_spec_octet(&options->spec, INJ_VHID);
    set_var(vars, "vhid", "%u", vhid);
    set_var(vars, "vhid_hex", "%02x", vhid);
    set_var(vars, "other_vhid", "%u", vhid == 255 ? 1 : vhid + 1);
    set_var(vars, "base", "%d", conform->base);
    set_var(vars, "skew", "%d", conform->skew);
    set_var(vars, "worse", "%d", MIN(conform->skew + 50, 254));
    set_var(vars, "better", "%d", conform->skew / 2);
    set_var(vars, "preempt", "%s",
            conform->preempt != NULL ? conform->preempt : "no");
    set_var(vars, "control", "%s", conform->control != NULL ? "yes" : "no");
    set_var(vars, "target", "%s", carp_addr_format(target, text));
    set_var(vars, "vip", "0.0.0.0");
    set_var(vars, "vip6", "::");
    set_var(vars, "ipv6", "no");
    set_var(vars, "ipv4", "no");
    set_times(conform);
    set_tie_addresses(vars, target);
    for (unsigned int i = addrs->count; i > 0; i--) {
        bool is_v6 = addrs->list[i - 1].family == CARP_IPV6;
        set_var(vars, is_v6 ? "ipv6" : "ipv4", "yes");
        set_var(vars, is_v6 ? "vip6" : "vip", "%s",
                carp_addr_format(&addrs->list[i - 1], text));
    }
    for (guint i = 0; conform->vars != NULL && conform->vars[i] != NULL;
         i++) {
        if (!play_add_var(vars, conform->vars[i])) {
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
    struct play_live live = {.session = &session,
                             .control = conform->control};
    int status = inj_session_open(&session, options, stop);
    char **files = find_files(conform->suite != NULL ? conform->suite
                                                     : CARPKIT_CONFORMANCE);
    char *title = g_strdup_printf(
        "CARP conformance of %s, vhid %u, as %s", conform->target,
        inj_spec_octet(&options->spec, INJ_VHID),
        profile != NULL ? profile : "any implementation");
    if (files == NULL) {
        status = INJ_EXIT_USAGE;
    }
    if (status == INJ_EXIT_OK) {
        status = play_files(&live, files, conform->table, profile,
                            conform->group, conform->out, title);
    }
    g_free(title);
    g_strfreev(files);
    return inj_session_close(&session, status);
}

static int
run(struct conform *conform, int argc, char **argv,
    const volatile sig_atomic_t *stop)
{
    struct inj_options options;
    struct carp_addr target;
    char *error = NULL;
    char *profile = g_strdup(given_profile(argc, argv));
    int status = INJ_EXIT_USAGE;
    enum inj_parse parse = inj_options_parse(&options, INJ_ADVERT, argc,
                                             argv, &error);
    if (parse == INJ_PARSE_USAGE || options.interface == NULL) {
        log_line("%s", error != NULL ? error : "conform: -i IFACE is "
                 "missing");
    } else if (conform->target == NULL
               || carp_addr_parse(conform->target, &target, NULL)
                      != CARP_OK) {
        log_line("conform: --target IP is missing: the address that the "
                 "device under test advertises from");
    } else if (options.spec.addrs.count == 0) {
        log_line("conform: --address VIP is missing");
    } else if (conform->base < 1 || conform->base > 85 || conform->skew < 0
               || conform->skew > 254) {
        log_line("conform: --target-base must be 1 to 85, --target-skew 0 "
                 "to 254");
    } else if (carp_addrs_add(&options.peers, &target) == CARP_OK
               && set_vars(conform, &options, &target)) {
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
    conform.table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                          g_free);
    if (play_take_options(NULL, entries, &argc, &argv)) {
        if (conform.format != NULL
            && !res_format_by_name(conform.format, &conform.out)) {
            log_line("--format: \"%s\" is not text, tap, junit or json",
                     conform.format);
        } else {
            status = run(&conform, argc, argv, stop);
        }
    }
    g_hash_table_unref(conform.table);
    g_strfreev(conform.vars);
    g_free(conform.target);
    g_free(conform.preempt);
    g_free(conform.group);
    g_free(conform.suite);
    g_free(conform.control);
    g_free(conform.format);
    return status;
}
