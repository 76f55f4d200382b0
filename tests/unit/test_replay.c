/* SPDX-License-Identifier: BSD-2-Clause */
/* Own counters, and what is taken for a replay. */
#include <string.h>

#include <glib.h>

#include <carp/replay.h>

/* -------------------------------------------------------------- counter */

static void
write_down(struct carp_counter *counter)
{
    for (int i = 0; i < 2; i++) {
        carp_counter_written(counter, carp_counter_extend(counter));
    }
}

static void
test_counter(void)
{
    struct carp_counter counter;
    carp_counter_init(&counter, 0x123456);
    g_assert_cmpuint(counter.last, <, UINT64_MAX / 2);
    g_assert_true(carp_counter_wants_reserve(&counter));
    write_down(&counter);
    g_assert_false(carp_counter_wants_reserve(&counter));
    uint64_t before = counter.last;
    for (int i = 0; i < 1000; i++) {
        uint64_t value =
            carp_counter_next(&counter, (uint32_t)g_test_rand_int());
        g_assert_cmpuint(value - before, >=, CARP_COUNTER_JUMP);
        g_assert_cmpuint(value - before, <, CARP_SEEN_FILL);
        g_assert_true(carp_counter_is_own_jump(&counter, value, 1));
        g_assert_false(carp_counter_is_own_jump(&counter, value - 5, 2));
        before = value;
    }
    /* Another host's jumps are not ours. */
    struct carp_counter other;
    unsigned int mistaken = 0;
    carp_counter_init(&other, ((uint64_t)1 << 32) + 0xabcde);
    for (int i = 0; i < 1000; i++) {
        mistaken += carp_counter_is_own_jump(
            &counter, carp_counter_next(&other, (uint64_t)g_test_rand_int()),
            2);
    }
    g_assert_cmpuint(mistaken, ==, 0);
    /* A peer goes on from it, and is not taken for us. */
    g_assert_false(carp_counter_is_own_jump(&counter, before + 1, 1));
    g_assert_cmpuint(carp_counter_next_family(&counter), ==, before + 1);
    g_assert_true(carp_counter_is_own_jump(&counter, before + 1, 2));
    g_assert_false(carp_counter_is_own_jump(&counter, before + 2, 2));
    before++;
    /* A peer is followed upwards, never downwards. */
    carp_counter_hear(&counter, before + 77, true);
    g_assert_cmpuint(carp_counter_next(&counter, 5), ==, before + 78);
    carp_counter_hear(&counter, 3, true);
    g_assert_cmpuint(carp_counter_next(&counter, 5), ==, before + 79);
    carp_counter_hear(&counter, UINT64_MAX, true);
    g_assert_cmpuint(carp_counter_next(&counter, 5), ==, before + 80);
    carp_counter_part(&counter);
    g_assert_cmpuint(carp_counter_next(&counter, 5), >=,
                     before + 80 + CARP_COUNTER_JUMP);
    carp_counter_hear(&counter, 0, true);
    /* The next run begins behind everything that this one may have sent. */
    struct carp_counter next;
    carp_counter_resume(&next, counter.first, counter.reserve);
    g_assert_cmpuint(carp_counter_next(&next, 0), >, counter.last);
    g_assert_false(next.has_heard);
    counter.last = UINT64_MAX - 3;
    g_assert_cmpuint(carp_counter_extend(&counter), ==, UINT64_MAX);
    counter.has_heard = false;
    g_assert_cmpuint(carp_counter_next(&counter, UINT64_MAX), ==,
                     UINT64_MAX - 2);
}

