/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floods, full tables, odd clocks and missing memory.
 *
 * Linked with --wrap for calloc, realloc and free: memory is counted, and can
 * be refused.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "auth_fixture.h"
#include "track_world.h"

void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *old);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *old);

static struct {
    size_t used, most;
    bool may_fail;
    uint64_t random;
} heap;

static bool
refused(void)
{
    heap.random = heap.random * 6364136223846793005u + 1442695040888963407u;
    return heap.may_fail && heap.random >> 62 == 0;
}

static void
count(size_t more, size_t less)
{
    heap.used += more;
    heap.used -= less;
    heap.most = heap.used > heap.most ? heap.used : heap.most;
}

void *
__wrap_calloc(size_t number, size_t size)
{
    void *fresh = refused() ? NULL : __real_calloc(number, size);

    count(fresh != NULL ? malloc_usable_size(fresh) : 0, 0);
    return fresh;
}

void *
__wrap_realloc(void *old, size_t size)
{
    const size_t before = old != NULL ? malloc_usable_size(old) : 0;
    void *fresh = refused() ? NULL : __real_realloc(old, size);

    if (fresh != NULL) {
        count(malloc_usable_size(fresh), before);
    }
    return fresh;
}

void
__wrap_free(void *old)
{
    count(0, old != NULL ? malloc_usable_size(old) : 0);
    __real_free(old);
}

static const size_t most_memory = (size_t)64 << 20;

/* The world is made first, so that what is counted is the observer's. */
static struct world *
measured(const struct carp_track_config *config)
{
    struct world *w;

    heap.used = heap.most = 0;
    w = world_new_with(80, config);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", "fd00::1", 1, 0);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.2", "fd00::2", 1, 100);
    w->nodes[0].addr6.family = w->nodes[1].addr6.family = 0;
    return w;
}

static void
check_bounds(const struct world *w, unsigned int events)
{
    g_test_message("%zu KiB, %u events", heap.most >> 10, w->events->len);
    g_assert_cmpuint(heap.most, <, most_memory);
    g_assert_cmpuint(w->events->len, <, events);
}

/* One advert of a source that nobody has seen before. */
static struct carp_frame
spoofed(struct world *w, uint32_t number)
{
    struct carp_frame f = world_advert(w, 0, CARP_IPV4, world_random(w));

    f.src.octets[1] = (uint8_t)(1 + (number >> 16));
    f.src.octets[2] = (uint8_t)(number >> 8);
    f.src.octets[3] = (uint8_t)number;
    f.u.adv.advskew = (uint8_t)(1 + number % 250);
    return f;
}

/* ------------------------------------------------------------------- floods */

static void
flood_sources(uint32_t total, unsigned int each, unsigned int faults)
{
    struct world *w = measured(&(struct carp_track_config){0});
    struct carp_view_summary v;

    for (uint32_t i = 0; i < total; i++) {
        struct carp_frame f = spoofed(w, i / each);

        f.issues = faults;
        f.ttl = faults != 0 ? 1 : 255;
        w->now += 10 * CARP_USEC;
        (void)world_put(w, &f);
    }
    check_bounds(w, 2000);
    g_assert_cmpuint(world_count(w, CARP_EVENT_FINDING, CARP_SENDER_FLOOD), ==,
                     1);
    g_assert_true(carp_track_view(w->track, 0, &v));
    g_assert_cmpuint(v.senders, <=, 16);
    g_assert_cmpuint(v.adverts, ==, total);
    g_assert_cmpuint(v.forgotten_senders, >, total / each - 1000);
    world_wait(w, WORLD_S(60));
    (void)world_end(w, world_one(w, CARP_SENDER_FLOOD, CARP_CAUSE_NONE));
    world_free(w);
}

static void
test_flood_sources(void)
{
    flood_sources(1000000, 1, 0);
    flood_sources(200000, 4, 0);
    flood_sources(200000, 1, CARP_ISSUE_TTL | CARP_ISSUE_CHECKSUM);
}

static void
test_flood_groups(void)
{
    struct world *w = measured(&(struct carp_track_config){0});
    uint64_t sent = 0;

    const unsigned int step = g_test_thorough() ? 1 : 5;

    for (unsigned int vlan = 0; vlan < 4095; vlan += step) {
        for (unsigned int vhid = 1; vhid < 256; vhid++) {
            struct carp_frame f = world_advert(
                w, vhid % 2, vhid % 3 == 0 ? CARP_IPV6 : CARP_IPV4, sent++);

            f.vlan = (uint16_t)vlan;
            f.u.adv.vhid = (uint8_t)vhid;
            w->now += 10 * CARP_USEC;
            (void)world_put(w, &f);
        }
    }
    check_bounds(w, 2000);
    g_assert_nonnull(world_get(w, CARP_EVENT_FINDING, CARP_SENDER_FLOOD, 0));
    g_assert_cmpuint(carp_track_view_count(w->track), <=, 2048);
    world_free(w);
}

