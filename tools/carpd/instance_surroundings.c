/* SPDX-License-Identifier: BSD-2-Clause */
/* Interface, link, addresses and sources: may the vhid run? */
#include <string.h>

#include "instance_internal.h"
#include "log.h"
#include "server.h"
#include "store.h"
#include "wire.h"

void
instance_find_sources(const struct instance *instance,
                      struct carp_fsm_config *config)
{
    static const struct carp_addr groups[CARP_FAMILIES] = {
        {.family = CARP_IPV4, .octets = {224, 0, 0, 18}},
        {.family = CARP_IPV6, .octets = {0xff, 2, [15] = 0x12}}};
    const struct carp_conf_vhid *conf = instance->conf;
    struct daemon *daemon = instance->daemon;
    const struct kernel_link *link =
        kernel_link_named(daemon->kernel, conf->interface);
    for (unsigned int f = 0; f < CARP_FAMILIES; f++) {
        const struct carp_addr *given =
            f == CARP_F4 ? &conf->source : &conf->source6;
        const struct carp_addr *dest = instance_dest(instance, f);
        if (config->has[f] && given->family != CARP_FAMILY_NONE) {
            config->source[f] = *given;
        } else if (config->has[f] && link != NULL) {
            config->source[f] = kernel_source(
                daemon->kernel, link->index,
                dest->family != CARP_FAMILY_NONE ? dest : &groups[f],
                vif_table_is_virtual, daemon->vifs);
        } else {
            memset(&config->source[f], 0, sizeof(config->source[f]));
        }
    }
}

/* Why it cannot run now; NULL: it can. */
static char *
hindrance(const struct instance *instance)
{
    const char *name = instance->conf->interface;
    const struct kernel_link *link =
        kernel_link_named(instance->daemon->kernel, name);
    const struct carp_fsm_config *config = &instance->fsm.config;
    if (link == NULL) {
        return g_strdup_printf("%s is not there: waiting for it", name);
    }
    if (!link->is_up) {
        return g_strdup_printf("%s is down: ip link set %s up", name, name);
    }
    if (!link->has_carrier && !instance->conf->ignore_link) {
        return g_strdup_printf("%s has no carrier: look at its cable or "
                               "switch port",
                               name);
    }
    const struct port *port = instance->wire->port;
    if (!port_is_open(port) && *port_trouble(port) != '\0') {
        return g_strdup(port_trouble(port));
    }
    if (!port_is_open(port) || !vif_is_ready(instance->vif)) {
        return g_strdup_printf("%s cannot be used yet", name);
    }
    if (config->source[CARP_F4].family == CARP_FAMILY_NONE &&
        config->source[CARP_F6].family == CARP_FAMILY_NONE) {
        return g_strdup_printf("%s has no address of its own to send adverts "
                               "from: give it one, or set %s",
                               name,
                               config->has[CARP_F4] ? "source" : "source6");
    }
    if (instance->awaits_state && store_is_slow(instance->daemon->store)) {
        return g_strdup("waits until its counters are on the disk: look at "
                        "that of the state directory");
    }
    return NULL;
}

static void
refresh_sources(struct instance *instance)
{
    struct carp_fsm_config config = instance->fsm.config;
    instance_find_sources(instance, &config);
    bool is_same = true;
    for (unsigned int f = 0; f < CARP_FAMILIES; f++) {
        is_same = is_same && carp_addr_equal(&config.source[f],
                                             &instance->fsm.config.source[f]);
    }
    if (!is_same) {
        /* It fails for numbers only, and those stay. */
        enum carp_status status =
            carp_fsm_reconfigure(&instance->fsm, &config, alarm_now());
        g_assert(status == CARP_OK);
    }
}

/* One of a group cannot serve: the others go with it. */
static void
take_siblings_along(struct instance *instance, carp_time now)
{
    GPtrArray *all = instance->daemon->instances;
    for (guint i = 0; i < all->len; i++) {
        struct instance *other = g_ptr_array_index(all, i);
        if (instance_is_sibling(instance, other) &&
            other->fsm.state == CARP_STATE_MASTER) {
            instance_tell(other, CARP_FSM_FORCE_BACKUP, now);
        }
    }
}

void
instance_evaluate(struct instance *instance)
{
    if (instance->daemon->is_stopping) {
        return;
    }
    refresh_sources(instance);
    carp_time now = alarm_now();
    char *why = hindrance(instance);
    bool has_link = why == NULL;
    bool may_run = has_link && !instance->awaits_state &&
                   !(instance->wants_retry && now < instance->retry_at);
    instance_set_fault(instance, &instance->fault, why);
    g_free(why);
    if (may_run == instance->is_up) {
        return;
    }
    /* With a link that works the others are told. */
    enum carp_fsm_event_kind kind = may_run     ? CARP_FSM_UP
                                    : !has_link ? CARP_FSM_DOWN
                                                : CARP_FSM_DISABLE;
    instance->is_up = may_run;
    if (may_run) {
        /* Before hooks are told a priority. */
        instance_demote(instance, "link", 0, true);
        instance_tell(instance, kind, now);
        return;
    }
    instance_tell(instance, kind, now);
    instance_demote(instance, "link", instance->conf->demote_link_down, true);
    take_siblings_along(instance, now);
}

static void
announce_again(struct instance *instance)
{
    /* A BACKUP that says it has the address takes the clients away. */
    if (instance->fsm.state == CARP_STATE_MASTER) {
        announce_start(&instance->announce, alarm_now());
        instance_announce(instance, alarm_now());
    }
}

void
instance_on_mac(struct instance *instance)
{
    const struct carp_mac own = vif_mac(instance->vif);
    const struct carp_mac vmac = carp_mac_virtual(instance->conf->vhid);
    if (!carp_mac_equal(&own, &vmac)) {
        announce_again(instance);
    }
}

static void
tell_interference(const struct instance *instance, const char *text)
{
    log_say(LOG_LEVEL_WARNING, "%s: %s", instance->id, text);
    server_tell_address(instance->daemon->server, instance, text);
}

void
instance_on_vif(struct instance *instance, enum vif_event event,
                const char *text)
{
    switch (event) {
    case VIF_REPAIRED:
        tell_interference(instance, text);
        announce_again(instance);
        break;
    case VIF_LOST:
        instance_set_fault(instance, &instance->address_fault, text);
        instance_retry_later(instance);
        break;
    case VIF_READY:
        instance_set_fault(instance, &instance->address_fault, NULL);
        instance->wants_retry = false;
        instance_evaluate(instance);
        break;
    case VIF_FOREIGN:
        tell_interference(instance, text);
        break;
    }
}

void
instance_retry_later(struct instance *instance)
{
    instance->wants_retry = true;
    instance->retry_at = carp_time_add(alarm_now(), INSTANCE_RETRY);
    instance_evaluate(instance);
    daemon_wake(instance->daemon, instance->retry_at);
}