/* A new MASTER leaps, and what it counts on from can still be read off. */
static void
test_leap(void)
{
    for (int round = 0; round < 1000; round++) {
        struct carp_counter counter;
        uint64_t heard, first;
        carp_counter_init(&counter, 1ull << 62);
        write_down(&counter);
        heard = counter.last + 1 + (uint32_t)g_test_rand_int();
        carp_counter_hear(&counter, heard, true);
        carp_counter_lead(&counter);
        first = carp_counter_next(&counter, (uint32_t)g_test_rand_int());
        g_assert_cmpuint(first - heard, >, CARP_COUNTER_LEAP);
        g_assert_cmpuint(first - heard, <, CARP_SEEN_FILL);
        g_assert_cmpuint(carp_counter_steps(heard, first), ==, 1);
        g_assert_true(carp_counter_is_leap(heard, first));
        /* Also from what the master that is not heard has sent since. */
        g_assert_true(carp_counter_is_leap(heard + 30, first));
        g_assert_cmpuint(carp_counter_next(&counter, 3), ==, first + 1);
        g_assert_cmpuint(carp_counter_steps(heard, first + 1), ==, 2);
    }
    g_assert_cmpuint(carp_counter_steps(100, 107), ==, 7);
    g_assert_false(carp_counter_is_leap(100, 107));
    g_assert_false(carp_counter_is_leap(100, 100 + CARP_COUNTER_JUMP));
    g_assert_false(carp_counter_is_leap(CARP_COUNTER_LEAP, 0));
    g_assert_false(
        carp_counter_is_leap(0, (CARP_COUNTER_LEAPS + 2) * CARP_COUNTER_LEAP));
}

/* A value above the reserve is used once that is written down, and asked for
 * once each time as MASTER, whatever a peer draws. */
static void
test_reserve(void)
{
    struct carp_counter counter;
    uint64_t far, before;
    carp_counter_init(&counter, 0);
    write_down(&counter);
    far = counter.reserve + 12345;
    carp_counter_hear(&counter, far, false);
    g_assert_false(carp_counter_wants_reserve(&counter));
    carp_counter_lead(&counter);
    before = carp_counter_next(&counter, 1);
    g_assert_cmpuint(before, <, counter.reserve);
    g_assert_true(carp_counter_wants_reserve(&counter));
    g_assert_cmpuint(carp_counter_next(&counter, 1), ==, before + 1);
    /* One write may be lost. */
    carp_counter_written(&counter, carp_counter_extend(&counter));
    g_assert_cmpuint(carp_counter_next(&counter, 1), ==, before + 2);
    g_assert_true(carp_counter_wants_reserve(&counter));
    carp_counter_written(&counter, carp_counter_extend(&counter));
    g_assert_false(carp_counter_wants_reserve(&counter));
    g_assert_cmpuint(carp_counter_next(&counter, 1), ==, far + 1);
    for (uint64_t i = 1; i < 100; i++) {
        carp_counter_hear(&counter, counter.reserve + i * (1ull << 50), false);
        g_assert_cmpuint(carp_counter_next(&counter, 1), ==, far + 1 + i);
        g_assert_false(carp_counter_wants_reserve(&counter));
    }
    /* One that counts may have to be followed. */
    carp_counter_hear(&counter, counter.reserve + 5, true);
    g_assert_true(carp_counter_wants_reserve(&counter));
    write_down(&counter);
    g_assert_false(carp_counter_wants_reserve(&counter));
    before = counter.last;
    g_assert_cmpuint(carp_counter_next(&counter, 1), >, before + 1);
    before = counter.last;
    /* Only the last one heard counts, so that a lone peer that draws at
     * random does not drive the counter to the end. */
    carp_counter_hear(&counter, UINT64_MAX / 4 * 3, false);
    carp_counter_hear(&counter, 5, false);
    g_assert_cmpuint(carp_counter_next(&counter, 1), ==, before + 1);
}

/* ---------------------------------------------------------------- peers */

static struct carp_peers peers;
static carp_time now;

static struct carp_addr
host(uint8_t last)
{
    const uint8_t octets[4] = {10, 0, 0, last};
    return carp_addr_v4(octets);
}

