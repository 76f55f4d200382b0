/* SPDX-License-Identifier: BSD-2-Clause */
/* carpmon's command line, its live clock, times as text. */
#include <string.h>

#include <glib.h>

#include "clock.h"
#include "options.h"
#include "text.h"

/* 2026-08-22 12:00:02.114 UTC */
#define T0 (1787400002 * CARP_SEC + 114 * CARP_MSEC)

static void
test_durations(void)
{
    static const struct {
        carp_time duration;
        const char *text;
    } rows[] = {
        {0, "0 ms"},
        {250 * CARP_USEC, "0.25 ms"},
        {350 * CARP_MSEC, "350 ms"},
        {3410 * CARP_MSEC, "3.41 s"},
        {15800 * CARP_MSEC, "15.8 s"},
        {184 * CARP_SEC, "3 min 04 s"},
        {7500 * CARP_SEC, "2 h 05 min"},
        {273600 * CARP_SEC, "3 d 04 h"},
    };
    char text[TXT_DURATION];
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_cmpstr(txt_duration(rows[i].duration, text), ==,
                        rows[i].text);
    }
    char stamp[TXT_RFC3339];
    g_assert_cmpstr(txt_rfc3339(0, stamp), ==, "1970-01-01T00:00:00.000000Z");
    g_assert_cmpstr(txt_rfc3339(CARP_NEVER, stamp), ==,
                    "2554-07-21T23:34:33.709551Z");
}

static void
test_clock(void)
{
    struct mon_clock clock = {.is_set = false};
    carp_time wall = T0;
    carp_time mono = 5 * CARP_SEC;
    g_assert_cmpint(mon_clock_sync(&clock, wall, mono), ==, 0);
    g_assert_cmpuint(mon_clock_even(&clock, wall), ==, T0);
    /* An hour back, one second later. */
    wall -= 3599 * CARP_SEC;
    mono += CARP_SEC;
    g_assert_cmpint(mon_clock_sync(&clock, wall, mono), ==,
                    -3600 * (int64_t)CARP_SEC);
    g_assert_cmpuint(mon_clock_even(&clock, wall), ==, T0 + CARP_SEC);
    g_assert_cmpuint(mon_clock_wall(&clock, T0 + CARP_SEC), ==, wall);
    g_assert_cmpint(mon_clock_sync(&clock, wall + CARP_MSEC, mono), ==, 0);
    g_assert_cmpuint(mon_clock_even(&clock, wall + 1), ==, T0 + CARP_SEC + 1);
}

static void
assert_usage(const char *line, const char *part)
{
    char **args = g_strsplit(line, " ", -1);
    /* GOption removes what it has read. */
    char **copy = g_memdup2(args, (g_strv_length(args) + 1) * sizeof(*args));
    struct mon_options options;
    char *error = NULL;
    g_assert_cmpint(mon_options_parse(&options, (int)g_strv_length(args),
                                      copy, &error), ==, MON_PARSE_USAGE);
    if (strstr(error, part) == NULL) {
        g_error("'%s' says '%s', not '%s'", line, error, part);
    }
    g_free(error);
    mon_options_clear(&options);
    g_free(copy);
    g_strfreev(args);
}

static void
test_usage(void)
{
    assert_usage("carpmon", "nothing to watch");
    assert_usage("carpmon x.pcap", "without -r");
    assert_usage("carpmon -r x -i eth0", "exclude each other");
    assert_usage("carpmon -r - -", "once only");
    assert_usage("carpmon -r x --format xml", "text or json");
    assert_usage("carpmon -r x --duration 1", "is for -i");
    assert_usage("carpmon -i x --duration nan", "--duration");
    assert_usage("carpmon -i x --count -1", "must not be negative");
    assert_usage("carpmon --check", "-c FILE");
    assert_usage("carpmon --nonsense", "nonsense");
}

static void
test_segments(void)
{
    char *args[] = {(char[]){"carpmon"}, (char[]){"-r"},
                    (char[]){"/a/one.pcap"}, (char[]){"two.pcap"},
                    (char[]){"dmz=three.pcap"}, NULL};
    struct mon_options options;
    char *error = NULL;
    g_assert_cmpint(mon_options_parse(&options, 5, args, &error), ==,
                    MON_PARSE_RUN);
    g_assert_cmpuint(options.input_count, ==, 3);
    g_assert_cmpuint(options.segments->len, ==, 2);
    g_assert_cmpstr(g_ptr_array_index(options.segments, 0), ==, "one");
    g_assert_cmpstr(g_ptr_array_index(options.segments, 1), ==, "dmz");
    g_assert_cmpuint(options.inputs[1].segment, ==, 0);
    g_assert_cmpuint(options.inputs[2].segment, ==, 1);
    g_assert_cmpstr(options.inputs[2].name, ==, "three.pcap");
    mon_options_clear(&options);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/options/durations", test_durations);
    g_test_add_func("/options/clock", test_clock);
    g_test_add_func("/options/usage", test_usage);
    g_test_add_func("/options/segments", test_segments);
    return g_test_run();
}
