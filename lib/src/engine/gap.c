/* SPDX-License-Identifier: BSD-2-Clause */
/* A master that was silent for longer than it says. */
#include "engine/track_internal.h"

/* Who yields says it within this. */
static const carp_time last_word = 100 * CARP_MSEC;

static void
tell_gap(struct context *c, enum carp_code code, enum carp_cause cause,
         carp_time gap, carp_time expected, uint64_t missing, uint64_t steps)
{
    struct alert *alert =
        alert_touch(c, code, cause, &c->sender->addr, NULL, 60 * CARP_SEC);
    char a[CARP_ADDR_TEXT], was[32], should[32];

    if (!alert_wants_text(c, alert)) {
        return;
    }
    carp_addr_format(&c->sender->addr, a);
    text_seconds(gap, was, sizeof(was));
    text_seconds(expected, should, sizeof(should));
    if (code == CARP_LATE_ADVERTS) {
        text_set(c->track->text, "%s was silent for %s instead of %s", a, was,
                 should);
    } else {
        text_set(c->track->text,
                 "%llu advert%s of %s did not come here: %s of silence "
                 "instead of %s",
                 (unsigned long long)missing, missing == 1 ? "" : "s", a, was,
                 should);
    }
    text_set(c->track->detail, "%s", "");
    if (cause == CARP_CAUSE_SENDER_PAUSED) {
        text_add(c->track->detail,
                 "Its counter went on by one interval's: none was lost, it "
                 "sent late.");
    } else if (cause == CARP_CAUSE_LOST_BEFORE_CAPTURE) {
        text_add(c->track->detail,
                 "Its counter went on by %llu: they were sent and lost on "
                 "the way here.",
                 (unsigned long long)steps);
    }
    alert_tell(c, alert);
}

/* A gap of about a whole number of intervals: adverts are missing. */
static uint64_t
missing_of(carp_time gap, carp_time expected)
{
    uint64_t whole;
    carp_time off;

    if (expected == 0) {
        return 0;
    }
    whole = carp_time_add(gap, expected / 2) / expected;
    off = gap > whole * expected ? gap - whole * expected
                                 : whole * expected - gap;
    return whole < 2 || off > expected / 5 ? 0 : whole - 1;
}

/* Who yields may say a last word (PROTOCOL 3.6). */
static bool
has_better(const struct context *c, const struct view *view,
           const struct past *before)
{
    for (unsigned int i = 0; i < view->count; i++) {
        const struct sender *o = &view->senders[i];

        if (o != c->sender && o->uid != c->sender->twin && o->was_master &&
            carp_time_add(o->last, last_word) > before->last &&
            sender_is_better(o, c->sender) &&
            !sender_is_refused(o, c->sender)) {
            return true;
        }
    }
    return false;
}

/* A better one was MASTER meanwhile: it was silent because it was BACKUP. With
 * two families it is so in both. */
static bool
had_yielded(const struct context *c, const struct past *before)
{
    for (unsigned int i = 0; i < VIEWS; i++) {
        const struct view *view = &c->group->views[i];

        if ((view == c->view || c->sender->twin != 0) &&
            has_better(c, view, before)) {
            return true;
        }
    }
    return false;
}

void
gap_check(struct context *c, const struct past *before,
          const struct lineage_step *step)
{
    const struct sender *s = c->sender;
    const carp_time after =
        carp_pace_expect(&s->pace, before->advbase, before->advskew);
    const carp_time now = carp_interval(s->advbase, s->advskew);
    const carp_time expected = after > now ? after : now;
    const carp_time gap = carp_time_since(c->now, before->last);
    const uint64_t steps = s->counter - before->counter;
    const uint64_t each = s->twin != 0 ? 2 : 1; /* adverts an interval */
    uint64_t missing;

    /* From three intervals on it is the election's business. */
    if (before->adverts == 0 || before->bowed_out || !before->is_master ||
        s->contest.active || before->last < c->view->blind ||
        s->master_since > before->last || gap >= before->dead_time ||
        gap <= expected * 5 / 4 + 100 * CARP_MSEC || had_yielded(c, before)) {
        return;
    }
    missing = missing_of(gap, expected);
    if (steps == each) {
        tell_gap(c, CARP_LATE_ADVERTS, CARP_CAUSE_SENDER_PAUSED, gap, expected,
                 0, steps);
    } else if (steps > each && steps <= 2 * missing + 2 && missing != 0) {
        tell_gap(c, CARP_MISSED_ADVERTS, CARP_CAUSE_LOST_BEFORE_CAPTURE, gap,
                 expected, steps / each - 1, steps);
    } else if (missing == 0) {
        tell_gap(c, CARP_LATE_ADVERTS, CARP_CAUSE_NONE, gap, expected, 0, 0);
    } else if (step->kind != LINEAGE_OTHER) {
        tell_gap(c, CARP_MISSED_ADVERTS, CARP_CAUSE_NONE, gap, expected,
                 missing, 0);
    }
}
