/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One observer a capture file.
 *
 * It sees each frame once, in the first pass, in order: adverts from the CARP
 * dissector, because their verdict is shown there, all other frames from a
 * post-dissector. What it says is kept with the frame.
 */
#include "packet-carp.h"

#include <stdio.h>

#include <epan/proto_data.h>
#include <wsutil/wmem/wmem.h>

/* Keys of per-frame data: adverts have their layer's number, from 1. */
enum { KEY_FRAME = 0 };
/* States are made in batches: the allocator keeps 16 octets for each piece. */
enum { BATCH = 512 };
/* "YYYY-MM-DD HH:MM:SS" and where its clock begins. */
enum { LOCAL_TEXT = 20, CLOCK_AT = 11 };
/* Split brains followed at once, to mark the adverts while they last. */
enum { SPLITS_MAX = 64 };

struct split {
    uint32_t id;
    uint16_t segment, vlan;
    uint8_t family, vhid;
};

static struct {
    struct carp_track *track;
    struct carp_notes *notes;
    struct carp_told *told, **told_end; /* not attached to a frame yet */
    carp_time now;                      /* of the frame being dissected */
    carp_time deadline;
    bool is_deadline_known;
    bool was_fed;             /* by an advert of the frame being dissected */
    struct carp_state *batch; /* with room for: */
    unsigned int batch_left;
    unsigned int split_count;
    struct split splits[SPLITS_MAX];
} session;

/* ----------------------------------------------------------------- events */

static void
follow_split(const struct carp_event *event)
{
    unsigned int i = 0;

    while (i < session.split_count && session.splits[i].id != event->id) {
        i++;
    }
    if (event->kind == CARP_EVENT_RESOLVED || event->severity == CARP_INFO) {
        if (i < session.split_count) {
            session.splits[i] = session.splits[--session.split_count];
        }
    } else if (i == session.split_count && i < SPLITS_MAX) {
        session.splits[session.split_count++] =
            (struct split){.id = event->id,
                           .segment = event->segment,
                           .vlan = event->vlan,
                           .family = event->family,
                           .vhid = event->vhid};
    }
}

static bool
is_in_split(const struct carp_seen *seen)
{
    for (unsigned int i = 0; i < session.split_count; i++) {
        const struct split *s = &session.splits[i];

        if (s->vhid == seen->frame.u.adv.vhid &&
            s->family == seen->frame.family && s->vlan == seen->frame.vlan &&
            s->segment == seen->segment) {
            return true;
        }
    }
    return false;
}

static void
on_event(void *user _U_, const struct carp_event *event)
{
    wmem_allocator_t *scope = wmem_file_scope();
    struct carp_told *told = wmem_new0(scope, struct carp_told);

    told->kind = event->kind;
    told->code = event->code;
    told->cause = event->cause;
    told->severity = event->severity;
    told->confidence = event->confidence;
    told->role = event->role;
    told->reason = event->reason;
    told->family = event->family;
    told->vhid = event->vhid;
    told->sender = event->kind == CARP_EVENT_TRANSITION ? event->sender
                                                        : event->senders[0];
    told->previous = event->previous;
    told->count = event->count;
    told->frame_count = event->frame_count;
    for (unsigned int i = 0; i < event->frame_count; i++) {
        told->frames[i] = (uint32_t)event->frames[i];
    }
    told->text = wmem_strdup(scope, event->text);
    told->detail = wmem_strdup(scope, event->detail);
    told->remedy = wmem_strdup(scope, event->remedy);
    *session.told_end = told;
    session.told_end = &told->next;
    if (event->kind != CARP_EVENT_TRANSITION &&
        event->code == CARP_DUAL_MASTER) {
        follow_split(event);
    }
}

static struct carp_told *
take_told(void)
{
    struct carp_told *told = session.told;

    session.told = NULL;
    session.told_end = &session.told;
    return told;
}

static void
format_local(carp_time when, char out[LOCAL_TEXT])
{
    GDateTime *date =
        g_date_time_new_from_unix_local((gint64)(when / CARP_SEC));
    char *text =
        date != NULL ? g_date_time_format(date, "%Y-%m-%d %H:%M:%S") : NULL;

    (void)g_strlcpy(out, text != NULL ? text : "0000-00-00 00:00:00",
                    LOCAL_TEXT);
    g_free(text);
    if (date != NULL) {
        g_date_time_unref(date);
    }
}

/* With the day unless it is that of the frame. */
static void
format_time(void *user _U_, carp_time when, char *text, size_t size)
{
    char local[LOCAL_TEXT], frame[LOCAL_TEXT];
    bool is_same_day;

    format_local(when, local);
    format_local(session.now, frame);
    is_same_day = strncmp(local, frame, CLOCK_AT) == 0;
    (void)snprintf(text, size, "%s.%03u", local + (is_same_day ? CLOCK_AT : 0),
                   (unsigned int)(when % CARP_SEC / CARP_MSEC));
}

/* ------------------------------------------------------------ begin and end */

static void
session_end(void)
{
    carp_track_free(session.track);
    session.track = NULL;
}

static void
session_begin(void)
{
    struct carp_track_config config = {.on_event = on_event,
                                       .format_time = format_time};

    session_end();
    keys_load();
    config.ring = keys_ring();
    session.track = carp_track_new(&config);
    if (session.track != NULL) {
        keys_expect(session.track);
    }
    session.notes = notes_new();
    session.split_count = 0;
    session.batch_left = 0;
    session.was_fed = false;
    session.is_deadline_known = false;
    (void)take_told();
}

