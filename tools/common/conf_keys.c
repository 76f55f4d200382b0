/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of [vhid "NAME"]. */
#include <string.h>

#include "conf_set.h"

static void
set_lladdr(struct conf_group *group, const struct conf_row *row,
           const char *value)
{
    char text[48];
    if (carp_mac_parse(value, &group->vhid->lladdr) != CARP_OK) {
        conf_key_error(group, row->key,
                       "'%s' is not a MAC address such as "
                       "00:00:5e:00:01:07",
                       conf_shown(value, text));
        return;
    }
    group->vhid->has_lladdr = true;
}

static void
set_profile(struct conf_group *group, const struct conf_row *row,
            const char *value)
{
    char text[48];
    if (carp_profile_by_name(value, &group->vhid->profile) != CARP_OK) {
        conf_key_error(group, row->key,
                       "'%s' must be freebsd, freebsd6, "
                       "netbsd, openbsd, openbsd-orig, dragonfly, ucarp or "
                       "auto",
                       conf_shown(value, text));
    }
}

static void
set_replay(struct conf_group *group, const struct conf_row *row,
           const char *value)
{
    static const char *const words[] = {"off", "alert", "strict"};
    unsigned int found = 0;
    if (conf_find_word(group, row, value, words, G_N_ELEMENTS(words),
                       "off, alert or strict", &found)) {
        group->vhid->replay = (enum carp_replay_mode)found;
    }
}

static void
set_vmac(struct conf_group *group, const struct conf_row *row,
         const char *value)
{
    /* false and true were there first. */
    static const char *const words[] = {"off", "on", "adverts", "false",
                                        "true"};
    static const enum carp_conf_vmac values[] = {
        CARP_CONF_VMAC_OFF, CARP_CONF_VMAC_ON, CARP_CONF_VMAC_ADVERTS,
        CARP_CONF_VMAC_OFF, CARP_CONF_VMAC_ON};
    unsigned int found = 0;
    if (conf_find_word(group, row, value, words, G_N_ELEMENTS(words),
                       "on, off or adverts", &found)) {
        group->vhid->vmac = values[found];
        group->vhid->has_vmac = true;
    }
}

static void
set_tie(struct conf_group *group, const struct conf_row *row, const char *value)
{
    static const char *const words[] = {"address", "yield", "ucarp"};
    unsigned int found = 0;
    if (conf_find_word(group, row, value, words, G_N_ELEMENTS(words),
                       "address, yield or ucarp", &found)) {
        group->vhid->tie = (enum carp_conf_tie)found;
    }
}

static void
set_late(struct conf_group *group, const struct conf_row *row,
         const char *value)
{
    static const char *const words[] = {"speak", "listen"};
    unsigned int found = 0;
    if (conf_find_word(group, row, value, words, G_N_ELEMENTS(words),
                       "listen or speak", &found)) {
        group->vhid->late_listen = found == 1;
    }
}

static void
set_families(struct conf_group *group, const struct conf_row *row,
             const char *value)
{
    static const char *const words[] = {"together", "apart"};
    unsigned int found = 0;
    if (conf_find_word(group, row, value, words, G_N_ELEMENTS(words),
                       "together or apart", &found)) {
        group->vhid->families_apart = found == 1;
    }
}

static void
set_put_up_by(struct conf_group *group, const struct conf_row *row,
              const char *value)
{
    static const char *const words[] = {"carpd", "script"};
    unsigned int found = 0;
    if (conf_find_word(group, row, value, words, G_N_ELEMENTS(words),
                       "carpd or script", &found)) {
        group->vhid->by_script = found == 1;
    }
}

#define AT(name) offsetof(struct carp_conf_vhid, name)

