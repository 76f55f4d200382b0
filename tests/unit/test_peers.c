/* SPDX-License-Identifier: BSD-2-Clause */
/* What a sender is taken for, and which of its adverts are new. */
#include <string.h>

#include <glib.h>

#include <carp/counter.h>
#include <carp/peers.h>

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

/* A dual-stack host that takes over leaps in one family; its second advert is
 * right behind. A master that it does not hear is still in the gap. */
static void
test_leap_of_two_families(void)
{
    struct carp_addr one6 = {.family = CARP_IPV6,
                             .octets = {0xfe, 0x80, [15] = 1}};
    struct carp_addr two6 = {.family = CARP_IPV6,
                             .octets = {0xfe, 0x80, [15] = 2}};
    const uint64_t base = 1ull << 60, far = base + 10 + 3 * CARP_COUNTER_LEAP;
    struct carp_addr one = host(1), two = host(2);

    begin();
    /* Each has advertised in both families before. */
    g_assert_cmpint(hear_from(&two, base - 2, 0), ==, CARP_PEER_FRESH);
    g_assert_cmpint(hear_from(&two6, base - 1, 0), ==, CARP_PEER_FRESH);
    for (uint64_t i = 0; i < 10; i += 2) {
        g_assert_cmpint(hear_from(&one, base + i, 0), ==, CARP_PEER_FRESH);
        g_assert_cmpint(hear_from(&one6, base + i + 1, 0), ==, CARP_PEER_FRESH);
    }
    for (uint64_t i = 0; i < 10; i += 2) {
        g_assert_cmpint(hear_from(&two, far + i, 0), ==, CARP_PEER_FRESH);
        g_assert_cmpint(hear_from(&two6, far + i + 1, 0), ==, CARP_PEER_FRESH);
        g_assert_cmpint(hear_from(&one, base + 10 + i, 0), ==, CARP_PEER_FRESH);
        g_assert_cmpint(hear_from(&one6, base + 11 + i, 0), ==,
                        CARP_PEER_FRESH);
    }
    carp_peers_clear(&peers);
}

/* A dual-stack host leaps with each advert, and one family's gets lost now and
 * then: the gaps stay open, for each advert says where it was before. */
