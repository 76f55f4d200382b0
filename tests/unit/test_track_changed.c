/* SPDX-License-Identifier: BSD-2-Clause */
/* Senders that change, and senders that nobody expects. */
#include "announce.h"
#include "track_world.h"

/* A ring with rows for vhid 7. */
struct keys {
    struct carp_ring *ring;
    struct carp_auth auth[3];
};

static void
add_row(struct keys *k, unsigned int n, const char *name, const char *password,
        const char *addresses)
{
    struct carp_ring_row row = {.vhid = 7, .profile = CARP_PROFILE_FREEBSD};

    g_strlcpy(row.name, name, sizeof(row.name));
    row.key = fix_key(password, CARP_KEY_RULE_BSD);
    row.addrs = fix_addrs(addresses);
    g_assert_cmpint(carp_ring_add(k->ring, &row), ==, CARP_OK);
    g_assert_cmpint(carp_auth_init(&k->auth[n], &row.key, 7, &row.addrs,
                                   CARP_PROFILE_FREEBSD, NULL),
                    ==, CARP_OK);
}

static struct world *
pair(struct keys *k)
{
    struct world *w =
        world_new_with(1, &(struct carp_track_config){.ring = k->ring});

    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.2", NULL, 1, 100);
    w->nodes[0].auth = w->nodes[1].auth = &k->auth[0];
    world_settle(w);
    return w;
}

static void
done(struct world *w, struct keys *k)
{
    world_free(w);
    for (unsigned int i = 0; i < 3; i++) {
        carp_auth_clear(&k->auth[i]);
    }
    carp_ring_free(k->ring);
}

/* ------------------------------------------------------------ what is hashed
 */

/* @p changes is told once, as news and not as trouble. */
static void
rotate(const char *password, const char *addresses, enum carp_code code)
{
    struct keys k = {.ring = carp_ring_new()};
    const struct world_event *e;
    struct world *w;

    add_row(&k, 0, "old", "secret", "10.0.0.50");
    add_row(&k, 1, "new", password, addresses);
    w = pair(&k);
    world_quiet(w, 0);
    w->nodes[0].auth = w->nodes[1].auth = &k.auth[1];
    world_wait(w, WORLD_S(10));
    e = world_one(w, code, CARP_CAUSE_NONE);
    g_assert_cmpint(e->e.severity, ==, CARP_INFO);
    g_assert_cmpint(e->e.confidence, ==, CARP_HIGH);
    g_assert_nonnull(strstr(e->text, "[vhid \"new\"] now, before"));
    (void)world_end(w, e);
    world_quiet(w, 1ull << code);
    done(w, &k);
}

static void
test_rotation(void)
{
    rotate("other", "10.0.0.50", CARP_KEY_CHANGED);
    rotate("secret", "10.0.0.50 10.0.0.51", CARP_ADDRESSES_CHANGED);
}

/* It was right, and is wrong from now on; back again it says nothing. */
static void
test_wrong_from_now(void)
{
    struct keys k = {.ring = carp_ring_new()};
    struct carp_ring *spare = carp_ring_new();
    struct carp_ring *all = k.ring;
    const struct world_event *e;
    struct world *w;

    add_row(&k, 0, "lan", "secret", "10.0.0.50 10.0.0.51");
    k.ring = spare;
    add_row(&k, 1, "less", "secret", "10.0.0.50");
    k.ring = all;
    w = pair(&k);
    w->nodes[0].auth = w->nodes[1].auth = &k.auth[1];
    world_wait(w, WORLD_S(10));
    e = world_one(w, CARP_ADDRESSES_CHANGED, CARP_CAUSE_NONE);
    g_assert_nonnull(strstr(e->text, "was right until now"));
    (void)world_one(w, CARP_BAD_HMAC, CARP_CAUSE_HASH_ADDRESSES);
    world_none(w, CARP_KEY_CHANGED);
    w->nodes[0].auth = w->nodes[1].auth = &k.auth[0];
    world_wait(w, WORLD_S(10));
    g_assert_cmpuint(world_count(w, CARP_EVENT_FINDING, CARP_ADDRESSES_CHANGED),
                     ==, 1);
    carp_ring_free(spare);
    done(w, &k);
}

