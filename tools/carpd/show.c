/* SPDX-License-Identifier: BSD-2-Clause */
#include "show.h"

#include <unistd.h>

#include "instance.h"
#include "server.h"

static const char *const vmacs[] = {"off", "on", "adverts"};
static const char *const replays[] = {"off", "alert", "strict"};

void
show_daemon(struct jsonl *json, const struct daemon *daemon)
{
    jsonl_open_object(json, "daemon");
    jsonl_string(json, "version", CARPKIT_VERSION);
    jsonl_uint(json, "pid", (uint64_t)getpid());
    jsonl_seconds(json, "uptime",
                  carp_time_since(alarm_now(), daemon->started));
    jsonl_string(json, "config", daemon->setup.config);
    jsonl_uint(json, "demotion",
               daemon->hand_demotion +
                   (uint64_t)carp_conf_get_daemon(daemon->conf)->demote);
    jsonl_uint(json, "demotion_by_hand", daemon->hand_demotion);
    jsonl_uint(json, "clients", server_client_count(daemon->server));
    jsonl_close_object(json);
}

static void
put_text(struct jsonl *json, const char *name, const char *text)
{
    if (text != NULL) {
        jsonl_string(json, name, text);
    } else {
        jsonl_null(json, name);
    }
}

static bool
is_missing(const struct instance *instance, const struct carp_addr *addr)
{
    if (instance->fsm.state != CARP_STATE_MASTER || instance->conf->by_script) {
        return false;
    }
    const struct kernel *kernel = instance->daemon->kernel;
    const struct kernel_link *link =
        kernel_link_named(kernel, vif_name(instance->vif));
    return link == NULL ||
           kernel_address_find(kernel, link->index, addr) == NULL;
}

static void
put_addresses(struct jsonl *json, const struct instance *instance,
              const char *name, bool only_missing)
{
    const struct carp_conf_vhid *conf = instance->conf;
    jsonl_open_array(json, name);
    for (uint16_t i = 0; i < conf->addrs.count; i++) {
        char addr[CARP_ADDR_TEXT];
        char text[CARP_ADDR_TEXT + 8];
        if (only_missing && !is_missing(instance, &conf->addrs.list[i])) {
            continue;
        }
        g_snprintf(text, sizeof(text), "%s/%u",
                   carp_addr_format(&conf->addrs.list[i], addr),
                   conf->prefix_len[i]);
        jsonl_string(json, NULL, text);
    }
    jsonl_close_array(json);
}

static void
put_config(struct jsonl *json, const struct instance *instance)
{
    const struct carp_conf_vhid *conf = instance->conf;
    const struct carp_profile *profile = carp_profile_get(instance->profile);
    jsonl_uint(json, "advbase", conf->advbase);
    jsonl_uint(json, "advskew", conf->advskew);
    jsonl_uint(json, "advertised_advskew", carp_fsm_advskew(&instance->fsm));
    jsonl_uint(json, "advertised_demote", carp_fsm_demote(&instance->fsm));
    jsonl_bool(json, "preempt", conf->preempt);
    put_text(json, "group", conf->group);
    jsonl_string(json, "profile", profile->name);
    jsonl_string(json, "vmac", vmacs[conf->vmac]);
    jsonl_string(json, "replay", replays[conf->replay]);
    put_addresses(json, instance, "addresses", false);
    put_addresses(json, instance, "missing", true);
}

static void
put_wire(struct jsonl *json, const struct instance *instance)
{
    static const struct carp_addr groups[CARP_FAMILIES] = {
        {.family = CARP_IPV4, .octets = {224, 0, 0, 18}},
        {.family = CARP_IPV6, .octets = {0xff, 2, [15] = 0x12}}};
    const struct carp_fsm_config *config = &instance->fsm.config;
    const struct kernel_link *link =
        kernel_link_named(instance->daemon->kernel, instance->conf->interface);
    jsonl_bool(json, "interface_up",
               link != NULL && link->is_up && link->has_carrier);
    put_text(json, "device",
             instance->conf->by_script ? NULL : vif_name(instance->vif));
    jsonl_address(json, "source", &config->source[CARP_F4]);
    jsonl_address(json, "source6", &config->source[CARP_F6]);
    for (unsigned int f = 0; f < CARP_FAMILIES; f++) {
        const struct carp_addr *dest = instance_dest(instance, f);
        if (dest->family == CARP_FAMILY_NONE) {
            dest = &groups[f];
        }
        jsonl_address(json, f == CARP_F4 ? "peer" : "peer6",
                      config->has[f] ? dest : NULL);
    }
}

