/* SPDX-License-Identifier: BSD-2-Clause */
/* Events into the election, its effects carried out in order. */
#include <string.h>

#include "hooks.h"
#include "instance_internal.h"
#include "log.h"
#include "server.h"
#include "wire.h"

static void
log_transition(const struct instance *instance,
               const struct carp_effects *effects)
{
    char vhid[8];
    g_snprintf(vhid, sizeof(vhid), "%u", instance->conf->vhid);
    const char *from = carp_state_text(effects->from);
    const char *to = carp_state_text(effects->to);
    const char *reason = carp_fsm_reason_text(effects->reason);
    const struct log_field fields[] = {
        {"CARP_VHID", vhid},
        {"CARP_IFACE", instance->conf->interface},
        {"CARP_NAME", instance->conf->name},
        {"CARP_STATE", to},
        {"CARP_OLD_STATE", from},
        {"CARP_REASON", reason},
        {"MESSAGE_ID", "5f1c9d6e0b4b4a0ea1a7d4a6c2f07c11"},
    };
    log_event(LOG_LEVEL_NOTICE, fields, G_N_ELEMENTS(fields),
              "carp: %s: %s -> %s (%s)", instance->id, from, to, reason);
}

void
instance_set_fault(struct instance *instance, char **which, const char *text)
{
    if (g_strcmp0(*which, text) == 0) {
        return;
    }
    if (text != NULL) {
        log_say(LOG_LEVEL_WARNING, "%s: %s", instance->id, text);
        server_tell_fault(instance->daemon->server, instance, text, false);
    } else {
        log_say(LOG_LEVEL_NOTICE, "%s: over: %s", instance->id, *which);
        server_tell_fault(instance->daemon->server, instance, *which, true);
    }
    char *copy = g_strdup(text);
    g_free(*which);
    *which = copy;
}

/* False: they are not up, and the machine has been told. */
static bool
acquire(struct instance *instance)
{
    struct os_error error;
    if (vif_acquire(instance->vif, &error)) {
        instance_set_fault(instance, &instance->address_fault, NULL);
        return true;
    }
    instance_set_fault(instance, &instance->address_fault, error.text);
    return false;
}

static void
release(struct instance *instance)
{
    struct os_error error;
    announce_stop(&instance->announce);
    instance_set_fault(instance, &instance->source_fault, NULL);
    if (vif_release(instance->vif, &error)) {
        return;
    }
    instance_set_fault(instance, &instance->address_fault, error.text);
}

static void
carry_out(struct instance *instance, const struct carp_effects *effects,
          carp_time now)
{
    unsigned int todo = effects->todo;
    bool has_failed = false;
    if (effects->to == CARP_STATE_MASTER && effects->from != effects->to) {
        carp_counter_lead(&instance->replay.counter);
    }
    if ((todo & CARP_DO_BOW_OUT) != 0 && !instance->is_mute) {
        instance_send(instance, CARP_BOW_OUT, CARP_BOW_OUT, 0);
    }
    if ((todo & CARP_DO_LAST_ADVERT) != 0) {
        instance_send(instance, effects->advbase, effects->advskew,
                      effects->demote);
    }
    if ((todo & CARP_DO_RELEASE) != 0) {
        release(instance);
    }
    if ((todo & CARP_DO_ACQUIRE) != 0) {
        has_failed = !acquire(instance);
    }
    if ((todo & CARP_DO_ADVERT) != 0 && !has_failed) {
        instance_send(instance, effects->advbase, effects->advskew,
                      effects->demote);
    }
    if ((todo & CARP_DO_ANNOUNCE) != 0 && !has_failed) {
        if (effects->from != effects->to) {
            announce_start(&instance->announce, now);
        } else {
            announce_conflict(&instance->announce, now);
        }
        instance_announce(instance, now);
    }
    if (effects->from != effects->to) {
        log_transition(instance, effects);
        hooks_tell(instance, effects->from, effects->to, effects->reason);
        server_tell_transition(instance->daemon->server, instance, effects);
    }
    if (has_failed) {
        /* Of one that never spoke a bow-out would make others act. */
        instance->is_mute = true;
        instance_retry_later(instance);
        instance->is_mute = false;
    }
}

static void
remark(struct instance *instance, const struct carp_effects *effects,
       carp_time now)
{
    if (effects->to == CARP_STATE_MASTER && effects->from != effects->to) {
        instance->stats.carp[STAT_PREEMPT]++;
    }
    if (effects->is_late) {
        instance->stats.reason[REASON_LATE]++;
        log_say(LOG_LEVEL_WARNING,
                "%s: woke up later than the peers wait: "
                "the machine was paused or overloaded (realtime = helps "
                "against load)",
                instance->id);
        if (effects->to == CARP_STATE_MASTER) {
            announce_start(&instance->announce, now);
        }
    }
    if (effects->silent_family != 0) {
        log_say(LOG_LEVEL_WARNING,
                "%s: the master's adverts arrive over "
                "IPv%u only: look for a filter of %s, or is the master one "
                "that sends one family?",
                instance->id, effects->silent_family == CARP_IPV4 ? 6u : 4u,
                effects->silent_family == CARP_IPV4 ? "224.0.0.18"
                                                    : "ff02::12");
    }
}

void
instance_event(struct instance *instance, const struct carp_fsm_event *event,
               carp_time now)
{
    carp_time before = instance_deadline(instance);
    struct carp_effects effects = carp_fsm_step(&instance->fsm, event, now);
    remark(instance, &effects, now);
    carry_out(instance, &effects, now);
    daemon_moved(instance->daemon, before, instance_deadline(instance));
}

void
instance_tell(struct instance *instance, enum carp_fsm_event_kind kind,
              carp_time now)
{
    struct carp_fsm_event event;
    memset(&event, 0, sizeof(event));
    event.kind = kind;
    instance_event(instance, &event, now);
}

carp_time
instance_deadline(const struct instance *instance)
{
    carp_time when = carp_fsm_deadline(&instance->fsm);
    carp_time announce = announce_deadline(&instance->announce);
    when = announce < when ? announce : when;
    if (instance->wants_retry && instance->retry_at < when) {
        when = instance->retry_at;
    }
    return MIN(when, instance->probe_at);
}

void
instance_tick(struct instance *instance, carp_time now)
{
    if (now >= carp_fsm_deadline(&instance->fsm)) {
        instance_tell(instance, CARP_FSM_TIMER, now);
    }
    if (instance->wants_retry && now >= instance->retry_at) {
        instance->wants_retry = false;
        instance_evaluate(instance);
    }
    instance_probe(instance, now);
    instance_announce(instance, now);
}