static enum carp_peer_verdict
hear_from(const struct carp_addr *source, uint64_t counter, uint8_t skew)
{
    struct carp_adv adv;
    struct carp_verdict verdict = {.status = CARP_GOOD};
    memset(&adv, 0, sizeof(adv));
    adv.advbase = 1;
    adv.advskew = skew;
    adv.counter = counter;
    now += CARP_SEC;
    enum carp_peer_verdict judged = carp_peers_judge(&peers, source, &adv, now);
    if (judged == CARP_PEER_FRESH || judged == CARP_PEER_REPEAT) {
        carp_peers_accept(&peers, source, &adv, &verdict, now);
    }
    return judged;
}

static enum carp_peer_verdict
hear(uint8_t last, uint64_t counter)
{
    struct carp_addr source = host(last);
    return hear_from(&source, counter, 0);
}

static void
begin(void)
{
    carp_peers_init(&peers);
    now = CARP_SEC;
}

static void
test_moving(void)
{
    begin();
    for (uint64_t i = 100; i < 110; i++) {
        g_assert_cmpint(hear(1, i), ==, CARP_PEER_FRESH);
    }
    struct carp_addr one = host(1);
    g_assert_cmpint(carp_peers_find(&peers, &one)->kind, ==, CARP_PEER_MOVING);
    /* The last one again, for hours; older ones; from anywhere. */
    for (int i = 0; i < 5000; i++) {
        g_assert_cmpint(hear(1, 109), ==, CARP_PEER_REPLAYED);
    }
    g_assert_cmpint(hear(1, 104), ==, CARP_PEER_REPLAYED);
    g_assert_cmpint(hear(2, 104), ==, CARP_PEER_REPLAYED);
    g_assert_cmpint(hear_from(&one, 109, 7), ==, CARP_PEER_REWRITTEN);
    g_assert_cmpuint(peers.count, ==, 1);
    g_assert_cmpint(hear(1, 110), ==, CARP_PEER_FRESH);
    carp_peers_clear(&peers);
}

/* A carpd that preempts goes on from our random counter only once its reserve
 * is written, some adverts later. The jump makes no OpenBSD of it. */
static void
test_late_adoption(void)
{
    const uint64_t ours = 5ull << 60;

    begin();
    carp_peers_note_own(&peers, ours, true);
    g_assert_cmpint(hear(1, 100), ==, CARP_PEER_FRESH);
    g_assert_cmpint(hear(1, 101), ==, CARP_PEER_FRESH);
    g_assert_cmpint(hear(1, ours + 1), ==, CARP_PEER_FRESH);
    for (int i = 0; i < 5; i++) {
        g_assert_cmpint(hear(1, ours + 1), ==, CARP_PEER_REPLAYED);
    }
    g_assert_cmpint(hear(1, ours + 2), ==, CARP_PEER_FRESH);
    carp_peers_clear(&peers);
}

/* What its sender had sent before we began to listen. */
static void
test_older_than_we(void)
{
    begin();
    g_assert_cmpint(hear(1, 1ull << 60), ==, CARP_PEER_FRESH);
    g_assert_cmpint(hear(1, (1ull << 60) - 1000), ==, CARP_PEER_REPLAYED);
    g_assert_cmpint(hear(1, (1ull << 60) + 1), ==, CARP_PEER_FRESH);
    carp_peers_clear(&peers);
}

static void
test_random_master(void)
{
    begin();
    uint64_t last = 0;
    for (int i = 0; i < 3; i++) {
        last = ((uint64_t)g_test_rand_int() << 32) + ((uint64_t)1 << 50) +
               (uint64_t)i;
        g_assert_cmpint(hear(1, last), ==, CARP_PEER_FRESH);
    }
    for (int i = 0; i < 50; i++) {
        g_assert_cmpint(hear(1, last), ==, CARP_PEER_REPLAYED);
    }
    carp_peers_clear(&peers);
}

