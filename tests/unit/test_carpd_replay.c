/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters seen, own counters, and what is taken for a replay. */
#include <string.h>

#include <glib.h>

#include "counter.h"
#include "peer.h"
#include "seen.h"

/* ----------------------------------------------------------------- seen */

static void
test_seen_runs(void)
{
    struct seen seen;
    seen_init(&seen);
    g_assert_false(seen_has(&seen, 0));
    for (uint64_t i = 1000; i < 2000; i++) {
        g_assert_false(seen_has(&seen, i));
        seen_add(&seen, i);
        g_assert_true(seen_has(&seen, i));
    }
    g_assert_cmpuint(seen.count, ==, 1);
    g_assert_false(seen_has(&seen, 999));
    g_assert_false(seen_has(&seen, 2000));
    /* What was counted through while nobody listened is seen, too. */
    seen_add(&seen, 1999 + SEEN_FILL);
    g_assert_cmpuint(seen.count, ==, 1);
    g_assert_true(seen_has(&seen, 500000));
    /* Farther away is another run, and what lies between is not seen. */
    uint64_t far = 1999 + 2 * SEEN_FILL + 1;
    seen_add(&seen, far);
    g_assert_cmpuint(seen.count, ==, 2);
    g_assert_false(seen_has(&seen, far - 1));
    /* A lower one does not reach up to the next run. */
    seen_add(&seen, far - 5);
    g_assert_false(seen_has(&seen, far - 4));
    seen_clear(&seen);
}

static void
test_seen_ends(void)
{
    struct seen seen;
    seen_init(&seen);
    seen_add(&seen, UINT64_MAX);
    seen_add(&seen, 0);
    seen_add(&seen, UINT64_MAX - 1);
    g_assert_true(seen_has(&seen, UINT64_MAX));
    g_assert_true(seen_has(&seen, 0));
    g_assert_false(seen_has(&seen, 1));
    g_assert_cmpuint(seen.count, ==, 2);
    seen_add_span(&seen, 5, UINT64_MAX);
    g_assert_cmpuint(seen.count, ==, 2);
    g_assert_true(seen_has(&seen, 5));
    seen_add_exact(&seen, 2);
    seen_add_exact(&seen, 1);
    seen_add_exact(&seen, 4);
    g_assert_false(seen_has(&seen, 3));
    g_assert_cmpuint(seen.count, ==, 2);
    seen_add_exact(&seen, 3);
    g_assert_cmpuint(seen.count, ==, 1);
    seen_clear(&seen);
}

static void
test_seen_through(void)
{
    struct seen seen;
    seen_init(&seen);
    seen_add_through(&seen, 1);
    g_assert_true(seen_has(&seen, 0));
    uint64_t far = 4 * SEEN_FILL;
    seen_add_through(&seen, far);
    g_assert_true(seen_has(&seen, far - SEEN_FILL));
    g_assert_false(seen_has(&seen, far - SEEN_FILL - 1));
    g_assert_false(seen_has(&seen, far + 1));
    g_assert_cmpuint(seen.count, ==, 2);
    /* One that begins inside another run goes on from it. */
    seen_add_through(&seen, far + 5);
    g_assert_true(seen_has(&seen, far + 3));
    seen_add_span(&seen, far - SEEN_FILL / 2, far + 9);
    g_assert_cmpuint(seen.count, ==, 2);
    /* One that ends where another begins joins it. */
    seen_add_through(&seen, far - SEEN_FILL - 1);
    g_assert_cmpuint(seen.count, ==, 2);
    seen_add_through(&seen, 2 * far);
    g_assert_cmpuint(seen.count, ==, 3);
    for (size_t i = 1; i < seen.count; i++) {
        g_assert_cmpuint(seen.spans[i - 1].last, <, seen.spans[i].first);
    }
    seen_clear(&seen);
}

