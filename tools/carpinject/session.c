/* SPDX-License-Identifier: BSD-2-Clause */
#include "session.h"

#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "jsonl.h"
#include "log.h"
#include "show.h"

static int
fail(char *message)
{
    log_line("%s", message);
    g_free(message);
    return INJ_EXIT_FAILED;
}

/* ----------------------------------------------------------------- opening */

static void
take_interface(struct inj_session *session)
{
    struct inj_spec *spec = &session->options->spec;
    spec->has_real_mac = true;
    spec->real_mac = session->interface.mac;
    spec->real_source = session->interface.address;
    spec->real_source6 = session->interface.address6;
}

static int
open_interface(struct inj_session *session)
{
    struct inj_options *options = session->options;
    char *error = NULL;
    if (options->interface == NULL) {
        return INJ_EXIT_OK;
    }
    if (!inj_interface_look(options->interface, &session->interface, &error)) {
        return fail(error);
    }
    take_interface(session);
    if (options->dry_run) {
        return INJ_EXIT_OK;
    }
    session->sender =
        inj_sender_open(&session->interface, options->slow, &error);
    if (session->sender == NULL) {
        return fail(error);
    }
    session->receiver =
        inj_receiver_open(options->interface, INJ_FILTER_ALL, &error);
    return session->receiver != NULL ? INJ_EXIT_OK : fail(error);
}

int
inj_session_stopped(const struct inj_session *session)
{
    return *session->stop == 0 ? INJ_EXIT_OK
                               : fail(g_strdup("stopped: nothing was sent"));
}

