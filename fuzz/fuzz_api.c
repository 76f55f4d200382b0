/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What carpmon shows of whatever is on a wire: frames of the input, time that
 * passes, and what a user does meanwhile, through the observer into the model;
 * then the API's JSON, Prometheus' metrics, the state, the live view, the
 * report, and what a service has beside: messages, hooks and evidence. All of
 * it can be read by who it is for. Input: an octet that says what comes, an
 * octet of time, then its values. Its length says who listens.
 */
#define _XOPEN_SOURCE 700
#include <unistd.h>

#include "announce.h"
#include "api_check.h"
#include "conf_again.h"
#include "evidence.h"
#include "fuzz.h"
#include "hook.h"
#include "log.h"
#include "monitor.h"
#include "synth.h"

#define STEPS_MAX 200
#define FLOODS_MAX 5 /* of up to 255 frames each */
#define EVIDENCE_MOST 20000

struct scene {
    struct mon_session session;
    struct mon_clock clock;
    GPtrArray *names; /* of the segments */
    struct mon_monitor *monitor;
    struct mon_model *model;
    carp_time now;
    uint64_t counter;
    struct synth_advert last;
    unsigned int floods;
    int64_t set; /* how far the wall clock is ahead */
    struct mon_screen_state screen;
    char *text; /* of the report */
    size_t len;
};

static const char *const segment_names[] = {"eth0", "we\"ird\\\n<\xff>"};
static char directory[48]; /* of evidence */

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
on_message(enum log_level level, const struct log_field *fields, size_t count,
           const char *text)
{
    (void)level;
    FUZZ_CHECK(strpbrk(text, "\n\r\033") == NULL);
    for (size_t i = 0; i < count; i++) {
        FUZZ_CHECK(fields[i].name != NULL);
    }
}

static void
go_away(void)
{
    (void)!rmdir(directory);
}

/* As service.c does it. */
static void
attach_service(struct scene *s, carp_time span)
{
    char *error = NULL;
    if (*directory == '\0') {
        snprintf(directory, sizeof(directory), "%s/fuzz-api-XXXXXX",
                 fuzz_place());
        FUZZ_CHECK(mkdtemp(directory) != NULL);
        atexit(go_away);
    }
    const struct mon_evidence_config config = {
        .directory = directory, .span = span, .most = EVIDENCE_MOST};
    s->session.evidence = mon_evidence_new(&s->session, &config, &error);
    FUZZ_CHECK(s->session.evidence != NULL);
    mon_monitor_attach(s->monitor, &mon_announce_ops,
                       mon_announce_new(&s->session));
    mon_monitor_attach(s->monitor, &mon_evidence_ops, s->session.evidence);
    mon_monitor_attach(s->monitor, &mon_hook_ops,
                       mon_hook_new(&s->session, "/bin/true"));
}

/* Somebody sets the wall clock, forth or back: to the tracker it is no time. */
static void
set_clock(struct scene *s, int by)
{
    s->set += by * 97 * (int64_t)CARP_SEC;
    const struct mon_clocks clocks = {.wall = s->now + (carp_time)s->set,
                                      .monotonic = s->now,
                                      .boot = s->now};
    (void)mon_clock_sync(&s->clock, &clocks);
    FUZZ_CHECK(s->clock.now == s->now);
    FUZZ_CHECK(mon_clock_wall(&s->clock, s->now) == clocks.wall);
}

static void
start(struct scene *s, const struct carp_ring *ring, enum mon_format format,
      carp_time evidence)
{
    static char name[] = "eth0";
    struct mon_input input = {.name = name};
    const struct mon_options options = {.inputs = &input, .input_count = 1};
    memset(s, 0, sizeof(*s));
    s->names = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(segment_names); i++) {
        g_ptr_array_add(s->names, g_strdup(segment_names[i]));
    }
    s->session.segments = s->names;
    s->session.out = open_memstream(&s->text, &s->len);
    s->session.ring = ring;
    s->session.is_live = true;
    s->session.clock = &s->clock;
    s->session.colour = true;
    s->now = 1787400002 * CARP_SEC;
    set_clock(s, 0);
    s->screen = (struct mon_screen_state){
        .width = 80, .height = 24, .message = "", .now = s->now};
    s->model = mon_model_new(&s->session);
    s->monitor = mon_monitor_new(ring, &s->session, mon_report_find(format));
    mon_monitor_attach(s->monitor, &mon_model_ops, s->model);
    if (evidence != 0) {
        attach_service(s, evidence);
    } else {
        mon_monitor_attach(s->monitor, &note_ops, s);
    }
    mon_monitor_start(s->monitor, &options, s->now);
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
send_advert(struct scene *s, const struct synth_advert *advert, uint8_t where)
{
    struct synth_frame frame;
    synth_advert(advert, &frame);
    feed(s, frame.data, frame.len, CARP_LINK_ETHERNET, where);
}

static void
feed_advert(struct scene *s, struct fuzz_input *in, uint8_t odd)
{
    uint8_t who = fuzz_u8(in), what = fuzz_u8(in);
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
    s->last = advert;
    send_advert(s, &advert, who >> 7);
}

/* Adverts like the last one. how: other hosts, other vhids, other VLANs; else
 * the same one's, each after a silence. */
