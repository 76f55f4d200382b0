/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.state: what a carpd that is killed leaves in the kernel.
 *
 *   [carpd]            boot=…, net=…: worth nothing after a reboot or in
 *                      another network namespace; pid=…: its writer's
 *   [parent eth0]      arp_ignore=BEFORE;SET …
 *   [macvlan NAME]     one that was made, or is about to be
 *   [address eth0]     list=…: put up there while MASTER
 *
 * Names are escaped as in a URI.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replace_file.h"
#include "vif_internal.h"

#define FORMAT 1
#define FILE_MAX ((goffset)1024 * 1024)

static char *
read_boot(void)
{
    char *text = NULL;
    if (!g_file_get_contents("/proc/sys/kernel/random/boot_id", &text, NULL,
                             NULL)) {
        return g_strdup("unknown");
    }
    return g_strchomp(text);
}

static guint64
read_namespace(void)
{
    struct stat info;
    return stat("/proc/self/ns/net", &info) == 0 ? (guint64)info.st_ino : 0;
}

/* A group's title can hold no bracket; an interface's name can, and octets
 * that are no UTF-8. */
static char *
group_of(const char *kind, const char *name)
{
    char *safe = g_uri_escape_string(name, "@:+", FALSE);
    char *group = g_strconcat(kind, safe, NULL);
    g_free(safe);
    return group;
}

/* The name behind the kind. NULL: no interface has it, and none shall be taken
 * for it because it was cut. */
static char *
interface_of(const char *group, const char *kind)
{
    if (!g_str_has_prefix(group, kind)) {
        return NULL;
    }
    char *name = g_uri_unescape_string(group + strlen(kind), "/");
    /* Settings are written by name: none may lead to another directory. */
    if (name != NULL && (*name == '\0' || strlen(name) >= KERNEL_NAME ||
                         strchr(name, '/') != NULL || strcmp(name, ".") == 0 ||
                         strcmp(name, "..") == 0)) {
        g_clear_pointer(&name, g_free);
    }
    return name;
}

/* ------------------------------------------------------------------ save */

static void
put_parent(GKeyFile *file, const struct vif_parent *parent)
{
    char *group = group_of("parent ", parent->name);
    for (unsigned int i = 0; i < parent->saved_count; i++) {
        gint values[2] = {(gint)parent->saved[i].before,
                          (gint)parent->saved[i].set};
        g_key_file_set_integer_list(
            file, group, vif_setting_name(parent->saved[i].id), values, 2);
    }
    g_free(group);
}

static void
put_addresses(GKeyFile *file, const char *interface,
              const struct carp_addr *addrs, uint16_t count)
{
    char *group = group_of("address ", interface);
    char *list = g_key_file_get_value(file, group, "list", NULL);
    GString *all = g_string_new(list);
    for (uint16_t i = 0; i < count; i++) {
        char text[CARP_ADDR_TEXT];
        g_string_append_printf(all, "%s;", carp_addr_format(&addrs[i], text));
    }
    g_key_file_set_value(file, group, "list", all->str);
    g_string_free(all, TRUE);
    g_free(list);
    g_free(group);
}

static void
put_owed(GKeyFile *file, const struct vif_table *table,
         const struct vif_owed *owed)
{
    const struct kernel_link *link = kernel_link(table->kernel, owed->index);
    if (link != NULL) {
        put_addresses(file, link->name, &owed->addr, 1);
    }
}

static void
put_macvlan(GKeyFile *file, const char *name)
{
    char *group = group_of("macvlan ", name);
    g_key_file_set_boolean(file, group, "made", TRUE);
    g_free(group);
}

