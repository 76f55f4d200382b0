/* SPDX-License-Identifier: BSD-2-Clause */
#include "show_prometheus.h"

#include "member.h"
#include "prometheus.h"
#include "text.h"

#define I64 "%" G_GINT64_FORMAT

/* Of the sixteen counters those that are drops; their names are the reasons. */
static const char *const discards[] = {"badif",   "badttl",  "hdrops",
                                       "badsum",  "badver",  "badlen",
                                       "badauth", "badvhid", "badaddrs"};

static void
open_labels(GString *out, const char *name, JsonObject *vhid)
{
    g_string_append_printf(out, "%s{name=\"", name);
    prometheus_value(out, vhid != NULL ? member_text(vhid, "name") : "");
    g_string_append(out, "\",interface=\"");
    prometheus_value(out, vhid != NULL ? member_text(vhid, "interface") : "");
    g_string_append_printf(out, "\",vhid=\"" I64 "\"",
                           vhid != NULL ? member_integer(vhid, "vhid") : 0);
}

static void
add_label(GString *out, const char *name, const char *value)
{
    g_string_append_printf(out, ",%s=\"", name);
    prometheus_value(out, value);
    g_string_append_c(out, '"');
}

static void
close_labels(GString *out, gint64 value)
{
    g_string_append_printf(out, "} " I64 "\n", value);
}

static void
close_seconds(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(out, "} %s\n",
                           g_ascii_formatd(text, sizeof(text), "%.6f", value));
}

/* ---------------------------------------------------------- each vhid's state
 */

static void
put_state(GString *out, const char *name, JsonObject *vhid)
{
    static const char *const states[] = {"INIT", "BACKUP", "MASTER"};
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        open_labels(out, name, vhid);
        add_label(out, "state", states[i]);
        close_labels(out, g_str_equal(member_text(vhid, "state"), states[i]));
    }
}

static void
put_since(GString *out, const char *name, JsonObject *vhid)
{
    GDateTime *when =
        g_date_time_new_from_iso8601(member_text(vhid, "since"), NULL);
    if (when != NULL) {
        open_labels(out, name, vhid);
        close_seconds(out, (double)g_date_time_to_unix(when) +
                               g_date_time_get_microsecond(when) / 1e6);
        g_date_time_unref(when);
    }
}

static void
put_demotion(GString *out, const char *name, JsonObject *vhid)
{
    open_labels(out, name, vhid);
    close_labels(out, member_integer(vhid, "demotion"));
}

static void
put_interface_up(GString *out, const char *name, JsonObject *vhid)
{
    open_labels(out, name, vhid);
    close_labels(out, member_boolean(vhid, "interface_up"));
}

static void
put_length(GString *out, const char *name, JsonObject *vhid, const char *member)
{
    JsonArray *list = member_array(vhid, member);
    open_labels(out, name, vhid);
    close_labels(out, list != NULL ? (gint64)json_array_get_length(list) : 0);
}

static void
put_missing(GString *out, const char *name, JsonObject *vhid)
{
    put_length(out, name, vhid, "missing");
}

static void
put_faults(GString *out, const char *name, JsonObject *vhid)
{
    put_length(out, name, vhid, "faults");
}

static void
put_transitions(GString *out, const char *name, JsonObject *vhid)
{
    open_labels(out, name, vhid);
    close_labels(out, member_integer(vhid, "transitions"));
}

static void
put_peers(GString *out, const char *name, JsonObject *vhid)
{
    JsonArray *peers = member_array(vhid, "peers");
    for (guint i = 0; peers != NULL && i < json_array_get_length(peers); i++) {
        JsonObject *peer = member_element(peers, i);
        if (peer != NULL) {
            open_labels(out, name, vhid);
            add_label(out, "source", member_text(peer, "address"));
            close_seconds(out, member_number(peer, "heard_seconds"));
        }
    }
}

static const struct {
    const char *name, *type, *help;
    void (*put)(GString *out, const char *name, JsonObject *vhid);
} states[] = {
    {"carpd_state", "gauge", "1 for the state that the vhid is in.", put_state},
    {"carpd_state_since_seconds", "gauge", "When it came there, Unix time.",
     put_since},
    {"carpd_demotion", "gauge", "Sum of demotions; 0 is healthy.",
     put_demotion},
    {"carpd_interface_up", "gauge",
     "1 while the interface is there and has its carrier.", put_interface_up},
    {"carpd_missing_addresses", "gauge",
     "Addresses that should be up now and are not.", put_missing},
    {"carpd_faults", "gauge", "What is wrong right now; see carpctl show.",
     put_faults},
    {"carpd_transitions_total", "counter", "Changes of state.",
     put_transitions},
    {"carpd_peer_silence_seconds", "gauge",
     "Since the last good advert of a peer; a BACKUP is silent.", put_peers},
};

/* ------------------------------------------------------------------- counters
 */

/* One vhid's counters; @p vhid NULL: what belongs to none. */
struct counted {
    JsonObject *vhid;  /* of show */
    JsonObject *entry; /* of stats */
};

/* What the daemon counted beyond its vhids. */
static gint64
value_of(JsonObject *stats, const GArray *all, const struct counted *one,
         const char *group, const char *name)
{
    if (one->vhid != NULL) {
        return member_integer(member_object(one->entry, group), name);
    }
    gint64 rest = member_integer(member_object(stats, group), name);
    for (guint i = 0; i < all->len; i++) {
        const struct counted *other = &g_array_index(all, struct counted, i);
        if (other->vhid != NULL) {
            rest -= member_integer(member_object(other->entry, group), name);
        }
    }
    return MAX(rest, 0);
}

