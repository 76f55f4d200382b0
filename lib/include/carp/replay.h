/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file replay.h
 * The defence against replayed adverts of one vhid (docs/SECURITY-MODEL.md
 * 6.8): own counters, the senders and what was seen of them, and the decision
 * whether an authentic advert may act.
 *
 * carpd runs it, and so does the simulator. The caller has checked the digest,
 * brings randomness and the time, and keeps between runs: @c counter.first,
 * carp_counter_extend(), the spans of @c peers.seen and @c peers.skipped, each
 * sender's address, kind and counter.
 */
#ifndef CARP_REPLAY_H
#define CARP_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/adv.h>
#include <carp/counter.h>
#include <carp/export.h>
#include <carp/peers.h>
#include <carp/time.h>

CARP_BEGIN_DECLS

/** What happens with an advert whose counter was seen. */
enum carp_replay_mode {
    CARP_REPLAY_OFF = 0, /**< acts on it, as all others do */
    CARP_REPLAY_ALERT,   /**< acts on it and says so */
    CARP_REPLAY_STRICT   /**< drops it */
};

struct carp_replay {
    struct carp_counter counter;
    struct carp_peers peers;
    bool has_met; /**< since the last own advert a peer's was an echo */
};

/** Nothing is known yet. @p random: 64 random bits */
CARP_API void carp_replay_init(struct carp_replay *replay, uint64_t random);
/** Give the memory back; usable again after carp_replay_init(). */
CARP_API void carp_replay_clear(struct carp_replay *replay);

/**
 * The counter of an own advert; it will be known again when it comes back.
 * @param is_second the same advert in its other family
 * @param random 64 random bits
 */
CARP_API uint64_t carp_replay_next(struct carp_replay *replay, bool is_second,
                                   uint64_t random);

/**
 * What an advert with a right digest is, and what follows for own counters.
 * Not for one from an own address: that is an echo.
 *
 * An advert with a counter that was sent here is an echo from whatever address
 * it comes. The digest covers neither addresses nor intervals, so that it is
 * the same octets as a peer's with that counter: nothing in it could tell a
 * peer from somebody who plays our own advert back. Peers do not send what we
 * have sent: see carp_counter_lead().
 * @param families in how many this node sends: 1 or 2
 * @param own the address that this node sends from in the advert's family
 */
CARP_API enum carp_peer_verdict
carp_replay_judge(struct carp_replay *replay, unsigned int families,
                  const struct carp_addr *own, const struct carp_addr *source,
                  const struct carp_adv *adv, carp_time now);
/** May an advert that was found to be this be acted upon? */
CARP_API bool carp_replay_acts(enum carp_peer_verdict verdict,
                               enum carp_replay_mode mode);

CARP_END_DECLS

#endif
