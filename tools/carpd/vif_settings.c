/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Settings that virtual MACs need on Linux.
 *
 * The parent: arp_ignore 1, or it answers for addresses of the macvlan with
 * its own MAC; arp_announce 2, or its ARP requests carry a virtual address as
 * sender beside its own MAC, which neighbours learn. The macvlan: the same two
 * the other way round; rp_filter 2, for answers leave through the parent
 * (FreeBSD's do as well), and 2 wins over a 1 of the whole host where 0 does
 * not; IPv6: no address of its own making, no router advertisements, and none
 * at all while released, so that no group report leaves from the virtual MAC.
 *
 * Addresses on the interface itself: promote_secondaries, or taking away an
 * address that is first in its subnet takes the others along.
 */
#include <errno.h>
#include <linux/ip.h>
#include <string.h>
#include <unistd.h>

#include "settings6.h"
#include "vif_internal.h"

struct setting {
    const char *name;
    uint16_t id;
    uint32_t least;
};

static const struct setting settings[] = {
    {"arp_ignore", IPV4_DEVCONF_ARP_IGNORE, 1},
    {"arp_announce", IPV4_DEVCONF_ARP_ANNOUNCE, 2},
    {"promote_secondaries", IPV4_DEVCONF_PROMOTE_SECONDARIES, 1},
};
G_STATIC_ASSERT(G_N_ELEMENTS(settings) == VIF_SAVED);

const char *
vif_setting_name(uint16_t id)
{
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
        if (settings[i].id == id) {
            return settings[i].name;
        }
    }
    return NULL;
}

uint16_t
vif_setting_id(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
        if (strcmp(settings[i].name, name) == 0) {
            return settings[i].id;
        }
    }
    return 0;
}

bool
vif_setting_was_made(const struct vif_saved *saved)
{
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
        if (settings[i].id == saved->id) {
            return saved->set == settings[i].least &&
                   saved->before < settings[i].least;
        }
    }
    return false;
}

/* ---------------------------------------------------------------- parent */

struct vif_parent *
vif_parent_of(struct vif_table *table, unsigned int index)
{
    const struct kernel_link *link = kernel_link(table->kernel, index);
    for (guint i = 0; i < table->parents->len; i++) {
        struct vif_parent *parent = g_ptr_array_index(table->parents, i);
        if (parent->index == index || (parent->index == 0 && link != NULL &&
                                       strcmp(parent->name, link->name) == 0)) {
            parent->index = index;
            return parent;
        }
    }
    return NULL;
}

static bool
is_needed(const struct vif *vif, const struct setting *setting)
{
    bool is_promotion = setting->id == IPV4_DEVCONF_PROMOTE_SECONDARIES;
    switch (vif->config.kind) {
    case VIF_MACVLAN:
        return !is_promotion;
    case VIF_PARENT:
        return is_promotion;
    case VIF_ADVERTS:
        break;
    }
    return false;
}

bool
vif_setting_is_saved(const struct vif_parent *parent, uint16_t id)
{
    for (unsigned int i = 0; i < parent->saved_count; i++) {
        if (parent->saved[i].id == id) {
            return true;
        }
    }
    return false;
}

/* False: it cannot be known. What has no such setting has none to change. */
static bool
read_setting(struct kernel *kernel, const struct vif_parent *parent,
             uint16_t id, uint32_t *value, struct os_error *error)
{
    int code = kernel_conf_get(kernel, parent->index, id, value);
    if (code == ENOENT) {
        *value = UINT32_MAX;
        code = 0;
    }
    return code == 0 ||
           os_error_set(error, os_fault_of(code), code, "%s: reading %s: %s",
                        parent->name, vif_setting_name(id), g_strerror(code));
}

static bool
save_settings(const struct vif *vif, struct vif_parent *parent,
              struct os_error *error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
        uint32_t value = 0;
        if (!is_needed(vif, &settings[i]) ||
            vif_setting_is_saved(parent, settings[i].id)) {
            continue;
        }
        if (!read_setting(vif->table->kernel, parent, settings[i].id, &value,
                          error)) {
            return false;
        }
        if (value < settings[i].least) {
            parent->saved[parent->saved_count++] =
                (struct vif_saved){settings[i].id, value, settings[i].least};
        }
    }
    return true;
}

