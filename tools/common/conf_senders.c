/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf_senders.h"

#include <glib.h>

struct conf_senders {
    struct carp_addrs *by_vhid[256]; /* NULL: anybody */
};

static void
join(struct carp_addrs *all, const struct carp_addrs *more)
{
    for (uint16_t i = 0; i < more->count; i++) {
        if (!carp_addrs_contain(all, &more->list[i]) &&
            all->count < CARP_ADDRS_MAX) {
            /* carp_conf_load() has counted them. */
            all->list[all->count++] = more->list[i];
        }
    }
}

struct conf_senders *
conf_senders_new(const struct carp_conf *conf)
{
    struct conf_senders *senders = g_new0(struct conf_senders, 1);
    const struct carp_conf_vhid *vhid = NULL;
    for (size_t i = 0; (vhid = carp_conf_get(conf, i)) != NULL; i++) {
        struct carp_addrs **all = &senders->by_vhid[vhid->vhid];
        if (*all == NULL && vhid->senders.count > 0) {
            *all = g_new0(struct carp_addrs, 1);
        }
        if (vhid->senders.count > 0) {
            join(*all, &vhid->senders);
        }
    }
    return senders;
}

void
conf_senders_free(struct conf_senders *senders)
{
    if (senders != NULL) {
        for (unsigned int i = 0; i < G_N_ELEMENTS(senders->by_vhid); i++) {
            g_free(senders->by_vhid[i]);
        }
        g_free(senders);
    }
}

enum carp_status
conf_senders_expect(const struct conf_senders *senders,
                    struct carp_track *track)
{
    enum carp_status status = CARP_OK;
    carp_track_expect_anybody(track);
    for (unsigned int vhid = 0; vhid < G_N_ELEMENTS(senders->by_vhid); vhid++) {
        const struct carp_addrs *all = senders->by_vhid[vhid];
        for (uint16_t i = 0; all != NULL && i < all->count && status == CARP_OK;
             i++) {
            status =
                carp_track_expect_sender(track, (uint8_t)vhid, &all->list[i]);
        }
    }
    return status;
}
