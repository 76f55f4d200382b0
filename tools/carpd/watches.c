/* SPDX-License-Identifier: BSD-2-Clause */
#include "watches.h"

#include <string.h>

#include "file_look.h"
#include "instance.h"
#include "log.h"

struct watch {
    struct watches *watches;
    struct instance *instance; /* NULL: dropped while its script runs */
    struct carp_conf_track track;
    char *by;       /* the demotion's name */
    carp_time next; /* look again; CARP_NEVER: the kernel tells */
    bool is_running;
    unsigned int good, bad; /* in a row */
    struct file_look *look; /* NULL: none is under way */
    carp_time look_began;
    bool is_hung;   /* it was told that it takes long */
    bool is_wanted; /* while the configuration is compared */
};

struct watches {
    struct daemon *daemon;
    GPtrArray *list; /* struct watch */
};

static void
free_watch(void *memory)
{
    struct watch *watch = memory;
    if (watch->is_running) {
        watch->instance = NULL; /* its end frees it */
        return;
    }
    file_look_drop(watch->look);
    g_free(watch->track.what);
    g_free(watch->by);
    g_free(watch);
}

unsigned char
watches_file_amount(const char *text, unsigned char amount)
{
    char *end = NULL;
    guint64 number = 0;
    text += strspn(text, " \t\r\n");
    if (!g_ascii_isdigit(*text)) {
        return amount;
    }
    number = g_ascii_strtoull(text, &end, 10);
    return (unsigned char)MIN(number, 254);
}

/* ------------------------------------------------------------ interfaces */

static void
look_at_interface(struct watch *watch)
{
    const struct kernel_link *link =
        kernel_link_named(watch->watches->daemon->kernel, watch->track.what);
    bool is_good = link != NULL && link->is_up && link->has_carrier;
    watch->next = CARP_NEVER;
    instance_demote(watch->instance, watch->by,
                    is_good ? 0 : watch->track.amount, true);
}

static void
on_kernel(const struct kernel_event *event, void *data)
{
    struct watches *watches = data;
    if (event->change > KERNEL_LINK_GONE) {
        return;
    }
    for (guint i = 0; i < watches->list->len; i++) {
        struct watch *watch = g_ptr_array_index(watches->list, i);
        if (watch->track.kind == CARP_CONF_TRACK_INTERFACE &&
            (strcmp(watch->track.what, event->link.name) == 0 ||
             strcmp(watch->track.what, event->before.name) == 0)) {
            look_at_interface(watch);
        }
    }
}

/* ----------------------------------------------------------------- files */

static void
on_file_read(void *user, const char *text)
{
    struct watch *watch = user;
    watch->look = NULL;
    if (watch->is_hung) {
        watch->is_hung = false;
        log_say(LOG_LEVEL_NOTICE, "%s: over: %s can be read again",
                watch->instance->id, watch->by);
    }
    instance_demote(
        watch->instance, watch->by,
        text != NULL ? watches_file_amount(text, watch->track.amount) : 0,
        true);
}

static void
look_at_file(struct watch *watch, carp_time now)
{
    watch->next = carp_time_add(now, WATCHES_FILE_EVERY);
    if (watch->look == NULL) {
        watch->look = file_look_begin(watch->track.what, on_file_read, watch);
        watch->look_began = now;
    } else if (!watch->is_hung &&
               now - watch->look_began >= WATCHES_FILE_HUNG) {
        watch->is_hung = true;
        log_say(LOG_LEVEL_WARNING,
                "%s: %s: reading it hangs, as on a file system whose server "
                "is gone: what it demotes stays as it is until then",
                watch->instance->id, watch->by);
    }
}

/* --------------------------------------------------------------- scripts */

static void
judge(struct watch *watch, bool is_good, const char *text)
{
    const struct carp_conf_vhid *conf = watch->instance->conf;
    watch->good = is_good ? watch->good + 1 : 0;
    watch->bad = is_good ? 0 : watch->bad + 1;
    bool was_bad = instance_demoted_by(watch->instance, watch->by) > 0;
    if (!was_bad && watch->bad >= conf->track_fall) {
        log_say(LOG_LEVEL_WARNING, "%s: %s: %s", watch->instance->id, watch->by,
                text);
        instance_demote(watch->instance, watch->by, watch->track.amount, true);
    } else if (was_bad && watch->good >= conf->track_rise) {
        instance_demote(watch->instance, watch->by, 0, true);
    }
}

static void
on_script_end(void *user, const struct program_result *result)
{
    struct watch *watch = user;
    watch->is_running = false;
    if (watch->instance == NULL) {
        free_watch(watch);
        return;
    }
    judge(watch, result->end == PROGRAM_EXITED && result->code == 0,
          result->text);
}

