/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "options_internal.h"

#define FOR_ADVERT (1u << INJ_ADVERT)
#define FOR_REPLAY (1u << INJ_REPLAY)
#define FOR_FUZZ (1u << INJ_FUZZ)
#define FOR_FLOOD (1u << INJ_FLOOD)
#define FOR_PLAY (1u << INJ_PLAY)
#define FOR_ALL 31u

/* One row of the main group, and which subcommands have it. */
struct row {
    unsigned int mask;
    GOptionEntry entry;
};

static void
/* NOLINTNEXTLINE(readability-function-size): a table */
add_rows(GOptionContext *context, struct raw *raw)
{
    const struct row rows[] = {
        {FOR_ALL,
         {"interface", 'i', 0, G_OPTION_ARG_STRING, &raw->interface,
          "Send on an interface", "IFACE"}},
        {FOR_ALL,
         {"write", 'w', 0, G_OPTION_ARG_FILENAME, &raw->write,
          "Write pcap; without -i nothing is sent", "FILE"}},
        {FOR_ALL,
         {"dry-run", 0, 0, G_OPTION_ARG_NONE, &raw->dry_run,
          "Send nothing, show every octet", NULL}},
        {FOR_ALL,
         {"format", 0, 0, G_OPTION_ARG_STRING, &raw->format,
          "text (default) or json", "FORMAT"}},
        {FOR_ALL,
         {"config", 'c', 0, G_OPTION_ARG_FILENAME, &raw->config,
          "Keys and addresses (carp.conf)", "FILE"}},
        {FOR_ALL,
         {"group", 0, 0, G_OPTION_ARG_STRING, &raw->group,
          "Sign as this group of carp.conf", "NAME"}},
        {FOR_ALL,
         {"count", 0, 0, G_OPTION_ARG_STRING, &raw->count,
          "Stop after N frames", "N"}},
        {FOR_ALL,
         {"duration", 0, 0, G_OPTION_ARG_STRING, &raw->duration,
          "Stop after SECONDS", "SECONDS"}},
        {FOR_ADVERT | FOR_FUZZ | FOR_FLOOD,
         {"interval", 0, 0, G_OPTION_ARG_STRING, &raw->interval,
          "Time between two", "SECONDS"}},
        {FOR_ADVERT | FOR_FUZZ | FOR_FLOOD,
         {"rate", 0, 0, G_OPTION_ARG_STRING, &raw->rate,
          "Frames a second, instead of --interval", "N"}},
        {FOR_ALL,
         {"jitter", 0, 0, G_OPTION_ARG_STRING, &raw->jitter,
          "Early or late by up to this", "SECONDS"}},
        {FOR_REPLAY,
         {"speed", 0, 0, G_OPTION_ARG_STRING, &raw->speed,
          "2: twice as fast; 0: no pauses", "FACTOR"}},
        {FOR_REPLAY,
         {"loop", 0, 0, G_OPTION_ARG_STRING, &raw->loop,
          "Send it all N times; 0: until a bound", "N"}},
        {FOR_REPLAY,
         {"only-vhid", 0, 0, G_OPTION_ARG_STRING, &raw->only_vhid,
          "Leave other vhids out", "N"}},
        {FOR_FLOOD,
         {"vhids", 0, 0, G_OPTION_ARG_STRING, &raw->vhids,
          "So many vhids, from --vhid on", "N"}},
        {FOR_FLOOD,
         {"sources", 0, 0, G_OPTION_ARG_STRING, &raw->sources,
          "So many sources, from --source on", "N"}},
        {FOR_FUZZ,
         {"probe", 0, 0, G_OPTION_ARG_STRING, &raw->probe,
          "Stop when this address answers no more", "IP"}},
        {FOR_FUZZ,
         {"probe-kind", 0, 0, G_OPTION_ARG_STRING, &raw->probe_kind,
          "arp (default; ND for IPv6) or icmp", "KIND"}},
        {FOR_FUZZ,
         {"probe-every", 0, 0, G_OPTION_ARG_STRING, &raw->probe_every,
          "Frames between two probes (100)", "N"}},
        {FOR_FUZZ,
         {"probe-timeout", 0, 0, G_OPTION_ARG_STRING, &raw->probe_timeout,
          "How long to wait for it (3)", "SECONDS"}},
        {FOR_ALL,
         {"seed", 0, 0, G_OPTION_ARG_STRING, &raw->seed,
          "Same seed, same frames", "N"}},
        {FOR_ALL,
         {"peer", 0, 0, G_OPTION_ARG_STRING_ARRAY, &raw->peers,
          "A live master that may be disturbed", "IP"}},
        {FOR_ALL,
         {"listen", 0, 0, G_OPTION_ARG_STRING, &raw->listen,
          "Look for live masters so long", "SECONDS"}},
        {FOR_ALL,
         {"i-own-this-network", 0, 0, G_OPTION_ARG_NONE, &raw->is_owner,
          "Do not look for live masters", NULL}},
        {FOR_ALL,
         {"slow", 0, 0, G_OPTION_ARG_NONE, &raw->slow,
          "One frame at a time through libnet", NULL}},
        {FOR_ALL,
         {"quiet", 'q', 0, G_OPTION_ARG_NONE, &raw->quiet, "No summary", NULL}},
        {FOR_REPLAY | FOR_PLAY,
         {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->rest,
          NULL, "FILE"}},
    };
    GOptionEntry entries[G_N_ELEMENTS(rows) + 1];
    size_t count = 0;
    memset(entries, 0, sizeof(entries));
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if ((rows[i].mask & 1u << raw->subcommand) != 0) {
            entries[count++] = rows[i].entry;
        }
    }
    g_option_context_add_main_entries(context, entries, NULL);
}

