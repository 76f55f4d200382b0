/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file conf_internal.h
 * What the files of the configuration reader share.
 */
#ifndef TOOLS_CONF_INTERNAL_H
#define TOOLS_CONF_INTERNAL_H

#include <sys/types.h>

#include <glib.h>

#include "carp_conf.h"

/** So many errors, and so many warnings, are told one by one. */
#define CONF_SAY_MAX 20

struct carp_conf {
    GPtrArray *vhids;    /**< struct carp_conf_vhid */
    GPtrArray *messages; /**< struct carp_conf_message */
    struct carp_conf_daemon daemon;
    char *daemon_file; /**< where [carpd] stands; NULL: nowhere yet */
    unsigned int flags;
    unsigned int errors, warnings; /**< also those beyond CONF_SAY_MAX */
    bool said_readable;
};

/** One file while it is read. */
struct conf_file {
    struct carp_conf *conf;
    const char *path;
    GKeyFile *keys;
    GHashTable *lines; /**< "group\nkey" or "group" to its line number */
    GHashTable *held;  /**< "group\nkey" to the value of a secret's key */
    mode_t mode;
    bool holds_secret; /**< a secret stands in the file itself */
};

/** One group while it is read. */
struct conf_group {
    struct conf_file *file;
    const char *title; /**< as between the brackets */
    struct carp_conf_vhid *vhid;
    void *target; /**< what the rows' offsets count from: vhid, or [carpd] */
    unsigned int secrets; /**< how many of the four ways are used */
};

/* conf_report.c */
void conf_file_say(struct conf_file *file, bool is_error, unsigned int line,
                   const char *format, ...) G_GNUC_PRINTF(4, 5);
void conf_key_error(struct conf_group *group, const char *key,
                    const char *format, ...) G_GNUC_PRINTF(3, 4);
void conf_key_warn(struct conf_group *group, const char *key,
                   const char *format, ...) G_GNUC_PRINTF(3, 4);
/** Tell how many messages were too many, once all has been read. */
void conf_say_rest(struct conf_file *file);
/** Judge the mode of @p path, which holds a secret. */
void conf_judge_mode(struct conf_file *file, const char *path, mode_t mode);

/* conf_scan.c */
/** Find lines that are not key file syntax, and groups and keys that stand
 * twice (GLib would silently join them), and hold what GLib must not see.
 * @param data changed: such values are blanks then; data[size] must be there
 * @return false after an error */
bool conf_scan(struct conf_file *file, char *data, size_t size);
unsigned int conf_line(const struct conf_file *file, const char *title,
                       const char *key);

/* conf_hold.c */
GHashTable *conf_hold_new(void);
/** Take @p value out of the text: keep it when it is a secret. */
void conf_hold(struct conf_file *file, const char *title, const char *key,
               char *value);
/** The value of a secret's key that stands in the group, without escapes:
 * one, or those of a list. Texts are wiped when they are freed.
 * @return NULL: not UTF-8, or a backslash before a wrong letter */
GPtrArray *conf_held(const struct conf_file *file, const char *title,
                     const char *key, bool is_list);

/* conf_keys.c */
/** Is it a key of [vhid "NAME"] or [carpd] that is no secret? */
bool conf_is_plain(const char *key);
/** Read every key of the group into group->vhid. */
void conf_read_keys(struct conf_group *group);

/* conf_daemon.c */
bool conf_is_daemon_key(const char *key);
void conf_default_daemon(struct carp_conf_daemon *daemon);
void conf_clear_daemon(struct carp_conf_daemon *daemon);
void conf_read_daemon(struct conf_group *group);

/* conf_vhid.c */
struct carp_conf_vhid *conf_new_vhid(const char *file);
void conf_free_vhid(void *memory);

/* conf_secret.c */
bool conf_is_secret(const char *key);
void conf_read_secret(struct conf_group *group, const char *key);
/** Read a regular file of at most @p max octets; NULL and an error text
 * otherwise. The caller wipes and frees. */
char *conf_slurp(const char *path, size_t max, size_t *size, mode_t *mode,
                 const char **error);
/** The value of a plain key without escapes; NULL after an error. */
char *conf_get_text(struct conf_group *group, const char *key);
void conf_wipe_text(char *text);

/* conf_check.c */
void conf_check_group(struct conf_group *group);
/** True unless @p group cannot stand beside those already there. */
bool conf_check_unique(struct conf_group *group);

#endif
