/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib.h>
#include <string.h>

#include <carp/auth.h>

#include "auth_fixture.h"

static struct carp_ring *
ring_of(const struct carp_ring_row *row)
{
    struct carp_ring *ring = carp_ring_new();

    g_assert_nonnull(ring);
    fix_add(ring, row);
    return ring;
}

/* Member by member: what pads the struct may differ. */
static void
same_verdict(const struct carp_verdict *a, const struct carp_verdict *b)
{
    g_assert_cmpint(a->status, ==, b->status);
    g_assert_cmpuint(a->row, ==, b->row);
    g_assert_cmpuint(a->profile, ==, b->profile);
    g_assert_cmpuint(a->learnt, ==, b->learnt);
    g_assert_cmpuint(a->lladdr, ==, b->lladdr);
    g_assert_cmpuint(a->subset, ==, b->subset);
}

static void
test_status(void)
{
    const struct carp_ring_row web =
        fix_row("web", 9, "secret", "10.77.0.60 10.77.0.61", CARP_PROFILE_AUTO);
    const struct carp_ring_row old =
        fix_row("web-old", 9, "older", "10.77.0.60", CARP_PROFILE_FREEBSD);
    struct carp_ring *ring = ring_of(&web);
    struct carp_ring_row signer = web;
    struct carp_adv adv;
    struct carp_verdict verdict;

    fix_add(ring, &old);
    g_assert_cmpuint(carp_ring_count(ring), ==, 2);
    g_assert_cmpstr(carp_ring_get(ring, 1)->name, ==, "web-old");
    g_assert_null(carp_ring_get(ring, 2));

    signer.profile = CARP_PROFILE_FREEBSD;
    adv = fix_advert(9, &signer);
    verdict = carp_ring_verify(ring, &adv, NULL, NULL);
    g_assert_cmpint(verdict.status, ==, CARP_GOOD);
    g_assert_cmpuint(verdict.row, ==, 0);
    g_assert_cmpuint(verdict.profile, ==, CARP_PROFILE_FREEBSD);
    g_assert_cmpuint(verdict.learnt, ==, 0);

    carp_ring_free(ring);
    carp_ring_free(NULL);
}

static void
test_two_rows(void)
{
    const struct carp_ring_row web =
        fix_row("web", 9, "secret", "10.77.0.60 10.77.0.61", CARP_PROFILE_AUTO);
    const struct carp_ring_row old =
        fix_row("web-old", 9, "older", "10.77.0.60", CARP_PROFILE_FREEBSD);
    struct carp_ring *ring = ring_of(&web);
    struct carp_adv adv = fix_advert(9, &old);
    struct carp_verdict verdict;

    fix_add(ring, &old);
    verdict = carp_ring_verify(ring, &adv, NULL, NULL);
    g_assert_cmpint(verdict.status, ==, CARP_GOOD);
    g_assert_cmpuint(verdict.row, ==, 1);

    adv.counter++;
    verdict = carp_ring_verify(ring, &adv, NULL, NULL);
    g_assert_cmpint(verdict.status, ==, CARP_BAD);
    adv.vhid = 10;
    verdict = carp_ring_verify(ring, &adv, NULL, NULL);
    g_assert_cmpint(verdict.status, ==, CARP_UNVERIFIED);
    carp_ring_free(ring);
}

