/* SPDX-License-Identifier: BSD-2-Clause */
/* carpd when it has nothing to do at this instant, and when it has ended. */
#include <unistd.h>

#include "carpd_check.h"
#include "carpd_conf.h"
#include "carpd_host.h"
#include "instance.h"
#include "observer.h"
#include "store.h"
#include "watches.h"
#include "wire.h"

/* What demotes one of a group demotes all. */
static void
check_group(const struct daemon *daemon, const struct instance *instance)
{
    for (guint i = 0; i < daemon->instances->len; i++) {
        const struct instance *other = g_ptr_array_index(daemon->instances, i);
        for (guint k = 0; k < other->demotions->len; k++) {
            const struct demotion *demotion =
                &g_array_index(other->demotions, struct demotion, k);
            FUZZ_CHECK(!(other == instance ||
                         (demotion->is_shared &&
                          instance_is_sibling(instance, other))) ||
                       instance->demotion >= MIN(demotion->amount, 254));
        }
    }
}

static bool
has_up(const struct instance *instance)
{
    const struct carp_addrs *addrs = &instance->conf->addrs;
    const struct fake_link *link = fake_link_find(vif_name(instance->vif));
    for (uint16_t i = 0; link != NULL && i < addrs->count; i++) {
        const struct kernel_address *row =
            fake_address_find(link->index, &addrs->list[i]);
        if (row != NULL && row->proto == KERNEL_PROTO_CARP) {
            return true;
        }
    }
    return false;
}

/* Nothing but a kernel that refuses, or whose notices were lost, may keep an
 * address where another host answers for it. */
static void
check_let_go(const struct instance *instance)
{
    FUZZ_CHECK(instance->fsm.state == CARP_STATE_MASTER ||
               fake_kernel.has_kept || fake_kernel.has_lost ||
               !has_up(instance));
}

static void
check_addresses(const struct instance *instance)
{
    const struct carp_addrs *addrs = &instance->conf->addrs;
    const struct fake_link *link = fake_link_find(vif_name(instance->vif));
    FUZZ_CHECK(link != NULL);
    for (uint16_t i = 0; i < addrs->count && !instance->conf->by_script; i++) {
        FUZZ_CHECK(fake_address_find(link->index, &addrs->list[i]) != NULL);
    }
}

/* And every address stands where one is MASTER. */
static void
check_held(const struct instance *instance)
{
    if (instance->fsm.state == CARP_STATE_MASTER &&
        !instance->conf->by_script && !fake_kernel.has_lost) {
        check_addresses(instance);
    }
}

static void
check_instance(const struct daemon *daemon, const struct instance *instance)
{
    bool is_master = instance->fsm.state == CARP_STATE_MASTER;
    carp_time alarm = alarm_when(daemon->alarm);
    FUZZ_CHECK(is_master == vif_is_held(instance->vif));
    FUZZ_CHECK(check_told(instance) == instance->fsm.state);
    /* Nothing that is due is slept over, nor due in the past. */
    FUZZ_CHECK(alarm <= instance_deadline(instance));
    FUZZ_CHECK(instance_deadline(instance) > clock_now());
    FUZZ_CHECK(instance->demotion >= 0 && instance->demotion <= 254);
    check_group(daemon, instance);
    FUZZ_CHECK(instance->replay.peers.count <= CARP_PEERS_MAX);
    FUZZ_CHECK(instance->wire->vhids[instance->conf->vhid] == instance);
    FUZZ_CHECK(!instance->is_mute && !instance->is_quiet);
    FUZZ_CHECK(instance->is_up == (instance->fsm.state != CARP_STATE_INIT));
}

void
check_at_rest(const struct daemon *daemon, unsigned int steps)
{
    check_lines(steps);
    if (daemon->is_stopping) {
        return;
    }
    carp_time alarm = alarm_when(daemon->alarm);
    FUZZ_CHECK(alarm > clock_now());
    FUZZ_CHECK(alarm <= observer_deadline(daemon->observer));
    FUZZ_CHECK(alarm <= store_deadline(daemon->store));
    FUZZ_CHECK(alarm <= watches_deadline(daemon->watches));
    for (guint i = 0; i < daemon->instances->len; i++) {
        check_instance(daemon, g_ptr_array_index(daemon->instances, i));
        check_let_go(g_ptr_array_index(daemon->instances, i));
        check_held(g_ptr_array_index(daemon->instances, i));
    }
}

