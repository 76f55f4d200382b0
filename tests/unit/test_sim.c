/* SPDX-License-Identifier: BSD-2-Clause */
/* carpsim: its scenarios, its checks, and that the checks can fail. */
#include <glib.h>
#include <string.h>

#include <carp/frame.h>

#include "checks.h"
#include "frame.h"
#include "judge.h"
#include "queue.h"
#include "random.h"

static struct sim_scenario *
parse(const char *text)
{
    char *error;
    struct sim_scenario *s = sim_scenario_parse(text, "test", &error);

    if (s == NULL) {
        g_error("%s", error);
    }
    return s;
}

/* What failed, or NULL. Free it. */
static char *
run(const char *text)
{
    struct sim_scenario *s = parse(text);
    struct sim_result result;
    char *failure;

    sim_check(s, NULL, false, &result);
    failure = g_strdup(result.failure);
    sim_result_clear(&result);
    sim_scenario_free(s);
    return failure;
}

/* ------------------------------------------------------------------- text */

static void
test_bad_text(void)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"", "no node"},
        {"node", "node NAME SYSTEM"},
        {"node A plan9 1/0", "'plan9' is no system"},
        {"node A carpdx 1/0", "is no system"},
        {"node A auto 1/0", "is no system"},
        {"node A carpd 1", "not advbase/advskew"},
        {"node A carpd 1/255", "'255' is no number from 0 to 254"},
        {"node A carpd 256/0", "'256' is no number from 0 to 255"},
        {"node A carpd 0/0", "both 0"},
        {"node A carpd 1/0 fast", "'fast' is none of preempt"},
        {"node A carpd 1/0 drift=9999", "'9999' is no number"},
        {"node ABCDEFGHIJKLMNOPQ carpd 1/0", "node NAME SYSTEM"},
        {"node A carpd 1/0\nat x start A", "'x' is no time"},
        {"node A carpd 1/0\nat -1 start A", "'-1' is no time"},
        {"node A carpd 1/0\nat nan start A", "'nan' is no time"},
        {"node A carpd 1/0\nat 1e99 start A", "is no time"},
        {"node A carpd 1/0\nat 1 begin A", "'begin' is none of start"},
        {"node A carpd 1/0\nat 1 start B", "no node 'B'"},
        {"node A carpd 1/0\nat 1 cut A", "no node ''"},
        {"node A carpd 1/0\nat 1 cut A A ipv5", "neither ipv4 nor ipv6"},
        {"node A carpd 1/0\nat 1 loss 1001", "from 0 to 1000"},
        {"node A carpd 1/0\nat 1 demote A", "'' is no number"},
        {"node A carpd 1/0 replay=maybe", "replay=off|alert|strict"},
        {"node A carpd 1/0 store=1", "2 s at least"},
        {"node A carpd 1/0\nat 1 attack 1001", "from 0 to 1000"},
        {"node A carpd 1/0\nat 1 forget B", "no node 'B'"},
        {"node A carpd 1/0\nexpect A", "expect by TIME"},
        {"node A carpd 1/0\nexpect by 3 master C", "no node 'C'"},
        {"node A carpd 1/0\nseed x", "'x' is no seed"},
        {"node A carpd 1/0\nvhid 0", "from 1 to 255"},
        {"node A carpd 1/0\nchecks maybe", "checks on | off"},
        {"node A carpd 1/0\nspeed 3", "'speed' is none of seed"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *error = NULL;

        g_assert_null(sim_scenario_parse(cases[i].text, "f", &error));
        if (strstr(error, cases[i].wanted) == NULL ||
            !g_str_has_prefix(error, "f:")) {
            g_error("'%s' gives '%s', not '%s'", cases[i].text, error,
                    cases[i].wanted);
        }
        g_free(error);
    }
}

static void
test_too_many_nodes(void)
{
    GString *text = g_string_new("");
    char *error;

    for (int i = 0; i <= SIM_NODES; i++) {
        g_string_append_printf(text, "node n%d carpd 1/0\n", i);
    }
    g_assert_null(sim_scenario_parse(text->str, "f", &error));
    g_assert_nonnull(strstr(error, "more than 16 nodes"));
    g_free(error);
    g_string_free(text, TRUE);
}

static void
test_round_trip(void)
{
    for (uint64_t seed = 1; seed < 200; seed++) {
        struct sim_scenario *s = sim_random(seed);
        GString *text = sim_scenario_text(s);
        struct sim_scenario *again = parse(text->str);
        GString *same = sim_scenario_text(again);

        g_assert_cmpstr(text->str, ==, same->str);
        g_string_free(text, TRUE);
        g_string_free(same, TRUE);
        sim_scenario_free(again);
        sim_scenario_free(s);
    }
}

/* ------------------------------------------------------------------- queue */

