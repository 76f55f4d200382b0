/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <string.h>

#include "capture.h"

#define INPUTS_MAX 256
/* A check that listens: longer than a dead time of usual settings. */
#define CHECK_SECONDS 5.0
/* A pattern without a name: each interface is a wire of its own. */
#define OWN_SEGMENT UINT16_MAX

/* What GOption fills in. */
struct raw {
    char **reads, **rest, **interfaces;
    char *config, *format, *segment;
    gboolean utc, check, quiet, version;
    double duration;
    gint64 count;
};

static GOptionContext *
make_context(struct raw *raw, struct mon_options *options)
{
    GOptionEntry entries[] = {
        {"read", 'r', 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->reads,
         "Read pcap or pcapng; - is standard input", "[NAME=]FILE"},
        {"interface", 'i', 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->interfaces,
         "Watch an interface, or all that fit: 'eth*'", "[NAME=]IFACE"},
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &raw->config,
         "Keys and addresses (carp.conf)", "FILE"},
        {"format", 0, 0, G_OPTION_ARG_STRING, &raw->format,
         "text (default) or json", "FORMAT"},
        {"segment", 0, 0, G_OPTION_ARG_STRING, &raw->segment,
         "Call the wire NAME, whatever it is read from", "NAME"},
        {"utc", 0, 0, G_OPTION_ARG_NONE, &raw->utc,
         "Times in UTC, not local time", NULL},
        {"check", 0, 0, G_OPTION_ARG_NONE, &raw->check,
         "For Nagios, with -i or --state; else check -c", NULL},
        {"duration", 0, 0, G_OPTION_ARG_DOUBLE, &raw->duration,
         "Stop watching after SECONDS", "SECONDS"},
        {"count", 0, 0, G_OPTION_ARG_INT64, &raw->count, "Stop after N frames",
         "N"},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &raw->quiet, "Only the summary",
         NULL},
        {"version", 'V', 0, G_OPTION_ARG_NONE, &raw->version,
         "Show the version", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->rest,
         NULL, "[FILE...]"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
    GOptionContext *context = g_option_context_new(NULL);
    g_option_context_set_summary(
        context, "Watch CARP: who is master of each vhid, and what is wrong.");
    g_option_context_set_description(
        context,
        "Exit status: 0 nothing at warning or above, 1 warning, 2 critical,\n"
        "3 usage, or something could not be read. See carpmon(1).\n");
    g_option_context_add_main_entries(context, entries, NULL);
    mon_ask_options_add(&options->ask, context);
    mon_output_options_add(&options->output, context);
    mon_service_options_add(&options->service, context);
    return context;
}

static uint16_t
segment_index(const struct mon_options *options, const char *name)
{
    for (guint i = 0; i < options->segments->len; i++) {
        if (strcmp(g_ptr_array_index(options->segments, i), name) == 0) {
            return (uint16_t)i;
        }
    }
    g_ptr_array_add(options->segments, g_strdup(name));
    return (uint16_t)(options->segments->len - 1);
}

/* "a/b/site.pcap" -> "site" */
static char *
stem(const char *file)
{
    if (strcmp(file, "-") == 0) {
        return g_strdup("stdin");
    }
    char *base = g_path_get_basename(file);
    char *dot = strrchr(base, '.');
    if (dot != NULL && dot != base) {
        *dot = '\0';
    }
    return base;
}

/* NAME=FILE, unless a file is really called so. */
static const char *
split_name(const char *text, char **name)
{
    const char *equals = strchr(text, '=');
    *name = NULL;
    if (equals == NULL || equals == text || equals[1] == '\0' ||
        memchr(text, '/', (size_t)(equals - text)) != NULL ||
        g_file_test(text, G_FILE_TEST_EXISTS)) {
        return text;
    }
    *name = g_strndup(text, (gsize)(equals - text));
    return equals + 1;
}

static void
add_pattern(struct mon_options *options, const struct raw *raw,
            const char *what, const char *name)
{
    struct mon_input *pattern = &options->patterns[options->pattern_count++];
    const char *shared = name != NULL ? name : raw->segment;
    pattern->name = g_strdup(what);
    pattern->segment =
        shared != NULL ? segment_index(options, shared) : OWN_SEGMENT;
}

