/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A day of ordinary life must raise no warning: fail-overs, reboots, lone
 * masters, demotions, new passwords, queriers, announcements, in virtual
 * time. With CARP_LONG a week.
 */
#include "announce.h"
#include "track_world.h"

static const char *const addr4[] = {"10.0.0.1", "10.0.0.2"};
static const char *const addr6[] = {"fd00::1", "fd00::2"};
static const char *const macs[] = {"02:00:00:00:00:0a", "02:00:00:00:00:0b"};
#define VMAC "00:00:5e:00:01:07"
#define ROUTER_MAC "02:00:00:00:00:0e"

struct day {
    struct world *w;
    struct carp_ring *ring;
    struct carp_auth auth[2];
    unsigned int password; /* which one is in use */
    bool was_master[2];
    carp_time again[2]; /* ucarp's second announcement */
    carp_time back[2];  /* a node that is rebooting */
    uint64_t takeovers;
};

static unsigned int
days(void)
{
    return g_getenv("CARP_LONG") != NULL ? 7 : 1;
}

static uint64_t
below(struct day *d, uint64_t most)
{
    return world_random(d->w) % most;
}

static void
put(struct world *w, struct carp_frame f)
{
    (void)world_put(w, &f);
}

/* -------------------------------------------------------------- what hosts do
 */

static void
announce(struct day *d, unsigned int node)
{
    const struct world_node *n = &d->w->nodes[node];

    if (n->impl == WORLD_UCARP) {
        put(d->w, garp("10.0.0.50", macs[node], NULL));
        return;
    }
    put(d->w, garp("10.0.0.50", VMAC, macs[node]));
    if (n->addr6.family != CARP_FAMILY_NONE) {
        put(d->w, unsolicited_na("fd00::50", VMAC));
    }
}

static void
announce_masters(struct day *d)
{
    for (unsigned int i = 0; i < d->w->count; i++) {
        const struct world_node *n = &d->w->nodes[i];

        if (n->is_master && !d->was_master[i]) {
            d->takeovers++;
            announce(d, i);
            d->again[i] =
                n->impl == WORLD_UCARP ? d->w->now + WORLD_S(2) : CARP_NEVER;
        } else if (n->is_master && d->w->now >= d->again[i]) {
            announce(d, i);
            d->again[i] = CARP_NEVER;
        }
        d->was_master[i] = n->is_master;
    }
}

static struct carp_frame
group_message(const char *from, const char *mac, bool is_query)
{
    struct carp_frame f = {.kind = CARP_FRAME_IGMP, .has_mac = true};

    f.src = fix_addr(from);
    f.family = f.src.family;
    f.kind = f.family == CARP_IPV6 ? CARP_FRAME_MLD : CARP_FRAME_IGMP;
    f.src_mac = fix_mac(mac);
    f.u.group.type = f.family == CARP_IPV6 ? 143 : 0x22;
    f.u.group.is_query = is_query;
    f.u.group.joins_carp = !is_query;
    return f;
}

static void
ask_for_members(struct day *d)
{
    put(d->w, group_message("10.0.0.254", ROUTER_MAC, true));
    put(d->w, group_message("fd00::fe", ROUTER_MAC, true));
    world_wait(d->w, WORLD_S(1));
    for (unsigned int i = 0; i < d->w->count; i++) {
        if (d->w->nodes[i].up) {
            put(d->w, group_message(addr4[i], macs[i], false));
            put(d->w, group_message(addr6[i], macs[i], false));
        }
    }
}

/* --------------------------------------------------------------- what happens
 */

static void
reboot(struct day *d, unsigned int node)
{
    if (below(d, 2) == 0) {
        world_kill(d->w, node);
    } else {
        world_stop(d->w, node);
    }
    d->was_master[node] = false;
    d->back[node] = d->w->now + WORLD_S(30) + below(d, 120 * CARP_SEC);
}

static void
come_back(struct day *d)
{
    for (unsigned int i = 0; i < d->w->count; i++) {
        if (d->back[i] != 0 && d->w->now >= d->back[i]) {
            d->back[i] = 0;
            put(d->w, garp(addr4[i], macs[i], NULL));
            put(d->w, group_message(addr4[i], macs[i], false));
            put(d->w, group_message(addr6[i], macs[i], false));
            world_start(d->w, i);
            d->w->nodes[i].preempt = below(d, 2) == 0;
        }
    }
}

static void
demote_for_a_while(struct day *d, unsigned int node)
{
    if (d->w->nodes[node].impl == WORLD_OPENBSD) {
        world_demote(d->w, node, 1);
        world_wait(d->w, WORLD_S(20));
        world_demote(d->w, node, 0);
    }
}

static void
rotate(struct day *d)
{
    d->password ^= 1;
    for (unsigned int i = 0; i < d->w->count; i++) {
        d->w->nodes[i].auth = &d->auth[d->password];
    }
}