static void
flood(struct scene *s, uint8_t count, uint8_t how)
{
    static const carp_time gaps[4] = {0, CARP_SEC, 20 * CARP_SEC,
                                      4000 * CARP_SEC};
    struct synth_advert advert = s->last;
    if (s->floods++ >= FLOODS_MAX) {
        return;
    }
    advert.adv.version = CARP_VERSION;
    advert.adv.type = CARP_TYPE_ADVERT;
    advert.adv.authlen = CARP_AUTHLEN;
    advert.ttl = 255;
    for (unsigned int i = 0; i < count; i++) {
        advert.host = (uint8_t)(s->last.host + ((how & 1) != 0 ? i : 0));
        advert.vhid = (uint8_t)(s->last.vhid + ((how & 2) != 0 ? i : 0));
        advert.vlan = (uint16_t)((how & 4) != 0 ? i + 1 : s->last.vlan);
        advert.adv.counter = ++s->counter;
        s->now = carp_time_add(s->now, gaps[how >> 3 & 3]);
        send_advert(s, &advert, how >> 7);
    }
}

/* ------------------------------------------------------- what a user does */

/* Keys typed into the live view, and a terminal that changes its size. */
static void
look(struct scene *s, uint8_t key, uint8_t size)
{
    static const char message[] = "a line\xc2\x9b of the log";
    switch (key & 3) {
    case 0:
        s->screen.only_bad = !s->screen.only_bad;
        s->screen.first = 0;
        break;
    case 1:
        s->screen.first += key >> 2;
        break;
    case 2:
        s->screen.first -= MIN(s->screen.first, (unsigned int)key >> 2);
        break;
    default:
        s->screen.message = *s->screen.message == '\0' ? message : "";
        break;
    }
    s->screen.width = (unsigned int)(MON_SCREEN_WIDTH_MIN + size);
    s->screen.height = 1u + size % 50u;
    s->screen.now = s->now;
    api_check_screen(s->model, &s->screen);
}

/* Made once: explain_once.c knows a ring by where it is. */
static struct carp_ring *
ring_of(bool has_keys)
{
    static struct carp_ring *rings[2];
    struct carp_ring **ring = &rings[has_keys];
    if (*ring != NULL) {
        return *ring;
    }
    *ring = carp_ring_new();
    FUZZ_CHECK(*ring != NULL);
    for (uint8_t vhid = 1; has_keys && vhid <= 4; vhid++) {
        struct carp_ring_row row = {.name = "a <b> \"c\"", .vhid = vhid};
        row.profile = CARP_PROFILE_AUTO;
        synth_key(&row.key);
        synth_addrs(vhid, &row.addrs);
        FUZZ_CHECK(carp_ring_add(*ring, &row) == CARP_OK);
        carp_key_clear(&row.key);
    }
    return *ring;
}

static void
reload(struct scene *s, bool has_keys, bool has_senders)
{
    static const char text[] = "[vhid \"a\"]\nvhid = 1\npassword = abc\n"
                               "addresses = 10.0.1.1\nsenders = 10.0.0.1\n";
    struct conf_senders *senders = NULL;
    s->session.ring = ring_of(has_keys);
    mon_monitor_set_ring(s->monitor, s->session.ring);
    if (has_senders) {
        struct carp_conf *conf = conf_of_text(text);
        senders = conf_senders_new(conf);
        carp_conf_free(conf);
    }
    FUZZ_CHECK(mon_monitor_expect(s->monitor, senders));
    conf_senders_free(senders);
}

static void
do_more(struct scene *s, struct fuzz_input *in, uint8_t what)
{
    uint8_t value = fuzz_u8(in);
    switch (what) {
    case 1: /* the main loop: evidence is written */
        while (g_main_context_iteration(NULL, FALSE)) {
        }
        break;
    case 2:
        reload(s, (value & 1) != 0, (value & 2) != 0);
        break;
    case 3:
        (void)mon_monitor_forget(s->monitor, (value & 3) - 1, s->now,
                                 (value >> 2) * (100 * CARP_SEC), "on request");
        break;
    case 4:
        flood(s, value, fuzz_u8(in));
        break;
    case 5:
        look(s, value, fuzz_u8(in));
        break;
    case 6:
        set_clock(s, value - 128);
        break;
    case 7:
        mon_monitor_watch(s->monitor, value & 1, s->now);
        break;
    default:
        mon_monitor_reach(s->monitor, s->now);
        FUZZ_CHECK(mon_monitor_hears(s->monitor, -1) ==
                   (mon_monitor_hears(s->monitor, 0) ||
                    mon_monitor_hears(s->monitor, 1)));
        break;
    }
}

/* -------------------------------------------------------------------- input */

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
        if (where != 0) {
            do_more(s, in, where);
        }
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

static void
finish(struct scene *s, bool is_json, bool is_service)
{
    const int status = mon_monitor_finish(s->monitor);
    FUZZ_CHECK(status >= MON_EXIT_OK && status <= MON_EXIT_CRITICAL);
    api_check_model(s->model, is_service);
    mon_monitor_free(s->monitor);
    fclose(s->session.out);
    api_check_report(s->text, s->len, is_json);
    free(s->text);
    g_ptr_array_free(s->names, TRUE);
    if (is_service) {
        (void)api_check_evidence(directory, EVIDENCE_MOST);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    const bool is_service = size % 2 != 0, is_json = size % 8 != 7;
    struct scene s;
    log_set_sink(on_message);
    start(&s, ring_of(true), is_json ? MON_JSON : MON_TEXT,
          !is_service     ? 0
          : size % 16 < 8 ? 10 * CARP_SEC
                          : 3600 * CARP_SEC);
    for (unsigned int i = 0; i < STEPS_MAX && in.left > 0; i++) {
        step(&s, &in);
    }
    mon_monitor_tick(s.monitor, s.now);
    api_check_model(s.model, !is_service);
    api_check_metrics(s.model);
    api_check_state(s.model, s.now);
    finish(&s, is_json, is_service);
    return 0;
}
