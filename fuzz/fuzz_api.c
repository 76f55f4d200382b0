/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What carpmon shows of whatever is on a wire: frames of the input, and time
 * that passes, through the observer into the model; then the API's JSON,
 * Prometheus' metrics, the state, the report in JSON and in HTML. All of it
 * can be read by who it is for. Input: an octet that says what comes, an
 * octet of time, then its values.
 */
#include <json-glib/json-glib.h>

#include "check.h"
#include "evidence.h"
#include "fuzz.h"
#include "html.h"
#include "json_guard.h"
#include "metrics.h"
#include "model_json.h"
#include "monitor.h"
#include "state.h"
#include "synth.h"

#define STEPS_MAX 200

struct scene {
    struct mon_session session;
    GPtrArray *names; /* of the segments */
    struct mon_monitor *monitor;
    struct mon_model *model;
    carp_time now;
    uint64_t counter;
    char *lines; /* of the JSON report */
    size_t lines_len;
};

static const char *const segment_names[] = {"eth0", "we\"ird\\\n<\xff>"};

/* ---------------------------------------------------------------- listeners */

static void
on_frame(void *state, const struct mon_frame *frame,
         const struct carp_frame *parsed, const struct carp_observation *seen)
{
    struct scene *s = state;
    GString *note = g_string_new(NULL);
    mon_evidence_note(note, &s->session, frame, parsed, seen);
    FUZZ_CHECK(note->len > 0 && note->len < 1024);
    g_string_free(note, TRUE);
}

static void
on_close(void *state)
{
    (void)state;
}

static const struct mon_report_ops note_ops = {
    .name = "notes", .frame = on_frame, .close = on_close};

static void
start(struct scene *s, const struct carp_ring *ring)
{
    memset(s, 0, sizeof(*s));
    s->names = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(segment_names); i++) {
        g_ptr_array_add(s->names, g_strdup(segment_names[i]));
    }
    s->session.segments = s->names;
    s->session.out = open_memstream(&s->lines, &s->lines_len);
    s->session.ring = ring;
    s->session.is_live = true;
    s->now = 1787400002 * CARP_SEC;
    s->model = mon_model_new(&s->session);
    s->monitor = mon_monitor_new(ring, &s->session, mon_report_find(MON_JSON));
    mon_monitor_attach(s->monitor, &mon_model_ops, s->model);
    mon_monitor_attach(s->monitor, &note_ops, s);
}

/* -------------------------------------------------------------------- input */

static void
feed(struct scene *s, const uint8_t *data, size_t len, int link, uint8_t where)
{
    struct mon_frame frame = {.time = s->now,
                              .data = data,
                              .captured = len,
                              .on_wire = len,
                              .link_type = link,
                              .segment = where & 1,
                              .source = where >> 1 & 1};
    mon_monitor_frame(s->monitor, &frame);
}

static void
feed_advert(struct scene *s, struct fuzz_input *in, uint8_t odd)
{
    uint8_t who = fuzz_u8(in), what = fuzz_u8(in);
    struct synth_frame frame;
    struct synth_advert advert = {.host = who & 0x1f,
                                  .vhid = (uint8_t)(1 + (what & 7)),
                                  .vlan = (what & 8) != 0 ? 20 : 0,
                                  .is_v6 = (who & 0x20) != 0,
                                  .ttl = (odd & 1) != 0 ? 64 : 255,
                                  .is_sum_bad = (odd & 2) != 0};
    advert.adv = (struct carp_adv){.version = CARP_VERSION,
                                   .type = CARP_TYPE_ADVERT,
                                   .authlen = CARP_AUTHLEN,
                                   .advskew = fuzz_u8(in),
                                   .demote = (odd & 4) != 0 ? 9 : 0,
                                   .advbase = fuzz_u8(in)};
    s->counter += fuzz_u8(in);
    advert.adv.counter = s->counter;
    if ((who & 0x40) != 0) {
        synth_sign(&advert);
    }
    synth_advert(&advert, &frame);
    feed(s, frame.data, frame.len, CARP_LINK_ETHERNET, who >> 7);
}

static void
step(struct scene *s, struct fuzz_input *in)
{
    static const int links[4] = {CARP_LINK_ETHERNET, CARP_LINK_SLL2,
                                 CARP_LINK_RAW, CARP_LINK_LOOP};
    static const carp_time units[4] = {CARP_MSEC, 50 * CARP_MSEC, CARP_SEC,
                                       60 * CARP_SEC};
    struct synth_frame frame;
    uint8_t op = fuzz_u8(in), time = fuzz_u8(in), where = op >> 4;
    s->now = carp_time_add(s->now, units[time >> 6] * (time & 0x3f));
    size_t len = 0;
    const uint8_t *data = NULL;
    switch (op & 0x0f) {
    case 8:
        len = fuzz_u8(in);
        data = fuzz_octets(in, &len);
        feed(s, data, len, links[where & 3], where >> 2);
        break;
    case 9:
        mon_monitor_advance(s->monitor, s->now);
        mon_monitor_tick(s->monitor, s->now);
        break;
    case 10:
        synth_arp(fuzz_u8(in), (uint8_t)(1 + (where & 7)), where > 7, &frame);
        feed(s, frame.data, frame.len, CARP_LINK_ETHERNET, 0);
        break;
    case 11:
        synth_vrrp(fuzz_u8(in), (uint8_t)(1 + (where & 7)), &frame);
        feed(s, frame.data, frame.len, CARP_LINK_ETHERNET, 0);
        break;
    case 12:
        mon_monitor_blind(s->monitor, where & 1,
                          carp_time_add(s->now, fuzz_u8(in) * CARP_SEC));
        break;
    case 13:
        mon_monitor_dropped(s->monitor, where & 1, s->now, fuzz_u8(in));
        break;
    default:
        feed_advert(s, in, (op & 0x0f) > 5 ? where : 0);
        break;
    }
}