static void
put_master_detail(struct jsonl *json, const struct instance *instance,
                  unsigned int f, carp_time now)
{
    const struct carp_fsm_master *master = &instance->fsm.master[f];
    const char *name = f == CARP_F4 ? "master_detail" : "master_detail6";
    if (!master->is_known) {
        jsonl_null(json, name);
        return;
    }
    jsonl_open_object(json, name);
    jsonl_address(json, "address", &master->source);
    jsonl_uint(json, "advbase", master->advbase);
    jsonl_uint(json, "advskew", master->advskew);
    jsonl_uint(json, "demote", master->demote);
    jsonl_seconds(json, "heard_seconds", carp_time_since(now, master->heard));
    jsonl_close_object(json);
}

static const struct carp_addr *
find_master(const struct instance *instance)
{
    const struct carp_fsm *fsm = &instance->fsm;
    for (unsigned int f = 0; f < CARP_FAMILIES; f++) {
        if (fsm->state == CARP_STATE_MASTER &&
            fsm->config.source[f].family != CARP_FAMILY_NONE) {
            return &fsm->config.source[f];
        }
        if (fsm->state != CARP_STATE_MASTER && fsm->master[f].is_known) {
            return &fsm->master[f].source;
        }
    }
    return NULL;
}

static void
put_next(struct jsonl *json, const struct instance *instance, carp_time now)
{
    const struct carp_fsm *fsm = &instance->fsm;
    carp_time when = carp_fsm_deadline(fsm);
    const char *what = "none";
    if (when == CARP_NEVER) {
        when = now;
    } else if (fsm->state == CARP_STATE_MASTER) {
        what = "advert";
    } else {
        what = when == fsm->preempt ? "preempt" : "takeover";
    }
    jsonl_open_object(json, "next");
    jsonl_string(json, "what", what);
    jsonl_seconds(json, "seconds", carp_time_since(when, now));
    jsonl_close_object(json);
}

static void
put_demotion(struct jsonl *json, const char *by, unsigned int amount)
{
    jsonl_open_object(json, NULL);
    jsonl_string(json, "by", by);
    jsonl_uint(json, "amount", amount);
    jsonl_close_object(json);
}

static void
put_demotions(struct jsonl *json, const struct instance *instance)
{
    const struct daemon *daemon = instance->daemon;
    jsonl_uint(json, "demotion", (uint64_t)MAX(instance->demotion, 0));
    jsonl_open_array(json, "demotions");
    for (guint i = 0; i < instance->demotions->len; i++) {
        const struct demotion *demotion =
            &g_array_index(instance->demotions, struct demotion, i);
        put_demotion(json, demotion->by, demotion->amount);
    }
    if (daemon->hand_demotion > 0) {
        put_demotion(json, "hand (all)", daemon->hand_demotion);
    }
    if (carp_conf_get_daemon(daemon->conf)->demote > 0) {
        put_demotion(json, "configured (all)",
                     carp_conf_get_daemon(daemon->conf)->demote);
    }
    for (guint i = 0; i < daemon->instances->len; i++) {
        const struct instance *other = g_ptr_array_index(daemon->instances, i);
        for (guint k = 0;
             instance_is_sibling(instance, other) && k < other->demotions->len;
             k++) {
            const struct demotion *demotion =
                &g_array_index(other->demotions, struct demotion, k);
            if (demotion->is_shared) {
                char *by = g_strdup_printf("%s of %s", demotion->by, other->id);
                put_demotion(json, by, demotion->amount);
                g_free(by);
            }
        }
    }
    jsonl_close_array(json);
}

static void
put_index(struct jsonl *json, const char *name, unsigned int index)
{
    char text[24];
    if (index == 0) {
        jsonl_string(json, name, "current");
        return;
    }
    g_snprintf(text, sizeof(text), "accepted %u", index);
    jsonl_string(json, name, text);
}

