/* SPDX-License-Identifier: BSD-2-Clause */
/* A master whose own address changes goes on under the new one. */
#include "engine/track_internal.h"

static bool
is_near(carp_time gap, carp_time due, carp_time slack)
{
    return gap + slack >= due && gap <= due + slack;
}

/* Its timer does not notice: the advert is due when the old address's was. One
 * may be lost while there is no address. No other member becomes MASTER as
 * soon as that: it waits for three, or for a bow-out; only one with advbase 0
 * and other advskews does not. Counters that are drawn
 * at random say nothing: then the beat has to be exact. */
static bool
is_on_beat(carp_time gap, const struct sender *master)
{
    const carp_time interval =
        carp_pace_expect(&master->pace, master->advbase, master->advskew);
    const carp_time slack = 2 * master->pace.jitter + 2 * CARP_MSEC;

    if (master->advbase == 0) {
        return false;
    }
    if (master->mode == COUNTER_RANDOM) {
        return is_near(gap, interval, slack + interval / 200);
    }
    return is_near(gap, interval, slack + interval / 20) ||
           is_near(gap, 2 * interval, slack + interval / 20);
}

static bool
looks_alike(const struct sender *s, const struct sender *master)
{
    return s->ttl == master->ttl && s->tos == master->tos &&
           s->dont_fragment == master->dont_fragment &&
           (!s->ip_id_set || master->ip_id_set) &&
           (!s->ip_id_zero || master->ip_id_zero) &&
           (!s->has_mac || !master->has_mac ||
            carp_mac_equal(&s->mac, &master->mac));
}

static bool
has_same_numbers(const struct carp_adv *adv, const struct sender *master)
{
    return adv->advbase == master->advbase && adv->advskew == master->advskew &&
           adv->demote == master->demote;
}

/* OpenBSD's does not count, and no other node's is the same. IPv6 counts on
 * from the IPv4 advert right before it. */
static bool
continues(const struct context *c, const struct sender *master,
          const struct carp_adv *adv, const struct lineage_step *step)
{
    const struct history_entry *e = history_get(c->group->history, 0);

    if (step->has_parent) {
        return sender_is(master, step->parent_uid) &&
               step->parent_time >= master->last;
    }
    if (master->mode == COUNTER_RANDOM) {
        return !master->is_carpd ||
               follow_is_jump(master->counter, adv->counter);
    }
    return adv->counter == master->counter ||
           (e != NULL && e->family == CARP_IPV4 && sender_is(master, e->uid) &&
            carp_time_since(c->now, e->time) <= TWIN_WINDOW &&
            e->counter + 1 == adv->counter);
}

bool
renumber_is(const struct context *c, const struct lineage_step *step)
{
    const struct carp_adv *adv = &c->packet->frame->u.adv;
    const struct view *v = c->view;
    const struct sender *s = c->sender;
    const struct sender *master =
        v->master == NOBODY ? NULL : &v->senders[v->master];

    return master != NULL && master != s && !s->contest.active &&
           (s->adverts == 0 || s->moved_to != 0) && !master->bowed_out &&
           master->adverts >= 3 && has_same_numbers(adv, master) &&
           looks_alike(s, master) &&
           s->verdict.status == master->verdict.status &&
           is_on_beat(carp_time_since(c->now, master->last), master) &&
           continues(c, master, adv, step);
}

/* What is known of the node, and not of its address. */
void
renumber_inherit(struct context *c, struct sender *old)
{
    struct sender *s = c->sender;
    struct sender *twin =
        old->twin != 0 ? group_by_uid(c->group, old->twin, NULL) : NULL;

    if (twin != NULL && twin->twin == old->uid) {
        twin->twin = s->uid;
        s->twin = twin->uid;
    }
    old->twin = 0;
    s->pace = old->pace;
    s->mode = old->mode;
    s->is_carpd = old->is_carpd;
    s->accepted_at = old->accepted_at;
    s->accepted_uid = old->accepted_uid;
    s->accepted_frame = old->accepted_frame;
    s->accepted_time = old->accepted_time;
    s->moved_to = 0;
    old->moved_to = s->uid;
}
