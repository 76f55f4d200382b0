/* SPDX-License-Identifier: BSD-2-Clause */
/* What somebody says was taken out of service on purpose. */
#include "engine/track_internal.h"

static bool
is_meant(int segment, uint16_t other)
{
    return segment < 0 || segment == other;
}

/* Time in which nothing could be seen is no silence. */
static bool
is_silent_for(const struct group *g, carp_time now, carp_time silence)
{
    carp_time since = g->last_seen;

    for (int v = 0; v < VIEWS; v++) {
        if (g->views[v].blind > since) {
            since = g->views[v].blind;
        }
    }
    return since != CARP_NEVER && carp_time_add(since, silence) <= now;
}

static void
forget_group(struct carp_track *track, struct group *g, carp_time now,
             const char *why)
{
    group_forget(track, g, now, why);
    g->deadline = CARP_NEVER;
    track->holes++;
}

/* An interface that is away stays away: when it is back it is new. */
static size_t
forget_segment(struct carp_track *track, uint16_t segment, bool is_away,
               carp_time now, const char *why)
{
    size_t count = 1;

    for (unsigned int i = 0; i < track->group_count; i++) {
        struct group *g = &track->groups[i];

        if (g->used && g->segment == segment) {
            forget_group(track, g, now, why);
            count++;
        }
    }
    for (unsigned int i = 0; i < track->network_count; i++) {
        struct network *n = track->networks[i];
        struct context c = {.track = track,
                            .group = n->self,
                            .view = &n->self->views[VIEW4],
                            .now = now};

        if (n->segment != segment) {
            continue;
        }
        alert_resolve_all(&c, why);
        track->silent_segments -= n->is_silent;
        n->is_silent = false;
        n->gone = CARP_NEVER;
        if (!is_away) {
            n->blind = now;
        }
    }
    return count;
}

size_t
carp_track_forget(struct carp_track *track, int segment, carp_time now,
                  carp_time silence, const char *why)
{
    size_t count = 0;

    for (unsigned int i = 0; i < track->network_count; i++) {
        const struct network *n = track->networks[i];

        if (is_meant(segment, n->segment) && (n->is_away || n->is_silent) &&
            carp_time_add(n->gone, silence) <= now) {
            count += forget_segment(track, n->segment, n->is_away, now, why);
        }
    }
    for (unsigned int i = 0; i < track->group_count; i++) {
        struct group *g = &track->groups[i];

        if (g->used && is_meant(segment, g->segment) &&
            is_silent_for(g, now, silence)) {
            forget_group(track, g, now, why);
            count++;
        }
    }
    return count;
}
