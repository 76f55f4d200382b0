/* SPDX-License-Identifier: BSD-2-Clause */
/* The observer's entry points, observations, summaries and catalogue. */
#include <string.h>

#include <carp/counter.h>
#include <carp/finding.h>

#include "engine/track_internal.h"
#include "track_world.h"

/* ---------------------------------------------------------------- catalogue */

static void
test_catalogue(void)
{
    for (int code = 0; code < CARP_CODE_COUNT; code++) {
        g_assert_cmpstr(carp_code_text((enum carp_code)code), !=, "");
        for (int other = 0; other < code; other++) {
            g_assert_cmpstr(carp_code_text((enum carp_code)code), !=,
                            carp_code_text((enum carp_code)other));
        }
        for (int cause = 0; cause < CARP_CAUSE_COUNT; cause++) {
            g_assert_cmpstr(
                carp_remedy((enum carp_code)code, (enum carp_cause)cause), !=,
                "");
        }
    }
    g_assert_cmpstr(carp_cause_text(CARP_CAUSE_NONE), ==, "");
    for (int cause = 1; cause < CARP_CAUSE_COUNT; cause++) {
        g_assert_cmpstr(carp_cause_text((enum carp_cause)cause), !=, "");
    }
    g_assert_cmpint(carp_code_severity(CARP_DUAL_MASTER, CARP_CAUSE_TIE), ==,
                    CARP_CRITICAL);
    g_assert_cmpint(carp_code_severity(CARP_DUAL_MASTER, CARP_CAUSE_TRANSITION),
                    ==, CARP_INFO);
    g_assert_cmpint(carp_code_severity(CARP_TIE, CARP_CAUSE_NONE), ==,
                    CARP_WARNING);
}

/* Numbers from elsewhere must not reach behind a table. */
static void
test_out_of_range(void)
{
    g_assert_cmpstr(carp_code_text(CARP_CODE_COUNT), ==, "");
    g_assert_cmpstr(carp_cause_text(CARP_CAUSE_COUNT), ==, "");
    g_assert_cmpstr(carp_remedy(CARP_CODE_COUNT, CARP_CAUSE_COUNT), ==, "");
    g_assert_cmpint(carp_code_severity(CARP_CODE_COUNT, CARP_CAUSE_NONE), ==,
                    CARP_INFO);
    g_assert_cmpstr(carp_reason_text(CARP_REASON_COUNT), ==, "");
    g_assert_cmpstr(carp_impl_text(CARP_IMPL_COUNT), ==, "unknown");
    for (int i = 0; i < CARP_REASON_COUNT; i++) {
        g_assert_cmpstr(carp_reason_text((enum carp_reason)i), !=, "");
    }
    for (int i = 0; i < CARP_IMPL_COUNT; i++) {
        g_assert_cmpstr(carp_impl_text((enum carp_impl)i), !=, "");
    }
}

/* -------------------------------------------------------------- observation */

static void
test_observation(void)
{
    struct world *w = world_new(1);
    const unsigned int a = world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    const unsigned int b = world_add(w, WORLD_NETBSD, "10.0.0.2", NULL, 1, 100);
    struct carp_frame f = world_advert(w, a, CARP_IPV4, 1000);
    struct carp_observation o = world_put(w, &f);

    g_assert_true(o.is_advert);
    g_assert_cmpint(o.role, ==, CARP_MASTER);
    g_assert_cmpint(o.verdict.status, ==, CARP_UNVERIFIED);
    g_assert_cmpuint(o.delta, ==, 0);
    g_assert_cmpuint(o.previous_frame, ==, 0);
    g_assert_cmpuint(o.expected_next, ==, w->now + CARP_SEC);
    w->now += 1010 * CARP_MSEC;
    f = world_advert(w, a, CARP_IPV4, 1001);
    o = world_put(w, &f);
    g_assert_cmpuint(o.delta, ==, 1010 * CARP_MSEC);
    g_assert_cmpuint(o.previous_frame, ==, 1);
    g_assert_cmpuint(o.parent_frame, ==, 0);
    g_assert_cmpuint(o.expected_next, ==, w->now + 1010 * CARP_MSEC);
    w->now += 3410 * CARP_MSEC;
    f = world_advert(w, b, CARP_IPV4, 1002);
    o = world_put(w, &f);
    g_assert_cmpuint(o.parent_frame, ==, 2);
    g_assert_true(carp_addr_equal(&o.parent, &w->nodes[a].addr4));
    g_assert_false(o.is_replay || o.is_looped || o.is_bow_out);
    f.u.adv.advbase = f.u.adv.advskew = CARP_BOW_OUT;
    f.u.adv.counter++;
    o = world_put(w, &f);
    g_assert_true(o.is_bow_out);
    g_assert_cmpint(o.role, ==, CARP_BACKUP);
    world_free(w);
}