static const struct conf_row rows[] = {
    {"vhid", conf_set_octet, AT(vhid), 1, 255},
    {"interface", conf_set_interface, AT(interface), 0, 0},
    {"addresses", conf_set_addresses, 0, 0, 0},
    {"accept-addresses", conf_set_accept_addresses, 0, 0, 0},
    {"profile", set_profile, 0, 0, 0},
    {"lladdr", set_lladdr, 0, 0, 0},
    {"advbase", conf_set_octet, AT(advbase), 0, 255},
    {"advskew", conf_set_octet, AT(advskew), 0, 254},
    {"preempt", conf_set_bool, AT(preempt), 0, 0},
    {"preempt-delay", conf_set_seconds, AT(preempt_delay), 0, 3600},
    {"start-delay", conf_set_seconds, AT(start_delay), 0, 3600},
    {"dead-ratio", conf_set_octet, AT(dead_ratio), 1, 255},
    {"peer", conf_set_address, AT(peer), CARP_IPV4, 0},
    {"peer6", conf_set_address, AT(peer6), CARP_IPV6, 0},
    {"senders", conf_set_senders, 0, 0, 0},
    {"broadcast", conf_set_bool, AT(broadcast), 0, 0},
    {"source", conf_set_address, AT(source), CARP_IPV4, 0},
    {"source6", conf_set_address, AT(source6), CARP_IPV6, 0},
    {"min-ttl", conf_set_octet, AT(min_ttl), 0, 255},
    {"vmac", set_vmac, 0, 0, 0},
    {"addresses-by", set_put_up_by, 0, 0, 0},
    {"up-script", conf_set_path, AT(up_script), 0, 0},
    {"down-script", conf_set_path, AT(down_script), 0, 0},
    {"script-argument", conf_set_text, AT(script_arg), 0, 0},
    {"down-at-start", conf_set_bool, AT(down_at_start), 0, 0},
    {"hook", conf_set_path, AT(hook), 0, 0},
    {"notify", conf_set_path, AT(notify), 0, 0},
    {"group", conf_set_name, AT(group), 0, 0},
    {"replay", set_replay, 0, 0, 0},
    {"demote", conf_set_octet, AT(demote), 0, 240},
    {"demote-link-down", conf_set_octet, AT(demote_link_down), 0, 240},
    {"demote-send-error", conf_set_octet, AT(demote_send_error), 0, 240},
    {"ignore-link", conf_set_bool, AT(ignore_link), 0, 0},
    {"late", set_late, 0, 0, 0},
    {"families", set_families, 0, 0, 0},
    {"tie", set_tie, 0, 0, 0},
    {"announce-repeat", conf_set_octet, AT(announce_repeat), 0, 100},
    {"announce-delay", conf_set_seconds, AT(announce_delay), 0, 3600},
    {"announce-refresh", conf_set_seconds, AT(announce_refresh), 0, 86400},
    {"track-interface", conf_set_track, 0, CARP_CONF_TRACK_INTERFACE, 0},
    {"track-script", conf_set_track, 0, CARP_CONF_TRACK_SCRIPT, 0},
    {"track-file", conf_set_track, 0, CARP_CONF_TRACK_FILE, 0},
    {"track-interval", conf_set_seconds, AT(track_interval), 1, 3600},
    {"track-rise", conf_set_octet, AT(track_rise), 1, 255},
    {"track-fall", conf_set_octet, AT(track_fall), 1, 255},
};

bool
conf_is_plain(const char *key)
{
    return conf_find_row(rows, G_N_ELEMENTS(rows), key) != NULL ||
           conf_is_daemon_key(key);
}

void
conf_read_keys(struct conf_group *group)
{
    conf_read_rows(group, rows, G_N_ELEMENTS(rows));
    /* Secrets last: how a password is cut depends on the profile. */
    char **keys =
        g_key_file_get_keys(group->file->keys, group->title, NULL, NULL);
    for (char **key = keys; key != NULL && *key != NULL; key++) {
        if (conf_is_secret(*key)) {
            conf_read_secret(group, *key);
        }
    }
    g_strfreev(keys);
}
