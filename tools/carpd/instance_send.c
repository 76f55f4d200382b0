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
        instance_demote(instance, "send errors", 0, true);
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

void
instance_send(struct instance *instance, uint8_t advbase, uint8_t advskew,
              uint8_t demote)
{
    struct carp_adv adv;
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
