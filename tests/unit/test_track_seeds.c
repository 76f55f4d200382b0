/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Properties that hold whatever the seed: orderly changes of master are never
 * called faults, and partitions never go unnoticed.
 */
#include "track_world.h"

/* A run of one seed; freed with its world. */
struct run {
    struct world *w;
    uint64_t seed;
    bool dual_stack;
};

static unsigned int
pick(struct world *w, unsigned int below)
{
    return (unsigned int)(world_random(w) % below);
}

/* IPv6 only where both members speak it: else one family's timer runs out
 * again and again (PROTOCOL 3.3). */
static struct run
run_new(uint64_t seed, enum world_impl a, enum world_impl b)
{
    struct run r = {.w = world_new(seed), .seed = seed};
    const bool able = (a == WORLD_FREEBSD || a == WORLD_OPENBSD) &&
                      (b == WORLD_FREEBSD || b == WORLD_OPENBSD);
    const uint8_t skew = (uint8_t)pick(r.w, 40);
    const uint8_t more = (uint8_t)(20 + pick(r.w, 150));

    r.dual_stack = able && pick(r.w, 3) == 0;
    (void)world_add(r.w, a, "10.0.0.1", r.dual_stack ? "fd00::1" : NULL, 1,
                    skew);
    (void)world_add(r.w, b, "10.0.0.2", r.dual_stack ? "fd00::2" : NULL, 1,
                    (uint8_t)(skew + more));
    return r;
}

static void
run_fail(const struct run *r, const char *what)
{
    world_print(r->w);
    g_test_message("seed %" G_GUINT64_FORMAT ", impl %d %d, skew %u %u, "
                   "%s stack: %s",
                   r->seed, (int)r->w->nodes[0].impl, (int)r->w->nodes[1].impl,
                   r->w->nodes[0].advskew, r->w->nodes[1].advskew,
                   r->dual_stack ? "dual" : "single", what);
    g_assert_not_reached();
}

static void
each_pair(unsigned int rounds,
          void (*body)(uint64_t seed, enum world_impl a, enum world_impl b))
{
    uint64_t seed = 1;

    if (g_test_thorough()) {
        rounds *= 20;
    }
    for (unsigned int round = 0; round < rounds; round++) {
        for (int a = 0; a < WORLD_IMPLS; a++) {
            for (int b = 0; b < WORLD_IMPLS; b++) {
                body(seed++, (enum world_impl)a, (enum world_impl)b);
            }
        }
    }
}

/* ----------------------------------------------------------------- orderly */

static void
check_orderly(const struct run *r)
{
    for (unsigned int i = 0; i < r->w->events->len; i++) {
        const struct carp_event *e = &world_at(r->w, i)->e;

        if (e->kind == CARP_EVENT_TRANSITION) {
            continue;
        }
        if (e->code == CARP_DUAL_MASTER && e->severity > CARP_INFO) {
            run_fail(r, "DUAL_MASTER");
        }
        if (e->code == CARP_REPLAY) {
            run_fail(r, "REPLAY");
        }
        if (e->code == CARP_UNSEEN_MASTER && e->confidence != CARP_LOW) {
            run_fail(r, "UNSEEN_MASTER");
        }
        if (e->code == CARP_FAMILY_SPLIT || e->code == CARP_LOOPED ||
            e->code == CARP_DUPLICATE) {
            run_fail(r, carp_code_text(e->code));
        }
    }
}

/* One node at a time leaves or comes, with time to settle. */
static void
orderly_step(struct world *w)
{
    const unsigned int node = pick(w, 2);
    struct world_node *n = &w->nodes[node];

    if (!n->up) {
        n->preempt = pick(w, 2) == 0;
        world_start(w, node);
    } else if (w->nodes[1 - node].up) {
        if (pick(w, 2) == 0) {
            world_stop(w, node);
        } else {
            world_kill(w, node);
        }
    }
    world_wait(w, 9 * CARP_SEC + pick(w, 8000) * CARP_MSEC);
}

static void
orderly(uint64_t seed, enum world_impl a, enum world_impl b)
{
    struct run r = run_new(seed, a, b);

    r.w->loss = pick(r.w, 21);
    world_start(r.w, pick(r.w, 2));
    world_wait(r.w, pick(r.w, 3000) * CARP_MSEC);
    for (unsigned int i = 0; i < 14; i++) {
        orderly_step(r.w);
    }
    check_orderly(&r);
    world_free(r.w);
}

static void
test_orderly(void)
{
    each_pair(50, orderly);
}

/* -------------------------------------------------------------- partitions */

/* What the event says now: the latest of its kind. */
static const struct carp_event *
latest(const struct world *w, enum carp_code code, enum carp_severity least)
{
    const struct carp_event *found = NULL;

    for (unsigned int i = 0; i < w->events->len; i++) {
        const struct carp_event *e = &world_at(w, i)->e;

        if (e->kind != CARP_EVENT_TRANSITION && e->code == code &&
            e->severity >= least) {
            found = e;
        }
    }
    return found;
}

static carp_time
interval_of(const struct world_node *n)
{
    return carp_interval(n->advbase, n->advskew);
}

