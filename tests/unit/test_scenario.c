/* SPDX-License-Identifier: BSD-2-Clause */
/* The scenario language: every step, and what its errors say. */
#include <string.h>

#include <glib.h>

#include "scenario.h"

static struct scn_scenario *
parse(const char *text, char **error)
{
    struct inj_spec spec;
    inj_spec_init(&spec);
    struct scn_scenario *scenario =
        scn_parse("x.carp", text, &spec, NULL, error);
    inj_spec_clear(&spec);
    return scenario;
}

static void
test_errors(void)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"", "x.carp:1: there is no step"},
        {"\nfrob 1", "x.carp:2: \"frob\" is not known"},
        {"wait 1", "x.carp:1: \"1\" is not a duration"},
        {"wait", "x.carp:1: write: wait DURATION"},
        {"wait $x", "x.carp:1: $x is not set"},
        {"wait \"1s", "x.carp:1: a '\"' is not closed"},
        {"wait $", "x.carp:1: a '$' begins a variable"},
        {"send a", "x.carp:1: no role is named \"a\""},
        {"role a\nrole a", "x.carp:2: role a is there already"},
        {"role a ttl=256", "x.carp:1: ttl: 256 is outside 0 to 255"},
        {"role a frob=1", "x.carp:1: frob: there is no such field"},
        {"role a\nsend a count=0", "x.carp:2: count: \"0\" is not"},
        {"role a\nsend a every=x", "x.carp:2: every: \"x\" is not"},
        {"role a\nsend a 5", "x.carp:2: \"5\" is not FIELD=VALUE"},
        {"role a\nstart a count=3", "x.carp:2: start: goes on"},
        {"role a\nsend a as 1", "x.carp:2: \"1\" is not a name"},
        {"stop b", "x.carp:1: no role is named \"b\""},
        {"replay b", "x.carp:1: no frame is named \"b\""},
        {"ask nobody", "x.carp:1: ask: \"nobody\" is not an IP"},
        {"control jump", "x.carp:1: write: control start|stop"},
        {"expect frog within 1s", "x.carp:1: \"frog\" is not advert, arp"},
        {"expect arp vhid=1 within 1s", "x.carp:1: \"vhid\" is not a field"},
        {"expect advert vhid=x within 1s", "x.carp:1: vhid: \"x\" is not a"},
        {"expect advert vhid=1", "x.carp:1: write: expect KIND"},
        {"expect advert source<10.0.0.1 within 1s",
         "x.carp:1: source: can be compared by = and != only"},
        {"silence advert within 1s", "x.carp:1: write: silence KIND"},
        {"count advert for 1s between 2 1", "x.carp:1: count: \"2 1\""},
        {"check a vhid=1", "x.carp:1: no frame is named \"a\""},
        {"measure a to b between 1s 2s", "x.carp:1: no frame is named"},
        {"measure a b", "x.carp:1: write: measure NAME to NAME"},
        {"test a", "x.carp:1: write: test NAME"},
        {"test a b\ntest a b", "x.carp:2: test a is there already, in "},
        {"cite 1", "x.carp:1: write, below a test: cite"},
        {"test a b\nskip frob 1 why",
         "x.carp:2: \"frob\" is not an implementation"},
        {"test a b\nskip x", "x.carp:2: write, below a test: skip"},
        {"test a b\nrequire x", "x.carp:2: write, below a test: require"},
        {"test a b\ndiffers any 1 why wait 1s",
         "x.carp:2: differs: there is no step before it"},
        {"wait 1s\ndiffers frob 1 why wait 1s",
         "x.carp:2: \"frob\" is not an implementation: any, freebsd"},
        {"do x", "x.carp:1: \"x\" is not defined"},
        {"define x\nwait 1s", "x.carp:1: there is no 'end'"},
        {"define x\ndo x\nend\ndo x", "x.carp:2: blocks are nested"},
        {"repeat 0\nend", "x.carp:1: write: repeat N"},
        {"end", "x.carp:1: 'end' without"},
        {"if a b\nend", "x.carp:1: write: if VALUE = VALUE"},
        {"if a = b\nwait 1s", "x.carp:1: there is no 'end'"},
        {"if a != b\nfrob\nend", "x.carp:2: \"frob\" is not known"},
        {"var x 1", "x.carp:1: write: var NAME = VALUE"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *error = NULL;
        struct scn_scenario *scenario = parse(rows[i].text, &error);
        g_assert_null(scenario);
        if (!g_str_has_prefix(error, rows[i].error)) {
            g_test_message("%s", error);
            g_assert_cmpstr(error, ==, rows[i].error);
        }
        g_free(error);
    }
}