/* Frames that are no adverts, and adverts that receivers drop. */
static void
test_other_frames(void)
{
    struct world *w = world_new(1);
    const unsigned int a = world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);

    for (int kind = 0; kind <= CARP_FRAME_TRUNCATED; kind++) {
        struct carp_frame f = {.kind = (enum carp_frame_kind)kind,
                               .family = CARP_IPV4};

        if (kind != CARP_FRAME_CARP) {
            g_assert_false(world_put(w, &f).is_advert);
        }
    }
    g_assert_cmpuint(carp_track_view_count(w->track), ==, 0);
    for (unsigned int i = 0; i < 4; i++) {
        static const unsigned int dropped[] = {
            CARP_ISSUE_VERSION, CARP_ISSUE_CHECKSUM, CARP_ISSUE_SHORT,
            CARP_ISSUE_VHID_ZERO};
        struct carp_frame f = world_advert(w, a, CARP_IPV4, 5 + i);

        f.issues = dropped[i];
        (void)world_put(w, &f);
    }
    g_assert_cmpuint(world_count(w, CARP_EVENT_TRANSITION, 0), ==, 0);
    world_free(w);
}

/* ------------------------------------------------------------------ summary */

static void
test_summary(void)
{
    struct world *w = world_new(3);
    struct carp_view_summary v;
    struct carp_sender_summary s;

    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", "fd00::1", 1, 0);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.2", "fd00::2", 1, 100);
    world_settle(w);
    world_kill(w, 0);
    world_wait(w, WORLD_S(10));
    g_assert_cmpuint(carp_track_view_count(w->track), ==, 2);
    g_assert_true(carp_track_view(w->track, 0, &v));
    g_assert_cmpint(v.family, ==, CARP_IPV4);
    g_assert_cmpuint(v.vhid, ==, 7);
    g_assert_cmpuint(v.senders, ==, 2);
    g_assert_cmpuint(v.transitions, ==, 2);
    g_assert_cmpuint(v.unverified, ==, v.adverts);
    g_assert_true(carp_addr_equal(&v.master, &w->nodes[1].addr4));
    g_assert_true(carp_track_sender(w->track, 0, 0, &s));
    g_assert_true(carp_addr_equal(&s.address, &w->nodes[0].addr4));
    g_assert_cmpint(s.role, ==, CARP_BACKUP);
    g_assert_cmpuint(s.master_time, >, WORLD_S(7.9));
    g_assert_cmpuint(s.master_time, <, WORLD_S(9.1));
    g_assert_cmpuint(s.max_gap, <, WORLD_S(1.01));
    g_assert_true(carp_track_sender(w->track, 0, 1, &s));
    g_assert_cmpint(s.role, ==, CARP_MASTER);
    g_assert_false(carp_track_sender(w->track, 0, 2, &s));
    g_assert_true(carp_track_view(w->track, 1, &v));
    g_assert_cmpint(v.family, ==, CARP_IPV6);
    g_assert_false(carp_track_view(w->track, 2, &v));
    g_assert_cmpuint(carp_track_learnt(w->track, 0)->count, ==, 0);
    g_assert_null(carp_track_learnt(w->track, 2));
    world_free(w);
}

/* By segment, VLAN, vhid and family, whatever the order of appearance. */
static void
test_summary_order(void)
{
    struct world *w = world_new(1);
    const unsigned int a =
        world_add(w, WORLD_OPENBSD, "10.0.0.1", "fd00::1", 1, 0);
    struct carp_view_summary v;
    uint64_t last = 0;

    for (unsigned int i = 0; i < 40; i++) {
        struct carp_frame f =
            world_advert(w, a, i % 3 == 0 ? CARP_IPV6 : CARP_IPV4, 77);
        const struct carp_packet packet = {.time = w->now,
                                           .number = i + 1,
                                           .segment = (uint16_t)(i * 7 % 3),
                                           .frame = &f};

        f.vlan = (uint16_t)(i * 5 % 4);
        f.u.adv.vhid = (uint8_t)(1 + i * 11 % 5);
        carp_track_feed(w->track, &packet, NULL);
    }
    for (size_t i = 0; carp_track_view(w->track, i, &v); i++) {
        const uint64_t key = (uint64_t)v.segment << 32 |
                             (uint64_t)v.vlan << 16 | (uint64_t)v.vhid << 8 |
                             v.family;

        g_assert_cmpuint(key, >, last);
        last = key;
    }
    world_free(w);
}

