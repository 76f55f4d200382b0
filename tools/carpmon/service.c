/* SPDX-License-Identifier: BSD-2-Clause */
#include "service.h"

#include <errno.h>
#include <unistd.h>

#include "announce.h"
#include "evidence.h"
#include "hook.h"
#include "keys.h"
#include "log.h"
#include "log_sink.h"
#include "notify.h"
#include "privilege.h"

/* Becomes this user when started as root and nothing else was said. */
#define USUAL_USER "carp"
#define GONE_FOR (3600 * CARP_SEC)
#define STATUS_EVERY (10 * CARP_SEC)

struct mon_service {
    struct mon_monitor *monitor;
    struct mon_session *session;
    const struct mon_options *options;
    struct mon_wishes *wishes;
    carp_time next_alive, alive_every, next_status;
};

/* ----------------------------------------------------------------- outputs */

static bool
attach_evidence(struct mon_service *service)
{
    const struct mon_service_options *wanted = &service->options->service;
    char *error = NULL;
    if (wanted->evidence == NULL) {
        return true;
    }
    struct mon_evidence_config config = {
        .directory = wanted->evidence,
        .span = (carp_time)(wanted->evidence_seconds * 1e9),
        .most = (uint64_t)(wanted->evidence_mib * 1024 * 1024)};
    service->session->evidence =
        mon_evidence_new(service->session, &config, &error);
    if (service->session->evidence == NULL) {
        log_say(LOG_LEVEL_ERROR, "--evidence: %s", error);
        g_free(error);
        return false;
    }
    mon_monitor_attach(service->monitor, &mon_evidence_ops,
                       service->session->evidence);
    return true;
}

static void
attach_messages(struct mon_service *service)
{
    const char *facility = service->options->service.syslog;
    if (service->options->check && facility == NULL) {
        return; /* its answer is on standard output, with the last message */
    }
    log_open(facility != NULL ? log_facility(facility) : -1);
    if (facility != NULL || log_is_journal()) {
        mon_monitor_attach(service->monitor, &mon_announce_ops,
                           mon_announce_new(service->session));
    }
}

/* ------------------------------------------------------------------ rights */

static const char *
user_to_be(const struct mon_service *service)
{
    const char *user = service->options->service.user;
    if (user == NULL && geteuid() == 0 && privilege_user_exists(USUAL_USER)) {
        return USUAL_USER;
    }
    return user;
}

static bool
give_up_rights(const struct mon_service *service)
{
    /* To open an interface again that went away. */
    static const int kept[] = {PRIVILEGE_NET_RAW};
    struct privilege_plan plan = {.user = user_to_be(service),
                                  .capabilities = kept,
                                  .capability_count = G_N_ELEMENTS(kept)};
    unsigned int calls = PRIVILEGE_FILES | PRIVILEGE_SOCKETS;
    char *error = NULL;
    if (service->options->service.hook != NULL) {
        calls |= PRIVILEGE_SPAWN;
    }
    if (privilege_drop(&plan, &error) && privilege_confine(calls, &error)) {
        return true;
    }
    log_say(LOG_LEVEL_ERROR, "rights cannot be given up: %s", error);
    g_free(error);
    return false;
}

/* Told now, not when the first alert comes. */
static bool
may(const char *option, const char *path, int mode, const char *remedy)
{
    if (path == NULL || access(path, mode) == 0) {
        return true;
    }
    const char *why = g_strerror(errno);
    log_say(LOG_LEVEL_ERROR, "%s: %s: %s for user %s: %s", option, path, why,
            g_get_user_name(), remedy);
    return false;
}

static bool
may_do_its_work(const struct mon_service *service)
{
    const struct mon_service_options *wanted = &service->options->service;
    char *directory =
        wanted->state != NULL ? g_path_get_dirname(wanted->state) : NULL;
    bool is_good =
        may("--evidence", wanted->evidence, W_OK | X_OK,
            "give it the directory, or another --user") &&
        may("--exec", wanted->hook, X_OK, "let it execute the program") &&
        may("--state", directory, W_OK | X_OK,
            "give it the directory, or another --user");
    g_free(directory);
    return is_good;
}

bool
mon_service_ready(struct mon_service *service)
{
    if (!give_up_rights(service) || !may_do_its_work(service)) {
        return false;
    }
    service->alive_every = notify_watchdog_every();
    (void)notify_ready();
    return true;
}

