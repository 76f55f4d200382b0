/* SPDX-License-Identifier: BSD-2-Clause */
/* Who advertised when: lanes and the spans in them. */
#include <string.h>

#include "model.h"

/* A sender that was heard so often is settled. */
#define SETTLED 3
#define QUIET_UNSETTLED (10 * CARP_SEC)
#define QUIET_SETTLED (3600 * CARP_SEC)
/* Missed intervals that end a span, as in the protocol's dead time. */
#define MISSED 3
#define SLACK (CARP_SEC / 2)

static struct mon_span *
span_at(const struct mon_row *row, guint i)
{
    return &g_array_index(row->spans, struct mon_span, i);
}

static struct mon_span *
last_span(const struct mon_row *row, uint8_t lane)
{
    for (guint i = row->spans->len; i > 0; i--) {
        struct mon_span *span = span_at(row, i - 1);
        if (span->lane == lane && span->kind == MON_SPAN_SEEN) {
            return span;
        }
    }
    return NULL;
}

static carp_time
patience(const struct mon_lane *lane)
{
    return carp_time_add(SLACK, MISSED * MIN(lane->interval, 600 * CARP_SEC));
}

/* Who can go for somebody new; the quietest of them, or NULL. */
static struct mon_lane *
replaceable(struct mon_row *row, bool is_proven, carp_time now)
{
    struct mon_lane *best = NULL;
    for (size_t i = 0; i < MON_LANES_MAX; i++) {
        struct mon_lane *lane = &row->lanes[i];
        carp_time quiet = carp_time_since(now, lane->last);
        bool may_go = quiet > QUIET_SETTLED ||
                      (lane->adverts < SETTLED && quiet > QUIET_UNSETTLED) ||
                      (is_proven && lane->good == 0);
        if (may_go && (best == NULL || lane->last < best->last)) {
            best = lane;
        }
    }
    return best;
}

void
mon_row_forget_lane(struct mon_row *row, uint8_t lane)
{
    for (guint i = row->spans->len; i > 0; i--) {
        if (span_at(row, i - 1)->lane == lane) {
            g_array_remove_index(row->spans, i - 1);
        }
    }
    struct mon_lane *gone = &row->lanes[lane];
    row->others.adverts += gone->adverts;
    row->others.good += gone->good;
    row->others.bad += gone->bad;
    row->others.unverified += gone->unverified;
    memset(gone, 0, sizeof(*gone));
}

int
mon_row_lane(struct mon_model *model, struct mon_row *row,
             const struct carp_addr *address, bool is_proven, carp_time now)
{
    struct mon_lane *free_lane = NULL;
    for (size_t i = 0; i < MON_LANES_MAX; i++) {
        struct mon_lane *lane = &row->lanes[i];
        if (lane->is_used && carp_addr_equal(&lane->address, address)) {
            return (int)i;
        }
        if (!lane->is_used && free_lane == NULL) {
            free_lane = lane;
        }
    }
    if (free_lane == NULL) {
        free_lane = replaceable(row, is_proven, now);
        if (free_lane == NULL) {
            return -1;
        }
        mon_row_forget_lane(row, (uint8_t)(free_lane - row->lanes));
    }
    free_lane->is_used = true;
    free_lane->address = *address;
    free_lane->first = now;
    free_lane->last = now;
    mon_model_touch(model, row);
    return (int)(free_lane - row->lanes);
}

static void
make_room(struct mon_row *row)
{
    if (row->spans->len >= MON_SPANS_MAX) {
        g_array_remove_index(row->spans, 0);
        row->spans_dropped++;
    }
}

void
mon_row_span(struct mon_model *model, struct mon_row *row, uint8_t index,
             carp_time now)
{
    struct mon_lane *lane = &row->lanes[index];
    struct mon_span *span = lane->is_on ? last_span(row, index) : NULL;
    carp_time gap = carp_time_since(now, lane->last);
    if (span != NULL && gap <= patience(lane)) {
        lane->max_gap = MAX(lane->max_gap, gap);
    } else {
        struct mon_span begun = {.from = now, .lane = index};
        make_room(row);
        g_array_append_val(row->spans, begun);
        span = span_at(row, row->spans->len - 1);
        lane->is_on = true;
        mon_model_touch(model, row);
    }
    span->to = now;
    span->adverts++;
    if (lane->is_bad_now && !span->has_bad) {
        span->has_bad = true;
        mon_model_touch(model, row);
    }
}

void
mon_row_silence(struct mon_model *model, struct mon_row *row, carp_time now)
{
    for (size_t i = 0; i < MON_LANES_MAX; i++) {
        struct mon_lane *lane = &row->lanes[i];
        if (lane->is_on && carp_time_since(now, lane->last) > patience(lane)) {
            lane->is_on = false;
            mon_model_touch(model, row);
        }
    }
}

void
mon_row_unseen(struct mon_model *model, struct mon_row *row,
               const struct mon_span *span)
{
    for (guint i = 0; i < row->spans->len; i++) {
        struct mon_span *known = span_at(row, i);
        if (known->kind == MON_SPAN_UNSEEN && known->alert == span->alert) {
            *known = *span;
            mon_model_touch(model, row);
            return;
        }
    }
    make_room(row);
    guint at = row->spans->len;
    while (at > 0 && span_at(row, at - 1)->from > span->from) {
        at--;
    }
    g_array_insert_val(row->spans, at, *span);
    mon_model_touch(model, row);
}

carp_time
mon_span_end(const struct mon_model *model, const struct mon_row *row,
             const struct mon_span *span)
{
    const struct mon_lane *lane = &row->lanes[span->lane];
    bool goes_on =
        span->kind == MON_SPAN_SEEN && lane->is_on && span->to == lane->last;
    return goes_on ? MAX(model->now, span->to) : span->to;
}
