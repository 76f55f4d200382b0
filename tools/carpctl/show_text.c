/* SPDX-License-Identifier: BSD-2-Clause */
#include "show_text.h"

#include <string.h>

#include "member.h"
#include "text.h"

/* "1.23 s", whatever carpd says. */
static const char *
duration(JsonObject *object, const char *name, char text[TXT_DURATION])
{
    const double seconds = member_number(object, name);
    /* Written so that NaN counts as 0. */
    const double bound = seconds >= 0.0 && seconds < 1e9 ? seconds : 0.0;
    return txt_duration((carp_time)(bound * 1e9), text);
}

static void
append_list(GString *out, JsonObject *object, const char *name,
            const char *separator)
{
    JsonArray *list = member_array(object, name);
    const guint count = list != NULL ? json_array_get_length(list) : 0;
    for (guint i = 0; i < count; i++) {
        g_string_append_printf(out, "%s%s", i > 0 ? separator : "",
                               member_element_text(list, i));
    }
}

static guint
length(JsonObject *object, const char *name)
{
    JsonArray *list = member_array(object, name);
    return list != NULL ? json_array_get_length(list) : 0;
}

/* What is next, in words. */
static void
append_next(GString *out, JsonObject *vhid)
{
    static const struct {
        const char *what, *words;
    } rows[] = {{"advert", "next advert"},
                {"takeover", "would take over"},
                {"preempt", "preempts"}};
    JsonObject *next = member_object(vhid, "next");
    char text[TXT_DURATION];
    for (size_t i = 0; next != NULL && i < G_N_ELEMENTS(rows); i++) {
        if (strcmp(member_text(next, "what"), rows[i].what) == 0) {
            g_string_append_printf(out, ", %s in %s", rows[i].words,
                                   duration(next, "seconds", text));
        }
    }
}

static void
append_master(GString *out, JsonObject *vhid)
{
    static const char *const names[] = {"master_detail", "master_detail6"};
    char text[TXT_DURATION];
    bool is_known = false;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        JsonObject *master = member_object(vhid, names[i]);
        if (master != NULL && !is_known) {
            g_string_append_printf(out, "master %s, heard %s ago",
                                   member_text(master, "address"),
                                   duration(master, "heard_seconds", text));
            is_known = true;
        }
    }
    if (!is_known) {
        g_string_append(out, "no master heard");
    }
}

static void
append_situation(GString *out, JsonObject *vhid)
{
    const char *state = member_text(vhid, "state");
    char text[TXT_DURATION];
    if (strcmp(state, "MASTER") == 0) {
        g_string_append_printf(out, "since %s",
                               duration(vhid, "state_seconds", text));
        append_next(out, vhid);
    } else if (strcmp(state, "BACKUP") == 0) {
        append_master(out, vhid);
        append_next(out, vhid);
    } else {
        g_string_append(out, member_text(vhid, "reason"));
    }
}

/* lan: eth0  carp: MASTER vhid 1 advbase 1 advskew 0  … */
static void
append_vhid(GString *out, JsonObject *vhid, size_t name_width)
{
    const gint64 advskew = member_integer(vhid, "advskew");
    const gint64 shown = member_integer(vhid, "advertised_advskew");
    const gint64 octet = member_integer(vhid, "advertised_demote");
    char *name = g_strdup_printf("%s:", member_text(vhid, "name"));
    txt_pad(out, name, name_width + 2);
    g_free(name);
    g_string_append_printf(
        out,
        "%s  carp: %-6s vhid %" G_GINT64_FORMAT " advbase %" G_GINT64_FORMAT
        " advskew %" G_GINT64_FORMAT,
        member_text(vhid, "interface"), member_text(vhid, "state"),
        member_integer(vhid, "vhid"), member_integer(vhid, "advbase"), advskew);
    if (shown != advskew) {
        g_string_append_printf(out, " (demoted to %" G_GINT64_FORMAT ")",
                               shown);
    } else if (octet > 0) {
        g_string_append_printf(out, " (demoted by %" G_GINT64_FORMAT ")",
                               octet);
    }
    g_string_append(out, "  ");
    append_list(out, vhid, "addresses", " ");
    g_string_append(out, "  ");
    append_situation(out, vhid);
    g_string_append_c(out, '\n');
}

static void
append_faults(GString *out, JsonObject *vhid)
{
    JsonArray *faults = member_array(vhid, "faults");
    const guint count = faults != NULL ? json_array_get_length(faults) : 0;
    for (guint i = 0; i < count; i++) {
        g_string_append(out, "    fault       ");
        txt_wrap(out, member_element_text(faults, i), 16, 16, 79);
    }
}

static size_t
widest_name(JsonArray *vhids)
{
    size_t width = 0;
    for (guint i = 0; i < json_array_get_length(vhids); i++) {
        JsonObject *vhid = member_element(vhids, i);
        if (vhid != NULL) {
            width = MAX(width, strlen(member_text(vhid, "name")));
        }
    }
    return MIN(width, 24);
}

void
show_text(JsonObject *answer, GString *out)
{
    JsonArray *vhids = member_array(answer, "vhids");
    if (vhids == NULL || json_array_get_length(vhids) == 0) {
        g_string_append(out, "no vhid is configured\n");
        return;
    }
    const size_t width = widest_name(vhids);
    for (guint i = 0; i < json_array_get_length(vhids); i++) {
        JsonObject *vhid = member_element(vhids, i);
        if (vhid != NULL) {
            append_vhid(out, vhid, width);
            append_faults(out, vhid);
        }
    }
}

