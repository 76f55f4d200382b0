/* SPDX-License-Identifier: BSD-2-Clause */
#include "member.h"
#include "show_text.h"
#include "text.h"

/* netstat -s -p carp, line by line. */
static const struct {
    const char *name, *text;
} lines[] = {
    {"ipackets", "packets received (IPv4)"},
    {"ipackets6", "packets received (IPv6)"},
    {"badif", "packets discarded for bad interface"},
    {"badttl", "packets discarded for wrong TTL"},
    {"hdrops", "packets shorter than header"},
    {"badsum", "discarded for bad checksums"},
    {"badver", "discarded packets with a bad version"},
    {"badlen", "discarded because packet too short"},
    {"badauth", "discarded for bad authentication"},
    {"badvhid", "discarded for bad vhid"},
    {"badaddrs", "discarded because of a bad address list"},
    {"opackets", "packets sent (IPv4)"},
    {"opackets6", "packets sent (IPv6)"},
    {"onomem", "send failed due to mbuf memory error"},
    {"ostates", "state updates sent"},
    {"preempt", "transitions to master"},
};

static void
append_reasons(JsonObject *reasons, GString *out)
{
    GList *names = reasons != NULL ? json_object_get_members(reasons) : NULL;
    for (GList *name = names; name != NULL; name = name->next) {
        const gint64 count = member_integer(reasons, name->data);
        if (count != 0) {
            char *clean = txt_clean(g_strdup(name->data));
            g_string_append_printf(out, "\t%" G_GINT64_FORMAT " %s\n", count,
                                   clean);
            g_free(clean);
        }
    }
    g_list_free(names);
}

static void
append_counters(JsonObject *stats, GString *out)
{
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_string_append_printf(out, "\t%" G_GINT64_FORMAT " %s\n",
                               member_integer(stats, lines[i].name),
                               lines[i].text);
    }
}

void
show_text_stats(JsonObject *answer, GString *out)
{
    JsonObject *stats = member_object(answer, "stats");
    JsonObject *reasons = member_object(answer, "reasons");
    JsonArray *vhids = member_array(answer, "vhids");
    if (stats != NULL) {
        g_string_append(out, "carp:\n");
        append_counters(stats, out);
    }
    if (reasons != NULL) {
        g_string_append(out, "reasons:\n");
        append_reasons(reasons, out);
    }
    for (guint i = 0; vhids != NULL && i < json_array_get_length(vhids); i++) {
        JsonObject *vhid = member_element(vhids, i);
        JsonObject *own = vhid != NULL ? member_object(vhid, "reasons") : NULL;
        if (own != NULL) {
            g_string_append_printf(out, "%s (%s):\n", member_text(vhid, "name"),
                                   member_text(vhid, "id"));
            append_reasons(member_object(vhid, "stats"), out);
            append_reasons(own, out);
        }
    }
}
