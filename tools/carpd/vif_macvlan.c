/* SPDX-License-Identifier: BSD-2-Clause */
/* The interface carpVHID-PARENT: make, adopt, recognise, remove. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "claim.h"
#include "vif_internal.h"

/* ---------------------------------------------------------------- our mark */

static bool
is_carpd(int pid)
{
    char *path = g_strdup_printf("/proc/%d/comm", pid);
    char *name = NULL;
    bool is_one = false;
    if (g_file_get_contents(path, &name, NULL, NULL)) {
        is_one = g_str_has_prefix(name, "carpd") ||
                 g_str_has_prefix(name, "ucarp"); /* it goes by both */
    } else {
        /* /proc may hide it (hidepid=, ProtectProc=): what is alive may be one,
         * whose addresses must not be taken away. */
        is_one = kill(pid, 0) == 0 || errno == EPERM;
    }
    g_free(name);
    g_free(path);
    return is_one;
}

/* The pid of the carpd that made it; 0: not ours. */
static int
maker_of(const struct kernel_link *link)
{
    if (strcmp(link->kind, "macvlan") != 0 ||
        !g_str_has_prefix(link->alias, "carpd ")) {
        return 0;
    }
    gint64 pid = g_ascii_strtoll(link->alias + strlen("carpd "), NULL, 10);
    return pid > 0 && pid < G_MAXINT ? (int)pid : 0;
}

/* Is its vhid claimed? Of a carpd in another container nothing else tells. */
static bool
is_claimed(const struct vif_table *table, const struct kernel_link *link)
{
    char *rest = NULL;
    const char *vhid = strstr(link->alias, ": vhid ");
    if (vhid == NULL) {
        return false;
    }
    guint64 number = g_ascii_strtoull(vhid + strlen(": vhid "), &rest, 10);
    if (!g_str_has_prefix(rest, " on ")) {
        return false;
    }
    char *id = g_strdup_printf("%" G_GUINT64_FORMAT "@%s", number,
                               rest + strlen(" on "));
    bool is_held = claim_is_held(id, table->user);
    g_free(id);
    return is_held;
}

bool
vif_is_leftover(const struct vif_table *table, const struct kernel_link *link)
{
    int maker = maker_of(link);
    /* The kernel tells of no mark while a link is down. */
    for (guint i = 0; i < table->doomed->len; i++) {
        if (g_array_index(table->doomed, unsigned int, i) == link->index) {
            return true;
        }
    }
    if (maker != 0) {
        return !is_claimed(table, link) &&
               (maker == (int)getpid() || maker == table->killed ||
                !is_carpd(maker));
    }
    /* Killed between making and marking it. */
    for (guint i = 0; i < table->noted->len; i++) {
        if (strcmp(g_ptr_array_index(table->noted, i), link->name) == 0) {
            return strcmp(link->kind, "macvlan") == 0;
        }
    }
    return false;
}

/* Without addresses and IPv6 it answers and says nothing. */
static void
silence(struct kernel *kernel, unsigned int index)
{
    size_t cursor = 0;
    const struct kernel_address *row = NULL;
    const struct kernel_link *link = kernel_link(kernel, index);
    if (link != NULL) {
        vif_disable_ipv6(link->name);
    }
    while ((row = kernel_address_next(kernel, index, &cursor)) != NULL) {
        struct kernel_request gone = {.op = KERNEL_DEL_ADDRESS,
                                      .address = *row};
        if (kernel_run(kernel, &gone, 1) == 0) {
            cursor = 0; /* the table has moved */
        }
    }
}

void
vif_find_leftovers(struct vif_table *table)
{
    size_t cursor = 0;
    const struct kernel_link *link = NULL;
    while ((link = kernel_link_next(table->kernel, &cursor)) != NULL) {
        if (vif_is_leftover(table, link)) {
            g_array_append_val(table->leftovers, link->index);
        }
    }
    for (guint i = 0; i < table->leftovers->len; i++) {
        silence(table->kernel,
                g_array_index(table->leftovers, unsigned int, i));
    }
}

