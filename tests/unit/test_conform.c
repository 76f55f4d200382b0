/* SPDX-License-Identifier: BSD-2-Clause */
/* The conformance suite against simulated devices in virtual time: right ones
 * of every kind pass. */
#include <string.h>

#include "conform.h"
#include "conform_fixture.h"

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
        GHashTable *results = conform_run(&rows[i].target);
        g_test_message("row %u", (unsigned int)i);
        conform_check_list(results, "FAIL", "");
        conform_check_list(results, "DIFFERS", rows[i].differs);
        conform_check_list(results, "SKIP", rows[i].skipped);
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
    GHashTable *results = conform_run(&target);
    conform_check_list(results, "FAIL", "replay.own");
    conform_check_list(results, "DIFFERS", "timing.leave");
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
        GHashTable *results = conform_run(&target);
        const char *result = g_hash_table_lookup(results, "timing.script");
        g_test_message("%s", result);
        g_assert_true(g_str_has_prefix(result, expected[i]));
        g_hash_table_unref(results);
    }
}

/* A tie is decided by value here and by the last octet there: the rivals must
 * stand on either side of any device, also of one in 10.0.0.0/16. */
static void
test_tie_addresses(void)
{
    static const char *const targets[] = {
        "10.79.0.11", "10.0.0.11", "192.0.2.7", "10.0.255.3", "192.168.1.252"};
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        GHashTable *vars =
            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        struct conform_device device = {.vhid = 7, .base = 1};
        struct carp_addr low, high;
        const struct carp_addr *target = &device.address;
        g_assert_cmpint(carp_addr_parse(targets[i], &device.address, NULL), ==,
                        CARP_OK);
        conform_set_vars(vars, &device);
        g_assert_cmpint(
            carp_addr_parse(g_hash_table_lookup(vars, "tie_low"), &low, NULL),
            ==, CARP_OK);
        g_assert_cmpint(
            carp_addr_parse(g_hash_table_lookup(vars, "tie_high"), &high, NULL),
            ==, CARP_OK);
        g_test_message("%s", targets[i]);
        g_assert_cmpint(carp_addr_compare(&low, target), >, 0);
        g_assert_cmpuint(low.octets[3], <, target->octets[3]);
        g_assert_cmpint(carp_addr_compare(&high, target), <, 0);
        g_assert_cmpuint(high.octets[3], >, target->octets[3]);
        g_hash_table_unref(vars);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/conform/right", test_right);
    g_test_add_func("/conform/not-that", test_not_that);
    g_test_add_func("/conform/script", test_script);
    g_test_add_func("/conform/tie-addresses", test_tie_addresses);
    return g_test_run();
}
