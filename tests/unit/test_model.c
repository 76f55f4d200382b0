/* SPDX-License-Identifier: BSD-2-Clause */
/* The picture behind page and metrics: what it shows of real captures, and
 * that nothing made up on the wire makes it grow. */
#include <stdlib.h>
#include <string.h>

#include <glib.h>
#include <json-glib/json-glib.h>

#include "capture.h"
#include "keys.h"
#include "metrics.h"
#include "model_json.h"
#include "monitor.h"

struct fixture {
    struct mon_options options;
    struct mon_session session;
    struct mon_keys *keys;
    struct mon_monitor *monitor;
    struct mon_model *model;
    char *text;
    size_t size;
};

/* A real capture, read as carpmon reads it. */
static void
read_capture(struct fixture *f, const char *name)
{
    char program[] = "carpmon";
    char option[] = "-r";
    char *path = g_strdup_printf("%s/%s.pcap", CARP_CAPTURES, name);
    char *config = g_strdup_printf("%s/%s.conf", CARP_CAPTURES, name);
    char *argv[] = {program, option, path, NULL};
    char *error = NULL;
    memset(f, 0, sizeof(*f));
    g_assert_cmpint(mon_options_parse(&f->options, 3, argv, &error), ==,
                    MON_PARSE_RUN);
    f->session.segments = f->options.segments;
    f->session.out = open_memstream(&f->text, &f->size);
    f->keys = mon_keys_load(config);
    g_assert_nonnull(f->keys);
    f->monitor =
        mon_monitor_new(f->keys->ring, &f->session, mon_report_find(MON_JSON));
    f->model = mon_model_new(&f->session);
    mon_monitor_attach(f->monitor, &mon_model_ops, f->model);
    volatile sig_atomic_t stop = 0;
    mon_capture_files(f->monitor, &f->options, &stop);
    (void)mon_monitor_finish(f->monitor);
    g_free(path);
    g_free(config);
}

/* A model without a wire. */
static void
set_up(struct fixture *f)
{
    memset(f, 0, sizeof(*f));
    f->options.segments = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(f->options.segments, g_strdup("e\"th\\0\n\xff"));
    f->session.segments = f->options.segments;
    f->model = mon_model_new(&f->session);
}

static void
tear_down(struct fixture *f)
{
    if (f->monitor != NULL) {
        mon_monitor_free(f->monitor);
        fclose(f->session.out);
    } else {
        mon_model_free(f->model);
    }
    free(f->text);
    mon_keys_free(f->keys);
    mon_options_clear(&f->options);
}

static struct carp_addr
address(uint32_t number)
{
    const uint8_t octets[4] = {10, (uint8_t)(number >> 16),
                               (uint8_t)(number >> 8), (uint8_t)number};
    return carp_addr_v4(octets);
}

static void
feed(struct fixture *f, carp_time when, uint16_t vlan, uint8_t vhid,
     uint32_t source, enum carp_verdict_status verdict)
{
    const uint8_t octet = 0;
    struct mon_frame frame = {.time = when, .data = &octet, .captured = 1};
    struct carp_frame parsed = {.kind = CARP_FRAME_CARP,
                                .family = CARP_IPV4,
                                .vlan = vlan,
                                .src = address(source)};
    parsed.u.adv.vhid = vhid;
    parsed.u.adv.advbase = 1;
    struct carp_observation seen = {.is_advert = true,
                                    .expected_next = when + CARP_SEC};
    seen.verdict.status = verdict;
    mon_model_ops.frame(f->model, &frame, &parsed, &seen);
}

static const struct mon_span *
span(const struct mon_row *row, guint i)
{
    g_assert_cmpuint(i, <, row->spans->len);
    return &g_array_index(row->spans, struct mon_span, i);
}

