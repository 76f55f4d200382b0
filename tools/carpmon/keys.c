/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys.h"

#include "log.h"
#include "log_conf.h"
#include "monitor.h"

static bool
add_senders(struct mon_keys *keys, const struct carp_conf_vhid *vhid)
{
    struct carp_addrs **all = &keys->senders[vhid->vhid];
    if (*all == NULL && vhid->senders.count > 0) {
        *all = g_new0(struct carp_addrs, 1);
    }
    for (uint16_t i = 0; i < vhid->senders.count; i++) {
        const struct carp_addr *sender = &vhid->senders.list[i];
        if (!carp_addrs_contain(*all, sender)
            && carp_addrs_add(*all, sender) != CARP_OK) {
            log_line("%s: [vhid \"%s\"] senders: vhid %u has more than %d in "
                     "all its groups", vhid->file, vhid->name, vhid->vhid,
                     CARP_ADDRS_MAX);
            return false;
        }
    }
    return true;
}

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
    for (size_t i = 0; i < carp_conf_count(conf) && is_good; i++) {
        is_good = add_senders(keys, carp_conf_get(conf, i));
    }
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
        for (unsigned int i = 0; i < G_N_ELEMENTS(keys->senders); i++) {
            g_free(keys->senders[i]);
        }
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