/* Everything that can be kept: all groups, senders of both families, with
 * history, findings and explanations. */
static void
test_full(void)
{
    struct carp_ring *ring = carp_ring_new();
    const struct carp_track_config config = {.ring = ring};
    struct carp_ring_row row =
        fix_row("lan", 7, "secret", "10.0.0.50", CARP_PROFILE_NETBSD);
    struct world *w;

    for (unsigned int vhid = 1; vhid < 256; vhid++) {
        row.vhid = (uint8_t)vhid;
        fix_add(ring, &row);
    }
    w = measured(&config);
    for (unsigned int round = 0; round < 3; round++) {
        for (unsigned int i = 0; i < 1024 * 32; i++) {
            const uint8_t family = i % 2 == 0 ? CARP_IPV4 : CARP_IPV6;
            struct carp_frame f = world_advert(w, 0, family, world_random(w));

            f.src.octets[family == CARP_IPV4 ? 3 : 15] = (uint8_t)(i / 2 % 16);
            f.vlan = (uint16_t)(i / 32 / 250);
            f.u.adv.vhid = (uint8_t)(1 + i / 32 % 250);
            f.issues = CARP_ISSUE_TTL;
            w->now += 20 * CARP_USEC;
            (void)world_put(w, &f);
        }
    }
    check_bounds(w, 9000);
    world_free(w);
    carp_ring_free(ring);
}

/* --------------------------------------------------- members during a flood */

static void
flooded_failover(bool long_silent)
{
    struct carp_ring *ring = carp_ring_new();
    const struct carp_track_config config = {.ring = ring};
    const struct carp_ring_row row =
        fix_row("lan", 7, "secret", "10.0.0.50", CARP_PROFILE_NETBSD);
    struct carp_auth auth;
    struct world *w;
    uint32_t number = 0;
    bool seen = false;

    fix_add(ring, &row);
    g_assert_cmpint(
        carp_auth_init(&auth, &row.key, 7, &row.addrs, row.profile, NULL), ==,
        CARP_OK);
    w = measured(&config);
    w->nodes[0].auth = w->nodes[1].auth = &auth;
    w->nodes[0].preempt = true;
    world_start(w, 1);
    world_wait(w, WORLD_S(8));
    world_start(w, 0);
    world_wait(w, long_silent ? WORLD_S(90000) : WORLD_S(20));
    world_forget(w);
    for (unsigned int i = 0; i < 20000; i++) {
        struct world_node *n = &w->nodes[0];
        struct carp_frame f;

        n->auth = NULL; /* the spoofer does not know the key */
        f = spoofed(w, number++);
        n->auth = &auth;
        (void)world_put(w, &f);
        world_wait(w, CARP_MSEC);
        if (i == 8000) {
            world_kill(w, 0);
        }
    }
    for (unsigned int i = 0; i < w->events->len; i++) {
        const struct carp_event *e = &world_at(w, i)->e;

        seen |= e->kind == CARP_EVENT_TRANSITION && e->role == CARP_MASTER &&
                carp_addr_equal(&e->sender, &w->nodes[1].addr4);
    }
    g_assert_true(seen);
    check_bounds(w, 2000);
    g_assert_nonnull(world_get(w, CARP_EVENT_FINDING, CARP_SENDER_FLOOD, 0));
    world_free(w);
    carp_ring_free(ring);
}

static void
test_flooded_failover(void)
{
    flooded_failover(false);
    flooded_failover(true);
}

/* The table of findings is full of single faults: two masters still show. */
static void
test_full_of_faults(void)
{
    struct world *w = measured(&(struct carp_track_config){0});
    unsigned int gone = 0;

    world_settle(w);
    for (unsigned int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < 14; i++) {
            struct carp_frame f = spoofed(w, i);

            f.issues = CARP_ISSUE_CHECKSUM | CARP_ISSUE_TTL | CARP_ISSUE_TYPE |
                       CARP_ISSUE_VERSION;
            (void)world_put(w, &f);
        }
    }
    g_assert_cmpuint(w->events->len, >=, 24);
    world_split(w, 0, 1, false);
    world_wait(w, WORLD_S(10));
    for (unsigned int i = 0; i < w->events->len; i++) {
        gone += strstr(world_at(w, i)->text, "others weigh more") != NULL;
    }
    g_assert_cmpuint(gone, ==, 1);
    g_assert_nonnull(world_get(w, CARP_EVENT_FINDING, CARP_DUAL_MASTER, 0));
    world_free(w);
}

