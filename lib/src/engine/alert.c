/* SPDX-License-Identifier: BSD-2-Clause */
/* Findings that are on: onset, rate-limited updates, resolution. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/track_internal.h"

/* A burst, then a trickle. For senders that are known by a number of adverts
 * alone there is more of both: a switch can take a thousand vhids with it.
 * Members with a right digest are not rationed. */
static const struct ration {
    uint32_t burst;
    carp_time refill;
} rations[RATIONS] = {
    [RATION_UNKNOWN] = {400, CARP_SEC / 5},
    [RATION_UNPROVEN] = {4000, CARP_SEC / 50},
};

static bool
take_event_token(struct carp_track *track, unsigned int standing, carp_time now)
{
    const unsigned int r = standing == 0 ? RATION_UNKNOWN : RATION_UNPROVEN;
    struct bucket *b = &track->events[r];
    uint64_t fresh;

    if (standing == 3) {
        return true;
    }
    fresh = carp_time_since(now, b->refilled) / rations[r].refill;
    if (fresh != 0) {
        b->refilled = now;
        b->taken = fresh >= b->taken ? 0 : b->taken - (uint32_t)fresh;
    }
    if (b->taken >= rations[r].burst) {
        return false;
    }
    b->taken++;
    return true;
}

/* A deadline can move forward when a sender changes its interval: what is
 * decided late is told late, but never before what was told already. */
static carp_time
in_order(struct carp_track *track, carp_time when)
{
    if (when > track->last_event) {
        track->last_event = when;
    }
    return track->last_event;
}

static struct view *
view_of(struct group *group, uint8_t family)
{
    return &group->views[family == CARP_IPV6 ? VIEW6 : VIEW4];
}

struct alert *
alert_find(struct group *group, uint8_t family, enum carp_code code,
           const struct carp_addr *a, const struct carp_addr *b)
{
    for (unsigned int i = 0; i < group->alert_count; i++) {
        struct alert *alert = &group->alerts[i];

        if (alert->code == code && alert->family == family &&
            (a == NULL || carp_addr_equal(&alert->a, a)) &&
            (b == NULL || carp_addr_equal(&alert->b, b))) {
            return alert;
        }
    }
    return NULL;
}

/* The least standing of those that a finding names: a flood must not borrow
 * that of the master it is compared with. */
static unsigned int
standing_of(const struct context *c, const struct carp_addr *a,
            const struct carp_addr *b)
{
    const struct carp_addr *const named[] = {a, b};
    unsigned int least = 3;

    if (c->sender == NULL) {
        return least;
    }
    for (unsigned int i = 0; i < 2; i++) {
        const struct sender *s =
            named[i] != NULL ? view_find(c->view, named[i]) : NULL;
        const unsigned int standing =
            s != NULL ? sender_standing(c->view, s, c->now) : least;

        least = standing < least ? standing : least;
    }
    return least;
}

/* The table is full: what weighs less makes room, the oldest first. */
static bool
make_room(struct context *c, uint8_t rank)
{
    struct group *g = c->group;
    struct alert *least = NULL;

    for (unsigned int i = 0; i < g->alert_count; i++) {
        struct alert *alert = &g->alerts[i];

        if (alert->rank < rank &&
            (least == NULL || alert->rank < least->rank ||
             (alert->rank == least->rank && alert->last < least->last))) {
            least = alert;
        }
    }
    if (least == NULL) {
        return false;
    }
    alert_resolve(c, least, "no longer followed, others weigh more");
    return true;
}

static struct alert *
alert_new(struct context *c, enum carp_code code, enum carp_cause cause,
          const struct carp_addr *a, const struct carp_addr *b)
{
    struct group *g = c->group;
    const unsigned int standing = standing_of(c, a, b);
    const uint8_t rank =
        (uint8_t)(carp_code_severity(code, cause) * 4u + standing);
    struct alert *alert;

    if (g->alerts == NULL) {
        g->alerts = calloc(ALERTS_MAX, sizeof(*g->alerts));
    }
    if (g->alerts == NULL || !take_event_token(c->track, standing, c->now) ||
        (g->alert_count == ALERTS_MAX && !make_room(c, rank))) {
        c->track->suppressed++;
        return NULL;
    }
    alert = &g->alerts[g->alert_count++];
    memset(alert, 0, sizeof(*alert));
    alert->code = code;
    alert->cause = cause;
    alert->severity = carp_code_severity(code, cause);
    alert->confidence = CARP_HIGH;
    alert->rank = rank;
    alert->family = c->view->family;
    alert->id = ++c->track->next_alert_id;
    alert->since = c->now;
    if (a != NULL) {
        alert->a = *a;
    }
    if (b != NULL) {
        alert->b = *b;
    }
    return alert;
}

