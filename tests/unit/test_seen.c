/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of counters that were seen. */
#include <glib.h>

#include <carp/counter.h>
#include <carp/seen.h>

static void
test_seen_runs(void)
{
    struct carp_seen_set seen;
    uint64_t highest = 0;
    carp_seen_init(&seen);
    g_assert_false(carp_seen_has(&seen, 0));
    g_assert_false(carp_seen_below(&seen, UINT64_MAX, &highest));
    for (uint64_t i = 1000; i < 2000; i++) {
        g_assert_false(carp_seen_has(&seen, i));
        carp_seen_add(&seen, i);
        g_assert_true(carp_seen_has(&seen, i));
    }
    g_assert_cmpuint(seen.count, ==, 1);
    g_assert_false(carp_seen_has(&seen, 999));
    g_assert_false(carp_seen_has(&seen, 2000));
    carp_seen_add(&seen, 5000);
    g_assert_cmpuint(seen.count, ==, 2);
    g_assert_false(carp_seen_has(&seen, 4999));
    g_assert_false(carp_seen_below(&seen, 999, &highest));
    g_assert_true(carp_seen_below(&seen, 4999, &highest));
    g_assert_cmpuint(highest, ==, 1999);
    g_assert_true(carp_seen_below(&seen, 1500, &highest));
    g_assert_cmpuint(highest, ==, 1500);
    g_assert_true(carp_seen_below(&seen, UINT64_MAX, &highest));
    g_assert_cmpuint(highest, ==, 5000);
    carp_seen_clear(&seen);
}

static void
test_seen_ends(void)
{
    struct carp_seen_set seen;
    carp_seen_init(&seen);
    carp_seen_add(&seen, UINT64_MAX);
    carp_seen_add(&seen, 0);
    carp_seen_add(&seen, UINT64_MAX - 1);
    g_assert_true(carp_seen_has(&seen, UINT64_MAX));
    g_assert_true(carp_seen_has(&seen, 0));
    g_assert_false(carp_seen_has(&seen, 1));
    g_assert_cmpuint(seen.count, ==, 2);
    carp_seen_add_span(&seen, 5, UINT64_MAX);
    g_assert_cmpuint(seen.count, ==, 2);
    g_assert_true(carp_seen_has(&seen, 5));
    carp_seen_add(&seen, 2);
    carp_seen_add(&seen, 1);
    carp_seen_add(&seen, 4);
    g_assert_false(carp_seen_has(&seen, 3));
    g_assert_cmpuint(seen.count, ==, 2);
    carp_seen_add(&seen, 3);
    g_assert_cmpuint(seen.count, ==, 1);
    carp_seen_clear(&seen);
}

/* Against the plainest model there is, within a small world. */
static void
test_seen_model(void)
{
    for (int round = 0; round < 50; round++) {
        struct carp_seen_set seen;
        bool model[512] = {false};
        carp_seen_init(&seen);
        for (int i = 0; i < 60; i++) {
            uint64_t first = (uint64_t)g_test_rand_int_range(0, 500);
            uint64_t last = first + (uint64_t)g_test_rand_int_range(0, 12);
            carp_seen_add_span(&seen, first, last);
            for (uint64_t k = first; k <= last; k++) {
                model[k] = true;
            }
        }
        for (uint64_t k = 0; k < 512; k++) {
            g_assert_cmpint(carp_seen_has(&seen, k), ==, model[k]);
        }
        for (size_t i = 1; i < seen.count; i++) {
            g_assert_cmpuint(seen.spans[i - 1].last + 1, <,
                             seen.spans[i].first);
        }
        carp_seen_clear(&seen);
    }
}

