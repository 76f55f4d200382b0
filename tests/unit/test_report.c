/* SPDX-License-Identifier: BSD-2-Clause */
/* Events to exact lines, and to JSON with every member it promises. */
#include <stdlib.h>
#include <string.h>

#include <glib.h>
#include <json-glib/json-glib.h>

#include "capture.h"
#include "keys.h"
#include "monitor.h"

/* 2026-08-22 12:00:02.114 UTC */
#define T0 (1787400002 * CARP_SEC + 114 * CARP_MSEC)

struct fixture {
    struct mon_session session;
    GPtrArray *segments;
    char *text;
    size_t size;
};

static void
set_up(struct fixture *f)
{
    memset(f, 0, sizeof(*f));
    f->segments = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(f->segments, g_strdup("eth0"));
    f->session.segments = f->segments;
    f->session.utc = true;
    f->session.out = open_memstream(&f->text, &f->size);
}

static void
tear_down(struct fixture *f)
{
    g_ptr_array_free(f->segments, TRUE);
    free(f->text);
}

static struct carp_addr
address(const char *text)
{
    struct carp_addr addr;
    g_assert_cmpint(carp_addr_parse(text, &addr, NULL), ==, CARP_OK);
    return addr;
}

static struct carp_event
transition(void)
{
    struct carp_event event = {.kind = CARP_EVENT_TRANSITION};
    event.time = T0;
    event.since = T0;
    event.family = CARP_IPV4;
    event.vhid = 7;
    event.frame = 830;
    event.role = CARP_MASTER;
    event.reason = CARP_REASON_TIMED_OUT;
    event.sender = address("10.77.0.12");
    event.previous = address("10.77.0.11");
    event.silence = 3410 * CARP_MSEC;
    event.dead_time = 3391 * CARP_MSEC;
    event.text = "10.77.0.12 took over from 10.77.0.11 (master timed out: "
                 "3.41 s of silence, dead time 3.39 s)";
    event.detail = "";
    event.remedy = "";
    return event;
}

static struct carp_event
dual_master(void)
{
    struct carp_event event = {.kind = CARP_EVENT_FINDING};
    event.time = T0 + 526 * CARP_MSEC;
    event.since = T0;
    event.family = CARP_IPV4;
    event.vhid = 7;
    event.code = CARP_DUAL_MASTER;
    event.cause = CARP_CAUSE_NO_DELIVERY_A_TO_B;
    event.severity = CARP_CRITICAL;
    event.confidence = CARP_HIGH;
    event.id = 4;
    event.count = 1;
    event.sender_count = 2;
    event.senders[0] = address("10.77.0.11");
    event.senders[1] = address("10.77.0.12");
    event.frame_count = 3;
    event.frames[0] = 812;
    event.frames[1] = 830;
    event.frames[2] = 834;
    event.text = "10.77.0.11 and 10.77.0.12 are both MASTER since "
                 "12:00:02.114";
    event.detail = "10.77.0.12 does not hear 10.77.0.11: it last accepted the "
                   "advert of 11:59:58.700 (frame 812).";
    event.remedy = "look at the way from 10.77.0.11 to 10.77.0.12";
    return event;
}

static struct carp_event
resolved(void)
{
    struct carp_event event = dual_master();
    event.kind = CARP_EVENT_RESOLVED;
    event.time = T0 + 15800 * CARP_MSEC;
    event.text = "after 15.8 s: 10.77.0.12 yielded";
    event.detail = "";
    event.remedy = "";
    return event;
}

static void
report(struct fixture *f, enum mon_format format,
       const struct carp_event *events, size_t count)
{
    const struct mon_report_ops *ops = mon_report_find(format);
    void *state = ops->open(&f->session);
    struct mon_start start = {.time = T0};
    ops->start(state, &start);
    for (size_t i = 0; i < count; i++) {
        ops->event(state, &events[i]);
    }
    ops->close(state);
    fclose(f->session.out);
}

static void
assert_narrow(const char *text)
{
    char **lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_assert_cmpint(g_utf8_strlen(*line, -1), <=, 80);
        g_assert_false(g_str_has_suffix(*line, " "));
    }
    g_strfreev(lines);
}