static void
test_constant(void)
{
    begin();
    struct carp_addr one = host(1);
    struct carp_addr six = {.family = CARP_IPV6,
                            .octets = {0xfe, 0x80, [15] = 1}};
    g_assert_cmpint(hear(1, 1ull << 60), ==, CARP_PEER_FRESH);
    /* The other family carries the same counter. */
    g_assert_cmpint(hear_from(&six, 1ull << 60, 0), ==, CARP_PEER_REPEAT);
    for (int i = 0; i < 5; i++) {
        g_assert_cmpint(hear(1, 1ull << 60), ==, CARP_PEER_REPEAT);
        g_assert_cmpint(hear_from(&six, 1ull << 60, 0), ==, CARP_PEER_REPEAT);
    }
    g_assert_cmpint(carp_peers_find(&peers, &one)->kind, ==,
                    CARP_PEER_CONSTANT);
    /* Demoted, and its bow-out: other intervals with the same counter. */
    g_assert_cmpint(hear_from(&one, 1ull << 60, 240), ==, CARP_PEER_REPEAT);
    /* It was started anew. */
    g_assert_cmpint(hear(1, 1ull << 40), ==, CARP_PEER_FRESH);
    for (int i = 0; i < 5; i++) {
        g_assert_cmpint(hear(1, 1ull << 40), ==, CARP_PEER_REPEAT);
    }
    g_assert_cmpint(hear(1, 1ull << 60), ==, CARP_PEER_REPLAYED);
    /* One that begins to count was none. */
    g_assert_cmpint(hear(1, (1ull << 40) + 1), ==, CARP_PEER_FRESH);
    g_assert_cmpint(hear(1, (1ull << 40) + 1), ==, CARP_PEER_REPLAYED);
    carp_peers_clear(&peers);
}

/* A machine that counted is replaced by one that does not. */
static void
test_replaced_machine(void)
{
    begin();
    for (uint64_t i = 100; i < 110; i++) {
        g_assert_cmpint(hear(1, i), ==, CARP_PEER_FRESH);
    }
    g_assert_cmpint(hear(1, 1ull << 60), ==, CARP_PEER_FRESH);
    for (int i = 0; i < 5; i++) {
        g_assert_cmpint(hear(1, 1ull << 60), ==, CARP_PEER_REPEAT);
    }
    carp_peers_clear(&peers);
}

static void
test_echo_and_duplicate(void)
{
    begin();
    carp_peers_note_own(&peers, 500, false);
    g_assert_cmpint(hear(1, 500), ==, CARP_PEER_ECHO);
    g_assert_cmpint(hear(1, 501), ==, CARP_PEER_FRESH);
    g_assert_cmpint(hear(1, 502), ==, CARP_PEER_FRESH);
    struct carp_addr one = host(1);
    struct carp_adv adv;
    memset(&adv, 0, sizeof(adv));
    adv.advbase = 1;
    adv.counter = 502;
    g_assert_cmpint(carp_peers_judge(&peers, &one, &adv, now + CARP_MSEC), ==,
                    CARP_PEER_DUPLICATE);
    adv.advskew = 3;
    g_assert_cmpint(carp_peers_judge(&peers, &one, &adv, now + CARP_MSEC), ==,
                    CARP_PEER_REWRITTEN);
    /* Between our own jumps there is room for those who follow us. */
    carp_peers_note_own(&peers, 1 << 20, true);
    carp_peers_note_own(&peers, 2 << 20, true);
    g_assert_cmpint(hear(1, (1 << 20) + 1), ==, CARP_PEER_FRESH);
    /* What we sent long ago is a replay, not an echo. */
    for (uint64_t i = 0; i < 2 * CARP_PEERS_OWN; i++) {
        carp_peers_note_own(&peers, 1000 + i, false);
    }
    g_assert_cmpint(hear(1, 1000), ==, CARP_PEER_REPLAYED);
    carp_peers_clear(&peers);
}

