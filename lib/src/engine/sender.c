/* SPDX-License-Identifier: BSD-2-Clause */
/* How long a sender may be silent, and which of two is better. */
#include "engine/track_internal.h"

static carp_time
expected_interval(const struct sender *s)
{
    return carp_pace_expect(&s->pace, s->advbase, s->advskew);
}

carp_time
sender_shorter_interval(const struct sender *a, const struct sender *b)
{
    const carp_time x = expected_interval(a), y = expected_interval(b);

    return x < y ? x : y;
}

/* Longer than this and the next advert is overdue. */
carp_time
sender_silent_limit(const struct sender *s)
{
    return expected_interval(s) * 8 / 5 + 10 * CARP_MSEC;
}

/* Longer than this and a member of a contest has left it. One lost advert
 * must not look like a yield. */
carp_time
sender_left_limit(const struct sender *s)
{
    return expected_interval(s) * 11 / 5 + 100 * CARP_MSEC;
}

/* After this silence every BACKUP may have taken over. */
carp_time
sender_dead_time(const struct sender *s)
{
    return expected_interval(s) * 3 + 100 * CARP_MSEC;
}

/* How long the sender, as BACKUP, waits for a silent master. A first advert
 * does not tell OpenBSD from others; the silence before it may. */
carp_time
sender_takeover_time(const struct sender *s, carp_time silence)
{
    const carp_time openbsd =
        carp_master_down(CARP_TIMING_OPENBSD, s->advbase, s->advskew);

    if (s->ucarp_mac) {
        return carp_master_down(CARP_TIMING_UCARP, s->advbase, s->advskew);
    }
    if (s->mode == COUNTER_CONSTANT ||
        (s->mode == COUNTER_NEW && s->ip_id_set && silence >= openbsd &&
         silence < openbsd + 100 * CARP_MSEC)) {
        return openbsd;
    }
    return carp_master_down(CARP_TIMING_BSD, s->advbase, s->advskew);
}

bool
sender_is_refused(const struct sender *s, const struct sender *master)
{
    return s->ttl_bad || (s->verdict.status == CARP_BAD &&
                          master->verdict.status == CARP_GOOD);
}

static bool
is_between(carp_time time, carp_time least, carp_time most)
{
    return time + 60 * CARP_MSEC + least / 50 >= least &&
           time <= most + 60 * CARP_MSEC + most / 50;
}

/* Is it as long as some system waits for a silent @p master, at the sender's
 * numbers? */
bool
sender_is_dead_time(const struct sender *s, const struct sender *master,
                    carp_time silence)
{
    const carp_time bsd =
        carp_master_down(CARP_TIMING_BSD, s->advbase, s->advskew);
    const carp_time openbsd =
        carp_master_down(CARP_TIMING_OPENBSD, s->advbase, s->advskew);
    const carp_time ucarp =
        carp_master_down(CARP_TIMING_UCARP, s->advbase, s->advskew);
    const carp_time three = 3 * expected_interval(master);

    return is_between(silence, bsd, bsd) ||
           is_between(silence, openbsd, openbsd) ||
           /* It reads early or late in its second. */
           ((s->ucarp_mac || !s->has_mac) &&
            is_between(silence, bsd, ucarp + LATE_READING)) ||
           /* carpd with advbase 0 waits for its master's intervals. */
           (s->advbase == 0 && is_between(silence, three, three));
}

bool
sender_is_equal(const struct sender *a, const struct sender *b)
{
    return a->advbase == b->advbase && a->advskew == b->advskew &&
           a->demote == b->demote;
}

bool
sender_is_better(const struct sender *a, const struct sender *b)
{
    if (a->demote != b->demote) {
        return a->demote < b->demote;
    }
    return carp_interval(a->advbase, a->advskew) <
           carp_interval(b->advbase, b->advskew);
}
