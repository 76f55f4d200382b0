/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -z carp,vhid and Statistics > CARP > Virtual hosts: a row a sender. */
#include "packet-carp.h"

#include <carp/timing.h>

#include <epan/stat_tap_ui.h>
#include <epan/tap.h>

/* More senders of one vhid than this share a row: a flood of sources must not
 * make a table that nobody can read. */
enum { SENDERS_MAX = 32 };

enum column {
    COLUMN_VHID,
    COLUMN_FAMILY,
    COLUMN_SENDER,
    COLUMN_ADVERTS,
    COLUMN_MASTER,
    COLUMN_MAX_GAP,
    COLUMN_GOOD,
    COLUMN_BAD,
    COLUMN_UNVERIFIED,
    COLUMN_FINDINGS,
    COLUMNS
};

/* Whole numbers: Wireshark's window shows six decimals of all others, and puts
 * texts in the order of their letters. */
static stat_tap_table_item columns[COLUMNS] = {
    {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "vhid", "%u"},
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Family", "%s"},
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Sender", "%-39s"},
    {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Adverts", "%u"},
    {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Master %", "%u"},
    {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Max gap ms", "%u"},
    {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Good", "%u"},
    {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Bad", "%u"},
    {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Unverified", "%u"},
    {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Findings", "%u"},
};

/* Behind the first cell of each row. */
struct row {
    struct carp_addr sender;
    uint8_t vhid, family;
    bool is_rest; /* the row of senders beyond SENDERS_MAX */
    bool was_master;
    bool is_begun;
    double first, last, as_master, max_gap;
    unsigned int adverts, status[3], findings;
};

static struct row *
row_at(const stat_tap_table *table, guint index)
{
    return stat_tap_get_field_data(table, index, COLUMN_VHID)
        ->user_data.ptr_value;
}

static bool
is_of_view(const struct row *row, uint8_t vhid, uint8_t family)
{
    return row->vhid == vhid && row->family == family;
}

static guint
row_new(stat_tap_table *table, uint8_t vhid, uint8_t family,
        const struct carp_addr *sender, bool is_rest)
{
    static const char *const families[] = {
        [CARP_FAMILY_NONE] = "-", [CARP_IPV4] = "IPv4", [CARP_IPV6] = "IPv6"};
    stat_tap_table_item_type items[COLUMNS] = {{0}};
    const guint index = table->num_elements;
    struct row *row = g_new0(struct row, 1);
    char text[CARP_ADDR_TEXT];

    row->vhid = vhid;
    row->family = family;
    row->sender = *sender;
    row->is_rest = is_rest;
    for (int i = 0; i < COLUMNS; i++) {
        items[i].type = columns[i].type;
    }
    items[COLUMN_VHID].value.uint_value = vhid;
    items[COLUMN_VHID].user_data.ptr_value = row;
    items[COLUMN_FAMILY].value.string_value = families[family];
    items[COLUMN_SENDER].value.string_value =
        g_strdup(is_rest ? "other senders" : carp_addr_format(sender, text));
    stat_tap_init_table_row(table, index, COLUMNS, items);
    return index;
}

static guint
row_get(stat_tap_table *table, uint8_t vhid, uint8_t family,
        const struct carp_addr *sender)
{
    const guint none = table->num_elements;
    guint rest = none;
    unsigned int count = 0;

    for (guint i = 0; i < table->num_elements; i++) {
        const struct row *row = row_at(table, i);

        if (!is_of_view(row, vhid, family)) {
            continue;
        }
        if (!row->is_rest && carp_addr_equal(&row->sender, sender)) {
            return i;
        }
        rest = row->is_rest ? i : rest;
        count++;
    }
    if (count < SENDERS_MAX) {
        return row_new(table, vhid, family, sender, false);
    }
    return rest != none ? rest : row_new(table, vhid, family, sender, true);
}

static void
set_uint(stat_tap_table *table, guint index, enum column column,
         unsigned int value)
{
    stat_tap_table_item_type *cell =
        stat_tap_get_field_data(table, index, column);

    cell->value.uint_value = value;
    stat_tap_set_field_data(table, index, column, cell);
}

/* -------------------------------------------------------------- what counts */

static void
count_advert(struct row *row, const struct carp_tap *advert, double now)
{
    const struct carp_state *state = advert->state;
    const bool is_master =
        (state->flags & CARP_FLAG_OBSERVED) != 0 && state->role == CARP_MASTER;
    const double gap = now - row->last;
    const double dead =
        0.1 + 3.0 * (double)carp_interval(advert->advbase, advert->advskew) /
                  (double)CARP_SEC;

    row->adverts++;
    row->status[state->note->status]++;
    if (row->is_begun && row->was_master && is_master && gap >= 0 &&
        gap <= dead) {
        row->as_master += gap;
        row->max_gap = gap > row->max_gap ? gap : row->max_gap;
    }
    row->first = row->is_begun ? row->first : now;
    row->last = now;
    row->is_begun = true;
    row->was_master = is_master;
}

/* Shares are of the time in which the vhid was seen: they change for all its
 * senders. */
static void
share_out(stat_tap_table *table, uint8_t vhid, uint8_t family)
{
    double first = 0, last = 0;
    bool is_begun = false;

    for (guint i = 0; i < table->num_elements; i++) {
        const struct row *row = row_at(table, i);

        if (is_of_view(row, vhid, family) && row->is_begun) {
            first = is_begun && first < row->first ? first : row->first;
            last = is_begun && last > row->last ? last : row->last;
            is_begun = true;
        }
    }
    for (guint i = 0; is_begun && i < table->num_elements; i++) {
        const struct row *row = row_at(table, i);

        if (is_of_view(row, vhid, family)) {
            const double share =
                last > first ? 100 * row->as_master / (last - first) : 0;

            /* Not rounded: 100 is all the time. */
            set_uint(table, i, COLUMN_MASTER, (unsigned int)(share + 1e-6));
        }
    }
}

static void
take_advert(stat_tap_table *table, const packet_info *pinfo,
            const struct carp_tap *advert)
{
    const double now = nstime_to_sec(&pinfo->rel_ts);
    const guint index =
        row_get(table, advert->vhid, advert->sender.family, &advert->sender);
    struct row *row = row_at(table, index);

    count_advert(row, advert, now);
    set_uint(table, index, COLUMN_ADVERTS, row->adverts);
    set_uint(table, index, COLUMN_MAX_GAP,
             (unsigned int)(1000 * row->max_gap + 0.5));
    set_uint(table, index, COLUMN_GOOD, row->status[CARP_GOOD]);
    set_uint(table, index, COLUMN_BAD, row->status[CARP_BAD]);
    set_uint(table, index, COLUMN_UNVERIFIED, row->status[CARP_UNVERIFIED]);
    share_out(table, advert->vhid, advert->sender.family);
}

static tap_packet_status
vhid_packet(void *tapdata, packet_info *pinfo, epan_dissect_t *edt _U_,
            const void *data, tap_flags_t flags _U_)
{
    const stat_data_t *stat = tapdata;
    stat_tap_table *table =
        g_array_index(stat->stat_tap_data->tables, stat_tap_table *, 0);
    const struct carp_tap *news = data;

    if (news->state != NULL) {
        take_advert(table, pinfo, news);
    }
    for (const struct carp_told *t = news->told; t != NULL; t = t->next) {
        if (t->kind == CARP_EVENT_FINDING) {
            const guint index = row_get(table, t->vhid, t->family, &t->sender);

            set_uint(table, index, COLUMN_FINDINGS,
                     ++row_at(table, index)->findings);
        }
    }
    return TAP_PACKET_REDRAW;
}

/* ----------------------------------------------------------- begin and end */

static void
vhid_init(stat_tap_table_ui *stat)
{
    static const char title[] = "CARP virtual hosts";
    stat_tap_table *table = stat_tap_find_table(stat, title);

    if (table != NULL) {
        if (stat->stat_tap_reset_table_cb != NULL) {
            stat->stat_tap_reset_table_cb(table);
        }
        return;
    }
    stat_tap_add_table(stat, stat_tap_init_table(title, COLUMNS, 0, NULL));
}

static void
vhid_reset(stat_tap_table *table)
{
    for (guint i = 0; i < table->num_elements; i++) {
        struct row *row = row_at(table, i);
        const struct row empty = {.sender = row->sender,
                                  .vhid = row->vhid,
                                  .family = row->family,
                                  .is_rest = row->is_rest};

        *row = empty;
        for (enum column c = COLUMN_ADVERTS; c < COLUMNS; c++) {
            set_uint(table, i, c, 0);
        }
    }
}

static void
vhid_free(stat_tap_table *table _U_, guint row _U_, guint column,
          stat_tap_table_item_type *cell)
{
    if (column == COLUMN_VHID) {
        g_free(cell->user_data.ptr_value);
        cell->user_data.ptr_value = NULL;
    } else if (column == COLUMN_SENDER) {
        g_free((char *)(uintptr_t)cell->value.string_value);
        cell->value.string_value = NULL;
    }
}

void
stat_vhid_register(void)
{
    static stat_tap_table_ui ui = {
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = "CARP Virtual Hosts",
        .tap_name = "carp",
        .cli_string = "carp,vhid",
        .stat_tap_init_cb = vhid_init,
        .packet_func = vhid_packet,
        .stat_tap_reset_table_cb = vhid_reset,
        .stat_tap_free_table_item_cb = vhid_free,
        .nfields = COLUMNS,
        .fields = columns,
    };

    register_stat_tap_table_ui(&ui);
}