struct split {
    const char *label;
    const char *const *values;
    const char *const *members; /* of stats: one for each value */
    size_t count;
};

/* One counter, split by a label. */
static void
put_split(GString *out, JsonObject *stats, const GArray *all, const char *name,
          const char *help, const struct split *split)
{
    prometheus_head(out, name, "counter", help);
    for (guint i = 0; i < all->len; i++) {
        const struct counted *one = &g_array_index(all, struct counted, i);
        for (size_t n = 0; n < split->count; n++) {
            open_labels(out, name, one->vhid);
            add_label(out, split->label, split->values[n]);
            close_labels(out,
                         value_of(stats, all, one, "stats", split->members[n]));
        }
    }
}

static void
put_reasons(GString *out, JsonObject *stats, const GArray *all)
{
    static const char name[] = "carpd_reasons_total";
    JsonObject *reasons = member_object(stats, "reasons");
    GList *names = reasons != NULL ? json_object_get_members(reasons) : NULL;
    prometheus_head(out, name, "counter",
                    "What else was counted, by the reasons of carpctl stats.");
    for (guint i = 0; i < all->len; i++) {
        const struct counted *one = &g_array_index(all, struct counted, i);
        for (GList *reason = names; reason != NULL; reason = reason->next) {
            char *clean = txt_clean(g_strdup(reason->data));
            open_labels(out, name, one->vhid);
            add_label(out, "reason", clean);
            close_labels(out,
                         value_of(stats, all, one, "reasons", reason->data));
            g_free(clean);
        }
    }
    g_list_free(names);
}

static JsonObject *
entry_of(JsonObject *stats, const char *id)
{
    JsonArray *list = member_array(stats, "vhids");
    for (guint i = 0; list != NULL && i < json_array_get_length(list); i++) {
        JsonObject *entry = member_element(list, i);
        if (entry != NULL && g_str_equal(member_text(entry, "id"), id)) {
            return entry;
        }
    }
    return NULL;
}

static GArray *
counted_vhids(JsonObject *show, JsonObject *stats, gboolean is_whole)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct counted));
    JsonArray *vhids = member_array(show, "vhids");
    for (guint i = 0; vhids != NULL && i < json_array_get_length(vhids); i++) {
        struct counted one = {.vhid = member_element(vhids, i)};
        if (one.vhid != NULL) {
            one.entry = entry_of(stats, member_text(one.vhid, "id"));
        }
        if (one.entry != NULL) {
            g_array_append_val(all, one);
        }
    }
    if (is_whole) {
        const struct counted none = {NULL, NULL};
        g_array_append_val(all, none);
    }
    return all;
}

/* ------------------------------------------------------------------- the whole
 */

static void
put_daemon(GString *out, JsonObject *show)
{
    JsonObject *daemon = member_object(show, "daemon");
    prometheus_head(out, "carpd_build_info", "gauge",
                    "Always 1; see the labels.");
    g_string_append(out, "carpd_build_info{version=\"");
    prometheus_value(out, member_text(daemon, "version"));
    g_string_append(out, "\"} 1\n");
    prometheus_head(out, "carpd_uptime_seconds", "gauge",
                    "How long carpd has been running.");
    g_string_append(out, "carpd_uptime_seconds");
    g_string_append_printf(out, " " I64 "\n", member_integer(daemon, "uptime"));
}

static void
put_states(GString *out, JsonObject *show)
{
    JsonArray *vhids = member_array(show, "vhids");
    const guint count = vhids != NULL ? json_array_get_length(vhids) : 0;
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        prometheus_head(out, states[i].name, states[i].type, states[i].help);
        for (guint v = 0; v < count; v++) {
            JsonObject *vhid = member_element(vhids, v);
            if (vhid != NULL) {
                states[i].put(out, states[i].name, vhid);
            }
        }
    }
}

static void
put_counters(GString *out, JsonObject *show, JsonObject *stats,
             gboolean is_whole)
{
    static const char *const families[] = {"ipv4", "ipv6"};
    static const char *const received[] = {"ipackets", "ipackets6"};
    static const char *const sent[] = {"opackets", "opackets6"};
    const struct split receiving = {"family", families, received, 2};
    const struct split sending = {"family", families, sent, 2};
    const struct split dropped = {"reason", discards, discards,
                                  G_N_ELEMENTS(discards)};
    GArray *all = counted_vhids(show, stats, is_whole);
    put_split(out, stats, all, "carpd_adverts_received_total",
              "Adverts received.", &receiving);
    put_split(out, stats, all, "carpd_adverts_sent_total", "Adverts sent.",
              &sending);
    put_split(out, stats, all, "carpd_adverts_discarded_total",
              "Adverts not acted on, by the counter of netstat.", &dropped);
    put_reasons(out, stats, all);
    g_array_free(all, TRUE);
}

void
show_prometheus(JsonObject *show, JsonObject *stats, gboolean is_whole,
                GString *out)
{
    const bool is_up = show != NULL && stats != NULL;
    prometheus_head(out, "carpd_up", "gauge",
                    "1 when carpd answered; without it nothing is known.");
    g_string_append_printf(out, "carpd_up %d\n", is_up);
    if (is_up) {
        put_daemon(out, show);
        put_states(out, show);
        put_counters(out, show, stats, is_whole);
    }
}
