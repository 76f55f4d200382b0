/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file peer.h
 * The senders of one vhid with a right digest, and the defence against
 * replayed adverts (docs/SECURITY-MODEL.md 6.8).
 *
 * A sender enters the table with an advert whose counter is new, so that a
 * recording played from forged addresses cannot fill it.
 */
#ifndef CARPD_PEER_H
#define CARPD_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/adv.h>
#include <carp/auth.h>
#include <carp/time.h>

#include "seen.h"

/** Most senders of one vhid that are remembered. */
#define PEERS_MAX 16
/** Own adverts that are recognised when they come back. */
#define PEERS_OWN 16
/** The same advert again within this time is the network's doing. */
#define PEERS_DUPLICATE (100 * CARP_MSEC)
/** A sender that was silent for this long may be another machine now. */
#define PEERS_SILENCE (3600 * CARP_SEC)

/** How a sender's counter behaves. */
enum peer_kind {
    PEER_UNKNOWN = 0, /**< too little was heard */
    PEER_MOVING,      /**< counts: most systems */
    PEER_RANDOM,      /**< draws each one anew: it has never heard anybody */
    PEER_CONSTANT     /**< always the same: OpenBSD. Its adverts cannot be
                           told from a recording of them */
};

struct peer {
    struct carp_addr address;
    enum peer_kind kind;
    uint64_t counter;       /**< the last new one */
    unsigned int repeats;   /**< of it, while the kind is not settled */
    unsigned int strangers; /**< new ones in a row that do not follow */
    carp_time heard;        /**< last accepted advert */
    uint64_t adverts, replays;
    uint8_t advbase, advskew, demote; /**< of the last one */
    struct carp_verdict verdict;      /**< hint for the next check */
};

struct peers {
    struct seen seen;
    unsigned int count;
    struct peer list[PEERS_MAX];
    uint64_t own[PEERS_OWN]; /**< last counters sent */
    unsigned int own_count;  /**< how many were ever noted */
};

/** What an authentic advert is. */
enum peer_verdict {
    PEER_FRESH = 0, /**< the counter is new */
    PEER_REPEAT,    /**< repeats, as OpenBSD does: accept */
    PEER_DUPLICATE, /**< the network doubled it: drop, no harm */
    PEER_ECHO,      /**< one of ours: drop */
    PEER_REPLAYED,  /**< seen before, and the sender is known to count */
    PEER_REWRITTEN  /**< the same, and what the digest does not cover differs
                         from what its sender said with it */
};

void peers_init(struct peers *peers);
void peers_clear(struct peers *peers);
/** NULL: not in the table. */
struct peer *peers_find(struct peers *peers, const struct carp_addr *address);
/** An own advert left with this counter. @param is_jump it is known again
 * by counter_is_own_jump() */
void peers_note_own(struct peers *peers, uint64_t counter, bool is_jump);
/**
 * Judge an advert with a right digest. Only a fresh one changes what is known
 * of the sender's counter; the caller notes what it accepts with
 * peers_accept().
 */
enum peer_verdict peers_judge(struct peers *peers,
                              const struct carp_addr *source,
                              const struct carp_adv *adv, carp_time now);
/** The advert was acted upon. */
void peers_accept(struct peers *peers, const struct carp_addr *source,
                  const struct carp_adv *adv,
                  const struct carp_verdict *verdict, carp_time now);
/** A sender as read back from a file. */
void peers_restore(struct peers *peers, const struct carp_addr *address,
                   enum peer_kind kind, uint64_t counter);

/** "unknown", "moving", "moving" (random), "constant". */
const char *peer_kind_text(enum peer_kind kind);

#endif
