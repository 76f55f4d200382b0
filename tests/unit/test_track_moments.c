/* SPDX-License-Identifier: BSD-2-Clause */
/* Moments in which a host looks like a second master, or like none: who wakes
 * up, who is elected twice, who leaps with its counter. */
#include <carp/counter.h>

#include "track_world.h"

#define LEAP CARP_COUNTER_LEAP

/* An advert: of whom, when, with which advskew and counter. */
struct said {
    unsigned int node, ms;
    uint8_t advskew;
    uint64_t counter;
};

static struct world *
listen_to(const struct said *said, size_t count)
{
    struct world *w = world_new(60);
    const carp_time start = WORLD_S(1100);

    (void)world_add(w, WORLD_NETBSD, "10.0.0.1", NULL, 1, 0);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.2", NULL, 1, 0);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.3", NULL, 1, 0);
    (void)world_add(w, WORLD_NETBSD, "10.0.0.4", NULL, 1, 0);
    for (size_t i = 0; i < count; i++) {
        struct carp_frame f;

        w->now = start + said[i].ms * CARP_MSEC;
        w->nodes[said[i].node].advskew = said[i].advskew;
        f = world_advert(w, said[i].node, CARP_IPV4, said[i].counter);
        (void)world_put(w, &f);
    }
    return w;
}

static void
is_quiet(const struct said *said, size_t count)
{
    struct world *w = listen_to(said, count);

    world_quiet(w, UINT64_C(1) << CARP_TIE);
    world_free(w);
}

/* A master that was stopped wakes up and yields to the first of the adverts
 * that have waited for it: its last one goes on from there. */
static void
test_woken(void)
{
    static const struct said said[] = {
        {1, 0, 100, 10},   {0, 3090, 19, 11},  {0, 4180, 19, 12},
        {0, 5270, 19, 13}, {1, 5360, 100, 12}, {0, 6360, 19, 13},
        {0, 7450, 19, 14}, {0, 8540, 19, 15},
    };

    is_quiet(said, G_N_ELEMENTS(said));
}

/* Three adverts get lost on the way to a BACKUP, and the fourth reaches it just
 * when it has taken over. */
static void
test_crossing(void)
{
    static const struct said said[] = {
        {0, 0, 2, 10},     {0, 1020, 2, 11}, {0, 2040, 2, 12}, {0, 3060, 2, 13},
        {1, 3062, 11, 11}, {0, 4080, 2, 12}, {0, 5100, 2, 13}, {0, 6120, 2, 14},
    };

    is_quiet(said, G_N_ELEMENTS(said));
}

/* It yields, and is made MASTER again by hand before a silent master would
 * have been missed. */
static void
test_elected_twice(void)
{
    static const struct said said[] = {
        {1, 0, 100, 10},
        {0, 1, 10, 5000},
        {1, 2, 100, 5001},
        {0, 1040, 10, 5002},
        {1, 1610, 100, 5003 + 3 * LEAP},
        {0, 1611, 10, 5003},
        {1, 1612, 100, 5004 + 3 * LEAP},
        {0, 2650, 10, 5004},
        {0, 3690, 10, 5005},
        {0, 4730, 10, 5006},
    };

    is_quiet(said, G_N_ELEMENTS(said));
}

/* Three that do not hear the master take over in one moment, and all of them
 * yield to each other. */
static void
test_rivals(void)
{
    static const struct said said[] = {
        {0, 0, 0, 10},      {0, 1000, 0, 11},   {0, 2000, 0, 12},
        {0, 3000, 0, 13},   {1, 3390, 100, 11}, {2, 3391, 100, 900},
        {3, 3392, 100, 11}, {0, 4000, 0, 14},   {0, 5000, 0, 15},
        {0, 6000, 0, 16},   {0, 7000, 0, 17},
    };
    struct world *w = listen_to(said, G_N_ELEMENTS(said));

    world_none(w, CARP_DUAL_MASTER);
    world_free(w);
}

static void
is_split(const struct said *said, size_t count, unsigned int by)
{
    struct world *w = listen_to(said, count);
    const struct world_event *e =
        world_get(w, CARP_EVENT_FINDING, CARP_DUAL_MASTER, 0);

    g_assert_nonnull(e);
    g_assert_cmpint(e->e.severity, ==, CARP_CRITICAL);
    g_assert_cmpuint(e->e.time, <=, WORLD_S(1100) + by * CARP_MSEC);
    world_none(w, CARP_REPLAY);
    world_free(w);
}

