/* SPDX-License-Identifier: BSD-2-Clause */
#include "observer_tell.h"

#include <string.h>

#include "alarm.h"
#include "instance.h"
#include "log.h"
#include "log_rate.h"
#include "server.h"

static struct instance *
find(struct daemon *daemon, const char *segment, uint8_t vhid)
{
    for (guint i = 0; i < daemon->instances->len; i++) {
        struct instance *instance = g_ptr_array_index(daemon->instances, i);
        if (instance->conf->vhid == vhid &&
            strcmp(instance->conf->interface, segment) == 0) {
            return instance;
        }
    }
    return NULL;
}

/* A family that the vhid has no addresses of, any more perhaps, has no MASTER
 * that could be missed. */
static bool
is_of_interest(const struct instance *instance, const struct carp_event *event)
{
    return event->code != CARP_NO_MASTER || event->family == 0 ||
           instance->fsm.config
               .has[event->family == CARP_IPV6 ? CARP_F6 : CARP_F4];
}

static enum log_level
level(const struct carp_event *event)
{
    if (event->kind == CARP_EVENT_RESOLVED) {
        return event->severity == CARP_INFO ? LOG_LEVEL_DEBUG
                                            : LOG_LEVEL_NOTICE;
    }
    switch (event->severity) {
    case CARP_INFO:
        return LOG_LEVEL_DEBUG;
    case CARP_WARNING:
        return LOG_LEVEL_WARNING;
    case CARP_CRITICAL:
        break;
    }
    return LOG_LEVEL_CRITICAL;
}

void
observer_tell(struct daemon *daemon, const char *segment,
              const struct carp_event *event)
{
    struct instance *instance = find(daemon, segment, event->vhid);
    if (instance == NULL || !is_of_interest(instance, event)) {
        return;
    }
    const char *code = carp_code_text(event->code);
    const char *cause = carp_cause_text(event->cause);
    char vhid[8];
    g_snprintf(vhid, sizeof(vhid), "%u", event->vhid);
    const struct log_field fields[] = {
        {"CARP_VHID", vhid},
        {"CARP_IFACE", segment},
        {"CARP_FINDING", code},
        {"CARP_CAUSE", *cause != '\0' ? cause : NULL},
    };
    bool is_over = event->kind == CARP_EVENT_RESOLVED;
    /* Who has the key can make one come and go with each advert. */
    char *key = g_strdup_printf("finding %s %s", instance->id, code);
    log_rate_event(daemon->rate, key, alarm_now(), level(event), fields,
                   G_N_ELEMENTS(fields), "%s: %s%s%s%s: %s%s%s%s%s",
                   instance->id, is_over ? "resolved: " : "", code,
                   *cause != '\0' ? " " : "", cause, event->text,
                   !is_over && *event->detail != '\0' ? " " : "",
                   is_over ? "" : event->detail,
                   !is_over && *event->remedy != '\0' ? " Do: " : "",
                   is_over ? "" : event->remedy);
    g_free(key);
    server_tell_finding(daemon->server, instance, event);
}
