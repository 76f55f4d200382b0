/* SPDX-License-Identifier: BSD-2-Clause */
/* The live view as text, at any size. */
#include <string.h>

#include <glib.h>

#include "report.h"
#include "screen_text.h"

struct fixture {
    struct mon_session session;
    GPtrArray *segments;
    struct mon_model *model;
    struct mon_screen_state state;
};

static void
set_up(struct fixture *f, unsigned int width, unsigned int height)
{
    memset(f, 0, sizeof(*f));
    f->segments = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(f->segments, g_strdup("eth0"));
    f->session.segments = f->segments;
    f->session.utc = true;
    f->model = mon_model_new(&f->session);
    f->state = (struct mon_screen_state){
        .width = width, .height = height, .now = 100 * CARP_SEC, .message = ""};
}

static void
tear_down(struct fixture *f)
{
    mon_model_free(f->model);
    g_ptr_array_free(f->segments, TRUE);
}

static struct mon_row *
add_vhid(struct fixture *f, uint8_t vhid, const char *master)
{
    struct mon_row *row = mon_model_need_row(f->model, 0, 0, CARP_IPV4, vhid);
    g_assert_nonnull(row);
    g_assert_cmpint(carp_addr_parse(master, &row->master, NULL), ==, CARP_OK);
    row->has_next = vhid == 7;
    g_assert_cmpint(carp_addr_parse("10.77.0.12", &row->next.successor, NULL),
                    ==, CARP_OK);
    row->next.takeover = 3390 * CARP_MSEC;
    row->next.confidence = CARP_HIGH;
    row->masters = 1;
    row->since = 40 * CARP_SEC;
    row->first = 40 * CARP_SEC;
    row->last = 99 * CARP_SEC;
    row->lanes[0].is_used = true;
    row->lanes[0].address = row->master;
    row->lanes[0].last = 99 * CARP_SEC;
    row->lanes[0].advbase = 1;
    row->lanes[0].advskew = 100;
    row->lanes[0].good = 60;
    return row;
}

static void
add_finding(struct fixture *f, struct mon_row *row)
{
    struct carp_event event = {.kind = CARP_EVENT_FINDING,
                               .time = 95 * CARP_SEC,
                               .since = 95 * CARP_SEC,
                               .family = row->family,
                               .vhid = row->vhid,
                               .code = CARP_DUAL_MASTER,
                               .severity = CARP_CRITICAL,
                               .id = row->vhid,
                               .text = "both are MASTER",
                               .detail = "one direction is broken",
                               .remedy = "look at the switch"};
    row->masters = 2;
    mon_model_ops.event(f->model, &event);
}

/* All lines, and that none is too wide or too many. */
static char *
lines_of(struct fixture *f)
{
    GString *text = g_string_new(NULL);
    GPtrArray *lines = mon_screen_lines(f->model, &f->state);
    g_assert_cmpuint(lines->len, <=, f->state.height);
    for (guint i = 0; i < lines->len; i++) {
        const struct mon_line *line = g_ptr_array_index(lines, i);
        g_assert_cmpint(g_utf8_strlen(line->text, -1), <=,
                        (glong)f->state.width);
        g_string_append_printf(text, "%s\n", line->text);
    }
    g_ptr_array_unref(lines);
    return g_string_free(text, FALSE);
}

static void
test_rows(void)
{
    struct fixture f;
    set_up(&f, 80, 24);
    add_vhid(&f, 7, "10.77.0.11");
    add_vhid(&f, 8, "2001:db8:1234:5678::1")->lanes[0].is_bad_now = true;
    char *text = lines_of(&f);
    g_assert_cmpstr(
        text, ==,
        "carpmon  00:01:40  2 vhids  0 critical  0 warnings   q quit  f only "
        "findings\n"
        "  VHID          MASTER           FOR        SILENT / DEAD HMAC "
        "NEXT\n"
        "  7@eth0        10.77.0.11       60.0 s     1.0 / 3.39 s  ok   "
        "10.77.0.12 3.39 s\n"
        "  8@eth0        2001:db8:1234:5~ 60.0 s     1.0 / 3.39 s  BAD  "
        "-\n");
    g_free(text);
    tear_down(&f);
}

static void
test_findings(void)
{
    struct fixture f;
    set_up(&f, 80, 24);
    add_finding(&f, add_vhid(&f, 7, "10.77.0.11"));
    add_vhid(&f, 8, "10.77.0.12");
    f.state.only_bad = true;
    char *text = lines_of(&f);
    g_assert_nonnull(strstr(text, "1 critical"));
    g_assert_nonnull(strstr(text, "! 7@eth0        2 MASTERS"));
    g_assert_null(strstr(text, "8@eth0"));
    g_assert_nonnull(strstr(text, "00:01:35 CRITICAL DUAL_MASTER 7@eth0: both "
                                  "are MASTER\n"));
    g_assert_nonnull(strstr(text, "cause one direction is broken\n"));
    g_assert_nonnull(strstr(text, "do    look at the switch\n"));
    g_free(text);
    /* A clock of another day says which. */
    f.state.now += 86400 * CARP_SEC;
    text = lines_of(&f);
    g_assert_nonnull(
        strstr(text, "\n1970-01-01 00:01:35 CRITICAL DUAL_MASTER"));
    g_free(text);
    tear_down(&f);
}

