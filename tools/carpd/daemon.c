/* SPDX-License-Identifier: BSD-2-Clause */
/* Making everything in order, the loop, the end in the opposite order. */
#include "daemon.h"

#include <string.h>

#include "claim.h"
#include "daemon_internal.h"
#include "daemon_signals.h"
#include "instance.h"
#include "log.h"
#include "notify.h"
#include "observer.h"
#include "rights.h"
#include "server.h"
#include "store.h"
#include "watches.h"
#include "wire.h"

/* Most frames that are taken in before a timer is believed. */
#define DRAIN_MAX 4096
/* A timer that comes so much later than it was set for. */
#define LATE (5 * CARP_MSEC)
/* How long the end waits for hooks that were told of it. */
#define LAST_HOOKS (5 * CARP_SEC)

void
daemon_wake(struct daemon *daemon, carp_time when)
{
    alarm_before(daemon->alarm, when);
}

void
daemon_stop(struct daemon *daemon)
{
    g_main_loop_quit(daemon->loop);
}

void
daemon_sum_stats(const struct daemon *daemon, struct stats *sum)
{
    *sum = daemon->stats;
    for (guint i = 0; i < daemon->instances->len; i++) {
        const struct instance *instance =
            g_ptr_array_index(daemon->instances, i);
        stats_add(sum, &instance->stats);
    }
}

/* ---------------------------------------------------------------- timers */

static carp_time
next_deadline(const struct daemon *daemon)
{
    carp_time when = watches_deadline(daemon->watches);
    when = MIN(when, observer_deadline(daemon->observer));
    when = MIN(when, store_deadline(daemon->store));
    when = MIN(when, daemon->watchdog_next);
    when = MIN(when, daemon->drain_next);
    for (guint i = 0; i < daemon->instances->len; i++) {
        when = MIN(when,
                   instance_deadline(g_ptr_array_index(daemon->instances, i)));
    }
    return when;
}

static void
set_alarm(struct daemon *daemon, carp_time now)
{
    carp_time summary = log_rate_flush(daemon->rate, now);
    alarm_set(daemon->alarm, MIN(summary, next_deadline(daemon)));
    daemon->is_alarm_early = false;
}

void
daemon_moved(struct daemon *daemon, carp_time before, carp_time after)
{
    carp_time now = alarm_now();
    carp_time armed = alarm_when(daemon->alarm);
    daemon->is_alarm_early |= before <= armed && after > before;
    if (after < armed) {
        daemon_wake(daemon, after);
    } else if (daemon->is_alarm_early &&
               carp_time_since(armed, now) < carp_time_since(after, now) / 2) {
        /* While it is further away a later move will do: with many vhids
         * each advert moves the next deadline. */
        set_alarm(daemon, now);
    }
}

/* Does its timer judge the peers? A MASTER's only does when it is late. */
static bool
must_listen(const struct instance *instance, carp_time now)
{
    carp_time deadline = instance_deadline(instance);
    return now >= deadline &&
           (instance->fsm.state != CARP_STATE_MASTER || now - deadline > LATE);
}

/* What has arrived comes first: a late program must hear its peers before it
 * declares them dead. */
static void
drain(struct daemon *daemon)
{
    for (guint i = 0; i < daemon->wires->len; i++) {
        struct wire *wire = g_ptr_array_index(daemon->wires, i);
        port_drain(wire->port, DRAIN_MAX);
    }
}

static void
drain_claims(struct daemon *daemon, carp_time now)
{
    daemon->drain_next = carp_time_add(now, CLAIM_DRAIN_EVERY);
    for (guint i = 0; i < daemon->instances->len; i++) {
        const struct instance *instance =
            g_ptr_array_index(daemon->instances, i);
        claim_drain(instance->claim);
    }
}

static void
on_alarm(void *user)
{
    struct daemon *daemon = user;
    carp_time now = alarm_now();
    bool is_due = false;
    for (guint i = 0; i < daemon->instances->len && !is_due; i++) {
        is_due = must_listen(g_ptr_array_index(daemon->instances, i), now);
    }
    if (is_due) {
        drain(daemon);
        now = alarm_now();
    }
    for (guint i = 0; i < daemon->instances->len; i++) {
        instance_tick(g_ptr_array_index(daemon->instances, i), now);
    }
    watches_tick(daemon->watches, now);
    observer_tick(daemon->observer, now);
    store_tick(daemon->store, now);
    if (now >= daemon->watchdog_next) {
        daemon->watchdog_next = carp_time_add(
            now, notify_watchdog() ? daemon->watchdog_every : NOTIFY_AGAIN);
    }
    if (now >= daemon->drain_next) {
        drain_claims(daemon, now);
    }
    set_alarm(daemon, now);
}

/* ---------------------------------------------------------------- events */