static void
test_text(void)
{
    struct fixture f;
    set_up(&f);
    struct carp_event events[] = {transition(), dual_master(), resolved()};
    report(&f, MON_TEXT, events, G_N_ELEMENTS(events));
    g_assert_cmpstr(
        f.text, ==,
        "12:00:02.114  MASTER    7@eth0  10.77.0.12 took over from 10.77.0.11 "
        "(master\n"
        "              timed out: 3.41 s of silence, dead time 3.39 s)\n"
        "12:00:02.640  CRITICAL  DUAL_MASTER  7@eth0: 10.77.0.11 and "
        "10.77.0.12 are both\n"
        "              MASTER since 12:00:02.114\n"
        "              cause     10.77.0.12 does not hear 10.77.0.11: it last "
        "accepted\n"
        "                        the advert of 11:59:58.700 (frame 812).\n"
        "              do        look at the way from 10.77.0.11 to "
        "10.77.0.12\n"
        "              evidence  frames 812 830 834 (confidence high)\n"
        "12:00:17.914  RESOLVED  DUAL_MASTER  7@eth0 after 15.8 s: 10.77.0.12 "
        "yielded\n");
    assert_narrow(f.text);
    tear_down(&f);
}

/* VLAN, IPv6, a day that changes, updates, words of the engine in front. */
static void
test_text_variants(void)
{
    struct fixture f;
    set_up(&f);
    struct carp_event events[] = {dual_master(), dual_master(), dual_master(),
                                  dual_master()};
    events[0].vlan = 20;
    events[0].family = CARP_IPV6;
    events[0].cause = CARP_CAUSE_TRANSITION;
    events[0].severity = CARP_INFO;
    events[0].text = "from x";
    events[0].detail = "";
    events[0].remedy = "";
    events[0].frame_count = 0;
    events[1] = events[0];
    events[1].kind = CARP_EVENT_UPDATE;
    events[2] = events[1];
    events[2].cause = CARP_CAUSE_TIE;
    events[2].severity = CARP_WARNING;
    events[2].frame_count = 1;
    events[2].time += 86400 * CARP_SEC;
    events[3] = events[2];
    events[3].text = "evil\n\033[31m";
    events[3].segment = 9;
    report(&f, MON_TEXT, events, G_N_ELEMENTS(events));
    g_assert_cmpstr(
        f.text, ==,
        "12:00:02.640  INFO      DUAL_MASTER  7@eth0.20/ipv6 from x\n"
        "              evidence  (confidence high)\n"
        "12:00:02.640  STILL     DUAL_MASTER  7@eth0.20/ipv6 from x\n"
        "-- 2026-08-23 --\n"
        "12:00:02.640  WARNING   DUAL_MASTER  7@eth0.20/ipv6 from x\n"
        "              evidence  frame 812 (confidence high)\n"
        "12:00:02.640  STILL     DUAL_MASTER  7@?.20/ipv6: evil??[31m\n");
    tear_down(&f);
}

static void
test_colour_and_quiet(void)
{
    struct fixture f;
    struct carp_event events[] = {resolved()};
    set_up(&f);
    f.session.colour = true;
    report(&f, MON_TEXT, events, 1);
    g_assert_nonnull(strstr(f.text, "\033[32mRESOLVED\033[0m  DUAL_MASTER"));
    tear_down(&f);
    set_up(&f);
    f.session.quiet = true;
    report(&f, MON_TEXT, events, 1);
    g_assert_cmpstr(f.text, ==, "");
    tear_down(&f);
}

static void
assert_members(const char *line, const char *members)
{
    JsonParser *parser = json_parser_new();
    g_assert_true(json_parser_load_from_data(parser, line, -1, NULL));
    JsonObject *object = json_node_get_object(json_parser_get_root(parser));
    char **names = g_strsplit(members, " ", -1);
    for (char **name = names; *name != NULL; name++) {
        if (!json_object_has_member(object, *name)) {
            g_error("no member %s in %s", *name, line);
        }
    }
    g_assert_cmpint(json_object_get_int_member(object, "schema"), ==, 1);
    g_assert_cmpuint(json_object_get_size(object), ==, g_strv_length(names));
    g_strfreev(names);
    g_object_unref(parser);
}