struct alert *
alert_touch(struct context *c, enum carp_code code, enum carp_cause cause,
            const struct carp_addr *a, const struct carp_addr *b,
            carp_time hold)
{
    static const struct carp_addr none;
    struct alert *alert =
        alert_find(c->group, c->view->family, code, a == NULL ? &none : a,
                   b == NULL ? &none : b);

    if (alert == NULL) {
        alert = alert_new(c, code, cause, a, b);
        if (alert == NULL) {
            return NULL;
        }
    } else if (alert->cause != cause) {
        alert->cause = cause;
        alert->severity = carp_code_severity(code, cause);
        alert->is_news = true;
    }
    alert->count++;
    alert->last = c->now;
    alert->hold = hold;
    if (c->packet != NULL) {
        alert_frame(alert, c->packet->number);
    }
    if (hold != CARP_NEVER) {
        track_due(c->track, c->group, carp_time_add(c->now, hold));
    }
    return alert;
}

void
alert_frame(struct alert *alert, uint64_t frame)
{
    unsigned int at = alert->frame_count;

    if (frame == 0) {
        return;
    }
    while (at != 0 && alert->frames[at - 1] > frame) {
        at--;
    }
    if (at != 0 && alert->frames[at - 1] == frame) {
        return;
    }
    /* Full: the first frames say how it began, the last one how it is. */
    if (alert->frame_count == CARP_EVENT_FRAMES) {
        if (at == CARP_EVENT_FRAMES) {
            alert->frames[CARP_EVENT_FRAMES - 1] = frame;
        }
        return;
    }
    memmove(&alert->frames[at + 1], &alert->frames[at],
            (alert->frame_count - at) * sizeof(alert->frames[0]));
    alert->frames[at] = frame;
    alert->frame_count++;
}

/* A changed cause is news, but not more than once a second. */
bool
alert_wants_text(const struct context *c, const struct alert *alert)
{
    carp_time quiet;

    if (alert == NULL || !alert->emitted) {
        return alert != NULL;
    }
    quiet = carp_time_since(c->now, alert->last_told);
    return quiet >= c->track->config.update_every ||
           (alert->is_news && quiet >= CARP_SEC);
}

/* The catalogue's remedy, with the two senders by name where it speaks of a
 * way from one to the other. */
static const char *
remedy_of(struct carp_track *track, const struct alert *alert)
{
    const char *remedy = carp_remedy(alert->code, alert->cause);
    char a[CARP_ADDR_TEXT], b[CARP_ADDR_TEXT];
    const char *rest = strchr(remedy, ':');

    if (alert->cause != CARP_CAUSE_NO_DELIVERY_A_TO_B || rest == NULL) {
        return remedy;
    }
    (void)snprintf(track->scratch, sizeof(track->scratch),
                   "look at the way from %s to %s%s",
                   carp_addr_format(&alert->a, a),
                   carp_addr_format(&alert->b, b), rest);
    return track->scratch;
}

/* Who else is MASTER beside the two. */
static void
add_other_masters(const struct view *v, struct carp_event *event)
{
    for (unsigned int i = 0;
         i < v->count && event->sender_count < CARP_EVENT_SENDERS; i++) {
        const struct sender *s = &v->senders[i];

        if (s->is_master && s->contest.reported && s->contest.active &&
            !carp_addr_equal(&s->addr, &event->senders[0]) &&
            !carp_addr_equal(&s->addr, &event->senders[1])) {
            event->senders[event->sender_count++] = s->addr;
        }
    }
}

static void
emit(struct context *c, enum carp_event_kind kind, const struct alert *alert,
     const char *text, const char *detail)
{
    struct carp_event event = {.kind = kind};

    event.time = in_order(c->track, c->now);
    event.since = alert->since;
    event.segment = c->group->segment;
    event.vlan = c->group->vlan;
    event.family = alert->family;
    event.vhid = c->group->vhid;
    event.frame = c->packet != NULL ? c->packet->number : 0;
    event.code = alert->code;
    event.cause = alert->cause;
    event.severity = alert->severity;
    event.confidence = alert->confidence;
    event.id = alert->id;
    event.count = alert->count;
    if (alert->a.family != CARP_FAMILY_NONE) {
        event.senders[event.sender_count++] = alert->a;
    }
    if (alert->b.family != CARP_FAMILY_NONE) {
        event.senders[event.sender_count++] = alert->b;
    }
    if (alert->code == CARP_DUAL_MASTER) {
        add_other_masters(view_of(c->group, alert->family), &event);
    }
    event.frame_count = alert->frame_count;
    memcpy(event.frames, alert->frames, sizeof(event.frames));
    event.text = text;
    event.detail = detail;
    event.remedy =
        kind == CARP_EVENT_RESOLVED ? "" : remedy_of(c->track, alert);
    if (c->track->config.on_event != NULL) {
        c->track->config.on_event(c->track->config.user, &event);
    }
}

