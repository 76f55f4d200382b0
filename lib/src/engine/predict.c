/* SPDX-License-Identifier: BSD-2-Clause */
/* Who takes over if the master dies now. */
#include <carp/predict.h>

#include <stdio.h>
#include <string.h>

#include "engine/track_internal.h"

static const carp_time fresh = 600 * CARP_SEC;
static const carp_time tie_window = 50 * CARP_MSEC;

struct candidate {
    const struct sender *sender;
    carp_time takeover, last_sign;
    bool is_alive; /* when last heard of, it was up */
};

static carp_time
last_sign(const struct carp_track *track, const struct group *g,
          const struct sender *s)
{
    struct network *n = network_find(track, g->segment, g->vlan);
    const struct host *h = n != NULL ? network_host(n, &s->addr) : NULL;

    return h != NULL && h->last > s->last ? h->last : s->last;
}

/* Its last advert was right; or other keys were, that are not known any more,
 * and it has not advertised since. */
static bool
is_member(const struct sender *s)
{
    return s->verdict.status == CARP_GOOD ||
           (s->verdict.status == CARP_UNVERIFIED && s->good != 0);
}

/* Receivers that drop its adverts do so when it is MASTER, too. */
static bool
is_candidate(const struct view *v, const struct sender *s, bool has_member)
{
    return s->was_master && s->adverts != 0 && s->moved_to == 0 &&
           (int)(s - v->senders) != v->master && !s->ttl_bad &&
           s->verdict.status != CARP_BAD && (!has_member || is_member(s));
}

static bool
is_before(const struct candidate *a, const struct candidate *b)
{
    if (a->is_alive != b->is_alive) {
        return a->is_alive;
    }
    if (a->takeover != b->takeover) {
        return a->takeover < b->takeover;
    }
    if (a->sender->last != b->sender->last) {
        return a->sender->last > b->sender->last;
    }
    return a->sender < b->sender;
}

static struct candidate
candidate_of(const struct carp_track *track, const struct group *g,
             const struct sender *s)
{
    struct candidate c = {.sender = s};

    c.takeover = sender_takeover_time(s, 0);
    c.last_sign = last_sign(track, g, s);
    c.is_alive = s->departure == CARP_LEFT_NOT ||
                 s->departure == CARP_LEFT_YIELDED || c.last_sign > s->last;
    return c;
}

static bool
has_member(const struct view *v)
{
    for (unsigned int i = 0; i < v->count; i++) {
        if (v->senders[i].verdict.status == CARP_GOOD) {
            return true;
        }
    }
    return false;
}

/* The @p rank-th candidate: as many passes, without a list to be bounded. */
static bool
pick(const struct carp_track *track, const struct group *g,
     const struct view *v, unsigned int rank, struct candidate *best,
     bool *is_tie)
{
    const bool members = has_member(v);
    struct candidate previous = {0};

    for (unsigned int pass = 0; pass <= rank; pass++) {
        best->sender = NULL;
        for (unsigned int i = 0; i < v->count; i++) {
            const struct sender *s = &v->senders[i];
            const struct candidate c = candidate_of(track, g, s);

            if (is_candidate(v, s, members) &&
                (pass == 0 || is_before(&previous, &c)) &&
                (best->sender == NULL || is_before(&c, best))) {
                *best = c;
            }
        }
        if (best->sender == NULL) {
            return false;
        }
        previous = *best;
    }
    *is_tie = false;
    for (unsigned int i = 0; i < v->count; i++) {
        const struct candidate c = candidate_of(track, g, &v->senders[i]);
        const carp_time apart = c.takeover > best->takeover
                                    ? c.takeover - best->takeover
                                    : best->takeover - c.takeover;

        *is_tie |= is_candidate(v, c.sender, members) &&
                   c.sender != best->sender && apart <= tie_window &&
                   c.is_alive == best->is_alive;
    }
    return true;
}

