/* SPDX-License-Identifier: BSD-2-Clause */
/* One group in memory: its defaults, its end, its rows in a ring. */
#include <string.h>

#include "conf_internal.h"

void
conf_free_vhid(void *memory)
{
    struct carp_conf_vhid *vhid = memory;
    g_free(vhid->file);
    g_free(vhid->interface);
    g_free(vhid->up_script);
    g_free(vhid->down_script);
    g_free(vhid->script_arg);
    g_free(vhid->hook);
    g_free(vhid->notify);
    g_free(vhid->group);
    g_free(vhid->accept_addrs);
    for (unsigned int i = 0; i < vhid->track_count; i++) {
        g_free(vhid->track[i].what);
    }
    carp_wipe(vhid, sizeof(*vhid));
    g_free(vhid);
}

struct carp_conf_vhid *
conf_new_vhid(const char *file)
{
    struct carp_conf_vhid *vhid = g_new0(struct carp_conf_vhid, 1);
    vhid->file = g_strdup(file);
    vhid->profile = CARP_PROFILE_AUTO;
    vhid->advbase = 1;
    vhid->dead_ratio = 3;
    vhid->min_ttl = 255;
    vhid->vmac = CARP_CONF_VMAC_ON;
    vhid->replay = CARP_REPLAY_ALERT;
    vhid->demote_link_down = CARP_SKEW_DEMOTED;
    vhid->demote_send_error = CARP_SKEW_DEMOTED;
    vhid->late_listen = true;
    vhid->announce_repeat = 2;
    vhid->announce_delay = CARP_SEC;
    vhid->track_interval = 2 * CARP_SEC;
    vhid->track_rise = 2;
    vhid->track_fall = 2;
    return vhid;
}

struct carp_conf_vhid *
carp_conf_add(struct carp_conf *conf, const char *name, const char *file)
{
    struct carp_conf_vhid *vhid = conf_new_vhid(file);
    g_strlcpy(vhid->name, name, sizeof(vhid->name));
    g_ptr_array_add(conf->vhids, vhid);
    return vhid;
}

struct carp_conf_vhid *
carp_conf_edit(struct carp_conf *conf, size_t index)
{
    return g_ptr_array_index(conf->vhids, index);
}

const struct carp_conf_daemon *
carp_conf_get_daemon(const struct carp_conf *conf)
{
    return &conf->daemon;
}

/* All secrets with one list of addresses. */
static enum carp_status
add_keys(const struct carp_conf_vhid *vhid, struct carp_ring_row *row,
         struct carp_ring *ring)
{
    row->key = vhid->key;
    enum carp_status status = carp_ring_add(ring, row);
    for (unsigned int i = 0; i < vhid->accept_count && status == CARP_OK; i++) {
        row->key = vhid->accept[i];
        status = carp_ring_add(ring, row);
    }
    return status;
}

enum carp_status
carp_conf_fill_ring_vhid(const struct carp_conf_vhid *vhid,
                         struct carp_ring *ring)
{
    struct carp_ring_row row;
    memset(&row, 0, sizeof(row));
    memcpy(row.name, vhid->name, sizeof(row.name));
    row.vhid = vhid->vhid;
    row.profile = vhid->profile;
    row.has_lladdr = vhid->has_lladdr;
    row.lladdr = vhid->lladdr;
    row.addrs = vhid->addrs;
    enum carp_status status = add_keys(vhid, &row, ring);
    for (unsigned int i = 0; i < vhid->addrs_count && status == CARP_OK; i++) {
        row.addrs = vhid->accept_addrs[i];
        status = add_keys(vhid, &row, ring);
    }
    carp_wipe(&row, sizeof(row));
    return status;
}

enum carp_status
carp_conf_fill_ring(const struct carp_conf *conf, struct carp_ring *ring)
{
    enum carp_status status = CARP_OK;
    for (guint i = 0; i < conf->vhids->len && status == CARP_OK; i++) {
        status =
            carp_conf_fill_ring_vhid(g_ptr_array_index(conf->vhids, i), ring);
    }
    return status;
}
