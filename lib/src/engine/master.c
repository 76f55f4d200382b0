/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is MASTER on this wire: takeovers, contests, silence. */
#include <string.h>

#include <carp/predict.h>

#include "engine/dual_internal.h"

/* A takeover at the master's advert comes at once; ucarp reads its packets
 * up to a second late (PROTOCOL 5.5). */
static const carp_time prompt_takeover = 1200 * CARP_MSEC;

static carp_time
later(carp_time a, carp_time b)
{
    return a > b ? a : b;
}

static struct sender *
current_master(const struct context *c)
{
    return c->view->master == NOBODY ? NULL
                                     : &c->view->senders[c->view->master];
}

static const char *
name(const struct sender *s, char text[CARP_ADDR_TEXT])
{
    return carp_addr_format(&s->addr, text);
}

/* -------------------------------------------------------------- takeovers */

static void
say_takeover(struct context *c, const struct sender *previous,
             enum carp_reason reason, carp_time silence, carp_time dead)
{
    char who[CARP_ADDR_TEXT], whom[CARP_ADDR_TEXT], a[32], b[32];
    char *text = c->track->text;

    name(c->sender, who);
    if (previous == NULL || previous == c->sender) {
        text_set(text, "%s is MASTER (%s)", who, carp_reason_text(reason));
        if (reason == CARP_REASON_RETURNED) {
            text_set(text, "%s is MASTER again after %s of silence", who,
                     text_seconds(silence, a, sizeof(a)));
        }
        return;
    }
    text_set(text, "%s %s %s (%s", who,
             reason == CARP_REASON_UNEXPECTED || reason == CARP_REASON_UNSEEN
                 ? "became MASTER beside"
                 : "took over from",
             name(previous, whom), carp_reason_text(reason));
    if (reason == CARP_REASON_TIMED_OUT) {
        text_add(text, ": %s of silence, dead time %s%s",
                 text_seconds(silence, a, sizeof(a)),
                 c->sender->ucarp_mac ? "about " : "",
                 text_seconds(dead, b, sizeof(b)));
    }
    text_add(text, ")");
}

static void
become_master(struct sender *s, carp_time now)
{
    s->was_master = true;
    s->departure = CARP_LEFT_NOT;
    if (!s->is_master) {
        s->is_master = true;
        s->master_since = now;
    }
}

/* What was known of contests with the old master says nothing about the new
 * one: they begin anew. */
static void
set_master(struct context *c, const struct sender *s)
{
    struct view *v = c->view;
    const int index = (int)(s - v->senders);

    for (unsigned int i = 0; v->master != index && i < v->count; i++) {
        struct contest *ct = &v->senders[i].contest;

        if (ct->active && (int)i != index) {
            memset(ct, 0, sizeof(*ct));
            ct->active = true;
            ct->since = ct->start = c->now;
            track_due(c->track, c->group,
                      carp_time_add(c->now, sender_left_limit(s)));
        }
    }
    v->master = v->last_master = index;
    stale_soon(c);
}

static void
takeover(struct context *c, enum carp_reason reason, carp_time silence)
{
    struct view *v = c->view;
    struct sender *s = c->sender;
    const struct sender *previous =
        v->last_master == NOBODY ? NULL : &v->senders[v->last_master];
    const carp_time dead = sender_takeover_time(s, silence);

    if (s->contest.active) {
        dual_end(c, s);
    }
    set_master(c, s);
    become_master(s, c->now);
    say_takeover(c, previous, reason, silence, dead);
    event_transition(c, CARP_MASTER, reason, s, previous, c->now, silence,
                     dead);
    learn_on_takeover(c);
    if (previous != NULL && previous != s) {
        checks_flapping(c, false);
        placement_on_move(c, previous);
    }
}