/* A flood over all vhids ends the findings of those that are forgotten. */
static void
test_forgotten(void)
{
    const struct carp_track_config config = {.max_groups = 2};
    struct world *w = measured(&config);
    struct carp_frame f = world_advert(w, 0, CARP_IPV4, 1);

    f.issues = CARP_ISSUE_TTL;
    (void)world_put(w, &f);
    f.issues = 0;
    for (unsigned int i = 0; i < 300; i++) {
        f.u.adv.vhid = (uint8_t)(1 + i % 250);
        (void)world_put(w, &f);
    }
    (void)world_end(w, world_one(w, CARP_TTL_NOT_255, CARP_CAUSE_NONE));
    g_assert_cmpuint(carp_track_view_count(w->track), ==, 2);
    world_free(w);
}

/* The smallest tables that can be asked for. */
static void
test_tiny(void)
{
    for (unsigned int most = 1; most < 4; most++) {
        const struct carp_track_config config = {.max_groups = 1,
                                                 .max_senders = most};
        struct world *w = measured(&config);
        struct carp_view_summary v;

        world_settle(w);
        for (uint32_t i = 0; i < 500; i++) {
            struct carp_frame f = spoofed(w, i);

            f.u.adv.vhid = (uint8_t)(i % 50 == 0 ? 8 : 7);
            (void)world_put(w, &f);
            world_wait(w, 20 * CARP_MSEC);
        }
        g_assert_true(carp_track_view(w->track, 0, &v));
        g_assert_cmpuint(v.senders, <=, most);
        g_assert_false(carp_track_view(w->track, 1, &v));
        world_free(w);
    }
}

/* --------------------------------------------------------------- odd clocks */

static void
test_clocks(void)
{
    static const carp_time times[] = {0,
                                      0,
                                      1,
                                      0,
                                      WORLD_S(1),
                                      WORLD_S(2),
                                      WORLD_S(1),
                                      0,
                                      WORLD_S(3e8),
                                      WORLD_S(4),
                                      WORLD_S(3e8) + 1,
                                      UINT64_MAX - 5,
                                      UINT64_MAX,
                                      7,
                                      UINT64_MAX};

    for (int impl = 0; impl < WORLD_IMPLS; impl++) {
        struct world *w = world_new(81);

        (void)world_add(w, (enum world_impl)impl, "10.0.0.1", NULL, 1, 0);
        (void)world_add(w, (enum world_impl)impl, "10.0.0.2", NULL, 255, 254);
        for (size_t i = 0; i < 4 * G_N_ELEMENTS(times); i++) {
            const struct carp_frame f = world_advert(w, i % 2, CARP_IPV4, i);
            const struct carp_packet packet = {
                .time = times[i % G_N_ELEMENTS(times)], .frame = &f};

            carp_track_feed(w->track, &packet, NULL);
        }
        carp_track_advance(w->track, CARP_NEVER);
        g_assert_cmpuint(w->events->len, >, 0);
        world_free(w);
    }
}

/* ------------------------------------------------------------------- memory */

static void
test_no_memory(void)
{
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct carp_ring *ring = carp_ring_new();
        const struct carp_track_config config = {.ring = ring, .max_groups = 3};
        const struct carp_ring_row row =
            fix_row("lan", 7, "secret", "10.0.0.50", CARP_PROFILE_NETBSD);
        struct carp_track *none;
        struct world *w;

        fix_add(ring, &row);
        w = measured(&config);
        heap.random = seed;
        heap.may_fail = true;
        for (uint32_t i = 0; i < 60; i++) {
            struct carp_frame f = spoofed(w, i % 9);

            f.u.adv.vhid = (uint8_t)(5 + i % 5);
            f.issues = i % 4 == 0 ? CARP_ISSUE_TTL : 0;
            w->now += WORLD_S(0.11);
            (void)world_put(w, &f);
            (void)carp_track_learnt(w->track, 0);
        }
        none = carp_track_new(&config);
        carp_track_free(none);
        heap.may_fail = false;
        world_free(w);
        carp_ring_free(ring);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/track/bounds/flood-sources", test_flood_sources);
    g_test_add_func("/track/bounds/flood-groups", test_flood_groups);
    g_test_add_func("/track/bounds/full", test_full);
    g_test_add_func("/track/bounds/flooded-failover", test_flooded_failover);
    g_test_add_func("/track/bounds/full-of-faults", test_full_of_faults);
    g_test_add_func("/track/bounds/forgotten", test_forgotten);
    g_test_add_func("/track/bounds/tiny", test_tiny);
    g_test_add_func("/track/bounds/clocks", test_clocks);
    g_test_add_func("/track/bounds/no-memory", test_no_memory);
    return g_test_run();
}