#define COMMON "schema time event segment vlan family vhid "
#define TRANSITION \
    COMMON "sender previous role reason silence dead_time frame since text"
#define FINDING                                                            \
    COMMON "code cause severity confidence id count senders frames since " \
           "text detail remedy"

static void
test_json(void)
{
    struct fixture f;
    set_up(&f);
    struct carp_event events[] = {transition(), dual_master(), resolved()};
    events[1].text = "odd \" \\ \n \x01 \xff";
    events[2].kind = CARP_EVENT_UPDATE;
    report(&f, MON_JSON, events, G_N_ELEMENTS(events));
    char **lines = g_strsplit(f.text, "\n", -1);
    assert_members(lines[0], "schema time event version mode inputs keys");
    assert_members(lines[1], TRANSITION);
    assert_members(lines[2], FINDING);
    assert_members(lines[3], FINDING);
    g_assert_cmpstr(lines[4], ==, "");
    g_assert_nonnull(strstr(lines[1], "\"silence\":3.410000,"
                                      "\"dead_time\":3.391000"));
    g_assert_nonnull(strstr(lines[1],
                            "\"time\":\"2026-08-22T12:00:02.114000Z\","
                            "\"event\":\"transition\",\"segment\":\"eth0\","
                            "\"vlan\":0,\"family\":\"ipv4\",\"vhid\":7"));
    g_assert_nonnull(strstr(lines[2], "\"frames\":[812,830,834]"));
    g_assert_nonnull(strstr(lines[2], "\"senders\":[\"10.77.0.11\","
                                      "\"10.77.0.12\"]"));
    g_assert_nonnull(strstr(lines[2], "odd \\\" \\\\ \\n \\u0001 \xef\xbf"
                                      "\xbd"));
    g_assert_nonnull(strstr(lines[3], "\"event\":\"update\""));
    g_strfreev(lines);
    tear_down(&f);
}

static void
test_story(void)
{
    struct fixture f;
    set_up(&f);
    struct mon_stories *stories = mon_stories_new();
    struct carp_view_summary view = {.family = CARP_IPV4, .vhid = 7};
    struct carp_event events[] = {transition(), dual_master(), resolved()};
    g_assert_null(mon_stories_get(stories, &view));
    mon_stories_add(stories, &events[0]);
    mon_stories_add(stories, &events[1]);
    char *text =
        mon_story_text(mon_stories_get(stories, &view), &view, &f.session, T0);
    g_assert_cmpstr(text, ==,
                    "10.77.0.12 took over from 10.77.0.11 at 12:00:02.114 "
                    "(master timed out: 3.41 s of silence). 10.77.0.11 and "
                    "10.77.0.12 were both MASTER from 12:00:02.114; not over. "
                    "At the end 10.77.0.11 and 10.77.0.12 are MASTER.");
    g_free(text);
    mon_stories_add(stories, &events[2]);
    /* Days are told where they change. */
    text = mon_story_text(mon_stories_get(stories, &view), &view, &f.session,
                          T0 - 86400 * CARP_SEC);
    g_assert_nonnull(strstr(text, " at 2026-08-22 12:00:02.114 (master"));
    g_assert_nonnull(strstr(text, " both MASTER from 12:00:02.114; over"));
    g_free(text);
    /* That somebody yielded is known when it has been silent for a while. */
    struct carp_event yielded = transition();
    yielded.role = CARP_BACKUP;
    yielded.reason = CARP_REASON_MORE_FREQUENT;
    yielded.time = yielded.since + 3160 * CARP_MSEC;
    mon_stories_add(stories, &yielded);
    text =
        mon_story_text(mon_stories_get(stories, &view), &view, &f.session, T0);
    g_assert_nonnull(strstr(text, " stopped being MASTER at 12:00:02.114 (mo"));
    g_free(text);
    /* A long story keeps its beginning and its end. */
    for (int i = 0; i < 100; i++) {
        mon_stories_add(stories, &events[0]);
    }
    view.master = address("10.77.0.12");
    text =
        mon_story_text(mon_stories_get(stories, &view), &view, &f.session, T0);
    g_assert_nonnull(strstr(text, "; over after 15.8 s: 10.77.0.12 yielded."));
    g_assert_nonnull(strstr(text, "(89 more left out.)"));
    g_assert_true(g_str_has_suffix(text, "At the end 10.77.0.12 is MASTER."));
    g_free(text);
    mon_stories_free(stories);
    fclose(f.session.out);
    tear_down(&f);
}

