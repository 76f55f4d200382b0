/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys: the table carp_keys, and a carp.conf.
 *
 * Wireshark shows a value that a check of its own refuses, and for tshark
 * refusing means not to run. So every value is accepted here, and what cannot
 * be used is told, without its content, when a capture is opened.
 */
#include "packet-carp.h"

#include <string.h>

#include <epan/prefs.h>
#include <epan/uat.h>
#include <wsutil/report_message.h>

#include <carp_conf.h>
#include <conf_senders.h>

#include "key_row.h"

static struct key_row *rows;
static unsigned int row_count;
static const char *conf_path;
static struct carp_ring *ring;
static struct conf_senders *senders; /* NULL: no carp.conf */
static bool has_key[256];
static char *last_complaint;

/* -------------------------------------------------------------- the table */

static void *
row_copy(void *to, const void *from, size_t size _U_)
{
    const struct key_row *source = from;
    struct key_row *copy = to;

    copy->vhid = g_strdup(source->vhid);
    copy->passphrase =
        g_memdup2(source->passphrase, source->passphrase_len + 1);
    copy->passphrase_len = source->passphrase_len;
    copy->addresses = g_strdup(source->addresses);
    copy->profile = g_strdup(source->profile);
    copy->comment = g_strdup(source->comment);
    return copy;
}

static void
wipe_passphrase(struct key_row *row)
{
    if (row->passphrase != NULL) {
        carp_wipe(row->passphrase, row->passphrase_len);
        g_free(row->passphrase);
    }
}

static void
row_free(void *record)
{
    struct key_row *row = record;

    wipe_passphrase(row);
    g_free(row->vhid);
    g_free(row->addresses);
    g_free(row->profile);
    g_free(row->comment);
}

static void
set_passphrase(void *record, const char *text, unsigned int len,
               const void *unused1 _U_, const void *unused2 _U_)
{
    struct key_row *row = record;

    wipe_passphrase(row);
    row->passphrase = g_malloc(len + 1);
    if (len > 0) {
        memcpy(row->passphrase, text, len);
    }
    row->passphrase[len] = '\0';
    row->passphrase_len = len;
}

static void
get_passphrase(void *record, char **out, unsigned int *len,
               const void *unused1 _U_, const void *unused2 _U_)
{
    const struct key_row *row = record;

    *out = row->passphrase != NULL
               ? g_memdup2(row->passphrase, row->passphrase_len + 1)
               : g_strdup("");
    *len = row->passphrase_len;
}

UAT_CSTRING_CB_DEF(carp_keys, vhid, struct key_row)
UAT_CSTRING_CB_DEF(carp_keys, addresses, struct key_row)
UAT_CSTRING_CB_DEF(carp_keys, profile, struct key_row)
UAT_CSTRING_CB_DEF(carp_keys, comment, struct key_row)

static const value_string profile_names[] = {
    {CARP_PROFILE_AUTO, "auto"},
    {CARP_PROFILE_FREEBSD, "freebsd"},
    {CARP_PROFILE_NETBSD, "netbsd"},
    {CARP_PROFILE_OPENBSD, "openbsd"},
    {CARP_PROFILE_OPENBSD_ORIG, "openbsd-orig"},
    {CARP_PROFILE_DRAGONFLY, "dragonfly"},
    {CARP_PROFILE_FREEBSD6, "freebsd6"},
    {CARP_PROFILE_UCARP, "ucarp"},
    {0, NULL}};

static uat_field_t columns[] = {
    {"vhid",
     "VHID",
     PT_TXTMOD_STRING,
     {NULL, carp_keys_vhid_set_cb, carp_keys_vhid_tostr_cb},
     {0, 0, 0},
     0,
     "Virtual host ID, 1 to 255",
     FLDFILL},
    {"passphrase",
     "Passphrase or key",
     PT_TXTMOD_STRING,
     {NULL, set_passphrase, get_passphrase},
     {0, 0, 0},
     0,
     "The password as given to ifconfig or ucarp, or 40 hexadecimal digits",
     FLDFILL},
    {"addresses",
     "Addresses",
     PT_TXTMOD_STRING,
     {NULL, carp_keys_addresses_set_cb, carp_keys_addresses_tostr_cb},
     {0, 0, 0},
     0,
     "Virtual addresses, separated by commas; empty: learnt from ARP and "
     "neighbour advertisements in the capture",
     FLDFILL},
    {"profile",
     "Profile",
     PT_TXTMOD_ENUM,
     {NULL, carp_keys_profile_set_cb, carp_keys_profile_tostr_cb},
     {profile_names, profile_names, profile_names},
     profile_names,
     "Whose way of hashing; auto tries all",
     FLDFILL},
    {"comment",
     "Comment",
     PT_TXTMOD_STRING,
     {NULL, carp_keys_comment_set_cb, carp_keys_comment_tostr_cb},
     {0, 0, 0},
     0,
     "Shown as the name of the key",
     FLDFILL},
    UAT_END_FIELDS};

