/* SPDX-License-Identifier: BSD-2-Clause */
#include "hooks.h"

#include <string.h>

#include "instance.h"
#include "log.h"
#include "server.h"
#include "text.h"

/* What a running program needs: the instance may be gone when it ends. */
struct running {
    struct daemon *daemon;
    char *id, *command;
};

static void
on_line(void *user, bool is_error_stream, const char *line)
{
    (void)is_error_stream;
    struct running *running = user;
    log_say(LOG_LEVEL_INFO, "%s: %s: %s", running->id, running->command, line);
}

static struct instance *
find(struct daemon *daemon, const char *id)
{
    for (guint i = 0; i < daemon->instances->len; i++) {
        struct instance *instance = g_ptr_array_index(daemon->instances, i);
        if (strcmp(instance->id, id) == 0) {
            return instance;
        }
    }
    return NULL;
}

static void
count(struct daemon *daemon, const char *id, enum stat_reason reason)
{
    struct instance *instance = find(daemon, id);
    struct stats *stats = instance != NULL ? &instance->stats : &daemon->stats;
    stats->reason[reason]++;
}

static void
on_end(void *user, const struct program_result *result)
{
    struct running *running = user;
    bool has_failed = result->end != PROGRAM_REPLACED &&
                      (result->end != PROGRAM_EXITED || result->code != 0);
    if (result->end == PROGRAM_TIMED_OUT) {
        count(running->daemon, running->id, REASON_HOOKS_TIMED_OUT);
    } else if (has_failed) {
        count(running->daemon, running->id, REASON_HOOKS_FAILED);
    }
    if (has_failed) {
        log_say(LOG_LEVEL_WARNING, "%s: %s: %s", running->id, running->command,
                result->text);
    }
    server_tell_hook(running->daemon->server,
                     find(running->daemon, running->id), running->command,
                     result);
    g_free(running->id);
    g_free(running->command);
    g_free(running);
}

static char **
environment(const struct instance *instance, enum carp_state from,
            enum carp_state to, enum carp_fsm_reason reason)
{
    const struct carp_conf_vhid *conf = instance->conf;
    GString *addrs = g_string_new(NULL);
    for (uint16_t i = 0; i < conf->addrs.count; i++) {
        char text[CARP_ADDR_TEXT];
        g_string_append_printf(addrs, "%s%s/%u", i > 0 ? " " : "",
                               carp_addr_format(&conf->addrs.list[i], text),
                               conf->prefix_len[i]);
    }
    char master[CARP_ADDR_TEXT] = "";
    for (unsigned int f = CARP_FAMILIES; f > 0; f--) {
        const struct carp_fsm_master *known = &instance->fsm.master[f - 1];
        if (to == CARP_STATE_MASTER &&
            instance->fsm.config.source[f - 1].family != CARP_FAMILY_NONE) {
            carp_addr_format(&instance->fsm.config.source[f - 1], master);
        } else if (to == CARP_STATE_BACKUP && known->is_known) {
            carp_addr_format(&known->source, master);
        }
    }
    GPtrArray *list = g_ptr_array_new();
    g_ptr_array_add(list, g_strdup_printf("CARP_NAME=%s", conf->name));
    g_ptr_array_add(list, g_strdup_printf("CARP_VHID=%u", conf->vhid));
    g_ptr_array_add(list, g_strdup_printf("CARP_IFACE=%s", conf->interface));
    g_ptr_array_add(list,
                    g_strdup_printf("CARP_DEVICE=%s", vif_name(instance->vif)));
    g_ptr_array_add(list,
                    g_strdup_printf("CARP_STATE=%s", carp_state_text(to)));
    g_ptr_array_add(
        list, g_strdup_printf("CARP_OLD_STATE=%s", carp_state_text(from)));
    g_ptr_array_add(
        list, g_strdup_printf("CARP_REASON=%s", carp_fsm_reason_text(reason)));
    g_ptr_array_add(list, g_strdup_printf("CARP_MASTER=%s", master));
    g_ptr_array_add(list, g_strdup_printf("CARP_ADDRS=%s", addrs->str));
    g_ptr_array_add(list, NULL);
    g_string_free(addrs, TRUE);
    return (char **)g_ptr_array_free(list, FALSE);
}

void
hooks_tell(struct instance *instance, enum carp_state from, enum carp_state to,
           enum carp_fsm_reason reason)
{
    struct daemon *daemon = instance->daemon;
    GPtrArray *calls = hooks_plan(instance->conf, vif_name(instance->vif),
                                  carp_fsm_advskew(&instance->fsm), from, to);
    char **env =
        calls->len > 0 ? environment(instance, from, to, reason) : NULL;
    for (guint i = 0; i < calls->len; i++) {
        const struct hook_call *call = g_ptr_array_index(calls, i);
        struct running *running = g_new0(struct running, 1);
        running->daemon = daemon;
        running->id = g_strdup(instance->id);
        running->command = g_strjoinv(" ", call->argv);
        txt_clean(running->command);
        struct program_job job = {
            .key = call->key,
            .argv = (const char *const *)call->argv,
            .environment = (const char *const *)env,
            .time_limit = carp_conf_get_daemon(daemon->conf)->hook_limit,
            .on_line = on_line,
            .on_end = on_end,
            .user = running};
        instance->stats.reason[REASON_HOOKS]++;
        program_run(daemon->programs, &job);
    }
    g_strfreev(env);
    g_ptr_array_unref(calls);
}
