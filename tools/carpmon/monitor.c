/* SPDX-License-Identifier: BSD-2-Clause */
#include "monitor.h"

#include <carp/frame.h>

#include "cooked.h"
#include "text.h"

struct listener {
    const struct mon_report_ops *ops;
    void *state;
};

struct mon_monitor {
    const struct mon_session *session;
    GArray *listeners; /* struct listener */
    bool wants_frames; /* one of them */
    const struct carp_ring *ring;
    struct carp_track *track;
    struct mon_stories *stories;
    struct mon_totals totals;
    GArray *wires; /* struct mon_wire; totals points to it */
    carp_time now; /* of what is being told, or a little later */
    carp_time deadline;
    bool is_deadline_known;
};

/* The @p i-th listener; NULL beyond the last. */
static const struct listener *
listener(const struct mon_monitor *monitor, guint i)
{
    return i < monitor->listeners->len
               ? &g_array_index(monitor->listeners, struct listener, i)
               : NULL;
}

static void
judge(struct mon_totals *totals, const struct carp_event *event)
{
    if (event->kind == CARP_EVENT_FINDING) {
        totals->onsets[event->severity]++;
    }
    /* An update may be worse than the onset: a hand-over that does not end.
     * What is resolved still counts. */
    bool counts =
        event->kind == CARP_EVENT_FINDING || event->kind == CARP_EVENT_UPDATE;
    if (counts && event->severity > CARP_INFO) {
        if (!totals->is_bad || event->severity > totals->worst) {
            totals->worst = event->severity;
        }
        totals->is_bad = true;
    }
}

/* As many as there are segments and VLANs at most. */
static struct mon_wire *
wire_of(GArray *wires, const struct carp_event *event)
{
    for (guint i = 0; i < wires->len; i++) {
        struct mon_wire *wire = &g_array_index(wires, struct mon_wire, i);
        if (wire->segment == event->segment && wire->vlan == event->vlan) {
            return wire;
        }
    }
    const struct mon_wire fresh = {.segment = event->segment,
                                   .vlan = event->vlan};
    g_array_append_val(wires, fresh);
    return &g_array_index(wires, struct mon_wire, wires->len - 1);
}

static void
on_event(void *user, const struct carp_event *event)
{
    struct mon_monitor *monitor = user;
    judge(&monitor->totals, event);
    if (event->kind == CARP_EVENT_FINDING && event->vhid == 0) {
        wire_of(monitor->wires, event)->findings[event->code]++;
    }
    mon_stories_add(monitor->stories, event);
    const struct listener *who = NULL;
    for (guint i = 0; (who = listener(monitor, i)) != NULL; i++) {
        if (who->ops->event != NULL) {
            who->ops->event(who->state, event);
        }
    }
}

static void
format_time(void *user, carp_time when, char *text, size_t size)
{
    const struct mon_monitor *monitor = user;
    const struct mon_session *session = monitor->session;
    char moment[TXT_MOMENT];
    txt_moment(mon_wall(session, when), mon_wall(session, monitor->now),
               session->utc, moment);
    g_strlcpy(text, moment, size);
}

struct mon_monitor *
mon_monitor_new(const struct carp_ring *ring, const struct mon_session *session,
                const struct mon_report_ops *ops)
{
    struct mon_monitor *monitor = g_new0(struct mon_monitor, 1);
    monitor->session = session;
    monitor->ring = ring;
    struct carp_track_config config = {.ring = ring,
                                       .on_event = on_event,
                                       .format_time = format_time,
                                       .user = monitor};
    monitor->track = carp_track_new(&config);
    if (monitor->track == NULL) {
        g_free(monitor);
        return NULL;
    }
    monitor->stories = mon_stories_new();
    monitor->wires = g_array_new(FALSE, FALSE, sizeof(struct mon_wire));
    monitor->totals.wires = monitor->wires;
    monitor->listeners = g_array_new(FALSE, FALSE, sizeof(struct listener));
    mon_monitor_attach(monitor, ops, ops->open(session));
    return monitor;
}

