/* SPDX-License-Identifier: BSD-2-Clause */
/* carpd's pure parts: announcements, the state file, requests, hooks. */
#include <string.h>

#include <glib.h>

#include "announcer.h"
#include "control.h"
#include "entropy.h"
#include "hooks.h"
#include "request.h"
#include "stats.h"
#include "store_text.h"
#include "watches.h"

/* -------------------------------------------------------- announcements */

static void
test_rounds(void)
{
    struct announce a = {0};
    carp_time now = 100 * CARP_SEC;
    announce_stop(&a);
    announce_configure(&a, 2, CARP_SEC, 0);
    g_assert_false(announce_is_due(&a, now));
    announce_start(&a, now);
    for (int i = 0; i < 3; i++) {
        g_assert_true(announce_is_due(&a, now));
        announce_done(&a, now);
        g_assert_false(announce_is_due(&a, now));
        now += CARP_SEC;
    }
    g_assert_cmpuint(announce_deadline(&a), ==, CARP_NEVER);
    /* With a refresh they never end. */
    announce_configure(&a, 0, CARP_SEC, 60 * CARP_SEC);
    announce_start(&a, now);
    announce_done(&a, now);
    g_assert_cmpuint(announce_deadline(&a), ==, now + 60 * CARP_SEC);
    announce_done(&a, now + 60 * CARP_SEC);
    g_assert_cmpuint(announce_deadline(&a), ==, now + 120 * CARP_SEC);
    announce_stop(&a);
    g_assert_cmpuint(announce_deadline(&a), ==, CARP_NEVER);
}

/* A worse master is answered within a second however it floods, and a flood
 * is not answered by one. */
static void
test_conflict(void)
{
    struct announce a = {0};
    carp_time begin = 100 * CARP_SEC;
    unsigned int rounds = 0;
    announce_configure(&a, 2, CARP_SEC, 0);
    announce_stop(&a);
    carp_time now = begin;
    for (; now < begin + CARP_SEC; now += 100 * CARP_USEC) {
        announce_conflict(&a, now);
        if (announce_is_due(&a, now)) {
            announce_done(&a, now);
            rounds++;
        }
    }
    g_assert_cmpuint(rounds, >=, 9);
    g_assert_cmpuint(rounds, <=, 11);
    /* The last word is ours, soon. */
    g_assert_cmpuint(a.conflict, <=, now + ANNOUNCE_AFTER_CONFLICT);
    now = announce_deadline(&a);
    announce_done(&a, now);
    now = announce_deadline(&a);
    if (now != CARP_NEVER) {
        announce_done(&a, now);
    }
    g_assert_cmpuint(announce_deadline(&a), ==, CARP_NEVER);
}

static void
test_rate(void)
{
    struct announce_rate rate;
    carp_time now = 5 * CARP_SEC;
    announce_rate_init(&rate, 10, now);
    for (int i = 0; i < 10; i++) {
        g_assert_true(announce_rate_take(&rate, 1, now));
    }
    g_assert_false(announce_rate_take(&rate, 1, now));
    g_assert_true(announce_rate_take(&rate, 1, now + 100 * CARP_MSEC));
    g_assert_false(announce_rate_take(&rate, 1, now + 100 * CARP_MSEC));
    /* A round of more than a second's worth passes when all is unspent. */
    g_assert_true(announce_rate_take(&rate, 64, now + 5 * CARP_SEC));
    g_assert_false(announce_rate_take(&rate, 1, now + 5 * CARP_SEC));
}

/* ----------------------------------------------------------- state file */

static void
test_store_round_trip(void)
{
    struct carp_peers peers;
    carp_peers_init(&peers);
    carp_seen_add_span(&peers.seen, 5, 9);
    carp_seen_add_span(&peers.seen, 1ull << 60, UINT64_MAX);
    carp_seen_add_span(&peers.skipped, 7, 9);
    struct carp_addr addr = {.family = CARP_IPV6, .octets = {0xfe, 0x80}};
    carp_peers_restore(&peers, &addr, CARP_PEER_CONSTANT, 42);
    GString *text = g_string_new(NULL);
    store_text_begin(text);
    store_text_add(text, "1@eth0", 0x12, 0x1234, &peers);
    unsigned int wrong = 0;
    GHashTable *table = store_text_read(text->str, &wrong);
    g_assert_nonnull(table);
    g_assert_cmpuint(wrong, ==, 0);
    struct stored *stored = g_hash_table_lookup(table, "1@eth0");
    g_assert_true(stored->has_counter);
    g_assert_cmpuint(stored->first, ==, 0x12);
    g_assert_cmpuint(stored->counter, ==, 0x1234);
    g_assert_cmpuint(stored->peers.seen.count, ==, 2);
    g_assert_true(carp_seen_has(&stored->peers.seen, UINT64_MAX));
    g_assert_cmpuint(stored->peers.skipped.count, ==, 1);
    g_assert_true(carp_seen_has(&stored->peers.skipped, 9));
    g_assert_cmpint(carp_peers_find(&stored->peers, &addr)->kind, ==,
                    CARP_PEER_CONSTANT);
    g_hash_table_destroy(table);
    /* Cut anywhere it is read or refused, and never misread. */
    for (size_t len = 0; len < text->len; len++) {
        char *cut = g_strndup(text->str, len);
        table = store_text_read(cut, &wrong);
        if (table != NULL) {
            stored = g_hash_table_lookup(table, "1@eth0");
            g_assert_true(stored == NULL || !stored->has_counter ||
                          stored->counter == 0x1234);
            g_hash_table_destroy(table);
        }
        g_free(cut);
    }
    carp_peers_clear(&peers);
    g_string_free(text, TRUE);
}

