/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf_write.h"

#include <string.h>

/* A key file takes blanks off both ends of a value and reads escapes. */
static void
append_escaped(GString *out, const char *text, size_t len, bool in_list)
{
    for (size_t i = 0; i < len; i++) {
        switch (text[i]) {
        case '\\':
            g_string_append(out, "\\\\");
            break;
        case '\t':
            g_string_append(out, "\\t");
            break;
        case '\n':
            g_string_append(out, "\\n");
            break;
        case '\r':
            g_string_append(out, "\\r");
            break;
        case ' ':
            g_string_append(out, i == 0 || i + 1 == len ? "\\s" : " ");
            break;
        case ';':
            g_string_append(out, in_list ? "\\;" : ";");
            break;
        default:
            g_string_append_c(out, text[i]);
        }
    }
}

/* Blanks at a text's ends are lost when it is read, and a key without a value
 * is refused: what has nothing else is left out. */
static bool
is_blank(const char *text)
{
    return text[strspn(text, " \t\n\f\r")] == '\0';
}

static void
put_text(GString *out, const char *key, const char *value)
{
    if (value != NULL && !is_blank(value)) {
        g_string_append_printf(out, "%s = ", key);
        append_escaped(out, value, strlen(value), false);
        g_string_append_c(out, '\n');
    }
}

static void
put_number(GString *out, const char *key, unsigned int value,
           unsigned int standard)
{
    if (value != standard) {
        g_string_append_printf(out, "%s = %u\n", key, value);
    }
}

static void
put_bool(GString *out, const char *key, bool value)
{
    if (value) {
        g_string_append_printf(out, "%s = true\n", key);
    }
}

static void
put_seconds(GString *out, const char *key, carp_time value, carp_time standard)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (value != standard) {
        g_ascii_formatd(text, sizeof(text), "%.9g",
                        (double)value / (double)CARP_SEC);
        put_text(out, key, text);
    }
}

static void
put_address(GString *out, const char *key, const struct carp_addr *addr)
{
    char text[CARP_ADDR_TEXT];
    if (addr->family != CARP_FAMILY_NONE) {
        put_text(out, key, carp_addr_format(addr, text));
    }
}

/* ------------------------------------------------------------------ lists */

static void
append_list(GString *out, const struct carp_addrs *addrs,
            const uint8_t *prefix_len)
{
    char text[CARP_ADDR_TEXT];
    for (uint16_t i = 0; i < addrs->count; i++) {
        const struct carp_addr *addr = &addrs->list[i];
        const unsigned int whole = addr->family == CARP_IPV4 ? 32 : 128;
        g_string_append_printf(out, "%s%s", i > 0 ? "; " : "",
                               carp_addr_format(addr, text));
        if (prefix_len != NULL && prefix_len[i] != whole) {
            g_string_append_printf(out, "/%u", prefix_len[i]);
        }
    }
}

static void
put_addresses(GString *out, const struct carp_conf_vhid *vhid)
{
    if (vhid->addrs.count > 0) {
        g_string_append(out, "addresses = ");
        append_list(out, &vhid->addrs, vhid->prefix_len);
        g_string_append_c(out, '\n');
    }
    for (unsigned int i = 0; i < vhid->addrs_count; i++) {
        g_string_append(out, i == 0 ? "accept-addresses = " : " | ");
        append_list(out, &vhid->accept_addrs[i], NULL);
    }
    if (vhid->addrs_count > 0) {
        g_string_append_c(out, '\n');
    }
}

static void
put_tracks(GString *out, const struct carp_conf_vhid *vhid,
           enum carp_conf_track_kind kind, const char *key)
{
    unsigned int count = 0;
    for (unsigned int i = 0; i < vhid->track_count; i++) {
        const struct carp_conf_track *track = &vhid->track[i];
        if (track->kind == kind) {
            g_string_append_printf(out, "%s%s %u", count++ == 0 ? key : "; ",
                                   track->what, track->amount);
        }
    }
    if (count > 0) {
        g_string_append_c(out, '\n');
    }
}

static void
put_senders(GString *out, const struct carp_addrs *senders)
{
    if (senders->count > 0) {
        g_string_append(out, "senders = ");
        append_list(out, senders, NULL);
        g_string_append_c(out, '\n');
    }
}

/* ---------------------------------------------------------------- secrets */

/* Of the blanks that are taken off only this one has no escape. */
static bool
is_text(const struct carp_key *key)
{
    const uint8_t len = key->password_len;
    return len > 0 && g_utf8_validate((const char *)key->password, len, NULL) &&
           memchr(key->password, '\f', len) == NULL;
}

static void
append_hex(GString *out, const struct carp_key *key)
{
    for (size_t i = 0; i < CARP_KEY_LEN; i++) {
        g_string_append_printf(out, "%02x", key->octets[i]);
    }
}

static void
append_secret(GString *out, const struct carp_key *key, bool in_list)
{
    if (is_text(key)) {
        append_escaped(out, (const char *)key->password, key->password_len,
                       in_list);
    } else {
        append_hex(out, key);
    }
}

/* Passwords and keys stand in lists of their own. */
static void
put_accepted(GString *out, const struct carp_conf_vhid *vhid, bool as_text)
{
    unsigned int count = 0;
    for (unsigned int i = 0; i < vhid->accept_count; i++) {
        if (is_text(&vhid->accept[i]) == as_text) {
            g_string_append(out, count++ > 0 ? ";"
                                 : as_text   ? "accept-password = "
                                             : "accept-key-hex = ");
            append_secret(out, &vhid->accept[i], true);
        }
    }
    if (count > 0) {
        g_string_append_c(out, '\n');
    }
}