static void
test_queue(void)
{
    struct sim_queue *queue = sim_queue_new();
    const struct sim_item *item;
    struct sim_item last = {0};
    unsigned int count = 0;

    for (uint32_t i = 0; i < 2000; i++) {
        const struct sim_item one = {
            .at = (carp_time)g_test_rand_int_range(0, 300), .number = i};

        sim_queue_push(queue, &one);
    }
    while ((item = sim_queue_first(queue)) != NULL) {
        g_assert_true(count == 0 || last.at < item->at ||
                      (last.at == item->at && last.number < item->number));
        last = *item;
        sim_queue_pop(queue);
        count++;
    }
    g_assert_cmpuint(count, ==, 2000);
    sim_queue_free(queue);
}

/* ------------------------------------------------------------------ checks */

/* What no CARP brings to rest, and expectations that do not hold: each must
 * be noticed. */
static void
test_checks_fail(void)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"node A freebsd 1/20\nnode B ucarp 1/20\nat 0 start A\n"
         "at 0.018 start B\nend 120",
         "nothing has happened"},
        {"jitter 0\nnode A freebsd 1/20\nnode B freebsd 1/20\n"
         "at 0 start A\nat 0 start B\nend 120",
         "nothing has happened"},
        {"node A openbsd 1/100\nnode B openbsd 1/0 dual\n"
         "node C openbsd 1/100 dual\nat 0 start B\nat 0 start C\n"
         "at 20 cut B C ipv6\nend 120\nexpect transitions 6",
         "transitions"},
        {"node A carpd 1/0\nat 0 start A\nexpect by 2 master A\nend 9",
         "A is BACKUP"},
        {"node A carpd 1/0\nexpect by 2 master A\nend 9", "A is off"},
        {"node A carpd 1/0\nat 0 start A\nexpect by 5 masters 2\nend 9",
         "1 MASTERs"},
        {"node A carpd 1/0\nat 0 start A\nexpect always served 2.9\nend 9",
         "no MASTER"},
        {"node A carpd 1/0\nnode B carpd 1/100\nat 0 start A\nat 0 start B\n"
         "at 0 cut A B\nat 20 heal\nexpect always together 0.0001\nend 60",
         "were both MASTER"},
        {"node A carpd 1/0\nat 0 start A\nexpect transitions 1\nend 9",
         "2 transitions"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *failure = run(cases[i].text);

        if (failure == NULL || strstr(failure, cases[i].wanted) == NULL) {
            g_error("case %zu: '%s', not '%s'", i,
                    failure != NULL ? failure : "held", cases[i].wanted);
        }
    }
}

static void
test_scenario(gconstpointer path)
{
    g_autofree char *text = NULL;
    g_autofree char *failure = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    failure = run(text);
    if (failure != NULL) {
        g_error("%s: %s", (const char *)path, failure);
    }
}

/* The same seed gives the same run, to the last line. */
static void
test_repeats(void)
{
    for (uint64_t seed = 1; seed < 50; seed++) {
        struct sim_scenario *s = sim_random(seed);
        struct sim_result a, b;

        sim_check(s, NULL, true, &a);
        sim_check(s, NULL, true, &b);
        g_assert_cmpstr(a.trace->str, ==, b.trace->str);
        g_assert_cmpuint(a.deliveries, ==, b.deliveries);
        sim_result_clear(&a);
        sim_result_clear(&b);
        sim_scenario_free(s);
    }
}

static void
test_shrink(void)
{
    struct sim_scenario *s =
        parse("node A freebsd 1/20 drift=7\nnode B ucarp 1/20\n"
              "node C carpd 1/100\nnode D netbsd 1/50\nduplicate 5\n"
              "at 0 start A\nat 0.018 start B\nat 1 start C\nat 2 start D\n"
              "at 3 pause D\nat 9 resume D\nat 10 heal\nat 11 demote C 5\n"
              "end 150");
    struct sim_scenario *small = sim_shrink(s);
    struct sim_result result;

    sim_check(small, NULL, false, &result);
    g_assert_nonnull(result.failure);
    g_assert_cmpuint(small->node_count, ==, 2);
    g_assert_cmpuint(small->events->len, ==, 2);
    g_assert_cmpint(small->nodes[0].drift, ==, 0);
    sim_result_clear(&result);
    sim_scenario_free(small);
    sim_scenario_free(s);
}

/* The properties of checks.h over random scenarios. */
static void
test_random(void)
{
    const bool is_long = g_getenv("CARP_LONG") != NULL;
    const uint64_t count = is_long ? 100000 : 2000;
    /* The long run sees other scenarios each time. */
    const uint64_t first = is_long ? (uint64_t)g_test_rand_int() << 20 : 1;

    for (uint64_t seed = first; seed < first + count; seed++) {
        struct sim_scenario *s = sim_random(seed);
        struct sim_result result;

        sim_check(s, NULL, false, &result);
        if (result.failure != NULL) {
            g_error("carpsim --random 1 --seed %" G_GUINT64_FORMAT
                    " --keep .: %s",
                    seed, result.failure);
        }
        sim_result_clear(&result);
        sim_scenario_free(s);
    }
}

