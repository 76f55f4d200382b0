/* SPDX-License-Identifier: BSD-2-Clause */
#include "vif.h"

#include <errno.h>
#include <string.h>

#include "vif_internal.h"

/* Somebody undoes what carpd does: give way, honestly, for a while. */
#define FIGHT_REPAIRS 20u
#define FIGHT_WINDOW (10 * G_TIME_SPAN_SECOND)

static struct vif *
make(struct vif_table *table, const struct vif_config *config, void *user)
{
    struct vif *vif = g_new0(struct vif, 1);
    vif->table = table;
    vif->config = *config;
    g_strlcpy(vif->parent_name, config->interface, sizeof(vif->parent_name));
    g_strlcpy(vif->name, config->interface, sizeof(vif->name));
    vif->config.interface = vif->parent_name;
    vif->user = user;
    g_ptr_array_add(table->vifs, vif);
    return vif;
}

static void
discard(struct vif *vif)
{
    vif_forget_news(vif);
    g_ptr_array_remove(vif->table->vifs, vif);
    g_free(vif);
}

static bool
prepare(struct vif *vif, struct os_error *error)
{
    if (vif_prepare(vif, error)) {
        return true;
    }
    if (error->fault != OS_NO_MACVLAN || !vif->config.may_fall_back) {
        return false;
    }
    vif_warn(vif->table,
             "%u@%s: %s; the addresses go on %s itself with its own MAC "
             "(vmac = off says so)",
             vif->config.vhid, vif->parent_name, error->text, vif->parent_name);
    vif->config.kind = VIF_PARENT;
    return vif_prepare(vif, error);
}

struct vif *
vif_new(struct vif_table *table, const struct vif_config *config, void *user,
        struct os_error *error)
{
    struct vif *vif = make(table, config, user);
    kernel_sync(table->kernel);
    if (!prepare(vif, error)) {
        discard(vif);
        (void)vif_state_save(table, NULL);
        return NULL;
    }
    vif->config.may_be_taken = false;
    return vif;
}

struct vif *
vif_new_absent(struct vif_table *table, const struct vif_config *config,
               void *user)
{
    struct vif *vif = make(table, config, user);
    vif->is_lost = true;
    vif_retry_later(table);
    return vif;
}

/* With a macvlan its addresses go. */
static void
owe(const struct vif *vif, const struct carp_addrs *addrs)
{
    for (uint16_t i = 0; vif->config.kind == VIF_PARENT && i < addrs->count;
         i++) {
        vif_owe(vif->table, vif->own, &addrs->list[i]);
    }
}

void
vif_free(struct vif *vif)
{
    struct os_error error;
    if (vif == NULL) {
        return;
    }
    struct vif_table *table = vif->table;
    if (!vif_release(vif, &error)) {
        vif_warn(table, "%s", error.text);
        owe(vif, &vif->config.addrs);
    }
    if (vif->is_ready && vif->config.kind == VIF_MACVLAN && vif->own != 0) {
        vif_doom(table, vif->own);
    }
    if (vif->is_ready && vif->config.kind != VIF_ADVERTS) {
        vif_parent_leave(vif);
    }
    discard(vif);
    (void)vif_state_save(table, NULL);
}

/* --------------------------------------------------------- hold, let loose */

bool
vif_acquire(struct vif *vif, struct os_error *error)
{
    if (vif->config.kind == VIF_ADVERTS && vif->is_ready) {
        vif->is_held = true;
        return true;
    }
    if (!vif->is_ready) {
        return os_error_set(error, OS_NO_INTERFACE, ENODEV,
                            "%s: is not there: waiting for it to come back",
                            vif->parent_name);
    }
    if (vif->barred_until > g_get_monotonic_time()) {
        return os_error_set(error, OS_SYSTEM, EBUSY,
                            "%s: somebody keeps undoing its addresses: left "
                            "alone for a while",
                            vif->name);
    }
    vif_parent_assert(vif);
    vif->is_held = true;
    if (!vif_put_up(vif, error)) {
        vif->is_held = false;
        (void)vif_take_down(vif, NULL);
        return false;
    }
    return true;
}

bool
vif_release(struct vif *vif, struct os_error *error)
{
    vif->is_held = false;
    if (vif->config.kind == VIF_ADVERTS || vif_take_down(vif, error)) {
        return true;
    }
    vif_retry_later(vif->table);
    return false;
}

static void
take_config(struct vif *vif, const struct carp_addrs *addrs,
            const uint8_t *prefix_len)
{
    vif->config.addrs = *addrs;
    memcpy(vif->config.prefix_len, prefix_len, CARP_ADDRS_MAX);
}

