/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys.h"

#include "log.h"
#include "log_conf.h"
#include "monitor.h"

static bool
load_into(struct mon_keys *keys, const char *config)
{
    struct carp_conf *conf = carp_conf_load(config, 0);
    (void)log_conf(conf);
    bool is_good = carp_conf_is_usable(conf);
    if (is_good) {
        enum carp_status status = carp_conf_fill_ring(conf, keys->ring);
        if (status != CARP_OK) {
            log_line("%s: %s", config, carp_status_text(status));
            is_good = false;
        }
    }
    keys->senders = conf_senders_new(conf);
    carp_conf_free(conf);
    return is_good;
}

struct mon_keys *
mon_keys_load(const char *config)
{
    struct mon_keys *keys = g_new0(struct mon_keys, 1);
    keys->ring = carp_ring_new();
    if (keys->ring == NULL) {
        log_line("no memory for keys");
        g_clear_pointer(&keys, mon_keys_free);
    } else if (config != NULL && !load_into(keys, config)) {
        g_clear_pointer(&keys, mon_keys_free);
    }
    return keys;
}

void
mon_keys_free(struct mon_keys *keys)
{
    if (keys != NULL) {
        carp_ring_free(keys->ring);
        conf_senders_free(keys->senders);
        g_free(keys);
    }
}

int
mon_keys_check(const char *config)
{
    struct carp_conf *conf = carp_conf_load(config, 0);
    unsigned int warnings = log_conf(conf);
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
