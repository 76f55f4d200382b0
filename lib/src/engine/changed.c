/* SPDX-License-Identifier: BSD-2-Clause */
/* What a sender hashes is not what it hashed before. */
#include <stdio.h>
#include <string.h>

#include "engine/track_internal.h"

static void
tell(struct context *c, enum carp_code code, enum carp_confidence confidence,
     const char *what)
{
    /* Two hosts under one address would change it with each advert. */
    const bool is_often = c->sender->changed_told != 0 &&
                          carp_time_since(c->now, c->sender->changed_told) <
                              c->track->config.update_every;
    struct alert *alert = is_often
                              ? NULL
                              : alert_touch(c, code, CARP_CAUSE_NONE,
                                            &c->sender->addr, NULL, CARP_NEVER);
    char a[CARP_ADDR_TEXT];

    if (alert == NULL) {
        return;
    }
    c->sender->changed_told = c->now;
    alert->confidence = confidence;
    text_set(c->track->text, "%s %s", carp_addr_format(&c->sender->addr, a),
             what);
    text_set(c->track->detail, "%s", "");
    alert_tell(c, alert);
    alert_resolve(c, alert, "");
}

static bool
same_addresses(const struct carp_ring_row *a, const struct carp_ring_row *b)
{
    if (a->addrs.count != b->addrs.count) {
        return false;
    }
    for (unsigned int i = 0; i < a->addrs.count; i++) {
        if (!carp_addrs_contain(&b->addrs, &a->addrs.list[i])) {
            return false;
        }
    }
    return true;
}

/* Both digests are right, with different rows of the ring. */
static void
tell_rows(struct context *c, const struct carp_verdict *was,
          const struct carp_verdict *is)
{
    const struct carp_ring_row *old =
        carp_ring_get(c->track->config.ring, was->row);
    const struct carp_ring_row *new =
        carp_ring_get(c->track->config.ring, is->row);
    char what[256];

    if (old == NULL || new == NULL) {
        return;
    }
    if (!carp_key_equal(&old->key, &new->key)) {
        (void)snprintf(what, sizeof(what),
                       "uses the key of [vhid \"%s\"] now, before that of "
                       "[vhid \"%s\"]",
                       new->name, old->name);
        tell(c, CARP_KEY_CHANGED, CARP_HIGH, what);
    } else if (was->learnt == 0 && is->learnt == 0 &&
               !same_addresses(old, new)) {
        (void)snprintf(what, sizeof(what),
                       "hashes the addresses of [vhid \"%s\"] now, before "
                       "those of [vhid \"%s\"]",
                       new->name, old->name);
        tell(c, CARP_ADDRESSES_CHANGED, CARP_HIGH, what);
    }
}

/* Of learnt addresses others are hashed. */
static void
tell_subset(struct context *c)
{
    tell(c, CARP_ADDRESSES_CHANGED, CARP_HIGH,
         "hashes other addresses than before, of those that were announced");
}

static bool
is_same(const struct carp_verdict *a, const struct carp_verdict *b)
{
    return a->row == b->row && a->learnt == b->learnt && a->subset == b->subset;
}

/* Which of the learnt addresses: places move, addresses do not. */
static uint64_t
set_of(const struct context *c, const struct carp_verdict *verdict)
{
    struct carp_addrs hashed;
    uint64_t h = 14695981039346656037u;

    if (verdict->learnt == 0 || c->group->learnt == NULL) {
        return 0;
    }
    carp_verdict_learnt(verdict, &c->group->learnt->addrs, &hashed);
    for (unsigned int i = 0; i < hashed.count; i++) {
        for (unsigned int o = 0; o < sizeof(hashed.list[i].octets); o++) {
            h = (h ^ hashed.list[i].octets[o]) * 1099511628211u;
        }
    }
    return h;
}

/* It was right until now, and the explanation says what differs. */
static void
tell_wrong(struct context *c)
{
    const struct carp_explanation *e = sender_explanation(c->sender);
    const unsigned int addresses = CARP_WHY_ADDRESSES | CARP_WHY_FAMILY;
    char why[CARP_EXPLAIN_TEXT], what[CARP_EXPLAIN_TEXT + 32];

    if (e == NULL || !e->found ||
        (e->why & (addresses | CARP_WHY_KEY | CARP_WHY_PASSWORD)) == 0) {
        return;
    }
    (void)snprintf(what, sizeof(what), "was right until now: %s",
                   carp_explanation_text(e, c->track->config.ring, why));
    tell(c,
         (e->why & (CARP_WHY_KEY | CARP_WHY_PASSWORD)) != 0
             ? CARP_KEY_CHANGED
             : CARP_ADDRESSES_CHANGED,
         CARP_HIGH, what);
    c->sender->has_proved = false;
}

static void
check_verified(struct context *c)
{
    struct sender *s = c->sender;
    uint64_t set;

    if (s->verdict.status == CARP_BAD) {
        if (s->has_proved) {
            tell_wrong(c);
        }
        return;
    }
    if (s->has_proved && is_same(&s->proved, &s->verdict)) {
        return;
    }
    set = set_of(c, &s->verdict);
    if (s->has_proved) {
        if (s->proved.row != s->verdict.row) {
            tell_rows(c, &s->proved, &s->verdict);
        } else if (s->proved_set != set && s->proved_set != 0 && set != 0) {
            tell_subset(c);
        }
    } else if (s->verdict.learnt == 0) {
        const struct carp_ring_row *row =
            carp_ring_get(c->track->config.ring, s->verdict.row);

        if (row != NULL) {
            claims_configured(c->track, c->group, &row->addrs);
        }
    }
    s->proved = s->verdict;
    s->proved_set = set;
    s->has_proved = true;
}

/* OpenBSD's counter stays, so its digest does: nothing else is hashed. */
static void
check_constant(struct context *c)
{
    struct sender *s = c->sender;
    const uint64_t head = repeat_digest_head(&c->packet->frame->u.adv);

    if (s->head != 0 && s->head != head && s->constants >= 3) {
        tell(c, CARP_KEY_CHANGED, CARP_LOW,
             "has another digest with the same counter: its password or its "
             "addresses changed");
    }
    s->head = head;
}

void
changed_check(struct context *c, const struct lineage_step *step)
{
    if (c->sender->verdict.status != CARP_UNVERIFIED) {
        check_verified(c);
    } else if (step->kind == LINEAGE_CONSTANT &&
               (c->packet->frame->issues & CARP_ISSUE_CAPTURE) == 0) {
        check_constant(c);
    }
}