static void
test_auto(void)
{
    /* Not in order, with a duplicate and a link-local one: five ways. */
    static const char addrs[] = "10.0.0.9 10.0.0.3 10.0.0.9 2001:db8::2 "
                                "2001:db8::1 fe80::1";
    static const uint8_t named[CARP_PROFILE_COUNT] = {
        [CARP_PROFILE_FREEBSD] = CARP_PROFILE_FREEBSD,
        [CARP_PROFILE_NETBSD] = CARP_PROFILE_FREEBSD,
        [CARP_PROFILE_OPENBSD] = CARP_PROFILE_OPENBSD,
        [CARP_PROFILE_OPENBSD_ORIG] = CARP_PROFILE_FREEBSD,
        [CARP_PROFILE_DRAGONFLY] = CARP_PROFILE_DRAGONFLY,
        [CARP_PROFILE_FREEBSD6] = CARP_PROFILE_FREEBSD6,
        [CARP_PROFILE_UCARP] = CARP_PROFILE_UCARP,
    };
    struct carp_ring_row row = fix_row("a", 1, "pw", addrs, CARP_PROFILE_AUTO);
    struct carp_ring *many = ring_of(&row);
    struct carp_ring *one;

    row.addrs = fix_addrs("192.0.2.10");
    one = ring_of(&row);
    for (unsigned int id = 0; id < CARP_PROFILE_COUNT; id++) {
        struct carp_ring_row signer = fix_row("a", 1, "pw", addrs, id);
        struct carp_adv adv = fix_advert(1, &signer);
        struct carp_verdict verdict = carp_ring_verify(many, &adv, NULL, NULL);

        g_assert_cmpint(verdict.status, ==, CARP_GOOD);
        g_assert_cmpuint(verdict.profile, ==, named[id]);
        signer.addrs = row.addrs;
        adv = fix_advert(1, &signer);
        verdict = carp_ring_verify(one, &adv, NULL, NULL);
        g_assert_cmpint(verdict.status, ==, CARP_GOOD);
        g_assert_cmpuint(verdict.profile, ==, CARP_PROFILE_FREEBSD);
    }
    carp_ring_free(many);
    carp_ring_free(one);
}

static void
test_lladdr(void)
{
    struct carp_ring_row row =
        fix_row("ob", 3, "pw", "192.0.2.10", CARP_PROFILE_OPENBSD);
    struct carp_ring_row bare = row;
    struct carp_adv with, without;
    struct carp_verdict verdict;
    struct carp_ring *ring;

    row.has_lladdr = true;
    row.lladdr = fix_mac("02:11:22:33:44:55");
    with = fix_advert(3, &row);
    without = fix_advert(3, &bare);

    ring = ring_of(&row);
    verdict = carp_ring_verify(ring, &with, NULL, NULL);
    g_assert_cmpint(verdict.status, ==, CARP_GOOD);
    g_assert_cmpuint(verdict.lladdr, ==, 1);
    verdict = carp_ring_verify(ring, &without, NULL, NULL);
    g_assert_cmpint(verdict.status, ==, CARP_BAD);
    carp_ring_free(ring);
}

static void
test_lladdr_auto(void)
{
    struct carp_ring_row row =
        fix_row("ob", 3, "pw", "192.0.2.10", CARP_PROFILE_OPENBSD);
    struct carp_ring_row bare = row;
    struct carp_adv with, without;
    struct carp_verdict verdict;
    struct carp_ring *ring;

    row.has_lladdr = true;
    row.lladdr = fix_mac("02:11:22:33:44:55");
    with = fix_advert(3, &row);
    without = fix_advert(3, &bare);
    row.profile = CARP_PROFILE_AUTO;
    ring = ring_of(&row);
    verdict = carp_ring_verify(ring, &with, NULL, NULL);
    g_assert_cmpint(verdict.status, ==, CARP_GOOD);
    g_assert_cmpuint(verdict.profile, ==, CARP_PROFILE_OPENBSD);
    g_assert_cmpuint(verdict.lladdr, ==, 1);
    verdict = carp_ring_verify(ring, &with, &verdict, NULL);
    g_assert_cmpint(verdict.status, ==, CARP_GOOD);
    verdict = carp_ring_verify(ring, &without, NULL, NULL);
    g_assert_cmpint(verdict.status, ==, CARP_GOOD);
    g_assert_cmpuint(verdict.lladdr, ==, 0);
    carp_ring_free(ring);
}