static void
implementation(enum world_impl impl, const char *addr4, const char *addr6,
               enum carp_impl wanted)
{
    struct world *w = world_new(5);
    struct carp_sender_summary s;

    (void)world_add(w, impl, addr4, addr6, 1, 0);
    world_start(w, 0);
    world_wait(w, WORLD_S(9));
    g_assert_true(carp_track_sender(w->track, 0, 0, &s));
    g_assert_cmpstr(carp_impl_text(s.impl), ==, carp_impl_text(wanted));
    g_assert_cmpstr(s.impl_evidence, !=, "");
    world_free(w);
}

static void
test_implementations(void)
{
    implementation(WORLD_FREEBSD, "10.0.0.1", NULL, CARP_IMPL_FREEBSD);
    implementation(WORLD_FREEBSD, NULL, "fd00::1", CARP_IMPL_FREEBSD);
    implementation(WORLD_NETBSD, "10.0.0.1", NULL, CARP_IMPL_NETBSD);
    implementation(WORLD_OPENBSD, "10.0.0.1", NULL, CARP_IMPL_OPENBSD);
    implementation(WORLD_OPENBSD, NULL, "fd00::1", CARP_IMPL_OPENBSD);
    implementation(WORLD_UCARP, "10.0.0.1", NULL, CARP_IMPL_UCARP);
}

/* --------------------------------------------------------------------- text */

/* Whatever is cut, what is left is UTF-8. */
static void
test_text_cut(void)
{
    static const char *const units[] = {"x", "\u00e9", "\u20ac", "\U0001f512"};

    for (size_t u = 0; u < G_N_ELEMENTS(units); u++) {
        for (size_t shift = 0; shift < 4; shift++) {
            GString *all = g_string_new("abc");
            char text[CARP_EVENT_TEXT];

            g_string_truncate(all, shift);
            while (all->len < sizeof(text) + 8) {
                g_string_append(all, units[u]);
            }
            text_set(text, "%s", all->str);
            g_assert_true(g_utf8_validate(text, -1, NULL));
            g_assert_cmpuint(strlen(text), >, sizeof(text) - 5);
            text_set(text, "%s", "start ");
            text_add(text, "%s", all->str);
            g_assert_true(g_utf8_validate(text, -1, NULL));
            text_add(text, "%s", all->str);
            g_assert_true(g_utf8_validate(text, -1, NULL));
            g_string_free(all, TRUE);
        }
    }
}

/* --------------------------------------------------------------------- time */

/* Whatever the caller lets pass at once, events come in order of time. */
static void
test_event_order(void)
{
    struct world *w = world_new(2);
    carp_time last = 0;

    for (unsigned int i = 0; i < 6; i++) {
        char addr[32];

        g_snprintf(addr, sizeof(addr), "10.0.0.%u", i + 1);
        (void)world_add(w, WORLD_NETBSD, addr, NULL, (uint8_t)(1 + i % 3),
                        (uint8_t)(i * 20));
    }
    for (unsigned int i = 0; i < 300; i++) {
        struct carp_frame f =
            world_advert(w, i % 6, CARP_IPV4, world_random(w));

        f.u.adv.vhid = (uint8_t)(1 + world_random(w) % 4);
        f.issues = i % 7 == 0 ? CARP_ISSUE_CHECKSUM : 0;
        f.ttl = i % 5 == 0 ? 1 : 255;
        f.issues |= i % 5 == 0 ? CARP_ISSUE_TTL : 0;
        w->now += world_random(w) % WORLD_S(0.4);
        (void)world_put(w, &f);
    }
    w->now += WORLD_S(3600);
    carp_track_advance(w->track, w->now);
    g_assert_cmpuint(w->events->len, >, 30);
    for (unsigned int i = 0; i < w->events->len; i++) {
        const struct carp_event *e = &world_at(w, i)->e;

        g_assert_cmpuint(e->time, >=, last);
        g_assert_cmpuint(e->since, <=, e->time);
        last = e->time;
    }
    world_free(w);
}