static bool
set_all(struct kernel *kernel, const struct vif_parent *parent, bool restore,
        struct os_error *error)
{
    struct kernel_request request = {.op = KERNEL_SET_LINK,
                                     .index = parent->index};
    for (unsigned int i = 0; i < parent->saved_count; i++) {
        const struct vif_saved *saved = &parent->saved[i];
        uint32_t value = 0;
        uint32_t from = restore ? saved->set : saved->before;
        uint32_t to = restore ? saved->before : saved->set;
        if (!read_setting(kernel, parent, saved->id, &value, error)) {
            return false;
        }
        /* What somebody else has set since is his. */
        if (value == from) {
            request.conf[request.conf_count++] =
                (struct kernel_conf){saved->id, to};
        }
    }
    if (request.conf_count > 0 && kernel_run(kernel, &request, 1) != 0) {
        return kernel_explain(kernel, &request, error);
    }
    return true;
}

bool
vif_parent_use(struct vif *vif, struct os_error *error)
{
    struct vif_table *table = vif->table;
    struct vif_parent *parent = vif_parent_of(table, vif->parent);
    if (parent == NULL) {
        parent = g_new0(struct vif_parent, 1);
        g_strlcpy(parent->name, kernel_link(table->kernel, vif->parent)->name,
                  sizeof(parent->name));
        parent->index = vif->parent;
        g_ptr_array_add(table->parents, parent);
    }
    parent->users++;
    parent->is_owed = false;
    if (!save_settings(vif, parent, error) || !vif_state_save(table, error) ||
        !set_all(table->kernel, parent, false, error)) {
        vif_parent_leave(vif);
        return false;
    }
    return true;
}

void
vif_parent_assert(const struct vif *vif)
{
    const struct vif_parent *parent = vif_parent_of(vif->table, vif->parent);
    if (parent != NULL && parent->saved_count > 0) {
        (void)set_all(vif->table->kernel, parent, false, NULL);
    }
}

/* The one it was made for; what is gone took its settings along. */
static const struct kernel_link *
find_link(const struct vif_table *table, const struct vif_parent *parent)
{
    if (parent->index != 0) {
        return kernel_link(table->kernel, parent->index);
    }
    return parent->is_owed ? NULL
                           : kernel_link_named(table->kernel, parent->name);
}

static void
restore(struct vif_table *table, struct vif_parent *parent)
{
    struct os_error error;
    const struct kernel_link *link = find_link(table, parent);
    if (link == NULL) {
        g_ptr_array_remove(table->parents, parent);
        return;
    }
    parent->index = link->index;
    if (set_all(table->kernel, parent, true, &error) ||
        error.fault == OS_NO_INTERFACE) {
        g_ptr_array_remove(table->parents, parent);
        return;
    }
    if (!parent->is_owed) {
        vif_warn(table, "restoring settings: %s", error.text);
    }
    parent->is_owed = true;
    vif_retry_later(table);
}

void
vif_parents_settle(struct vif_table *table, bool only_owed)
{
    for (guint i = table->parents->len; i-- > 0;) {
        struct vif_parent *parent = g_ptr_array_index(table->parents, i);
        if (parent->users == 0 && (parent->is_owed || !only_owed)) {
            restore(table, parent);
        }
    }
    (void)vif_state_save(table, NULL);
}

void
vif_parent_leave(struct vif *vif)
{
    struct vif_parent *parent = vif_parent_of(vif->table, vif->parent);
    if (parent != NULL && parent->users > 0 && --parent->users == 0) {
        restore(vif->table, parent);
    }
}

void
vif_parent_gone(struct vif *vif)
{
    struct vif_table *table = vif->table;
    for (guint i = 0; i < table->parents->len; i++) {
        struct vif_parent *parent = g_ptr_array_index(table->parents, i);
        /* Without users it only waits for its settings. */
        if (parent->users > 0 && strcmp(parent->name, vif->parent_name) == 0) {
            if (--parent->users == 0) {
                g_ptr_array_remove(table->parents, parent);
            }
            return;
        }
    }
}

/* --------------------------------------------------------------- macvlan */

bool
vif_has_ipv6(const struct vif *vif)
{
    for (uint16_t i = 0; i < vif->config.addrs.count; i++) {
        if (vif->config.addrs.list[i].family == CARP_IPV6) {
            return true;
        }
    }
    return false;
}

void
vif_disable_ipv6(const char *name)
{
    static const struct setting6 off = {"disable_ipv6", "1"};
    (void)settings6_write(name, &off, 1);
}