/* -------------------------------------------------------------------- make */

void
vif_make_name(const struct vif *vif, char name[KERNEL_NAME])
{
    int len = g_snprintf(name, KERNEL_NAME, "carp%u-%s", vif->config.vhid,
                         vif->parent_name);
    if (len >= KERNEL_NAME) {
        g_snprintf(name, KERNEL_NAME, "carp%u-%u", vif->config.vhid,
                   vif->parent);
    }
}

static bool
forget_index(GArray *indexes, unsigned int index)
{
    for (guint i = 0; i < indexes->len; i++) {
        if (g_array_index(indexes, unsigned int, i) == index) {
            g_array_remove_index_fast(indexes, i);
            return true;
        }
    }
    return false;
}

static bool
adopt(struct vif *vif, const struct kernel_link *link)
{
    struct carp_mac mac = carp_mac_virtual(vif->config.vhid);
    if (strcmp(link->kind, "macvlan") != 0 || link->parent != vif->parent ||
        !carp_mac_equal(&link->mac, &mac)) {
        return false;
    }
    vif->own = link->index;
    (void)forget_index(vif->table->leftovers, link->index);
    (void)forget_index(vif->table->doomed, link->index);
    return true;
}

/* What has the name already: a leftover, another carpd's, a stranger. */
static bool
settle_name(struct vif *vif, const struct kernel_link *link,
            struct os_error *error)
{
    if (!vif_is_leftover(vif->table, link)) {
        int maker = maker_of(link);
        if (maker != 0) {
            return os_error_set(error, OS_SYSTEM, EEXIST,
                                "%s: vhid %u is run by another carpd, pid %d: "
                                "stop one of the two",
                                vif->parent_name, vif->config.vhid, maker);
        }
        return os_error_set(error, OS_SYSTEM, EEXIST,
                            "%s: exists and is not carpd's: rename or remove "
                            "it, carpd wants the name for vhid %u",
                            link->name, vif->config.vhid);
    }
    struct kernel_request gone = {.op = KERNEL_DEL_LINK, .index = link->index};
    if (kernel_run(vif->table->kernel, &gone, 1) != 0) {
        return kernel_explain(vif->table->kernel, &gone, error);
    }
    (void)forget_index(vif->table->leftovers, gone.index);
    (void)forget_index(vif->table->doomed, gone.index);
    return true;
}

/* There was no memory for the answer: without a mark it would be nobody's. */
static bool
is_made(struct vif *vif, const struct kernel_request *request,
        const struct kernel_link *link)
{
    bool is_unanswered = request->code == ENOBUFS || request->code == ETIMEDOUT;
    return is_unanswered && link != NULL && adopt(vif, link);
}

static bool
create(struct vif *vif, struct os_error *error)
{
    struct kernel *kernel = vif->table->kernel;
    struct kernel_request request = {.op = KERNEL_ADD_MACVLAN,
                                     .parent = vif->parent,
                                     .mac = carp_mac_virtual(vif->config.vhid)};
    g_strlcpy(request.name, vif->name, sizeof(request.name));
    bool has_failed = kernel_run(kernel, &request, 1) != 0;
    const struct kernel_link *link = kernel_link_named(kernel, vif->name);
    if (has_failed) {
        return is_made(vif, &request, link) ||
               kernel_explain(kernel, &request, error);
    }
    if (link == NULL) {
        return os_error_set(error, OS_SYSTEM, ENODEV,
                            "%s: was made and is gone: who removes it?",
                            vif->name);
    }
    vif->own = link->index;
    return true;
}

static bool
get_macvlan(struct vif *vif, struct os_error *error)
{
    vif_make_name(vif, vif->name);
    const struct kernel_link *link =
        kernel_link_named(vif->table->kernel, vif->name);
    bool is_ours = link != NULL && vif_is_leftover(vif->table, link);
    if (is_ours && adopt(vif, link)) {
        return true;
    }
    if (link != NULL && !settle_name(vif, link, error)) {
        return false;
    }
    return create(vif, error);
}

