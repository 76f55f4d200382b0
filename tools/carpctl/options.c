/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <string.h>

#include "control.h"

/* What GOption fills in. */
struct raw {
    struct ctl_context *context;
    char *format;
    gboolean verbose, preempt, version;
    char **rest;
};

static char *
describe_commands(void)
{
    GString *text = g_string_new("Commands:\n");
    for (const struct ctl_command *row = ctl_commands; row->name != NULL;
         row++) {
        char *usage = g_strdup_printf("%s %s", row->name, row->arguments);
        g_string_append_printf(text, "  %-28s %s\n", usage, row->summary);
        g_free(usage);
    }
    g_string_append(text,
                    "\nVHID is a name of carp.conf (lan) or an instance "
                    "(1@eth0); without one: all.\nSYSTEM is freebsd, "
                    "ifconfig, openbsd, pfsense, opnsense or ucarp.\n\nExit "
                    "status: 0 good, 1 "
                    "failed, 2 usage; check: 3 unusable, 4 warnings.\nSee "
                    "carpctl(8).\n");
    return g_string_free(text, FALSE);
}

static GOptionContext *
make_context(struct raw *raw)
{
    struct ctl_context *context = raw->context;
    const GOptionEntry entries[] = {
        {"socket", 's', 0, G_OPTION_ARG_FILENAME, &context->socket,
         "carpd's socket (" CARP_CONTROL_SOCKET ")", "PATH"},
        {"format", 0, 0, G_OPTION_ARG_STRING, &raw->format,
         "text (default) or json; stats: also prometheus", "FORMAT"},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &raw->verbose,
         "show: everything that is known", NULL},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &context->output,
         "Write to FILE, not to standard output", "FILE"},
        {"from", 0, 0, G_OPTION_ARG_STRING, &context->from,
         "import: whose configuration it is", "SYSTEM"},
        {"map", 0, 0, G_OPTION_ARG_STRING_ARRAY, &context->map,
         "import: what an interface is called here", "THEIRS=OURS"},
        {"preempt", 0, 0, G_OPTION_ARG_NONE, &raw->preempt,
         "import: preempt = true, where a sysctl says so", NULL},
        {"version", 'V', 0, G_OPTION_ARG_NONE, &raw->version,
         "Show the version", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->rest,
         NULL, "COMMAND [ARGUMENT...]"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
    GOptionContext *made = g_option_context_new(NULL);
    char *commands = describe_commands();
    g_option_context_set_summary(made, "Ask and steer carpd.");
    g_option_context_set_description(made, commands);
    g_option_context_add_main_entries(made, entries, NULL);
    g_free(commands);
    return made;
}

static char *
find_command(struct ctl_options *options, char **rest)
{
    const char *name = rest != NULL ? rest[0] : NULL;
    if (name == NULL) {
        return g_strdup("which command?");
    }
    for (const struct ctl_command *row = ctl_commands; row->name != NULL;
         row++) {
        if (strcmp(row->name, name) == 0) {
            options->command = row;
        }
    }
    if (options->command == NULL) {
        return g_strdup_printf("no command '%s'", name);
    }
    const int count = (int)g_strv_length(rest) - 1;
    if (count < options->command->min ||
        (options->command->max >= 0 && count > options->command->max)) {
        return g_strdup_printf("usage: carpctl %s %s", name,
                               options->command->arguments);
    }
    options->words = g_strdupv(rest + 1);
    return NULL;
}

/* An option that does nothing would be taken for one that was heeded. */
static const char *
find_idle_option(const struct ctl_options *options)
{
    const struct ctl_context *context = &options->context;
    const char *name = options->command->name;
    const bool is_import = strcmp(name, "import") == 0;
    const bool is_file =
        is_import || strcmp(name, "check") == 0 || strcmp(name, "export") == 0;
    if (context->is_prometheus && strcmp(name, "stats") != 0) {
        return "--format prometheus is for stats";
    }
    if (context->is_json && is_file) {
        return "--format json is for what carpd answers";
    }
    if (context->output != NULL && !is_import && !context->is_prometheus &&
        strcmp(name, "export") != 0) {
        return "--output is for import, export and stats --format prometheus";
    }
    if ((context->from != NULL || context->map != NULL || context->preempt) &&
        !is_import) {
        return "--from, --map and --preempt are for import";
    }
    return NULL;
}

static char *
settle(struct ctl_options *options, struct raw *raw)
{
    struct ctl_context *context = &options->context;
    if (raw->format != NULL && strcmp(raw->format, "text") != 0 &&
        strcmp(raw->format, "json") != 0 &&
        strcmp(raw->format, "prometheus") != 0) {
        return g_strdup("--format must be text, json or prometheus");
    }
    context->is_json = g_strcmp0(raw->format, "json") == 0;
    context->is_prometheus = g_strcmp0(raw->format, "prometheus") == 0;
    context->verbose = raw->verbose;
    context->preempt = raw->preempt;
    if (context->socket == NULL) {
        context->socket = g_strdup(CARP_CONTROL_SOCKET);
    }
    char *wrong = find_command(options, raw->rest);
    return wrong != NULL ? wrong : g_strdup(find_idle_option(options));
}

enum ctl_parse
ctl_options_parse(struct ctl_options *options, int argc, char **argv,
                  char **error)
{
    struct raw raw;
    GError *failed = NULL;
    enum ctl_parse result = CTL_PARSE_RUN;
    memset(options, 0, sizeof(*options));
    memset(&raw, 0, sizeof(raw));
    raw.context = &options->context;
    GOptionContext *context = make_context(&raw);
    if (!g_option_context_parse(context, &argc, &argv, &failed)) {
        *error = g_strdup(failed->message);
        g_error_free(failed);
        result = CTL_PARSE_USAGE;
    } else if (raw.version) {
        g_print("carpctl (carpkit) %s\n", CARPKIT_VERSION);
        result = CTL_PARSE_EXIT;
    } else {
        *error = settle(options, &raw);
        result = *error != NULL ? CTL_PARSE_USAGE : CTL_PARSE_RUN;
    }
    g_option_context_free(context);
    g_free(raw.format);
    g_strfreev(raw.rest);
    return result;
}

void
ctl_options_clear(struct ctl_options *options)
{
    g_free(options->context.socket);
    g_free(options->context.output);
    g_free(options->context.from);
    g_strfreev(options->context.map);
    g_strfreev(options->words);
}
