/* SPDX-License-Identifier: BSD-2-Clause */
/* carpinject: what is sent when, without a network. */
#include <glib/gstdio.h>

#include "inject.h"
#include "record.h"
#include "run.h"
#include "safety.h"

static struct inj_pace
pace_of(uint64_t count)
{
    return (struct inj_pace){.count = count, .duration = CARP_NEVER};
}

static GPtrArray *
all_of(struct inj_plan *plan)
{
    GPtrArray *frames = g_ptr_array_new_with_free_func(g_free);
    struct inj_frame *frame = g_new0(struct inj_frame, 1);
    while (inj_plan_next(plan, frame)) {
        g_ptr_array_add(frames, g_memdup2(frame, sizeof(*frame)));
    }
    g_assert_cmpstr(inj_plan_error(plan), ==, NULL);
    g_free(frame);
    inj_plan_free(plan);
    return frames;
}

static const struct inj_frame *
at(const GPtrArray *frames, guint i)
{
    return g_ptr_array_index(frames, i);
}

static uint64_t
counter_of(const struct inj_frame *frame)
{
    return inj_field_get(frame->octets, &frame->layout, INJ_COUNTER).number;
}

static void
assert_same(const GPtrArray *a, const GPtrArray *b)
{
    g_assert_cmpuint(a->len, ==, b->len);
    for (guint i = 0; i < a->len; i++) {
        g_assert_cmpuint(at(a, i)->at, ==, at(b, i)->at);
        g_assert_cmpuint(at(a, i)->len, ==, at(b, i)->len);
        g_assert_cmpint(
            memcmp(at(a, i)->octets, at(b, i)->octets, at(a, i)->len), ==, 0);
    }
}

/* ----------------------------------------------------------------- adverts */

static void
test_interval(void)
{
    struct inj_spec spec = inject_spec();
    struct inj_pace pace = pace_of(3);
    inject_set(&spec, "advskew", "100");
    GPtrArray *frames = all_of(inj_plan_advert(&spec, &pace, 1));
    g_assert_cmpuint(frames->len, ==, 3);
    g_assert_cmpuint(at(frames, 0)->at, ==, 0);
    g_assert_cmpuint(at(frames, 2)->at, ==, 2 * carp_interval(1, 100));
    g_assert_true(inject_verifies(at(frames, 2)));
    g_ptr_array_free(frames, TRUE);

    pace.count = 0;
    pace.duration = 5 * CARP_SEC;
    frames = all_of(inj_plan_advert(&spec, &pace, 1));
    g_assert_cmpuint(frames->len, ==, 4);
    g_ptr_array_free(frames, TRUE);
}

static void
test_counters(void)
{
    static const struct {
        const char *text;
        uint64_t first, second;
    } rows[] = {{"0xfffffffffffffffe", UINT64_MAX - 1, UINT64_MAX},
                {"0xffffffffffffffff", UINT64_MAX, 0},
                {"constant:0x7", 7, 7},
                {"start+1:7", 7, 8}};
    struct inj_pace pace = pace_of(2);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct inj_spec spec = inject_spec();
        inject_set(&spec, "counter", rows[i].text);
        GPtrArray *frames = all_of(inj_plan_advert(&spec, &pace, 1));
        g_assert_cmphex(counter_of(at(frames, 0)), ==, rows[i].first);
        g_assert_cmphex(counter_of(at(frames, 1)), ==, rows[i].second);
        g_assert_true(inject_verifies(at(frames, 1)));
        g_ptr_array_free(frames, TRUE);
    }
    struct inj_spec spec = inject_spec();
    inject_set(&spec, "counter", "random");
    GPtrArray *frames = all_of(inj_plan_advert(&spec, &pace, 1));
    g_assert_cmphex(counter_of(at(frames, 0)) + 1, !=,
                    counter_of(at(frames, 1)));
    g_ptr_array_free(frames, TRUE);
}