/* Two sides of a split, each of which hears its own adverts played back: both
 * leap with each advert. Below a leap both count on from one value, so that
 * each of them seems to go on from the other. */
static void
test_leaping_apart(void)
{
    static const struct said said[] = {
        {0, 0, 100, 10},
        {0, 1390, 100, 11},
        {0, 2780, 100, 12},
        {1, 3390, 100, 11 + 40 * LEAP},
        {0, 4170, 100, 13 + LEAP},
        {1, 4780, 100, 12 + 45 * LEAP},
        {0, 5560, 100, 14 + 4 * LEAP},
        {1, 6170, 100, 13 + 47 * LEAP},
        {0, 6950, 100, 15 + 7 * LEAP},
        {1, 7560, 100, 14 + 52 * LEAP},
    };

    is_split(said, G_N_ELEMENTS(said), 6200);
}

/* A carpd hears one that does not hear it. They met on one counter, so it leaps
 * ahead, and goes on from nothing below: that is no deafness. */
static void
test_hears_and_leads(void)
{
    static const struct said said[] = {
        {0, 0, 0, 10},
        {0, 1000, 0, 11},
        {0, 2000, 0, 12},
        {0, 3000, 0, 13},
        {0, 4000, 0, 14},
        {0, 5000, 0, 15},
        {1, 5390, 100, 13 + 121 * LEAP},
        {0, 6000, 0, 14 + 121 * LEAP},
        {1, 6780, 100, 14 + 121 * LEAP},
        {0, 7000, 0, 15 + 122 * LEAP},
        {0, 8000, 0, 16 + 123 * LEAP},
        {1, 8170, 100, 15 + 121 * LEAP},
        {0, 9000, 0, 17 + 126 * LEAP},
        {1, 9560, 100, 16 + 121 * LEAP},
        {0, 9561, 0, 18 + 131 * LEAP},
        {0, 10560, 0, 19 + 136 * LEAP},
        {1, 10950, 100, 17 + 121 * LEAP},
        {0, 11560, 0, 20 + 139 * LEAP},
        {1, 12340, 100, 18 + 121 * LEAP},
        {0, 12341, 0, 21 + 146 * LEAP},
        {0, 13340, 0, 22 + 153 * LEAP},
        {1, 13730, 100, 19 + 121 * LEAP},
        {0, 14340, 0, 23 + 154 * LEAP},
        {1, 15120, 100, 20 + 121 * LEAP},
        {0, 15121, 0, 24 + 161 * LEAP},
    };
    struct world *w = listen_to(said, G_N_ELEMENTS(said));
    const struct world_event *e =
        world_one(w, CARP_DUAL_MASTER, CARP_CAUSE_NO_DELIVERY_A_TO_B);

    g_assert_true(world_is_sender(w, e, 0, 0));
    g_assert_cmpint(e->e.confidence, ==, CARP_HIGH);
    g_assert_cmpuint(world_count(w, CARP_EVENT_UPDATE, CARP_DUAL_MASTER), ==,
                     0);
    world_free(w);
}

/* A carpd that follows nobody's random counters, and may accept what it does
 * not send. */
