/* SPDX-License-Identifier: BSD-2-Clause */
#include "peer.h"

#include <string.h>

void
peers_init(struct peers *peers)
{
    memset(peers, 0, sizeof(*peers));
    seen_init(&peers->seen);
}

void
peers_clear(struct peers *peers)
{
    seen_clear(&peers->seen);
    memset(peers, 0, sizeof(*peers));
}

struct peer *
peers_find(struct peers *peers, const struct carp_addr *address)
{
    for (unsigned int i = 0; i < peers->count; i++) {
        if (carp_addr_equal(&peers->list[i].address, address)) {
            return &peers->list[i];
        }
    }
    return NULL;
}

/* A place for a new sender: that of the one silent for longest when full. */
static struct peer *
add(struct peers *peers, const struct carp_addr *address)
{
    struct peer *peer = &peers->list[0];
    if (peers->count < PEERS_MAX) {
        peer = &peers->list[peers->count++];
    } else {
        for (unsigned int i = 1; i < PEERS_MAX; i++) {
            if (peers->list[i].heard < peer->heard) {
                peer = &peers->list[i];
            }
        }
    }
    memset(peer, 0, sizeof(*peer));
    peer->address = *address;
    return peer;
}

void
peers_note_own(struct peers *peers, uint64_t counter, bool is_jump)
{
    if (!is_jump) {
        seen_add_exact(&peers->seen, counter);
    }
    peers->own[peers->own_count % PEERS_OWN] = counter;
    peers->own_count++;
}

static bool
is_own(const struct peers *peers, uint64_t counter)
{
    for (unsigned int i = 0; i < PEERS_OWN && i < peers->own_count; i++) {
        if (peers->own[i] == counter) {
            return true;
        }
    }
    return false;
}

static bool
says_the_same(const struct peer *peer, const struct carp_adv *adv)
{
    return peer->advbase == adv->advbase && peer->advskew == adv->advskew &&
           peer->demote == adv->demote;
}

/* A new counter from a known sender: what does it say of its kind? */
static void
learn(struct peer *peer, uint64_t counter, carp_time now)
{
    bool follows =
        counter > peer->counter && counter - peer->counter <= SEEN_FILL;
    if (peer->adverts > 0 &&
        carp_time_since(now, peer->heard) > PEERS_SILENCE && !follows) {
        peer->kind = PEER_UNKNOWN;
        peer->strangers = 0;
    } else if (follows) {
        peer->kind = PEER_MOVING;
        peer->strangers = 0;
    } else if (peer->kind != PEER_RANDOM) {
        /* One that does not follow may be a machine that was started anew,
         * perhaps with a system that never counts; two are drawn at random. */
        peer->strangers++;
        peer->kind = peer->strangers > 1 ? PEER_RANDOM : PEER_UNKNOWN;
    }
    peer->repeats = 0;
    peer->counter = counter;
}

/* OpenBSD sends one counter in both families: the other family's address is
 * not known yet. */
static bool
is_twin(const struct peers *peers, const struct carp_addr *source,
        uint64_t counter)
{
    for (unsigned int i = 0; i < peers->count; i++) {
        const struct peer *other = &peers->list[i];
        if (other->address.family != source->family &&
            other->counter == counter &&
            (other->kind == PEER_UNKNOWN || other->kind == PEER_CONSTANT)) {
            return true;
        }
    }
    return false;
}

static enum peer_verdict
judge_seen(struct peers *peers, struct peer *peer,
           const struct carp_addr *source, const struct carp_adv *adv,
           carp_time now)
{
    if (peer == NULL) {
        if (is_twin(peers, source, adv->counter)) {
            peer = add(peers, source);
            peer->counter = adv->counter;
            return PEER_REPEAT;
        }
        return PEER_REPLAYED;
    }
    bool is_last = peer->counter == adv->counter;
    if (is_last && peer->kind == PEER_CONSTANT) {
        return PEER_REPEAT;
    }
    if (is_last && carp_time_since(now, peer->heard) < PEERS_DUPLICATE &&
        peer->adverts > 0 && says_the_same(peer, adv)) {
        return PEER_DUPLICATE;
    }
    if (is_last && peer->kind == PEER_UNKNOWN) {
        peer->repeats++;
        peer->kind = peer->repeats >= 3 ? PEER_CONSTANT : PEER_UNKNOWN;
        return PEER_REPEAT;
    }
    peer->replays++;
    return is_last && !says_the_same(peer, adv) ? PEER_REWRITTEN
                                                : PEER_REPLAYED;
}

enum peer_verdict
peers_judge(struct peers *peers, const struct carp_addr *source,
            const struct carp_adv *adv, carp_time now)
{
    if (is_own(peers, adv->counter)) {
        return PEER_ECHO;
    }
    struct peer *peer = peers_find(peers, source);
    if (seen_has(&peers->seen, adv->counter)) {
        return judge_seen(peers, peer, source, adv, now);
    }
    if (peer == NULL) {
        peer = add(peers, source);
        peer->counter = adv->counter;
    } else {
        learn(peer, adv->counter, now);
    }
    seen_add_through(&peers->seen, adv->counter);
    return PEER_FRESH;
}

void
peers_accept(struct peers *peers, const struct carp_addr *source,
             const struct carp_adv *adv, const struct carp_verdict *verdict,
             carp_time now)
{
    struct peer *peer = peers_find(peers, source);
    if (peer == NULL) {
        return;
    }
    peer->heard = now;
    peer->adverts++;
    peer->advbase = adv->advbase;
    peer->advskew = adv->advskew;
    peer->demote = adv->demote;
    peer->verdict = *verdict;
}

void
peers_restore(struct peers *peers, const struct carp_addr *address,
              enum peer_kind kind, uint64_t counter)
{
    if (peers_find(peers, address) == NULL && peers->count < PEERS_MAX) {
        struct peer *peer = add(peers, address);
        peer->kind = kind;
        peer->counter = counter;
        peer->strangers = kind == PEER_RANDOM ? 2 : 0;
    }
}

const char *
peer_kind_text(enum peer_kind kind)
{
    switch (kind) {
    case PEER_UNKNOWN:
        break;
    case PEER_MOVING:
    case PEER_RANDOM:
        return "moving";
    case PEER_CONSTANT:
        return "constant";
    }
    return "unknown";
}
