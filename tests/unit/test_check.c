/* SPDX-License-Identifier: BSD-2-Clause */
/* What the check for a monitoring system makes of a state. */
#include <string.h>

#include <glib.h>

#include "check.h"

#define NOW (1787400002 * CARP_SEC) /* 2026-08-22T12:00:02Z */

static const struct mon_check everything = {.vhid = 0, .now = NOW};

static void
expect(const char *state, const struct mon_check *check,
       enum mon_check_status status, const char *line)
{
    char *said = NULL;
    g_assert_cmpint(mon_check_judge(state, check, &said), ==, status);
    g_assert_cmpstr(said, ==, line);
    g_free(said);
}

/* A state of the moment with these wires and vhids. */
static char *
state(const char *wires, const char *vhids)
{
    return g_strdup_printf("{\"schema\":1,\"time\":"
                           "\"2026-08-22T12:00:01.500000Z\",\"wires\":[%s],"
                           "\"vhids\":[%s]}",
                           wires, vhids);
}

static void
expect_of(const char *wires, const char *vhids, const struct mon_check *check,
          enum mon_check_status status, const char *line)
{
    char *text = state(wires, vhids);
    expect(text, check, status, line);
    g_free(text);
}

#define GOOD_7                                                  \
    "{\"id\":\"7@eth0\",\"vhid\":7,\"masters\":[\"10.0.0.2\"]," \
    "\"silence\":0.4,\"findings\":[]}"
#define WARN_8                                                         \
    "{\"id\":\"8@eth0\",\"vhid\":8,\"masters\":[\"10.0.0.2\"],"        \
    "\"silence\":1.26,\"findings\":[{\"code\":\"TIE\",\"cause\":\"\"," \
    "\"severity\":\"warning\",\"text\":\"x\"},{\"code\":\"DEMOTED\","  \
    "\"cause\":\"\",\"severity\":\"info\",\"text\":\"x\"}]}"
#define SPLIT_9                                                              \
    "{\"id\":\"9@eth0\",\"vhid\":9,\"masters\":[\"10.0.0.2\",\"10.0.0.3\"]," \
    "\"silence\":4.1,\"findings\":[{\"code\":\"DUAL_MASTER\",\"cause\":"     \
    "\"NO_DELIVERY_BOTH\",\"severity\":\"critical\",\"text\":\"x\"}]}"
#define NONE_10                                                     \
    "{\"id\":\"10@eth0\",\"vhid\":10,\"masters\":[],\"silence\":9," \
    "\"findings\":[]}"
#define BLIND                                                     \
    "{\"segment\":\"eth0\",\"code\":\"CAPTURE_BLIND\",\"cause\":" \
    "\"INTERFACE_LOST\",\"severity\":\"critical\",\"text\":\"eth0 is gone\"}"

static void
test_one(void)
{
    expect_of("", GOOD_7, &everything, MON_CHECK_OK,
              "CARP OK - 7@eth0: master 10.0.0.2 | masters=1;1:1;1:1 "
              "gap=0.4s");
    expect_of("", WARN_8, &everything, MON_CHECK_WARNING,
              "CARP WARNING - 8@eth0: master 10.0.0.2, TIE | "
              "masters=1;1:1;1:1 gap=1.3s");
    expect_of("", SPLIT_9, &everything, MON_CHECK_CRITICAL,
              "CARP CRITICAL - 9@eth0: 2 masters (10.0.0.2, 10.0.0.3), "
              "DUAL_MASTER NO_DELIVERY_BOTH | masters=2;1:1;1:1 gap=4.1s");
    expect_of("", NONE_10, &everything, MON_CHECK_CRITICAL,
              "CARP CRITICAL - 10@eth0: no master | masters=0;1:1;1:1 "
              "gap=9.0s");
}

static void
test_several(void)
{
    const struct mon_check only = {.vhid = 7, .now = NOW};
    expect_of("", GOOD_7 "," GOOD_7, &everything, MON_CHECK_OK,
              "CARP OK - 2 vhids, each has one master | "
              "'7@eth0 masters'=1;1:1;1:1 '7@eth0 gap'=0.4s "
              "'7@eth0 masters'=1;1:1;1:1 '7@eth0 gap'=0.4s");
    /* The worst in front, whatever the order. */
    expect_of("", GOOD_7 "," WARN_8 "," NONE_10, &everything,
              MON_CHECK_CRITICAL,
              "CARP CRITICAL - 10@eth0: no master; 8@eth0: master 10.0.0.2, "
              "TIE | '7@eth0 masters'=1;1:1;1:1 '7@eth0 gap'=0.4s "
              "'8@eth0 masters'=1;1:1;1:1 '8@eth0 gap'=1.3s "
              "'10@eth0 masters'=0;1:1;1:1 '10@eth0 gap'=9.0s");
    expect_of("", GOOD_7 "," WARN_8 "," NONE_10, &only, MON_CHECK_OK,
              "CARP OK - 7@eth0: master 10.0.0.2 | masters=1;1:1;1:1 "
              "gap=0.4s");
    GString *many = g_string_new(NONE_10);
    for (int i = 0; i < 40; i++) {
        g_string_append(many, i < 5 ? "," SPLIT_9 : "," GOOD_7);
    }
    char *text = state("", many->str);
    char *said = NULL;
    g_assert_cmpint(mon_check_judge(text, &everything, &said), ==,
                    MON_CHECK_CRITICAL);
    g_assert_true(g_str_has_suffix(said,
                                   "; and 3 more | vhids=41 no_master=1;0;0 "
                                   "several_masters=5;0;0 gap=9.0s"));
    g_free(said);
    g_free(text);
    g_string_free(many, TRUE);
}

