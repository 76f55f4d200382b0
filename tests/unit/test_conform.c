/* SPDX-License-Identifier: BSD-2-Clause */
/* The conformance suite against simulated devices in virtual time: right ones
 * of every kind pass, and each test fails for a device that is wrong in what
 * it is about. */
#include <string.h>

#include <glib.h>

#include "conform.h"
#include "device.h"
#include "play.h"

#define VIP "10.79.0.50"
#define VIP6 "2001:db8::50"

/* One device under test, and how the suite is run. */
struct target {
    enum carp_profile_id profile;
    enum dev_fault fault;
    unsigned int skew;
    bool preempts;
    bool is_dual;   /* IPv6, too */
    const char *as; /* --profile of the suite; NULL: not said */
    carp_time script;
};

/* ------------------------------------------------------------------ wire */

struct wire {
    struct device *device;
    carp_time now;
    struct dev_frame frame;
};

static carp_time
wire_now(void *user)
{
    const struct wire *wire = user;
    return wire->now;
}

static bool
wire_send(void *user, const struct inj_frame *frame)
{
    struct wire *wire = user;
    dev_input(wire->device, frame->octets, frame->len, wire->now);
    return true;
}

static enum play_got
wire_receive(void *user, carp_time deadline, struct play_frame *frame)
{
    struct wire *wire = user;
    for (;;) {
        if (dev_output(wire->device, wire->now, &wire->frame)) {
            frame->at = wire->frame.at;
            frame->octets = wire->frame.octets;
            frame->captured = wire->frame.len;
            frame->on_wire = wire->frame.len;
            return PLAY_FRAME;
        }
        carp_time due = dev_deadline(wire->device);
        if (due > deadline) {
            wire->now = MAX(wire->now, deadline);
            return PLAY_NOTHING;
        }
        wire->now = MAX(wire->now, due);
        dev_run(wire->device, wire->now);
    }
}

static const char *
wire_error(void *user)
{
    (void)user;
    return NULL;
}

static bool
wire_control(void *user, const char *action)
{
    struct wire *wire = user;
    if (strcmp(action, "start") == 0) {
        dev_start(wire->device, wire->now);
    } else {
        dev_stop(wire->device, wire->now);
    }
    return true;
}

/* ------------------------------------------------------------------- run */

static void
set(struct inj_spec *spec, const char *name, const char *value)
{
    char *wrong = inj_spec_set(spec, name, value);
    g_assert_cmpstr(wrong, ==, NULL);
}

static void
make_spec(struct inj_spec *spec, const struct target *target)
{
    char skew[8];
    g_snprintf(skew, sizeof(skew), "%u", target->skew);
    inj_spec_init(spec);
    set(spec, "password", "lab-secret");
    set(spec, "profile", carp_profile_get(target->profile)->name);
    set(spec, "vhid", "7");
    set(spec, "advskew", skew);
    set(spec, "address", VIP);
    if (target->is_dual) {
        set(spec, "address", VIP6);
    }
}

static struct device *
make_device(const struct target *target)
{
    struct dev_config config;
    memset(&config, 0, sizeof(config));
    config.profile = target->profile;
    config.fault = target->fault;
    config.preempts = target->preempts;
    config.script = target->script;
    config.mac = (struct carp_mac){{2, 0, 0, 0, 0xca, 11}};
    g_assert_cmpint(carp_addr_parse("10.79.0.11", &config.address, NULL), ==,
                    CARP_OK);
    g_assert_cmpint(carp_addr_parse("fe80::11", &config.address6, NULL), ==,
                    CARP_OK);
    make_spec(&config.spec, target);
    struct device *device = dev_new(&config);
    inj_spec_clear(&config.spec);
    return device;
}

static GHashTable *
make_vars(const struct target *target, const struct inj_spec *spec)
{
    GHashTable *vars =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    struct conform_device device = {.vhid = 7,
                                    .base = 1,
                                    .skew = (uint8_t)target->skew,
                                    .preempts = target->preempts,
                                    .has_control = true,
                                    .addrs = spec->addrs};
    g_assert_cmpint(carp_addr_parse("10.79.0.11", &device.address, NULL), ==,
                    CARP_OK);
    conform_set_vars(vars, &device);
    if (target->script > 0) {
        g_hash_table_replace(vars, g_strdup("script"), g_strdup("2s"));
    }
    return vars;
}