/* What would keep a reader busy for ever, or eat the memory. */
static void
test_bounds(void)
{
    static const char *const texts[][2] = {
        {"repeat 1000\nrepeat 1000\nrepeat 1000\nend\nend\nend",
         "more than 100000 lines"},
        {"repeat 1000\nrepeat 1000\nvar a = b\nend\nend",
         "more than 100000 lines"},
        {"repeat 1000\nrepeat 1000\nwait 1s\nend\nend", "more than 5000 steps"},
        {"var a = aaaaaaaaaaaaaaaaaaaa\nrepeat 50\nvar a = $a$a\nend",
         "a word has more than 4096 octets"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        char *error = NULL;
        g_assert_null(parse(texts[i][0], &error));
        g_test_message("%s", error);
        g_assert_nonnull(strstr(error, texts[i][1]));
        g_free(error);
    }
}

static void
test_secret(void)
{
    char *error = NULL;
    g_assert_null(parse("role a key-hex=abcdef", &error));
    g_assert_null(strstr(error, "abcdef"));
    g_free(error);
}

static void
test_good(void)
{
    char *error = NULL;
    struct scn_scenario *scenario =
        parse("var gap = 250ms   # a comment\n"
              "role a vhid=7 advskew=50 source=10.0.0.1\n"
              "group g\n"
              "define quiet\n  silence advert for $gap\nend\n"
              "test one \"first \\\"test\\\"\"\n  cite 3.5\n"
              "  send a advskew=10 counter=0x5 count=3 every=1s as s\n"
              "  expect advert vhid=7 counter=s.counter+1 within 2*$gap as r\n"
              "  differs ucarp 5.5 \"late\" silence advert for 1s\n"
              "  check r advskew=90..110 ttl!=254 eth-src=s.eth-src\n"
              "  measure s to r between 0s ${gap}\n"
              "  do quiet\n"
              "test two second\n  require yes = no \"not here\"\n"
              "  start a\n  stop a\n  stop\n  flush\n  ask 10.0.0.9\n"
              "  control stop\n  if yes = no\n  frob\n  end\n"
              "  if yes != no\n  repeat 3\n    wait ${i}s\n  end\n  end\n",
              &error);
    g_assert_cmpstr(error, ==, NULL);
    g_assert_cmpuint(scenario->tests->len, ==, 2);
    const struct scn_test *one = g_ptr_array_index(scenario->tests, 0);
    const struct scn_test *two = g_ptr_array_index(scenario->tests, 1);
    g_assert_cmpstr(one->title, ==, "first \"test\"");
    g_assert_cmpstr(one->cite, ==, "3.5");
    g_assert_cmpuint(one->steps->len, ==, 5);
    const struct scn_step *expect = g_ptr_array_index(one->steps, 1);
    g_assert_cmpuint(expect->duration, ==, 500 * CARP_MSEC);
    g_assert_cmpuint(expect->differs->len, ==, 1);
    const struct scn_step *silence = g_ptr_array_index(one->steps, 4);
    g_assert_cmpuint(silence->line, ==, 5);
    g_assert_cmpuint(silence->high, ==, 0);
    g_assert_cmpuint(two->skips->len, ==, 1);
    g_assert_cmpuint(two->steps->len, ==, 9);
    const struct scn_step *last = g_ptr_array_index(two->steps, 8);
    g_assert_cmpuint(last->duration, ==, 3 * CARP_SEC);
    scn_free(scenario);
}

static void
test_durations(void)
{
    carp_time value = 0;
    g_assert_true(scn_duration("3*1.5s-250ms+10us", &value));
    g_assert_cmpuint(value, ==, 4250010 * CARP_USEC);
    g_assert_true(scn_duration("1s-2s", &value));
    g_assert_cmpuint(value, ==, 0);
    static const char *const bad[] = {"",      "s",  "1",      "-1s", "1s+",
                                      "1s 2s", "1h", "1e999s", "*1s"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_false(scn_duration(bad[i], &value));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scenario/errors", test_errors);
    g_test_add_func("/scenario/bounds", test_bounds);
    g_test_add_func("/scenario/secret", test_secret);
    g_test_add_func("/scenario/good", test_good);
    g_test_add_func("/scenario/durations", test_durations);
    return g_test_run();
}