static void
put_peer(struct jsonl *json, const struct instance *instance,
         const struct carp_peer *peer, carp_time now)
{
    unsigned int keys = 1 + instance->conf->accept_count;
    const struct carp_profile *profile =
        carp_profile_get((enum carp_profile_id)peer->verdict.profile);
    jsonl_open_object(json, NULL);
    jsonl_address(json, "address", &peer->address);
    jsonl_uint(json, "adverts", peer->adverts);
    jsonl_seconds(json, "heard_seconds", carp_time_since(now, peer->heard));
    jsonl_uint(json, "advbase", peer->advbase);
    jsonl_uint(json, "advskew", peer->advskew);
    jsonl_uint(json, "demote", peer->demote);
    put_index(json, "key", peer->verdict.row % keys);
    put_index(json, "addresses", peer->verdict.row / keys);
    jsonl_string(json, "profile", profile != NULL ? profile->name : "");
    jsonl_string(json, "counter", carp_peer_kind_text(peer->kind));
    jsonl_uint(json, "replays", peer->replays);
    jsonl_close_object(json);
}

static void
put_peers(struct jsonl *json, const struct instance *instance, carp_time now)
{
    jsonl_open_array(json, "peers");
    for (unsigned int i = 0; i < instance->replay.peers.count; i++) {
        const struct carp_peer *peer = &instance->replay.peers.list[i];
        /* One that was only read back has said nothing yet. */
        if (peer->adverts > 0) {
            put_peer(json, instance, peer, now);
        }
    }
    jsonl_close_array(json);
}

static void
put_faults(struct jsonl *json, const struct instance *instance)
{
    jsonl_open_array(json, "faults");
    if (instance->fault != NULL) {
        jsonl_string(json, NULL, instance->fault);
    }
    if (instance->address_fault != NULL) {
        jsonl_string(json, NULL, instance->address_fault);
    }
    if (instance->source_fault != NULL) {
        jsonl_string(json, NULL, instance->source_fault);
    }
    jsonl_close_array(json);
}

static void
put_vhid(struct jsonl *json, const struct instance *instance)
{
    const struct carp_fsm *fsm = &instance->fsm;
    carp_time now = alarm_now();
    jsonl_open_object(json, NULL);
    jsonl_string(json, "name", instance->conf->name);
    jsonl_string(json, "interface", instance->conf->interface);
    jsonl_uint(json, "vhid", instance->conf->vhid);
    jsonl_string(json, "id", instance->id);
    jsonl_string(json, "state", carp_state_text(fsm->state));
    jsonl_string(json, "reason", carp_fsm_reason_text(fsm->reason));
    jsonl_time(json, "since", alarm_to_wall(fsm->since));
    jsonl_seconds(json, "state_seconds", carp_time_since(now, fsm->since));
    put_config(json, instance);
    put_wire(json, instance);
    jsonl_address(json, "master", find_master(instance));
    put_master_detail(json, instance, CARP_F4, now);
    put_master_detail(json, instance, CARP_F6, now);
    put_next(json, instance, now);
    put_demotions(json, instance);
    jsonl_uint(json, "transitions", fsm->transitions);
    jsonl_uint(json, "preemptions", fsm->preemptions);
    put_peers(json, instance, now);
    put_faults(json, instance);
    jsonl_close_object(json);
}

void
show_vhids(struct jsonl *json, const GPtrArray *instances)
{
    jsonl_open_array(json, "vhids");
    for (guint i = 0; i < instances->len; i++) {
        put_vhid(json, g_ptr_array_index(instances, i));
    }
    jsonl_close_array(json);
}

static void
put_stats(struct jsonl *json, const struct stats *stats)
{
    jsonl_open_object(json, "stats");
    for (unsigned int i = 0; i < STAT_COUNT; i++) {
        jsonl_uint(json, stat_name((enum stat_id)i), stats->carp[i]);
    }
    jsonl_close_object(json);
    jsonl_open_object(json, "reasons");
    for (unsigned int i = 0; i < REASON_COUNT; i++) {
        jsonl_uint(json, stat_reason_name((enum stat_reason)i),
                   stats->reason[i]);
    }
    jsonl_close_object(json);
}

void
show_stats(struct jsonl *json, const struct daemon *daemon,
           const GPtrArray *instances)
{
    struct stats sum;
    daemon_sum_stats(daemon, &sum);
    put_stats(json, &sum);
    jsonl_open_array(json, "vhids");
    for (guint i = 0; i < instances->len; i++) {
        const struct instance *instance = g_ptr_array_index(instances, i);
        jsonl_open_object(json, NULL);
        jsonl_string(json, "name", instance->conf->name);
        jsonl_string(json, "id", instance->id);
        put_stats(json, &instance->stats);
        jsonl_close_object(json);
    }
    jsonl_close_array(json);
}