void
keys_register(struct pref_module *module)
{
    static const char *defaults[] = {NULL, NULL, "", "auto", ""};
    uat_t *table = uat_new("CARP Keys", sizeof(struct key_row), "carp_keys",
                           TRUE, &rows, &row_count, UAT_AFFECTS_DISSECTION,
                           NULL, row_copy, NULL, row_free, NULL, NULL, columns);

    uat_set_default_values(table, defaults);
    prefs_register_uat_preference(
        module, "keys", "Keys",
        "Passphrases and addresses of virtual hosts. They are kept in clear "
        "in the profile's file carp_keys.",
        table);
    prefs_register_filename_preference(
        module, "config_file", "carp.conf",
        "A carp.conf whose keys and addresses are used too", &conf_path, FALSE);
}

/* ------------------------------------------------------------ into the ring */

static void complain(GString *problems, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

static void
complain(GString *problems, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_string_append_vprintf(problems, format, args);
    va_end(args);
}

static void
load_rows(GString *problems)
{
    for (unsigned int i = 0; i < row_count; i++) {
        struct carp_ring_row row = {.name = ""};
        const char *problem = key_row_read(&rows[i], i, &row);

        if (problem == NULL && carp_ring_add(ring, &row) != CARP_OK) {
            problem = "there are too many rows";
        }
        if (problem != NULL) {
            complain(problems, "%srow %u of carp_keys is not used: %s",
                     problems->len > 0 ? "; " : "", i + 1, problem);
        }
        carp_key_clear(&row.key);
    }
}

static const char *
first_error(const struct carp_conf *conf)
{
    for (size_t i = 0; i < carp_conf_message_count(conf); i++) {
        const struct carp_conf_message *message = carp_conf_message(conf, i);

        if (message->is_error) {
            return message->text;
        }
    }
    return NULL;
}

static void
load_conf(GString *problems)
{
    struct carp_conf *conf;

    if (conf_path == NULL || *conf_path == '\0') {
        return;
    }
    conf = carp_conf_load(conf_path, 0);
    if (!carp_conf_is_usable(conf)) {
        const unsigned int more = carp_conf_error_count(conf) - 1;
        const char *first = first_error(conf);

        complain(problems, "%scarp.conf is not used: %s",
                 problems->len > 0 ? "; " : "",
                 first != NULL ? first : conf_path);
        if (more > 0) {
            complain(problems, " (and %u more)", more);
        }
    } else if (carp_conf_fill_ring(conf, ring) != CARP_OK) {
        complain(problems,
                 "%stoo many keys: those at the end of %s are not "
                 "used",
                 problems->len > 0 ? "; " : "", conf_path);
    }
    if (carp_conf_is_usable(conf)) {
        senders = conf_senders_new(conf);
    }
    carp_conf_free(conf);
}

/* Files are opened and reread often: the same news is told once. */
static void
tell(const char *problems)
{
    if (*problems != '\0' && g_strcmp0(problems, last_complaint) != 0) {
        report_warning("CARP: %s", problems);
    }
    g_free(last_complaint);
    last_complaint = g_strdup(problems);
}

void
keys_load(void)
{
    GString *problems = g_string_new(NULL);
    const struct carp_ring_row *row;

    carp_ring_free(ring);
    ring = carp_ring_new();
    conf_senders_free(senders);
    senders = NULL;
    memset(has_key, 0, sizeof(has_key));
    if (ring != NULL) {
        load_rows(problems);
        load_conf(problems);
        for (size_t i = 0; (row = carp_ring_get(ring, i)) != NULL; i++) {
            has_key[row->vhid] = true;
        }
    }
    tell(problems->str);
    g_string_free(problems, TRUE);
}

const struct carp_ring *
keys_ring(void)
{
    return ring;
}

void
keys_expect(struct carp_track *track)
{
    /* Half a list would accuse members: then rather none. */
    if (senders != NULL && conf_senders_expect(senders, track) != CARP_OK) {
        carp_track_expect_anybody(track);
    }
}

bool
keys_have(uint8_t vhid)
{
    return has_key[vhid];
}