/* One way is cut for a while: two spans of one, one of the other. */
static void
test_oneway(void)
{
    struct fixture f;
    read_capture(&f, "ucarp-oneway-a-to-b");
    g_assert_cmpuint(f.model->rows->len, ==, 1);
    const struct mon_row *row = g_ptr_array_index(f.model->rows, 0);
    g_assert_cmpuint(row->vhid, ==, 79);
    g_assert_cmpuint(row->adverts, ==, 32);
    g_assert_cmpuint(row->masters, ==, 1);
    g_assert_cmpuint(row->lanes[0].adverts, ==, 24);
    g_assert_cmpuint(row->lanes[0].good, ==, 24);
    g_assert_cmpuint(row->lanes[1].adverts, ==, 8);
    g_assert_true(row->lanes[0].is_on);
    g_assert_false(row->lanes[1].is_on);
    uint64_t drawn = 0;
    for (guint i = 0; i < row->spans->len; i++) {
        drawn += span(row, i)->adverts;
        g_assert_cmpuint(span(row, i)->from, <=, span(row, i)->to);
    }
    g_assert_cmpuint(drawn, ==, 32);
    /* One of them was over; who is master now goes on to the end. */
    g_assert_cmpuint(mon_span_end(f.model, row, span(row, row->spans->len - 1)),
                     <=, f.model->now);
    g_assert_cmpuint(f.model->alerts->len, ==, 1);
    const struct mon_alert *alert = g_ptr_array_index(f.model->alerts, 0);
    g_assert_cmpint(alert->code, ==, CARP_DUAL_MASTER);
    g_assert_cmpint(alert->cause, ==, CARP_CAUSE_NO_DELIVERY_A_TO_B);
    g_assert_cmpuint(alert->over, !=, CARP_NEVER);
    g_assert_nonnull(strstr(alert->remedy, "IGMP"));
    g_assert_nonnull(strstr(alert->ending, "yielded"));
    enum carp_severity worst = CARP_INFO;
    g_assert_false(mon_row_worst(row, &worst));
    tear_down(&f);
}

/* Who would follow is in the API and has a label, unless it is made up. */
static void
test_next(void)
{
    struct fixture f;
    struct jsonl json;
    char text[CARP_ADDR_TEXT];
    read_capture(&f, "ucarp-oneway-a-to-b");
    struct mon_row *row = g_ptr_array_index(f.model->rows, 0);
    g_assert_true(row->has_next);
    g_assert_cmpstr(carp_addr_format(&row->next.successor, text), ==,
                    "10.79.0.12");
    g_assert_cmpuint(row->next.takeover, >, 3 * CARP_SEC);
    jsonl_init(&json);
    mon_json_state(&json, f.model);
    g_assert_nonnull(strstr(json.text->str,
                            "\"next\":{\"address\":\"10.79.0.12\","
                            "\"master\":\"10.79.0.11\",\"takeover\":"));
    GString *metrics = g_string_new(NULL);
    mon_metrics_write(metrics, f.model);
    g_assert_nonnull(strstr(metrics->str, "\ncarpmon_next_takeover_seconds{"));
    g_assert_nonnull(strstr(metrics->str, "\ncarpmon_next_seen_seconds{"));
    row->next.successor = address(1);
    g_string_truncate(metrics, 0);
    mon_metrics_write(metrics, f.model);
    g_assert_null(strstr(metrics->str, "\ncarpmon_next_takeover_seconds{"));
    row->has_next = false;
    mon_json_state(&json, f.model);
    g_assert_nonnull(strstr(json.text->str, "\"next\":null"));
    g_string_free(metrics, TRUE);
    jsonl_clear(&json);
    tear_down(&f);
}

/* A master that this capture did not see is drawn where it was. */
static void
test_unseen(void)
{
    struct fixture f;
    read_capture(&f, "netbsd-split-host");
    const struct mon_row *row = g_ptr_array_index(f.model->rows, 0);
    unsigned int unseen = 0;
    for (guint i = 0; i < row->spans->len; i++) {
        if (span(row, i)->kind == MON_SPAN_UNSEEN) {
            unseen++;
            g_assert_cmpuint(span(row, i)->to - span(row, i)->from, >,
                             10 * CARP_SEC);
            g_assert_true(row->lanes[span(row, i)->lane].is_used);
        }
        g_assert_true(i == 0 || span(row, i - 1)->from <= span(row, i)->from);
    }
    g_assert_cmpuint(unseen, ==, 2);
    tear_down(&f);
}

static void
test_silence(void)
{
    struct fixture f;
    set_up(&f);
    for (carp_time i = 0; i < 5; i++) {
        feed(&f, (100 + i) * CARP_SEC, 0, 1, 11, CARP_GOOD);
    }
    struct mon_row *row = g_ptr_array_index(f.model->rows, 0);
    mon_row_silence(f.model, row, 107 * CARP_SEC);
    g_assert_true(row->lanes[0].is_on);
    uint64_t before = row->revision;
    mon_row_silence(f.model, row, 108 * CARP_SEC);
    g_assert_false(row->lanes[0].is_on);
    g_assert_cmpuint(row->revision, >, before);
    feed(&f, 120 * CARP_SEC, 0, 1, 11, CARP_BAD);
    g_assert_cmpuint(row->spans->len, ==, 2);
    g_assert_cmpuint(span(row, 0)->to, ==, 104 * CARP_SEC);
    g_assert_true(span(row, 1)->has_bad);
    g_assert_false(span(row, 0)->has_bad);
    tear_down(&f);
}

