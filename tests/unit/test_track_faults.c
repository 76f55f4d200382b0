/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong with single adverts, senders and groups. */
#include <string.h>

#include "auth_fixture.h"
#include "track_world.h"

static struct world *
quiet_pair(uint64_t seed, enum world_impl impl, const char *addr6a,
           const char *addr6b)
{
    struct world *w = world_new(seed);

    (void)world_add(w, impl, "10.0.0.1", addr6a, 1, 0);
    (void)world_add(w, impl, "10.0.0.2", addr6b, 1, 100);
    world_settle(w);
    world_quiet(w, 0);
    world_forget(w);
    return w;
}

/* ------------------------------------------------------------- invalid ones */

static void
invalid(unsigned int issues, enum carp_code code, uint8_t family)
{
    struct world *w = quiet_pair(60, WORLD_FREEBSD, "fd00::1", "fd00::2");
    const struct world_event *e;
    struct carp_frame f;

    for (unsigned int i = 0; i < 3; i++) {
        world_wait(w, w->nodes[0].next - w->now + 500 * CARP_MSEC);
        f = world_advert(w, 0, family, w->nodes[0].counter);
        f.issues = issues;
        f.ttl = 254;
        f.payload_wire = (issues & CARP_ISSUE_SHORT) != 0 ? 8 : 40;
        f.u.adv.counter += 500000; /* never sent before */
        (void)world_put(w, &f);
    }
    e = world_one(w, code, CARP_CAUSE_NONE);
    g_assert_cmpint(e->e.severity, ==, CARP_WARNING);
    g_assert_cmpint(e->e.family, ==, family);
    g_assert_true(world_is_sender(w, e, 0, 0));
    g_assert_cmpuint(e->e.frame_count, ==, 1);
    g_assert_cmpuint(world_count(w, CARP_EVENT_UPDATE, code), ==, 0);
    world_wait(w, WORLD_S(65));
    g_assert_cmpuint(world_end(w, e)->e.count, ==, 3);
    world_free(w);
}

static void
test_invalid(void)
{
    static const struct {
        unsigned int issues;
        enum carp_code code;
    } rows[] = {
        {CARP_ISSUE_CHECKSUM, CARP_BAD_CHECKSUM},
        {CARP_ISSUE_VERSION, CARP_BAD_VERSION},
        {CARP_ISSUE_SHORT, CARP_MALFORMED},
        {CARP_ISSUE_SHORT | CARP_ISSUE_CHECKSUM, CARP_MALFORMED},
        {CARP_ISSUE_VHID_ZERO, CARP_MALFORMED},
        {CARP_ISSUE_TRAILING, CARP_MALFORMED},
        {CARP_ISSUE_TYPE, CARP_MALFORMED},
        {CARP_ISSUE_AUTHLEN, CARP_MALFORMED},
        {CARP_ISSUE_TTL, CARP_TTL_NOT_255},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        invalid(rows[i].issues, rows[i].code, CARP_IPV4);
        invalid(rows[i].issues, rows[i].code, CARP_IPV6);
    }
}

/* What the capture cut is not the sender's fault. */
static void
test_cut(void)
{
    struct world *w = world_new(61);

    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    for (unsigned int i = 0; i < 6; i++) {
        struct carp_frame f = world_advert(w, 0, CARP_IPV4, 70 + i);

        f.issues = CARP_ISSUE_CAPTURE;
        f.payload_len = i % 2 == 0 ? 20 : 10;
        memset(f.u.adv.md, 0, sizeof(f.u.adv.md));
        (void)world_put(w, &f);
        w->now += WORLD_S(0.505);
    }
    world_quiet(w, 0);
    world_free(w);
}

/* ----------------------------------------------------------------- priority */

static void
test_demoted(void)
{
    struct world *w = quiet_pair(62, WORLD_OPENBSD, NULL, NULL);
    const struct world_event *e;

    world_demote(w, 0, 1);
    world_wait(w, WORLD_S(5));
    e = world_one(w, CARP_DEMOTED, CARP_CAUSE_NONE);
    g_assert_cmpint(e->e.severity, ==, CARP_INFO);
    g_assert_true(world_is_sender(w, e, 0, 0));
    g_assert_true(w->nodes[1].is_master);
    world_demote(w, 0, 0);
    world_demote(w, 1, 5);
    world_wait(w, WORLD_S(5));
    (void)world_end(w, e);
    g_assert_true(w->nodes[0].is_master);
    g_assert_cmpuint(world_count(w, CARP_EVENT_FINDING, CARP_DEMOTED), ==, 2);
    world_none(w, CARP_LOOPED);
    world_none(w, CARP_REPLAY);
    world_free(w);
}