static void
test_hint(void)
{
    const struct carp_ring_row row =
        fix_row("a", 7, "pw", "10.0.0.2 10.0.0.1", CARP_PROFILE_AUTO);
    struct carp_ring_row signer = row;
    struct carp_ring *ring = ring_of(&row);
    struct carp_verdict first, again, wrong;
    struct carp_adv adv;

    signer.profile = CARP_PROFILE_FREEBSD6;
    adv = fix_advert(7, &signer);
    first = carp_ring_verify(ring, &adv, NULL, NULL);
    g_assert_cmpuint(first.profile, ==, CARP_PROFILE_FREEBSD6);
    again = carp_ring_verify(ring, &adv, &first, NULL);
    same_verdict(&again, &first);

    /* A wrong hint of any kind costs time only. */
    wrong = first;
    wrong.row = 5;
    again = carp_ring_verify(ring, &adv, &wrong, NULL);
    g_assert_cmpint(again.status, ==, CARP_GOOD);
    g_assert_cmpuint(again.row, ==, 0);
    wrong = first;
    wrong.profile = UINT8_MAX;
    again = carp_ring_verify(ring, &adv, &wrong, NULL);
    g_assert_cmpuint(again.profile, ==, CARP_PROFILE_FREEBSD6);
    wrong = first;
    wrong.status = CARP_BAD;
    again = carp_ring_verify(ring, &adv, &wrong, NULL);
    g_assert_cmpint(again.status, ==, CARP_GOOD);
    adv.counter++;
    again = carp_ring_verify(ring, &adv, &first, NULL);
    g_assert_cmpint(again.status, ==, CARP_BAD);
    adv.vhid = 8;
    again = carp_ring_verify(ring, &adv, &first, NULL);
    g_assert_cmpint(again.status, ==, CARP_UNVERIFIED);
    carp_ring_free(ring);
}

/* A sender that hashes @p hashed while @p learnt_text was seen. */
static void
check_learnt(const char *learnt_text, const char *hashed,
             enum carp_profile_id profile)
{
    const struct carp_ring_row row =
        fix_row("a", 7, "pw", "", CARP_PROFILE_AUTO);
    const struct carp_addrs learnt = fix_addrs(learnt_text);
    struct carp_ring_row signer = fix_row("a", 7, "pw", hashed, profile);
    struct carp_ring *ring = ring_of(&row);
    struct carp_adv adv = fix_advert(7, &signer);
    struct carp_verdict verdict, again;
    struct carp_addrs used;

    verdict = carp_ring_verify(ring, &adv, NULL, NULL);
    g_assert_cmpint(verdict.status, ==, CARP_UNVERIFIED);
    verdict = carp_ring_verify(ring, &adv, NULL, &learnt);
    g_assert_cmpint(verdict.status, ==, CARP_GOOD);
    g_assert_cmpuint(verdict.learnt, ==, 1);
    carp_verdict_learnt(&verdict, &learnt, &used);
    g_assert_cmpuint(used.count, ==, signer.addrs.count);
    for (size_t i = 0; i < used.count; i++) {
        g_assert_true(carp_addrs_contain(&signer.addrs, &used.list[i]));
    }
    again = carp_ring_verify(ring, &adv, &verdict, &learnt);
    same_verdict(&again, &verdict);
    adv.counter++;
    again = carp_ring_verify(ring, &adv, &verdict, &learnt);
    g_assert_cmpint(again.status, ==, CARP_BAD);
    g_assert_cmpuint(again.learnt, ==, 1);
    again = carp_ring_verify(ring, &adv, &verdict, NULL);
    g_assert_cmpint(again.status, ==, CARP_UNVERIFIED);
    carp_ring_free(ring);
}

static void
test_learnt(void)
{
    static const char nine[] = "10.0.0.9 10.0.0.8 10.0.0.7 10.0.0.6 10.0.0.5 "
                               "10.0.0.4 10.0.0.3 10.0.0.2 10.0.0.1";

    check_learnt("10.0.0.1", "10.0.0.1", CARP_PROFILE_UCARP);
    check_learnt("10.0.0.1 10.0.0.2", "10.0.0.1", CARP_PROFILE_UCARP);
    check_learnt("10.0.0.1 10.0.0.2", "10.0.0.2", CARP_PROFILE_UCARP);
    check_learnt("10.0.0.2 10.0.0.1", "10.0.0.1 10.0.0.2",
                 CARP_PROFILE_FREEBSD);
    check_learnt("10.0.0.6 10.0.0.1 10.0.0.5 10.0.0.2 10.0.0.4 10.0.0.3",
                 "10.0.0.2 10.0.0.4 10.0.0.6", CARP_PROFILE_NETBSD);
    check_learnt(nine, nine, CARP_PROFILE_FREEBSD);
    check_learnt(nine, "10.0.0.1", CARP_PROFILE_UCARP);
    check_learnt("10.0.0.1 2001:db8::1 fe80::1", "10.0.0.1 2001:db8::1 fe80::1",
                 CARP_PROFILE_OPENBSD);
}

