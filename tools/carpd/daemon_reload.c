/* SPDX-License-Identifier: BSD-2-Clause */
/* A new configuration as the difference to the one in force. What can fail
 * is done first, and undone when it does. */
#include <string.h>

#include "daemon_internal.h"
#include "instance.h"
#include "log.h"
#include "notify.h"
#include "observer.h"
#include "server.h"
#include "store.h"
#include "watches.h"
#include "wire.h"

struct plan {
    struct daemon *daemon;
    struct carp_conf *conf;
    GPtrArray *added;    /* struct instance, made */
    GPtrArray *changed;  /* struct instance, changed in place */
    GPtrArray *before;   /* their struct carp_conf_vhid from before */
    GPtrArray *removed;  /* struct instance */
    GPtrArray *replaced; /* struct instance: made, for those that go */
    GPtrArray *kept;     /* struct instance */
};

static void
report_init(struct daemon_reload *report)
{
    report->added = g_ptr_array_new_with_free_func(g_free);
    report->removed = g_ptr_array_new_with_free_func(g_free);
    report->changed = g_ptr_array_new_with_free_func(g_free);
    report->messages = g_ptr_array_new_with_free_func(g_free);
    report->unchanged = 0;
    report->is_partial = false;
}

void
daemon_reload_clear(struct daemon_reload *report)
{
    g_ptr_array_unref(report->added);
    g_ptr_array_unref(report->removed);
    g_ptr_array_unref(report->changed);
    g_ptr_array_unref(report->messages);
}

static void
complain(struct daemon_reload *report, enum log_level level, const char *text)
{
    log_say(level, "reload: %s", text);
    g_ptr_array_add(report->messages, g_strdup(text));
}

static bool
is_same_place(const struct carp_conf_vhid *a, const struct carp_conf_vhid *b)
{
    return a->vhid == b->vhid && g_strcmp0(a->interface, b->interface) == 0;
}

static struct instance *
find_instance(const struct daemon *daemon, const struct carp_conf_vhid *conf)
{
    for (guint i = 0; i < daemon->instances->len; i++) {
        struct instance *instance = g_ptr_array_index(daemon->instances, i);
        if (is_same_place(instance->conf, conf)) {
            return instance;
        }
    }
    return NULL;
}

static const struct carp_conf_vhid *
find_conf(const struct carp_conf *conf, const struct instance *instance)
{
    for (size_t i = 0; i < carp_conf_count(conf); i++) {
        const struct carp_conf_vhid *vhid = carp_conf_get(conf, i);
        if (is_same_place(instance->conf, vhid)) {
            return vhid;
        }
    }
    return NULL;
}

/* -------------------------------------------------------- what can fail */

static bool
prepare_one(struct plan *plan, const struct carp_conf_vhid *conf,
            struct os_error *error)
{
    struct instance *instance = find_instance(plan->daemon, conf);
    if (instance == NULL) {
        instance = daemon_add(plan->daemon, conf, false, error);
        if (instance == NULL) {
            return false;
        }
        g_ptr_array_add(plan->added, instance);
    } else if (carp_conf_vhid_equal(instance->conf, conf)) {
        g_ptr_array_add(plan->kept, instance);
    } else if (!instance_can_change(instance, conf)) {
        struct instance *fresh =
            instance_new(plan->daemon, conf, instance, error);
        if (fresh == NULL) {
            return false;
        }
        g_ptr_array_add(plan->replaced, fresh);
        g_ptr_array_add(plan->removed, instance);
    } else {
        const struct carp_conf_vhid *before = instance->conf;
        if (!instance_change(instance, conf, error)) {
            return false;
        }
        g_ptr_array_add(plan->changed, instance);
        g_ptr_array_add(plan->before, (void *)(uintptr_t)before);
    }
    return true;
}

static bool
prepare(struct plan *plan, struct daemon_reload *report)
{
    for (size_t i = 0; i < carp_conf_count(plan->conf); i++) {
        const struct carp_conf_vhid *conf = carp_conf_get(plan->conf, i);
        struct os_error error;
        if (conf->interface != NULL && !prepare_one(plan, conf, &error)) {
            char *text =
                g_strdup_printf("[vhid \"%s\"]: %s", conf->name, error.text);
            complain(report, LOG_LEVEL_ERROR, text);
            g_free(text);
            return false;
        }
    }
    for (guint i = 0; i < plan->daemon->instances->len; i++) {
        struct instance *instance =
            g_ptr_array_index(plan->daemon->instances, i);
        if (find_conf(plan->conf, instance) == NULL) {
            g_ptr_array_add(plan->removed, instance);
        }
    }
    return true;
}

static void
follow_change(struct instance *instance)
{
    instance_demote(instance, "configured", instance->conf->demote, false);
    watches_set(instance->daemon->watches, instance);
}

/* What demotes one of a group demotes who has joined it. */
static void
settle_groups(struct daemon *daemon)
{
    for (guint i = 0; i < daemon->instances->len; i++) {
        struct instance *instance = g_ptr_array_index(daemon->instances, i);
        instance_sum_demotion(instance, "reload", 0);
        instance_evaluate(instance);
    }
}