static void
test_hears_at_random(void)
{
    static const struct said said[] = {
        {0, 0, 0, 10},
        {0, 1000, 0, 10 + 9 * CARP_COUNTER_JUMP},
        {1, 1030, 100, 0x62f994258538086d},
        {0, 2000, 0, 11 + 9 * CARP_COUNTER_JUMP},
        {1, 2420, 100, 0xa42315b2af36ea24},
        {0, 3000, 0, 12 + 9 * CARP_COUNTER_JUMP},
        {1, 3810, 100, 0x6ec5d430843f16a7},
        {0, 3811, 0, 13 + 9 * CARP_COUNTER_JUMP},
        {0, 4811, 0, 0xa42315b2af36ea25},
        {1, 5200, 100, 0x992c8c70cdce7b24},
        {0, 5811, 0, 0xa42315b2af36ea26},
        {1, 6590, 100, 0xc2ef417c45aa2dc5},
        {0, 6591, 0, 0xa42315b2af36ea27},
        {0, 7591, 0, 0xa42315b2af36ea28},
        {1, 7980, 100, 0xd43afa34bb4bcf6f},
        {0, 8591, 0, 0xa42315b2af36ea29},
        {1, 9370, 100, 0xe3fe055fa605cfaa},
        {0, 9371, 0, 0xa42315b2af36ea2a},
        {0, 10371, 0, 0xa42315b2af36ea2b},
        {1, 10760, 100, 0xb8ed2bb64b68840d},
        {0, 11371, 0, 0xa42315b2af36ea2c},
    };
    struct world *w = listen_to(said, G_N_ELEMENTS(said));
    const struct world_event *e =
        world_get(w, CARP_EVENT_UPDATE, CARP_DUAL_MASTER, 0);

    g_assert_nonnull(e);
    g_assert_cmpint(e->e.cause, ==, CARP_CAUSE_NO_DELIVERY_A_TO_B);
    g_assert_cmpint(e->e.confidence, ==, CARP_MEDIUM);
    g_assert_nonnull(strstr(e->detail, "or 10.0.0.2 refuses its digest."));
    g_assert_cmpuint(world_count(w, CARP_EVENT_UPDATE, CARP_DUAL_MASTER), ==,
                     1);
    world_free(w);
}

/* A host so busy that its adverts have no beat is MASTER all the same. */
static void
test_without_beat(void)
{
    static const struct said said[] = {
        {0, 0, 0, 10},       {1, 300, 100, 900},  {0, 1000, 0, 11},
        {0, 2000, 0, 12},    {1, 2300, 100, 901}, {0, 3000, 0, 13},
        {1, 3300, 100, 902}, {0, 4000, 0, 14},    {0, 5000, 0, 15},
        {1, 5300, 100, 903}, {0, 6000, 0, 16},    {1, 6200, 100, 904},
        {0, 7000, 0, 17},    {0, 8000, 0, 18},    {1, 8200, 100, 905},
        {0, 9000, 0, 19},    {1, 9150, 100, 906}, {0, 10000, 0, 20},
    };

    is_split(said, G_N_ELEMENTS(said), 9150);
}

/* Equals that go on from each other's counters, and yet neither yields. */
static void
test_heard_and_stayed(void)
{
    static const struct said said[] = {
        {0, 0, 11, 10},    {0, 1043, 11, 11}, {0, 2086, 11, 12},
        {1, 2800, 11, 13}, {0, 3129, 11, 14}, {1, 3843, 11, 15},
        {0, 4172, 11, 16}, {1, 4886, 11, 17}, {0, 5215, 11, 18},
        {1, 5929, 11, 19}, {0, 6258, 11, 20}, {1, 6972, 11, 21},
    };

    is_split(said, G_N_ELEMENTS(said), 6972);
}

/* After one-way losses members come to one counter; one more, that was BACKUP
 * until now, goes on from the same advert. */
static void
test_members_share(void)
{
    static const struct said said[] = {
        {0, 0, 0, 10},      {0, 1000, 0, 11},   {1, 1500, 100, 20},
        {1, 2900, 100, 21}, {2, 3000, 50, 30},  {2, 4200, 50, 31},
        {0, 5000, 0, 21},   {1, 5700, 100, 22}, {0, 6000, 0, 22},
        {2, 6600, 50, 22},  {3, 9400, 100, 22},
    };
    struct world *w = listen_to(said, G_N_ELEMENTS(said));

    world_none(w, CARP_REPLAY);
    world_free(w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/track/moments/woken", test_woken);
    g_test_add_func("/track/moments/crossing", test_crossing);
    g_test_add_func("/track/moments/elected-twice", test_elected_twice);
    g_test_add_func("/track/moments/rivals", test_rivals);
    g_test_add_func("/track/moments/leaping-apart", test_leaping_apart);
    g_test_add_func("/track/moments/hears-and-leads", test_hears_and_leads);
    g_test_add_func("/track/moments/hears-at-random", test_hears_at_random);
    g_test_add_func("/track/moments/without-beat", test_without_beat);
    g_test_add_func("/track/moments/heard-and-stayed", test_heard_and_stayed);
    g_test_add_func("/track/moments/members-share", test_members_share);
    return g_test_run();
}