static void
test_deadline(void)
{
    struct world *w = world_new(1);
    carp_time due;

    g_assert_cmpuint(carp_track_deadline(w->track), ==, CARP_NEVER);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    world_start(w, 0);
    world_wait(w, WORLD_S(8));
    world_kill(w, 0);
    /* Waking at each deadline, and only then, is enough. */
    while ((due = carp_track_deadline(w->track)) != CARP_NEVER) {
        g_assert_cmpuint(due, >=, w->now);
        w->now = due;
        carp_track_advance(w->track, due);
        g_assert_cmpuint(carp_track_deadline(w->track), >, due);
    }
    (void)world_one(w, CARP_NO_MASTER, CARP_CAUSE_NONE);
    world_free(w);
}

/* With each advert the silence is to end later; whoever asks is told. */
static void
test_deadline_settled(void)
{
    struct world *w = world_new(1);
    carp_time early;

    g_assert_cmpuint(carp_track_settle(w->track), ==, CARP_NEVER);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    world_start(w, 0);
    world_wait(w, WORLD_S(12));
    early = carp_track_deadline(w->track);
    world_wait(w, WORLD_S(1) / 2);
    g_assert_cmpuint(carp_track_settle(w->track), >, early);
    g_assert_cmpuint(carp_track_deadline(w->track), >,
                     w->now + WORLD_S(6) - WORLD_S(1) / 2);
    world_kill(w, 0);
    /* It is exact: nothing else is due before. */
    carp_track_advance(w->track, carp_track_deadline(w->track) - 1);
    world_quiet(w, 0);
    carp_track_advance(w->track, carp_track_deadline(w->track));
    (void)world_one(w, CARP_NO_MASTER, CARP_CAUSE_NONE);
    world_free(w);
}

static void
test_no_callback(void)
{
    struct world *w = world_new(1);
    struct carp_track *other = carp_track_new(&(struct carp_track_config){0});
    const unsigned int a = world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    struct carp_frame f = world_advert(w, a, CARP_IPV4, 1);
    struct carp_packet packet = {.time = 5, .number = 1, .frame = &f};

    f.issues = CARP_ISSUE_TTL;
    carp_track_feed(other, &packet, NULL);
    carp_track_advance(other, WORLD_S(100));
    carp_track_free(other);
    carp_track_free(NULL);
    world_free(w);
}

/* How many entries a search for what is not there looks at, at most. */
static unsigned int
longest_search(const struct history *h)
{
    unsigned int longest = 0;

    for (unsigned int i = 0; i < HISTORY_LEN; i++) {
        unsigned int length = 0;

        for (uint32_t link = h->buckets[i]; link != 0;
             link = h->entries[(link - 1) % HISTORY_LEN].older) {
            length++;
        }
        longest = MAX(longest, length);
    }
    return longest;
}

/* A carpd that is alone jumps with each advert, and all its counters end in
 * the same bits: each advert was compared with 256 others. */
static void
test_history_of_jumps(void)
{
    struct history *h = g_new0(struct history, 1);
    struct carp_counter counter;
    uint64_t last = 0;

    carp_counter_init(&counter, (uint64_t)g_test_rand_int() << 32);
    for (unsigned int i = 0; i < HISTORY_LEN; i++) {
        last = carp_counter_next(&counter, (uint64_t)g_test_rand_int());
        (void)history_add(h, last);
    }
    g_assert_cmpuint(longest_search(h), <=, 16);
    g_assert_cmpuint(history_find(h, last, NULL)->counter, ==, last);
    /* Whoever takes over from it leaps. */
    for (uint64_t leaps = 0; leaps <= CARP_COUNTER_LEAPS; leaps++) {
        const struct history_entry *parent =
            history_find_parent(h, last + leaps * CARP_COUNTER_LEAP + 1, NULL);

        g_assert_nonnull(parent);
        g_assert_cmpuint(parent->counter, ==, last);
    }
    g_free(h);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/track/catalogue", test_catalogue);
    g_test_add_func("/track/out-of-range", test_out_of_range);
    g_test_add_func("/track/observation", test_observation);
    g_test_add_func("/track/other-frames", test_other_frames);
    g_test_add_func("/track/summary", test_summary);
    g_test_add_func("/track/summary-order", test_summary_order);
    g_test_add_func("/track/implementations", test_implementations);
    g_test_add_func("/track/text-cut", test_text_cut);
    g_test_add_func("/track/event-order", test_event_order);
    g_test_add_func("/track/deadline", test_deadline);
    g_test_add_func("/track/deadline/settled", test_deadline_settled);
    g_test_add_func("/track/no-callback", test_no_callback);
    g_test_add_func("/track/history-of-jumps", test_history_of_jumps);
    return g_test_run();
}
