/* SPDX-License-Identifier: BSD-2-Clause */
/* The engine against a scripted peer in virtual time, and the formats. */
#include <string.h>

#include <glib.h>

#include "play.h"

/* Advertises each second until it has heard a better advert; takes over
 * again 3 s behind the last one. */
struct peer {
    carp_time now, next;
    struct inj_spec spec;
    struct carp_auth auth;
    struct inj_builder *builder;
    struct inj_frame frame;
    uint64_t counter;
    unsigned int sent; /* to the peer */
};

static carp_time
peer_now(void *user)
{
    const struct peer *peer = user;
    return peer->now;
}

static bool
peer_send(void *user, const struct inj_frame *frame)
{
    struct peer *peer = user;
    struct inj_value skew =
        inj_field_get(frame->octets, &frame->layout, INJ_ADVSKEW);
    peer->sent++;
    if (skew.number < 100) {
        peer->next = peer->now + 3 * CARP_SEC;
    }
    return true;
}

static enum play_got
peer_receive(void *user, carp_time deadline, struct play_frame *frame)
{
    struct peer *peer = user;
    if (peer->next > deadline) {
        peer->now = MAX(peer->now, deadline);
        return PLAY_NOTHING;
    }
    peer->now = MAX(peer->now, peer->next);
    peer->next = peer->now + CARP_SEC;
    g_assert_true(inj_build_advert(peer->builder, &peer->spec, &peer->auth,
                                   peer->counter++, 1, &peer->frame));
    frame->at = peer->now;
    frame->octets = peer->frame.octets;
    frame->captured = peer->frame.len;
    frame->on_wire = peer->frame.len;
    return PLAY_FRAME;
}

static const char *
peer_error(void *user)
{
    (void)user;
    return NULL;
}

static struct res_report *
play(const char *text, const char *profile)
{
    struct peer peer;
    char *error = NULL;
    memset(&peer, 0, sizeof(peer));
    peer.now = 5 * CARP_SEC;
    peer.next = 6 * CARP_SEC;
    peer.counter = 100;
    peer.builder = inj_builder_new();
    inj_spec_init(&peer.spec);
    g_assert_null(inj_spec_set(&peer.spec, "vhid", "7"));
    g_assert_null(inj_spec_set(&peer.spec, "advskew", "100"));
    g_assert_null(inj_spec_set(&peer.spec, "source", "10.0.0.1"));
    inj_spec_auth(&peer.spec, &peer.auth);
    struct scn_scenario *scenario =
        scn_parse("x.carp", text, &peer.spec, NULL, &error);
    g_assert_cmpstr(error, ==, NULL);
    const struct play_port port = {.user = &peer,
                                   .now = peer_now,
                                   .send = peer_send,
                                   .receive = peer_receive,
                                   .error = peer_error};
    const struct play_options options = {
        .profile = profile, .auth = &peer.auth, .vhid = 7};
    struct res_report *report = res_report_new("a <title> & \"more\"");
    g_assert_true(play_run(scenario, &port, &options, report));
    scn_free(scenario);
    inj_builder_free(peer.builder);
    carp_auth_clear(&peer.auth);
    inj_spec_clear(&peer.spec);
    return report;
}

static enum res_verdict
verdict(const struct res_report *report, guint number)
{
    const struct res_test *test = g_ptr_array_index(report->tests, number);
    if (test->verdict == RES_FAIL) {
        g_test_message("%u: %s", test->line, test->detail);
    }
    return test->verdict;
}

