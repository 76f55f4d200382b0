/* SPDX-License-Identifier: BSD-2-Clause */
/* Making a vhid, changing it, its end. */
#include "instance.h"

#include <string.h>
#include <unistd.h>

#include "claim.h"
#include "entropy.h"
#include "instance_internal.h"
#include "log.h"
#include "store.h"
#include "wire.h"

bool
instance_is_multicast(const struct carp_addr *addr)
{
    return addr->family == CARP_IPV4 ? (addr->octets[0] & 0xf0u) == 0xe0
                                     : addr->octets[0] == 0xff;
}

const struct carp_addr *
instance_dest(const struct instance *instance, unsigned int family)
{
    return family == CARP_F4 ? &instance->conf->peer : &instance->conf->peer6;
}

bool
instance_is_sibling(const struct instance *instance,
                    const struct instance *other)
{
    return instance != other && instance->conf->group != NULL &&
           other->conf->group != NULL &&
           strcmp(instance->conf->group, other->conf->group) == 0;
}

/* ------------------------------------------------------------- election */

static enum carp_tie_rule
tie_rule(enum carp_conf_tie tie)
{
    switch (tie) {
    case CARP_CONF_TIE_ADDRESS:
        break;
    case CARP_CONF_TIE_YIELD:
        return CARP_TIE_YIELD;
    case CARP_CONF_TIE_UCARP:
        return CARP_TIE_UCARP;
    }
    return CARP_TIE_ADDRESS;
}

static void
fill_config(const struct instance *instance, struct carp_fsm_config *config)
{
    const struct carp_conf_vhid *conf = instance->conf;
    memset(config, 0, sizeof(*config));
    config->behaviour = *carp_behaviour_get(instance->profile);
    carp_behaviour_improve(&config->behaviour);
    config->behaviour.tie = tie_rule(conf->tie);
    config->behaviour.families_apart = conf->families_apart;
    config->behaviour.link = CARP_LINK_TO_INIT;
    /* carp.conf says how often (announce-repeat). */
    config->behaviour.announce_again = 0;
    config->advbase = conf->advbase;
    config->advskew = conf->advskew;
    config->dead_ratio = conf->dead_ratio;
    config->preempt = conf->preempt;
    config->preempt_delay = conf->preempt_delay;
    config->start_delay = conf->start_delay;
    config->late_listen =
        conf->late_listen ? carp_fsm_listen_time(conf->advbase) : 0;
    for (uint16_t i = 0; i < conf->addrs.count; i++) {
        bool is_v6 = conf->addrs.list[i].family == CARP_IPV6;
        config->has[is_v6 ? CARP_F6 : CARP_F4] = true;
    }
    instance_find_sources(instance, config);
}

/* ----------------------------------------------------------------- keys */

static bool
make_keys(const struct carp_conf_vhid *conf, enum carp_profile_id profile,
          struct carp_auth *auth, struct carp_ring **ring)
{
    *ring = carp_ring_new();
    if (*ring == NULL) {
        return false;
    }
    if (carp_conf_fill_ring_vhid(conf, *ring) != CARP_OK ||
        carp_auth_init(auth, &conf->key, conf->vhid, &conf->addrs, profile,
                       conf->has_lladdr ? &conf->lladdr : NULL) != CARP_OK) {
        g_clear_pointer(ring, carp_ring_free);
        return false;
    }
    return true;
}

static enum carp_profile_id
send_profile(const struct carp_conf_vhid *conf)
{
    return conf->profile == CARP_PROFILE_AUTO ? CARP_PROFILE_FREEBSD
                                              : conf->profile;
}

/* ------------------------------------------------------------ addresses */

static enum vif_kind
wanted_kind(const struct carp_conf_vhid *conf)
{
    if (conf->by_script) {
        return VIF_ADVERTS;
    }
    return conf->vmac == CARP_CONF_VMAC_ON ? VIF_MACVLAN : VIF_PARENT;
}

static bool
make_vif(struct instance *instance, const struct instance *old,
         struct os_error *error)
{
    const struct carp_conf_vhid *conf = instance->conf;
    struct vif_config config = {.vhid = conf->vhid,
                                .interface = conf->interface,
                                .kind = wanted_kind(conf),
                                .addrs = conf->addrs,
                                .may_fall_back = !conf->has_vmac,
                                .may_be_taken =
                                    old != NULL && old->conf->by_script};
    memcpy(config.prefix_len, conf->prefix_len, sizeof(config.prefix_len));
    struct vif_table *vifs = instance->daemon->vifs;
    instance->vif = vif_new(vifs, &config, instance, error);
    /* Whether it may be absent the wire has decided. */
    if (instance->vif == NULL && error->fault == OS_NO_INTERFACE) {
        instance->vif = vif_new_absent(vifs, &config, instance);
    }
    return instance->vif != NULL;
}

/* ----------------------------------------------------------------- life */

static void
resume(struct instance *instance)
{
    carp_replay_init(&instance->replay, entropy_u64());
    store_restore(instance->daemon->store, instance->id, &instance->replay);
}

