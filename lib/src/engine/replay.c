/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/replay.h>

void
carp_replay_init(struct carp_replay *replay, uint64_t random)
{
    replay->has_met = false;
    carp_counter_init(&replay->counter, random);
    carp_peers_init(&replay->peers);
}

void
carp_replay_clear(struct carp_replay *replay)
{
    carp_peers_clear(&replay->peers);
}

uint64_t
carp_replay_next(struct carp_replay *replay, bool is_second, uint64_t random)
{
    struct carp_counter *counter = &replay->counter;
    const uint64_t value = is_second ? carp_counter_next_family(counter)
                                     : carp_counter_next(counter, random);

    replay->has_met = replay->has_met && is_second;
    carp_peers_note_own(&replay->peers, value, !counter->has_heard);
    return value;
}

/* The addresses say which of the two leaps how. Their order need not be the
 * same in both families, and one family may be lost in one direction: so the
 * families take turns, by the counter at which the two have met. */
static void
part(struct carp_replay *replay, unsigned int families,
     const struct carp_addr *own, const struct carp_addr *source,
     uint64_t counter)
{
    const uint64_t first =
        counter - (families == 2 && source->family == CARP_IPV6 ? 1 : 0);
    const uint8_t turn = (first & 2) != 0 ? CARP_IPV6 : CARP_IPV4;

    if (!replay->has_met || source->family == turn) {
        carp_counter_part(&replay->counter, carp_addr_compare(own, source) > 0);
    }
    replay->has_met = true;
}

enum carp_peer_verdict
carp_replay_judge(struct carp_replay *replay, unsigned int families,
                  const struct carp_addr *own, const struct carp_addr *source,
                  const struct carp_adv *adv, carp_time now)
{
    enum carp_peer_verdict verdict = CARP_PEER_ECHO;

    if (!carp_counter_is_own_jump(&replay->counter, adv->counter, families)) {
        verdict = carp_peers_judge(&replay->peers, source, adv, now);
    }
    if (verdict == CARP_PEER_FRESH) {
        const struct carp_peer *peer = carp_peers_find(&replay->peers, source);
        /* Its IPv6 advert has the next one, and may not arrive here. */
        const bool has_twin = families == 2 && source->family == CARP_IPV4 &&
                              adv->counter < UINT64_MAX;

        carp_counter_hear(&replay->counter, adv->counter + has_twin,
                          peer != NULL && peer->kind != CARP_PEER_RANDOM);
    } else if (verdict == CARP_PEER_ECHO) {
        part(replay, families, own, source, adv->counter);
    }
    return verdict;
}

bool
carp_replay_acts(enum carp_peer_verdict verdict, enum carp_replay_mode mode)
{
    switch (verdict) {
    case CARP_PEER_FRESH:
    case CARP_PEER_REPEAT:
        return true;
    case CARP_PEER_DUPLICATE:
    case CARP_PEER_ECHO:
        break;
    case CARP_PEER_REPLAYED:
    case CARP_PEER_REWRITTEN:
        return mode != CARP_REPLAY_STRICT;
    }
    return false;
}
