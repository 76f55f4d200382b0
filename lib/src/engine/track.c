/* SPDX-License-Identifier: BSD-2-Clause */
/* Entry points of the observer, and its timers. */
#include <stdlib.h>
#include <string.h>

#include "engine/track_internal.h"

/* Longer than any advbase: between two frames of CARP lies less. */
static const carp_time leap = 600 * CARP_SEC;

enum { DEFAULT_GROUPS = 1024, DEFAULT_SENDERS = 16 };

struct carp_track *
carp_track_new(const struct carp_track_config *config)
{
    struct carp_track *track = calloc(1, sizeof(*track));
    uint32_t buckets = 16;

    if (track == NULL) {
        return NULL;
    }
    track->config = *config;
    if (track->config.max_groups == 0) {
        track->config.max_groups = DEFAULT_GROUPS;
    }
    if (track->config.max_senders == 0) {
        track->config.max_senders = DEFAULT_SENDERS;
    }
    if (track->config.update_every == 0) {
        track->config.update_every = 60 * CARP_SEC;
    }
    while (buckets < track->config.max_groups) {
        buckets *= 2;
    }
    track->bucket_mask = buckets - 1;
    track->buckets = calloc(buckets, sizeof(*track->buckets));
    track->groups = calloc(track->config.max_groups, sizeof(*track->groups));
    if (track->buckets == NULL || track->groups == NULL) {
        carp_track_free(track);
        return NULL;
    }
    track->deadline = CARP_NEVER;
    track->explain_tokens = 64;
    track->overflow.used = true;
    track->overflow.deadline = CARP_NEVER;
    for (int v = 0; v < VIEWS; v++) {
        track->overflow.views[v].master = NOBODY;
        track->overflow.views[v].last_master = NOBODY;
    }
    return track;
}

void
carp_track_free(struct carp_track *track)
{
    if (track == NULL) {
        return;
    }
    for (unsigned int i = 0; i < track->group_count; i++) {
        group_clear(&track->groups[i]);
    }
    group_clear(&track->overflow);
    network_clear(track);
    claims_free(track);
    rogue_free(track);
    free(track->order);
    free(track->buckets);
    free(track->groups);
    free(track);
}

/* What is remembered of a sender's digest speaks of rows of the old ring. */
static void
forget_verdicts(struct group *group)
{
    for (int v = 0; v < VIEWS; v++) {
        struct view *view = &group->views[v];

        for (unsigned int i = 0; i < view->count; i++) {
            struct sender *s = &view->senders[i];

            memset(&s->verdict, 0, sizeof(s->verdict));
            memset(&s->proved, 0, sizeof(s->proved));
            s->has_proved = false;
            s->proved_set = 0;
            explained_free(s->explained);
            s->explained = NULL;
        }
    }
}

void
carp_track_set_ring(struct carp_track *track, const struct carp_ring *ring)
{
    track->config.ring = ring;
    for (unsigned int i = 0; i < track->group_count; i++) {
        forget_verdicts(&track->groups[i]);
    }
    forget_verdicts(&track->overflow);
}

void
track_due(struct carp_track *track, struct group *group, carp_time when)
{
    if (when < group->deadline) {
        group->deadline = when;
    }
    if (when < track->deadline) {
        track->deadline = when;
    }
}

/* Deadlines only ever err on the early side: whoever is woken looks again
 * and says when he is really due. */
static void
run_group(struct carp_track *track, struct group *group, carp_time now)
{
    struct context c = {.track = track, .group = group};

    group->deadline = CARP_NEVER;
    for (int v = 0; group->used && v < VIEWS; v++) {
        c.view = &group->views[v];
        master_timers(&c, now);
        stale_timer(&c, now);
        placement_timer(&c, now);
    }
    c.view = &group->views[VIEW4];
    alert_timers(&c, now);
}

static void
run_network(struct carp_track *track, struct network *n, carp_time now)
{
    run_group(track, n->self, now);
    membership_timers(track, n, now);
    blind_timer(track, n, now);
}

/* Everything that is due at @p now or before. */
static void
run_due(struct carp_track *track, carp_time now)
{
    track->deadline = CARP_NEVER;
    for (unsigned int i = 0; i < track->group_count; i++) {
        struct group *group = &track->groups[i];

        if (group->deadline <= now) {
            run_group(track, group, now);
        }
        if (group->deadline < track->deadline) {
            track->deadline = group->deadline;
        }
    }
    for (unsigned int i = 0; i < track->network_count; i++) {
        struct network *n = track->networks[i];

        if (n->self->deadline <= now) {
            run_network(track, n, now);
        }
        if (n->self->deadline < track->deadline) {
            track->deadline = n->self->deadline;
        }
    }
    if (track->overflow.deadline <= now) {
        run_group(track, &track->overflow, now);
    }
    if (track->overflow.deadline < track->deadline) {
        track->deadline = track->overflow.deadline;
    }
}

/* A frame stamped far ahead, in a damaged or badly merged capture, must not
 * hold time there: such a leap is believed when the next one confirms it. */