/* ---------------------------------------------------- a capture, wholly */

static int
read_capture(struct fixture *f, enum mon_format format, const char *name)
{
    static const volatile sig_atomic_t stop = 0;
    char *path = g_build_filename(CARP_CAPTURES, name, NULL);
    char *args[] = {(char[]){"carpmon"}, (char[]){"-r"}, path, NULL};
    struct mon_options options;
    char *error = NULL;
    g_assert_cmpint(mon_options_parse(&options, 3, args, &error), ==,
                    MON_PARSE_RUN);
    set_up(f);
    f->session.segments = options.segments;
    struct mon_keys *keys = mon_keys_load(NULL);
    struct mon_monitor *monitor =
        mon_monitor_new(keys->ring, &f->session, mon_report_find(format));
    mon_capture_files(monitor, &options, &stop);
    int status = mon_monitor_finish(monitor);
    mon_monitor_free(monitor);
    mon_keys_free(keys);
    fclose(f->session.out);
    mon_options_clear(&options);
    g_free(path);
    return status;
}

static void
test_capture(void)
{
    struct fixture f;
    g_assert_cmpint(read_capture(&f, MON_TEXT, "netbsd-pair-failover.pcap"), ==,
                    MON_EXIT_OK);
    assert_narrow(f.text);
    g_assert_nonnull(strstr(f.text, "7@netbsd-pair-failover"));
    g_assert_nonnull(strstr(f.text, "What happened: 10.77.0.11 was first "));
    g_assert_nonnull(strstr(f.text, "996 frames, 43 adverts, 0 critical"));
    tear_down(&f);
    g_assert_cmpint(read_capture(&f, MON_JSON, "netbsd-pair-failover.pcap"), ==,
                    MON_EXIT_OK);
    char **lines = g_strsplit(g_strchomp(f.text), "\n", -1);
    guint count = g_strv_length(lines);
    assert_members(lines[count - 2],
                   COMMON "adverts hmac transitions master masters senders "
                          "forgotten_senders learnt_addresses next findings "
                          "story");
    assert_members(lines[count - 1],
                   "schema time event packets adverts dropped cut "
                   "out_of_order unreadable wires worst exit_status");
    g_assert_nonnull(strstr(lines[count - 1], "\"packets\":996,"
                                              "\"adverts\":43"));
    g_strfreev(lines);
    tear_down(&f);
}

/* Findings of no vhid are in no view: the end names them. */
static void
test_wires(void)
{
    struct fixture f;
    g_assert_cmpint(read_capture(&f, MON_TEXT, "ucarp-no-querier.pcap"), ==,
                    MON_EXIT_WARNING);
    g_assert_nonnull(strstr(
        f.text, "\nSegment ucarp-no-querier, of no vhid: NO_QUERIER 1\n"));
    tear_down(&f);
    g_assert_cmpint(read_capture(&f, MON_JSON, "ucarp-no-querier.pcap"), ==,
                    MON_EXIT_WARNING);
    g_assert_nonnull(strstr(f.text,
                            "\"wires\":[{\"segment\":\"ucarp-no-querier\","
                            "\"vlan\":0,\"findings\":{"
                            "\"NO_QUERIER\":1}}],"));
    tear_down(&f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report/text", test_text);
    g_test_add_func("/report/text-variants", test_text_variants);
    g_test_add_func("/report/colour-and-quiet", test_colour_and_quiet);
    g_test_add_func("/report/json", test_json);
    g_test_add_func("/report/story", test_story);
    g_test_add_func("/report/capture", test_capture);
    g_test_add_func("/report/wires", test_wires);
    return g_test_run();
}
