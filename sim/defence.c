/* SPDX-License-Identifier: BSD-2-Clause */
#include "defence.h"

/* ------------------------------------------------------------------- image */

static void
image_clear(struct sim_image *image)
{
    if (image->is_there) {
        g_array_free(image->spans, TRUE);
        g_array_free(image->skipped, TRUE);
        g_array_free(image->senders, TRUE);
    }
    *image = (struct sim_image){0};
}

static GArray *
write_spans(const struct carp_seen_set *set)
{
    GArray *spans = g_array_new(FALSE, FALSE, sizeof(struct carp_seen_span));

    if (set->count != 0) {
        g_array_append_vals(spans, set->spans, (guint)set->count);
    }
    return spans;
}

static void
read_spans(struct carp_seen_set *set, const GArray *spans)
{
    for (guint i = 0; i < spans->len; i++) {
        const struct carp_seen_span *span =
            &g_array_index(spans, struct carp_seen_span, i);

        carp_seen_add_span(set, span->first, span->last);
    }
}

static void
write_image(struct sim_defence *d)
{
    const struct carp_replay *replay = &d->replay;

    image_clear(&d->before);
    d->before = d->last;
    d->last = (struct sim_image){
        .is_there = true,
        .first = replay->counter.first,
        .reserve = carp_counter_extend(&replay->counter),
        .spans = write_spans(&replay->peers.seen),
        .skipped = write_spans(&replay->peers.skipped),
        .senders = g_array_new(FALSE, FALSE, sizeof(struct carp_peer)),
        .heard = d->heard};
    g_array_append_vals(d->last.senders, replay->peers.list,
                        replay->peers.count);
    d->additions = replay->peers.seen.additions;
    carp_counter_written(&d->replay.counter, d->last.reserve);
}

static void
read_image(struct sim_defence *d)
{
    const struct sim_image *image = &d->last;
    struct carp_replay *replay = &d->replay;

    carp_counter_resume(&replay->counter, image->first, image->reserve);
    read_spans(&replay->peers.seen, image->spans);
    read_spans(&replay->peers.skipped, image->skipped);
    for (guint i = 0; i < image->senders->len; i++) {
        const struct carp_peer *peer =
            &g_array_index(image->senders, struct carp_peer, i);

        carp_peers_restore(&replay->peers, &peer->address, peer->kind,
                           peer->counter);
    }
}

/* -------------------------------------------------------------------- life */

void
sim_defence_init(struct sim_defence *d)
{
    d->is_open = false;
    d->last = (struct sim_image){0};
    d->before = (struct sim_image){0};
}

void
sim_defence_clear(struct sim_defence *d)
{
    if (d->is_open) {
        carp_replay_clear(&d->replay);
    }
    image_clear(&d->last);
    image_clear(&d->before);
}

void
sim_defence_start(struct sim_defence *d, uint64_t random)
{
    if (d->is_open) {
        carp_replay_clear(&d->replay);
    }
    d->is_open = true;
    carp_replay_init(&d->replay, random);
    /* What was not written down may act again (SECURITY-MODEL 6.8). */
    if (!d->last.is_there || d->last.heard != d->heard) {
        d->safe = d->heard;
    }
    if (d->last.is_there) {
        read_image(d);
    } else {
        d->anew++;
    }
    write_image(d);
    write_image(d);
}

void
sim_defence_save(struct sim_defence *d)
{
    if (d->additions != d->replay.peers.seen.additions ||
        carp_counter_wants_reserve(&d->replay.counter)) {
        write_image(d);
    }
}

void
sim_defence_forget(struct sim_defence *d)
{
    image_clear(&d->last);
    image_clear(&d->before);
}

void
sim_defence_undo(struct sim_defence *d)
{
    if (d->before.is_there) {
        image_clear(&d->last);
        d->last = d->before;
        d->before = (struct sim_image){0};
    }
}

/* ---------------------------------------------------------------- recorded */

void
sim_defence_remember(struct sim_defence *d, const struct sim_advert *a)
{
    if (!a->is_replayed) {
        d->memory[d->heard % SIM_MEMORY] = *a;
        d->heard++;
    }
}

/* OpenBSD's adverts cannot be told from a recording, nor those that go on from
 * them; so one whose sender may be one acts again (SECURITY-MODEL 6.8). */
bool
sim_defence_may_act(const struct sim_defence *d, const struct sim_advert *a)
{
    const struct carp_peers *peers = &d->replay.peers;

    for (unsigned int i = 0; i < peers->count; i++) {
        const struct carp_peer *peer = &peers->list[i];

        if (peer->counter == a->counter && (peer->kind == CARP_PEER_UNKNOWN ||
                                            peer->kind == CARP_PEER_CONSTANT)) {
            return true;
        }
        if (peer->kind == CARP_PEER_CONSTANT &&
            peer->address.family == a->family && a->counter > peer->line &&
            a->counter - peer->line <= CARP_PEERS_LINE) {
            return true;
        }
    }
    return carp_seen_has(&peers->skipped, a->counter);
}

bool
sim_defence_recall(const struct sim_defence *d, GRand *rand,
                   struct sim_advert *a)
{
    const uint64_t oldest =
        MAX(d->safe, d->heard > SIM_MEMORY ? d->heard - SIM_MEMORY : 0);

    if (!d->is_open || oldest >= d->heard) {
        return false;
    }
    *a = d->memory[(oldest + (uint64_t)g_rand_int_range(
                                 rand, 0, (gint32)(d->heard - oldest))) %
                   SIM_MEMORY];
    a->is_replayed = true;
    return !sim_defence_may_act(d, a);
}
