/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include <glib.h>

#include "cmd_common.h"
#include "jsonl.h"
#include "log.h"
#include "plan_internal.h"

/* How many frames are shown when the target is gone. */
#define LAST 5

struct watch {
    struct inj_session *session;
    struct inj_probe probe;
    struct inj_frame last[LAST];
    uint64_t sent;
    bool is_dead;
};

/* Standard output, unless that is the capture. */
static void
say(const struct inj_options *options, const char *text)
{
    if (g_strcmp0(options->write, "-") == 0) {
        g_printerr("%s", text);
    } else {
        g_print("%s", text);
        fflush(stdout);
    }
}

static void
say_seed(const struct inj_options *options)
{
    char *line =
        options->json
            ? g_strdup_printf("{\"schema\":1,\"event\":\"seed\","
                              "\"seed\":%" G_GUINT64_FORMAT "}\n",
                              options->seed)
            : g_strdup_printf("seed %" G_GUINT64_FORMAT "\n", options->seed);
    say(options, line);
    g_free(line);
}

static void
append_hex(GString *text, const struct inj_frame *frame)
{
    for (size_t i = 0; i < frame->len; i++) {
        g_string_append_printf(text, "%02x", frame->octets[i]);
    }
}

static uint64_t
first_shown(const struct watch *watch)
{
    return watch->sent > LAST ? watch->sent - LAST + 1 : 1;
}

static void
death_json(const struct watch *watch, const char *target, GString *text)
{
    struct jsonl json;
    jsonl_init(&json);
    jsonl_open_object(&json, NULL);
    jsonl_uint(&json, "schema", 1);
    jsonl_string(&json, "event", "dead");
    jsonl_string(&json, "target", target);
    jsonl_uint(&json, "frames", watch->sent);
    jsonl_uint(&json, "seed", watch->session->options->seed);
    jsonl_open_array(&json, "last");
    for (uint64_t i = first_shown(watch); i <= watch->sent; i++) {
        GString *hex = g_string_new(NULL);
        append_hex(hex, &watch->last[i % LAST]);
        jsonl_string(&json, NULL, hex->str);
        g_string_free(hex, TRUE);
    }
    jsonl_close_array(&json);
    jsonl_close_object(&json);
    g_string_append_printf(text, "%s\n", json.text->str);
    jsonl_clear(&json);
}

static void
death_text(const struct watch *watch, const char *target, GString *text)
{
    g_string_append_printf(text,
                           "%s answers no more after frame %" G_GUINT64_FORMAT
                           ", seed %" G_GUINT64_FORMAT ", last frames:\n",
                           target, watch->sent, watch->session->options->seed);
    for (uint64_t i = first_shown(watch); i <= watch->sent; i++) {
        g_string_append_printf(text, "frame %" G_GUINT64_FORMAT ": ", i);
        append_hex(text, &watch->last[i % LAST]);
        g_string_append_c(text, '\n');
    }
}

static void
say_death(const struct watch *watch)
{
    const struct inj_options *options = watch->session->options;
    char target[CARP_ADDR_TEXT];
    GString *text = g_string_new(NULL);
    carp_addr_format(&options->probe, target);
    if (options->json) {
        death_json(watch, target, text);
    } else {
        death_text(watch, target, text);
    }
    say(options, text->str);
    g_string_free(text, TRUE);
}

static bool
on_sent(void *user, const struct inj_frame *frame, uint64_t number)
{
    struct watch *watch = user;
    watch->sent = number;
    inj_frame_copy(&watch->last[number % LAST], frame);
    if (watch->probe.sender == NULL ||
        number % watch->session->options->probe_every != 0) {
        return true;
    }
    watch->is_dead = !inj_probe_ask(&watch->probe, watch->session->stop);
    return !watch->is_dead;
}

static int
start_probe(struct watch *watch)
{
    const struct inj_session *session = watch->session;
    const struct inj_options *options = session->options;
    char text[CARP_ADDR_TEXT];
    if (options->probe.family == CARP_FAMILY_NONE || session->sender == NULL) {
        return INJ_EXIT_OK;
    }
    watch->probe =
        (struct inj_probe){.sender = session->sender,
                           .receiver = session->receiver,
                           .mac = session->interface.mac,
                           .source = options->probe.family == CARP_IPV6
                                         ? session->interface.address6
                                         : session->interface.address,
                           .target = options->probe,
                           .icmp = options->probe_icmp,
                           .timeout = options->probe_timeout};
    if (!inj_probe_ask(&watch->probe, session->stop)) {
        log_line("%s: does not answer even before anything was sent",
                 carp_addr_format(&options->probe, text));
        return INJ_EXIT_FAILED;
    }
    return INJ_EXIT_OK;
}

static int
fuzz(struct watch *watch)
{
    const struct inj_options *options = watch->session->options;
    struct inj_plan *plan =
        inj_plan_fuzz(&options->spec, &options->pace, options->seed);
    int status = inj_session_run(watch->session, plan, on_sent, watch);
    /* What was sent behind the last probe was not judged yet. */
    if (status == INJ_EXIT_OK && !watch->is_dead &&
        watch->probe.sender != NULL) {
        watch->is_dead = !inj_probe_ask(&watch->probe, watch->session->stop);
    }
    if (watch->is_dead) {
        say_death(watch);
        status = INJ_EXIT_FAILED;
    }
    return status;
}

static int
run(struct inj_options *options, const volatile sig_atomic_t *stop)
{
    struct inj_session session;
    struct watch *watch = g_new0(struct watch, 1);
    say_seed(options);
    watch->session = &session;
    int status = inj_session_open(&session, options, stop);
    if (status == INJ_EXIT_OK) {
        status = inj_session_look(&session);
    }
    if (status == INJ_EXIT_OK) {
        status = start_probe(watch);
    }
    if (status == INJ_EXIT_OK) {
        status = inj_session_stopped(&session);
    }
    if (status == INJ_EXIT_OK) {
        status = fuzz(watch);
    }
    g_free(watch);
    return inj_session_close(&session, status);
}

int
inj_cmd_fuzz(int argc, char **argv, const volatile sig_atomic_t *stop)
{
    return inj_cmd(INJ_FUZZ, argc, argv, run, stop);
}