bool
carp_track_predict(struct carp_track *track, size_t index, unsigned int rank,
                   carp_time now, struct carp_prediction *out)
{
    struct group *g;
    const struct view *v = view_at(track, index, &g);
    const struct sender *s;
    struct candidate best;
    bool is_tie;

    if (v == NULL || !pick(track, g, v, rank, &best, &is_tie)) {
        return false;
    }
    s = best.sender;
    memset(out, 0, sizeof(*out));
    out->successor = s->addr;
    out->takeover = best.takeover;
    out->due = CARP_NEVER;
    if (v->master != NOBODY) {
        out->master = v->senders[v->master].addr;
        out->due = carp_time_add(v->senders[v->master].last, best.takeover);
    }
    out->last_advert = s->last;
    out->last_sign = best.last_sign;
    out->departure = (enum carp_departure)s->departure;
    out->impl = sender_impl(g, s);
    out->advbase = s->advbase;
    out->advskew = s->advskew;
    out->demote = s->demote;
    out->is_tie = is_tie;
    out->confidence = CARP_LOW;
    if (best.is_alive) {
        now = now != 0 ? now : track->now;
        out->confidence = carp_time_since(now, best.last_sign) <= fresh
                              ? CARP_HIGH
                              : CARP_MEDIUM;
    }
    return true;
}

/* ------------------------------------------------------------------- words */

const char *
carp_departure_text(enum carp_departure departure)
{
    static const char *const names[CARP_DEPARTURE_COUNT] = {
        [CARP_LEFT_NOT] = "advertises",
        [CARP_LEFT_YIELDED] = "yielded",
        [CARP_LEFT_BOWED_OUT] = "bowed out",
        [CARP_LEFT_SILENT] = "fell silent",
    };

    return (unsigned int)departure < CARP_DEPARTURE_COUNT ? names[departure]
                                                          : "";
}

static const char *
ago(carp_time now, carp_time then, char *text, size_t size)
{
    const carp_time s = carp_time_since(now, then) / CARP_SEC;

    if (s < 60) {
        (void)snprintf(text, size, "%u s ago", (unsigned int)s);
    } else if (s < 7200) {
        (void)snprintf(text, size, "%u min ago", (unsigned int)(s / 60));
    } else if (s < (carp_time)48 * 3600) {
        (void)snprintf(text, size, "%u h ago", (unsigned int)(s / 3600));
    } else {
        (void)snprintf(text, size, "%u days ago", (unsigned int)(s / 86400));
    }
    return text;
}

static void
say_age(const struct carp_prediction *p, carp_time now, char *text, size_t size)
{
    char advert[32], sign[32];

    ago(now, p->last_advert, advert, sizeof(advert));
    if (p->confidence != CARP_LOW) {
        if (p->last_sign > p->last_advert) {
            (void)snprintf(text, size, "(last MASTER %s, last sign of life %s)",
                           advert, ago(now, p->last_sign, sign, sizeof(sign)));
        } else {
            (void)snprintf(text, size, "(last heard as MASTER %s)", advert);
        }
        return;
    }
    (void)snprintf(text, size, "if it is back: it %s %s",
                   p->departure == CARP_LEFT_BOWED_OUT ? "bowed out"
                                                       : "fell silent",
                   advert);
}

char *
carp_prediction_text(const struct carp_prediction *prediction, carp_time now,
                     char text[CARP_PREDICTION_TEXT])
{
    const struct carp_prediction *p = prediction;
    char master[CARP_ADDR_TEXT], next[CARP_ADDR_TEXT];
    char takeover[32], age[96];

    if (p == NULL) {
        (void)snprintf(text, CARP_PREDICTION_TEXT,
                       "who would take over is not known: no other member "
                       "was MASTER here");
        return text;
    }
    carp_addr_format(&p->successor, next);
    text_seconds(p->takeover, takeover, sizeof(takeover));
    say_age(p, now, age, sizeof(age));
    if (p->master.family == CARP_FAMILY_NONE) {
        (void)snprintf(text, CARP_PREDICTION_TEXT,
                       "%s may take over within %s %s", next, takeover, age);
        return text;
    }
    (void)snprintf(text, CARP_PREDICTION_TEXT,
                   "if %s dies now, %s takes over %s after its last "
                   "advert%s %s",
                   carp_addr_format(&p->master, master), next, takeover,
                   p->is_tie ? ", or another one with the same time" : "", age);
    return text;
}
