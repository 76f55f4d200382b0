/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include "screen.h"

const struct mon_report_ops *
mon_report_find(enum mon_format format)
{
    switch (format) {
    case MON_JSON:
        return &mon_report_json;
    case MON_TEXT:
        break;
    }
    return &mon_report_text;
}

const struct mon_report_ops *
mon_report_wanted(const struct mon_options *options)
{
    const bool is_json = options->format == MON_JSON;
    if (options->ask.inventory != NULL) {
        return is_json ? &mon_report_inventory_json : &mon_report_inventory;
    }
    if (options->ask.watch) {
        return &mon_report_silent;
    }
    if (options->ask.learn) {
        return &mon_report_learn;
    }
    return mon_report_find(options->format);
}

const char *
mon_segment_name(const struct mon_session *session, uint16_t segment)
{
    return segment < session->segments->len
               ? g_ptr_array_index(session->segments, segment)
               : "?";
}

char *
mon_wire_id(const struct mon_session *session, uint16_t segment, uint16_t vlan)
{
    const char *name = mon_segment_name(session, segment);
    return vlan != 0 ? g_strdup_printf("%s.%u", name, vlan) : g_strdup(name);
}

char *
mon_view_id(const struct mon_session *session, uint16_t segment, uint16_t vlan,
            uint8_t family, uint8_t vhid)
{
    char *wire = mon_wire_id(session, segment, vlan);
    char *id = g_strdup_printf("%u@%s%s", vhid, wire,
                               family == CARP_IPV6 ? "/ipv6" : "");
    g_free(wire);
    return id;
}

char *
mon_finding_id(const struct mon_session *session, uint16_t segment,
               uint16_t vlan, uint8_t family, uint8_t vhid)
{
    return vhid != 0 ? mon_view_id(session, segment, vlan, family, vhid)
                     : mon_wire_id(session, segment, vlan);
}

const char *
mon_family_text(uint8_t family)
{
    return family == CARP_IPV6 ? "ipv6" : "ipv4";
}

const char *
mon_role_text(enum carp_role role)
{
    return role == CARP_MASTER ? "MASTER" : "BACKUP";
}

carp_time
mon_wall(const struct mon_session *session, carp_time when)
{
    return session->clock != NULL ? mon_clock_wall(session->clock, when) : when;
}
