/* SPDX-License-Identifier: BSD-2-Clause */
/* Which programs a transition runs, and with which arguments. */
#include "hooks.h"

static void
free_call(void *memory)
{
    struct hook_call *call = memory;
    g_strfreev(call->argv);
    g_free(call->key);
    g_free(call);
}

static void
add(GPtrArray *calls, char *key, const char *const *argv)
{
    struct hook_call *call = g_new0(struct hook_call, 1);
    call->key = key;
    /* Copies; the type is GLib's. */
    GPtrArray *copy = g_ptr_array_new();
    for (; *argv != NULL; argv++) {
        g_ptr_array_add(copy, g_strdup(*argv));
    }
    g_ptr_array_add(copy, NULL);
    call->argv = (char **)g_ptr_array_free(copy, FALSE);
    g_ptr_array_add(calls, call);
}

/* ucarp's: script INTERFACE ADDRESS [ARGUMENT], once for each address. */
static void
add_scripts(GPtrArray *calls, const struct carp_conf_vhid *conf,
            const char *device, const char *script)
{
    for (uint16_t i = 0; i < conf->addrs.count; i++) {
        char addr[CARP_ADDR_TEXT];
        carp_addr_format(&conf->addrs.list[i], addr);
        const char *argv[] = {script, device, addr, conf->script_arg, NULL};
        /* Up and down have one key: the latest state wins. */
        add(calls,
            g_strdup_printf("script %u@%s %s", conf->vhid, conf->interface,
                            addr),
            argv);
    }
}

static const char *
keepalived_state(enum carp_state state)
{
    return state == CARP_STATE_INIT ? "FAULT" : carp_state_text(state);
}

GPtrArray *
hooks_plan(const struct carp_conf_vhid *conf, const char *device,
           uint8_t advskew, enum carp_state from, enum carp_state to)
{
    GPtrArray *calls = g_ptr_array_new_with_free_func(free_call);
    char *id = g_strdup_printf("%u@%s", conf->vhid, conf->interface);
    if (to == CARP_STATE_MASTER && conf->up_script != NULL) {
        add_scripts(calls, conf, device, conf->up_script);
    } else if (conf->down_script != NULL &&
               (from == CARP_STATE_MASTER ||
                (conf->down_at_start && from == CARP_STATE_INIT))) {
        add_scripts(calls, conf, device, conf->down_script);
    }
    if (conf->hook != NULL) {
        const char *argv[] = {conf->hook, id, carp_state_text(to), NULL};
        add(calls, g_strdup_printf("hook %s", id), argv);
    }
    if (conf->notify != NULL) {
        /* There the higher number is the better one. */
        char priority[8];
        g_snprintf(priority, sizeof(priority), "%u", 254u - MIN(advskew, 253));
        const char *argv[] = {conf->notify,         "INSTANCE", conf->name,
                              keepalived_state(to), priority,   NULL};
        add(calls, g_strdup_printf("notify %s", id), argv);
    }
    g_free(id);
    return calls;
}