/* A vhid that cannot become what it was runs on as it is, with the refused
 * configuration. */
static void
undo_change(struct plan *plan, guint i, struct daemon_reload *report)
{
    struct instance *instance = g_ptr_array_index(plan->changed, i);
    struct os_error error;
    if (!instance_change(instance, g_ptr_array_index(plan->before, i),
                         &error)) {
        char *text = g_strdup_printf("[vhid \"%s\"]: cannot be changed back, "
                                     "and is as the file says: %s",
                                     instance->conf->name, error.text);
        complain(report, LOG_LEVEL_ERROR, text);
        g_free(text);
        follow_change(instance);
        if (plan->conf != NULL) {
            g_ptr_array_add(plan->daemon->refused_confs,
                            g_steal_pointer(&plan->conf));
        }
    }
}

static void
undo(struct plan *plan, struct daemon_reload *report)
{
    for (guint i = 0; i < plan->added->len; i++) {
        struct instance *instance = g_ptr_array_index(plan->added, i);
        store_forget(plan->daemon->store, instance);
        instance_free(instance);
    }
    for (guint i = 0; i < plan->replaced->len; i++) {
        instance_free(g_ptr_array_index(plan->replaced, i));
    }
    for (guint i = 0; i < plan->changed->len; i++) {
        undo_change(plan, i, report);
    }
    wire_sweep(plan->daemon);
    settle_groups(plan->daemon);
}

/* ------------------------------------------------------------- carry out */

static void
remove_instances(struct plan *plan, struct daemon_reload *report)
{
    struct daemon *daemon = plan->daemon;
    for (guint i = 0; i < plan->removed->len; i++) {
        struct instance *instance = g_ptr_array_index(plan->removed, i);
        if (find_conf(plan->conf, instance) == NULL) {
            g_ptr_array_add(report->removed, g_strdup(instance->conf->name));
        }
        instance_stop(instance);
        watches_drop(daemon->watches, instance);
        store_forget(daemon->store, instance);
        g_ptr_array_remove(daemon->instances, instance);
    }
}

static void
replace_instances(struct plan *plan, struct daemon_reload *report)
{
    for (guint i = 0; i < plan->replaced->len; i++) {
        struct instance *instance = g_ptr_array_index(plan->replaced, i);
        const struct carp_conf_vhid *conf = instance->conf;
        struct os_error error;
        struct wire *wire =
            wire_get(plan->daemon, conf->interface, false, &error);
        if (wire == NULL || !instance_claim(instance, &error) ||
            !instance_begin(instance, wire, &error)) {
            char *text = g_strdup_printf("[vhid \"%s\"] does not run any "
                                         "more: %s",
                                         conf->name, error.text);
            complain(report, LOG_LEVEL_ERROR, text);
            g_free(text);
            instance_free(instance);
            report->is_partial = true;
            continue;
        }
        g_ptr_array_add(plan->added, instance);
        g_ptr_array_add(report->changed, g_strdup(conf->name));
    }
}

/* In the order of carp.conf, with the groups of the new one. */
static void
adopt(struct plan *plan, struct daemon_reload *report)
{
    struct daemon *daemon = plan->daemon;
    for (guint i = 0; i < plan->kept->len; i++) {
        struct instance *instance = g_ptr_array_index(plan->kept, i);
        instance->conf = find_conf(plan->conf, instance);
        report->unchanged++;
    }
    for (guint i = 0; i < plan->changed->len; i++) {
        const struct instance *instance = g_ptr_array_index(plan->changed, i);
        g_ptr_array_add(report->changed, g_strdup(instance->conf->name));
    }
    guint known = plan->added->len;
    replace_instances(plan, report);
    for (guint i = 0; i < plan->added->len; i++) {
        struct instance *instance = g_ptr_array_index(plan->added, i);
        g_ptr_array_add(daemon->instances, instance);
        if (i < known) {
            g_ptr_array_add(report->added, g_strdup(instance->conf->name));
        }
    }
    GPtrArray *ordered = g_ptr_array_new();
    for (size_t i = 0; i < carp_conf_count(plan->conf); i++) {
        struct instance *instance =
            find_instance(daemon, carp_conf_get(plan->conf, i));
        if (instance != NULL) {
            g_ptr_array_add(ordered, instance);
        }
    }
    for (guint i = 0; i < ordered->len; i++) {
        daemon->instances->pdata[i] = ordered->pdata[i];
    }
    g_ptr_array_free(ordered, TRUE);
}