static void
takeover_of_silent(struct context *c)
{
    struct view *v = c->view;
    struct sender *old =
        v->last_master == NOBODY ? NULL : &v->senders[v->last_master];
    carp_time silence;

    if (old == NULL) {
        takeover(c, CARP_REASON_FIRST_SEEN, 0);
        return;
    }
    if (old != c->sender) {
        old->is_master = false;
        old->departure =
            old->bowed_out ? CARP_LEFT_BOWED_OUT : CARP_LEFT_SILENT;
    }
    silence =
        carp_time_since(c->now, old == c->sender ? old->previous : old->last);
    if (old == c->sender) {
        takeover(c, CARP_REASON_RETURNED, silence);
    } else if (old->bowed_out && silence <= prompt_takeover) {
        takeover(c, CARP_REASON_WILL_TIME_OUT, silence);
    } else {
        takeover(c, CARP_REASON_TIMED_OUT, silence);
    }
}

/* ------------------------------------------------------------ new address */

static void
go_on(struct context *c, struct sender *old)
{
    struct sender *s = c->sender;
    char who[CARP_ADDR_TEXT], whom[CARP_ADDR_TEXT];

    renumber_inherit(c, old);
    old->is_master = false;
    set_master(c, s);
    become_master(s, c->now);
    text_set(c->track->text, "%s is MASTER in place of %s (%s)", name(s, who),
             name(old, whom), carp_reason_text(CARP_REASON_RENUMBERED));
    event_transition(c, CARP_MASTER, CARP_REASON_RENUMBERED, s, old, c->now, 0,
                     0);
}

/* --------------------------------------------------------------- contests */

/* Its priority rose in the middle of a contest, as that of a master which was
 * demoted for a moment: what was seen of it as the worse one says nothing. */
static bool
is_better_now(const struct sender *s, const struct sender *master)
{
    return !s->contest.reported && sender_is_better(s, master) &&
           !sender_is_refused(s, master);
}

/* The contest as it stood before this advert: whoever was displaced and has
 * been silent since had yielded. */
static void
end_before(struct context *c, struct sender *s)
{
    const carp_time spoke = s->last;

    if (s->contest.adverts_self == 0) {
        s->last = s->previous;
        dual_end(c, s);
        s->is_master = false;
        s->last = spoke;
    }
    s->contest.active = false;
}

static void
challenge(struct context *c, struct sender *master,
          const struct lineage_step *step)
{
    struct sender *s = c->sender;
    struct contest *ct = &s->contest;
    enum carp_reason reason = CARP_REASON_UNEXPECTED;
    carp_time silence;

    if (ct->active && !is_better_now(s, master)) {
        contest_again(c, master, step);
        return;
    }
    if (ct->active) {
        end_before(c, s);
    }
    if (sender_is_better(s, master) && !sender_is_refused(s, master)) {
        master->is_master = true;
        rogue_on_preempt(c, master);
        takeover(c, CARP_REASON_PREEMPTING, 0);
        contest_start(c, master, s, &(struct lineage_step){0});
        master->contest.by_winner = true;
        master->contest.adverts_other = 1;
        master->contest.other_first = c->now;
        return;
    }
    contest_start(c, s, master, step);
    ct->adverts_self = 1;
    silence =
        ct->parent_time != 0 ? carp_time_since(c->now, ct->parent_time) : 0;
    if (silence + 100 * CARP_MSEC >= 3 * CARP_SEC * s->advbase &&
        ct->master_since_parent != 0) {
        reason = CARP_REASON_TIMED_OUT;
    }
    if (step->was_unseen) {
        reason = CARP_REASON_UNSEEN;
    } else if (ct->master_since_parent != 0) {
        ct->deaf_self = 1;
    }
    become_master(s, c->now);
    say_takeover(c, master, reason, silence, sender_takeover_time(s, silence));
    event_transition(c, CARP_MASTER, reason, s, master, c->now, silence,
                     sender_takeover_time(s, silence));
    learn_on_takeover(c);
    dual_check(c, s);
}