static void
test_store_damaged(void)
{
    static const char *const lines[] = {
        "counter 1@eth0",
        "counter 1@eth0 12",
        "counter  0000000000000001",
        "counter 1@eth0 000000000000000g",
        "seen 1@eth0 0000000000000001",
        "seen 1@eth0 0000000000000002-0000000000000001",
        "peer 1@eth0 10.0.0.1 odd 0000000000000001",
        "peer 1@eth0 10.0.0 moving 0000000000000001",
        "peer 1@eth0 10.0.0.1 moving",
        "what 1@eth0 0000000000000001",
        ("counter 1@a-very-long-interface-name 0000000000000001 "
         "0000000000000001"),
        " ",
        "x"};
    unsigned int wrong = 0;
    g_assert_null(store_text_read("", &wrong));
    g_assert_null(store_text_read("carpd-state 2\n", &wrong));
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        char *text = g_strdup_printf("carpd-state 1\n%s\n", lines[i]);
        GHashTable *table = store_text_read(text, &wrong);
        g_test_message("%s", lines[i]);
        g_assert_nonnull(table);
        g_assert_cmpuint(wrong, ==, 1);
        g_hash_table_destroy(table);
        g_free(text);
    }
}

/* ------------------------------------------------------------- requests */

static void
test_requests(void)
{
    struct request r;
    g_assert_true(request_read("{\"command\":\"show\"}", &r));
    g_assert_cmpint(r.command, ==, REQUEST_SHOW);
    g_assert_null(r.vhid);
    request_clear(&r);
    g_assert_true(request_read(
        "{\"command\":\"demote\",\"vhid\":\"1@eth0\",\"amount\":7}", &r));
    g_assert_cmpuint(r.amount, ==, 7);
    g_assert_cmpstr(r.vhid, ==, "1@eth0");
    request_clear(&r);
    g_assert_true(
        request_read("{\"command\":\"state\",\"state\":\"master\"}", &r));
    g_assert_true(r.wants_master);
    request_clear(&r);
}

static void
test_bad_requests(void)
{
    static const struct {
        const char *line, *code;
    } rows[] = {
        {"", CARP_CONTROL_SYNTAX},
        {"show", CARP_CONTROL_SYNTAX},
        {"[]", CARP_CONTROL_SYNTAX},
        {"[[[[[[[[[[[[[[[[[[[[", CARP_CONTROL_SYNTAX},
        {"{}", CARP_CONTROL_SYNTAX},
        {"{\"command\":1}", CARP_CONTROL_SYNTAX},
        {"{\"command\":\"sho\"}", CARP_CONTROL_UNKNOWN},
        {"{\"command\":\"show\",\"vhdi\":\"lan\"}", CARP_CONTROL_SYNTAX},
        {"{\"command\":\"show\",\"vhid\":1}", CARP_CONTROL_SYNTAX},
        {"{\"command\":\"show\",\"amount\":1}", CARP_CONTROL_SYNTAX},
        {"{\"command\":\"reload\",\"vhid\":\"lan\"}", CARP_CONTROL_SYNTAX},
        {"{\"command\":\"demote\"}", CARP_CONTROL_RANGE},
        {"{\"command\":\"demote\",\"amount\":256}", CARP_CONTROL_RANGE},
        {"{\"command\":\"demote\",\"amount\":-1}", CARP_CONTROL_RANGE},
        {"{\"command\":\"demote\",\"amount\":\"1\"}", CARP_CONTROL_RANGE},
        {"{\"command\":\"demote\",\"amount\":1.5}", CARP_CONTROL_RANGE},
        {"{\"command\":\"state\"}", CARP_CONTROL_RANGE},
        {"{\"command\":\"state\",\"state\":\"init\"}", CARP_CONTROL_RANGE},
        {"{\"command\":\"\xff\"}", CARP_CONTROL_SYNTAX},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct request r;
        g_test_message("%s", rows[i].line);
        g_assert_false(request_read(rows[i].line, &r));
        g_assert_cmpstr(r.code, ==, rows[i].code);
        g_assert_nonnull(r.error);
        request_clear(&r);
    }
}