static void
on_kernel(const struct kernel_event *event, void *data)
{
    struct daemon *daemon = data;
    for (guint i = 0; i < daemon->instances->len; i++) {
        struct instance *instance = g_ptr_array_index(daemon->instances, i);
        const char *name = instance->conf->interface;
        if (strcmp(event->link.name, name) == 0 ||
            strcmp(event->before.name, name) == 0) {
            instance_evaluate(instance);
        }
        if (strcmp(event->link.name, name) == 0 &&
            event->change == KERNEL_LINK_CHANGED &&
            !carp_mac_equal(&event->link.mac, &event->before.mac)) {
            instance_on_mac(instance);
        }
    }
}

static void
on_vif(struct vif *vif, enum vif_event event, const char *text, void *data)
{
    (void)data;
    instance_on_vif(vif_user(vif), event, text);
}

static void
on_vif_warning(const char *text, void *data)
{
    (void)data;
    log_say(LOG_LEVEL_WARNING, "%s", text);
}

/* ------------------------------------------------------------------ life */

static void
free_instance(void *memory)
{
    instance_free(memory);
}

static void
free_conf(void *memory)
{
    carp_conf_free(memory);
}

static void
free_wire(void *memory)
{
    wire_free(memory);
}

struct instance *
daemon_add(struct daemon *daemon, const struct carp_conf_vhid *conf,
           bool may_wait, struct os_error *error)
{
    struct wire *wire = wire_get(daemon, conf->interface, may_wait, error);
    struct instance *instance =
        wire != NULL ? instance_new(daemon, conf, NULL, error) : NULL;
    if (instance != NULL && !instance_begin(instance, wire, error)) {
        instance_free(instance);
        return NULL;
    }
    return instance;
}

/* A card that died must not keep the vhids of the others away. With none of
 * them carpd has nothing to do: most often a name is wrong. */
static bool
has_interface(const struct daemon *daemon, struct os_error *error)
{
    for (guint i = 0; i < daemon->wires->len; i++) {
        const struct wire *wire = g_ptr_array_index(daemon->wires, i);
        if (port_is_open(wire->port)) {
            return true;
        }
    }
    const struct instance *first = g_ptr_array_index(daemon->instances, 0);
    return os_error_set(error, OS_NO_INTERFACE, 0, "[vhid \"%s\"]: %s",
                        first->conf->name, port_trouble(first->wire->port));
}

static bool
add_all(struct daemon *daemon, struct os_error *error)
{
    for (size_t i = 0; i < carp_conf_count(daemon->conf); i++) {
        const struct carp_conf_vhid *conf = carp_conf_get(daemon->conf, i);
        if (conf->interface == NULL) {
            continue;
        }
        struct os_error why;
        struct instance *instance = daemon_add(daemon, conf, true, &why);
        if (instance == NULL) {
            return os_error_set(error, why.fault, why.code, "[vhid \"%s\"]: %s",
                                conf->name, why.text);
        }
        g_ptr_array_add(daemon->instances, instance);
    }
    return has_interface(daemon, error);
}

static bool
make(struct daemon *daemon, struct os_error *error)
{
    const struct daemon_setup *setup = &daemon->setup;
    const struct carp_conf_daemon *conf = carp_conf_get_daemon(daemon->conf);
    daemon->alarm = alarm_new(on_alarm, daemon);
    daemon->observer = observer_new(daemon, daemon->conf);
    if (daemon->alarm == NULL || daemon->observer == NULL) {
        return os_error_set(error, OS_SYSTEM, 0, "no timer or no memory");
    }
    announce_rate_init(&daemon->announce_rate, conf->announce_rate,
                       alarm_now());
    daemon->user = rights_find_user(conf);
    daemon->drain_next = carp_time_add(alarm_now(), CLAIM_DRAIN_EVERY);
    daemon->store = store_open(daemon, setup->state_dir, error);
    if (daemon->store == NULL) {
        return false;
    }
    daemon->kernel = kernel_open(NULL, error);
    if (daemon->kernel == NULL) {
        return false;
    }
    daemon->vifs =
        vif_table_open(daemon->kernel, setup->state_dir, daemon->user, on_vif,
                       on_vif_warning, daemon, error);
    if (daemon->vifs == NULL) {
        return false;
    }
    daemon->watches = watches_new(daemon);
    if (!add_all(daemon, error)) {
        return false;
    }
    vif_table_settle(daemon->vifs);
    if (setup->socket != NULL) {
        daemon->server = server_new(daemon, setup->socket, error);
        if (daemon->server == NULL) {
            return false;
        }
    }
    return store_save(daemon->store, error) && rights_give_up(daemon, error);
}