static bool
set_time(struct carp_track *track, carp_time now, bool by_clock)
{
    if (now > carp_time_add(track->now, leap) && track->now != 0) {
        const bool confirmed = track->leap_to != 0 && now >= track->leap_to &&
                               (now > track->leap_to || by_clock) &&
                               now - track->leap_to <= leap;

        if (!confirmed) {
            track->leap_to = now;
            return false;
        }
    }
    track->leap_to = 0;
    if (now > track->now) {
        track->now = now;
    }
    return true;
}

/* The first frame was the damaged one: it alone says when we are. */
static void
start_anew(struct carp_track *track)
{
    for (unsigned int i = 0; i < track->group_count; i++) {
        group_clear(&track->groups[i]);
    }
    memset(track->buckets, 0,
           (track->bucket_mask + 1) * sizeof(*track->buckets));
    track->group_count = track->holes = 0;
    track->last_group = 0;
    track->now = track->last_event = 0;
    track->deadline = CARP_NEVER;
}

static const unsigned int most_turns = 4096;

static bool
is_due(const struct carp_track *track)
{
    return track->deadline <= track->now && track->deadline != CARP_NEVER;
}

static void
run_timers(struct carp_track *track)
{
    /* Deadline by deadline, so that events come in order of time; over a gap
     * of years what is periodic takes the rest in one step. */
    for (unsigned int turn = 0; turn < 2 * most_turns && is_due(track);
         turn++) {
        run_due(track, turn < most_turns ? track->deadline : track->now);
    }
}

void
carp_track_advance(struct carp_track *track, carp_time now)
{
    /* Whoever asks again for the same instant means it: else its timers
     * would be due for ever. */
    const bool again = track->leap_asked == now && now != 0;

    track->leap_asked = now;
    if (set_time(track, now, again)) {
        run_timers(track);
    }
}

carp_time
carp_track_deadline(const struct carp_track *track)
{
    return track->deadline;
}

carp_time
carp_track_settle(struct carp_track *track)
{
    for (unsigned int i = 0; i < track->group_count; i++) {
        track->groups[i].deadline = track->now;
    }
    for (unsigned int i = 0; i < track->network_count; i++) {
        track->networks[i]->self->deadline = track->now;
    }
    track->overflow.deadline = track->now;
    run_due(track, track->now);
    return track->deadline;
}

static void
feed_vrrp(struct carp_track *track, const struct carp_packet *packet)
{
    const struct carp_frame *f = packet->frame;
    struct context c = {.track = track, .packet = packet, .now = track->now};

    c.group =
        group_get(track, packet->segment, f->vlan, f->u.vrrp.vrid, track->now);
    if (c.group == NULL) {
        return;
    }
    c.group->last_seen = track->now;
    blind_on_first(track, packet);
    c.view = &c.group->views[f->family == CARP_IPV6 ? VIEW6 : VIEW4];
    checks_on_vrrp(&c);
}

static void
feed_carp(struct carp_track *track, const struct carp_packet *packet,
          struct carp_observation *observation)
{
    const struct carp_frame *f = packet->frame;
    const uint64_t forgotten = track->forgotten_groups;
    struct context c = {.track = track, .packet = packet, .now = track->now};

    c.group =
        group_get(track, packet->segment, f->vlan, f->u.adv.vhid, track->now);
    if (track->forgotten_groups != forgotten) {
        struct context flood = c;

        flood.group = &track->overflow;
        flood.group->segment = packet->segment;
        flood.view = &flood.group->views[VIEW4];
        flood.view->family = f->family;
        checks_flood(&flood, true);
    }
    if (c.group == NULL) {
        return;
    }
    c.group->last_seen = track->now;
    if (c.group->frames_seen++ == 0) {
        blind_on_first(track, packet);
    }
    c.view = &c.group->views[f->family == CARP_IPV6 ? VIEW6 : VIEW4];
    advert_feed(&c, observation);
}

void
carp_track_feed(struct carp_track *track, const struct carp_packet *packet,
                struct carp_observation *observation)
{
    if (observation != NULL) {
        memset(observation, 0, sizeof(*observation));
    }
    if (track->taken == 1 && track->now > carp_time_add(packet->time, leap)) {
        start_anew(track);
    }
    if (!set_time(track, packet->time, false)) {
        return;
    }
    track->taken++;
    if (is_due(track)) {
        run_timers(track);
    }
    if (track->silent_segments != 0) {
        blind_on_frame(track, packet);
    }
    switch (packet->frame->kind) {
    case CARP_FRAME_CARP:
        feed_carp(track, packet, observation);
        break;
    case CARP_FRAME_VRRP2:
    case CARP_FRAME_VRRP3:
        feed_vrrp(track, packet);
        break;
    case CARP_FRAME_ARP:
        network_feed(track, packet);
        learn_arp(track, packet);
        break;
    case CARP_FRAME_NA:
        network_feed(track, packet);
        learn_na(track, packet);
        break;
    case CARP_FRAME_NS:
        network_feed(track, packet);
        break;
    case CARP_FRAME_IGMP:
    case CARP_FRAME_MLD:
        network_feed(track, packet);
        membership_feed(track, packet);
        break;
    case CARP_FRAME_OTHER:
    case CARP_FRAME_P112:
    case CARP_FRAME_FRAGMENT:
    case CARP_FRAME_TRUNCATED:
        break;
    }
}
