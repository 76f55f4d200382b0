/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file daemon.h
 * The daemon: its vhids, wires and servants, and its life.
 */
#ifndef CARPD_DAEMON_H
#define CARPD_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <carp/time.h>

#include "alarm.h"
#include "announcer.h"
#include "carp_conf.h"
#include "kernel.h"
#include "log_rate.h"
#include "program.h"
#include "stats.h"
#include "vif.h"

/** Where things are when not told otherwise. */
#define DAEMON_CONFIG "/etc/carp/carp.conf"
#define DAEMON_STATE_DIR "/var/lib/carp"

/** Exit statuses. */
enum daemon_exit {
    DAEMON_EXIT_OK = 0,
    DAEMON_EXIT_FAILED = 1, /**< could not start, or had to end */
    DAEMON_EXIT_USAGE = 2,
    DAEMON_EXIT_CONFIG = 3,        /**< carp.conf is unusable */
    DAEMON_EXIT_CHECK_WARNINGS = 4 /**< --check: usable with warnings */
};

/** What the command line says. Strings belong to the caller. */
struct daemon_setup {
    const char *config; /**< "" with ucarp's options */
    const char *socket; /**< NULL: none */
    const char *state_dir;
    bool is_foreground; /**< log to standard error unless told otherwise */
};

struct observer;
struct server;
struct store;
struct watches;

struct daemon {
    struct daemon_setup setup;
    struct carp_conf *conf; /**< owned */
    /** Refused ones that some vhid could not be taken back from; owned. */
    GPtrArray *refused_confs;
    GMainLoop *loop;
    struct kernel *kernel;
    struct vif_table *vifs;
    struct alarm *alarm;
    struct log_rate *rate;
    struct program_pool *programs;
    struct store *store;
    struct observer *observer;
    struct server *server;
    struct watches *watches;
    GPtrArray *wires;     /**< struct wire */
    GPtrArray *instances; /**< struct instance, in the order of carp.conf */
    struct stats stats;   /**< what belongs to no vhid */
    struct announce_rate announce_rate;
    uint8_t hand_demotion; /**< of all vhids */
    carp_time started;
    carp_time watchdog_every, watchdog_next;
    unsigned int user;    /**< whom it goes on as when rights are given up */
    carp_time drain_next; /**< of the claims */
    bool is_alarm_early;  /**< what it was set for has moved */
    bool is_stopping;
    int exit_status;
};

/**
 * Make everything. Messages go to the log; signals wait until daemon_run().
 * @param conf usable; taken over in every case
 * @return NULL: nothing is left behind; *exit_status says what to end with
 */
struct daemon *daemon_new(const struct daemon_setup *setup,
                          struct carp_conf *conf, int *exit_status);
/** Run until told to stop; the addresses are gone then.
 * @return exit status */
int daemon_run(struct daemon *daemon);
void daemon_free(struct daemon *daemon);

/** End the main loop as soon as it comes round. */
void daemon_stop(struct daemon *daemon);
/** Some deadline may have come earlier: look again then. */
void daemon_wake(struct daemon *daemon, carp_time when);
/** A deadline was @p before and is @p after now. When it was the next one, the
 * timer moves along: a BACKUP whose master lives is woken by adverts only. */
void daemon_moved(struct daemon *daemon, carp_time before, carp_time after);
/** The sixteen counters and the reasons, summed over everything. */
void daemon_sum_stats(const struct daemon *daemon, struct stats *sum);

/** What a reload did; lists of names, to be freed with g_ptr_array_unref(). */
struct daemon_reload {
    GPtrArray *added, *removed, *changed;
    unsigned int unchanged;
    GPtrArray *messages; /**< warnings or errors */
    bool is_partial;     /**< a vhid that is to be made anew has gone, and the
                              new one cannot begin */
};
void daemon_reload_clear(struct daemon_reload *report);
/**
 * Read carp.conf again and carry out the difference.
 * @param[out] report filled in any case; to be cleared
 * @return false: it is not usable, or a vhid cannot be made as it says;
 *         nothing has changed unless report->is_partial
 */
bool daemon_reload(struct daemon *daemon, struct daemon_reload *report);

#endif