/* The results of one file: "group.name" to enum res_verdict. */
static void
play_file(const char *path, const struct target *target, GHashTable *results)
{
    struct inj_spec spec;
    struct carp_auth auth;
    struct wire wire = {.device = make_device(target), .now = 90 * CARP_SEC};
    char *text = NULL;
    char *error = NULL;
    make_spec(&spec, target);
    set(&spec, "source", "10.79.0.12");
    spec.given &= ~INJ_BIT(INJ_SOURCE);
    spec.real_source = spec.source;
    spec.has_real_mac = true;
    spec.real_mac = (struct carp_mac){{2, 0, 0, 0, 0xca, 12}};
    g_assert_cmpint(carp_addr_parse("fe80::12", &spec.real_source6, NULL), ==,
                    CARP_OK);
    inj_spec_auth(&spec, &auth);
    GHashTable *vars = make_vars(target, &spec);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    struct scn_scenario *scenario = scn_parse(path, text, &spec, vars, &error);
    g_assert_cmpstr(error, ==, NULL);
    const struct play_port port = {.user = &wire,
                                   .now = wire_now,
                                   .send = wire_send,
                                   .receive = wire_receive,
                                   .error = wire_error,
                                   .control = wire_control};
    const struct play_options options = {
        .profile = target->as, .auth = &auth, .vhid = 7};
    struct res_report *report = res_report_new("conform");
    dev_start(wire.device, wire.now);
    g_assert_true(play_run(scenario, &port, &options, report));
    for (guint i = 0; i < report->tests->len; i++) {
        const struct res_test *test = g_ptr_array_index(report->tests, i);
        g_hash_table_insert(
            results, g_strdup_printf("%s.%s", test->group, test->name),
            g_strdup_printf("%s|%s", res_verdict_text(test->verdict),
                            test->detail != NULL ? test->detail : ""));
    }
    res_report_free(report);
    scn_free(scenario);
    g_free(text);
    g_hash_table_unref(vars);
    carp_auth_clear(&auth);
    inj_spec_clear(&spec);
    dev_free(wire.device);
}

static GHashTable *
run(const struct target *target)
{
    GHashTable *results =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    GDir *dir = g_dir_open(CARP_SUITE, 0, NULL);
    const char *name;
    g_assert_nonnull(dir);
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(name, ".carp")) {
            char *path = g_build_filename(CARP_SUITE, name, NULL);
            play_file(path, target, results);
            g_free(path);
        }
    }
    g_dir_close(dir);
    return results;
}