void
mon_monitor_free(struct mon_monitor *monitor)
{
    if (monitor != NULL) {
        for (guint i = monitor->listeners->len; i > 0; i--) {
            const struct listener *who =
                &g_array_index(monitor->listeners, struct listener, i - 1);
            who->ops->close(who->state);
        }
        g_array_free(monitor->listeners, TRUE);
        g_array_free(monitor->wires, TRUE);
        mon_stories_free(monitor->stories);
        carp_track_free(monitor->track);
        g_free(monitor);
    }
}

void
mon_monitor_attach(struct mon_monitor *monitor,
                   const struct mon_report_ops *ops, void *state)
{
    struct listener who = {.ops = ops, .state = state};
    g_array_append_val(monitor->listeners, who);
    monitor->wants_frames = monitor->wants_frames || ops->frame != NULL;
}

void
mon_monitor_start(struct mon_monitor *monitor,
                  const struct mon_options *options, carp_time now)
{
    struct mon_start start = {.time = now,
                              .inputs = options->inputs,
                              .input_count = options->input_count,
                              .key_count = carp_ring_count(monitor->ring)};
    const struct listener *who = NULL;
    for (guint i = 0; (who = listener(monitor, i)) != NULL; i++) {
        if (who->ops->start != NULL) {
            who->ops->start(who->state, &start);
        }
    }
}

static void
count(struct mon_totals *totals, const struct mon_frame *frame)
{
    if (totals->frames++ == 0) {
        totals->first = frame->time;
        totals->last = frame->time;
    } else if (frame->time < totals->last) {
        totals->backwards++;
    } else {
        totals->last = frame->time;
    }
}

static void
show_frame(struct mon_monitor *monitor, const struct mon_frame *frame,
           const struct carp_packet *packet)
{
    struct carp_observation seen;
    struct mon_frame numbered = *frame;
    numbered.number = packet->number;
    carp_track_feed(monitor->track, packet, &seen);
    const struct listener *who = NULL;
    for (guint i = 0; (who = listener(monitor, i)) != NULL; i++) {
        if (who->ops->frame != NULL) {
            who->ops->frame(who->state, &numbered, packet->frame, &seen);
        }
    }
}

void
mon_monitor_frame(struct mon_monitor *monitor, const struct mon_frame *frame)
{
    struct mon_totals *totals = &monitor->totals;
    struct carp_frame parsed;
    count(totals, frame);
    /* Unknown link types were refused when the capture was opened, and a cut
     * frame says so in its kind. */
    (void)!carp_frame_parse(frame->link_type, frame->data, frame->captured,
                            frame->on_wire, &parsed);
    if (parsed.kind == CARP_FRAME_OTHER ||
        parsed.kind == CARP_FRAME_TRUNCATED) {
        totals->cut += parsed.kind == CARP_FRAME_TRUNCATED;
        mon_monitor_advance(monitor, frame->time);
        return;
    }
    totals->adverts += parsed.kind == CARP_FRAME_CARP;
    monitor->now = frame->time;
    struct carp_packet packet = {
        .time = frame->time,
        .number = totals->frames,
        .segment = frame->segment,
        .source = cooked_source(frame->link_type, frame->data, frame->captured,
                                frame->source, totals->frames),
        .frame = &parsed};
    if (monitor->wants_frames) {
        show_frame(monitor, frame, &packet);
    } else {
        carp_track_feed(monitor->track, &packet, NULL);
    }
    monitor->is_deadline_known = false;
}

carp_time
mon_monitor_deadline(struct mon_monitor *monitor)
{
    /* Asked for only when something waits: not after every advert. */
    if (!monitor->is_deadline_known) {
        monitor->deadline = carp_track_deadline(monitor->track);
        monitor->is_deadline_known = true;
    }
    return monitor->deadline;
}

void
mon_monitor_advance(struct mon_monitor *monitor, carp_time now)
{
    if (now >= mon_monitor_deadline(monitor)) {
        monitor->now = now;
        carp_track_advance(monitor->track, now);
        monitor->is_deadline_known = false;
    }
}