/* Keys are read anew, and a new group stands in front: nothing changed. */
static void
test_other_ring(void)
{
    struct keys k = {.ring = carp_ring_new()};
    struct carp_ring *before = k.ring;
    struct world *w;

    add_row(&k, 0, "lan", "secret", "10.0.0.50");
    add_row(&k, 1, "old", "earlier", "10.0.0.50");
    w = pair(&k);
    carp_auth_clear(&k.auth[1]);
    k.ring = carp_ring_new();
    add_row(&k, 1, "new", "later", "10.0.0.50");
    add_row(&k, 2, "lan", "secret", "10.0.0.50");
    carp_track_set_ring(w->track, k.ring);
    world_wait(w, WORLD_S(10));
    world_quiet(w, 0);
    carp_ring_free(before);
    done(w, &k);
}

/* A wrong password from the first advert on did not change; nor does another
 * member with another row's addresses. */
static void
test_never_right(void)
{
    struct keys k = {.ring = carp_ring_new()};
    struct world *w;

    add_row(&k, 0, "lan", "secret", "10.0.0.50");
    w = pair(&k);
    w->nodes[1].auth = NULL;
    world_kill(w, 0);
    world_wait(w, WORLD_S(10));
    g_assert_cmpuint(world_count(w, CARP_EVENT_FINDING, CARP_BAD_HMAC), ==, 1);
    world_none(w, CARP_KEY_CHANGED);
    world_none(w, CARP_ADDRESSES_CHANGED);
    done(w, &k);
}

/* Without a key OpenBSD's constant digest tells, others' do not. */
static void
constant(enum world_impl impl, bool is_told)
{
    struct world *w = world_new(3);

    (void)world_add(w, impl, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, impl, "10.0.0.2", NULL, 1, 100);
    world_settle(w);
    w->nodes[0].key = w->nodes[1].key = 9;
    world_wait(w, WORLD_S(10));
    if (is_told) {
        g_assert_cmpint(
            world_one(w, CARP_KEY_CHANGED, CARP_CAUSE_NONE)->e.confidence, ==,
            CARP_LOW);
    }
    world_quiet(w, is_told ? 1ull << CARP_KEY_CHANGED : 0);
    world_free(w);
}

static void
test_constant(void)
{
    constant(WORLD_OPENBSD, true);
    constant(WORLD_FREEBSD, false);
}

/* Two hosts under one address, one with the old key: not a line an advert. */
static void
test_changed_often(void)
{
    struct keys k = {.ring = carp_ring_new()};
    struct world *w;

    add_row(&k, 0, "old", "secret", "10.0.0.50");
    add_row(&k, 1, "new", "other", "10.0.0.50");
    w = pair(&k);
    for (unsigned int i = 0; i < 120; i++) {
        w->nodes[0].auth = &k.auth[i % 2];
        w->nodes[1].auth = &k.auth[i % 2];
        world_wait(w, WORLD_S(1));
    }
    g_assert_cmpuint(world_count(w, CARP_EVENT_FINDING, CARP_KEY_CHANGED), <=,
                     3);
    done(w, &k);
}

/* ---------------------------------------------------------- implementation */

static void
replaced(enum world_impl before, enum world_impl after, bool is_told)
{
    struct world *w = world_new(4);

    (void)world_add(w, before, "10.0.0.1", NULL, 1, 0);
    world_start(w, 0);
    world_wait(w, WORLD_S(60));
    w->nodes[0].impl = after;
    world_wait(w, WORLD_S(30));
    if (is_told) {
        const struct world_event *e =
            world_one(w, CARP_IMPLEMENTATION_CHANGED, CARP_CAUSE_NONE);

        g_assert_cmpint(e->e.severity, ==, CARP_INFO);
    } else {
        world_none(w, CARP_IMPLEMENTATION_CHANGED);
    }
    world_free(w);
}

static void
test_implementation(void)
{
    replaced(WORLD_NETBSD, WORLD_UCARP, true);
    replaced(WORLD_UCARP, WORLD_FREEBSD, true);
    replaced(WORLD_FREEBSD, WORLD_NETBSD, true);
    replaced(WORLD_OPENBSD, WORLD_OPENBSD, false);
    replaced(WORLD_UCARP, WORLD_UCARP, false);
}

/* Single frames of a forger under its address change nothing. */
static void
test_forged(void)
{
    struct world *w = world_new(5);

    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    world_start(w, 0);
    for (unsigned int i = 0; i < 60; i++) {
        struct carp_frame f = world_advert(w, 0, CARP_IPV4, 9000 + 7 * i);

        world_wait(w, WORLD_S(1));
        f.src_mac = fix_mac("00:00:5e:00:00:07");
        f.ip_id = 99;
        (void)world_put(w, &f);
    }
    world_none(w, CARP_IMPLEMENTATION_CHANGED);
    world_free(w);
}

/* ------------------------------------------------------------------- rogues */

