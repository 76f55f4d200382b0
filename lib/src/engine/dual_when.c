/* SPDX-License-Identifier: BSD-2-Clause */
/* Two senders of one vhid: when it is more than a hand-over. */
#include "engine/dual_internal.h"

/* ucarp reads up to a second late and sends one advert more when it yields
 * (PROTOCOL 5.5): a loser may still be heard for this long. */
static const carp_time yield_grace = 1100 * CARP_MSEC;

/* One miss of ucarp may be an advert that it has yet to read. */
enum hearing
dual_hearing(const struct sender *s, uint32_t heard, uint32_t deaf)
{
    if (heard != 0) {
        return HEARS;
    }
    return deaf >= (s->ucarp_mac ? 2u : 1u) ? DEAF : HEARING_UNKNOWN;
}

/* Whether a ucarp hears the challenger shows with its second advert. */
static bool
waits_for_reader(const struct sender *challenger, const struct sender *master)
{
    const struct contest *ct = &challenger->contest;

    return master->ucarp_mac && ct->adverts_other < 3 &&
           master->verdict.status != CARP_BAD &&
           challenger->verdict.status != CARP_BAD &&
           dual_hearing(master, ct->heard_other, ct->deaf_other) ==
               HEARING_UNKNOWN;
}

/* A host that is not ucarp has read an advert within this, busy as it is. */
static carp_time
reaction(const struct sender *challenger, const struct sender *master)
{
    const carp_time half = sender_shorter_interval(challenger, master) / 2;

    return half < 100 * CARP_MSEC ? half : 100 * CARP_MSEC;
}

/* At an election hosts say several things within milliseconds and take them
 * back, and adverts cross: what counts is that the worse one, or each of two
 * equals, still advertises once it must have heard the other. */
static bool
had_time_to_yield(const struct sender *challenger, const struct sender *master)
{
    const struct contest *ct = &challenger->contest;
    const carp_time enough = reaction(challenger, master);

    return (sender_is_better(challenger, master) ||
            carp_time_since(challenger->last, ct->other_first) >= enough) &&
           (sender_is_better(master, challenger) ||
            carp_time_since(master->last, ct->start) >= enough);
}

/* Somebody not worse has taken over together with the challenger, which may
 * have yielded to it at once. */
static bool
has_rival(const struct context *c, const struct sender *challenger,
          carp_time window)
{
    for (unsigned int i = 0; i < c->view->count; i++) {
        const struct sender *s = &c->view->senders[i];

        if (s != challenger && (int)i != c->view->master && s->contest.active &&
            !sender_is_better(challenger, s) &&
            carp_time_add(s->last, window) >= challenger->last) {
            return true;
        }
    }
    return false;
}

/* Its only advert came when its timer ran out, and not right behind one of the
 * master that it may yet hear. One that comes at another time was long due: a
 * host that was stopped wakes up, and yields to what has waited for it. */
static bool
timed_out(const struct context *c, const struct sender *challenger,
          const struct sender *master)
{
    const struct contest *ct = &challenger->contest;
    const carp_time window = reaction(challenger, master);

    return sender_is_dead_time(challenger, master,
                               carp_time_since(ct->start, ct->parent_time)) &&
           (sender_is_refused(master, challenger) ||
            carp_time_since(ct->start, ct->other_last) >= window) &&
           !has_rival(c, challenger, window);
}

/* The challenger took over although several adverts of a better master were
 * on the wire: it does not hear them. A master that answers it at once may be
 * heard. */
static bool
is_deaf(const struct context *c, const struct sender *challenger,
        const struct sender *master)
{
    const struct contest *ct = &challenger->contest;

    if (ct->master_since_parent < 2 || ct->adverts_other == 0 ||
        ct->adverts_self == 0 || !sender_is_better(master, challenger)) {
        return false;
    }
    return ct->adverts_self == 1
               ? timed_out(c, challenger, master) &&
                     carp_time_since(ct->other_first, ct->start) >=
                         reaction(challenger, master)
               : had_time_to_yield(challenger, master) &&
                     !dual_has_accepted(challenger, master);
}

bool
dual_is_sure(const struct context *c, const struct sender *challenger)
{
    const struct contest *ct = &challenger->contest;
    const struct sender *master = &c->view->senders[c->view->master];
    const carp_time lasted = carp_time_since(challenger->last, ct->start);
    const bool late_reader =
        challenger->ucarp_mac || master->ucarp_mac || !challenger->has_mac;
    const bool is_tie = sender_is_equal(master, challenger);

    if (ct->reported) {
        return true;
    }
    if (waits_for_reader(challenger, master)) {
        return false;
    }
    if (is_deaf(c, challenger, master)) {
        return true;
    }
    if (ct->adverts_other < (ct->by_winner || is_tie ? 2u : 1u) ||
        ct->adverts_self < 2 || !had_time_to_yield(challenger, master)) {
        return false;
    }
    /* The last advert of a ucarp that yields continues the winner's; who has
     * done so three times does not yield. */
    return (ct->heard_self >= 3 || !dual_has_accepted(challenger, master)) &&
           (!late_reader || lasted > yield_grace);
}
