/* SPDX-License-Identifier: BSD-2-Clause */
/* Two masters that reject each other's digest, and what the keys tell. */
#include <carp/predict.h>

#include "auth_fixture.h"
#include "track_world.h"

/* A ring, and two nodes that sign as their rows say. */
struct scene {
    struct carp_ring *ring;
    struct carp_auth auths[2];
    struct world *w;
};

static void
sign(struct scene *s, unsigned int node, const struct carp_ring_row *row)
{
    g_assert_cmpint(carp_auth_init(&s->auths[node], &row->key, row->vhid,
                                   &row->addrs, row->profile, NULL),
                    ==, CARP_OK);
    s->w->nodes[node].auth = &s->auths[node];
}

static struct scene
scene_new(enum world_impl a, enum world_impl b, const char *addr6a,
          const char *addr6b)
{
    struct scene s = {.ring = carp_ring_new()};
    const struct carp_track_config config = {.ring = s.ring};

    s.w = world_new_with(7, &config);
    (void)world_add(s.w, a, "10.0.0.1", addr6a, 1, 0);
    (void)world_add(s.w, b, "10.0.0.2", addr6b, 1, 100);
    return s;
}

static void
scene_free(struct scene *s)
{
    world_free(s->w);
    carp_ring_free(s->ring);
}

static void
check_pair(const struct world *w, const struct world_event *e)
{
    g_assert_cmpint(e->e.severity, ==, CARP_CRITICAL);
    g_assert_true(world_is_sender(w, e, 0, 0));
    g_assert_true(world_is_sender(w, e, 1, 1));
    g_assert_cmpstr(e->detail, !=, "");
}

static void
hash(struct scene *s, enum carp_cause cause, uint32_t also)
{
    const struct world_event *onset;

    world_settle(s->w);
    onset = world_one(s->w, CARP_DUAL_MASTER, cause);
    check_pair(s->w, onset);
    g_assert_cmpint(onset->e.confidence, ==, CARP_HIGH);
    world_quiet(s->w, 1u << CARP_DUAL_MASTER | also);
    world_kill(s->w, 1);
    world_wait(s->w, WORLD_S(9));
    (void)world_end(s->w, onset);
}

static void
test_hash_key(void)
{
    struct scene s = scene_new(WORLD_NETBSD, WORLD_UCARP, NULL, NULL);
    const struct carp_ring_row row =
        fix_row("lan", 7, "secret", "10.0.0.50", CARP_PROFILE_NETBSD);
    const struct carp_ring_row other =
        fix_row("lan", 7, "secret\r", "10.0.0.50", CARP_PROFILE_NETBSD);

    fix_add(s.ring, &row);
    sign(&s, 0, &row);
    sign(&s, 1, &other);
    hash(&s, CARP_CAUSE_HASH_KEY, 1u << CARP_BAD_HMAC);
    scene_free(&s);
}

static void
test_hash_addresses(void)
{
    struct scene s = scene_new(WORLD_NETBSD, WORLD_NETBSD, NULL, NULL);
    const struct carp_ring_row row =
        fix_row("lan", 7, "secret", "10.0.0.50 10.0.0.51", CARP_PROFILE_NETBSD);
    const struct carp_ring_row other =
        fix_row("lan", 7, "secret", "10.0.0.50", CARP_PROFILE_NETBSD);

    fix_add(s.ring, &row);
    sign(&s, 0, &row);
    sign(&s, 1, &other);
    hash(&s, CARP_CAUSE_HASH_ADDRESSES, 1u << CARP_BAD_HMAC);
    scene_free(&s);
}

/* A carpd accepts what it does not send: the other hears it and refuses. */
static void
test_hash_one_way(void)
{
    struct scene s = scene_new(WORLD_FREEBSD, WORLD_UCARP, NULL, NULL);
    const struct carp_ring_row row = fix_row(
        "lan", 7, "secret", "10.0.0.50 10.0.0.51", CARP_PROFILE_FREEBSD);
    const struct carp_ring_row other =
        fix_row("lan", 7, "secret", "10.0.0.50", CARP_PROFILE_FREEBSD);
    const struct world_event *e;

    fix_add(s.ring, &row);
    sign(&s, 0, &other);
    sign(&s, 1, &row);
    s.w->nodes[0].also = &s.auths[1];
    world_settle(s.w);
    world_wait(s.w, WORLD_S(20));
    e = world_one(s.w, CARP_DUAL_MASTER, CARP_CAUSE_HASH_ADDRESSES);
    check_pair(s.w, e);
    g_assert_cmpuint(world_count(s.w, CARP_EVENT_UPDATE, CARP_DUAL_MASTER), ==,
                     0);
    g_assert_true(g_str_has_prefix(
        e->detail, "10.0.0.2 rejects the digest of 10.0.0.1, which accepts "
                   "its. 10.0.0.1: "));
    scene_free(&s);
}