void
mon_monitor_reach(struct mon_monitor *monitor, carp_time now)
{
    /* Twice: a leap is believed when it is asked for again. */
    carp_track_advance(monitor->track, now);
    carp_track_advance(monitor->track, now);
    monitor->is_deadline_known = false;
}

void
mon_monitor_tick(struct mon_monitor *monitor, carp_time now)
{
    const struct listener *who = NULL;
    for (guint i = 0; (who = listener(monitor, i)) != NULL; i++) {
        if (who->ops->tick != NULL) {
            who->ops->tick(who->state, monitor->track, &monitor->totals, now);
        }
    }
}

void
mon_monitor_blind(struct mon_monitor *monitor, uint16_t segment,
                  carp_time until)
{
    carp_track_blind(monitor->track, segment, until);
    monitor->is_deadline_known = false;
}

void
mon_monitor_watch(struct mon_monitor *monitor, uint16_t segment, carp_time now)
{
    carp_track_watch(monitor->track, segment, now);
    monitor->is_deadline_known = false;
}

bool
mon_monitor_hears(const struct mon_monitor *monitor, int segment)
{
    struct carp_view_summary view;
    for (size_t i = 0; carp_track_view(monitor->track, i, &view); i++) {
        if (segment < 0 || view.segment == segment) {
            return true;
        }
    }
    return false;
}

void
mon_monitor_dropped(struct mon_monitor *monitor, uint16_t segment,
                    carp_time now, uint64_t frames)
{
    carp_track_dropped(monitor->track, segment, now, frames);
    monitor->is_deadline_known = false;
}

size_t
mon_monitor_forget(struct mon_monitor *monitor, int segment, carp_time now,
                   carp_time silence, const char *why)
{
    monitor->now = now;
    size_t count =
        carp_track_forget(monitor->track, segment, now, silence, why);
    monitor->is_deadline_known = false;
    const struct listener *who = NULL;
    for (guint i = 0; count > 0 && (who = listener(monitor, i)) != NULL; i++) {
        if (who->ops->forget != NULL) {
            who->ops->forget(who->state, monitor->track);
        }
    }
    return count;
}

void
mon_monitor_set_ring(struct mon_monitor *monitor, const struct carp_ring *ring)
{
    carp_track_set_ring(monitor->track, ring);
    monitor->ring = ring;
}

bool
mon_monitor_expect(struct mon_monitor *monitor,
                   const struct conf_senders *senders)
{
    if (senders == NULL) {
        carp_track_expect_anybody(monitor->track);
        return true;
    }
    return conf_senders_expect(senders, monitor->track) == CARP_OK;
}

bool
mon_monitor_can_write(const struct mon_monitor *monitor)
{
    return ferror(monitor->session->out) == 0;
}

struct mon_totals *
mon_monitor_totals(struct mon_monitor *monitor)
{
    return &monitor->totals;
}

static int
exit_status(const struct mon_totals *totals)
{
    if (totals->unreadable > 0) {
        return MON_EXIT_UNREADABLE;
    }
    if (!totals->is_bad) {
        return MON_EXIT_OK;
    }
    return totals->worst == CARP_CRITICAL ? MON_EXIT_CRITICAL
                                          : MON_EXIT_WARNING;
}

static void
show_views(struct mon_monitor *monitor, const struct listener *who)
{
    struct carp_view_summary view;
    if (who->ops->view == NULL) {
        return;
    }
    for (size_t i = 0; carp_track_view(monitor->track, i, &view); i++) {
        who->ops->view(who->state, monitor->track, i, monitor->totals.last,
                       &view, mon_stories_get(monitor->stories, &view));
    }
}

int
mon_monitor_finish(struct mon_monitor *monitor)
{
    struct mon_totals *totals = &monitor->totals;
    mon_monitor_advance(monitor, totals->last);
    totals->exit_status = exit_status(totals);
    const struct listener *who = NULL;
    for (guint i = 0; (who = listener(monitor, i)) != NULL; i++) {
        if (who->ops->last != NULL) {
            who->ops->last(who->state, monitor->track, totals->last);
        }
        show_views(monitor, who);
        if (who->ops->end != NULL) {
            who->ops->end(who->state, totals);
        }
    }
    return totals->exit_status;
}
