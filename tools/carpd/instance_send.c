/* SPDX-License-Identifier: BSD-2-Clause */
/* Adverts and announcements. */
#include <string.h>

#include "entropy.h"
#include "instance_internal.h"
#include "observer.h"
#include "store.h"
#include "wire.h"

/* What every advert has: DSCP CS7, as FreeBSD sends it (PROTOCOL 1.3). */
#define ADVERT_TOS 0xe0
#define ADVERT_TTL 255

/* FreeBSD's rule: the third failure in a row demotes, three successes end it
 * (PROTOCOL 3.12). */
static void
count_failure(struct instance *instance, const struct os_error *error)
{
    struct daemon *daemon = instance->daemon;
    instance->stats.reason[REASON_SEND_ERRORS]++;
    instance->send_successes = 0;
    char *key = g_strdup_printf("send %s %d", instance->id, error->code);
    log_rate_say(daemon->rate, key, alarm_now(), LOG_LEVEL_WARNING,
                 "%s: an advert was not sent: %s", instance->id, error->text);
    g_free(key);
    if (instance->send_errors < INSTANCE_SEND_ERRORS &&
        ++instance->send_errors == INSTANCE_SEND_ERRORS) {
        instance->probe_at = carp_time_add(alarm_now(), INSTANCE_PROBE);
        daemon_wake(daemon, instance->probe_at);
        instance_demote(instance, "send errors",
                        instance->conf->demote_send_error, true);
    }
}

static void
count_success(struct instance *instance)
{
    if (instance->send_errors == 0) {
        return;
    }
    if (++instance->send_successes >= INSTANCE_SEND_ERRORS) {
        instance->send_errors = 0;
        instance->send_successes = 0;
        instance->probe_at = CARP_NEVER;
        instance_demote(instance, "send errors", 0, true);
    }
}

/* To a group what leaves the same way and is true anyway: who has our own
 * address. A unicast peer would count it: there the way is looked at. */
static bool
can_send(const struct instance *instance, unsigned int f)
{
    const struct kernel *kernel = instance->daemon->kernel;
    const struct carp_addr *source = &instance->fsm.config.source[f];
    const struct carp_addr *dest = instance_dest(instance, f);
    const struct kernel_link *link =
        kernel_link_named(kernel, instance->conf->interface);
    if (link == NULL || (!link->has_carrier && !instance->conf->ignore_link)) {
        return false;
    }
    if (dest->family == CARP_IPV4 && !instance_is_multicast(dest)) {
        return kernel_has_route(instance->daemon->kernel, link->index, source,
                                dest);
    }
    const struct carp_mac mac = link->mac;
    return kernel_address_find(kernel, link->index, source) == NULL ||
           port_announce(instance->wire->port, source, &mac, NULL);
}

void
instance_probe(struct instance *instance, carp_time now)
{
    if (now < instance->probe_at) {
        return;
    }
    instance->probe_at = carp_time_add(now, INSTANCE_PROBE);
    if (instance->fsm.state != CARP_STATE_BACKUP) {
        return; /* adverts tell */
    }
    bool is_well = true;
    for (unsigned int f = 0; f < CARP_FAMILIES; f++) {
        if (instance->fsm.config.source[f].family != CARP_FAMILY_NONE) {
            is_well = can_send(instance, f) && is_well;
        }
    }
    if (is_well) {
        count_success(instance);
    } else {
        instance->send_successes = 0;
    }
}

static void
send_family(struct instance *instance, unsigned int f, struct carp_adv *adv)
{
    struct port_advert advert = {.source = instance->fsm.config.source[f],
                                 .dest = *instance_dest(instance, f),
                                 .use_vmac =
                                     instance->conf->vmac != CARP_CONF_VMAC_OFF,
                                 .broadcast = instance->conf->broadcast,
                                 .tos = ADVERT_TOS,
                                 .ttl = ADVERT_TTL};
    adv->counter =
        carp_replay_next(&instance->replay, adv->counter != 0, entropy_u64());
    carp_auth_digest(&instance->auth, adv->counter, adv->md);
    carp_adv_set_checksum(adv);
    advert.adv = *adv;
    struct os_error error;
    /* Taken before: the answer may be here when the call returns. */
    carp_time at = alarm_now();
    bool is_sent = port_send_advert(instance->wire->port, &advert, &error);
    if (!is_sent) {
        count_failure(instance, &error);
        return;
    }
    instance->stats.carp[f == CARP_F4 ? STAT_OPACKETS : STAT_OPACKETS6]++;
    count_success(instance);
    observer_note_sent(instance->daemon->observer, instance->wire->segment,
                       &advert, at);
}

/* Members that want both families would become MASTER beside this one. */
static void
check_sources(struct instance *instance)
{
    const struct carp_fsm_config *config = &instance->fsm.config;
    char *text = NULL;
    for (unsigned int f = 0; f < CARP_FAMILIES; f++) {
        if (config->has[f] && config->source[f].family == CARP_FAMILY_NONE) {
            const char *family = f == CARP_F4 ? "IPv4" : "IPv6";
            text = g_strdup_printf(
                "no %s adverts are sent, for %s has no %s address of its own; "
                "BSD members may become MASTER: give it one, or set %s",
                family, instance->conf->interface, family,
                f == CARP_F4 ? "source" : "source6");
            break;
        }
    }
    instance_set_fault(instance, &instance->source_fault, text);
    g_free(text);
}

void
instance_send(struct instance *instance, uint8_t advbase, uint8_t advskew,
              uint8_t demote)
{
    struct carp_adv adv;
    check_sources(instance);
    memset(&adv, 0, sizeof(adv));
    adv.version = CARP_VERSION;
    adv.type = CARP_TYPE_ADVERT;
    adv.vhid = instance->conf->vhid;
    adv.authlen = CARP_AUTHLEN;
    adv.advbase = advbase;
    adv.advskew = advskew;
    adv.demote = demote;
    for (unsigned int f = 0; f < CARP_FAMILIES; f++) {
        if (instance->fsm.config.source[f].family != CARP_FAMILY_NONE) {
            send_family(instance, f, &adv);
        }
    }
    if (carp_counter_wants_reserve(&instance->replay.counter)) {
        store_save_soon(instance->daemon->store);
    }
}

void
instance_announce(struct instance *instance, carp_time now)
{
    struct announce *announce = &instance->announce;
    if (!announce_is_due(announce, now)) {
        return;
    }
    const struct carp_addrs *addrs = &instance->conf->addrs;
    if (!announce_rate_take(&instance->daemon->announce_rate, addrs->count,
                            now)) {
        instance->stats.reason[REASON_ANNOUNCEMENTS_HELD]++;
        announce_hold(announce, carp_time_add(now, ANNOUNCE_AGAIN));
        daemon_wake(instance->daemon, announce_deadline(announce));
        return;
    }
    struct carp_mac mac = vif_mac(instance->vif);
    for (uint16_t i = 0; i < addrs->count; i++) {
        struct os_error error;
        if (port_announce(instance->wire->port, &addrs->list[i], &mac,
                          &error)) {
            instance->stats.reason[REASON_ANNOUNCEMENTS]++;
        } else {
            char *key =
                g_strdup_printf("announce %s %d", instance->id, error.code);
            log_rate_say(instance->daemon->rate, key, now, LOG_LEVEL_WARNING,
                         "%s: an announcement was not sent: %s", instance->id,
                         error.text);
            g_free(key);
        }
    }
    announce_done(announce, now);
    daemon_wake(instance->daemon, announce_deadline(announce));
}