/* The oldest are forgotten; those that lie close together are joined. */
static void
test_seen_bounded(void)
{
    const uint64_t far = 2 * CARP_SEEN_FILL;
    struct carp_seen_set seen;
    carp_seen_init(&seen);
    for (uint64_t i = 0; i < 3 * CARP_SEEN_SPANS_MAX; i++) {
        carp_seen_add(&seen, i * far);
    }
    g_assert_cmpuint(seen.count, ==, CARP_SEEN_SPANS_MAX);
    g_assert_false(carp_seen_has(&seen, 0));
    g_assert_true(carp_seen_has(&seen, (3 * CARP_SEEN_SPANS_MAX - 1) * far));
    carp_seen_clear(&seen);
    for (uint64_t i = 0; i < 3 * CARP_SEEN_SPANS_MAX; i++) {
        carp_seen_add(&seen, i * CARP_COUNTER_LEAP);
    }
    g_assert_cmpuint(seen.count, ==, CARP_SEEN_SPANS_MAX);
    for (uint64_t i = 0; i < 3 * CARP_SEEN_SPANS_MAX; i++) {
        g_assert_true(carp_seen_has(&seen, i * CARP_COUNTER_LEAP));
    }
    carp_seen_clear(&seen);
    /* An exact one holds nothing that was not added. */
    seen.is_exact = true;
    for (uint64_t i = 0; i < 3 * CARP_SEEN_SPANS_MAX; i++) {
        carp_seen_add(&seen, 2 * i);
    }
    g_assert_cmpuint(seen.count, ==, CARP_SEEN_SPANS_MAX);
    for (uint64_t i = 0; i < 3 * CARP_SEEN_SPANS_MAX; i++) {
        g_assert_cmpint(carp_seen_has(&seen, 2 * i), ==,
                        i >= 2 * CARP_SEEN_SPANS_MAX);
        g_assert_false(carp_seen_has(&seen, 2 * i + 1));
    }
    carp_seen_clear(&seen);
}

static void
test_fill(void)
{
    struct carp_seen_set set, holes;

    carp_seen_init(&set);
    carp_seen_init(&holes);
    holes.is_exact = true;
    carp_seen_add_span(&set, 10, 19);
    carp_seen_add_span(&set, 30, 39);
    carp_seen_add(&set, UINT64_MAX);
    carp_seen_fill(&set, 15, 35, &holes);
    g_assert_cmpuint(holes.count, ==, 1);
    g_assert_cmpuint(holes.spans[0].first, ==, 20);
    g_assert_cmpuint(holes.spans[0].last, ==, 29);
    carp_seen_fill(&set, 12, 39, &holes);
    g_assert_cmpuint(holes.count, ==, 1);
    carp_seen_fill(&set, 5, 45, &holes);
    g_assert_cmpuint(holes.count, ==, 3);
    g_assert_cmpuint(holes.spans[0].first, ==, 5);
    g_assert_cmpuint(holes.spans[0].last, ==, 9);
    g_assert_cmpuint(holes.spans[2].first, ==, 40);
    g_assert_cmpuint(holes.spans[2].last, ==, 45);
    carp_seen_fill(&set, UINT64_MAX - 1, UINT64_MAX, &holes);
    g_assert_cmpuint(holes.count, ==, 4);
    g_assert_cmpuint(holes.spans[3].first, ==, UINT64_MAX - 1);
    g_assert_cmpuint(holes.spans[3].last, ==, UINT64_MAX - 1);
    g_assert_cmpuint(set.count, ==, 2);
    carp_seen_fill(&set, 0, UINT64_MAX, &holes);
    g_assert_cmpuint(set.count, ==, 1);
    g_assert_cmpuint(holes.count, ==, 3);
    g_assert_false(carp_seen_has(&holes, 12));
    g_assert_false(carp_seen_has(&holes, UINT64_MAX));
    g_assert_true(carp_seen_has(&holes, UINT64_MAX - 1));
    carp_seen_clear(&set);
    carp_seen_clear(&holes);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/seen/runs", test_seen_runs);
    g_test_add_func("/seen/ends", test_seen_ends);
    g_test_add_func("/seen/model", test_seen_model);
    g_test_add_func("/seen/bounded", test_seen_bounded);
    g_test_add_func("/seen/fill", test_fill);
    return g_test_run();
}