static gint
compare(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

/* The tests with a verdict, in order, with blanks between. */
static char *
with_verdict(GHashTable *results, const char *verdict)
{
    GList *names = g_list_sort(g_hash_table_get_keys(results), compare);
    GString *list = g_string_new(NULL);
    for (const GList *at = names; at != NULL; at = at->next) {
        const char *result = g_hash_table_lookup(results, at->data);
        if (g_str_has_prefix(result, verdict)) {
            g_string_append_printf(list, "%s%s", list->len > 0 ? " " : "",
                                   (const char *)at->data);
            if (strcmp(verdict, "FAIL") == 0) {
                g_test_message("%s: %s", (const char *)at->data, result);
            }
        }
    }
    g_list_free(names);
    return g_string_free(list, FALSE);
}

static void
check_list(GHashTable *results, const char *verdict, const char *expected)
{
    char *list = with_verdict(results, verdict);
    g_assert_cmpstr(list, ==, expected);
    g_free(list);
}

/* -------------------------------------------------------- right devices */

#define NO_IPV6                                                \
    "ipv6.answer ipv6.destination ipv6.digest ipv6.hop-limit " \
    "ipv6.neighbour ipv6.two-timers ipv6.yields "
#define UCARP_ANNOUNCES                                          \
    "announcements.announced-again announcements.announced-mac " \
    "announcements.answer announcements.worse-answered "
#define UCARP_PARTS                                                      \
    "election.silent-yield election.tie-high election.too-slow "         \
    "parameters.source-mac timing.bow-out timing.leave timing.takeover " \
    "unicast.other-group unicast.unicast"

/* A right device of each kind fails nowhere, and exactly what is documented
 * for it is reported. */
static void
test_right(void)
{
    static const struct {
        struct target target;
        const char *differs, *skipped;
    } rows[] = {
        {{.profile = CARP_PROFILE_FREEBSD, .skew = 100, .as = "freebsd"},
         "replay.own timing.leave",
         "election.preempt " NO_IPV6 "timing.script"},
        {{.profile = CARP_PROFILE_FREEBSD,
          .skew = 100,
          .is_dual = true,
          .preempts = true,
          .as = "freebsd"},
         "replay.own timing.leave",
         "election.no-preempt timing.script"},
        {{.profile = CARP_PROFILE_FREEBSD, .is_dual = true, .as = "freebsd"},
         "replay.own timing.leave",
         "election.preempt timing.script"},
        {{.profile = CARP_PROFILE_FREEBSD, .skew = 240, .as = "freebsd"},
         "replay.own timing.leave",
         "election.preempt " NO_IPV6 "timing.script"},
        {{.profile = CARP_PROFILE_NETBSD,
          .skew = 100,
          .is_dual = true,
          .as = "netbsd"},
         "replay.own",
         "election.preempt " NO_IPV6 "timing.script"},
        {{.profile = CARP_PROFILE_OPENBSD,
          .skew = 100,
          .is_dual = true,
          .preempts = true,
          .as = "openbsd"},
         "announcements.announced-again counters.continues counters.fresh "
         "timing.takeover unicast.unicast",
         "election.no-preempt timing.script"},
        {{.profile = CARP_PROFILE_DRAGONFLY, .skew = 1, .as = "dragonfly"},
         "replay.own unicast.unicast",
         "election.preempt " NO_IPV6 "timing.script"},
        {{.profile = CARP_PROFILE_UCARP, .skew = 100, .as = "ucarp"},
         UCARP_ANNOUNCES UCARP_PARTS,
         "election.preempt " NO_IPV6 "timing.script"},
        {{.profile = CARP_PROFILE_UCARP,
          .skew = 100,
          .preempts = true,
          .as = "ucarp"},
         UCARP_ANNOUNCES "election.preempt " UCARP_PARTS,
         "election.no-preempt " NO_IPV6 "timing.script"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        GHashTable *results = run(&rows[i].target);
        g_test_message("row %u", (unsigned int)i);
        check_list(results, "FAIL", "");
        check_list(results, "DIFFERS", rows[i].differs);
        check_list(results, "SKIP", rows[i].skipped);
        g_hash_table_unref(results);
    }
}

/* A device that is taken for ucarp and has none of its quirks: none is
 * reported. What it does otherwise than ucarp is a failure. */
static void
test_not_that(void)
{
    const struct target target = {
        .profile = CARP_PROFILE_FREEBSD, .skew = 100, .as = "ucarp"};
    GHashTable *results = run(&target);
    check_list(results, "FAIL", "replay.own");
    check_list(results, "DIFFERS", "timing.leave");
    g_hash_table_unref(results);
}

/* ucarp's slow script, and one that nobody waits for. */
static void
test_script(void)
{
    static const enum carp_profile_id ids[] = {CARP_PROFILE_UCARP,
                                               CARP_PROFILE_FREEBSD};
    static const char *const expected[] = {"DIFFERS", "PASS"};
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        const struct target target = {.profile = ids[i],
                                      .skew = 100,
                                      .script = 2 * CARP_SEC,
                                      .as = carp_profile_get(ids[i])->name};
        GHashTable *results = run(&target);
        const char *result = g_hash_table_lookup(results, "timing.script");
        g_test_message("%s", result);
        g_assert_true(g_str_has_prefix(result, expected[i]));
        g_hash_table_unref(results);
    }
}

/* -------------------------------------------------------- wrong devices */

#define FREEBSD CARP_PROFILE_FREEBSD
#define NETBSD CARP_PROFILE_NETBSD
#define OPENBSD CARP_PROFILE_OPENBSD

struct wrong {
    enum dev_fault fault;
    enum carp_profile_id profile;
    const char *failed; /* exactly these; at least, when others follow */
    bool and_others;    /* it is wrong in what many tests need */
};

static const struct wrong wrongs[] = {
    {DEV_SENDS_AUTHLEN_0, FREEBSD, "ipv6.destination parameters.fields", false},
    {DEV_SENDS_OTHER_SKEW, FREEBSD, "parameters.values", false},
    {DEV_SENDS_BAD_DIGEST, FREEBSD, "ipv6.destination parameters.digest",
     false},
    {DEV_SENDS_TTL_64, FREEBSD,
     "ipv6.destination parameters.fields parameters.ttl", false},
    {DEV_SENDS_TO_OTHER_GROUP, FREEBSD,
     "ipv6.destination parameters.destination", false},
    {DEV_SENDS_FRAGMENTABLE, FREEBSD, "parameters.envelope", false},
    {DEV_SENDS_REAL_MAC, FREEBSD, "ipv6.destination parameters.source-mac",
     false},
    {DEV_SENDS_DEMOTE, FREEBSD, "parameters.demote", false},
    {DEV_SENDS_SELDOM, FREEBSD, "parameters.interval", false},
    {DEV_TAKES_CHECKSUM, FREEBSD, "validity.checksum", false},
    {DEV_TAKES_DIGEST, FREEBSD, "ipv6.digest validity.digest", false},
    {DEV_TAKES_VERSION, FREEBSD, "validity.version-1 validity.version-3",
     false},
    {DEV_TAKES_TTL, OPENBSD, "ipv6.hop-limit validity.ttl-1 validity.ttl-254",
     false},
    {DEV_TAKES_VHID, FREEBSD, "validity.vhid", true},
    {DEV_TAKES_SHORT, FREEBSD, "validity.short validity.too-short", false},
    {DEV_REFUSES_ALL, FREEBSD, "validity.good", true},
    {DEV_REFUSES_TYPE, FREEBSD, "validity.type-2", false},
    {DEV_REFUSES_AUTHLEN, FREEBSD, "validity.authlen-0", false},
    {DEV_REFUSES_SOURCE_0, FREEBSD, "validity.source-zero", false},
    {DEV_REFUSES_TOS, FREEBSD, "validity.tos", false},
    {DEV_REFUSES_ETH_SRC, FREEBSD, "unicast.unicast validity.eth-src", false},
    {DEV_REFUSES_TRAILER, NETBSD, "validity.trailer validity.trailer-zero",
     false},
    {DEV_REFUSES_RANDOM_TRAILER, NETBSD, "validity.trailer", false},
    {DEV_REFUSES_UNICAST, FREEBSD, "unicast.unicast", false},
    {DEV_REFUSES_OTHER_GROUP, FREEBSD, "unicast.other-group", false},
    {DEV_REFUSES_REPEATS, FREEBSD, "replay.hold", false},
    {DEV_REFUSES_LOWER_COUNTER, FREEBSD, "counters.older", true},
    {DEV_REFUSES_IPV6, FREEBSD, "ipv6.yields", true},
    {DEV_YIELDS_SPEAKING, FREEBSD, "election.silent-yield", false},
    {DEV_YIELDS_TO_WORSE, FREEBSD, "election.worse election.worse-base", false},
    {DEV_YIELDS_TO_LARGER_BASE, FREEBSD, "election.worse-base", false},
    {DEV_IGNORES_BASE, FREEBSD, "election.worse-base", false},
    {DEV_KEEPS_TIE, FREEBSD, "election.tie-high election.tie-low", false},
    {DEV_KEEPS_TIE_BY_ADDRESS, FREEBSD, "election.tie-high", false},
    {DEV_YIELDS_TO_ITSELF, OPENBSD, "replay.own", false},
    {DEV_SPEAKS_AS_BACKUP, FREEBSD, "election.backup", true},
    {DEV_PREEMPTS_ALWAYS, FREEBSD, "election.no-preempt", false},
    {DEV_PREEMPTS_NEVER, FREEBSD, "election.preempt", false},
    {DEV_WAITS_FOR_SLOW, FREEBSD, "election.too-slow", false},
    {DEV_ANSWERS_AS_BACKUP, FREEBSD, "election.no-answer", false},
    {DEV_TAKES_OVER_LATE, FREEBSD, "timing.takeover", false},
    {DEV_TAKES_OVER_EARLY, FREEBSD, "timing.takeover", true},
    {DEV_IGNORES_BOW_OUT, FREEBSD, "timing.bow-out", false},
    {DEV_READS_LATE, FREEBSD,
     "election.too-slow timing.bow-out timing.takeover", false},
    {DEV_LEAVES_SILENTLY, NETBSD, "timing.leave", false},
    {DEV_WAITS_FOR_SCRIPT, FREEBSD, "timing.script", true},
    {DEV_HAS_ONE_TIMER, FREEBSD, "ipv6.two-timers", false},
    {DEV_ANNOUNCES_NOTHING, FREEBSD,
     "announcements.announced-again announcements.announced-mac "
     "announcements.announces ipv6.neighbour",
     false},
    {DEV_ANNOUNCES_REAL_MAC, FREEBSD,
     "announcements.announced-mac ipv6.neighbour", false},
    {DEV_ANNOUNCES_TWICE, FREEBSD, "announcements.announced-again", false},
    {DEV_ANNOUNCES_REPLY, FREEBSD, "announcements.announces", false},
    {DEV_ANSWERS_REAL_MAC, FREEBSD, "announcements.answer ipv6.answer", false},
    {DEV_ANSWERS_WORSE, FREEBSD, "announcements.worse-answered", false},
    {DEV_ANNOUNCES_WITHOUT_OVERRIDE, FREEBSD, "ipv6.neighbour", false},
    {DEV_COUNTS_FROM_START, FREEBSD, "counters.fresh", false},
    {DEV_COUNTS_ITS_OWN_WAY, FREEBSD, "counters.continues", false},
    {DEV_DIES_OF_BAD, FREEBSD, "flood.digests flood.vhids", false},
};

static GHashTable *
run_wrong(const struct wrong *wrong)
{
    const struct target target = {
        .profile = wrong->profile,
        .fault = wrong->fault,
        .skew = 100,
        .preempts = wrong->fault == DEV_PREEMPTS_NEVER,
        .is_dual = wrong->profile != NETBSD,
        .as = carp_profile_get(wrong->profile)->name,
        .script = wrong->fault == DEV_WAITS_FOR_SCRIPT ? 2 * CARP_SEC : 0};
    return run(&target);
}

/* Each fault is found by the test that is about it, and by no other one;
 * each test finds a fault. */
static void
test_wrong(void)
{
    GHashTable *useful =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GHashTable *results = NULL;
    g_assert_cmpuint(G_N_ELEMENTS(wrongs), ==, DEV_FAULTS - 1);
    for (size_t i = 0; i < G_N_ELEMENTS(wrongs); i++) {
        g_clear_pointer(&results, g_hash_table_unref);
        results = run_wrong(&wrongs[i]);
        char *failed = with_verdict(results, "FAIL");
        char **names = g_strsplit(failed, " ", -1);
        g_test_message("fault %u: %s", wrongs[i].fault, failed);
        if (wrongs[i].and_others) {
            g_assert_true(
                g_strv_contains((const char *const *)names, wrongs[i].failed));
        } else {
            g_assert_cmpstr(failed, ==, wrongs[i].failed);
        }
        for (char **name = names; *name != NULL; name++) {
            g_hash_table_add(useful, g_strdup(*name));
        }
        g_strfreev(names);
        g_free(failed);
    }
    GHashTableIter at;
    gpointer name;
    g_hash_table_iter_init(&at, results);
    while (g_hash_table_iter_next(&at, &name, NULL)) {
        g_test_message("%s has found a fault", (const char *)name);
        g_assert_true(g_hash_table_contains(useful, name));
    }
    g_hash_table_unref(results);
    g_hash_table_unref(useful);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/conform/right", test_right);
    g_test_add_func("/conform/not-that", test_not_that);
    g_test_add_func("/conform/script", test_script);
    g_test_add_func("/conform/wrong", test_wrong);
    return g_test_run();
}