bool
mon_options_is_unnamed(const struct mon_input *pattern)
{
    return pattern->segment == OWN_SEGMENT;
}

bool
mon_options_has_segment(const struct mon_options *options,
                        const struct mon_input *pattern, const char *name)
{
    return pattern->segment != OWN_SEGMENT ||
           g_ptr_array_find_with_equal_func(options->segments, name,
                                            g_str_equal, NULL);
}

uint16_t
mon_options_pattern_segment(const struct mon_options *options,
                            const struct mon_input *pattern, const char *name)
{
    return pattern->segment != OWN_SEGMENT ? pattern->segment
                                           : segment_index(options, name);
}

static void
add_input(struct mon_options *options, const struct raw *raw, const char *text,
          char **shared)
{
    char *name = NULL;
    const char *what = split_name(text, &name);
    if (options->is_live && mon_capture_is_pattern(what)) {
        add_pattern(options, raw, what, name);
        g_free(name);
        return;
    }
    struct mon_input *input = &options->inputs[options->input_count++];
    input->name = g_strdup(what);
    if (name == NULL && raw->segment != NULL) {
        name = g_strdup(raw->segment);
    } else if (name == NULL && options->is_live) {
        name = g_strdup(what);
    } else if (name == NULL) {
        /* Files given together are taken for one wire. */
        if (*shared == NULL) {
            *shared = stem(what);
        }
        name = g_strdup(*shared);
    }
    input->segment = segment_index(options, name);
    g_free(name);
}

static unsigned int
length(char **list)
{
    return list != NULL ? g_strv_length(list) : 0;
}

static void
add_inputs(struct mon_options *options, const struct raw *raw)
{
    unsigned int n =
        length(raw->reads) + length(raw->rest) + length(raw->interfaces);
    options->inputs = g_new0(struct mon_input, n + 1);
    options->patterns = g_new0(struct mon_input, n + 1);
    options->is_live = raw->interfaces != NULL;
    char **lists[] = {raw->reads, raw->rest, raw->interfaces};
    char *shared = NULL;
    for (size_t l = 0; l < G_N_ELEMENTS(lists); l++) {
        for (char **text = lists[l]; text != NULL && *text != NULL; text++) {
            add_input(options, raw, *text, &shared);
        }
    }
    g_free(shared);
}

/* An inventory without an input is of every interface. */
static void
watch_everything(const struct mon_options *options, struct raw *raw)
{
    if (options->ask.inventory != NULL && raw->interfaces == NULL &&
        raw->reads == NULL && raw->rest == NULL) {
        raw->interfaces = g_strsplit("*", " ", -1);
    }
}

static const char *
check_inputs(const struct raw *raw)
{
    unsigned int files = length(raw->reads) + length(raw->rest);
    if (raw->reads == NULL && raw->rest != NULL) {
        return "a file is given without -r: say carpmon -r FILE";
    }
    if (raw->interfaces != NULL && files > 0) {
        return "-r and -i exclude each other: read files or watch interfaces";
    }
    for (unsigned int i = 0; i < length(raw->interfaces); i++) {
        if (*raw->interfaces[i] == '\0') {
            return "-i needs the name of an interface";
        }
    }
    if (raw->interfaces == NULL && files == 0 && !raw->check) {
        return "nothing to watch: give -r FILE or -i IFACE";
    }
    if (length(raw->interfaces) + files > INPUTS_MAX) {
        return "too many inputs: 256 are possible";
    }
    unsigned int stdins = 0;
    char **lists[] = {raw->reads, raw->rest};
    for (size_t l = 0; l < G_N_ELEMENTS(lists); l++) {
        for (char **text = lists[l]; text != NULL && *text != NULL; text++) {
            stdins += strcmp(*text, "-") == 0 || g_str_has_suffix(*text, "=-");
        }
    }
    return stdins > 1 ? "standard input can be read once only" : NULL;
}