static void
test_jitter(void)
{
    struct inj_spec spec = inject_spec();
    struct inj_pace pace = pace_of(200);
    pace.has_interval = true;
    pace.interval = 100 * CARP_MSEC;
    pace.jitter = 80 * CARP_MSEC;
    GPtrArray *frames = all_of(inj_plan_advert(&spec, &pace, 3));
    GPtrArray *again = all_of(inj_plan_advert(&spec, &pace, 3));
    carp_time last = 0;
    bool has_early = false;
    bool has_late = false;
    for (guint i = 0; i < frames->len; i++) {
        carp_time even = i * pace.interval;
        carp_time when = at(frames, i)->at;
        g_assert_cmpuint(when, >=, last);
        g_assert_cmpuint(when, <=, even + pace.jitter);
        has_early |= when < even;
        has_late |= when > even;
        last = when;
    }
    g_assert_true(has_early && has_late);
    assert_same(frames, again);
    g_ptr_array_free(frames, TRUE);
    g_ptr_array_free(again, TRUE);
}

static void
test_flood(void)
{
    struct inj_spec spec = inject_spec();
    struct inj_pace pace = pace_of(12);
    struct inj_flood many = {.vhids = 3, .sources = 2};
    pace.has_interval = true;
    inject_set(&spec, "vhid", "250");
    inject_set(&spec, "source", "10.0.0.255");
    GPtrArray *frames = all_of(inj_plan_flood(&spec, &many, &pace, 1));
    g_assert_cmpuint(frames->len, ==, 12);
    for (guint i = 0; i < frames->len; i++) {
        struct carp_frame parsed = inject_parse(at(frames, i));
        g_assert_cmpuint(parsed.u.adv.vhid, ==, 250 + i % 3);
        g_assert_cmpuint(parsed.src.octets[3], ==, i / 3 % 2 ? 0 : 255);
        g_assert_cmpuint(parsed.src.octets[2], ==, i / 3 % 2);
        g_assert_cmphex(parsed.issues, ==, 0);
        g_assert_cmphex(parsed.u.adv.counter, ==, 0x1234 + i);
        g_assert_cmpuint(carp_checksum(at(frames, i)->octets + 14, 20), ==, 0);
        g_assert_true(inject_verifies(at(frames, i)));
        g_assert_cmpuint(at(frames, i)->at, ==, 0);
    }
    g_ptr_array_free(frames, TRUE);
}

/* ------------------------------------------------------------------ faults */

static GPtrArray *
fuzzed(uint64_t seed, const char *family)
{
    struct inj_spec spec = inject_spec();
    struct inj_pace pace = pace_of(2000);
    pace.has_interval = true;
    inject_set(&spec, "family", family);
    return all_of(inj_plan_fuzz(&spec, &pace, seed));
}

static void
check_variety(const GPtrArray *frames)
{
    guint good = 0, wrong_sum = 0, not_carp = 0, other_len = 0;
    for (guint i = 0; i < frames->len; i++) {
        struct carp_frame parsed;
        enum carp_status status =
            carp_frame_parse(CARP_LINK_ETHERNET, at(frames, i)->octets,
                             at(frames, i)->len, at(frames, i)->len, &parsed);
        bool is_carp = status == CARP_OK && parsed.kind == CARP_FRAME_CARP;
        not_carp += !is_carp;
        good += is_carp && parsed.issues == 0 && inject_verifies(at(frames, i));
        wrong_sum += is_carp && (parsed.issues & CARP_ISSUE_CHECKSUM) != 0;
        other_len += at(frames, i)->len != 70 && at(frames, i)->len != 90;
    }
    /* Some of each, and of none nearly all. */
    g_assert_cmpuint(good, >, frames->len / 50);
    g_assert_cmpuint(good, <, frames->len / 2);
    g_assert_cmpuint(wrong_sum, >, frames->len / 50);
    g_assert_cmpuint(not_carp, >, frames->len / 20);
    g_assert_cmpuint(other_len, >, frames->len / 20);
}

static void
test_fuzz(void)
{
    static const char *const families[] = {"ipv4", "ipv6"};
    for (size_t i = 0; i < 2; i++) {
        GPtrArray *one = fuzzed(42, families[i]);
        GPtrArray *same = fuzzed(42, families[i]);
        GPtrArray *other = fuzzed(43, families[i]);
        assert_same(one, same);
        g_assert_true(at(one, 5)->len != at(other, 5)->len ||
                      memcmp(at(one, 5)->octets, at(other, 5)->octets,
                             at(one, 5)->len) != 0);
        check_variety(one);
        g_ptr_array_free(one, TRUE);
        g_ptr_array_free(same, TRUE);
        g_ptr_array_free(other, TRUE);
    }
}

