/* SPDX-License-Identifier: BSD-2-Clause */
#include "track_world.h"

#include <string.h>

#include <carp/counter.h>

/* ------------------------------------------------------------------ frames */

uint64_t
world_random(struct world *w)
{
    w->random ^= w->random >> 12;
    w->random ^= w->random << 25;
    w->random ^= w->random >> 27;
    return w->random * 2685821657736338717u;
}

static carp_time
random_below(struct world *w, carp_time most)
{
    return world_random(w) % most;
}

static void
digest(const struct world_node *n, uint64_t counter, uint8_t md[CARP_MD_LEN])
{
    uint64_t x = (uint64_t)n->key * 0x9e3779b97f4a7c15u ^ counter;

    if (n->auth != NULL) {
        carp_auth_digest(n->auth, counter, md);
        return;
    }
    for (int i = 0; i < CARP_MD_LEN; i++) {
        x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9u + 1;
        md[i] = (uint8_t)(x >> 56);
    }
}

static void
envelope(struct world *w, struct world_node *n, struct carp_frame *f)
{
    const bool v4 = f->family == CARP_IPV4;

    f->src = v4 ? n->addr4 : n->addr6;
    f->ttl = n->ttl;
    f->issues = n->ttl != 255 ? CARP_ISSUE_TTL : 0;
    f->has_mac = f->has_dst_mac = true;
    f->src_mac = carp_mac_virtual(w->vhid);
    f->dont_fragment = v4;
    f->tos = v4 ? 0x10 : 0;
    switch (n->impl) {
    case WORLD_FREEBSD:
        f->tos = 0xe0;
        break;
    case WORLD_UCARP:
        f->src_mac.octets[4] = 0;
        f->ip_id = n->ip_id++;
        break;
    case WORLD_OPENBSD:
        /* Odd steps: an id does not come back within 32768 packets. */
        n->ip_id = (uint16_t)(n->ip_id * 25173u + 13849u);
        f->ip_id = v4 ? n->ip_id : 0;
        break;
    case WORLD_NETBSD:
    case WORLD_IMPLS:
        break;
    }
}

struct carp_frame
world_advert(struct world *w, unsigned int node, uint8_t family,
             uint64_t counter)
{
    struct world_node *n = &w->nodes[node];
    struct carp_frame f = {.kind = CARP_FRAME_CARP,
                           .family = family,
                           .payload_len = CARP_ADV_LEN,
                           .payload_wire = CARP_ADV_LEN};

    envelope(w, n, &f);
    f.u.adv = (struct carp_adv){.version = CARP_VERSION,
                                .type = CARP_TYPE_ADVERT,
                                .vhid = w->vhid,
                                .advskew = n->advskew,
                                .authlen = CARP_AUTHLEN,
                                .demote = n->demote,
                                .advbase = n->advbase,
                                .counter = counter};
    digest(n, counter, f.u.adv.md);
    carp_adv_set_checksum(&f.u.adv);
    return f;
}

/* ----------------------------------------------------------------- network */

static carp_time
read_at(const struct world *w, const struct world_node *n)
{
    const carp_time at = w->now + 150 * CARP_USEC; /* in order */

    if (n->impl != WORLD_UCARP) {
        return at;
    }
    return at + CARP_SEC - (at + n->phase) % CARP_SEC;
}

static void
transmit(struct world *w, unsigned int from, const struct carp_frame *frame)
{
    const int v6 = frame->family == CARP_IPV6;

    for (uint16_t c = 0; c < w->captures; c++) {
        if (!w->hidden[c][from] && random_below(w, 1000) >= w->loss) {
            (void)world_put_as(w, c, frame);
        }
    }
    for (unsigned int to = 0; to < w->count; to++) {
        struct world_delivery *d;

        if (to == from || !w->nodes[to].up || w->cut[v6][from][to]) {
            continue;
        }
        g_assert_cmpuint(w->pending_count, <, WORLD_PENDING);
        d = &w->pending[w->pending_count++];
        d->at = read_at(w, &w->nodes[to]);
        d->from = from;
        d->to = to;
        d->frame = *frame;
    }
}