void
alert_tell(struct context *c, struct alert *alert)
{
    struct view *view = view_of(c->group, alert->family);
    const bool onset = !alert->emitted;

    alert->emitted = true;
    alert->is_news = false;
    alert->last_told = c->now;
    if (onset) {
        view->onsets[alert->code]++;
    }
    emit(c, onset ? CARP_EVENT_FINDING : CARP_EVENT_UPDATE, alert,
         c->track->text, c->track->detail);
}

/* It may have ended long before that could be known: then the times of onset
 * and end alone would not fit how long it lasted. */
static void
resolved_text(struct context *c, const struct alert *alert, const char *why,
              char text[CARP_EVENT_TEXT])
{
    const carp_time duration = carp_time_since(alert->last, alert->since);
    const bool is_late = carp_time_since(c->now, alert->last) >= CARP_SEC;
    char lasted[32] = "an instant", when[64] = "";

    if (duration > 0) {
        text_seconds(duration, lasted, sizeof(lasted));
    }
    if (is_late) {
        text_time(c->track, alert->last, when, sizeof(when));
    }
    text_set(text, "after %s%s%s%s%s", lasted, is_late ? ", at " : "", when,
             why[0] != '\0' ? ": " : "", why);
}

void
alert_resolve(struct context *c, struct alert *alert, const char *why)
{
    struct group *g = c->group;
    struct alert copy = *alert;
    char text[CARP_EVENT_TEXT];

    *alert = g->alerts[--g->alert_count];
    if (!copy.emitted) {
        return;
    }
    resolved_text(c, &copy, why, text);
    emit(c, CARP_EVENT_RESOLVED, &copy, text, "");
}

void
alert_resolve_all(struct context *c, const char *why)
{
    while (c->group->alert_count != 0) {
        struct alert *alert = &c->group->alerts[0];

        if (alert->hold == CARP_NEVER) {
            alert->last = c->now;
        }
        alert_resolve(c, alert, why);
    }
}

void
alert_timers(struct context *c, carp_time now)
{
    struct group *g = c->group;

    for (unsigned int i = 0; i < g->alert_count;) {
        struct alert *alert = &g->alerts[i];
        const carp_time due = alert->hold == CARP_NEVER
                                  ? CARP_NEVER
                                  : carp_time_add(alert->last, alert->hold);

        if (due > now) {
            track_due(c->track, g, due);
            i++;
            continue;
        }
        c->now = due;
        c->view = view_of(g, alert->family);
        if (!alert->emitted) {
            checks_pending(c, alert);
            if (alert->emitted) {
                i++;
                continue;
            }
        }
        alert_resolve(c, alert, "not seen again");
    }
}

void
event_transition(struct context *c, enum carp_role role,
                 enum carp_reason reason, const struct sender *sender,
                 const struct sender *previous, carp_time since,
                 carp_time silence, carp_time dead_time)
{
    struct carp_event event = {.kind = CARP_EVENT_TRANSITION};

    if (role == CARP_MASTER) {
        c->view->transitions++;
    }
    if (!take_event_token(c->track, sender_standing(c->view, sender, c->now),
                          c->now)) {
        c->track->suppressed++;
        return;
    }
    event.time = in_order(c->track, c->now);
    event.since = since;
    event.segment = c->group->segment;
    event.vlan = c->group->vlan;
    event.family = c->view->family;
    event.vhid = c->group->vhid;
    event.frame = c->packet != NULL ? c->packet->number : 0;
    event.role = role;
    event.reason = reason;
    event.sender = sender->addr;
    if (previous != NULL && previous != sender) {
        event.previous = previous->addr;
    }
    event.silence = silence;
    event.dead_time = dead_time;
    event.text = c->track->text;
    event.detail = "";
    event.remedy = "";
    if (c->track->config.on_event != NULL) {
        c->track->config.on_event(c->track->config.user, &event);
    }
}