static GKeyFile *
make_file(const struct vif_table *table)
{
    GKeyFile *file = g_key_file_new();
    char *boot = read_boot();
    g_key_file_set_integer(file, "carpd", "format", FORMAT);
    g_key_file_set_string(file, "carpd", "boot", boot);
    g_key_file_set_uint64(file, "carpd", "net", read_namespace());
    g_key_file_set_integer(file, "carpd", "pid", (gint)getpid());
    g_free(boot);
    for (guint i = 0; i < table->parents->len; i++) {
        put_parent(file, g_ptr_array_index(table->parents, i));
    }
    for (guint i = 0; i < table->noted->len; i++) {
        put_macvlan(file, g_ptr_array_index(table->noted, i));
    }
    for (guint i = 0; i < table->vifs->len; i++) {
        const struct vif *vif = g_ptr_array_index(table->vifs, i);
        if (vif->config.kind == VIF_PARENT) {
            put_addresses(file, vif->parent_name, vif->config.addrs.list,
                          vif->config.addrs.count);
        } else if (vif->config.kind == VIF_MACVLAN &&
                   strcmp(vif->name, vif->parent_name) != 0) {
            put_macvlan(file, vif->name);
        }
    }
    for (guint i = 0; i < table->owed->len; i++) {
        put_owed(file, table, &g_array_index(table->owed, struct vif_owed, i));
    }
    return file;
}

char *
vif_state_write(const struct vif_table *table, gsize *len)
{
    GKeyFile *file = make_file(table);
    char *text = g_key_file_to_data(file, len, NULL);
    g_key_file_free(file);
    return text;
}

/* Whole or not at all; what a power cut loses is of no use after it, so that
 * no disk is waited for. An interface that comes back changes nothing: then
 * not even room is needed. */
bool
vif_state_save(struct vif_table *table, struct os_error *error)
{
    if (table->path == NULL) {
        return true;
    }
    gsize len = 0;
    char *text = vif_state_write(table, &len);
    bool is_saved = g_strcmp0(text, table->written) == 0;
    if (!is_saved) {
        GString *all = g_string_new_len(text, (gssize)len);
        is_saved = replace_file(table->path, all, false);
        int code = errno;
        g_string_free(all, TRUE);
        if (!is_saved) {
            os_error_set(error, OS_SYSTEM, code,
                         "%s: cannot be written: %s: make the state directory "
                         "or room in it, or give another with --state-dir",
                         table->path, g_strerror(code));
        }
    }
    g_free(table->written);
    table->written = is_saved ? g_steal_pointer(&text) : NULL;
    g_free(text);
    return is_saved;
}

void
vif_state_remove(const struct vif_table *table)
{
    if (table->path != NULL) {
        (void)unlink(table->path);
    }
}

/* ------------------------------------------------------------------ read */

/* A key that stands twice is given twice. */
static void
read_setting(GKeyFile *file, const char *group, const char *key,
             struct vif_parent *parent)
{
    gsize count = 0;
    gint *values = g_key_file_get_integer_list(file, group, key, &count, NULL);
    struct vif_saved saved = {.id = vif_setting_id(key)};
    if (count == 2) {
        saved.before = (uint32_t)values[0];
        saved.set = (uint32_t)values[1];
    }
    if (count == 2 && vif_setting_was_made(&saved) &&
        !vif_setting_is_saved(parent, saved.id) &&
        parent->saved_count < VIF_SAVED) {
        parent->saved[parent->saved_count++] = saved;
    }
    g_free(values);
}

static void
read_parent(GKeyFile *file, const char *group, const char *name,
            GPtrArray *parents)
{
    struct vif_parent *parent = g_new0(struct vif_parent, 1);
    char **keys = g_key_file_get_keys(file, group, NULL, NULL);
    g_strlcpy(parent->name, name, sizeof(parent->name));
    for (char **key = keys; key != NULL && *key != NULL; key++) {
        read_setting(file, group, *key, parent);
    }
    g_strfreev(keys);
    if (parent->saved_count > 0) {
        g_ptr_array_add(parents, parent);
    } else {
        g_free(parent);
    }
}

static void
read_addresses(GKeyFile *file, const char *group, const char *name,
               GArray *addresses)
{
    char **list = g_key_file_get_string_list(file, group, "list", NULL, NULL);
    for (char **text = list; text != NULL && *text != NULL; text++) {
        struct vif_noted noted = {.interface = ""};
        if (carp_addr_parse(*text, &noted.addr, NULL) == CARP_OK) {
            g_strlcpy(noted.interface, name, sizeof(noted.interface));
            g_array_append_val(addresses, noted);
        }
    }
    g_strfreev(list);
}