/* ----------------------------------------------------------------- prepare */

static bool
check_parent(struct vif *vif, struct os_error *error)
{
    const struct kernel_link *link =
        kernel_link_named(vif->table->kernel, vif->config.interface);
    if (link == NULL) {
        return os_error_set(error, OS_NO_INTERFACE, ENODEV,
                            "%s: no such interface: see 'ip link'",
                            vif->config.interface);
    }
    vif->parent = link->index;
    if (vif->config.kind == VIF_MACVLAN && !link->is_ethernet) {
        return os_error_set(error, OS_NO_MACVLAN, EOPNOTSUPP,
                            "%s: is not Ethernet and has no place for a "
                            "virtual MAC: use vmac = off",
                            vif->config.interface);
    }
    return true;
}

bool
vif_check_taken(const struct vif *vif, struct os_error *error)
{
    char text[CARP_ADDR_TEXT];
    const struct kernel_address *taken =
        vif->config.kind == VIF_ADVERTS || vif->config.may_be_taken
            ? NULL
            : vif_find_taken(vif);
    if (taken == NULL) {
        return true;
    }
    const struct kernel_link *link =
        kernel_link(vif->table->kernel, taken->index);
    const char *name = link != NULL ? link->name : "another interface";
    carp_addr_format(&taken->addr, text);
    return os_error_set(error, OS_ADDRESS_TAKEN, EADDRINUSE,
                        "%s: is on %s already: a virtual address must not be "
                        "configured otherwise: ip addr del %s/%u dev %s",
                        text, name, text, taken->prefix_len, name);
}

static bool
make_ready(struct vif *vif, struct os_error *error)
{
    switch (vif->config.kind) {
    case VIF_ADVERTS:
        return true;
    case VIF_PARENT:
        vif->own = vif->parent;
        return vif_parent_use(vif, error);
    case VIF_MACVLAN:
        break;
    }
    vif_make_name(vif, vif->name); /* for the state file */
    if (!vif_parent_use(vif, error)) {
        return false;
    }
    if (!get_macvlan(vif, error) || !vif_set_up_macvlan(vif, error)) {
        vif_dismantle(vif);
        vif_parent_leave(vif);
        return false;
    }
    return true;
}

bool
vif_prepare(struct vif *vif, struct os_error *error)
{
    vif->is_ready = false;
    vif->own = 0;
    if (!check_parent(vif, error) || !vif_check_taken(vif, error)) {
        return false;
    }
    g_strlcpy(vif->name, vif->parent_name, sizeof(vif->name));
    if (vif->config.kind == VIF_MACVLAN) {
        vif_warn_of_host(vif->table);
    }
    vif->is_ready = make_ready(vif, error);
    const struct kernel_link *link = kernel_link(vif->table->kernel, vif->own);
    if (vif->is_ready && vif->config.kind == VIF_MACVLAN && link != NULL &&
        link->is_up) {
        vif_sink_later(vif); /* an adopted one */
    }
    return vif->is_ready;
}

void
vif_dismantle(struct vif *vif)
{
    const struct kernel_link *link =
        vif->own != 0 ? kernel_link(vif->table->kernel, vif->own) : NULL;
    if (vif->config.kind == VIF_MACVLAN && link != NULL &&
        strcmp(link->kind, "macvlan") == 0) {
        struct os_error error;
        struct kernel_request gone = {.op = KERNEL_DEL_LINK, .index = vif->own};
        if (kernel_run(vif->table->kernel, &gone, 1) != 0 &&
            gone.code != ENODEV) {
            kernel_explain(vif->table->kernel, &gone, &error);
            vif_warn(vif->table, "%s", error.text);
            vif_doom(vif->table, vif->own);
        }
    }
    vif->own = 0;
}