/* What is of no vhid is named by its interface alone, in every form. */
static void
test_segment(void)
{
    struct fixture f;
    struct mon_row segment = {.family = CARP_IPV4};
    set_up(&f, 80, 24);
    add_finding(&f, &segment);
    char *text = lines_of(&f);
    g_assert_nonnull(strstr(text, " DUAL_MASTER eth0: both are MASTER\n"));
    g_free(text);
    text = mon_finding_id(&f.session, 0, 20, CARP_IPV6, 0);
    g_assert_cmpstr(text, ==, "eth0.20");
    g_free(text);
    text = mon_finding_id(&f.session, 0, 20, CARP_IPV6, 7);
    g_assert_cmpstr(text, ==, "7@eth0.20/ipv6");
    g_free(text);
    tear_down(&f);
}

static void
test_nothing_yet(void)
{
    struct fixture f;
    set_up(&f, 80, 24);
    f.state.message = "eth0: link is down";
    char *text = lines_of(&f);
    g_assert_nonnull(strstr(text, "no CARP has been seen yet"));
    g_assert_true(g_str_has_suffix(text, "eth0: link is down\n"));
    g_free(text);
    tear_down(&f);
}

/* 200 vhids: the position is kept within what there is. */
static void
test_scroll(void)
{
    struct fixture f;
    set_up(&f, 100, 24);
    for (uint8_t vhid = 1; vhid <= 200; vhid++) {
        add_vhid(&f, vhid, "10.77.0.11");
    }
    f.state.first = 1000;
    char *text = lines_of(&f);
    g_assert_cmpuint(f.state.first, <, 200);
    g_assert_nonnull(strstr(text, " 200@eth0"));
    g_assert_nonnull(strstr(text, " of 200"));
    g_free(text);
    tear_down(&f);
}

/* Every size, also absurd ones. */
static void
test_sizes(void)
{
    struct fixture f;
    set_up(&f, 80, 24);
    for (uint8_t vhid = 1; vhid <= 20; vhid++) {
        struct mon_row *row = add_vhid(&f, vhid, "10.77.0.11");
        if (vhid % 3 == 0) {
            add_finding(&f, row);
        }
    }
    f.state.message = "m";
    for (unsigned int width = 1; width < 200; width += 13) {
        for (unsigned int height = 1; height < 60; height++) {
            f.state.width = width;
            f.state.height = height;
            g_free(lines_of(&f));
        }
    }
    tear_down(&f);
}

/* Title, head of the table, and what there is no line for. */
static void
test_three_lines(void)
{
    struct fixture f;
    set_up(&f, 80, 3);
    add_vhid(&f, 7, "10.77.0.11");
    add_vhid(&f, 8, "10.77.0.11");
    char *text = lines_of(&f);
    g_assert_nonnull(strstr(text, "\n  0 of 2: more lines show them"));
    g_free(text);
    f.state.height = 4;
    text = lines_of(&f);
    g_assert_nonnull(strstr(text, "\n  1 to 1 of 2"));
    g_free(text);
    tear_down(&f);
}

/* A wire is named by the user, an interface by whoever made it: umlauts take
 * one column, and what is no text does not come onto the terminal. */
static void
test_names(void)
{
    struct fixture f;
    set_up(&f, 80, 24);
    g_ptr_array_add(f.segments, g_strdup("b\xc3\xbcro"));
    g_ptr_array_add(f.segments, g_strdup("b\xc3\xbc\xc3\xbc\xc3\xbcro-west-2"));
    g_ptr_array_add(f.segments, g_strdup("l\xe4n\x1b\xfc"));
    for (uint16_t segment = 1; segment <= 3; segment++) {
        (void)mon_model_need_row(f.model, segment, 0, CARP_IPV4, 7);
    }
    add_finding(&f, g_ptr_array_index(f.model->rows, 2));
    f.state.message = "l\xe4n: no carrier";
    char *text = lines_of(&f);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_nonnull(strstr(text, "\n  7@b\xc3\xbcro        none "));
    g_assert_nonnull(
        strstr(text, "\n  7@b\xc3\xbc\xc3\xbc\xc3\xbcro-wes~ none "));
    g_assert_null(strchr(text, '\033'));
    g_free(text);
    tear_down(&f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/screen/rows", test_rows);
    g_test_add_func("/screen/findings", test_findings);
    g_test_add_func("/screen/segment", test_segment);
    g_test_add_func("/screen/nothing", test_nothing_yet);
    g_test_add_func("/screen/scroll", test_scroll);
    g_test_add_func("/screen/sizes", test_sizes);
    g_test_add_func("/screen/three-lines", test_three_lines);
    g_test_add_func("/screen/names", test_names);
    return g_test_run();
}
