/* SPDX-License-Identifier: BSD-2-Clause */
/* Intervals, dead times and learnt rhythms (PROTOCOL 3.2, 8.1, 8.2). */
#include <carp/timing.h>

#include <glib.h>

static void
near(carp_time is, carp_time wanted, carp_time slack)
{
    g_assert_cmpuint(is, >=, wanted - slack);
    g_assert_cmpuint(is, <=, wanted + slack);
}

static void
test_interval(void)
{
    g_assert_cmpuint(carp_interval(1, 0), ==, CARP_SEC);
    g_assert_cmpuint(carp_interval(0, 1), ==, CARP_SKEW_UNIT);
    g_assert_cmpuint(carp_interval(1, 128), ==, 1500 * CARP_MSEC);
    g_assert_cmpuint(carp_interval(255, 255), ==, 255996093750);
    g_assert_cmpuint(carp_interval(0, 0), ==, 0);
    for (unsigned int skew = 0; skew < 255; skew++) {
        g_assert_cmpuint(carp_interval(1, (uint8_t)skew), <,
                         carp_interval(1, (uint8_t)(skew + 1)));
    }
}

static void
test_master_down(void)
{
    static const struct {
        enum carp_timing_id id;
        uint8_t base, skew;
        carp_time wanted;
    } rows[] = {
        {CARP_TIMING_BSD, 1, 0, 3 * CARP_SEC},
        {CARP_TIMING_BSD, 1, 100, 3390625 * CARP_USEC},
        {CARP_TIMING_BSD, 0, 100, 390625 * CARP_USEC},
        {CARP_TIMING_OPENBSD, 1, 0, 3 * CARP_SEC},
        {CARP_TIMING_OPENBSD, 1, 100, 4171875 * CARP_USEC},
        {CARP_TIMING_OPENBSD, 0, 0, 3 * CARP_SKEW_UNIT},
        {CARP_TIMING_UCARP, 1, 0, 3 * CARP_SEC},
        {CARP_TIMING_UCARP, 1, 100, 4171875 * CARP_USEC},
        {CARP_TIMING_UCARP, 1, 255, 5988281250},
        {CARP_TIMING_UCARP, 0, 0, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_cmpuint(
            carp_master_down(rows[i].id, rows[i].base, rows[i].skew), ==,
            rows[i].wanted);
    }
    /* Out of the table: as most systems do. */
    g_assert_cmpuint(carp_master_down(CARP_TIMING_COUNT, 2, 0), ==,
                     6 * CARP_SEC);
}

static void
test_ticks(void)
{
    static const struct {
        uint8_t base, skew;
        carp_time wanted;
    } measured[] = {{0, 0, 10 * CARP_MSEC},    {0, 5, 30 * CARP_MSEC},
                    {0, 20, 90 * CARP_MSEC},   {0, 50, 210 * CARP_MSEC},
                    {0, 100, 410 * CARP_MSEC}, {1, 0, 1010 * CARP_MSEC},
                    {1, 10, 1050 * CARP_MSEC}, {1, 20, 1090 * CARP_MSEC},
                    {1, 50, 1210 * CARP_MSEC}, {1, 60, 1250 * CARP_MSEC},
                    {1, 100, 1410 * CARP_MSEC}};

    for (size_t i = 0; i < G_N_ELEMENTS(measured); i++) {
        g_assert_cmpuint(
            carp_tick_10ms(carp_interval(measured[i].base, measured[i].skew)),
            ==, measured[i].wanted);
    }
    /* The measured 0/0 is one unit of skew long. */
    g_assert_cmpuint(carp_tick_10ms(CARP_SKEW_UNIT), ==, 20 * CARP_MSEC);
    /* OpenBSD's dead times for skew 0, 10 and 100. */
    for (size_t i = 0; i < 3; i++) {
        static const uint8_t skew[] = {0, 10, 100};
        static const carp_time wanted[] = {3010, 3130, 4190};

        near(carp_tick_10ms(carp_master_down(CARP_TIMING_OPENBSD, 1, skew[i])),
             wanted[i] * CARP_MSEC, 0);
    }
}

static void
test_slowest(void)
{
    for (unsigned int base = 0; base < 256; base++) {
        const carp_time slowest = carp_slowest_takeover((uint8_t)base);

        for (int id = 0; id < CARP_TIMING_COUNT; id++) {
            for (unsigned int skew = 0; skew < 255; skew++) {
                g_assert_cmpuint(
                    carp_tick_10ms(carp_master_down(
                        (enum carp_timing_id)id, (uint8_t)base, (uint8_t)skew)),
                    <, slowest);
            }
        }
    }
}

/* --------------------------------------------------------------------- pace */

static void
test_pace_learns(void)
{
    /* Measured intervals of 8.1. */
    static const struct {
        uint8_t base, skew;
        carp_time real;
    } rows[] = {{1, 0, 1010 * CARP_MSEC},   {1, 0, 1002 * CARP_MSEC},
                {1, 10, 1041 * CARP_MSEC},  {1, 100, 1410 * CARP_MSEC},
                {1, 100, 1392 * CARP_MSEC}, {0, 0, 20 * CARP_MSEC},
                {0, 20, 90 * CARP_MSEC},    {0, 100, 410 * CARP_MSEC}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct carp_pace pace;

        carp_pace_init(&pace, rows[i].base, rows[i].skew);
        g_assert_cmpuint(carp_pace_expect(&pace, rows[i].base, rows[i].skew),
                         ==, carp_interval(rows[i].base, rows[i].skew));
        for (int n = 0; n < 20; n++) {
            carp_pace_learn(&pace, rows[i].base, rows[i].skew, rows[i].real);
        }
        g_assert_cmpuint(pace.samples, ==, 20);
        near(carp_pace_expect(&pace, rows[i].base, rows[i].skew), rows[i].real,
             CARP_USEC);
        near(pace.jitter, 0, 0);
    }
}

static void
test_pace_leaves_out(void)
{
    struct carp_pace pace;

    carp_pace_init(&pace, 1, 0);
    for (int i = 0; i < 10; i++) {
        carp_pace_learn(&pace, 1, 0, 1002 * CARP_MSEC);
        carp_pace_learn(&pace, 1, 0, 2004 * CARP_MSEC); /* one was lost */
        carp_pace_learn(&pace, 1, 0, 3 * CARP_MSEC);    /* an extra one */
        carp_pace_learn(&pace, 1, 0, 1400 * CARP_MSEC); /* stalled */
    }
    g_assert_cmpuint(pace.samples, ==, 10);
    near(carp_pace_expect(&pace, 1, 0), 1002 * CARP_MSEC, CARP_USEC);
}

static void
test_pace_jitter(void)
{
    struct carp_pace pace;

    carp_pace_init(&pace, 1, 0);
    for (int i = 0; i < 400; i++) {
        carp_pace_learn(&pace, 1, 0, (i % 2 == 0 ? 1000 : 1020) * CARP_MSEC);
    }
    g_assert_cmpuint(pace.samples, ==, UINT8_MAX);
    near(pace.jitter, 10 * CARP_MSEC, 2 * CARP_MSEC);
    near(pace.interval, 1010 * CARP_MSEC, 2 * CARP_MSEC);
}

/* Demotion changes what is advertised: a new rhythm. */
static void
test_pace_changes(void)
{
    struct carp_pace pace;

    carp_pace_init(&pace, 1, 0);
    carp_pace_learn(&pace, 1, 0, 1010 * CARP_MSEC);
    g_assert_cmpuint(carp_pace_expect(&pace, 1, 240), ==,
                     carp_interval(1, 240));
    carp_pace_learn(&pace, 1, 240, 1950 * CARP_MSEC);
    g_assert_cmpuint(pace.samples, ==, 1);
    g_assert_cmpuint(carp_pace_expect(&pace, 1, 240), ==, 1950 * CARP_MSEC);
    g_assert_cmpuint(carp_pace_expect(&pace, 1, 0), ==, CARP_SEC);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/timing/interval", test_interval);
    g_test_add_func("/timing/master-down", test_master_down);
    g_test_add_func("/timing/ticks", test_ticks);
    g_test_add_func("/timing/slowest", test_slowest);
    g_test_add_func("/timing/pace/learns", test_pace_learns);
    g_test_add_func("/timing/pace/leaves-out", test_pace_leaves_out);
    g_test_add_func("/timing/pace/jitter", test_pace_jitter);
    g_test_add_func("/timing/pace/changes", test_pace_changes);
    return g_test_run();
}