static void
hourly(struct day *d)
{
    const unsigned int node = (unsigned int)below(d, 2);
    const bool is_whole = d->back[0] == 0 && d->back[1] == 0;

    if (!is_whole || d->w->count < 2) {
        return;
    }
    switch (below(d, 4)) {
    case 0:
    case 1:
        reboot(d, node);
        break;
    case 2:
        demote_for_a_while(d, node);
        break;
    default:
        if (d->ring != NULL) {
            rotate(d);
        }
        break;
    }
}

static void
live(struct day *d, double seconds)
{
    const carp_time end = d->w->now + WORLD_S(seconds);
    carp_time query = d->w->now, event = d->w->now + WORLD_S(600);

    while (d->w->now < end) {
        world_wait(d->w, 250 * CARP_MSEC);
        announce_masters(d);
        come_back(d);
        if (d->w->now >= query) {
            query = d->w->now + WORLD_S(125);
            ask_for_members(d);
        }
        if (d->w->now >= event) {
            event = d->w->now + WORLD_S(1200) + below(d, 1800 * CARP_SEC);
            hourly(d);
        }
    }
}

/* --------------------------------------------------------------------- verdict
 */

static void
assert_calm(struct day *d)
{
    for (unsigned int i = 0; i < d->w->events->len; i++) {
        const struct world_event *e = world_at(d->w, i);
        const bool told =
            e->e.kind == CARP_EVENT_FINDING || e->e.kind == CARP_EVENT_UPDATE;

        if (told && e->e.severity != CARP_INFO) {
            g_test_message("%.3f %s %s: %s | %s", (double)e->e.time / 1e9,
                           carp_code_text(e->e.code),
                           carp_cause_text(e->e.cause), e->text, e->detail);
            g_test_fail();
        }
    }
}

static void
add_password(struct day *d, unsigned int n)
{
    struct carp_ring_row row = {.vhid = 7, .profile = CARP_PROFILE_FREEBSD};

    g_snprintf(row.name, sizeof(row.name), "password%u", n);
    row.key = fix_key(n == 0 ? "summer" : "winter", CARP_KEY_RULE_BSD);
    row.addrs = fix_addrs("10.0.0.50");
    g_assert_cmpint(carp_ring_add(d->ring, &row), ==, CARP_OK);
    g_assert_cmpint(carp_auth_init(&d->auth[n], &row.key, 7, &row.addrs,
                                   CARP_PROFILE_FREEBSD, NULL),
                    ==, CARP_OK);
}

static void
spend(uint64_t seed, enum world_impl a, enum world_impl b, bool dual,
      bool keyed)
{
    struct day d = {.ring = keyed ? carp_ring_new() : NULL};

    if (keyed) {
        add_password(&d, 0);
        add_password(&d, 1);
    }
    d.w = world_new_with(seed, &(struct carp_track_config){.ring = d.ring});
    carp_track_watch(d.w->track, 0, d.w->now);
    (void)world_add(d.w, a, addr4[0], dual ? addr6[0] : NULL, 1, 0);
    if (b != WORLD_IMPLS) {
        (void)world_add(d.w, b, addr4[1], dual ? addr6[1] : NULL, 1, 100);
    }
    for (unsigned int i = 0; i < d.w->count; i++) {
        d.w->nodes[i].auth = keyed ? &d.auth[0] : NULL;
        d.w->nodes[i].preempt = true;
        put(d.w, garp(addr4[i], macs[i], NULL));
        world_start(d.w, i);
    }
    live(&d, 86400.0 * days());
    assert_calm(&d);
    g_assert_cmpuint(d.takeovers, >=, b != WORLD_IMPLS ? 8u : 1u);
    world_free(d.w);
    if (keyed) {
        carp_auth_clear(&d.auth[0]);
        carp_auth_clear(&d.auth[1]);
        carp_ring_free(d.ring);
    }
}

static void
test_freebsd(void)
{
    spend(1, WORLD_FREEBSD, WORLD_FREEBSD, false, true);
}

static void
test_openbsd(void)
{
    spend(2, WORLD_OPENBSD, WORLD_OPENBSD, true, false);
}

static void
test_netbsd(void)
{
    spend(3, WORLD_NETBSD, WORLD_NETBSD, true, false);
}

static void
test_ucarp(void)
{
    spend(4, WORLD_UCARP, WORLD_UCARP, false, true);
}

static void
test_mixed(void)
{
    spend(5, WORLD_NETBSD, WORLD_OPENBSD, false, true);
}

static void
test_lone(void)
{
    spend(6, WORLD_FREEBSD, WORLD_IMPLS, true, false);
    spend(7, WORLD_UCARP, WORLD_IMPLS, false, false);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/day/freebsd", test_freebsd);
    g_test_add_func("/day/openbsd", test_openbsd);
    g_test_add_func("/day/netbsd", test_netbsd);
    g_test_add_func("/day/ucarp", test_ucarp);
    g_test_add_func("/day/mixed", test_mixed);
    g_test_add_func("/day/lone", test_lone);
    return g_test_run();
}