/* A row that cannot be tried does not hide that another one failed. */
static void
test_mixed(void)
{
    const struct carp_ring_row given =
        fix_row("a", 7, "pw", "10.0.0.1", CARP_PROFILE_AUTO);
    const struct carp_ring_row open =
        fix_row("b", 7, "pw2", "", CARP_PROFILE_AUTO);
    const struct carp_ring_row signer =
        fix_row("c", 7, "pw2", "10.0.0.5", CARP_PROFILE_FREEBSD);
    const struct carp_adv adv = fix_advert(7, &signer);
    const struct carp_addrs learnt = signer.addrs;
    const struct carp_addrs other = fix_addrs("10.0.0.6");
    struct carp_ring *ring = ring_of(&open);
    struct carp_verdict verdict;

    fix_add(ring, &given);
    verdict = carp_ring_verify(ring, &adv, NULL, NULL);
    g_assert_cmpint(verdict.status, ==, CARP_BAD);
    verdict = carp_ring_verify(ring, &adv, NULL, &other);
    g_assert_cmpint(verdict.status, ==, CARP_BAD);
    g_assert_cmpuint(verdict.learnt, ==, 0);
    verdict = carp_ring_verify(ring, &adv, NULL, &learnt);
    g_assert_cmpint(verdict.status, ==, CARP_GOOD);
    g_assert_cmpuint(verdict.row, ==, 0);
    carp_ring_free(ring);
}

static void
test_limits(void)
{
    struct carp_ring_row row =
        fix_row("a", 7, "pw", "10.0.0.1", CARP_PROFILE_FREEBSD);
    struct carp_ring *ring = carp_ring_new();
    struct carp_adv adv;
    struct carp_verdict verdict;

    row.profile = (enum carp_profile_id)(CARP_PROFILE_AUTO + 1);
    g_assert_cmpint(carp_ring_add(ring, &row), ==, CARP_ERR_RANGE);
    row.profile = CARP_PROFILE_FREEBSD;
    row.addrs.count = CARP_ADDRS_MAX + 1;
    g_assert_cmpint(carp_ring_add(ring, &row), ==, CARP_ERR_RANGE);
    row.addrs.count = 1;
    for (unsigned int i = 0; i < 4096; i++) {
        row.vhid = (uint8_t)(i % 255 + 1);
        row.key.octets[18] = (uint8_t)(i >> 8);
        row.key.octets[19] = (uint8_t)i;
        fix_add(ring, &row);
    }
    g_assert_cmpint(carp_ring_add(ring, &row), ==, CARP_ERR_FULL);
    g_assert_cmpuint(carp_ring_count(ring), ==, 4096);
    adv = fix_advert(row.vhid, &row);
    verdict = carp_ring_verify(ring, &adv, NULL, NULL);
    g_assert_cmpint(verdict.status, ==, CARP_GOOD);
    g_assert_cmpuint(verdict.row, ==, 4095);
    carp_ring_free(ring);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ring/status", test_status);
    g_test_add_func("/ring/two-rows", test_two_rows);
    g_test_add_func("/ring/auto", test_auto);
    g_test_add_func("/ring/lladdr", test_lladdr);
    g_test_add_func("/ring/lladdr/auto", test_lladdr_auto);
    g_test_add_func("/ring/hint", test_hint);
    g_test_add_func("/ring/learnt", test_learnt);
    g_test_add_func("/ring/mixed", test_mixed);
    g_test_add_func("/ring/limits", test_limits);
    return g_test_run();
}
