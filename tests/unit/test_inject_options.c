/* SPDX-License-Identifier: BSD-2-Clause */
/* carpinject's command lines. */
#include "inject.h"
#include "options.h"

static const struct {
    const char *name;
    enum inj_subcommand subcommand;
} commands[] = {{"advert", INJ_ADVERT},
                {"replay", INJ_REPLAY},
                {"fuzz", INJ_FUZZ},
                {"flood", INJ_FLOOD}};

static enum inj_parse
parse(const char *line, struct inj_options *options, char **error)
{
    char **args = g_strsplit(line, " ", -1);
    enum inj_parse result = INJ_PARSE_USAGE;
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(args[0], commands[i].name) == 0) {
            result = inj_options_parse(options, commands[i].subcommand,
                                       (int)g_strv_length(args), args, error);
        }
    }
    /* A password in it is not to be seen any more. */
    for (char **arg = args; *arg != NULL; arg++) {
        g_assert_null(strstr(*arg, "sesame"));
    }
    g_strfreev(args);
    return result;
}

static void
assert_usage(const char *line, const char *part)
{
    struct inj_options options;
    char *error = NULL;
    g_assert_cmpint(parse(line, &options, &error), ==, INJ_PARSE_USAGE);
    if (strstr(error, part) == NULL || strchr(error, '\n') != NULL ||
        strstr(error, "sesame") != NULL) {
        g_error("'%s' says '%s', not '%s'", line, error, part);
    }
    g_free(error);
    inj_options_clear(&options);
}

static void
test_usage(void)
{
    static const char *const rows[][2] = {
        {"advert", "nowhere to send to"},
        {"advert --dry-run extra", "'extra'"},
        {"advert --dry-run -w x", "exclude each other"},
        {"advert --dry-run --ttl 256", "--ttl: 256 is outside 0 to 255"},
        {"advert --dry-run --format xml", "text or json"},
        {"advert --dry-run --rate 0", "--rate"},
        {"advert --dry-run --rate 1 --interval 1", "exclude"},
        {"advert --dry-run --interval nan", "--interval"},
        {"advert --dry-run --count 0", "has no end"},
        {"advert --dry-run --count x", "--count"},
        {"advert --dry-run --group lan", "-c FILE"},
        {"advert --dry-run -c /nonexistent/x --group lan", "cannot be used"},
        {"advert --dry-run --key-hex 00 --password x", "one key is enough"},
        {"advert --dry-run --source fe80::1 --dest 10.0.0.1", "--dest"},
        {"advert --dry-run --eth-src real", "give -i"},
        {"advert --dry-run --peer 10.0.0.256", "--peer"},
        {"advert --dry-run --nonsense", "nonsense"},
        {"advert --dry-run --loop 2", "loop"},
        {"flood -i eth0", "a bound is required"},
        {"flood -w x --duration 1", "time stands still"},
        {"advert -w x --interval 0 --duration 1", "time stands still"},
        {"replay -w x --speed 0 --loop 0 --duration 1 y", "stands still"},
        {"flood --dry-run --count 1 --vhid 200 --vhids 57", "from 1 to 56"},
        {"fuzz -i eth0", "a bound is required"},
        {"fuzz -w x --count 1 --probe 10.0.0.1", "needs an interface"},
        {"fuzz -i x --count 1 --probe fe80::1 --probe-kind icmp", "IPv4"},
        {"replay -i eth0", "which capture?"},
        {"replay -i eth0 x y", "which capture?"},
        {"replay -i eth0 --loop 0 x", "a bound is required"},
        {"replay -i eth0 --speed -1 x", "--speed"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_usage(rows[i][0], rows[i][1]);
    }
}

static void
test_password(void)
{
    struct inj_options options;
    char *error = NULL;
    g_assert_cmpint(
        parse("advert --dry-run --password sesame", &options, &error), ==,
        INJ_PARSE_RUN);
    g_assert_true(options.spec.has_key);
    g_assert_cmpint(memcmp(options.spec.key.octets, "sesame", 7), ==, 0);
    inj_options_clear(&options);
    g_assert_cmpint(
        parse("advert --dry-run --password=sesame", &options, &error), ==,
        INJ_PARSE_RUN);
    g_assert_cmpint(memcmp(options.spec.key.octets, "sesame", 7), ==, 0);
    inj_options_clear(&options);
}

static void
test_defaults(void)
{
    struct inj_options options;
    char *error = NULL;
    g_assert_cmpint(parse("advert --dry-run --advskew 128", &options, &error),
                    ==, INJ_PARSE_RUN);
    g_assert_cmpuint(options.pace.count, ==, 1);
    g_assert_false(options.pace.has_interval);
    g_assert_false(options.is_owner);
    inj_options_clear(&options);
    g_assert_cmpint(
        parse("flood -i eth0 --duration 1.5 --rate 1000", &options, &error), ==,
        INJ_PARSE_RUN);
    g_assert_cmpuint(options.pace.duration, ==, 1500 * CARP_MSEC);
    g_assert_cmpuint(options.pace.interval, ==, CARP_MSEC);
    g_assert_cmpuint(options.pace.count, ==, 0);
    inj_options_clear(&options);
    g_assert_cmpint(parse("replay -i eth0 x.pcap", &options, &error), ==,
                    INJ_PARSE_RUN);
    g_assert_false(options.replay.rewrites);
    g_assert_cmpuint(options.replay.loops, ==, 1);
    inj_options_clear(&options);
    g_assert_cmpint(parse("replay -i eth0 --ttl 5 x.pcap", &options, &error),
                    ==, INJ_PARSE_RUN);
    g_assert_true(options.replay.rewrites);
    g_assert_false(options.replay.renumbers);
    inj_options_clear(&options);
}

/* A capture's configuration: its group signs what the capture holds. */
static void
test_group(void)
{
    struct inj_options options;
    char *error = NULL;
    g_assert_cmpint(parse("advert --dry-run --advskew 9 -c " CARP_CAPTURES
                          "/ucarp-election.conf",
                          &options, &error),
                    ==, INJ_PARSE_RUN);
    g_assert_true(options.spec.has_key);
    g_assert_cmpuint(options.spec.addrs.count, >, 0);
    g_assert_cmpuint(inj_spec_octet(&options.spec, INJ_ADVSKEW), ==, 9);
    struct inj_frame frame;
    inject_build(&options.spec, &frame);
    struct carp_frame parsed = inject_parse(&frame);
    struct carp_ring *ring = carp_ring_new();
    g_assert_cmpint(carp_conf_fill_ring(options.conf, ring), ==, CARP_OK);
    struct carp_verdict verdict =
        carp_ring_verify(ring, &parsed.u.adv, NULL, NULL);
    g_assert_cmpint(verdict.status, ==, CARP_GOOD);
    carp_ring_free(ring);
    inj_options_clear(&options);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inject/options/usage", test_usage);
    g_test_add_func("/inject/options/password", test_password);
    g_test_add_func("/inject/options/defaults", test_defaults);
    g_test_add_func("/inject/options/group", test_group);
    return g_test_run();
}
