/* SPDX-License-Identifier: BSD-2-Clause */
/* How the model hears of the wire: frames, events, looks at the tracker. */
#include "model.h"

#include "monitor.h"

const double mon_gap_bounds[MON_GAP_BUCKETS] = {
    0.05, 0.25, 0.5, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0};

/* ---------------------------------------------------------------- frames */

static void
add_gap(struct mon_row *row, carp_time gap)
{
    double seconds = (double)gap / 1e9;
    size_t bucket = 0;
    while (bucket < MON_GAP_BUCKETS && seconds > mon_gap_bounds[bucket]) {
        bucket++;
    }
    row->gaps[bucket]++;
    row->gap_count++;
    row->gap_sum = carp_time_add(row->gap_sum, gap);
}

static void
count_verdict(uint64_t *good, uint64_t *bad, uint64_t *unverified,
              enum carp_verdict_status status)
{
    *good += status == CARP_GOOD;
    *bad += status == CARP_BAD;
    *unverified += status != CARP_GOOD && status != CARP_BAD;
}

static void
fill_lane(struct mon_model *model, struct mon_row *row, struct mon_lane *lane,
          const struct carp_frame *frame, const struct carp_observation *seen)
{
    enum carp_verdict_status status = seen->verdict.status;
    bool is_bad = status == CARP_BAD;
    if (lane->adverts == 0 || lane->is_bad_now != is_bad ||
        lane->advskew != frame->u.adv.advskew ||
        lane->demote != frame->u.adv.demote ||
        lane->advbase != frame->u.adv.advbase) {
        mon_model_touch(model, row);
    }
    lane->adverts++;
    count_verdict(&lane->good, &lane->bad, &lane->unverified, status);
    lane->is_bad_now = is_bad;
    lane->advbase = frame->u.adv.advbase;
    lane->advskew = frame->u.adv.advskew;
    lane->demote = frame->u.adv.demote;
    lane->impl = seen->impl;
    if (frame->has_mac) {
        lane->has_mac = true;
        lane->mac = frame->src_mac;
    }
}

static void
on_advert(struct mon_model *model, struct mon_row *row,
          const struct carp_frame *frame, const struct carp_observation *seen)
{
    bool is_good = seen->verdict.status == CARP_GOOD;
    row->adverts++;
    row->last = model->now;
    if (seen->is_looped || seen->is_replay) {
        row->duplicates += seen->is_looped;
        row->replays += seen->is_replay;
        return;
    }
    if (seen->delta > 0) {
        add_gap(row, seen->delta);
    }
    int at = mon_row_lane(model, row, &frame->src, is_good, model->now);
    if (at < 0) {
        row->others.adverts++;
        count_verdict(&row->others.good, &row->others.bad,
                      &row->others.unverified, seen->verdict.status);
        return;
    }
    struct mon_lane *lane = &row->lanes[at];
    fill_lane(model, row, lane, frame, seen);
    mon_row_span(model, row, (uint8_t)at, model->now);
    lane->last = model->now;
    if (seen->expected_next > model->now && seen->expected_next != CARP_NEVER) {
        lane->interval = carp_time_since(seen->expected_next, model->now);
    }
    if (seen->is_bow_out) {
        lane->is_on = false;
        mon_model_touch(model, row);
    }
}

static void
announce(struct mon_model *model, uint16_t segment,
         const struct carp_frame *frame, uint8_t family,
         const struct carp_addr *address, const struct carp_mac *mac)
{
    struct carp_mac like = carp_mac_virtual(mac->octets[5]);
    struct mon_row *row = NULL;
    if (carp_mac_equal(mac, &like)) {
        row =
            mon_model_row(model, segment, frame->vlan, family, mac->octets[5]);
    } else {
        struct mon_where where = {
            .address = *address, .segment = segment, .vlan = frame->vlan};
        row = g_hash_table_lookup(model->by_address, &where);
    }
    if (row != NULL) {
        row->announced = model->now;
        row->announced_mac = *mac;
        row->announced_address = *address;
    }
}

static void
on_frame(void *state, const struct mon_frame *frame,
         const struct carp_frame *parsed, const struct carp_observation *seen)
{
    struct mon_model *model = state;
    model->now = MAX(model->now, frame->time);
    if (parsed->kind == CARP_FRAME_CARP && seen->is_advert) {
        struct mon_row *row =
            mon_model_need_row(model, frame->segment, parsed->vlan,
                               parsed->family, parsed->u.adv.vhid);
        model->latest = row;
        if (row != NULL) {
            on_advert(model, row, parsed, seen);
        } else {
            model->others.adverts++;
        }
    } else if (parsed->kind == CARP_FRAME_ARP &&
               carp_addr_equal(&parsed->u.arp.sender, &parsed->u.arp.target)) {
        announce(model, frame->segment, parsed, CARP_IPV4,
                 &parsed->u.arp.sender, &parsed->u.arp.sender_mac);
    } else if (parsed->kind == CARP_FRAME_NA && parsed->u.nd.has_lladdr &&
               !parsed->u.nd.solicited) {
        announce(model, frame->segment, parsed, CARP_IPV6, &parsed->u.nd.target,
                 &parsed->u.nd.lladdr);
    }
}

