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
        g_assert_cmpstr(txt_duration(rows[i].duration, text), ==, rows[i].text);
    }
    char stamp[TXT_RFC3339];
    g_assert_cmpstr(txt_rfc3339(0, stamp), ==, "1970-01-01T00:00:00.000000Z");
    g_assert_cmpstr(txt_rfc3339(CARP_NEVER, stamp), ==,
                    "2554-07-21T23:34:33.709551Z");
}

static void
clock_is(struct mon_clock *clock, carp_time wall, carp_time monotonic,
         carp_time asleep, struct mon_clock_news want)
{
    const struct mon_clocks clocks = {
        .wall = wall, .monotonic = monotonic, .boot = monotonic + asleep};
    struct mon_clock_news news = mon_clock_sync(clock, &clocks);
    g_assert_cmpint(news.step, ==, want.step);
    g_assert_cmpuint(news.slept, ==, want.slept);
}

static void
test_clock(void)
{
    const struct mon_clock_news nothing = {.step = 0};
    struct mon_clock clock = {.is_set = false};
    carp_time wall = T0;
    carp_time mono = 5 * CARP_SEC;
    clock_is(&clock, wall, mono, 0, nothing);
    g_assert_cmpuint(mon_clock_even(&clock, wall), ==, T0);
    /* An hour back, one second later. */
    wall -= 3599 * CARP_SEC;
    mono += CARP_SEC;
    const struct mon_clock_news back = {.step = -3600 * (int64_t)CARP_SEC};
    clock_is(&clock, wall, mono, 0, back);
    g_assert_cmpuint(clock.now, ==, T0 + CARP_SEC);
    g_assert_cmpuint(mon_clock_even(&clock, wall), ==, T0 + CARP_SEC);
    g_assert_cmpuint(mon_clock_wall(&clock, T0 + CARP_SEC), ==, wall);
    /* A frame that was stamped before that came late. */
    g_assert_cmpuint(mon_clock_even(&clock, T0 + 990 * CARP_MSEC), ==,
                     T0 + 990 * CARP_MSEC);
    clock_is(&clock, wall + CARP_MSEC, mono, 0, nothing);
    g_assert_cmpuint(mon_clock_even(&clock, wall + 1), ==, T0 + CARP_SEC + 1);
    /* Soon none can be left: an old stamp is old. */
    clock_is(&clock, wall + 3 * CARP_SEC, mono + 3 * CARP_SEC, 0, nothing);
    g_assert_cmpuint(mon_clock_even(&clock, T0), ==, T0 + 3600 * CARP_SEC);
}

/* Suspended for an hour; then also set forward by ten minutes. */
static void
test_suspend(void)
{
    const struct mon_clock_news nothing = {.step = 0};
    const struct mon_clock_news slept = {.slept = 3600 * CARP_SEC};
    const struct mon_clock_news both = {.step = 600 * (int64_t)CARP_SEC,
                                        .slept = 10 * CARP_SEC};
    struct mon_clock clock = {.is_set = false};
    const carp_time asleep = 7 * CARP_SEC; /* before we began */
    clock_is(&clock, T0, CARP_SEC, asleep, nothing);
    clock_is(&clock, T0 + 3601 * CARP_SEC, 2 * CARP_SEC,
             asleep + 3600 * CARP_SEC, slept);
    g_assert_cmpuint(clock.now, ==, T0 + CARP_SEC);
    clock_is(&clock, T0 + 4212 * CARP_SEC, 3 * CARP_SEC,
             asleep + 3610 * CARP_SEC, both);
    g_assert_cmpuint(clock.now, ==, T0 + 2 * CARP_SEC);
    clock_is(&clock, T0 + 4213 * CARP_SEC, 4 * CARP_SEC,
             asleep + 3610 * CARP_SEC, nothing);
}

static void
assert_usage(const char *line, const char *part)
{
    char **args = g_strsplit(line, " ", -1);
    /* GOption removes what it has read. */
    char **copy = g_memdup2(args, (g_strv_length(args) + 1) * sizeof(*args));
    struct mon_options options;
    char *error = NULL;
    g_assert_cmpint(
        mon_options_parse(&options, (int)g_strv_length(args), copy, &error), ==,
        MON_PARSE_USAGE);
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
    assert_usage("carpmon --check -r x", "does not read captures");
    assert_usage("carpmon --check -i x --state y", "not both");
    assert_usage("carpmon -r x --state y", "is for -i");
    assert_usage("carpmon -i x --vhid 7", "is for --check");
    assert_usage("carpmon --check -i x --vhid 256", "1 to 255");
    assert_usage("carpmon --nonsense", "nonsense");
    assert_usage("carpmon -i x --exec hook", "absolute path");
    assert_usage("carpmon -i x --exec /nonexistent", "no such program");
    assert_usage("carpmon -r x --exec /bin/true", "is for -i");
    assert_usage("carpmon -r x --evidence /tmp", "is for -i");
    assert_usage("carpmon -r x --user root", "is for -i");
    assert_usage("carpmon -i x --evidence-seconds 0", "1 to 3600");
    assert_usage("carpmon -i x --evidence-size nan", "1 to 1000000");
    assert_usage("carpmon -i x --syslog kern", "local0 to local7");
}

/* Each interface that a pattern finds is a wire, unless the wire is named. */
static void
test_patterns(void)
{
    char *args[] = {
        (char[]){"carpmon"}, (char[]){"-i"}, (char[]){"eth0"},   (char[]){"-i"},
        (char[]){"e*"},      (char[]){"-i"}, (char[]){"lan=v?"}, NULL};
    struct mon_options options;
    char *error = NULL;
    g_assert_cmpint(mon_options_parse(&options, 7, args, &error), ==,
                    MON_PARSE_RUN);
    g_assert_cmpuint(options.input_count, ==, 1);
    g_assert_cmpuint(options.pattern_count, ==, 2);
    const struct mon_input *own = &options.patterns[0];
    const struct mon_input *named = &options.patterns[1];
    g_assert_cmpstr(own->name, ==, "e*");
    g_assert_cmpuint(mon_options_pattern_segment(&options, own, "eth0"), ==,
                     options.inputs[0].segment);
    uint16_t fresh = mon_options_pattern_segment(&options, own, "eth1");
    g_assert_cmpuint(mon_options_pattern_segment(&options, own, "eth1"), ==,
                     fresh);
    g_assert_cmpstr(g_ptr_array_index(options.segments, fresh), ==, "eth1");
    g_assert_cmpuint(mon_options_pattern_segment(&options, named, "v1"), ==,
                     mon_options_pattern_segment(&options, named, "v2"));
    mon_options_clear(&options);
}

static void
test_segments(void)
{
    char *args[] = {(char[]){"carpmon"},        (char[]){"-r"},
                    (char[]){"/a/one.pcap"},    (char[]){"two.pcap"},
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
    g_test_add_func("/options/suspend", test_suspend);
    g_test_add_func("/options/usage", test_usage);
    g_test_add_func("/options/segments", test_segments);
    g_test_add_func("/options/patterns", test_patterns);
    return g_test_run();
}