static bool
say_ipv6(const struct vif *vif, int code, struct os_error *error)
{
    if (code == ENOENT && settings6_are_there()) {
        return os_error_set(error, OS_NO_INTERFACE, ENODEV,
                            "%s: the interface is gone", vif->name);
    }
    if (code == ENOENT) {
        return os_error_set(error, OS_SYSTEM, code,
                            "%s: IPv6 is off in this kernel: take the IPv6 "
                            "addresses out or switch it on",
                            vif->name);
    }
    return os_error_set(error, os_fault_of(code), code,
                        "%s: writing " SETTINGS6 "/%s: %s: it must "
                        "be writable (systemd: ProtectKernelTunables=no)",
                        vif->name, vif->name, g_strerror(code));
}

bool
vif_switch_ipv6(const struct vif *vif, bool on, struct os_error *error)
{
    const struct setting6 setting = {"disable_ipv6", on ? "0" : "1"};
    int code = settings6_write(vif->name, &setting, 1);
    /* Without IPv6 nothing is to be kept from talking it. */
    return code == 0 || (!on && code == ENOENT) || say_ipv6(vif, code, error);
}

static bool
set_ipv6(const struct vif *vif, struct os_error *error)
{
    static const struct setting6 calm[] = {
        {"disable_ipv6", "1"},         {"accept_ra", "0"},
        {"router_solicitations", "0"}, {"autoconf", "0"},
        {"use_tempaddr", "0"},         {"accept_dad", "0"},
        {"keep_addr_on_down", "-1"},
    };
    int code = settings6_write(vif->name, calm, G_N_ELEMENTS(calm));
    return code == 0 || (code == ENOENT && !vif_has_ipv6(vif)) ||
           say_ipv6(vif, code, error);
}

bool
vif_set_up_macvlan(struct vif *vif, struct os_error *error)
{
    struct kernel *kernel = vif->table->kernel;
    char *alias = g_strdup_printf("carpd %d: vhid %u on %s", (int)getpid(),
                                  vif->config.vhid, vif->parent_name);
    struct kernel_request requests[2] = {
        {.op = KERNEL_SET_LINK,
         .index = vif->own,
         .alias = alias,
         .conf = {{IPV4_DEVCONF_ARP_IGNORE, 1},
                  {IPV4_DEVCONF_ARP_ANNOUNCE, 2},
                  {IPV4_DEVCONF_RP_FILTER, 2},
                  {IPV4_DEVCONF_ARPFILTER, 0},
                  {IPV4_DEVCONF_PROMOTE_SECONDARIES, 1},
                  {IPV4_DEVCONF_ARP_NOTIFY, 0}},
         .conf_count = 6},
        {.op = KERNEL_SET_LINK, .index = vif->own, .no_link_local = true},
    };
    (void)kernel_run(kernel, requests, 2);
    g_free(alias);
    requests[0].alias = NULL;
    if (requests[0].code != 0) {
        return kernel_explain(kernel, &requests[0], error);
    }
    /* EAFNOSUPPORT: a kernel without IPv6. */
    if (requests[1].code != 0 && requests[1].code != EAFNOSUPPORT) {
        return kernel_explain(kernel, &requests[1], error);
    }
    return set_ipv6(vif, error);
}

/* ------------------------------------------------------------ whole host */

static int
read_all(const char *name)
{
    char *path = g_strdup_printf("/proc/sys/net/ipv4/conf/all/%s", name);
    char *text = NULL;
    int value = 0;
    if (g_file_get_contents(path, &text, NULL, NULL)) {
        value = (int)g_ascii_strtoll(text, NULL, 10);
        g_free(text);
    }
    g_free(path);
    return value;
}

void
vif_warn_of_host(struct vif_table *table)
{
    if (table->is_warned) {
        return;
    }
    table->is_warned = true;
    if (read_all("arp_filter") != 0) {
        vif_warn(table, "net.ipv4.conf.all.arp_filter is 1: virtual addresses "
                        "will not be answered: set it to 0, and to 1 where "
                        "it is wanted, or use vmac = off");
    }
    if (read_all("arp_ignore") > 1) {
        vif_warn(table, "net.ipv4.conf.all.arp_ignore is above 1: virtual "
                        "addresses may not be answered: set it to 1 or less");
    }
}
