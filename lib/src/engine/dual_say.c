/* SPDX-License-Identifier: BSD-2-Clause */
/* Why two are MASTER, in words. */
#include "engine/dual_internal.h"

static void
say_last_accepted(struct context *c, const struct sender *deaf,
                  const struct sender *unheard)
{
    const struct contest *ct = &deaf->contest;
    char d[CARP_ADDR_TEXT], u[CARP_ADDR_TEXT], when[64];
    uint64_t frame = 0;
    carp_time at = 0;

    carp_addr_format(&deaf->addr, d);
    carp_addr_format(&unheard->addr, u);
    if (sender_is(unheard, deaf->accepted_uid) && deaf->accepted_time != 0) {
        at = deaf->accepted_time;
        frame = deaf->accepted_frame;
    } else if (ct->active && ct->parent_frame != 0) {
        at = ct->parent_time;
        frame = ct->parent_frame;
    }
    text_add(c->track->detail, "%s does not hear %s", d, u);
    if (at != 0) {
        text_add(c->track->detail,
                 ": it last accepted the advert of %s (frame %llu). ",
                 text_time(c->track, at, when, sizeof(when)),
                 (unsigned long long)frame);
    } else if (deaf->mode == COUNTER_RANDOM) {
        text_add(c->track->detail,
                 ": its counters are random, it has never accepted an "
                 "advert of anybody. ");
    } else {
        text_add(c->track->detail, ". ");
    }
}

static void
say_delivery(struct context *c, const struct pair *p, const struct why *why)
{
    char a[CARP_ADDR_TEXT], b[CARP_ADDR_TEXT];

    carp_addr_format(&why->a->addr, a);
    carp_addr_format(&why->b->addr, b);
    say_last_accepted(c, why->b, why->a);
    if (why->cause == CARP_CAUSE_NO_DELIVERY_BOTH) {
        say_last_accepted(c, why->a, why->b);
        text_add(c->track->detail, "Both directions are broken%s.",
                 why->confidence == CARP_HIGH
                     ? ""
                     : ", or a password or address was changed since");
    } else if (p->winner_hears == HEARS || p->loser_hears == HEARS) {
        text_add(c->track->detail, "%s does hear %s. One direction is broken",
                 a, b);
        if (why->confidence != CARP_HIGH) {
            text_add(c->track->detail, ", or %s refuses its digest", b);
        }
        text_add(c->track->detail, ".");
    } else {
        text_add(c->track->detail,
                 "Whether %s hears %s its counters do not show.", a, b);
    }
}

static void
say_hash(struct context *c, const struct pair *p, const struct why *why)
{
    const struct carp_ring *ring = c->track->config.ring;
    char text[CARP_EXPLAIN_TEXT], who[CARP_ADDR_TEXT];

    if (p->winner_hears == HEARS || p->loser_hears == HEARS) {
        const bool winner = p->winner_hears == HEARS;

        text_add(
            c->track->detail, "%s rejects the digest of %s, which accepts its.",
            carp_addr_format(winner ? &p->loser->addr : &p->winner->addr, who),
            carp_addr_format(winner ? &p->winner->addr : &p->loser->addr,
                             text));
    } else if (why->cause != CARP_CAUSE_HASH_PROFILE) {
        text_add(c->track->detail, "The two reject each other's digest.");
    }
    if (why->explained != NULL && why->explanation != NULL) {
        text_add(c->track->detail, " %s: %s.",
                 carp_addr_format(&why->explained->addr, who),
                 carp_explanation_text(why->explanation, ring, text));
        return;
    }
    if (why->cause == CARP_CAUSE_HASH_PROFILE) {
        const struct carp_profile *w =
            carp_profile_get(p->winner->verdict.profile);
        const struct carp_profile *l =
            carp_profile_get(p->loser->verdict.profile);

        text_add(
            c->track->detail,
            "%sPassword and addresses are the same, but the two hash "
            "them differently: %s as %s, %s as %s.",
            c->track->detail[0] != '\0' ? " " : "",
            carp_addr_format(&p->winner->addr, text), w != NULL ? w->name : "?",
            carp_addr_format(&p->loser->addr, who), l != NULL ? l->name : "?");
        return;
    }
    text_add(c->track->detail, " %s.",
             why->cause == CARP_CAUSE_HASH_KEY ? "Their passwords differ"
                                               : "Their address lists differ");
}

void
dual_say_cause(struct context *c, const struct pair *p, const struct why *why)
{
    char who[CARP_ADDR_TEXT];

    text_set(c->track->detail, "%s", "");
    if (why->cause == CARP_CAUSE_NO_DELIVERY_A_TO_B ||
        why->cause == CARP_CAUSE_NO_DELIVERY_BOTH) {
        say_delivery(c, p, why);
    } else if (why->cause == CARP_CAUSE_TTL) {
        text_add(c->track->detail,
                 "The adverts of %s arrive with TTL %u, not 255: receivers "
                 "drop them.",
                 carp_addr_format(&why->a->addr, who), why->a->ttl);
    } else if (why->cause == CARP_CAUSE_TIE) {
        text_add(c->track->detail,
                 "Both advertise advbase %u advskew %u: neither is better.",
                 p->winner->advbase, p->winner->advskew);
    } else if (why->cause == CARP_CAUSE_UNKNOWN) {
        text_add(c->track->detail,
                 "%s does not yield to a better master. Either its adverts "
                 "do not arrive or the digests differ: counters alone do "
                 "not tell.",
                 carp_addr_format(&p->loser->addr, who));
    } else {
        say_hash(c, p, why);
    }
}
