/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon_signals.h"

#include <signal.h>

#include <glib-unix.h>

#include "daemon.h"
#include "instance.h"
#include "log.h"

static gboolean
on_stop(gpointer user)
{
    daemon_stop(user);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_reload(gpointer user)
{
    struct daemon_reload report;
    (void)daemon_reload(user, &report);
    daemon_reload_clear(&report);
    return G_SOURCE_CONTINUE;
}

/* As ucarp: USR1 tells the state, USR2 gives it up. */
static gboolean
on_status(gpointer user)
{
    struct daemon *daemon = user;
    for (guint i = 0; i < daemon->instances->len; i++) {
        const struct instance *instance =
            g_ptr_array_index(daemon->instances, i);
        log_say(LOG_LEVEL_NOTICE, "%s on %s id %u",
                carp_state_text(instance->fsm.state), instance->conf->interface,
                instance->conf->vhid);
    }
    return G_SOURCE_CONTINUE;
}

static gboolean
on_demote(gpointer user)
{
    struct daemon *daemon = user;
    for (guint i = 0; i < daemon->instances->len; i++) {
        struct instance *instance = g_ptr_array_index(daemon->instances, i);
        if (instance->fsm.state == CARP_STATE_MASTER) {
            instance_tell(instance, CARP_FSM_FORCE_BACKUP, alarm_now());
        }
    }
    return G_SOURCE_CONTINUE;
}

static const struct {
    int number;
    GSourceFunc call;
} rows[DAEMON_SIGNALS] = {{SIGTERM, on_stop},
                          {SIGINT, on_stop},
                          {SIGHUP, on_reload},
                          {SIGUSR1, on_status},
                          {SIGUSR2, on_demote}};

static void
mask(int how)
{
    sigset_t all;
    sigemptyset(&all);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        sigaddset(&all, rows[i].number);
    }
    (void)sigprocmask(how, &all, NULL);
}

void
daemon_signals_hold(void)
{
    /* Messages may go to a pipe: addresses must not stay up because its reader
     * has gone. Programs that are started get it back. */
    (void)signal(SIGPIPE, SIG_IGN);
    mask(SIG_BLOCK);
}

void
daemon_signals_heed(struct daemon_signals *signals, struct daemon *daemon)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        signals->sources[i] =
            g_unix_signal_add(rows[i].number, rows[i].call, daemon);
    }
    mask(SIG_UNBLOCK);
}

void
daemon_signals_end(struct daemon_signals *signals)
{
    mask(SIG_BLOCK);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_source_remove(signals->sources[i]);
    }
}