/* ------------------------------------------------------------------ replay */

static GPtrArray *
read_capture(const char *name)
{
    char *path = g_build_filename(CARP_CAPTURES, name, NULL);
    char *error = NULL;
    GPtrArray *frames = inj_record_read(path, &error);
    g_assert_cmpstr(error, ==, NULL);
    g_assert_nonnull(frames);
    g_assert_cmpuint(frames->len, >, 5);
    g_free(path);
    return frames;
}

static void
test_replay_as_is(void)
{
    struct inj_spec spec;
    struct inj_pace pace = pace_of(0);
    struct inj_replay how = {.speed = 2.0, .loops = 2};
    GPtrArray *captured = read_capture("ucarp-election.pcap");
    guint count = captured->len;
    carp_time last = at(captured, count - 1)->at;
    uint8_t first[64];
    memcpy(first, at(captured, 0)->octets, sizeof(first));
    inj_spec_init(&spec);
    GPtrArray *frames =
        all_of(inj_plan_replay(captured, &spec, &how, &pace, 1));
    g_assert_cmpuint(frames->len, ==, 2 * count);
    g_assert_cmpuint(at(frames, count - 1)->at, ==, last / 2);
    g_assert_cmpuint(at(frames, count)->at, >, last / 2);
    g_assert_cmpint(memcmp(at(frames, count)->octets, first, sizeof(first)), ==,
                    0);
    g_ptr_array_free(frames, TRUE);
}

static void
test_replay_rewritten(void)
{
    struct inj_spec spec = inject_spec();
    struct inj_pace pace = pace_of(0);
    struct inj_replay how = {
        .speed = 0.0, .loops = 1, .rewrites = true, .renumbers = true};
    inject_set(&spec, "vhid", "9");
    inject_set(&spec, "ttl", "9");
    inject_set(&spec, "vlan", "99");
    inject_set(&spec, "source", "10.3.3.3");
    GPtrArray *frames = all_of(inj_plan_replay(
        read_capture("ucarp-election.pcap"), &spec, &how, &pace, 1));
    for (guint i = 0; i < frames->len; i++) {
        struct carp_frame parsed = inject_parse(at(frames, i));
        g_assert_cmpint(parsed.kind, ==, CARP_FRAME_CARP);
        g_assert_cmpuint(parsed.u.adv.vhid, ==, 9);
        g_assert_cmpuint(parsed.ttl, ==, 9);
        g_assert_cmpuint(parsed.vlan, ==, 99);
        g_assert_cmpuint(parsed.src.octets[3], ==, 3);
        g_assert_cmpuint(parsed.src_mac.octets[5], ==, 9);
        g_assert_cmphex(parsed.issues, ==, CARP_ISSUE_TTL);
        g_assert_cmphex(parsed.u.adv.counter, ==, 0x1234 + i);
        g_assert_cmpuint(at(frames, i)->at, ==, 0);
        g_assert_cmpuint(carp_checksum(at(frames, i)->octets + 18, 20), ==, 0);
        g_assert_true(inject_verifies(at(frames, i)));
    }
    g_ptr_array_free(frames, TRUE);
}

/* Without its Ethernet header, as on the "any" device or a raw tunnel. */
static void
test_other_links(void)
{
    static const struct {
        int link;
        size_t head;
    } rows[] = {{CARP_LINK_RAW, 0}, {CARP_LINK_SLL, 16}, {CARP_LINK_SLL2, 20}};
    static const uint8_t sll[16] = {[5] = 6, [6] = 2, [11] = 7, [14] = 8};
    static const uint8_t sll2[20] = {[0] = 8, [9] = 1, [11] = 6, [12] = 2};
    struct inj_spec spec = inject_spec();
    struct inj_frame frame, again;
    inject_build(&spec, &frame);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint8_t data[128] = {0};
        size_t len = rows[i].head + frame.len - 14;
        if (rows[i].link == CARP_LINK_SLL) {
            memcpy(data, sll, sizeof(sll));
        } else if (rows[i].link == CARP_LINK_SLL2) {
            memcpy(data, sll2, sizeof(sll2));
        }
        memcpy(data + rows[i].head, frame.octets + 14, frame.len - 14);
        g_assert_true(
            inj_frame_from_capture(rows[i].link, data, len, len, &again));
        g_assert_cmpuint(again.len, ==, frame.len);
        g_assert_cmpint(memcmp(again.octets, frame.octets, 6), ==, 0);
        g_assert_cmpint(
            memcmp(again.octets + 12, frame.octets + 12, frame.len - 12), ==,
            0);
        g_assert_true(inject_verifies(&again));
        g_assert_false(
            inj_frame_from_capture(rows[i].link, data, len - 1, len, &again));
    }
}

