/* SPDX-License-Identifier: BSD-2-Clause */
/* When the observer itself cannot see: silence is no silence then. */
#include <stdio.h>

#include "engine/track_internal.h"

static const carp_time first_advert = 60 * CARP_SEC;
static const carp_time drop_hold = 30 * CARP_SEC;

static bool
context_of(struct carp_track *track, uint16_t segment, carp_time now,
           struct context *c, struct network **n)
{
    *n = network_get(track, segment, 0);
    if (*n == NULL) {
        return false;
    }
    *c = (struct context){.track = track,
                          .group = (*n)->self,
                          .view = &(*n)->self->views[VIEW4],
                          .now = now};
    return true;
}

static void
tell(struct context *c, enum carp_cause cause, carp_time hold, const char *text,
     const char *detail)
{
    struct alert *alert =
        alert_find(c->group, CARP_IPV4, CARP_CAPTURE_BLIND, NULL, NULL);

    /* One cause at a time: that which hides the most. */
    if (alert != NULL && alert->cause != cause &&
        cause == CARP_CAUSE_FRAMES_DROPPED) {
        return;
    }
    alert = alert_touch(c, CARP_CAPTURE_BLIND, cause, NULL, NULL, hold);
    if (alert_wants_text(c, alert)) {
        text_set(c->track->text, "%s", text);
        text_set(c->track->detail, "%s", detail);
        alert_tell(c, alert);
    }
}

static struct alert *
find(struct context *c, enum carp_cause cause)
{
    struct alert *alert =
        alert_find(c->group, CARP_IPV4, CARP_CAPTURE_BLIND, NULL, NULL);

    return alert != NULL && alert->cause == cause ? alert : NULL;
}

/* Each cause has an end of its own: an interface that is back has not heard
 * an advert yet. */
static void
resolve(struct context *c, enum carp_cause cause, const char *why)
{
    struct alert *alert = find(c, cause);

    if (alert != NULL) {
        alert->last = c->now;
        alert_resolve(c, alert, why);
    }
}

/* Every silence on the segment begins anew at @p until. */
static void
set_blind(struct carp_track *track, uint16_t segment, carp_time until)
{
    for (unsigned int i = 0; i < track->group_count; i++) {
        struct group *group = &track->groups[i];

        if (!group->used || group->segment != segment) {
            continue;
        }
        for (int v = 0; v < VIEWS; v++) {
            group->views[v].blind = until;
        }
        track_due(track, group, until); /* look again then */
    }
    for (unsigned int i = 0; i < track->network_count; i++) {
        struct network *n = track->networks[i];

        if (n->segment == segment) {
            n->blind = until;
            for (int v = 0; v < VIEWS; v++) {
                struct membership *m = &n->members[v];

                m->querier_due = m->first_report != 0 && until != CARP_NEVER
                                     ? carp_time_add(until, 250 * CARP_SEC)
                                     : 0;
            }
            track_due(track, n->self, until);
        }
    }
}

static bool
has_advert(const struct carp_track *track, uint16_t segment)
{
    for (unsigned int i = 0; i < track->group_count; i++) {
        if (track->groups[i].used && track->groups[i].segment == segment) {
            return true;
        }
    }
    return false;
}

/* The interface is back, or was never away: the machine was suspended. */
static void
end_away(struct context *c, struct network *n)
{
    n->is_away = false;
    n->blind = c->now;
    if (n->is_silent) {
        n->is_silent = false;
        c->track->silent_segments--;
    }
    resolve(c, CARP_CAUSE_INTERFACE_LOST, "the interface is back");
    if (n->is_watched && find(c, CARP_CAUSE_NOTHING_SEEN) == NULL &&
        !has_advert(c->track, n->segment)) {
        n->watch_due = carp_time_add(c->now, first_advert);
        track_due(c->track, n->self, n->watch_due);
    }
}

void
carp_track_blind(struct carp_track *track, uint16_t segment, carp_time until)
{
    const carp_time now = until == CARP_NEVER ? track->now : until;
    struct network *n;
    struct context c;

    if (!context_of(track, segment, now, &c, &n)) {
        set_blind(track, segment, until);
        return;
    }
    /* All are silent until a frame comes, however long nobody looked. */
    if (n->is_silent && !n->is_away && until != CARP_NEVER) {
        return;
    }
    set_blind(track, segment, until);
    if (until != CARP_NEVER) {
        end_away(&c, n);
        return;
    }
    if (!n->is_away && !n->is_silent) {
        n->gone = now;
    }
    n->is_away = true;
    n->blind = until;
    tell(&c, CARP_CAUSE_INTERFACE_LOST, CARP_NEVER,
         "the interface is away or has no carrier",
         "Nothing is known of this segment until it returns.");
}

