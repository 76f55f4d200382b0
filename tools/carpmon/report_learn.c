/* SPDX-License-Identifier: BSD-2-Clause */
/* What was learnt of each vhid, as groups of a carp.conf. */
#include <carp/auth.h>
#include <carp/learn.h>

#include <string.h>

#include "report.h"
#include "text.h"

/* Of the wire's name in a group's: room for "-255.4094" behind it. */
#define NAME_OCTETS (CARP_ROW_NAME - 9)

struct learn {
    const struct mon_session *session;
    uint64_t groups;
};

static void *
open_learn(const struct mon_session *session)
{
    struct learn *learn = g_new0(struct learn, 1);
    learn->session = session;
    return learn;
}

static void
append_evidence(GString *out, const struct carp_learnt_address *address)
{
    char text[CARP_ADDR_TEXT], mac[CARP_MAC_TEXT];
    g_string_append_printf(
        out, "#   %s: ", carp_addr_format(&address->address, text));
    g_string_append(out,
                    address->is_hashed ? "hashed" : "not proved by a digest");
    if ((address->evidence & CARP_LEARNT_VIRTUAL_MAC) != 0) {
        g_string_append(out, ", announced with the virtual MAC");
    } else if ((address->evidence & CARP_LEARNT_TAKEOVER) != 0) {
        g_string_append_printf(out, ", announced at a take-over by %s",
                               carp_mac_format(&address->mac, mac));
    }
    g_string_append_c(out, '\n');
}

static void
append_addresses(GString *out, const struct carp_learnt_set *set)
{
    char text[CARP_ADDR_TEXT];
    g_string_append(out, set->addresses.count > 0
                             ? "addresses = "
                             : "# addresses: none was announced meanwhile");
    for (uint16_t i = 0; i < set->addresses.count; i++) {
        g_string_append_printf(out, "%s%s", i > 0 ? "; " : "",
                               carp_addr_format(&set->addresses.list[i], text));
    }
    g_string_append_c(out, '\n');
}

static void
append_secret(GString *out, const struct learn *learn,
              const struct carp_learnt_set *set)
{
    const struct carp_ring_row *row =
        set->is_confirmed && learn->session->ring != NULL
            ? carp_ring_get(learn->session->ring, set->row)
            : NULL;
    if (row != NULL) {
        g_string_append_printf(out, "# the secret is that of [vhid \"%s\"]\n",
                               row->name);
    }
    g_string_append(out, "password-file = FILE\n");
}

/* A wire's name, which may be a file's, as a part of a group's. */
static char *
group_part(const char *segment)
{
    char *part =
        g_strdelimit(txt_clean(g_utf8_make_valid(segment, -1)), "\"[]", '_');
    if (strlen(part) > NAME_OCTETS) {
        *g_utf8_find_prev_char(part, part + NAME_OCTETS + 1) = '\0';
    }
    return part;
}

static void
append_group(GString *out, const struct learn *learn,
             const struct carp_learnt_set *set)
{
    char text[CARP_ADDR_TEXT];
    char *segment = group_part(mon_segment_name(learn->session, set->segment));
    g_string_append_printf(out, "[vhid \"%s-%u", segment, set->vhid);
    g_free(segment);
    if (set->vlan != 0) {
        g_string_append_printf(out, ".%u", set->vlan);
    }
    g_string_append_printf(out, "\"]\nvhid = %u\n", set->vhid);
    append_addresses(out, set);
    append_secret(out, learn, set);
    if (set->is_confirmed) {
        g_string_append_printf(out, "profile = %s\n",
                               carp_profile_get(set->profile)->name);
    }
    if (set->is_confirmed && set->has_lladdr) {
        char mac[CARP_MAC_TEXT];
        g_string_append_printf(out, "lladdr = %s\n",
                               carp_mac_format(&set->lladdr, mac));
    }
    if (set->master.family != CARP_FAMILY_NONE) {
        g_string_append_printf(
            out, "# the master %s has advbase %u advskew %u\n",
            carp_addr_format(&set->master, text), set->advbase, set->advskew);
    }
}

static void
last(void *state, struct carp_track *track, carp_time now)
{
    struct learn *learn = state;
    struct carp_learnt_set set, before = {.vhid = 0};
    GString *out = g_string_new(NULL);
    (void)now;
    for (size_t i = 0; carp_track_learnt_set(track, i, &set); i++) {
        /* Both families of a vhid have one set. */
        if (before.vhid == set.vhid && before.segment == set.segment &&
            before.vlan == set.vlan) {
            continue;
        }
        before = set;
        struct carp_learnt_address address;
        char *name =
            txt_clean(g_strdup(mon_segment_name(learn->session, set.segment)));
        g_string_append_printf(out, "%s# %u@%s: %s\n",
                               learn->groups++ > 0 ? "\n" : "", set.vhid, name,
                               set.is_confirmed
                                   ? "the digests prove these addresses"
                                   : "as announced; no digest proves it");
        g_free(name);
        for (unsigned int a = 0;
             carp_track_learnt_address(track, i, a, &address); a++) {
            append_evidence(out, &address);
        }
        append_group(out, learn, &set);
    }
    if (learn->groups == 0) {
        g_string_append(out, "# no CARP was seen\n");
    }
    fputs(out->str, learn->session->out);
    g_string_free(out, TRUE);
}

const struct mon_report_ops mon_report_learn = {
    .name = "learn", .open = open_learn, .last = last, .close = g_free};
