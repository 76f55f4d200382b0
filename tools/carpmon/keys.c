/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys.h"

#include "log.h"
#include "monitor.h"

unsigned int
mon_keys_say(const struct carp_conf *conf)
{
    unsigned int warnings = 0;
    for (size_t i = 0; i < carp_conf_message_count(conf); i++) {
        const struct carp_conf_message *message = carp_conf_message(conf, i);
        warnings += !message->is_error;
        log_line("%s%s", message->is_error ? "" : "warning: ", message->text);
    }
    return warnings;
}

static bool
load_into(struct carp_ring *ring, const char *config)
{
    struct carp_conf *conf = carp_conf_load(config, 0);
    mon_keys_say(conf);
    bool is_good = carp_conf_is_usable(conf);
    if (is_good) {
        enum carp_status status = carp_conf_fill_ring(conf, ring);
        if (status != CARP_OK) {
            log_line("%s: %s", config, carp_status_text(status));
            is_good = false;
        }
    }
    carp_conf_free(conf);
    return is_good;
}

struct carp_ring *
mon_keys_load(const char *config)
{
    struct carp_ring *ring = carp_ring_new();
    if (ring == NULL) {
        log_line("no memory for keys");
        return NULL;
    }
    if (config != NULL && !load_into(ring, config)) {
        g_clear_pointer(&ring, carp_ring_free);
    }
    return ring;
}

int
mon_keys_check(const char *config)
{
    struct carp_conf *conf = carp_conf_load(config, 0);
    unsigned int warnings = mon_keys_say(conf);
    int status = MON_EXIT_OK;
    if (!carp_conf_is_usable(conf)) {
        status = MON_EXIT_UNREADABLE;
    } else {
        g_print("%s: %u group%s%s\n", config, (unsigned)carp_conf_count(conf),
                carp_conf_count(conf) == 1 ? "" : "s",
                warnings > 0 ? ", usable with warnings" : ", good");
        status = warnings > 0 ? MON_EXIT_CHECK_WARNINGS : MON_EXIT_OK;
    }
    carp_conf_free(conf);
    return status;
}