/* ------------------------------------------------------------- run, record */

static void
test_record(void)
{
    struct inj_spec spec = inject_spec();
    struct inj_pace pace = pace_of(200);
    char *error = NULL;
    char *path = NULL;
    int fd = g_file_open_tmp("carp-inject-XXXXXX.pcap", &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    struct inj_run run = {.record = inj_record_open(path, &error),
                          .record_from = 1000 * CARP_SEC,
                          .duration = CARP_NEVER};
    struct inj_run_result result;
    g_assert_nonnull(run.record);
    struct inj_plan *plan = inj_plan_advert(&spec, &pace, 1);
    g_assert_null(inj_run(plan, &run, &result));
    inj_plan_free(plan);
    g_assert_true(inj_record_close(run.record, &error));
    g_assert_cmpuint(result.frames, ==, 200);
    g_assert_cmpuint(result.octets, ==, 200 * 70);
    GPtrArray *read = inj_record_read(path, &error);
    GPtrArray *right = all_of(inj_plan_advert(&spec, &pace, 1));
    assert_same(read, right);
    g_ptr_array_free(read, TRUE);
    g_ptr_array_free(right, TRUE);
    g_unlink(path);
    g_free(path);
}

/* ------------------------------------------------------------------ safety */

static struct carp_ring *
ring_of(const struct inj_spec *spec)
{
    struct carp_ring *ring = carp_ring_new();
    struct carp_ring_row row;
    memset(&row, 0, sizeof(row));
    row.vhid = 1;
    row.key = spec->key;
    row.addrs = spec->addrs;
    row.profile = CARP_PROFILE_AUTO;
    g_assert_cmpint(carp_ring_add(ring, &row), ==, CARP_OK);
    return ring;
}

static bool
is_refused(struct inj_safety *safety, const struct inj_spec *spec)
{
    struct inj_frame frame;
    inject_build(spec, &frame);
    struct carp_frame parsed = inject_parse(&frame);
    char *wrong = inj_safety_judge(safety, &parsed);
    if (wrong != NULL) {
        g_assert_nonnull(strstr(wrong, "--peer 192.0.2.1"));
    }
    g_free(wrong);
    return wrong != NULL;
}

static void
test_safety(void)
{
    struct inj_spec spec = inject_spec();
    struct inj_spec stranger = inject_spec();
    struct inj_safety safety;
    memset(&safety, 0, sizeof(safety));
    safety.ring = ring_of(&spec);
    safety.vhid[1] = true;
    inject_set(&stranger, "password", "hate");
    g_assert_true(is_refused(&safety, &spec));
    g_assert_false(is_refused(&safety, &stranger));
    /* What cannot be verified counts where others' frames are sent again. */
    safety.replays = true;
    g_assert_true(is_refused(&safety, &stranger));
    struct carp_addr named = {.family = CARP_IPV4, .octets = {192, 0, 2, 1}};
    g_assert_cmpint(carp_addrs_add(&safety.named, &named), ==, CARP_OK);
    g_assert_false(is_refused(&safety, &spec));
    g_assert_cmpuint(inj_safety_listen_time(3), >=, 3992 * CARP_MSEC);
    carp_ring_free(safety.ring);
}

/* A known key is a live master, whatever addresses it hashes. */
static void
test_safety_addresses(void)
{
    struct inj_spec spec = inject_spec();
    struct inj_spec more = inject_spec();
    struct inj_safety safety;
    memset(&safety, 0, sizeof(safety));
    inject_set(&spec, "address", "10.0.0.1");
    inject_set(&more, "address", "10.0.0.1");
    inject_set(&more, "address", "10.0.0.7");
    safety.ring = ring_of(&more);
    safety.vhid[1] = true;
    struct inj_frame frame;
    inject_build(&spec, &frame);
    struct carp_frame parsed = inject_parse(&frame);
    char *wrong = inj_safety_judge(&safety, &parsed);
    g_assert_nonnull(wrong);
    g_assert_nonnull(strstr(wrong, "192.0.2.1 is a live master of vhid 1 "
                                   "with this key ("));
    g_assert_nonnull(strstr(wrong, "10.0.0.7"));
    g_free(wrong);
    /* Another vhid is no concern. */
    safety.vhid[1] = false;
    g_assert_null(inj_safety_judge(&safety, &parsed));
    safety.vhid[1] = true;
    carp_ring_free(safety.ring);
    /* One that hashes what only ARP tells. */
    struct carp_frame arp = {.kind = CARP_FRAME_ARP};
    arp.u.arp.sender = more.addrs.list[2];
    arp.u.arp.sender_mac = (struct carp_mac){{0, 0, 0x5e, 0, 1, 1}};
    safety.ring = ring_of(&spec);
    inject_build(&more, &frame);
    parsed = inject_parse(&frame);
    g_assert_null(inj_safety_judge(&safety, &arp));
    wrong = inj_safety_judge(&safety, &parsed);
    g_assert_nonnull(wrong);
    g_free(wrong);
    carp_ring_free(safety.ring);
}

/* Somebody answers for the address: a master that was not heard in time. */
static void
test_safety_held(void)
{
    struct inj_spec spec = inject_spec();
    struct inj_safety safety;
    struct carp_frame arp = {.kind = CARP_FRAME_ARP};
    memset(&safety, 0, sizeof(safety));
    inject_set(&spec, "address", "10.0.0.1");
    safety.ring = ring_of(&spec);
    safety.vhid[1] = true;
    safety.listen = 2300 * CARP_MSEC;
    safety.asked = spec.addrs;
    g_assert_null(inj_safety_conclude(&safety));
    arp.u.arp.sender = (struct carp_addr){CARP_IPV4, {10, 0, 0, 2}};
    g_assert_null(inj_safety_judge(&safety, &arp));
    g_assert_null(inj_safety_conclude(&safety));
    arp.u.arp.sender = spec.addrs.list[0];
    arp.u.arp.sender_mac = (struct carp_mac){{0, 0, 0x5e, 0, 1, 1}};
    g_assert_null(inj_safety_judge(&safety, &arp));
    char *wrong = inj_safety_conclude(&safety);
    g_assert_cmpstr(wrong, ==,
                    "00:00:5e:00:01:01 answers for 10.0.0.9, but no advert "
                    "of a master named with --peer was heard in 2.3 s: "
                    "listen longer with --listen SECONDS, or say "
                    "--i-own-this-network");
    g_free(wrong);
    /* Somebody advertises, with another key. */
    struct inj_spec stranger = inject_spec();
    inject_set(&stranger, "password", "hate");
    g_assert_false(is_refused(&safety, &stranger));
    wrong = inj_safety_conclude(&safety);
    g_assert_nonnull(strstr(wrong, "and 192.0.2.1 advertises, with another "
                                   "key or other addresses: name it with "
                                   "--peer 192.0.2.1"));
    g_free(wrong);
    /* Its master was named and is heard. */
    struct carp_addr named = {.family = CARP_IPV4, .octets = {192, 0, 2, 1}};
    g_assert_cmpint(carp_addrs_add(&safety.named, &named), ==, CARP_OK);
    g_assert_false(is_refused(&safety, &spec));
    g_assert_null(inj_safety_conclude(&safety));
    carp_ring_free(safety.ring);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inject/plan/interval", test_interval);
    g_test_add_func("/inject/plan/counters", test_counters);
    g_test_add_func("/inject/plan/jitter", test_jitter);
    g_test_add_func("/inject/plan/flood", test_flood);
    g_test_add_func("/inject/plan/fuzz", test_fuzz);
    g_test_add_func("/inject/plan/replay-as-is", test_replay_as_is);
    g_test_add_func("/inject/plan/replay-rewritten", test_replay_rewritten);
    g_test_add_func("/inject/plan/other-links", test_other_links);
    g_test_add_func("/inject/plan/record", test_record);
    g_test_add_func("/inject/plan/safety", test_safety);
    g_test_add_func("/inject/plan/safety-addresses", test_safety_addresses);
    g_test_add_func("/inject/plan/safety-held", test_safety_held);
    return g_test_run();
}