/* The peers take it, but answers to it may go elsewhere. */
static void
warn_of_source(const struct instance *instance)
{
    const struct carp_addr *given[] = {&instance->conf->source,
                                       &instance->conf->source6};
    for (size_t i = 0; i < G_N_ELEMENTS(given); i++) {
        char text[CARP_ADDR_TEXT];
        if (given[i]->family != CARP_FAMILY_NONE &&
            kernel_address_find(instance->daemon->kernel, 0, given[i]) ==
                NULL) {
            log_say(LOG_LEVEL_WARNING,
                    "%s: the source %s is no address of "
                    "this host",
                    instance->id, carp_addr_format(given[i], text));
        }
    }
}

bool
instance_claim(struct instance *instance, struct os_error *error)
{
    return claim_make(instance->id, instance->daemon->user, &instance->claim,
                      error);
}

static void
configure(struct instance *instance)
{
    const struct carp_conf_vhid *conf = instance->conf;
    announce_configure(&instance->announce, conf->announce_repeat,
                       conf->announce_delay, conf->announce_refresh);
}

struct instance *
instance_new(struct daemon *daemon, const struct carp_conf_vhid *conf,
             const struct instance *old, struct os_error *error)
{
    struct instance *instance = g_new0(struct instance, 1);
    instance->daemon = daemon;
    instance->conf = conf;
    instance->claim = CLAIM_NONE;
    instance->profile = send_profile(conf);
    instance->retry_at = CARP_NEVER;
    instance->probe_at = CARP_NEVER;
    instance->is_quiet = true;
    instance->conflict_log.every = 10 * CARP_SEC;
    instance->demotions = g_array_new(FALSE, TRUE, sizeof(struct demotion));
    g_snprintf(instance->id, sizeof(instance->id), "%u@%s", conf->vhid,
               conf->interface);
    announce_stop(&instance->announce);
    configure(instance);
    struct carp_fsm_config config;
    fill_config(instance, &config);
    if (carp_fsm_init(&instance->fsm, &config, alarm_now()) != CARP_OK ||
        !make_keys(conf, instance->profile, &instance->auth, &instance->ring)) {
        os_error_set(error, OS_SYSTEM, 0, "%s: no memory", instance->id);
        instance_free(instance);
        return NULL;
    }
    /* What it takes the place of has the claim until it goes. */
    if ((old == NULL && !instance_claim(instance, error)) ||
        !make_vif(instance, old, error)) {
        instance_free(instance);
        return NULL;
    }
    return instance;
}

bool
instance_begin(struct instance *instance, struct wire *wire,
               struct os_error *error)
{
    const struct carp_conf_vhid *conf = instance->conf;
    resume(instance);
    instance->awaits_state = !store_covers(&instance->replay.counter);
    if (!wire_join(wire, instance, error)) {
        store_forget(instance->daemon->store, instance);
        return false;
    }
    instance_demote(instance, "configured", conf->demote, false);
    instance->is_quiet = false;
    warn_of_source(instance);
    return true;
}

void
instance_stop(struct instance *instance)
{
    instance_tell(instance, CARP_FSM_DISABLE, alarm_now());
}

void
instance_free(struct instance *instance)
{
    if (instance == NULL) {
        return;
    }
    if (instance->wire != NULL) {
        wire_leave(instance->wire, instance);
    }
    vif_free(instance->vif);
    carp_ring_free(instance->ring);
    carp_auth_clear(&instance->auth);
    carp_replay_clear(&instance->replay);
    instance_clear_demotions(instance);
    g_array_free(instance->demotions, TRUE);
    g_free(instance->fault);
    g_free(instance->address_fault);
    g_free(instance->source_fault);
    if (instance->claim != CLAIM_NONE) {
        close(instance->claim);
    }
    g_free(instance);
}

/* --------------------------------------------------------------- change */

bool
instance_can_change(const struct instance *instance,
                    const struct carp_conf_vhid *conf)
{
    return instance->conf->vhid == conf->vhid &&
           strcmp(instance->conf->interface, conf->interface) == 0 &&
           wanted_kind(instance->conf) == wanted_kind(conf);
}

bool
instance_change(struct instance *instance, const struct carp_conf_vhid *conf,
                struct os_error *error)
{
    enum carp_profile_id profile = send_profile(conf);
    struct carp_auth auth;
    struct carp_ring *ring = NULL;
    if (!make_keys(conf, profile, &auth, &ring)) {
        return os_error_set(error, OS_SYSTEM, 0, "%s: no memory", instance->id);
    }
    if (!vif_set_addresses(instance->vif, &conf->addrs, conf->prefix_len,
                           error)) {
        carp_ring_free(ring);
        carp_auth_clear(&auth);
        return false;
    }
    bool are_new =
        instance->conf->addrs.count != conf->addrs.count ||
        memcmp(&instance->conf->addrs, &conf->addrs, sizeof(conf->addrs)) != 0;
    carp_ring_free(instance->ring);
    carp_auth_clear(&instance->auth);
    instance->ring = ring;
    instance->auth = auth;
    carp_wipe(&auth, sizeof(auth));
    instance->profile = profile;
    instance->conf = conf;
    configure(instance);
    struct carp_fsm_config config;
    fill_config(instance, &config);
    /* The reader of carp.conf has refused what it could refuse. */
    enum carp_status status =
        carp_fsm_reconfigure(&instance->fsm, &config, alarm_now());
    g_assert(status == CARP_OK);
    wire_update(instance->wire);
    if (are_new && instance->fsm.state == CARP_STATE_MASTER) {
        announce_start(&instance->announce, alarm_now());
    }
    daemon_wake(instance->daemon, instance_deadline(instance));
    return true;
}