/* -------------------------------------------------------------------- wire */

static void
test_frames(void)
{
    struct sim_scenario *s = parse("vhid 9\nnode A carpd 1/0 dual\n"
                                   "node B openbsd 1/100 dual\n"
                                   "node C ucarp 1/7");
    struct carp_auth auth;

    sim_auth(s, &auth);
    for (unsigned int i = 0; i < 6; i++) {
        const struct sim_advert advert = {.from = i / 2,
                                          .family = i % 2 == 0 ? CARP_IPV4
                                                               : CARP_IPV6,
                                          .advbase = 1,
                                          .advskew = 7,
                                          .demote = 3,
                                          .counter = 0x1122334455667788};
        uint8_t octets[SIM_FRAME_MAX];
        const size_t count = sim_frame(s, &auth, &advert, 77, octets);
        const struct carp_addr source = sim_address(i / 2, advert.family);
        struct carp_frame f;

        g_assert_cmpint(carp_frame_parse(1, octets, count, count, &f), ==,
                        CARP_OK);
        g_assert_cmpint(f.kind, ==, CARP_FRAME_CARP);
        g_assert_cmpuint(f.issues, ==, 0);
        g_assert_cmpuint(f.u.adv.vhid, ==, 9);
        g_assert_cmpuint(f.u.adv.advskew, ==, 7);
        g_assert_cmpuint(f.u.adv.demote, ==, 3);
        g_assert_true(carp_addr_equal(&f.src, &source));
        g_assert_true(carp_auth_verify(&auth, f.u.adv.counter, f.u.adv.md));
        g_assert_cmpuint(f.src_mac.octets[4], ==, i / 2 == 2 ? 0 : 1);
    }
    carp_auth_clear(&auth);
    sim_scenario_free(s);
}

/* carpmon's observer over random runs: nothing invented, little missed. */
static void
test_judge(void)
{
    struct sim_score score = {{0}, {0}, {0}, {0}};
    /* In these hosts preempt each other within milliseconds, wake up, leap. */
    static const uint64_t more[] = {1308,  1769,  5484,  5529,  5599,
                                    5836,  5941,  10044, 10236, 12409,
                                    14236, 22840, 24136, 24150};

    for (uint64_t seed = 1; seed < 400 + G_N_ELEMENTS(more); seed++) {
        struct sim_scenario *s =
            sim_random(seed < 400 ? seed : more[seed - 400]);

        sim_judge(s, &score, NULL);
        sim_scenario_free(s);
    }
    for (unsigned int c = 0; c < CARP_CODE_COUNT; c++) {
        g_test_message("%s: %" G_GUINT64_FORMAT " right, %" G_GUINT64_FORMAT
                       " wrong; %" G_GUINT64_FORMAT " found, %" G_GUINT64_FORMAT
                       " missed",
                       carp_code_text((enum carp_code)c), score.right[c],
                       score.wrong[c], score.found[c], score.missed[c]);
        g_assert_cmpuint(score.wrong[c], ==, 0);
        g_assert_cmpuint(score.missed[c] * 200, <=, score.found[c]);
    }
    g_assert_cmpuint(score.found[CARP_DUAL_MASTER], >, 50);
    g_assert_cmpuint(score.found[CARP_NO_MASTER], >, 1);
}

static void
add_scenarios(void)
{
    GDir *dir = g_dir_open(CARP_SCENARIOS, 0, NULL);
    const char *name;
    unsigned int count = 0;

    g_assert_nonnull(dir);
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(name, ".sim")) {
            g_autofree char *path = g_strdup_printf("/sim/scenario/%s", name);

            g_test_add_data_func_full(
                path, g_build_filename(CARP_SCENARIOS, name, NULL),
                test_scenario, g_free);
            count++;
        }
    }
    g_dir_close(dir);
    g_assert_cmpuint(count, >=, 12);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/text/bad", test_bad_text);
    g_test_add_func("/sim/text/nodes", test_too_many_nodes);
    g_test_add_func("/sim/text/round-trip", test_round_trip);
    g_test_add_func("/sim/queue", test_queue);
    g_test_add_func("/sim/checks-fail", test_checks_fail);
    add_scenarios();
    g_test_add_func("/sim/repeats", test_repeats);
    g_test_add_func("/sim/shrink", test_shrink);
    g_test_add_func("/sim/random", test_random);
    g_test_add_func("/sim/frames", test_frames);
    g_test_add_func("/sim/judge", test_judge);
    return g_test_run();
}