/* Node 0 MASTER after node 1 was, so that both count from one base. */
static void
settle_counting(struct world *w)
{
    w->nodes[0].preempt = true;
    world_start(w, 1);
    world_wait(w, 8 * CARP_SEC + pick(w, 2000) * CARP_MSEC);
    world_start(w, 0);
    world_wait(w, 12 * CARP_SEC + pick(w, 2000) * CARP_MSEC);
    g_assert_true(w->nodes[0].is_master && !w->nodes[1].is_master);
    world_forget(w);
}

static void
check_cause(const struct run *r, bool both)
{
    const struct carp_event *e = latest(r->w, CARP_DUAL_MASTER, CARP_CRITICAL);
    const bool a_constant = r->w->nodes[0].impl == WORLD_OPENBSD;
    enum carp_cause cause = both && !a_constant ? CARP_CAUSE_NO_DELIVERY_BOTH
                                                : CARP_CAUSE_NO_DELIVERY_A_TO_B;

    /* OpenBSD's counter does not tell whom it hears. */
    if (a_constant && r->w->nodes[1].impl == WORLD_OPENBSD) {
        cause = CARP_CAUSE_UNKNOWN;
    }

    if (e == NULL || e->kind == CARP_EVENT_RESOLVED) {
        run_fail(r, "no DUAL_MASTER");
    } else if (e->cause != cause) {
        run_fail(r, "wrong cause");
    } else if (!carp_addr_equal(&e->senders[0], &r->w->nodes[0].addr4) &&
               !carp_addr_equal(&e->senders[0], &r->w->nodes[0].addr6)) {
        run_fail(r, "wrong order");
    }
}

static void
partition(uint64_t seed, enum world_impl a, enum world_impl b)
{
    struct run r = run_new(seed, a, b);
    struct world *w = r.w;
    const bool both = pick(w, 2) == 0, lossy = pick(w, 2) == 0;
    const carp_time longest = interval_of(&w->nodes[1]);
    const struct carp_event *e;

    /* What a capture that loses adverts cannot tell, it must not invent. */
    w->loss = lossy ? pick(w, 21) : 0;
    settle_counting(w);
    world_link(w, 0, 1, false);
    if (both) {
        world_link(w, 1, 0, false);
    }
    while (!w->nodes[1].is_master) {
        world_wait(w, 50 * CARP_MSEC);
    }
    world_wait(w, 3 * longest + CARP_SEC);
    if (!lossy) {
        check_cause(&r, both);
    }
    world_wait(w, 2 * CARP_SEC + pick(w, 20000) * CARP_MSEC);
    if (!lossy) {
        check_cause(&r, both);
    }
    world_split(w, 0, 1, true);
    world_wait(w, 6 * longest + 3 * CARP_SEC);
    e = latest(w, CARP_DUAL_MASTER, CARP_CRITICAL);
    if (e == NULL || e->kind != CARP_EVENT_RESOLVED) {
        run_fail(&r, "not resolved");
    }
    if (latest(w, CARP_REPLAY, CARP_INFO) != NULL) {
        run_fail(&r, "REPLAY");
    }
    world_free(w);
}

static void
test_partition(void)
{
    each_pair(50, partition);
}

/* Two masters that this capture does not see together. */
static void
hidden(uint64_t seed, enum world_impl a, enum world_impl b)
{
    struct run r = run_new(seed, a, b);
    struct world *w = r.w;
    const carp_time ia = interval_of(&w->nodes[0]);
    const carp_time ib = interval_of(&w->nodes[1]);
    const struct carp_event *e;
    struct world_node *n = &w->nodes[1];
    carp_time became, since, off;
    uint64_t before;

    settle_counting(w);
    world_split(w, 0, 1, false);
    w->hidden[0][1] = true;
    while (!n->is_master) {
        world_wait(w, 50 * CARP_MSEC);
    }
    became = n->became;
    world_wait(w, 2 * ib + pick(w, 40000) * CARP_MSEC);
    world_forget(w);
    /* Its next advert is seen, and then its path is whole again. */
    w->hidden[0][1] = false;
    before = w->number;
    world_wait(w, n->next - w->now);
    world_split(w, 0, 1, true);
    world_wait(w, 10 * CARP_SEC);
    g_assert_cmpuint(w->number, >, before);
    e = latest(w, CARP_UNSEEN_MASTER, CARP_INFO);
    if (b != WORLD_OPENBSD && a != WORLD_OPENBSD && ib - ia > ia / 10) {
        /* What ucarp does may as well be a late, but ordinary takeover. */
        if (b == WORLD_UCARP && (e == NULL || e->confidence == CARP_LOW)) {
            world_free(w);
            return;
        }
        if (e == NULL) {
            run_fail(&r, "no UNSEEN_MASTER");
        }
        since = e->since > became ? e->since - became : became - e->since;
        /* ucarp is late by up to a second, and a second is that many of the
         * differences by which two answers are told apart. */
        off = 2 * ib + (b == WORLD_UCARP ? CARP_SEC / (ib - ia) * ib : 0);
        if (since > off) {
            run_fail(&r, "UNSEEN_MASTER at another time");
        }
    }
    world_free(w);
}

static void
test_hidden(void)
{
    each_pair(50, hidden);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/track/seeds/orderly", test_orderly);
    g_test_add_func("/track/seeds/partition", test_partition);
    g_test_add_func("/track/seeds/hidden", test_hidden);
    return g_test_run();
}