/* What was done once, before rights were given up. */
static void
warn_of_start_only(const struct carp_conf *old, const struct carp_conf *new,
                   struct daemon_reload *report)
{
    const struct carp_conf_daemon *a = carp_conf_get_daemon(old);
    const struct carp_conf_daemon *b = carp_conf_get_daemon(new);
    const struct {
        const char *key;
        bool is_same;
    } rows[] = {
        {"user", g_strcmp0(a->user, b->user) == 0},
        {"socket-group", g_strcmp0(a->socket_group, b->socket_group) == 0},
        {"realtime", a->realtime == b->realtime},
        {"lock-memory", a->lock_memory == b->lock_memory},
        {"log", g_strcmp0(a->log, b->log) == 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!rows[i].is_same) {
            char *text = g_strdup_printf("[carpd] %s: takes effect with the "
                                         "next start",
                                         rows[i].key);
            complain(report, LOG_LEVEL_WARNING, text);
            g_free(text);
        }
    }
}

static void
settle(struct daemon *daemon, const struct plan *plan)
{
    announce_rate_init(&daemon->announce_rate,
                       carp_conf_get_daemon(daemon->conf)->announce_rate,
                       alarm_now());
    observer_set_keys(daemon->observer, daemon->conf);
    wire_sweep(daemon);
    vif_table_settle(daemon->vifs);
    if (plan->added->len > 0) {
        store_save_beside(daemon->store);
    }
    for (guint i = 0; i < plan->changed->len; i++) {
        follow_change(g_ptr_array_index(plan->changed, i));
    }
    for (guint i = 0; i < plan->added->len; i++) {
        watches_set(daemon->watches, g_ptr_array_index(plan->added, i));
    }
    settle_groups(daemon);
    daemon_wake(daemon, alarm_now());
}

static void
carry_out(struct plan *plan, struct daemon_reload *report)
{
    struct daemon *daemon = plan->daemon;
    struct carp_conf *old = daemon->conf;
    warn_of_start_only(old, plan->conf, report);
    remove_instances(plan, report);
    adopt(plan, report);
    daemon->conf = plan->conf;
    settle(daemon, plan);
    daemon_say_status(daemon);
    carp_conf_free(old);
    g_ptr_array_set_size(daemon->refused_confs, 0);
    log_say(LOG_LEVEL_NOTICE,
            "reload: %u added, %u removed, %u changed, %u "
            "unchanged",
            report->added->len, report->removed->len, report->changed->len,
            report->unchanged);
    server_tell_reload(daemon->server, report);
}

static bool
has_interface(const struct carp_conf *conf)
{
    for (size_t i = 0; i < carp_conf_count(conf); i++) {
        if (carp_conf_get(conf, i)->interface != NULL) {
            return true;
        }
    }
    return false;
}

static struct carp_conf *
read_conf(struct daemon *daemon, struct daemon_reload *report)
{
    if (*daemon->setup.config == '\0') {
        complain(report, LOG_LEVEL_WARNING,
                 "started with ucarp's options: "
                 "there is no file to read again");
        return NULL;
    }
    struct carp_conf *conf =
        carp_conf_load(daemon->setup.config, CARP_CONF_PRIVATE);
    for (size_t i = 0; i < carp_conf_message_count(conf); i++) {
        const struct carp_conf_message *message = carp_conf_message(conf, i);
        complain(report,
                 message->is_error ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING,
                 message->text);
    }
    bool is_usable = carp_conf_is_usable(conf);
    /* A file that an editor or a full disk cut short must not end all. */
    if (is_usable && !has_interface(conf)) {
        char *text = g_strdup_printf("%s: no group has an interface: stop "
                                     "carpd if nothing is to run",
                                     daemon->setup.config);
        complain(report, LOG_LEVEL_ERROR, text);
        g_free(text);
        is_usable = false;
    }
    if (!is_usable) {
        carp_conf_free(conf);
        return NULL;
    }
    return conf;
}

bool
daemon_reload(struct daemon *daemon, struct daemon_reload *report)
{
    report_init(report);
    notify_reloading();
    struct plan plan = {.daemon = daemon,
                        .conf = read_conf(daemon, report),
                        .added = g_ptr_array_new(),
                        .changed = g_ptr_array_new(),
                        .before = g_ptr_array_new(),
                        .removed = g_ptr_array_new(),
                        .replaced = g_ptr_array_new(),
                        .kept = g_ptr_array_new()};
    if (plan.conf != NULL) {
        /* Else own adverts from before would look as if they had a wrong
         * password or address list. */
        observer_flush(daemon->observer, alarm_now());
    }
    bool is_good = plan.conf != NULL && prepare(&plan, report);
    if (is_good) {
        carry_out(&plan, report);
    } else if (plan.conf != NULL) {
        undo(&plan, report);
        g_clear_pointer(&plan.conf, carp_conf_free);
    }
    if (!is_good) {
        log_say(LOG_LEVEL_ERROR, "reload: not done: the configuration before "
                                 "it stays in force");
    }
    g_ptr_array_free(plan.added, TRUE);
    g_ptr_array_free(plan.changed, TRUE);
    g_ptr_array_free(plan.before, TRUE);
    g_ptr_array_free(plan.removed, TRUE);
    g_ptr_array_free(plan.replaced, TRUE);
    g_ptr_array_free(plan.kept, TRUE);
    daemon_say_ready(daemon);
    return is_good && !report->is_partial;
}