static void
send_one(struct world *w, unsigned int node, uint8_t family, bool bow_out)
{
    struct world_node *n = &w->nodes[node];
    struct carp_frame f;

    if ((family == CARP_IPV4 ? n->addr4 : n->addr6).family ==
        CARP_FAMILY_NONE) {
        return;
    }
    if (n->impl == WORLD_OPENBSD) {
        n->counter = n->counter != 0 ? n->counter : world_random(w);
    } else {
        n->counter = n->has_accepted ? n->counter + 1 : world_random(w);
    }
    f = world_advert(w, node, family, n->counter);
    if (bow_out) {
        f.u.adv.advbase = f.u.adv.advskew = CARP_BOW_OUT;
        carp_adv_set_checksum(&f.u.adv);
    }
    transmit(w, node, &f);
}

static void
send_adverts(struct world *w, unsigned int node, bool bow_out)
{
    send_one(w, node, CARP_IPV4, bow_out);
    w->now += 60 * CARP_USEC;
    send_one(w, node, CARP_IPV6, bow_out);
}

/* ---------------------------------------------------------------- election */

static carp_time
real_interval(struct world *w, const struct world_node *n)
{
    const carp_time nominal = carp_interval(n->advbase, n->advskew);

    if (n->impl == WORLD_NETBSD || n->impl == WORLD_OPENBSD) {
        return carp_tick_10ms(nominal) + random_below(w, 50 * CARP_USEC);
    }
    return nominal + CARP_MSEC + random_below(w, 2 * CARP_MSEC);
}

static carp_time
real_down(struct world *w, const struct world_node *n)
{
    static const enum carp_timing_id rows[WORLD_IMPLS] = {
        CARP_TIMING_BSD, CARP_TIMING_BSD, CARP_TIMING_OPENBSD,
        CARP_TIMING_UCARP};
    const carp_time nominal =
        carp_master_down(rows[n->impl], n->advbase, n->advskew);

    if (n->impl == WORLD_NETBSD) {
        return carp_tick_10ms(nominal);
    }
    if (n->impl == WORLD_OPENBSD) {
        return carp_tick_10ms(nominal) - random_below(w, 10 * CARP_MSEC);
    }
    return nominal + CARP_MSEC;
}

static void
become_backup(struct world *w, struct world_node *n)
{
    const carp_time down = w->now + real_down(w, n);

    n->is_master = false;
    n->next = CARP_NEVER;
    n->down[0] = n->addr4.family != CARP_FAMILY_NONE ? down : CARP_NEVER;
    n->down[1] = n->addr6.family != CARP_FAMILY_NONE ? down : CARP_NEVER;
}

static void
become_master(struct world *w, unsigned int node)
{
    struct world_node *n = &w->nodes[node];

    n->is_master = true;
    n->became = w->now;
    n->down[0] = n->down[1] = CARP_NEVER;
    n->next = w->now + real_interval(w, n);
    if (n->leaps && n->has_accepted) {
        n->counter += (1 + world_random(w) % 50) * CARP_COUNTER_LEAP;
    }
    send_adverts(w, node, false);
}

static uint32_t
as_little_endian(const struct carp_addr *a)
{
    return (uint32_t)a->octets[3] << 24 | (uint32_t)a->octets[2] << 16 |
           (uint32_t)a->octets[1] << 8 | a->octets[0];
}

/* PROTOCOL 3.5, the row of a MASTER. */
static bool
yields(const struct world_node *n, const struct carp_frame *f)
{
    const carp_time own = carp_interval(n->advbase, n->advskew);
    const carp_time peer = carp_interval(f->u.adv.advbase, f->u.adv.advskew);
    const uint8_t demote = f->u.adv.demote;

    if (n->impl == WORLD_OPENBSD) {
        return demote < n->demote || (own >= peer && demote <= n->demote);
    }
    if (n->impl == WORLD_UCARP && own == peer) {
        return as_little_endian(&f->src) < as_little_endian(&n->addr4);
    }
    return own >= peer;
}

/* PROTOCOL 3.5, the rows of a BACKUP. */
static bool
takes_over(const struct world_node *n, const struct carp_frame *f)
{
    const struct carp_adv *adv = &f->u.adv;
    const carp_time own = carp_interval(n->advbase, n->advskew);
    const carp_time peer = carp_interval(adv->advbase, adv->advskew);
    const carp_time dead = own + 2 * CARP_SEC * n->advbase;

    if (n->impl == WORLD_OPENBSD) {
        return adv->demote > n->demote ||
               (n->preempt && own < peer && adv->demote >= n->demote) ||
               (n->advbase != 0 && dead < peer);
    }
    return (n->preempt && own < peer) || dead < peer;
}