static void
run_script(struct watch *watch, carp_time now)
{
    struct program_pool *programs = watch->watches->daemon->programs;
    carp_time interval = watch->instance->conf->track_interval;
    watch->next = carp_time_add(now, interval);
    if (watch->is_running) {
        return;
    }
    char *key = g_strdup_printf("track %s %s", watch->instance->id, watch->by);
    if (program_pool_is_stuck(programs, key)) {
        /* Another one would hang, too. */
        judge(watch, false, "it hangs, and cannot be killed");
        g_free(key);
        return;
    }
    const char *argv[] = {watch->track.what, watch->instance->id, NULL};
    struct program_job job = {.key = key,
                              .argv = argv,
                              .time_limit = interval,
                              .on_end = on_script_end,
                              .user = watch};
    watch->is_running = true;
    program_run(programs, &job);
    g_free(key);
}

/* ------------------------------------------------------------------- all */

struct watches *
watches_new(struct daemon *daemon)
{
    struct watches *watches = g_new0(struct watches, 1);
    watches->daemon = daemon;
    watches->list = g_ptr_array_new_with_free_func(free_watch);
    kernel_listen(daemon->kernel, on_kernel, watches);
    return watches;
}

void
watches_free(struct watches *watches)
{
    if (watches != NULL) {
        kernel_unlisten(watches->daemon->kernel, on_kernel, watches);
        for (guint i = 0; i < watches->list->len; i++) {
            /* The pool is gone: no end comes any more. */
            struct watch *watch = g_ptr_array_index(watches->list, i);
            watch->is_running = false;
        }
        g_ptr_array_free(watches->list, TRUE);
        g_free(watches);
    }
}

static char *
name_of(const struct carp_conf_track *track)
{
    static const char *const kinds[] = {"interface", "script", "file"};
    return g_strdup_printf("%s %s", kinds[track->kind], track->what);
}

static struct watch *
find(const struct watches *watches, const struct instance *instance,
     const struct carp_conf_track *track)
{
    for (guint i = 0; i < watches->list->len; i++) {
        struct watch *watch = g_ptr_array_index(watches->list, i);
        if (watch->instance == instance && watch->track.kind == track->kind &&
            strcmp(watch->track.what, track->what) == 0) {
            return watch;
        }
    }
    return NULL;
}

static void
look(struct watch *watch, carp_time now)
{
    switch (watch->track.kind) {
    case CARP_CONF_TRACK_INTERFACE:
        look_at_interface(watch);
        break;
    case CARP_CONF_TRACK_SCRIPT:
        run_script(watch, now);
        break;
    case CARP_CONF_TRACK_FILE:
        look_at_file(watch, now);
        break;
    }
}

static void
add(struct watches *watches, struct instance *instance,
    const struct carp_conf_track *track)
{
    struct watch *watch = find(watches, instance, track);
    if (watch == NULL) {
        watch = g_new0(struct watch, 1);
        watch->watches = watches;
        watch->instance = instance;
        watch->track = *track;
        watch->track.what = g_strdup(track->what);
        watch->by = name_of(track);
        g_ptr_array_add(watches->list, watch);
    } else if (watch->track.amount != track->amount) {
        watch->track.amount = track->amount;
        if (instance_demoted_by(instance, watch->by) > 0) {
            instance_demote(instance, watch->by, track->amount, true);
        }
    }
    watch->is_wanted = true;
    look(watch, alarm_now());
}

void
watches_set(struct watches *watches, struct instance *instance)
{
    const struct carp_conf_vhid *conf = instance->conf;
    for (guint i = 0; i < watches->list->len; i++) {
        struct watch *watch = g_ptr_array_index(watches->list, i);
        watch->is_wanted = watch->instance != instance;
    }
    for (unsigned int i = 0; i < conf->track_count; i++) {
        add(watches, instance, &conf->track[i]);
    }
    for (guint i = watches->list->len; i > 0; i--) {
        struct watch *watch = g_ptr_array_index(watches->list, i - 1);
        if (!watch->is_wanted) {
            instance_demote(instance, watch->by, 0, true);
            g_ptr_array_remove_index(watches->list, i - 1);
        }
    }
    daemon_wake(watches->daemon, watches_deadline(watches));
}

void
watches_drop(struct watches *watches, const struct instance *instance)
{
    for (guint i = watches->list->len; i > 0; i--) {
        struct watch *watch = g_ptr_array_index(watches->list, i - 1);
        if (watch->instance == instance) {
            g_ptr_array_remove_index(watches->list, i - 1);
        }
    }
}

void
watches_tick(struct watches *watches, carp_time now)
{
    for (guint i = 0; i < watches->list->len; i++) {
        struct watch *watch = g_ptr_array_index(watches->list, i);
        if (now >= watch->next) {
            look(watch, now);
        }
    }
}

carp_time
watches_deadline(const struct watches *watches)
{
    carp_time when = CARP_NEVER;
    for (guint i = 0; i < watches->list->len; i++) {
        const struct watch *watch = g_ptr_array_index(watches->list, i);
        when = watch->next < when ? watch->next : when;
    }
    return when;
}
