/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "conf_internal.h"

struct row {
    const char *key;
    void (*set)(struct conf_group *group, const struct row *row,
                const char *value);
    size_t offset;         /* in struct carp_conf_vhid */
    unsigned int min, max; /* of numbers; family of addresses in min */
};

/* What a message shows of a value that could not be used. */
static const char *
shown(const char *value, char out[48])
{
    g_strlcpy(out, value, 48);
    const char *end = NULL;
    if (!g_utf8_validate(out, -1, &end)) {
        out[end - out] = '\0';
    }
    return out;
}

static void *
member(struct conf_group *group, const struct row *row)
{
    return (char *)group->vhid + row->offset;
}

static void
set_number(struct conf_group *group, const struct row *row, const char *value)
{
    guint64 number = 0;
    char text[48];
    if (!g_ascii_string_to_unsigned(value, 10, row->min, row->max, &number,
                                    NULL)) {
        conf_key_error(group, row->key, "'%s' is not a number from %u to %u",
                       shown(value, text), row->min, row->max);
        return;
    }
    *(uint8_t *)member(group, row) = (uint8_t)number;
}

static void
set_bool(struct conf_group *group, const struct row *row, const char *value)
{
    bool *target = member(group, row);
    char text[48];
    if (strcmp(value, "true") == 0) {
        *target = true;
    } else if (strcmp(value, "false") == 0) {
        *target = false;
    } else {
        conf_key_error(group, row->key, "'%s' must be true or false",
                       shown(value, text));
    }
}

static void
set_text(struct conf_group *group, const struct row *row, const char *value)
{
    if (*value == '\0') {
        conf_key_error(group, row->key, "is empty: give a value or remove it");
        return;
    }
    *(char **)member(group, row) = g_strdup(value);
}

static void
set_interface(struct conf_group *group, const struct row *row,
              const char *value)
{
    size_t len = strlen(value);
    char text[48];
    if (len == 0 || len > 15 || strpbrk(value, " \t/") != NULL) {
        conf_key_error(group, row->key, "'%s' is not an interface name (1 to "
                       "15 characters, no blank, no '/')",
                       shown(value, text));
        return;
    }
    set_text(group, row, value);
}

static void
set_group(struct conf_group *group, const struct row *row, const char *value)
{
    size_t len = strlen(value);
    char text[48];
    if (len == 0 || len > 32 || strpbrk(value, " \t/\"") != NULL) {
        conf_key_error(group, row->key, "'%s' is not a group name (1 to 32 "
                       "characters, no blank, no '/', no '\"')",
                       shown(value, text));
        return;
    }
    set_text(group, row, value);
}

static void
set_script(struct conf_group *group, const struct row *row, const char *value)
{
    char text[48];
    if (!g_path_is_absolute(value)) {
        conf_key_error(group, row->key, "'%s' must be an absolute path",
                       shown(value, text));
        return;
    }
    set_text(group, row, value);
}

static bool
add_address(struct conf_group *group, const struct row *row, const char *item)
{
    struct carp_conf_vhid *vhid = group->vhid;
    struct carp_addr addr;
    unsigned int prefix = 0;
    char text[48];
    enum carp_status status = carp_addr_parse(item, &addr, &prefix);
    if (status == CARP_ERR_RANGE) {
        conf_key_error(group, row->key, "'%s': the prefix length must be 0 to "
                       "32 (IPv4) or 0 to 128 (IPv6)", shown(item, text));
        return false;
    }
    if (status != CARP_OK) {
        conf_key_error(group, row->key, "'%s' is not an IPv4 or IPv6 address",
                       shown(item, text));
        return false;
    }
    if (carp_addrs_contain(&vhid->addrs, &addr)) {
        conf_key_error(group, row->key, "'%s' stands here twice",
                       shown(item, text));
        return false;
    }
    uint16_t index = vhid->addrs.count;
    if (carp_addrs_add(&vhid->addrs, &addr) != CARP_OK) {
        conf_key_error(group, row->key, "more than %d addresses",
                       CARP_ADDRS_MAX);
        return false;
    }
    vhid->prefix_len[index] = (uint8_t)prefix;
    return true;
}

