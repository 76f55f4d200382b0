/* SPDX-License-Identifier: BSD-2-Clause */
#include "model.h"

#include <string.h>

/* See model_span.c: rows are given up by the same measure. */
#define SETTLED 3
#define QUIET_UNSETTLED (10 * CARP_SEC)
#define QUIET_SETTLED (3600 * CARP_SEC)

static guint
where_hash(gconstpointer key)
{
    const struct mon_where *where = key;
    guint hash = (guint)where->segment * 31 + where->vlan;
    for (size_t i = 0; i < sizeof(where->address.octets); i++) {
        hash = hash * 33 + where->address.octets[i];
    }
    return hash;
}

static gboolean
where_equal(gconstpointer a, gconstpointer b)
{
    const struct mon_where *x = a;
    const struct mon_where *y = b;
    return x->segment == y->segment && x->vlan == y->vlan &&
           carp_addr_equal(&x->address, &y->address);
}

static gint64
key_of(uint16_t segment, uint16_t vlan, uint8_t family, uint8_t vhid)
{
    return (gint64)segment << 32 | (gint64)vlan << 16 | (gint64)vhid << 8 |
           (gint64)family;
}

static gint64
row_key(const struct mon_row *row)
{
    return key_of(row->segment, row->vlan, row->family, row->vhid);
}

static void
row_free(void *memory)
{
    struct mon_row *row = memory;
    g_array_free(row->spans, TRUE);
    g_free(row);
}

struct mon_model *
mon_model_new(const struct mon_session *session)
{
    struct mon_model *model = g_new0(struct mon_model, 1);
    model->session = session;
    model->rows = g_ptr_array_new_with_free_func(row_free);
    model->alerts = g_ptr_array_new_with_free_func(mon_alert_free);
    model->codes = g_ptr_array_new_with_free_func(g_free);
    model->by_key =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    model->by_address =
        g_hash_table_new_full(where_hash, where_equal, g_free, NULL);
    return model;
}

void
mon_model_free(struct mon_model *model)
{
    if (model != NULL) {
        g_hash_table_destroy(model->by_address);
        g_hash_table_destroy(model->by_key);
        g_ptr_array_free(model->codes, TRUE);
        g_ptr_array_free(model->alerts, TRUE);
        g_ptr_array_free(model->rows, TRUE);
        g_free(model);
    }
}

void
mon_model_touch(struct mon_model *model, struct mon_row *row)
{
    model->revision++;
    if (row != NULL) {
        row->revision = model->revision;
    }
}

struct mon_row *
mon_model_row(const struct mon_model *model, uint16_t segment, uint16_t vlan,
              uint8_t family, uint8_t vhid)
{
    gint64 key = key_of(segment, vlan, family, vhid);
    if (model->latest != NULL && row_key(model->latest) == key) {
        return model->latest;
    }
    return g_hash_table_lookup(model->by_key, &key);
}

/* ------------------------------------------------------------------ rows */

static gboolean
is_of_row(gpointer key, gpointer value, gpointer row)
{
    (void)key;
    return value == row;
}

static bool
may_go(const struct mon_row *row, carp_time now)
{
    carp_time quiet = carp_time_since(now, row->last);
    bool is_calm = row->alerts[CARP_WARNING] + row->alerts[CARP_CRITICAL] == 0;
    return (row->adverts < SETTLED && quiet > QUIET_UNSETTLED) ||
           (is_calm && quiet > QUIET_SETTLED);
}

static void
drop_row(struct mon_model *model, guint at)
{
    struct mon_row *row = g_ptr_array_index(model->rows, at);
    gint64 key = row_key(row);
    model->rows_dropped++;
    model->others.adverts += row->adverts;
    model->latest = NULL;
    g_hash_table_foreach_remove(model->by_address, is_of_row, row);
    g_hash_table_remove(model->by_key, &key);
    g_ptr_array_remove_index(model->rows, at);
    mon_model_touch(model, NULL);
}

static bool
is_known(struct carp_track *track, const struct mon_row *row)
{
    struct carp_view_summary view;
    for (size_t i = 0; carp_track_view(track, i, &view); i++) {
        if (view.segment == row->segment && view.vlan == row->vlan &&
            view.family == row->family && view.vhid == row->vhid) {
            return true;
        }
    }
    return false;
}

void
mon_model_forget(struct mon_model *model, struct carp_track *track)
{
    for (guint i = model->rows->len; i > 0; i--) {
        const struct mon_row *row = g_ptr_array_index(model->rows, i - 1);
        unsigned int on = 0;
        for (size_t s = 0; s < G_N_ELEMENTS(row->alerts); s++) {
            on += row->alerts[s];
        }
        if (on == 0 && !is_known(track, row)) {
            drop_row(model, i - 1);
        }
    }
}

static bool
make_room(struct mon_model *model)
{
    if (model->rows->len < MON_ROWS_MAX) {
        return true;
    }
    guint at = 0;
    while (at < model->rows->len &&
           !may_go(g_ptr_array_index(model->rows, at), model->now)) {
        at++;
    }
    if (at == model->rows->len) {
        return false;
    }
    drop_row(model, at);
    return true;
}

struct mon_row *
mon_model_need_row(struct mon_model *model, uint16_t segment, uint16_t vlan,
                   uint8_t family, uint8_t vhid)
{
    struct mon_row *row = mon_model_row(model, segment, vlan, family, vhid);
    if (row != NULL || !make_room(model)) {
        return row;
    }
    gint64 key = key_of(segment, vlan, family, vhid);
    row = g_new0(struct mon_row, 1);
    row->segment = segment;
    row->vlan = vlan;
    row->family = family;
    row->vhid = vhid;
    row->spans = g_array_new(FALSE, TRUE, sizeof(struct mon_span));
    row->first = model->now;
    row->last = model->now;
    guint at = model->rows->len;
    while (at > 0 && row_key(g_ptr_array_index(model->rows, at - 1)) > key) {
        at--;
    }
    g_ptr_array_insert(model->rows, (gint)at, row);
    g_hash_table_insert(model->by_key, g_memdup2(&key, sizeof(key)), row);
    mon_model_touch(model, row);
    return row;
}

const struct mon_lane *
mon_row_lane_of(const struct mon_row *row, const struct carp_addr *address)
{
    for (unsigned int i = 0; i < MON_LANES_MAX; i++) {
        if (row->lanes[i].is_used &&
            carp_addr_equal(&row->lanes[i].address, address)) {
            return &row->lanes[i];
        }
    }
    return NULL;
}

bool
mon_row_worst(const struct mon_row *row, enum carp_severity *worst)
{
    if (row->alerts[CARP_CRITICAL] == 0 && row->alerts[CARP_WARNING] == 0) {
        return false;
    }
    *worst = row->alerts[CARP_CRITICAL] > 0 ? CARP_CRITICAL : CARP_WARNING;
    return true;
}