static const char *
check_values(struct mon_options *options, const struct raw *raw)
{
    if (raw->format != NULL && strcmp(raw->format, "text") != 0 &&
        strcmp(raw->format, "json") != 0) {
        return "--format must be text or json";
    }
    if (raw->check && (raw->reads != NULL || raw->rest != NULL)) {
        return "--check does not read captures";
    }
    if (raw->check && raw->config == NULL && raw->interfaces == NULL &&
        options->service.state == NULL) {
        return "--check needs -c FILE, -i IFACE or --state FILE";
    }
    /* Written so that NaN fails too. */
    if (!(raw->duration >= 0.0 && raw->duration <= 1e9)) {
        return "--duration must be 0 to 1000000000 seconds";
    }
    if (raw->duration > 0.0 && raw->interfaces == NULL) {
        return "--duration is for -i: a file ends by itself";
    }
    if (raw->count < 0) {
        return "--count must not be negative";
    }
    if (raw->segment != NULL && *raw->segment == '\0') {
        return "--segment must not be empty";
    }
    bool is_live = raw->interfaces != NULL;
    bool is_json = g_strcmp0(raw->format, "json") == 0;
    const char *asked = mon_ask_options_check(&options->ask, is_live, is_json);
    if (asked != NULL) {
        return asked;
    }
    const char *wrong = mon_output_options_check(&options->output, is_live);
    return wrong != NULL ? wrong
                         : mon_service_options_check(&options->service, is_live,
                                                     raw->check);
}

static void
fill(struct mon_options *options, struct raw *raw)
{
    add_inputs(options, raw);
    options->config = g_strdup(raw->config);
    options->format = raw->format != NULL && strcmp(raw->format, "json") == 0
                          ? MON_JSON
                          : MON_TEXT;
    options->utc = raw->utc;
    options->quiet = raw->quiet;
    options->check = raw->check;
    options->duration = raw->duration > 0.0 || !options->is_live
                            ? raw->duration
                            : options->ask.seconds;
    if (options->check && options->duration == 0.0) {
        options->duration = CHECK_SECONDS;
    }
    options->count = (uint64_t)raw->count;
}

static void
raw_clear(struct raw *raw)
{
    g_strfreev(raw->reads);
    g_strfreev(raw->rest);
    g_strfreev(raw->interfaces);
    g_free(raw->config);
    g_free(raw->format);
    g_free(raw->segment);
}

enum mon_parse
mon_options_parse(struct mon_options *options, int argc, char **argv,
                  char **error)
{
    memset(options, 0, sizeof(*options));
    options->segments = g_ptr_array_new_with_free_func(g_free);
    struct raw raw;
    memset(&raw, 0, sizeof(raw));
    GOptionContext *context = make_context(&raw, options);
    GError *failed = NULL;
    enum mon_parse result = MON_PARSE_RUN;
    if (!g_option_context_parse(context, &argc, &argv, &failed)) {
        *error = g_strdup(failed->message);
        g_error_free(failed);
        result = MON_PARSE_USAGE;
    } else if (raw.version) {
        g_print("carpmon (carpkit) %s\n", CARPKIT_VERSION);
        result = MON_PARSE_EXIT;
    } else {
        watch_everything(options, &raw);
        const char *wrong = check_inputs(&raw);
        if (wrong == NULL) {
            wrong = check_values(options, &raw);
        }
        if (wrong != NULL) {
            *error = g_strdup(wrong);
            result = MON_PARSE_USAGE;
        } else {
            fill(options, &raw);
        }
    }
    g_option_context_free(context);
    raw_clear(&raw);
    return result;
}

void
mon_options_clear(struct mon_options *options)
{
    for (unsigned int i = 0; i < options->input_count; i++) {
        g_free(options->inputs[i].name);
    }
    for (unsigned int i = 0; i < options->pattern_count; i++) {
        g_free(options->patterns[i].name);
    }
    g_free(options->patterns);
    mon_ask_options_clear(&options->ask);
    mon_output_options_clear(&options->output);
    mon_service_options_clear(&options->service);
    g_free(options->inputs);
    g_free(options->config);
    g_ptr_array_free(options->segments, TRUE);
}