/* The new up, then the old away; a macvlan has no others than the new by
 * then. */
static bool
exchange(struct vif *vif, const struct carp_addrs *old, struct os_error *error)
{
    return vif_state_save(vif->table, error) &&
           (!vif->is_held || vif_put_up(vif, error)) &&
           (vif->config.kind != VIF_PARENT || vif_drop_old(vif, old, error));
}

bool
vif_set_addresses(struct vif *vif, const struct carp_addrs *addrs,
                  const uint8_t *prefix_len, struct os_error *error)
{
    struct vif_config *before = g_new(struct vif_config, 1);
    *before = vif->config;
    take_config(vif, addrs, prefix_len);
    bool is_free = vif->config.kind == VIF_ADVERTS || !vif->is_ready;
    bool is_done = is_free || vif_check_taken(vif, error);
    if (!is_done) {
        take_config(vif, &before->addrs, before->prefix_len);
    } else if (!is_free && !exchange(vif, &before->addrs, error)) {
        char what[VIF_WHAT];
        is_done = false;
        take_config(vif, &before->addrs, before->prefix_len);
        (void)vif_reconcile(vif, what, NULL);
        if (!vif_drop_old(vif, addrs, NULL)) {
            owe(vif, addrs);
        }
        (void)vif_state_save(vif->table, NULL);
    }
    g_free(before);
    return is_done;
}

/* ------------------------------------------------------------------ check */

static void
lose(struct vif *vif, const char *text)
{
    if (vif->is_held) {
        vif->is_held = false;
        (void)vif_take_down(vif, NULL);
    }
    if (!vif->is_lost || strcmp(vif->trouble, text) != 0) {
        vif->is_lost = true;
        g_strlcpy(vif->trouble, text, sizeof(vif->trouble));
        vif_tell(vif, VIF_LOST, "%s", text);
    }
}

static void
come_back(struct vif *vif)
{
    if (vif->is_lost) {
        vif->is_lost = false;
        vif_tell(vif, VIF_READY, "%s: is there and ready", vif->name);
    }
}

static bool
is_parent_there(const struct vif *vif)
{
    return vif->parent != 0 &&
           kernel_link(vif->table->kernel, vif->parent) != NULL;
}

/* Ours is gone, or is not what it was. */
static bool
is_own_broken(const struct vif *vif)
{
    struct carp_mac mac = carp_mac_virtual(vif->config.vhid);
    const struct kernel_link *link = kernel_link(vif->table->kernel, vif->own);
    return vif->config.kind == VIF_MACVLAN &&
           (link == NULL || !carp_mac_equal(&link->mac, &mac));
}

static void
try_to_prepare(struct vif *vif)
{
    struct os_error error;
    if (kernel_link_named(vif->table->kernel, vif->parent_name) == NULL) {
        /* So its coming will be told, whatever index it has then: a rebuild
         * may have failed because the interface went in the middle of it. */
        vif->parent = 0;
        return;
    }
    if (prepare(vif, &error)) {
        come_back(vif);
    } else {
        lose(vif, error.text);
        vif_retry_later(vif->table);
    }
}

/* It goes elsewhere, and what could not be taken away stays. */
static void
leave_put(struct vif *vif)
{
    if (vif->has_put) {
        owe(vif, &vif->config.addrs);
        vif->has_put = false;
    }
}

/* Another interface has the name of carp.conf now. */
static bool
is_name_elsewhere(const struct vif *vif)
{
    const struct kernel_link *link =
        kernel_link_named(vif->table->kernel, vif->parent_name);
    return link != NULL && vif->parent != 0 && link->index != vif->parent;
}

static void
follow_name(struct vif *vif)
{
    char text[OS_ERROR_TEXT];
    g_snprintf(text, sizeof(text), "%s: is another interface than before",
               vif->parent_name);
    lose(vif, text);
    leave_put(vif);
    vif_dismantle(vif);
    if (vif->config.kind != VIF_ADVERTS) {
        vif_parent_leave(vif);
    }
    vif->is_ready = false;
    vif->parent = 0;
    try_to_prepare(vif);
}