static void
test_table_bounded(void)
{
    begin();
    for (uint8_t i = 1; i < 100; i++) {
        g_assert_cmpint(hear(i, (uint64_t)i << 40), ==, CARP_PEER_FRESH);
    }
    g_assert_cmpuint(peers.count, ==, CARP_PEERS_MAX);
    struct carp_addr last = host(99);
    g_assert_nonnull(carp_peers_find(&peers, &last));
    /* Replays from elsewhere push nobody out. */
    for (uint8_t i = 100; i < 200; i++) {
        g_assert_cmpint(hear(i, (uint64_t)50 << 40), ==, CARP_PEER_REPLAYED);
    }
    g_assert_nonnull(carp_peers_find(&peers, &last));
    carp_peers_clear(&peers);
}

/* -------------------------------------------------------------- together */

static struct carp_replay
node(uint64_t random)
{
    struct carp_replay replay;
    carp_replay_init(&replay, random);
    write_down(&replay.counter);
    return replay;
}

/* What @p to makes of an advert with this counter, from 10.0.0.@p from. */
static enum carp_peer_verdict
tell(struct carp_replay *to, uint8_t from, uint64_t counter)
{
    const struct carp_verdict good = {.status = CARP_GOOD};
    const struct carp_adv adv = {.advbase = 1, .counter = counter};
    const struct carp_addr source = host(from);
    now += CARP_SEC;
    enum carp_peer_verdict verdict =
        carp_replay_judge(to, 1, &source, &adv, now);
    if (carp_replay_acts(verdict, CARP_REPLAY_STRICT)) {
        carp_peers_accept(&to->peers, &source, &adv, &good, now);
    }
    return verdict;
}

/* A MASTER advertises; its last adverts do not reach the BACKUP, which takes
 * over. The MASTER hears it, and must know it for a peer at once: it counts on
 * from an advert behind which the MASTER has gone on itself. What the MASTER
 * has sent stays an echo from whatever address it comes. */
static void
test_takeover_unheard(void)
{
    for (uint64_t round = 0; round < 200; round++) {
        struct carp_replay a = node((uint64_t)g_test_rand_int() << 32);
        struct carp_replay b = node((uint64_t)g_test_rand_int() << 32);
        uint64_t sent[40], first;
        /* They have heard each other before, now and then. */
        for (unsigned int i = 0; i < round % 4; i++) {
            carp_counter_lead(&b.counter);
            g_assert_cmpint(tell(&a, 2, carp_replay_next(&b, false, round)), ==,
                            CARP_PEER_FRESH);
            carp_counter_lead(&a.counter);
            g_assert_cmpint(tell(&b, 1, carp_replay_next(&a, false, round)), ==,
                            CARP_PEER_FRESH);
        }
        for (unsigned int i = 0; i < 40; i++) {
            sent[i] = carp_replay_next(&a, false, round * i);
            if (i < 20) {
                g_assert_cmpint(tell(&b, 1, sent[i]), ==, CARP_PEER_FRESH);
            }
        }
        carp_counter_lead(&b.counter);
        first = carp_replay_next(&b, false, (uint64_t)g_test_rand_int());
        g_assert_cmpint(tell(&a, 2, first), ==, CARP_PEER_FRESH);
        g_assert_cmpint(tell(&a, 2, carp_replay_next(&b, false, 7)), ==,
                        CARP_PEER_FRESH);
        for (unsigned int i = 0; i < 40; i++) {
            for (uint8_t from = 2; from < 4; from++) {
                enum carp_peer_verdict verdict = tell(&a, from, sent[i]);
                g_assert_false(carp_replay_acts(verdict, CARP_REPLAY_STRICT));
                g_assert_true(i < 24 || verdict == CARP_PEER_ECHO);
            }
        }
        /* Its path back works again: it goes on where it was. */
        if (a.counter.has_heard) {
            g_assert_cmpint(tell(&b, 1, carp_replay_next(&a, false, 7)), ==,
                            CARP_PEER_FRESH);
        }
        carp_replay_clear(&a);
        carp_replay_clear(&b);
    }
}