/* Both lists are configured: nobody's digest is wrong. */
static void
test_hash_rows(void)
{
    struct scene s = scene_new(WORLD_NETBSD, WORLD_NETBSD, NULL, NULL);
    const struct carp_ring_row row =
        fix_row("old", 7, "secret", "10.0.0.50", CARP_PROFILE_NETBSD);
    const struct carp_ring_row other =
        fix_row("new", 7, "secret", "10.0.0.50 10.0.0.51", CARP_PROFILE_NETBSD);

    fix_add(s.ring, &row);
    fix_add(s.ring, &other);
    sign(&s, 0, &row);
    sign(&s, 1, &other);
    hash(&s, CARP_CAUSE_HASH_ADDRESSES, 0);
    scene_free(&s);
}

/* FreeBSD hashes a link-local address of the vhid, OpenBSD does not. */
static void
test_hash_profile(void)
{
    struct scene s =
        scene_new(WORLD_FREEBSD, WORLD_OPENBSD, "fe80::1", "fe80::2");
    struct carp_ring_row row =
        fix_row("lan", 7, "secret", "fd00::50 fe80::50", CARP_PROFILE_AUTO);

    fix_add(s.ring, &row);
    row.profile = CARP_PROFILE_FREEBSD;
    sign(&s, 0, &row);
    row.profile = CARP_PROFILE_OPENBSD;
    sign(&s, 1, &row);
    s.w->nodes[0].addr4.family = s.w->nodes[1].addr4.family = 0;
    hash(&s, CARP_CAUSE_HASH_PROFILE, 0);
    scene_free(&s);
}

static void
collision(const char *key, const char *addr, enum carp_code code,
          enum carp_cause cause)
{
    struct scene s = scene_new(WORLD_NETBSD, WORLD_NETBSD, NULL, NULL);
    const struct carp_ring_row row =
        fix_row("web", 7, "secret", "10.0.0.50", CARP_PROFILE_NETBSD);
    const struct carp_ring_row other =
        fix_row("mail", 7, key, addr, CARP_PROFILE_NETBSD);
    const struct world_event *onset;

    fix_add(s.ring, &row);
    fix_add(s.ring, &other);
    sign(&s, 0, &row);
    sign(&s, 1, &other);
    world_settle(s.w);
    onset = world_one(s.w, code, cause);
    check_pair(s.w, onset);
    world_quiet(s.w, 1u << code);
    world_kill(s.w, 1);
    world_wait(s.w, WORLD_S(9));
    (void)world_end(s.w, onset);
    scene_free(&s);
}

static void
test_collision(void)
{
    collision("other", "10.0.0.60", CARP_VHID_COLLISION, CARP_CAUSE_CARP);
    /* A key in rotation, or a list that grew, is one group. */
    collision("other", "10.0.0.50", CARP_DUAL_MASTER, CARP_CAUSE_HASH_KEY);
    collision("secret", "10.0.0.60", CARP_DUAL_MASTER,
              CARP_CAUSE_HASH_ADDRESSES);
}

/* Explained at once, a wrong digest is a warning; that nobody else is MASTER is
 * known a moment later, and worth more than a line a minute. */
static void
test_only_master(void)
{
    struct scene s = scene_new(WORLD_NETBSD, WORLD_NETBSD, NULL, NULL);
    const struct carp_ring_row row =
        fix_row("lan", 7, "secret", "10.0.0.50", CARP_PROFILE_NETBSD);
    const struct carp_ring_row other =
        fix_row("lan", 7, " secret", "10.0.0.50", CARP_PROFILE_NETBSD);
    const struct world_event *e;

    fix_add(s.ring, &row);
    sign(&s, 0, &other);
    world_start(s.w, 0);
    world_wait(s.w, WORLD_S(8));
    e = world_get(s.w, CARP_EVENT_FINDING, CARP_BAD_HMAC, 0);
    g_assert_nonnull(e);
    g_assert_cmpint(e->e.severity, ==, CARP_WARNING);
    e = world_get(s.w, CARP_EVENT_UPDATE, CARP_BAD_HMAC, 0);
    g_assert_nonnull(e);
    g_assert_cmpint(e->e.severity, ==, CARP_CRITICAL);
    world_wait(s.w, WORLD_S(30));
    g_assert_cmpuint(world_count(s.w, CARP_EVENT_UPDATE, CARP_BAD_HMAC), ==, 1);
    scene_free(&s);
}