/* A unicast destination needs a MAC, unless one is given. */
static int
resolve(struct inj_session *session)
{
    static const struct carp_mac nobody = {
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    struct inj_spec *spec = &session->options->spec;
    struct carp_addr dest = inj_spec_dest(spec);
    struct carp_mac mac = inj_mac_of_group(&dest);
    char text[CARP_ADDR_TEXT];
    if (session->sender == NULL || !carp_mac_equal(&mac, &nobody) ||
        (spec->given & INJ_BIT(INJ_ETH_DST)) != 0 ||
        (spec->given & INJ_BIT(INJ_DEST)) == 0) {
        return INJ_EXIT_OK;
    }
    struct inj_probe probe = {.sender = session->sender,
                              .receiver = session->receiver,
                              .mac = session->interface.mac,
                              .source = dest.family == CARP_IPV6
                                            ? session->interface.address6
                                            : session->interface.address,
                              .target = dest,
                              .timeout = 3 * CARP_SEC};
    bool is_there = inj_probe_ask(&probe, session->stop);
    if (inj_session_stopped(session) != INJ_EXIT_OK) {
        return INJ_EXIT_FAILED;
    }
    if (!is_there || !probe.has_target_mac) {
        return fail(g_strdup_printf("%s: nobody answers for %s: give "
                                    "--eth-dst MAC",
                                    session->interface.name,
                                    carp_addr_format(&dest, text)));
    }
    spec->given |= INJ_BIT(INJ_ETH_DST);
    spec->value[INJ_ETH_DST].number = 0;
    for (size_t i = 0; i < 6; i++) {
        spec->value[INJ_ETH_DST].number =
            spec->value[INJ_ETH_DST].number << 8 | probe.target_mac.octets[i];
    }
    return INJ_EXIT_OK;
}

int
inj_session_open(struct inj_session *session, struct inj_options *options,
                 const volatile sig_atomic_t *stop)
{
    char *error = NULL;
    memset(session, 0, sizeof(*session));
    session->options = options;
    session->stop = stop;
    session->vhid[inj_spec_octet(&options->spec, INJ_VHID)] = true;
    int status = open_interface(session);
    if (status == INJ_EXIT_OK) {
        status = resolve(session);
    }
    if (status == INJ_EXIT_OK && options->write != NULL) {
        session->record = inj_record_open(options->write, &error);
        status = session->record != NULL ? INJ_EXIT_OK : fail(error);
    }
    return status;
}

/* ------------------------------------------------------------------ safety */

/* Every key that the command knows, whatever order its addresses are in. */
static bool
fill_ring(struct carp_ring *ring, const struct inj_session *session)
{
    const struct inj_options *options = session->options;
    struct carp_ring_row row;
    bool is_good = options->conf == NULL ||
                   carp_conf_fill_ring(options->conf, ring) == CARP_OK;
    memset(&row, 0, sizeof(row));
    g_strlcpy(row.name, "command line", sizeof(row.name));
    row.key = options->spec.key;
    row.addrs = options->spec.addrs;
    row.profile = CARP_PROFILE_AUTO;
    row.has_lladdr = options->spec.has_lladdr;
    row.lladdr = options->spec.lladdr;
    for (unsigned int vhid = 1; vhid < 256 && is_good; vhid++) {
        row.vhid = (uint8_t)vhid;
        is_good = !session->vhid[vhid] || carp_ring_add(ring, &row) == CARP_OK;
    }
    carp_key_clear(&row.key);
    return is_good;
}

/* One interval of a master that may be there: advbase as configured, not
 * that of a bow-out. */
static carp_time
listen_time(const struct inj_session *session)
{
    const struct inj_options *options = session->options;
    unsigned int base = inj_spec_octet(&options->spec, INJ_ADVBASE);
    base = base == 255 ? 1 : base;
    for (size_t i = 0;
         options->conf != NULL && i < carp_conf_count(options->conf); i++) {
        const struct carp_conf_vhid *group = carp_conf_get(options->conf, i);
        if (session->vhid[group->vhid]) {
            base = MAX(base, group->advbase);
        }
    }
    return options->listen != 0 ? options->listen
                                : inj_safety_listen_time((uint8_t)base);
}

int
inj_session_look(struct inj_session *session)
{
    const struct inj_options *options = session->options;
    struct inj_safety safety;
    memset(&safety, 0, sizeof(safety));
    if (session->sender == NULL || options->is_owner) {
        return inj_session_stopped(session);
    }
    safety.ring = carp_ring_new();
    safety.named = options->peers;
    /* Who names a master knows that the addresses are answered for. */
    if (options->peers.count == 0) {
        safety.asked = options->spec.addrs;
    }
    struct carp_addr dest = inj_spec_dest(&options->spec);
    if (carp_addrs_add(&safety.named, &dest) != CARP_OK ||
        safety.ring == NULL || !fill_ring(safety.ring, session)) {
        carp_ring_free(safety.ring);
        return fail(g_strdup("too many keys to look for live masters"));
    }
    memcpy(safety.vhid, session->vhid, sizeof(safety.vhid));
    safety.replays = options->subcommand == INJ_REPLAY;
    safety.listen = listen_time(session);
    char *wrong =
        inj_safety_check(&safety, &session->interface, session->sender,
                         session->receiver, session->stop);
    carp_ring_free(safety.ring);
    if (wrong != NULL) {
        char *line = g_strdup_printf("%s: %s", session->interface.name, wrong);
        g_free(wrong);
        return fail(line);
    }
    return inj_session_stopped(session);
}

/* ----------------------------------------------------------------- running */

static int
show(const struct inj_session *session, struct inj_plan *plan)
{
    struct inj_frame *frame = g_new0(struct inj_frame, 1);
    GString *text = g_string_new(NULL);
    struct jsonl json;
    uint64_t number = 0;
    jsonl_init(&json);
    while (*session->stop == 0 && inj_plan_next(plan, frame)) {
        g_string_truncate(text, 0);
        if (session->options->json) {
            jsonl_reset(&json);
            inj_show_json(&json, frame, ++number);
            g_string_append_len(text, json.text->str, (gssize)json.text->len);
        } else {
            inj_show_text(text, frame, ++number);
        }
        if (fwrite(text->str, 1, text->len, stdout) != text->len) {
            break;
        }
    }
    jsonl_clear(&json);
    g_string_free(text, TRUE);
    g_free(frame);
    const char *error = inj_plan_error(plan);
    return error == NULL ? INJ_EXIT_OK : fail(g_strdup(error));
}

static void
sum_up(const struct inj_session *session, const struct inj_run_result *done)
{
    double seconds = (double)done->elapsed / 1e9;
    const char *what = session->sender != NULL ? "sent" : "wrote";
    const char *where =
        session->sender != NULL ? session->options->interface : session->options->write;
    double rate = seconds > 0.0 ? (double)done->frames / seconds : 0.0;
    /* Standard output may be the capture. */
    if (session->options->quiet ||
        g_strcmp0(session->options->write, "-") == 0) {
        return;
    }
    if (session->options->json) {
        struct jsonl json;
        jsonl_init(&json);
        jsonl_open_object(&json, NULL);
        jsonl_uint(&json, "schema", 1);
        jsonl_string(&json, "event", "summary");
        jsonl_uint(&json, "frames", done->frames);
        jsonl_uint(&json, "octets", done->octets);
        jsonl_seconds(&json, "elapsed", done->elapsed);
        jsonl_seconds(&json, "latest", done->latest);
        jsonl_close_object(&json);
        g_print("%s\n", json.text->str);
        jsonl_clear(&json);
    } else if (session->sender == NULL) {
        g_print("%s %" G_GUINT64_FORMAT " frames to %s\n", what, done->frames,
                where);
    } else {
        g_print("%s %" G_GUINT64_FORMAT " frames on %s in %.3f s (%.0f a "
                "second)\n",
                what, done->frames, where, seconds, rate);
    }
}

int
inj_session_run(struct inj_session *session, struct inj_plan *plan,
                bool (*on_sent)(void *user, const struct inj_frame *frame,
                                uint64_t number),
                void *user)
{
    const struct inj_pace *pace = &session->options->pace;
    int status = INJ_EXIT_OK;
    if (session->options->dry_run) {
        status = show(session, plan);
        inj_plan_free(plan);
        return status;
    }
    struct inj_run run = {.sender = session->sender,
                          .record = session->record,
                          .record_from = inj_wall(),
                          .duration = pace->duration,
                          .stop = session->stop,
                          .on_sent = on_sent,
                          .user = user};
    struct inj_run_result result;
    char *error = inj_run(plan, &run, &result);
    sum_up(session, &result);
    inj_plan_free(plan);
    return error == NULL ? status : fail(error);
}

int
inj_session_close(struct inj_session *session, int status)
{
    char *error = NULL;
    if (session->record != NULL && !inj_record_close(session->record, &error)) {
        status = fail(error);
    }
    inj_receiver_close(session->receiver);
    inj_sender_close(session->sender);
    session->sender = NULL;
    session->receiver = NULL;
    session->record = NULL;
    return status;
}