static void
put_secrets(GString *out, const struct carp_conf_vhid *vhid, unsigned int flags)
{
    if ((flags & CONF_WRITE_NO_SECRETS) != 0) {
        g_string_append(out, "# the secret is not shown: add password-file "
                             "= FILE\n");
        return;
    }
    g_string_append(out, is_text(&vhid->key) ? "password = " : "key-hex = ");
    append_secret(out, &vhid->key, false);
    g_string_append_c(out, '\n');
    put_accepted(out, vhid, true);
    put_accepted(out, vhid, false);
}

/* ----------------------------------------------------------------- groups */

static void
put_wire(GString *out, const struct carp_conf_vhid *vhid)
{
    static const char *const macs[] = {"off", "on", "adverts"};
    char mac[CARP_MAC_TEXT];

    put_address(out, "peer", &vhid->peer);
    put_address(out, "peer6", &vhid->peer6);
    put_senders(out, &vhid->senders);
    put_bool(out, "broadcast", vhid->broadcast);
    put_address(out, "source", &vhid->source);
    put_address(out, "source6", &vhid->source6);
    put_number(out, "min-ttl", vhid->min_ttl, 255);
    if (vhid->profile != CARP_PROFILE_AUTO) {
        put_text(out, "profile", carp_profile_get(vhid->profile)->name);
    }
    if (vhid->has_lladdr) {
        put_text(out, "lladdr", carp_mac_format(&vhid->lladdr, mac));
    }
    if (vhid->has_vmac || vhid->vmac != CARP_CONF_VMAC_ON) {
        put_text(out, "vmac", macs[vhid->vmac]);
    }
}

static void
put_election(GString *out, const struct carp_conf_vhid *vhid)
{
    static const char *const ties[] = {"address", "yield", "ucarp"};

    put_number(out, "advbase", vhid->advbase, 1);
    put_number(out, "advskew", vhid->advskew, 0);
    put_number(out, "dead-ratio", vhid->dead_ratio, 3);
    put_bool(out, "preempt", vhid->preempt);
    put_seconds(out, "preempt-delay", vhid->preempt_delay, 0);
    put_seconds(out, "start-delay", vhid->start_delay, 0);
    put_text(out, "late", vhid->late_listen ? NULL : "speak");
    put_text(out, "families", vhid->families_apart ? "apart" : NULL);
    if (vhid->tie != CARP_CONF_TIE_ADDRESS) {
        put_text(out, "tie", ties[vhid->tie]);
    }
    put_text(out, "group", vhid->group);
    put_number(out, "demote", vhid->demote, 0);
    put_number(out, "demote-link-down", vhid->demote_link_down,
               CARP_SKEW_DEMOTED);
    put_number(out, "demote-send-error", vhid->demote_send_error,
               CARP_SKEW_DEMOTED);
    put_bool(out, "ignore-link", vhid->ignore_link);
    put_tracks(out, vhid, CARP_CONF_TRACK_INTERFACE, "track-interface = ");
    put_tracks(out, vhid, CARP_CONF_TRACK_SCRIPT, "track-script = ");
    put_tracks(out, vhid, CARP_CONF_TRACK_FILE, "track-file = ");
    put_seconds(out, "track-interval", vhid->track_interval, 2 * CARP_SEC);
    put_number(out, "track-rise", vhid->track_rise, 2);
    put_number(out, "track-fall", vhid->track_fall, 2);
}

static void
put_script(GString *out, const char *key, const char *script, bool is_needed)
{
    const bool is_missing = script == NULL || is_blank(script);
    put_text(out, key, is_missing && is_needed ? CONF_WRITE_NO_SCRIPT : script);
}

static void
put_rest(GString *out, const struct carp_conf_vhid *vhid)
{
    static const char *const replays[] = {"off", "alert", "strict"};

    if (vhid->replay != CARP_REPLAY_ALERT) {
        put_text(out, "replay", replays[vhid->replay]);
    }
    put_number(out, "announce-repeat", vhid->announce_repeat, 2);
    put_seconds(out, "announce-delay", vhid->announce_delay, CARP_SEC);
    put_seconds(out, "announce-refresh", vhid->announce_refresh, 0);
    put_text(out, "addresses-by", vhid->by_script ? "script" : NULL);
    put_script(out, "up-script", vhid->up_script, vhid->by_script);
    put_script(out, "down-script", vhid->down_script, vhid->by_script);
    put_text(out, "script-argument", vhid->script_arg);
    put_bool(out, "down-at-start", vhid->down_at_start);
    put_text(out, "hook", vhid->hook);
    put_text(out, "notify", vhid->notify);
}

void
carp_conf_write_vhid(const struct carp_conf_vhid *vhid, char *const *comments,
                     unsigned int flags, GString *out)
{
    for (size_t i = 0; comments != NULL && comments[i] != NULL; i++) {
        g_string_append_printf(out, "# %s\n", comments[i]);
    }
    g_string_append_printf(out, "[vhid \"%s\"]\n", vhid->name);
    put_text(out, "interface", vhid->interface);
    g_string_append_printf(out, "vhid = %u\n", vhid->vhid);
    put_addresses(out, vhid);
    put_secrets(out, vhid, flags);
    put_wire(out, vhid);
    put_election(out, vhid);
    put_rest(out, vhid);
}

void
carp_conf_write(const struct carp_conf *conf, unsigned int flags, GString *out)
{
    for (size_t i = 0; i < carp_conf_count(conf); i++) {
        if (i > 0) {
            g_string_append_c(out, '\n');
        }
        carp_conf_write_vhid(carp_conf_get(conf, i), NULL, flags, out);
    }
}
