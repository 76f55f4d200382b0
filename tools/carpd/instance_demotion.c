/* SPDX-License-Identifier: BSD-2-Clause */
/* What makes a vhid a worse candidate, added up. */
#include <string.h>

#include "instance_internal.h"
#include "log.h"
#include "server.h"

/* More changes nothing, and OpenBSD's octet holds no more. */
#define SUM_MAX 254

static struct demotion *
find(const struct instance *instance, const char *by)
{
    for (guint i = 0; i < instance->demotions->len; i++) {
        struct demotion *demotion =
            &g_array_index(instance->demotions, struct demotion, i);
        if (strcmp(demotion->by, by) == 0) {
            return demotion;
        }
    }
    return NULL;
}

uint8_t
instance_demoted_by(const struct instance *instance, const char *by)
{
    const struct demotion *demotion = find(instance, by);
    return demotion != NULL ? demotion->amount : 0;
}

/* The siblings' demotions that are shared: what each costs most. */
static GHashTable *
collect_shared(const struct instance *instance)
{
    const GPtrArray *all = instance->daemon->instances;
    GHashTable *most = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < all->len; i++) {
        const struct instance *other = g_ptr_array_index(all, i);
        if (!instance_is_sibling(instance, other)) {
            continue;
        }
        for (guint k = 0; k < other->demotions->len; k++) {
            const struct demotion *demotion =
                &g_array_index(other->demotions, struct demotion, k);
            guint known =
                GPOINTER_TO_UINT(g_hash_table_lookup(most, demotion->by));
            if (demotion->is_shared && demotion->amount > known) {
                g_hash_table_insert(most, demotion->by,
                                    GUINT_TO_POINTER(demotion->amount));
            }
        }
    }
    return most;
}

/* What they add to the own ones. One thing that demotes several counts once;
 * where that costs a sibling more, by so much: nobody becomes better because he
 * fails, too. */
static int
sum_siblings(const struct instance *instance)
{
    GHashTable *most = collect_shared(instance);
    GHashTableIter iter;
    gpointer by = NULL;
    gpointer amount = NULL;
    int sum = 0;
    g_hash_table_iter_init(&iter, most);
    while (g_hash_table_iter_next(&iter, &by, &amount)) {
        int more = (int)GPOINTER_TO_UINT(amount) -
                   (int)instance_demoted_by(instance, by);
        sum += MAX(more, 0);
    }
    g_hash_table_destroy(most);
    return sum;
}

static int
sum_own(const struct instance *instance)
{
    const struct daemon *daemon = instance->daemon;
    int sum =
        daemon->hand_demotion + carp_conf_get_daemon(daemon->conf)->demote;
    for (guint i = 0; i < instance->demotions->len; i++) {
        sum += g_array_index(instance->demotions, struct demotion, i).amount;
    }
    return sum;
}

void
instance_sum_demotion(struct instance *instance, const char *by, int amount)
{
    int sum = MIN(sum_own(instance) + sum_siblings(instance), SUM_MAX);
    int before = instance->demotion;
    if (sum == before) {
        return;
    }
    instance->demotion = sum;
    if (!instance->is_quiet) {
        log_say(LOG_LEVEL_NOTICE, "carp: %s: demoted by %d to %d (%s)",
                instance->id, sum - before, sum, by);
        server_tell_demotion(instance->daemon->server, instance, by,
                             (unsigned int)amount);
    }
    struct carp_fsm_event event;
    memset(&event, 0, sizeof(event));
    event.kind = CARP_FSM_DEMOTION;
    event.demotion = sum;
    instance_event(instance, &event, alarm_now());
}

static void
sum_group(struct instance *instance, const char *by, int amount)
{
    GPtrArray *all = instance->daemon->instances;
    for (guint i = 0; i < all->len; i++) {
        struct instance *other = g_ptr_array_index(all, i);
        if (instance_is_sibling(instance, other)) {
            instance_sum_demotion(other, by, amount);
        }
    }
}

void
instance_demote(struct instance *instance, const char *by, uint8_t amount,
                bool is_shared)
{
    struct demotion *demotion = find(instance, by);
    if ((demotion != NULL ? demotion->amount : 0) == amount) {
        return;
    }
    if (demotion == NULL) {
        struct demotion new = {.by = g_strdup(by), .is_shared = is_shared};
        g_array_append_val(instance->demotions, new);
        demotion = &g_array_index(instance->demotions, struct demotion,
                                  instance->demotions->len - 1);
    }
    demotion->amount = amount;
    if (amount == 0) {
        g_free(demotion->by);
        g_array_remove_index(
            instance->demotions,
            (guint)(demotion -
                    (struct demotion *)(void *)instance->demotions->data));
    }
    instance_sum_demotion(instance, by, amount);
    if (is_shared) {
        sum_group(instance, by, amount);
    }
}

void
instance_clear_demotions(struct instance *instance)
{
    for (guint i = 0; i < instance->demotions->len; i++) {
        g_free(g_array_index(instance->demotions, struct demotion, i).by);
    }
    g_array_set_size(instance->demotions, 0);
}