/* Not what conf_write_broken() makes, when no other could be loaded since. */
static bool
can_be_run(const struct daemon *daemon)
{
    const uint8_t v4[4] = {10, 0, 0, 2};
    const struct carp_addr own = carp_addr_v4(v4);
    for (guint i = 0; i < daemon->instances->len; i++) {
        const struct instance *instance =
            g_ptr_array_index(daemon->instances, i);
        if (fake_link_find(instance->conf->interface) == NULL ||
            carp_addrs_contain(&instance->conf->addrs, &own)) {
            return false;
        }
    }
    return true;
}

void
check_settled(const struct daemon *daemon)
{
    for (guint i = 0; i < daemon->instances->len && can_be_run(daemon); i++) {
        const struct instance *instance =
            g_ptr_array_index(daemon->instances, i);
        FUZZ_CHECK(instance->fault == NULL && instance->address_fault == NULL &&
                   instance->source_fault == NULL);
        FUZZ_CHECK(instance->fsm.state == CARP_STATE_MASTER);
        const struct fake_link *link = fake_link_find(vif_name(instance->vif));
        const struct carp_mac mac = vif_mac(instance->vif);
        check_addresses(instance);
        FUZZ_CHECK(link->is_up && carp_mac_equal(&link->mac, &mac));
    }
}

/* One as good as carpd is yields or not by rules of its own. One whose counter
 * the script has driven to the end of all numbers has no new one for a strict
 * vhid. */
void
check_follows(const struct daemon *daemon)
{
    for (guint i = 0; i < daemon->instances->len && can_be_run(daemon); i++) {
        const struct instance *instance =
            g_ptr_array_index(daemon->instances, i);
        const struct carp_fsm_config *config = &instance->fsm.config;
        FUZZ_CHECK(config->advbase == 0 || config->advskew == 0 ||
                   instance->conf->replay == CARP_REPLAY_STRICT ||
                   instance->fsm.state == CARP_STATE_BACKUP);
        FUZZ_CHECK(instance->fsm.state == CARP_STATE_MASTER ||
                   !has_up(instance));
    }
}

void
check_ended(void)
{
    for (size_t i = 0; i < KERNEL_LINKS_MAX; i++) {
        const struct fake_link *link = &fake_kernel.links[i];
        char *own = g_strdup_printf("carpd %ld:", (long)getpid());
        FUZZ_CHECK(link->index == 0 || strcmp(link->kind, "macvlan") != 0 ||
                   !g_str_has_prefix(link->alias, own));
        g_free(own);
    }
    for (size_t i = 0; i < KERNEL_ADDRESSES_MAX; i++) {
        FUZZ_CHECK(!fake_kernel.addresses[i].is_used ||
                   fake_kernel.addresses[i].row.proto != KERNEL_PROTO_CARP);
    }
}

void
check_host(bool was_killed)
{
    const uint8_t v4[4] = {10, 0, 0, 2};
    const uint8_t v6[16] = {[0] = 0xfe, [1] = 0x80, [15] = 2};
    const struct carp_addr own[2] = {carp_addr_v4(v4), carp_addr_v6(v6)};
    for (unsigned int i = 0; i < CONF_INTERFACES; i++) {
        const struct fake_link *link = fake_link_find(conf_interfaces[i]);
        FUZZ_CHECK(link != NULL);
        FUZZ_CHECK(fake_address_find(link->index, &own[0]) != NULL);
        FUZZ_CHECK(fake_address_find(link->index, &own[1]) != NULL);
    }
    /* Also of one that has another name by now; the next carpd knows names. */
    for (unsigned int i = 0; i < KERNEL_LINKS_MAX; i++) {
        const struct fake_link *link = &fake_kernel.links[i];
        bool is_known = !was_killed || strcmp(link->name, CONF_RENAMED) != 0;
        for (unsigned int k = 0;
             k < KERNEL_SETTINGS && link->index != 0 && is_known; k++) {
            FUZZ_CHECK(link->settings[k] == 0);
        }
    }
}
