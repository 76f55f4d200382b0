/* SPDX-License-Identifier: BSD-2-Clause */
/* The conformance suite against simulated devices in virtual time: each test
 * fails for a device that is wrong in what it is about. */
#include <string.h>

#include "conform_fixture.h"

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
    return conform_run(&target);
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
        char *failed = conform_with_verdict(results, "FAIL");
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
    g_test_add_func("/conform/wrong", test_wrong);
    return g_test_run();
}