static void
set_addresses(struct conf_group *group, const struct row *row,
              const char *value)
{
    char **items = g_strsplit(value, ";", -1);
    bool is_good = true;
    for (char **item = items; *item != NULL && is_good; item++) {
        g_strstrip(*item);
        if (**item != '\0') {
            is_good = add_address(group, row, *item);
        }
    }
    if (is_good && group->vhid->addrs.count == 0) {
        conf_key_error(group, row->key,
                       "is empty: give addresses or remove it");
    }
    g_strfreev(items);
}

static void
set_peer(struct conf_group *group, const struct row *row, const char *value)
{
    struct carp_addr addr;
    char text[48];
    if (strchr(value, '/') != NULL
        || carp_addr_parse(value, &addr, NULL) != CARP_OK
        || addr.family != row->min) {
        conf_key_error(group, row->key, "'%s' is not an IPv%u address without "
                       "prefix length", shown(value, text), row->min);
        return;
    }
    *(struct carp_addr *)member(group, row) = addr;
}

static void
set_lladdr(struct conf_group *group, const struct row *row, const char *value)
{
    char text[48];
    if (carp_mac_parse(value, &group->vhid->lladdr) != CARP_OK) {
        conf_key_error(group, row->key, "'%s' is not a MAC address such as "
                       "00:00:5e:00:01:07", shown(value, text));
        return;
    }
    group->vhid->has_lladdr = true;
}

static void
set_profile(struct conf_group *group, const struct row *row,
            const char *value)
{
    char text[48];
    if (carp_profile_by_name(value, &group->vhid->profile) != CARP_OK) {
        conf_key_error(group, row->key, "'%s' must be freebsd, freebsd6, "
                       "netbsd, openbsd, openbsd-orig, dragonfly, ucarp or "
                       "auto", shown(value, text));
    }
}

static void
set_replay(struct conf_group *group, const struct row *row, const char *value)
{
    static const char *const names[] = {"ignore", "log", "drop"};
    char text[48];
    for (unsigned int i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(value, names[i]) == 0) {
            group->vhid->replay = (enum carp_conf_replay)i;
            return;
        }
    }
    conf_key_error(group, row->key, "'%s' must be ignore, log or drop",
                   shown(value, text));
}

#define AT(name) offsetof(struct carp_conf_vhid, name)

static const struct row rows[] = {
    {"vhid", set_number, AT(vhid), 1, 255},
    {"interface", set_interface, AT(interface), 0, 0},
    {"addresses", set_addresses, 0, 0, 0},
    {"profile", set_profile, 0, 0, 0},
    {"lladdr", set_lladdr, 0, 0, 0},
    {"advbase", set_number, AT(advbase), 0, 255},
    {"advskew", set_number, AT(advskew), 0, 254},
    {"preempt", set_bool, AT(preempt), 0, 0},
    {"peer", set_peer, AT(peer), CARP_IPV4, 0},
    {"peer6", set_peer, AT(peer6), CARP_IPV6, 0},
    {"vmac", set_bool, AT(vmac), 0, 0},
    {"up-script", set_script, AT(up_script), 0, 0},
    {"down-script", set_script, AT(down_script), 0, 0},
    {"hook", set_script, AT(hook), 0, 0},
    {"group", set_group, AT(group), 0, 0},
    {"replay", set_replay, 0, 0, 0},
    {"demote", set_number, AT(demote), 0, 240},
    {"demote-link-down", set_number, AT(demote_link_down), 0, 240},
    {"demote-send-error", set_number, AT(demote_send_error), 0, 240},
};

static void
read_key(struct conf_group *group, const char *key)
{
    const struct row *row = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (strcmp(rows[i].key, key) == 0) {
            row = &rows[i];
        }
    }
    if (row == NULL) {
        conf_key_error(group, key, "is not a known key: see carp.conf(5)");
        return;
    }
    char *value = conf_get_text(group, key);
    if (value == NULL) {
        return;
    }
    row->set(group, row, g_strstrip(value));
    g_free(value);
}

void
conf_read_keys(struct conf_group *group)
{
    char **keys = g_key_file_get_keys(group->file->keys, group->title, NULL,
                                      NULL);
    for (char **key = keys; key != NULL && *key != NULL; key++) {
        if (!conf_is_secret(*key)) {
            read_key(group, *key);
        }
    }
    /* Secrets last: how a password is cut depends on the profile. */
    for (char **key = keys; key != NULL && *key != NULL; key++) {
        if (conf_is_secret(*key)) {
            conf_read_secret(group, *key);
        }
    }
    g_strfreev(keys);
}
