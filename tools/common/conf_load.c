/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "conf_internal.h"

#define CONF_FILE_MAX ((size_t)1024 * 1024)

static void
free_message(void *memory)
{
    struct carp_conf_message *message = memory;
    g_free(message->text);
    g_free(message);
}

/* vhid "NAME" -> NAME */
static bool
read_name(struct conf_group *group)
{
    const char *title = group->title;
    size_t len = strlen(title);
    if (!g_str_has_prefix(title, "vhid \"") || len < 8 ||
        title[len - 1] != '"') {
        conf_key_error(group, NULL,
                       "is not a known group: must read "
                       "[vhid \"NAME\"] or [carpd]");
        return false;
    }
    size_t name_len = len - 7;
    const char *name = title + 6;
    if (name_len > CARP_ROW_NAME || memchr(name, '"', name_len) != NULL ||
        !g_utf8_validate(name, (gssize)name_len, NULL)) {
        conf_key_error(group, NULL,
                       "the name must be 1 to %d octets of UTF-8 "
                       "without '\"'",
                       CARP_ROW_NAME);
        return false;
    }
    memcpy(group->vhid->name, name, name_len);
    return true;
}

static void
read_daemon(struct conf_file *file, const char *title)
{
    struct carp_conf *conf = file->conf;
    struct conf_group group = {
        .file = file, .title = title, .target = &conf->daemon};
    if (conf->daemon_file != NULL) {
        conf_key_error(&group, NULL, "stands in %s too: keep one",
                       conf->daemon_file);
        return;
    }
    conf->daemon_file = g_strdup(file->path);
    conf_read_daemon(&group);
}

static void
read_group(struct conf_file *file, const char *title)
{
    struct conf_group group = {
        .file = file, .title = title, .vhid = conf_new_vhid(file->path)};
    struct carp_conf *conf = file->conf;
    group.target = group.vhid;
    bool is_good = read_name(&group);
    if (is_good) {
        conf_read_keys(&group);
        conf_check_group(&group);
        is_good = conf_check_unique(&group);
    }
    if (is_good && conf->vhids->len == CARP_CONF_GROUPS_MAX) {
        conf_key_error(&group, NULL, "more than %d groups",
                       CARP_CONF_GROUPS_MAX);
        is_good = false;
    }
    if (is_good) {
        g_ptr_array_add(conf->vhids, group.vhid);
    } else {
        conf_free_vhid(group.vhid);
    }
}

static void
read_groups(struct conf_file *file, char *data, size_t size)
{
    if (!conf_scan(file, data, size)) {
        return;
    }
    if (!g_key_file_load_from_data(file->keys, data, size, G_KEY_FILE_NONE,
                                   NULL)) {
        conf_file_say(file, true, 0, "is not a key file: see carp.conf(5)");
        return;
    }
    char **titles = g_key_file_get_groups(file->keys, NULL);
    for (char **title = titles; *title != NULL; title++) {
        if (strcmp(*title, "carpd") == 0) {
            read_daemon(file, *title);
        } else {
            read_group(file, *title);
        }
    }
    g_strfreev(titles);
    if (file->holds_secret) {
        conf_judge_mode(file, file->path, file->mode);
    }
}

static void
read_file(struct carp_conf *conf, const char *path)
{
    struct conf_file file = {.conf = conf, .path = path};
    size_t size = 0;
    const char *error = NULL;
    char *data = conf_slurp(path, CONF_FILE_MAX, &size, &file.mode, &error);
    if (data == NULL) {
        conf_file_say(&file, true, 0, "%s", error);
        return;
    }
    file.keys = g_key_file_new();
    file.lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    file.held = conf_hold_new();
    if (size > 0) {
        read_groups(&file, data, size);
    }
    g_hash_table_destroy(file.lines);
    g_hash_table_destroy(file.held);
    g_key_file_free(file.keys);
    carp_wipe(data, size);
    g_free(data);
}

static int
by_name(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;
    return strcmp(*left, *right);
}

static void
read_directory(struct carp_conf *conf, const char *directory)
{
    GError *error = NULL;
    GDir *dir = g_dir_open(directory, 0, &error);
    if (dir == NULL) {
        if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
            struct conf_file file = {.conf = conf, .path = directory};
            conf_file_say(&file, true, 0,
                          "cannot be read: make it readable "
                          "or remove it");
        }
        g_error_free(error);
        return;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *name = NULL;
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(name, ".conf") && name[0] != '.') {
            g_ptr_array_add(names, g_build_filename(directory, name, NULL));
        }
    }
    g_dir_close(dir);
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        read_file(conf, g_ptr_array_index(names, i));
    }
    g_ptr_array_free(names, TRUE);
}

struct carp_conf *
carp_conf_new(void)
{
    struct carp_conf *conf = g_new0(struct carp_conf, 1);
    conf->vhids = g_ptr_array_new_with_free_func(conf_free_vhid);
    conf->messages = g_ptr_array_new_with_free_func(free_message);
    conf_default_daemon(&conf->daemon);
    return conf;
}

struct carp_conf *
carp_conf_load(const char *path, unsigned int flags)
{
    struct carp_conf *conf = carp_conf_new();
    conf->flags = flags;
    read_file(conf, path);
    char *base = g_path_get_dirname(path);
    char *directory = g_build_filename(base, "conf.d", NULL);
    read_directory(conf, directory);
    g_free(directory);
    g_free(base);
    struct conf_file file = {.conf = conf, .path = path};
    if (conf->errors == 0 && conf->vhids->len == 0) {
        conf_file_say(&file, false, 0, "no [vhid \"NAME\"] group is given");
    }
    conf_say_rest(&file);
    return conf;
}

void
carp_conf_free(struct carp_conf *conf)
{
    if (conf != NULL) {
        g_ptr_array_free(conf->vhids, TRUE);
        g_ptr_array_free(conf->messages, TRUE);
        conf_clear_daemon(&conf->daemon);
        g_free(conf->daemon_file);
        g_free(conf);
    }
}

bool
carp_conf_is_usable(const struct carp_conf *conf)
{
    return conf->errors == 0;
}

unsigned int
carp_conf_error_count(const struct carp_conf *conf)
{
    return conf->errors;
}

size_t
carp_conf_message_count(const struct carp_conf *conf)
{
    return conf->messages->len;
}

const struct carp_conf_message *
carp_conf_message(const struct carp_conf *conf, size_t index)
{
    return index < conf->messages->len
               ? g_ptr_array_index(conf->messages, index)
               : NULL;
}

size_t
carp_conf_count(const struct carp_conf *conf)
{
    return conf->vhids->len;
}

const struct carp_conf_vhid *
carp_conf_get(const struct carp_conf *conf, size_t index)
{
    return index < conf->vhids->len ? g_ptr_array_index(conf->vhids, index)
                                    : NULL;
}