static const char *const script =
    "role r\n"
    "test pass p\n"
    "expect advert vhid=7 hmac=good within 1s as a\n"
    "expect advert counter=a.counter+1 within 1.1s as b\n"
    "measure a to b between 0.99s 1.01s\n"
    "send r advskew=50 as s\n"
    "silence advert for 2.9s\n"
    "expect advert within 200ms as c\n"
    "measure s to c between 3s 3s\n"
    "test background b\n"
    "start r advskew=50 every=1s\n"
    "silence advert for 10s\n"
    "stop\n"
    "expect advert within 3s\n"
    "test fails f\n"
    "expect advert vhid=8 within 5s\n"
    "test counts c\n"
    "count advert for 4s between 4 4\n"
    "test other o\n"
    "count advert for 4s between 9 9\n"
    "differs ucarp 1.2 \"is <slow>\" count advert for 4s between 3 5\n"
    "test skipped s\n"
    "require a = b \"no b\"\n"
    "wait 1s\n"
    "test control c\n"
    "control stop\n"
    "test replay r\n"
    "send r advskew=50 as s\n"
    "replay s count=5 every=1s\n"
    "silence advert for 2s\n"
    "check s advskew=50 hmac=good\n";

static void
test_verdicts(void)
{
    struct res_report *report = play(script, "ucarp");
    static const enum res_verdict wanted[] = {RES_PASS, RES_PASS,    RES_FAIL,
                                              RES_PASS, RES_DIFFERS, RES_SKIP,
                                              RES_FAIL, RES_PASS};
    g_assert_cmpuint(report->tests->len, ==, G_N_ELEMENTS(wanted));
    for (guint i = 0; i < report->tests->len; i++) {
        g_assert_cmpint(verdict(report, i), ==, (int)wanted[i]);
    }
    const struct res_test *fails = g_ptr_array_index(report->tests, 2);
    g_assert_cmpuint(fails->line, ==, 16);
    g_assert_nonnull(strstr(fails->detail, "vhid is 7"));
    g_assert_cmpuint(fails->took, ==, 5 * CARP_SEC);
    res_report_free(report);
    /* Another implementation has no such excuse. */
    report = play(script, "freebsd");
    g_assert_cmpint(verdict(report, 4), ==, RES_FAIL);
    res_report_free(report);
}

static void
test_formats(void)
{
    struct res_report *report = play(script, NULL);
    for (int format = RES_TEXT; format <= RES_JSON; format++) {
        GString *text = g_string_new(NULL);
        res_write_begin(text, report, (enum res_format)format,
                        report->tests->len);
        for (guint i = 0; i < report->tests->len; i++) {
            res_write_test(text, g_ptr_array_index(report->tests, i),
                           (enum res_format)format, i + 1);
        }
        res_write_end(text, report, (enum res_format)format);
        if (format == RES_TAP) {
            g_assert_true(g_str_has_prefix(text->str, "1..8\nok 1 - "));
            g_assert_nonnull(strstr(text->str, "\nnot ok 3 - "));
            g_assert_nonnull(strstr(text->str, "# SKIP no b\n"));
        } else if (format == RES_JUNIT) {
            const GMarkupParser none = {NULL, NULL, NULL, NULL, NULL};
            GError *error = NULL;
            GMarkupParseContext *xml =
                g_markup_parse_context_new(&none, 0, NULL, NULL);
            g_assert_true(g_markup_parse_context_parse(
                xml, text->str, (gssize)text->len, &error));
            g_assert_true(g_markup_parse_context_end_parse(xml, &error));
            g_markup_parse_context_free(xml);
            g_assert_nonnull(strstr(text->str, "failures=\"2\""));
            g_assert_nonnull(strstr(text->str, "&lt;slow&gt;"));
        } else if (format == RES_JSON) {
            char **lines = g_strsplit(text->str, "\n", -1);
            g_assert_cmpuint(g_strv_length(lines), ==, 10);
            g_assert_nonnull(strstr(lines[8], "\"failed\":2"));
            g_strfreev(lines);
        } else {
            g_assert_nonnull(strstr(text->str, "4 passed, 2 failed"));
        }
        g_string_free(text, TRUE);
    }
    res_report_free(report);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/play/verdicts", test_verdicts);
    g_test_add_func("/play/formats", test_formats);
    return g_test_run();
}