/* ---------------------------------------------------------------- hooks */

static char *
plan(const struct carp_conf_vhid *conf, enum carp_state from,
     enum carp_state to)
{
    GPtrArray *calls = hooks_plan(conf, "dev0", 100, from, to);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < calls->len; i++) {
        const struct hook_call *call = g_ptr_array_index(calls, i);
        char *line = g_strjoinv("|", call->argv);
        g_string_append_printf(text, "%s\n", line);
        g_free(line);
    }
    g_ptr_array_unref(calls);
    return g_string_free(text, FALSE);
}

static void
assert_plan(const struct carp_conf_vhid *conf, enum carp_state from,
            enum carp_state to, const char *wanted)
{
    char *got = plan(conf, from, to);
    g_assert_cmpstr(got, ==, wanted);
    g_free(got);
}

static void
test_hooks(void)
{
    struct carp_conf *conf = carp_conf_new();
    struct carp_conf_vhid *vhid = carp_conf_add(conf, "lan", "x");
    const uint8_t octets[4] = {10, 0, 0, 50};
    struct carp_addr addr = carp_addr_v4(octets);
    vhid->vhid = 3;
    vhid->interface = g_strdup("eth0");
    g_assert_cmpint(carp_addrs_add(&vhid->addrs, &addr), ==, CARP_OK);
    assert_plan(vhid, CARP_STATE_BACKUP, CARP_STATE_MASTER, "");
    vhid->hook = g_strdup("/hook");
    vhid->up_script = g_strdup("/up");
    vhid->down_script = g_strdup("/down");
    vhid->script_arg = g_strdup("a b");
    vhid->notify = g_strdup("/notify");
    assert_plan(vhid, CARP_STATE_BACKUP, CARP_STATE_MASTER,
                "/up|dev0|10.0.0.50|a b\n/hook|3@eth0|MASTER\n"
                "/notify|INSTANCE|lan|MASTER|154\n");
    assert_plan(vhid, CARP_STATE_MASTER, CARP_STATE_INIT,
                "/down|dev0|10.0.0.50|a b\n/hook|3@eth0|INIT\n"
                "/notify|INSTANCE|lan|FAULT|154\n");
    assert_plan(vhid, CARP_STATE_INIT, CARP_STATE_BACKUP,
                "/hook|3@eth0|BACKUP\n/notify|INSTANCE|lan|BACKUP|154\n");
    vhid->down_at_start = true;
    g_clear_pointer(&vhid->hook, g_free);
    g_clear_pointer(&vhid->notify, g_free);
    assert_plan(vhid, CARP_STATE_INIT, CARP_STATE_BACKUP,
                "/down|dev0|10.0.0.50|a b\n");
    carp_conf_free(conf);
}

static void
test_small_things(void)
{
    g_assert_cmpuint(watches_file_amount("", 240), ==, 240);
    g_assert_cmpuint(watches_file_amount("down\n", 10), ==, 10);
    g_assert_cmpuint(watches_file_amount(" 0\n", 240), ==, 0);
    g_assert_cmpuint(watches_file_amount("17 or so", 240), ==, 17);
    g_assert_cmpuint(watches_file_amount("99999999999999999999", 240), ==, 254);
    g_assert_cmpstr(stat_name(STAT_IPACKETS), ==, "ipackets");
    g_assert_cmpstr(stat_name(STAT_PREEMPT), ==, "preempt");
    g_assert_cmpstr(stat_reason_name(REASON_LATE), ==, "late");
}

/* They are drawn many at a time: none may come twice. */
static void
test_entropy(void)
{
    GHashTable *drawn =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (int i = 0; i < 1000; i++) {
        const uint64_t value = entropy_u64();
        g_assert_true(
            g_hash_table_add(drawn, g_memdup2(&value, sizeof(value))));
    }
    g_hash_table_destroy(drawn);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/carpd/entropy", test_entropy);
    g_test_add_func("/carpd/announce/rounds", test_rounds);
    g_test_add_func("/carpd/announce/conflict", test_conflict);
    g_test_add_func("/carpd/announce/rate", test_rate);
    g_test_add_func("/carpd/store/round-trip", test_store_round_trip);
    g_test_add_func("/carpd/store/damaged", test_store_damaged);
    g_test_add_func("/carpd/request/good", test_requests);
    g_test_add_func("/carpd/request/bad", test_bad_requests);
    g_test_add_func("/carpd/hooks", test_hooks);
    g_test_add_func("/carpd/small-things", test_small_things);
    return g_test_run();
}