static void
test_demoted_skew(void)
{
    struct world *w = quiet_pair(63, WORLD_FREEBSD, NULL, NULL);
    const struct world_event *e;

    w->nodes[0].advskew = CARP_SKEW_DEMOTED - 1;
    world_wait(w, WORLD_S(4));
    world_none(w, CARP_DEMOTED);
    w->nodes[0].advskew = CARP_SKEW_DEMOTED;
    world_wait(w, WORLD_S(4));
    e = world_one(w, CARP_DEMOTED, CARP_CAUSE_NONE);
    w->nodes[0].advskew = 0;
    world_wait(w, WORLD_S(4));
    (void)world_end(w, e);
    /* A demoted node was silent while the other served, so that the finding
     * ended, and is MASTER again with the same advskew. */
    world_forget(w);
    w->nodes[0].advskew = CARP_SKEW_DEMOTED;
    world_wait(w, WORLD_S(4));
    world_kill(w, 0);
    world_wait(w, WORLD_S(40));
    world_start(w, 0);
    world_wait(w, WORLD_S(5));
    world_kill(w, 1);
    world_wait(w, WORLD_S(10));
    g_assert_true(w->nodes[0].is_master);
    g_assert_cmpuint(world_count(w, CARP_EVENT_FINDING, CARP_DEMOTED), ==, 2);
    world_free(w);
}

/* @p code is on while the two have @p base and @p skew, and off after. */
static void
members(uint8_t base, uint8_t skew, enum carp_code code)
{
    struct world *w = quiet_pair(64, WORLD_NETBSD, NULL, NULL);
    const struct world_event *e;

    w->nodes[1].advbase = base;
    w->nodes[1].advskew = skew;
    world_kill(w, 0);
    world_wait(w, WORLD_S(8) * base);
    if (code == CARP_CODE_COUNT) {
        world_quiet(w, 0);
        world_free(w);
        return;
    }
    e = world_one(w, code, CARP_CAUSE_NONE);
    g_assert_cmpint(e->e.severity, ==, CARP_WARNING);
    g_assert_cmpuint(e->e.sender_count, ==, 2);
    world_quiet(w, 1u << code);
    w->nodes[1].advbase = 1;
    w->nodes[1].advskew = 77;
    world_wait(w, WORLD_S(5));
    (void)world_end(w, e);
    world_free(w);
}

static void
test_members(void)
{
    members(1, 0, CARP_TIE);
    members(2, 50, CARP_ADVBASE_MISMATCH);
    members(1, 99, CARP_CODE_COUNT);
}

/* Members that are both demoted are equal for the while only. */
static void
test_tie_not(void)
{
    struct world *w = quiet_pair(65, WORLD_FREEBSD, NULL, NULL);

    w->nodes[0].advskew = w->nodes[1].advskew = CARP_SKEW_DEMOTED;
    world_wait(w, WORLD_S(5));
    world_kill(w, 0);
    world_wait(w, WORLD_S(8));
    world_none(w, CARP_TIE);
    world_free(w);
}

/* ------------------------------------------------------------- two families */

static void
test_family_split(void)
{
    struct world *w = quiet_pair(66, WORLD_FREEBSD, "fd00::1", "fd00::2");
    const struct world_event *e;
    const struct carp_addr addr6 = w->nodes[0].addr6;

    /* The first loses its IPv6, the second is MASTER for it alone. */
    w->cut[0][0][1] = w->cut[0][1][0] = true;
    w->cut[1][0][1] = w->cut[1][1][0] = true;
    w->nodes[0].addr6.family = CARP_FAMILY_NONE;
    w->nodes[1].addr4.family = CARP_FAMILY_NONE;
    w->nodes[1].down[0] = CARP_NEVER;
    world_wait(w, WORLD_S(15));
    e = world_one(w, CARP_FAMILY_SPLIT, CARP_CAUSE_NONE);
    g_assert_cmpint(e->e.severity, ==, CARP_WARNING);
    g_assert_true(world_is_sender(w, e, 0, 0));
    g_assert_true(world_is_sender(w, e, 1, 1));
    w->nodes[0].addr6 = addr6;
    world_kill(w, 1);
    world_wait(w, WORLD_S(15));
    (void)world_end(w, e);
    world_free(w);
}