static void
lose_parent(struct vif *vif)
{
    char text[OS_ERROR_TEXT];
    g_snprintf(text, sizeof(text),
               "%s: the interface is gone: waiting for it to come back",
               vif->parent_name);
    /* Its settings went with it; they are made anew for the next. */
    if (vif->config.kind != VIF_ADVERTS) {
        vif_parent_gone(vif);
    }
    leave_put(vif);
    /* With one that only went into another namespace the macvlan stays, and
     * would answer. */
    vif_dismantle(vif);
    vif->is_ready = false;
    vif->parent = 0;
    lose(vif, text);
    try_to_prepare(vif);
}

/* Is this one repair too many? */
static bool
is_fight(struct vif *vif)
{
    gint64 now = g_get_monotonic_time();
    if (now - vif->repairs_since > FIGHT_WINDOW) {
        vif->repairs_since = now;
        vif->repairs = 0;
    }
    return ++vif->repairs > FIGHT_REPAIRS;
}

static void
give_way(struct vif *vif)
{
    char text[OS_ERROR_TEXT];
    vif->barred_until = g_get_monotonic_time() + FIGHT_WINDOW;
    g_snprintf(text, sizeof(text),
               "%s: somebody undid its addresses %u times in 10 s: left alone "
               "for 10 s: is NetworkManager or another daemon managing it?",
               vif->name, FIGHT_REPAIRS);
    lose(vif, text);
    vif_retry_later(vif->table);
}

static void
rebuild(struct vif *vif)
{
    struct os_error error;
    bool was_held = vif->is_held;
    if (vif->config.kind == VIF_PARENT) {
        (void)vif_take_down(vif, NULL); /* with a macvlan they go */
        leave_put(vif);
    }
    vif_dismantle(vif);
    if (!is_parent_there(vif)) {
        lose_parent(vif);
        return;
    }
    vif_parent_leave(vif);
    vif->is_ready = false;
    vif->is_held = false;
    if (!vif_prepare(vif, &error) || (was_held && !vif_acquire(vif, &error))) {
        lose(vif, error.text);
        vif_retry_later(vif->table);
    } else if (is_fight(vif)) {
        give_way(vif);
    } else {
        vif_tell(vif, VIF_REPAIRED,
                 "%s: was removed or changed by somebody else: made anew",
                 vif->name);
        come_back(vif);
    }
}

static void
repair(struct vif *vif)
{
    struct os_error error;
    char what[VIF_WHAT];
    if (!vif_reconcile(vif, what, &error)) {
        /* An interface that is removed loses its addresses first: by now it
         * is known to be gone. */
        kernel_sync(vif->table->kernel);
        if (!is_parent_there(vif)) {
            lose_parent(vif);
        } else if (is_own_broken(vif) || error.fault == OS_NO_INTERFACE) {
            rebuild(vif);
        } else {
            lose(vif, error.text);
            vif_retry_later(vif->table);
        }
    } else if (what[0] == '\0') {
        come_back(vif);
    } else if (is_fight(vif)) {
        give_way(vif);
    } else {
        vif_tell(vif, VIF_REPAIRED, "%s, not by carpd: put right", what);
    }
}

/* An interface keeps its index when it is renamed. */
static void
refresh_name(struct vif *vif)
{
    const struct kernel_link *link = kernel_link(vif->table->kernel, vif->own);
    if (link != NULL) {
        g_strlcpy(vif->name, link->name, sizeof(vif->name));
    }
}

void
vif_check(struct vif *vif)
{
    kernel_sync(vif->table->kernel);
    refresh_name(vif);
    if (vif->barred_until > g_get_monotonic_time()) {
        vif_retry_later(vif->table);
    } else if (vif->is_ready && !is_parent_there(vif)) {
        lose_parent(vif);
    } else if (!vif->is_ready) {
        try_to_prepare(vif);
    } else if (is_name_elsewhere(vif)) {
        follow_name(vif);
    } else if (vif->config.kind == VIF_ADVERTS) {
        come_back(vif);
    } else if (is_own_broken(vif)) {
        rebuild(vif);
    } else {
        repair(vif);
    }
}

/* ------------------------------------------------------------------- read */

void *
vif_user(const struct vif *vif)
{
    return vif->user;
}

bool
vif_is_held(const struct vif *vif)
{
    return vif->is_held;
}

bool
vif_is_ready(const struct vif *vif)
{
    return vif->is_ready;
}

const char *
vif_name(const struct vif *vif)
{
    return vif->name;
}

struct carp_mac
vif_mac(const struct vif *vif)
{
    const struct kernel_link *link =
        kernel_link(vif->table->kernel, vif->parent);
    if (vif->config.kind == VIF_MACVLAN || link == NULL) {
        return carp_mac_virtual(vif->config.vhid);
    }
    return link->mac;
}
