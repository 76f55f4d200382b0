/* SPDX-License-Identifier: BSD-2-Clause */
/* The group [carpd]. */
#include <string.h>

#include "conf_set.h"

/* Those of log_facility(). */
static const char *const log_words[] = {
    "auto",   "stderr", "auth",   "authpriv", "cron",   "daemon", "ftp",
    "local0", "local1", "local2", "local3",   "local4", "local5", "local6",
    "local7", "lpr",    "mail",   "news",     "syslog", "user",   "uucp"};

static void
set_log(struct conf_group *group, const struct conf_row *row, const char *value)
{
    unsigned int found = 0;
    if (conf_find_word(group, row, value, log_words, G_N_ELEMENTS(log_words),
                       "auto, stderr or a facility of syslog such as daemon "
                       "or local0",
                       &found)) {
        conf_set_text(group, row, value);
    }
}

#define AT(name) offsetof(struct carp_conf_daemon, name)

static const struct conf_row rows[] = {
    {"user", conf_set_name, AT(user), 0, 0},
    {"socket-group", conf_set_name, AT(socket_group), 0, 0},
    {"hook-time-limit", conf_set_seconds, AT(hook_limit), 1, 3600},
    {"realtime", conf_set_octet, AT(realtime), 0, 99},
    {"lock-memory", conf_set_bool, AT(lock_memory), 0, 0},
    {"log", set_log, AT(log), 0, 0},
    {"announce-rate", conf_set_number, AT(announce_rate), 1, 10000},
    {"demote", conf_set_octet, AT(demote), 0, 240},
};

bool
conf_is_daemon_key(const char *key)
{
    return conf_find_row(rows, G_N_ELEMENTS(rows), key) != NULL;
}

void
conf_read_daemon(struct conf_group *group)
{
    conf_read_rows(group, rows, G_N_ELEMENTS(rows));
    char **keys =
        g_key_file_get_keys(group->file->keys, group->title, NULL, NULL);
    for (char **key = keys; key != NULL && *key != NULL; key++) {
        if (conf_is_secret(*key)) {
            conf_key_error(group, *key, "belongs into a [vhid \"NAME\"]");
        }
    }
    g_strfreev(keys);
}

void
conf_clear_daemon(struct carp_conf_daemon *daemon)
{
    g_free(daemon->user);
    g_free(daemon->socket_group);
    g_free(daemon->log);
}

void
conf_default_daemon(struct carp_conf_daemon *daemon)
{
    memset(daemon, 0, sizeof(*daemon));
    daemon->hook_limit = 30 * CARP_SEC;
    daemon->announce_rate = 500;
    daemon->log = g_strdup("auto");
}