void
carp_track_dropped(struct carp_track *track, uint16_t segment, carp_time now,
                   uint64_t frames)
{
    char text[96];
    struct network *n;
    struct context c;

    if (frames == 0 || !context_of(track, segment, now, &c, &n)) {
        return;
    }
    n->dropped += frames;
    if (!n->is_away && !n->is_silent) {
        set_blind(track, segment, now);
    }
    (void)snprintf(text, sizeof(text),
                   "the capture lost %llu frames, %llu so far",
                   (unsigned long long)frames, (unsigned long long)n->dropped);
    tell(&c, CARP_CAUSE_FRAMES_DROPPED, drop_hold, text,
         "What was not seen in this time may have been there.");
}

/* --------------------------------------------------------------- the start */

void
carp_track_watch(struct carp_track *track, uint16_t segment, carp_time now)
{
    struct network *n;
    struct context c;

    if (!context_of(track, segment, now, &c, &n)) {
        return;
    }
    n->is_watched = true;
    n->watch_due = carp_time_add(now, first_advert);
    track_due(track, n->self, n->watch_due);
}

void
blind_timer(struct carp_track *track, struct network *n, carp_time now)
{
    struct context c = {.track = track,
                        .group = n->self,
                        .view = &n->self->views[VIEW4],
                        .now = now};

    if (n->watch_due == 0 || n->watch_due > now) {
        if (n->watch_due != 0) {
            track_due(track, n->self, n->watch_due);
        }
        return;
    }
    c.now = n->watch_due;
    n->watch_due = 0;
    if (!n->is_away && !has_advert(track, n->segment)) {
        tell(&c, CARP_CAUSE_NOTHING_SEEN, CARP_NEVER,
             "no advert of CARP or VRRP has come for 60 s",
             "This is the wrong interface, or multicast does not come here, "
             "or there is no CARP.");
    }
}

void
blind_on_first(struct carp_track *track, const struct carp_packet *packet)
{
    struct network *n = network_find(track, packet->segment, 0);
    struct context c = {.track = track, .packet = packet, .now = track->now};

    if (n == NULL) {
        return;
    }
    n->watch_due = 0;
    if (!n->is_away && !n->is_silent) {
        c.group = n->self;
        c.view = &n->self->views[VIEW4];
        resolve(&c, CARP_CAUSE_NOTHING_SEEN, "an advert came");
    }
}

/* ------------------------------------------------------------- all at once */

/* Two masters or more were there, and since @p last no frame of any kind has
 * come from the segment. */
static bool
is_all_silent(const struct carp_track *track, uint16_t segment, carp_time last,
              carp_time now)
{
    const struct carp_addr *first = NULL;
    bool has_two = false;

    for (unsigned int i = 0; i < track->network_count; i++) {
        if (track->networks[i]->segment == segment &&
            track->networks[i]->last > carp_time_add(last, 2 * CARP_SEC)) {
            return false;
        }
    }
    for (unsigned int i = 0; i < track->group_count; i++) {
        const struct group *g = &track->groups[i];

        for (int v = 0; g->used && g->segment == segment && v < VIEWS; v++) {
            const struct view *view = &g->views[v];

            if (view->last_advert > carp_time_add(last, 2 * CARP_SEC)) {
                return false;
            }
            if (view->master == NOBODY || !view->had_master || v == VIEW6 ||
                carp_time_since(now, view->last_advert) > 60 * CARP_SEC) {
                continue;
            }
            has_two |=
                first != NULL &&
                !carp_addr_equal(first, &view->senders[view->master].addr);
            first = &view->senders[view->master].addr;
        }
    }
    return has_two;
}

bool
blind_is_silence(struct context *c, carp_time due)
{
    const uint16_t segment = c->group->segment;
    struct network *n;
    struct context own;

    if (!is_all_silent(c->track, segment, c->view->last_advert, due) ||
        !context_of(c->track, segment, due, &own, &n) || n->is_away) {
        return false;
    }
    n->is_silent = true;
    n->gone = due;
    c->track->silent_segments++;
    set_blind(c->track, segment, CARP_NEVER);
    tell(&own, CARP_CAUSE_ALL_SILENT, CARP_NEVER,
         "all masters of the segment fell silent together, and no other "
         "frame comes",
         "More likely this capture sees nothing than all of them died: who "
         "is MASTER is not known now.");
    return true;
}

void
blind_on_frame(struct carp_track *track, const struct carp_packet *packet)
{
    struct network *n = network_find(track, packet->segment, 0);
    struct context c = {.track = track, .packet = packet, .now = track->now};

    if (n == NULL || !n->is_silent) {
        return;
    }
    n->is_silent = false;
    track->silent_segments--;
    if (!n->is_away) {
        set_blind(track, packet->segment, track->now);
    }
    c.group = n->self;
    c.view = &n->self->views[VIEW4];
    resolve(&c, CARP_CAUSE_ALL_SILENT, "frames come again");
}
