/* SPDX-License-Identifier: BSD-2-Clause */
#include "play_live.h"

#include <stdio.h>
#include <string.h>

#include "cmd_common.h"
#include "log.h"

/* ------------------------------------------------------------------- port */

static carp_time
live_now(void *user)
{
    (void)user;
    return inj_now();
}

static bool
live_send(void *user, const struct inj_frame *frame)
{
    struct play_live *live = user;
    struct inj_session *session = live->session;
    if (session->record != NULL) {
        inj_record_frame(session->record, inj_wall(), frame->octets,
                         frame->len);
    }
    if (inj_sender_send(session->sender, frame, 1) == 1) {
        return true;
    }
    live->error = inj_sender_error(session->sender);
    return false;
}

static enum play_got
live_receive(void *user, carp_time deadline, struct play_frame *frame)
{
    struct play_live *live = user;
    struct inj_session *session = live->session;
    struct inj_received *got = &live->received;
    enum inj_got status =
        inj_receiver_next(session->receiver, deadline, session->stop, got);
    if (*session->stop != 0) {
        live->error = NULL;
        return PLAY_END;
    }
    if (status == INJ_GOT_ERROR) {
        live->error = inj_receiver_error(session->receiver);
        return PLAY_END;
    }
    if (status == INJ_GOT_NOTHING) {
        return PLAY_NOTHING;
    }
    if (session->record != NULL) {
        inj_record_frame(session->record, got->wall, got->data, got->captured);
    }
    frame->at = got->at;
    frame->octets = got->data;
    frame->captured = got->captured;
    frame->on_wire = got->on_wire;
    return PLAY_FRAME;
}

static const char *
live_error(void *user)
{
    const struct play_live *live = user;
    return live->error;
}

static bool
live_control(void *user, const char *action)
{
    const struct play_live *live = user;
    char *words[] = {g_strdup(live->control), g_strdup(action), NULL};
    int status = 1;
    GSpawnFlags flags =
        (GSpawnFlags)(G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL);
    bool is_good = g_spawn_sync(NULL, words, NULL, flags, NULL, NULL, NULL,
                                NULL, &status, NULL) &&
                   status == 0;
    g_free(words[0]);
    g_free(words[1]);
    return is_good;
}

void
play_live_port(struct play_live *live, struct inj_session *session,
               const char *control, struct play_port *port)
{
    memset(live, 0, sizeof(*live));
    live->session = session;
    live->control = control;
    port->user = live;
    port->now = live_now;
    port->send = live_send;
    port->receive = live_receive;
    port->error = live_error;
    port->control = control != NULL ? live_control : NULL;
}

/* ------------------------------------------------------------------ files */

struct output {
    enum res_format format;
    unsigned int number;
    GString *text;
};

static void
flush_text(GString *text)
{
    (void)fwrite(text->str, 1, text->len, stdout);
    (void)fflush(stdout);
    g_string_truncate(text, 0);
}

static void
on_test(void *user, const struct res_test *test)
{
    struct output *output = user;
    res_write_test(output->text, test, output->format, ++output->number);
    flush_text(output->text);
}

static struct scn_scenario *
load(const char *file, const struct inj_spec *base, GHashTable *vars)
{
    char *text = NULL;
    char *error = NULL;
    GError *why = NULL;
    if (!g_file_get_contents(file, &text, NULL, &why)) {
        log_line("%s", why->message);
        g_clear_error(&why);
        return NULL;
    }
    struct scn_scenario *scenario = scn_parse(file, text, base, vars, &error);
    if (scenario == NULL) {
        log_line("%s", error);
        g_free(error);
    }
    g_free(text);
    return scenario;
}

/* Every vhid that will be sent, for the look at who is there. */
static void
note_vhids(struct inj_session *session, const struct scn_scenario *scenario)
{
    for (guint i = 0; i < scenario->tests->len; i++) {
        const struct scn_test *test = g_ptr_array_index(scenario->tests, i);
        for (guint k = 0; k < test->steps->len; k++) {
            const struct scn_step *step = g_ptr_array_index(test->steps, k);
            if (step->kind == SCN_SEND || step->kind == SCN_START) {
                session->vhid[inj_spec_octet(step->spec, INJ_VHID)] = true;
            }
        }
    }
}

/* Leave only the tests of a group, "group" or "group.name". */
static void
select_group(struct scn_scenario *scenario, const char *group)
{
    for (guint i = scenario->tests->len; group != NULL && i > 0; i--) {
        const struct scn_test *test = g_ptr_array_index(scenario->tests, i - 1);
        char *full = g_strdup_printf("%s.%s", test->group, test->name);
        char **wanted = g_strsplit(group, ",", -1);
        if (!g_strv_contains((const char *const *)wanted, test->group) &&
            !g_strv_contains((const char *const *)wanted, full)) {
            g_ptr_array_remove_index(scenario->tests, i - 1);
        }
        g_strfreev(wanted);
        g_free(full);
    }
}

static bool
names_test(const GPtrArray *scenarios, const char *word)
{
    bool is_named = false;
    for (guint i = 0; i < scenarios->len; i++) {
        const struct scn_scenario *scenario = g_ptr_array_index(scenarios, i);
        for (guint k = 0; k < scenario->tests->len && !is_named; k++) {
            const struct scn_test *test = g_ptr_array_index(scenario->tests, k);
            char *full = g_strdup_printf("%s.%s", test->group, test->name);
            is_named =
                strcmp(word, test->group) == 0 || strcmp(word, full) == 0;
            g_free(full);
        }
    }
    return is_named;
}

