/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a sender's digest is wrong, kept with the sender.
 *
 * A search costs milliseconds, so it is rationed: once it has found the
 * edit, each further advert costs one verification; otherwise tokens bound
 * how often a search runs, whatever the number of senders.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/track_internal.h"

enum { TRACK_TOKENS = 64, GROUP_TOKENS = 8 };
static const carp_time track_refill = 5 * CARP_SEC;
static const carp_time group_refill = 10 * CARP_SEC;

struct explained {
    struct carp_explanation why;
    struct carp_auth auth;
    uint16_t learnt; /* how many addresses were known at the search */
    uint8_t searches;
};

void
explained_free(struct explained *explained)
{
    if (explained != NULL) {
        carp_auth_clear(&explained->auth);
        free(explained);
    }
}

const struct carp_explanation *
sender_explanation(const struct sender *s)
{
    return s->explained != NULL ? &s->explained->why : NULL;
}

enum carp_cause
explanation_cause(const struct carp_explanation *e)
{
    if (e == NULL || !e->found ||
        (e->why & (CARP_WHY_KEY | CARP_WHY_PASSWORD)) != 0) {
        return CARP_CAUSE_HASH_KEY;
    }
    if ((e->why & (CARP_WHY_ADDRESSES | CARP_WHY_FAMILY)) != 0) {
        return CARP_CAUSE_HASH_ADDRESSES;
    }
    return (e->why & CARP_WHY_VHID) != 0 ? CARP_CAUSE_HASH_VHID
                                         : CARP_CAUSE_HASH_PROFILE;
}

static void
refill(carp_time now, carp_time *last, uint32_t *tokens, carp_time every,
       uint32_t most)
{
    const uint64_t fresh = carp_time_since(now, *last) / every;

    if (fresh != 0) {
        *last = now;
        *tokens = fresh + *tokens > most ? most : *tokens + (uint32_t)fresh;
    }
}

static bool
may_search(struct context *c)
{
    refill(c->now, &c->track->explain_refill, &c->track->explain_tokens,
           track_refill, TRACK_TOKENS);
    refill(c->now, &c->group->explain_next, &c->group->explain_tokens,
           group_refill, GROUP_TOKENS);
    if (c->track->explain_tokens == 0 || c->group->explain_tokens == 0) {
        return false;
    }
    c->track->explain_tokens--;
    c->group->explain_tokens--;
    return true;
}

static bool
is_worth_searching(const struct context *c, const struct explained *x)
{
    const uint16_t learnt =
        c->group->learnt != NULL ? c->group->learnt->addrs.count : 0;

    /* A found edit that no longer fits, fresh candidates, or the first few
     * adverts: announcements come behind the first one. */
    return x->searches < 3 || x->why.found || learnt != x->learnt;
}

const struct carp_explanation *
explained_update(struct context *c, const struct carp_adv *adv)
{
    struct sender *s = c->sender;
    struct explained *x = s->explained;
    const struct carp_explain_hints hints = {.learnt = learnt_addrs(c->group),
                                             .lladdr =
                                                 s->has_mac ? &s->mac : NULL};

    if (x == NULL) {
        x = calloc(1, sizeof(*x));
        if (x == NULL) {
            return NULL;
        }
        s->explained = x;
    }
    if (x->why.found && carp_auth_verify(&x->auth, adv->counter, adv->md)) {
        return &x->why;
    }
    if (!is_worth_searching(c, x) || !may_search(c)) {
        return &x->why;
    }
    carp_auth_clear(&x->auth);
    x->why = carp_explain(c->track->config.ring, adv, &hints, &x->auth);
    x->learnt = c->group->learnt != NULL ? c->group->learnt->addrs.count : 0;
    if (x->searches < UINT8_MAX) {
        x->searches++;
    }
    return &x->why;
}