/* A third host hears both sides of a split; neither side is new to it, and
 * neither is a replay. Once the first MASTER goes on from the second one's,
 * what it sent meanwhile is old. */
static void
test_third_host(void)
{
    struct carp_replay c = node(99);
    const uint64_t base = 1ull << 60, far = base + 11 + 3 * CARP_COUNTER_LEAP;
    for (uint64_t i = 0; i <= 10; i++) {
        g_assert_cmpint(tell(&c, 1, base + i), ==, CARP_PEER_FRESH);
    }
    for (uint64_t i = 0; i < 5; i++) {
        g_assert_cmpint(tell(&c, 2, far + i), ==, CARP_PEER_FRESH);
        g_assert_cmpint(tell(&c, 1, base + 11 + 2 * i), ==, CARP_PEER_FRESH);
        g_assert_cmpint(tell(&c, 1, base + 10 + 2 * i), ==, CARP_PEER_REPLAYED);
    }
    g_assert_cmpint(tell(&c, 1, far + 6), ==, CARP_PEER_FRESH);
    g_assert_cmpint(tell(&c, 1, base + 30), ==, CARP_PEER_REPLAYED);
    g_assert_cmpint(tell(&c, 2, far + 5), ==, CARP_PEER_REPLAYED);
    carp_replay_clear(&c);
}

/* A carpd that was started anew still counts: its repeats are no OpenBSD's. */
static void
test_restarted_peer(void)
{
    struct carp_replay a = node(1ull << 61);
    struct carp_replay c = node(99), again;
    for (int i = 0; i < 3; i++) {
        tell(&c, 1, carp_replay_next(&a, false, 4));
    }
    carp_replay_init(&again, 0);
    carp_counter_resume(&again.counter, a.counter.first, a.counter.reserve);
    uint64_t value = carp_replay_next(&again, false, 4);
    g_assert_cmpint(tell(&c, 1, value), ==, CARP_PEER_FRESH);
    for (int i = 0; i < 5; i++) {
        g_assert_cmpint(tell(&c, 1, value), ==, CARP_PEER_REPLAYED);
    }
    carp_replay_clear(&a);
    carp_replay_clear(&again);
    carp_replay_clear(&c);
}

static void
test_modes(void)
{
    static const struct {
        enum carp_peer_verdict verdict;
        bool acts[3]; /* off, alert, strict */
    } rows[] = {{CARP_PEER_FRESH, {true, true, true}},
                {CARP_PEER_REPEAT, {true, true, true}},
                {CARP_PEER_DUPLICATE, {false, false, false}},
                {CARP_PEER_ECHO, {false, false, false}},
                {CARP_PEER_REPLAYED, {true, true, false}},
                {CARP_PEER_REWRITTEN, {true, true, false}}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (int mode = 0; mode < 3; mode++) {
            g_assert_cmpint(
                carp_replay_acts(rows[i].verdict, (enum carp_replay_mode)mode),
                ==, rows[i].acts[mode]);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/replay/counter", test_counter);
    g_test_add_func("/replay/counter/leap", test_leap);
    g_test_add_func("/replay/counter/reserve", test_reserve);
    g_test_add_func("/replay/peer/moving", test_moving);
    g_test_add_func("/replay/peer/late-adoption", test_late_adoption);
    g_test_add_func("/replay/peer/older-than-we", test_older_than_we);
    g_test_add_func("/replay/peer/random-master", test_random_master);
    g_test_add_func("/replay/peer/constant", test_constant);
    g_test_add_func("/replay/peer/replaced-machine", test_replaced_machine);
    g_test_add_func("/replay/peer/echo", test_echo_and_duplicate);
    g_test_add_func("/replay/peer/bounded", test_table_bounded);
    g_test_add_func("/replay/takeover-unheard", test_takeover_unheard);
    g_test_add_func("/replay/third-host", test_third_host);
    g_test_add_func("/replay/restarted-peer", test_restarted_peer);
    g_test_add_func("/replay/modes", test_modes);
    return g_test_run();
}