void
session_register(void)
{
    register_init_routine(session_begin);
    register_cleanup_routine(session_end);
}

/* ------------------------------------------------------------------ feeding */

static carp_time
time_of(const packet_info *pinfo)
{
    const time_t secs = pinfo->abs_ts.secs;

    return secs < 0 ? 0
                    : carp_time_add((carp_time)secs * CARP_SEC,
                                    (carp_time)pinfo->abs_ts.nsecs);
}

static void
feed(const packet_info *pinfo, const struct carp_seen *seen,
     struct carp_observation *o)
{
    const struct carp_packet packet = {.time = time_of(pinfo),
                                       .number = pinfo->num,
                                       .segment = seen->segment,
                                       .source = seen->source,
                                       .frame = &seen->frame};

    session.now = packet.time;
    carp_track_feed(session.track, &packet, o);
    session.is_deadline_known = false;
}

static void
advance(const packet_info *pinfo)
{
    if (!session.is_deadline_known) {
        session.deadline = carp_track_deadline(session.track);
        session.is_deadline_known = true;
    }
    if (time_of(pinfo) >= session.deadline) {
        session.now = time_of(pinfo);
        carp_track_advance(session.track, time_of(pinfo));
        session.is_deadline_known = false;
    }
}

static uint8_t
flags_of(const struct carp_seen *seen, const struct carp_observation *o)
{
    return (uint8_t)((o->is_advert ? CARP_FLAG_OBSERVED : 0u) |
                     (o->is_bow_out ? CARP_FLAG_BOW_OUT : 0u) |
                     (o->is_replay ? CARP_FLAG_REPLAY : 0u) |
                     (o->is_looped ? CARP_FLAG_LOOPED : 0u) |
                     (session.split_count > 0 && is_in_split(seen)
                          ? CARP_FLAG_TWO_MASTERS
                          : 0u));
}

static struct carp_state *
state_alloc(void)
{
    if (session.batch_left == 0) {
        session.batch =
            wmem_alloc_array(wmem_file_scope(), struct carp_state, BATCH);
        session.batch_left = BATCH;
    }
    return &session.batch[--session.batch_left];
}

static struct carp_state *
state_new(const packet_info *pinfo, const struct carp_seen *seen,
          const struct carp_observation *o)
{
    struct carp_state *state = state_alloc();

    state->note =
        notes_get(session.notes, keys_ring(), &seen->frame, seen->segment, o);
    state->extra = NULL;
    state->delta = o->delta;
    state->next_after = carp_time_since(o->expected_next, time_of(pinfo));
    state->previous_frame = (uint32_t)o->previous_frame;
    state->parent_frame = (uint32_t)o->parent_frame;
    state->issues = (uint16_t)seen->frame.issues;
    state->flags = flags_of(seen, o);
    state->role = (uint8_t)o->role;
    state->impl = (uint8_t)o->impl;
    if (session.told != NULL || o->parent.family != CARP_FAMILY_NONE) {
        state->extra = wmem_new(wmem_file_scope(), struct carp_extra);
        state->extra->parent = o->parent;
        state->extra->told = take_told();
    }
    return state;
}

const struct carp_state *
session_advert(tvbuff_t *tvb, packet_info *pinfo, const void *ip)
{
    struct carp_seen seen;
    struct carp_observation o;
    struct carp_state *state;

    if (PINFO_FD_VISITED(pinfo)) {
        return p_get_proto_data(wmem_file_scope(), pinfo, carp_proto(),
                                pinfo->curr_layer_num);
    }
    session.was_fed = true;
    if (session.track == NULL) {
        return NULL;
    }
    state = p_get_proto_data(wmem_file_scope(), pinfo, carp_proto(),
                             pinfo->curr_layer_num);
    if (state != NULL) {
        return state;
    }
    carp_see_advert(tvb, pinfo, ip, &seen);
    if (!seen.is_parsed || seen.frame.kind != CARP_FRAME_CARP) {
        return NULL;
    }
    feed(pinfo, &seen, &o);
    state = state_new(pinfo, &seen, &o);
    p_add_proto_data(wmem_file_scope(), pinfo, carp_proto(),
                     pinfo->curr_layer_num, state);
    return state;
}

/* Whatever libcarp knows, but for adverts. */
static bool
is_fed_here(enum carp_frame_kind kind)
{
    return kind != CARP_FRAME_CARP && kind != CARP_FRAME_OTHER &&
           kind != CARP_FRAME_TRUNCATED;
}

const struct carp_told *
session_frame(tvbuff_t *tvb, packet_info *pinfo)
{
    struct carp_seen seen;
    struct carp_told *told;

    if (PINFO_FD_VISITED(pinfo)) {
        return p_get_proto_data(wmem_file_scope(), pinfo, carp_proto(),
                                KEY_FRAME);
    }
    if (session.was_fed || session.track == NULL) {
        session.was_fed = false;
        return NULL;
    }
    carp_see_frame(tvb, pinfo, &seen);
    if (seen.is_parsed && is_fed_here(seen.frame.kind)) {
        feed(pinfo, &seen, NULL);
    } else {
        advance(pinfo);
    }
    told = take_told();
    if (told != NULL) {
        p_add_proto_data(wmem_file_scope(), pinfo, carp_proto(), KEY_FRAME,
                         told);
    }
    return told;
}
