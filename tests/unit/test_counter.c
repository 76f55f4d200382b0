/* SPDX-License-Identifier: BSD-2-Clause */
/* Own counters. */
#include <glib.h>

#include <carp/counter.h>
#include <carp/seen.h>

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
    carp_counter_part(&counter, false);
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

/* Two that part never send the same, whatever they draw. */
static void
test_part(void)
{
    for (int round = 0; round < 1000; round++) {
        struct carp_counter a, b;
        carp_counter_init(&a, 1ull << 62);
        write_down(&a);
        carp_counter_hear(&a, a.last + 5, true);
        b = a;
        carp_counter_part(&a, false);
        carp_counter_part(&b, true);
        for (int i = 0; i < 16; i++) {
            const uint64_t mine =
                carp_counter_next(&a, (uint32_t)g_test_rand_int());
            const uint64_t theirs =
                carp_counter_next(&b, (uint32_t)g_test_rand_int());
            g_assert_cmpuint(mine, !=, theirs);
            g_assert_true(carp_counter_is_leap(mine < theirs ? mine : theirs,
                                               mine < theirs ? theirs : mine));
            /* Each goes on from the higher one. */
            carp_counter_hear(&a, theirs, true);
            carp_counter_hear(&b, mine, true);
        }
        g_assert_cmpuint(carp_counter_next(&a, 1), ==,
                         carp_counter_next(&b, 2));
    }
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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/counter/values", test_counter);
    g_test_add_func("/counter/leap", test_leap);
    g_test_add_func("/counter/part", test_part);
    g_test_add_func("/counter/reserve", test_reserve);
    return g_test_run();
}