/* Against the plainest model there is, within a small world. */
static void
test_seen_model(void)
{
    for (int round = 0; round < 50; round++) {
        struct seen seen;
        bool model[4096] = {false};
        seen_init(&seen);
        for (int i = 0; i < 60; i++) {
            /* A world of 64 runs that are too far apart to be filled. */
            uint64_t run = (uint64_t)g_test_rand_int_range(0, 64);
            uint64_t at = (uint64_t)g_test_rand_int_range(0, 64);
            seen_add(&seen, run * (4 * SEEN_FILL) + at);
            for (uint64_t k = at + 1; k > 0 && !model[run * 64 + k - 1]; k--) {
                bool has_lower = false;
                for (uint64_t low = 0; low < k; low++) {
                    has_lower |= model[run * 64 + low];
                }
                if (k - 1 == at || has_lower) {
                    model[run * 64 + k - 1] = true;
                }
            }
        }
        for (uint64_t run = 0; run < 64; run++) {
            for (uint64_t at = 0; at < 64; at++) {
                g_assert_cmpint(seen_has(&seen, run * (4 * SEEN_FILL) + at), ==,
                                model[run * 64 + at]);
            }
        }
        for (size_t i = 1; i < seen.count; i++) {
            g_assert_cmpuint(seen.spans[i - 1].last, <, seen.spans[i].first);
        }
        seen_clear(&seen);
    }
}

static void
test_seen_bounded(void)
{
    struct seen seen;
    seen_init(&seen);
    for (uint64_t i = 0; i < 3 * SEEN_SPANS_MAX; i++) {
        seen_add(&seen, i * (2 * SEEN_FILL));
    }
    g_assert_cmpuint(seen.count, ==, SEEN_SPANS_MAX);
    g_assert_false(seen_has(&seen, 0));
    g_assert_true(seen_has(&seen, (3 * SEEN_SPANS_MAX - 1) * (2 * SEEN_FILL)));
    seen_clear(&seen);
}

/* -------------------------------------------------------------- counter */

static void
test_counter(void)
{
    struct counter counter;
    counter_init(&counter, 0x123456);
    g_assert_cmpuint(counter.last, <, UINT64_MAX / 2);
    g_assert_true(counter_wants_reserve(&counter));
    counter.reserve = counter_extend(&counter);
    g_assert_false(counter_wants_reserve(&counter));
    uint64_t before = counter.last;
    for (int i = 0; i < 1000; i++) {
        uint64_t value = counter_next(&counter, (uint64_t)g_test_rand_int());
        g_assert_cmpuint(value - before, >=, COUNTER_JUMP);
        g_assert_cmpuint(value - before, <, SEEN_FILL);
        g_assert_true(counter_is_own_jump(&counter, value, 1));
        g_assert_false(counter_is_own_jump(&counter, value - 5, 2));
        before = value;
    }
    /* Another host's jumps are not ours. */
    struct counter other;
    unsigned int mistaken = 0;
    counter_init(&other, ((uint64_t)1 << 32) + 0xabcde);
    for (int i = 0; i < 1000; i++) {
        mistaken += counter_is_own_jump(
            &counter, counter_next(&other, (uint64_t)g_test_rand_int()), 2);
    }
    g_assert_cmpuint(mistaken, ==, 0);
    /* A peer goes on from it, and is not taken for us. */
    g_assert_false(counter_is_own_jump(&counter, before + 1, 1));
    g_assert_cmpuint(counter_next_family(&counter), ==, before + 1);
    g_assert_true(counter_is_own_jump(&counter, before + 1, 2));
    g_assert_false(counter_is_own_jump(&counter, before + 2, 2));
    before++;
    /* A peer is followed upwards, never downwards. */
    counter_hear(&counter, before + 77);
    g_assert_cmpuint(counter_next(&counter, 5), ==, before + 78);
    counter_hear(&counter, 3);
    g_assert_cmpuint(counter_next(&counter, 5), ==, before + 79);
    counter_hear(&counter, UINT64_MAX);
    g_assert_cmpuint(counter_next(&counter, 5), ==, before + 80);
    counter_part(&counter);
    g_assert_cmpuint(counter_next(&counter, 5), >=, before + 80 + COUNTER_JUMP);
    counter_hear(&counter, 0);
    /* The next run begins behind everything that this one may have sent. */
    counter_hear(&counter, counter.reserve + 10);
    g_assert_true(counter_wants_reserve(&counter));
    counter.reserve = counter_extend(&counter);
    struct counter next;
    counter_resume(&next, counter.first, counter.reserve);
    g_assert_cmpuint(counter_next(&next, 0), >, counter.last);
    g_assert_false(next.has_heard);
    counter.last = UINT64_MAX - 3;
    g_assert_cmpuint(counter_extend(&counter), ==, UINT64_MAX);
    counter.has_heard = false;
    g_assert_cmpuint(counter_next(&counter, UINT64_MAX), ==, UINT64_MAX - 2);
}

