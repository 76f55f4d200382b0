/* SPDX-License-Identifier: BSD-2-Clause */
/* Ids in use and free ids, as text or JSON. */
#include <carp/inventory.h>

#include "jsonl.h"
#include "report.h"
#include "text.h"

struct inventory {
    const struct mon_session *session;
    bool is_json;
};

static struct inventory *
new_inventory(const struct mon_session *session, bool is_json)
{
    struct inventory *inventory = g_new0(struct inventory, 1);
    inventory->session = session;
    inventory->is_json = is_json;
    return inventory;
}

static void *
open_text(const struct mon_session *session)
{
    return new_inventory(session, false);
}

static void *
open_json(const struct mon_session *session)
{
    return new_inventory(session, true);
}

/* ------------------------------------------------------------------- text */

/* "1-6, 8, 10-255" */
static void
append_ranges(GString *out, const uint8_t *ids, unsigned int count)
{
    for (unsigned int i = 0; i < count;) {
        unsigned int end = i;
        while (end + 1 < count && ids[end + 1] == ids[end] + 1) {
            end++;
        }
        g_string_append_printf(out, "%s%u", i > 0 ? ", " : "", ids[i]);
        if (end > i) {
            g_string_append_printf(out, "-%u", ids[end]);
        }
        i = end + 1;
    }
}

static void
append_owner(GString *out, const struct carp_in_use *use,
             const struct carp_owner *owner)
{
    char text[CARP_ADDR_TEXT];
    g_string_append(out, carp_addr_format(&owner->address, text));
    g_string_append(out, owner->is_master ? " MASTER" : "");
    if (use->user == CARP_USER_CARP) {
        g_string_append_printf(out, " %u/%u", owner->advbase, owner->advskew);
        if (owner->impl != CARP_IMPL_UNKNOWN) {
            g_string_append_printf(out, " (%s)", carp_impl_text(owner->impl));
        }
    } else {
        g_string_append_printf(out, " priority %u", owner->priority);
    }
}

static void
append_use(GString *out, const struct carp_in_use *use)
{
    GString *owners = g_string_new(NULL);
    for (unsigned int i = 0; i < use->owner_count; i++) {
        g_string_append(owners, i > 0 ? ", " : "");
        append_owner(owners, use, &use->owners[i]);
    }
    if (use->owner_count == 0) {
        g_string_append(owners, "no advert seen");
    }
    g_string_append_printf(out, "  %3u  ", use->id);
    txt_pad(out, carp_user_text(use->user), 16);
    txt_pad(out,
            use->family == CARP_FAMILY_NONE ? "" : mon_family_text(use->family),
            6);
    txt_wrap(out, owners->str, 29, 29, 79);
    g_string_free(owners, TRUE);
}

static void
append_wire(GString *out, const struct mon_session *session, uint16_t segment,
            uint16_t vlan)
{
    char *name = txt_clean(g_strdup(mon_segment_name(session, segment)));
    g_string_append(out, name);
    g_free(name);
    if (vlan != 0) {
        g_string_append_printf(out, ", VLAN %u", vlan);
    }
}

static void
append_free(GString *out, struct carp_track *track,
            const struct carp_in_use *use)
{
    uint8_t ids[255];
    const unsigned int count =
        carp_track_free_ids(track, use->segment, use->vlan, ids);
    GString *ranges = g_string_new(NULL);
    append_ranges(ranges, ids, count);
    g_string_append(out, "  free ");
    txt_wrap(out, count > 0 ? ranges->str : "none", 7, 7, 79);
    g_string_free(ranges, TRUE);
}

static bool
is_same_wire(const struct carp_in_use *a, const struct carp_in_use *b)
{
    return a->segment == b->segment && a->vlan == b->vlan;
}

static void
write_text(const struct inventory *inventory, struct carp_track *track,
           const struct carp_in_use *list, size_t count)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !is_same_wire(&list[i - 1], &list[i])) {
            g_string_append(out, i > 0 ? "\n" : "");
            append_wire(out, inventory->session, list[i].segment, list[i].vlan);
            g_string_append(out, "\n   id  protocol        family "
                                 "owners (advbase/advskew)\n");
        }
        append_use(out, &list[i]);
        if (i + 1 == count || !is_same_wire(&list[i], &list[i + 1])) {
            append_free(out, track, &list[i]);
        }
    }
    if (count == 0) {
        g_string_append(out, "no CARP and no VRRP was seen: every id is free, "
                             "as far as was looked\n");
    }
    fputs(out->str, inventory->session->out);
    g_string_free(out, TRUE);
}