/* Not to see is not to know; what is known to be critical stays. */
static void
test_blind(void)
{
    expect_of(BLIND, GOOD_7, &everything, MON_CHECK_UNKNOWN,
              "CARP UNKNOWN - eth0: CAPTURE_BLIND eth0 is gone | "
              "masters=1;1:1;1:1 gap=0.4s");
    expect_of(BLIND, NONE_10, &everything, MON_CHECK_CRITICAL,
              "CARP CRITICAL - 10@eth0: no master; eth0: CAPTURE_BLIND eth0 "
              "is gone | masters=0;1:1;1:1 gap=9.0s");
    expect_of("", "", &everything, MON_CHECK_UNKNOWN,
              "CARP UNKNOWN - no CARP was heard");
    const struct mon_check only = {.vhid = 3, .now = NOW};
    expect_of("", GOOD_7, &only, MON_CHECK_UNKNOWN,
              "CARP UNKNOWN - vhid 3 was not heard");
}

static void
test_expected(void)
{
    const uint8_t vhids[] = {7, 3, 3};
    struct mon_check check = {
        .expected = vhids, .expected_count = G_N_ELEMENTS(vhids), .now = NOW};
    expect_of("", GOOD_7, &check, MON_CHECK_CRITICAL,
              "CARP CRITICAL - vhid 3: configured, never heard | "
              "masters=1;1:1;1:1 gap=0.4s");
    check.vhid = 7;
    expect_of("", GOOD_7, &check, MON_CHECK_OK,
              "CARP OK - 7@eth0: master 10.0.0.2 | masters=1;1:1;1:1 "
              "gap=0.4s");
}

static void
test_old(void)
{
    struct mon_check check = {.now = NOW + 7200 * CARP_SEC};
    expect_of("", GOOD_7, &check, MON_CHECK_UNKNOWN,
              "CARP UNKNOWN - the state is 2 h 00 min old: is carpmon "
              "running? | masters=1;1:1;1:1 gap=0.4s");
    check.now = NOW - 7200 * CARP_SEC;
    expect_of("", GOOD_7, &check, MON_CHECK_UNKNOWN,
              "CARP UNKNOWN - the state is of the future: was the clock set? "
              "| masters=1;1:1;1:1 gap=0.4s");
    check.now = NOW + 29 * CARP_SEC;
    expect_of("", GOOD_7, &check, MON_CHECK_OK,
              "CARP OK - 7@eth0: master 10.0.0.2 | masters=1;1:1;1:1 "
              "gap=0.4s");
    check.now = 0;
    expect_of("", GOOD_7, &check, MON_CHECK_OK,
              "CARP OK - 7@eth0: master 10.0.0.2 | masters=1;1:1;1:1 "
              "gap=0.4s");
}

/* Whatever the file holds. */
static void
test_hostile(void)
{
    static const char *const texts[] = {
        "",
        "{",
        "[]",
        "7",
        "null",
        "{}",
        "{\"schema\":2,\"vhids\":[]}",
        "{\"schema\":1}",
        "{\"schema\":1,\"vhids\":7}",
        "{\"schema\":\"1\",\"vhids\":[]}",
        "{\"schema\":1,\"vhids\":[]}",
        ("{\"schema\":1,\"time\":7,\"vhids\":[7,null,[],{},{\"vhid\":-1},"
         "{\"vhid\":300},{\"vhid\":\"7\"}]}"),
        "{\"schema\":1,\"time\":\"x\",\"vhids\":[{\"vhid\":1e300}]}"};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        char *said = NULL;
        g_assert_cmpint(mon_check_judge(texts[i], &everything, &said), ==,
                        MON_CHECK_UNKNOWN);
        g_assert_true(g_str_has_prefix(said, "CARP UNKNOWN - "));
        g_free(said);
    }
    /* Neither a second line nor performance data of its own. */
    expect_of("",
              "{\"id\":\"7|x\\ny=1\",\"vhid\":7,\"masters\":[null,[],"
              "\"a|b\"],\"findings\":[7,{\"severity\":\"critical\"}]}",
              &everything, MON_CHECK_CRITICAL,
              "CARP CRITICAL - 7/x?y/1: 3 masters (?, ?, a/b),  | "
              "masters=3;1:1;1:1 gap=0.0s");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/check/one", test_one);
    g_test_add_func("/check/several", test_several);
    g_test_add_func("/check/blind", test_blind);
    g_test_add_func("/check/expected", test_expected);
    g_test_add_func("/check/old", test_old);
    g_test_add_func("/check/hostile", test_hostile);
    return g_test_run();
}