/* ------------------------------------------------------------------- output */

static void
check_json(const char *text, const char *wanted)
{
    FUZZ_CHECK(json_guard_passes(text));
    JsonNode *node = json_from_string(text, NULL);
    FUZZ_CHECK(node != NULL && JSON_NODE_HOLDS_OBJECT(node));
    FUZZ_CHECK(wanted == NULL ||
               json_object_has_member(json_node_get_object(node), wanted));
    json_node_unref(node);
}

static void
check_model(const struct scene *s)
{
    struct jsonl json;
    char key[MON_ROW_KEY];
    jsonl_init(&json);
    mon_json_state(&json, s->model);
    check_json(json.text->str, "rows");
    mon_json_findings(&json, s->model);
    check_json(json.text->str, "findings");
    for (guint i = 0; i < s->model->rows->len; i++) {
        const struct mon_row *row = g_ptr_array_index(s->model->rows, i);
        mon_row_key(row->segment, row->vlan, row->family, row->vhid, key);
        FUZZ_CHECK(mon_row_of_key(s->model, key) == row);
        jsonl_reset(&json);
        mon_json_row(&json, s->model, row);
        check_json(json.text->str, "key");
        GString *html = g_string_new(NULL);
        html_timeline(html, s->model, row);
        html_senders(html, s->model, row);
        FUZZ_CHECK(strstr(html->str, segment_names[1]) == NULL);
        g_string_free(html, TRUE);
    }
    jsonl_clear(&json);
}

/* Not g_strsplit(): under ASan it measures all that is left, each time. */
static void
for_each_line(char *text, size_t len, void (*check)(const char *line))
{
    char *end = NULL;
    while ((end = memchr(text, '\n', len)) != NULL) {
        *end = '\0';
        check(text);
        len -= (size_t)(end - text) + 1;
        text = end + 1;
    }
    FUZZ_CHECK(len == 0);
}

/* name{label="value",…} number; quotes and newlines in values are escaped. */
static void
check_sample(const char *line)
{
    const char *value = strrchr(line, ' ');
    char *end = NULL;
    if (*line == '#' || *line == '\0') {
        return;
    }
    FUZZ_CHECK(g_str_has_prefix(line, "carpmon_"));
    FUZZ_CHECK(value != NULL);
    (void)g_ascii_strtod(value + 1, &end);
    FUZZ_CHECK(end != value + 1 && *end == '\0');
}

static void
check_metrics(const struct scene *s)
{
    GString *text = g_string_new(NULL);
    mon_metrics_write(text, s->model);
    for_each_line(text->str, text->len, check_sample);
    g_string_free(text, TRUE);
}

/* What --state writes, --check judges in one line. */
static void
check_state(const struct scene *s)
{
    const struct mon_check check = {.now = s->now};
    char *text = mon_state_text(s->model, s->now);
    char *line = NULL;
    check_json(text, "vhids");
    (void)mon_check_judge(text, &check, &line);
    FUZZ_CHECK(line != NULL && strpbrk(line, "\n\r") == NULL);
    FUZZ_CHECK(strstr(line, "this is not a state") == NULL);
    g_free(line);
    g_free(text);
}

static void
check_line(const char *line)
{
    check_json(line, "event");
}

static struct carp_ring *
make_ring(void)
{
    struct carp_ring *ring = carp_ring_new();
    FUZZ_CHECK(ring != NULL);
    for (uint8_t vhid = 1; vhid <= 4; vhid++) {
        struct carp_ring_row row = {.name = "a <b> \"c\"", .vhid = vhid};
        row.profile = CARP_PROFILE_AUTO;
        synth_key(&row.key);
        synth_addrs(vhid, &row.addrs);
        FUZZ_CHECK(carp_ring_add(ring, &row) == CARP_OK);
        carp_key_clear(&row.key);
    }
    return ring;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct carp_ring *ring = make_ring();
    struct scene s;
    start(&s, ring);
    for (unsigned int i = 0; i < STEPS_MAX && in.left > 0; i++) {
        step(&s, &in);
    }
    mon_monitor_tick(s.monitor, s.now);
    check_model(&s);
    check_metrics(&s);
    check_state(&s);
    (void)mon_monitor_finish(s.monitor);
    check_model(&s);
    mon_monitor_free(s.monitor);
    fclose(s.session.out);
    for_each_line(s.lines, s.lines_len, check_line);
    free(s.lines);
    g_ptr_array_free(s.names, TRUE);
    carp_ring_free(ring);
    return 0;
}