/* ----------------------------------------------- settings, in their order */

static gboolean
on_setting(const char *option, const char *value, gpointer data, GError **error)
{
    struct raw *raw = data;
    (void)error;
    while (*option == '-') {
        option++;
    }
    g_ptr_array_add(raw->settings, g_strdup(option));
    g_ptr_array_add(raw->settings, g_strdup(value));
    return TRUE;
}

static GOptionEntry
setting(const char *name, const char *help, const char *arg)
{
    GOptionEntry entry;
    memset(&entry, 0, sizeof(entry));
    entry.long_name = name;
    entry.arg = G_OPTION_ARG_CALLBACK;
    entry.arg_data = (gpointer)(guintptr)on_setting;
    entry.description = help;
    entry.arg_description = arg;
    return entry;
}

static void
add_fields(GOptionContext *context, struct raw *raw)
{
    GOptionEntry entries[INJ_FIELD_COUNT + 3];
    memset(entries, 0, sizeof(entries));
    for (unsigned int i = 0; i < INJ_FIELD_COUNT; i++) {
        const struct inj_field_info *info = inj_field_info((enum inj_field)i);
        static const char *const words[] = {[INJ_NUMBER] = "N",
                                            [INJ_HEX] = "N",
                                            [INJ_MAC] = "MAC",
                                            [INJ_ADDRESS] = "IP",
                                            [INJ_OCTETS] = "HEX"};
        entries[i] = setting(info->name, info->help, words[info->kind]);
    }
    entries[INJ_FIELD_COUNT] =
        setting("payload-len", "Octets of CARP that are sent (36)", "N");
    entries[INJ_FIELD_COUNT + 1] =
        setting("trailer-hex", "Octets behind the advert", "HEX");
    GOptionGroup *group =
        g_option_group_new("fields", "Header fields; any value that fits:",
                           "Show the header fields", raw, NULL);
    g_option_group_add_entries(group, entries);
    g_option_context_add_group(context, group);
}