struct daemon *
daemon_new(const struct daemon_setup *setup, struct carp_conf *conf,
           int *exit_status)
{
    struct daemon *daemon = g_new0(struct daemon, 1);
    struct os_error error = {.text = ""};
    daemon_signals_hold();
    daemon->setup = *setup;
    daemon->conf = conf;
    daemon->started = alarm_now();
    daemon->watchdog_next = CARP_NEVER;
    daemon->loop = g_main_loop_new(NULL, FALSE);
    daemon->rate = log_rate_new();
    daemon->programs = program_pool_new(0, 4096);
    daemon->wires = g_ptr_array_new_with_free_func(free_wire);
    daemon->instances = g_ptr_array_new_with_free_func(free_instance);
    daemon->refused_confs = g_ptr_array_new_with_free_func(free_conf);
    if (make(daemon, &error)) {
        kernel_listen(daemon->kernel, on_kernel, daemon);
        *exit_status = DAEMON_EXIT_OK;
        return daemon;
    }
    log_say(LOG_LEVEL_ERROR, "%s", error.text);
    daemon_free(daemon);
    *exit_status = DAEMON_EXIT_FAILED;
    return NULL;
}

void
daemon_say_ready(struct daemon *daemon)
{
    if (!notify_ready()) {
        daemon->watchdog_next = carp_time_add(alarm_now(), NOTIFY_AGAIN);
        daemon_wake(daemon, daemon->watchdog_next);
    }
}

void
daemon_say_status(const struct daemon *daemon)
{
    const guint vhids = daemon->instances->len;
    const guint wires = daemon->wires->len;
    notify_status("%u vhid%s on %u interface%s", vhids, vhids == 1 ? "" : "s",
                  wires, wires == 1 ? "" : "s");
}

static void
begin(struct daemon *daemon)
{
    for (guint i = 0; i < daemon->instances->len; i++) {
        struct instance *instance = g_ptr_array_index(daemon->instances, i);
        watches_set(daemon->watches, instance);
        instance_evaluate(instance);
    }
    daemon->watchdog_every = notify_watchdog_every();
    if (daemon->watchdog_every != CARP_NEVER) {
        daemon->watchdog_next = alarm_now();
    }
    daemon_wake(daemon, alarm_now());
    daemon_say_ready(daemon);
    daemon_say_status(daemon);
}

static gboolean
on_last_limit(gpointer user)
{
    daemon_stop(user);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_last_hooks(gpointer user)
{
    struct daemon *daemon = user;
    if (program_pool_is_idle(daemon->programs)) {
        daemon_stop(daemon);
    }
    return G_SOURCE_CONTINUE;
}

/* Hooks that were told of the end may finish; the addresses are away. */
static void
wait_for_hooks(struct daemon *daemon)
{
    if (program_pool_is_idle(daemon->programs)) {
        return;
    }
    guint look = g_timeout_add(20, on_last_hooks, daemon);
    guint limit =
        g_timeout_add((guint)(LAST_HOOKS / CARP_MSEC), on_last_limit, daemon);
    g_main_loop_run(daemon->loop);
    g_source_remove(look);
    g_source_remove(limit);
}

static void
end(struct daemon *daemon)
{
    struct os_error error;
    notify_stopping();
    daemon->is_stopping = true;
    for (guint i = 0; i < daemon->instances->len; i++) {
        instance_stop(g_ptr_array_index(daemon->instances, i));
    }
    wait_for_hooks(daemon);
    log_rate_flush(daemon->rate, CARP_NEVER);
    if (!store_save(daemon->store, &error)) {
        log_say(LOG_LEVEL_WARNING, "%s", error.text);
    }
    server_tell_stop(daemon->server);
}

int
daemon_run(struct daemon *daemon)
{
    struct daemon_signals signals;
    begin(daemon);
    daemon_signals_heed(&signals, daemon);
    g_main_loop_run(daemon->loop);
    end(daemon);
    daemon_signals_end(&signals);
    return daemon->exit_status;
}

void
daemon_free(struct daemon *daemon)
{
    if (daemon->kernel != NULL) {
        kernel_unlisten(daemon->kernel, on_kernel, daemon);
    }
    daemon->is_stopping = true;
    server_free(daemon->server);
    daemon->server = NULL;
    program_pool_free(daemon->programs);
    watches_free(daemon->watches);
    g_ptr_array_free(daemon->instances, TRUE);
    g_ptr_array_free(daemon->wires, TRUE);
    if (daemon->vifs != NULL) {
        vif_table_close(daemon->vifs);
    }
    if (daemon->kernel != NULL) {
        kernel_close(daemon->kernel);
    }
    observer_free(daemon->observer);
    store_close(daemon->store);
    alarm_free(daemon->alarm);
    log_rate_free(daemon->rate);
    g_ptr_array_free(daemon->refused_confs, TRUE);
    carp_conf_free(daemon->conf);
    g_main_loop_unref(daemon->loop);
    g_free(daemon);
}