/* Other keys while it runs: the old ring is gone, findings follow. */
static void
test_set_ring(void)
{
    struct scene s = scene_new(WORLD_NETBSD, WORLD_NETBSD, NULL, NULL);
    const struct carp_ring_row wrong =
        fix_row("lan", 7, " secret", "10.0.0.50", CARP_PROFILE_NETBSD);
    const struct carp_ring_row row =
        fix_row("lan", 7, "secret", "10.0.0.50", CARP_PROFILE_NETBSD);
    struct carp_ring *old = s.ring;
    struct carp_view_summary view;
    const struct world_event *onset;

    fix_add(old, &wrong);
    sign(&s, 0, &row);
    sign(&s, 1, &row);
    world_settle(s.w);
    onset = world_get(s.w, CARP_EVENT_FINDING, CARP_BAD_HMAC, 0);
    g_assert_nonnull(onset);
    s.ring = carp_ring_new();
    fix_add(s.ring, &row);
    carp_track_set_ring(s.w->track, s.ring);
    carp_ring_free(old);
    g_assert_true(carp_track_view(s.w->track, 0, &view));
    const uint64_t bad = view.bad;
    world_wait(s.w, WORLD_S(5));
    (void)world_end(s.w, onset);
    g_assert_true(carp_track_view(s.w->track, 0, &view));
    g_assert_cmpuint(view.bad, ==, bad);
    g_assert_cmpuint(view.good, >=, 4);
    world_forget(s.w);
    carp_track_set_ring(s.w->track, NULL);
    world_kill(s.w, 0);
    world_wait(s.w, WORLD_S(9));
    world_none(s.w, CARP_BAD_HMAC);
    g_assert_true(carp_track_view(s.w->track, 0, &view));
    g_assert_cmpuint(view.unverified, >=, 4);
    scene_free(&s);
}

/* Thousands of adverts with a wrong digest do not make an old one new. */
static void
test_flood_and_replay(void)
{
    struct scene s = scene_new(WORLD_UCARP, WORLD_UCARP, NULL, NULL);
    const struct carp_ring_row row =
        fix_row("lan", 7, "secret", "10.0.0.50", CARP_PROFILE_UCARP);
    struct carp_frame f;

    fix_add(s.ring, &row);
    sign(&s, 0, &row);
    s.w->now = WORLD_S(2000);
    for (unsigned int i = 0; i < 20; i++) {
        f = world_advert(s.w, 0, CARP_IPV4, world_random(s.w));
        (void)world_put(s.w, &f);
        s.w->now += CARP_SEC;
    }
    for (unsigned int i = 0; i < 3000; i++) {
        struct carp_frame wrong =
            world_advert(s.w, 1, CARP_IPV4, world_random(s.w));

        (void)world_put(s.w, &wrong);
        s.w->now += CARP_MSEC;
    }
    world_none(s.w, CARP_REPLAY);
    s.w->now += 2500 * CARP_MSEC;
    (void)world_put(s.w, &f);
    (void)world_one(s.w, CARP_REPLAY, CARP_CAUSE_NONE);
    scene_free(&s);
}

/* Who waits as BACKUP says nothing that new keys could prove: it is the next
 * master all the same. */
static void
test_set_ring_next(void)
{
    struct scene s = scene_new(WORLD_FREEBSD, WORLD_FREEBSD, NULL, NULL);
    const struct carp_ring_row row =
        fix_row("lan", 7, "secret", "10.0.0.50", CARP_PROFILE_FREEBSD);
    struct carp_ring *old = s.ring;
    struct carp_prediction p;

    fix_add(old, &row);
    sign(&s, 0, &row);
    sign(&s, 1, &row);
    s.w->nodes[0].preempt = true;
    world_start(s.w, 1);
    world_wait(s.w, WORLD_S(10));
    world_start(s.w, 0);
    world_wait(s.w, WORLD_S(10));
    g_assert_true(carp_track_predict(s.w->track, 0, 0, s.w->now, &p));
    g_assert_true(carp_addr_equal(&p.successor, &s.w->nodes[1].addr4));
    s.ring = carp_ring_new();
    fix_add(s.ring, &row);
    carp_track_set_ring(s.w->track, s.ring);
    carp_ring_free(old);
    world_wait(s.w, WORLD_S(10));
    g_assert_true(carp_track_predict(s.w->track, 0, 0, s.w->now, &p));
    g_assert_true(carp_addr_equal(&p.successor, &s.w->nodes[1].addr4));
    scene_free(&s);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/track/hash/key", test_hash_key);
    g_test_add_func("/track/hash/addresses", test_hash_addresses);
    g_test_add_func("/track/hash/rows", test_hash_rows);
    g_test_add_func("/track/hash/profile", test_hash_profile);
    g_test_add_func("/track/hash/collision", test_collision);
    g_test_add_func("/track/hash/only-master", test_only_master);
    g_test_add_func("/track/hash/one-way", test_hash_one_way);
    g_test_add_func("/track/hash/flood-and-replay", test_flood_and_replay);
    g_test_add_func("/track/hash/set-ring", test_set_ring);
    g_test_add_func("/track/hash/set-ring-next", test_set_ring_next);
    return g_test_run();
}