static void
expect(struct world *w, const char *addr)
{
    const struct carp_addr a = fix_addr(addr);

    g_assert_cmpint(carp_track_expect_sender(w->track, 7, &a), ==, CARP_OK);
}

static void
test_outside(void)
{
    struct world *w = world_new(6);
    const struct world_event *e;

    expect(w, "10.0.0.1");
    expect(w, "10.0.0.2");
    expect(w, "10.0.0.2");
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", "fd00::1", 1, 0);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.2", "fd00::2", 1, 100);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.9", NULL, 1, 50);
    world_settle(w);
    world_kill(w, 0);
    world_wait(w, WORLD_S(8));
    world_quiet(w, 0);
    w->nodes[2].preempt = true;
    world_start(w, 2);
    world_wait(w, WORLD_S(6));
    e = world_one(w, CARP_ROGUE_SENDER, CARP_CAUSE_NOT_CONFIGURED);
    g_assert_cmpint(e->e.severity, ==, CARP_WARNING);
    g_assert_true(world_is_sender(w, e, 0, 2));
    world_kill(w, 2);
    world_wait(w, WORLD_S(70));
    (void)world_end(w, e);
    world_free(w);
}

/* A new list is about senders that are known already, too. */
static void
test_outside_anew(void)
{
    struct world *w = world_new(8);
    const struct world_event *e;

    expect(w, "10.0.0.1");
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    world_settle(w);
    world_wait(w, WORLD_S(8));
    world_quiet(w, 0);
    carp_track_expect_anybody(w->track);
    expect(w, "10.0.0.2");
    world_wait(w, WORLD_S(3));
    e = world_one(w, CARP_ROGUE_SENDER, CARP_CAUSE_NOT_CONFIGURED);
    g_assert_true(world_is_sender(w, e, 0, 0));
    carp_track_expect_anybody(w->track);
    world_wait(w, WORLD_S(70));
    (void)world_end(w, e);
    world_free(w);
}

/* A hundred forged sources are not a hundred findings. */
static void
test_outside_flood(void)
{
    struct world *w = world_new(7);

    expect(w, "10.0.0.1");
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    for (unsigned int i = 0; i < 100; i++) {
        struct carp_frame f = world_advert(w, 0, CARP_IPV4, 9000 + 7 * i);

        f.src.octets[3] = (uint8_t)(100 + i);
        (void)world_put(w, &f);
        w->now += 10 * CARP_MSEC;
    }
    g_assert_cmpuint(world_count(w, CARP_EVENT_FINDING, CARP_ROGUE_SENDER), <=,
                     4);
    world_free(w);
}

static void
new_master(carp_time after, unsigned int told)
{
    struct keys k = {.ring = carp_ring_new()};
    struct world *w;

    add_row(&k, 0, "lan", "secret", "10.0.0.50");
    w = world_new_with(8, &(struct carp_track_config){.ring = k.ring});
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_FREEBSD, "10.0.0.2", NULL, 1, 100);
    w->nodes[0].auth = w->nodes[1].auth = &k.auth[0];
    w->nodes[0].preempt = true;
    world_start(w, 1);
    while (w->now < after) {
        world_wait(w, CARP_SEC);
    }
    world_start(w, 0);
    world_wait(w, WORLD_S(5));
    g_assert_true(w->nodes[0].is_master);
    g_assert_cmpuint(world_count(w, CARP_EVENT_FINDING, CARP_ROGUE_SENDER), ==,
                     told);
    if (told != 0) {
        g_assert_cmpint(
            world_one(w, CARP_ROGUE_SENDER, CARP_CAUSE_NEW_MASTER)->e.severity,
            ==, CARP_INFO);
    }
    done(w, &k);
}

static void
test_new_master(void)
{
    new_master(WORLD_S(1060), 0); /* the observer has just come itself */
    new_master(WORLD_S(1700), 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/changed/hash/rotation", test_rotation);
    g_test_add_func("/changed/hash/wrong-from-now", test_wrong_from_now);
    g_test_add_func("/changed/hash/other-ring", test_other_ring);
    g_test_add_func("/changed/hash/never-right", test_never_right);
    g_test_add_func("/changed/hash/constant", test_constant);
    g_test_add_func("/changed/hash/often", test_changed_often);
    g_test_add_func("/changed/implementation/replaced", test_implementation);
    g_test_add_func("/changed/implementation/forged", test_forged);
    g_test_add_func("/changed/rogue/outside", test_outside);
    g_test_add_func("/changed/rogue/anew", test_outside_anew);
    g_test_add_func("/changed/rogue/flood", test_outside_flood);
    g_test_add_func("/changed/rogue/new-master", test_new_master);
    return g_test_run();
}