/* ------------------------------------------------------------------ reload */

static void
use_keys(struct mon_service *service, struct mon_keys *keys)
{
    mon_monitor_set_ring(service->monitor, keys->ring);
    service->session->ring = keys->ring;
    if (!mon_monitor_expect(service->monitor, keys->senders)) {
        log_say(LOG_LEVEL_ERROR, "no memory for all senders");
    }
    mon_keys_free(*service->session->keys);
    *service->session->keys = keys;
}

static void
reload(struct mon_service *service)
{
    const char *config = service->options->config;
    notify_reloading();
    if (config == NULL) {
        log_say(LOG_LEVEL_NOTICE, "reload: there is no configuration (-c)");
    } else {
        struct mon_keys *keys = mon_keys_load(config);
        if (keys == NULL) {
            log_say(LOG_LEVEL_ERROR,
                    "%s: not loaded: the keys from before "
                    "stay: mend it and reload again",
                    config);
        } else {
            use_keys(service, keys);
            log_say(LOG_LEVEL_NOTICE, "%s: loaded: %" G_GSIZE_FORMAT " keys",
                    config, carp_ring_count(keys->ring));
        }
    }
    (void)notify_ready();
}

/* Long enough that an outage which has just begun is not meant. */
static void
forget(struct mon_service *service, carp_time now)
{
    size_t count = mon_monitor_forget(service->monitor, -1, now, GONE_FOR,
                                      "forgotten on request");
    if (count == 0) {
        log_say(LOG_LEVEL_NOTICE,
                "nothing is forgotten: no vhid has been silent, and no "
                "interface away, for an hour");
    } else {
        log_say(LOG_LEVEL_NOTICE,
                "forgotten: vhids and interfaces, silent or away for an hour "
                "or more: %" G_GSIZE_FORMAT,
                count);
    }
}

/* --------------------------------------------------------------- listening */

static void
say_status(struct mon_service *service, struct carp_track *track,
           const struct mon_totals *totals)
{
    const guint segments = service->session->segments->len;
    const unsigned int vhids = (unsigned int)carp_track_view_count(track);
    notify_status("%u segment%s, %u vhid%s, %" G_GUINT64_FORMAT
                  " adverts, %" G_GUINT64_FORMAT " frames dropped",
                  segments, segments == 1 ? "" : "s", vhids,
                  vhids == 1 ? "" : "s", totals->adverts, totals->dropped);
}

static void
on_tick(void *state, struct carp_track *track, const struct mon_totals *totals,
        carp_time now)
{
    struct mon_service *service = state;
    carp_time monotonic = (carp_time)g_get_monotonic_time() * CARP_USEC;
    if (service->wishes->reload != 0) {
        service->wishes->reload = 0;
        reload(service);
    }
    if (service->wishes->forget != 0) {
        service->wishes->forget = 0;
        forget(service, now);
    }
    if (service->alive_every != CARP_NEVER &&
        monotonic >= service->next_alive) {
        service->next_alive = carp_time_add(
            monotonic, notify_watchdog() ? service->alive_every : NOTIFY_AGAIN);
    }
    if (now >= service->next_status) {
        service->next_status = carp_time_add(now, STATUS_EVERY);
        say_status(service, track, totals);
    }
}

static void
on_end(void *state, const struct mon_totals *totals)
{
    (void)state;
    (void)totals;
    notify_stopping();
}

static void
on_close(void *state)
{
    struct mon_service *service = state;
    log_set_sink(NULL);
    g_free(service);
}

static const struct mon_report_ops service_ops = {
    .name = "service",
    .tick = on_tick,
    .end = on_end,
    .close = on_close,
};

struct mon_service *
mon_service_attach(struct mon_monitor *monitor, struct mon_session *session,
                   const struct mon_options *options, struct mon_wishes *wishes)
{
    struct mon_service *service = g_new0(struct mon_service, 1);
    service->monitor = monitor;
    service->session = session;
    service->options = options;
    service->wishes = wishes;
    service->alive_every = CARP_NEVER;
    mon_monitor_attach(monitor, &service_ops, service);
    attach_messages(service);
    if (!attach_evidence(service)) {
        return NULL;
    }
    if (options->service.hook != NULL) {
        mon_monitor_attach(monitor, &mon_hook_ops,
                           mon_hook_new(session, options->service.hook));
    }
    return service;
}
