/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/peers.h>

#include <string.h>

#include <carp/counter.h>
#include <carp/timing.h>

void
carp_peers_init(struct carp_peers *peers)
{
    memset(peers, 0, sizeof(*peers));
    carp_seen_init(&peers->seen);
    carp_seen_init(&peers->skipped);
    peers->skipped.is_exact = true;
}

void
carp_peers_clear(struct carp_peers *peers)
{
    carp_seen_clear(&peers->seen);
    carp_seen_clear(&peers->skipped);
    memset(peers, 0, sizeof(*peers));
}

struct carp_peer *
carp_peers_find(struct carp_peers *peers, const struct carp_addr *address)
{
    for (unsigned int i = 0; i < peers->count; i++) {
        if (carp_addr_equal(&peers->list[i].address, address)) {
            return &peers->list[i];
        }
    }
    return NULL;
}

/* A place for a new sender: that of the one silent for longest when full. */
static struct carp_peer *
add(struct carp_peers *peers, const struct carp_addr *address)
{
    struct carp_peer *peer = &peers->list[0];
    if (peers->count < CARP_PEERS_MAX) {
        peer = &peers->list[peers->count++];
    } else {
        for (unsigned int i = 1; i < CARP_PEERS_MAX; i++) {
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
carp_peers_note_own(struct carp_peers *peers, uint64_t counter, bool is_jump)
{
    if (!is_jump) {
        carp_seen_add(&peers->seen, counter);
    }
    peers->own[peers->own_count % CARP_PEERS_OWN] = counter;
    peers->own_count++;
}

static bool
is_own(const struct carp_peers *peers, uint64_t counter)
{
    for (unsigned int i = 0; i < CARP_PEERS_OWN && i < peers->own_count; i++) {
        if (peers->own[i] == counter) {
            return true;
        }
    }
    return false;
}

static bool
says_the_same(const struct carp_peer *peer, const struct carp_adv *adv)
{
    return peer->advbase == adv->advbase && peer->advskew == adv->advskew &&
           peer->demote == adv->demote;
}

static bool
is_behind(uint64_t counter, uint64_t earlier)
{
    return counter > earlier && counter - earlier <= CARP_PEERS_LINE;
}

/* Does it go on from what we or another sender said? Who does that counts. A
 * carpd does it some adverts late, once its reserve is written. */
static bool
is_adopted(const struct carp_peers *peers, const struct carp_peer *peer,
           uint64_t counter)
{
    for (unsigned int i = 0; i < CARP_PEERS_OWN && i < peers->own_count; i++) {
        if (is_behind(counter, peers->own[i])) {
            return true;
        }
    }
    for (unsigned int i = 0; i < peers->count; i++) {
        if (&peers->list[i] != peer &&
            is_behind(counter, peers->list[i].counter)) {
            return true;
        }
    }
    return false;
}

/* A new counter from a known sender: what does it say of its kind? */
static void
learn(const struct carp_peers *peers, struct carp_peer *peer, uint64_t counter,
      carp_time now)
{
    /* A carpd that was started anew begins above its reserve. */
    /* A bow-out says nothing of its beat. */
    const carp_time interval =
        peer->advbase == CARP_BOW_OUT
            ? CARP_SEC
            : carp_interval(peer->advbase, peer->advskew);
    bool follows = (counter > peer->counter &&
                    counter - peer->counter <= 2 * CARP_COUNTER_RESERVE) ||
                   is_adopted(peers, peer, counter);
    /* Nobody who draws at random keeps one for so long. */
    if (peer->kind == CARP_PEER_CONSTANT &&
        carp_time_since(now, peer->since) > 3 * interval) {
        peer->strangers = 0;
    }
    if (peer->adverts > 0 &&
        carp_time_since(now, peer->heard) > CARP_PEERS_SILENCE && !follows) {
        peer->kind = CARP_PEER_UNKNOWN;
        peer->strangers = 0;
    } else if (follows) {
        peer->kind = CARP_PEER_MOVING;
        peer->strangers = 0;
    } else if (peer->kind != CARP_PEER_RANDOM) {
        /* One that does not follow may be a machine that was started anew,
         * perhaps with a system that never counts; two are drawn at random. */
        peer->strangers++;
        peer->kind = peer->strangers > 1 ? CARP_PEER_RANDOM : CARP_PEER_UNKNOWN;
    }
    peer->repeats = 0;
    peer->counter = counter;
    peer->since = now;
}

/* OpenBSD sends one counter in both families: the other family's address is
 * not known yet. */
static bool
is_twin(const struct carp_peers *peers, const struct carp_addr *source,
        uint64_t counter)
{
    for (unsigned int i = 0; i < peers->count; i++) {
        const struct carp_peer *other = &peers->list[i];
        if (other->address.family != source->family &&
            other->counter == counter &&
            (other->kind == CARP_PEER_UNKNOWN ||
             other->kind == CARP_PEER_CONSTANT)) {
            return true;
        }
    }
    return false;
}

/* The sender's candidate, or the place of the one not heard for longest. */
static struct carp_candidate *
candidate_of(struct carp_peers *peers, const struct carp_addr *source)
{
    struct carp_candidate *oldest = &peers->candidates[0];
    for (unsigned int i = 0; i < CARP_PEERS_CANDIDATES; i++) {
        struct carp_candidate *c = &peers->candidates[i];
        if (carp_addr_equal(&c->address, source)) {
            return c;
        }
        if (c->last < oldest->last) {
            oldest = c;
        }
    }
    return oldest;
}

/* Kernels adopt OpenBSD's one counter and count on from it. Who hears them
 * first has not heard it, and yet must take it from OpenBSD itself. */
static bool
is_constant_after_all(struct carp_peers *peers, const struct carp_peer *peer,
                      const struct carp_addr *source, uint64_t counter,
                      carp_time now)
{
    if (!carp_seen_has(&peers->skipped, counter)) {
        return false;
    }
    if (peer != NULL &&
        (peer->kind == CARP_PEER_MOVING || peer->kind == CARP_PEER_RANDOM)) {
        carp_seen_remove(&peers->skipped, counter); /* heard after all */
        return false;
    }
    struct carp_candidate *c = candidate_of(peers, source);
    if (c->counter != counter || !carp_addr_equal(&c->address, source)) {
        *c = (struct carp_candidate){
            .address = *source, .counter = counter, .since = now};
    }
    c->count++;
    c->last = now;
    return c->count >= CARP_PEERS_REPEATS &&
           carp_time_since(now, c->since) >= CARP_SEC;
}

/* The IPv6 advert of one moment has overtaken the IPv4 one, which carries the
 * counter right below: it is not older than that, it says the same, and it was
 * not heard yet. */
static bool
is_overtaken(struct carp_peers *peers, const struct carp_addr *source,
             const struct carp_adv *adv, carp_time now)
{
    if (source->family != CARP_IPV4 ||
        !carp_seen_has(&peers->skipped, adv->counter)) {
        return false;
    }
    for (unsigned int i = 0; i < peers->count; i++) {
        const struct carp_peer *six = &peers->list[i];
        if (six->address.family == CARP_IPV6 &&
            six->counter == adv->counter + 1 && says_the_same(six, adv) &&
            carp_time_since(now, six->since) < CARP_PEERS_DUPLICATE) {
            carp_seen_remove(&peers->skipped, adv->counter);
            return true;
        }
    }
    return false;
}

/* Has its sender been heard in the other family, at this beat or a later one?
 * An advert of IPv6 carries the counter above that of IPv4. */
static bool
is_left_behind(const struct carp_peers *peers, const struct carp_addr *source,
               uint64_t counter)
{
    for (unsigned int i = 0; i < peers->count; i++) {
        const struct carp_peer *other = &peers->list[i];
        const uint64_t beat = source->family == CARP_IPV4 ? other->counter - 1
                                                          : other->counter + 1;
        if (other->address.family != source->family &&
            (beat == counter || carp_counter_is_jump(counter, beat))) {
            return true;
        }
    }
    return false;
}

/* A carpd that nobody has answered climbs through what others went over: each
 * of its counters has the low bits of the one before. It was not heard yet. */
static bool
is_climbing(struct carp_peers *peers, const struct carp_peer *peer,
            const struct carp_addr *source, uint64_t counter)
{
    if (peer == NULL || peer->kind == CARP_PEER_CONSTANT ||
        !carp_counter_is_jump(peer->counter, counter) ||
        !carp_seen_has(&peers->skipped, counter) ||
        is_left_behind(peers, source, counter)) {
        return false;
    }
    carp_seen_remove(&peers->skipped, counter);
    return true;
}

/* Kernels go on from OpenBSD's one counter each time that they hear it, so that
 * what they sent before comes again. Whoever could play that back can play back
 * OpenBSD's own. Between two of its adverts they count upwards. */
static bool
follow_constant(struct carp_peers *peers, const struct carp_addr *source,
                uint64_t counter)
{
    bool is_any = false;
    for (unsigned int i = 0; i < peers->count; i++) {
        struct carp_peer *peer = &peers->list[i];
        if (peer->kind == CARP_PEER_CONSTANT &&
            peer->address.family == source->family &&
            !carp_addr_equal(&peer->address, source) &&
            is_behind(counter, peer->line)) {
            peer->line = counter;
            is_any = true;
        }
    }
    return is_any;
}

static enum carp_peer_verdict
repeat_constant(struct carp_peer *peer)
{
    peer->line = peer->counter;
    return CARP_PEER_REPEAT;
}

static enum carp_peer_verdict
judge_seen(struct carp_peers *peers, struct carp_peer *peer,
           const struct carp_addr *source, const struct carp_adv *adv,
           carp_time now)
{
    if (is_constant_after_all(peers, peer, source, adv->counter, now)) {
        peer = peer != NULL ? peer : add(peers, source);
        peer->kind = CARP_PEER_CONSTANT;
        peer->counter = adv->counter;
        peer->since = now;
        return repeat_constant(peer);
    }
    if (peer == NULL) {
        if (is_twin(peers, source, adv->counter)) {
            peer = add(peers, source);
            peer->counter = adv->counter;
            peer->since = now;
            return CARP_PEER_REPEAT;
        }
        return follow_constant(peers, source, adv->counter)
                   ? CARP_PEER_REPEAT
                   : CARP_PEER_REPLAYED;
    }
    bool is_last = peer->counter == adv->counter;
    if (is_last && peer->kind == CARP_PEER_CONSTANT) {
        return repeat_constant(peer);
    }
    if (is_last && carp_time_since(now, peer->heard) < CARP_PEERS_DUPLICATE &&
        peer->adverts > 0 && says_the_same(peer, adv)) {
        return CARP_PEER_DUPLICATE;
    }
    if (is_last && peer->kind == CARP_PEER_UNKNOWN) {
        peer->repeats++;
        peer->kind = peer->repeats >= CARP_PEERS_REPEATS ? CARP_PEER_CONSTANT
                                                         : CARP_PEER_UNKNOWN;
        return repeat_constant(peer);
    }
    if (follow_constant(peers, source, adv->counter)) {
        learn(peers, peer, adv->counter, now);
        return CARP_PEER_REPEAT;
    }
    peer->replays++;
    return is_last && !says_the_same(peer, adv) ? CARP_PEER_REWRITTEN
                                                : CARP_PEER_REPLAYED;
}

/* Whose advert in the other family has the counter beside this one: most often
 * the same host's, which came just before; NULL: nobody's. */
static struct carp_peer *
find_twin(struct carp_peers *peers, const struct carp_addr *source,
          uint64_t counter)
{
    for (unsigned int i = 0; i < peers->count; i++) {
        struct carp_peer *peer = &peers->list[i];
        if (peer->address.family != source->family &&
            (peer->counter > counter ? peer->counter - counter
                                     : counter - peer->counter) == 1) {
            return peer;
        }
    }
    return NULL;
}

/* Where its sender was before, in either family: the counter, or @p from. */
static uint64_t
came_from(struct carp_peers *peers, const struct carp_peer *peer,
          uint64_t counter, uint64_t from)
{
    const struct carp_peer *both[2] = {peer,
                                       carp_peers_find(peers, &peer->twin)};
    for (unsigned int i = 0; i < 2; i++) {
        if (both[i] != NULL && both[i]->counter < counter &&
            both[i]->counter > from) {
            from = both[i]->counter;
        }
    }
    return from;
}

/* A new counter was heard: which below it can only be old from now on? Those
 * that its sender came through. One that took over has leapt: the master that
 * it no longer hears may be alive and in the gap. */
static void
add_heard(struct carp_peers *peers, struct carp_peer *peer,
          const struct carp_addr *source, uint64_t counter)
{
    struct carp_seen_set *seen = &peers->seen;
    uint64_t from = counter > CARP_SEEN_FILL ? counter - CARP_SEEN_FILL : 0;
    uint64_t below = 0;
    struct carp_peer *twin = find_twin(peers, source, counter);
    if (twin != NULL) {
        if (peer != NULL &&
            (source->family == CARP_IPV6) == (twin->counter < counter)) {
            peer->twin = twin->address;
            twin->twin = *source;
        }
        carp_seen_add(seen, counter);
        return;
    }
    if (peer != NULL) {
        from = came_from(peers, peer, counter, from);
    }
    const bool is_leap = carp_seen_below(seen, counter, &below) &&
                         from <= below && carp_counter_is_leap(below, counter);
    carp_seen_add(seen, counter);
    carp_seen_fill(seen, from, is_leap ? below : counter, &peers->skipped);
}

enum carp_peer_verdict
carp_peers_judge(struct carp_peers *peers, const struct carp_addr *source,
                 const struct carp_adv *adv, carp_time now)
{
    if (is_own(peers, adv->counter)) {
        return CARP_PEER_ECHO;
    }
    struct carp_peer *peer = carp_peers_find(peers, source);
    if (!carp_seen_has(&peers->seen, adv->counter)) {
        add_heard(peers, peer, source, adv->counter);
    } else if (!is_overtaken(peers, source, adv, now) &&
               !is_climbing(peers, peer, source, adv->counter)) {
        return judge_seen(peers, peer, source, adv, now);
    }
    (void)follow_constant(peers, source, adv->counter);
    if (peer == NULL) {
        peer = add(peers, source);
        peer->counter = adv->counter;
        peer->since = now;
    } else {
        learn(peers, peer, adv->counter, now);
    }
    return CARP_PEER_FRESH;
}

void
carp_peers_accept(struct carp_peers *peers, const struct carp_addr *source,
                  const struct carp_adv *adv,
                  const struct carp_verdict *verdict, carp_time now)
{
    struct carp_peer *peer = carp_peers_find(peers, source);
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
carp_peers_restore(struct carp_peers *peers, const struct carp_addr *address,
                   enum carp_peer_kind kind, uint64_t counter)
{
    if (carp_peers_find(peers, address) == NULL &&
        peers->count < CARP_PEERS_MAX) {
        struct carp_peer *peer = add(peers, address);
        peer->kind = kind;
        peer->counter = counter;
        peer->line = UINT64_MAX; /* until it is heard */
        peer->strangers = kind == CARP_PEER_RANDOM ? 2 : 0;
    }
}

const char *
carp_peer_kind_text(enum carp_peer_kind kind)
{
    switch (kind) {
    case CARP_PEER_UNKNOWN:
        break;
    case CARP_PEER_MOVING:
    case CARP_PEER_RANDOM:
        return "moving";
    case CARP_PEER_CONSTANT:
        return "constant";
    }
    return "unknown";
}