static void
read_group(GKeyFile *file, const char *group, struct vif_table *table,
           GArray *addresses)
{
    char *parent = interface_of(group, "parent ");
    char *holder = interface_of(group, "address ");
    char *macvlan = interface_of(group, "macvlan ");
    if (parent != NULL) {
        read_parent(file, group, parent, table->parents);
    }
    if (holder != NULL) {
        read_addresses(file, group, holder, addresses);
    }
    if (macvlan != NULL) {
        g_ptr_array_add(table->noted, macvlan);
    }
    g_free(parent);
    g_free(holder);
}

static bool
is_of_here(GKeyFile *file)
{
    char *boot = read_boot();
    char *noted = g_key_file_get_string(file, "carpd", "boot", NULL);
    bool is_here =
        noted != NULL && strcmp(noted, boot) == 0 &&
        g_key_file_get_uint64(file, "carpd", "net", NULL) == read_namespace() &&
        g_key_file_get_integer(file, "carpd", "format", NULL) == FORMAT;
    g_free(noted);
    g_free(boot);
    return is_here;
}

bool
vif_state_read(const char *text, gsize len, struct vif_table *table,
               GArray *addresses)
{
    GKeyFile *file = g_key_file_new();
    bool is_good =
        g_key_file_load_from_data(file, text, len, G_KEY_FILE_NONE, NULL);
    if (is_good && is_of_here(file)) {
        char **groups = g_key_file_get_groups(file, NULL);
        table->killed =
            MAX(g_key_file_get_integer(file, "carpd", "pid", NULL), 0);
        for (char **group = groups; *group != NULL; group++) {
            read_group(file, *group, table, addresses);
        }
        g_strfreev(groups);
    }
    g_key_file_free(file);
    return is_good;
}

/* ------------------------------------------------------------------ load */

static void
take_away(struct vif_table *table, const struct vif_noted *noted)
{
    const struct kernel_link *link =
        kernel_link_named(table->kernel, noted->interface);
    if (link == NULL) {
        return;
    }
    const struct kernel_address *found =
        kernel_address_find(table->kernel, link->index, &noted->addr);
    /* One without our mark is somebody else's, where marks are kept. */
    if (found == NULL ||
        (table->has_protos && found->proto != KERNEL_PROTO_CARP)) {
        return;
    }
    char text[CARP_ADDR_TEXT];
    struct os_error error;
    struct kernel_request request = {.op = KERNEL_DEL_ADDRESS,
                                     .address = *found};
    if (kernel_run(table->kernel, &request, 1) != 0) {
        kernel_explain(table->kernel, &request, &error);
        vif_warn(table, "%s", error.text);
        vif_owe(table, request.address.index, &noted->addr);
    } else {
        vif_warn(table, "%s: removed %s, left by a carpd that was killed",
                 noted->interface, carp_addr_format(&noted->addr, text));
    }
}

/* Its text, or NULL and what is wrong; neither when there is none. */
static char *
read_file(const char *path, gsize *len, const char **wrong)
{
    struct stat info;
    char *text = NULL;
    if (stat(path, &info) != 0) {
        *wrong = errno == ENOENT ? NULL : g_strerror(errno);
    } else if (!S_ISREG(info.st_mode) || info.st_size > FILE_MAX) {
        *wrong = "no state file of carpd";
    } else if (!g_file_get_contents(path, &text, len, NULL)) {
        *wrong = "reading it failed";
    }
    return text;
}

void
vif_state_load(struct vif_table *table)
{
    if (table->path == NULL) {
        return;
    }
    gsize len = 0;
    const char *wrong = NULL;
    GArray *addresses = g_array_new(FALSE, FALSE, sizeof(struct vif_noted));
    char *text = read_file(table->path, &len, &wrong);
    if (text != NULL && !vif_state_read(text, len, table, addresses)) {
        wrong = "not a key file";
    }
    if (wrong != NULL) {
        vif_warn(table, "%s: cannot be read: %s: counts as empty", table->path,
                 wrong);
    }
    for (guint i = 0; i < addresses->len; i++) {
        take_away(table, &g_array_index(addresses, struct vif_noted, i));
    }
    g_free(text);
    g_array_unref(addresses);
}
