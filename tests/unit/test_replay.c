/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters and senders together: hosts that hear each other. */
#include <glib.h>

#include <carp/replay.h>

static carp_time now;

static struct carp_addr
host(uint8_t last)
{
    const uint8_t octets[4] = {10, 0, 0, last};
    return carp_addr_v4(octets);
}

static void
write_down(struct carp_counter *counter)
{
    for (int i = 0; i < 2; i++) {
        carp_counter_written(counter, carp_counter_extend(counter));
    }
}

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
    const struct carp_addr source = host(from), own = host(9);
    now += CARP_SEC;
    enum carp_peer_verdict verdict =
        carp_replay_judge(to, 1, &own, &source, &adv, now);
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

/* Adverts of two hosts with these addresses, sent in one moment: do they hear
 * each other? */
static bool
are_heard(struct carp_replay nodes[2], const struct carp_addr addrs[2][2],
          bool only_six)
{
    struct carp_adv adv[2][2] = {{{0}}};
    unsigned int fresh = 0;
    for (int i = 0; i < 2; i++) {
        for (int f = 0; f < 2; f++) {
            adv[i][f].advbase = 1;
            adv[i][f].counter = carp_replay_next(&nodes[i], f == 1,
                                                 (uint64_t)g_test_rand_int());
        }
    }
    now += CARP_SEC;
    for (int i = 0; i < 2; i++) {
        for (int f = i == 1 && only_six ? 1 : 0; f < 2; f++) {
            fresh +=
                carp_replay_judge(&nodes[i], 2, &addrs[i][f], &addrs[1 - i][f],
                                  &adv[1 - i][f], now) == CARP_PEER_FRESH;
        }
    }
    return fresh != 0;
}

/* Equals in step: one adopts the other's counter and sends the same as it next.
 * They part then, also when the order of their addresses is not the same in
 * both families and one of them hears one family only. */
static void
test_in_step(void)
{
    for (unsigned int round = 0; round < 400; round++) {
        const uint8_t low[16] = {0xfe, 0x80, [15] = 1};
        const uint8_t high[16] = {0xfe, 0x80, [15] = 2};
        const bool is_turned = round % 2 != 0;
        const struct carp_addr addrs[2][2] = {
            {host(1), carp_addr_v6(is_turned ? high : low)},
            {host(2), carp_addr_v6(is_turned ? low : high)}};
        struct carp_replay nodes[2] = {node(1ull << 60), node(1ull << 60)};
        unsigned int deaf = 0, in_a_row = 0;
        for (int i = 0; i < 2; i++) {
            /* Both have heard the same, one counter or another. */
            carp_counter_hear(&nodes[i].counter,
                              nodes[i].counter.last + 2 + round / 2 * 2, true);
        }
        for (int i = 0; i < 10; i++) {
            const bool is_heard = are_heard(nodes, addrs, round % 4 > 1);
            deaf += !is_heard;
            in_a_row = is_heard ? 0 : in_a_row + 1;
            g_assert_cmpuint(in_a_row, <=, 2);
        }
        g_assert_cmpuint(deaf, >=, 1);
        g_assert_true(deaf == 1 || round % 4 > 1);
        carp_replay_clear(&nodes[0]);
        carp_replay_clear(&nodes[1]);
    }
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

/* An advert of host 1 in this family, @p wait after the one before. */
static bool
acts(struct carp_replay *to, uint8_t family, uint64_t counter, uint8_t skew,
     carp_time wait)
{
    const uint8_t six[2][16] = {{0xfe, 0x80, [15] = 1}, {0xfe, 0x80, [15] = 9}};
    const bool is_six = family == CARP_IPV6;
    const struct carp_addr source = is_six ? carp_addr_v6(six[0]) : host(1);
    const struct carp_addr own = is_six ? carp_addr_v6(six[1]) : host(9);
    const struct carp_verdict good = {.status = CARP_GOOD};
    const struct carp_adv adv = {
        .advbase = 1, .advskew = skew, .counter = counter};

    now += wait;
    if (!carp_replay_acts(carp_replay_judge(to, 2, &own, &source, &adv, now),
                          CARP_REPLAY_STRICT)) {
        return false;
    }
    carp_peers_accept(&to->peers, &source, &adv, &good, now);
    return true;
}

/* Both families of each advert reach a strict host, the second one first. What
 * is not of one moment with what was heard, or says something else, or was
 * heard, is refused. */
static void
test_overtaken(void)
{
    for (unsigned int round = 0; round < 40; round++) {
        struct carp_replay a = node((uint64_t)g_test_rand_int() << 32);
        struct carp_replay b = node((uint64_t)g_test_rand_int() << 32);
        if (round % 2 != 0) {
            carp_counter_hear(&a.counter, a.counter.last + 1, true);
        }
        carp_counter_lead(&a.counter);
        for (unsigned int i = 0; i < 20; i++) {
            const uint64_t four = carp_replay_next(&a, false, round + i);
            const uint64_t six = carp_replay_next(&a, true, 0);

            g_assert_true(acts(&b, CARP_IPV6, six, 7, CARP_SEC));
            if (i == 5) { /* kept back */
                g_assert_false(acts(&b, CARP_IPV4, four, 7, CARP_SEC / 8));
                continue;
            }
            if (i == 7) { /* rewritten */
                g_assert_false(acts(&b, CARP_IPV4, four, 0, CARP_MSEC));
                continue;
            }
            if (i > 0 && round % 4 > 1) {
                g_assert_false(acts(&b, CARP_IPV4, six, 7, CARP_MSEC));
            }
            g_assert_true(acts(&b, CARP_IPV4, four, 7, CARP_MSEC));
            /* The first one of a sender may be an OpenBSD's. */
            for (unsigned int k = 0; i > 0 && k < 3; k++) {
                g_assert_false(acts(&b, CARP_IPV4, four, 7, CARP_MSEC));
                g_assert_false(acts(&b, CARP_IPV4, four, 0, CARP_MSEC));
                g_assert_false(acts(&b, CARP_IPV6, four, 7, CARP_MSEC));
                g_assert_false(acts(&b, CARP_IPV4, six, 7, CARP_MSEC));
            }
        }
        carp_replay_clear(&a);
        carp_replay_clear(&b);
    }
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
    g_test_add_func("/replay/takeover-unheard", test_takeover_unheard);
    g_test_add_func("/replay/third-host", test_third_host);
    g_test_add_func("/replay/in-step", test_in_step);
    g_test_add_func("/replay/restarted-peer", test_restarted_peer);
    g_test_add_func("/replay/overtaken", test_overtaken);
    g_test_add_func("/replay/modes", test_modes);
    return g_test_run();
}