/* ---------------------------------------------------------------- peers */

static struct peers peers;
static carp_time now;

static struct carp_addr
host(uint8_t last)
{
    const uint8_t octets[4] = {10, 0, 0, last};
    return carp_addr_v4(octets);
}

static enum peer_verdict
hear_from(const struct carp_addr *source, uint64_t counter, uint8_t skew)
{
    struct carp_adv adv;
    struct carp_verdict verdict = {.status = CARP_GOOD};
    memset(&adv, 0, sizeof(adv));
    adv.advbase = 1;
    adv.advskew = skew;
    adv.counter = counter;
    now += CARP_SEC;
    enum peer_verdict judged = peers_judge(&peers, source, &adv, now);
    if (judged == PEER_FRESH || judged == PEER_REPEAT) {
        peers_accept(&peers, source, &adv, &verdict, now);
    }
    return judged;
}

static enum peer_verdict
hear(uint8_t last, uint64_t counter)
{
    struct carp_addr source = host(last);
    return hear_from(&source, counter, 0);
}

static void
begin(void)
{
    peers_init(&peers);
    now = CARP_SEC;
}

static void
test_moving(void)
{
    begin();
    for (uint64_t i = 100; i < 110; i++) {
        g_assert_cmpint(hear(1, i), ==, PEER_FRESH);
    }
    struct carp_addr one = host(1);
    g_assert_cmpint(peers_find(&peers, &one)->kind, ==, PEER_MOVING);
    /* The last one again, for hours; older ones; from anywhere. */
    for (int i = 0; i < 5000; i++) {
        g_assert_cmpint(hear(1, 109), ==, PEER_REPLAYED);
    }
    g_assert_cmpint(hear(1, 104), ==, PEER_REPLAYED);
    g_assert_cmpint(hear(2, 104), ==, PEER_REPLAYED);
    g_assert_cmpint(hear_from(&one, 109, 7), ==, PEER_REWRITTEN);
    g_assert_cmpuint(peers.count, ==, 1);
    g_assert_cmpint(hear(1, 110), ==, PEER_FRESH);
    peers_clear(&peers);
}

/* What its sender had sent before we began to listen. */
static void
test_older_than_we(void)
{
    begin();
    g_assert_cmpint(hear(1, 1ull << 60), ==, PEER_FRESH);
    g_assert_cmpint(hear(1, (1ull << 60) - 1000), ==, PEER_REPLAYED);
    g_assert_cmpint(hear(1, (1ull << 60) + 1), ==, PEER_FRESH);
    peers_clear(&peers);
}

static void
test_random_master(void)
{
    begin();
    uint64_t last = 0;
    for (int i = 0; i < 3; i++) {
        last = ((uint64_t)g_test_rand_int() << 32) + ((uint64_t)1 << 50) +
               (uint64_t)i;
        g_assert_cmpint(hear(1, last), ==, PEER_FRESH);
    }
    for (int i = 0; i < 50; i++) {
        g_assert_cmpint(hear(1, last), ==, PEER_REPLAYED);
    }
    peers_clear(&peers);
}

static void
test_constant(void)
{
    begin();
    struct carp_addr one = host(1);
    struct carp_addr six = {.family = CARP_IPV6,
                            .octets = {0xfe, 0x80, [15] = 1}};
    g_assert_cmpint(hear(1, 1ull << 60), ==, PEER_FRESH);
    /* The other family carries the same counter. */
    g_assert_cmpint(hear_from(&six, 1ull << 60, 0), ==, PEER_REPEAT);
    for (int i = 0; i < 5; i++) {
        g_assert_cmpint(hear(1, 1ull << 60), ==, PEER_REPEAT);
        g_assert_cmpint(hear_from(&six, 1ull << 60, 0), ==, PEER_REPEAT);
    }
    g_assert_cmpint(peers_find(&peers, &one)->kind, ==, PEER_CONSTANT);
    /* Demoted, and its bow-out: other intervals with the same counter. */
    g_assert_cmpint(hear_from(&one, 1ull << 60, 240), ==, PEER_REPEAT);
    /* It was started anew. */
    g_assert_cmpint(hear(1, 1ull << 40), ==, PEER_FRESH);
    for (int i = 0; i < 5; i++) {
        g_assert_cmpint(hear(1, 1ull << 40), ==, PEER_REPEAT);
    }
    g_assert_cmpint(hear(1, 1ull << 60), ==, PEER_REPLAYED);
    /* One that begins to count was none. */
    g_assert_cmpint(hear(1, (1ull << 40) + 1), ==, PEER_FRESH);
    g_assert_cmpint(hear(1, (1ull << 40) + 1), ==, PEER_REPLAYED);
    peers_clear(&peers);
}