static bool
is_accepted(const struct world_node *n, const struct carp_adv *adv)
{
    uint8_t md[CARP_MD_LEN];

    digest(n, adv->counter, md);
    if (memcmp(md, adv->md, sizeof(md)) == 0) {
        return true;
    }
    if (n->also != NULL) {
        carp_auth_digest(n->also, adv->counter, md);
    }
    return n->also != NULL && memcmp(md, adv->md, sizeof(md)) == 0;
}

static void
receive(struct world *w, unsigned int node, const struct carp_frame *f)
{
    struct world_node *n = &w->nodes[node];
    const int v6 = f->family == CARP_IPV6;

    if (!n->up || f->ttl != 255 || !is_accepted(n, &f->u.adv) ||
        (n->impl == WORLD_OPENBSD && n->counter == f->u.adv.counter)) {
        return;
    }
    if (n->impl != WORLD_OPENBSD) {
        n->counter = f->u.adv.counter;
        n->has_accepted = true;
    }
    if (n->is_master) {
        if (yields(n, f)) {
            if (n->impl == WORLD_UCARP) {
                send_adverts(w, node, false);
            }
            become_backup(w, n);
        }
    } else if (takes_over(n, f)) {
        become_master(w, node);
    } else {
        n->down[v6] = w->now + real_down(w, n);
    }
}

/* -------------------------------------------------------------------- time */

static carp_time
due_of(const struct world_node *n)
{
    carp_time due = n->next;

    if (!n->up) {
        return CARP_NEVER;
    }
    due = n->down[0] < due ? n->down[0] : due;
    return n->down[1] < due ? n->down[1] : due;
}

static void
node_timer(struct world *w, unsigned int node)
{
    struct world_node *n = &w->nodes[node];

    if (n->is_master) {
        n->next = w->now + real_interval(w, n);
        send_adverts(w, node, false);
    } else {
        become_master(w, node);
    }
}

void
world_start(struct world *w, unsigned int node)
{
    struct world_node *n = &w->nodes[node];

    n->up = true;
    n->has_accepted = false;
    n->counter = 0;
    n->phase = random_below(w, CARP_SEC);
    n->ip_id = (uint16_t)world_random(w);
    become_backup(w, n);
}

void
world_kill(struct world *w, unsigned int node)
{
    w->nodes[node].up = false;
    w->nodes[node].is_master = false;
}

void
world_stop(struct world *w, unsigned int node)
{
    const struct world_node *n = &w->nodes[node];

    if (n->is_master && (n->impl == WORLD_OPENBSD || n->impl == WORLD_NETBSD)) {
        send_adverts(w, node, true);
    }
    world_kill(w, node);
}

void
world_demote(struct world *w, unsigned int node, uint8_t demote)
{
    const bool rise = demote > w->nodes[node].demote;

    w->nodes[node].demote = demote;
    if (rise && w->nodes[node].is_master) {
        send_adverts(w, node, false);
    }
}

void
world_run(struct world *w, carp_time until)
{
    for (;;) {
        carp_time first = CARP_NEVER;
        unsigned int node = 0, delivery = WORLD_PENDING;

        for (unsigned int i = 0; i < w->count; i++) {
            if (due_of(&w->nodes[i]) < first) {
                first = due_of(&w->nodes[i]);
                node = i;
            }
        }
        for (unsigned int i = 0; i < w->pending_count; i++) {
            if (w->pending[i].at < first) {
                first = w->pending[i].at;
                delivery = i;
            }
        }
        if (first > until) {
            break;
        }
        w->now = first > w->now ? first : w->now;
        if (delivery < WORLD_PENDING) {
            const struct world_delivery d = w->pending[delivery];

            w->pending_count--;
            memmove(&w->pending[delivery], &w->pending[delivery + 1],
                    (w->pending_count - delivery) * sizeof(d));
            receive(w, d.to, &d.frame);
        } else {
            node_timer(w, node);
        }
    }
    w->now = until > w->now ? until : w->now;
    carp_track_advance(w->track, w->now);
}
