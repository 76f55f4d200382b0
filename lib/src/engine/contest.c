/* SPDX-License-Identifier: BSD-2-Clause */
/* Two senders beside each other: what is counted of both. */
#include <string.h>

#include "engine/track_internal.h"

static uint32_t
adverts_since(const struct context *c, const struct sender *s, carp_time when)
{
    const struct history_entry *e;
    uint32_t count = 0;

    for (uint32_t i = 0;
         (e = history_get(c->group->history, i)) != NULL && e->time > when;
         i++) {
        count += e->uid == s->uid && !e->is_replay;
    }
    return count;
}

void
contest_start(struct context *c, struct sender *challenger,
              const struct sender *master, const struct lineage_step *step)
{
    struct contest *ct = &challenger->contest;

    memset(ct, 0, sizeof(*ct));
    ct->active = true;
    ct->since = ct->start = c->now;
    ct->since_frame = ct->start_frame = c->packet->number;
    ct->other_last = master->last;
    if (step->has_parent && sender_is(master, step->parent_uid) &&
        master->mode != COUNTER_CONSTANT) {
        ct->parent_time = step->parent_time;
        ct->parent_frame = step->parent_frame;
        /* One that was MASTER unseen comes back from a partition: whether
         * it hears now remains to be seen. */
        ct->master_since_parent =
            step->was_unseen ? 0 : adverts_since(c, master, ct->parent_time);
    }
    track_due(c->track, c->group,
              carp_time_add(c->now, sender_left_limit(challenger)));
    track_due(c->track, c->group,
              carp_time_add(c->now, sender_left_limit(master)));
}

/* A kernel goes on from whatever it hears. A carpd that has heard somebody goes
 * on from what is above its own and not drawn at random: of the rest its
 * counter says nothing. */
static bool
would_follow(const struct sender *s, const struct sender *peer)
{
    return !s->is_carpd ||
           (peer->mode != COUNTER_RANDOM && peer->counter > s->came_from);
}

/* A sender's counter says whether it accepted the other's adverts that lie
 * between its own. */
static void
judge(struct contest *ct, const struct lineage_step *step,
      const struct sender *s, const struct sender *peer, bool peer_spoke,
      bool self)
{
    uint32_t *heard = self ? &ct->heard_self : &ct->heard_other;
    uint32_t *deaf = self ? &ct->deaf_self : &ct->deaf_other;

    if (step->kind == LINEAGE_OTHER && sender_is(peer, step->parent_uid)) {
        (*heard)++;
        *deaf = 0;
    } else if (peer_spoke && (step->kind == LINEAGE_UNRELATED ||
                              ((step->kind == LINEAGE_SELF ||
                                step->kind == LINEAGE_SKIPPED) &&
                               would_follow(s, peer)))) {
        /* One miss may be late reading; three are deafness. */
        if (++*deaf >= 3) {
            *heard = 0;
        }
    }
}

void
contest_of_master(struct context *c, struct sender *challenger,
                  const struct lineage_step *step, carp_time previous)
{
    struct contest *ct = &challenger->contest;

    if (ct->adverts_other++ == 0) {
        ct->other_first = c->now;
    }
    judge(ct, step, c->sender, challenger, challenger->last > previous, false);
    dual_check(c, challenger);
}

/* Whoever stays MASTER keeps its beat. One that comes at another time has been
 * elected again, or has answered somebody: what it said before is over. No
 * election lasts four intervals: a host so busy that it has no beat is MASTER.
 */
static bool
keeps_on(const struct sender *s, const struct sender *master)
{
    const carp_time expected =
        carp_pace_expect(&s->pace, s->advbase, s->advskew);
    const carp_time gap = carp_time_since(s->last, s->previous);
    const carp_time slack = expected / 10 + 2 * s->pace.jitter + 20 * CARP_MSEC;

    return gap <= sender_silent_limit(s) &&
           ((gap + slack >= expected && gap <= expected + slack) ||
            sender_is_refused(s, master) ||
            carp_time_since(s->last, s->contest.since) >= 4 * expected);
}

/* One more advert in a contest. Off the beat it begins anew: maybe the
 * challenger had yielded, maybe the advert between was lost on the way here. */
void
contest_again(struct context *c, struct sender *master,
              const struct lineage_step *step)
{
    struct sender *s = c->sender;
    struct contest *ct = &s->contest;

    if (!ct->reported && !keeps_on(s, master)) {
        const struct contest before = *ct;

        contest_start(c, s, master, step);
        if (carp_time_since(c->now, s->previous) <= sender_silent_limit(s)) {
            ct->since = before.since;
            ct->since_frame = before.since_frame;
        }
        ct->adverts_self = 1;
        return;
    }
    ct->adverts_self++;
    judge(ct, step, s, master, master->last > s->previous, true);
    dual_check(c, s);
}