/* Senders that somebody makes up neither grow the model nor push out who is
 * real, and their names get into no label. */
static void
test_made_up_senders(void)
{
    struct fixture f;
    set_up(&f);
    GString *text = g_string_new(NULL);
    for (uint32_t i = 0; i < 20000; i++) {
        carp_time when = 100 * CARP_SEC + i * 10 * CARP_MSEC;
        if (i % 100 == 0) {
            feed(&f, when, 0, 1, 11, CARP_GOOD);
        }
        feed(&f, when, 0, 1, 1000 + i, CARP_BAD);
    }
    const struct mon_row *row = g_ptr_array_index(f.model->rows, 0);
    g_assert_cmpuint(row->lanes[0].adverts, ==, 200);
    g_assert_cmpuint(row->spans->len, <=, MON_SPANS_MAX);
    uint64_t all = row->others.adverts;
    for (size_t i = 0; i < MON_LANES_MAX; i++) {
        all += row->lanes[i].adverts;
    }
    g_assert_cmpuint(all, ==, row->adverts);
    mon_metrics_write(text, f.model);
    g_assert_nonnull(strstr(text->str, "source=\"10.0.0.11\""));
    g_assert_null(strstr(text->str, "source=\"10.0.4."));
    /* A new master that proves itself gets in at once. */
    for (uint32_t i = 0; i < MON_LANES_MAX; i++) {
        feed(&f, 400 * CARP_SEC, 0, 1, 2000 + i, CARP_BAD);
        feed(&f, 400 * CARP_SEC, 0, 1, 2000 + i, CARP_BAD);
        feed(&f, 400 * CARP_SEC, 0, 1, 2000 + i, CARP_BAD);
    }
    feed(&f, 401 * CARP_SEC, 0, 1, 12, CARP_GOOD);
    bool is_in = false;
    for (size_t i = 0; i < MON_LANES_MAX; i++) {
        const struct carp_addr new_one = address(12);
        is_in = is_in || carp_addr_equal(&row->lanes[i].address, &new_one);
    }
    g_assert_true(is_in);
    g_string_free(text, TRUE);
    tear_down(&f);
}

static void
test_made_up_vhids(void)
{
    struct fixture f;
    set_up(&f);
    GString *text = g_string_new(NULL);
    for (carp_time i = 0; i < 10; i++) {
        feed(&f, (10 + i) * CARP_SEC, 0, 7, 11, CARP_GOOD);
    }
    for (uint32_t i = 0; i < 50000; i++) {
        feed(&f, 20 * CARP_SEC + i * CARP_MSEC, (uint16_t)(1 + i / 200),
             (uint8_t)(1 + i % 200), 13, CARP_UNVERIFIED);
    }
    g_assert_cmpuint(f.model->rows->len, <=, MON_ROWS_MAX);
    g_assert_nonnull(mon_model_row(f.model, 0, 0, CARP_IPV4, 7));
    mon_metrics_write(text, f.model);
    g_assert_null(strstr(text->str, "vlan=\"1\""));
    g_assert_nonnull(strstr(text->str, "carpmon_unlabelled_adverts_total"));
    g_string_free(text, TRUE);
    tear_down(&f);
}

static struct carp_event
finding(uint32_t id, enum carp_event_kind kind)
{
    struct carp_event event = {.kind = kind,
                               .time = (100 + id) * CARP_SEC,
                               .family = CARP_IPV4,
                               .vhid = (uint8_t)(1 + id % 250),
                               .vlan = (uint16_t)(id / 250),
                               .code = CARP_NO_MASTER,
                               .severity = CARP_CRITICAL,
                               .id = id,
                               .text = "<b>",
                               .detail = "",
                               .remedy = ""};
    return event;
}