/* ---------------------------------------------------------- events, ticks */

static void
on_start(void *state, const struct mon_start *start)
{
    struct mon_model *model = state;
    model->started = start->time;
    model->now = start->time;
}

static void
on_event(void *state, const struct carp_event *event)
{
    struct mon_model *model = state;
    model->now = MAX(model->now, event->time);
    if (event->kind != CARP_EVENT_TRANSITION) {
        mon_model_alert(model, event);
        return;
    }
    struct mon_row *row = mon_model_need_row(model, event->segment, event->vlan,
                                             event->family, event->vhid);
    if (row != NULL && event->reason < CARP_REASON_COUNT) {
        row->transitions[event->reason]++;
        row->since = event->since;
    }
    mon_model_touch(model, row);
}

static void
learn_addresses(struct mon_model *model, struct mon_row *row,
                const struct carp_addrs *learnt)
{
    for (uint16_t i = 0; learnt != NULL && i < learnt->count; i++) {
        struct mon_where where = {.address = learnt->list[i],
                                  .segment = row->segment,
                                  .vlan = row->vlan};
        if (where.address.family == row->family &&
            g_hash_table_lookup(model->by_address, &where) == NULL) {
            g_hash_table_insert(model->by_address,
                                g_memdup2(&where, sizeof(where)), row);
        }
    }
}

/* A sign of life alone is not worth drawing: every ARP would be one. */
static void
refresh_next(struct mon_model *model, struct carp_track *track, size_t index,
             struct mon_row *row)
{
    const bool had_next = row->has_next;
    const struct carp_prediction was = row->next;
    const struct carp_prediction *is = &row->next;
    row->has_next = carp_track_predict(track, index, 0, model->now, &row->next);
    if (row->has_next != had_next ||
        (had_next &&
         (!carp_addr_equal(&is->successor, &was.successor) ||
          is->takeover != was.takeover || is->confidence != was.confidence ||
          is->departure != was.departure))) {
        mon_model_touch(model, row);
    }
}

/* What the tracker alone knows: roles, who is the master, who follows. */
static void
refresh_row(struct mon_model *model, struct carp_track *track, size_t index,
            struct mon_row *row, const struct carp_view_summary *view)
{
    struct carp_sender_summary sender;
    unsigned int masters = 0;
    for (unsigned int i = 0; carp_track_sender(track, index, i, &sender); i++) {
        masters += sender.role == CARP_MASTER;
        for (size_t l = 0; l < MON_LANES_MAX; l++) {
            struct mon_lane *lane = &row->lanes[l];
            if (lane->is_used &&
                carp_addr_equal(&lane->address, &sender.address) &&
                lane->role != sender.role) {
                lane->role = sender.role;
                mon_model_touch(model, row);
            }
        }
    }
    if (row->masters != masters ||
        !carp_addr_equal(&row->master, &view->master)) {
        row->masters = masters;
        row->master = view->master;
        mon_model_touch(model, row);
    }
    learn_addresses(model, row, carp_track_learnt(track, index));
    refresh_next(model, track, index, row);
}

static void
refresh(struct mon_model *model, struct carp_track *track,
        const struct mon_totals *totals, carp_time now)
{
    struct carp_view_summary view;
    model->now = MAX(model->now, now);
    model->totals = *totals;
    for (size_t i = 0; carp_track_view(track, i, &view); i++) {
        struct mon_row *row = mon_model_row(model, view.segment, view.vlan,
                                            view.family, view.vhid);
        if (row != NULL) {
            refresh_row(model, track, i, row, &view);
        }
    }
    for (guint i = 0; i < model->rows->len; i++) {
        mon_row_silence(model, g_ptr_array_index(model->rows, i), model->now);
    }
}

static void
on_tick(void *state, struct carp_track *track, const struct mon_totals *totals,
        carp_time now)
{
    refresh(state, track, totals, now);
}

static void
on_forget(void *state, struct carp_track *track)
{
    mon_model_forget(state, track);
}

static void
on_view(void *state, struct carp_track *track, size_t index, carp_time now,
        const struct carp_view_summary *view, const struct mon_story *story)
{
    struct mon_model *model = state;
    struct mon_row *row = mon_model_row(model, view->segment, view->vlan,
                                        view->family, view->vhid);
    (void)story;
    model->now = MAX(model->now, now);
    if (row != NULL) {
        refresh_row(model, track, index, row, view);
        mon_row_silence(model, row, model->now);
    }
}

static void
on_end(void *state, const struct mon_totals *totals)
{
    struct mon_model *model = state;
    model->totals = *totals;
}

static void
on_close(void *state)
{
    mon_model_free(state);
}

const struct mon_report_ops mon_model_ops = {
    .name = "model",
    .start = on_start,
    .frame = on_frame,
    .event = on_event,
    .tick = on_tick,
    .forget = on_forget,
    .view = on_view,
    .end = on_end,
    .close = on_close,
};