/* ------------------------------------------------------------------- JSON */

static void
json_head(struct jsonl *json, const struct inventory *inventory,
          const char *event, const struct carp_in_use *use, carp_time now)
{
    jsonl_reset(json);
    jsonl_open_object(json, NULL);
    jsonl_uint(json, "schema", 1);
    jsonl_time(json, "time", mon_wall(inventory->session, now));
    jsonl_string(json, "event", event);
    jsonl_string(json, "segment",
                 mon_segment_name(inventory->session, use->segment));
    jsonl_uint(json, "vlan", use->vlan);
}

static void
json_tail(struct jsonl *json, const struct inventory *inventory)
{
    jsonl_close_object(json);
    fprintf(inventory->session->out, "%s\n", json->text->str);
}

static void
json_owner(struct jsonl *json, const struct inventory *inventory,
           const struct carp_in_use *use, const struct carp_owner *owner)
{
    char text[CARP_ADDR_TEXT];
    jsonl_open_object(json, NULL);
    jsonl_string(json, "address", carp_addr_format(&owner->address, text));
    jsonl_bool(json, "master", owner->is_master);
    jsonl_time(json, "last", mon_wall(inventory->session, owner->last));
    if (use->user == CARP_USER_CARP) {
        jsonl_uint(json, "advbase", owner->advbase);
        jsonl_uint(json, "advskew", owner->advskew);
        jsonl_string(json, "implementation", carp_impl_text(owner->impl));
    } else {
        jsonl_uint(json, "priority", owner->priority);
    }
    jsonl_close_object(json);
}

static void
json_use(struct jsonl *json, const struct inventory *inventory,
         const struct carp_in_use *use, carp_time now)
{
    json_head(json, inventory, "in-use", use, now);
    jsonl_uint(json, "vhid", use->id);
    jsonl_string(json, "protocol", carp_user_text(use->user));
    if (use->family == CARP_FAMILY_NONE) {
        jsonl_null(json, "family");
    } else {
        jsonl_string(json, "family", mon_family_text(use->family));
    }
    jsonl_uint(json, "adverts", use->adverts);
    jsonl_open_array(json, "owners");
    for (unsigned int i = 0; i < use->owner_count; i++) {
        json_owner(json, inventory, use, &use->owners[i]);
    }
    jsonl_close_array(json);
    json_tail(json, inventory);
}

static void
json_free(struct jsonl *json, const struct inventory *inventory,
          struct carp_track *track, const struct carp_in_use *use,
          carp_time now)
{
    uint8_t ids[255];
    const unsigned int count =
        carp_track_free_ids(track, use->segment, use->vlan, ids);
    json_head(json, inventory, "free", use, now);
    jsonl_open_array(json, "vhids");
    for (unsigned int i = 0; i < count; i++) {
        jsonl_uint(json, NULL, ids[i]);
    }
    jsonl_close_array(json);
    json_tail(json, inventory);
}

static void
write_json(const struct inventory *inventory, struct carp_track *track,
           const struct carp_in_use *list, size_t count, carp_time now)
{
    struct jsonl json;
    jsonl_init(&json);
    for (size_t i = 0; i < count; i++) {
        json_use(&json, inventory, &list[i], now);
        if (i + 1 == count || !is_same_wire(&list[i], &list[i + 1])) {
            json_free(&json, inventory, track, &list[i], now);
        }
    }
    jsonl_clear(&json);
}

/* -------------------------------------------------------------------- end */

static void
last(void *state, struct carp_track *track, carp_time now)
{
    const struct inventory *inventory = state;
    const size_t count = carp_track_inventory(track, NULL, 0);
    struct carp_in_use *list = g_new0(struct carp_in_use, count + 1);
    (void)carp_track_inventory(track, list, count);
    if (inventory->is_json) {
        write_json(inventory, track, list, count, now);
    } else {
        write_text(inventory, track, list, count);
    }
    g_free(list);
}

const struct mon_report_ops mon_report_inventory = {
    .name = "inventory", .open = open_text, .last = last, .close = g_free};
const struct mon_report_ops mon_report_inventory_json = {
    .name = "inventory-json", .open = open_json, .last = last, .close = g_free};