/* One node in both families, whatever its counters do. */
static void
test_family_split_not(void)
{
    static const enum world_impl impls[] = {WORLD_FREEBSD, WORLD_OPENBSD};

    for (unsigned int i = 0; i < 4; i++) {
        struct world *w = world_new(67);

        w->loss = 30;
        (void)world_add(w, impls[i % 2], "10.0.0.1", "fd00::1", 1, 0);
        (void)world_add(w, impls[i % 2], "10.0.0.2", "fd00::2", 1, 50);
        world_start(w, 0);
        world_wait(w, WORLD_S(60));
        if (i >= 2) {
            world_start(w, 1);
            world_wait(w, WORLD_S(5));
            world_kill(w, 0);
            world_wait(w, WORLD_S(60));
        }
        world_none(w, CARP_FAMILY_SPLIT);
        world_free(w);
    }
}

/* ---------------------------------------------------------------- collision */

static void
vrrp(struct world *w, uint8_t family, uint8_t vrid, uint8_t fifth)
{
    struct carp_frame f = {.kind = CARP_FRAME_VRRP3, .family = family};

    f.src = family == CARP_IPV4 ? fix_addr("10.0.0.9") : fix_addr("fd00::9");
    f.has_mac = true;
    f.src_mac = carp_mac_virtual(vrid);
    f.src_mac.octets[4] = fifth;
    f.u.vrrp.vrid = vrid;
    for (unsigned int i = 0; i < 5; i++) {
        (void)world_put(w, &f);
        world_wait(w, WORLD_S(1));
    }
}

static void
test_vrrp(void)
{
    struct world *w = quiet_pair(68, WORLD_FREEBSD, "fd00::1", "fd00::2");
    const struct world_event *e;

    vrrp(w, CARP_IPV4, 8, 1); /* another id */
    vrrp(w, CARP_IPV6, 7, 2); /* another virtual MAC */
    world_none(w, CARP_VHID_COLLISION);
    vrrp(w, CARP_IPV4, 7, 1);
    e = world_one(w, CARP_VHID_COLLISION, CARP_CAUSE_VRRP);
    g_assert_cmpint(e->e.severity, ==, CARP_CRITICAL);
    g_assert_true(world_is_sender(w, e, 0, 0));
    g_assert_cmpuint(e->e.frame_count, ==, 2);
    world_wait(w, WORLD_S(125));
    (void)world_end(w, e);
    world_free(w);
}

/* --------------------------------------------------------------------- hmac */

static void
test_bad_hmac(void)
{
    struct carp_ring *ring = carp_ring_new();
    const struct carp_track_config config = {.ring = ring};
    struct carp_ring_row row =
        fix_row("lan", 7, "secret", "10.0.0.50", CARP_PROFILE_NETBSD);
    const struct carp_ring_row wrong =
        fix_row("lan", 7, "Secret", "10.0.0.50", CARP_PROFILE_NETBSD);
    struct world *w = world_new_with(69, &config);
    struct carp_auth good, bad;
    const struct world_event *e;

    fix_add(ring, &row);
    g_assert_cmpint(
        carp_auth_init(&good, &row.key, 7, &row.addrs, row.profile, NULL), ==,
        CARP_OK);
    g_assert_cmpint(
        carp_auth_init(&bad, &wrong.key, 7, &row.addrs, row.profile, NULL), ==,
        CARP_OK);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    w->nodes[0].auth = &good;
    world_start(w, 0);
    world_wait(w, WORLD_S(8));
    world_quiet(w, 0);
    w->nodes[0].auth = &bad;
    world_wait(w, WORLD_S(5));
    e = world_one(w, CARP_BAD_HMAC, CARP_CAUSE_HASH_KEY);
    g_assert_cmpint(e->e.severity, ==, CARP_CRITICAL); /* the only master */
    g_assert_true(world_is_sender(w, e, 0, 0));
    w->nodes[0].auth = &good;
    world_wait(w, WORLD_S(2));
    (void)world_end(w, e);
    world_free(w);
    carp_ring_free(ring);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/track/faults/invalid", test_invalid);
    g_test_add_func("/track/faults/cut", test_cut);
    g_test_add_func("/track/faults/demoted", test_demoted);
    g_test_add_func("/track/faults/demoted-skew", test_demoted_skew);
    g_test_add_func("/track/faults/members", test_members);
    g_test_add_func("/track/faults/tie-not", test_tie_not);
    g_test_add_func("/track/faults/family-split", test_family_split);
    g_test_add_func("/track/faults/family-split-not", test_family_split_not);
    g_test_add_func("/track/faults/vrrp", test_vrrp);
    g_test_add_func("/track/faults/bad-hmac", test_bad_hmac);
    return g_test_run();
}