void
master_on_advert(struct context *c, const struct lineage_step *step)
{
    struct view *v = c->view;
    struct sender *s = c->sender;
    struct sender *master = current_master(c);

    if (v->last_advbase != s->advbase || v->last_takeover == 0) {
        v->last_advbase = s->advbase;
        v->last_takeover = carp_slowest_takeover(s->advbase);
    }
    track_due(c->track, c->group, carp_time_add(c->now, v->last_takeover));
    v->had_master |= s->adverts >= 3;
    if (master == s) {
        if (s->adverts > 1 && s->previous >= v->blind &&
            carp_time_add(s->previous, sender_dead_time(s)) < c->now) {
            takeover(c, CARP_REASON_RETURNED,
                     carp_time_since(c->now, s->previous));
        }
        for (unsigned int i = 0; i < v->count; i++) {
            if (v->senders[i].contest.active) {
                contest_of_master(c, &v->senders[i], step, s->previous);
            }
        }
        return;
    }
    if (step->is_renumbered) {
        go_on(c, master);
        return;
    }
    s->moved_to = 0;
    if (master == NULL || master->bowed_out ||
        (!s->contest.active &&
         carp_time_since(c->now, master->last) > sender_silent_limit(master))) {
        takeover_of_silent(c);
        return;
    }
    challenge(c, master, step);
}

void
master_on_bow_out(struct context *c)
{
    struct view *v = c->view;
    struct sender *s = c->sender;
    char who[CARP_ADDR_TEXT];

    if (s->contest.active) {
        dual_end(c, s);
    }
    if (s->is_master || current_master(c) == s) {
        text_set(c->track->text, "%s bowed out", name(s, who));
        event_transition(c, CARP_BACKUP, CARP_REASON_BOWED_OUT, s, NULL, c->now,
                         0, 0);
    }
    s->is_master = false;
    s->departure = CARP_LEFT_BOWED_OUT;
    if (current_master(c) == s) {
        v->last_master = v->master;
        v->master = NOBODY;
    }
    track_due(c->track, c->group,
              carp_time_add(c->now, carp_slowest_takeover(v->last_advbase)));
}

/* ----------------------------------------------------------------- timers */

static void
master_left(struct context *c, struct sender *challenger, carp_time due)
{
    struct sender *old = current_master(c);

    c->now = due;
    dual_end(c, challenger);
    if (old != NULL) {
        old->is_master = false;
        old->departure = old->bowed_out ? CARP_LEFT_BOWED_OUT
                         : sender_is_better(challenger, old) ||
                                 dual_has_accepted(old, challenger)
                             ? CARP_LEFT_YIELDED
                             : CARP_LEFT_SILENT;
    }
    set_master(c, challenger);
    become_master(challenger, due);
}

static void
contest_timer(struct context *c, struct sender *s, carp_time now)
{
    const struct sender *master = current_master(c);
    const carp_time blind = c->view->blind;
    const carp_time start = later(s->contest.since, blind);
    const carp_time self_due =
        carp_time_add(later(s->last, blind), sender_left_limit(s));
    carp_time other_due = CARP_NEVER;

    if (master != NULL && master != s) {
        other_due = carp_time_add(later(master->last, start),
                                  sender_left_limit(master));
    }
    c->sender = s;
    if (self_due <= now && self_due <= other_due) {
        c->now = self_due;
        dual_end(c, s);
        s->is_master = false;
    } else if (other_due <= now) {
        master_left(c, s, other_due);
    } else {
        track_due(c->track, c->group,
                  self_due < other_due ? self_due : other_due);
    }
}

/* A master with a long interval is not gone because another member, whose
 * interval is short, spoke last. */
static carp_time
silence_due(const struct view *v)
{
    uint8_t advbase = v->last_advbase;

    if (v->master != NOBODY && v->senders[v->master].advbase > advbase) {
        advbase = v->senders[v->master].advbase;
    }
    return carp_time_add(later(v->last_advert, v->blind),
                         carp_slowest_takeover(advbase));
}

void
master_timers(struct context *c, carp_time now)
{
    struct view *v = c->view;
    carp_time due;

    for (unsigned int i = 0; i < v->count; i++) {
        if (v->senders[i].contest.active) {
            contest_timer(c, &v->senders[i], now);
        }
    }
    dual_sweep(c);
    if (v->last_advert == 0 || !v->had_master) {
        return;
    }
    due = silence_due(v);
    if (due > now) {
        track_due(c->track, c->group, due);
        return;
    }
    c->now = due;
    if (blind_is_silence(c, due)) {
        return;
    }
    if (v->master != NOBODY) {
        v->senders[v->master].is_master = false;
        v->senders[v->master].departure = CARP_LEFT_SILENT;
        v->last_master = v->master;
        v->master = NOBODY;
    }
    v->had_master = false;
    checks_no_master(c, due);
}
