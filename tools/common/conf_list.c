/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys whose value is a list. */
#include <string.h>

#include "conf_set.h"

static bool
add_address(struct conf_group *group, const struct conf_row *row,
            const char *item, struct carp_addrs *addrs, uint8_t *prefix_len)
{
    struct carp_addr addr;
    unsigned int prefix = 0;
    char text[48];
    enum carp_status status = carp_addr_parse(item, &addr, &prefix);
    if (status == CARP_ERR_RANGE) {
        conf_key_error(group, row->key,
                       "'%s': the prefix length must be 0 to "
                       "32 (IPv4) or 0 to 128 (IPv6)",
                       conf_shown(item, text));
        return false;
    }
    if (status != CARP_OK) {
        conf_key_error(group, row->key, "'%s' is not an IPv4 or IPv6 address",
                       conf_shown(item, text));
        return false;
    }
    if (carp_addrs_contain(addrs, &addr)) {
        conf_key_error(group, row->key, "'%s' stands here twice",
                       conf_shown(item, text));
        return false;
    }
    uint16_t index = addrs->count;
    if (carp_addrs_add(addrs, &addr) != CARP_OK) {
        conf_key_error(group, row->key, "more than %d addresses",
                       CARP_ADDRS_MAX);
        return false;
    }
    if (prefix_len != NULL) {
        prefix_len[index] = (uint8_t)prefix;
    }
    return true;
}

static bool
read_addresses(struct conf_group *group, const struct conf_row *row,
               const char *value, struct carp_addrs *addrs, uint8_t *prefix_len)
{
    char **items = g_strsplit(value, ";", -1);
    bool is_good = true;
    for (char **item = items; *item != NULL && is_good; item++) {
        g_strstrip(*item);
        if (**item != '\0') {
            is_good = add_address(group, row, *item, addrs, prefix_len);
        }
    }
    if (is_good && addrs->count == 0) {
        conf_key_error(group, row->key,
                       "is empty: give addresses or remove it");
        is_good = false;
    }
    g_strfreev(items);
    return is_good;
}

/* Virtual addresses: each has to be had by some host. */
static bool
read_virtual(struct conf_group *group, const struct conf_row *row,
             const char *value, struct carp_addrs *addrs, uint8_t *prefix_len)
{
    char text[CARP_ADDR_TEXT];
    if (!read_addresses(group, row, value, addrs, prefix_len)) {
        return false;
    }
    for (uint16_t i = 0; i < addrs->count; i++) {
        if (!carp_addr_is_host(&addrs->list[i])) {
            conf_key_error(group, row->key,
                           "%s is no address that a host can have",
                           carp_addr_format(&addrs->list[i], text));
            return false;
        }
    }
    return true;
}

void
conf_set_addresses(struct conf_group *group, const struct conf_row *row,
                   const char *value)
{
    struct carp_conf_vhid *vhid = group->vhid;
    (void)read_virtual(group, row, value, &vhid->addrs, vhid->prefix_len);
}

void
conf_set_accept_addresses(struct conf_group *group, const struct conf_row *row,
                          const char *value)
{
    struct carp_conf_vhid *vhid = group->vhid;
    char **lists = g_strsplit(value, "|", -1);
    guint count = g_strv_length(lists);
    if (count > CARP_CONF_ADDRS_MAX) {
        conf_key_error(group, row->key, "more than %d lists",
                       CARP_CONF_ADDRS_MAX);
        g_strfreev(lists);
        return;
    }
    vhid->accept_addrs = g_new0(struct carp_addrs, MAX(count, 1));
    bool is_good = true;
    for (guint i = 0; i < MAX(count, 1) && is_good; i++) {
        is_good = read_virtual(group, row, count > 0 ? lists[i] : "",
                               &vhid->accept_addrs[i], NULL);
        vhid->addrs_count += is_good;
    }
    g_strfreev(lists);
}

void
conf_set_senders(struct conf_group *group, const struct conf_row *row,
                 const char *value)
{
    /* A length would look as if a whole network were meant. */
    if (strchr(value, '/') != NULL) {
        conf_key_error(group, row->key,
                       "give each sender's address, without prefix length");
        return;
    }
    (void)read_addresses(group, row, value, &group->vhid->senders, NULL);
}

/* WHAT [AMOUNT]; the amount is the last word when that is a number. */
static bool
split_track(struct conf_group *group, const struct conf_row *row, char *item,
            struct carp_conf_track *track)
{
    char text[48];
    char *blank = strpbrk(item, " \t");
    track->amount = CARP_SKEW_DEMOTED;
    if (blank != NULL) {
        guint64 amount = 0;
        const char *word = blank + strspn(blank, " \t");
        if (!g_ascii_string_to_unsigned(word, 10, 1, 254, &amount, NULL)) {
            conf_key_error(group, row->key,
                           "'%s' must be %s and, if need be, "
                           "a number from 1 to 254",
                           conf_shown(item, text),
                           row->min == CARP_CONF_TRACK_INTERFACE
                               ? "an interface"
                               : "an absolute path");
            return false;
        }
        track->amount = (uint8_t)amount;
        *blank = '\0';
    }
    bool is_good = row->min == CARP_CONF_TRACK_INTERFACE
                       ? conf_is_interface(item)
                       : g_path_is_absolute(item);
    if (!is_good) {
        conf_key_error(
            group, row->key, "'%s' is not %s", conf_shown(item, text),
            row->min == CARP_CONF_TRACK_INTERFACE ? "an interface name"
                                                  : "an absolute path");
        return false;
    }
    track->what = g_strdup(item);
    return true;
}

void
conf_set_track(struct conf_group *group, const struct conf_row *row,
               const char *value)
{
    struct carp_conf_vhid *vhid = group->vhid;
    char **items = g_strsplit(value, ";", -1);
    bool is_good = true;
    for (char **item = items; *item != NULL && is_good; item++) {
        g_strstrip(*item);
        if (**item == '\0') {
            continue;
        }
        if (vhid->track_count == CARP_CONF_TRACK_MAX) {
            conf_key_error(group, row->key, "more than %d things are tracked",
                           CARP_CONF_TRACK_MAX);
            break;
        }
        struct carp_conf_track *track = &vhid->track[vhid->track_count];
        track->kind = (enum carp_conf_track_kind)row->min;
        is_good = split_track(group, row, *item, track);
        vhid->track_count += is_good;
    }
    g_strfreev(items);
}