static void
test_alerts(void)
{
    struct fixture f;
    set_up(&f);
    struct carp_event event = finding(1, CARP_EVENT_FINDING);
    mon_model_ops.event(f.model, &event);
    event.kind = CARP_EVENT_UPDATE;
    mon_model_ops.event(f.model, &event);
    const struct mon_row *row = mon_model_row(f.model, 0, 0, CARP_IPV4, 2);
    g_assert_cmpuint(row->alerts[CARP_CRITICAL], ==, 1);
    event.kind = CARP_EVENT_RESOLVED;
    mon_model_ops.event(f.model, &event);
    mon_model_ops.event(f.model, &event);
    g_assert_cmpuint(row->alerts[CARP_CRITICAL], ==, 0);
    GString *text = g_string_new(NULL);
    mon_metrics_write(text, f.model);
    g_assert_nonnull(strstr(text->str,
                            "carpmon_alert_active{segment=\"e\\\"th\\\\0\\n"
                            "\357\277\275\",vlan=\"0\",family=\"ipv4\","
                            "vhid=\"2\",code=\"NO_MASTER\","
                            "severity=\"critical\"} 0\n"));
    g_string_free(text, TRUE);
    /* More than fit: what is on stays, what is over goes. */
    for (uint32_t id = 2; id < 3 * MON_ALERTS_MAX; id++) {
        event = finding(id, CARP_EVENT_FINDING);
        mon_model_ops.event(f.model, &event);
    }
    g_assert_cmpuint(f.model->alerts->len, ==, MON_ALERTS_MAX);
    const struct mon_alert *oldest = g_ptr_array_index(f.model->alerts, 0);
    g_assert_cmpuint(oldest->id, ==, 2);
    g_assert_cmpuint(f.model->alerts_dropped, >, 0);
    tear_down(&f);
}

/* A warning about one sender beside something critical about another. */
static void
test_worst_of_code(void)
{
    struct fixture f;
    set_up(&f);
    struct carp_event bad = finding(1, CARP_EVENT_FINDING);
    mon_model_ops.event(f.model, &bad);
    struct carp_event other = finding(2, CARP_EVENT_FINDING);
    other.vhid = bad.vhid;
    other.vlan = bad.vlan;
    other.severity = CARP_WARNING;
    mon_model_ops.event(f.model, &other);
    const struct mon_code *code = g_ptr_array_index(f.model->codes, 0);
    g_assert_cmpuint(f.model->codes->len, ==, 1);
    g_assert_cmpuint(code->on, ==, 2);
    g_assert_cmpint(code->severity, ==, CARP_CRITICAL);
    bad.kind = CARP_EVENT_RESOLVED;
    mon_model_ops.event(f.model, &bad);
    g_assert_cmpint(code->severity, ==, CARP_WARNING);
    other.kind = CARP_EVENT_RESOLVED;
    mon_model_ops.event(f.model, &other);
    g_assert_cmpuint(code->on, ==, 0);
    g_assert_cmpint(code->severity, ==, CARP_WARNING);
    tear_down(&f);
}

static void
test_json(void)
{
    struct fixture f;
    set_up(&f);
    struct jsonl json;
    jsonl_init(&json);
    feed(&f, 100 * CARP_SEC, 20, 3, 11, CARP_GOOD);
    struct carp_event event = finding(2, CARP_EVENT_FINDING);
    event.vlan = 20;
    mon_model_ops.event(f.model, &event);
    mon_json_state(&json, f.model);
    JsonParser *parser = json_parser_new();
    g_assert_true(json_parser_load_from_data(parser, json.text->str, -1, NULL));
    JsonObject *top = json_node_get_object(json_parser_get_root(parser));
    JsonObject *row = json_array_get_object_element(
        json_object_get_array_member(top, "rows"), 0);
    g_assert_cmpstr(json_object_get_string_member(row, "key"), ==, "0-20-4-3");
    g_assert_cmpstr(json_object_get_string_member(row, "worst"), ==,
                    "critical");
    g_assert_cmpstr(json_object_get_string_member(row, "segment"), ==,
                    "e\"th\\0\n\357\277\275");
    g_assert_nonnull(mon_row_of_key(f.model, "0-20-4-3"));
    g_assert_null(mon_row_of_key(f.model, "0-20-4-4"));
    g_object_unref(parser);
    jsonl_clear(&json);
    tear_down(&f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/oneway", test_oneway);
    g_test_add_func("/model/next", test_next);
    g_test_add_func("/model/unseen", test_unseen);
    g_test_add_func("/model/silence", test_silence);
    g_test_add_func("/model/made-up-senders", test_made_up_senders);
    g_test_add_func("/model/made-up-vhids", test_made_up_vhids);
    g_test_add_func("/model/alerts", test_alerts);
    g_test_add_func("/model/worst-of-code", test_worst_of_code);
    g_test_add_func("/model/json", test_json);
    return g_test_run();
}