static void
add_signing(GOptionContext *context, struct raw *raw)
{
    GOptionEntry entries[] = {
        setting("key-hex", "Key, 40 hexadecimal digits", "HEX"),
        setting("password-file", "Its first line is the password", "FILE"),
        {"ask-password", 0, 0, G_OPTION_ARG_NONE, &raw->ask,
         "Ask the terminal for the password", NULL},
        setting("password", "The password, for all to see", "TEXT"),
        setting("address", "A virtual address; in order, may be repeated",
                "IP"),
        setting("profile", "Whose hashing and looks (freebsd)", "NAME"),
        setting("lladdr", "Hand-set MAC that OpenBSD hashes", "MAC"),
        setting("hash-vhid", "Sign for another vhid than is sent", "N"),
        setting("family", "ipv4 or ipv6 (that of --source)", "FAMILY"),
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
    GOptionGroup *group = g_option_group_new(
        "signing", "Key and what is hashed:", "Show how adverts are signed",
        raw, NULL);
    g_option_group_add_entries(group, entries);
    g_option_context_add_group(context, group);
}

static GOptionContext *
make_context(struct raw *raw)
{
    static const char *const summaries[] = {
        [INJ_ADVERT] = "Send adverts: valid ones, or with any field changed.",
        [INJ_REPLAY] = "Send the adverts of a capture again, as they are or "
                       "rewritten and signed anew.",
        [INJ_FUZZ] = "Send adverts with faults, the same for the same seed, "
                     "and watch the target live.",
        [INJ_FLOOD] = "Send adverts as fast as can be, or at a rate. --count "
                      "or --duration is required.",
        [INJ_PLAY] = NULL /* its help is play_take_options()'s */};
    GOptionContext *context = g_option_context_new(NULL);
    g_option_context_set_summary(context, summaries[raw->subcommand]);
    g_option_context_set_description(
        context, "Exit status: 0 good, 1 failed, 2 usage. See "
                 "carpinject(1).\n");
    add_rows(context, raw);
    add_signing(context, raw);
    add_fields(context, raw);
    return context;
}

/* Everybody can read the command line of a process. */
static void
hide_password(char **argv)
{
    static const char name[] = "--password";
    for (; *argv != NULL; argv++) {
        char *value = NULL;
        if (strcmp(*argv, name) == 0 && argv[1] != NULL) {
            value = *++argv;
        } else if (strncmp(*argv, name, sizeof(name) - 1) == 0 &&
                   (*argv)[sizeof(name) - 1] == '=') {
            value = *argv + sizeof(name);
        }
        if (value != NULL) {
            log_line("warning: --password shows in the process list and in "
                     "the shell's history: use --password-file");
            memset(value, '*', strlen(value));
            return;
        }
    }
}

static void
raw_clear(struct raw *raw)
{
    for (guint i = 0; i < raw->settings->len; i++) {
        char *text = g_ptr_array_index(raw->settings, i);
        carp_wipe(text, strlen(text));
    }
    g_ptr_array_free(raw->settings, TRUE);
    char **texts[] = {&raw->interface,     &raw->write,      &raw->format,
                      &raw->config,        &raw->group,      &raw->count,
                      &raw->duration,      &raw->interval,   &raw->rate,
                      &raw->jitter,        &raw->speed,      &raw->loop,
                      &raw->only_vhid,     &raw->vhids,      &raw->sources,
                      &raw->probe,         &raw->probe_kind, &raw->probe_every,
                      &raw->probe_timeout, &raw->seed,       &raw->listen};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_free(*texts[i]);
    }
    g_strfreev(raw->peers);
    g_strfreev(raw->rest);
}

enum inj_parse
inj_options_parse(struct inj_options *options, enum inj_subcommand subcommand,
                  int argc, char **argv, char **error)
{
    struct raw raw;
    memset(options, 0, sizeof(*options));
    memset(&raw, 0, sizeof(raw));
    options->subcommand = raw.subcommand = subcommand;
    raw.settings = g_ptr_array_new_with_free_func(g_free);
    inj_spec_init(&options->spec);
    GOptionContext *context = make_context(&raw);
    GError *failed = NULL;
    char **args = g_strdupv(argv);
    char **copy = g_memdup2(args, sizeof(*args) * ((size_t)argc + 1));
    hide_password(argv);
    enum inj_parse result = INJ_PARSE_RUN;
    *error = NULL;
    if (!g_option_context_parse(context, &argc, &copy, &failed)) {
        *error = g_strdup(failed->message);
        g_error_free(failed);
    } else if (argc > 1) {
        *error = g_strdup_printf("what is '%s'?", copy[1]);
    } else {
        *error = inj_options_fill(options, &raw);
    }
    if (*error != NULL) {
        result = INJ_PARSE_USAGE;
    }
    for (char **arg = args; *arg != NULL; arg++) {
        carp_wipe(*arg, strlen(*arg));
    }
    g_free(copy);
    g_strfreev(args);
    g_option_context_free(context);
    raw_clear(&raw);
    return result;
}

void
inj_options_clear(struct inj_options *options)
{
    inj_spec_clear(&options->spec);
    carp_conf_free(options->conf);
    g_free(options->file);
    g_free(options->interface);
    g_free(options->write);
}