/* ------------------------------------------------------------------- long */

static void
append_label(GString *out, const char *label)
{
    g_string_append(out, "    ");
    txt_pad(out, label, 12);
}

static void
append_text(GString *out, const char *label, const char *value)
{
    if (*value != '\0') {
        append_label(out, label);
        g_string_append_printf(out, "%s\n", value);
    }
}

static void
append_demotions(GString *out, JsonObject *vhid)
{
    JsonArray *list = member_array(vhid, "demotions");
    const guint count = list != NULL ? json_array_get_length(list) : 0;
    if (member_integer(vhid, "demotion") == 0) {
        return;
    }
    append_label(out, "demotion");
    g_string_append_printf(out, "%" G_GINT64_FORMAT ":",
                           member_integer(vhid, "demotion"));
    for (guint i = 0; i < count; i++) {
        JsonObject *one = member_element(list, i);
        if (one != NULL) {
            g_string_append_printf(out, "%s %s %" G_GINT64_FORMAT,
                                   i > 0 ? "," : "", member_text(one, "by"),
                                   member_integer(one, "amount"));
        }
    }
    g_string_append_c(out, '\n');
}

static void
append_peer(GString *out, JsonObject *peer)
{
    char text[TXT_DURATION];
    append_label(out, "peer");
    g_string_append_printf(
        out, "%s  advbase %" G_GINT64_FORMAT " advskew %" G_GINT64_FORMAT,
        member_text(peer, "address"), member_integer(peer, "advbase"),
        member_integer(peer, "advskew"));
    g_string_append_printf(out, "  %" G_GINT64_FORMAT " adverts, last %s ago\n",
                           member_integer(peer, "adverts"),
                           duration(peer, "heard_seconds", text));
    append_label(out, "");
    g_string_append_printf(
        out,
        "key %s, addresses %s, hashes as %s, counter "
        "%s",
        member_text(peer, "key"), member_text(peer, "addresses"),
        member_text(peer, "profile"), member_text(peer, "counter"));
    if (member_integer(peer, "replays") > 0) {
        g_string_append_printf(out, ", %" G_GINT64_FORMAT " repeated",
                               member_integer(peer, "replays"));
    }
    g_string_append_c(out, '\n');
}

static void
append_detail(GString *out, JsonObject *vhid)
{
    char text[TXT_DURATION];
    append_label(out, "state");
    g_string_append_printf(out, "%s for %s (%s)\n", member_text(vhid, "state"),
                           duration(vhid, "state_seconds", text),
                           member_text(vhid, "reason"));
    append_text(out, "device", member_text(vhid, "device"));
    if (length(vhid, "missing") > 0) {
        append_label(out, "missing");
        append_list(out, vhid, "missing", " ");
        g_string_append_c(out, '\n');
    }
    append_text(out, "source", member_text(vhid, "source"));
    append_text(out, "source6", member_text(vhid, "source6"));
    append_text(out, "to", member_text(vhid, "peer"));
    append_text(out, "to", member_text(vhid, "peer6"));
    append_text(out, "group", member_text(vhid, "group"));
    append_label(out, "settings");
    g_string_append_printf(out, "preempt %s, vmac %s, replay %s, profile %s\n",
                           member_boolean(vhid, "preempt") ? "yes" : "no",
                           member_text(vhid, "vmac"),
                           member_text(vhid, "replay"),
                           member_text(vhid, "profile"));
    append_demotions(out, vhid);
    append_label(out, "changes");
    g_string_append_printf(out,
                           "%" G_GINT64_FORMAT " transitions, %" G_GINT64_FORMAT
                           " preemptions\n",
                           member_integer(vhid, "transitions"),
                           member_integer(vhid, "preemptions"));
    JsonArray *peers = member_array(vhid, "peers");
    for (guint i = 0; peers != NULL && i < json_array_get_length(peers); i++) {
        JsonObject *peer = member_element(peers, i);
        if (peer != NULL) {
            append_peer(out, peer);
        }
    }
}

void
show_text_long(JsonObject *answer, GString *out)
{
    JsonObject *daemon = member_object(answer, "daemon");
    JsonArray *vhids = member_array(answer, "vhids");
    char text[TXT_DURATION];
    if (daemon != NULL) {
        g_string_append_printf(
            out, "carpd %s, process %" G_GINT64_FORMAT ", up %s, %s\n",
            member_text(daemon, "version"), member_integer(daemon, "pid"),
            duration(daemon, "uptime", text), member_text(daemon, "config"));
        if (member_integer(daemon, "demotion") > 0) {
            g_string_append_printf(
                out, "every vhid is demoted by %" G_GINT64_FORMAT "\n",
                member_integer(daemon, "demotion"));
        }
    }
    for (guint i = 0; vhids != NULL && i < json_array_get_length(vhids); i++) {
        JsonObject *vhid = member_element(vhids, i);
        if (vhid != NULL) {
            append_vhid(out, vhid, 0);
            append_detail(out, vhid);
            append_faults(out, vhid);
        }
    }
}