/* A machine that counted is replaced by one that does not. */
static void
test_replaced_machine(void)
{
    begin();
    for (uint64_t i = 100; i < 110; i++) {
        g_assert_cmpint(hear(1, i), ==, PEER_FRESH);
    }
    g_assert_cmpint(hear(1, 1ull << 60), ==, PEER_FRESH);
    for (int i = 0; i < 5; i++) {
        g_assert_cmpint(hear(1, 1ull << 60), ==, PEER_REPEAT);
    }
    peers_clear(&peers);
}

static void
test_echo_and_duplicate(void)
{
    begin();
    peers_note_own(&peers, 500, false);
    g_assert_cmpint(hear(1, 500), ==, PEER_ECHO);
    g_assert_cmpint(hear(1, 501), ==, PEER_FRESH);
    g_assert_cmpint(hear(1, 502), ==, PEER_FRESH);
    struct carp_addr one = host(1);
    struct carp_adv adv;
    memset(&adv, 0, sizeof(adv));
    adv.advbase = 1;
    adv.counter = 502;
    g_assert_cmpint(peers_judge(&peers, &one, &adv, now + CARP_MSEC), ==,
                    PEER_DUPLICATE);
    adv.advskew = 3;
    g_assert_cmpint(peers_judge(&peers, &one, &adv, now + CARP_MSEC), ==,
                    PEER_REWRITTEN);
    /* Between our own jumps there is room for those who follow us. */
    peers_note_own(&peers, 1 << 20, true);
    peers_note_own(&peers, 2 << 20, true);
    g_assert_cmpint(hear(1, (1 << 20) + 1), ==, PEER_FRESH);
    /* What we sent long ago is a replay, not an echo. */
    for (uint64_t i = 0; i < 2 * PEERS_OWN; i++) {
        peers_note_own(&peers, 1000 + i, false);
    }
    g_assert_cmpint(hear(1, 1000), ==, PEER_REPLAYED);
    peers_clear(&peers);
}

static void
test_table_bounded(void)
{
    begin();
    for (uint8_t i = 1; i < 100; i++) {
        g_assert_cmpint(hear(i, (uint64_t)i << 40), ==, PEER_FRESH);
    }
    g_assert_cmpuint(peers.count, ==, PEERS_MAX);
    struct carp_addr last = host(99);
    g_assert_nonnull(peers_find(&peers, &last));
    /* Replays from elsewhere push nobody out. */
    for (uint8_t i = 100; i < 200; i++) {
        g_assert_cmpint(hear(i, (uint64_t)50 << 40), ==, PEER_REPLAYED);
    }
    g_assert_nonnull(peers_find(&peers, &last));
    peers_clear(&peers);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/carpd/seen/runs", test_seen_runs);
    g_test_add_func("/carpd/seen/ends", test_seen_ends);
    g_test_add_func("/carpd/seen/through", test_seen_through);
    g_test_add_func("/carpd/seen/model", test_seen_model);
    g_test_add_func("/carpd/seen/bounded", test_seen_bounded);
    g_test_add_func("/carpd/counter", test_counter);
    g_test_add_func("/carpd/peer/moving", test_moving);
    g_test_add_func("/carpd/peer/older-than-we", test_older_than_we);
    g_test_add_func("/carpd/peer/random-master", test_random_master);
    g_test_add_func("/carpd/peer/constant", test_constant);
    g_test_add_func("/carpd/peer/replaced-machine", test_replaced_machine);
    g_test_add_func("/carpd/peer/echo", test_echo_and_duplicate);
    g_test_add_func("/carpd/peer/bounded", test_table_bounded);
    return g_test_run();
}