static void
test_leaps_with_losses(void)
{
    struct carp_addr one6 = {.family = CARP_IPV6,
                             .octets = {0xfe, 0x80, [15] = 1}};
    const struct carp_addr one = host(1);
    for (unsigned int round = 0; round < 8; round++) {
        const bool is_overtaken = (round & 1) != 0;
        uint64_t at = 1ull << 60;

        begin();
        hear(2, at - 1);
        for (unsigned int i = 0; i < 12; i++, at += 2 * CARP_COUNTER_LEAP + 2) {
            const bool has_four = i < 3 || i % 3 != round / 2;
            if (has_four && !is_overtaken) {
                g_assert_cmpint(hear_from(&one, at, 0), ==, CARP_PEER_FRESH);
            }
            g_assert_cmpint(hear_from(&one6, at + 1, 0), ==, CARP_PEER_FRESH);
            if (has_four && is_overtaken && i > 0) {
                g_assert_cmpint(hear_from(&one, at, 0), ==, CARP_PEER_FRESH);
            }
        }
        /* In each gap another master may be. */
        for (unsigned int i = 0; i < 11; i++) {
            const uint64_t gap = (1ull << 60) + CARP_COUNTER_LEAP + 7;
            g_assert_cmpint(hear(2, gap + i * (2 * CARP_COUNTER_LEAP + 2)), ==,
                            CARP_PEER_FRESH);
        }
        carp_peers_clear(&peers);
    }
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

/* Kernels go on from OpenBSD's counter each time that it has spoken. */
static void
test_line_of_constant(void)
{
    const uint64_t x = 1ull << 60;
    struct carp_addr one = host(1);
    struct carp_addr six = {.family = CARP_IPV6,
                            .octets = {0xfe, 0x80, [15] = 2}};
    begin();
    for (int i = 0; i < 5; i++) {
        hear(1, x);
    }
    g_assert_cmpint(hear(2, x + 1), ==, CARP_PEER_FRESH);
    for (uint64_t i = 2; i < 10; i++) {
        g_assert_cmpint(hear(2, x + i), ==, CARP_PEER_FRESH);
        g_assert_cmpint(hear(2, x + i), ==, CARP_PEER_REPLAYED);
        g_assert_cmpint(hear(3, x + 1), ==, CARP_PEER_REPLAYED);
    }
    g_assert_cmpint(hear(1, x), ==, CARP_PEER_REPEAT);
    g_assert_cmpint(hear(2, x + 1), ==, CARP_PEER_REPEAT);
    g_assert_cmpint(hear(2, x + 1), ==, CARP_PEER_REPLAYED);
    g_assert_cmpint(hear(3, x + 3), ==, CARP_PEER_REPEAT); /* 2 got lost */
    g_assert_cmpint(hear(2, x + 2), ==, CARP_PEER_REPLAYED);
    g_assert_cmpint(hear_from(&six, x + 4, 0), ==, CARP_PEER_REPLAYED);
    g_assert_cmpint(hear(1, x + 4), ==, CARP_PEER_REPLAYED);
    g_assert_cmpint(hear(2, x + 10), ==, CARP_PEER_FRESH);
    g_assert_cmpint(hear(2, x + 4), ==, CARP_PEER_REPLAYED);
    /* A stranger acts, but is no sender yet. */
    g_assert_cmpint(hear(1, x), ==, CARP_PEER_REPEAT);
    g_assert_cmpint(hear(4, x + 5), ==, CARP_PEER_REPEAT);
    g_assert_cmpuint(peers.count, ==, 2);
    /* What did not go on from it stays old. */
    g_assert_cmpint(hear(2, x + 2 * CARP_PEERS_LINE), ==, CARP_PEER_FRESH);
    g_assert_cmpint(hear(1, x), ==, CARP_PEER_REPEAT);
    g_assert_cmpint(hear(2, x + 2 * CARP_PEERS_LINE), ==, CARP_PEER_REPLAYED);
    g_assert_cmpint(hear(2, x - 1), ==, CARP_PEER_REPLAYED);
    /* Read back: until OpenBSD speaks. */
    peers.count = 0;
    carp_peers_restore(&peers, &one, CARP_PEER_CONSTANT, x);
    g_assert_cmpint(hear(2, x + 6), ==, CARP_PEER_REPLAYED);
    g_assert_cmpint(hear(1, x), ==, CARP_PEER_REPEAT);
    g_assert_cmpint(hear(2, x + 6), ==, CARP_PEER_REPEAT);
    carp_peers_clear(&peers);
}

/* Of two that met behind a wall each went on from the other's leap. A master
 * that has heard nobody still climbs through the gap: its beat acts, and what
 * was heard acts no more. Who is not on its way has no such excuse. */
static void
test_climbs_through_a_gap(void)
{
    const uint64_t base = 1ull << 60, step = 7 * CARP_COUNTER_JUMP;
    const uint64_t theirs = base + 1 + 3 * CARP_COUNTER_LEAP;
    const uint64_t ours = theirs + 1 + 20 * CARP_COUNTER_LEAP;
    const uint64_t beyond = theirs + 4 * CARP_COUNTER_LEAP;
    uint64_t at = base;

    begin();
    g_assert_cmpint(hear(1, base), ==, CARP_PEER_FRESH);
    g_assert_cmpint(hear(2, theirs), ==, CARP_PEER_FRESH);
    carp_peers_note_own(&peers, ours, false);
    g_assert_cmpint(hear(2, ours + 1), ==, CARP_PEER_FRESH);
    while (at < beyond) {
        at += at % (5 * CARP_COUNTER_JUMP) == 0 ? 5 * step : step; /* lost */
        g_assert_cmpint(hear(1, at), ==, CARP_PEER_FRESH);
        g_assert_cmpint(hear(1, at), ==, CARP_PEER_REPLAYED);
        g_assert_cmpint(hear(2, at), ==, CARP_PEER_REPLAYED);
        g_assert_cmpint(hear(1, at - step), ==, CARP_PEER_REPLAYED);
    }
    g_assert_cmpint(hear(3, at + step), ==, CARP_PEER_REPLAYED);
    g_assert_cmpint(hear(2, at + step), ==, CARP_PEER_REPLAYED);
    g_assert_cmpint(hear(1, at + 1), ==, CARP_PEER_REPLAYED);
    g_assert_cmpint(hear(1, at + step + 1), ==, CARP_PEER_REPLAYED);
    g_assert_cmpint(hear(1, at + 9 * 256 * CARP_COUNTER_JUMP), ==,
                    CARP_PEER_REPLAYED);
    g_assert_cmpint(hear(2, ours + 2), ==, CARP_PEER_FRESH);
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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/peers/moving", test_moving);
    g_test_add_func("/peers/late-adoption", test_late_adoption);
    g_test_add_func("/peers/leap-of-two-families", test_leap_of_two_families);
    g_test_add_func("/peers/leaps-with-losses", test_leaps_with_losses);
    g_test_add_func("/peers/older-than-we", test_older_than_we);
    g_test_add_func("/peers/random-master", test_random_master);
    g_test_add_func("/peers/constant", test_constant);
    g_test_add_func("/peers/line-of-constant", test_line_of_constant);
    g_test_add_func("/peers/replaced-machine", test_replaced_machine);
    g_test_add_func("/peers/climbs-through-a-gap", test_climbs_through_a_gap);
    g_test_add_func("/peers/echo", test_echo_and_duplicate);
    g_test_add_func("/peers/bounded", test_table_bounded);
    return g_test_run();
}