/* A slip among several words must not make a run smaller without a word. */
static bool
names_tests(const GPtrArray *scenarios, const char *group)
{
    char **wanted = g_strsplit(group != NULL ? group : "", ",", -1);
    bool is_good = group == NULL || wanted[0] != NULL;
    const char *wrong = "";
    for (char **word = wanted; *word != NULL && is_good; word++) {
        is_good = names_test(scenarios, *word);
        wrong = *word;
    }
    if (!is_good) {
        log_line("--group: \"%s\" names no test: --dry-run lists them", wrong);
    }
    g_strfreev(wanted);
    return is_good;
}

/* --dry-run: what would be played. */
static void
list_tests(const GPtrArray *scenarios)
{
    for (guint i = 0; i < scenarios->len; i++) {
        const struct scn_scenario *scenario = g_ptr_array_index(scenarios, i);
        for (guint k = 0; k < scenario->tests->len; k++) {
            const struct scn_test *test = g_ptr_array_index(scenario->tests, k);
            g_print("%s.%s: %s (%u step%s)\n", test->group, test->name,
                    test->title, test->steps->len,
                    test->steps->len == 1 ? "" : "s");
        }
    }
}

static unsigned int
count_tests(const GPtrArray *scenarios)
{
    unsigned int count = 0;
    for (guint i = 0; i < scenarios->len; i++) {
        const struct scn_scenario *scenario = g_ptr_array_index(scenarios, i);
        count += scenario->tests->len;
    }
    return count;
}

static int
run_all(struct play_live *live, GPtrArray *scenarios, const char *profile,
        enum res_format format, const char *title)
{
    const struct inj_options *options = live->session->options;
    struct play_port port;
    struct carp_auth auth;
    struct output output = {.format = format, .text = g_string_new(NULL)};
    struct play_options play = {.profile = profile,
                                .auth = &auth,
                                .vhid =
                                    inj_spec_octet(&options->spec, INJ_VHID),
                                .on_test = on_test,
                                .user = &output};
    struct res_report *report = res_report_new(title);
    unsigned int planned = count_tests(scenarios);
    inj_spec_auth(&options->spec, &auth);
    play_live_port(live, live->session, live->control, &port);
    res_write_begin(output.text, report, format, planned);
    for (guint i = 0; i < scenarios->len; i++) {
        /* Of its own for each: a counter that was drawn twice is a replay. */
        play.seed = options->seed + i;
        if (!play_run(g_ptr_array_index(scenarios, i), &port, &play, report)) {
            break;
        }
    }
    res_write_end(output.text, report, format);
    flush_text(output.text);
    bool is_good =
        report->tests->len == planned && res_count(report, RES_FAIL) == 0;
    g_string_free(output.text, TRUE);
    res_report_free(report);
    carp_auth_clear(&auth);
    return is_good ? INJ_EXIT_OK : INJ_EXIT_FAILED;
}

static void
free_scenario(gpointer scenario)
{
    scn_free(scenario);
}

int
play_files(struct play_live *live, char **files, GHashTable *vars,
           const char *profile, const char *group, enum res_format format,
           const char *title)
{
    int status = INJ_EXIT_OK;
    GPtrArray *scenarios = g_ptr_array_new_with_free_func(free_scenario);
    /* Tests that are only listed may use the MAC of an interface, too. */
    live->session->options->spec.has_real_mac = true;
    for (guint i = 0; files[i] != NULL && status == INJ_EXIT_OK; i++) {
        struct scn_scenario *scenario =
            load(files[i], &live->session->options->spec, vars);
        if (scenario == NULL) {
            status = INJ_EXIT_USAGE;
            break;
        }
        select_group(scenario, group);
        note_vhids(live->session, scenario);
        g_ptr_array_add(scenarios, scenario);
    }
    bool is_shown = live->session->options->dry_run;
    if (status == INJ_EXIT_OK && files[0] == NULL) {
        log_line("the suite's directory has no scenario (NAME.carp): give "
                 "--suite DIR");
        status = INJ_EXIT_USAGE;
    } else if (status == INJ_EXIT_OK && !names_tests(scenarios, group)) {
        status = INJ_EXIT_USAGE;
    } else if (status == INJ_EXIT_OK && is_shown) {
        list_tests(scenarios);
    } else if (status == INJ_EXIT_OK) {
        status = inj_session_look(live->session);
    }
    if (status == INJ_EXIT_OK && !is_shown) {
        status = run_all(live, scenarios, profile, format, title);
    }
    g_ptr_array_unref(scenarios);
    return status;
}

/* ---------------------------------------------------------------- options */

bool
play_take_options(const char *usage, const char *summary,
                  const GOptionEntry *entries, int *argc, char ***argv)
{
    GError *error = NULL;
    char *name = g_strdup_printf("carpinject %s", (*argv)[0]);
    /* Help should say "carpinject play", as it is called. */
    g_set_prgname(name);
    g_free(name);
    GOptionContext *context = g_option_context_new(usage);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_ignore_unknown_options(context, TRUE);
    g_option_context_set_summary(context, summary);
    g_option_context_set_description(
        context,
        "The options of 'carpinject advert' that say how to sign "
        "and where to send\napply too: -i, -w, -c, --vhid, --address, "
        "--password-file, --profile,\n--peer, --dry-run (lists the tests)..."
        "\n\nExit status: 0 all good, 1 something failed, 2 usage. See "
        "carpinject(1).\n");
    bool is_good = g_option_context_parse(context, argc, argv, &error);
    if (!is_good) {
        (void)inj_usage("%s", error->message);
        g_clear_error(&error);
    }
    g_option_context_free(context);
    return is_good;
}

bool
play_add_var(GHashTable *vars, const char *text)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        (void)inj_usage("--var: \"%s\" is not NAME=VALUE", text);
        return false;
    }
    g_hash_table_replace(vars, g_strndup(text, (gsize)(equals - text)),
                         g_strdup(equals + 1));
    return true;
}
